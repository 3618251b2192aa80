//! ASAM OSI: `.osi` traces and OSI in MCAP, both ways. `docs/osi.md` says what is read and how it is taken.
//!
//! ```no_run
//! use lukao_logs::{Bundle, Input, ReadOptions, osi};
//! let bytes = std::fs::read("20261122T000000Z_gt_380_736_1091_cut_in.osi")?;
//! let bundle = Bundle { main: Input { name: "cut_in.osi".into(), bytes }, companions: Vec::new() };
//! let drive = osi::read_trace(&bundle, &ReadOptions::default())?;
//! let mcap = osi::write_mcap(&drive)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bulbs;
mod container;
mod frame;
mod host;
mod lanes;
mod message;
mod read;
mod schema;
mod trace;
mod vehicle;
mod write;

use lukao_model::{Drive, Error, Position};
use prost::bytes::Bytes;

use crate::ingest::At;
use crate::{Bundle, ReadOptions};
use read::{Arrived, Reader};
use trace::{Records, Top};

pub use lanes::{
    Boundary, BoundaryPoint, Lane, LaneKind, LineColor, LineKind, OsiLanes, StopLine, TrafficLightPlace,
};
pub use trace::looks_like_trace;
pub use write::{write_mcap, write_trace};

/// Reads a `.osi` trace of GroundTruth, SensorView or HostVehicleData messages; which, the first record tells.
///
/// # Errors
/// If the trace is cut short or damaged, its messages are none of these, name no version of the interface, have
/// no time, or hold what the data policy refuses. The position is the record, the text has its byte.
pub fn read_trace(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let name = &bundle.main.name;
    let mut records = Records::new(name, &bundle.main.bytes).peekable();
    let kind = match records.peek() {
        Some(Ok(first)) => trace::kind_of(name, first)?,
        Some(Err(e)) => return Err(e.clone()),
        None => return Err(Error::new(name, "at least one record", "an empty file").at(Position::Byte(0))),
    };
    let mut reader = Reader::new(name, "osi", options);
    for record in records {
        let record = record?;
        let top = trace::decode(kind, Bytes::copy_from_slice(record.body)).map_err(|e| {
            let found = format!("{e} (byte {})", record.byte);
            Error::new(name, format!("a whole {} message", kind.name()), found)
                .at(Position::Record(record.index))
        })?;
        let from =
            Arrived { source: 0, source_name: kind.name(), logged_ns: None, at: At::Record(record.index) };
        reader.push(top, &from)?;
    }
    reader.finish()
}

/// Reads the OSI channels of an MCAP file: one ground truth (a GroundTruth or SensorView channel, whichever
/// comes first) and all HostVehicleData. Channels of other messages are left out with a note.
///
/// # Errors
/// If the file is cut short or damaged (position: byte), unpacks to more than the limits, has no OSI channel, or
/// a message is not as in [`read_trace`] (position: number of the message in the file).
pub fn read_mcap(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let name = &bundle.main.name;
    let mut reader = Reader::new(name, "mcap", options);
    let mut any = false;
    let contents = container::read(name, &bundle.main.bytes, options.limits, |message, channel| {
        any = true;
        let top = trace::decode(message.kind, message.data).map_err(|e| {
            let found = format!("{e} on channel \"{}\"", channel.topic);
            let expected = format!("a whole {} message", message.kind.name());
            Error::new(name, expected, found).at(Position::Record(message.index))
        })?;
        let from = Arrived {
            source: u32::from(message.channel),
            source_name: &channel.topic,
            logged_ns: message.log_time_ns,
            at: At::Record(message.index),
        };
        reader.push(top, &from)
    })?;
    if !any {
        let schemas: Vec<String> = contents.channels.values().map(|c| format!("\"{}\"", c.schema)).collect();
        let found = if schemas.is_empty() { "no channel".into() } else { schemas.join(", ") };
        let expected = "messages of osi3.GroundTruth, osi3.SensorView or osi3.HostVehicleData";
        return Err(Error::new(name, expected, found));
    }
    for channel in contents.channels.values().filter(|c| c.kind.is_none() && c.messages > 0) {
        let text = || format!("{} messages of \"{}\"; left out", channel.messages, channel.schema);
        reader.log_mut().note("osi-other-channel", &channel.topic, None, text);
    }
    reader.log_mut().header_mut().producer = contents.library;
    reader.finish()
}

/// The lanes that an OSI log describes, from its first ground truth that has any; `None` if none has.
///
/// # Errors
/// As [`read_trace`] and [`read_mcap`], for what is read until lanes are found.
pub fn lanes(bundle: &Bundle, options: &ReadOptions) -> Result<Option<OsiLanes>, Error> {
    let name = &bundle.main.name;
    let of = |top: Top, at: Position| {
        let g = match top {
            Top::GroundTruth(g) => Some(*g),
            Top::SensorView(s) => s.truth,
            Top::HostVehicleData(_) => None,
        };
        match g {
            Some(g) => lanes::of(&g).map_err(|e| e.in_source(name).at(at)),
            None => Ok(None),
        }
    };
    if bundle.main.bytes.starts_with(b"\x89MCAP") {
        let mut found = None;
        container::read(name, &bundle.main.bytes, options.limits, |message, _| {
            if found.is_none()
                && let Ok(top) = trace::decode(message.kind, message.data)
            {
                found = of(top, Position::Record(message.index))?;
            }
            Ok(())
        })?;
        return Ok(found);
    }
    let mut kind = None;
    for record in Records::new(name, &bundle.main.bytes) {
        let record = record?;
        let kind = match kind {
            Some(k) => k,
            None => *kind.insert(trace::kind_of(name, &record)?),
        };
        if let Ok(top) = trace::decode(kind, Bytes::copy_from_slice(record.body))
            && let Some(lanes) = of(top, Position::Record(record.index))?
        {
            return Ok(Some(lanes));
        }
    }
    Ok(None)
}
