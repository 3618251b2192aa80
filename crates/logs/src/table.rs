//! Tables (CSV, Arrow, Parquet) through a small mapping file.
//!
//! A mapping (TOML, `docs/tables.md`) says which column is what, in which unit, and which point of the body a
//! position means. Mappings for well-known tables are built in and found by the table's columns; any other
//! table needs one of its own in [`ReadOptions::mapping`].

mod bind;
mod columnar;
mod convert;
mod mapping;
mod rows;
mod units;

use lukao_model::{Drive, Error, Position};

use crate::{Bundle, Input, ReadOptions};
use bind::Side;
use convert::Job;
use mapping::{Mapping, Signals, TextForm};
use rows::Csv;
pub(crate) use rows::{Cell, Row, Table};

pub(crate) use units::{code_named, decimal};

/// Mappings that are built in, by name, with their text.
pub const MAPPINGS: &[(&str, &str)] = &[
    ("esmini-full-log", include_str!("../mappings/esmini-full-log.toml")),
    ("highd", include_str!("../mappings/highd.toml")),
    ("ind", include_str!("../mappings/ind.toml")),
];

/// Largest companion table.
const MAX_SIDE_ROWS: usize = 10_000_000;

/// Reads a table.
///
/// # Errors
/// If no mapping fits, a column is missing, or a cell is not what the mapping says; with row and column.
pub fn read(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let mapping = match &options.mapping {
        Some(input) => mapping::parse(input)?,
        None => detect(&bundle.main)?,
    };
    let sides = sides(&mapping, bundle)?;
    let mut signals: Vec<(&Signals, String, Box<dyn Table + '_>)> = Vec::new();
    for companion in &mapping.companion {
        if let Some(form) = &companion.signals
            && let Some(input) = find(companion, &mapping, bundle)?
        {
            signals.push((form, input.name.clone(), open(input, &mapping.text_of_companions())?));
        }
    }
    let mut table = open(&bundle.main, &mapping.text)?;
    let job = Job { mapping: &mapping, name: &bundle.main.name, sides: &sides, options };
    job.run(table.as_mut(), &mut signals)
}

/// Names of the files beside a table that its mapping asks for: look for them, with and without `.gz`.
///
/// Without a mapping those of the built-in ones whose file pattern fits the name.
#[must_use]
pub fn companions_of(file_name: &str, mapping: Option<&Input>) -> Vec<String> {
    let bare = bare(file_name);
    let of = |m: &Mapping| -> Vec<String> {
        let star = m.detect.file.as_ref().and_then(|p| star(p, bare));
        m.companion.iter().map(|c| c.file.replace('*', star.unwrap_or(""))).collect()
    };
    match mapping {
        Some(input) => mapping::parse(input).map(|m| of(&m)).unwrap_or_default(),
        None => {
            let fits = |m: &Mapping| m.detect.file.as_ref().is_some_and(|p| star(p, bare).is_some());
            let mut names: Vec<String> = built_in().filter(fits).flat_map(|m| of(&m)).collect();
            names.sort_unstable();
            names.dedup();
            names
        }
    }
}

fn built_in() -> impl Iterator<Item = Mapping> {
    // Built-in mappings parse; a test holds that.
    MAPPINGS.iter().filter_map(|(name, text)| {
        let input = Input { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() };
        mapping::parse(&input).ok()
    })
}

/// The built-in mapping whose columns the table has.
fn detect(main: &Input) -> Result<Mapping, Error> {
    let mut best: Option<(usize, String)> = None;
    for m in built_in() {
        let Ok(table) = open(main, &m.text) else { continue };
        let there: Vec<String> = table.columns().iter().map(|c| squeeze(c)).collect();
        let missing: Vec<&String> =
            m.detect.columns.iter().filter(|c| !there.contains(&squeeze(c))).collect();
        if missing.is_empty() {
            return Ok(m);
        }
        if best.as_ref().is_none_or(|(n, _)| missing.len() < *n) {
            let names: Vec<String> = missing.into_iter().cloned().collect();
            best = Some((names.len(), format!("\"{}\" lacks {}", m.name, list(&names))));
        }
    }
    let columns = open(main, &TextForm::default())?.columns().to_vec();
    let nearest = best.map_or(String::new(), |(_, text)| format!("; the nearest built-in mapping {text}"));
    let found = format!("{}{nearest}", list(&columns));
    Err(Error::new(&main.name, "a mapping (see docs/tables.md) for these columns", found))
}

/// A name without what spaces are in it.
fn squeeze(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Names for a message; long lists are cut.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 24;
    if names.is_empty() {
        return "none".into();
    }
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|n| format!("\"{}\"", n.chars().take(60).collect::<String>())).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// A table of any kind, text as Excel writes it.
pub(crate) fn open_table(input: &Input) -> Result<Box<dyn Table + '_>, Error> {
    open(input, &TextForm::default())
}

