//! The rule `speed-not-reached`.

use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::Limit;
use lukao_model::{Channel, RuleResult};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego never gets as fast as it has to.
    ///
    /// ## Checks
    /// The highest speed of each stretch of the scope.
    ///
    /// ## Method
    /// The highest speed at a sample. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Without a speed; when the log ends before the attempt does.
    ///
    /// ## Limits
    /// `least_kmh`; at equality it is kept. The uncertainty is that of the speed. Who is slow for a while is the business of
    /// `needlessly-slow`.
    ///
    /// ## Source
    /// The pack names the clause. Old human driving tests ask for 20 km/h through the width gate (basis: profile).
    SpeedNotReached = "speed-not-reached" {
        /// Speed that has to be reached.
        number least_kmh = 0.0, "km/h", 0.0..=200.0;
    }
}

impl Rule for SpeedNotReached {
    type Params = Params;
    type State = Stretches<Option<(Value, EgoSample)>>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let each =
            |stretch: &mut Stretch, top: &mut Option<(Value, EgoSample)>, k: usize, out: &mut RuleResult| {
                let Some(v) = cx.measures.ego_speed_mps(k) else {
                    return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                };
                cx.judged(out, k);
                let kmh = Value { value: v.value.abs() * 3.6, u: v.u.times(3.6) };
                if top.is_none_or(|t| kmh.value > t.0.value) {
                    *top = Some((kmh, stretch.last));
                }
            };
        state.scan(cx, out, each, |stretch, top, out| over(p, stretch, top, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, top, out| over(p, stretch, top, out));
    }
}

fn over(p: &Params, stretch: &Stretch, top: Option<(Value, EgoSample)>, out: &mut RuleResult) {
    let Some((measured, at)) = top else { return };
    let limit = Limit::AtLeast(p.least_kmh);
    if !stretch.ended && limit.margin(measured.value) < 0.0 {
        return out.missing("end of the attempt", LOG_ENDS, stretch.when());
    }
    let (rule, when, unit) = (META.id, stretch.when(), "km/h");
    Whole { rule, what: "did not get fast enough", value: "highest speed", unit, when, at, limit, measured }
        .judge(stretch.judging, out, |_| {});
}
