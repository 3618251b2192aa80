//! A road network to the parts of a track.

use lukao_model::{Error, Position};

use super::share::{On, distances, line_of, paired, tidy};
use super::{Network, NetworkLane, NetworkSignal, NetworkStopLine, Outline};
use crate::drivable::Area;
use crate::furniture::{Crossing, LanePoint, Signal, SignalKind, StopLine};
use crate::index::cells;
use crate::ix::{LaneIx, LineIx, PathIx, RoadIx, SignalIx, StopLineIx};
use crate::lane::{Lane, Road, RoadKind, SpeedSpan, Travel};
use crate::limits::{Limits, MAX_COORDINATE_M, MAX_CORNERS};
use crate::plane::{P2, P3, dist, double_area, lerp3, meet, xy};
use crate::track::Parts;
use crate::xodr::{Notes, crossing_stretches, features, paths};

pub(super) fn parts(mut network: Network) -> Result<Parts, Error> {
    check(&network)?;
    let mut notes = Notes::default();
    for note in std::mem::take(&mut network.notes) {
        notes.add(note);
    }
    let mut lanes = without_flat(std::mem::take(&mut network.lanes), &mut network, &mut notes);
    for i in 0..lanes.len() {
        // A neighbour that does not know of this one is told.
        for (other, back) in [(lanes[i].left, On::Right), (lanes[i].right, On::Left)] {
            let Some(o) = other else { continue };
            let opposite = runs_against(&lanes[i], &lanes[o]);
            let place = match (back, opposite) {
                (On::Right, false) | (On::Left, true) => &mut lanes[o].right,
                _ => &mut lanes[o].left,
            };
            place.get_or_insert(i);
        }
    }
    let mut parts = Parts::default();
    let mut made: Vec<[Option<LineIx>; 2]> = vec![[None; 2]; lanes.len()];
    for i in 0..lanes.len() {
        for on in [On::Left, On::Right] {
            made[i][on as usize] = Some(line_of(&lanes, i, on, &made, &mut parts.lines));
        }
    }
    let roads = roads_of(&lanes);
    for (r, members) in roads.iter().enumerate() {
        add_road(&lanes, r, members, network.left_hand, &mut parts);
    }
    // Lanes keep their order; a road lists its own from right to left.
    let mut built: Vec<Option<Lane>> = (0..lanes.len()).map(|_| None).collect();
    for (r, members) in roads.iter().enumerate() {
        for (number, travel, i) in numbered(&lanes, members, network.left_hand) {
            built[i] = Some(lane(&lanes, i, r, number, travel, made[i]));
        }
    }
    parts.lanes = built.into_iter().flatten().collect();
    for i in 0..parts.lanes.len() {
        for s in parts.lanes[i].successors.clone() {
            parts.lanes[s.get()].predecessors.push(LaneIx::new(i));
        }
    }
    for l in &mut parts.lanes {
        l.predecessors.sort_unstable();
        l.predecessors.dedup();
    }
    for line in &mut parts.lines {
        if let Some(l) = line.left.or(line.right) {
            line.road = parts.lanes[l.get()].road;
        }
    }
    paths(&mut parts);
    add_crossings(&network.crossings, &mut parts, &mut notes);
    parts.areas = areas(&network.areas, &mut notes);
    add_stop_lines(&network.stop_lines, &mut parts, &mut notes);
    add_signals(&network.signals, &mut parts);
    parts.notes = notes.into_vec();
    features(&mut parts);
    parts.features.heights = parts.lanes.iter().any(|l| l.centre_m.iter().any(|p| p[2].abs() > 0.01));
    Ok(parts)
}

