//! Notes, one for each (code, subject), and the check of single values.

use std::collections::BTreeMap;

use lukao_model::channel::{self, Kind};
use lukao_model::drive::Note;
use lukao_model::{Channel, Interval};

use super::Value;

/// Notes by code and subject. Memory grows with the number of pairs, not of samples.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<&'static str, BTreeMap<String, Tally>>);

#[derive(Debug)]
struct Tally {
    count: u64,
    when: Option<Interval>,
    text: String,
}

impl Notes {
    /// Counts a case; the text of the first one is kept.
    pub fn add(
        &mut self,
        code: &'static str,
        subject: &str,
        t_ns: Option<i64>,
        text: impl FnOnce() -> String,
    ) {
        let when = t_ns.map(|t| Interval::new(t, t));
        let of_code = self.0.entry(code).or_default();
        if let Some(tally) = of_code.get_mut(subject) {
            tally.count += 1;
            tally.when = match (tally.when, when) {
                (Some(a), Some(b)) => {
                    Some(Interval { from_ns: a.from_ns.min(b.from_ns), to_ns: a.to_ns.max(b.to_ns) })
                }
                (a, b) => a.or(b),
            };
        } else {
            of_code.insert(subject.to_owned(), Tally { count: 1, when, text: text() });
        }
    }

    /// Counts many cases at once, at no particular time.
    pub fn add_many(&mut self, code: &'static str, subject: &str, count: u64, text: impl FnOnce() -> String) {
        self.add(code, subject, None, text);
        if let Some(tally) = self.0.get_mut(code).and_then(|c| c.get_mut(subject)) {
            tally.count += count.saturating_sub(1);
        }
    }

    /// The value if it can be used, else [`Value::Missing`] with a note.
    pub fn admit<'a>(&mut self, channel: Channel, value: Value<'a>, subject: &str, t_ns: i64) -> Value<'a> {
        match (channel.kind(), value) {
            (_, Value::Missing) | (Kind::Text, Value::Text(_)) => value,
            (Kind::Real, Value::Real(v)) if v.is_finite() => value,
            (Kind::Real, Value::Real(v)) => {
                let text = || format!("{v} in {}; value left out", channel.name());
                self.add("non-finite", subject, Some(t_ns), text);
                Value::Missing
            }
            (Kind::Code, Value::Code(c)) if is_code_of(channel, c) => value,
            (_, other) => {
                let text = || format!("{other:?} is no value of {}; left out", channel.name());
                self.add("unknown-code", subject, Some(t_ns), text);
                Value::Missing
            }
        }
    }

    /// All notes, by code, then subject.
    pub fn into_vec(self) -> Vec<Note> {
        let of_code = |(code, subjects): (&str, BTreeMap<String, Tally>)| {
            let code = code.to_owned();
            subjects.into_iter().map(move |(subject, t)| Note {
                code: code.clone(),
                subject,
                when: t.when,
                count: t.count,
                text: t.text,
            })
        };
        self.0.into_iter().flat_map(of_code).collect()
    }
}

/// A time for people: exact, in seconds, without needless zeros.
pub(crate) fn seconds(t_ns: i64) -> String {
    let (whole, part) = (t_ns.unsigned_abs() / 1_000_000_000, t_ns.unsigned_abs() % 1_000_000_000);
    let sign = if t_ns < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{part:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Whether a code is one of the channel's enumeration.
pub(crate) fn is_code_of(channel: Channel, code: u8) -> bool {
    match channel {
        Channel::Gear => channel::Gear::from_code(code).is_some(),
        Channel::Indicator => channel::Indicator::from_code(code).is_some(),
        Channel::DrivingMode => channel::DrivingMode::from_code(code).is_some(),
        Channel::HmiAlert => channel::HmiAlert::from_code(code).is_some(),
        Channel::FixQuality => channel::FixQuality::from_code(code).is_some(),
        Channel::SignalState => channel::SignalState::from_code(code).is_some(),
        // Bits, all of which may be set.
        Channel::OverrideReason => true,
        _ => channel::Switch::from_code(code).is_some(),
    }
}
