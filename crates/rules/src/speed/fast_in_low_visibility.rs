//! The rule `fast-in-low-visibility`.

use lukao_model::Channel;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State};

rule! {
    /// The ego drives too fast for the visibility.
    ///
    /// ## Checks
    /// Speed while the visibility is at most `visibility_m`.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion in such visibility.
    ///
    /// ## Cannot tell
    /// Without a speed; where the log does not say the visibility.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the accuracy of the visibility is not looked at.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(3): at most 30 km/h (basis: text).
    /// for fog, rain, snow, dust and hail with a visibility of at most 50 m.
    FastInLowVisibility = "fast-in-low-visibility" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Visibility up to which the limit holds.
        number visibility_m = 50.0, "m", 1.0..=1000.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "fast in low visibility", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for FastInLowVisibility {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| low(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn low<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    match cap::surroundings(cx, Channel::Visibility, k) {
        Err(missing) => missing,
        Ok(v) if v.value <= p.visibility_m => Cap::at_most(p.max_kmh),
        Ok(_) => Cap::Away,
    }
}
