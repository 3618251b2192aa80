//! The rule `fast-over-level-crossing`.

use lukao_model::outcome::Limit;
use lukao_track::ZoneKind;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, NOTHING, SpeedCap, State};

rule! {
    /// The ego drives over a level crossing too fast.
    ///
    /// ## Checks
    /// Speed while the middle of the ego is on a level crossing of the map or at most `before_m` before it in its lane.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion at level crossings.
    ///
    /// ## Cannot tell
    /// Without a speed. Off the map, and on a map without level crossings, there is none for this rule.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(1): at most 30 km/h (basis: text).
    /// How far before it the limit begins is this project's own reading (profile).
    FastOverLevelCrossing = "fast-over-level-crossing" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// How far before it the limit begins.
        number before_m = 5.0, "m", 0.0..=100.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "fast over a level crossing",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for FastOverLevelCrossing {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| crossing(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn crossing<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::Away };
    let (lane, at) = (place.hit.lane, place.hit.station_m);
    let zones = track.zones_on(lane).filter(|z| z.kind == ZoneKind::LevelCrossing);
    let holds = |z: &&lukao_track::Zone| {
        z.lanes.iter().any(|l| l.lane == lane && (l.from_m - p.before_m..=l.to_m).contains(&at))
    };
    let here = zones.into_iter().find(holds);
    here.map_or(Cap::Away, |z| Cap::At(Limit::AtMost(p.max_kmh), Some(&z.id), NOTHING))
}
