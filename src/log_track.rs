//! A track from the lanes that a log itself describes, for logs without a map.

use std::collections::BTreeMap;

use lukao_logs::osi::{self, Boundary, LineColor, LineKind, OsiLanes};
use lukao_logs::{Bundle, Format, ReadOptions};
use lukao_model::{Error, math};
use lukao_track::network::{BorderMark, Network, NetworkLane, NetworkSignal, NetworkStopLine, Outline};
use lukao_track::{LaneKind, MarkColour, MarkKind, SignalKind, SpeedLimit, Stripe, Survey, Track};

type P3 = [f64; 3];

/// The track that a log describes by itself, in the log's frame; `None` if it describes none. So far OSI logs do,
/// in their ground truth. What it says of its accuracy is nothing, so it is unknown; lanes of which it does not give
/// both borders are left out.
///
/// # Errors
/// As reading the log.
pub fn track_of(bundle: &Bundle, options: &ReadOptions) -> Result<Option<Track>, Error> {
    match lukao_logs::input::sniff(&bundle.main)? {
        Format::Osi | Format::Mcap => {}
        _ => return Ok(None),
    }
    let Some(lanes) = osi::lanes(bundle, options)? else { return Ok(None) };
    let network = network(&lanes, &bundle.main.name);
    if network.lanes.is_empty() {
        return Ok(None);
    }
    let mut survey = Survey::default();
    survey.source = Some("the lanes of the log's own ground truth".into());
    Track::from_network(network, Some(survey)).map(Some)
}

fn network(from: &OsiLanes, name: &str) -> Network {
    let mut network = Network::new(name, from.frame.clone());
    let boundaries: BTreeMap<u64, &Boundary> = from.boundaries.iter().map(|b| (b.id, b)).collect();
    let mut place: BTreeMap<u64, usize> = BTreeMap::new();
    let mut without = 0;
    let mut used = Vec::new();
    for l in &from.lanes {
        if l.kind == osi::LaneKind::Intersection {
            continue;
        }
        let left = border(&l.left, &boundaries, &l.centre_m);
        let right = border(&l.right, &boundaries, &l.centre_m);
        let (Some((left_m, left_marks)), Some((right_m, right_marks))) = (left, right) else {
            without += 1;
            continue;
        };
        let mut lane = NetworkLane::new(format!("lane {}", l.id));
        lane.kind = kind(l.kind);
        lane.both_ways = l.both_directions;
        (lane.left_m, lane.left_marks) = (left_m, left_marks);
        (lane.right_m, lane.right_marks) = (right_m, right_marks);
        lane.speed = l
            .speed_limit_mps
            .map(|v| SpeedLimit { max_mps: Some(v), source: format!("lane {} of the log", l.id) });
        place.insert(l.id, network.lanes.len());
        network.lanes.push(lane);
        used.push(l);
    }
    if without > 0 {
        network.notes.push(format!("{without} lanes of the log have no border on one side; left out"));
    }
    let known = |ids: &[u64]| -> Vec<usize> { ids.iter().filter_map(|i| place.get(i).copied()).collect() };
    for (lane, l) in network.lanes.iter_mut().zip(&used) {
        lane.left = known(&l.left_lanes).first().copied();
        lane.right = known(&l.right_lanes).first().copied();
        lane.successors = known(&l.after);
    }
    intersections(from, &boundaries, &mut network);
    for s in &from.stop_lines {
        network.stop_lines.push(NetworkStopLine {
            id: format!("stop line {}", s.id),
            points_m: s.ends_m.to_vec(),
            lanes: known(&s.lanes),
        });
    }
    // One signal a head, at the place of its first bulb.
    let mut heads: BTreeMap<&str, NetworkSignal> = BTreeMap::new();
    for b in from.lights.iter().filter(|b| !b.signal.is_empty()) {
        let head = heads.entry(&b.signal).or_insert_with(|| NetworkSignal {
            number: b.signal.clone(),
            kind: SignalKind::TrafficLight,
            code: String::new(),
            at_m: b.at_m.map(|(p, _)| p),
            lanes: Vec::new(),
            stop_line: None,
        });
        for lane in known(&b.lanes) {
            if !head.lanes.contains(&lane) {
                head.lanes.push(lane);
            }
        }
    }
    network.signals = heads.into_values().collect();
    network
}

