//! A drive: who was where when, and what else the log says.
//!
//! A [`Drive`] holds a whole log or a stretch of one; stretches of the same log share a [`Header`], keep the
//! same indices for actors, signals and clocks, and join again with [`Drive::append`] to exactly the whole.
//!
//! Inside a [`Run`] time, x, y and yaw are never missing. A gap, a teleport or a change of size ends a run,
//! so an actor may have many. Runs on one clock are in lockstep; others are merged by their own times.
//! Nothing is resampled.

use std::sync::Arc;

use crate::channel::{Accuracy, Channels, Origin};
use crate::column::Column;
use crate::error::{Error, Position};
use crate::frame::Frame;
use crate::math;
use crate::stream::Stream;
use crate::time::Interval;
use crate::vehicle::{ActorClass, BoxSize, Outline, VehicleSheet};

/// Index of an actor in [`Header::actors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorIx(pub u32);

/// Index of a clock in [`Drive::clocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockIx(pub u32);

/// Index of a signal head in [`Header::signals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalIx(pub u32);

/// What a log knows of one actor for the whole drive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actor {
    /// The log's own id or name; unique in the drive.
    pub id: String,
    /// What it is.
    pub class: ActorClass,
    /// The point of the body that the log's positions meant, before conversion to the footprint's centre.
    pub reference_point: String,
    /// Actors that it may touch without contact counting: own cargo, own trailer.
    pub exempt_from: Vec<ActorIx>,
    /// The actor that tows this one, if it is a trailer.
    pub towed_by: Option<ActorIx>,
    /// Outline, if it is not a box.
    pub outline: Option<Outline>,
    /// Vehicle sheet, if one was given.
    pub sheet: Option<VehicleSheet>,
}

/// Something that reading changed or left out, for the reader of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable code from the data policy, kebab-case: `gap`, `non-finite`, `teleport` …
    pub code: String,
    /// Whom it concerns: an actor's id, a signal's name, or empty.
    pub subject: String,
    /// When, if at one time or over one stretch.
    pub when: Option<Interval>,
    /// How often, if counted.
    pub count: u64,
    /// In words.
    pub text: String,
}

/// What holds for a whole drive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Name, for people.
    pub name: String,
    /// Format that it was read from.
    pub format: String,
    /// Program that made the log, if it says.
    pub producer: String,
    /// Frame of all positions.
    pub frame: Frame,
    /// Recording devices.
    pub streams: Vec<Stream>,
    /// Actors; the ego among them.
    pub actors: Vec<Actor>,
    /// Names of signal heads, as the log calls them.
    pub signals: Vec<String>,
    /// The vehicle under test.
    pub ego: Option<ActorIx>,
    /// Track that the log names, as a path relative to the log or a name.
    pub track: Option<String>,
    /// Gaps longer than this ended a run, ns.
    pub max_gap_ns: i64,
    /// First and last time of anything, if known in advance.
    pub span: Option<Interval>,
    /// What reading changed or left out.
    pub notes: Vec<Note>,
}

impl Header {
    /// The actor of that id.
    #[must_use]
    pub fn actor_named(&self, id: &str) -> Option<ActorIx> {
        self.actors.iter().position(|a| a.id == id).map(|i| ActorIx(i as u32))
    }
}

/// A shared, strictly increasing list of times. A stretch holds a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Index in [`Header::streams`].
    pub stream: u32,
    /// Ticks of this clock before this stretch.
    pub first_tick: u64,
    /// Times, ns, on the drive's time base.
    pub t_ns: Column<i64>,
}

/// Accuracy of a run's pose (k = 2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoseAccuracy {
    /// Of x and of y, metres.
    pub position_m: Accuracy,
    /// Of the yaw, rad.
    pub yaw_rad: Accuracy,
}

/// The contact core's block index of a run, opaque here. Stays valid for a part of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunIndex {
    /// What the contact core wrote.
    pub blocks: Column<f32>,
    /// Samples between the index's first and the run's first here.
    pub skip: usize,
}

