//! The rule `fast-in-school-zone`.

use lukao_measure::zone::{self, Area};
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;
use lukao_track::{SignalKind, Track, Zone, ZoneKind};

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{Cap, NOTHING, SpeedCap, State};

rule! {
    /// The ego drives fast in a school zone.
    ///
    /// ## Checks
    /// Speed while the middle of the footprint is in a school zone of the map, or at most `after_sign_m` beyond a
    /// school sign that speaks to its lane.
    ///
    /// ## Method
    /// At each sample while the ego moves. Stretches at most `merge_s` apart are one finding, with the highest speed.
    /// An opportunity is a second of motion in a zone.
    ///
    /// ## Cannot tell
    /// Without a speed.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. At which hours the zone holds is in no map; the pack's scope can say. The
    /// uncertainty is that of the speed; whether the ego is in the zone is decided without regard to it.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 67 (residential areas) and article 42
    /// of the law ask for low speed where people are near; signs set figures. 30 km/h is this project's own reading
    /// (basis: profile).
    FastInSchoolZone = "fast-in-school-zone" {
        /// Highest speed in the zone.
        number max_kmh = 30.0, "km/h", 5.0..=80.0;
        /// How far beyond a school sign its zone reaches.
        number after_sign_m = 150.0, "m", 0.0..=1000.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "fast in a school zone", pace: Pace::new(0.0, p.merge_s) }
}

impl Rule for FastInSchoolZone {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let near = zone::zones_near(cx.measures, ZoneKind::School);
        words(p).scan(cx, state, out, |k, _| match element(cx, track, &near, k, p) {
            Some(element) => Cap::At(Limit::AtMost(p.max_kmh), Some(element), NOTHING),
            None => Cap::Away,
        });
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

/// The zone or sign that makes the ego's place a school zone.
fn element<'t>(
    cx: &Context<'_>,
    track: &'t Track,
    near: &[(&Zone, Area<'t>)],
    k: usize,
    p: &Params,
) -> Option<&'t str> {
    let s = cx.measures.ego().samples()[k];
    let holds = |area: &&Area<'_>| area.holds(&s) && zone::on_level(track, &s, area.outline_m);
    if let Some(zone) = near.iter().map(|(_, area)| area).find(holds) {
        return Some(zone.id);
    }
    let place = cx.measures.places()?.at(k)?;
    let (mut lane, mut beyond) = (place.hit.lane, place.hit.station_m);
    for _ in 0..16 {
        let school = |x: &&(f64, lukao_track::SignalIx)| {
            track.signal(x.1).kind == SignalKind::School && (0.0..=p.after_sign_m).contains(&(beyond - x.0))
        };
        if let Some((_, ix)) = track.signs_on(lane).iter().rev().find(school) {
            return Some(&track.signal(*ix).id);
        }
        let [before] = track.predecessors(lane) else { return None };
        lane = *before;
        beyond += track.lane(lane).length_m();
        if beyond - track.lane(lane).length_m() > p.after_sign_m {
            return None;
        }
    }
    None
}
