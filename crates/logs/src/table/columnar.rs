//! Arrow (file and stream) and Parquet tables.
//!
//! Arrow's reader trusts some of the numbers that it finds and would panic or ask for too much memory, so all
//! places and sizes are checked here first.

use std::io::Cursor;

use arrow_array::cast::AsArray;
use arrow_array::types as ty;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use lukao_model::{Error, Position};

use super::rows::{Cell, Row, Table};
use crate::Input;

/// Largest buffer after decompression.
const MAX_BUFFER: u64 = 1 << 30;

/// A compressed buffer that says that it grows by more than this lies.
const MAX_GROWTH: u64 = 20_000;

pub(super) fn is_arrow_file(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ARROW1")
}

/// A stream begins with the marker of its schema message.
pub(super) fn is_arrow_stream(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff; 4])
}

fn bad(name: &str, at: usize, expected: &str, found: impl Into<String>) -> Error {
    Error::new(name, expected, found).at(Position::Byte(at as u64))
}

fn one_line(e: &ArrowError) -> String {
    e.to_string().replace('\n', " ")
}

/// Batches of rows from any of the formats.
struct Batches<'a> {
    name: &'a str,
    columns: Vec<String>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>,
}

fn names(schema: &SchemaRef) -> Vec<String> {
    schema.fields().iter().map(|f| f.name().clone()).collect()
}

pub(super) fn arrow_file(input: &Input) -> Result<Box<dyn Table + '_>, Error> {
    let (name, bytes) = (&input.name[..], &input.bytes[..]);
    check_file(name, bytes)?;
    let reader = FileReader::try_new(Cursor::new(bytes), None)
        .map_err(|e| bad(name, 0, "an Arrow file", one_line(&e)))?;
    Ok(Box::new(Batches { name, columns: names(&reader.schema()), batches: Box::new(reader) }))
}

pub(super) fn arrow_stream(input: &Input) -> Result<Box<dyn Table + '_>, Error> {
    let (name, bytes) = (&input.name[..], &input.bytes[..]);
    let mut at = 0;
    while let Some(end) = check_message(name, bytes, at)? {
        at = end;
    }
    let reader = StreamReader::try_new(Cursor::new(bytes), None)
        .map_err(|e| bad(name, 0, "an Arrow stream", one_line(&e)))?;
    Ok(Box::new(Batches { name, columns: names(&reader.schema()), batches: Box::new(reader) }))
}

#[cfg(feature = "parquet")]
pub(super) fn parquet(input: &Input) -> Result<Box<dyn Table + '_>, Error> {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let name = &input.name[..];
    let wrong = |e: parquet::errors::ParquetError| bad(name, 0, "a Parquet file", e.to_string());
    // The bytes are shared by reference count; this is the one copy.
    let bytes = parquet_bytes(&input.bytes);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(wrong)?;
    let columns = names(builder.schema());
    let reader = builder.with_batch_size(4096).build().map_err(wrong)?;
    Ok(Box::new(Batches { name, columns, batches: Box::new(reader) }))
}

#[cfg(feature = "parquet")]
fn parquet_bytes(bytes: &[u8]) -> impl parquet::file::reader::ChunkReader + 'static {
    bytes::Bytes::copy_from_slice(bytes)
}

#[cfg(not(feature = "parquet"))]
pub(super) fn parquet(input: &Input) -> Result<Box<dyn Table + '_>, Error> {
    let found = "Parquet, in a build without the feature `parquet`";
    Err(bad(&input.name, 0, "CSV or Arrow", found))
}

