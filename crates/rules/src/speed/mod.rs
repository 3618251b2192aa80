//! How fast the ego may drive, and how slow: posted, by class of road, by place, by weather.

pub(crate) mod speed_limit;
