//! Writing a native file, stretch by stretch.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt8Type};
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, LargeListArray, LargeStringArray, PrimitiveArray,
    RecordBatch, StringArray, UInt32Array, UInt64Array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::MetadataVersion;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use lukao_model::channel::{Accuracy, Channel, Channels, Values};
use lukao_model::column::Native;
use lukao_model::drive::{Clock, Drive, Run, Series, Subject};
use lukao_model::{Column, Error, TextColumn};

use super::continuity::Continuity;
use super::layout::{Col, Item, Layout};
use super::meta::{self, ChannelMeta, FileMeta, RowMeta};
use super::reader::finite;
use super::rows::Names;
use super::table::PLAIN;

/// Writes a drive file stretch after stretch. The same stretches give the same bytes.
///
/// ```
/// use lukao_logs::native::{Layout, Writer};
/// let drive = lukao_testkit::random_drive(3, 40);
/// let mut writer = Writer::new(Vec::new(), &drive, &Layout::of(&drive))?;
/// writer.push(&drive)?;
/// let bytes = writer.finish()?;
/// assert!(lukao_logs::native::is_native(&bytes));
/// # Ok::<(), lukao_model::Error>(())
/// ```
pub struct Writer<W: Write> {
    out: FileWriter<W>,
    schema: Arc<Schema>,
    layout: Layout,
    continuity: Continuity,
    name: String,
    stretches: usize,
}

impl<W: Write> Writer<W> {
    /// Begins a file with the header and the clocks of `first`, the first stretch, which is not written yet.
    ///
    /// # Errors
    /// If an actor's or a signal's name is not unique, the header cannot be kept as JSON, or writing fails.
    pub fn new(out: W, first: &Drive, layout: &Layout) -> Result<Self, Error> {
        let header = first.header();
        let name = header.name.clone();
        Names::new(header, &name)?;
        let origin = header.frame.origin_m;
        if origin.iter().any(|v| !v.is_finite()) {
            return Err(Error::new(name, "a finite origin of the frame", format!("{origin:?}")));
        }
        if let Some(c) = first.clocks().iter().find(|c| c.first_tick > 1 << 62) {
            return Err(Error::new(name, "a small first tick", c.first_tick.to_string()));
        }
        let json = serde_json::to_string(&FileMeta::new(header, first.clocks()))
            .map_err(|e| Error::new(&name, "a header that JSON can hold", e.to_string()))?;
        let plain = PLAIN.iter().map(|(n, t)| {
            let kind = match *t {
                "utf8" => DataType::Utf8,
                "uint32" => DataType::UInt32,
                "uint64" => DataType::UInt64,
                _ => DataType::Boolean,
            };
            Field::new(*n, kind, true)
        });
        let lists = layout.0.iter().map(|c| {
            let f = Field::new(c.name(), DataType::LargeList(item_field(*c)), true);
            if c.unit().is_empty() {
                f
            } else {
                f.with_metadata(BTreeMap::from([("unit".to_owned(), c.unit().to_owned())]))
            }
        });
        let fields: Vec<Field> = plain.chain(lists).collect();
        let schema = Schema::new(fields).with_metadata(BTreeMap::from([(meta::KEY.to_owned(), json)]));
        let failed = |e: ArrowError| Error::new(&name, "a file that can be written", e.to_string());
        let options = IpcWriteOptions::try_new(64, false, MetadataVersion::V5).map_err(failed)?;
        let out = FileWriter::try_new_with_options(out, &schema, options).map_err(failed)?;
        let clocks = first.clocks().iter().map(|c| (c.stream, c.first_tick));
        Ok(Self {
            out,
            schema: Arc::new(schema),
            layout: layout.clone(),
            continuity: Continuity::new(clocks),
            name,
            stretches: 0,
        })
    }

    /// Writes the next stretch as one segment. A stretch without a tick leaves nothing behind.
    ///
    /// # Errors
    /// If it does not follow the last one, breaks a promise of [`Drive`], uses a column that the layout does
    /// not have, or writing fails.
    pub fn push(&mut self, stretch: &Drive) -> Result<(), Error> {
        stretch.verify()?;
        finite(stretch)?;
        let place = format!("stretch {}", self.stretches);
        self.continuity.follow(stretch, &self.name, &place)?;
        self.stretches += 1;
        if stretch.clocks().iter().all(|c| c.t_ns.is_empty()) {
            return Ok(());
        }
        let rows = rows_of(stretch);
        for r in &rows {
            r.fits(&self.layout).map_err(|(want, found)| Error::new(&self.name, want, found))?;
        }
        let batch = self.batch(stretch, &rows)?;
        self.out.write(&batch).map_err(|e| self.failed(&e))
    }

