//! The data policy: raw samples of any reader in, a [`Drive`] that keeps its promises out.
//!
//! Readers say what their file holds, sample by sample; what is done about broken, repeated or contradicting
//! samples is decided here and nowhere else, so it is the same for every format. `docs/data-policy.md` lists
//! each decision. Everything that is changed or left out becomes a [`Note`](lukao_model::drive::Note), one for
//! each (code, subject), with a count.
//!
//! ```
//! use lukao_logs::ingest::{At, Ingest, Policy, RawPose, Sampling, Value};
//! use lukao_model::{Channel, Origin, drive::Actor, stream::Stream, vehicle::BoxSize};
//!
//! let mut log = Ingest::new("run.csv", "csv", Policy::default());
//! let sim = log.add_stream(Stream::default(), Origin::Simulation, Sampling::Lockstep);
//! let ego = log.add_actor(Actor { id: "ego".into(), ..Actor::default() })?;
//! log.header_mut().ego = Some(ego);
//! let size = Some(BoxSize { length_m: 4.6, width_m: 1.9, height_m: None, accuracy_m: None });
//! for k in 0..10 {
//!     let t_ns = k * 100_000_000;
//!     let pose = RawPose { t_ns, x_m: k as f64, size, ..RawPose::default() };
//!     log.pose(ego, sim, &pose, &[(Channel::Speed, Value::Real(10.0))], At::Row(k as u64 + 2))?;
//! }
//! let drive = log.finish()?;
//! assert_eq!(drive.runs()[0].len(), 10);
//! # Ok::<(), lukao_model::Error>(())
//! ```

mod clocks;
mod motion;
mod notes;
mod policy;
pub mod reference;
mod samples;

use std::collections::BTreeMap;

use lukao_model::drive::{Actor, SignalIx};
use lukao_model::stream::Stream;
use lukao_model::vehicle::BoxSize;
use lukao_model::{ActorIx, Channel, Drive, Error, Header, Origin, Position, Subject};

pub use policy::Policy;

pub(crate) use notes::seconds;

use notes::Notes;
use samples::{PoseSamples, ValueSamples};

/// Name of the local frame "coordinates of the OpenDRIVE map that the drive was made on".
///
/// Every reader uses it for a log whose positions are the map's own and that names no projection (esmini,
/// SUMO, OSI without a projection string), as `Frame::local(MAP_FRAME)`. A track that is that map may be laid
/// under such a drive without a shift; which map it was the log does not prove, the user does by naming it.
pub const MAP_FRAME: &str = "map";

/// Index of a stream, as [`Ingest::add_stream`] gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamIx(pub(crate) u32);

/// How the samples of a stream come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// In frames: what belongs to one frame has the same time. Its subjects share one clock.
    Lockstep,
    /// Each subject at times of its own. A value is trusted until the next, at most for the gap limit.
    Own,
    /// Only when something changes: a value holds until the next, however long.
    OnChange,
}

/// Where in the input a sample stood. Cheap to copy; becomes a [`Position`] only in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Not to be said.
    Whole,
    /// Byte offset, from 0.
    Byte(u64),
    /// Line and column, from 1; column 0 means the whole line.
    Line(u64, u64),
    /// Row of a table; the header is row 1.
    Row(u64),
    /// Message or record, from 0.
    Record(u64),
}

impl From<At> for Position {
    fn from(at: At) -> Self {
        match at {
            At::Whole => Self::Whole,
            At::Byte(b) => Self::Byte(b),
            At::Line(l, c) => Self::Line(l, c),
            At::Row(r) => Self::Row(r, String::new()),
            At::Record(r) => Self::Record(r),
        }
    }
}

/// One value of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// In the channel's unit. Not finite means invalid, and is noted.
    Real(f64),
    /// Code of the channel's enumeration. A code that it does not have is invalid, and is noted.
    Code(u8),
    /// Text.
    Text(&'a str),
    /// The log has the channel and says nothing here.
    Missing,
}

/// A pose as the log has it, already at the footprint's centre (see [`mod@reference`]) and in the drive's units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RawPose {
    /// Time on the drive's time base.
    pub t_ns: i64,
    /// Centre of the footprint.
    pub x_m: f64,
    /// Centre of the footprint.
    pub y_m: f64,
    /// Counter-clockwise from +x, any turn.
    pub yaw_rad: f64,
    /// Height of the underside, if the log says.
    pub z_m: Option<f64>,
    /// Size from here on; `None` keeps the last one, or that of [`Ingest::set_size`].
    pub size: Option<BoxSize>,
    /// Accuracy of x and y (k = 2), if the log says it for this sample.
    pub position_accuracy_m: Option<f64>,
    /// Accuracy of the yaw (k = 2), if the log says it for this sample.
    pub yaw_accuracy_rad: Option<f64>,
}

