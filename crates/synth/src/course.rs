//! How a body moves: a speed along a path, then perhaps another, as in a turn in three strokes.

use lukao_model::math;

use crate::path::{Path, Point};
use crate::speed::Speed;

/// From the rear axle of a car to the middle of its footprint, metres.
pub(crate) const CAR_AXLE_M: f64 = 1.35;

#[derive(Clone, Debug)]
struct Stroke {
    from_s: f64,
    path: Path,
    from_m: f64,
    speed: Speed,
    back: bool,
}

/// Strokes one after the other, each a speed along a path.
///
/// Distances along the first path mean the middle of the footprint while the path is straight: the rear axle, which
/// follows the path, is as far behind as it is on the body.
#[derive(Clone, Debug)]
pub struct Course {
    strokes: Vec<Stroke>,
    axle_m: f64,
}

/// Where the rear axle is and how it moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub point: Point,
    pub speed_mps: f64,
    pub accel_mps2: f64,
}

impl Course {
    /// A speed along a path, from its begin.
    #[must_use]
    pub fn new(path: Path, speed: Speed) -> Self {
        let stroke = Stroke { from_s: 0.0, path, from_m: 0.0, speed, back: false };
        Self { strokes: vec![stroke], axle_m: CAR_AXLE_M }
    }

    /// Stands at a place. Metres and radians.
    #[must_use]
    pub fn standing(x_m: f64, y_m: f64, yaw_rad: f64) -> Self {
        Self::new(Path::from(x_m, y_m, yaw_rad), Speed::of(0.0))
    }

    /// Begins at this distance along the path instead of 0.
    #[must_use]
    pub fn from_m(mut self, s_m: f64) -> Self {
        self.strokes[0].from_m = s_m;
        self
    }

    /// Once the speed's last leg is over, forward along a path that begins where the rear axle of the car then is.
    ///
    /// # Panics
    /// If it moves then.
    #[must_use]
    pub fn then(self, path: impl FnOnce(Path) -> Path, speed: Speed) -> Self {
        self.stroke(path, speed, false)
    }

    /// The same, backward. The path is given as it is driven: it begins at the rear axle and leads away behind the
    /// car. The speed is negative.
    ///
    /// # Panics
    /// If it moves then.
    #[must_use]
    pub fn then_back(self, path: impl FnOnce(Path) -> Path, speed: Speed) -> Self {
        self.stroke(path, speed, true)
    }

    fn stroke(mut self, path: impl FnOnce(Path) -> Path, speed: Speed, back: bool) -> Self {
        let from_s = self.end_s();
        let at = self.at(from_s);
        assert!(at.speed_mps.abs() < 1e-9, "a stroke begins at a standstill");
        let p = at.point.pose;
        let yaw_rad = if back { p.yaw_rad + std::f64::consts::PI } else { p.yaw_rad };
        let path = path(Path::from(p.x_m, p.y_m, yaw_rad));
        self.strokes.push(Stroke { from_s, path, from_m: 0.0, speed, back });
        self
    }

    /// The body whose course it is has its axle elsewhere. Several strokes are made for a car.
    pub(crate) fn with_axle_m(mut self, axle_m: f64) -> Self {
        assert!(self.strokes.len() == 1 || axle_m == self.axle_m, "only a car's course has several strokes");
        self.axle_m = axle_m;
        self
    }

    /// The same way at another speed, for a course of one stroke.
    pub(crate) fn at_speed(mut self, speed: Speed) -> Self {
        if let [only] = self.strokes.as_mut_slice() {
            only.speed = speed;
        }
        self
    }

    /// When the last leg of the last stroke ends, s.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        let last = &self.strokes[self.strokes.len() - 1];
        last.from_s + last.speed.end_s()
    }

    /// When the last stroke begins, s.
    #[must_use]
    pub fn last_from_s(&self) -> f64 {
        self.strokes[self.strokes.len() - 1].from_s
    }

    /// State of the rear axle.
    pub(crate) fn at(&self, t_s: f64) -> At {
        let k = self.strokes.partition_point(|s| s.from_s <= t_s).max(1) - 1;
        let stroke = &self.strokes[k];
        let (s, speed_mps, accel_mps2) = stroke.speed.state(t_s - stroke.from_s);
        let axle = if k == 0 { self.axle_m } else { 0.0 };
        let mut point =
            if stroke.back { stroke.path.at(-s) } else { stroke.path.at(stroke.from_m + s - axle) };
        if stroke.back {
            point.pose.yaw_rad = math::wrap_angle(point.pose.yaw_rad + std::f64::consts::PI);
            point.curvature_per_m = -point.curvature_per_m;
        }
        At { point, speed_mps, accel_mps2 }
    }
}
