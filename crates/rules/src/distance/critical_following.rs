//! The rule `critical-following`.

use lukao_measure::{Mean, Value, Who, r157};
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;
use lukao_model::time::MS;

use super::following::{Following, Look, Words, lead_speed};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::NEAR_END;

rule! {
    /// The ego follows so that the fuzzy safety model of UN R157 calls it critical.
    ///
    /// ## Checks
    /// Critical fuzzy safety (CFS) to the vehicle ahead in the ego's lane along its way: 0 if after the reaction time
    /// the ego can stay behind him with comfortable braking, he keeping his speed; 1 if even its hardest braking would
    /// not do; in between the part.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and a vehicle is ahead within 200 m along the
    /// lanes that it takes, from the gap, both speeds and the ego's mean acceleration over 0.5 s. More than `max_cfs`
    /// with one vehicle is one finding, with the greatest value. An opportunity is a second of following.
    ///
    /// ## Cannot tell
    /// Where the ego's lane, speed or acceleration, or the speed of the one ahead, is not known; where he is known from
    /// an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `max_cfs`; at equality it is kept. Somebody slower than the ego's wish is no danger by itself: an ego that falls
    /// back has 0. Uncertainty from positions, sizes, clocks, speeds and acceleration.
    ///
    /// ## Source
    /// UN Regulation No. 157, 01 series, Annex 3, with the defaults of the published code of the JRC (basis: text).
    /// That a value above `max_cfs` is a fault is this project's own reading.
    CriticalFollowing = "critical-following" {
        /// Greatest critical fuzzy safety value.
        number max_cfs = 0.9, "", 0.0..=1.0;
        /// Reaction time.
        number reaction_s = 0.75, "s", 0.0..=5.0;
        /// Comfortable braking.
        number comfort_mps2 = 4.0, "m/s2", 0.5..=15.0;
        /// Greatest braking of the ego.
        number brake_max_mps2 = 6.0, "m/s2", 0.5..=15.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "followed critically close", quantity: "critical fuzzy safety", unit: "" };

/// Half the time over which the ego's acceleration is taken, ns.
const ACCEL_HALF_NS: i64 = 250 * MS;

impl Rule for CriticalFollowing {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let f = r157::Fuzzy {
            reaction_s: p.reaction_s,
            comfort_mps2: p.comfort_mps2,
            brake_max_mps2: p.brake_max_mps2,
            ..r157::Fuzzy::default()
        };
        let (limit, pace) = (Limit::AtMost(p.max_cfs), Pace::new(p.min_duration_s, p.merge_s));
        state.scan(cx, &WORDS, Who::Vehicles, p.min_speed_mps, pace, out, |_, s, lead| {
            let other = match lead_speed(cx, lead) {
                Err(missing) => return missing,
                Ok(v) => v,
            };
            let Some(accel) = cx.measures.ego_mean_at(Mean::AccelLon, s.t_ns, ACCEL_HALF_NS) else {
                return Look::Missing("acceleration", NEAR_END.into());
            };
            let parts = [lead.gap_m, lead.ego_mps, other, accel];
            Look::Value(Value::of(parts, |[gap, u, v, a]| r157::cfs(gap, u, v, a, &f)), limit)
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
