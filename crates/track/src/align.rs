//! Moving a whole track: rotate, then shift.

use lukao_model::frame::Alignment;
use lukao_model::math::sin_cos;

use crate::plane::P3;
use crate::stations::Station;
use crate::track::Parts;

/// Where a point of the plane comes to lie.
fn turn(alignment: &Alignment) -> impl Fn([f64; 2]) -> [f64; 2] {
    let (sin, cos) = if alignment.yaw_rad == 0.0 { (0.0, 1.0) } else { sin_cos(alignment.yaw_rad) };
    let shift = alignment.shift_m;
    move |p| [p[0] * cos - p[1] * sin + shift[0], p[0] * sin + p[1] * cos + shift[1]]
}

pub(crate) fn move_stations(stations: &mut [Station], alignment: &Alignment) {
    let turn = turn(alignment);
    for station in stations {
        station.points_mut().for_each(|p| *p = turn(*p));
        station.z_m.iter_mut().flatten().for_each(|z| *z += alignment.shift_m[2]);
    }
}

pub(crate) fn moved(parts: &Parts, alignment: &Alignment) -> Parts {
    let turn = turn(alignment);
    let point = |p: &mut P3| {
        let [x, y] = turn([p[0], p[1]]);
        *p = [x, y, p[2] + alignment.shift_m[2]];
    };
    let mut out = parts.clone();
    for lane in &mut out.lanes {
        lane.left_m.iter_mut().chain(&mut lane.right_m).chain(&mut lane.centre_m).for_each(point);
    }
    out.lines.iter_mut().flat_map(|l| &mut l.points_m).for_each(point);
    out.signals.iter_mut().map(|s| &mut s.at_m).for_each(point);
    out.stop_lines.iter_mut().flat_map(|s| &mut s.points_m).for_each(point);
    out.crossings.iter_mut().flat_map(|c| &mut c.outline_m).for_each(point);
    out.zones.iter_mut().flat_map(|z| &mut z.outline_m).for_each(point);
    out.parking_spaces.iter_mut().flat_map(|p| &mut p.outline_m).for_each(point);
    out.areas.iter_mut().flat_map(|a| &mut a.outline_m).for_each(point);
    for fixture in &mut out.fixtures {
        fixture.outline_m.iter_mut().for_each(point);
        point(&mut fixture.at_m);
    }
    out
}
