//! Vehicles: classes, sizes, outlines and the vehicle sheet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an actor is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActorClass {
    /// Not said.
    #[default]
    Unknown,
    /// Passenger car.
    Car,
    /// Van or light goods vehicle.
    Van,
    /// Lorry.
    Truck,
    /// Bus or coach.
    Bus,
    /// Trailer.
    Trailer,
    /// Tram or train.
    Rail,
    /// Motorcycle or moped.
    Motorcycle,
    /// Bicycle, also electric.
    Bicycle,
    /// Pedestrian.
    Pedestrian,
    /// Wheelchair, scooter and the like.
    PersonalMobility,
    /// Animal.
    Animal,
    /// Cone, barrier, debris, cargo: does not move by itself.
    Object,
}

impl ActorClass {
    /// Whether it is a person on foot, a rider or the like.
    #[must_use]
    pub fn is_vulnerable(self) -> bool {
        matches!(self, Self::Pedestrian | Self::Bicycle | Self::PersonalMobility | Self::Motorcycle)
    }

    /// Whether it is a motor vehicle that uses traffic lanes.
    #[must_use]
    pub fn is_motor_vehicle(self) -> bool {
        matches!(self, Self::Car | Self::Van | Self::Truck | Self::Bus | Self::Trailer | Self::Motorcycle)
    }

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Car => "car",
            Self::Van => "van",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Trailer => "trailer",
            Self::Rail => "rail",
            Self::Motorcycle => "motorcycle",
            Self::Bicycle => "bicycle",
            Self::Pedestrian => "pedestrian",
            Self::PersonalMobility => "personal-mobility",
            Self::Animal => "animal",
            Self::Object => "object",
        }
    }
}

/// Size of an actor's box, metres. Finite and positive; readers refuse others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoxSize {
    /// Along the heading.
    pub length_m: f64,
    /// Across the heading.
    pub width_m: f64,
    /// Upward; absent means unknown.
    #[serde(default)]
    pub height_m: Option<f64>,
    /// Accuracy of length and width (k = 2); absent means unknown.
    #[serde(default)]
    pub accuracy_m: Option<f64>,
}

/// A convex outline other than the box: corners counter-clockwise, metres, x forward and y left of the centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outline {
    /// At least three corners.
    pub corners_m: Vec<[f64; 2]>,
}

/// The vehicle sheet (`vehicle.toml`): what a log cannot say of the vehicle under test. Metres.
///
/// Without wheel geometry a rule about wheels is undetermined; it is never approximated by the box.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VehicleSheet {
    /// Overall length.
    pub length_m: Option<f64>,
    /// Width without mirrors.
    pub width_m: Option<f64>,
    /// Width over the mirrors.
    pub width_with_mirrors_m: Option<f64>,
    /// Height.
    pub height_m: Option<f64>,
    /// Wheelbase.
    pub wheelbase_m: Option<f64>,
    /// Front axle to foremost point.
    pub front_overhang_m: Option<f64>,
    /// Rear axle to rearmost point.
    pub rear_overhang_m: Option<f64>,
    /// Track width of the front axle, between tyre centres.
    pub front_track_m: Option<f64>,
    /// Track width of the rear axle, between tyre centres.
    pub rear_track_m: Option<f64>,
    /// Width of a tyre.
    pub tyre_width_m: Option<f64>,
    /// Length of a tyre's contact patch.
    pub tyre_patch_m: Option<f64>,
    /// Antenna relative to the centre of the rear axle: forward, left, up.
    pub antenna_m: Option<[f64; 3]>,
    /// Outline of the body, if it is not a box.
    pub outline: Option<Outline>,
    /// Accuracy of these lengths (k = 2).
    pub accuracy_m: Option<f64>,
}