/// Coordinates are numbers in range, and whatever is named is there.
fn check(n: &Network) -> Result<(), Error> {
    let wrong = |what: &str, expected: String, found: String| {
        Err(Error::new(&n.name, expected, found).at(Position::Part(what.to_owned())))
    };
    let good = |p: &P3| p.iter().all(|x| x.abs() <= MAX_COORDINATE_M);
    let points = n.lanes.iter().map(|l| l.left_m.len() + l.right_m.len()).sum::<usize>();
    let most = Limits::MAX_SAMPLES;
    if points > most || n.lanes.len() > most {
        return wrong("lanes", format!("at most {most} points"), points.to_string());
    }
    let count = n.lanes.len();
    for l in &n.lanes {
        if let Some(p) = l.left_m.iter().chain(&l.right_m).find(|p| !good(p)) {
            return wrong(&l.id, format!("coordinates up to {MAX_COORDINATE_M:e} m"), format!("{p:?}"));
        }
        let named = l.successors.iter().chain(&l.left).chain(&l.right);
        if let Some(k) = named.copied().find(|k| *k >= count) {
            return wrong(&l.id, format!("a lane below {count}"), k.to_string());
        }
    }
    for (id, points_m) in n
        .stop_lines
        .iter()
        .map(|s| (&s.id, &s.points_m))
        .chain(n.crossings.iter().chain(&n.areas).map(|o| (&o.number, &o.outline_m)))
    {
        if let Some(p) = points_m.iter().find(|p| !good(p)) {
            return wrong(id, format!("coordinates up to {MAX_COORDINATE_M:e} m"), format!("{p:?}"));
        }
    }
    let lanes = n.stop_lines.iter().flat_map(|s| &s.lanes).chain(n.signals.iter().flat_map(|s| &s.lanes));
    if let Some(k) = lanes.copied().find(|k| *k >= count) {
        return wrong("stop lines and signals", format!("a lane below {count}"), k.to_string());
    }
    for s in &n.signals {
        if s.at_m.is_some_and(|p| !good(&p)) || s.stop_line.is_some_and(|k| k >= n.stop_lines.len()) {
            return wrong(&s.number, "a place and a stop line that are there".into(), "others".into());
        }
    }
    Ok(())
}

/// Leaves out lanes whose borders make no area, and renames the others.
fn without_flat(lanes: Vec<NetworkLane>, network: &mut Network, notes: &mut Notes) -> Vec<NetworkLane> {
    let mut place = vec![None; lanes.len()];
    let mut kept: Vec<NetworkLane> = Vec::with_capacity(lanes.len());
    for (i, mut lane) in lanes.into_iter().enumerate() {
        (lane.left_m, lane.right_m) = (tidy(&lane.left_m), tidy(&lane.right_m));
        if lane.left_m.len() < 2 || lane.right_m.len() < 2 {
            notes.add(format!("{}: a border of no length, left out", lane.id));
            continue;
        }
        place[i] = Some(kept.len());
        kept.push(lane);
    }
    let now = |k: usize| place[k];
    for lane in &mut kept {
        lane.left = lane.left.and_then(now);
        lane.right = lane.right.and_then(now);
        lane.successors = lane.successors.iter().filter_map(|k| now(*k)).collect();
        lane.successors.sort_unstable();
        lane.successors.dedup();
    }
    for (i, lane) in kept.iter_mut().enumerate() {
        lane.left = lane.left.filter(|k| *k != i);
        lane.right = lane.right.filter(|k| *k != i);
    }
    for s in &mut network.stop_lines {
        s.lanes = s.lanes.iter().filter_map(|k| now(*k)).collect();
    }
    for s in &mut network.signals {
        s.lanes = s.lanes.iter().filter_map(|k| now(*k)).collect();
    }
    kept
}

fn middle_way(lane: &NetworkLane) -> P2 {
    let (a, b) = (lane.right_m.first(), lane.right_m.last());
    match (a, b) {
        (Some(a), Some(b)) => [b[0] - a[0], b[1] - a[1]],
        _ => [0.0, 0.0],
    }
}

fn runs_against(a: &NetworkLane, b: &NetworkLane) -> bool {
    let (p, q) = (middle_way(a), middle_way(b));
    p[0] * q[0] + p[1] * q[1] < 0.0
}

