//! What an OSI log's coordinates mean, and on which map it was driven.

use lukao_model::Frame;
use lukao_model::frame::Crs;

use super::message::{GroundTruth, Vec3};
use crate::ingest::{Ingest, MAP_FRAME};

/// What our writer puts before a local frame's name, in the field for an opaque reference of the surroundings.
pub const OWN_FRAME: &str = "lukao-frame:";

/// The frame: a projection that is named, less its offset; else the plane of the map.
pub fn frame_of(g: &GroundTruth, log: &mut Ingest) -> Frame {
    let (frame, turned) = frame_and_turn(g);
    if turned {
        let text = || "a frame that is turned against its projection is a plane of its own".into();
        log.note("osi-turned-frame", "", None, text);
    }
    frame
}

pub fn frame_and_turn(g: &GroundTruth) -> (Frame, bool) {
    let offset = g.proj_frame_offset.unwrap_or_default();
    let turned = offset.yaw.is_some_and(|y| y != 0.0);
    let definition = g.proj_string.as_deref().map_or("", str::trim);
    let origin_m = offset.position.map_or([0.0; 3], Vec3::xyz);
    if let Some(name) = g.model_reference.as_deref().and_then(|m| m.strip_prefix(OWN_FRAME)) {
        let crs = if name.is_empty() { Crs::Unknown } else { Crs::Local { name: name.into() } };
        return (Frame { crs, origin_m }, false);
    }
    if definition.is_empty() || turned {
        return (Frame::local(MAP_FRAME), turned && !definition.is_empty());
    }
    let part = |key: &str| definition.split_whitespace().find_map(|w| Some(w.strip_prefix(key)?.to_owned()));
    let crs = Crs::Projected {
        definition: definition.into(),
        datum: part("+datum="),
        height: part("+geoidgrids="),
    };
    (Frame { crs, origin_m }, false)
}

/// The map as a name that can be looked for beside the log: a path of another machine is cut to its file.
pub fn track_name(reference: &str) -> Option<String> {
    let path = reference.trim().trim_start_matches("file://");
    let absolute = path.starts_with(['/', '\\']) || path.get(1..2) == Some(":");
    let name = if absolute { path.rsplit(['/', '\\']).next()? } else { path };
    (!name.is_empty()).then(|| name.to_owned())
}
