//! OSI in MCAP: records, chunks, channels.
//!
//! Nothing is allocated from a size that the file declares: what is read grows with what is there, and what
//! comes out of a chunk is counted against the limit on the whole input.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use lukao_model::{Error, Position};
use prost::bytes::Bytes;

use super::trace::{Kind, MAX_RECORD};
use crate::Limits;

const MAGIC: &[u8] = b"\x89MCAP0\r\n";

mod op {
    pub const HEADER: u8 = 1;
    pub const FOOTER: u8 = 2;
    pub const SCHEMA: u8 = 3;
    pub const CHANNEL: u8 = 4;
    pub const MESSAGE: u8 = 5;
    pub const CHUNK: u8 = 6;
    pub const DATA_END: u8 = 15;
}

/// A message of an OSI channel.
#[derive(Debug)]
pub struct Message {
    /// Index among the file's messages of all channels, from 0.
    pub index: u64,
    pub channel: u16,
    pub kind: Kind,
    /// ns; beyond `i64` it is taken as not said.
    pub log_time_ns: Option<i64>,
    pub data: Bytes,
}

#[derive(Clone, Debug)]
struct Schema {
    name: String,
    encoding: String,
}

/// A channel and what was read of it.
#[derive(Clone, Debug)]
pub struct Channel {
    pub topic: String,
    pub schema: String,
    /// `None` if it does not hold a message that is understood.
    pub kind: Option<Kind>,
    pub messages: u64,
}

/// What the file says of itself.
#[derive(Debug, Default)]
pub struct Contents {
    pub library: String,
    pub channels: BTreeMap<u16, Channel>,
}

/// Where a record stands, for errors.
#[derive(Clone, Copy)]
struct Place {
    /// Of the record, or of the chunk that it is in.
    byte: u64,
    in_chunk: bool,
}

struct Walk<'a, F> {
    name: &'a str,
    limits: Limits,
    unpacked: u64,
    schemas: BTreeMap<u16, Schema>,
    contents: Contents,
    messages: u64,
    each: F,
}

/// Reads a file to its end and gives each message of an OSI channel to `each`.
///
/// # Errors
/// If the file is damaged, incomplete or larger than the limits, an OSI channel is not protobuf, or `each` fails.
pub fn read<F>(name: &str, bytes: &[u8], limits: Limits, each: F) -> Result<Contents, Error>
where
    F: FnMut(Message, &Channel) -> Result<(), Error>,
{
    let contents = Contents::default();
    let mut walk = Walk { name, limits, unpacked: 0, schemas: BTreeMap::new(), contents, messages: 0, each };
    let Some(body) = bytes.strip_prefix(MAGIC) else {
        return Err(Error::new(
            name,
            "an MCAP file's opening bytes",
            format!("{} bytes without", bytes.len()),
        )
        .at(Position::Byte(0)));
    };
    let mut at = MAGIC.len();
    let mut rest = body;
    let mut ended = false;
    loop {
        let place = Place { byte: at as u64, in_chunk: false };
        let Some((&opcode, after)) = rest.split_first() else {
            return Err(walk.wrong(place, "a footer at the end of the file", "the file's end"));
        };
        let Some((len, after)) = after.split_first_chunk::<8>() else {
            return Err(walk.wrong(place, "a record's length of 8 bytes", "the file's end"));
        };
        let len = u64::from_le_bytes(*len);
        let Some(body) = usize::try_from(len).ok().and_then(|n| after.get(..n)) else {
            let found = format!("{} before the file's end", after.len());
            return Err(walk.wrong(place, format!("a record of {len} bytes"), found));
        };
        match opcode {
            op::CHUNK if !ended => walk.chunk(body, place)?,
            op::DATA_END => {
                walk.data_end(body, &bytes[..at], place)?;
                ended = true;
            }
            op::FOOTER => {
                if after[body.len()..] != *MAGIC {
                    let found = format!("{} bytes that are not", after.len() - body.len());
                    return Err(walk.wrong(place, "the closing bytes after the footer", found));
                }
                return Ok(walk.contents);
            }
            // Repeated behind the data's end, in the summary.
            _ if ended => {}
            _ => walk.record(opcode, body, place)?,
        }
        at += 9 + body.len();
        rest = &after[body.len()..];
    }
}

