//! A figure with its uncertainty.

use lukao_model::outcome::Uncertainty;

/// A measured figure with its expanded uncertainty (k = 2), both in the unit that the measure documents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The figure; finite.
    pub value: f64,
    /// Its uncertainty.
    pub u: Uncertainty,
}

impl Value {
    /// A figure with an accuracy that may be unknown.
    #[must_use]
    pub fn new(value: f64, accuracy: Option<f64>) -> Self {
        Self { value, u: Uncertainty::from_option(accuracy) }
    }

    /// A part of the way from one value to the next. Errors of neighbours tend to be the same, so the
    /// uncertainty is the greater of the two.
    #[must_use]
    pub fn toward(self, to: Self, part: f64) -> Self {
        Self { value: self.value + (to.value - self.value) * part, u: greater(self.u, to.u) }
    }
}

/// The greater of two uncertainties; unknown if either is.
#[must_use]
pub fn greater(a: Uncertainty, b: Uncertainty) -> Uncertainty {
    match (a, b) {
        (Uncertainty::Known(a), Uncertainty::Known(b)) => Uncertainty::Known(a.max(b)),
        _ => Uncertainty::Unknown,
    }
}
