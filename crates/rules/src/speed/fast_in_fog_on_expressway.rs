//! The rule `fast-in-fog-on-expressway`.

use lukao_model::Channel;
use lukao_model::outcome::Limit;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives on an expressway too fast for the visibility.
    ///
    /// ## Checks
    /// Speed on roads that the track calls a motorway while the visibility is below 200, 100 or 50 m.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion in such visibility.
    ///
    /// ## Cannot tell
    /// Without a speed; in no lane, or where the track does not say what kind of road it is; where the log does not say
    /// the visibility on an expressway.
    ///
    /// ## Limits
    /// `below_200_kmh`, `below_100_kmh` and `below_50_kmh`; at equality they are kept. The accuracy of the visibility is not
    /// looked at. That the expressway must be left below 50 m is not judged. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 81: 60, 40 and 20 km/h (basis: text).
    FastInFogOnExpressway = "fast-in-fog-on-expressway" {
        /// Highest speed below 200 m.
        number below_200_kmh = 60.0, "km/h", 5.0..=120.0;
        /// Highest speed below 100 m.
        number below_100_kmh = 40.0, "km/h", 5.0..=120.0;
        /// Highest speed below 50 m.
        number below_50_kmh = 20.0, "km/h", 5.0..=120.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "too fast for the visibility on an expressway",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for FastInFogOnExpressway {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| fog(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn fog<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    match cx.measures.places().and_then(|x| x.on_motorway(k)) {
        None => return Cap::Missing("kind of road", "the track does not give it".into()),
        Some(false) => return Cap::Away,
        Some(true) => {}
    }
    let seen_m = match cap::surroundings(cx, Channel::Visibility, k) {
        Err(missing) => return missing,
        Ok(v) => v.value,
    };
    let limits = [(50.0, p.below_50_kmh), (100.0, p.below_100_kmh), (200.0, p.below_200_kmh)];
    let due = limits.iter().find(|l| seen_m < l.0);
    due.map_or(Cap::Away, |l| {
        Cap::At(Limit::AtMost(l.1), None, [Tell::Number("visibility_m", seen_m), Tell::Nothing])
    })
}
