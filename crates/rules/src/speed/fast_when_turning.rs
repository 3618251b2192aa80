//! The rule `fast-when-turning`.

use lukao_measure::stops;
use lukao_track::Turn;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, NOTHING, SpeedCap, State};

rule! {
    /// The ego turns or turns round too fast.
    ///
    /// ## Checks
    /// Speed while the ego is in a junction on a way that turns by 30° or more, or is more than 45° off the direction of its
    /// lane outside of one.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion in turns.
    ///
    /// ## Cannot tell
    /// Without a speed; in a junction, where the way through it is not seen. Off the map nothing is a turn.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(2): at most 30 km/h (basis: text).
    FastWhenTurning = "fast-when-turning" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "turned too fast", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for FastWhenTurning {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| turning(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

/// Off the lane's direction by more than this is turning round, rad.
const ROUND_RAD: f64 = std::f64::consts::FRAC_PI_4;

fn turning<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::Away };
    let lane = track.lane(place.hit.lane);
    let at = || Cap::At(lukao_model::outcome::Limit::AtMost(p.max_kmh), Some(&lane.id), NOTHING);
    if !lane.in_junction {
        // Backing along the lane is no turn.
        let off = place.off_rad.abs().min(std::f64::consts::PI - place.off_rad.abs());
        return if off > ROUND_RAD { at() } else { Cap::Away };
    }
    let ways = cx.measures.places().and_then(|x| x.ways_through(k)).unwrap_or_default();
    match stops::turn(track, &ways) {
        Some(Turn::Straight) => Cap::Away,
        Some(_) => at(),
        None => Cap::Missing("way through the junction", "the ego is not seen to leave it".into()),
    }
}
