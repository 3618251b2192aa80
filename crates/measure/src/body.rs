//! Points of a body from its pose: corners, bumpers, wheels.

use lukao_model::drive::{Pose, Run};
use lukao_model::outcome::Uncertainty;
use lukao_model::vehicle::{BoxSize, VehicleSheet};
use nalgebra::{Isometry2, Point2, Vector2};

/// A point fixed to a body, metres forward and left of the footprint's centre, moved to the drive's frame.
#[must_use]
pub fn point_m(pose: &Pose, own_m: [f64; 2]) -> [f64; 2] {
    let p = isometry(pose) * Point2::new(own_m[0], own_m[1]);
    [p.x, p.y]
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
    own_corners_m(size).map(|c| point_m(pose, c))
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
}
