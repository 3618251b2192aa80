//! A small drive from its parts.

use std::sync::Arc;

use lukao_model::channel::{Channel, ChannelData, Channels, Origin};
use lukao_model::code::{DrivingMode, SignalState};
use lukao_model::column::{Column, TextColumn};
use lukao_model::drive::{ActorIx, Clock, ClockIx, Drive, Header, Run, Series, SignalIx, Subject};
use lukao_model::frame::Frame;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::{self, S};
use lukao_model::values::{Accuracy, Values};

use crate::actor::{ActorBuilder, Sampled};

/// Whom a series is about, by name.
#[derive(Clone)]
enum Whom {
    Drive,
    Actor(String),
    Signal(String),
}

/// A small drive: one frame, one main clock, actors in lockstep unless they say otherwise.
///
/// Times are seconds since the drive began; the first tick is at [`DriveBuilder::span_s`]'s begin.
#[derive(Clone)]
pub struct DriveBuilder {
    header: Header,
    from_s: f64,
    to_s: f64,
    hz: f64,
    ego: Option<String>,
    actors: Vec<ActorBuilder>,
    series: Vec<(Whom, Channel, Vec<f64>, Values, Origin, Accuracy)>,
}

/// Ticks of a rate within a closed span, ns: every `k / hz` seconds, each rounded to the nanosecond.
#[must_use]
pub fn times(from_s: f64, to_s: f64, hz: f64) -> Vec<i64> {
    let (from, to) = (ns(from_s), ns(to_s));
    let first = (from_s * hz).ceil() as i64 - 1;
    (first..)
        .map(|k| (k as f64 * (S as f64 / hz)).round() as i64)
        .skip_while(|t| *t < from)
        .take_while(|t| *t <= to)
        .collect()
}

fn ns(t_s: f64) -> i64 {
    time::from_s(t_s).expect("a time in seconds")
}

