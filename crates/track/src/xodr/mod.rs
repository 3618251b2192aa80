//! OpenDRIVE: text to records, records to exact geometry, geometry to samples, and links between them.

mod build;
mod crossing;
mod cubic;
mod govern;
mod lane_record;
mod links;
mod marks;
mod objects;
mod plan;
mod record;
mod sample;
mod signals;
mod speed;
mod stop;
mod surface;
pub(crate) mod text;
pub(crate) mod xml;

#[cfg(test)]
mod tests;

pub(crate) use crossing::stretches as crossing_stretches;
pub(crate) use links::paths;

use lukao_model::{Error, Frame};

use crate::limits::{Limits, MAX_NOTES};
use crate::track::Parts;

/// Remarks on a map, in words, without end.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<String>);

impl Notes {
    pub(crate) fn add(&mut self, note: String) {
        if self.0.len() < MAX_NOTES {
            self.0.push(note);
        } else if self.0.len() == MAX_NOTES {
            self.0.push("further remarks left out".to_owned());
        }
    }

    pub(crate) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// Reads the text of an OpenDRIVE file.
pub(crate) fn read(name: &str, text: &str, limits: &Limits) -> Result<(Frame, Parts), Error> {
    let xml = xml::Xml::parse(name, text, "OpenDRIVE", "an OpenDRIVE map")?;
    let mut notes = Notes::default();
    let map = record::read(&xml, &mut notes)?;
    let frame = map.frame.clone();
    let mut parts = Parts::default();
    let built = build::build(&map, &xml, limits, &mut parts, &mut notes)?;
    links::link(&map, &built, &mut parts, &mut notes);
    parts.junctions = links::junctions(&map, &built);
    let placements = signals::place(&map, &built, &mut parts, &mut notes);
    stop::painted(&map, &placements, &mut parts, &mut notes);
    objects::place(&map, &built, &mut parts, &mut notes);
    crossing::resolve(&map, &mut parts, &mut notes);
    crossing::resolve_zones(&mut parts);
    govern::resolve(&map, &placements, &mut parts);
    stop::resolve(&mut parts, &placements);
    speed::resolve(&map, &built, &placements, &mut parts);
    parts.notes = notes.0;
    features(&mut parts);
    Ok((frame, parts))
}

/// What the parts hold, but for heights.
pub(crate) fn features(parts: &mut Parts) {
    let f = &mut parts.features;
    f.marks = parts.lines.iter().any(|l| l.marks.iter().any(|m| m.kind != crate::mark::MarkKind::None));
    f.speed_limits = parts.lanes.iter().any(|l| !l.speeds.is_empty());
    f.traffic_lights = parts.signals.iter().any(|s| s.kind == crate::furniture::SignalKind::TrafficLight);
    f.stop_lines = parts.stop_lines.iter().any(|s| !s.derived);
    f.crossings = !parts.crossings.is_empty();
    f.parking_spaces = !parts.parking_spaces.is_empty();
}
