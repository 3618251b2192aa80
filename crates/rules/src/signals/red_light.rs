//! The rule `red-light`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::phase::{self, is_red};
use lukao_measure::stops::turn;
use lukao_measure::{Shown, StopLinePassed, Value};
use lukao_model::code::SignalState;
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Finding, Interval, RuleResult};
use lukao_track::{StopLineIx, Track, Turn};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes a stop line while its signal is red.
    ///
    /// ## Checks
    /// The state of the signals that govern the ego's way, at the moment at which the middle of its front bumper
    /// passes the stop line. Red, and red with amber, are red. Whoever is past the line when the signal turns
    /// red has not entered on red.
    ///
    /// ## Method
    /// The moment is found in continuous time between samples. The signals are those at the line that govern the
    /// way that the ego then takes; if it is not seen to leave the junction, all ways from its lane count and
    /// their signals must agree. Measured is the time to the nearer end of the red phase, looked for up to 20 s
    /// back and 60 s ahead. Where the state is "red, right turn after a stop allowed" a right turn is clear if
    /// the ego stood within 10 m before the line. Opportunities are passages that were judged and stops at a red
    /// signal.
    ///
    /// ## Cannot tell
    /// The state is missing or logged as unknown at that moment; signals for the ways that the ego may take
    /// disagree; the clock of the states is not synchronised with the ego's; a right turn would decide, and the
    /// way is not known; the log has signals and the track none.
    ///
    /// ## Limits
    /// `grace_s`; at equality it is kept. Off, flashing and amber signals are not judged here. A line of several
    /// points counts as straight. Passing beside the line by more than half the ego's width is not seen.
    /// Uncertainty from place ÷ speed, from the clocks, and from how often an instrument samples the state.
    ///
    /// ## Source
    /// The pack names the clause. No grace unless it says otherwise.
    RedLight = "red-light" {
        /// Time inside the red phase that is let pass.
        number grace_s = 0.0, "s", 0.0..=5.0;
        /// Turning right on plain red is allowed, as for round lights in China.
        flag right_turn_on_red = false;
    }
}

/// Passages judged, red phases waited for, and the line at which the ego waits.
#[derive(Default)]
pub struct State {
    occasions: u64,
    waits_at: Option<StopLineIx>,
}

impl Rule for RedLight {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let no_lights = !track.features().traffic_lights && !cx.measures.window().header().signals.is_empty();
        let mut passed = cx.measures.stop_lines_passed().iter().peekable();
        for k in cx.measures.ego().in_block() {
            if no_lights {
                cx.missing(out, k, "traffic lights", "the log has signals, the track has none");
                continue;
            }
            wait(cx, track, k, state);
            while let Some(line) = passed.next_if(|x| x.k <= k) {
                if cx.scope.contains(line.t_ns) {
                    judge(cx, track, line, p, state, out);
                }
                state.waits_at = state.waits_at.filter(|l| *l != line.line);
            }
            cx.judged(out, k);
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

/// Counts a red phase once if the ego stands before its line.
fn wait(cx: &Context<'_>, track: &Track, k: usize, state: &mut State) {
    let m = cx.measures;
    let s = m.ego().samples()[k];
    if !cx.scope.contains(s.t_ns) || m.ego_speed_mps(k).is_none_or(|v| v.value.abs() >= STANDING_MPS) {
        return;
    }
    let Some((places, place)) = m.places().and_then(|p| Some((p, p.at(k)?))) else { return };
    let reach = phase::STOP_NEAR_M + m.window().runs()[s.run].size.length_m;
    let ahead = track.stop_lines_ahead(place.hit.lane, place.hit.station_m, reach);
    let ways = places.ways_through(k);
    for next in ahead {
        let heads = m.heads(next.line, ways.as_deref());
        if heads.is_empty() {
            continue;
        }
        let red = m.shown(k, &heads, s.t_ns).is_ok_and(|x| is_red(x.state));
        if red && state.waits_at != Some(next.line) {
            state.occasions += 1;
        }
        state.waits_at = red.then_some(next.line);
        return;
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
    let what = Channel::SignalState.name();
    let shown = match m.shown(at.k, &heads, at.t_ns) {
        Ok(shown) => shown,
        Err(e) => return cx.missing_in(out, when, what, &e.why(track)),
    };
    if shown.state == SignalState::Off {
        return;
    }
    let right = at.ways.as_ref().and_then(|w| turn(track, w)).map(|t| t == Turn::Right);
    let mut stopped_first = true;
    if shown.state == SignalState::RedTurnRight || (shown.state == SignalState::Red && p.right_turn_on_red) {
        match right {
            None => {
                return cx.missing_in(out, when, "way through the junction", "it decides whether red holds");
            }
            Some(true) if shown.state == SignalState::Red || phase::stood_before(m, at) => {
                state.occasions += 1;
                return;
            }
            Some(true) => stopped_first = false,
            Some(false) => {}
        }
    }
    state.occasions += 1;
    let Some(depth) = phase::red_depth_s(m, &heads, at, &shown) else { return };
    let limit = Limit::AtMost(p.grace_s);
    match cx.judge(limit, depth) {
        Judgement::Unsure => cx.missing_in(out, when, "time in the red phase", UNSURE),
        Judgement::Kept { .. } => {}
        Judgement::Broken { .. } => {
            out.findings.push(describe(cx, track, at, &shown, limit, depth, stopped_first));
        }
    }
}

fn describe(
    cx: &Context<'_>,
    track: &Track,
    at: &StopLinePassed,
    shown: &Shown,
    limit: Limit,
    depth: Value,
    stopped_first: bool,
) -> Finding {
    let what = if stopped_first { "ran a red light" } else { "turned right on red without a stop" };
    let s = cx.measures.ego().samples()[at.k];
    let mut f = finding(META.id, what, &s, limit, depth, "s");
    (f.from_ns, f.to_ns, f.worst_ns) = (at.t_ns, at.t_ns, at.t_ns);
    f.at_m = cx.measures.ego().pose_at(at.t_ns).map(|p| [p.x_m, p.y_m]);
    f.element = Some(track.stop_line(at.line).id.clone());
    f.details.push(word("signal", &track.signal(shown.signal).id));
    f.details.push(number("red_for_s", to_s(at.t_ns - shown.since_ns)));
    f.details.extend(shown.until_ns.map(|t| number("red_left_s", to_s(t - at.t_ns))));
    f.details.extend(at.speed_mps.map(|v| number("speed_mps", v.value)));
    if matches!(at.u_s, Uncertainty::Unknown) {
        f.details.push(word("time_of_passage", "its uncertainty is not known"));
    }
    f
}
