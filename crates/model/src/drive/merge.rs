//! Putting the logs of several recorders together into one drive.

use std::sync::Arc;

use super::{ActorIx, ClockIx, Drive, Run, Series, SignalIx, Subject};
use crate::error::Error;

impl Drive {
    /// This drive with what another recorder logged of it: both in one frame and on one time base. Actors and signals of the same
    /// name are the same. Nothing is resampled: each log keeps its own clocks and streams.
    ///
    /// # Errors
    /// If the frames differ (a log without positions has none that could), or both logs give poses of the same actor.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        let (a, b) = (self.header(), other.header());
        if a.frame != b.frame && !self.runs.is_empty() && !other.runs.is_empty() {
            return Err(Error::new(
                b.name.clone(),
                format!("the frame of {} ({})", a.name, a.frame),
                b.frame.to_string(),
            ));
        }
        let mut header = (**a).clone();
        if self.runs.is_empty() {
            header.frame.clone_from(&b.frame);
        }
        let streams = a.streams.len() as u32;
        header.streams.extend(b.streams.iter().cloned());
        let actors: Vec<ActorIx> = b
            .actors
            .iter()
            .map(|actor| match a.actor_named(&actor.id) {
                Some(known) => known,
                None => {
                    header.actors.push(actor.clone());
                    ActorIx(header.actors.len() as u32 - 1)
                }
            })
            .collect();
        for actor in header.actors.iter_mut().skip(a.actors.len()) {
            actor.exempt_from.iter_mut().chain(&mut actor.towed_by).for_each(|x| *x = actors[x.0 as usize]);
        }
        let signals: Vec<SignalIx> = b
            .signals
            .iter()
            .map(|name| {
                let at = header.signals.iter().position(|s| s == name).unwrap_or_else(|| {
                    header.signals.push(name.clone());
                    header.signals.len() - 1
                });
                SignalIx(at as u32)
            })
            .collect();
        header.ego = a.ego.or(b.ego.map(|e| actors[e.0 as usize]));
        header.track = a.track.clone().or_else(|| b.track.clone());
        header.max_gap_ns = a.max_gap_ns.max(b.max_gap_ns);
        header.notes.extend(b.notes.iter().cloned());
        let mut clocks = self.clocks.clone();
        let first = clocks.len() as u32;
        clocks.extend(other.clocks.iter().cloned().map(|mut c| {
            c.stream += streams;
            c
        }));
        let clock = |c: ClockIx| ClockIx(c.0 + first);
        let mut runs = self.runs.clone();
        for r in &other.runs {
            let actor = actors[r.actor.0 as usize];
            if !self.runs_of(actor).is_empty() {
                let id = &header.actors[actor.0 as usize].id;
                return Err(Error::new(
                    b.name.clone(),
                    format!("actors of whom {} gives no poses", a.name),
                    format!("poses of \"{id}\" in both"),
                ));
            }
            runs.push(Run { actor, clock: clock(r.clock), ..r.clone() });
        }
        let mut series = self.series.clone();
        for s in &other.series {
            let subject = match s.subject {
                Subject::Drive => Subject::Drive,
                Subject::Actor(x) => Subject::Actor(actors[x.0 as usize]),
                Subject::Signal(x) => Subject::Signal(signals[x.0 as usize]),
            };
            let ordinal = s.ordinal + self.series_of(subject).last().map_or(0, |l| l.ordinal + 1);
            series.push(Series { subject, ordinal, clock: clock(s.clock), ..s.clone() });
        }
        header.span = None;
        let mut merged = Self::new(Arc::new(header), clocks, runs, series)?;
        let span = merged.span();
        Arc::make_mut(&mut merged.header).span = span;
        Ok(merged)
    }

    /// This drive with all its times moved, ns: to the time base of another. The streams say so.
    ///
    /// # Errors
    /// If a time leaves the range.
    pub fn shifted(&self, by_ns: i64) -> Result<Self, Error> {
        let mut header = (**self.header()).clone();
        for s in &mut header.streams {
            s.offset_ns = s.offset_ns.saturating_add(by_ns);
        }
        let move_by = |t: i64| t.checked_add(by_ns);
        let mut clocks = self.clocks.clone();
        for c in &mut clocks {
            let moved: Option<Vec<i64>> = c.t_ns.values().iter().map(|t| move_by(*t)).collect();
            let found = || {
                Error::new(self.header.name.clone(), "times within range", format!("a shift by {by_ns} ns"))
            };
            c.t_ns = crate::column::Column::new(moved.ok_or_else(found)?);
        }
        header.notes.iter_mut().filter_map(|n| n.when.as_mut()).for_each(|w| {
            (w.from_ns, w.to_ns) = (w.from_ns.saturating_add(by_ns), w.to_ns.saturating_add(by_ns));
        });
        header.span = None;
        let mut runs = self.runs.clone();
        // The index of the contact core is of poses, not of times.
        runs.iter_mut().for_each(|r| r.begun_before = false);
        let mut moved = Self::new(Arc::new(header), clocks, runs, self.series.clone())?;
        let span = moved.span();
        Arc::make_mut(&mut moved.header).span = span;
        Ok(moved)
    }
}
