//! Right of way at junctions, and where one may not enter or stop.

pub(crate) mod blocked_junction_entered;
pub(crate) mod emergency_vehicle_cut_off;
pub(crate) mod give_way;
pub(crate) mod left_turn_cuts_oncoming;
pub(crate) mod left_turn_right_of_centre;
pub(crate) mod level_crossing_on_red;
pub(crate) mod right_turn_cuts_left_turn;
pub(crate) mod right_turn_on_red_hinders;
pub(crate) mod right_turn_past_queue;
pub(crate) mod roundabout_entry;
pub(crate) mod stop_sign;
pub(crate) mod stops_in_yellow_box;
pub(crate) mod stops_on_crossing;
pub(crate) mod unsignalled_right_of_way;

mod control;
mod yielding;
