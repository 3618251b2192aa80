//! The rule `late-start-on-green`.

use lukao_measure::green_start::{self, Green, Waiting};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::from_s;
use lukao_model::{Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego waits on when its light has turned green and nothing is in its way.
    ///
    /// ## Checks
    /// Time from the moment at which the lights at its stop line turn green to the ego's start, if it stood before the
    /// line at that moment and nobody was in its way then.
    ///
    /// ## Method
    /// A start is the first sample at which the ego moves. In its way is somebody ahead in lane within 20 m, and,
    /// within 30 m before the ego, a vehicle in the junction or somebody on foot; see `measure::green_start`. An
    /// opportunity is a change from red to green that the ego waited for.
    ///
    /// ## Cannot tell
    /// The state is missing or unknown while the ego stands at its line; the speed is missing while it waits; the data ends before the ego starts and before the time is over.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Who comes into the way after the change is not looked at. Uncertainty from the
    /// clocks and from how often an instrument samples the state.
    ///
    /// ## Source
    /// GB/T 41798-2022, 6.1.4, as others report it: a passenger car starts within 3 s of green (basis: inferred, the
    /// clause was not read); 5 s for other vehicles are recollected, and set by the pack.
    LateStartOnGreen = "late-start-on-green" {
        /// Longest time to the start.
        number max_s = 3.0, "s", 0.5..=60.0;
    }
}

/// Changes to green waited for.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for LateStartOnGreen {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        cx.judged_all(out);
        for (k, _) in cx.samples() {
            match green_start::turned_green(cx.measures, k) {
                None | Some(Waiting::NotFree) => {}
                Some(Waiting::Missing(what, why)) => cx.missing(out, k, what, &why),
                Some(Waiting::Green(green)) => {
                    state.occasions += 1;
                    judge(cx, track, k, &green, p, out);
                }
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn judge(cx: &Context<'_>, track: &Track, k: usize, green: &Green, p: &Params, out: &mut RuleResult) {
    let limit = Limit::AtMost(p.max_s);
    let to_ns = green.t_ns + from_s(green.start_s.value).unwrap_or(0);
    let when = Interval::new(green.t_ns, to_ns);
    match cx.judge(limit, green.start_s) {
        Judgement::Kept { .. } if green.started => {}
        Judgement::Kept { .. } => cx.missing_in(out, when, "ego", "its data ends before it starts"),
        Judgement::Unsure => cx.missing_in(out, when, "time to the start", UNSURE),
        Judgement::Broken { .. } => {
            let s = cx.measures.ego().samples()[k];
            let mut f = finding(META.id, "started late on green", &s, limit, green.start_s, "s");
            (f.from_ns, f.to_ns, f.worst_ns) = (green.t_ns, to_ns, to_ns);
            f.element = Some(track.stop_line(green.line).id.clone());
            if !green.started {
                f.details.push(word("start", "not seen"));
            }
            out.findings.push(f);
        }
    }
}
