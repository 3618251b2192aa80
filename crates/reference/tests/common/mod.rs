//! Random pairs of moving bodies, and their drives.

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Arc;

use lukao_model::channel::Channels;
use lukao_model::drive::{Actor, Clock, ClockIx, PoseAccuracy};
use lukao_model::stream::Stream;
use lukao_model::vehicle::{BoxSize, Outline};
use lukao_model::{ActorIx, Column, Drive, Header, Origin, Run};
use lukao_reference::Moving;
use lukao_testkit::Rng;

/// Two bodies; the size of each is that of its box, `outline` goes before it.
#[derive(Clone, Debug)]
pub struct Case {
    pub bodies: [Moving; 2],
    pub size: [[f64; 2]; 2],
    pub outline: [bool; 2],
    pub shared_clock: bool,
}

const SIZES: [[f64; 2]; 9] = [
    [4.5, 1.8],
    [6.0, 0.02],
    [0.05, 3.0],
    [0.01, 0.01],
    [18.0, 2.55],
    [1.0, 1.0],
    [0.6, 0.6],
    [2.1, 0.8],
    [40.0, 0.5],
];

fn box_of(size: [f64; 2]) -> Vec<[f64; 2]> {
    let (l, w) = (size[0] / 2.0, size[1] / 2.0);
    vec![[l, w], [-l, w], [-l, -w], [l, -w]]
}

fn sign(r: &mut Rng) -> f64 {
    if r.chance(0.5) { 1.0 } else { -1.0 }
}

fn outline(r: &mut Rng) -> Vec<[f64; 2]> {
    let n = 3 + r.below(5);
    let (a, b, turn) = (r.range(0.2, 4.0), r.range(0.05, 2.0), r.range(0.0, 6.0));
    let corner = |k: usize| {
        let angle = turn + TAU * k as f64 / n as f64;
        let (s, c) = lukao_model::math::sin_cos(angle);
        [a * c, b * s]
    };
    (0..n).map(corner).collect()
}

fn motion(r: &mut Rng, t: &[i64], near: [f64; 2], kind: usize) -> Vec<[f64; 3]> {
    let speed = [0.0, 0.5, 5.0, 15.0, 40.0][r.below(5)] * r.range(0.5, 1.0);
    let heading = r.range(-3.2, 3.2);
    let (s, c) = lukao_model::math::sin_cos(heading);
    let mid = t.get(t.len() / 2).copied().unwrap_or(0);
    let turn_rate = [0.0, 0.3, 2.0, 25.0][r.below(4)] * r.range(-1.0, 1.0);
    let base_yaw = match r.below(5) {
        0 => heading,
        1 => PI - 1e-3,
        2 => 0.0,
        3 => FRAC_PI_2,
        _ => r.range(-PI, PI),
    };
    let offset = r.range(-0.1, 0.1);
    let pose = |t: &i64| {
        let dt = (t - mid) as f64 * 1e-9 + offset;
        let (x, y) = (near[0] + c * speed * dt, near[1] + s * speed * dt);
        let wrap = lukao_model::math::wrap_angle;
        match kind {
            0 => [near[0], near[1], base_yaw],
            1 => [x, y, base_yaw],
            2 => [x, y, wrap(base_yaw + turn_rate * dt)],
            3 => [near[0], near[1], wrap(base_yaw + turn_rate * dt)],
            _ => [x, y, f64::NAN],
        }
    };
    let mut all: Vec<[f64; 3]> = t.iter().map(pose).collect();
    for p in all.iter_mut().filter(|p| p[2].is_nan()) {
        p[2] = r.range(-PI, PI);
    }
    all
}

fn times(r: &mut Rng, n: usize, step: i64) -> Vec<i64> {
    let mut t = r.below(200) as i64 * 1_000_000;
    (0..n)
        .map(|_| {
            t += if r.chance(0.2) { 1 + r.below(step as usize) as i64 } else { step };
            t
        })
        .collect()
}

