//! The rule `time-to-collision`.

use lukao_measure::{Ahead, Who};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{ActorIx, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, actor_id, finding, number, word};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;

rule! {
    /// The ego comes near to the one ahead so fast that it would soon run into him.
    ///
    /// ## Checks
    /// Time to collision with the one ahead in the ego's lane along its way: gap from bumper to bumper divided by
    /// the difference of the speeds along the lane, both taken as constant.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and faster than the one ahead, who is the
    /// next within 200 m along the lanes that the ego takes: vehicles, people, animals and objects. Too short a
    /// time with one of them is one finding, from its first to its last sample, with the shortest time. An
    /// opportunity is a second of coming nearer.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the speed of the one ahead
    /// is not known, or he is known from an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_ttc_s`; at equality it is kept. Who crosses the ego's way counts while his middle or an end is in the
    /// lane. Uncertainty from positions, sizes, clocks and both speeds; with nearly equal speeds it is large.
    ///
    /// ## Source
    /// The pack names the clause. The default of 1.5 s, from 2 m/s on, is this project's own reading.
    TimeToCollision = "time-to-collision" {
        /// Least time to collision.
        number min_ttc_s = 1.5, "s", 0.1..=10.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by actor, and time of coming nearer.
#[derive(Default)]
pub struct State {
    episodes: Episodes<ActorIx>,
    nearing: MotionTime,
}

impl Rule for TimeToCollision {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(ahead) = cx.measures.ahead(Who::Anyone) else { return };
        let first = cx.measures.ego().in_block().start;
        let limit = Limit::AtLeast(p.min_ttc_s);
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let lead = match &ahead[k - first] {
                Ahead::Free => {
                    cx.judged(out, k);
                    continue;
                }
                Ahead::Unknown(what, why) => {
                    cx.missing(out, k, what, why);
                    continue;
                }
                Ahead::Lead(lead) if lead.ego_mps.value < p.min_speed_mps => {
                    cx.judged(out, k);
                    continue;
                }
                Ahead::Lead(lead) => lead,
            };
            if lead.lead_mps.is_none() {
                cx.missing(
                    out,
                    k,
                    "speed of the one ahead",
                    &format!("of {}", actor_id(cx.measures, lead.actor)),
                );
                continue;
            }
            let Some(ttc) = lead.ttc_s() else {
                cx.judged(out, k);
                continue;
            };
            state.nearing.step(cx, k, lead.ego_mps);
            match cx.judge(limit, ttc) {
                Judgement::Unsure => cx.unsure(out, k, "time to collision"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "about to run into the one ahead", &s, limit, ttc, "s");
                        f.actors.push(actor_id(cx.measures, lead.actor));
                        f.details.push(number("gap_m", lead.gap_m.value));
                        f.details.push(number("speed_mps", lead.ego_mps.value));
                        f.details.extend(lead.lead_mps.map(|v| number("lead_speed_mps", v.value)));
                        f.details
                            .extend(cx.measures.track().map(|t| word("lane_of_lead", &t.lane(lead.lane).id)));
                        f
                    };
                    state.episodes.broken(lead.actor, s.t_ns, limit.margin(ttc.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(p.min_duration_s, p.merge_s), out);
        out.opportunities = state.nearing.seconds();
    }
}
