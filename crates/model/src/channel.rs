//! Channels: everything that a log can say besides the pose, with name, unit and meaning.
//!
//! A channel's values are real numbers (in the unit given here), codes of an enumeration, or texts.
//! The channel's name is also its column's name in the native file, so neither ever changes its meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::{Column, TextColumn};

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

/// Bits of [`Channel::OverrideReason`].
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

/// How good values are: half the width of the interval that holds the truth in 95 % (k = 2), in their unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Accuracy {
    /// Not said. Never taken as zero.
    #[default]
    Unknown,
    /// One figure for all values. 0 means declared exact, as a simulator may.
    Constant(f64),
    /// One figure for each value.
    Column(Column<f64>),
}

impl Accuracy {
    /// The figure for value `i`, if known.
    #[must_use]
    pub fn at(&self, i: usize) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Constant(u) => Some(*u),
            Self::Column(c) => c.get(i),
        }
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        match self {
            Self::Column(c) => Self::Column(c.slice(first, len)),
            other => other.clone(),
        }
    }

    pub(crate) fn concat(a: &Self, a_len: usize, b: &Self, b_len: usize) -> Self {
        let column = |acc: &Self, len| match acc {
            Self::Unknown => Column::from_options(std::iter::repeat_n(None, len)),
            Self::Constant(u) => Column::new(vec![*u; len]),
            Self::Column(c) => c.clone(),
        };
        match (a, b) {
            (Self::Column(_), _) | (_, Self::Column(_)) => {
                Self::Column(Column::concat(&[&column(a, a_len), &column(b, b_len)]))
            }
            _ if a == b => a.clone(),
            _ => Self::Column(Column::concat(&[&column(a, a_len), &column(b, b_len)])),
        }
    }
}

/// Values of a channel, one for each tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of a [`Kind::Real`] channel.
    Real(Column<f64>),
    /// Of a [`Kind::Code`] channel.
    Code(Column<u8>),
    /// Of a [`Kind::Text`] channel.
    Text(TextColumn),
}

impl Values {
    /// Number of values, valid or not.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Real(c) => c.len(),
            Self::Code(c) => c.len(),
            Self::Text(c) => c.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What kind these are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Real(_) => Kind::Real,
            Self::Code(_) => Kind::Code,
            Self::Text(_) => Kind::Text,
        }
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        match self {
            Self::Real(c) => Self::Real(c.slice(first, len)),
            Self::Code(c) => Self::Code(c.slice(first, len)),
            Self::Text(c) => Self::Text(c.slice(first, len)),
        }
    }

    pub(crate) fn concat(a: &Self, b: &Self) -> Self {
        match (a, b) {
            (Self::Real(a), Self::Real(b)) => Self::Real(Column::concat(&[a, b])),
            (Self::Code(a), Self::Code(b)) => Self::Code(Column::concat(&[a, b])),
            (Self::Text(a), Self::Text(b)) => Self::Text(TextColumn::concat(&[a, b])),
            _ => unreachable!("a channel has one kind"),
        }
    }

    pub(crate) fn missing(kind: Kind, len: usize) -> Self {
        match kind {
            Kind::Real => Self::Real(Column::from_options(std::iter::repeat_n(None, len))),
            Kind::Code => Self::Code(Column::from_options(std::iter::repeat_n(None, len))),
            Kind::Text => Self::Text(TextColumn::new(vec![None; len])),
        }
    }
}

/// A channel's values with origin and accuracy.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelData {
    /// One value a tick.
    pub values: Values,
    /// Where they come from.
    pub origin: Origin,
    /// How good they are.
    pub accuracy: Accuracy,
}

impl ChannelData {
    /// Real values.
    #[must_use]
    pub fn real(values: Column<f64>, origin: Origin) -> Self {
        Self { values: Values::Real(values), origin, accuracy: Accuracy::Unknown }
    }

    /// Codes.
    #[must_use]
    pub fn code(values: Column<u8>, origin: Origin) -> Self {
        Self { values: Values::Code(values), origin, accuracy: Accuracy::Unknown }
    }

    /// Texts.
    #[must_use]
    pub fn text(values: TextColumn, origin: Origin) -> Self {
        Self { values: Values::Text(values), origin, accuracy: Accuracy::Unknown }
    }
}

