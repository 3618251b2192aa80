//! What the log of an exam drive says besides motion.

use std::collections::BTreeMap;

use lukao_model::code::{DrivingMode, FixQuality, HmiAlert, Indicator, SignalState, Switch};
use lukao_model::values::Accuracy;
use lukao_model::{Channel, Origin};
use lukao_testkit::DriveBuilder;

/// States from times on, s.
type Codes = Vec<(f64, u8)>;

/// What the log says, and when.
#[derive(Clone, Debug)]
pub(crate) struct Tell {
    ego: BTreeMap<Channel, Codes>,
    lights: BTreeMap<String, Vec<(f64, SignalState)>>,
    surroundings: BTreeMap<Channel, Vec<(f64, f64)>>,
    texts: BTreeMap<Channel, Vec<(f64, String)>>,
}

impl Tell {
    /// By day, dry, driven by the automation, everything in order.
    pub fn new() -> Self {
        let off = Switch::Off.code();
        let mut ego: BTreeMap<Channel, Codes> = [
            Channel::ParkingBrake,
            Channel::PositionLamp,
            Channel::LowBeam,
            Channel::HighBeam,
            Channel::FrontFogLamp,
            Channel::RearFogLamp,
            Channel::Horn,
            Channel::Wipers,
            Channel::DoorOpen,
            Channel::DriverOverride,
            Channel::EmergencyStop,
            Channel::RemoteCommand,
        ]
        .map(|c| (c, vec![(0.0, off)]))
        .into();
        ego.insert(Channel::Indicator, vec![(0.0, Indicator::Off.code())]);
        ego.insert(Channel::DrivingMode, vec![(0.0, DrivingMode::Automated.code())]);
        ego.insert(Channel::HmiAlert, vec![(0.0, HmiAlert::None.code())]);
        ego.insert(Channel::FixQuality, vec![(0.0, FixQuality::RtkFixed.code())]);
        ego.insert(Channel::Recorder, vec![(0.0, Switch::On.code())]);
        ego.insert(Channel::Belt, vec![(0.0, Switch::On.code())]);
        let surroundings = [
            (Channel::Visibility, 2000.0),
            (Channel::Rain, 0.0),
            (Channel::Friction, 0.8),
            (Channel::Illuminance, 20_000.0),
        ]
        .map(|(c, v)| (c, vec![(0.0, v)]))
        .into();
        Self { ego, lights: BTreeMap::new(), surroundings, texts: BTreeMap::new() }
    }

    /// A state of the ego from a time on.
    pub fn code(&mut self, channel: Channel, t_s: f64, code: u8) -> &mut Self {
        put(self.ego.entry(channel).or_default(), t_s, code);
        self
    }

    /// A lamp, a brake or the like, on for a while.
    pub fn on(&mut self, channel: Channel, from_s: f64, to_s: f64) -> &mut Self {
        self.code(channel, from_s, Switch::On.code()).code(channel, to_s, Switch::Off.code())
    }

    /// On from the begin.
    pub fn always(&mut self, channel: Channel) -> &mut Self {
        self.ego.insert(channel, vec![(0.0, Switch::On.code())]);
        self
    }

    /// The indicator for a while.
    pub fn indicate(&mut self, side: Indicator, from_s: f64, to_s: f64) -> &mut Self {
        self.code(Channel::Indicator, from_s, side.code()).code(
            Channel::Indicator,
            to_s,
            Indicator::Off.code(),
        )
    }

    /// No indicator at all.
    pub fn dark(&mut self) {
        self.ego.insert(Channel::Indicator, vec![(0.0, Indicator::Off.code())]);
    }

    pub fn mode(&mut self, t_s: f64, mode: DrivingMode) -> &mut Self {
        self.code(Channel::DrivingMode, t_s, mode.code())
    }

    /// States of a light.
    pub fn light(&mut self, number: &str, states: &[(f64, SignalState)]) -> &mut Self {
        self.lights.insert(number.into(), states.to_vec());
        self
    }

    /// Something of the surroundings, from times on.
    pub fn around(&mut self, channel: Channel, values: &[(f64, f64)]) -> &mut Self {
        self.surroundings.insert(channel, values.to_vec());
        self
    }

    /// A command or mark of the examiner, a message, a fault.
    pub fn text(&mut self, channel: Channel, t_s: f64, text: impl Into<String>) -> &mut Self {
        put(self.texts.entry(channel).or_default(), t_s, text.into());
        self
    }

    /// Writes all into a drive.
    pub fn write(self, mut d: DriveBuilder) -> DriveBuilder {
        for (channel, codes) in self.ego {
            let origin = if channel == Channel::FixQuality { Origin::Reference } else { Origin::VehicleBus };
            let codes: Vec<_> = codes.into_iter().map(|(t, c)| (t, Some(c))).collect();
            d = d.actor_codes("ego", channel, &codes).series_origin(origin);
        }
        for (number, states) in self.lights {
            let states: Vec<_> = states.into_iter().map(|(t, s)| (t, Some(s))).collect();
            d = d.signal(&number, &states).series_origin(Origin::Infrastructure);
        }
        for (channel, values) in self.surroundings {
            let values: Vec<_> = values.into_iter().map(|(t, v)| (t, Some(v))).collect();
            let u = match channel {
                Channel::Visibility => 20.0,
                Channel::Illuminance => 5.0,
                Channel::Rain => 0.1,
                _ => 0.02,
            };
            d = d.reals(channel, &values).series_origin(Origin::Infrastructure);
            d = d.series_accuracy(Accuracy::Constant(u));
        }
        for (channel, texts) in self.texts {
            let said: Vec<_> = texts.iter().map(|(t, s)| (*t, s.as_str())).collect();
            d = match channel {
                Channel::Fault => d.actor_texts("ego", channel, &said).series_origin(Origin::VehicleBus),
                Channel::V2x => d.texts(channel, &said).series_origin(Origin::Infrastructure),
                _ => d.texts(channel, &said).series_origin(Origin::Examiner),
            };
        }
        d
    }
}

/// In order of time; what was said for the same time is replaced.
fn put<T>(into: &mut Vec<(f64, T)>, t_s: f64, value: T) {
    // A millisecond apart at least: times are rounded to nanoseconds, and no two may be the same.
    let t_s = (t_s.max(0.0) * 1e3).round() / 1e3;
    let at = into.partition_point(|x| x.0 < t_s);
    match into.get_mut(at) {
        Some(x) if x.0 == t_s => x.1 = value,
        _ => into.insert(at, (t_s, value)),
    }
}
