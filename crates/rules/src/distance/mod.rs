//! Distance to others: ahead, behind, beside.

pub(crate) mod time_headway;
pub(crate) mod time_to_collision;
