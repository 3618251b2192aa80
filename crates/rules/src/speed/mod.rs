//! How fast the ego may drive, and how slow: posted, by class of road, by place, by weather.

pub(crate) mod cap;

pub(crate) mod default_speed_limit;
pub(crate) mod exam_speed;
pub(crate) mod expressway_too_fast;
pub(crate) mod expressway_too_slow;
pub(crate) mod fast_down_steep_slope;
pub(crate) mod fast_in_fog_on_expressway;
pub(crate) mod fast_in_low_visibility;
pub(crate) mod fast_in_sharp_bend;
pub(crate) mod fast_into_non_motor_lane;
pub(crate) mod fast_on_narrow_road;
pub(crate) mod fast_on_slippery_road;
pub(crate) mod fast_over_level_crossing;
pub(crate) mod fast_when_turning;
pub(crate) mod needlessly_slow;
pub(crate) mod speed_limit;
