//! Points of a body from its pose: corners, bumpers, wheels.

use lukao_model::drive::{Pose, Run};
use lukao_model::outcome::Uncertainty;
use lukao_model::vehicle::{BoxSize, VehicleSheet};
use lukao_track::Body;
use nalgebra::{Isometry2, Point2, Vector2};

/// A point fixed to a body, metres forward and left of the footprint's centre, moved to the drive's frame.
#[must_use]
pub fn point_m(pose: &Pose, own_m: [f64; 2]) -> [f64; 2] {
    let p = isometry(pose) * Point2::new(own_m[0], own_m[1]);
    [p.x, p.y]
}

/// Several such points: sine and cosine are worked out once.
#[must_use]
pub fn points_m(pose: &Pose, own_m: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let isometry = isometry(pose);
    let at = |own: &[f64; 2]| {
        let p = isometry * Point2::new(own[0], own[1]);
        [p.x, p.y]
    };
    own_m.iter().map(at).collect()
}

fn isometry(pose: &Pose) -> Isometry2<f64> {
    // From sine and cosine of our own, so that every platform gives the same bits.
    let (sin, cos) = lukao_model::math::sin_cos(pose.yaw_rad);
    let rotation = nalgebra::UnitComplex::from_cos_sin_unchecked(cos, sin);
    Isometry2::from_parts(Vector2::new(pose.x_m, pose.y_m).into(), rotation)
}

/// Corners of the footprint in its own frame: front left, rear left, rear right, front right.
#[must_use]
pub fn own_corners_m(size: &BoxSize) -> [[f64; 2]; 4] {
    let (x, y) = (0.5 * size.length_m, 0.5 * size.width_m);
    [[x, y], [-x, y], [-x, -y], [x, -y]]
}

/// Corners of the footprint in the drive's frame, in the order of [`own_corners_m`].
#[must_use]
pub fn corners_m(pose: &Pose, size: &BoxSize) -> [[f64; 2]; 4] {
    let isometry = isometry(pose);
    own_corners_m(size).map(|c| {
        let p = isometry * Point2::new(c[0], c[1]);
        [p.x, p.y]
    })
}

/// The footprint at a pose, as the track is asked about it.
pub(crate) fn footprint(pose: &Pose, size: &BoxSize) -> Body {
    let (sin, cos) = lukao_model::math::sin_cos(pose.yaw_rad);
    Body {
        centre_m: [pose.x_m, pose.y_m],
        along: [cos, sin],
        half_m: [0.5 * size.length_m, 0.5 * size.width_m],
    }
}

/// A box that holds the footprints of a run at some samples, which should be few: the more it turns, the larger it is.
pub(crate) fn footprint_over(run: &Run, samples: std::ops::Range<usize>) -> Body {
    let (x, y, yaw) = (run.x_m.values(), run.y_m.values(), run.yaw_rad.values());
    let first = samples.start;
    let (sin, cos) = lukao_model::math::sin_cos(yaw[first]);
    let (mut lo, mut hi, mut turn) = ([0.0_f64; 2], [0.0_f64; 2], 0.0_f64);
    for i in samples {
        let (dx, dy) = (x[i] - x[first], y[i] - y[first]);
        for (d, v) in [dx * cos + dy * sin, dy * cos - dx * sin].into_iter().enumerate() {
            lo[d] = if v < lo[d] { v } else { lo[d] };
            hi[d] = if v > hi[d] { v } else { hi[d] };
        }
        if yaw[i] != yaw[first] {
            turn = turn.max(lukao_model::math::angle_between(yaw[first], yaw[i]).abs());
        }
    }
    // A side that turns by an angle reaches out by no more than the other side × the angle.
    let (length, width) = (0.5 * run.size.length_m, 0.5 * run.size.width_m);
    let (ahead, left) = (0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]));
    Body {
        centre_m: [x[first] + ahead * cos - left * sin, y[first] + ahead * sin + left * cos],
        along: [cos, sin],
        half_m: [
            0.5 * (hi[0] - lo[0]) + length + width * turn,
            0.5 * (hi[1] - lo[1]) + width + length * turn,
        ],
    }
}

/// Whether two footprints are too far apart to touch, however they are turned.
pub(crate) fn apart(a: (&Pose, &BoxSize), b: (&Pose, &BoxSize)) -> bool {
    let reach = |size: &BoxSize| 0.5 * (size.length_m + size.width_m);
    let (x, y, most) = (a.0.x_m - b.0.x_m, a.0.y_m - b.0.y_m, reach(a.1) + reach(b.1));
    // Rounding costs far less than that.
    let most = most + 1e-6;
    x * x + y * y > most * most
}

/// Outer edges of the four tyres on the ground in the body's own frame: front left, rear left, rear right, front
/// right. `None` if the sheet does not give wheelbase, front overhang, both tracks and the tyre width; it is never
/// guessed from the box.
#[must_use]
pub fn own_wheels_m(size: &BoxSize, sheet: Option<&VehicleSheet>) -> Option<[[f64; 2]; 4]> {
    let sheet = sheet?;
    let front = 0.5 * sheet.length_m.unwrap_or(size.length_m) - sheet.front_overhang_m?;
    let rear = front - sheet.wheelbase_m?;
    let tyre = 0.5 * sheet.tyre_width_m?;
    let (yf, yr) = (0.5 * sheet.front_track_m? + tyre, 0.5 * sheet.rear_track_m? + tyre);
    Some([[front, yf], [rear, yr], [rear, -yr], [front, -yf]])
}

