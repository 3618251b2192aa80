//! The rule `disengagement`.

use lukao_measure::Value;
use lukao_measure::mode::{Class, class};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::episode::{number, word};
use crate::event::Event;
use crate::meta::{Choice, Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;

/// Which disengagements count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// All.
    Any,
    /// Those that the automation had not asked for: emergency, failure and unrequested.
    NotRequested,
    /// Only emergency stops and emergency braking.
    Emergency,
    /// Only failures.
    Failure,
    /// Only those after a request.
    Requested,
    /// Only those of the driver's own accord.
    Unrequested,
}

impl Choice for Counts {
    const WORDS: &'static [&'static str] =
        &["any", "not-requested", "emergency", "failure", "requested", "unrequested"];
}

impl Counts {
    fn counts(self, class: Class) -> bool {
        match self {
            Self::Any => true,
            Self::NotRequested => matches!(class, Class::Emergency | Class::Failure | Class::Unrequested),
            Self::Emergency => class == Class::Emergency,
            Self::Failure => class == Class::Failure,
            Self::Requested => class == Class::Requested,
            Self::Unrequested => class == Class::Unrequested,
        }
    }
}

rule! {
    /// The automation stops driving: a human takes over, or it fails.
    ///
    /// ## Checks
    /// Each change of the driving mode from automated, takeover request or minimal risk to manual or failed whose
    /// class `counts`.
    ///
    /// ## Method
    /// A mode counts once it has held for `debounce_s`; the change is at its begin. The class is the first that
    /// fits: *emergency*, if the emergency stop was actuated within 1 s of it or the mean deceleration over the
    /// second after it is more than `emergency_decel_mps2`; *failure*; *minimal-risk*, at the end of such a
    /// manoeuvre; *requested*, if the automation asked for it within 20 s before; *at-rest*, if the ego stood; else
    /// *unrequested*. Each is one finding, with its class. An opportunity is a second of automated driving.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives. Without the channels of emergency stop and alerts a disengagement is
    /// found, but its class may be a later one of the list.
    ///
    /// ## Limits
    /// Every one counts: the limit is 0. Whether it was justified is not judged.
    ///
    /// ## Source
    /// The pack names the clause. The classes are this project's own reading of what road-test reports ask for; 5 m/s²
    /// is the deceleration from which UN rules speak of an emergency manoeuvre.
    Disengagement = "disengagement" {
        /// Which classes count; `not-requested` are emergency, failure and unrequested.
        choice counts: Counts = Counts::Any, "any";
        /// Mean deceleration over the second after it from which it is an emergency.
        number emergency_decel_mps2 = 5.0, "m/s2", 1.0..=15.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
    }
}

impl Rule for Disengagement {
    type Params = Params;
    type State = Watch;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Watch, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        state.scan(cx, &modes, out);
        let block = cx.block();
        for c in modes.changes(block.from_ns, block.to_ns) {
            if !c.disengages() || !cx.scope.contains(c.t_ns) {
                continue;
            }
            let class = class(cx.measures, &c, p.emergency_decel_mps2);
            if !p.counts.counts(class) {
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "automation stopped driving".into(),
                value: "disengagements",
                unit: "1",
                when: Interval::new(c.t_ns, c.t_ns),
                limit: Limit::AtMost(0.0),
                measured: Value { value: 1.0, u: Uncertainty::Known(0.0) },
            };
            event.judge(cx, out, |f| {
                f.details.push(word("class", class.name()));
                let speed = cx.measures.ego().at_or_before(c.t_ns).and_then(|k| cx.measures.ego_speed_mps(k));
                f.details.extend(speed.map(|v| number("speed_mps", v.value)));
            });
        }
    }

    fn finish(_: &Params, state: Watch, out: &mut RuleResult) {
        out.opportunities = state.seconds();
    }
}
