//! What must hold from one stretch to the next. The writer and the reader apply the same check.

use std::collections::{BTreeMap, BTreeSet};

use lukao_model::channel::Origin;
use lukao_model::drive::{ActorIx, Clock, Drive, Subject};
use lukao_model::vehicle::BoxSize;
use lukao_model::{Column, Error, Position};

/// A run or series that goes on in a later stretch.
#[derive(Clone, Copy, PartialEq)]
struct Open {
    clock: u32,
    next_tick: u64,
    of_run: Option<(BoxSize, Origin)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Run(ActorIx, u32),
    Series(Subject, u32),
}

/// What is open between two stretches. Grows with the number of actors and series, not with time.
pub(crate) struct Continuity {
    /// Stream, ticks so far and last time of each clock.
    clocks: Vec<(u32, u64, Option<i64>)>,
    first_ticks: Vec<u64>,
    open: BTreeMap<Key, Open>,
    last_ordinal: BTreeMap<ActorIx, u32>,
    series: BTreeSet<(Subject, u32)>,
}

impl Continuity {
    /// Before the first stretch: stream and first tick of each clock.
    pub fn new(clocks: impl Iterator<Item = (u32, u64)>) -> Self {
        let clocks: Vec<_> = clocks.map(|(stream, tick)| (stream, tick, None)).collect();
        Self {
            first_ticks: clocks.iter().map(|c| c.1).collect(),
            clocks,
            open: BTreeMap::new(),
            last_ordinal: BTreeMap::new(),
            series: BTreeSet::new(),
        }
    }

    /// The clocks as they are now, without a tick.
    pub fn empty_clocks(&self) -> Vec<Clock> {
        let clock = |c: &(u32, u64, Option<i64>)| Clock {
            stream: c.0,
            first_tick: c.1,
            t_ns: Column::new(Vec::new()),
        };
        self.clocks.iter().map(clock).collect()
    }

    /// Takes the next stretch, or says why it does not follow. `place` names the stretch.
    pub fn follow(&mut self, drive: &Drive, name: &str, place: &str) -> Result<(), Error> {
        let wrong = |part: String, want: String, found: String| {
            Error::new(name, want, found).at(Position::Part(format!("{place} {part}")))
        };
        if drive.clocks().len() != self.clocks.len() {
            let want = format!("{} clocks", self.clocks.len());
            return Err(wrong("clocks".into(), want, drive.clocks().len().to_string()));
        }
        for (i, (c, state)) in drive.clocks().iter().zip(&self.clocks).enumerate() {
            if (c.stream, c.first_tick) != (state.0, state.1) {
                let want = format!("tick {} of stream {}", state.1, state.0);
                return Err(wrong(
                    format!("clock {i}"),
                    want,
                    format!("tick {} of stream {}", c.first_tick, c.stream),
                ));
            }
            if let (Some(last), Some(first)) = (state.2, c.t_ns.values().first())
                && last >= *first
            {
                let want = format!("times after {last} ns");
                return Err(wrong(format!("clock {i}"), want, format!("{first} ns")));
            }
        }
        if let (Some(declared), Some(span)) = (drive.header().span, drive.span())
            && (span.from_ns < declared.from_ns || span.to_ns > declared.to_ns)
        {
            let want =
                format!("times within {} to {} ns as the header says", declared.from_ns, declared.to_ns);
            return Err(wrong("times".into(), want, format!("{} to {} ns", span.from_ns, span.to_ns)));
        }
        let clocks = drive.clocks();
        for r in drive.runs() {
            let id = || format!("actor \"{}\" run {}", drive.actor(r.actor).id, r.ordinal);
            let part = Part {
                key: Key::Run(r.actor, r.ordinal),
                clock: r.clock.0,
                first: r.first,
                len: r.len(),
                begun_before: r.begun_before,
                goes_on: r.goes_on,
                of_run: Some((r.size, r.origin)),
            };
            let fresh = self.follow_part(clocks, &part).map_err(|(want, found)| wrong(id(), want, found))?;
            if fresh {
                if let Some(last) = self.last_ordinal.get(&r.actor).filter(|l| **l >= r.ordinal) {
                    return Err(wrong(id(), format!("a run after run {last}"), "an earlier one".into()));
                }
                self.last_ordinal.insert(r.actor, r.ordinal);
            }
        }
        for s in drive.series() {
            let id = || format!("series {:?} {}", s.subject, s.ordinal);
            let part = Part {
                key: Key::Series(s.subject, s.ordinal),
                clock: s.clock.0,
                first: s.first,
                len: s.len,
                begun_before: s.begun_before,
                goes_on: s.goes_on,
                of_run: None,
            };
            let fresh = self.follow_part(clocks, &part).map_err(|(want, found)| wrong(id(), want, found))?;
            if fresh && !self.series.insert((s.subject, s.ordinal)) {
                return Err(wrong(id(), "each series once".into(), "a second one".into()));
            }
        }
        for (state, c) in self.clocks.iter_mut().zip(clocks) {
            state.1 += c.t_ns.len() as u64;
            state.2 = c.t_ns.values().last().copied().or(state.2);
        }
        // What went on over these ticks and did not come again has been cut off.
        let cut = self.open.iter().find(|(_, o)| self.clocks[o.clock as usize].1 != o.next_tick);
        if let Some((key, o)) = cut {
            let what = match key {
                Key::Run(a, n) => format!("actor \"{}\" run {n}", drive.actor(*a).id),
                Key::Series(s, n) => format!("series {s:?} {n}"),
            };
            let want = format!("its rest from tick {} of clock {}", o.next_tick, o.clock);
            return Err(wrong(what, want, "nothing".into()));
        }
        Ok(())
    }

    /// Whether the part begins a run or series; else it goes on with an open one.
    fn follow_part(&mut self, clocks: &[Clock], part: &Part) -> Result<bool, (String, String)> {
        let clock = &clocks[part.clock as usize];
        let open = self.open.remove(&part.key);
        let first_tick = clock.first_tick + part.first as u64;
        let fresh = match open {
            Some(o) => {
                let here = Open { clock: part.clock, next_tick: first_tick, of_run: part.of_run };
                if o != here {
                    let want = format!(
                        "its rest from tick {} of clock {}, of the same size and origin",
                        o.next_tick, o.clock
                    );
                    return Err((
                        want,
                        format!("tick {first_tick} of clock {}, or another size or origin", part.clock),
                    ));
                }
                if !part.begun_before {
                    return Err(("a part that begun before".into(), "one that says it did not".into()));
                }
                false
            }
            None => {
                // Only where the file itself begins may something have begun before.
                let begins = part.first == 0 && clock.first_tick == self.first_ticks[part.clock as usize];
                if part.begun_before && !begins {
                    return Err((
                        "the part before".into(),
                        "a part that begun before and was not there".into(),
                    ));
                }
                true
            }
        };
        if part.goes_on {
            let end = part.first + part.len;
            if end != clock.t_ns.len() {
                return Err((
                    "a part that goes on up to the stretch's end".into(),
                    format!("an end at tick {end}"),
                ));
            }
            let next_tick = first_tick + part.len as u64;
            self.open.insert(part.key, Open { clock: part.clock, next_tick, of_run: part.of_run });
        }
        Ok(fresh)
    }
}

struct Part {
    key: Key,
    clock: u32,
    first: usize,
    len: usize,
    begun_before: bool,
    goes_on: bool,
    of_run: Option<(BoxSize, Origin)>,
}