fn le_i32(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Checks the places that an Arrow file's footer names.
fn check_file(name: &str, bytes: &[u8]) -> Result<(), Error> {
    let n = bytes.len();
    let end = n.saturating_sub(10);
    if n < 20 || !bytes.ends_with(b"ARROW1") {
        return Err(bad(name, n, "ARROW1 at the end", "none (the file may be cut off)"));
    }
    let footer = le_i32(bytes, end)
        .and_then(|len| usize::try_from(len).ok())
        .filter(|len| *len > 0)
        .and_then(|len| end.checked_sub(len))
        .filter(|begin| *begin >= 8);
    let Some(begin) = footer else {
        let found = le_i32(bytes, end).map_or("none".into(), |len| format!("one of {len} bytes"));
        return Err(bad(name, end, "a footer inside the file", found));
    };
    let footer = arrow_ipc::root_as_footer(&bytes[begin..end])
        .map_err(|e| bad(name, begin, "a sound footer", e.to_string().replace('\n', " ")))?;
    let blocks =
        footer.dictionaries().into_iter().flatten().chain(footer.recordBatches().into_iter().flatten());
    for block in blocks {
        let place = |v: i64| usize::try_from(v).ok();
        let parts = (place(block.offset()), place(block.metaDataLength().into()), place(block.bodyLength()));
        let found = || {
            format!("offset {}, {} + {} bytes", block.offset(), block.metaDataLength(), block.bodyLength())
        };
        let inside = match parts {
            (Some(offset), Some(meta), Some(body)) if meta >= 8 => {
                let end = offset.checked_add(meta).and_then(|x| x.checked_add(body));
                end.filter(|end| *end <= begin).map(|_| (offset, meta, body))
            }
            _ => None,
        };
        let Some((offset, meta, body)) = inside else {
            return Err(bad(name, begin, "batches inside the file", found()));
        };
        let skip = if bytes[offset..].starts_with(&[0xff; 4]) { 8 } else { 4 };
        let parsed =
            check_batch(name, offset, &bytes[offset + skip..offset + meta], &bytes[offset + meta..][..body])?;
        if parsed != body {
            return Err(bad(name, offset, "a body as long as the footer says", parsed.to_string()));
        }
    }
    Ok(())
}

/// Checks one message of a stream; gives where the next begins, `None` at the end.
fn check_message(name: &str, bytes: &[u8], at: usize) -> Result<Option<usize>, Error> {
    let marked = bytes[at..].starts_with(&[0xff; 4]);
    let begin = if marked { at + 8 } else { at + 4 };
    let Some(len) = le_i32(bytes, begin - 4) else {
        return if at == bytes.len() {
            Ok(None)
        } else {
            Err(bad(name, at, "a message", "the end of the file"))
        };
    };
    if len == 0 {
        return Ok(None);
    }
    let meta = usize::try_from(len).ok().and_then(|len| bytes.get(begin..begin.checked_add(len)?));
    let Some(meta) = meta else {
        return Err(bad(name, at, "a message inside the file", format!("one of {len} bytes")));
    };
    let body = &bytes[begin + meta.len()..];
    let body_len = check_batch(name, at, meta, body)?;
    Ok(Some(begin + meta.len() + body_len))
}

/// Checks the places and sizes in one message; gives the length of its body.
fn check_batch(name: &str, at: usize, meta: &[u8], body: &[u8]) -> Result<usize, Error> {
    let message = arrow_ipc::root_as_message(meta)
        .map_err(|e| bad(name, at, "a sound message", e.to_string().replace('\n', " ")))?;
    let len = usize::try_from(message.bodyLength()).ok().filter(|len| *len <= body.len());
    let Some(len) = len else {
        let found = format!("{} bytes where {} are left", message.bodyLength(), body.len());
        return Err(bad(name, at, "a message body inside the file", found));
    };
    let dictionary = message.header_as_dictionary_batch().and_then(|d| d.data());
    let Some(batch) = message.header_as_record_batch().or(dictionary) else { return Ok(len) };
    for buffer in batch.buffers().into_iter().flatten() {
        let (offset, size) = (usize::try_from(buffer.offset()).ok(), usize::try_from(buffer.length()).ok());
        let place = offset.zip(size).and_then(|(o, s)| body[..len].get(o..o.checked_add(s)?));
        let Some(place) = place else {
            let found = format!("offset {}, {} bytes", buffer.offset(), buffer.length());
            return Err(bad(name, at, "buffers inside the message", found));
        };
        if batch.compression().is_some()
            && let Some(declared) = place.first_chunk::<8>()
        {
            let declared = i64::from_le_bytes(*declared);
            let most = MAX_BUFFER.min((place.len() as u64).saturating_mul(MAX_GROWTH));
            if declared != -1 && !u64::try_from(declared).is_ok_and(|d| d <= most) {
                let found = format!("{declared} bytes from {}", place.len());
                return Err(bad(name, at, "a plausible size of a compressed buffer", found));
            }
        }
    }
    Ok(len)
}

struct BatchRow<'a> {
    columns: &'a [Column<'a>],
    row: usize,
    number: u64,
}