    /// Writes the footer and hands back what was written to.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> Result<W, Error> {
        self.out.finish().map_err(|e| self.failed(&e))?;
        let name = self.name;
        self.out.into_inner().map_err(|e| Error::new(name, "a file that can be written", e.to_string()))
    }

    fn failed(&self, e: &ArrowError) -> Error {
        Error::new(&self.name, "a file that can be written", e.to_string())
    }

    fn batch(&self, drive: &Drive, rows: &[Row<'_>]) -> Result<RecordBatch, Error> {
        let texts = |f: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
            Arc::new(StringArray::from(rows.iter().map(f).collect::<Vec<_>>()))
        };
        let u64s = |f: &dyn Fn(&Row<'_>) -> u64| -> ArrayRef {
            Arc::new(UInt64Array::from(rows.iter().map(f).collect::<Vec<_>>()))
        };
        let flags = |f: &dyn Fn(&Row<'_>) -> bool| -> ArrayRef {
            Arc::new(BooleanArray::from(rows.iter().map(f).collect::<Vec<_>>()))
        };
        let mut metas = Vec::with_capacity(rows.len());
        for r in rows {
            let json = r.meta().map(|m| serde_json::to_string(&m)).transpose();
            metas
                .push(json.map_err(|e| Error::new(&self.name, "numbers that JSON can hold", e.to_string()))?);
        }
        let mut columns: Vec<ArrayRef> = vec![
            texts(&|r| Some(r.kind().into())),
            texts(&|r| r.id(drive)),
            Arc::new(UInt32Array::from(rows.iter().map(Row::ordinal).collect::<Vec<_>>())),
            Arc::new(UInt32Array::from(rows.iter().map(Row::clock).collect::<Vec<_>>())),
            u64s(&|r| r.first_tick(drive)),
            u64s(&|r| r.ticks()),
            flags(&|r| r.begun_before()),
            flags(&|r| r.goes_on()),
            Arc::new(StringArray::from(metas)),
        ];
        for &col in &self.layout.0 {
            columns.push(list(col, rows).map_err(|e| self.failed(&e))?);
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|e| self.failed(&e))
    }
}

