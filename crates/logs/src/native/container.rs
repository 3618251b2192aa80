//! The Arrow IPC file as a container: footer, schema and messages, every number checked before it is used.
//!
//! Arrow's own reader trusts what it reads in places and may panic; here the flatbuffers are verified by the
//! generated code of arrow-ipc and everything beyond them by us.

use std::io::{Read, Seek, SeekFrom};

use lukao_model::{Error, Position};

const MAGIC: &[u8; 6] = b"ARROW1";

/// One record batch's place in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub offset: u64,
    pub meta_len: u64,
    pub body_len: u64,
}

/// A column as the schema declares it.
#[derive(Debug)]
pub(crate) struct Declared {
    pub name: String,
    /// Its type in Arrow's words.
    pub kind: String,
    /// Its first field node and buffer in every batch.
    pub node: usize,
    pub buffer: usize,
}

#[derive(Debug)]
pub(crate) struct Container {
    pub len: u64,
    pub columns: Vec<Declared>,
    pub nodes: usize,
    pub buffers: usize,
    pub blocks: Vec<Block>,
    /// Value of the metadata's key, if it has it.
    pub meta: Option<String>,
}

pub(crate) fn bad(name: &str, at: u64, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(name, expected, found).at(Position::Byte(at))
}

/// Bytes `offset..offset+len` of the file; `len` must have been checked against its size.
pub(crate) fn read_at<R: Read + Seek>(
    from: &mut R,
    name: &str,
    offset: u64,
    into: &mut [u8],
) -> Result<(), Error> {
    let failed =
        |e: std::io::Error| bad(name, offset, format!("{} readable bytes", into.len()), e.to_string());
    from.seek(SeekFrom::Start(offset)).map_err(failed)?;
    let failed =
        |e: std::io::Error, n: usize| bad(name, offset, format!("{n} readable bytes"), e.to_string());
    let n = into.len();
    from.read_exact(into).map_err(|e| failed(e, n))
}

impl Container {
    /// Reads the footer of an Arrow file and checks it.
    pub fn open<R: Read + Seek>(from: &mut R, name: &str, key: &str) -> Result<Self, Error> {
        let len = from
            .seek(SeekFrom::End(0))
            .map_err(|e| Error::new(name, "a file that can be positioned", e.to_string()))?;
        if len < 20 {
            return Err(bad(name, 0, "an Arrow file of at least 20 bytes", format!("{len} bytes")));
        }
        let mut head = [0u8; 6];
        read_at(from, name, 0, &mut head)?;
        if &head != MAGIC {
            return Err(bad(name, 0, "ARROW1", format!("bytes {head:02x?}")));
        }
        let mut tail = [0u8; 10];
        read_at(from, name, len - 10, &mut tail)?;
        if &tail[4..] != MAGIC {
            let found = format!("bytes {:02x?} (the file may be cut off)", &tail[4..]);
            return Err(bad(name, len - 6, "ARROW1 at the end", found));
        }
        let footer_len = i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
        let room = len - 18;
        let footer_len =
            u64::try_from(footer_len).ok().filter(|n| *n > 0 && *n <= room).ok_or_else(|| {
                bad(name, len - 10, format!("a footer of 1 to {room} bytes"), footer_len.to_string())
            })?;
        let at = len - 10 - footer_len;
        let mut bytes = vec![0u8; footer_len as usize];
        read_at(from, name, at, &mut bytes)?;
        let footer = arrow_ipc::root_as_footer(&bytes)
            .map_err(|e| bad(name, at, "a sound footer", e.to_string().replace('\n', " ")))?;
        let schema = footer.schema().ok_or_else(|| bad(name, at, "a schema in the footer", "none"))?;
        if schema.endianness() != arrow_ipc::Endianness::Little {
            return Err(bad(name, at, "little-endian data", "big-endian data"));
        }
        let (columns, nodes, buffers) = columns(&schema, name, at)?;
        let meta = schema_value(&schema, key).map(str::to_owned);
        if footer.dictionaries().is_some_and(|d| !d.is_empty()) {
            return Err(bad(name, at, "no dictionaries", "dictionary-encoded columns"));
        }
        let mut blocks = Vec::new();
        let mut free = 8;
        for (i, b) in footer.recordBatches().iter().flatten().enumerate() {
            let wrong = || {
                let found =
                    format!("offset {}, {} + {} bytes", b.offset(), b.metaDataLength(), b.bodyLength());
                bad(name, at, format!("batch {i} between bytes {free} and {at}"), found)
            };
            let part = |v: i64| u64::try_from(v).map_err(|_| wrong());
            let (offset, meta_len) = (part(b.offset())?, part(b.metaDataLength().into())?);
            let body_len = part(b.bodyLength())?;
            let end = offset.checked_add(meta_len).and_then(|e| e.checked_add(body_len));
            match end {
                Some(end) if offset >= free && meta_len >= 8 && end <= at => free = end,
                _ => return Err(wrong()),
            }
            blocks.push(Block { offset, meta_len, body_len });
        }
        Ok(Self { len, columns, nodes, buffers, blocks, meta })
    }
}

