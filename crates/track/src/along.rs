//! What a road lies in or under at a place along it.

use crate::furniture::{Structure, StructureKind};
use crate::ix::{CrossingIx, RoadIx};
use crate::plane::{convex_meet, xy};
use crate::track::Track;

impl Track {
    /// The bridge or tunnel on a road at an OpenDRIVE `s`.
    #[must_use]
    pub fn structure_at(&self, road: RoadIx, road_s_m: f64, kind: StructureKind) -> Option<&Structure> {
        let holds = |s: &&Structure| (s.from_s_m..=s.to_s_m).contains(&road_s_m);
        self.structures().iter().filter(|s| s.road == road && s.kind == kind).find(holds)
    }

    /// The first crossing that shares a point with a convex footprint (corners in order) on its level.
    #[must_use]
    pub fn crossing_under(&self, footprint_m: &[[f64; 2]], z_m: Option<f64>) -> Option<CrossingIx> {
        let over = |c: &crate::furniture::Crossing| {
            let outline: Vec<[f64; 2]> = c.outline_m.iter().copied().map(xy).collect();
            let level = c.outline_m.first().is_some_and(|p| self.same_level(z_m, p[2]));
            level && convex_meet(&outline, footprint_m)
        };
        self.crossings().find(|(_, c)| over(c)).map(|(ix, _)| ix)
    }
}