/// An unbroken stretch of an actor's motion: the centre of its footprint at the ticks of a clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Whose.
    pub actor: ActorIx,
    /// Which of the actor's runs, from 0, over the whole drive.
    pub ordinal: u32,
    /// Its clock.
    pub clock: ClockIx,
    /// First tick, as an index into the clock's times in this stretch.
    pub first: usize,
    /// Easting of the footprint's centre, m.
    pub x_m: Column<f64>,
    /// Northing of the footprint's centre, m.
    pub y_m: Column<f64>,
    /// Heading, rad, counter-clockwise from +x.
    pub yaw_rad: Column<f64>,
    /// Height of the underside, m, if known.
    pub z_m: Option<Column<f64>>,
    /// Size during this run.
    pub size: BoxSize,
    /// Accuracy of the pose.
    pub accuracy: PoseAccuracy,
    /// Where the pose comes from.
    pub origin: Origin,
    /// Other channels on the same ticks.
    pub channels: Channels,
    /// Block index of the contact core.
    pub index: Option<RunIndex>,
    /// The run began before this stretch.
    pub begun_before: bool,
    /// The run goes on after this stretch.
    pub goes_on: bool,
}

/// Whom or what a series is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// The drive or its surroundings: weather, marks, commands.
    Drive,
    /// An actor: channels that do not share the pose's clock.
    Actor(ActorIx),
    /// A signal head.
    Signal(SignalIx),
}

/// Channels on a clock of their own, without a pose. A value holds from its tick until the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it is about.
    pub subject: Subject,
    /// Which of the subject's series, from 0, over the whole drive.
    pub ordinal: u32,
    /// Its clock.
    pub clock: ClockIx,
    /// First tick, as an index into the clock's times in this stretch.
    pub first: usize,
    /// Number of ticks.
    pub len: usize,
    /// The values.
    pub channels: Channels,
    /// The series began before this stretch.
    pub begun_before: bool,
    /// The series goes on after this stretch.
    pub goes_on: bool,
}

/// Position and heading of a footprint's centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Easting, m.
    pub x_m: f64,
    /// Northing, m.
    pub y_m: f64,
    /// Heading, rad, counter-clockwise from +x.
    pub yaw_rad: f64,
}

impl Pose {
    /// Between two poses: position linear, yaw by the short way; `part` 0 gives `self`, 1 gives `to`.
    #[must_use]
    pub fn toward(&self, to: &Self, part: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * part;
        let turn = math::angle_between(self.yaw_rad, to.yaw_rad);
        Self {
            x_m: mix(self.x_m, to.x_m),
            y_m: mix(self.y_m, to.y_m),
            yaw_rad: math::wrap_angle(self.yaw_rad + turn * part),
        }
    }
}

