//! People on foot, cyclists, buses and emergency vehicles.

pub(crate) mod close_pass_of_cyclist;
pub(crate) mod crossing_not_slowed;
pub(crate) mod emergency_vehicle_held_up;
pub(crate) mod fast_in_school_zone;
mod on_foot;
pub(crate) mod pedestrian_cut_off;
pub(crate) mod pedestrian_not_yielded;
pub(crate) mod stops_at_bus_stop;
pub(crate) mod stops_near_hydrant;
