//! Gaps between the connecting lanes of a junction. Maps draw a lane for each way through a junction, and
//! leave out the pavement between them; a turning vehicle's corner may well be there.

use lukao_model::math::sin_cos;

use crate::index::{around, height_near, quad, triangles};
use crate::plane::{P2, convex_meet};
use crate::track::Track;

/// How far away the lanes around a gap may be, metres. What is wider is an island.
const REACH_M: f64 = 10.0;
/// Directions that are looked into.
const DIRECTIONS: usize = 24;

impl Track {
    /// Whether the point lies in a gap between connecting lanes: in no lane of a kind that the map makes
    /// undrivable, with drivable lanes within 10 m in every direction, most of them inside a junction.
    pub(crate) fn in_junction_gap(&self, p: P2, z_m: Option<f64>) -> bool {
        let mut near: Vec<(bool, [[P2; 3]; 2])> = Vec::new();
        for cell in self.index.cells.locate_in_envelope_intersecting(around(&[p], REACH_M)) {
            let (lane, i) = (self.lane(cell.of), cell.i as usize);
            if self.is_drivable(lane.kind) && self.same_level(z_m, height_near(lane, i, p)) {
                near.push((lane.in_junction, triangles(quad(lane, i))));
            }
        }
        if !near.iter().any(|(in_junction, _)| *in_junction) {
            return false;
        }
        let step = std::f64::consts::TAU / DIRECTIONS as f64;
        let mut inside = 0;
        for k in 0..DIRECTIONS {
            let (sin, cos) = sin_cos(step * k as f64);
            let ray = [p, [p[0] + cos * REACH_M, p[1] + sin * REACH_M]];
            let meets = |t: &[[P2; 3]; 2]| t.iter().any(|t| convex_meet(t, &ray));
            if near.iter().any(|(j, t)| *j && meets(t)) {
                inside += 1;
            } else if !near.iter().any(|(j, t)| !*j && meets(t)) {
                return false;
            }
        }
        inside * 2 > DIRECTIONS
            && self.lanes_at(p, z_m).iter().all(|h| self.is_drivable(self.lane(h.lane).kind))
    }
}
