//! Records of lane sections: lanes with their widths, heights, marks, limits and links.

use lukao_model::Error;
use roxmltree::Node;

use super::Notes;
use super::record::{LaneRecord, MarkRecord, SectionRecord, SpeedRecord, StripeRecord, read_profile};
use super::xml::{Xml, attribute, child, children, grouped};
use crate::limits::MAX_LANES_A_SIDE;

pub(crate) fn read_sections(
    xml: &Xml<'_>,
    lanes: Node<'_, '_>,
    length: f64,
    road: &str,
    notes: &mut Notes,
) -> Result<Vec<SectionRecord>, Error> {
    let mut sections: Vec<SectionRecord> = Vec::new();
    for node in children(lanes, "laneSection") {
        let s = xml.or_zero(node, "s")?;
        let mut right = read_lanes(xml, node, "right")?;
        let mut left = read_lanes(xml, node, "left")?;
        let centre_marks = match grouped(node, "center", "lane").next() {
            Some(c) => read_marks(xml, c)?,
            None => Vec::new(),
        };
        right.retain(|l| l.number < 0);
        left.retain(|l| l.number > 0);
        right.sort_by_key(|l| l.number);
        left.sort_by_key(|l| l.number);
        for side in [&mut right, &mut left] {
            let before = side.len();
            side.dedup_by_key(|l| l.number);
            if side.len() < before {
                notes.add(format!("road {road}: a lane section has a lane twice; the first counts"));
            }
            if side.len() > MAX_LANES_A_SIDE {
                let expected = format!("at most {MAX_LANES_A_SIDE} lanes on one side");
                return Err(xml.error(node, expected, side.len().to_string()));
            }
        }
        let n = right.len();
        right.append(&mut left);
        if s >= length - 1e-9 {
            notes.add(format!("road {road}: a lane section at its end, left out"));
            continue;
        }
        sections.push(SectionRecord { s: s.max(0.0), lanes: right, right: n, centre_marks });
    }
    sections.sort_by(|a, b| a.s.total_cmp(&b.s));
    if sections.is_empty() {
        return Err(xml.error(lanes, "at least one laneSection", "none"));
    }
    Ok(sections)
}

fn read_lanes(xml: &Xml<'_>, section: Node<'_, '_>, side: &'static str) -> Result<Vec<LaneRecord>, Error> {
    let mut out = Vec::new();
    for node in grouped(section, side, "lane") {
        let mut heights = Vec::new();
        for h in children(node, "height") {
            heights.push((xml.or_zero(h, "sOffset")?, xml.or_zero(h, "inner")?, xml.or_zero(h, "outer")?));
        }
        heights.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut speeds = Vec::new();
        for sp in children(node, "speed") {
            speeds.extend(read_speed(xml, sp, "sOffset")?);
        }
        speeds.sort_by(|a, b| a.s.total_cmp(&b.s));
        let links = |name: &'static str| -> Result<Vec<i32>, Error> {
            grouped(node, "link", name).map(|l| xml.lane_number(l, "id")).collect()
        };
        out.push(LaneRecord {
            number: xml.lane_number(node, "id")?,
            kind: attribute(node, "type"),
            level: matches!(node.attribute("level"), Some("true" | "1")),
            direction: attribute(node, "direction"),
            width: read_profile(xml, children(node, "width"), "sOffset")?,
            border: read_profile(xml, children(node, "border"), "sOffset")?,
            heights,
            marks: read_marks(xml, node)?,
            speeds,
            predecessors: links("predecessor")?,
            successors: links("successor")?,
        });
    }
    Ok(out)
}

fn read_marks(xml: &Xml<'_>, lane: Node<'_, '_>) -> Result<Vec<MarkRecord>, Error> {
    let mut out = Vec::new();
    for node in children(lane, "roadMark") {
        let mut stripes = Vec::new();
        for line in grouped(node, "type", "line") {
            stripes.push(StripeRecord {
                t: xml.or_zero(line, "tOffset")?,
                length: xml.or_zero(line, "length")?,
                space: xml.or_zero(line, "space")?,
                width: xml.number(line, "width")?,
            });
        }
        let type_width = child(node, "type").map(|t| xml.number(t, "width")).transpose()?.flatten();
        out.push(MarkRecord {
            s: xml.or_zero(node, "sOffset")?,
            kind: attribute(node, "type"),
            colour: attribute(node, "color"),
            width: xml.number(node, "width")?.or(type_width),
            lane_change: attribute(node, "laneChange"),
            stripes,
        });
    }
    out.sort_by(|a, b| a.s.total_cmp(&b.s));
    Ok(out)
}

/// A `<speed>`; `None` if it says that nothing is known.
pub(crate) fn read_speed(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    start: &str,
) -> Result<Option<SpeedRecord>, Error> {
    let s = if start.is_empty() { 0.0 } else { xml.or_zero(node, start)? };
    let max_mps = match node.attribute("max").map(str::trim) {
        None | Some("undefined" | "") => return Ok(None),
        Some("no limit") => None,
        Some(_) => {
            let unit = node.attribute("unit").unwrap_or("m/s");
            let factor = crate::signs::speed_unit(unit).ok_or_else(|| {
                xml.error(node, "m/s, km/h or mph as unit", format!("\"{}\"", super::xml::shorten(unit)))
            })?;
            let max = xml.needed(node, "max")? * factor;
            // Exporters write -1 or 0 for "not known".
            if max <= 0.0 {
                return Ok(None);
            }
            Some(max)
        }
    };
    Ok(Some(SpeedRecord { s, max_mps }))
}