impl DriveBuilder {
    /// A drive of 10 s at 10 Hz in a local frame called "test", simulated and exact.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let stream = Stream {
            name: "log".into(),
            base: TimeBase::Simulation,
            sync: Sync::Same,
            offset_ns: 0,
            accuracy_ns: Some(0),
        };
        let header = Header {
            name: name.into(),
            format: "test".into(),
            producer: "lukao-testkit".into(),
            frame: Frame::local("test"),
            streams: vec![stream],
            max_gap_ns: S,
            ..Header::default()
        };
        Self { header, from_s: 0.0, to_s: 10.0, hz: 10.0, ego: None, actors: Vec::new(), series: Vec::new() }
    }

    /// First and last time, s; the ticks of both are part of the drive.
    #[must_use]
    pub fn span_s(mut self, from_s: f64, to_s: f64) -> Self {
        (self.from_s, self.to_s) = (from_s, to_s);
        self
    }

    /// Rate of the main clock.
    #[must_use]
    pub fn hz(mut self, hz: f64) -> Self {
        self.hz = hz;
        self
    }

    /// The frame of all positions.
    #[must_use]
    pub fn frame(mut self, frame: Frame) -> Self {
        self.header.frame = frame;
        self
    }

    /// One more recording device.
    #[must_use]
    pub fn stream(mut self, stream: Stream) -> Self {
        self.header.streams.push(stream);
        self
    }

    /// Anything else about the header.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Header)) -> Self {
        change(&mut self.header);
        self
    }

    /// The vehicle under test.
    #[must_use]
    pub fn ego(mut self, actor: ActorBuilder) -> Self {
        self.ego = Some(actor.actor.id.clone());
        self.actor(actor)
    }

    /// Another actor.
    #[must_use]
    pub fn actor(mut self, actor: ActorBuilder) -> Self {
        self.actors.push(actor);
        self
    }

    /// A signal head's states from times on, s; `None` is a time at which the log has no state.
    #[must_use]
    pub fn signal(self, signal: &str, states: &[(f64, Option<SignalState>)]) -> Self {
        let codes = states.iter().map(|(t, s)| (*t, s.map(SignalState::code))).collect::<Vec<_>>();
        self.codes(Whom::Signal(signal.into()), Channel::SignalState, &codes)
    }

    /// Who drives the ego, from times on, s. Call it after [`DriveBuilder::ego`].
    ///
    /// # Panics
    /// If there is no ego yet.
    #[must_use]
    pub fn mode(self, modes: &[(f64, Option<DrivingMode>)]) -> Self {
        let ego = self.ego.clone().expect("an ego before its mode");
        let codes = modes.iter().map(|(t, m)| (*t, m.map(DrivingMode::code))).collect::<Vec<_>>();
        self.codes(Whom::Actor(ego), Channel::DrivingMode, &codes)
    }

    /// Codes of an actor from times on, on a clock of their own.
    #[must_use]
    pub fn actor_codes(self, actor: &str, channel: Channel, codes: &[(f64, Option<u8>)]) -> Self {
        self.codes(Whom::Actor(actor.into()), channel, codes)
    }

    /// Real values of an actor from times on, on a clock of their own.
    #[must_use]
    pub fn actor_reals(self, actor: &str, channel: Channel, values: &[(f64, Option<f64>)]) -> Self {
        let column = Column::from_options(values.iter().map(|v| v.1));
        self.push(Whom::Actor(actor.into()), channel, values.iter().map(|v| v.0), Values::Real(column))
    }

    /// Real values of the surroundings (visibility, friction …) from times on.
    #[must_use]
    pub fn reals(self, channel: Channel, values: &[(f64, Option<f64>)]) -> Self {
        let column = Column::from_options(values.iter().map(|v| v.1));
        self.push(Whom::Drive, channel, values.iter().map(|v| v.0), Values::Real(column))
    }

    /// Texts of the drive: commands, marks, messages.
    #[must_use]
    pub fn texts(self, channel: Channel, texts: &[(f64, &str)]) -> Self {
        let column = TextColumn::new(texts.iter().map(|v| Some(v.1.into())).collect());
        self.push(Whom::Drive, channel, texts.iter().map(|v| v.0), Values::Text(column))
    }

    /// Texts of an actor from times on: faults.
    #[must_use]
    pub fn actor_texts(self, actor: &str, channel: Channel, texts: &[(f64, &str)]) -> Self {
        let column = TextColumn::new(texts.iter().map(|v| Some(v.1.into())).collect());
        self.push(Whom::Actor(actor.into()), channel, texts.iter().map(|v| v.0), Values::Text(column))
    }

    fn codes(self, whom: Whom, channel: Channel, codes: &[(f64, Option<u8>)]) -> Self {
        let column = Column::from_options(codes.iter().map(|c| c.1));
        self.push(whom, channel, codes.iter().map(|c| c.0), Values::Code(column))
    }

    fn push(mut self, whom: Whom, channel: Channel, t_s: impl Iterator<Item = f64>, values: Values) -> Self {
        self.series.push((whom, channel, t_s.collect(), values, Origin::Simulation, Accuracy::Unknown));
        self
    }

    /// Origin of the series added last.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn series_origin(mut self, origin: Origin) -> Self {
        self.series.last_mut().expect("a series").4 = origin;
        self
    }

    /// Accuracy of the series added last.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn series_accuracy(mut self, accuracy: Accuracy) -> Self {
        self.series.last_mut().expect("a series").5 = accuracy;
        self
    }

    /// The drive.
    ///
    /// # Panics
    /// If the parts do not make one: the same id twice, an unknown name, times that do not rise.
    #[must_use]
    pub fn build(self) -> Drive {
        let mut made = Made { header: self.header, ..Made::default() };
        for a in &self.actors {
            assert!(made.header.actor_named(&a.actor.id).is_none(), "actor {} twice", a.actor.id);
            made.header.actors.push(a.actor.clone());
        }
        made.header.ego = self.ego.as_deref().and_then(|id| made.header.actor_named(id));
        for (i, a) in self.actors.iter().enumerate() {
            let t_ns = times(self.from_s, self.to_s, a.hz.unwrap_or(self.hz));
            let clock = made.clock(a.stream.as_deref(), t_ns);
            let always = [(self.from_s, self.to_s)];
            let present = a.present_s.as_deref().unwrap_or(&always);
            for (ordinal, &(from_s, to_s)) in present.iter().enumerate() {
                let t = made.clocks[clock.0 as usize].t_ns.values();
                let first = t.partition_point(|x| *x < ns(from_s));
                let last = t.partition_point(|x| *x <= ns(to_s));
                let run = run_of(a, ActorIx(i as u32), ordinal as u32, clock, first, &t[first..last]);
                made.runs.push(run);
            }
        }
        for (whom, channel, t_s, values, origin, accuracy) in self.series {
            made.add_series(&whom, channel, &t_s, values, (origin, accuracy));
        }
        let ends = made.clocks.iter().flat_map(|c| {
            let t = c.t_ns.values();
            t.first().into_iter().chain(t.last()).copied()
        });
        let ends: Vec<i64> = ends.collect();
        if made.header.span.is_none()
            && let (Some(&a), Some(&b)) = (ends.iter().min(), ends.iter().max())
        {
            made.header.span = Some(time::Interval::new(a, b));
        }
        Drive::new(Arc::new(made.header), made.clocks, made.runs, made.series).expect("a sound drive")
    }
}

/// What has been built so far.
#[derive(Default)]
struct Made {
    header: Header,
    clocks: Vec<Clock>,
    runs: Vec<Run>,
    series: Vec<Series>,
}

