//! Speed limits along the lanes: what the lane itself says, else the last sign passed, else the road's type.

use super::build::Built;
use super::record::Map;
use super::sample::section_end;
use super::signals::Placement;
use crate::furniture::SignalKind;
use crate::ix::LaneIx;
use crate::lane::{SpeedLimit, SpeedSpan};
use crate::track::Parts;

/// Most lanes that one sign is carried along.
const MAX_CARRIED: usize = 256;

/// A stretch and what holds on it; `None` means that a sign is there whose value nobody knows, or that one
/// limit ended and no other is known.
#[derive(Clone)]
struct Piece {
    from: f64,
    to: f64,
    limit: Option<SpeedLimit>,
    by_lane: bool,
}

pub(crate) fn resolve(map: &Map, built: &Built, placements: &[Placement], parts: &mut Parts) {
    let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); parts.lanes.len()];
    for (r, road) in map.roads.iter().enumerate() {
        for (i, section) in road.sections.iter().enumerate() {
            let (from, to) = (section.s, section_end(road, i));
            for (record, &ix) in section.lanes.iter().zip(&built.sections[r][i]) {
                let mut cuts = vec![from, to];
                cuts.extend(road.types.iter().map(|t| t.s));
                cuts.extend(record.speeds.iter().map(|s| section.s + s.s));
                cuts.retain(|s| (from..=to).contains(s));
                cuts.sort_by(f64::total_cmp);
                for pair in cuts.windows(2) {
                    if pair[1] - pair[0] < 1e-9 {
                        continue;
                    }
                    let (limit, by_lane) =
                        declared(map, r, record, &parts.lanes[ix.get()].id, section.s, pair[0]);
                    let lane = &parts.lanes[ix.get()];
                    let (a, b) = (lane.station_at(pair[0]), lane.station_at(pair[1]));
                    pieces[ix.get()].push(Piece { from: a.min(b), to: a.max(b), limit, by_lane });
                }
                pieces[ix.get()].sort_by(|a, b| a.from.total_cmp(&b.from));
            }
        }
    }
    carry_signs(placements, parts, &mut pieces);
    for (lane, pieces) in parts.lanes.iter_mut().zip(pieces) {
        let mut spans: Vec<SpeedSpan> = Vec::new();
        for p in pieces {
            let Some(limit) = p.limit else { continue };
            match spans.last_mut() {
                Some(last) if last.limit == limit && p.from <= last.to_m + 1e-9 => last.to_m = p.to,
                _ => spans.push(SpeedSpan { from_m: p.from, to_m: p.to, limit }),
            }
        }
        lane.speeds = spans;
    }
}

/// What the lane's record or the road's type says at `s`.
fn declared(
    map: &Map,
    road: usize,
    record: &super::record::LaneRecord,
    lane_id: &str,
    section_s: f64,
    s: f64,
) -> (Option<SpeedLimit>, bool) {
    let road = &map.roads[road];
    let n = record.speeds.partition_point(|x| section_s + x.s <= s + 1e-9);
    if let Some(speed) = n.checked_sub(1).and_then(|k| record.speeds.get(k)) {
        return (Some(SpeedLimit { max_mps: speed.max_mps, source: format!("{lane_id} speed") }), true);
    }
    let n = road.types.partition_point(|x| x.s <= s + 1e-9);
    let limit = n.checked_sub(1).and_then(|k| road.types.get(k)).and_then(|t| {
        let speed = t.speed?;
        let country = if t.country.is_empty() { String::new() } else { format!(" ({})", t.country) };
        Some(SpeedLimit {
            max_mps: speed.max_mps,
            source: format!("road {} type {}{country}", road.number, t.kind),
        })
    });
    (limit, false)
}

/// A sign on a lane.
struct Sign {
    station: f64,
    /// The limit that begins; `None` where the value is not known.
    limit: Option<SpeedLimit>,
    ends: bool,
}

fn carry_signs(placements: &[Placement], parts: &Parts, pieces: &mut [Vec<Piece>]) {
    let mut signs: Vec<Vec<Sign>> = Vec::new();
    signs.resize_with(parts.lanes.len(), Vec::new);
    for p in placements {
        let signal = &parts.signals[p.signal.get()];
        let (max, ends) = match signal.kind {
            SignalKind::SpeedLimit(max) => (max, false),
            SignalKind::SpeedLimitEnd => (None, true),
            _ => continue,
        };
        for &lane in &p.lanes {
            let station = parts.lanes[lane.get()].station_at(p.s);
            let limit = max.map(|m| SpeedLimit { max_mps: Some(m), source: signal.id.clone() });
            signs[lane.get()].push(Sign { station, limit, ends });
        }
    }
    for of_lane in &mut signs {
        of_lane.sort_by(|a, b| a.station.total_cmp(&b.station));
    }
    for (l, of_lane) in signs.iter().enumerate() {
        for (k, sign) in of_lane.iter().enumerate() {
            if sign.ends {
                continue;
            }
            let end = of_lane.get(k + 1).map(|next| next.station);
            let length = parts.lanes[l].length_m();
            paint(&mut pieces[l], sign.station, end.unwrap_or(length), sign);
            if end.is_none() {
                carry_on(parts, &signs, pieces, LaneIx::new(l), sign);
            }
        }
    }
}

/// Carries a sign over the lanes that follow, as far as the next sign or junction.
fn carry_on(parts: &Parts, signs: &[Vec<Sign>], pieces: &mut [Vec<Piece>], from: LaneIx, sign: &Sign) {
    let mut seen = vec![from];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for &next in &parts.lanes[at.get()].successors {
            let lane = &parts.lanes[next.get()];
            if lane.in_junction || seen.contains(&next) || seen.len() >= MAX_CARRIED {
                continue;
            }
            seen.push(next);
            let end = signs[next.get()].first().map(|s| s.station);
            paint(&mut pieces[next.get()], 0.0, end.unwrap_or(lane.length_m()), sign);
            if end.is_none() {
                open.push(next);
            }
        }
    }
}

/// Puts a sign's limit over a stretch, except where the lane itself says otherwise.
fn paint(pieces: &mut Vec<Piece>, from: f64, to: f64, sign: &Sign) {
    let mut out = Vec::new();
    for p in pieces.drain(..) {
        let (a, b) = (p.from.max(from), p.to.min(to));
        if p.by_lane || b <= a {
            out.push(p);
            continue;
        }
        if p.from < a {
            out.push(Piece { to: a, ..p.clone() });
        }
        out.push(Piece { from: a, to: b, limit: sign.limit.clone(), by_lane: false });
        if p.to > b {
            out.push(Piece { from: b, ..p });
        }
    }
    *pieces = out;
}
