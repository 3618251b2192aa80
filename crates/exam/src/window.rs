//! The part of a drive that is kept in memory, and windows cut from it.
//!
//! Stretches come in any size. A window that lies within one stretch shares its memory; one that reaches over
//! several is joined by copying. Of what no window will need again only the last state of each series is kept,
//! since a state holds until the next one.

use lukao_measure::Held;
use lukao_model::drive::Clock;
use lukao_model::{Drive, Error, Interval};

/// Stretches in order of time, from the oldest that a window may still need.
#[derive(Default)]
pub(crate) struct Buffer {
    stretches: Vec<Drive>,
    /// What series said last before the first stretch.
    held: Held,
    /// First and last time pushed.
    seen: Option<Interval>,
}

/// Stretches with more samples than this are not joined with others when they come; windows over them are.
const MANY: u64 = 1 << 14;

impl Buffer {
    /// Adds the stretch that follows.
    pub fn push(&mut self, stretch: &Drive) -> Result<(), Error> {
        let Some(span) = stretch.span() else {
            return Ok(());
        };
        if let Some(seen) = self.seen
            && span.from_ns <= seen.to_ns
        {
            let found = format!("one from {} ns", span.from_ns);
            let expected = format!("a stretch after {} ns", seen.to_ns);
            return Err(Error::new(stretch.header().name.clone(), expected, found));
        }
        self.seen = Some(Interval::new(self.seen.map_or(span.from_ns, |s| s.from_ns), span.to_ns));
        // Joining those of like size keeps the number of pieces, and the copying, small.
        let mut last = stretch.clone();
        while let Some(before) = self.stretches.pop() {
            let many = before.samples().max(last.samples()) > MANY;
            if many || before.samples() > 2 * last.samples() {
                self.stretches.push(before);
                break;
            }
            last = before.append(&last)?;
        }
        self.stretches.push(last);
        Ok(())
    }

    /// First and last time pushed.
    pub fn seen(&self) -> Option<Interval> {
        self.seen
    }

    /// What series said last before all that is still kept.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// First time of anything kept at or after `from_ns`.
    pub fn next_time(&self, from_ns: i64) -> Option<i64> {
        let first = |c: &Clock| {
            let t = c.t_ns.values();
            t.get(t.partition_point(|x| *x < from_ns)).copied()
        };
        self.stretches.iter().flat_map(|d| d.clocks().iter().filter_map(first)).min()
    }

    /// All that is kept with times before `to_ns`.
    pub fn window(&self, to_ns: i64) -> Result<Option<Drive>, Error> {
        let mut window: Option<Drive> = None;
        for s in &self.stretches {
            let part = s.slice(i64::MIN, to_ns);
            if part.span().is_none() {
                continue;
            }
            window = Some(match window {
                Some(w) => w.append(&part)?,
                None => part,
            });
        }
        Ok(window)
    }

    /// Forgets all before `from_ns` but the states that still hold.
    pub fn forget_before(&mut self, from_ns: i64) {
        for s in std::mem::take(&mut self.stretches) {
            if s.span().is_some_and(|span| span.from_ns >= from_ns) {
                self.stretches.push(s);
                continue;
            }
            self.held.absorb(&s.slice_series(i64::MIN, from_ns));
            let rest = s.slice(from_ns, i64::MAX);
            if rest.span().is_some() {
                self.stretches.push(rest);
            }
        }
    }

    /// Copies what is left of stretches of which most was forgotten, so that their memory is free once the
    /// caller drops them. `pushed` is the number of samples of the last stretch.
    pub fn detach(&mut self, pushed: u64) {
        for s in &mut self.stretches {
            if s.samples() * 2 < pushed {
                *s = s.detached();
            }
        }
    }
}
