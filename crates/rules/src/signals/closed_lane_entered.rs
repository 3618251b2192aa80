//! The rule `closed-lane-entered`.

use lukao_measure::lane_light::{self, LaneLightPassed};
use lukao_measure::{Value, phase};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes under a red cross over its lane.
    ///
    /// ## Checks
    /// The state of the light over the ego's lane when the middle of its front bumper passes it. Red closes the lane.
    ///
    /// ## Method
    /// In continuous time between samples, for lights that the map calls lane lights. Measured is the time for which
    /// red had been shown, at most 20 s. An opportunity is a lane light passed.
    ///
    /// ## Cannot tell
    /// The state is missing or logged as unknown at that moment; the clock of the states is not synchronised with the
    /// ego's; the ego's lane is not known.
    ///
    /// ## Limits
    /// `grace_s`; at equality it is kept. Who changes into a closed lane between two lights is seen at the next.
    /// Uncertainty from place ÷ speed, from the clocks, and from how often an instrument samples the state.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 40: a green arrow over a lane opens
    /// it, a red cross or arrow closes it (basis: text). No grace unless the pack says otherwise.
    ClosedLaneEntered = "closed-lane-entered" {
        /// Time of red that is let pass.
        number grace_s = 0.0, "s", 0.0..=10.0;
    }
}

/// Lane lights passed.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for ClosedLaneEntered {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        for k in m.ego().in_block() {
            cx.judged(out, k);
            for at in lane_light::passed(m, k).into_iter().filter(|l| cx.scope.contains(l.t_ns)) {
                state.occasions += 1;
                judge(cx, track, &at, p, out);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn judge(cx: &Context<'_>, track: &Track, at: &LaneLightPassed, p: &Params, out: &mut RuleResult) {
    let m = cx.measures;
    let when = Interval::new(at.t_ns, at.t_ns);
    let shown = match m.shown(at.k, &m.heads_of(&[at.signal]), at.t_ns) {
        Ok(shown) if phase::is_red(shown.state) => shown,
        Ok(_) => return,
        Err(e) => return cx.missing_in(out, when, Channel::SignalState.name(), &e.why(track)),
    };
    let limit = Limit::AtMost(p.grace_s);
    let measured = Value { value: to_s(at.t_ns - shown.since_ns), u: at.u_s.rss(shown.u_s) };
    match cx.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "time of red", UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[at.k];
            let mut f = finding(META.id, "drove into a closed lane", &s, limit, measured, "s");
            (f.from_ns, f.to_ns, f.worst_ns) = (at.t_ns, at.t_ns, at.t_ns);
            f.at_m = m.ego().pose_at(at.t_ns).map(|p| [p.x_m, p.y_m]);
            f.element = Some(track.signal(at.signal).id.clone());
            f.details.push(word("lane", &track.lane(at.lane).id));
            f.details.extend(at.speed_mps.map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