impl Run {
    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.x_m.len()
    }

    /// Whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x_m.is_empty()
    }

    /// Pose of sample `i`.
    ///
    /// # Panics
    /// If `i` is past the end.
    #[must_use]
    pub fn pose(&self, i: usize) -> Pose {
        Pose { x_m: self.x_m.values()[i], y_m: self.y_m.values()[i], yaw_rad: self.yaw_rad.values()[i] }
    }

    fn part(&self, skip: usize, len: usize, first: usize) -> Self {
        Self {
            actor: self.actor,
            ordinal: self.ordinal,
            clock: self.clock,
            first,
            x_m: self.x_m.slice(skip, len),
            y_m: self.y_m.slice(skip, len),
            yaw_rad: self.yaw_rad.slice(skip, len),
            z_m: self.z_m.as_ref().map(|z| z.slice(skip, len)),
            size: self.size,
            accuracy: PoseAccuracy {
                position_m: self.accuracy.position_m.slice(skip, len),
                yaw_rad: self.accuracy.yaw_rad.slice(skip, len),
            },
            origin: self.origin,
            channels: self.channels.slice(skip, len),
            index: self.index.as_ref().map(|x| RunIndex { blocks: x.blocks.clone(), skip: x.skip + skip }),
            begun_before: self.begun_before || skip > 0,
            goes_on: self.goes_on || skip + len < self.len(),
        }
    }

    fn join(&self, next: &Self, first: usize) -> Self {
        let (n, m) = (self.len(), next.len());
        let cat = |a: &Column<f64>, b: &Column<f64>| Column::concat(&[a, b]);
        let absent = |len| Column::from_options(std::iter::repeat_n(None, len));
        let z_m = match (&self.z_m, &next.z_m) {
            (None, None) => None,
            (a, b) => {
                Some(Column::concat(&[a.as_ref().unwrap_or(&absent(n)), b.as_ref().unwrap_or(&absent(m))]))
            }
        };
        Self {
            actor: self.actor,
            ordinal: self.ordinal,
            clock: self.clock,
            first,
            x_m: cat(&self.x_m, &next.x_m),
            y_m: cat(&self.y_m, &next.y_m),
            yaw_rad: cat(&self.yaw_rad, &next.yaw_rad),
            z_m,
            size: self.size,
            accuracy: PoseAccuracy {
                position_m: Accuracy::concat(&self.accuracy.position_m, n, &next.accuracy.position_m, m),
                yaw_rad: Accuracy::concat(&self.accuracy.yaw_rad, n, &next.accuracy.yaw_rad, m),
            },
            origin: self.origin,
            channels: Channels::concat(&self.channels, n, &next.channels, m),
            index: None,
            begun_before: self.begun_before,
            goes_on: next.goes_on,
        }
    }
}

/// A drive, or a stretch of one. Clones share memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    header: Arc<Header>,
    clocks: Vec<Clock>,
    runs: Vec<Run>,
    series: Vec<Series>,
}

impl Drive {
    /// Builds a drive and checks everything this type promises.
    ///
    /// Runs and series are put in order: by actor (subject), then ordinal.
    ///
    /// # Errors
    /// If an index points nowhere, columns differ in length, a time does not rise, a pose is not finite or a
    /// size is not positive; the error names the part.
    pub fn new(
        header: Arc<Header>,
        clocks: Vec<Clock>,
        runs: Vec<Run>,
        series: Vec<Series>,
    ) -> Result<Self, Error> {
        let drive = Self::new_unverified(header, clocks, runs, series)?;
        drive.verify()?;
        Ok(drive)
    }

    /// Builds a drive whose *structure* is checked and whose values are not yet: call [`Drive::verify`], on any
    /// thread, before trusting a result. For readers of files that were verified when they were written.
    ///
    /// # Errors
    /// If an index points nowhere or columns differ in length.
    pub fn new_unverified(
        header: Arc<Header>,
        clocks: Vec<Clock>,
        mut runs: Vec<Run>,
        mut series: Vec<Series>,
    ) -> Result<Self, Error> {
        runs.sort_by_key(|r| (r.actor, r.ordinal));
        series.sort_by_key(|s| (s.subject, s.ordinal));
        let drive = Self { header, clocks, runs, series };
        drive.check_structure()?;
        Ok(drive)
    }

    fn wrong(&self, part: String, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(self.header.name.clone(), expected, found).at(Position::Part(part))
    }

    fn run_name(&self, r: &Run) -> String {
        let id = self.header.actors.get(r.actor.0 as usize).map_or("?", |a| a.id.as_str());
        format!("actor \"{id}\" run {}", r.ordinal)
    }

