//! What a log holds, and which of the things that grading needs it does not.

use std::collections::{BTreeMap, BTreeSet};

use lukao_model::channel::{Accuracy, Channel, ChannelData, Origin, Values};
use lukao_model::drive::{ActorIx, Drive, Subject};
use lukao_model::frame::{Crs, Frame};
use lukao_model::stream::{Stream, Sync};
use lukao_model::time::{self, Interval, S};
use lukao_model::vehicle::ActorClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clocks::median_period_ns;
use super::{Findings, Severity};

/// What a log holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Holds {
    /// Name of the drive.
    pub name: String,
    /// Format that it was read from.
    pub format: String,
    /// Program that made it, if it says.
    pub producer: String,
    /// Frame of the positions.
    pub frame: Frame,
    /// Track that the log names.
    pub track: Option<String>,
    /// Id of the vehicle under test.
    pub ego: Option<String>,
    /// First and last time, ns.
    pub span: Option<Interval>,
    /// Poses of all actors.
    pub samples: u64,
    /// Recording devices.
    pub streams: Vec<StreamLine>,
    /// Clocks.
    pub clocks: Vec<ClockLine>,
    /// Actors by class.
    pub actors: Vec<ClassLine>,
    /// Signal heads.
    pub signals: u64,
    /// Channels, poses among them.
    pub channels: Vec<ChannelLine>,
}

/// A recording device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StreamLine {
    /// The device with its sync.
    #[serde(flatten)]
    pub stream: Stream,
    /// Number of clocks that it drives.
    pub clocks: u64,
}

/// A clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockLine {
    /// Number of its stream.
    pub stream: u32,
    /// Ticks.
    pub ticks: u64,
    /// Of the median step.
    pub rate_hz: Option<f64>,
    /// Longest step, s.
    pub longest_step_s: Option<f64>,
}

/// Actors of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassLine {
    /// The class.
    pub class: ActorClass,
    /// How many.
    pub actors: u64,
    /// How many unbroken stretches of motion they have.
    pub runs: u64,
}

/// Whose channel it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The vehicle under test.
    Ego,
    /// Other actors.
    Others,
    /// Signal heads.
    Signals,
    /// The drive and its surroundings.
    Drive,
}

/// Whether accuracy is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// For all values.
    Yes,
    /// For some values.
    Partly,
    /// For none.
    No,
}

/// A channel of the ego, of all others, of all signals or of the drive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelLine {
    /// Whose.
    pub whose: Whose,
    /// The channel's name.
    pub channel: String,
    /// Unit, empty for codes and texts.
    pub unit: String,
    /// Number of actors or signals that have it.
    pub subjects: u64,
    /// Valid values.
    pub values: u64,
    /// Valid values by all values, 0 to 1, where the channel exists.
    pub coverage: f64,
    /// Mean rate of the values, where there are several.
    pub rate_hz: Option<f64>,
    /// Where the values come from.
    pub origins: Vec<Origin>,
    /// Whether their accuracy is known.
    pub accuracy: Known,
}

#[derive(Default)]
struct Tally {
    subjects: BTreeSet<Subject>,
    values: u64,
    places: u64,
    known: u64,
    steps: u64,
    length_ns: i64,
    origins: BTreeSet<Origin>,
}

impl Tally {
    fn add(&mut self, subject: Subject, t_ns: &[i64], valid: usize, origin: Origin, known: u64) {
        self.subjects.insert(subject);
        self.values += valid as u64;
        self.places += t_ns.len() as u64;
        self.known += known;
        if let (Some(a), Some(b)) = (t_ns.first(), t_ns.last()) {
            self.steps += t_ns.len() as u64 - 1;
            self.length_ns = self.length_ns.saturating_add(b.saturating_sub(*a));
        }
        self.origins.insert(origin);
    }
}

fn known(a: &Accuracy, n: usize) -> u64 {
    match a {
        Accuracy::Unknown => 0,
        Accuracy::Constant(_) => n as u64,
        Accuracy::Column(c) => (c.len() - c.missing()) as u64,
    }
}

fn valid(d: &ChannelData) -> usize {
    match &d.values {
        Values::Real(c) => c.len() - c.missing(),
        Values::Code(c) => c.len() - c.missing(),
        Values::Text(c) => c.iter().flatten().count(),
    }
}

fn whose(drive: &Drive, subject: Subject) -> Whose {
    match subject {
        Subject::Actor(a) if Some(a) == drive.header().ego => Whose::Ego,
        Subject::Actor(_) => Whose::Others,
        Subject::Signal(_) => Whose::Signals,
        _ => Whose::Drive,
    }
}

