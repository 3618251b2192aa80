//! Drives that nobody checked, from values or from any bytes, and all queries on them.
//!
//! The fuzz target in `fuzz/` uses this file too.

use std::sync::Arc;

use lukao_contact::{
    BoundaryPart, Contacts, Lines, Options, Polyline, all_pairs, boundary_column, build_index,
    clearance_column, clearances, contacts, crossings, encounters, sampled_contacts, sampled_pairs,
};
use lukao_model::channel::Channels;
use lukao_model::drive::{Actor, Clock, ClockIx, PoseAccuracy};
use lukao_model::stream::Stream;
use lukao_model::vehicle::{BoxSize, Outline};
use lukao_model::{ActorIx, Column, Drive, Header, Interval, Origin, Run};

pub const EGO: ActorIx = ActorIx(0);

/// One actor: times, poses, length and width.
pub struct Body {
    pub t: Vec<i64>,
    pub pose: Vec<[f64; 3]>,
    pub size: [f64; 2],
}

pub fn body(t: &[i64], pose: &[[f64; 3]]) -> Body {
    Body { t: t.to_vec(), pose: pose.to_vec(), size: [4.0, 2.0] }
}

/// A drive whose values nobody checked, as a reader of a forged file might hand it over.
pub fn unchecked(bodies: &[Body], outline: Option<Outline>) -> Drive {
    let header = Header {
        streams: vec![Stream::default()],
        actors: (0..bodies.len())
            .map(|k| Actor { id: format!("{k}"), outline: outline.clone(), ..Actor::default() })
            .collect(),
        ego: Some(EGO),
        ..Header::default()
    };
    let shared = bodies.windows(2).all(|w| w[0].t == w[1].t);
    let clock = |b: &Body| Clock { stream: 0, first_tick: 0, t_ns: Column::new(b.t.clone()) };
    let clocks = if shared { vec![clock(&bodies[0])] } else { bodies.iter().map(clock).collect() };
    let run = |(k, b): (usize, &Body)| Run {
        actor: ActorIx(k as u32),
        ordinal: 0,
        clock: ClockIx(if shared { 0 } else { k as u32 }),
        first: 0,
        x_m: Column::new(b.pose.iter().map(|p| p[0]).collect()),
        y_m: Column::new(b.pose.iter().map(|p| p[1]).collect()),
        yaw_rad: Column::new(b.pose.iter().map(|p| p[2]).collect()),
        z_m: None,
        size: BoxSize { length_m: b.size[0], width_m: b.size[1], height_m: None, accuracy_m: None },
        accuracy: PoseAccuracy::default(),
        origin: Origin::Simulation,
        channels: Channels::default(),
        index: None,
        begun_before: false,
        goes_on: false,
    };
    Drive::new_unverified(Arc::new(header), clocks, bodies.iter().enumerate().map(run).collect(), vec![])
        .unwrap()
}

/// Runs every query; what they return is the caller's to judge.
pub fn everything(d: &Drive) -> Contacts {
    let options = Options::default();
    let found = contacts(d, EGO, &options);
    let _ = clearances(d, EGO, Interval::ALL, &options);
    let _ = clearance_column(d, EGO, Interval::ALL, &options);
    let _ = (sampled_contacts(d, EGO, Interval::ALL, &options), sampled_pairs(d, &options));
    let _ = encounters(d, EGO, 5.0, Interval::ALL, &options);
    let _ = all_pairs(d, &options);
    at_lines(d, &[vec![[-10.0, 0.0], [1e6, 3.0], [1e6, 3.0], [-1e8, 1e8]]]);
    let indexed = build_index(d).unwrap();
    assert_eq!(contacts(&indexed, EGO, &options), found);
    for c in found.intervals.iter().filter(|_| d.verify().is_ok()) {
        assert!(c.from_ns <= c.to_ns && c.from_ns <= c.deepest_ns && c.deepest_ns <= c.to_ns, "{c:?}");
    }
    found
}

fn at_lines(d: &Drive, lines: &[Vec<[f64; 2]>]) {
    let options = Options::default();
    let line = |(id, p): (usize, &Vec<[f64; 2]>)| Polyline { id: id as u64, points_m: p.clone(), z_m: None };
    let lines: Vec<Polyline> = lines.iter().enumerate().map(line).collect();
    let Ok(lines) = Lines::new(&lines) else { return };
    for c in crossings(d, EGO, &lines, BoundaryPart::Body, &options).unwrap_or_default() {
        assert!(c.from_ns <= c.to_ns && c.left_m >= 0.0 && c.right_m >= 0.0, "{c:?}");
    }
    let (times, column) = boundary_column(d, EGO, &lines, 30.0, Interval::ALL, &options);
    assert_eq!(times.len(), column.len());
    assert!(column.iter().flatten().all(|d| (0.0..=30.0).contains(&d)));
}

/// Numbers from bytes: most of them small, some of any kind at all. Zeros when the bytes are used up.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn eight(&mut self) -> [u8; 8] {
        std::array::from_fn(|_| self.byte())
    }

    fn real(&mut self) -> f64 {
        match self.byte() {
            0..=2 => f64::from_bits(u64::from_le_bytes(self.eight())),
            3 => {
                [f64::NAN, f64::INFINITY, -0.0, 1e9, 5e-324, 1e300, -1e12, 6.3][usize::from(self.byte() & 7)]
            }
            4..=99 => f64::from(self.byte() as i8) / 16.0,
            _ => f64::from(self.byte() as i8) / 64.0,
        }
    }

    fn times(&mut self, n: usize) -> Vec<i64> {
        let kind = self.byte();
        let mut t = 0i64;
        (0..n)
            .map(|_| {
                t = match kind {
                    0..=3 => i64::from_le_bytes(self.eight()),
                    // Now and then the same time again, or back.
                    4..=40 => t.saturating_add(i64::from(self.byte() as i8) * 1_000_000),
                    _ => t + i64::from(self.byte()) * 1_000_000 + 1,
                };
                t
            })
            .collect()
    }
}

/// Makes a drive of any bytes and runs every query on it.
pub fn bytes(data: &[u8]) -> Option<Contacts> {
    let mut from = Source(data);
    let count = 2 + usize::from(from.byte() & 1);
    let shared = from.byte() & 3 > 0;
    let mut bodies: Vec<Body> = Vec::new();
    for _ in 0..count {
        let n = usize::from(from.byte() % 9);
        let t = match bodies.first() {
            Some(first) if shared => first.t.clone(),
            _ => from.times(n),
        };
        let pose = t.iter().map(|_| [from.real(), from.real(), from.real()]).collect();
        let size = if from.byte() < 200 { [4.0, 2.0] } else { [from.real(), from.real()] };
        bodies.push(Body { t, pose, size });
    }
    let corners = usize::from(from.byte() % 12);
    let outline = (corners > 8)
        .then(|| Outline { corners_m: (0..corners).map(|_| [from.real(), from.real()]).collect() });
    let line = (0..usize::from(from.byte() % 6)).map(|_| [from.real(), from.real()]).collect();
    let d = unchecked(&bodies, outline);
    at_lines(&d, &[line]);
    Some(everything(&d))
}
