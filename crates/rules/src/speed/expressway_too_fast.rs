//! The rule `expressway-too-fast`.

use lukao_model::RuleResult;
use lukao_model::vehicle::ActorClass;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{Cap, SpeedCap, State};

rule! {
    /// The ego drives on an expressway faster than its class may.
    ///
    /// ## Checks
    /// Speed on roads that the track calls a motorway against the limit of the ego's class.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion on expressways.
    ///
    /// ## Cannot tell
    /// Without a speed; in no lane, or where the track does not say what kind of road it is; where the log does not say what
    /// the ego is.
    ///
    /// ## Limits
    /// `car_kmh`, `motorcycle_kmh` and `other_kmh`; at equality they are kept. A posted limit is another rule's. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 78: passenger cars 120, motorcycles 80, other
    /// motor vehicles 100 km/h (basis: text).
    ExpresswayTooFast = "expressway-too-fast" {
        /// Limit of passenger cars.
        number car_kmh = 120.0, "km/h", 20.0..=200.0;
        /// Limit of motorcycles.
        number motorcycle_kmh = 80.0, "km/h", 20.0..=200.0;
        /// Limit of other vehicles.
        number other_kmh = 100.0, "km/h", 20.0..=200.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "too fast for its class on an expressway",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for ExpresswayTooFast {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| class(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn class<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    match cx.measures.places().and_then(|x| x.on_motorway(k)) {
        None => return Cap::Missing("kind of road", "the track does not give it".into()),
        Some(false) => return Cap::Away,
        Some(true) => {}
    }
    match cx.measures.ego_actor().map(|e| cx.measures.window().actor(e).class) {
        Some(ActorClass::Car) => Cap::at_most(p.car_kmh),
        Some(ActorClass::Motorcycle) => Cap::at_most(p.motorcycle_kmh),
        None | Some(ActorClass::Unknown) => {
            Cap::Missing("class of the vehicle", "the log does not say what the ego is".into())
        }
        Some(_) => Cap::at_most(p.other_kmh),
    }
}
