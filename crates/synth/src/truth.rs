//! What is true of a drive, written from its plan.

use std::fmt;

/// What is true of a drive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Size of the planned conduct, in the unit of its rule; `None` if the drive is compliant throughout.
    pub size: Option<f64>,
    /// How well the plan knows that size, in the same unit; `None` if it only knows that the conduct is there.
    pub known_to: Option<f64>,
    /// When the conduct takes place, s since the drive began.
    pub when_s: Option<(f64, f64)>,
    /// What other conduct follows by necessity.
    pub side: Vec<Side>,
}

/// Other conduct that follows from the planned one by necessity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Which.
    pub conduct: String,
    /// Why it cannot be avoided.
    pub why: String,
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Some(size) => write!(f, "size {size}")?,
            None => write!(f, "compliant")?,
        }
        if let Some((from, to)) = self.when_s {
            write!(f, " at {from:.2}-{to:.2} s")?;
        }
        for side in &self.side {
            write!(f, "; {} because {}", side.conduct, side.why)?;
        }
        Ok(())
    }
}
