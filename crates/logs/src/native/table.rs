//! One record batch as columns.

use std::collections::BTreeMap;

use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use lukao_model::column::Native;
use lukao_model::{Column, Error, TextColumn};

use super::buffers::Buffers;
use super::container::{Container, bad};
use super::layout::{Col, Item};
use super::message::Message;

/// The plain columns, one value a row, in the order of a written file: name and Arrow type.
pub(crate) const PLAIN: [(&str, &str); 9] = [
    ("kind", "utf8"),
    ("id", "utf8"),
    ("run", "uint32"),
    ("clock", "uint32"),
    ("first_tick", "uint64"),
    ("ticks", "uint64"),
    ("begun_before", "bool"),
    ("goes_on", "bool"),
    ("meta", "utf8"),
];

/// Which of the file's columns are which, and which buffers hold what is wanted.
pub(crate) struct Plan {
    plain: [usize; PLAIN.len()],
    lists: Vec<(Col, usize)>,
    /// Buffers to read, rising.
    pub buffers: Vec<usize>,
    /// Columns that this version does not know.
    pub unknown: Vec<String>,
}

impl Plan {
    /// Finds the columns; `wanted` says which lists to read.
    pub fn new(file: &Container, name: &str, wanted: impl Fn(Col) -> bool) -> Result<Self, Error> {
        let whole = |want: String, found: &str| Error::new(name, want, found);
        let mut plain = [usize::MAX; PLAIN.len()];
        let (mut lists, mut buffers, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = std::collections::BTreeSet::new();
        for (i, d) in file.columns.iter().enumerate() {
            if !seen.insert(d.name.as_str()) {
                return Err(whole("each column once".into(), &format!("\"{}\" twice", d.name)));
            }
            if let Some(k) = PLAIN.iter().position(|p| p.0 == d.name) {
                if d.kind != PLAIN[k].1 {
                    return Err(whole(format!("column \"{}\" of {}", d.name, PLAIN[k].1), &d.kind));
                }
                plain[k] = i;
                let n = if PLAIN[k].1 == "utf8" { 3 } else { 2 };
                buffers.extend(d.buffer..d.buffer + n);
            } else if let Some(col) = Col::from_name(&d.name) {
                let want = format!("large_list<{}>", col.item().name());
                if d.kind != want {
                    return Err(whole(format!("column \"{}\" of {want}", d.name), &d.kind));
                }
                if wanted(col) {
                    lists.push((col, i));
                    let n = if col.item() == Item::Text { 5 } else { 4 };
                    buffers.extend(d.buffer..d.buffer + n);
                }
            } else {
                unknown.push(d.name.clone());
            }
        }
        if let Some(k) = plain.iter().position(|i| *i == usize::MAX) {
            return Err(whole(format!("a column \"{}\"", PLAIN[k].0), "none"));
        }
        if !lists.iter().any(|(c, _)| *c == Col::T) {
            return Err(whole("a column \"t_ns\"".into(), "none"));
        }
        Ok(Self { plain, lists, buffers, unknown })
    }
}

/// Items of a list column with the offsets of each row.
struct List {
    offsets: ScalarBuffer<i64>,
    rows: Option<NullBuffer>,
    items: Items,
}

enum Items {
    I64(ScalarBuffer<i64>, Option<NullBuffer>),
    F64(ScalarBuffer<f64>, Option<NullBuffer>),
    F32(ScalarBuffer<f32>, Option<NullBuffer>),
    U8(ScalarBuffer<u8>, Option<NullBuffer>),
    Text(Texts<i64>, Option<NullBuffer>),
}

/// Checked UTF-8 texts by offsets.
struct Texts<O: arrow_buffer::ArrowNativeType> {
    offsets: ScalarBuffer<O>,
    bytes: Buffer,
}

impl<O: arrow_buffer::ArrowNativeType> Texts<O> {
    fn get(&self, i: usize) -> Option<&str> {
        let from = self.offsets.get(i)?.to_usize()?;
        let to = self.offsets.get(i + 1)?.to_usize()?;
        std::str::from_utf8(self.bytes.get(from..to)?).ok()
    }
}

/// A batch in columns. Lists share the batch's memory.
pub(crate) struct Table {
    pub rows: usize,
    texts: BTreeMap<usize, (Texts<i32>, Option<NullBuffer>)>,
    u32s: BTreeMap<usize, (ScalarBuffer<u32>, Option<NullBuffer>)>,
    u64s: BTreeMap<usize, (ScalarBuffer<u64>, Option<NullBuffer>)>,
    bools: BTreeMap<usize, (BooleanBuffer, Option<NullBuffer>)>,
    lists: BTreeMap<Col, List>,
}

impl Table {
    pub fn new(
        name: &str,
        at: u64,
        file: &Container,
        plan: &Plan,
        message: &Message,
        buffers: &Buffers<'_>,
    ) -> Result<Self, Error> {
        let rows = message.rows;
        let mut t = Self {
            rows,
            texts: BTreeMap::new(),
            u32s: BTreeMap::new(),
            u64s: BTreeMap::new(),
            bools: BTreeMap::new(),
            lists: BTreeMap::new(),
        };
        let node_of_rows = |i: usize| {
            let (len, missing) = message.nodes[file.columns[i].node];
            if len == rows {
                return Ok(missing);
            }
            let want = format!("{rows} rows in column \"{}\"", file.columns[i].name);
            Err(bad(name, at, want, len.to_string()))
        };
        for (k, &i) in plan.plain.iter().enumerate() {
            let b = file.columns[i].buffer;
            let valid = buffers.validity(b, rows, node_of_rows(i)?)?;
            match PLAIN[k].1 {
                "utf8" => {
                    t.texts.insert(k, (texts(buffers, name, b + 1, rows)?, valid));
                }
                "uint32" => {
                    t.u32s.insert(k, (buffers.numbers(b + 1, rows)?, valid));
                }
                "uint64" => {
                    t.u64s.insert(k, (buffers.numbers(b + 1, rows)?, valid));
                }
                _ => {
                    let bits = BooleanBuffer::new(buffers.bytes(b + 1, rows.div_ceil(8))?, 0, rows);
                    t.bools.insert(k, (bits, valid));
                }
            }
        }
        for &(col, i) in &plan.lists {
            let d = &file.columns[i];
            let (b, (n, missing)) = (d.buffer, message.nodes[d.node + 1]);
            let rows_valid = buffers.validity(b, rows, node_of_rows(i)?)?;
            let offsets = buffers.offsets::<i64>(b + 1, rows, n)?;
            let valid = buffers.validity(b + 2, n, missing)?;
            let items = match col.item() {
                Item::I64 => Items::I64(buffers.numbers(b + 3, n)?, valid),
                Item::F64 => Items::F64(buffers.numbers(b + 3, n)?, valid),
                Item::F32 => Items::F32(buffers.numbers(b + 3, n)?, valid),
                Item::U8 => Items::U8(buffers.numbers(b + 3, n)?, valid),
                Item::Text => Items::Text(texts(buffers, name, b + 3, n)?, valid),
            };
            t.lists.insert(col, List { offsets, rows: rows_valid, items });
        }
        Ok(t)
    }