/// Lanes side by side, outside junctions or in the same one, are one road. Each list is in order of its lanes.
fn roads_of(lanes: &[NetworkLane]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..lanes.len()).collect();
    fn find(root: &mut [usize], mut i: usize) -> usize {
        while root[i] != i {
            root[i] = root[root[i]];
            i = root[i];
        }
        i
    }
    for (i, lane) in lanes.iter().enumerate() {
        for other in [lane.left, lane.right].into_iter().flatten() {
            if lanes[other].junction == lane.junction {
                let (a, b) = (find(&mut root, i), find(&mut root, other));
                root[a.max(b)] = a.min(b);
            }
        }
    }
    let mut roads: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for i in 0..lanes.len() {
        roads.entry(find(&mut root, i)).or_default().push(i);
    }
    roads.into_values().collect()
}

/// Members with OpenDRIVE's numbers: from the middle outwards, negative with the first lane's direction (where
/// traffic keeps right), positive against it.
fn numbered(lanes: &[NetworkLane], members: &[usize], left_hand: bool) -> Vec<(i32, Travel, usize)> {
    let first = members[0];
    let mut out = Vec::new();
    for against in [false, true] {
        let mut side: Vec<usize> =
            members.iter().copied().filter(|m| runs_against(&lanes[first], &lanes[*m]) == against).collect();
        // Count the lanes between each and the middle of the road, on its driver's inner side.
        let inner = |l: &NetworkLane| if left_hand { l.right } else { l.left };
        let depth = |m: usize| {
            let (mut at, mut n) = (m, 1);
            while let Some(next) = inner(&lanes[at]).filter(|x| side.contains(x)) {
                (at, n) = (next, n + 1);
                if n > side.len() {
                    break;
                }
            }
            n
        };
        let mut depths: Vec<(usize, usize)> = side.iter().map(|m| (depth(*m), *m)).collect();
        depths.sort_unstable();
        side.clear();
        for (k, (_, m)) in depths.into_iter().enumerate() {
            let n = i32::try_from(k + 1).unwrap_or(i32::MAX);
            let number = if against == left_hand { -n } else { n };
            let travel = match (lanes[m].both_ways, against) {
                (true, _) => Travel::Both,
                (_, false) => Travel::Forward,
                (_, true) => Travel::Backward,
            };
            out.push((number, travel, m));
        }
    }
    out.sort_unstable_by_key(|x| x.0);
    out
}

fn add_road(lanes: &[NetworkLane], r: usize, members: &[usize], left_hand: bool, parts: &mut Parts) {
    let first = &lanes[members[0]];
    let length_m = distances(&first.right_m).last().copied().unwrap_or(0.0);
    let order = numbered(lanes, members, left_hand);
    let kind = first.road_kind.clone();
    let kinds = if kind.is_empty() { Vec::new() } else { vec![RoadKind { road_s_m: 0.0, kind }] };
    parts.roads.push(Road {
        id: format!("road of {}", first.id),
        number: r.to_string(),
        name: String::new(),
        length_m,
        junction: first.junction.clone(),
        left_hand,
        lanes: order.into_iter().map(|(_, _, i)| LaneIx::new(i)).collect(),
        kinds,
    });
}

fn lane(
    lanes: &[NetworkLane],
    i: usize,
    road: usize,
    number: i32,
    travel: Travel,
    made: [Option<LineIx>; 2],
) -> Lane {
    let from = &lanes[i];
    let (left_m, right_m) = paired(&from.left_m, &from.right_m);
    let centre_m: Vec<P3> = left_m.iter().zip(&right_m).map(|(l, r)| lerp3(*l, *r, 0.5)).collect();
    let stations_m = distances(&centre_m);
    let length = stations_m.last().copied().unwrap_or(0.0);
    let road_s_m = match travel {
        Travel::Backward => stations_m.iter().map(|s| length - s).collect(),
        _ => stations_m.clone(),
    };
    let speeds = from.speed.iter().map(|limit| SpeedSpan { from_m: 0.0, to_m: length, limit: limit.clone() });
    let line = |on: On| made[on as usize].unwrap_or(LineIx::new(0));
    Lane {
        id: from.id.clone(),
        road: RoadIx::new(road),
        section: 0,
        number,
        kind: from.kind,
        travel,
        stations_m,
        road_s_m,
        left_m,
        right_m,
        centre_m,
        left_line: line(On::Left),
        right_line: line(On::Right),
        left: from.left.map(LaneIx::new),
        right: from.right.map(LaneIx::new),
        successors: from.successors.iter().map(|s| LaneIx::new(*s)).collect(),
        predecessors: Vec::new(),
        speeds: speeds.collect(),
        in_junction: from.junction.is_some(),
    }
}