/// Intersections are areas without ways. They belong to the drivable area, which is then drawn by itself.
fn intersections(from: &OsiLanes, boundaries: &BTreeMap<u64, &Boundary>, network: &mut Network) {
    let areas: Vec<Outline> = from
        .lanes
        .iter()
        .filter(|l| l.kind == osi::LaneKind::Intersection)
        .filter_map(|l| Some(Outline { number: l.id.to_string(), outline_m: ring(&l.around, boundaries)? }))
        .collect();
    if areas.is_empty() {
        return;
    }
    network
        .notes
        .push(format!("{} intersections of the log are areas without ways through them", areas.len()));
    network.areas = areas;
    for l in network.lanes.iter().filter(|l| l.kind.is_drivable()) {
        let outline_m = l.right_m.iter().chain(l.left_m.iter().rev()).copied().collect();
        network.areas.push(Outline { number: l.id.clone(), outline_m });
    }
}

fn kind(kind: osi::LaneKind) -> LaneKind {
    match kind {
        osi::LaneKind::Driving => LaneKind::Driving,
        osi::LaneKind::Biking => LaneKind::Biking,
        osi::LaneKind::Sidewalk => LaneKind::Sidewalk,
        osi::LaneKind::Parking => LaneKind::Parking,
        osi::LaneKind::Shoulder => LaneKind::Stop,
        osi::LaneKind::Rail => LaneKind::Rail,
        osi::LaneKind::NonDriving => LaneKind::Border,
        _ => LaneKind::Other,
    }
}

fn dist(a: P3, b: P3) -> f64 {
    math::hypot(a[0] - b[0], a[1] - b[1])
}

fn points_of(b: &Boundary) -> Vec<P3> {
    let good = |p: &P3| p.iter().all(|x| x.is_finite());
    b.points.iter().map(|p| p.at_m).filter(good).collect()
}

/// Boundaries one after the other in the lane's direction, each turned so that it continues the one before.
/// The first begins where the centre line does; without a centre line they are taken as they come.
fn border(
    ids: &[u64],
    boundaries: &BTreeMap<u64, &Boundary>,
    centre_m: &[P3],
) -> Option<(Vec<P3>, Vec<BorderMark>)> {
    let mut rest: Vec<(&Boundary, Vec<P3>)> =
        ids.iter().filter_map(|id| boundaries.get(id)).map(|b| (*b, points_of(b))).collect();
    rest.retain(|(_, p)| p.len() > 1);
    let mut at = centre_m.first().copied().or_else(|| rest.first().map(|(_, p)| p[0]))?;
    let (mut points, mut marks, mut along): (Vec<P3>, Vec<BorderMark>, f64) = (Vec::new(), Vec::new(), 0.0);
    while !rest.is_empty() {
        let near = |p: &[P3]| dist(p[0], at).min(dist(p[p.len() - 1], at));
        let (k, _) = rest.iter().enumerate().min_by(|a, b| near(&a.1.1).total_cmp(&near(&b.1.1)))?;
        let (b, mut p) = rest.remove(k);
        let (first, last) = (p[0], p[p.len() - 1]);
        // The centre line tells the direction better than its first point, if it is wide of the border.
        let turned = match (points.is_empty(), centre_m) {
            (true, [c0, .., c1]) => dist(first, *c0) + dist(last, *c1) > dist(last, *c0) + dist(first, *c1),
            _ => dist(last, at) < dist(first, at),
        };
        if turned {
            p.reverse();
        }
        at = p[p.len() - 1];
        for q in p {
            along += points.last().map_or(0.0, |l| dist(*l, q));
            points.push(q);
        }
        marks.push(BorderMark { to_m: along, ..mark(b) });
    }
    (points.len() > 1).then_some((points, marks))
}

/// Boundaries around an area, each continuing the one before.
fn ring(ids: &[u64], boundaries: &BTreeMap<u64, &Boundary>) -> Option<Vec<P3>> {
    let (points, _) = border(ids, boundaries, &[])?;
    (points.len() > 2).then_some(points)
}

fn mark(b: &Boundary) -> BorderMark {
    let (kind, declared) = match b.line {
        LineKind::None => (MarkKind::None, "none"),
        LineKind::Solid => (MarkKind::Stripes(vec![Stripe::Solid]), "solid"),
        LineKind::Dashed => (MarkKind::Stripes(vec![Stripe::Broken]), "broken"),
        LineKind::Edge => (MarkKind::Edge, "edge"),
        LineKind::Curb => (MarkKind::Curb, "curb"),
        // Nobody drives over it, so that it is like a kerb.
        LineKind::Barrier => (MarkKind::Curb, "barrier"),
        _ => (MarkKind::Unknown, "unknown"),
    };
    let colour = match b.color {
        LineColor::White => MarkColour::White,
        LineColor::Yellow => MarkColour::Yellow,
        _ => MarkColour::Unknown,
    };
    let width_m = b.points.first().and_then(|p| p.width_m);
    BorderMark { to_m: f64::INFINITY, kind, declared: declared.into(), colour, width_m }
}

