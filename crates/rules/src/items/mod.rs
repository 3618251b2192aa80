//! How the items of a closed-field exam are driven: attempts at stations, and what an attempt needs.

mod slots;
pub(crate) mod told;

pub(crate) mod bend_not_indicated;
pub(crate) mod fault_not_alerted;
pub(crate) mod few_sign_kinds;
pub(crate) mod input_in_attempt;
pub(crate) mod lamp_off_in_station;
pub(crate) mod late_kerb_stop;
pub(crate) mod manoeuvre_missing;
pub(crate) mod not_in_slot;
pub(crate) mod not_slowed;
pub(crate) mod out_of_conditions;
pub(crate) mod parking_brake_held;
pub(crate) mod position_fix_lost;
pub(crate) mod speed_not_reached;
pub(crate) mod stands_in_station;
pub(crate) mod starts_late;
pub(crate) mod stops_off_station_line;
pub(crate) mod takes_too_long;
pub(crate) mod too_many_strokes;
pub(crate) mod v2x_not_heeded;
pub(crate) mod wheel_over_edge;