/// A row of a batch.
enum Row<'a> {
    Clock(usize, &'a Clock),
    Run(&'a Run),
    Series(&'a Series),
}

/// One list of a row.
enum Cell<'a> {
    I64(&'a Column<i64>),
    F64(&'a Column<f64>),
    F32(&'a Column<f32>),
    U8(&'a Column<u8>),
    Text(&'a TextColumn),
}

/// Clocks first, then runs, then series: the order that a reader needs them in.
fn rows_of(drive: &Drive) -> Vec<Row<'_>> {
    let clocks = drive.clocks().iter().enumerate().filter(|(_, c)| !c.t_ns.is_empty());
    let runs = drive.runs().iter().filter(|r| !r.is_empty());
    let series = drive.series().iter().filter(|s| s.len > 0);
    clocks.map(|(i, c)| Row::Clock(i, c)).chain(runs.map(Row::Run)).chain(series.map(Row::Series)).collect()
}

impl<'a> Row<'a> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Clock(..) => "clock",
            Self::Run(_) => "run",
            Self::Series(s) => match s.subject {
                Subject::Actor(_) => "channel",
                Subject::Signal(_) => "signal",
                _ => "drive",
            },
        }
    }

    fn id(&self, drive: &Drive) -> Option<String> {
        match self {
            Self::Clock(..) => None,
            Self::Run(r) => Some(drive.actor(r.actor).id.clone()),
            Self::Series(s) => match s.subject {
                Subject::Actor(a) => Some(drive.actor(a).id.clone()),
                Subject::Signal(g) => drive.header().signals.get(g.0 as usize).cloned(),
                _ => None,
            },
        }
    }

    fn ordinal(&self) -> Option<u32> {
        match self {
            Self::Clock(..) => None,
            Self::Run(r) => Some(r.ordinal),
            Self::Series(s) => Some(s.ordinal),
        }
    }

    fn clock(&self) -> Option<u32> {
        Some(match self {
            Self::Clock(i, _) => *i as u32,
            Self::Run(r) => r.clock.0,
            Self::Series(s) => s.clock.0,
        })
    }

    fn first_tick(&self, drive: &Drive) -> u64 {
        let of = |clock: u32, first: usize| drive.clocks()[clock as usize].first_tick + first as u64;
        match self {
            Self::Clock(_, c) => c.first_tick,
            Self::Run(r) => of(r.clock.0, r.first),
            Self::Series(s) => of(s.clock.0, s.first),
        }
    }

    fn ticks(&self) -> u64 {
        match self {
            Self::Clock(_, c) => c.t_ns.len() as u64,
            Self::Run(r) => r.len() as u64,
            Self::Series(s) => s.len as u64,
        }
    }

    fn begun_before(&self) -> bool {
        match self {
            Self::Clock(_, c) => c.first_tick > 0,
            Self::Run(r) => r.begun_before,
            Self::Series(s) => s.begun_before,
        }
    }

    fn goes_on(&self) -> bool {
        match self {
            Self::Clock(..) => false,
            Self::Run(r) => r.goes_on,
            Self::Series(s) => s.goes_on,
        }
    }

    fn channels(&self) -> Option<&'a Channels> {
        match self {
            Self::Clock(..) => None,
            Self::Run(r) => Some(&r.channels),
            Self::Series(s) => Some(&s.channels),
        }
    }

    fn meta(&self) -> Option<RowMeta> {
        let constant = |a: &Accuracy| match a {
            Accuracy::Constant(u) => Some(*u),
            _ => None,
        };
        let channels = self.channels()?;
        let of = |(c, d): (Channel, &lukao_model::channel::ChannelData)| {
            (c.name().to_owned(), ChannelMeta { origin: d.origin, u: constant(&d.accuracy) })
        };
        let channels: BTreeMap<String, ChannelMeta> = channels.iter().map(of).collect();
        Some(match self {
            Self::Run(r) => RowMeta {
                size: Some(r.size),
                origin: Some(r.origin),
                xy_m_u: constant(&r.accuracy.position_m),
                yaw_rad_u: constant(&r.accuracy.yaw_rad),
                channels,
                index_skip: r.index.as_ref().map(|i| i.skip as u64),
            },
            _ => RowMeta { channels, ..RowMeta::default() },
        })
    }

    /// The row's list in a column, if it has one.
    fn cell(&self, col: Col) -> Option<Cell<'a>> {
        let column = |a: &'a Accuracy| match a {
            Accuracy::Column(c) => Some(Cell::F64(c)),
            _ => None,
        };
        match (self, col) {
            (Self::Clock(_, c), Col::T) => Some(Cell::I64(&c.t_ns)),
            (Self::Clock(..), _) | (_, Col::T) => None,
            (Self::Run(r), Col::Of(Channel::X)) => Some(Cell::F64(&r.x_m)),
            (Self::Run(r), Col::Of(Channel::Y)) => Some(Cell::F64(&r.y_m)),
            (Self::Run(r), Col::Of(Channel::Yaw)) => Some(Cell::F64(&r.yaw_rad)),
            (Self::Run(r), Col::Of(Channel::Z)) => r.z_m.as_ref().map(Cell::F64),
            (Self::Run(r), Col::PositionU) => column(&r.accuracy.position_m),
            (Self::Run(r), Col::OfU(Channel::Yaw)) => column(&r.accuracy.yaw_rad),
            (Self::Run(r), Col::Index) => r.index.as_ref().map(|i| Cell::F32(&i.blocks)),
            (Self::Series(_), Col::PositionU | Col::Index) => None,
            (_, Col::Of(c)) => Some(match &self.channels()?.get(c)?.values {
                Values::Real(v) => Cell::F64(v),
                Values::Code(v) => Cell::U8(v),
                Values::Text(v) => Cell::Text(v),
            }),
            (_, Col::OfU(c)) => column(&self.channels()?.get(c)?.accuracy),
        }
    }

    /// Whether the layout has all that the row holds, and a run's channels leave the pose's columns alone.
    fn fits(&self, layout: &Layout) -> Result<(), (String, String)> {
        let has = |col: Col| {
            if layout.0.contains(&col) {
                Ok(())
            } else {
                Err((format!("a layout with the column {}", col.name()), "one without".to_owned()))
            }
        };
        if let Self::Run(r) = self {
            if r.z_m.is_some() {
                has(Col::Of(Channel::Z))?;
            }
            for (a, col) in
                [(&r.accuracy.position_m, Col::PositionU), (&r.accuracy.yaw_rad, Col::OfU(Channel::Yaw))]
            {
                if matches!(a, Accuracy::Column(_)) {
                    has(col)?;
                }
            }
            if r.index.is_some() {
                has(Col::Index)?;
            }
        }
        for (c, d) in self.channels().into_iter().flat_map(Channels::iter) {
            let pose = matches!(c, Channel::X | Channel::Y | Channel::Yaw | Channel::Z);
            if pose && matches!(self, Self::Run(_)) {
                return Err(("the pose in the run itself".into(), format!("a channel {}", c.name())));
            }
            has(Col::Of(c))?;
            if matches!(d.accuracy, Accuracy::Column(_)) {
                has(Col::OfU(c))?;
            }
        }
        Ok(())
    }
}

