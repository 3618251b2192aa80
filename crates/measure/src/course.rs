//! Collision courses: time to collision in two dimensions, with those who cross or come toward the ego too.
//!
//! **Definition** (s): the time until the footprints of the two first touch if both keep their velocity and their heading; 0 if
//! they touch already; none if they never will. Both are boxes and move along their headings, so there is a closed form: on
//! each axis across a side of one of the two the times of overlap are an interval, and the boxes overlap when they do on
//! every axis. Source: Hayward, *Near miss determination through use of a scale of danger* (1972), carried from a line to the
//! plane by the separating axis theorem.
//!
//! **How**: within 30° of the ego's heading the same way; within 30° of the opposite head-on; else crossing.
//!
//! **Needs** poses, sizes and speeds of both; no track. **Cannot tell** who will turn or brake: nobody does, by definition; of one
//! whose data may not be compared with the ego's, or who has no speed, nothing is told. Known heights that differ by more
//! than 2 m set two apart.
//!
//! **Uncertainty**: of the distance (positions, sizes, yaws × half the diagonal, clocks × relative speed, what was not seen
//! between samples) ÷ the relative speed, and time × that of both speeds ÷ the relative speed.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::vehicle::BoxSize;
use lukao_model::{ActorIx, math};

use crate::flank::LEVEL_M;
use crate::lead::{compare, gap_u};
use crate::near::Other;
use crate::value::Value;
use crate::{Measures, body};

/// Headings that differ by less, or from the opposite, are along one line, rad.
pub(crate) const ALONG_RAD: f64 = std::f64::consts::FRAC_PI_6;

/// How two courses meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Both the same way.
    SameWay,
    /// One across the other.
    Crossing,
    /// Toward each other.
    HeadOn,
}

/// Somebody whom the ego will touch if both keep their velocity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Who.
    pub actor: ActorIx,
    /// How the courses meet.
    pub kind: Kind,
    /// Time to collision.
    pub ttc_s: Value,
}

/// Two boxes with their velocities along their headings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mover {
    /// Pose of the centre.
    pub pose: Pose,
    /// Size.
    pub size: BoxSize,
    /// Speed along the heading, m/s.
    pub speed_mps: f64,
}

impl Mover {
    fn velocity(&self) -> [f64; 2] {
        let (sin, cos) = math::sin_cos(self.pose.yaw_rad);
        [self.speed_mps * cos, self.speed_mps * sin]
    }
}

/// Time until two boxes touch at constant velocity; `None` if they never do.
#[must_use]
pub fn ttc_s(a: &Mover, b: &Mover) -> Option<f64> {
    let (va, vb) = (a.velocity(), b.velocity());
    let v = [vb[0] - va[0], vb[1] - va[1]];
    let (ca, cb) = (body::corners_m(&a.pose, &a.size), body::corners_m(&b.pose, &b.size));
    let (mut from, mut to) = (0.0_f64, f64::INFINITY);
    for yaw in [a.pose.yaw_rad, b.pose.yaw_rad] {
        let (sin, cos) = math::sin_cos(yaw);
        for axis in [[cos, sin], [-sin, cos]] {
            // From the first's centre, so that large coordinates cost no digits.
            let on = |p: &[f64; 2]| (p[0] - a.pose.x_m) * axis[0] + (p[1] - a.pose.y_m) * axis[1];
            let span = |c: &[[f64; 2]; 4]| {
                c.iter().map(on).fold((f64::INFINITY, f64::NEG_INFINITY), |s, x| (s.0.min(x), s.1.max(x)))
            };
            let ((a0, a1), (b0, b1)) = (span(&ca), span(&cb));
            let rate = v[0] * axis[0] + v[1] * axis[1];
            // The second's span moves: from the times at which its ends meet those of the first.
            let times = [(a0 - b1) / rate, (a1 - b0) / rate];
            if rate == 0.0 {
                if a1 < b0 || b1 < a0 {
                    return None;
                }
            } else {
                from = from.max(times[0].min(times[1]));
                to = to.min(times[0].max(times[1]));
            }
        }
    }
    (from <= to).then_some(from)
}

/// Those near the ego's sample `k` of the block with whom it is on a collision course, by run.
#[must_use]
pub fn courses(m: &Measures<'_>, k: usize) -> Vec<Course> {
    let Some(ego_mps) = m.ego_speed_mps(k) else { return Vec::new() };
    m.near().at(m, k).filter_map(|other| course(m, k, ego_mps, &other)).collect()
}

