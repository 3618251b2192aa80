//! The rule `lamp-off-in-station`.

use lukao_model::code::{Indicator, Switch};
use lukao_model::{Channel, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{Lamp as Needed, State as Held};
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;

/// A lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// Position lamps.
    Position,
    /// Dipped beam.
    LowBeam,
    /// Main beam.
    HighBeam,
    /// Front fog lamps.
    FrontFog,
    /// Rear fog lamps.
    RearFog,
    /// Hazard lights.
    Hazard,
}

impl Choice for Which {
    const WORDS: &'static [&'static str] =
        &["position", "low-beam", "high-beam", "front-fog", "rear-fog", "hazard"];
}

impl Which {
    fn channel(self) -> Channel {
        match self {
            Self::Position => Channel::PositionLamp,
            Self::LowBeam => Channel::LowBeam,
            Self::HighBeam => Channel::HighBeam,
            Self::FrontFog => Channel::FrontFogLamp,
            Self::RearFog => Channel::RearFogLamp,
            Self::Hazard => Channel::Indicator,
        }
    }

    fn is_on(self, code: u8) -> bool {
        code == if self == Self::Hazard { Indicator::Hazard.code() } else { Switch::On.code() }
    }
}

/// What the lamp has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// On.
    On,
    /// Off.
    Off,
}

impl Choice for State {
    const WORDS: &'static [&'static str] = &["on", "off"];
}

rule! {
    /// A lamp is off where it must be on, or on where it must be off, whatever weather and light are.
    ///
    /// ## Checks
    /// Whether `lamp` is in the `state` that is asked for, in the scope.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch in the other state is one finding; measured is how long it has lasted. An
    /// opportunity is a second in the scope.
    ///
    /// ## Cannot tell
    /// Where the log does not say what the lamp does.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept: it is the time to switch after the scope begins, too. Flashing that is logged lamp by
    /// lamp counts as on if no pause is longer than that. Where it counts the scope says: a rain, fog or night section.
    ///
    /// ## Source
    /// The pack names the clause. Beijing closed-field exam of 2018: the vehicle notices the weather and switches its
    /// lights by itself (basis: press); which ones, in the human driving test (basis: profile).
    LampOffInStation = "lamp-off-in-station" {
        /// The lamp.
        choice lamp: Which = Which::RearFog, "rear-fog";
        /// What it has to be.
        choice state: State = State::On, "on";
        /// Time in the other state that is let pass.
        number max_s = 2.0, "s", 0.0..=60.0;
    }
}

impl Rule for LampOffInStation {
    type Params = Params;
    type State = Held;
    const META: Meta = META;

    fn needs(p: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(p.lamp.channel())]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Held, out: &mut RuleResult) {
        let said = cx.measures.ego_codes(p.lamp.channel());
        let what = match p.state {
            State::On => "drove without a lamp that must be on",
            State::Off => "drove with a lamp that must be off",
        };
        let needed = Needed { rule: META.id, what, max_off_s: p.max_s };
        let right = |code: u8| p.lamp.is_on(code) == (p.state == State::On);
        let missing = || (p.lamp.channel().name(), "the log does not say what it does");
        needed.scan(cx, state, out, |_, _| Ok(true), |s| said.at(s.t_ns).map(right).ok_or_else(missing));
    }

    fn finish(_: &Params, state: Held, out: &mut RuleResult) {
        state.finish(out);
    }
}
