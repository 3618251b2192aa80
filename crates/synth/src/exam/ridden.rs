//! A planned exam drive with its motion, before it is made a plan: what items and faults change.

use lukao_model::Channel;
use lukao_model::code::{Gear, HmiAlert};

use super::tell::Tell;
use crate::body::Body;
use crate::course::Course;
use crate::speed::Speed;

/// Below this it is at a stand, m/s.
const STANDING_MPS: f64 = 0.2;

/// How long it takes to reach that from a stand, or to stand from there, s.
pub(crate) fn seen_s(jerk_mps3: f64) -> f64 {
    (2.0 * STANDING_MPS / jerk_mps3).sqrt()
}

/// A drive with its motion; items and faults change it.
pub(crate) struct Ridden {
    pub speed: Speed,
    pub course: Course,
    pub tell: Tell,
    pub actors: Vec<Body>,
    pub to_s: f64,
    pub size: Option<f64>,
    /// How well the plan knows the size; `None`: it knows only that it happens.
    pub known_to: Option<f64>,
    pub when_s: Option<(f64, f64)>,
    pub side: Vec<(&'static str, &'static str)>,
    /// When the examiner ends it, if not at the exit.
    pub ends_s: Option<f64>,
    /// The gear that it stays in, if it rolls.
    pub gear: Option<Gear>,
}

impl Ridden {
    /// When the middle of the ego has made a distance of its way.
    pub fn time(&self, s_m: f64) -> f64 {
        self.speed.time_at_m(s_m)
    }

    /// When the ego begins and ends to stand at a distance of its way.
    pub fn stand_at(&self, s_m: f64) -> (f64, f64) {
        let slow = |t: f64| self.speed.state(t).1 < 1e-6 && (self.speed.distance_m(t) - s_m).abs() < 0.2;
        let n = (self.to_s / 0.02) as usize;
        let at = |k: usize| 0.02 * k as f64;
        let first = (0..n).find(|k| slow(at(*k))).unwrap_or(0);
        let last = (first..n).find(|k| !slow(at(*k))).unwrap_or(n);
        (at(first), at(last))
    }

    /// How long it is seen to stand around a distance of its way: it is at a stand below [`STANDING_MPS`].
    pub fn stood_s(&self, s_m: f64) -> f64 {
        let stands = |t: f64| {
            self.speed.state(t).1.abs() < STANDING_MPS && (self.speed.distance_m(t) - s_m).abs() < 0.5
        };
        0.001 * (0..(1000.0 * self.to_s) as usize).filter(|k| stands(0.001 * *k as f64)).count() as f64
    }

    /// When it is seen to move, after it stood at a time.
    pub fn moves_s(&self, after_s: f64) -> f64 {
        let n = (1000.0 * (self.to_s - after_s)).max(0.0) as usize;
        let at = |k: &usize| after_s + 0.001 * *k as f64;
        (0..n).find(|k| self.speed.state(at(k)).1.abs() >= STANDING_MPS).map_or(self.to_s, |k| at(&k))
    }

    pub fn actor(mut self, body: Body) -> Self {
        self.actors.push(body);
        self
    }

    /// The planned fault: its size, which the plan knows exactly, and when it takes place.
    pub fn faulty(self, size: f64, from_s: f64, to_s: f64) -> Self {
        self.about(size, 0.0, from_s, to_s)
    }

    /// The same, known only so well.
    pub fn about(mut self, size: f64, known_to: f64, from_s: f64, to_s: f64) -> Self {
        (self.size, self.known_to, self.when_s) = (Some(size), Some(known_to), Some((from_s, to_s)));
        self
    }

    /// A planned fault of which the plan knows only that it is there.
    pub fn happens(mut self, from_s: f64, to_s: f64) -> Self {
        (self.size, self.known_to, self.when_s) = (Some(1.0), None, Some((from_s, to_s)));
        self
    }

    /// Tells the driver something for a while.
    pub fn alert(&mut self, alert: HmiAlert, from_s: f64, to_s: f64) {
        self.tell.code(Channel::HmiAlert, from_s, alert.code()).code(
            Channel::HmiAlert,
            to_s,
            HmiAlert::None.code(),
        );
    }
}