    fn check_structure(&self) -> Result<(), Error> {
        let h = &self.header;
        if let Some(ego) = h.ego
            && ego.0 as usize >= h.actors.len()
        {
            return Err(self.wrong(
                "ego".into(),
                format!("an actor below {}", h.actors.len()),
                ego.0.to_string(),
            ));
        }
        for (i, c) in self.clocks.iter().enumerate() {
            if c.stream as usize >= h.streams.len() {
                let want = format!("a stream below {}", h.streams.len());
                return Err(self.wrong(format!("clock {i}"), want, c.stream.to_string()));
            }
        }
        let ticks = |clock: ClockIx| self.clocks.get(clock.0 as usize).map(|c| c.t_ns.len());
        let mut last = None;
        for r in &self.runs {
            let name = || self.run_name(r);
            if r.actor.0 as usize >= h.actors.len() {
                return Err(self.wrong(
                    name(),
                    format!("an actor below {}", h.actors.len()),
                    r.actor.0.to_string(),
                ));
            }
            if last == Some((r.actor, r.ordinal)) {
                return Err(self.wrong(name(), "each run once", "a second one"));
            }
            last = Some((r.actor, r.ordinal));
            let n = r.len();
            match ticks(r.clock) {
                Some(t) if r.first.checked_add(n).is_some_and(|end| end <= t) => {}
                t => {
                    let found = format!("ticks {}..{}+{n} of clock {}", r.first, r.first, r.clock.0);
                    return Err(self.wrong(name(), format!("ticks within {}", t.unwrap_or(0)), found));
                }
            }
            let lens = [r.y_m.len(), r.yaw_rad.len(), r.z_m.as_ref().map_or(n, Column::len)];
            if lens.iter().any(|l| *l != n) || r.channels.iter().any(|(_, d)| d.values.len() != n) {
                return Err(self.wrong(
                    name(),
                    format!("columns of {n} values"),
                    "columns of different length",
                ));
            }
            if r.x_m.missing() + r.y_m.missing() + r.yaw_rad.missing() > 0 {
                return Err(self.wrong(name(), "a pose at each tick", "missing values"));
            }
        }
        for s in &self.series {
            let name = || format!("series {:?} {}", s.subject, s.ordinal);
            let known = match s.subject {
                Subject::Drive => true,
                Subject::Actor(a) => (a.0 as usize) < h.actors.len(),
                Subject::Signal(g) => (g.0 as usize) < h.signals.len(),
            };
            if !known {
                return Err(self.wrong(name(), "a known subject", "an index past the end"));
            }
            if !ticks(s.clock).is_some_and(|t| s.first.checked_add(s.len).is_some_and(|end| end <= t)) {
                return Err(self.wrong(name(), "ticks of its clock", format!("{}+{}", s.first, s.len)));
            }
            if s.channels.iter().any(|(_, d)| d.values.len() != s.len) {
                return Err(self.wrong(
                    name(),
                    format!("columns of {} values", s.len),
                    "columns of different length",
                ));
            }
        }
        Ok(())
    }

    /// Checks the values: rising times, finite poses and heights, positive sizes.
    ///
    /// # Errors
    /// The first value that breaks a promise, with its run and sample.
    pub fn verify(&self) -> Result<(), Error> {
        for (i, c) in self.clocks.iter().enumerate() {
            if let Some(k) = c.t_ns.values().windows(2).position(|w| w[0] >= w[1]) {
                let t = c.t_ns.values();
                let found = format!("{} ns after {} ns at tick {}", t[k + 1], t[k], k + 1);
                return Err(self.wrong(format!("clock {i}"), "times that rise", found));
            }
        }
        for r in &self.runs {
            for (column, what) in [(&r.x_m, "x_m"), (&r.y_m, "y_m"), (&r.yaw_rad, "yaw_rad")] {
                if let Some(k) = column.values().iter().position(|v| !v.is_finite()) {
                    let found = format!("{} in {what} at sample {k}", column.values()[k]);
                    return Err(self.wrong(self.run_name(r), "finite poses", found));
                }
            }
            let bad_z = r.z_m.as_ref().is_some_and(|z| z.iter().flatten().any(|v| !v.is_finite()));
            if bad_z {
                return Err(self.wrong(self.run_name(r), "finite heights", "a height that is not"));
            }
            let positive = |v: f64| v.is_finite() && v > 0.0;
            let s = r.size;
            if !positive(s.length_m) || !positive(s.width_m) || s.height_m.is_some_and(|h| !positive(h)) {
                let found = format!("{} × {} m", s.length_m, s.width_m);
                return Err(self.wrong(self.run_name(r), "a positive, finite size", found));
            }
        }
        Ok(())
    }

