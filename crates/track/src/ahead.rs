//! The lane graph: what comes next, and what applies there.

use std::collections::BTreeMap;

use crate::furniture::Zone;
use crate::ix::{CrossingIx, LaneIx, PathIx, SignalIx, StopLineIx};
use crate::lane::{Path, SpeedLimit};
use crate::track::Track;

/// A stop line on the way ahead.
#[derive(Clone, Debug, PartialEq)]
pub struct StopLineAhead {
    /// The stop line.
    pub line: StopLineIx,
    /// Way to it along the lanes' centres, metres.
    pub distance_m: f64,
    /// Lane in which it is met.
    pub lane: LaneIx,
    /// Station of that lane.
    pub station_m: f64,
}

/// Most lanes that a search along the graph looks at.
const MAX_VISITED: usize = 4096;

impl Track {
    /// Lanes that traffic can go on to.
    #[must_use]
    pub fn successors(&self, lane: LaneIx) -> &[LaneIx] {
        &self.lane(lane).successors
    }

    /// Lanes that traffic comes from.
    #[must_use]
    pub fn predecessors(&self, lane: LaneIx) -> &[LaneIx] {
        &self.lane(lane).predecessors
    }

    /// Ways through the junction at the lane's end.
    pub fn paths_from(&self, lane: LaneIx) -> impl Iterator<Item = (PathIx, &Path)> {
        self.index.paths[lane.get()].iter().map(|&ix| (ix, self.path(ix)))
    }

    /// Stop lines on one lane with their stations, in order of travel.
    #[must_use]
    pub fn stop_lines_on(&self, lane: LaneIx) -> &[(f64, StopLineIx)] {
        &self.index.stop_lines[lane.get()]
    }

    /// Crossings over one lane.
    #[must_use]
    pub fn crossings_on(&self, lane: LaneIx) -> &[CrossingIx] {
        &self.index.crossings[lane.get()]
    }

    /// Signals and signs that speak to one lane, with their stations, in order of travel. One that a map repeats
    /// by reference stands at the lane's end.
    #[must_use]
    pub fn signs_on(&self, lane: LaneIx) -> &[(f64, SignalIx)] {
        &self.index.signs[lane.get()]
    }

    /// Traffic lights that govern a path.
    #[must_use]
    pub fn lights_of(&self, path: PathIx) -> &[SignalIx] {
        &self.index.lights[path.get()]
    }

    /// Zones that cover a part of one lane.
    pub fn zones_on(&self, lane: LaneIx) -> impl Iterator<Item = &Zone> {
        self.index.zones[lane.get()].iter().map(|i| &self.parts.zones[*i])
    }

    /// Lanes ahead of a place, each with the way to its begin (0 for the first), at most `within_m` away,
    /// nearest first. Where ways fork all are followed.
    fn lanes_ahead(&self, lane: LaneIx, station_m: f64, within_m: f64) -> Vec<(f64, LaneIx)> {
        let mut begin: BTreeMap<LaneIx, f64> = BTreeMap::new();
        let mut open = vec![(self.lane(lane).length_m() - station_m, lane)];
        while let Some((to_end, from)) = open.pop() {
            if to_end > within_m || begin.len() >= MAX_VISITED {
                continue;
            }
            for &next in self.successors(from) {
                if begin.get(&next).is_none_or(|&d| to_end < d) {
                    begin.insert(next, to_end);
                    open.push((to_end + self.lane(next).length_m(), next));
                }
            }
        }
        let mut out: Vec<(f64, LaneIx)> = begin.into_iter().map(|(l, d)| (d, l)).collect();
        out.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        out
    }

    /// Stop lines ahead of a place in a lane, on every way that leads on from there, nearest first; one under
    /// the place itself has distance 0.
    #[must_use]
    pub fn stop_lines_ahead(&self, lane: LaneIx, station_m: f64, within_m: f64) -> Vec<StopLineAhead> {
        let mut out = Vec::new();
        for &(at, line) in self.stop_lines_on(lane) {
            if at >= station_m && at - station_m <= within_m {
                out.push(StopLineAhead { line, distance_m: at - station_m, lane, station_m: at });
            }
        }
        for (begin, next) in self.lanes_ahead(lane, station_m, within_m) {
            for &(at, line) in self.stop_lines_on(next) {
                if begin + at <= within_m {
                    out.push(StopLineAhead { line, distance_m: begin + at, lane: next, station_m: at });
                }
            }
        }
        out.sort_by(|a, b| {
            a.distance_m.total_cmp(&b.distance_m).then((a.line, a.lane).cmp(&(b.line, b.lane)))
        });
        let mut seen: Vec<(StopLineIx, LaneIx)> = Vec::new();
        out.retain(|a| {
            let new = !seen.contains(&(a.line, a.lane));
            if new {
                seen.push((a.line, a.lane));
            }
            new
        });
        out
    }

    /// The next stop line within 200 m.
    ///
    /// ```
    /// # let track = lukao_track::example::signalised();
    /// let lane = track.lane_by_id("road 1 section 0 lane -1").unwrap();
    /// let next = track.stop_line_ahead(lane, 40.0).unwrap();
    /// assert_eq!(next.distance_m, 60.0);
    /// let line = track.stop_line(next.line);
    /// assert!(line.derived, "this map has a light but no line");
    /// assert_eq!(track.signal(line.signals[0]).number, "C_0");
    /// ```
    #[must_use]
    pub fn stop_line_ahead(&self, lane: LaneIx, station_m: f64) -> Option<StopLineAhead> {
        self.stop_lines_ahead(lane, station_m, 200.0).into_iter().next()
    }

    /// Speed limit at a place in a lane, with its source; `None` if the map does not say.
    #[must_use]
    pub fn speed_limit_at(&self, lane: LaneIx, station_m: f64) -> Option<&SpeedLimit> {
        let spans = &self.lane(lane).speeds;
        let i = spans.partition_point(|s| s.from_m <= station_m).checked_sub(1)?;
        let span = spans.get(i)?;
        (station_m <= span.to_m).then_some(&span.limit)
    }

    /// A way along the graph from one lane to another, both included, over as few lanes as possible; at most
    /// `max_lanes` of them. `None` if there is none.
    #[must_use]
    pub fn way(&self, from: LaneIx, to: LaneIx, max_lanes: usize) -> Option<Vec<LaneIx>> {
        let mut came_from: BTreeMap<LaneIx, LaneIx> = BTreeMap::new();
        let mut ring = vec![from];
        for _ in 0..max_lanes {
            if ring.contains(&to) {
                let mut way = vec![to];
                let mut at = to;
                while at != from {
                    at = *came_from.get(&at)?;
                    way.push(at);
                }
                way.reverse();
                return Some(way);
            }
            let mut next = Vec::new();
            for &lane in &ring {
                for &s in self.successors(lane) {
                    if s != from && !came_from.contains_key(&s) {
                        came_from.insert(s, lane);
                        next.push(s);
                    }
                }
            }
            ring = next;
        }
        None
    }
}
