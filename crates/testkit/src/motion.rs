//! Motions in closed form: legs of constant acceleration and curvature, or points to pass.

use std::sync::Arc;

use lukao_model::drive::Pose;
use lukao_model::math;

/// Where a body is and how it moves at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Pose of the footprint's centre.
    pub pose: Pose,
    /// Speed along the heading; negative backward.
    pub speed_mps: f64,
    /// Acceleration along the heading.
    pub accel_lon_mps2: f64,
    /// Path curvature, left positive.
    pub curvature_per_m: f64,
}

#[derive(Clone, Copy, Debug)]
struct Leg {
    from_s: f64,
    state: State,
}

#[derive(Clone)]
enum Kind {
    Legs(Vec<Leg>),
    Points(Vec<(f64, Pose)>),
    Function(Arc<dyn Fn(f64) -> State + Send + Sync>),
}

/// A motion of a footprint's centre over the time since it began (0 s; earlier is the first pose).
///
/// Legs follow one another; after the last one the body goes straight on at its last speed. So
/// `Motion::at(x, y, yaw)` alone stands still.
///
/// ```
/// use lukao_testkit::Motion;
/// let m = Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(2.0).arc(10.0, std::f64::consts::PI);
/// let end = m.state(2.0 + std::f64::consts::PI);
/// assert!((end.pose.y_m - 10.0).abs() < 1e-9); // a quarter of a circle to the left
/// ```
#[derive(Clone)]
pub struct Motion {
    kind: Kind,
    /// When the last leg ends.
    end_s: f64,
}

impl Motion {
    /// Begins at a place, standing. Metres and radians.
    #[must_use]
    pub fn at(x_m: f64, y_m: f64, yaw_rad: f64) -> Self {
        let state = State {
            pose: Pose { x_m, y_m, yaw_rad },
            speed_mps: 0.0,
            accel_lon_mps2: 0.0,
            curvature_per_m: 0.0,
        };
        Self { kind: Kind::Legs(vec![Leg { from_s: 0.0, state }]), end_s: 0.0 }
    }

    /// Passes `(t_s, x_m, y_m, yaw_rad)`, between them linear and by the short way of the yaw; stands before
    /// and after.
    ///
    /// # Panics
    /// If there is no point or the times do not rise.
    #[must_use]
    pub fn points(points: &[(f64, f64, f64, f64)]) -> Self {
        assert!(!points.is_empty() && points.windows(2).all(|w| w[0].0 < w[1].0), "times rise");
        let points: Vec<_> =
            points.iter().map(|&(t, x_m, y_m, yaw_rad)| (t, Pose { x_m, y_m, yaw_rad })).collect();
        let end_s = points[points.len() - 1].0;
        Self { kind: Kind::Points(points), end_s }
    }

    /// Any motion at all, from time in seconds to state.
    #[must_use]
    pub fn function(f: impl Fn(f64) -> State + Send + Sync + 'static) -> Self {
        Self { kind: Kind::Function(Arc::new(f)), end_s: 0.0 }
    }

    fn then(mut self, after_s: f64, change: impl FnOnce(&mut State)) -> Self {
        let from_s = self.end_s + after_s;
        let mut state = self.state(from_s);
        state.accel_lon_mps2 = 0.0;
        state.curvature_per_m = 0.0;
        change(&mut state);
        let Kind::Legs(legs) = &mut self.kind else { panic!("legs follow legs") };
        legs.push(Leg { from_s, state });
        self.end_s = from_s;
        self
    }

    /// From here on at this speed, at once; negative is backward.
    #[must_use]
    pub fn speed(self, speed_mps: f64) -> Self {
        self.then(0.0, |s| s.speed_mps = speed_mps)
    }

    /// Straight on at the same speed for a while.
    #[must_use]
    pub fn cruise(self, for_s: f64) -> Self {
        self.then(for_s, |_| {})
    }

    /// Straight on with constant acceleration along the heading for a while.
    #[must_use]
    pub fn accelerate(self, accel_mps2: f64, for_s: f64) -> Self {
        self.then(0.0, |s| s.accel_lon_mps2 = accel_mps2).then(for_s, |_| {})
    }

    /// Straight on, slowing down at `decel_mps2 > 0` to a speed (0 stops).
    #[must_use]
    pub fn brake(self, decel_mps2: f64, to_mps: f64) -> Self {
        let v = self.state(self.end_s).speed_mps;
        let for_s = (v - to_mps) / decel_mps2;
        assert!(for_s >= 0.0, "braking from {v} to {to_mps} m/s");
        self.then(0.0, |s| s.accel_lon_mps2 = -decel_mps2).then(for_s, |s| s.speed_mps = to_mps)
    }

