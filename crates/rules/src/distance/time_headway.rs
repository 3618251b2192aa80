//! The rule `time-headway`.

use lukao_measure::{Ahead, Who};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{ActorIx, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, actor_id, finding, number, word};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;

rule! {
    /// The ego follows the vehicle ahead too closely.
    ///
    /// ## Checks
    /// Time headway to the vehicle ahead in the ego's lane along its way: gap from bumper to bumper divided by the
    /// ego's speed.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and a vehicle is ahead within 200 m along
    /// the lanes that the ego takes. Pedestrians, animals and objects do not count. Too small a headway to one
    /// vehicle is one finding, from its first to its last sample, with the smallest headway. An opportunity is a
    /// second of following.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the one ahead is known
    /// from an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_headway_s`; at equality it is kept. One who has just cut in counts from his first sample in the lane;
    /// `min_duration_s` gives the ego time to make room. Where the ego's way through a fork is not seen within
    /// 60 s, nobody beyond the fork is looked at. Uncertainty from positions, sizes, clocks and speed.
    ///
    /// ## Source
    /// The pack names the clause. The default of 1 s for at least 1 s is this project's own reading.
    TimeHeadway = "time-headway" {
        /// Least time headway.
        number min_headway_s = 1.0, "s", 0.1..=10.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 5.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 1.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by vehicle, and time of following.
#[derive(Default)]
pub struct State {
    episodes: Episodes<ActorIx>,
    followed: MotionTime,
}

impl Rule for TimeHeadway {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(ahead) = cx.measures.ahead(Who::Vehicles) else { return };
        let first = cx.measures.ego().in_block().start;
        let limit = Limit::AtLeast(p.min_headway_s);
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
            let Some(headway) = lead.headway_s() else { continue };
            state.followed.step(cx, k, lead.ego_mps);
            match cx.judge(limit, headway) {
                Judgement::Unsure => cx.unsure(out, k, "time headway"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "too close behind", &s, limit, headway, "s");
                        f.actors.push(actor_id(cx.measures, lead.actor));
                        f.details.push(number("gap_m", lead.gap_m.value));
                        f.details.push(number("speed_mps", lead.ego_mps.value));
                        f.details.extend(lead.lead_mps.map(|v| number("lead_speed_mps", v.value)));
                        f.details
                            .extend(cx.measures.track().map(|t| word("lane_of_lead", &t.lane(lead.lane).id)));
                        f
                    };
                    state.episodes.broken(
                        lead.actor,
                        s.t_ns,
                        limit.margin(headway.value),
                        pace,
                        out,
                        describe,
                    );
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(p.min_duration_s, p.merge_s), out);
        out.opportunities = state.followed.seconds();
    }
}
