//! Stop lines: painted ones, and the ends of signalled approaches that have none.

use std::collections::{BTreeMap, BTreeSet};

use super::Notes;
use super::record::Map;
use super::signals::Placement;
use crate::furniture::{LanePoint, SignalKind, StopLine};
use crate::ix::{LaneIx, SignalIx, StopLineIx};
use crate::plane::P3;
use crate::track::Parts;

/// How far before the end of the approach its stop line may lie, metres.
const SEARCH_M: f64 = 60.0;

/// Stop lines that the map gives as signs (such as German marking 294): across the lanes that they are valid for.
pub(crate) fn painted(map: &Map, placements: &[Placement], parts: &mut Parts, notes: &mut Notes) {
    for p in placements {
        let signal = &parts.signals[p.signal.get()];
        if signal.kind != SignalKind::StopLine {
            continue;
        }
        let id = format!("stop line {} / road {}", signal.number, map.roads[p.road].number);
        let at: Vec<LanePoint> = p
            .lanes
            .iter()
            .map(|&lane| LanePoint { lane, station_m: parts.lanes[lane.get()].station_at(p.s) })
            .collect();
        match across(parts, &at) {
            Some(points_m) => {
                parts.stop_lines.push(StopLine {
                    id,
                    points_m,
                    lanes: at,
                    signals: Vec::new(),
                    derived: false,
                });
            }
            None => notes.add(format!("{id}: no traffic lane there, left out")),
        }
    }
}

/// A line over lanes at their stations, from the leftmost border to the rightmost one.
fn across(parts: &Parts, at: &[LanePoint]) -> Option<Vec<P3>> {
    let first = at.first()?;
    let lane = &parts.lanes[first.lane.get()];
    let heading = lane.heading_at(first.station_m);
    let (sin, cos) = lukao_model::math::sin_cos(heading);
    let (o, _) = lane.borders_at(first.station_m);
    let mut points: Vec<P3> = at
        .iter()
        .flat_map(|p| {
            let (l, r) = parts.lanes[p.lane.get()].borders_at(p.station_m);
            [l, r]
        })
        .collect();
    let leftness = |p: &P3| -(p[0] - o[0]) * sin + (p[1] - o[1]) * cos;
    points.sort_by(|a, b| leftness(b).total_cmp(&leftness(a)));
    points.dedup_by(|b, a| super::sample::distance(*a, *b) < 1e-3);
    (points.len() > 1).then_some(points)
}

/// Joins traffic lights and stop lines, and derives the lines that are missing.
pub(crate) fn resolve(parts: &mut Parts, placements: &[Placement]) {
    let mut links: BTreeSet<(SignalIx, StopLineIx)> = BTreeSet::new();
    let mut derived: BTreeMap<LaneIx, StopLineIx> = BTreeMap::new();
    let mut painted: Vec<Vec<(f64, StopLineIx)>> = vec![Vec::new(); parts.lanes.len()];
    for (i, line) in parts.stop_lines.iter().enumerate() {
        for at in &line.lanes {
            painted[at.lane.get()].push((at.station_m, StopLineIx::new(i)));
        }
    }
    let mut placed: Vec<Vec<&Placement>> = vec![Vec::new(); parts.signals.len()];
    for p in placements {
        placed[p.signal.get()].push(p);
    }
    for (i, places) in placed.iter().enumerate() {
        let signal = &parts.signals[i];
        if signal.kind != SignalKind::TrafficLight {
            continue;
        }
        let ix = SignalIx::new(i);
        let mut approaches: Vec<LaneIx> = signal.governs.iter().map(|p| parts.paths[p.get()].from).collect();
        approaches.sort_unstable();
        approaches.dedup();
        for lane in approaches {
            let station = parts.lanes[lane.get()].length_m();
            let found = before(parts, &painted, lane);
            if found.is_empty() {
                let line = derive(parts, &mut derived, lane, station, "end of");
                links.insert((ix, line));
            }
            links.extend(found.into_iter().map(|line| (ix, line)));
        }
        // A light away from any junction stops traffic where it stands.
        if parts.signals[i].governs.is_empty() {
            for p in places {
                for &lane in &p.lanes {
                    let l = &parts.lanes[lane.get()];
                    if l.in_junction {
                        continue;
                    }
                    let station = l.station_at(p.s);
                    let near = nearest_before(&painted[lane.get()], station);
                    let line = match near {
                        Some(line) => line,
                        None => {
                            let place = format!("signal {} over", parts.signals[i].number);
                            derive(parts, &mut derived, lane, station, &place)
                        }
                    };
                    links.insert((ix, line));
                }
            }
        }
    }
    for (signal, line) in links {
        parts.signals[signal.get()].stop_lines.push(line);
        parts.stop_lines[line.get()].signals.push(signal);
    }
}

fn derive(
    parts: &mut Parts,
    derived: &mut BTreeMap<LaneIx, StopLineIx>,
    lane: LaneIx,
    station_m: f64,
    place: &str,
) -> StopLineIx {
    if let Some(line) = derived.get(&lane) {
        return *line;
    }
    let l = &parts.lanes[lane.get()];
    let (left, right) = l.borders_at(station_m);
    let line = StopLine {
        id: format!("{place} {}", l.id),
        points_m: vec![left, right],
        lanes: vec![LanePoint { lane, station_m }],
        signals: Vec::new(),
        derived: true,
    };
    let ix = StopLineIx::new(parts.stop_lines.len());
    parts.stop_lines.push(line);
    derived.insert(lane, ix);
    ix
}

/// Painted stop lines that end this approach: the last one on each way to its end.
fn before(parts: &Parts, painted: &[Vec<(f64, StopLineIx)>], lane: LaneIx) -> Vec<StopLineIx> {
    let mut out = Vec::new();
    let mut seen = vec![lane];
    let mut open = vec![(lane, 0.0)];
    while let Some((at, beyond)) = open.pop() {
        let l = &parts.lanes[at.get()];
        let last =
            painted[at.get()].iter().filter(|(station, _)| beyond + l.length_m() - station <= SEARCH_M);
        if let Some((_, line)) = last.max_by(|a, b| a.0.total_cmp(&b.0)) {
            out.push(*line);
            continue;
        }
        let further = beyond + l.length_m();
        if further < SEARCH_M {
            for &p in &l.predecessors {
                if !parts.lanes[p.get()].in_junction && !seen.contains(&p) {
                    seen.push(p);
                    open.push((p, further));
                }
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn nearest_before(painted: &[(f64, StopLineIx)], station: f64) -> Option<StopLineIx> {
    painted
        .iter()
        .filter(|(at, _)| *at <= station + 1.0 && station - at <= SEARCH_M)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, line)| *line)
}
