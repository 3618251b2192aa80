//! Random drives for properties that must hold for any drive.

use std::sync::Arc;

use lukao_model::channel::{Channel, ChannelData, Channels, Kind, Origin};
use lukao_model::column::{Column, TextColumn};
use lukao_model::drive::{
    Actor, ActorIx, Clock, ClockIx, Drive, Header, Note, PoseAccuracy, Run, RunIndex, Series, SignalIx,
    Subject,
};
use lukao_model::frame::{Crs, Frame};
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::Interval;
use lukao_model::values::{Accuracy, Values};
use lukao_model::vehicle::{ActorClass, BoxSize, Outline, VehicleSheet};

/// A small random generator (SplitMix64): the same seed gives the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator of that seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// In `[from, to)`.
    pub fn range(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * ((self.next_u64() >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// True in `part` of all cases.
    pub fn chance(&mut self, part: f64) -> bool {
        self.range(0.0, 1.0) < part
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A random drive that uses everything a drive can hold: clocks that jitter, several runs of an actor, sizes
/// that change, heights with gaps, channels of all kinds with gaps, accuracies of all kinds, series of all
/// subjects, an opaque index. `ticks` bounds the length of its clocks.
#[must_use]
pub fn random_drive(seed: u64, ticks: usize) -> Drive {
    let rng = &mut Rng::new(seed);
    let header = header(rng);
    let start = rng.pick(&[0, -7_000_000_000, 1_700_000_000_000_000_000]);
    let clocks: Vec<Clock> = (0..1 + rng.below(4)).map(|_| clock(rng, &header, start, ticks)).collect();
    let mut runs = Vec::new();
    for actor in 0..header.actors.len() {
        let clock = rng.below(clocks.len());
        let (mut at, n, mut ordinal) = (0, clocks[clock].t_ns.len(), 0);
        while at < n && ordinal < 4 {
            let first = at + rng.below(3);
            let len = (1 + rng.below(n)).min(n.saturating_sub(first));
            if len == 0 {
                break;
            }
            runs.push(run(rng, ActorIx(actor as u32), ordinal, ClockIx(clock as u32), first, len));
            (at, ordinal) = (first + len, ordinal + 1);
        }
    }
    let mut subjects = vec![Subject::Drive];
    subjects.extend((0..header.actors.len()).map(|i| Subject::Actor(ActorIx(i as u32))));
    subjects.extend((0..header.signals.len()).map(|i| Subject::Signal(SignalIx(i as u32))));
    let mut series = Vec::new();
    for subject in subjects {
        for ordinal in 0..rng.below(3) {
            let clock = rng.below(clocks.len());
            let n = clocks[clock].t_ns.len();
            if n == 0 {
                continue;
            }
            let first = rng.below(n);
            let len = 1 + rng.below(n - first);
            series.push(Series {
                subject,
                ordinal: ordinal as u32,
                clock: ClockIx(clock as u32),
                first,
                len,
                channels: channels(rng, len),
                begun_before: false,
                goes_on: false,
            });
        }
    }
    Drive::new(Arc::new(header), clocks, runs, series).expect("a random drive is sound")
}

fn clock(rng: &mut Rng, header: &Header, start: i64, ticks: usize) -> Clock {
    let n = 1 + rng.below(ticks.max(1));
    let step = rng.pick(&[10_000_000i64, 100_000_000, 33_333_333]);
    let mut t = start + rng.below(1_000_000_000) as i64;
    let times = (0..n).map(|_| {
        t += step + rng.below(step as usize / 2) as i64;
        t
    });
    let t_ns = Column::new(times.collect());
    Clock { stream: rng.below(header.streams.len()) as u32, first_tick: 0, t_ns }
}

fn header(rng: &mut Rng) -> Header {
    let actors: Vec<Actor> = (0..1 + rng.below(5)).map(|i| actor(rng, i)).collect();
    let ego = rng.chance(0.8).then(|| ActorIx(rng.below(actors.len()) as u32));
    let crs = match rng.below(3) {
        0 => Crs::Unknown,
        1 => Crs::Local { name: "测试场 \"A\"".into() },
        _ => Crs::Projected {
            definition: "+proj=utm +zone=50".into(),
            datum: rng.chance(0.5).then(|| "CGCS2000".into()),
            height: rng.chance(0.5).then(|| "ellipsoidal".into()),
        },
    };
    let base = rng.pick(&[TimeBase::Unknown, TimeBase::Gps, TimeBase::Utc, TimeBase::Simulation]);
    let streams = (0..1 + rng.below(3)).map(|i| Stream {
        name: format!("stream {i}"),
        base,
        sync: rng.pick(&[Sync::Unknown, Sync::None, Sync::Same, Sync::Ptp]),
        offset_ns: rng.below(1 << 40) as i64 - (1 << 39),
        accuracy_ns: rng.chance(0.5).then(|| rng.below(1_000_000) as i64),
    });
    let streams = streams.collect();
    let notes = (0..rng.below(3)).map(|i| Note {
        code: "gap".into(),
        subject: format!("actor {i}"),
        when: rng.chance(0.5).then(|| Interval::new(-5, rng.below(100) as i64)),
        count: rng.next_u64() >> 12,
        text: "a gap".into(),
    });
    let notes = notes.collect();
    Header {
        name: "random".into(),
        format: "test".into(),
        producer: "lukao-testkit".into(),
        frame: Frame { crs, origin_m: [rng.range(-1e6, 1e6), rng.range(-5e6, 5e6), 0.1] },
        streams,
        actors,
        signals: (0..rng.below(3)).map(|i| format!("signal {i}")).collect(),
        ego,
        track: rng.chance(0.5).then(|| "maps/field.xodr".into()),
        max_gap_ns: rng.below(2_000_000_000) as i64,
        span: rng.chance(0.3).then_some(Interval { from_ns: i64::MIN, to_ns: i64::MAX }),
        notes,
    }
}

fn actor(rng: &mut Rng, i: usize) -> Actor {
    Actor {
        id: format!("actor {i}"),
        class: rng.pick(&[ActorClass::Unknown, ActorClass::Car, ActorClass::Pedestrian, ActorClass::Object]),
        reference_point: "rear axle".into(),
        exempt_from: if rng.chance(0.2) { vec![ActorIx(0)] } else { Vec::new() },
        towed_by: rng.chance(0.2).then_some(ActorIx(0)),
        outline: rng
            .chance(0.2)
            .then(|| Outline { corners_m: vec![[2.0, -0.9], [2.2, 0.0], [-2.0, rng.range(0.5, 1.0)]] }),
        sheet: rng.chance(0.2).then(|| VehicleSheet {
            wheelbase_m: Some(rng.range(2.0, 3.5)),
            antenna_m: Some([0.1, 0.2, 1.4]),
            ..VehicleSheet::default()
        }),
    }
}

fn reals(rng: &mut Rng, len: usize, missing: f64, from: f64) -> Column<f64> {
    let values: Vec<Option<f64>> =
        (0..len).map(|_| if rng.chance(missing) { None } else { Some(rng.range(from, 100.0)) }).collect();
    Column::from_options(values)
}

fn accuracy(rng: &mut Rng, len: usize) -> Accuracy {
    match rng.below(3) {
        0 => Accuracy::Unknown,
        1 => Accuracy::Constant(rng.range(0.0, 0.1)),
        _ => Accuracy::Column(reals(rng, len, 0.2, 0.0)),
    }
}

fn channels(rng: &mut Rng, len: usize) -> Channels {
    let mut out = Channels::default();
    for _ in 0..rng.below(5) {
        let channel = rng.pick(Channel::ALL);
        if matches!(channel, Channel::X | Channel::Y | Channel::Yaw | Channel::Z) {
            continue;
        }
        let missing = rng.pick(&[0.0, 0.3, 1.0]);
        let values = match channel.kind() {
            Kind::Real => Values::Real(reals(rng, len, missing, -100.0)),
            Kind::Code => {
                let codes: Vec<Option<u8>> = (0..len)
                    .map(|_| if rng.chance(missing) { None } else { Some(rng.below(256) as u8) })
                    .collect();
                Values::Code(Column::from_options(codes))
            }
            Kind::Text => {
                let texts = (0..len).map(|k| {
                    if rng.chance(missing) {
                        None
                    } else {
                        Some(rng.pick(&["", "begin", "终点 ✓"]).repeat(k % 3))
                    }
                });
                Values::Text(TextColumn::new(texts.collect()))
            }
        };
        let accuracy = if channel.kind() == Kind::Real { accuracy(rng, len) } else { Accuracy::Unknown };
        out.set(channel, ChannelData { values, origin: rng.pick(Origin::ALL), accuracy });
    }
    out
}

fn run(rng: &mut Rng, actor: ActorIx, ordinal: u32, clock: ClockIx, first: usize, len: usize) -> Run {
    let (vx, vy) = (rng.range(-1.0, 1.0), rng.range(-1.0, 1.0));
    let (x0, y0) = (rng.range(-50.0, 50.0), rng.range(-50.0, 50.0));
    let path = |v: f64, from: f64| Column::new((0..len).map(|k| from + v * k as f64).collect());
    let positions = (path(vx, x0), path(vy, y0));
    let yaw_rad = Column::new((0..len).map(|_| rng.range(-3.1, 3.1)).collect());
    let height_m = rng.chance(0.7).then(|| rng.range(0.5, 4.0));
    let size = BoxSize {
        length_m: rng.range(0.3, 12.0),
        width_m: rng.range(0.3, 2.5),
        height_m,
        accuracy_m: rng.chance(0.5).then_some(0.05),
    };
    Run {
        actor,
        ordinal,
        clock,
        first,
        x_m: positions.0,
        y_m: positions.1,
        yaw_rad,
        z_m: rng.chance(0.7).then(|| reals(rng, len, 0.1, -100.0)),
        size,
        accuracy: PoseAccuracy { position_m: accuracy(rng, len), yaw_rad: accuracy(rng, len) },
        origin: rng.pick(Origin::ALL),
        channels: channels(rng, len),
        index: rng.chance(0.3).then(|| RunIndex {
            blocks: Column::new((0..rng.below(20)).map(|k| k as f32 * 0.5).collect()),
            skip: 0,
        }),
        begun_before: false,
        goes_on: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_repeat_and_differ() {
        assert_eq!(random_drive(7, 40), random_drive(7, 40));
        assert_ne!(random_drive(7, 40), random_drive(8, 40));
        let kinds: Vec<Drive> = (0..50).map(|s| random_drive(s, 30)).collect();
        assert!(kinds.iter().any(|d| d.runs().iter().any(|r| r.index.is_some())));
        assert!(kinds.iter().any(|d| d.series().iter().any(|s| s.channels.text(Channel::Mark).is_some())));
    }
}