/// What is said of a stream beside its clock.
#[derive(Debug)]
struct StreamInfo {
    origin: Origin,
    sampling: Sampling,
    position_accuracy_m: Option<f64>,
    yaw_accuracy_rad: Option<f64>,
    channel_accuracy: BTreeMap<Channel, f64>,
    channel_origin: BTreeMap<Channel, Origin>,
}

/// What is known of an actor while reading.
#[derive(Debug, Default)]
struct ActorInfo {
    size: Option<BoxSize>,
    /// Pose samples by stream, in order of first use.
    poses: Vec<(u32, PoseSamples)>,
}

/// Takes raw samples, applies the data policy, makes the drive.
///
/// Samples of different actors may come in any order; those of one actor in one stream in time order (what is
/// a little late is sorted in, see [`Policy`]).
#[derive(Debug)]
pub struct Ingest {
    header: Header,
    policy: Policy,
    streams: Vec<StreamInfo>,
    actors: Vec<ActorInfo>,
    actor_ids: BTreeMap<String, ActorIx>,
    signal_ids: BTreeMap<String, SignalIx>,
    values: BTreeMap<(Subject, u32, Channel), ValueSamples>,
    notes: Notes,
}

impl Ingest {
    /// An empty log; `name` is the input's, for errors, `format` is what the header will say.
    #[must_use]
    pub fn new(name: impl Into<String>, format: impl Into<String>, policy: Policy) -> Self {
        Self {
            header: Header { name: name.into(), format: format.into(), ..Header::default() },
            policy,
            streams: Vec::new(),
            actors: Vec::new(),
            actor_ids: BTreeMap::new(),
            signal_ids: BTreeMap::new(),
            values: BTreeMap::new(),
            notes: Notes::default(),
        }
    }

    /// What the drive's header will be: set producer, frame, ego, track. Actors, signals, streams and notes
    /// are added through the methods below; `span` and `max_gap_ns` are filled in by [`Ingest::finish`].
    pub fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    /// What the drive's header will be.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Adds a recording device. All its channels have this origin, unless [`Ingest::set_channel_origin`].
    pub fn add_stream(&mut self, stream: Stream, origin: Origin, sampling: Sampling) -> StreamIx {
        self.header.streams.push(stream);
        self.streams.push(StreamInfo {
            origin,
            sampling,
            position_accuracy_m: None,
            yaw_accuracy_rad: None,
            channel_accuracy: BTreeMap::new(),
            channel_origin: BTreeMap::new(),
        });
        StreamIx(self.streams.len() as u32 - 1)
    }

    /// Declares the accuracy (k = 2) of all poses of a stream; 0 means declared exact, as a simulator may.
    pub fn set_pose_accuracy(&mut self, stream: StreamIx, position_m: Option<f64>, yaw_rad: Option<f64>) {
        let s = &mut self.streams[stream.0 as usize];
        (s.position_accuracy_m, s.yaw_accuracy_rad) = (position_m, yaw_rad);
    }

    /// Declares the accuracy (k = 2) of a stream's channel, in the channel's unit.
    pub fn set_channel_accuracy(&mut self, stream: StreamIx, channel: Channel, accuracy: f64) {
        self.streams[stream.0 as usize].channel_accuracy.insert(channel, accuracy);
    }

    /// Declares another origin for one of a stream's channels.
    pub fn set_channel_origin(&mut self, stream: StreamIx, channel: Channel, origin: Origin) {
        self.streams[stream.0 as usize].channel_origin.insert(channel, origin);
    }

    /// Adds an actor.
    ///
    /// # Errors
    /// If there is one of that id.
    pub fn add_actor(&mut self, actor: Actor) -> Result<ActorIx, Error> {
        if self.actor_ids.contains_key(&actor.id) {
            let found = format!("\"{}\" twice", actor.id);
            return Err(self.error("ids of actors that differ", found, At::Whole));
        }
        let ix = ActorIx(self.actors.len() as u32);
        self.actor_ids.insert(actor.id.clone(), ix);
        self.header.actors.push(actor);
        self.actors.push(ActorInfo::default());
        Ok(ix)
    }

    /// The actor of that id, if it was added.
    #[must_use]
    pub fn actor(&self, id: &str) -> Option<ActorIx> {
        self.actor_ids.get(id).copied()
    }

    /// What the header says of an actor, to be completed while reading.
    pub fn actor_mut(&mut self, actor: ActorIx) -> &mut Actor {
        &mut self.header.actors[actor.0 as usize]
    }

    /// The signal head of that name, added if it is new.
    pub fn add_signal(&mut self, name: &str) -> SignalIx {
        if let Some(ix) = self.signal_ids.get(name) {
            return *ix;
        }
        let ix = SignalIx(self.header.signals.len() as u32);
        self.signal_ids.insert(name.to_owned(), ix);
        self.header.signals.push(name.to_owned());
        ix
    }

    /// Declares an actor's size for all samples that bring none.
    ///
    /// # Errors
    /// If it is not positive and finite.
    pub fn set_size(&mut self, actor: ActorIx, size: BoxSize, at: At) -> Result<(), Error> {
        self.check_size(actor, &size, at)?;
        self.actors[actor.0 as usize].size = Some(size);
        Ok(())
    }