impl<F> Walk<'_, F>
where
    F: FnMut(Message, &Channel) -> Result<(), Error>,
{
    fn wrong(&self, place: Place, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let found = match place.in_chunk {
            true => format!("{} (in this chunk)", found.into()),
            false => found.into(),
        };
        Error::new(self.name, expected, found).at(Position::Byte(place.byte))
    }

    fn data_end(&self, body: &[u8], before: &[u8], place: Place) -> Result<(), Error> {
        let Some(saved) = Fields(body).u32() else {
            return Err(self.wrong(place, "a whole DataEnd record", format!("{} bytes", body.len())));
        };
        let crc = crc32(before);
        if saved != 0 && saved != crc {
            let expected = format!("data with the checksum {saved:08x} that the file gives");
            return Err(self.wrong(place, expected, format!("{crc:08x}")));
        }
        Ok(())
    }

    fn chunk(&mut self, body: &[u8], place: Place) -> Result<(), Error> {
        let mut f = Fields(body);
        let head = (|| {
            let (_start, _end) = (f.u64()?, f.u64()?);
            let (size, crc) = (f.u64()?, f.u32()?);
            Some((size, crc, f.text()?, f.u64()?))
        })();
        let Some((size, crc, compression, packed_size)) = head else {
            return Err(self.wrong(place, "a whole chunk header", format!("{} bytes", body.len())));
        };
        let Some(packed) = usize::try_from(packed_size).ok().and_then(|n| f.0.get(..n)) else {
            let found = format!("{} in the record", f.0.len());
            return Err(self.wrong(place, format!("a chunk of {packed_size} bytes"), found));
        };
        let left = self.limits.max_bytes.saturating_sub(self.unpacked);
        if size > left {
            let expected = format!("at most {} bytes unpacked (the limit)", self.limits.max_bytes);
            return Err(self.wrong(place, expected, format!("a chunk that declares {size}")));
        }
        self.unpacked += size;
        let unpacked: Box<dyn Read + '_> = match compression.as_str() {
            "" => Box::new(packed),
            "zstd" => match zstd::stream::read::Decoder::with_buffer(packed) {
                Ok(d) => Box::new(BufReader::with_capacity(64 << 10, d)),
                Err(e) => return Err(self.wrong(place, "zstd data", e.to_string())),
            },
            "lz4" => Box::new(BufReader::with_capacity(64 << 10, lz4_flex::frame::FrameDecoder::new(packed))),
            other => {
                return Err(self.wrong(
                    place,
                    "a chunk packed with zstd, lz4 or nothing",
                    format!("{other:?}"),
                ));
            }
        };
        let inside = Place { in_chunk: true, ..place };
        let mut input = Checked { from: unpacked.take(size), crc: flate2::Crc::new() };
        let mut body = Vec::new();
        let mut seen = 0;
        while seen < size {
            let mut head = [0u8; 9];
            self.fill(&mut input, &mut body, 9, inside)?;
            head.copy_from_slice(&body);
            let opcode = head[0];
            let mut len = [0u8; 8];
            len.copy_from_slice(&head[1..]);
            let len = u64::from_le_bytes(len);
            if len > size - seen - 9 || len > MAX_RECORD as u64 {
                let expected =
                    format!("a record of at most {} bytes", (size - seen - 9).min(MAX_RECORD as u64));
                return Err(self.wrong(inside, expected, format!("one of {len}")));
            }
            self.fill(&mut input, &mut body, len, inside)?;
            seen += 9 + len;
            self.record(opcode, &body, inside)?;
        }
        let mut more = [0u8; 1];
        let mut unpacked = input.from.into_inner();
        match unpacked.read(&mut more) {
            Ok(0) => {}
            Ok(_) => return Err(self.wrong(place, format!("a chunk of {size} bytes unpacked"), "more")),
            Err(e) => return Err(self.wrong(place, "packed data that is whole", e.to_string())),
        }
        let sum = input.crc.sum();
        if crc != 0 && crc != sum {
            let expected = format!("a chunk with the checksum {crc:08x} that the file gives");
            return Err(self.wrong(place, expected, format!("{sum:08x}")));
        }
        Ok(())
    }

    /// Reads so many bytes, growing as they come.
    fn fill(&self, from: &mut impl Read, into: &mut Vec<u8>, len: u64, place: Place) -> Result<(), Error> {
        into.clear();
        match from.take(len).read_to_end(into) {
            Ok(n) if n as u64 == len => Ok(()),
            Ok(n) => Err(self.wrong(place, format!("{len} more bytes unpacked"), n.to_string())),
            Err(e) => Err(self.wrong(place, "packed data that is whole", e.to_string())),
        }
    }

    fn record(&mut self, opcode: u8, body: &[u8], place: Place) -> Result<(), Error> {
        let mut f = Fields(body);
        let short =
            |what: &str| self.wrong(place, format!("a whole {what} record"), format!("{} bytes", body.len()));
        match opcode {
            op::HEADER => {
                let Some((_profile, library)) = f.text().zip(f.text()) else { return Err(short("header")) };
                self.contents.library = library;
            }
            op::SCHEMA => {
                let head = (|| Some((f.u16()?, f.text()?, f.text()?)))();
                let Some((id, name, encoding)) = head else { return Err(short("schema")) };
                self.schemas.insert(id, Schema { name, encoding });
            }
            op::CHANNEL => {
                let head = (|| Some((f.u16()?, f.u16()?, f.text()?, f.text()?)))();
                let Some((id, schema, topic, encoding)) = head else { return Err(short("channel")) };
                let channel = self.channel(schema, topic, &encoding, place)?;
                let old = self.contents.channels.entry(id).or_insert_with(|| channel.clone());
                if (&old.topic, &old.schema) != (&channel.topic, &channel.schema) {
                    let (a, b) = (old.topic.clone(), channel.topic);
                    return Err(self.wrong(
                        place,
                        format!("channel {id} to stay \"{a}\""),
                        format!("\"{b}\""),
                    ));
                }
            }
            op::MESSAGE => {
                let head = (|| Some((f.u16()?, f.u32()?, f.u64()?, f.u64()?)))();
                let Some((id, _sequence, log_time, _publish)) = head else { return Err(short("message")) };
                let index = self.messages;
                self.messages += 1;
                let Some(channel) = self.contents.channels.get_mut(&id) else {
                    return Err(self.wrong(place, "a message of a known channel", format!("channel {id}")));
                };
                channel.messages += 1;
                if let Some(kind) = channel.kind {
                    let data = Bytes::copy_from_slice(f.0);
                    let log_time_ns = i64::try_from(log_time).ok();
                    (self.each)(Message { index, channel: id, kind, log_time_ns, data }, channel)?;
                }
            }
            // Attachments, metadata and indices are not needed.
            _ => {}
        }
        Ok(())
    }

    fn channel(&self, schema: u16, topic: String, encoding: &str, place: Place) -> Result<Channel, Error> {
        let (name, schema_encoding) = match self.schemas.get(&schema) {
            Some(s) => (s.name.as_str(), s.encoding.as_str()),
            None if schema == 0 => ("", ""),
            None => return Err(self.wrong(place, "a channel of a known schema", format!("schema {schema}"))),
        };
        let kind = match name {
            "osi3.GroundTruth" => Some(Kind::GroundTruth),
            "osi3.SensorView" => Some(Kind::SensorView),
            "osi3.HostVehicleData" => Some(Kind::HostVehicleData),
            _ => None,
        };
        if kind.is_some() && (encoding != "protobuf" || schema_encoding != "protobuf") {
            let found = format!("\"{encoding}\" messages with a \"{schema_encoding}\" schema");
            return Err(self.wrong(place, format!("protobuf on the OSI channel \"{topic}\""), found));
        }
        Ok(Channel { topic, schema: name.to_owned(), kind, messages: 0 })
    }
}

/// Little-endian fields of a record; `None` at its end.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let len = self.u32()? as usize;
        let text = self.0.get(..len)?;
        self.0 = &self.0[len..];
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// A reader that sums what it reads.
struct Checked<R> {
    from: R,
    crc: flate2::Crc,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(buf)?;
        self.crc.update(&buf[..n]);
        Ok(n)
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
