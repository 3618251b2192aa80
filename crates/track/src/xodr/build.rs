//! Records to roads, lanes and lines.

use std::collections::BTreeMap;

use lukao_model::Error;
use lukao_model::math::hypot;

use super::Notes;
use super::marks::marks;
use super::record::{Map, RoadRecord};
use super::sample::{Samples, sample, section_end};
use super::xml::Xml;
use crate::ix::{LaneIx, LineIx, RoadIx};
use crate::lane::{Lane, LaneKind, Road, RoadKind, Travel};
use crate::limits::Limits;
use crate::mark::Line;
use crate::plane::{P3, lerp3};
use crate::track::Parts;

/// Where the lanes of the records went: road by road, section by section, in the order of the record.
pub(crate) struct Built {
    pub sections: Vec<Vec<Vec<LaneIx>>>,
    /// Road's id to its place in the map's records, which is its [`RoadIx`].
    pub by_number: BTreeMap<String, usize>,
}

impl Built {
    /// The lane of that number in a section.
    pub(crate) fn lane(&self, map: &Map, road: usize, section: usize, number: i32) -> Option<LaneIx> {
        let lanes = &map.roads[road].sections.get(section)?.lanes;
        let i = lanes.iter().position(|l| l.number == number)?;
        self.sections[road][section].get(i).copied()
    }

    /// The section that holds `s`; at a joint the one that traffic of that direction comes from.
    pub(crate) fn section_at(map: &Map, road: usize, s: f64, coming_from: Travel) -> usize {
        let sections = &map.roads[road].sections;
        let n = match coming_from {
            Travel::Forward => sections.partition_point(|x| x.s < s - 1e-6),
            Travel::Backward | Travel::Both => sections.partition_point(|x| x.s <= s + 1e-6),
        };
        n.saturating_sub(1)
    }
}

pub(crate) fn build(
    map: &Map,
    xml: &Xml<'_>,
    limits: &Limits,
    parts: &mut Parts,
    notes: &mut Notes,
) -> Result<Built, Error> {
    let mut built = Built { sections: Vec::new(), by_number: BTreeMap::new() };
    let mut budget = limits.max_samples;
    for (r, road) in map.roads.iter().enumerate() {
        if built.by_number.contains_key(&road.number) {
            notes.add(format!("road {}: its id is used twice; links lead to the first", road.number));
        } else {
            built.by_number.insert(road.number.clone(), r);
        }
        let first_lane = parts.lanes.len();
        let mut sections = Vec::new();
        for section in 0..road.sections.len() {
            let samples = sample(road, section, xml, &mut budget)?;
            parts.features.heights |=
                samples.rows.iter().flat_map(|row| &row.borders).any(|p| p[2].abs() > 0.01);
            sections.push(add_section(road, RoadIx::new(r), section, &samples, parts));
        }
        built.sections.push(sections);
        parts.roads.push(Road {
            id: format!("road {}", road.number),
            number: road.number.clone(),
            name: road.name.clone(),
            length_m: road.length,
            junction: road.junction.clone(),
            left_hand: road.left_hand,
            lanes: (first_lane..parts.lanes.len()).map(LaneIx::new).collect(),
            kinds: road.types.iter().map(|t| RoadKind { road_s_m: t.s, kind: t.kind.clone() }).collect(),
        });
    }
    Ok(built)
}

fn add_section(
    road: &RoadRecord,
    road_ix: RoadIx,
    section: usize,
    samples: &Samples,
    parts: &mut Parts,
) -> Vec<LaneIx> {
    let record = &road.sections[section];
    let (from, to) = (record.s, section_end(road, section));
    let (first_line, first_lane) = (parts.lines.len(), parts.lanes.len());
    let n = record.lanes.len();
    let lane_ix = |i: usize| (i < n).then(|| LaneIx::new(first_lane + i));
    for border in 0..=n {
        // Border i is the right border of lane i; the centre line lies above the last right lane.
        let (number, records) = match border {
            b if b < record.right => (record.lanes[b].number, &record.lanes[b].marks),
            b if b == record.right => (0, &record.centre_marks),
            b => (record.lanes[b - 1].number, &record.lanes[b - 1].marks),
        };
        parts.lines.push(Line {
            id: format!("road {} section {section} line {number}", road.number),
            road: road_ix,
            points_m: samples.rows.iter().map(|row| row.borders[border]).collect(),
            road_s_m: samples.s.clone(),
            left: lane_ix(border),
            right: border.checked_sub(1).and_then(lane_ix),
            marks: marks(records, number, from, to),
        });
    }
    for (i, lane) in record.lanes.iter().enumerate() {
        let kind = LaneKind::from_opendrive(&lane.kind);
        let travel = travel(lane.number, &lane.direction, kind, road.left_hand);
        let lifted = |border: usize, side: usize| -> Vec<P3> {
            samples
                .rows
                .iter()
                .map(|row| {
                    let p = row.borders[border];
                    [p[0], p[1], p[2] + row.heights[i][side]]
                })
                .collect()
        };
        let (mut right_m, mut left_m) = (lifted(i, 0), lifted(i + 1, 1));
        let mut road_s_m = samples.s.clone();
        let (mut right, mut left) = (i.checked_sub(1).and_then(lane_ix), lane_ix(i + 1));
        let line = |b: usize| LineIx::new(first_line + b);
        let (mut right_line, mut left_line) = (line(i), line(i + 1));
        if travel == Travel::Backward {
            right_m.reverse();
            left_m.reverse();
            road_s_m.reverse();
            std::mem::swap(&mut right_m, &mut left_m);
            std::mem::swap(&mut right, &mut left);
            std::mem::swap(&mut right_line, &mut left_line);
        }
        let centre_m: Vec<P3> = left_m.iter().zip(&right_m).map(|(l, r)| lerp3(*l, *r, 0.5)).collect();
        parts.lanes.push(Lane {
            id: format!("road {} section {section} lane {}", road.number, lane.number),
            road: road_ix,
            section: u32::try_from(section).unwrap_or(u32::MAX),
            number: lane.number,
            kind,
            travel,
            stations_m: stations(&centre_m),
            road_s_m,
            left_m,
            right_m,
            centre_m,
            left_line,
            right_line,
            left,
            right,
            successors: Vec::new(),
            predecessors: Vec::new(),
            speeds: Vec::new(),
            in_junction: road.junction.is_some(),
        });
    }
    (0..n).filter_map(lane_ix).collect()
}

/// Right lanes go with the reference line where traffic keeps right, against it where it keeps left.
fn travel(number: i32, direction: &str, kind: LaneKind, left_hand: bool) -> Travel {
    if direction == "both" || kind == LaneKind::Bidirectional {
        return Travel::Both;
    }
    let forward = (number < 0) != left_hand;
    if forward == (direction != "reversed") { Travel::Forward } else { Travel::Backward }
}

fn stations(points: &[P3]) -> Vec<f64> {
    let mut at = 0.0;
    let mut out = Vec::with_capacity(points.len());
    for (i, p) in points.iter().enumerate() {
        if let Some(q) = i.checked_sub(1).and_then(|k| points.get(k)) {
            at += hypot(p[0] - q[0], p[1] - q[1]);
        }
        out.push(at);
    }
    out
}