    /// Text of plain column `k` (an index into [`PLAIN`]).
    pub fn text(&self, k: usize, row: usize) -> Option<&str> {
        let (t, valid) = self.texts.get(&k)?;
        present(valid.as_ref(), row).then(|| t.get(row)).flatten()
    }

    pub fn u32(&self, k: usize, row: usize) -> Option<u32> {
        let (v, valid) = self.u32s.get(&k)?;
        present(valid.as_ref(), row).then(|| v.get(row).copied()).flatten()
    }

    pub fn u64(&self, k: usize, row: usize) -> Option<u64> {
        let (v, valid) = self.u64s.get(&k)?;
        present(valid.as_ref(), row).then(|| v.get(row).copied()).flatten()
    }

    pub fn bool(&self, k: usize, row: usize) -> Option<bool> {
        let (v, valid) = self.bools.get(&k)?;
        (row < self.rows && present(valid.as_ref(), row)).then(|| v.value(row))
    }

    /// The list columns that were read.
    pub fn cols(&self) -> impl Iterator<Item = Col> + '_ {
        self.lists.keys().copied()
    }

    /// First item and length of a row's list, if it has one.
    fn range(&self, col: Col, row: usize) -> Option<(&Items, usize, usize)> {
        let list = self.lists.get(&col)?;
        if !present(list.rows.as_ref(), row) {
            return None;
        }
        // The offsets were checked to rise within the items when the batch was read.
        let from = usize::try_from(*list.offsets.get(row)?).ok()?;
        let to = usize::try_from(*list.offsets.get(row + 1)?).ok()?;
        Some((&list.items, from, to.checked_sub(from)?))
    }

    pub fn i64s(&self, col: Col, row: usize) -> Option<Column<i64>> {
        match self.range(col, row)? {
            (Items::I64(v, valid), from, len) => Some(part(v, valid.as_ref(), from, len)),
            _ => None,
        }
    }

    pub fn f64s(&self, col: Col, row: usize) -> Option<Column<f64>> {
        match self.range(col, row)? {
            (Items::F64(v, valid), from, len) => Some(part(v, valid.as_ref(), from, len)),
            _ => None,
        }
    }

    pub fn f32s(&self, col: Col, row: usize) -> Option<Column<f32>> {
        match self.range(col, row)? {
            (Items::F32(v, valid), from, len) => Some(part(v, valid.as_ref(), from, len)),
            _ => None,
        }
    }

    pub fn u8s(&self, col: Col, row: usize) -> Option<Column<u8>> {
        match self.range(col, row)? {
            (Items::U8(v, valid), from, len) => Some(part(v, valid.as_ref(), from, len)),
            _ => None,
        }
    }

    pub fn text_list(&self, col: Col, row: usize) -> Option<TextColumn> {
        match self.range(col, row)? {
            (Items::Text(t, valid), from, len) => {
                let one = |i| present(valid.as_ref(), i).then(|| t.get(i).map(str::to_owned)).flatten();
                Some(TextColumn::new((from..from + len).map(one).collect()))
            }
            _ => None,
        }
    }
}

fn present(valid: Option<&NullBuffer>, i: usize) -> bool {
    valid.is_none_or(|v| i < v.len() && v.is_valid(i))
}

fn part<T: Native>(v: &ScalarBuffer<T>, valid: Option<&NullBuffer>, from: usize, len: usize) -> Column<T> {
    Column::from_arrow(v.slice(from, len), valid.map(|n| n.slice(from, len)))
}

/// Texts of offsets in buffer `i` and bytes in the next, checked to be UTF-8.
fn texts<O: arrow_buffer::ArrowNativeType>(
    buffers: &Buffers<'_>,
    name: &str,
    i: usize,
    len: usize,
) -> Result<Texts<O>, Error> {
    let bytes = buffers.whole(i + 1);
    let offsets = buffers.offsets::<O>(i, len, bytes.len())?;
    let t = Texts { offsets, bytes };
    for k in 0..len {
        if t.get(k).is_none() {
            return Err(bad(name, buffers.at(i + 1), "UTF-8 text", format!("other bytes in text {k}")));
        }
    }
    Ok(t)
}
