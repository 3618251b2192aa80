//! Which lanes lead to which, and the ways through junctions.

use std::collections::BTreeSet;

use lukao_model::math::angle_between;

use super::Notes;
use super::build::Built;
use super::record::{ConnectionRecord, JunctionRecord, Map, RoadLink};
use crate::ix::{LaneIx, RoadIx};
use crate::junction::Junction;
use crate::lane::{Path, Travel, Turn};
use crate::plane::{P2, dist, xy};
use crate::track::Parts;

/// An end of a lane in terms of its road: `true` is where s is largest.
type End = (LaneIx, bool);

/// Most connecting lanes in a row inside a junction.
const MAX_VIA: usize = 16;
/// Most ways from one approach lane.
const MAX_PATHS_A_LANE: usize = 64;
/// Most steps to find them: connecting lanes that only lead to each other make more ways than can be walked.
const MAX_STEPS_A_LANE: usize = 1024;
/// Ends that the map joins but that lie further apart than this deserve a remark, metres.
const WIDE_GAP_M: f64 = 5.0;

pub(crate) fn link(map: &Map, built: &Built, parts: &mut Parts, notes: &mut Notes) {
    let mut joints: BTreeSet<(End, End)> = BTreeSet::new();
    let mut join = |a: Option<LaneIx>, a_end: bool, b: Option<LaneIx>, b_end: bool| {
        if let (Some(a), Some(b)) = (a, b) {
            joints.insert(((a, a_end), (b, b_end)));
            joints.insert(((b, b_end), (a, a_end)));
        }
    };
    for (r, road) in map.roads.iter().enumerate() {
        let last = road.sections.len() - 1;
        for (i, section) in road.sections.iter().enumerate() {
            for lane in &section.lanes {
                let this = built.lane(map, r, i, lane.number);
                for &next in &lane.successors {
                    if i < last {
                        join(this, true, built.lane(map, r, i + 1, next), false);
                    } else {
                        let (other, end) = neighbour(map, built, road.successor.as_ref(), next);
                        join(this, true, other, end);
                    }
                }
                for &previous in &lane.predecessors {
                    if i > 0 {
                        join(this, false, built.lane(map, r, i - 1, previous), true);
                    } else {
                        let (other, end) = neighbour(map, built, road.predecessor.as_ref(), previous);
                        join(this, false, other, end);
                    }
                }
            }
        }
    }
    for junction in &map.junctions {
        for c in &junction.connections {
            let (Some(&incoming), Some(&connecting)) =
                (built.by_number.get(&c.incoming), built.by_number.get(&c.connecting))
            else {
                let what = format!("{} or {}", c.incoming, c.connecting);
                notes.add(format!(
                    "junction {}: a connection names road {what}, which is not there",
                    junction.number
                ));
                continue;
            };
            for &(from, to) in &c.lanes {
                let other = built.lane(map, connecting, end_section(map, connecting, c.contact_end), to);
                let Some(at_end) =
                    incoming_end(map, built, parts, &junction.number, incoming, from, c, other)
                else {
                    continue;
                };
                let this = built.lane(map, incoming, end_section(map, incoming, at_end), from);
                join(this, at_end, other, c.contact_end);
            }
        }
    }
    let mut wide = 0;
    for &((a, a_end), (b, b_end)) in &joints {
        // A lane used both ways is followed the way its points run.
        let exit = |l: LaneIx| parts.lanes[l.get()].travel != Travel::Backward;
        if a_end == exit(a) && b_end != exit(b) {
            parts.lanes[a.get()].successors.push(b);
            parts.lanes[b.get()].predecessors.push(a);
            let gap = dist(end_point(parts, (a, a_end)), end_point(parts, (b, b_end)));
            wide += usize::from(gap > WIDE_GAP_M);
        }
    }
    for lane in &mut parts.lanes {
        lane.successors.sort_unstable();
        lane.predecessors.sort_unstable();
    }
    if wide > 0 {
        notes.add(format!("{wide} lane links join ends that are more than {WIDE_GAP_M} m apart"));
    }
    paths(parts);
}

