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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Channel, ChannelData, Channels, Origin};
    use crate::column::{Column, TextColumn};
    use crate::drive::{Actor, Clock, Header, PoseAccuracy};
    use crate::stream::Stream;
    use crate::vehicle::BoxSize;

    /// A drive of one actor with poses at 0, 1 and 2 s, and a mark at 1 s.
    fn drive(actor: &str, poses: bool) -> Drive {
        let s = 1_000_000_000;
        let header = Header {
            name: actor.into(),
            streams: vec![Stream { name: actor.into(), ..Stream::default() }],
            actors: vec![Actor { id: actor.into(), ..Actor::default() }],
            signals: vec!["A".into()],
            ego: poses.then_some(ActorIx(0)),
            ..Header::default()
        };
        let clock = |t: Vec<i64>| Clock { stream: 0, first_tick: 0, t_ns: Column::new(t) };
        let run = Run {
            actor: ActorIx(0),
            clock: ClockIx(0),
            first: 0,
            index: None,
            size: BoxSize { length_m: 4.0, width_m: 2.0, height_m: None, accuracy_m: None },
            x_m: Column::new(vec![0.0, 1.0, 2.0]),
            y_m: Column::new(vec![0.0; 3]),
            yaw_rad: Column::new(vec![0.0; 3]),
            z_m: None,
            ordinal: 0,
            origin: Origin::Reference,
            begun_before: false,
            goes_on: false,
            accuracy: PoseAccuracy::default(),
            channels: Channels::default(),
        };
        let series = |subject| {
            let mut channels = Channels::default();
            let mark = TextColumn::new(vec![Some(format!("of {actor}"))]);
            channels.set(Channel::Mark, ChannelData::text(mark, Origin::Examiner));
            Series {
                subject,
                ordinal: 0,
                clock: ClockIx(1),
                first: 0,
                len: 1,
                channels,
                begun_before: false,
                goes_on: false,
            }
        };
        let series = vec![
            series(Subject::Drive),
            series(Subject::Actor(ActorIx(0))),
            series(Subject::Signal(SignalIx(0))),
        ];
        let runs = if poses { vec![run] } else { Vec::new() };
        Drive::new(Arc::new(header), vec![clock(vec![0, s, 2 * s]), clock(vec![s])], runs, series).unwrap()
    }

    #[test]
    fn logs_of_two_recorders_keep_their_clocks_and_share_names() {
        let merged = drive("ego", true).merge(&drive("target", true)).unwrap();
        let h = merged.header();
        assert_eq!((h.actors.len(), h.signals.len(), h.streams.len(), h.ego), (2, 1, 2, Some(ActorIx(0))));
        assert_eq!((merged.clocks().len(), merged.runs().len()), (4, 2));
        assert_eq!(merged.stream(merged.runs_of(ActorIx(1))[0].clock).name, "target");
        let marks = merged.series_of(Subject::Drive);
        assert_eq!(marks.iter().map(|s| s.ordinal).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(merged.span().map(|s| s.len_ns()), Some(2_000_000_000));
    }

    #[test]
    fn what_only_names_an_actor_adds_to_him_and_two_motions_of_one_are_refused() {
        let merged = drive("ego", true).merge(&drive("ego", false)).unwrap();
        assert_eq!(
            (merged.header().actors.len(), merged.series_of(Subject::Actor(ActorIx(0))).len()),
            (1, 2)
        );
        let e = drive("ego", true).merge(&drive("ego", true)).unwrap_err().to_string();
        assert!(e.contains("poses of \"ego\" in both"), "{e}");
    }

    #[test]
    fn a_shift_moves_all_times_and_says_so() {
        let moved = drive("ego", true).shifted(-5).unwrap();
        assert_eq!(moved.times(&moved.runs()[0])[0], -5);
        assert_eq!((moved.header().streams[0].offset_ns, moved.span().unwrap().from_ns), (-5, -5));
        assert!(moved.shifted(i64::MIN).is_err());
    }
}
