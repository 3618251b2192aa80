//! Routes: from gate to gate of a station along the lanes, changing lanes where that is needed.

use std::collections::BTreeMap;

use crate::ix::LaneIx;
use crate::lane::{Lane, Travel};
use crate::plane::{cross, meet, sub, xy};
use crate::stations::{Gate, Station};
use crate::track::Track;

/// What a change of lane costs, metres of way: who can go without one does.
const CHANGE_M: f64 = 40.0;
/// Longest route that is looked for, metres.
const MOST_M: f64 = 5_000.0;
/// Most lanes that a search looks at.
const MOST_LANES: usize = 4096;

/// A stretch of a lane that a route uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouteLeg {
    /// The lane.
    pub lane: LaneIx,
    /// From this station, metres.
    pub from_m: f64,
    /// To this station, metres.
    pub to_m: f64,
    /// The next leg is the lane beside this one instead of the one that follows.
    pub changes: bool,
}

/// A way along lanes from one gate to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Stretches of lanes in order; where lanes are changed, both legs hold the whole stretch beside one another.
    pub legs: Vec<RouteLeg>,
    /// Length without what lies beside, metres.
    pub length_m: f64,
}

impl Track {
    /// Where the middles of traffic lanes pass a gate in its direction, with their stations, from the driver's right to
    /// his left. Lanes used both ways pass if their course does.
    #[must_use]
    pub fn lanes_through(&self, gate: &Gate) -> Vec<(LaneIx, f64)> {
        let mut out: Vec<(f64, LaneIx, f64)> = Vec::new();
        for (ix, lane) in self.lanes() {
            if !lane.kind.is_traffic() || !self.near_gate(ix, gate) {
                continue;
            }
            for (k, pair) in lane.centre_m.windows(2).enumerate() {
                let (a, b) = (xy(pair[0]), xy(pair[1]));
                let Some((f, g)) = meet(a, b, gate[0], gate[1]) else { continue };
                // From the left end to the right one, forward lies to the left of the gate.
                if cross(sub(gate[1], gate[0]), sub(b, a)) > 0.0 {
                    let station = lane.stations_m[k] + f * (lane.stations_m[k + 1] - lane.stations_m[k]);
                    out.push((g, ix, station));
                    break;
                }
            }
        }
        out.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        out.into_iter().map(|(_, lane, station)| (lane, station)).collect()
    }

    fn near_gate(&self, lane: LaneIx, gate: &Gate) -> bool {
        let (lo, hi) = self.lane_bounds(lane);
        (0..2).all(|d| lo[d] <= gate[0][d].max(gate[1][d]) && gate[0][d].min(gate[1][d]) <= hi[d])
    }

    /// The shortest way along lanes from a station's entry to its exit, with as few changes of lane as possible; of equal
    /// ones that which begins farthest to the right. `None` for a zone, and where no lanes lead from gate to gate.
    #[must_use]
    pub fn station_route(&self, station: &Station) -> Option<Route> {
        let (entry, exit) = (station.entry.as_ref()?, station.exit.as_ref()?);
        let exits = self.lanes_through(exit);
        let mut best: Option<(f64, Route)> = None;
        for (lane, from_m) in self.lanes_through(entry) {
            let found = self.route(lane, from_m, &exits);
            if let Some(found) = found.filter(|f| best.as_ref().is_none_or(|b| f.0 < b.0 - 1e-6)) {
                best = Some(found);
            }
        }
        best.map(|b| b.1)
    }

