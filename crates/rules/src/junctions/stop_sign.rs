//! The rule `stop-sign`.

use lukao_measure::approach::{self, Slowest};
use lukao_measure::{Value, priority};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::{LaneIx, Track};

use super::control::unsignalled;
use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, number};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes a stop sign without standing still.
    ///
    /// ## Checks
    /// The least speed of the ego while its front was within `within_m` before the place to stop, on an approach with a
    /// stop sign within 60 m before the junction: the painted stop line of the approach lane, or else the lane's end.
    ///
    /// ## Method
    /// At the moment at which the middle of the front bumper passes that place, in continuous time; the least speed of the
    /// samples before it, at most 20 s back. An opportunity is such a passage.
    ///
    /// ## Cannot tell
    /// The data begins within `within_m` of the place, or the ego stayed there longer than 20 s without a known speed;
    /// lights govern the way and what they show is not known.
    ///
    /// ## Limits
    /// `standing_mps`; at equality it is kept. Where lights are at work the sign does not count. A stop between two samples
    /// is not seen. Uncertainty is that of the speed.
    ///
    /// ## Source
    /// GB 5768.2, sign "stop and give way": vehicles must stop before the line or the junction; Regulations on the
    /// Implementation of the Road Traffic Safety Law, article 52 (1). The clause was not read (basis: inferred); 0.2 m/s as
    /// standing still and 3 m before the line are this project's own reading (basis: profile).
    StopSign = "stop-sign" {
        /// Fastest that counts as standing still.
        number standing_mps = 0.2, "m/s", 0.01..=2.0;
        /// How near before the place to stop the ego must have stood.
        number within_m = 3.0, "m", 0.5..=20.0;
    }
}

/// Passages of stop signs.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for StopSign {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        cx.judged_all(out);
        let signed = |lane: LaneIx| priority::signs(track, lane).stop;
        for entry in m.junction_entries().iter().filter(|e| cx.scope.contains(e.t_ns) && signed(e.from)) {
            let when = Interval::new(entry.t_ns, entry.t_ns);
            match unsignalled(cx, track, entry, entry.ways[0]) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(why) => {
                    cx.missing_in(out, when, Channel::SignalState.name(), &why);
                    continue;
                }
            }
            state.occasions += 1;
            let before_end = to_painted_line(track, entry.from);
            match approach::slowest(m, entry.k, entry.t_ns, [before_end, before_end + p.within_m]) {
                Slowest::At(speed, t_ns) => {
                    judge(cx, track, (entry.from, entry.t_ns, entry.k), (speed, t_ns), p, out)
                }
                Slowest::NoSpeed => cx.missing_in(out, when, Channel::Speed.name(), crate::words::NO_SPEED),
                Slowest::NotSeen => {
                    cx.missing_in(out, when, "ego", "what it did before the stop line was not seen");
                }
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

/// How far before the lane's end the last painted stop line lies; 0 without one.
fn to_painted_line(track: &Track, lane: LaneIx) -> f64 {
    let painted = track.stop_lines_on(lane).iter().filter(|(_, l)| !track.stop_line(*l).derived);
    painted.last().map_or(0.0, |(at, _)| track.lane(lane).length_m() - at)
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    (from, t_ns, k): (LaneIx, i64, usize),
    (speed, slowest_ns): (Value, i64),
    p: &Params,
    out: &mut RuleResult,
) {
    let limit = Limit::AtMost(p.standing_mps);
    match cx.judge(limit, speed) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, Interval::new(t_ns, t_ns), Channel::Speed.name(), UNSURE),
        Judgement::Broken { .. } => {
            let s = cx.measures.ego().samples()[k];
            let mut f =
                finding(META.id, "passed a stop sign without standing still", &s, limit, speed, "m/s");
            (f.from_ns, f.to_ns, f.worst_ns) = (slowest_ns.min(t_ns), t_ns, slowest_ns);
            f.element = Some(track.lane(from).id.clone());
            f.details.extend(cx.measures.ego_speed_mps(k).map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
