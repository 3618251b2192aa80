//! Where the ego is in the parking bays of a station.

use lukao_measure::edges::inside_m;
use lukao_model::drive::Pose;
use lukao_track::Station;

/// The bay that holds the middle of the footprint, by its place in the station.
pub(crate) fn bay_at(station: &Station, pose: &Pose) -> Option<usize> {
    station.slots.iter().position(|bay| inside_m(bay, [pose.x_m, pose.y_m]) >= 0.0)
}
