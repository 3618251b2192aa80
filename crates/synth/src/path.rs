//! Paths: where a body may go, with heading and curvature that never jump.

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_track::{LaneIx, Track};

/// Spacing of the points of curved parts, metres. A chord of a circle of 5 m is then 0.01 mm off.
const STEP_M: f64 = 0.02;

/// Longest run of changing curvature at either end of a turn, metres.
const EASE_M: f64 = 8.0;

/// Least spacing of points that are taken over from a lane, metres.
const LANE_POINT_M: f64 = 4.0;

/// One point of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Distance along the path, metres.
    pub s_m: f64,
    /// Place and direction.
    pub pose: Pose,
    /// Curvature, left positive.
    pub curvature_per_m: f64,
}

/// A path from part to part. Beyond both ends it goes straight on.
#[derive(Clone, Debug)]
pub struct Path {
    points: Vec<Point>,
}

impl Path {
    /// Begins at a place, in a direction. Metres and radians.
    #[must_use]
    pub fn from(x_m: f64, y_m: f64, yaw_rad: f64) -> Self {
        let pose = Pose { x_m, y_m, yaw_rad };
        Self { points: vec![Point { s_m: 0.0, pose, curvature_per_m: 0.0 }] }
    }

    /// Smoothly through points at least a few metres apart: the natural cubic spline.
    ///
    /// # Panics
    /// With fewer than two points.
    #[must_use]
    pub fn through(points_m: &[[f64; 2]]) -> Self {
        assert!(points_m.len() >= 2, "a path needs two points");
        let mut t = vec![0.0];
        for w in points_m.windows(2) {
            t.push(t[t.len() - 1] + math::hypot(w[1][0] - w[0][0], w[1][1] - w[0][1]));
        }
        let axis = |i: usize| Spline::new(&t, &points_m.iter().map(|p| p[i]).collect::<Vec<_>>());
        let (x, y) = (axis(0), axis(1));
        let at = |u: f64| {
            let (px, vx, ax) = x.at(u);
            let (py, vy, ay) = y.at(u);
            let v = math::hypot(vx, vy);
            (px, py, math::atan2(vy, vx), (vx * ay - vy * ax) / (v * v * v))
        };
        let (x_m, y_m, yaw_rad, curvature_per_m) = at(0.0);
        let mut path = Self::from(x_m, y_m, yaw_rad);
        path.points[0].curvature_per_m = curvature_per_m;
        let n = (t[t.len() - 1] / STEP_M).ceil().max(1.0) as usize;
        for k in 1..=n {
            path.push(at(t[t.len() - 1] * k as f64 / n as f64));
        }
        path
    }

    /// Along the centres of lanes that follow one another.
    ///
    /// # Panics
    /// If the lanes are shorter than a few metres.
    #[must_use]
    pub fn along(track: &Track, lanes: &[LaneIx]) -> Self {
        let mut points: Vec<[f64; 2]> = Vec::new();
        let far = |points: &[[f64; 2]], p: [f64; 2]| {
            points.last().is_none_or(|q| math::hypot(p[0] - q[0], p[1] - q[1]) >= LANE_POINT_M)
        };
        for lane in lanes.iter().map(|l| track.lane(*l)) {
            let n = (lane.length_m() / LANE_POINT_M).ceil().max(1.0) as usize;
            for k in 0..=n {
                let [x, y, _] = lane.centre_at(lane.length_m() * k as f64 / n as f64);
                if far(&points, [x, y]) {
                    points.push([x, y]);
                }
            }
        }
        Self::through(&points)
    }

    fn last(&self) -> Point {
        self.points[self.points.len() - 1]
    }

    fn push(&mut self, (x_m, y_m, yaw, curvature_per_m): (f64, f64, f64, f64)) {
        let last = self.last();
        let s_m = last.s_m + math::hypot(x_m - last.pose.x_m, y_m - last.pose.y_m);
        // Not wrapped, so that a heading between two points is the mean of theirs.
        let yaw_rad = last.pose.yaw_rad + math::angle_between(last.pose.yaw_rad, yaw);
        self.points.push(Point { s_m, pose: Pose { x_m, y_m, yaw_rad }, curvature_per_m });
    }

    /// Straight on.
    #[must_use]
    pub fn straight(mut self, length_m: f64) -> Self {
        let Point { pose, curvature_per_m, .. } = self.last();
        debug_assert!(curvature_per_m.abs() < 1e-9, "a straight part after a bend needs its curvature gone");
        let (sin, cos) = math::sin_cos(pose.yaw_rad);
        self.push((pose.x_m + length_m * cos, pose.y_m + length_m * sin, pose.yaw_rad, 0.0));
        self
    }

