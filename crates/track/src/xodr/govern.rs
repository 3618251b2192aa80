//! Which ways through a junction a traffic light governs.
//!
//! On a connecting road the light governs the paths over the lanes it is valid for. On an approach it governs
//! the paths from those lanes; an arrow (OpenDRIVE's light 1000011: subtype 10 left, 20 right, 30 straight on,
//! 40 left or straight on, 50 straight on or right) narrows them to its turns. SUMO's netconvert writes one
//! light for each link index, named `<traffic light>_<index>`, with such arrows; it leaves the arrow away where
//! no subtype fits, so a light without one takes what the arrows over the same lane leave.

use std::collections::{BTreeMap, BTreeSet};

use super::record::Map;
use super::signals::Placement;
use crate::furniture::SignalKind;
use crate::ix::{LaneIx, PathIx};
use crate::lane::Turn;
use crate::track::Parts;

/// How far before a junction a light may stand, metres of lane.
const APPROACH_M: f64 = 150.0;

/// One light over one approach lane, with the paths from there.
struct Head {
    signal: usize,
    lane: LaneIx,
    paths: Vec<PathIx>,
    chosen: Vec<PathIx>,
    certain: bool,
}

pub(crate) fn resolve(map: &Map, placements: &[Placement], parts: &mut Parts) {
    let mut from_lane: Vec<Vec<PathIx>> = vec![Vec::new(); parts.lanes.len()];
    let mut over_lane: Vec<Vec<PathIx>> = vec![Vec::new(); parts.lanes.len()];
    for (i, path) in parts.paths.iter().enumerate() {
        from_lane[path.from.get()].push(PathIx::new(i));
        for lane in &path.via {
            over_lane[lane.get()].push(PathIx::new(i));
        }
    }
    let mut certain = vec![true; parts.signals.len()];
    let mut governs: Vec<BTreeSet<PathIx>> = vec![BTreeSet::new(); parts.signals.len()];
    let mut heads: Vec<Head> = Vec::new();
    for p in placements {
        let signal = p.signal.get();
        if parts.signals[signal].kind != SignalKind::TrafficLight {
            continue;
        }
        certain[signal] &= p.certain;
        if map.roads[p.road].junction.is_some() {
            governs[signal].extend(p.lanes.iter().flat_map(|l| over_lane[l.get()].iter().copied()));
            continue;
        }
        for &lane in &p.lanes {
            let paths = ahead(parts, &from_lane, lane, p.s);
            heads.push(Head { signal, lane, paths, chosen: Vec::new(), certain: true });
        }
    }
    for head in &mut heads {
        match arrow(parts, head.signal) {
            Some(turns) => by_arrow(parts, head, turns),
            None => head.chosen.clone_from(&head.paths),
        }
    }
    share_out(parts, &mut heads);
    for head in heads {
        certain[head.signal] &= head.certain;
        governs[head.signal].extend(head.chosen);
    }
    for (i, signal) in parts.signals.iter_mut().enumerate() {
        signal.governs = std::mem::take(&mut governs[i]).into_iter().collect();
        signal.certain = certain[i] && !signal.governs.is_empty();
    }
}

/// Paths that traffic in the lane comes to next.
fn ahead(parts: &Parts, from_lane: &[Vec<PathIx>], lane: LaneIx, s: f64) -> Vec<PathIx> {
    let first = &parts.lanes[lane.get()];
    let mut open = vec![(lane, first.length_m() - first.station_at(s))];
    let (mut seen, mut out) = (vec![lane], Vec::new());
    while let Some((at, to_end)) = open.pop() {
        if to_end > APPROACH_M {
            continue;
        }
        out.extend(&from_lane[at.get()]);
        for &next in &parts.lanes[at.get()].successors {
            let l = &parts.lanes[next.get()];
            if !l.in_junction && !seen.contains(&next) {
                seen.push(next);
                open.push((next, to_end + l.length_m()));
            }
        }
    }
    out.sort_unstable();
    out
}

