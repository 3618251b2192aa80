//! Channels: everything that a log can say besides the pose, with name, unit and meaning.
//!
//! A channel's values are real numbers (in the unit given here), codes of an enumeration, or texts.
//! The channel's name is also its column's name in the native file, so neither ever changes its meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::code::*;
pub use crate::values::{Accuracy, ChannelData, Channels, Values};

/// What kind of values a channel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Real numbers in the channel's unit.
    Real,
    /// Codes of an enumeration (see the channel's doc for which).
    Code,
    /// Texts.
    Text,
}

macro_rules! channels {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $kind:ident, $unit:literal;)+) => {
        /// A channel. Its text name is stable: it is the column's name in the native file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Channel { $($(#[doc = $doc])+ $name,)+ }

        impl Channel {
            /// All channels, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// What it holds.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// Unit of a real channel, else empty.
            #[must_use]
            pub fn unit(self) -> &'static str {
                match self { $(Self::$name => $unit,)+ }
            }

            /// What it means.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc, "\n",)+),)+ }
            }

            /// The channel of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($id => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

channels! {
    /// East (grid) of the footprint's centre, in the drive's frame.
    X = "x_m", Real, "m";
    /// North (grid) of the footprint's centre.
    Y = "y_m", Real, "m";
    /// Heading, counter-clockwise from +x.
    Yaw = "yaw_rad", Real, "rad";
    /// Height of the footprint's underside in the frame's height system.
    Z = "z_m", Real, "m";
    /// Roll, right side down positive.
    Roll = "roll_rad", Real, "rad";
    /// Pitch, nose down positive.
    Pitch = "pitch_rad", Real, "rad";
    /// Speed along the body axis; negative when moving backward.
    Speed = "speed_mps", Real, "m/s";
    /// Velocity of the footprint's centre toward +x of the frame.
    VelocityX = "vx_mps", Real, "m/s";
    /// Velocity of the footprint's centre toward +y of the frame.
    VelocityY = "vy_mps", Real, "m/s";
    /// Acceleration along the body axis, forward positive.
    AccelLon = "accel_lon_mps2", Real, "m/s2";
    /// Acceleration across the body axis, left positive.
    AccelLat = "accel_lat_mps2", Real, "m/s2";
    /// Yaw rate, counter-clockwise positive.
    YawRate = "yaw_rate_radps", Real, "rad/s";
    /// Steering wheel angle, left positive.
    SteeringWheel = "steering_wheel_rad", Real, "rad";
    /// Mean angle of the steered wheels, left positive.
    WheelAngle = "wheel_angle_rad", Real, "rad";
    /// Gear: see [`Gear`].
    Gear = "gear", Code, "";
    /// Accelerator pedal or demand, 0 to 1.
    Throttle = "throttle_ratio", Real, "1";
    /// Brake pedal or demand, 0 to 1.
    Brake = "brake_ratio", Real, "1";
    /// Parking brake: see [`Switch`].
    ParkingBrake = "parking_brake", Code, "";
    /// Direction indicators: see [`Indicator`].
    Indicator = "indicator", Code, "";
    /// Brake lamps: see [`Switch`].
    BrakeLamp = "brake_lamp", Code, "";
    /// Reversing lamps: see [`Switch`].
    ReversingLamp = "reversing_lamp", Code, "";
    /// Position lamps: see [`Switch`].
    PositionLamp = "position_lamp", Code, "";
    /// Dipped-beam headlamps: see [`Switch`].
    LowBeam = "low_beam", Code, "";
    /// Main-beam headlamps: see [`Switch`].
    HighBeam = "high_beam", Code, "";
    /// Front fog lamps: see [`Switch`].
    FrontFogLamp = "front_fog_lamp", Code, "";
    /// Rear fog lamps: see [`Switch`].
    RearFogLamp = "rear_fog_lamp", Code, "";
    /// Warning lamps and siren of an emergency vehicle: see [`Switch`].
    EmergencyLamp = "emergency_lamp", Code, "";
    /// Horn: see [`Switch`].
    Horn = "horn", Code, "";
    /// Wipers: see [`Switch`].
    Wipers = "wipers", Code, "";
    /// Any door open: see [`Switch`].
    DoorOpen = "door_open", Code, "";
    /// Safety belt of the driver: see [`Switch`].
    Belt = "belt", Code, "";
    /// Who drives: see [`DrivingMode`].
    DrivingMode = "driving_mode", Code, "";
    /// The driver acts against the automation: see [`Switch`].
    DriverOverride = "driver_override", Code, "";
    /// Why the driver's input counts as override: bits, see [`override_reason`].
    OverrideReason = "override_reason", Code, "";
    /// Emergency stop actuated: see [`Switch`].
    EmergencyStop = "emergency_stop", Code, "";
    /// Remote command inside the run: see [`Switch`].
    RemoteCommand = "remote_command", Code, "";
    /// What the vehicle tells its driver: see [`HmiAlert`].
    HmiAlert = "hmi_alert", Code, "";
    /// Quality of the position fix: see [`FixQuality`].
    FixQuality = "fix_quality", Code, "";
    /// Recorder running: see [`Switch`].
    Recorder = "recorder", Code, "";
    /// State of a signal head: see [`SignalState`].
    SignalState = "signal_state", Code, "";
    /// Meteorological visibility.
    Visibility = "visibility_m", Real, "m";
    /// Rain intensity.
    Rain = "rain_mmph", Real, "mm/h";
    /// Peak friction of the road surface, 0 to 1.
    Friction = "friction_ratio", Real, "1";
    /// Illuminance.
    Illuminance = "illuminance_lx", Real, "lx";
    /// The examiner's command, in his words.
    Command = "command", Text, "";
    /// The examiner's mark: an item begun, ended, judged.
    Mark = "mark", Text, "";
    /// A V2X message received, as text.
    V2x = "v2x", Text, "";
    /// A fault reported by the vehicle or an instrument.
    Fault = "fault", Text, "";
}

/// Where a channel's values come from. Packs list which origins they admit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// The log does not say.
    #[default]
    Unknown,
    /// A reference instrument (RTK/INS unit of the test site).
    Reference,
    /// Roadside infrastructure or the signal cabinet.
    Infrastructure,
    /// The examiner's own input.
    Examiner,
    /// The target's own instrument.
    Target,
    /// The vehicle's bus.
    VehicleBus,
    /// The vehicle's own perception: an object that it missed does not exist in it.
    VehiclePerception,
    /// A simulator's ground truth.
    Simulation,
}

impl Origin {
    /// All origins, in code order.
    pub const ALL: &'static [Self] = &[
        Self::Unknown,
        Self::Reference,
        Self::Infrastructure,
        Self::Examiner,
        Self::Target,
        Self::VehicleBus,
        Self::VehiclePerception,
        Self::Simulation,
    ];

    /// Stable name, as packs and files write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Reference => "reference",
            Self::Infrastructure => "infrastructure",
            Self::Examiner => "examiner",
            Self::Target => "target",
            Self::VehicleBus => "vehicle-bus",
            Self::VehiclePerception => "vehicle-perception",
            Self::Simulation => "simulation",
        }
    }

    /// The origin of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|o| o.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for &c in Channel::ALL {
            assert_eq!(Channel::from_name(c.name()), Some(c));
            assert_eq!(c.unit().is_empty(), c.kind() != Kind::Real, "{}", c.name());
            assert!(c.doc().len() > 3);
        }
        for &o in Origin::ALL {
            assert_eq!(Origin::from_name(o.name()), Some(o));
        }
    }
}
