//! How the ego is moved: braking, accelerating, turning, starting and stopping.

mod kerb_stop;
mod stops;

pub(crate) mod coasts_down_steep_slope;
pub(crate) mod harsh_acceleration;
pub(crate) mod harsh_braking;
pub(crate) mod lateral_acceleration;
pub(crate) mod lateral_jerk;
pub(crate) mod line_stop;
pub(crate) mod longitudinal_jerk;
pub(crate) mod needless_stop;
pub(crate) mod parks_far_from_kerb;
pub(crate) mod parks_near_junction;
pub(crate) mod rolls_back;
pub(crate) mod snaking;
pub(crate) mod stops_off_the_line;
pub(crate) mod stops_where_forbidden;
