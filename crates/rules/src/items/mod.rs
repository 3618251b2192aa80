//! How the items of a closed-field exam are driven: attempts at stations, and what an attempt needs.

mod slots;

pub(crate) mod not_in_slot;
pub(crate) mod stands_in_station;
pub(crate) mod stops_off_station_line;
pub(crate) mod takes_too_long;
pub(crate) mod too_many_strokes;
pub(crate) mod wheel_over_edge;
