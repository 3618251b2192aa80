//! The rule `starts-late`.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult, Subject};
use serde::{Deserialize, Serialize};

use crate::attempt::{Stretch, Stretches, Whole, passing_u_s};
use crate::context::{Context, Need, Needs};
use crate::control::line_stop::{beyond_m, front_m};
use crate::episode::word;
use crate::items::told::go;
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

/// What begins the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// The examiner's mark.
    Go,
    /// The ego's own stop.
    Stop,
}

impl Choice for After {
    const WORDS: &'static [&'static str] = &["go", "stop"];
}

rule! {
    /// The ego moves off late.
    ///
    /// ## Checks
    /// The time from the examiner's `go`, or from the ego's stop, until it moves.
    ///
    /// ## Method
    /// `go`: marks of the log (channel `mark`) in the scope: `go`, or `go: ITEM` with the kind of the station. `stop`: a stop in
    /// the scope, where the station has a line only with the front within `near_m` of it. The ego moves at the first sample
    /// with at least 0.2 m/s. Who moves already when the mark comes has taken no time. An opportunity is a mark or a stop.
    ///
    /// ## Cannot tell
    /// With `after = "go"` where an attempt has no such mark; without a speed; when log or attempt end within the limit.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Who never moves has taken the time to the end of the attempt. The uncertainty is the
    /// step between the ego's samples. A start on a green light is the business of `late-start-on-green`.
    ///
    /// ## Source
    /// The default of 30 s is that of the hill stop and start in the Beijing closed-field exam of 2018 (basis: press).
    StartsLate = "starts-late" {
        /// Time that is let pass.
        number max_s = 30.0, "s", 0.1..=600.0;
        /// What begins it.
        choice after: After = After::Go, "go";
        /// Stops with the front farther than this from the station's line, if it has one, are none at it.
        number near_m = 5.0, "m", 0.1..=100.0;
    }
}

/// Attempts, and what was asked for in all of them.
#[derive(Default)]
pub struct State {
    stretches: Stretches<Kept>,
    asked: u64,
}

/// The time that goes on.
#[derive(Default)]
pub struct Kept {
    since_ns: Option<i64>,
    moved: bool,
    asked: u64,
}

impl Rule for StartsLate {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let begin_ns = cx.measures.ego().in_block().start.checked_sub(1);
        let begin_ns = begin_ns.map_or(i64::MIN, |k| cx.measures.ego().samples()[k].t_ns + 1);
        let said = cx.texts(Subject::Drive, Channel::Mark, begin_ns);
        let mut marks = said.iter().filter(|m| cx.scope.contains(m.t_ns) && go(cx, m.text)).peekable();
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let s = stretch.last;
            while let Some(mark) = marks.next_if(|m| m.t_ns <= s.t_ns) {
                if p.after == After::Go {
                    kept.asked += 1;
                    kept.since_ns = Some(mark.t_ns);
                }
            }
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            cx.judged(out, k);
            let moves = speed.value.abs() >= STANDING_MPS;
            let stops = std::mem::replace(&mut kept.moved, moves) && !moves;
            if stops && p.after == After::Stop && at_line(cx, p, k) {
                kept.asked += 1;
                kept.since_ns = Some(s.t_ns);
            }
            if let Some(since_ns) = kept.since_ns.filter(|_| moves) {
                kept.since_ns = None;
                judge(p, stretch, (since_ns, s.t_ns), passing_u_s(cx, k), out);
            }
        };
        let asked = &mut state.asked;
        state.stretches.scan(cx, out, each, |stretch, kept, out| *asked += over(p, stretch, &kept, out));
    }

    fn finish(p: &Params, mut state: State, out: &mut RuleResult) {
        state.stretches.finish(out, |stretch, kept, out| state.asked += over(p, stretch, &kept, out));
        out.opportunities = state.asked;
    }
}

fn at_line(cx: &Context<'_>, p: &Params, k: usize) -> bool {
    let line = cx.station.and_then(|s| s.line);
    line.is_none_or(|line| beyond_m(line, front_m(cx, k)).is_some_and(|d| d.abs() <= p.near_m))
}

/// Closes a stretch; how often a start was asked for in it.
fn over(p: &Params, stretch: &Stretch, kept: &Kept, out: &mut RuleResult) -> u64 {
    if kept.asked == 0 && p.after == After::Go {
        out.missing(Channel::Mark.name(), "the attempt has no go", stretch.when());
    }
    if let Some(since_ns) = kept.since_ns {
        if to_s(stretch.to_ns - since_ns) > p.max_s {
            judge(p, stretch, (since_ns, stretch.to_ns), Uncertainty::Known(0.0), out);
        } else {
            out.missing("start", LOG_ENDS, Interval::new(since_ns, stretch.to_ns));
        }
    }
    kept.asked
}

fn judge(p: &Params, stretch: &Stretch, (from_ns, to_ns): (i64, i64), u: Uncertainty, out: &mut RuleResult) {
    let whole = Whole {
        rule: META.id,
        what: "moved off late",
        value: "time to the start",
        unit: "s",
        when: Interval::new(from_ns, to_ns),
        at: stretch.last,
        limit: Limit::AtMost(p.max_s),
        measured: Value { value: to_s(to_ns - from_ns), u },
    };
    whole.judge(stretch.judging, out, |f| f.details.push(word("after", After::WORDS[p.after as usize])));
}
