//! The rule `speed-limit`.

use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, KMH, SpeedCap, State, Tell};

rule! {
    /// The ego drives faster than the limit of its lane.
    ///
    /// ## Checks
    /// Speed against the speed limit of the lane in which the middle of the footprint is, at its station.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Inside a junction the lane is the one on the ego's
    /// way. Stretches over the limit at most `merge_s` apart are one finding, with the speed at its worst moment
    /// and the element of the track that sets the limit. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego is in no traffic lane; where the map gives no limit for the lane. A map
    /// that says that there is no limit is not broken.
    ///
    /// ## Limits
    /// The posted limit, raised by `tolerance_percent` and then by `tolerance_kmh`; at equality it is kept. Where
    /// the limit changes, the place decides without regard to the accuracy of the position. The uncertainty is
    /// that of the speed.
    ///
    /// ## Source
    /// The pack names the clause. Both tolerances are 0 unless it says otherwise.
    SpeedLimit = "speed-limit" {
        /// Part of the limit that may be exceeded.
        number tolerance_percent = 0.0, "%", 0.0..=100.0;
        /// Speed over the limit that is allowed.
        number tolerance_kmh = 0.0, "km/h", 0.0..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    let pace = Pace::new(p.min_duration_s, p.merge_s);
    SpeedCap { rule: META.id, what: "over the speed limit", pace }
}

impl Rule for SpeedLimit {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| posted(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn posted<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let lane = &track.lane(place.hit.lane).id;
    let Some(posted) = track.speed_limit_at(place.hit.lane, place.hit.station_m) else {
        return Cap::Missing("speed limit", format!("the track gives none for {lane}").into());
    };
    posted.max_mps.map_or(Cap::Open, |max_mps| {
        let max_kmh = max_mps * KMH * (1.0 + p.tolerance_percent / 100.0) + p.tolerance_kmh;
        Cap::At(Limit::AtMost(max_kmh), Some(&posted.source), [Tell::Word("lane", lane), Tell::Nothing])
    })
}