/// The value of a key in a schema's metadata.
fn schema_value<'a>(schema: &arrow_ipc::Schema<'a>, key: &str) -> Option<&'a str> {
    let found = schema.custom_metadata()?.iter().find(|kv| kv.key() == Some(key))?;
    found.value()
}

/// Whether the schema at the head of an Arrow file has that metadata key. Reads nothing beyond it.
pub(crate) fn head_has_key(bytes: &[u8], key: &str) -> bool {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return false };
    // The magic is padded to 8 bytes, or to the writer's alignment.
    let after_magic = [2usize, 10, 26, 58].into_iter().find_map(|pad| {
        let zeros = rest.get(..pad)?.iter().all(|b| *b == 0);
        let message = rest.get(pad..)?.strip_prefix(&[0xff; 4])?;
        zeros.then_some(message)
    });
    let parsed = after_magic.and_then(|message| {
        let (len, rest) = message.split_first_chunk::<4>()?;
        let body = rest.get(..usize::try_from(i32::from_le_bytes(*len)).ok()?)?;
        let message = arrow_ipc::root_as_message(body).ok()?;
        Some(schema_value(&message.header_as_schema()?, key).is_some())
    });
    // A damaged head may still be a drive file's: then its own reader says what is wrong with it.
    parsed.unwrap_or_else(|| {
        let head = &rest[..rest.len().min(1 << 20)];
        head.windows(key.len()).any(|w| w == key.as_bytes())
    })
}

/// The schema's columns with the number of field nodes and buffers of a batch.
fn columns(
    schema: &arrow_ipc::Schema<'_>,
    name: &str,
    at: u64,
) -> Result<(Vec<Declared>, usize, usize), Error> {
    let (mut out, mut node, mut buffer) = (Vec::new(), 0, 0);
    for (i, f) in schema.fields().iter().flatten().enumerate() {
        let column = f.name().unwrap_or_default().to_owned();
        let (nodes, buffers) = extent(&f).ok_or_else(|| {
            let want = format!("a plain or list type in column {i} \"{column}\"");
            bad(name, at, want, kind_of(&f))
        })?;
        out.push(Declared { name: column, kind: kind_of(&f), node, buffer });
        (node, buffer) = (node + nodes, buffer + buffers);
    }
    Ok((out, node, buffer))
}

/// Field nodes and buffers of a column; `None` for types whose extent a batch decides.
fn extent(f: &arrow_ipc::Field<'_>) -> Option<(usize, usize)> {
    use arrow_ipc::Type as T;
    if f.dictionary().is_some() {
        return Some((1, 2));
    }
    let children = || {
        f.children().iter().flatten().try_fold((0usize, 0usize), |(n, b), c| {
            let (cn, cb) = extent(&c)?;
            Some((n + cn, b + cb))
        })
    };
    let with = |own: usize| children().map(|(n, b)| (n + 1, b + own));
    match f.type_type() {
        T::Null => Some((1, 0)),
        T::Int
        | T::FloatingPoint
        | T::Bool
        | T::Decimal
        | T::Date
        | T::Time
        | T::Timestamp
        | T::Interval
        | T::Duration
        | T::FixedSizeBinary => Some((1, 2)),
        T::Utf8 | T::LargeUtf8 | T::Binary | T::LargeBinary => Some((1, 3)),
        T::List | T::LargeList | T::Map => with(2),
        T::Struct_ | T::FixedSizeList => with(1),
        _ => None,
    }
}

/// A type in Arrow's words, as far as a drive file uses it.
fn kind_of(f: &arrow_ipc::Field<'_>) -> String {
    use arrow_ipc::{Precision, Type as T};
    let inner = || f.children().and_then(|c| (c.len() == 1).then(|| kind_of(&c.get(0)))).unwrap_or_default();
    if f.dictionary().is_some() {
        return "dictionary".into();
    }
    match f.type_type() {
        T::Bool => "bool".into(),
        T::Utf8 => "utf8".into(),
        T::LargeUtf8 => "large_utf8".into(),
        T::Int => match f.type_as_int() {
            Some(t) => format!("{}int{}", if t.is_signed() { "" } else { "u" }, t.bitWidth()),
            None => "int".into(),
        },
        T::FloatingPoint => match f.type_as_floating_point().map(|t| t.precision()) {
            Some(Precision::DOUBLE) => "float64".into(),
            Some(Precision::SINGLE) => "float32".into(),
            _ => "float16".into(),
        },
        T::LargeList => format!("large_list<{}>", inner()),
        T::List => format!("list<{}>", inner()),
        other => format!("{other:?}").to_lowercase(),
    }
}
