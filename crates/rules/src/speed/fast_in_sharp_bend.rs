//! The rule `fast-in-sharp-bend`.

use lukao_model::math;
use lukao_model::outcome::Limit;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives through a sharp bend too fast.
    ///
    /// ## Checks
    /// Speed where the middle of the ego's lane, outside junctions, bends with a radius below `max_radius_m`.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion in such bends.
    /// The radius is that of the circle through three points of the lane's middle, 10 m in all around the place.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego is in no traffic lane.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(1): at most 30 km/h (basis: text).
    /// What is sharp it does not say in figures: the radius is this project's own reading (profile).
    FastInSharpBend = "fast-in-sharp-bend" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Bends with a smaller radius are sharp.
        number max_radius_m = 50.0, "m", 5.0..=500.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "fast in a sharp bend", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for FastInSharpBend {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| bend(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

/// Half the length of lane over which its bend is taken, metres.
const HALF_M: f64 = 5.0;

fn bend<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let lane = track.lane(place.hit.lane);
    if lane.in_junction {
        return Cap::Away;
    }
    let from = (place.hit.station_m - HALF_M).min(lane.length_m() - 2.0 * HALF_M).max(0.0);
    let [a, b, c] = [0.0, HALF_M, 2.0 * HALF_M].map(|m| lane.centre_at((from + m).min(lane.length_m())));
    let way = |p: [f64; 3], q: [f64; 3]| math::hypot(q[0] - p[0], q[1] - p[1]);
    // Twice the triangle's area; the circle through its corners has the radius abc / 4·area.
    let area = ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs();
    let radius_m = way(a, b) * way(b, c) * way(a, c) / (2.0 * area);
    if area > 0.0 && radius_m < p.max_radius_m {
        Cap::At(Limit::AtMost(p.max_kmh), Some(&lane.id), [Tell::Number("radius_m", radius_m), Tell::Nothing])
    } else {
        Cap::Away
    }
}
