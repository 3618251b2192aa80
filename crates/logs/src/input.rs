//! Inputs: names, bytes, compression, limits, and telling one format from another by content.

use std::io::Read;

use lukao_model::{Error, Position};

/// Bounds on what an input may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest size of one input after decompression.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 8 << 30 }
    }
}

/// Named bytes.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// File name or path, for errors and for formats that need the extension.
    pub name: String,
    /// Content, decompressed.
    pub bytes: Vec<u8>,
}

/// A log and the files that belong to it.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// The log.
    pub main: Input,
    /// Files beside it, by bare file name: signal states, actor sizes, persons.
    pub companions: Vec<Input>,
}

/// A log's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// This project's drive file.
    Native,
    /// ASAM OSI trace: length-prefixed protobuf.
    Osi,
    /// MCAP with OSI channels.
    Mcap,
    /// SUMO FCD output.
    Sumo,
    /// Text table.
    Csv,
    /// Arrow IPC table.
    Arrow,
    /// Parquet table.
    Parquet,
}

impl Input {
    /// Reads an input to its end, unpacking gzip and zstd as they come.
    ///
    /// # Errors
    /// If reading fails, the compressed data is damaged, or more than `limits.max_bytes` come out.
    pub fn read(name: impl Into<String>, mut from: impl Read, limits: Limits) -> Result<Self, Error> {
        let name = name.into();
        let mut head = [0u8; 4];
        let mut have = 0;
        while have < head.len() {
            match from.read(&mut head[have..]) {
                Ok(0) => break,
                Ok(n) => have += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::new(name, "a readable file", e.to_string())),
            }
        }
        let whole = head[..have].chain(from);
        let bytes = match head[..have] {
            [0x1f, 0x8b, ..] => drain(flate2::read::MultiGzDecoder::new(whole), &name, "gzip data", limits)?,
            [0x28, 0xb5, 0x2f, 0xfd] => match zstd::stream::read::Decoder::new(whole) {
                Ok(d) => drain(d, &name, "zstd data", limits)?,
                Err(e) => return Err(Error::new(name, "zstd data", e.to_string())),
            },
            _ => drain(whole, &name, "a readable file", limits)?,
        };
        Ok(Self { name, bytes })
    }
}

fn drain(mut from: impl Read, name: &str, what: &str, limits: Limits) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0u8; 64 << 10];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(n) if (bytes.len() + n) as u64 > limits.max_bytes => {
                let want = format!("at most {} bytes (the limit, see --max-bytes)", limits.max_bytes);
                return Err(Error::new(name, want, "more").at(Position::Byte(limits.max_bytes)));
            }
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => {
                return Err(Error::new(name, what, e.to_string()).at(Position::Byte(bytes.len() as u64)));
            }
        }
    }
}

/// Tells a format by its content.
///
/// # Errors
/// If it is none that is known.
pub fn sniff(input: &Input) -> Result<Format, Error> {
    let b = &input.bytes[..];
    let text = String::from_utf8_lossy(&b[..b.len().min(4096)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if b.starts_with(b"ARROW1") {
        // The native file names its schema in the metadata; any other Arrow file is a table.
        return Ok(if crate::native::is_native(b) { Format::Native } else { Format::Arrow });
    }
    if b.starts_with(b"\x89MCAP0\r\n") {
        return Ok(Format::Mcap);
    }
    if b.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if text.starts_with('<') {
        return if text.contains("fcd-export") || text.contains("fcd-output") || text.contains("<timestep") {
            Ok(Format::Sumo)
        } else {
            Err(Error::new(&input.name, "an <fcd-export> element", "other XML").at(Position::Line(1, 1)))
        };
    }
    if crate::osi::looks_like_trace(b) {
        return Ok(Format::Osi);
    }
    let printable = |c: &u8| c.is_ascii_graphic() || c.is_ascii_whitespace() || *c >= 0x80;
    if !b.is_empty() && b[..b.len().min(4096)].iter().all(printable) {
        return Ok(Format::Csv);
    }
    let found = if b.is_empty() {
        "an empty file".to_string()
    } else {
        format!("bytes {:02x?}", &b[..b.len().min(8)])
    };
    Err(Error::new(&input.name, "a log (native, OSI, MCAP, SUMO FCD, CSV, Arrow or Parquet)", found)
        .at(Position::Byte(0)))
}

/// Names of files beside a log that belong to it, if they exist. The caller looks for them.
#[must_use]
pub fn companions_of(file_name: &str) -> &'static [&'static str] {
    if file_name.contains("fcd") { crate::sumo::COMPANIONS } else { &[] }
}