    /// Turns by an angle, positive to the left, at the given least radius. Curvature rises and falls evenly over at
    /// most 8 m at both ends.
    #[must_use]
    pub fn turn(self, angle_deg: f64, radius_m: f64) -> Self {
        let angle = angle_deg.to_radians();
        let ease = EASE_M.min(0.5 * angle.abs() * radius_m);
        let most = angle.signum() / radius_m;
        let yaw = self.last().pose.yaw_rad + angle;
        let mut path = self.bend(ease, most).bend(angle.abs() * radius_m - ease, most).bend(ease, 0.0);
        if let Some(end) = path.points.last_mut() {
            (end.pose.yaw_rad, end.curvature_per_m) = (yaw, 0.0);
        }
        path
    }

    /// Goes on over a length while the curvature changes evenly to another one, left positive.
    #[must_use]
    pub fn bend(mut self, length_m: f64, to_curvature_per_m: f64) -> Self {
        if length_m <= 0.0 {
            return self;
        }
        let Point { pose, curvature_per_m: from, .. } = self.last();
        let rate = (to_curvature_per_m - from) / length_m;
        let heading = |s: f64| pose.yaw_rad + s * (from + 0.5 * rate * s);
        let n = (length_m / STEP_M).ceil() as usize;
        let h = length_m / n as f64;
        for k in 0..n {
            let (a, b) = (k as f64 * h, (k + 1) as f64 * h);
            let [p, q, r] = [a, 0.5 * (a + b), b].map(|s| math::sin_cos(heading(s)));
            let simpson = |p: f64, q: f64, r: f64| h / 6.0 * (p + 4.0 * q + r);
            let Pose { x_m, y_m, .. } = self.last().pose;
            let step = (simpson(p.1, q.1, r.1), simpson(p.0, q.0, r.0));
            self.push((x_m + step.0, y_m + step.1, heading(b), from + rate * b));
        }
        self
    }

    /// Begins with the wheels turned to a curvature, as one can at a stand.
    ///
    /// # Panics
    /// After the first part.
    #[must_use]
    pub fn steered(mut self, curvature_per_m: f64) -> Self {
        assert!(self.points.len() == 1, "wheels are turned before the path begins");
        self.points[0].curvature_per_m = curvature_per_m;
        self
    }

    /// Where it ends.
    #[must_use]
    pub fn end(&self) -> Pose {
        self.last().pose
    }

    /// Moves over to the left (negative: right) while going a distance on, as in a change of lane: the smoothest
    /// polynomial of fifth degree.
    #[must_use]
    pub fn shift(mut self, left_m: f64, over_m: f64) -> Self {
        let Pose { x_m, y_m, yaw_rad } = self.last().pose;
        let (sin, cos) = math::sin_cos(yaw_rad);
        let n = (over_m / STEP_M).ceil() as usize;
        for k in 1..=n {
            let u = k as f64 / n as f64;
            let (x, y) = (over_m * u, left_m * u * u * u * (10.0 - 15.0 * u + 6.0 * u * u));
            let slope = left_m * 30.0 * u * u * (1.0 - u) * (1.0 - u) / over_m;
            let bend = left_m * 60.0 * u * (1.0 - u) * (1.0 - 2.0 * u) / (over_m * over_m);
            let stretch = math::hypot(1.0, slope);
            let yaw = yaw_rad + math::atan(slope);
            self.push((
                x_m + x * cos - y * sin,
                y_m + x * sin + y * cos,
                yaw,
                bend / (stretch * stretch * stretch),
            ));
        }
        self
    }

    /// Length, metres.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.last().s_m
    }

    /// Where the path is after a distance.
    #[must_use]
    pub fn at(&self, s_m: f64) -> Point {
        let k = self.points.partition_point(|p| p.s_m <= s_m);
        let beyond = |p: &Point| {
            let (sin, cos) = math::sin_cos(p.pose.yaw_rad);
            let d = s_m - p.s_m;
            let pose = Pose { x_m: p.pose.x_m + d * cos, y_m: p.pose.y_m + d * sin, ..p.pose };
            Point { s_m, pose, curvature_per_m: 0.0 }
        };
        if k == 0 || k == self.points.len() {
            return beyond(&self.points[k.saturating_sub(1)]);
        }
        let (a, b) = (&self.points[k - 1], &self.points[k]);
        let part = (s_m - a.s_m) / (b.s_m - a.s_m);
        let mix = |a: f64, b: f64| a + (b - a) * part;
        let pose = Pose {
            x_m: mix(a.pose.x_m, b.pose.x_m),
            y_m: mix(a.pose.y_m, b.pose.y_m),
            yaw_rad: mix(a.pose.yaw_rad, b.pose.yaw_rad),
        };
        Point { s_m, pose, curvature_per_m: mix(a.curvature_per_m, b.curvature_per_m) }
    }
}

/// A natural cubic spline of one coordinate.
struct Spline {
    t: Vec<f64>,
    y: Vec<f64>,
    /// Second derivatives at the knots.
    m: Vec<f64>,
}