impl Made {
    /// The clock with these times on a stream, shared where it exists.
    fn clock(&mut self, stream: Option<&str>, t_ns: Vec<i64>) -> ClockIx {
        let found = stream.map_or(Some(0), |n| self.header.streams.iter().position(|s| s.name == n));
        let stream = found.expect("a stream declared before") as u32;
        let same = |c: &Clock| c.stream == stream && c.t_ns.values() == t_ns;
        let at = self.clocks.iter().position(same).unwrap_or_else(|| {
            self.clocks.push(Clock { stream, first_tick: 0, t_ns: Column::new(t_ns) });
            self.clocks.len() - 1
        });
        ClockIx(at as u32)
    }

    fn add_series(
        &mut self,
        whom: &Whom,
        channel: Channel,
        t_s: &[f64],
        values: Values,
        (origin, accuracy): (Origin, Accuracy),
    ) {
        let subject = match whom {
            Whom::Drive => Subject::Drive,
            Whom::Actor(id) => Subject::Actor(self.header.actor_named(id).expect("an actor by its id")),
            Whom::Signal(name) => {
                let at = self.header.signals.iter().position(|s| s == name).unwrap_or_else(|| {
                    self.header.signals.push(name.clone());
                    self.header.signals.len() - 1
                });
                Subject::Signal(SignalIx(at as u32))
            }
        };
        let clock = self.clock(None, t_s.iter().map(|t| ns(*t)).collect());
        let len = values.len();
        let data = ChannelData { values, origin, accuracy };
        let same = |s: &&mut Series| s.subject == subject && s.clock == clock;
        if let Some(s) = self.series.iter_mut().find(same) {
            s.channels.set(channel, data);
            return;
        }
        let ordinal = self.series.iter().filter(|s| s.subject == subject).count() as u32;
        let mut channels = Channels::default();
        channels.set(channel, data);
        self.series.push(Series {
            subject,
            ordinal,
            clock,
            first: 0,
            len,
            channels,
            begun_before: false,
            goes_on: false,
        });
    }
}

fn run_of(a: &ActorBuilder, actor: ActorIx, ordinal: u32, clock: ClockIx, first: usize, t_ns: &[i64]) -> Run {
    let t_s: Vec<f64> = t_ns.iter().map(|t| time::to_s(*t)).collect();
    let states: Vec<_> = t_s.iter().map(|t| a.motion.state(*t)).collect();
    let mut channels = Channels::default();
    for (channel, sampled, accuracy, origin) in &a.channels {
        let at = || t_s.iter().zip(&states);
        let values = match sampled {
            Sampled::Real(f) => Values::Real(Column::from_options(at().map(|(t, s)| f(*t, s)))),
            Sampled::Code(f) => Values::Code(Column::from_options(at().map(|(t, s)| f(*t, s)))),
        };
        let data = ChannelData { values, origin: origin.unwrap_or(a.origin), accuracy: accuracy.clone() };
        channels.set(*channel, data);
    }
    let column = |f: &dyn Fn(&crate::State) -> f64| Column::new(states.iter().map(f).collect());
    Run {
        actor,
        ordinal,
        clock,
        first,
        x_m: column(&|s| s.pose.x_m),
        y_m: column(&|s| s.pose.y_m),
        yaw_rad: column(&|s| s.pose.yaw_rad),
        z_m: match &a.ground {
            Some(ground) => Some(column(&|s| ground([s.pose.x_m, s.pose.y_m]))),
            None => a.z_m.map(|z| Column::new(vec![z; states.len()])),
        },
        size: a.size,
        accuracy: a.accuracy.clone(),
        origin: a.origin,
        channels,
        index: None,
        begun_before: false,
        goes_on: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Motion;

    #[test]
    fn ticks_hold_both_ends_and_never_drift() {
        assert_eq!(times(0.0, 1.0, 10.0).len(), 11);
        assert_eq!(times(0.05, 0.35, 10.0), [100_000_000, 200_000_000, 300_000_000]);
        assert_eq!(times(0.0, 3600.0, 30.0).last(), Some(&(3600 * S)));
        assert_eq!(times(-0.2, 0.0, 10.0), [-200_000_000, -100_000_000, 0]);
    }

    #[test]
    fn lockstep_actors_share_a_clock_and_absence_makes_runs() {
        let d = DriveBuilder::new("t")
            .ego(ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(3.0)).dynamics())
            .actor(ActorBuilder::pedestrian("p").present_s(&[(1.0, 2.0), (4.0, 5.0)]))
            .actor(ActorBuilder::car("fast").hz(50.0))
            .mode(&[(0.0, Some(DrivingMode::Manual)), (2.5, Some(DrivingMode::Automated))])
            .build();
        assert_eq!(d.clocks().len(), 3);
        assert_eq!(d.runs_of(ActorIx(1)).len(), 2);
        assert_eq!(d.runs_of(ActorIx(0))[0].clock, d.runs_of(ActorIx(1))[0].clock);
        assert_eq!(d.times(&d.runs_of(ActorIx(1))[1])[0], 4 * S);
        assert_eq!(d.series_of(Subject::Actor(ActorIx(0)))[0].len, 2);
        assert_eq!(d.samples(), 101 + 22 + 501);
    }
}
