//! What traffic lights, lane lights and police officers order.

pub(crate) mod amber_light;
pub(crate) mod closed_lane_entered;
pub(crate) mod fast_past_flashing_amber;
pub(crate) mod late_start_on_green;
pub(crate) mod police_order;
pub(crate) mod red_light;