    /// What holds for the whole drive.
    #[must_use]
    pub fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// The same stretch under another header: another ego, a vehicle sheet, a frame declared.
    ///
    /// # Errors
    /// If the header does not fit the indices in use.
    pub fn with_header(mut self, header: Arc<Header>) -> Result<Self, Error> {
        self.header = header;
        self.check_structure()?;
        Ok(self)
    }

    /// All clocks; some may have no tick in this stretch.
    #[must_use]
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// All runs, by actor, then ordinal.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// All series, by subject, then ordinal.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The runs of one actor, in time order.
    #[must_use]
    pub fn runs_of(&self, actor: ActorIx) -> &[Run] {
        let lo = self.runs.partition_point(|r| r.actor < actor);
        let hi = self.runs.partition_point(|r| r.actor <= actor);
        &self.runs[lo..hi]
    }

    /// The series of one subject.
    #[must_use]
    pub fn series_of(&self, subject: Subject) -> &[Series] {
        let lo = self.series.partition_point(|s| s.subject < subject);
        let hi = self.series.partition_point(|s| s.subject <= subject);
        &self.series[lo..hi]
    }

    /// The actor of an index.
    ///
    /// # Panics
    /// If the index is not of this drive.
    #[must_use]
    pub fn actor(&self, actor: ActorIx) -> &Actor {
        &self.header.actors[actor.0 as usize]
    }

    /// Times of a run's samples, ns.
    #[must_use]
    pub fn times(&self, run: &Run) -> &[i64] {
        &self.clocks[run.clock.0 as usize].t_ns.values()[run.first..run.first + run.len()]
    }

    /// Times of a series' ticks, ns.
    #[must_use]
    pub fn series_times(&self, series: &Series) -> &[i64] {
        &self.clocks[series.clock.0 as usize].t_ns.values()[series.first..series.first + series.len]
    }

    /// The recording device of a clock.
    #[must_use]
    pub fn stream(&self, clock: ClockIx) -> &Stream {
        &self.header.streams[self.clocks[clock.0 as usize].stream as usize]
    }

    /// Pose of a run at a time within it, between samples linear and by the short way; else `None`.
    #[must_use]
    pub fn pose_at(&self, run: &Run, t_ns: i64) -> Option<Pose> {
        let t = self.times(run);
        let k = t.partition_point(|x| *x <= t_ns);
        let i = k.checked_sub(1)?;
        if t[i] == t_ns {
            return Some(run.pose(i));
        }
        let next = *t.get(k)?;
        let part = (t_ns - t[i]) as f64 / (next - t[i]) as f64;
        Some(run.pose(i).toward(&run.pose(k), part))
    }

    /// First and last time of anything in this stretch.
    #[must_use]
    pub fn span(&self) -> Option<Interval> {
        let ends = |c: &Clock| Some((*c.t_ns.values().first()?, *c.t_ns.values().last()?));
        self.clocks
            .iter()
            .filter_map(ends)
            .map(|(a, b)| Interval::new(a, b))
            .reduce(|a, b| Interval { from_ns: a.from_ns.min(b.from_ns), to_ns: a.to_ns.max(b.to_ns) })
    }