    /// The cheapest way from a place to one of several, with its cost.
    fn route(&self, start: LaneIx, from_m: f64, goals: &[(LaneIx, f64)]) -> Option<(f64, Route)> {
        // Cost at which a lane is entered, where, from which lane, and whether from beside.
        let mut seen: BTreeMap<LaneIx, (f64, f64, Option<LaneIx>, bool)> = BTreeMap::new();
        let mut open = vec![(0.0, start, from_m, None, false)];
        while let Some((cost, lane, at, came, beside)) = take_least(&mut open) {
            if seen.contains_key(&lane) || seen.len() >= MOST_LANES || cost > MOST_M {
                continue;
            }
            seen.insert(lane, (cost, at, came, beside));
            if goals.iter().any(|(l, s)| *l == lane && *s >= at) {
                continue;
            }
            let l = self.lane(lane);
            for &next in self.successors(lane) {
                open.push((cost + l.length_m() - at, next, 0.0, Some(lane), false));
            }
            for next in [l.left, l.right].into_iter().flatten() {
                let n = self.lane(next);
                if n.kind.is_traffic() && n.travel == l.travel && l.travel != Travel::Both {
                    let there = n.station_at(l.road_s_at(at));
                    open.push((cost + CHANGE_M, next, there, Some(lane), true));
                }
            }
        }
        let reached = |(goal, to): &(LaneIx, f64)| {
            let (cost, at, ..) = seen.get(goal)?;
            (to >= at).then(|| (cost + to - at, *goal, *to))
        };
        let (cost, goal, to_m) = goals.iter().filter_map(reached).min_by(|a, b| a.0.total_cmp(&b.0))?;
        let mut legs = Vec::new();
        let (mut lane, mut to, mut changes) = (goal, to_m, false);
        let mut length_m = 0.0;
        loop {
            let (_, at, came, beside) = seen[&lane];
            legs.push(RouteLeg { lane, from_m: at, to_m: to, changes });
            if !changes {
                length_m += to - at;
            }
            let Some(before) = came else { break };
            // Beside: the lane that is left runs as far as the one that is taken.
            let l = self.lane(before);
            to = if beside { l.station_at(self.lane(lane).road_s_at(to)) } else { l.length_m() };
            (lane, changes) = (before, beside);
        }
        legs.reverse();
        Some((cost, Route { legs, length_m }))
    }

    /// A route made longer: back along the straightest predecessors, on along the straightest successors, metres. It ends
    /// where lanes do.
    #[must_use]
    pub fn extended(&self, route: &Route, back_m: f64, on_m: f64) -> Route {
        let mut out = route.clone();
        let mut left = back_m;
        while let Some(first) = out.legs.first_mut() {
            let by = left.min(first.from_m);
            first.from_m -= by;
            out.length_m += by;
            left -= by;
            if left <= 1e-9 {
                break;
            }
            // A lane that is left later has to begin where the one beside it does.
            let (lane, travel) = (first.lane, self.lane(first.lane));
            let straight = |p: &LaneIx| {
                let p = self.lane(*p);
                turning(p, travel)
            };
            let before =
                self.predecessors(lane).iter().copied().filter(|p| out.legs.iter().all(|l| l.lane != *p));
            let Some(before) = before.min_by(|a, b| straight(a).total_cmp(&straight(b)).then(a.cmp(b)))
            else {
                break;
            };
            let end = self.lane(before).length_m();
            out.legs.insert(0, RouteLeg { lane: before, from_m: end, to_m: end, changes: false });
        }
        let mut left = on_m;
        while let Some(last) = out.legs.last_mut() {
            let l = self.lane(last.lane);
            let by = left.min(l.length_m() - last.to_m);
            last.to_m += by;
            out.length_m += by;
            left -= by;
            if left <= 1e-9 {
                break;
            }
            let lane = last.lane;
            let after =
                self.successors(lane).iter().copied().filter(|n| out.legs.iter().all(|l| l.lane != *n));
            let bend = |n: &LaneIx| turning(l, self.lane(*n));
            let Some(after) = after.min_by(|a, b| bend(a).total_cmp(&bend(b)).then(a.cmp(b))) else { break };
            out.legs.push(RouteLeg { lane: after, from_m: 0.0, to_m: 0.0, changes: false });
        }
        out
    }
}

/// How much is turned over two lanes in a row, rad.
fn turning(a: &Lane, b: &Lane) -> f64 {
    let over =
        |l: &Lane| lukao_model::math::angle_between(l.heading_at(0.0), l.heading_at(l.length_m())).abs();
    if a.in_junction || b.in_junction { over(a) + over(b) } else { 0.0 }
}

/// The open way of least cost; of equal ones the one that was found first.
fn take_least<T: Copy>(open: &mut Vec<(f64, LaneIx, f64, T, bool)>) -> Option<(f64, LaneIx, f64, T, bool)> {
    let least = (0..open.len()).min_by(|a, b| open[*a].0.total_cmp(&open[*b].0).then(a.cmp(b)))?;
    Some(open.remove(least))
}
