//! Slow, obvious second answers for the tests.
//!
//! Nothing here shares code with what it checks, apart from the drive itself. Two convex polygons are measured by
//! brute force over all their edges and corners; motion is followed by halving stretches of time until a bound on
//! speed (centre speed + yaw rate × radius) leaves no doubt, so that a graze between two looks cannot slip through.

pub mod moving;
pub mod polygon;
pub mod workload;

pub use moving::{Moving, Violation, check, signed_at};
pub use polygon::signed_distance;