impl Spline {
    fn new(t: &[f64], y: &[f64]) -> Self {
        let n = t.len();
        let (mut m, mut c) = (vec![0.0; n], vec![0.0; n]);
        // Thomas' algorithm for the three-diagonal system; no bend at both ends.
        for i in 1..n - 1 {
            let (h0, h1) = (t[i] - t[i - 1], t[i + 1] - t[i]);
            let d = 6.0 * ((y[i + 1] - y[i]) / h1 - (y[i] - y[i - 1]) / h0);
            let pivot = 2.0 * (h0 + h1) - h0 * c[i - 1];
            c[i] = h1 / pivot;
            m[i] = (d - h0 * m[i - 1]) / pivot;
        }
        for i in (1..n - 1).rev() {
            m[i] -= c[i] * m[i + 1];
        }
        Self { t: t.to_vec(), y: y.to_vec(), m }
    }

    /// Value, first and second derivative.
    fn at(&self, u: f64) -> (f64, f64, f64) {
        let i = self.t.partition_point(|t| *t <= u).clamp(1, self.t.len() - 1);
        let h = self.t[i] - self.t[i - 1];
        let (a, b) = ((self.t[i] - u) / h, (u - self.t[i - 1]) / h);
        let (y0, y1, m0, m1) = (self.y[i - 1], self.y[i], self.m[i - 1], self.m[i]);
        let value = a * y0 + b * y1 + ((a * a * a - a) * m0 + (b * b * b - b) * m1) * h * h / 6.0;
        let slope = (y1 - y0) / h + h / 6.0 * ((1.0 - 3.0 * a * a) * m0 + (3.0 * b * b - 1.0) * m1);
        (value, slope, a * m0 + b * m1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends_at_its_angle_and_holds_its_radius() {
        let p = Path::from(1.0, 2.0, 0.5).straight(10.0).turn(90.0, 20.0);
        let end = p.at(p.length_m());
        assert!((end.pose.yaw_rad - 0.5 - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert!((p.at(10.0 + 20.0).curvature_per_m - 0.05).abs() < 1e-9);
        assert!(end.curvature_per_m.abs() < 1e-9);
        // Length: the angle at full curvature, and one ease more.
        assert!((p.length_m() - (10.0 + 20.0 * std::f64::consts::FRAC_PI_2 + 8.0)).abs() < 1e-4);
    }

    #[test]
    fn the_heading_is_the_way_it_goes_everywhere() {
        let paths = [
            Path::from(0.0, 0.0, 0.0).straight(5.0).turn(-120.0, 8.0).straight(3.0).shift(3.5, 30.0),
            Path::through(&[[0.0, 0.0], [20.0, 0.0], [40.0, 8.0], [60.0, 8.0], [70.0, 20.0]]),
        ];
        for path in paths {
            let n = (path.length_m() / 0.1) as usize;
            for k in 1..n {
                let (a, b) = (path.at(0.1 * k as f64 - 0.01), path.at(0.1 * k as f64 + 0.01));
                let (dx, dy) = (b.pose.x_m - a.pose.x_m, b.pose.y_m - a.pose.y_m);
                assert!((math::hypot(dx, dy) - 0.02).abs() < 1e-5, "stations are distances");
                let off = math::angle_between(math::atan2(dy, dx), a.pose.yaw_rad).abs();
                assert!(off < 0.005, "{off} rad at {} m", a.s_m);
                let turned = (b.pose.yaw_rad - a.pose.yaw_rad) / 0.02;
                assert!((turned - a.curvature_per_m).abs() < 0.01, "{turned} at {} m", a.s_m);
            }
        }
    }

    #[test]
    fn a_shift_ends_parallel_at_its_offset() {
        let p = Path::from(0.0, 0.0, 0.0).shift(3.5, 40.0).straight(10.0);
        let end = p.at(p.length_m());
        assert!((end.pose.x_m - 50.0).abs() < 1e-9 && (end.pose.y_m - 3.5).abs() < 1e-9);
        assert!(end.pose.yaw_rad.abs() < 1e-12);
    }

    #[test]
    fn splines_meet_their_points_and_follow_a_circle() {
        let circle: Vec<[f64; 2]> = (0..20)
            .map(|k| {
                let (sin, cos) = math::sin_cos(0.1 * f64::from(k));
                [50.0 * cos, 50.0 * sin]
            })
            .collect();
        let p = Path::through(&circle);
        for k in 4..12 {
            let x = p.at(f64::from(k) * 5.0);
            assert!((math::hypot(x.pose.x_m, x.pose.y_m) - 50.0).abs() < 0.01, "{x:?}");
            assert!((x.curvature_per_m - 0.02).abs() < 1e-3, "{x:?}");
        }
    }
}
