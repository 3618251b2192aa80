//! What the examiner's marks and commands say.

use lukao_model::{Channel, Subject};

use crate::context::{Context, Said};

/// Whether a mark tells the ego to start: `go`, or `go: ITEM` for the station's kind.
pub(crate) fn go(cx: &Context<'_>, text: &str) -> bool {
    match text.trim().split_once(':') {
        None => text.trim() == "go",
        Some(("go", item)) => cx.station.is_none_or(|s| s.kind == item.trim()),
        Some(_) => false,
    }
}

/// Metres within which a command tells the ego to stop: `stop within 150 m`.
pub(crate) fn stop_within_m(text: &str) -> Option<f64> {
    let rest = text.trim().strip_prefix("stop within")?.trim();
    rest.strip_suffix('m')?.trim().parse().ok().filter(|m: &f64| m.is_finite() && *m >= 0.0)
}

/// What a driver is told to do by hand: commands, or marks after `order:`, that begin so.
const BY_HAND: [&str; 5] = ["take over", "intervene", "emergency stop", "接管", "急停"];

/// Times at which the driver was told to act, from a time of the window on.
pub(crate) fn orders_ns(cx: &Context<'_>, from_ns: i64) -> Vec<i64> {
    let by_hand = |text: &str| BY_HAND.iter().any(|w| text.trim().starts_with(w));
    let commands =
        cx.texts(Subject::Drive, Channel::Command, from_ns).into_iter().filter(|c| by_hand(c.text));
    let ordered = |m: &Said<'_>| m.text.trim().strip_prefix("order:").is_some_and(by_hand);
    let marks = cx.texts(Subject::Drive, Channel::Mark, from_ns).into_iter().filter(ordered);
    commands.chain(marks).map(|x| x.t_ns).collect()
}
