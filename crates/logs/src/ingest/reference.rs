//! From a log's own reference point and angle convention to the footprint's centre and the drive's yaw.
//!
//! ```
//! use lukao_logs::ingest::reference::{AngleConvention, Reference};
//! // SUMO: the middle of the front bumper, degrees clockwise from north.
//! let yaw_rad = AngleConvention::DegCwFromNorth.to_yaw_rad(90.0);
//! let (x_m, y_m) = Reference::FrontBumper.to_centre(10.0, 5.0, yaw_rad, 4.0, 1.8);
//! assert!((x_m - 8.0).abs() < 1e-12 && (y_m - 5.0).abs() < 1e-12);
//! ```

use std::f64::consts::{FRAC_PI_2, PI};

use lukao_model::math;
use serde::Deserialize;

/// The point of the body that a log's positions mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Reference {
    /// Centre of the footprint.
    #[default]
    Centre,
    /// Middle of the front bumper.
    FrontBumper,
    /// Middle of the rear bumper.
    RearBumper,
    /// A point from which the centre is this far forward and left, m: rear axle, antenna.
    Offset {
        /// Forward from the point to the centre.
        forward_m: f64,
        /// Left from the point to the centre.
        left_m: f64,
    },
    /// Corner of the axis-parallel box with the smallest x and the largest y (y up), whatever the yaw; the box
    /// extends by `length` along x and by `width` along y.
    MinXMaxYCorner,
}

impl Reference {
    /// Centre of the footprint, in the frame of `x_m`, `y_m`.
    #[must_use]
    pub fn to_centre(self, x_m: f64, y_m: f64, yaw_rad: f64, length_m: f64, width_m: f64) -> (f64, f64) {
        let (forward, left) = match self {
            Self::Centre => return (x_m, y_m),
            Self::MinXMaxYCorner => return (x_m + length_m / 2.0, y_m - width_m / 2.0),
            Self::FrontBumper => (-length_m / 2.0, 0.0),
            Self::RearBumper => (length_m / 2.0, 0.0),
            Self::Offset { forward_m, left_m } => (forward_m, left_m),
        };
        let (sin, cos) = math::sin_cos(yaw_rad);
        (x_m + forward * cos - left * sin, y_m + forward * sin + left * cos)
    }

    /// Name for [`Actor::reference_point`](lukao_model::drive::Actor::reference_point).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::FrontBumper => "front-bumper",
            Self::RearBumper => "rear-bumper",
            Self::Offset { .. } => "offset",
            Self::MinXMaxYCorner => "corner",
        }
    }
}

/// How a log measures headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AngleConvention {
    /// Radians, counter-clockwise from +x: the drive's own.
    #[default]
    RadCcwFromEast,
    /// Degrees, counter-clockwise from +x.
    DegCcwFromEast,
    /// Radians, clockwise from +y.
    RadCwFromNorth,
    /// Degrees, clockwise from +y: compass, SUMO.
    DegCwFromNorth,
    /// Radians, clockwise from +x: frames whose y points down.
    RadCwFromEast,
    /// Degrees, clockwise from +x.
    DegCwFromEast,
    /// Radians, counter-clockwise from +y.
    RadCcwFromNorth,
    /// Degrees, counter-clockwise from +y.
    DegCcwFromNorth,
}

impl AngleConvention {
    /// The drive's yaw: rad, counter-clockwise from +x, in (-π, π]. A non-finite angle gives NaN.
    #[must_use]
    pub fn to_yaw_rad(self, angle: f64) -> f64 {
        let rad = match self {
            Self::RadCcwFromEast | Self::RadCwFromNorth | Self::RadCwFromEast | Self::RadCcwFromNorth => {
                angle
            }
            _ => angle * PI / 180.0,
        };
        math::wrap_angle(match self {
            Self::RadCcwFromEast | Self::DegCcwFromEast => rad,
            Self::RadCwFromNorth | Self::DegCwFromNorth => FRAC_PI_2 - rad,
            Self::RadCwFromEast | Self::DegCwFromEast => -rad,
            Self::RadCcwFromNorth | Self::DegCcwFromNorth => FRAC_PI_2 + rad,
        })
    }
}
