//! OSI messages written by hand, field number by field number, so that reading is not tested against itself.

use lukao_logs::{Bundle, Input, ReadOptions};
use lukao_model::{Drive, Error};

/// An integer field.
pub fn int(tag: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(u64::from(tag) << 3, &mut out);
    varint(value, &mut out);
    out
}

/// A double field.
pub fn real(tag: u32, value: f64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(u64::from(tag) << 3 | 1, &mut out);
    out.extend_from_slice(&value.to_le_bytes());
    out
}

/// A message or bytes field of these parts.
pub fn msg(tag: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = Vec::new();
    varint(u64::from(tag) << 3 | 2, &mut out);
    varint(body.len() as u64, &mut out);
    out.extend_from_slice(&body);
    out
}

/// A text field.
pub fn text(tag: u32, value: &str) -> Vec<u8> {
    msg(tag, &[value.as_bytes().to_vec()])
}

fn varint(mut v: u64, out: &mut Vec<u8>) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// `Identifier`.
pub fn id(tag: u32, value: u64) -> Vec<u8> {
    msg(tag, &[int(1, value)])
}

/// `Vector3d`, `Dimension3d`, `Orientation3d`: three doubles.
pub fn three(tag: u32, v: [f64; 3]) -> Vec<u8> {
    msg(tag, &[real(1, v[0]), real(2, v[1]), real(3, v[2])])
}

/// `InterfaceVersion` 3.7.0.
pub fn version(tag: u32) -> Vec<u8> {
    msg(tag, &[int(1, 3), int(2, 7), int(3, 0)])
}

/// `Timestamp`.
pub fn time(tag: u32, ms: u64) -> Vec<u8> {
    msg(tag, &[int(1, ms / 1000), int(2, ms % 1000 * 1_000_000)])
}

/// `MovingObject` of a vehicle, 4 m × 2 m × 1.5 m, in a ground truth.
pub fn car(number: u64, x: f64, more: &[Vec<u8>]) -> Vec<u8> {
    let base = msg(2, &[three(1, [4.0, 2.0, 1.5]), three(2, [x, 0.0, 0.75]), three(3, [0.0, 0.0, 0.0])]);
    let mut parts = vec![id(1, number), base, int(3, 2), msg(6, &[int(1, 4)])];
    parts.extend_from_slice(more);
    msg(5, &parts)
}

/// `GroundTruth` at a time, with version and these parts.
pub fn truth(ms: u64, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![version(1), time(2, ms)];
    all.extend_from_slice(parts);
    all.concat()
}

/// A trace of these messages.
pub fn trace(messages: &[Vec<u8>]) -> Vec<u8> {
    let record = |m: &Vec<u8>| [&(m.len() as u32).to_le_bytes()[..], m].concat();
    messages.iter().flat_map(record).collect()
}

pub fn bundle(name: &str, bytes: Vec<u8>) -> Bundle {
    Bundle { main: Input { name: name.into(), bytes }, companions: Vec::new() }
}

/// Reads a trace of these messages.
pub fn read(messages: &[Vec<u8>]) -> Result<Drive, Error> {
    lukao_logs::osi::read_trace(&bundle("a.osi", trace(messages)), &ReadOptions::default())
}

/// Notes of a drive as `code subject count`.
pub fn notes(d: &Drive) -> Vec<String> {
    d.header().notes.iter().map(|n| format!("{} {} {}", n.code, n.subject, n.count)).collect()
}