/// The outline counter-clockwise without repeats; `None` if it makes no area.
fn round(o: &Outline) -> Option<Vec<P3>> {
    let mut points = tidy(&o.outline_m);
    while points.len() > 1
        && points.first().zip(points.last()).is_some_and(|(a, b)| dist(xy(*a), xy(*b)) < 1e-6)
    {
        points.pop();
    }
    let area = double_area(&points);
    if points.len() < 3 || area == 0.0 {
        return None;
    }
    if area < 0.0 {
        points.reverse();
    }
    Some(points)
}

fn add_crossings(from: &[Outline], parts: &mut Parts, notes: &mut Notes) {
    let cells = cells(parts);
    for o in from {
        let id = format!("crossing {}", o.number);
        match round(o).filter(|p| p.len() <= MAX_CORNERS) {
            Some(outline_m) => {
                let flat: Vec<P2> = outline_m.iter().copied().map(xy).collect();
                let lanes = crossing_stretches(parts, &cells, &outline_m, &flat, |l| {
                    vec![&l.left_m, &l.centre_m, &l.right_m]
                });
                parts.crossings.push(Crossing {
                    id,
                    number: o.number.clone(),
                    outline_m,
                    lanes,
                    signals: Vec::new(),
                });
            }
            None => notes.add(format!("{id}: no area, left out")),
        }
    }
}

fn areas(from: &[Outline], notes: &mut Notes) -> Vec<Area> {
    let mut out = Vec::new();
    for o in from {
        match round(o) {
            Some(outline_m) => out.push(Area { id: format!("drivable area {}", o.number), outline_m }),
            None => notes.add(format!("drivable area {}: no area, left out", o.number)),
        }
    }
    out
}

fn add_stop_lines(from: &[NetworkStopLine], parts: &mut Parts, notes: &mut Notes) {
    for s in from {
        let all: Vec<usize> =
            if s.lanes.is_empty() { (0..parts.lanes.len()).collect() } else { s.lanes.clone() };
        let lanes: Vec<LanePoint> =
            all.into_iter().filter_map(|i| where_met(parts, i, &s.points_m)).collect();
        if lanes.is_empty() {
            notes.add(format!("{}: crosses none of its lanes; no traffic stops at it", s.id));
        }
        let mut points_m = s.points_m.clone();
        if let (Some(at), Some(first), Some(last)) = (lanes.first(), points_m.first(), points_m.last()) {
            // From the driver's left to his right.
            let (l, _) = parts.lanes[at.lane.get()].borders_at(at.station_m);
            if dist(xy(*first), xy(l)) > dist(xy(*last), xy(l)) {
                points_m.reverse();
            }
        }
        // The place in the list stays, since signals name it.
        parts.stop_lines.push(StopLine {
            id: s.id.clone(),
            points_m,
            lanes,
            signals: Vec::new(),
            derived: false,
        });
    }
}

/// Where a stop line meets a lane's centre, or a border of it.
fn where_met(parts: &Parts, i: usize, line: &[P3]) -> Option<LanePoint> {
    let lane = &parts.lanes[i];
    for along in [&lane.centre_m, &lane.right_m, &lane.left_m] {
        for (k, w) in along.windows(2).enumerate() {
            for s in line.windows(2) {
                if let Some((f, _)) = meet(xy(w[0]), xy(w[1]), xy(s[0]), xy(s[1])) {
                    let (a, b) = (lane.stations_m[k], lane.stations_m[k + 1]);
                    return Some(LanePoint { lane: LaneIx::new(i), station_m: a + (b - a) * f });
                }
            }
        }
    }
    // Lines are often drawn a little before or after the end of the lane that they close.
    let end = lane.length_m();
    let c = lane.centre_at(end);
    let near = line.windows(2).any(|s| crate::plane::dist_to_segment(xy(c), xy(s[0]), xy(s[1])) <= 3.0);
    near.then_some(LanePoint { lane: LaneIx::new(i), station_m: end })
}

