//! The rule `main-beam-close-behind`.

use lukao_measure::Value;
use lukao_measure::lead::{Ahead, Who};
use lukao_model::code::Switch;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, actor_id, finding};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;

rule! {
    /// The ego follows another vehicle with its main beam on.
    ///
    /// ## Checks
    /// The gap to the vehicle ahead in the ego's lane while the main beam is on.
    ///
    /// ## Method
    /// At each sample of the ego with a vehicle ahead on its way. One stretch with one vehicle is one finding, with the
    /// smallest gap. An opportunity is a second in motion behind a vehicle with the main beam known.
    ///
    /// ## Cannot tell
    /// Where it cannot be told who is ahead, or the log does not say whether the main beam is on behind a vehicle.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Oncoming vehicles are not looked at. Uncertainty that of the gap.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58: no main beam when following closely (text). What is
    /// close is this project's own reading (profile).
    MainBeamCloseBehind = "main-beam-close-behind" {
        /// Least gap with the main beam on.
        number min_gap_m = 50.0, "m", 1.0..=200.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by vehicle, and time of following.
#[derive(Default)]
pub struct State {
    episodes: Episodes<lukao_model::ActorIx>,
    followed: MotionTime,
}

impl Rule for MainBeamCloseBehind {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::HighBeam)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(ahead) = cx.measures.ahead(Who::Vehicles) else { return };
        let first = cx.measures.ego().in_block().start;
        let beam = cx.measures.ego_codes(Channel::HighBeam);
        let (limit, pace) = (Limit::AtLeast(p.min_gap_m), Pace::new(0.0, p.merge_s));
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
                Ahead::Lead(lead) => lead,
            };
            let Some(on) = beam.at(s.t_ns) else {
                cx.missing(out, k, Channel::HighBeam.name(), "the log does not say whether it is on");
                continue;
            };
            state.followed.step(cx, k, lead.ego_mps);
            if on != Switch::On.code() {
                cx.judged(out, k);
                continue;
            }
            let gap: Value = lead.gap_m;
            match cx.judge(limit, gap) {
                Judgement::Unsure => cx.unsure(out, k, "gap"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "main beam on close behind", &s, limit, gap, "m");
                        f.actors.push(actor_id(cx.measures, lead.actor));
                        f
                    };
                    state.episodes.broken(lead.actor, s.t_ns, limit.margin(gap.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.followed.seconds();
    }
}