/// A random pair; most of them come near each other.
pub fn case(r: &mut Rng) -> Case {
    let shared_clock = r.chance(0.6);
    let n = [0, 1, 2, 2, 3, 4, 6][r.below(7)];
    let ta = times(r, n, 100_000_000);
    let tb = if shared_clock {
        ta.clone()
    } else {
        let n = 1 + r.below(12);
        times(r, n, 37_000_000)
    };
    let origin = match r.below(4) {
        0 => [500_000.0, 4_400_000.0],
        1 => [-20_000.25, 31_000.5],
        _ => [0.0, 0.0],
    };
    let size = [SIZES[r.below(SIZES.len())], SIZES[r.below(SIZES.len())]];
    let outlined = [r.chance(0.15), r.chance(0.15)];
    let corners = [0, 1].map(|k: usize| if outlined[k] { outline(r) } else { box_of(size[k]) });
    let reach = |c: &[[f64; 2]]| c.iter().map(|p| (p[0] * p[0] + p[1] * p[1]).sqrt()).fold(0.0, f64::max);
    let radii = reach(&corners[0]) + reach(&corners[1]);
    // Where the second is when they are about to meet: beside, on the corner, inside, or just touching.
    let at = match r.below(6) {
        0 => [(size[0][0] + size[1][0]) / 2.0 * sign(r), r.range(-1.0, 1.0)],
        1 => [r.range(-1.0, 1.0), (size[0][1] + size[1][1]) / 2.0 * sign(r)],
        2 => [(size[0][0] + size[1][0]) / 2.0 * sign(r), (size[0][1] + size[1][1]) / 2.0 * sign(r)],
        3 => [r.range(-0.2, 0.2), r.range(-0.2, 0.2)],
        _ => {
            let (s, c) = lukao_model::math::sin_cos(r.range(0.0, TAU));
            let d = radii * r.range(0.0, 1.05);
            [c * d, s * d]
        }
    };
    let nudge = [0.0, 1e-9, 1e-6, 9e-5, 1.1e-4, 1e-3, 0.1][r.below(7)] * sign(r);
    let at = [origin[0] + at[0] + nudge, origin[1] + at[1] + nudge];
    let kinds = [r.below(5), r.below(5)];
    let mut pose = [motion(r, &ta, origin, kinds[0]), motion(r, &tb, at, kinds[1])];
    if r.chance(0.2) && pose[0].len() == pose[1].len() {
        // Near parallel, or exactly.
        let off = [0.0, 1e-12, 1e-8, 1e-5, 1e-3][r.below(5)];
        for k in 0..pose[0].len() {
            pose[1][k][2] = pose[0][k][2] + off;
        }
    }
    let [pa, pb] = pose;
    let [ca, cb] = corners;
    Case {
        bodies: [Moving { t_ns: ta, pose: pa, corners: ca }, Moving { t_ns: tb, pose: pb, corners: cb }],
        size,
        outline: outlined,
        shared_clock,
    }
}

impl Case {
    pub fn drive(&self) -> Drive {
        let actor = |k: usize| Actor {
            id: ["a", "b"][k].into(),
            outline: self.outline[k].then(|| Outline { corners_m: self.bodies[k].corners.clone() }),
            ..Actor::default()
        };
        let header = Header {
            streams: vec![Stream::default()],
            actors: vec![actor(0), actor(1)],
            ego: Some(ActorIx(0)),
            ..Header::default()
        };
        let shared = self.shared_clock && self.bodies[0].t_ns == self.bodies[1].t_ns;
        let clock =
            |k: usize| Clock { stream: 0, first_tick: 0, t_ns: Column::new(self.bodies[k].t_ns.clone()) };
        let clocks = if shared { vec![clock(0)] } else { vec![clock(0), clock(1)] };
        let column = |k: usize, c: usize| Column::new(self.bodies[k].pose.iter().map(|p| p[c]).collect());
        let run = |k: usize| Run {
            actor: ActorIx(k as u32),
            ordinal: 0,
            clock: ClockIx(if shared { 0 } else { k as u32 }),
            first: 0,
            x_m: column(k, 0),
            y_m: column(k, 1),
            yaw_rad: column(k, 2),
            z_m: None,
            size: BoxSize {
                length_m: self.size[k][0],
                width_m: self.size[k][1],
                height_m: None,
                accuracy_m: None,
            },
            accuracy: PoseAccuracy::default(),
            origin: Origin::Simulation,
            channels: Channels::default(),
            index: None,
            begun_before: false,
            goes_on: false,
        };
        Drive::new(Arc::new(header), clocks, vec![run(0), run(1)], vec![]).unwrap()
    }
}