    /// Number of poses of all actors.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.runs.iter().map(|r| r.len() as u64).sum()
    }

    /// The stretch with times in `[from_ns, to_ns)`. Shares memory.
    #[must_use]
    pub fn slice(&self, from_ns: i64, to_ns: i64) -> Self {
        let range = |c: &Clock| {
            let t = c.t_ns.values();
            let lo = t.partition_point(|x| *x < from_ns);
            (lo, t.partition_point(|x| *x < to_ns).max(lo))
        };
        let cuts: Vec<(usize, usize)> = self.clocks.iter().map(range).collect();
        // First tick and length of what is left of `first..first+len`, in old indices.
        let keep = |clock: ClockIx, first: usize, len: usize| {
            let (lo, hi) = cuts[clock.0 as usize];
            let (a, b) = (first.max(lo), (first + len).min(hi));
            (a < b).then(|| (a, b - a, a - lo))
        };
        let clocks = self.clocks.iter().zip(&cuts).map(|(c, &(lo, hi))| Clock {
            stream: c.stream,
            first_tick: c.first_tick + lo as u64,
            t_ns: c.t_ns.slice(lo, hi - lo),
        });
        let runs = self.runs.iter().filter_map(|r| {
            let (a, len, first) = keep(r.clock, r.first, r.len())?;
            Some(r.part(a - r.first, len, first))
        });
        let series = self.series.iter().filter_map(|s| {
            let (a, len, first) = keep(s.clock, s.first, s.len)?;
            let skip = a - s.first;
            Some(Series {
                subject: s.subject,
                ordinal: s.ordinal,
                clock: s.clock,
                first,
                len,
                channels: s.channels.slice(skip, len),
                begun_before: s.begun_before || skip > 0,
                goes_on: s.goes_on || skip + len < s.len,
            })
        });
        Self {
            header: Arc::clone(&self.header),
            clocks: clocks.collect(),
            runs: runs.collect(),
            series: series.collect(),
        }
    }

    /// Joins the stretch that follows this one.
    ///
    /// # Errors
    /// If it is of another drive, or does not begin where this one ends.
    pub fn append(&self, next: &Self) -> Result<Self, Error> {
        if !Arc::ptr_eq(&self.header, &next.header) && self.header != next.header {
            return Err(self.wrong("header".into(), "the same header", "another drive's"));
        }
        if self.clocks.len() != next.clocks.len() {
            let want = format!("{} clocks", self.clocks.len());
            return Err(self.wrong("clocks".into(), want, next.clocks.len().to_string()));
        }
        let mut clocks = Vec::with_capacity(self.clocks.len());
        for (i, (a, b)) in self.clocks.iter().zip(&next.clocks).enumerate() {
            let end = a.first_tick + a.t_ns.len() as u64;
            let rises = match (a.t_ns.values().last(), b.t_ns.values().first()) {
                (Some(x), Some(y)) => x < y,
                _ => true,
            };
            if a.stream != b.stream || end != b.first_tick || !rises {
                let want = format!("tick {end} next");
                return Err(self.wrong(format!("clock {i}"), want, format!("tick {}", b.first_tick)));
            }
            let t_ns = Column::concat(&[&a.t_ns, &b.t_ns]);
            clocks.push(Clock { stream: a.stream, first_tick: a.first_tick, t_ns });
        }
        let moved = |clock: ClockIx, first: usize| first + self.clocks[clock.0 as usize].t_ns.len();
        let mut runs = self.runs.clone();
        for b in &next.runs {
            let at = runs.binary_search_by_key(&(b.actor, b.ordinal), |r| (r.actor, r.ordinal));
            match at {
                Ok(i) => runs[i] = runs[i].join(b, runs[i].first),
                Err(i) => runs.insert(i, Run { first: moved(b.clock, b.first), ..b.clone() }),
            }
        }
        let mut series = self.series.clone();
        for b in &next.series {
            let at = series.binary_search_by_key(&(b.subject, b.ordinal), |s| (s.subject, s.ordinal));
            match at {
                Ok(i) => {
                    let a = &series[i];
                    let channels = Channels::concat(&a.channels, a.len, &b.channels, b.len);
                    series[i] = Series { len: a.len + b.len, channels, goes_on: b.goes_on, ..a.clone() };
                }
                Err(i) => series.insert(i, Series { first: moved(b.clock, b.first), ..b.clone() }),
            }
        }
        let joined = Self { header: Arc::clone(&self.header), clocks, runs, series };
        joined.check_structure()?;
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Channel, ChannelData};

    fn drive() -> Drive {
        let header = Header {
            name: "test".into(),
            streams: vec![Stream::default()],
            actors: vec![
                Actor { id: "ego".into(), ..Actor::default() },
                Actor { id: "a".into(), ..Actor::default() },
            ],
            signals: vec!["s1".into()],
            ego: Some(ActorIx(0)),
            ..Header::default()
        };
        let clock = |n: i64, step: i64| Clock {
            stream: 0,
            first_tick: 0,
            t_ns: Column::new((0..n).map(|k| k * step).collect()),
        };
        let run = |actor: u32, clock: u32, first: usize, n: usize| {
            let mut channels = Channels::default();
            let speeds = (0..n).map(|k| (k % 3 > 0).then_some(k as f64));
            channels.set(Channel::Speed, ChannelData::real(Column::from_options(speeds), Origin::Simulation));
            Run {
                actor: ActorIx(actor),
                ordinal: 0,
                clock: ClockIx(clock),
                first,
                x_m: Column::new((0..n).map(|k| k as f64).collect()),
                y_m: Column::new(vec![0.0; n]),
                yaw_rad: Column::new(vec![3.1; n]),
                z_m: Some(Column::new(vec![0.0; n])),
                size: BoxSize { length_m: 4.0, width_m: 2.0, height_m: None, accuracy_m: None },
                accuracy: PoseAccuracy::default(),
                origin: Origin::Simulation,
                channels,
                index: None,
                begun_before: false,
                goes_on: false,
            }
        };
        let series = Series {
            subject: Subject::Signal(SignalIx(0)),
            ordinal: 0,
            clock: ClockIx(1),
            first: 1,
            len: 9,
            channels: Channels::default(),
            begun_before: false,
            goes_on: false,
        };
        Drive::new(
            Arc::new(header),
            vec![clock(100, 10), clock(10, 97)],
            vec![run(0, 0, 0, 100), run(1, 0, 30, 40)],
            vec![series],
        )
        .unwrap()
    }

    #[test]
    fn any_cut_joins_to_the_whole() {
        let whole = drive();
        for cut in [-5, 0, 1, 299, 300, 301, 505, 990, 991, 2000] {
            let (a, b) = (whole.slice(i64::MIN, cut), whole.slice(cut, i64::MAX));
            let joined = a.append(&b).unwrap();
            assert_eq!(joined, whole, "cut at {cut}");
            for (i, r) in b.runs().iter().enumerate() {
                assert_eq!(
                    r.begun_before,
                    b.times(r)[0] > whole.times(&whole.runs_of(r.actor)[0])[0],
                    "{i} at {cut}"
                );
            }
        }
    }

    #[test]
    fn a_stretch_that_does_not_follow_is_refused() {
        let whole = drive();
        let (a, late) = (whole.slice(0, 300), whole.slice(400, 1000));
        assert!(a.append(&late).unwrap_err().to_string().contains("tick 30 next"));
    }

    #[test]
    fn lies_about_values_are_found() {
        let mut bad = drive();
        bad.runs[1].y_m = Column::new(vec![f64::NAN; 40]);
        let e = bad.verify().unwrap_err();
        assert_eq!(
            e.to_string(),
            "test actor \"a\" run 0: expected finite poses, found NaN in y_m at sample 0"
        );
    }

    #[test]
    fn poses_between_samples_take_the_short_way() {
        let a = Pose { x_m: 0.0, y_m: 0.0, yaw_rad: 3.0 };
        let b = Pose { x_m: 2.0, y_m: 0.0, yaw_rad: -3.0 };
        let mid = a.toward(&b, 0.5);
        assert!((mid.x_m - 1.0).abs() < 1e-12 && (mid.yaw_rad.abs() - std::f64::consts::PI).abs() < 1e-12);
        let d = drive();
        assert_eq!(d.pose_at(&d.runs()[0], 15).map(|p| p.x_m), Some(1.5));
        assert_eq!(d.pose_at(&d.runs()[0], 991), None);
    }
}
