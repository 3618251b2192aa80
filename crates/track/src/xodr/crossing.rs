//! Crossings: the stretches of lane that they cover, and the lights that belong to them.

use lukao_model::math::sin_cos;
use rstar::RTree;

use super::Notes;
use super::record::Map;
use super::surface;
use crate::furniture::{Crossing, LaneStretch, SignalKind};
use crate::index::{Item, around, bounds, cells};
use crate::ix::{LaneIx, SignalIx};
use crate::lane::Lane;
use crate::plane::{P2, P3, dist, in_polygon, meet, xy};
use crate::query::LEVEL_TOLERANCE_M;
use crate::track::Parts;

/// How far from a crossing's corner a light for pedestrians may stand, metres.
const PEDESTRIAN_LIGHT_M: f64 = 6.0;
/// Largest crossing, metres.
const MAX_CROSSING_M: f64 = 300.0;

/// Finds the lanes that zones cover.
pub(crate) fn resolve_zones(parts: &mut Parts) {
    if parts.zones.is_empty() {
        return;
    }
    let cells = cells(parts);
    let mut zones = std::mem::take(&mut parts.zones);
    for z in &mut zones {
        let flat: Vec<P2> = z.outline_m.iter().copied().map(xy).collect();
        // The middle of a lane counts: an area beside a lane touches its border.
        z.lanes = stretches(parts, &cells, &z.outline_m, &flat, |l| vec![&l.centre_m]);
    }
    parts.zones = zones;
}

/// Completes the crossings that objects gave, and adds those that signs give.
pub(crate) fn resolve(map: &Map, parts: &mut Parts, notes: &mut Notes) {
    if !parts.crossings.is_empty() {
        let cells = cells(parts);
        let mut crossings = std::mem::take(&mut parts.crossings);
        crossings.retain_mut(|c| {
            let flat: Vec<P2> = c.outline_m.iter().copied().map(xy).collect();
            let (lo, hi) = bounds(&flat);
            let fits = dist(lo, hi) <= MAX_CROSSING_M;
            if fits {
                c.lanes = stretches(parts, &cells, &c.outline_m, &flat, |l| {
                    vec![&l.left_m, &l.centre_m, &l.right_m]
                });
            } else {
                notes.add(format!("{}: larger than {MAX_CROSSING_M} m, left out", c.id));
            }
            fits
        });
        parts.crossings = crossings;
    }
    for i in 0..parts.signals.len() {
        if parts.signals[i].kind == SignalKind::Crossing {
            crossing_sign(map, parts, i);
        }
    }
    let mut lights: Vec<(P2, SignalIx)> = parts
        .signals
        .iter()
        .enumerate()
        .filter(|(_, s)| s.kind == SignalKind::PedestrianLight)
        .map(|(i, s)| (xy(s.at_m), SignalIx::new(i)))
        .collect();
    lights.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]).then(a.1.cmp(&b.1)));
    for c in &mut parts.crossings {
        let corners: Vec<P2> = c.outline_m.iter().copied().map(xy).collect();
        let (lo, hi) = bounds(&corners);
        let first = lights.partition_point(|l| l.0[0] < lo[0] - PEDESTRIAN_LIGHT_M);
        let nearby = lights[first..].iter().take_while(|l| l.0[0] <= hi[0] + PEDESTRIAN_LIGHT_M);
        let at = |l: &(P2, SignalIx)| corners.iter().any(|p| dist(*p, l.0) < PEDESTRIAN_LIGHT_M);
        c.signals = nearby.filter(|l| at(l)).map(|l| l.1).collect();
        c.signals.sort_unstable();
    }
}

