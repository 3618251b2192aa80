//! The rule `needlessly-slow`.

use lukao_measure::{Ahead, Who};
use lukao_model::math;
use lukao_model::outcome::Limit;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, KMH, SpeedCap, State, Tell};

rule! {
    /// The ego drives much slower than it might, with nothing in its way.
    ///
    /// ## Checks
    /// Speed against `least_percent` of the posted limit, while nobody is ahead within `free_m`, no stop line, crossing or junction
    /// is near, and the ego is in its lane.
    ///
    /// ## Method
    /// At each sample while the ego moves. A stretch counts if it lasts `min_duration_s`: speeding up and slowing down pass.
    /// Moments below at most `merge_s` apart are one finding, with the lowest speed. An opportunity is a second of motion
    /// with nothing in the way.
    ///
    /// ## Cannot tell
    /// Without a speed; in no lane; where the map gives no limit; where it cannot be told who is ahead.
    ///
    /// ## Limits
    /// `least_percent` of the limit; at equality it is kept. What stands beside the lane, weather and light are not looked at: they
    /// may be reasons to be slow. A bend with a radius below 150 m is one. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// The 2025 draft for combined driver assistance, 5.3, asks for 90 % of the set speed over 30 s on an empty road (text of a
    /// draft).
    /// That it is measured against the posted limit, and the default of 50 %, are this project's own reading (profile).
    NeedlesslySlow = "needlessly-slow" {
        /// Part of the posted limit below which it is needless.
        number least_percent = 50.0, "%", 5.0..=100.0;
        /// Somebody nearer ahead than this, or a stop line, crossing or junction, excuses it.
        number free_m = 80.0, "m", 0.0..=190.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 30.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "needlessly slow", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for NeedlesslySlow {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| free(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

/// Bends with a smaller radius are a reason to be slow, metres.
const BEND_M: f64 = 150.0;

fn free<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let (lane, at) = (track.lane(place.hit.lane), place.hit.station_m);
    // Junctions, their stop lines and crossings lie at a lane's end; behind them others rejoin.
    let to_end = lane.length_m() - at;
    let ends = to_end < p.free_m && lane.successors.iter().any(|s| track.lane(*s).in_junction);
    if lane.in_junction || ends || !track.stop_lines_ahead(place.hit.lane, at, p.free_m).is_empty() {
        return Cap::Away;
    }
    let crossing = track.crossings_on(place.hit.lane).iter().any(|c| {
        let near = |l: &lukao_track::LaneStretch| {
            l.lane == place.hit.lane && (at..at + p.free_m).contains(&l.from_m)
        };
        track.crossing(*c).lanes.iter().any(near)
    });
    let turn =
        math::angle_between(lane.heading_at(at), lane.heading_at((at + 20.0).min(lane.length_m()))).abs();
    if crossing || turn > 20.0 / BEND_M {
        return Cap::Away;
    }
    let ahead = cx.measures.ahead(Who::Anyone);
    match ahead.as_ref().map(|a| &a[k - cx.measures.ego().in_block().start]) {
        None | Some(Ahead::Free) => {}
        Some(Ahead::Lead(lead)) if lead.gap_m.value > p.free_m => {}
        Some(Ahead::Lead(_)) => return Cap::Away,
        Some(Ahead::Unknown(what, why)) => return Cap::Missing(what, why.clone().into()),
    }
    match track.speed_limit_at(place.hit.lane, at) {
        None => Cap::Missing("speed limit", format!("the track gives none for {}", lane.id).into()),
        Some(posted) => posted.max_mps.map_or(Cap::Away, |max| {
            let least = Limit::AtLeast(max * KMH * p.least_percent / 100.0);
            Cap::At(least, Some(&posted.source), [Tell::Word("lane", &lane.id), Tell::Nothing])
        }),
    }
}