/// Turns that the light's arrow allows; `None` for a light without arrow.
fn arrow(parts: &Parts, signal: usize) -> Option<&'static [Turn]> {
    let s = &parts.signals[signal];
    match (s.code.as_str(), s.subcode.as_str()) {
        ("1000011", "10") => Some(&[Turn::Left, Turn::Around]),
        ("1000011", "20") => Some(&[Turn::Right]),
        ("1000011", "30") => Some(&[Turn::Straight]),
        ("1000011", "40") => Some(&[Turn::Left, Turn::Around, Turn::Straight]),
        ("1000011", "50") => Some(&[Turn::Straight, Turn::Right]),
        _ => None,
    }
}

fn by_arrow(parts: &Parts, head: &mut Head, turns: &[Turn]) {
    let path = |p: &PathIx| &parts.paths[p.get()];
    head.chosen = head.paths.iter().copied().filter(|p| turns.contains(&path(p).turn)).collect();
    // A lane that leads one way only leaves no choice, however its arrow is called.
    if head.chosen.is_empty() && head.paths.len() == 1 {
        head.chosen.clone_from(&head.paths);
    } else if head.chosen.is_empty() {
        // No path turns as sharply as the arrow's name asks: the one that comes nearest.
        head.certain = false;
        let wanted = match turns.first() {
            Some(Turn::Left) => f64::INFINITY,
            Some(Turn::Right) => f64::NEG_INFINITY,
            _ => 0.0,
        };
        let cost = |p: &PathIx| {
            if wanted == 0.0 { path(p).turn_rad.abs() } else { -path(p).turn_rad * wanted.signum() }
        };
        head.chosen =
            head.paths.iter().copied().min_by(|a, b| cost(a).total_cmp(&cost(b))).into_iter().collect();
    }
}

/// Name of netconvert's traffic light and the index of the link: `C_5` is link 5 of `C`.
fn link_index(number: &str) -> Option<(&str, u32)> {
    let (name, index) = number.rsplit_once('_')?;
    Some((name, index.parse().ok()?))
}

/// Settles who governs what where several indexed lights of one controller hang over one lane.
fn share_out(parts: &Parts, heads: &mut [Head]) {
    let name = |h: &Head| link_index(&parts.signals[h.signal].number).map(|(n, i)| (n.to_owned(), i));
    let mut groups: BTreeMap<(LaneIx, String), Vec<(u32, usize)>> = BTreeMap::new();
    for (h, head) in heads.iter().enumerate() {
        if let Some((tls, index)) = name(head) {
            groups.entry((head.lane, tls)).or_default().push((index, h));
        }
    }
    for mut members in groups.into_values() {
        if members.len() < 2 {
            continue;
        }
        members.sort_unstable();
        // A light without arrow takes what the arrows leave.
        let claimed: BTreeSet<PathIx> = members
            .iter()
            .filter(|(_, h)| arrow(parts, heads[*h].signal).is_some())
            .flat_map(|(_, h)| heads[*h].chosen.clone())
            .collect();
        for &(_, h) in &members {
            if arrow(parts, heads[h].signal).is_none() {
                let rest: Vec<PathIx> =
                    heads[h].paths.iter().copied().filter(|p| !claimed.contains(p)).collect();
                if !rest.is_empty() {
                    heads[h].certain &= rest.len() == 1;
                    heads[h].chosen = rest;
                }
            }
        }
        // Lights that claim the same several paths: the indices run with the paths from right to left.
        let claims: BTreeSet<Vec<PathIx>> =
            members.iter().map(|(_, h)| heads[*h].chosen.clone()).filter(|c| c.len() > 1).collect();
        for claim in claims {
            let same: Vec<usize> =
                members.iter().map(|(_, h)| *h).filter(|h| heads[*h].chosen == claim).collect();
            if same.len() < 2 {
                continue;
            }
            let mut ordered = claim.clone();
            ordered.sort_by(|a, b| {
                let (a, b) = (&parts.paths[a.get()], &parts.paths[b.get()]);
                let target = |p: &crate::lane::Path| p.to.map_or(0, |l| -parts.lanes[l.get()].number.abs());
                a.turn_rad.total_cmp(&b.turn_rad).then(target(a).cmp(&target(b)))
            });
            for (k, &h) in same.iter().enumerate() {
                heads[h].certain = false;
                if same.len() == ordered.len() {
                    heads[h].chosen = vec![ordered[k]];
                }
            }
        }
    }
}