#[cfg(test)]
mod tests {
    use lukao_logs::osi::{BoundaryPoint, Lane, StopLine, TrafficLightPlace};

    use super::*;

    fn boundary(id: u64, line: LineKind, points: &[[f64; 2]]) -> Boundary {
        let mut b = Boundary::default();
        (b.id, b.line) = (id, line);
        let point = |p: &[f64; 2]| BoundaryPoint { at_m: [p[0], p[1], 0.0], ..BoundaryPoint::default() };
        b.points = points.iter().map(point).collect();
        b
    }

    fn lane(id: u64, y: f64, left: &[u64], right: &[u64]) -> Lane {
        let mut l = Lane::default();
        (l.id, l.kind) = (id, osi::LaneKind::Driving);
        l.centre_m = vec![[0.0, y, 0.0], [100.0, y, 0.0]];
        (l.left, l.right) = (left.to_vec(), right.to_vec());
        l
    }

    fn lanes() -> OsiLanes {
        let mut all = OsiLanes::default();
        all.boundaries = vec![
            // In two pieces, the second first, the first the wrong way round.
            boundary(1, LineKind::Solid, &[[60.0, 0.0], [100.0, 0.0]]),
            boundary(2, LineKind::Dashed, &[[60.0, 0.0], [0.0, 0.0]]),
            boundary(3, LineKind::Curb, &[[0.0, -3.5], [100.0, -3.5]]),
            boundary(4, LineKind::Barrier, &[[0.0, 3.5], [100.0, 3.5]]),
        ];
        let (mut right, mut left) = (lane(10, -1.75, &[1, 2], &[3]), lane(11, 1.75, &[4], &[2, 1]));
        right.left_lanes = vec![11];
        left.right_lanes = vec![10];
        right.speed_limit_mps = Some(13.9);
        all.lanes = vec![right, left, lane(12, 9.0, &[4], &[])];
        let mut line = StopLine::default();
        (line.id, line.ends_m, line.lanes) = (20, [[90.0, 0.0, 0.0], [90.0, -3.5, 0.0]], vec![10]);
        all.stop_lines = vec![line];
        let mut light = TrafficLightPlace::default();
        (light.id, light.signal, light.lanes) = (30, "light-30".into(), vec![10]);
        all.lights = vec![light];
        all
    }

    #[test]
    fn lanes_borders_lines_and_lights_of_a_log() {
        let track = Track::from_network(network(&lanes(), "run.osi"), None).unwrap();
        let ten = track.lane_by_id("lane 10").unwrap();
        let line = track.line(track.lane(ten).left_line);
        assert_eq!((line.left, line.right), (track.lane_by_id("lane 11"), Some(ten)), "shared by both");
        let declared = |s: f64| line.mark_at(s).unwrap().declared.clone();
        assert_eq!((declared(10.0), declared(90.0)), ("broken".to_string(), "solid".to_string()));
        assert_eq!(track.speed_limit_at(ten, 5.0).unwrap().max_mps, Some(13.9));
        let ahead = track.stop_line_ahead(ten, 10.0).unwrap();
        assert!((ahead.distance_m - 80.0).abs() < 1e-9);
        let light = track.signal(track.stop_line(ahead.line).signals[0]);
        assert_eq!(light.number, "light-30");
        assert_eq!(track.notes(), ["1 lanes of the log have no border on one side; left out"]);
        assert!((track.drivable_clearance([50.0, -3.0], None, 5.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn an_intersection_belongs_to_the_drivable_area() {
        let mut all = lanes();
        all.boundaries.push(boundary(5, LineKind::None, &[[100.0, -3.5], [120.0, -3.5], [120.0, 3.5]]));
        all.boundaries.push(boundary(6, LineKind::None, &[[100.0, 3.5], [120.0, 3.5]]));
        let mut crossing = Lane::default();
        (crossing.id, crossing.kind, crossing.around) = (13, osi::LaneKind::Intersection, vec![5, 6]);
        all.lanes.push(crossing);
        let track = Track::from_network(network(&all, "run.osi"), None).unwrap();
        assert!(track.is_drivable_at([110.0, 0.0], None) && track.is_drivable_at([50.0, -1.0], None));
        assert!(!track.is_drivable_at([110.0, -4.0], None));
    }
}