/// A column of one batch, its type looked up once.
enum Column<'a> {
    F64(&'a arrow_array::Float64Array),
    F32(&'a arrow_array::Float32Array),
    I64(&'a arrow_array::Int64Array),
    I32(&'a arrow_array::Int32Array),
    I16(&'a arrow_array::Int16Array),
    I8(&'a arrow_array::Int8Array),
    U64(&'a arrow_array::UInt64Array),
    U32(&'a arrow_array::UInt32Array),
    U16(&'a arrow_array::UInt16Array),
    U8(&'a arrow_array::UInt8Array),
    Bool(&'a arrow_array::BooleanArray),
    Text(&'a arrow_array::StringArray),
    LargeText(&'a arrow_array::LargeStringArray),
    TextView(&'a arrow_array::StringViewArray),
    /// Times with ns per unit.
    Time(arrow_array::Int64Array, i64),
    /// Codes into a column of values.
    Dictionary(&'a ArrayRef, Vec<Option<usize>>, Box<Column<'a>>),
    /// A type that no field can be.
    Other,
}

fn column(array: &dyn Array) -> Column<'_> {
    match array.data_type() {
        DataType::Float64 => Column::F64(array.as_primitive()),
        DataType::Float32 => Column::F32(array.as_primitive()),
        DataType::Int64 => Column::I64(array.as_primitive()),
        DataType::Int32 => Column::I32(array.as_primitive()),
        DataType::Int16 => Column::I16(array.as_primitive()),
        DataType::Int8 => Column::I8(array.as_primitive()),
        DataType::UInt64 => Column::U64(array.as_primitive()),
        DataType::UInt32 => Column::U32(array.as_primitive()),
        DataType::UInt16 => Column::U16(array.as_primitive()),
        DataType::UInt8 => Column::U8(array.as_primitive()),
        DataType::Boolean => Column::Bool(array.as_boolean()),
        DataType::Utf8 => Column::Text(array.as_string()),
        DataType::LargeUtf8 => Column::LargeText(array.as_string()),
        DataType::Utf8View => Column::TextView(array.as_string_view()),
        DataType::Timestamp(unit, _) | DataType::Duration(unit) => times(array, *unit),
        DataType::Dictionary(..) => dictionary(array),
        _ => Column::Other,
    }
}

fn times(array: &dyn Array, unit: TimeUnit) -> Column<'_> {
    let ns = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    // All of them are i64 underneath.
    let data = array.to_data();
    let values = data.into_builder().data_type(DataType::Int64).build();
    match values {
        Ok(data) => Column::Time(arrow_array::Int64Array::from(data), ns),
        Err(_) => Column::Other,
    }
}

fn dictionary(array: &dyn Array) -> Column<'_> {
    match array.as_any_dictionary_opt() {
        Some(d) => {
            let valid = |i: usize| !d.keys().is_null(i);
            let keys = d.normalized_keys();
            let keys = keys.into_iter().enumerate().map(|(i, k)| valid(i).then_some(k)).collect();
            Column::Dictionary(d.values(), keys, Box::new(column(d.values().as_ref())))
        }
        None => Column::Other,
    }
}

impl Column<'_> {
    fn cell(&self, i: usize) -> Cell<'_> {
        fn int<T: ty::ArrowPrimitiveType>(a: &arrow_array::PrimitiveArray<T>, i: usize) -> Option<Cell<'_>>
        where
            i64: TryFrom<T::Native>,
        {
            a.is_valid(i).then(|| i64::try_from(a.value(i)).map_or(Cell::Real(f64::INFINITY), Cell::Int))
        }
        let cell = match self {
            Self::F64(a) => a.is_valid(i).then(|| Cell::Real(a.value(i))),
            Self::F32(a) => a.is_valid(i).then(|| Cell::Real(a.value(i).into())),
            Self::I64(a) => int(a, i),
            Self::I32(a) => int(a, i),
            Self::I16(a) => int(a, i),
            Self::I8(a) => int(a, i),
            Self::U64(a) => int(a, i),
            Self::U32(a) => int(a, i),
            Self::U16(a) => int(a, i),
            Self::U8(a) => int(a, i),
            Self::Bool(a) => a.is_valid(i).then(|| Cell::Int(a.value(i).into())),
            Self::Text(a) => a.is_valid(i).then(|| Cell::Text(a.value(i))),
            Self::LargeText(a) => a.is_valid(i).then(|| Cell::Text(a.value(i))),
            Self::TextView(a) => a.is_valid(i).then(|| Cell::Text(a.value(i))),
            Self::Time(a, ns) => {
                a.is_valid(i).then(|| a.value(i).checked_mul(*ns).map_or(Cell::Real(f64::INFINITY), Cell::Ns))
            }
            Self::Dictionary(values, keys, column) => {
                keys.get(i).copied().flatten().filter(|k| *k < values.len()).map(|k| column.cell(k))
            }
            Self::Other => Some(Cell::Other),
        };
        cell.unwrap_or(Cell::Empty)
    }
}

impl Row for BatchRow<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn cell(&self, col: usize) -> Cell<'_> {
        self.columns.get(col).map_or(Cell::Empty, |c| c.cell(self.row))
    }
}

impl Table for Batches<'_> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn each(&mut self, f: &mut dyn FnMut(&dyn Row) -> Result<(), Error>) -> Result<(), Error> {
        // The header counts as row 1, as in a text table.
        let mut number = 1;
        for batch in &mut self.batches {
            let batch = batch.map_err(|e| {
                let at = Position::Row(number + 1, String::new());
                Error::new(self.name, "a batch of rows", one_line(&e)).at(at)
            })?;
            let columns: Vec<Column<'_>> = batch.columns().iter().map(|a| column(a.as_ref())).collect();
            for row in 0..batch.num_rows() {
                number += 1;
                f(&BatchRow { columns: &columns, row, number })?;
            }
        }
        Ok(())
    }
}
