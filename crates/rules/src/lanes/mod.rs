//! Lanes and lines: which lane, which side of a line, which way.

pub(crate) mod leaves_drivable_area;
pub(crate) mod solid_line_crossed;
pub(crate) mod wrong_way;