pub(super) fn of(drive: &Drive) -> Holds {
    let h = drive.header();
    let mut channels: BTreeMap<(Whose, Channel), Tally> = BTreeMap::new();
    for r in drive.runs() {
        let (t, subject) = (drive.times(r), Subject::Actor(r.actor));
        let whose = whose(drive, subject);
        let mut pose = |c: Channel, valid: usize, u: &Accuracy| {
            channels.entry((whose, c)).or_default().add(subject, t, valid, r.origin, known(u, t.len()));
        };
        pose(Channel::X, r.len(), &r.accuracy.position_m);
        pose(Channel::Y, r.len(), &r.accuracy.position_m);
        pose(Channel::Yaw, r.len(), &r.accuracy.yaw_rad);
        if let Some(z) = &r.z_m {
            pose(Channel::Z, z.len() - z.missing(), &Accuracy::Unknown);
        }
        for (c, d) in r.channels.iter() {
            let u = known(&d.accuracy, t.len());
            channels.entry((whose, c)).or_default().add(subject, t, valid(d), d.origin, u);
        }
    }
    for s in drive.series() {
        let t = drive.series_times(s);
        for (c, d) in s.channels.iter() {
            let u = known(&d.accuracy, t.len());
            let tally = channels.entry((whose(drive, s.subject), c)).or_default();
            tally.add(s.subject, t, valid(d), d.origin, u);
        }
    }
    let channels = channels.into_iter().map(|((whose, c), t)| ChannelLine {
        whose,
        channel: c.name().into(),
        unit: c.unit().into(),
        subjects: t.subjects.len() as u64,
        values: t.values,
        coverage: if t.places > 0 { t.values as f64 / t.places as f64 } else { 0.0 },
        rate_hz: (t.length_ns > 0).then(|| t.steps as f64 / time::to_s(t.length_ns)),
        origins: t.origins.into_iter().collect(),
        accuracy: match t.known {
            0 => Known::No,
            n if n >= t.values => Known::Yes,
            _ => Known::Partly,
        },
    });
    let mut classes: BTreeMap<ActorClass, (u64, u64)> = BTreeMap::new();
    for (i, a) in h.actors.iter().enumerate() {
        let line = classes.entry(a.class).or_default();
        line.0 += 1;
        line.1 += drive.runs_of(ActorIx(i as u32)).len() as u64;
    }
    let clocks = drive.clocks().iter().map(|c| {
        let t = c.t_ns.values();
        ClockLine {
            stream: c.stream,
            ticks: t.len() as u64,
            rate_hz: median_period_ns(t).filter(|p| *p > 0.0).map(|p| S as f64 / p),
            longest_step_s: t.windows(2).map(|w| w[1].saturating_sub(w[0])).max().map(time::to_s),
        }
    });
    let streams = h.streams.iter().enumerate().map(|(i, s)| StreamLine {
        stream: s.clone(),
        clocks: drive.clocks().iter().filter(|c| c.stream as usize == i).count() as u64,
    });
    Holds {
        name: h.name.clone(),
        format: h.format.clone(),
        producer: h.producer.clone(),
        frame: h.frame.clone(),
        track: h.track.clone(),
        ego: h.ego.map(|e| drive.actor(e).id.clone()),
        span: drive.span(),
        samples: drive.samples(),
        streams: streams.collect(),
        clocks: clocks.collect(),
        actors: classes
            .into_iter()
            .map(|(class, (actors, runs))| ClassLine { class, actors, runs })
            .collect(),
        signals: h.signals.len() as u64,
        channels: channels.collect(),
    }
}

/// What grading asks of the ego, and what it serves.
const WANTED: [(Channel, &str); 8] = [
    (Channel::Z, "on bridges and ramps contacts in plan may be none"),
    (Channel::Speed, "speed is taken from positions"),
    (Channel::AccelLon, "braking and accelerating are taken from positions"),
    (Channel::DrivingMode, "nobody can tell who drove; rules on takeovers are undetermined"),
    (Channel::Indicator, "rules on indicating are undetermined"),
    (Channel::BrakeLamp, "rules on brake lamps are undetermined"),
    (Channel::Gear, "reversing is taken from positions"),
    (Channel::FixQuality, "nobody can tell whether the position was good enough"),
];

/// Symptoms of what is not there.
pub(super) fn missing(drive: &Drive, holds: &Holds, found: &mut Findings) {
    let h = drive.header();
    if holds.samples == 0 {
        found.add("no-poses", Severity::Error, "", None, &[], "the log holds no pose of any actor".into());
    }
    let Some(ego) = h.ego else {
        let text = "the log does not say which actor is the vehicle under test".into();
        found.add("no-ego", Severity::Error, "", None, &[], text);
        return;
    };
    let id = drive.actor(ego).id.as_str();
    if drive.runs_of(ego).is_empty() {
        found.add("no-poses", Severity::Error, id, None, &[], "the vehicle under test has no pose".into());
    }
    if h.frame.crs == Crs::Unknown {
        let text = "the log does not say what its coordinates mean; a track can be used only if you say how to align it";
        found.add("frame-unknown", Severity::Warning, "", None, &[], text.into());
    }
    let used: Vec<&StreamLine> = holds.streams.iter().filter(|s| s.clocks > 0).collect();
    for s in used.iter().filter(|_| used.len() > 1) {
        let (severity, why) = match s.stream.sync {
            Sync::None => {
                (Severity::Warning, "is not synchronised: what compares it with another is undetermined")
            }
            Sync::Unknown => (Severity::Warning, "does not say how it was synchronised with the others"),
            _ if s.stream.accuracy_ns.is_none() => {
                (Severity::Info, "does not say how well it was synchronised")
            }
            _ => continue,
        };
        found.add("sync", severity, &s.stream.name, None, &[], format!("the stream {why}"));
    }
    let has = |whose, c: Channel| holds.channels.iter().find(|l| l.whose == whose && l.channel == c.name());
    for (c, serves) in WANTED {
        if has(Whose::Ego, c).is_none_or(|l| l.values == 0) {
            let severity = if c == Channel::DrivingMode { Severity::Warning } else { Severity::Info };
            let text = format!("no {}: {serves}", c.name());
            found.add("missing-channel", severity, id, None, &[], text);
        }
    }
    if has(Whose::Signals, Channel::SignalState).is_none() {
        let text = "no signal_state: rules on traffic lights are undetermined where the track has any".into();
        found.add("missing-channel", Severity::Info, "signals", None, &[], text);
    }
    if has(Whose::Ego, Channel::X).is_some_and(|l| l.accuracy != Known::Yes) {
        let text = "the accuracy of its position is not known; no margin can be compared with it".into();
        found.add("accuracy-unknown", Severity::Info, id, None, &[], text);
    }
}
