//! The rule `leaves-drivable-area`.

use lukao_measure::area;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, number};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego's body leaves the drivable area.
    ///
    /// ## Checks
    /// How far the corner of the footprint that is farthest outside is from the area that vehicles may use, or how
    /// deep a corner of that area's edge lies within the footprint, whichever is more. The area is that of traffic
    /// lanes, hard shoulders and parking, or of those lanes that the track's survey lists.
    ///
    /// ## Method
    /// In continuous time while the ego moves: from each sample to the next the body moves straight and turns
    /// evenly, and its worst moment is judged, to 1 mm. Stretches outside at most `merge_s` apart are one finding,
    /// with the farthest corner and the edge of the track there. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed; beyond the end of a lane from which the map leads nowhere, since maps are cut out of the world.
    ///
    /// ## Limits
    /// `max_outside_m`; at equality it is kept. Gaps of up to 5 cm between lanes of the map do not count as
    /// outside. Distances are cut off at 5 m. Uncertainty from position, size, yaw and survey.
    ///
    /// ## Source
    /// The pack names the clause. The default of 0.1 m is this project's own reading.
    LeavesDrivableArea = "leaves-drivable-area" {
        /// Distance outside that is let pass.
        number max_outside_m = 0.1, "m", 0.0..=5.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Stretches outside at most this far apart are one.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

/// Open episode and time of motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl Rule for LeavesDrivableArea {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let limit = Limit::AtMost(p.max_outside_m);
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            if !state.moved.step(cx, k, speed) {
                cx.judged(out, k);
                continue;
            }
            let Some(o) = area::outside_in_step(cx.measures, k, p.max_outside_m) else { continue };
            match cx.judge(limit, o.outside_m) {
                Judgement::Unsure => cx.unsure(out, k, "distance outside"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } if o.off_the_map => {
                    cx.missing(out, k, "drivable area", "the track ends there");
                }
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "left the drivable area", &s, limit, o.outside_m, "m");
                        f.worst_ns = o.t_ns;
                        f.at_m = Some([o.pose.x_m, o.pose.y_m]);
                        f.element = o.element.clone();
                        f.details.push(number("corner_x_m", o.corner_m[0]));
                        f.details.push(number("corner_y_m", o.corner_m[1]));
                        f
                    };
                    state.episodes.broken((), o.t_ns, limit.margin(o.outside_m.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(p.min_duration_s, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
