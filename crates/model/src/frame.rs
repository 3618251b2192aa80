//! Frames: what the coordinates mean. Declared, never guessed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Coordinate reference of a drive or a track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Crs {
    /// Nobody said. Cannot be compared with anything unless the user says how to align.
    #[default]
    Unknown,
    /// A plane of its own, known by name. Two local frames match if their names are equal.
    Local {
        /// Name of the plane, for example the map's file name or the test field.
        name: String,
    },
    /// A map projection: x grid east, y grid north.
    Projected {
        /// PROJ string or authority code, as declared.
        definition: String,
        /// Datum with epoch where it matters: WGS84, CGCS2000, ITRF2014@2020.0 …
        datum: Option<String>,
        /// Height system: ellipsoidal, geoid model, local …
        height: Option<String>,
    },
}

/// A frame: metres, x east or along the local plane's first axis, y to its left, z up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Coordinate reference.
    pub crs: Crs,
    /// What was subtracted from the reference's coordinates, metres (x, y, z).
    #[serde(default)]
    pub origin_m: [f64; 3],
}

/// How a track's coordinates become a drive's: rotate, then shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// Counter-clockwise turn of the track, rad.
    pub yaw_rad: f64,
    /// Shift of the track after the turn, metres.
    pub shift_m: [f64; 3],
}

impl Alignment {
    /// Nothing to do.
    pub const NONE: Self = Self { yaw_rad: 0.0, shift_m: [0.0; 3] };
}

impl Frame {
    /// A local plane of that name, with no shift.
    #[must_use]
    pub fn local(name: impl Into<String>) -> Self {
        Self { crs: Crs::Local { name: name.into() }, origin_m: [0.0; 3] }
    }

    /// How `track` must be moved to lie in this frame, or `None` if nothing relates the two.
    ///
    /// Equal references differ by their origins only. Everything else needs the user's word.
    #[must_use]
    pub fn align_track(&self, track: &Self) -> Option<Alignment> {
        let related = match (&self.crs, &track.crs) {
            (Crs::Unknown, _) | (_, Crs::Unknown) => false,
            (a, b) => a == b,
        };
        related.then(|| {
            let d = |i: usize| track.origin_m[i] - self.origin_m[i];
            Alignment { yaw_rad: 0.0, shift_m: [d(0), d(1), d(2)] }
        })
    }
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.crs {
            Crs::Unknown => write!(f, "unknown")?,
            Crs::Local { name } => write!(f, "local \"{name}\"")?,
            Crs::Projected { definition, .. } => write!(f, "projected \"{definition}\"")?,
        }
        let [x, y, z] = self.origin_m;
        if [x, y, z] != [0.0; 3] {
            write!(f, " less ({x}, {y}, {z}) m")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_references_align_and_origins_give_the_shift() {
        let utm = |x: f64| Frame {
            crs: Crs::Projected { definition: "+proj=utm +zone=50".into(), datum: None, height: None },
            origin_m: [x, 0.0, 0.0],
        };
        assert_eq!(utm(500.0).align_track(&utm(0.0)).map(|a| a.shift_m), Some([-500.0, 0.0, 0.0]));
        assert_eq!(utm(0.0).align_track(&Frame::local("field")), None);
        assert_eq!(Frame::default().align_track(&Frame::default()), None, "two unknowns are not equal");
    }
}
