//! People on foot, cyclists, buses and emergency vehicles.

pub(crate) mod stops_at_bus_stop;
