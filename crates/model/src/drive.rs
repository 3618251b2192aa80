//! A drive: who was where when, and what else the log says.
//!
//! A [`Drive`] holds a whole log or a stretch of one; stretches of the same log share a [`Header`], keep the
//! same indices for actors, signals and clocks, and join again with [`Drive::append`] to exactly the whole.
//!
//! Inside a [`Run`] time, x, y and yaw are never missing. A gap, a teleport or a change of size ends a run,
//! so an actor may have many. Runs on one clock are in lockstep; others are merged by their own times.
//! Nothing is resampled.

mod check;
mod cut;
mod merge;

use std::sync::Arc;

use crate::channel::{Accuracy, Channels, Origin};
use crate::column::Column;
use crate::error::Error;
use crate::frame::Frame;
use crate::math;
use crate::stream::Stream;
use crate::time::{Interval, last_at};
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
// What a search through many runs looks at lies first and together, hence the order and `repr`.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Whose.
    pub actor: ActorIx,
    /// Its clock.
    pub clock: ClockIx,
    /// First tick, as an index into the clock's times in this stretch.
    pub first: usize,
    /// Block index of the contact core.
    pub index: Option<RunIndex>,
    /// Size during this run.
    pub size: BoxSize,
    /// Easting of the footprint's centre, m.
    pub x_m: Column<f64>,
    /// Northing of the footprint's centre, m.
    pub y_m: Column<f64>,
    /// Heading, rad, counter-clockwise from +x.
    pub yaw_rad: Column<f64>,
    /// Height of the underside, m, if known.
    pub z_m: Option<Column<f64>>,
    /// Which of the actor's runs, from 0, over the whole drive.
    pub ordinal: u32,
    /// Where the pose comes from.
    pub origin: Origin,
    /// The run began before this stretch.
    pub begun_before: bool,
    /// The run goes on after this stretch.
    pub goes_on: bool,
    /// Accuracy of the pose.
    pub accuracy: PoseAccuracy,
    /// Other channels on the same ticks.
    pub channels: Channels,
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
    #[inline]
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
    #[inline]
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
    #[inline]
    pub fn pose(&self, i: usize) -> Pose {
        Pose { x_m: self.x_m.values()[i], y_m: self.y_m.values()[i], yaw_rad: self.yaw_rad.values()[i] }
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

    /// What holds for the whole drive.
    #[must_use]
    #[inline]
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
    #[inline]
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// All runs, by actor, then ordinal.
    #[must_use]
    #[inline]
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
    #[inline]
    pub fn actor(&self, actor: ActorIx) -> &Actor {
        &self.header.actors[actor.0 as usize]
    }

    /// Times of a run's samples, ns.
    #[must_use]
    #[inline]
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
        let i = last_at(t, t_ns)?;
        if t[i] == t_ns {
            return Some(run.pose(i));
        }
        let next = *t.get(i + 1)?;
        let part = (t_ns - t[i]) as f64 / (next - t[i]) as f64;
        Some(run.pose(i).toward(&run.pose(i + 1), part))
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

    /// The drive without the series of some subjects.
    #[must_use]
    pub fn without_series(&self, of: impl Fn(Subject) -> bool) -> Self {
        let mut out = self.clone();
        out.series.retain(|s| !of(s.subject));
        out
    }

    /// Number of poses of all actors.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.runs.iter().map(|r| r.len() as u64).sum()
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
            assert_eq!(a.detached(), a);
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
