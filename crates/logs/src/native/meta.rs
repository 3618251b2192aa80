//! What the native file keeps as JSON: the header in the schema's metadata, and what is constant in a row.

use std::collections::BTreeMap;

use lukao_model::channel::{Channel, Origin};
use lukao_model::drive::{Actor, ActorIx, Clock, Header, Note};
use lukao_model::frame::Frame;
use lukao_model::stream::Stream;
use lukao_model::time::Interval;
use lukao_model::vehicle::{ActorClass, BoxSize, Outline, VehicleSheet};
use serde::{Deserialize, Serialize};

/// Key in the schema's metadata that holds the [`FileMeta`]; it also tells a drive file from any other.
pub(crate) const KEY: &str = "lukao.drive";

/// Version that is written: major, minor.
pub(crate) const VERSION: [u32; 2] = [1, 0];

/// Read first, so that a file of a later version is told from a damaged one.
#[derive(Deserialize)]
pub(crate) struct VersionOnly {
    pub version: [u32; 2],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct FileMeta {
    pub version: [u32; 2],
    pub header: HeaderMeta,
    pub clocks: Vec<ClockMeta>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ClockMeta {
    pub stream: u32,
    pub first_tick: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct HeaderMeta {
    name: String,
    format: String,
    producer: String,
    frame: Frame,
    streams: Vec<Stream>,
    actors: Vec<ActorMeta>,
    signals: Vec<String>,
    ego: Option<u32>,
    track: Option<String>,
    max_gap_ns: i64,
    span: Option<Interval>,
    notes: Vec<NoteMeta>,
}

#[derive(Serialize, Deserialize)]
struct ActorMeta {
    id: String,
    class: ActorClass,
    #[serde(default)]
    reference_point: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exempt_from: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    towed_by: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outline: Option<Outline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<VehicleSheet>,
}

#[derive(Serialize, Deserialize)]
struct NoteMeta {
    code: String,
    subject: String,
    when: Option<Interval>,
    count: u64,
    text: String,
}

impl FileMeta {
    pub fn new(h: &Header, clocks: &[Clock]) -> Self {
        let actors = h.actors.iter().map(|a| ActorMeta {
            id: a.id.clone(),
            class: a.class,
            reference_point: a.reference_point.clone(),
            exempt_from: a.exempt_from.iter().map(|x| x.0).collect(),
            towed_by: a.towed_by.map(|x| x.0),
            outline: a.outline.clone(),
            sheet: a.sheet.clone(),
        });
        let notes = h.notes.iter().map(|n| NoteMeta {
            code: n.code.clone(),
            subject: n.subject.clone(),
            when: n.when,
            count: n.count,
            text: n.text.clone(),
        });
        let header = HeaderMeta {
            name: h.name.clone(),
            format: h.format.clone(),
            producer: h.producer.clone(),
            frame: h.frame.clone(),
            streams: h.streams.clone(),
            actors: actors.collect(),
            signals: h.signals.clone(),
            ego: h.ego.map(|x| x.0),
            track: h.track.clone(),
            max_gap_ns: h.max_gap_ns,
            span: h.span,
            notes: notes.collect(),
        };
        let clocks = clocks.iter().map(|c| ClockMeta { stream: c.stream, first_tick: c.first_tick });
        Self { version: VERSION, header, clocks: clocks.collect() }
    }
}

impl HeaderMeta {
    pub fn into_header(self) -> Header {
        let actors = self.actors.into_iter().map(|a| Actor {
            id: a.id,
            class: a.class,
            reference_point: a.reference_point,
            exempt_from: a.exempt_from.into_iter().map(ActorIx).collect(),
            towed_by: a.towed_by.map(ActorIx),
            outline: a.outline,
            sheet: a.sheet,
        });
        let notes = self.notes.into_iter().map(|n| Note {
            code: n.code,
            subject: n.subject,
            when: n.when,
            count: n.count,
            text: n.text,
        });
        Header {
            name: self.name,
            format: self.format,
            producer: self.producer,
            frame: self.frame,
            streams: self.streams,
            actors: actors.collect(),
            signals: self.signals,
            ego: self.ego.map(ActorIx),
            track: self.track,
            max_gap_ns: self.max_gap_ns,
            span: self.span,
            notes: notes.collect(),
        }
    }
}

/// What is constant in a row: of a run its size, origin and index; of runs and series their channels.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct RowMeta {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<BoxSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Accuracy of x and y, m, if it is one figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xy_m_u: Option<f64>,
    /// Accuracy of the yaw, rad, if it is one figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yaw_rad_u: Option<f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, ChannelMeta>,
    /// Samples between the index's first and the row's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_skip: Option<u64>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct ChannelMeta {
    pub origin: Origin,
    /// Accuracy, if it is one figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<f64>,
}

impl RowMeta {
    pub fn channel(&self, channel: Channel) -> ChannelMeta {
        self.channels.get(channel.name()).copied().unwrap_or_default()
    }
}