fn item_field(col: Col) -> Arc<Field> {
    let kind = match col.item() {
        Item::I64 => DataType::Int64,
        Item::F64 => DataType::Float64,
        Item::F32 => DataType::Float32,
        Item::U8 => DataType::UInt8,
        Item::Text => DataType::LargeUtf8,
    };
    Arc::new(Field::new("item", kind, true))
}

/// A list column over all rows.
fn list(col: Col, rows: &[Row<'_>]) -> Result<ArrayRef, ArrowError> {
    let cells: Vec<Option<Cell<'_>>> = rows.iter().map(|r| r.cell(col)).collect();
    let items: ArrayRef = match col.item() {
        Item::I64 => primitive::<Int64Type>(cells.iter().map(|c| match c {
            Some(Cell::I64(v)) => Some(*v),
            _ => None,
        })),
        Item::F64 => primitive::<Float64Type>(cells.iter().map(|c| match c {
            Some(Cell::F64(v)) => Some(*v),
            _ => None,
        })),
        Item::F32 => primitive::<Float32Type>(cells.iter().map(|c| match c {
            Some(Cell::F32(v)) => Some(*v),
            _ => None,
        })),
        Item::U8 => primitive::<UInt8Type>(cells.iter().map(|c| match c {
            Some(Cell::U8(v)) => Some(*v),
            _ => None,
        })),
        Item::Text => {
            let texts = cells.iter().filter_map(|c| match c {
                Some(Cell::Text(v)) => Some(*v),
                _ => None,
            });
            Arc::new(LargeStringArray::from_iter(texts.flat_map(TextColumn::iter)))
        }
    };
    let len = |c: &Option<Cell<'_>>| match c {
        None => 0,
        Some(Cell::I64(v)) => v.len(),
        Some(Cell::F64(v)) => v.len(),
        Some(Cell::F32(v)) => v.len(),
        Some(Cell::U8(v)) => v.len(),
        Some(Cell::Text(v)) => v.len(),
    };
    let offsets = OffsetBuffer::<i64>::from_lengths(cells.iter().map(len));
    let present: BooleanBuffer = cells.iter().map(Option::is_some).collect();
    let nulls = Some(NullBuffer::new(present)).filter(|n| n.null_count() > 0);
    Ok(Arc::new(LargeListArray::try_new(item_field(col), offsets, items, nulls)?))
}

/// Columns one after another; what is missing is written as 0, so that the same drive gives the same bytes.
fn primitive<'a, T: ArrowPrimitiveType>(
    columns: impl Iterator<Item = Option<&'a Column<T::Native>>>,
) -> ArrayRef
where
    T::Native: Native,
{
    let columns: Vec<&Column<T::Native>> = columns.flatten().collect();
    let n = columns.iter().map(|c| c.len()).sum();
    let mut values: Vec<T::Native> = Vec::with_capacity(n);
    for c in &columns {
        if c.missing() == 0 {
            values.extend_from_slice(c.values());
        } else {
            values.extend(c.iter().map(Option::unwrap_or_default));
        }
    }
    let nulls = columns.iter().any(|c| c.missing() > 0).then(|| {
        let bits: BooleanBuffer = columns.iter().flat_map(|c| (0..c.len()).map(|i| c.is_valid(i))).collect();
        NullBuffer::new(bits)
    });
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls))
}