    /// The size that an actor's next sample has if it brings none.
    #[must_use]
    pub fn size(&self, actor: ActorIx) -> Option<BoxSize> {
        self.actors[actor.0 as usize].size
    }

    /// Says that reading changed or left out something; counted if it is said again for the same subject.
    pub fn note(
        &mut self,
        code: &'static str,
        subject: &str,
        t_ns: Option<i64>,
        text: impl FnOnce() -> String,
    ) {
        self.notes.add(code, subject, t_ns, text);
    }

    /// An error about this input.
    #[must_use]
    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>, at: At) -> Error {
        Error::new(self.header.name.clone(), expected, found).at(at.into())
    }

    /// Adds an actor's pose, with other channels of the same instant.
    ///
    /// # Errors
    /// If the size is not positive and finite or there is none, or the time is out of range.
    pub fn pose(
        &mut self,
        actor: ActorIx,
        stream: StreamIx,
        raw: &RawPose,
        channels: &[(Channel, Value<'_>)],
        at: At,
    ) -> Result<(), Error> {
        self.check_time(raw.t_ns, at)?;
        if let Some(size) = &raw.size {
            self.check_size(actor, size, at)?;
        }
        let info = &mut self.actors[actor.0 as usize];
        let Some(size) = raw.size.or(info.size) else {
            let found = format!("none for \"{}\"", self.header.actors[actor.0 as usize].id);
            return Err(self.error("a length and a width of each actor", found, at));
        };
        info.size = Some(size);
        if let Some(what) = self.policy.broken_pose(raw) {
            let id = &self.header.actors[actor.0 as usize].id;
            self.notes
                .add(what.code(), id, Some(raw.t_ns), || format!("{}; sample left out", what.text(raw)));
            return Ok(());
        }
        let k = match info.poses.iter().position(|(s, _)| *s == stream.0) {
            Some(k) => k,
            None => {
                info.poses.push((stream.0, PoseSamples::default()));
                info.poses.len() - 1
            }
        };
        let samples = &mut info.poses[k].1;
        samples.push(raw, size, at);
        if raw.z_m.is_some_and(|z| !self.policy.plausible_coordinate(z)) {
            let id = &self.header.actors[actor.0 as usize].id;
            self.notes.add("non-finite", id, Some(raw.t_ns), || "height that is no number; left out".into());
        }
        for &(channel, value) in channels {
            let subject = &self.header.actors[actor.0 as usize].id;
            let value = self.notes.admit(channel, value, subject, raw.t_ns);
            samples.push_channel(channel, value);
        }
        Ok(())
    }

    /// Adds a value that does not ride on a pose: of a signal, of the surroundings, of an actor at times of its
    /// own. Give [`Value::Missing`] where the log says that it does not know.
    ///
    /// # Errors
    /// If the time is out of range.
    pub fn value(
        &mut self,
        subject: Subject,
        stream: StreamIx,
        t_ns: i64,
        channel: Channel,
        value: Value<'_>,
        at: At,
    ) -> Result<(), Error> {
        self.check_time(t_ns, at)?;
        let value = self.notes.admit(channel, value, subject_name(&self.header, subject), t_ns);
        let samples =
            self.values.entry((subject, stream.0, channel)).or_insert_with(|| ValueSamples::new(channel));
        samples.push(t_ns, value, at);
        Ok(())
    }

    /// Cuts the samples into runs and series and makes the drive.
    ///
    /// # Errors
    /// If time goes back further than late samples may, or nothing was logged.
    pub fn finish(self) -> Result<Drive, Error> {
        clocks::assemble(self)
    }

    fn check_time(&self, t_ns: i64, at: At) -> Result<(), Error> {
        if t_ns.unsigned_abs() > policy::MAX_TIME_NS {
            return Err(self.error("a time within 146 years of zero", format!("{t_ns} ns"), at));
        }
        Ok(())
    }

    fn check_size(&self, actor: ActorIx, size: &BoxSize, at: At) -> Result<(), Error> {
        let good = |v: f64| v.is_finite() && v > 0.0 && v <= policy::MAX_SIZE_M;
        if good(size.length_m) && good(size.width_m) && size.height_m.is_none_or(good) {
            return Ok(());
        }
        let height = size.height_m.map_or(String::new(), |h| format!(" × {h}"));
        let id = &self.header.actors[actor.0 as usize].id;
        let found = format!("{} × {}{height} m of \"{id}\"", size.length_m, size.width_m);
        Err(self.error(format!("a size above 0 and at most {} m", policy::MAX_SIZE_M), found, at))
    }
}

/// What notes call a subject: an actor's id, a signal's name, or nothing for the drive.
fn subject_name(header: &Header, subject: Subject) -> &str {
    match subject {
        Subject::Actor(a) => &header.actors[a.0 as usize].id,
        Subject::Signal(s) => &header.signals[s.0 as usize],
        _ => "",
    }
}
