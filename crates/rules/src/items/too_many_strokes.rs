//! The rule `too-many-strokes`.

use lukao_measure::Value;
use lukao_measure::strokes::{Stroke, StrokeScan};
use lukao_measure::value::greater;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs};
use crate::episode::number;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego shunts forward and back too often.
    ///
    /// ## Checks
    /// How many strokes forward and how many back the ego makes in each stretch of the scope.
    ///
    /// ## Method
    /// A stroke is driving in one direction, from the motion alone: standing in between ends none. One of less than
    /// `min_stroke_m` is none, and what it parted is one. If there are too many of both kinds, forward is reported. An
    /// opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Without a speed; when the log ends before the attempt does and within the limits.
    ///
    /// ## Limits
    /// `max_forward` and `max_back`; at equality they are kept. The count is not certain where the way of a stroke is as near
    /// to `min_stroke_m` as the position is known.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018, narrow U-turn: three times forward and two back at most (basis: press). What is a
    /// stroke is this project's own reading (basis: profile).
    TooManyStrokes = "too-many-strokes" {
        /// Strokes forward that are let pass.
        number max_forward = 3.0, "", 0.0..=100.0;
        /// Strokes back that are let pass.
        number max_back = 2.0, "", 0.0..=100.0;
        /// Shorter ones are none.
        number min_stroke_m = 0.2, "m", 0.0..=10.0;
    }
}

/// Strokes of a stretch, and how well its places are known.
#[derive(Default)]
pub struct Kept {
    strokes: StrokeScan,
    u_m: Option<Uncertainty>,
}

impl Rule for TooManyStrokes {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let m = cx.measures;
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let s = stretch.last;
            let u = Uncertainty::from_option(m.window().runs()[s.run].accuracy.position_m.at(s.i));
            kept.u_m = Some(kept.u_m.map_or(u, |known| greater(known, u)));
            kept.strokes.step(m, k);
            match m.ego_speed_mps(k) {
                Some(_) => cx.judged(out, k),
                None => cx.missing(out, k, Channel::Speed.name(), NO_SPEED),
            }
        };
        state.scan(cx, out, each, |stretch, kept, out| over(p, stretch, kept, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| over(p, stretch, kept, out));
    }
}

fn over(p: &Params, stretch: &Stretch, kept: Kept, out: &mut RuleResult) {
    let u_m = kept.u_m.unwrap_or(Uncertainty::Unknown).known();
    let all = kept.strokes.finish();
    // Both ends of a stroke are off by as much.
    let doubtful = |s: &Stroke| u_m.is_none_or(|u| u > 0.0 && (s.way_m - p.min_stroke_m).abs() <= 1.5 * u);
    let sure = !all.iter().any(doubtful);
    let mut strokes: Vec<Stroke> = Vec::new();
    for s in all.into_iter().filter(|s| s.way_m >= p.min_stroke_m) {
        if strokes.last().is_none_or(|last| last.backward != s.backward) {
            strokes.push(s);
        }
    }
    let of = |backward: bool| strokes.iter().filter(move |s| s.backward == backward);
    let (forward, back) = (of(false).count() as f64, of(true).count() as f64);
    let too_far = Limit::AtMost(p.max_forward).margin(forward) < 0.0;
    let (what, max, count, backward) = if too_far || forward - p.max_forward >= back - p.max_back {
        ("drove forward too often", p.max_forward, forward, false)
    } else {
        ("drove back too often", p.max_back, back, true)
    };
    let limit = Limit::AtMost(max);
    if !stretch.ended && limit.margin(count) >= 0.0 {
        return out.missing("end of the attempt", LOG_ENDS, stretch.when());
    }
    // It begins with the stroke that was one too many.
    let first = of(backward).nth(max as usize).map_or(stretch.from_ns, |s| s.from_ns);
    let u = if sure { Uncertainty::Known(0.0) } else { Uncertainty::Unknown };
    let whole = Whole {
        rule: META.id,
        what,
        value: "number of strokes",
        unit: "1",
        when: Interval::new(first, stretch.to_ns),
        at: stretch.last,
        limit,
        measured: Value { value: count, u },
    };
    whole.judge(stretch.judging, out, |f| {
        f.details.extend([number("strokes_forward", forward), number("strokes_back", back)]);
    });
}