/// Angles up to this between a heading and a lane's direction are taken for the coarseness of the lane's sampled
/// course, rad.
const COARSE_RAD: f64 = 0.05;

/// The angle between a heading and a lane's direction, less what may be the lane's coarseness: brought nearer to
/// 0 or to ±π, whichever is nearer, by up to 0.05 rad.
#[must_use]
pub fn off_course_rad(angle_rad: f64) -> f64 {
    let angle = lukao_model::math::wrap_angle(angle_rad).abs();
    let pi = std::f64::consts::PI;
    if angle <= 0.5 * pi { (angle - COARSE_RAD).max(0.0) } else { (angle + COARSE_RAD).min(pi) }
}

/// Half the extent of a footprint along a lane whose direction makes an angle with its heading, metres; see
/// [`off_course_rad`].
#[must_use]
pub fn half_extent_m(size: &BoxSize, angle_rad: f64) -> f64 {
    let (sin, cos) = lukao_model::math::sin_cos(off_course_rad(angle_rad));
    0.5 * (size.length_m * cos.abs() + size.width_m * sin.abs())
}

/// How well the edge of a run's body is known at sample `i`, m: position, half of the size's, the yaw's × half the diagonal.
#[must_use]
pub fn edge_u(run: &Run, i: usize) -> Uncertainty {
    let known = Uncertainty::from_option;
    let reach = 0.5 * lukao_model::math::hypot(run.size.length_m, run.size.width_m);
    known(run.accuracy.position_m.at(i))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(known(run.accuracy.yaw_rad.at(i)).times(reach))
}

/// Half the extent of a footprint across a lane whose direction makes an angle with its heading, metres; see
/// [`off_course_rad`].
#[must_use]
pub fn half_side_m(size: &BoxSize, angle_rad: f64) -> f64 {
    let (sin, cos) = lukao_model::math::sin_cos(off_course_rad(angle_rad));
    0.5 * (size.length_m * sin.abs() + size.width_m * cos.abs())
}

/// Half the extent of a footprint across a lane whose direction makes an angle with its heading, metres, and a little for what
/// a bend adds.
#[must_use]
pub fn half_across_m(size: &BoxSize, angle_rad: f64) -> f64 {
    const BEND_M: f64 = 0.3;
    let (sin, cos) = lukao_model::math::sin_cos(angle_rad);
    0.5 * (size.length_m * sin.abs() + size.width_m * cos.abs()) + BEND_M
}

#[cfg(test)]
mod tests {
    use super::*;
    use lukao_model::math;
    use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

    #[test]
    fn a_body_that_looks_north_has_its_left_to_the_west() {
        let pose = Pose { x_m: 10.0, y_m: 5.0, yaw_rad: std::f64::consts::FRAC_PI_2 };
        let p = point_m(&pose, [2.0, 1.0]);
        assert!((p[0] - 9.0).abs() < 1e-12 && (p[1] - 7.0).abs() < 1e-12, "{p:?}");
    }

    #[test]
    fn wheels_are_not_guessed() {
        let size = BoxSize { length_m: 4.5, width_m: 1.8, height_m: None, accuracy_m: None };
        assert_eq!(own_wheels_m(&size, None), None);
        let sheet =
            VehicleSheet { wheelbase_m: Some(2.7), front_overhang_m: Some(0.9), ..VehicleSheet::default() };
        assert_eq!(own_wheels_m(&size, Some(&sheet)), None);
        let sheet = VehicleSheet {
            front_track_m: Some(1.5),
            rear_track_m: Some(1.52),
            tyre_width_m: Some(0.2),
            ..sheet
        };
        let wheels = own_wheels_m(&size, Some(&sheet)).unwrap();
        assert!((wheels[0][0] - 1.35).abs() < 1e-12 && (wheels[1][0] + 1.35).abs() < 1e-12);
        assert!((wheels[3][1] + 0.85).abs() < 1e-12);
    }

    #[test]
    fn a_box_over_several_samples_holds_all_footprints() {
        let mut turned = 0;
        for k in 0..200_i32 {
            let (bend, speed) = (f64::from(k % 20 - 10) * 0.02, f64::from(k % 7) * 0.7);
            let at = |i: i32| {
                let yaw = 3.0 + f64::from(k) + bend * f64::from(i);
                let way = speed * f64::from(i);
                (1e6 + way * math::cos(yaw), way * math::sin(yaw) - 4e6, math::wrap_angle(yaw))
            };
            let car = ActorBuilder::car("car").motion(Motion::points(
                &(0..12).map(|i| (f64::from(i) * 0.1, at(i).0, at(i).1, at(i).2)).collect::<Vec<_>>(),
            ));
            let drive = DriveBuilder::new("one").span_s(0.0, 1.0).hz(10.0).ego(car).build();
            let run = &drive.runs()[0];
            let all = footprint_over(run, 2..10);
            for i in 2..10 {
                for c in corners_m(&run.pose(i), &run.size) {
                    let (x, y) = (c[0] - all.centre_m[0], c[1] - all.centre_m[1]);
                    let (along, across) =
                        (x * all.along[0] + y * all.along[1], y * all.along[0] - x * all.along[1]);
                    let inside = along.abs() <= all.half_m[0] + 1e-6 && across.abs() <= all.half_m[1] + 1e-6;
                    assert!(inside, "{k} {i}: {along} {across} {all:?}");
                }
            }
            turned += usize::from(bend != 0.0);
        }
        assert!(turned > 100);
    }
}