/// Junctions with what the map says of their right of way.
pub(crate) fn junctions(map: &Map, built: &Built) -> Vec<Junction> {
    let road = |number: &String| built.by_number.get(number).map(|r| RoadIx::new(*r));
    let one = |j: &JunctionRecord| Junction {
        number: j.number.clone(),
        priorities: j.priorities.iter().filter_map(|(a, b)| Some((road(a)?, road(b)?))).collect(),
        roundabout: j.roundabout,
    };
    map.junctions.iter().map(one).collect()
}

fn end_section(map: &Map, road: usize, at_end: bool) -> usize {
    if at_end { map.roads[road].sections.len() - 1 } else { 0 }
}

fn neighbour(map: &Map, built: &Built, link: Option<&RoadLink>, number: i32) -> (Option<LaneIx>, bool) {
    let Some(RoadLink::Road { number: road, at_end }) = link else { return (None, false) };
    let Some(&other) = built.by_number.get(road) else { return (None, false) };
    (built.lane(map, other, end_section(map, other, *at_end), number), *at_end)
}

/// Which end of the incoming road touches the junction; where both do, the nearer one.
#[expect(clippy::too_many_arguments, reason = "one question about one connection")]
fn incoming_end(
    map: &Map,
    built: &Built,
    parts: &Parts,
    junction: &str,
    incoming: usize,
    from: i32,
    c: &ConnectionRecord,
    other: Option<LaneIx>,
) -> Option<bool> {
    let road = &map.roads[incoming];
    let touches = |link: &Option<RoadLink>| matches!(link, Some(RoadLink::Junction(j)) if j == junction);
    match (touches(&road.predecessor), touches(&road.successor)) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        // The road does not know its junction (seen in exported maps), or both its ends touch it.
        _ => {
            let target = end_point(parts, (other?, c.contact_end));
            let gap = |at_end: bool| {
                let lane = built.lane(map, incoming, end_section(map, incoming, at_end), from)?;
                Some(dist(end_point(parts, (lane, at_end)), target))
            };
            match (gap(false), gap(true)) {
                (Some(start), Some(end)) => Some(end < start),
                (start, end) => end.map(|_| true).or(start.map(|_| false)),
            }
        }
    }
}

fn end_point(parts: &Parts, (lane, at_end): End) -> P2 {
    let lane = &parts.lanes[lane.get()];
    let last = at_end == (lane.travel != Travel::Backward);
    let p = if last { lane.centre_m.last() } else { lane.centre_m.first() };
    p.copied().map(xy).unwrap_or_default()
}

pub(crate) fn paths(parts: &mut Parts) {
    let mut out = Vec::new();
    for (i, lane) in parts.lanes.iter().enumerate() {
        if lane.in_junction {
            continue;
        }
        let mut open: Vec<Vec<LaneIx>> = lane
            .successors
            .iter()
            .rev()
            .filter(|s| parts.lanes[s.get()].in_junction)
            .map(|s| vec![*s])
            .collect();
        let first = out.len();
        let mut steps = 0;
        while let Some(via) = open.pop() {
            steps += 1;
            if steps > MAX_STEPS_A_LANE {
                break;
            }
            let Some(&last) = via.last() else { continue };
            let end = &parts.lanes[last.get()];
            let inside: Vec<LaneIx> =
                end.successors.iter().copied().filter(|s| parts.lanes[s.get()].in_junction).collect();
            let outside = end.successors.iter().copied().find(|s| !parts.lanes[s.get()].in_junction);
            if outside.is_some() || inside.is_empty() {
                let junction = parts.roads[end.road.get()].junction.clone().unwrap_or_default();
                let turn_rad =
                    angle_between(lane.heading_at(lane.length_m()), end.heading_at(end.length_m()));
                let turn = Turn::of(turn_rad);
                out.push(Path { junction, from: LaneIx::new(i), via, to: outside, turn, turn_rad });
                if out.len() - first >= MAX_PATHS_A_LANE {
                    break;
                }
            } else if via.len() < MAX_VIA {
                for next in inside.into_iter().rev().filter(|n| !via.contains(n)) {
                    let mut longer = via.clone();
                    longer.push(next);
                    open.push(longer);
                }
            }
        }
    }
    parts.paths = out;
}
