//! Reasons that several rules give in the same words.

/// The speed of the ego is missing.
pub(crate) const NO_SPEED: &str = "the ego's speed is neither logged nor can be derived";

/// The ego is beside the road.
pub(crate) const NO_LANE: &str = "the ego is in no traffic lane of the track";

/// The ego is off the map.
pub(crate) const OFF_MAP: &str = "the ego is off the track's map";

/// A mean over a window that the data does not fill.
pub(crate) const NEAR_END: &str = "too near to an end of the ego's data";

/// The driving mode is not said.
pub(crate) const NO_MODE: &str = "the log does not say who drives";

/// The log ends too early.
pub(crate) const LOG_ENDS: &str = "the log ends before it can be told";
