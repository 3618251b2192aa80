//! Signals and signs, and the lanes that they speak to.

use std::collections::BTreeMap;

use lukao_model::Error;
use roxmltree::Node;

use super::Notes;
use super::build::Built;
use super::record::Map;
use super::surface;
use super::xml::{Xml, attribute, children, grouped};
use crate::furniture::{Signal, SignalKind};
use crate::ix::{LaneIx, RoadIx, SignalIx};
use crate::lane::Travel;
use crate::limits::MAX_SIGNALS_A_ROAD;
use crate::plane::{dist, xy};
use crate::signs::{Code, kind};
use crate::track::Parts;

/// A `<signal>` or `<signalReference>`.
pub(crate) struct SignalRecord {
    pub reference: bool,
    pub number: String,
    pub name: String,
    pub s: f64,
    pub t: f64,
    pub z_offset: f64,
    pub facing: Travel,
    pub dynamic: bool,
    pub country: String,
    pub code: String,
    pub subcode: String,
    pub value: Option<f64>,
    pub unit: String,
    pub text: String,
    /// Ranges of lane numbers; none means all.
    pub validity: Vec<(i32, i32)>,
}

/// Where a signal is valid: at its own place, or where a reference repeats it.
pub(crate) struct Placement {
    pub signal: SignalIx,
    pub road: usize,
    pub s: f64,
    /// Traffic lanes that it speaks to.
    pub lanes: Vec<LaneIx>,
    /// Whether the record itself names the lanes.
    pub certain: bool,
}

pub(crate) fn read(xml: &Xml<'_>, road: Node<'_, '_>) -> Result<Vec<SignalRecord>, Error> {
    let mut out = Vec::new();
    for (name, reference) in [("signal", false), ("signalReference", true)] {
        for node in grouped(road, "signals", name) {
            let mut validity = Vec::new();
            for v in children(node, "validity") {
                let (a, b) = (xml.lane_number(v, "fromLane")?, xml.lane_number(v, "toLane")?);
                validity.push((a.min(b), a.max(b)));
            }
            let subcode = attribute(node, "subtype");
            out.push(SignalRecord {
                reference,
                number: xml.text(node, "id")?.to_owned(),
                name: attribute(node, "name"),
                s: xml.needed(node, "s")?,
                t: xml.needed(node, "t")?,
                z_offset: xml.or_zero(node, "zOffset")?,
                facing: match node.attribute("orientation") {
                    Some("+") => Travel::Forward,
                    Some("-") => Travel::Backward,
                    _ => Travel::Both,
                },
                dynamic: attribute(node, "dynamic").eq_ignore_ascii_case("yes"),
                country: attribute(node, "country"),
                code: attribute(node, "type"),
                subcode: if subcode == "-1" || subcode == "none" { String::new() } else { subcode },
                value: xml.number(node, "value").unwrap_or(None),
                unit: attribute(node, "unit"),
                text: attribute(node, "text"),
                validity,
            });
        }
    }
    if out.len() > MAX_SIGNALS_A_ROAD {
        let expected = format!("at most {MAX_SIGNALS_A_ROAD} signals on one road");
        return Err(xml.error(road, expected, out.len().to_string()));
    }
    Ok(out)
}

/// Makes the signals and finds the lanes that they speak to.
pub(crate) fn place(map: &Map, built: &Built, parts: &mut Parts, notes: &mut Notes) -> Vec<Placement> {
    let mut placements = Vec::new();
    let mut controllers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for c in &map.controllers {
        for number in &c.signals {
            controllers.entry(number).or_default().push(c.number.clone());
        }
    }
    let mut by_number: BTreeMap<&str, SignalIx> = BTreeMap::new();
    for (r, road) in map.roads.iter().enumerate() {
        for record in road.signals.iter().filter(|x| !x.reference) {
            let signal = SignalIx::new(parts.signals.len());
            let s = record.s.clamp(0.0, road.length);
            let mut at_m = surface::point(road, s, record.t);
            at_m[2] += record.z_offset;
            let code = Code {
                country: &record.country,
                code: &record.code,
                subcode: &record.subcode,
                name: &record.name,
                value: record.value,
                unit: &record.unit,
                dynamic: record.dynamic,
            };
            parts.signals.push(Signal {
                id: format!("signal {} / road {}", record.number, road.number),
                number: record.number.clone(),
                name: record.name.clone(),
                kind: kind(&code),
                dynamic: record.dynamic,
                country: record.country.clone(),
                code: record.code.clone(),
                subcode: record.subcode.clone(),
                value: record.value,
                unit: record.unit.clone(),
                text: record.text.clone(),
                road: RoadIx::new(r),
                at_st_m: [record.s, record.t],
                at_m,
                facing: record.facing,
                lanes: Vec::new(),
                governs: Vec::new(),
                certain: false,
                stop_lines: Vec::new(),
                controllers: controllers.get(record.number.as_str()).cloned().unwrap_or_default(),
            });
            by_number.entry(&record.number).or_insert(signal);
            placements.push(placement(map, built, parts, signal, r, record));
        }
    }
    parts.controllers.clone_from(&map.controllers);
    let mut lost = 0;
    for (r, road) in map.roads.iter().enumerate() {
        for record in road.signals.iter().filter(|x| x.reference) {
            match by_number.get(record.number.as_str()) {
                Some(&signal) => placements.push(placement(map, built, parts, signal, r, record)),
                None => lost += 1,
            }
        }
    }
    if lost > 0 {
        notes.add(format!("{lost} signal references name a signal that is not there"));
    }
    for p in &placements {
        let lanes = &mut parts.signals[p.signal.get()].lanes;
        lanes.extend(&p.lanes);
        lanes.sort_unstable();
        lanes.dedup();
    }
    placements
}

fn placement(
    map: &Map,
    built: &Built,
    parts: &Parts,
    signal: SignalIx,
    road: usize,
    record: &SignalRecord,
) -> Placement {
    let s = record.s.clamp(0.0, map.roads[road].length);
    let section = Built::section_at(map, road, s, record.facing);
    let addressed: Vec<LaneIx> = built.sections[road][section]
        .iter()
        .copied()
        .filter(|l| {
            let lane = &parts.lanes[l.get()];
            let direction =
                record.facing == Travel::Both || lane.travel == Travel::Both || lane.travel == record.facing;
            lane.kind.is_traffic() && direction
        })
        .collect();
    let valid = |l: &LaneIx| {
        let number = parts.lanes[l.get()].number;
        record.validity.is_empty() || record.validity.iter().any(|(a, b)| (*a..=*b).contains(&number))
    };
    let lanes: Vec<LaneIx> = addressed.iter().copied().filter(valid).collect();
    // Validity for lane 0 alone means no lane. Otherwise a range that names none of the addressed lanes was
    // counted in another way (older exports number from the kerb); then the lane that it hangs over is meant.
    let no_lane = record.validity.iter().all(|v| *v == (0, 0));
    if lanes.is_empty() && !no_lane && parts.signals[signal.get()].kind == SignalKind::TrafficLight {
        let at = xy(surface::point(&map.roads[road], s, record.t));
        let beneath = addressed.into_iter().min_by(|a, b| {
            let away = |l: &LaneIx| {
                let lane = &parts.lanes[l.get()];
                dist(at, xy(lane.centre_at(lane.station_at(s))))
            };
            away(a).total_cmp(&away(b))
        });
        return Placement { signal, road, s, lanes: beneath.into_iter().collect(), certain: false };
    }
    Placement { signal, road, s, lanes, certain: true }
}
