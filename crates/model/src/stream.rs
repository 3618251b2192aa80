//! Streams: one recording device's data, with its clock.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a stream's time stamps count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TimeBase {
    /// Not said.
    #[default]
    Unknown,
    /// The device's own start.
    Local,
    /// GPS time.
    Gps,
    /// UTC.
    Utc,
    /// TAI.
    Tai,
    /// A simulator's clock.
    Simulation,
}

/// How a stream's clock was synchronised with the drive's time base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sync {
    /// Not said.
    #[default]
    Unknown,
    /// Not synchronised: what compares this stream with another is undetermined.
    None,
    /// It is the drive's time base, or shares its clock.
    Same,
    /// Pulse per second.
    Pps,
    /// IEEE 1588.
    Ptp,
    /// NTP.
    Ntp,
    /// An event seen by both.
    SharedEvent,
}

/// One recording device's data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Name: file, topic or device.
    pub name: String,
    /// What its stamps counted from.
    #[serde(default)]
    pub base: TimeBase,
    /// How it was brought to the drive's time base.
    #[serde(default)]
    pub sync: Sync,
    /// What was added to its stamps to reach the drive's time base, ns.
    #[serde(default)]
    pub offset_ns: i64,
    /// Accuracy of that (k = 2), ns; absent means unknown.
    #[serde(default)]
    pub accuracy_ns: Option<i64>,
}

/// Uncertainty in time between two streams (k = 2), ns. `None` if unknown or not synchronised.
///
/// A stream compared with itself has none.
#[must_use]
pub fn time_uncertainty_ns(a: &Stream, b: &Stream) -> Option<i64> {
    if a == b {
        return Some(0);
    }
    if a.sync == Sync::None || b.sync == Sync::None {
        return None;
    }
    Some(a.accuracy_ns?.saturating_add(b.accuracy_ns?))
}
