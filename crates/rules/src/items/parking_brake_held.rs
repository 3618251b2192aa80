//! The rule `parking-brake-held`.

use lukao_measure::motion::STANDING_MPS;
use lukao_model::code::Switch;
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{Lamp, State as Held};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego stands with its parking brake where it has to hold without.
    ///
    /// ## Checks
    /// Whether the parking brake is applied while the ego stands in the scope.
    ///
    /// ## Method
    /// At each sample of the ego at a stand (below 0.2 m/s). One stretch with the brake is one finding; measured is how long it
    /// has lasted. An opportunity is a second at a stand.
    ///
    /// ## Cannot tell
    /// Without a speed; where the log does not say whether the parking brake is applied.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Holding functions of the service brake are none. Where it is driven the scope
    /// says.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018, hill stop and start: an accurate stop without parking brake (basis: press).
    ParkingBrakeHeld = "parking-brake-held" {
        /// Time with the parking brake that is let pass.
        number max_s = 0.0, "s", 0.0..=600.0;
    }
}

impl Rule for ParkingBrakeHeld {
    type Params = Params;
    type State = Held;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::ParkingBrake)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Held, out: &mut RuleResult) {
        let brake = cx.measures.ego_codes(Channel::ParkingBrake);
        // As with lamps: what must be so while something holds.
        let released = Lamp { rule: META.id, what: "stood with the parking brake", max_off_s: p.max_s };
        let stands = |k: usize| match cx.measures.ego_speed_mps(k) {
            Some(v) => Ok(v.value.abs() < STANDING_MPS),
            None => Err((Channel::Speed.name(), NO_SPEED)),
        };
        released.scan(
            cx,
            state,
            out,
            |k, _| stands(k),
            |s| match brake.at(s.t_ns) {
                Some(code) => Ok(code != Switch::On.code()),
                None => Err((Channel::ParkingBrake.name(), "the log does not say whether it is applied")),
            },
        );
    }

    fn finish(_: &Params, state: Held, out: &mut RuleResult) {
        state.finish(out);
    }
}
