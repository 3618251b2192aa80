//! The rule `fast-into-non-motor-lane`.

use lukao_measure::body;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;
use lukao_track::{LaneKind, Track};

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{Cap, NOTHING, SpeedCap, State};

rule! {
    /// The ego enters, leaves or drives in a lane for cyclists too fast.
    ///
    /// ## Checks
    /// Speed while a part of the ego is in a lane for cyclists (OpenDRIVE lane type `biking`).
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward: its middle is in such a lane and in no traffic lane, or a corner of
    /// its body is beyond the border that its traffic lane, outside junctions, shares with one. Moments over the limit at most
    /// `merge_s` apart are one finding, with the speed at its worst moment. An opportunity is a second of motion there.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map. Maps without such lanes show none.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(1): at most 30 km/h when entering or leaving a
    /// non-motor lane (basis: text).
    FastIntoNonMotorLane = "fast-into-non-motor-lane" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    let pace = Pace::new(p.min_duration_s, p.merge_s);
    SpeedCap { rule: META.id, what: "fast into or out of a lane for cyclists", pace }
}

impl Rule for FastIntoNonMotorLane {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        words(p).scan(cx, state, out, |k, _| match non_motor_lane(cx, track, k) {
            Some(lane) => Cap::At(Limit::AtMost(p.max_kmh), Some(lane), NOTHING),
            None if cx.measures.on_map(k) => Cap::Away,
            None => Cap::Missing("lane", crate::words::OFF_MAP.into()),
        });
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

/// The lane for cyclists that a part of the ego is in.
fn non_motor_lane<'t>(cx: &Context<'_>, track: &'t Track, k: usize) -> Option<&'t str> {
    let m = cx.measures;
    let places = m.places()?;
    let Some(place) = places.at(k) else {
        let mut lanes = places.all_hits(k).iter().map(|h| track.lane(h.lane));
        return lanes.find(|l| l.kind == LaneKind::Biking).map(|l| l.id.as_str());
    };
    let lane = track.lane(place.hit.lane);
    let biking = |ix: Option<_>| ix.map(|ix| track.lane(ix)).filter(|l| l.kind == LaneKind::Biking);
    let (left, right) = (biking(lane.left), biking(lane.right));
    if lane.in_junction || (left.is_none() && right.is_none()) {
        return None;
    }
    let s = m.ego().samples()[k];
    let corners = body::corners_m(&s.pose, &m.window().runs()[s.run].size);
    let hits = corners.map(|c| track.locate(place.hit.lane, c));
    let beyond = left.filter(|_| hits.iter().any(|h| h.to_left_m < 0.0));
    beyond.or(right.filter(|_| hits.iter().any(|h| h.to_right_m < 0.0))).map(|l| l.id.as_str())
}
