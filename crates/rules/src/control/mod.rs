//! How the ego is moved: braking, accelerating, turning, starting and stopping.

pub(crate) mod harsh_braking;
pub(crate) mod lateral_acceleration;
