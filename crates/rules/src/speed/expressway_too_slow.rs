//! The rule `expressway-too-slow`.

use lukao_measure::{Ahead, Who};
use lukao_model::outcome::Limit;
use lukao_track::{LaneKind, Track};

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives on an expressway slower than its lane asks for.
    ///
    /// ## Checks
    /// Speed on roads that the track calls a motorway against the least speed of the ego's lane, while nobody is ahead within
    /// `free_m` in the lane.
    ///
    /// ## Method
    /// At each sample while the ego moves forward. With two lanes in its direction the left one has `left_of_two_kmh`; with
    /// three or more the leftmost has `leftmost_kmh` and those between it and the right one `middle_kmh`; everywhere else
    /// it is `min_kmh`. Lanes for acceleration, deceleration and ramps are left out. Moments below at most `merge_s` apart
    /// are one finding, with the lowest speed; shorter ones than `min_duration_s` are none. An opportunity is a second of
    /// motion on an expressway with nobody ahead.
    ///
    /// ## Cannot tell
    /// Without a speed; in no lane, or where the track does not say what kind of road it is; where it cannot be told who is
    /// ahead.
    ///
    /// ## Limits
    /// At equality it is kept. Posted least speeds are not known to maps. That the weather forces it is not looked at. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 78: at least 60 km/h; with two lanes in one
    /// direction 100 in the left one; with three or more 110 in the leftmost and 90 in the middle (basis: text). That it
    /// needs a free lane ahead is this project's own reading.
    ExpresswayTooSlow = "expressway-too-slow" {
        /// Least speed on any lane.
        number min_kmh = 60.0, "km/h", 5.0..=150.0;
        /// Least speed on the left one of two lanes.
        number left_of_two_kmh = 100.0, "km/h", 5.0..=150.0;
        /// Least speed on lanes between the leftmost and the right one.
        number middle_kmh = 90.0, "km/h", 5.0..=150.0;
        /// Least speed on the leftmost of three lanes or more.
        number leftmost_kmh = 110.0, "km/h", 5.0..=150.0;
        /// Somebody nearer ahead than this excuses it.
        number free_m = 150.0, "m", 0.0..=190.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 3.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "too slow for its lane on an expressway",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for ExpresswayTooSlow {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| lane_least(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn lane_least<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    match cx.measures.places().and_then(|x| x.on_motorway(k)) {
        None => return Cap::Missing("kind of road", "the track does not give it".into()),
        Some(false) => return Cap::Away,
        Some(true) => {}
    }
    let lane = track.lane(place.hit.lane);
    if lane.kind != LaneKind::Driving || lane.in_junction {
        return Cap::Away;
    }
    let ahead = cx.measures.ahead(Who::Anyone);
    match ahead.as_ref().map(|a| &a[k - cx.measures.ego().in_block().start]) {
        None | Some(Ahead::Free) => {}
        Some(Ahead::Lead(lead)) if lead.gap_m.value > p.free_m => {}
        Some(Ahead::Lead(_)) => return Cap::Away,
        Some(Ahead::Unknown(what, why)) => return Cap::Missing(what, why.clone().into()),
    }
    let (left, right) = (beside(track, lane, |l| l.left), beside(track, lane, |l| l.right));
    let least = match (left, right) {
        (0, 1) => p.left_of_two_kmh,
        (0, 2..) => p.leftmost_kmh,
        (1.., 1..) => p.middle_kmh,
        _ => p.min_kmh,
    };
    let details = [
        Tell::Number("lanes", (left + right + 1) as f64),
        Tell::Number("lane_from_the_left", (left + 1) as f64),
    ];
    Cap::At(Limit::AtLeast(least), Some(&lane.id), details)
}

/// Lanes of the same direction for driving on one side.
fn beside(
    track: &Track,
    lane: &lukao_track::Lane,
    next: impl Fn(&lukao_track::Lane) -> Option<lukao_track::LaneIx>,
) -> usize {
    let mut n = 0;
    let mut at = next(lane);
    while let Some(l) = at.map(|l| track.lane(l)) {
        if l.travel != lane.travel || l.kind != LaneKind::Driving || n >= 16 {
            break;
        }
        n += 1;
        at = next(l);
    }
    n
}
