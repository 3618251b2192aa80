//! Which origins of data count.

use lukao_model::Origin;

/// A set of origins. What comes from another origin counts as missing.
///
/// ```
/// use lukao_measure::Admit;
/// use lukao_model::Origin;
/// let strict = Admit::only([Origin::Reference, Origin::Infrastructure]);
/// assert!(strict.admits(Origin::Reference) && !strict.admits(Origin::VehiclePerception));
/// assert!(Admit::ALL.admits(Origin::Unknown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admit(u16);

impl Admit {
    /// Every origin, also an unknown one.
    pub const ALL: Self = Self(u16::MAX);

    /// Just these.
    #[must_use]
    pub fn only(origins: impl IntoIterator<Item = Origin>) -> Self {
        Self(origins.into_iter().fold(0, |set, o| set | 1 << o as u16))
    }

    /// Those of a list; an empty one admits all.
    #[must_use]
    pub fn of(origins: &[Origin]) -> Self {
        if origins.is_empty() { Self::ALL } else { Self::only(origins.iter().copied()) }
    }

    /// Whether data of that origin count.
    #[must_use]
    pub fn admits(self, origin: Origin) -> bool {
        self.0 & (1 << origin as u16) != 0
    }
}

impl Default for Admit {
    fn default() -> Self {
        Self::ALL
    }
}
