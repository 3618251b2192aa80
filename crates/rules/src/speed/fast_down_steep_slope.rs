//! The rule `fast-down-steep-slope`.

use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives down a steep slope too fast.
    ///
    /// ## Checks
    /// Speed where the middle of the ego's lane falls by at least `grade_percent` in the direction in which the ego moves.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one finding, with
    /// the speed at its worst moment. The grade is that of the lane's middle over 10 m to both sides of the place, as far as the lane
    /// goes. An opportunity is a second of motion down such slopes.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego is in no traffic lane. On a map without heights there are no slopes.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; place and heights decide without regard to theirs.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(2): at most 30 km/h down a steep slope (basis:
    /// text). From which grade a slope is steep it does not say: that is this project's own reading (basis: profile).
    FastDownSteepSlope = "fast-down-steep-slope" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Least grade of a steep slope.
        number grade_percent = 7.0, "%", 1.0..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "fast down a steep slope", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for FastDownSteepSlope {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| slope(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn slope<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let lane = track.lane(place.hit.lane);
    let Some(percent) = cap::grade_percent(cx, track, &place, k) else { return Cap::Away };
    if percent > -p.grade_percent {
        return Cap::Away;
    }
    Cap::At(Limit::AtMost(p.max_kmh), Some(&lane.id), [Tell::Number("grade_percent", percent), Tell::Nothing])
}
