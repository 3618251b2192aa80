//! The road's surface: exact points at (s, t), and all lane borders at one s.

use lukao_model::math::{sin_cos, tan};

use super::plan::Pose;
use super::record::{LaneRecord, RoadRecord};
use crate::plane::P3;

/// All borders of a lane section at one s.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// From the right edge to the left one: one more than there are lanes. On the surface, without lane heights.
    pub borders: Vec<P3>,
    /// For each lane: height above the surface at its right and left border.
    pub heights: Vec<[f64; 2]>,
}

/// A road's cross-section at one s, by the records that hold `pick`.
struct Across<'a> {
    road: &'a RoadRecord,
    pose: Pose,
    normal: [f64; 2],
    s: f64,
    pick: f64,
    elevation: f64,
    /// Sine and cosine of the superelevation.
    roll: (f64, f64),
}

impl<'a> Across<'a> {
    fn new(road: &'a RoadRecord, s: f64, pick: f64) -> Self {
        let pose = road.plan.at(s, pick);
        let (sin, cos) = sin_cos(pose.heading);
        let roll = road.superelevation.at(s, pick);
        Self {
            road,
            pose,
            normal: [-sin, cos],
            s,
            pick,
            elevation: road.elevation.at(s, pick),
            roll: if roll == 0.0 { (0.0, 1.0) } else { sin_cos(roll) },
        }
    }

    fn at(&self, t: f64) -> P3 {
        let (sin, cos) = self.roll;
        let fall = &self.road.crossfall[usize::from(t < 0.0)];
        // Positive crossfall falls to the outside, on either side.
        let drop = if fall.is_empty() { 0.0 } else { t.abs() * tan(fall.at(self.s, self.pick)) };
        let across = t * cos;
        [
            self.pose.x + self.normal[0] * across,
            self.pose.y + self.normal[1] * across,
            self.elevation + t * sin - drop + self.shape(t),
        ]
    }

    /// Height of the lateral shape: linear along s between the cross-sections that the map gives.
    fn shape(&self, t: f64) -> f64 {
        let shapes = &self.road.shape;
        let n = shapes.partition_point(|x| x.s <= self.pick);
        let Some(first) = n.checked_sub(1).and_then(|i| shapes.get(i)) else { return 0.0 };
        let a = first.across.at(t, t);
        match shapes.get(n) {
            None => a,
            Some(next) => {
                let f = (self.s - first.s) / (next.s - first.s);
                a + (next.across.at(t, t) - a) * f
            }
        }
    }
}

/// Exact point of the surface.
pub(crate) fn point(road: &RoadRecord, s: f64, t: f64) -> P3 {
    Across::new(road, s, s).at(t)
}

/// Heading of the reference line.
pub(crate) fn heading(road: &RoadRecord, s: f64) -> f64 {
    road.plan.at(s, s).heading
}

/// Exact borders of a section at `s`, by the records that hold `pick` (at a joint that chooses the side).
pub(crate) fn row(road: &RoadRecord, section: usize, s: f64, pick: f64) -> Row {
    let across = Across::new(road, s, pick);
    let record = &road.sections[section];
    let (ds, dpick) = (s - record.s, pick - record.s);
    let centre = road.lane_offset.at(s, pick);
    let mut right: Vec<P3> = Vec::with_capacity(record.right + 1);
    let mut left: Vec<P3> = Vec::with_capacity(record.lanes.len() - record.right);
    let centre_point = across.at(centre);
    // Outward from the centre on both sides.
    let (mut t, mut inner) = (centre, centre_point);
    for lane in record.lanes[..record.right].iter().rev() {
        (t, inner) = outward(&across, lane, -1.0, t, inner, ds, dpick);
        right.push(inner);
    }
    (t, inner) = (centre, centre_point);
    for lane in &record.lanes[record.right..] {
        (t, inner) = outward(&across, lane, 1.0, t, inner, ds, dpick);
        left.push(inner);
    }
    right.reverse();
    right.push(centre_point);
    right.append(&mut left);
    let heights = record
        .lanes
        .iter()
        .enumerate()
        .map(|(i, lane)| {
            let n = lane.heights.partition_point(|h| h.0 <= dpick);
            let (inner, outer) = n.checked_sub(1).map_or((0.0, 0.0), |k| {
                let (s0, i0, o0) = lane.heights[k];
                match lane.heights.get(k + 1) {
                    // Linear to the next record.
                    Some(&(s1, i1, o1)) if s1 > s0 => {
                        let f = ((ds - s0) / (s1 - s0)).clamp(0.0, 1.0);
                        (i0 + (i1 - i0) * f, o0 + (o1 - o0) * f)
                    }
                    _ => (i0, o0),
                }
            });
            if i < record.right { [outer, inner] } else { [inner, outer] }
        })
        .collect();
    Row { borders: right, heights }
}

/// The outer border of a lane: its t and its point.
fn outward(
    across: &Across<'_>,
    lane: &LaneRecord,
    side: f64,
    t_inner: f64,
    inner: P3,
    ds: f64,
    dpick: f64,
) -> (f64, P3) {
    let t = if lane.width.is_empty() && !lane.border.is_empty() {
        // Measured from the reference line; a border inside its inner neighbour leaves no width.
        let t = side * lane.border.at(ds, dpick).abs();
        if side * (t - t_inner) > 0.0 { t } else { t_inner }
    } else {
        t_inner + side * lane.width.at(ds, dpick).max(0.0)
    };
    if lane.level {
        let out = t - t_inner;
        let n = across.normal;
        (t, [inner[0] + n[0] * out, inner[1] + n[1] * out, inner[2]])
    } else {
        (t, across.at(t))
    }
}