fn add_signals(from: &[NetworkSignal], parts: &mut Parts) {
    for s in from {
        let lanes: Vec<LaneIx> = s.lanes.iter().map(|l| LaneIx::new(*l)).collect();
        let light = s.kind == SignalKind::TrafficLight;
        let governs: Vec<PathIx> = if light { governed(parts, &lanes) } else { Vec::new() };
        let first = lanes.first().map(|l| &parts.lanes[l.get()]);
        let at_m = s.at_m.or_else(|| first.map(|l| l.centre_at(l.length_m()))).unwrap_or_default();
        let ix = SignalIx::new(parts.signals.len());
        let road = first.map_or(RoadIx::new(0), |l| l.road);
        let facing = first.map_or(Travel::Both, |l| l.travel);
        parts.signals.push(Signal {
            id: format!("signal {}", s.number),
            number: s.number.clone(),
            name: String::new(),
            kind: s.kind,
            dynamic: matches!(s.kind, SignalKind::TrafficLight | SignalKind::PedestrianLight),
            country: String::new(),
            code: s.code.clone(),
            subcode: String::new(),
            value: None,
            unit: String::new(),
            text: String::new(),
            road,
            at_st_m: [0.0; 2],
            at_m,
            facing,
            lanes: lanes.clone(),
            certain: light && !governs.is_empty(),
            governs: governs.clone(),
            stop_lines: Vec::new(),
            controllers: Vec::new(),
        });
        if !light && !matches!(s.kind, SignalKind::Stop | SignalKind::Yield) {
            continue;
        }
        let lines = match s.stop_line {
            Some(k) => vec![StopLineIx::new(k)],
            None if light => at_approaches(parts, &lanes, &governs),
            None => Vec::new(),
        };
        for line in lines {
            parts.signals[ix.get()].stop_lines.push(line);
            parts.stop_lines[line.get()].signals.push(ix);
        }
    }
}

/// Ways through the junction from or over these lanes.
fn governed(parts: &Parts, lanes: &[LaneIx]) -> Vec<PathIx> {
    let on = |p: &crate::lane::Path| lanes.contains(&p.from) || p.via.iter().any(|v| lanes.contains(v));
    parts.paths.iter().enumerate().filter(|(_, p)| on(p)).map(|(i, _)| PathIx::new(i)).collect()
}

/// The stop lines of the approaches: painted ones on them, else their ends.
fn at_approaches(parts: &mut Parts, lanes: &[LaneIx], governs: &[PathIx]) -> Vec<StopLineIx> {
    let mut approaches: Vec<LaneIx> = governs.iter().map(|p| parts.paths[p.get()].from).collect();
    approaches.extend(lanes.iter().filter(|l| !parts.lanes[l.get()].in_junction));
    approaches.sort_unstable();
    approaches.dedup();
    let mut out = Vec::new();
    for lane in approaches {
        let closes = |s: &StopLine| s.lanes.iter().any(|at| at.lane == lane);
        let there: Vec<usize> =
            (0..parts.stop_lines.len()).filter(|i| closes(&parts.stop_lines[*i])).collect();
        if there.is_empty() {
            let l = &parts.lanes[lane.get()];
            let station_m = l.length_m();
            let (left, right) = l.borders_at(station_m);
            let line = StopLine {
                id: format!("end of {}", l.id),
                points_m: vec![left, right],
                lanes: vec![LanePoint { lane, station_m }],
                signals: Vec::new(),
                derived: true,
            };
            out.push(StopLineIx::new(parts.stop_lines.len()));
            parts.stop_lines.push(line);
        } else {
            out.extend(there.into_iter().map(StopLineIx::new));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}
