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

    /// A figure computed from others: its uncertainty is the root of the sum of squares of how much it changes when each
    /// of them is off by its own, to the worse side. Unknown if any is.
    ///
    /// ```
    /// use lukao_measure::Value;
    /// let product = Value::of([Value::new(3.0, Some(0.1)), Value::new(2.0, Some(0.0))], |[a, b]| a * b);
    /// assert!((product.u.known().unwrap() - 0.2).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn of<const N: usize>(parts: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        let at = parts.map(|p| p.value);
        let value = f(at);
        let mut u = Uncertainty::Known(0.0);
        for (i, part) in parts.iter().enumerate() {
            let off = |by: f64| {
                let mut moved = at;
                moved[i] += by;
                (f(moved) - value).abs()
            };
            u = u.rss(match part.u {
                Uncertainty::Known(by) => Uncertainty::Known(off(by).max(off(-by))),
                Uncertainty::Unknown => Uncertainty::Unknown,
            });
        }
        Self { value, u }
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