fn open<'a>(input: &'a Input, form: &TextForm) -> Result<Box<dyn Table + 'a>, Error> {
    if columnar::is_arrow_file(&input.bytes) {
        return columnar::arrow_file(input);
    }
    if columnar::is_arrow_stream(&input.bytes) {
        return columnar::arrow_stream(input);
    }
    if input.bytes.starts_with(b"PAR1") {
        return columnar::parquet(input);
    }
    Ok(Box::new(Csv::new(&input.name, &input.bytes, form)?))
}

fn bare(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

/// What `*` in a pattern stands for in a name; empty without `*`.
fn star<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == name).then_some(""),
        Some((a, b)) => name.strip_prefix(a)?.strip_suffix(b),
    }
}

impl Mapping {
    /// Companions share separator and decimal mark, not the header's place.
    fn text_of_companions(&self) -> TextForm {
        TextForm { header_begins: None, separator: self.text.separator, decimal: self.text.decimal }
    }
}

/// The file of a companion.
fn find<'a>(c: &mapping::Companion, m: &Mapping, bundle: &'a Bundle) -> Result<Option<&'a Input>, Error> {
    let main = m.detect.file.as_ref().and_then(|p| star(p, bare(&bundle.main.name)));
    let fits = |input: &&Input| match main {
        Some(main) => bare(&input.name) == c.file.replace('*', main),
        None => star(&c.file, bare(&input.name)).is_some(),
    };
    let found = bundle.companions.iter().find(fits);
    if found.is_none() && c.required {
        let wanted = c.file.replace('*', main.unwrap_or("*"));
        let names: Vec<String> = bundle.companions.iter().map(|i| bare(&i.name).to_owned()).collect();
        let want = format!("file {wanted} beside it, for mapping \"{}\"", m.name);
        return Err(Error::new(&bundle.main.name, want, list(&names)));
    }
    Ok(found)
}

/// Reads the small tables beside the table.
fn sides(m: &Mapping, bundle: &Bundle) -> Result<Vec<Side>, Error> {
    let mut sides = Vec::new();
    for c in &m.companion {
        let mut side = Side { name: c.name.clone(), keyed: c.key.is_some(), ..Side::default() };
        if c.signals.is_none()
            && let Some(input) = find(c, m, bundle)?
        {
            let mut table = open(input, &m.text_of_companions())?;
            side.columns = table.columns().to_vec();
            let key = match &c.key {
                None => None,
                Some(key) => {
                    let at = side.columns.iter().position(|n| squeeze(n) == squeeze(key.get_ref()));
                    let want = || format!("a column \"{}\"", key.get_ref());
                    Some(at.ok_or_else(|| Error::new(&input.name, want(), list(&side.columns)))?)
                }
            };
            let width = side.columns.len();
            let rows = &mut side.rows;
            table.each(&mut |row| {
                let cells: Vec<String> = (0..width).map(|col| text_of(row.cell(col))).collect();
                let key = key.map_or(String::new(), |k| cells[k].clone());
                if rows.len() >= MAX_SIDE_ROWS {
                    let at = Position::Row(row.number(), String::new());
                    return Err(Error::new(&input.name, "fewer rows", "too many").at(at));
                }
                rows.entry(key).or_insert(cells);
                Ok(())
            })?;
        }
        sides.push(side);
    }
    Ok(sides)
}

fn text_of(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty | Cell::Other => String::new(),
        Cell::Text(t) => t.to_owned(),
        Cell::Bytes(b) => String::from_utf8_lossy(b).into_owned(),
        Cell::Real(v) => v.to_string(),
        Cell::Int(v) | Cell::Ns(v) => v.to_string(),
    }
}
