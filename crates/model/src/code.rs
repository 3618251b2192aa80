//! Enumerations that code channels hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $code:literal,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "kebab-case")]
            #[repr(u8)]
            #[non_exhaustive]
            pub enum $name { $($(#[doc = $vdoc])+ $variant = $code,)+ }

            impl $name {
                /// All values, in order.
                pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

                /// The value of a code.
                #[must_use]
                pub fn from_code(code: u8) -> Option<Self> {
                    match code { $($code => Some(Self::$variant),)+ _ => None }
                }

                /// The code, as the native file holds it.
                #[must_use]
                pub fn code(self) -> u8 {
                    self as u8
                }
            }
        )+
    };
}

codes! {
    /// Off or on.
    Switch {
        /// Off, open, released.
        Off = 0,
        /// On, closed, applied.
        On = 1,
    }
    /// Direction indicators.
    Indicator {
        /// Neither side.
        Off = 0,
        /// Left.
        Left = 1,
        /// Right.
        Right = 2,
        /// Both: hazard warning.
        Hazard = 3,
    }
    /// Gear, as far as traffic cares.
    Gear {
        /// Park.
        Park = 0,
        /// Reverse.
        Reverse = 1,
        /// Neutral.
        Neutral = 2,
        /// Any forward gear.
        Forward = 3,
    }
    /// Who drives.
    DrivingMode {
        /// The human drives; automation off or standing by.
        Manual = 0,
        /// The automation drives.
        Automated = 1,
        /// The automation drives and has asked the human to take over.
        TakeoverRequest = 2,
        /// The automation carries out a minimal-risk manoeuvre.
        MinimalRisk = 3,
        /// The automation has failed or is unavailable; nobody may rely on it.
        Failed = 4,
    }
    /// What the vehicle tells its driver.
    HmiAlert {
        /// Nothing.
        None = 0,
        /// Information.
        Information = 1,
        /// Warning.
        Warning = 2,
        /// Request to take over.
        TakeoverRequest = 3,
    }
    /// Quality of a position fix.
    FixQuality {
        /// No fix.
        None = 0,
        /// Code only.
        Single = 1,
        /// Differential code.
        Differential = 2,
        /// Carrier phase, ambiguities float.
        RtkFloat = 3,
        /// Carrier phase, ambiguities fixed.
        RtkFixed = 4,
        /// Inertial only.
        DeadReckoning = 5,
    }
    /// State of one signal head. A state that is not logged is missing, not one of these.
    SignalState {
        /// Switched off.
        Off = 0,
        /// Red.
        Red = 1,
        /// Red and amber together: about to turn green.
        RedAmber = 2,
        /// Amber.
        Amber = 3,
        /// Green; the stream it governs has priority or conflicts are not said.
        Green = 4,
        /// Green, but must yield to conflicting streams (permissive).
        GreenYield = 5,
        /// Flashing amber.
        FlashingAmber = 6,
        /// Flashing red.
        FlashingRed = 7,
        /// Red for this stream, but turning right after a stop is allowed.
        RedTurnRight = 8,
        /// The log says that the state was not known.
        Unknown = 9,
        /// Flashing green.
        FlashingGreen = 10,
    }
}

/// Bits of [`Channel::OverrideReason`](crate::Channel::OverrideReason).
pub mod override_reason {
    /// Steering input.
    pub const STEERING: u8 = 1;
    /// Brake pedal.
    pub const BRAKE: u8 = 2;
    /// Accelerator pedal.
    pub const ACCELERATOR: u8 = 4;
    /// A button, lever or switch.
    pub const BUTTON: u8 = 8;
    /// Something else.
    pub const OTHER: u8 = 128;
}