/// The channels of a run or a series, in channel order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Channels(Vec<(Channel, ChannelData)>);

impl Channels {
    /// The data of a channel.
    #[must_use]
    pub fn get(&self, channel: Channel) -> Option<&ChannelData> {
        let i = self.0.binary_search_by_key(&channel, |(c, _)| *c).ok()?;
        Some(&self.0[i].1)
    }

    /// Real values of a channel.
    #[must_use]
    pub fn real(&self, channel: Channel) -> Option<&Column<f64>> {
        match &self.get(channel)?.values {
            Values::Real(c) => Some(c),
            _ => None,
        }
    }

    /// Codes of a channel.
    #[must_use]
    pub fn code(&self, channel: Channel) -> Option<&Column<u8>> {
        match &self.get(channel)?.values {
            Values::Code(c) => Some(c),
            _ => None,
        }
    }

    /// Texts of a channel.
    #[must_use]
    pub fn text(&self, channel: Channel) -> Option<&TextColumn> {
        match &self.get(channel)?.values {
            Values::Text(c) => Some(c),
            _ => None,
        }
    }

    /// Sets a channel's data, replacing what was there.
    ///
    /// # Panics
    /// If the values are not of the channel's kind.
    pub fn set(&mut self, channel: Channel, data: ChannelData) {
        assert_eq!(channel.kind(), data.values.kind(), "{} holds {:?}", channel.name(), channel.kind());
        match self.0.binary_search_by_key(&channel, |(c, _)| *c) {
            Ok(i) => self.0[i].1 = data,
            Err(i) => self.0.insert(i, (channel, data)),
        }
    }

    /// The channels in order.
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &ChannelData)> {
        self.0.iter().map(|(c, d)| (*c, d))
    }

    /// The channels in order, to be changed in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Channel, &mut ChannelData)> {
        self.0.iter_mut().map(|(c, d)| (*c, d))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        Self(
            self.0
                .iter()
                .map(|(c, d)| {
                    let data = ChannelData {
                        values: d.values.slice(first, len),
                        origin: d.origin,
                        accuracy: d.accuracy.slice(first, len),
                    };
                    (*c, data)
                })
                .collect(),
        )
    }

    /// One after another; a channel that only one part has is missing in the other.
    pub(crate) fn concat(a: &Self, a_len: usize, b: &Self, b_len: usize) -> Self {
        let mut out = Self::default();
        let names: Vec<Channel> = a.iter().chain(b.iter()).map(|(c, _)| c).collect();
        for c in names {
            if out.get(c).is_some() {
                continue;
            }
            let (da, db) = (a.get(c), b.get(c));
            let absent = |len| Values::missing(c.kind(), len);
            let va = da.map_or_else(|| absent(a_len), |d| d.values.clone());
            let vb = db.map_or_else(|| absent(b_len), |d| d.values.clone());
            let (ua, ub) = (da.map(|d| &d.accuracy), db.map(|d| &d.accuracy));
            let accuracy = match (ua, ub) {
                (Some(x), Some(y)) => Accuracy::concat(x, a_len, y, b_len),
                // Where values are missing their accuracy does not matter, so a constant stays one.
                (Some(Accuracy::Column(x)), None) => {
                    Accuracy::concat(&Accuracy::Column(x.clone()), a_len, &Accuracy::Unknown, b_len)
                }
                (None, Some(Accuracy::Column(y))) => {
                    Accuracy::concat(&Accuracy::Unknown, a_len, &Accuracy::Column(y.clone()), b_len)
                }
                (Some(x), None) | (None, Some(x)) => x.clone(),
                (None, None) => Accuracy::Unknown,
            };
            let origin = da.or(db).map_or(Origin::Unknown, |d| d.origin);
            out.set(c, ChannelData { values: Values::concat(&va, &vb), origin, accuracy });
        }
        out
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

    #[test]
    fn a_channel_that_begins_late_is_missing_before() {
        let mut a = Channels::default();
        a.set(Channel::Speed, ChannelData::real(Column::new(vec![1.0, 2.0]), Origin::VehicleBus));
        let both = Channels::concat(&Channels::default(), 1, &a, 2);
        let speed = both.real(Channel::Speed).unwrap();
        assert_eq!(speed.iter().collect::<Vec<_>>(), [None, Some(1.0), Some(2.0)]);
    }
}
