//! The rule `exam-speed`.

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{Cap, SpeedCap, State};

rule! {
    /// The ego drives faster than the exam allows anywhere.
    ///
    /// ## Checks
    /// Speed against one limit for the whole scope.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion in the scope.
    ///
    /// ## Cannot tell
    /// Without a speed.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed.
    ///
    /// ## Source
    /// The pack names the clause and the speed; there is no default. The normal condition of the 2018 Beijing test rules is
    /// 60 km/h, as the press reported them (basis: press).
    ExamSpeed = "exam-speed" {
        /// Highest speed, if the exam has one.
        optional max_kmh, "km/h", 5.0..=150.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "faster than the exam allows",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for ExamSpeed {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |_, _| p.max_kmh.map_or(Cap::Away, Cap::at_most));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}
