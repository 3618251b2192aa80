//! Values that hold until the next one: states of signals, driving mode, and the like.
//!
//! A state may be logged once and hold for an hour, longer than any window. So the grader carries what was
//! said last before the window in a [`Held`], and a lookup falls back on it.

use std::collections::BTreeMap;

use lukao_model::values::Values;
use lukao_model::{Channel, ClockIx, Drive, Origin, Series, Subject};

use crate::admit::Admit;

/// The last value of each series' channel before a window.
///
/// ```
/// # use lukao_measure::Held;
/// # fn demo(drive: &lukao_model::Drive, window_from_ns: i64) {
/// let mut held = Held::default();
/// held.absorb(&drive.slice(i64::MIN, window_from_ns)); // all that lies before the window, piece by piece
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    last: BTreeMap<(Subject, Channel), Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    ordinal: u32,
    stated: Stated,
}

/// A value that was stated at a time and holds until the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stated {
    /// When it was stated, ns.
    pub t_ns: i64,
    /// A code or a real number; `None` where the log says that there is none.
    pub value: Option<f64>,
    /// Accuracy (k = 2), if known.
    pub accuracy: Option<f64>,
    /// Where it comes from.
    pub origin: Origin,
    /// On which clock.
    pub clock: ClockIx,
}

impl Held {
    /// Takes in the series of a stretch that the window has left behind. Stretches come in order of time.
    pub fn absorb(&mut self, stretch: &Drive) {
        for s in stretch.series() {
            let times = stretch.series_times(s);
            for (channel, _) in s.channels.iter() {
                let Some(stated) = times.len().checked_sub(1).and_then(|k| stated(s, times, channel, k))
                else {
                    continue;
                };
                let entry = Entry { ordinal: s.ordinal, stated };
                let key = (s.subject, channel);
                let older = |e: &Entry| (e.stated.t_ns, e.ordinal) <= (stated.t_ns, s.ordinal);
                if self.last.get(&key).is_none_or(older) {
                    self.last.insert(key, entry);
                }
            }
        }
    }
}

impl Held {
    /// Whether anything admissible was stated of a channel before the window.
    #[must_use]
    pub fn has(&self, subject: Subject, channel: Channel, admit: &Admit) -> bool {
        self.last.get(&(subject, channel)).is_some_and(|e| admit.admits(channel, e.stated.origin))
    }
}

fn stated(series: &Series, times: &[i64], channel: Channel, k: usize) -> Option<Stated> {
    let data = series.channels.get(channel)?;
    let value = match &data.values {
        Values::Real(c) => c.get(k),
        Values::Code(c) => c.get(k).map(f64::from),
        Values::Text(_) => return None,
    };
    let accuracy = data.accuracy.at(k);
    Some(Stated { t_ns: times[k], value, accuracy, origin: data.origin, clock: series.clock })
}

/// All ticks of one channel of one subject in a window, in order of time, with what held before.
/// Of two stated at the same time the series of the higher ordinal counts. Inadmissible ones are left out.
pub(crate) fn stated_in(
    drive: &Drive,
    held: &Held,
    admit: &Admit,
    subject: Subject,
    channel: Channel,
) -> Vec<Stated> {
    let mut all: Vec<(i64, u32, Stated)> = Vec::new();
    let before = held.last.get(&(subject, channel));
    all.extend(before.map(|e| (e.stated.t_ns, e.ordinal, e.stated)));
    for s in drive.series_of(subject) {
        let times = drive.series_times(s);
        let ticks = (0..times.len()).filter_map(|k| stated(s, times, channel, k));
        all.extend(ticks.map(|x| (x.t_ns, s.ordinal, x)));
    }
    all.retain(|x| admit.admits(channel, x.2.origin));
    all.sort_by_key(|x| (x.0, x.1));
    let mut out: Vec<Stated> = Vec::with_capacity(all.len());
    for (_, _, x) in all {
        match out.last_mut() {
            Some(last) if last.t_ns == x.t_ns => *last = x,
            _ => out.push(x),
        }
    }
    out
}
