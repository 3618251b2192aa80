//! Which origins of data count.

use lukao_model::{Channel, Origin};

const CHANNELS: usize = Channel::ALL.len();

/// Origins that count, for each channel and for poses. What comes from another origin counts as missing.
///
/// ```
/// use lukao_measure::Admit;
/// use lukao_model::{Channel, Origin};
/// let strict = Admit::only([Origin::Reference, Origin::VehicleBus]).with(Channel::SignalState, [Origin::Infrastructure]);
/// assert!(strict.admits(Channel::Speed, Origin::Reference) && !strict.admits(Channel::Speed, Origin::VehiclePerception));
/// assert!(!strict.admits(Channel::SignalState, Origin::VehicleBus));
/// assert!(Admit::ALL.admits(Channel::Speed, Origin::Unknown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admit {
    /// Of what no list of its own names.
    default: u16,
    of: [u16; CHANNELS],
}

impl Admit {
    /// Every origin, also an unknown one.
    pub const ALL: Self = Self { default: u16::MAX, of: [u16::MAX; CHANNELS] };

    /// Just these.
    #[must_use]
    pub fn only(origins: impl IntoIterator<Item = Origin>) -> Self {
        let default = set(origins);
        Self { default, of: [default; CHANNELS] }
    }

    /// These for one channel. A place and a heading come from one instrument: those of [`Channel::X`] are a pose's.
    #[must_use]
    pub fn with(mut self, channel: Channel, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.of[channel as usize] = set(origins);
        self
    }

    /// Whether data of a channel of that origin count.
    #[must_use]
    pub fn admits(&self, channel: Channel, origin: Origin) -> bool {
        self.of[channel as usize] & (1 << origin as u16) != 0
    }

    /// Whether poses of that origin count.
    #[must_use]
    pub fn admits_pose(&self, origin: Origin) -> bool {
        self.admits(Channel::X, origin)
    }

    /// Origins that count where no list of its own says otherwise.
    pub fn default_origins(&self) -> impl Iterator<Item = Origin> + use<> {
        members(self.default)
    }

    /// Channels with a list of their own that differs, with the origins that count.
    pub fn exceptions(&self) -> impl Iterator<Item = (Channel, impl Iterator<Item = Origin> + use<>)> + '_ {
        let own = Channel::ALL.iter().filter(|c| self.of[**c as usize] != self.default);
        own.map(|c| (*c, members(self.of[*c as usize])))
    }
}

fn set(origins: impl IntoIterator<Item = Origin>) -> u16 {
    origins.into_iter().fold(0, |set, o| set | 1 << o as u16)
}

fn members(set: u16) -> impl Iterator<Item = Origin> {
    Origin::ALL.iter().copied().filter(move |o| set & (1 << *o as u16) != 0)
}

impl Default for Admit {
    fn default() -> Self {
        Self::ALL
    }
}
