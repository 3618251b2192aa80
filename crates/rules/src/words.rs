//! Reasons that several rules give in the same words.

use std::sync::OnceLock;

use lukao_model::Channel;

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

/// What cannot be told of a sign that is switched, or has a text.
pub(crate) const SIGN_SAYS: &str = "what the sign says";

/// Why.
pub(crate) fn unclear_sign(id: &str) -> String {
    format!("{id} is switched, or has a text")
}

/// What the log does not say of the surroundings, as it is told when there is no value: without putting it together at each sample.
pub(crate) fn not_said(channel: Channel) -> &'static str {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    let all = || Channel::ALL.iter().map(|c| format!("the log does not say {}", c.name())).collect();
    &ALL.get_or_init(all)[channel as usize]
}

/// The log ends too early.
pub(crate) const LOG_ENDS: &str = "the log ends before it can be told";
