//! Lanes and lines: which lane, which side of a line, which way.

mod lane_use;
mod stretch;

pub(crate) mod bus_lane_used;
pub(crate) mod cuts_into_queue;
pub(crate) mod double_lane_change;
pub(crate) mod emergency_lane_used;
pub(crate) mod forbidden_overtaking;
pub(crate) mod forbidden_turn;
pub(crate) mod forbidden_u_turn;
pub(crate) mod lane_not_yielded;
pub(crate) mod leaves_drivable_area;
pub(crate) mod line_ridden;
pub(crate) mod non_motor_lane_used;
pub(crate) mod opposite_lane_used;
pub(crate) mod overtaking_on_right;
pub(crate) mod reversing;
pub(crate) mod solid_line_crossed;
pub(crate) mod u_turn_lane_taken_late;
pub(crate) mod wrong_lane_for_turn;
pub(crate) mod wrong_way;
