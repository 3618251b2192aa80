//! Indicators, hazard lights and headlamps.

mod announced;
pub(crate) mod needed;

pub(crate) mod breakdown_without_hazard_lights;
pub(crate) mod fog_lamps_off;
pub(crate) mod hazard_lights_missing;
pub(crate) mod hazard_lights_misused;
pub(crate) mod headlamps_off_at_night;
pub(crate) mod headlamps_off_in_fog;
pub(crate) mod headlamps_off_in_tunnel;
pub(crate) mod indicator_cut_short;
pub(crate) mod indicator_distance;
pub(crate) mod indicator_late;
pub(crate) mod indicator_left_on;
pub(crate) mod indicator_missing;
pub(crate) mod indicator_wrong_side;
pub(crate) mod main_beam_close_behind;
pub(crate) mod main_beam_oncoming;
pub(crate) mod position_lamps_off_at_night;