    /// Along an arc at the same speed for a while; a positive radius turns left.
    #[must_use]
    pub fn arc(self, radius_m: f64, for_s: f64) -> Self {
        self.then(0.0, |s| s.curvature_per_m = 1.0 / radius_m).then(for_s, |_| {})
    }

    /// Stands for a while, then goes on at the speed it had (use [`Motion::speed`] to change that).
    #[must_use]
    pub fn stand(self, for_s: f64) -> Self {
        let v = self.state(self.end_s).speed_mps;
        self.then(0.0, |s| s.speed_mps = 0.0).then(for_s, |s| s.speed_mps = v)
    }

    /// Puts the body elsewhere at once, for tests of teleports.
    #[must_use]
    pub fn jump(self, dx_m: f64, dy_m: f64) -> Self {
        self.then(0.0, |s| {
            s.pose.x_m += dx_m;
            s.pose.y_m += dy_m;
        })
    }

    /// The state at a time since the beginning.
    #[must_use]
    pub fn state(&self, t_s: f64) -> State {
        match &self.kind {
            Kind::Function(f) => f(t_s),
            Kind::Points(points) => between(points, t_s),
            Kind::Legs(legs) => {
                let k = legs.partition_point(|l| l.from_s <= t_s).max(1) - 1;
                advance(&legs[k].state, (t_s - legs[k].from_s).max(0.0))
            }
        }
    }
}

/// A point's state: between points the mean velocity along the mean heading.
fn between(points: &[(f64, Pose)], t_s: f64) -> State {
    let still = |pose| State { pose, speed_mps: 0.0, accel_lon_mps2: 0.0, curvature_per_m: 0.0 };
    let k = points.partition_point(|p| p.0 <= t_s);
    let (Some(&(t0, a)), Some(&(t1, b))) = (k.checked_sub(1).and_then(|i| points.get(i)), points.get(k))
    else {
        return still(points[k.min(points.len() - 1)].1);
    };
    let pose = a.toward(&b, (t_s - t0) / (t1 - t0));
    let (sin, cos) = math::sin_cos(pose.yaw_rad);
    let speed_mps = ((b.x_m - a.x_m) * cos + (b.y_m - a.y_m) * sin) / (t1 - t0);
    State { speed_mps, ..still(pose) }
}

fn advance(from: &State, dt_s: f64) -> State {
    let (v, a, k) = (from.speed_mps, from.accel_lon_mps2, from.curvature_per_m);
    let s = v * dt_s + 0.5 * a * dt_s * dt_s;
    let Pose { x_m, y_m, yaw_rad } = from.pose;
    let (sin, cos) = math::sin_cos(yaw_rad);
    // Chord of the arc: its length and its angle to the first heading.
    let (along, across) =
        if k == 0.0 { (s, 0.0) } else { (math::sin(k * s) / k, (1.0 - math::cos(k * s)) / k) };
    State {
        pose: Pose {
            x_m: x_m + along * cos - across * sin,
            y_m: y_m + along * sin + across * cos,
            yaw_rad: math::wrap_angle(yaw_rad + k * s),
        },
        speed_mps: v + a * dt_s,
        ..*from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_follow_one_another_without_a_step() {
        let m = Motion::at(1.0, 2.0, 0.3)
            .speed(8.0)
            .cruise(1.0)
            .accelerate(2.0, 1.5)
            .arc(-20.0, 2.0)
            .brake(3.0, 0.0);
        let mut before = m.state(0.0).pose;
        for k in 1..900 {
            let s = m.state(f64::from(k) * 0.01);
            let moved = math::hypot(s.pose.x_m - before.x_m, s.pose.y_m - before.y_m);
            assert!(moved <= 0.111, "{moved} m in 10 ms at step {k}");
            before = s.pose;
        }
        assert_eq!(m.state(99.0).speed_mps, 0.0);
        assert_eq!(m.state(99.0).pose, m.state(50.0).pose);
    }

    #[test]
    fn points_are_met_and_held() {
        let m = Motion::points(&[(1.0, 0.0, 0.0, 0.0), (3.0, 4.0, 0.0, 0.0)]);
        assert_eq!((m.state(0.0).pose.x_m, m.state(2.0).pose.x_m, m.state(9.0).pose.x_m), (0.0, 2.0, 4.0));
        assert_eq!((m.state(0.5).speed_mps, m.state(2.0).speed_mps), (0.0, 2.0));
    }
}
