//! The rule `takes-too-long`.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::attempt::{Stretch, Stretches, Whole, passing_u_s};
use crate::context::{Context, Need, Needs};
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

/// What begins the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// The begin of the attempt.
    Begin,
    /// The first motion in it.
    Motion,
}

impl Choice for From {
    const WORDS: &'static [&'static str] = &["begin", "motion"];
}

rule! {
    /// The ego takes too long for an attempt.
    ///
    /// ## Checks
    /// The time of each stretch of the scope: from its begin, or from the ego's first motion in it, to its end.
    ///
    /// ## Method
    /// Begin and end are those of the scope: of the station's gates, of its zone or of the examiner's marks. The ego moves at a
    /// sample with at least 0.2 m/s. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// When the log ends before the attempt does and within the limit; with `from = "motion"`, without a speed, or if the ego
    /// never moves.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Uncertainty: at both ends that of the ego's place ÷ its speed, or, where it stands,
    /// the step between its samples. How quickly an examiner sets a mark is not in it.
    ///
    /// ## Source
    /// The pack names the clause. Limits that the press reported of the Beijing closed-field exam of 2018 (basis: press):
    /// narrow U-turn 300 s, garage 210 s for two times in and out, parallel parking 90 s.
    TakesTooLong = "takes-too-long" {
        /// Time that is let pass.
        number max_s = 300.0, "s", 0.1..=86400.0;
        /// What begins the time.
        choice from: From = From::Begin, "begin";
    }
}

/// What is kept of a stretch.
#[derive(Default)]
pub struct Kept {
    begin: Option<(i64, Uncertainty)>,
    end_u: Option<Uncertainty>,
}

impl Rule for TakesTooLong {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let u = passing_u_s(cx, k);
            kept.end_u = Some(u);
            if p.from == From::Begin {
                kept.begin.get_or_insert((stretch.from_ns, u));
            } else if kept.begin.is_none() {
                let Some(speed) = cx.measures.ego_speed_mps(k) else {
                    return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                };
                kept.begin = (speed.value.abs() >= STANDING_MPS).then_some((stretch.last.t_ns, u));
            }
            cx.judged(out, k);
        };
        state.scan(cx, out, each, |stretch, kept, out| over(p, stretch, &kept, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| over(p, stretch, &kept, out));
    }
}

fn over(p: &Params, stretch: &Stretch, kept: &Kept, out: &mut RuleResult) {
    let Some((from_ns, u)) = kept.begin else {
        return out.missing("begin of the motion", "the ego does not move in the attempt", stretch.when());
    };
    let limit = Limit::AtMost(p.max_s);
    let took = Value { value: to_s(stretch.to_ns - from_ns), u: kept.end_u.unwrap_or(u).rss(u) };
    let when = Interval::new(from_ns, stretch.to_ns);
    if !stretch.ended && limit.margin(took.value) >= 0.0 {
        return out.missing("end of the attempt", LOG_ENDS, when);
    }
    let whole = Whole {
        rule: META.id,
        what: "took too long",
        value: "time of the attempt",
        unit: "s",
        when,
        at: stretch.last,
        limit,
        measured: took,
    };
    whole.judge(stretch.judging, out, |_| {});
}
