//! Distance to others: ahead, behind, beside.

pub(crate) mod beside;
pub(crate) mod following;

pub(crate) mod close_meeting;
pub(crate) mod close_pass;
pub(crate) mod critical_following;
pub(crate) mod cut_in_forces_braking;
pub(crate) mod expressway_gap;
pub(crate) mod gap_in_fog;
pub(crate) mod hard_braking_needed;
pub(crate) mod lane_change_gap;
pub(crate) mod minimum_following_distance;
pub(crate) mod rss_following_distance;
pub(crate) mod rss_lateral_distance;
pub(crate) mod rss_oncoming_distance;
pub(crate) mod time_headway;
pub(crate) mod time_to_collision;
