//! The rule `amber-light`.

use lukao_measure::{StopLinePassed, approach};
use lukao_model::code::SignalState;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes a stop line on amber though it could have stopped.
    ///
    /// ## Checks
    /// The deceleration that the ego would have needed, when the light turned amber, to stop with its front at the stop
    /// line. Who would have had to brake harder than `max_decel_mps2` may go on.
    ///
    /// ## Method
    /// At the moment at which the middle of the front bumper passes the line while the lights of its way are amber, in
    /// continuous time. From when they turned amber on, at most 20 s back, the way to the line and the speed give v² ÷
    /// 2(d − v·r), with `reaction_s` as r. An opportunity is such a passage. Passing on red is another rule's.
    ///
    /// ## Cannot tell
    /// The state is missing or logged as unknown at that moment; lights of ways that the ego may take disagree; the
    /// clock of the states is not synchronised with the ego's; the data begins after the light turned amber.
    ///
    /// ## Limits
    /// `max_decel_mps2`; at equality the ego may go on. Flashing amber is not judged. Uncertainty from the place, the
    /// speed, the clocks, and how often an instrument samples the state.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 38: on amber vehicles that have passed
    /// the stop line may go on (basis: text). That who cannot stop with 3 m/s² after 1 s may go on too is this
    /// project's own reading (basis: profile).
    AmberLight = "amber-light" {
        /// Deceleration that is asked for.
        number max_decel_mps2 = 3.0, "m/s2", 0.5..=9.0;
        /// Time to react.
        number reaction_s = 1.0, "s", 0.0..=3.0;
    }
}

/// Passages on amber.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for AmberLight {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        cx.judged_all(out);
        for line in cx.measures.stop_lines_passed().iter().filter(|l| cx.scope.contains(l.t_ns)) {
            judge(cx, track, line, p, state, out);
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    at: &StopLinePassed,
    p: &Params,
    state: &mut State,
    out: &mut RuleResult,
) {
    let m = cx.measures;
    let heads = m.heads(at.line, at.ways.as_deref());
    if heads.is_empty() {
        return;
    }
    let when = Interval::new(at.t_ns, at.t_ns);
    let shown = match m.shown(at.k, &heads, at.t_ns) {
        Ok(shown) if shown.state == SignalState::Amber => shown,
        Ok(_) => return,
        Err(e) => return cx.missing_in(out, when, Channel::SignalState.name(), &e.why(track)),
    };
    state.occasions += 1;
    let needed = match approach::needed_decel(m, at.k, at.t_ns, (shown.since_ns, shown.u_s), p.reaction_s) {
        Ok(Some(needed)) => needed,
        Ok(None) => return,
        Err(what) => return cx.missing_in(out, when, what, "not known when the light turned amber"),
    };
    let limit = Limit::AtLeast(p.max_decel_mps2);
    match cx.judge(limit, needed) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "needed deceleration", UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[at.k];
            let mut f = finding(META.id, "passed on amber though it could stop", &s, limit, needed, "m/s2");
            (f.from_ns, f.to_ns, f.worst_ns) = (shown.since_ns, at.t_ns, shown.since_ns);
            f.at_m = m.ego().pose_at(at.t_ns).map(|p| [p.x_m, p.y_m]);
            f.element = Some(track.stop_line(at.line).id.clone());
            f.details.push(word("signal", &track.signal(shown.signal).id));
            f.details.push(number("amber_for_s", to_s(at.t_ns - shown.since_ns)));
            f.details.extend(at.speed_mps.map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