/// Stretches of traffic lanes within an outline on their level.
pub(crate) fn stretches(
    parts: &Parts,
    cells: &RTree<Item<LaneIx>>,
    outline: &[P3],
    flat: &[P2],
    courses: impl Fn(&Lane) -> Vec<&Vec<P3>>,
) -> Vec<LaneStretch> {
    let z = outline.iter().map(|p| p[2]).sum::<f64>() / outline.len().max(1) as f64;
    let mut pieces: Vec<(LaneIx, usize)> = cells
        .locate_in_envelope_intersecting(around(flat, 0.0))
        .map(|cell| (cell.of, cell.i as usize))
        .filter(|(lane, _)| parts.lanes[lane.get()].kind.is_traffic())
        .collect();
    pieces.sort_unstable();
    let mut out = Vec::new();
    for group in pieces.chunk_by(|a, b| a.0 == b.0) {
        let mut found: Option<(f64, f64)> = None;
        let mut add = |station: f64| {
            let (a, b) = found.unwrap_or((station, station));
            found = Some((a.min(station), b.max(station)));
        };
        for &(ix, k) in group {
            let lane = &parts.lanes[ix.get()];
            let (a, b) = (lane.stations_m[k], lane.stations_m[k + 1]);
            for line in courses(lane) {
                let (p, q) = (line[k], line[k + 1]);
                if (f64::midpoint(p[2], q[2]) - z).abs() > LEVEL_TOLERANCE_M {
                    continue;
                }
                for (end, station) in [(p, a), (q, b)] {
                    if in_polygon(xy(end), outline) {
                        add(station);
                    }
                }
                for j in 0..flat.len() {
                    if let Some((f, _)) = meet(xy(p), xy(q), flat[j], flat[(j + 1) % flat.len()]) {
                        add(a + (b - a) * f);
                    }
                }
            }
        }
        // A touch of a corner is no crossing.
        if let Some((from_m, to_m)) = found.filter(|(a, b)| b - a > 0.01) {
            out.extend(group.first().map(|(lane, _)| LaneStretch { lane: *lane, from_m, to_m }));
        }
    }
    out
}

/// A crossing that is given as a sign: across its road, as deep as its value says.
fn crossing_sign(map: &Map, parts: &mut Parts, i: usize) {
    let signal = &parts.signals[i];
    let road = &map.roads[signal.road.get()];
    let Some(depth) = signal.value.filter(|v| *v > 0.0) else { return };
    let s = signal.at_st_m[0];
    let (from, to) = ((s - depth / 2.0).clamp(0.0, road.length), (s + depth / 2.0).clamp(0.0, road.length));
    let lanes: Vec<LaneStretch> = parts.roads[signal.road.get()]
        .lanes
        .iter()
        .map(|ix| (*ix, &parts.lanes[ix.get()]))
        .filter(|(_, l)| l.kind.is_traffic())
        .filter_map(|(ix, l)| {
            let (a, b) = (*l.road_s_m.first()?, *l.road_s_m.last()?);
            let middle = f64::midpoint(from, to);
            if middle < a.min(b) || middle > a.max(b) {
                return None;
            }
            let (a, b) = (l.station_at(from), l.station_at(to));
            Some(LaneStretch { lane: ix, from_m: a.min(b), to_m: a.max(b) })
        })
        .collect();
    // From the rightmost to the leftmost border of the traffic lanes, seen along rising s.
    let edge = |s: f64, leftmost: bool| -> Option<P3> {
        lanes
            .iter()
            .flat_map(|x| {
                let l = &parts.lanes[x.lane.get()];
                let (a, b) = l.borders_at(l.station_at(s));
                [a, b]
            })
            .max_by(|p, q| {
                let (sin, cos) = sin_cos(surface::heading(road, s));
                let o = surface::point(road, s, 0.0);
                let left = |p: &P3| (p[1] - o[1]) * cos - (p[0] - o[0]) * sin;
                let order = left(p).total_cmp(&left(q));
                if leftmost { order } else { order.reverse() }
            })
    };
    let corners = [edge(from, false), edge(to, false), edge(to, true), edge(from, true)];
    let Some(outline_m) = corners.into_iter().collect::<Option<Vec<P3>>>() else { return };
    let id = format!("crossing {} / road {}", signal.number, road.number);
    let number = signal.number.clone();
    parts.crossings.push(Crossing { id, number, outline_m, lanes, signals: Vec::new() });
}