fn course(m: &Measures<'_>, k: usize, ego_mps: Value, other: &Other) -> Option<Course> {
    let (drive, s) = (m.window(), m.ego().samples()[k]);
    let (ego, run) = (&drive.runs()[s.run], &drive.runs()[other.run]);
    let z = run.z_m.as_ref().and_then(|z| z.get(other.i));
    if s.z_m.zip(z).is_some_and(|(a, b)| (a - b).abs() > LEVEL_M) {
        return None;
    }
    let other_mps = m.speed_of(other, s.t_ns)?;
    let a = Mover { pose: s.pose, size: ego.size, speed_mps: ego_mps.value };
    let b = Mover { pose: other.pose, size: run.size, speed_mps: other_mps.value };
    let value = ttc_s(&a, &b)?;
    let synced = compare(m, ego, run).ok()?;
    let (va, vb) = (a.velocity(), b.velocity());
    let relative = math::hypot(vb[0] - va[0], vb[1] - va[1]);
    let yaw = |r: &lukao_model::Run, i: usize| {
        let reach = 0.5 * math::hypot(r.size.length_m, r.size.width_m);
        Uncertainty::from_option(r.accuracy.yaw_rad.at(i)).times(reach)
    };
    let distance = gap_u(ego, s.i, run, other, 0.5).rss(yaw(ego, s.i)).rss(yaw(run, other.i));
    let way = distance.rss(synced.costs(relative)).rss(ego_mps.u.rss(other_mps.u).times(value));
    // Two who touch and stand still to each other do so at once, whatever the accuracy.
    let u = if relative > 0.0 { way.times(1.0 / relative) } else { Uncertainty::Unknown };
    let turn = math::angle_between(s.pose.yaw_rad, other.pose.yaw_rad).abs();
    let kind = match turn {
        t if t <= ALONG_RAD => Kind::SameWay,
        t if t >= std::f64::consts::PI - ALONG_RAD => Kind::HeadOn,
        _ => Kind::Crossing,
    };
    Some(Course { actor: run.actor, kind, ttc_s: Value { value, u } })
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // A second answer may use other sines.
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    fn car(x_m: f64, y_m: f64, yaw_rad: f64, speed_mps: f64) -> Mover {
        let size = BoxSize { length_m: 4.0, width_m: 2.0, height_m: None, accuracy_m: None };
        Mover { pose: Pose { x_m: 4e6 + x_m, y_m: 5e6 + y_m, yaw_rad }, size, speed_mps }
    }

    fn near(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-8), "{a:?}, not {b}");
    }

    #[test]
    fn along_one_line_it_is_gap_over_closing_speed() {
        near(ttc_s(&car(0.0, 0.0, 0.0, 20.0), &car(34.0, 1.5, 0.0, 10.0)), 3.0);
        near(ttc_s(&car(0.0, 0.0, 0.0, 20.0), &car(34.0, 0.0, PI, 10.0)), 1.0);
        assert_eq!(ttc_s(&car(0.0, 0.0, 0.0, 20.0), &car(34.0, 2.1, 0.0, 10.0)), None, "beside");
        assert_eq!(ttc_s(&car(0.0, 0.0, 0.0, 10.0), &car(34.0, 0.0, 0.0, 10.0)), None, "as fast");
        assert_eq!(ttc_s(&car(0.0, 0.0, 0.0, 0.0), &car(3.0, 0.5, 0.3, 0.0)), Some(0.0), "they touch");
    }

    #[test]
    fn crossing_at_right_angles_is_the_later_of_two_arrivals() {
        // The ego's front reaches the other's way at 1.9 s and its rear leaves it at 2.5 s; he comes at 2.1 s.
        near(ttc_s(&car(0.0, 0.0, 0.0, 10.0), &car(22.0, -24.0, FRAC_PI_2, 10.0)), 2.1);
        // He comes at 2.6 s: the ego is gone.
        assert_eq!(ttc_s(&car(0.0, 0.0, 0.0, 10.0), &car(22.0, -29.0, FRAC_PI_2, 10.0)), None);
    }

    /// Against a walk in steps of 2 ms with another test of overlap: corners and sampled sides inside the other.
    #[test]
    fn the_closed_form_is_a_fine_walk() {
        let mut seed = 7_u64;
        let mut random = |lo: f64, hi: f64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lo + (hi - lo) * ((seed >> 11) as f64 / (1_u64 << 53) as f64)
        };
        let inside = |m: &Mover, p: [f64; 2]| {
            let (sin, cos) = m.pose.yaw_rad.sin_cos();
            let (x, y) = (p[0] - m.pose.x_m, p[1] - m.pose.y_m);
            (x * cos + y * sin).abs() <= 2.0 && (y * cos - x * sin).abs() <= 1.0
        };
        let outline = |m: &Mover| -> Vec<[f64; 2]> {
            let own = |i: i32| {
                let f = f64::from(i % 40) / 40.0;
                match i / 40 {
                    0 => [2.0 - 4.0 * f, 1.0],
                    1 => [-2.0, 1.0 - 2.0 * f],
                    2 => [-2.0 + 4.0 * f, -1.0],
                    _ => [2.0, -1.0 + 2.0 * f],
                }
            };
            (0..160).map(|i| body::point_m(&m.pose, own(i))).collect()
        };
        let (mut hits, mut misses) = (0, 0);
        for _ in 0..250 {
            let a = car(0.0, 0.0, random(-PI, PI), random(0.0, 15.0));
            let b = car(random(-20.0, 20.0), random(-20.0, 20.0), random(-PI, PI), random(0.0, 15.0));
            let at = |m: &Mover, t: f64| {
                let v = m.velocity();
                let pose = Pose { x_m: m.pose.x_m + v[0] * t, y_m: m.pose.y_m + v[1] * t, ..m.pose };
                Mover { pose, ..*m }
            };
            let overlap = |t: f64| {
                let (a, b) = (at(&a, t), at(&b, t));
                outline(&a).iter().any(|p| inside(&b, *p)) || outline(&b).iter().any(|p| inside(&a, *p))
            };
            let walked = (0..2000).map(|i| f64::from(i) * 2e-3).find(|t| overlap(*t));
            match (ttc_s(&a, &b), walked) {
                (Some(t), Some(w)) => {
                    assert!(t <= w + 1e-9 && w - t < 0.03, "{t} {w}: {a:?} {b:?}");
                    hits += 1;
                }
                (Some(t), None) => assert!(t > 3.9 || !overlap(t + 0.02), "{t}: {a:?} {b:?}"),
                (None, Some(w)) => panic!("the walk meets at {w}: {a:?} {b:?}"),
                (None, None) => misses += 1,
            }
        }
        assert!(hits > 20 && misses > 20, "{hits} {misses}");
    }
}
