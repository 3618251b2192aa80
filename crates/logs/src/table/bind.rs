//! A mapping bound to the columns of one table: fields become places, and cells become values.

use std::collections::BTreeMap;

use lukao_model::{Channel, Error, Position};

use super::mapping::{Field, Meaning, Time};
use super::rows::{Cell, Row};
use super::{squeeze, units};
use crate::ingest::Value;

/// Small tables beside the table: cells as texts, by key.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub name: String,
    pub columns: Vec<String>,
    pub keyed: bool,
    pub rows: BTreeMap<String, Vec<String>>,
}

impl Side {
    /// The cell of an actor's row (or of the only row), if there is one.
    fn cell(&self, key: &str, col: usize) -> Cell<'_> {
        let row = self.rows.get(if self.keyed { key } else { "" });
        match row.and_then(|r| r.get(col)).map(String::as_str) {
            None | Some("") => Cell::Empty,
            Some(text) => Cell::Text(text),
        }
    }
}

/// Where a field's cells are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Column(usize),
    /// (index of the companion, column)
    Side(usize, usize),
}

/// A field bound to a table.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub place: Place,
    pub column: String,
    factor: f64,
    codes: Option<BTreeMap<String, Meaning>>,
    decimal: Option<char>,
}

/// Binds fields and collects the names of columns that are not there.
pub(super) struct Binder<'a> {
    /// Places of the columns by squeezed name, and whether the name is there twice.
    index: BTreeMap<String, (usize, bool)>,
    sides: &'a [Side],
    decimal: Option<char>,
    pub missing: Vec<String>,
    pub twice: Option<String>,
}

fn index(columns: &[String]) -> BTreeMap<String, (usize, bool)> {
    let mut index = BTreeMap::new();
    for (i, column) in columns.iter().enumerate() {
        index.entry(squeeze(column)).and_modify(|at: &mut (usize, bool)| at.1 = true).or_insert((i, false));
    }
    index
}

impl<'a> Binder<'a> {
    pub fn new(columns: &[String], sides: &'a [Side], decimal: Option<char>) -> Self {
        Self { index: index(columns), sides, decimal, missing: Vec::new(), twice: None }
    }

    /// Whether the table has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(&squeeze(name))
    }

    fn find(&mut self, at: Option<(usize, bool)>, name: &str, key: &str) -> Option<usize> {
        match at {
            None => self.missing.push(format!("\"{name}\" ({key})")),
            Some((_, true)) => {
                self.twice.get_or_insert_with(|| name.to_owned());
            }
            Some(_) => {}
        }
        at.map(|(col, _)| col)
    }

    fn own(&mut self, name: &str, key: &str) -> usize {
        let at = self.index.get(&squeeze(name)).copied();
        // What is not found is remembered, and the caller gives up before any cell is read.
        self.find(at, name, key).unwrap_or(0)
    }

    /// The field's place; `prefix` stands before the names of the table's own columns. What is not found is
    /// remembered with the mapping's `key` and bound to the first column; the caller gives up at the end.
    pub fn field(&mut self, field: &Field, prefix: &str, to_unit: &str, key: &str) -> Bound {
        let name = field.column.get_ref();
        let (place, column) = match &field.table {
            Some(table) => {
                let side = self.sides.iter().position(|s| s.name == *table.get_ref());
                // A companion that may be absent leaves its fields empty.
                let columns = side.map(|i| &self.sides[i].columns).filter(|c| !c.is_empty());
                let col = columns.map(|c| index(c).get(&squeeze(name)).copied());
                let col = col.and_then(|at| self.find(at, name, key));
                (Place::Side(side.unwrap_or(0), col.unwrap_or(usize::MAX)), name.clone())
            }
            None => {
                let full = format!("{prefix}{name}");
                (Place::Column(self.own(&full, key)), full)
            }
        };
        let unit = field.unit.as_ref().and_then(|u| units::factor(u.get_ref(), to_unit)).unwrap_or(1.0);
        Bound {
            place,
            column,
            factor: unit * field.factor.unwrap_or(1.0),
            codes: field.codes.as_ref().map(|c| c.get_ref().clone()),
            decimal: self.decimal,
        }
    }

    /// The same for a field that may be absent in the mapping.
    pub fn optional(
        &mut self,
        field: Option<&Field>,
        prefix: &str,
        to_unit: &str,
        key: &str,
    ) -> Option<Bound> {
        field.map(|f| self.field(f, prefix, to_unit, key))
    }

    /// Binds the time.
    pub fn time(&mut self, time: &Time, key: &str) -> BoundTime {
        let col = self.own(time.column.get_ref(), key);
        let rate = time.rate.as_ref().map(|r| self.field(r, "", "", &format!("{key}.rate")));
        BoundTime {
            col,
            column: time.column.get_ref().clone(),
            exponent: units::time_exponent(time.unit.get_ref()),
            rate_hz: time.rate_hz,
            rate,
            decimal: self.decimal,
        }
    }
}

fn show(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => "nothing".into(),
        Cell::Text(t) => format!("\"{}\"", t.chars().take(40).collect::<String>()),
        Cell::Bytes(_) => "text that is not UTF-8".into(),
        Cell::Real(v) => v.to_string(),
        Cell::Int(v) | Cell::Ns(v) => v.to_string(),
        Cell::Other => "a value of another type".into(),
    }
}

/// A number of a text, `None` if it is none. `nan` and `inf` are numbers here: the data policy judges them.
fn number(text: &str, decimal: Option<char>) -> Option<f64> {
    match decimal {
        Some(mark) if mark != '.' => text.replace('.', "?").replace(mark, ".").parse().ok(),
        _ => text.parse().ok(),
    }
}

impl Bound {
    pub fn cell<'a>(&self, row: &'a dyn Row, sides: &'a [Side], key: &str) -> Cell<'a> {
        match self.place {
            Place::Column(col) => row.cell(col),
            Place::Side(side, col) => sides.get(side).map_or(Cell::Empty, |s| s.cell(key, col)),
        }
    }

    fn wrong(&self, row: &dyn Row, expected: &str, cell: Cell<'_>) -> Error {
        Error::new("", expected, show(cell)).at(Position::Row(row.number(), self.column.clone()))
    }

    /// A number in the wanted unit; `None` for an empty cell.
    ///
    /// # Errors
    /// If the cell is no number and no code of the mapping.
    pub fn real(&self, row: &dyn Row, sides: &[Side], key: &str) -> Result<Option<f64>, Error> {
        let cell = self.cell(row, sides, key);
        let value = match cell {
            Cell::Empty => return Ok(None),
            Cell::Real(v) => v,
            Cell::Int(v) => v as f64,
            Cell::Text(text) => match (&self.codes, number(text, self.decimal)) {
                (Some(codes), _) => match codes.get(text) {
                    Some(Meaning::Number(v)) => return Ok(Some(*v)),
                    _ => return Err(self.wrong(row, "a text that the mapping's codes list", cell)),
                },
                (None, Some(v)) => v,
                (None, None) => return Err(self.wrong(row, "a number", cell)),
            },
            _ => return Err(self.wrong(row, "a number", cell)),
        };
        if let Some(codes) = &self.codes {
            return match codes.get(&show(cell)) {
                Some(Meaning::Number(v)) => Ok(Some(*v)),
                _ => Err(self.wrong(row, "a number that the mapping's codes list", cell)),
            };
        }
        Ok(Some(value * self.factor))
    }

    /// A text; `None` for an empty cell. Whole numbers become their digits.
    ///
    /// # Errors
    /// If the cell is no text.
    pub fn text<'a>(
        &self,
        row: &'a dyn Row,
        sides: &'a [Side],
        key: &str,
        digits: &'a mut String,
    ) -> Result<Option<&'a str>, Error> {
        use std::fmt::Write;
        digits.clear();
        match self.cell(row, sides, key) {
            Cell::Empty => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            Cell::Int(v) | Cell::Ns(v) => {
                let _ = write!(digits, "{v}");
                Ok(Some(digits))
            }
            Cell::Real(v) => {
                let _ = write!(digits, "{v}");
                Ok(Some(digits))
            }
            cell @ (Cell::Bytes(_) | Cell::Other) => Err(self.wrong(row, "text in UTF-8", cell)),
        }
    }

    /// What the mapping's codes make of a text: the name they give, or the text itself.
    pub fn name_of<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        match &self.codes {
            None => Some(text),
            Some(codes) => match codes.get(text) {
                Some(Meaning::Name(name)) => Some(name),
                _ => None,
            },
        }
    }

    /// A value of an enumeration. A text that the mapping does not list becomes a code that none has, so that
    /// the data policy notes it and takes the value as missing.
    ///
    /// # Errors
    /// If the cell is no text.
    pub fn code(
        &self,
        channel: Channel,
        row: &dyn Row,
        sides: &[Side],
        key: &str,
        digits: &mut String,
    ) -> Result<Value<'static>, Error> {
        let Some(text) = self.text(row, sides, key, digits)? else { return Ok(Value::Missing) };
        let name = match (&self.codes, text) {
            // Without codes: the project's own names, and for a switch what tables usually write.
            (None, "0" | "false" | "False" | "FALSE") => "off",
            (None, "1" | "true" | "True" | "TRUE") => "on",
            _ => self.name_of(text).unwrap_or(""),
        };
        Ok(Value::Code(units::code_named(channel, name).unwrap_or(u8::MAX)))
    }
}

/// The time column bound to a table.
#[derive(Clone, Debug)]
pub(super) struct BoundTime {
    col: usize,
    column: String,
    /// Absent: frames.
    exponent: Option<i32>,
    rate_hz: Option<f64>,
    rate: Option<Bound>,
    decimal: Option<char>,
}

impl BoundTime {
    /// Reads the rate from its companion.
    ///
    /// # Errors
    /// If there is none above 0.
    pub fn settle(&mut self, sides: &[Side]) -> Result<(), Error> {
        struct NoRow;
        impl Row for NoRow {
            fn number(&self) -> u64 {
                0
            }
            fn cell(&self, _: usize) -> Cell<'_> {
                Cell::Empty
            }
        }
        if let Some(rate) = &self.rate {
            let value = rate.real(&NoRow, sides, "")?;
            self.rate_hz = value.filter(|r| r.is_finite() && *r > 0.0);
            if self.rate_hz.is_none() {
                let found = value.map_or("nothing".into(), |v| v.to_string());
                return Err(Error::new("", "a rate above 0", found).at(Position::Part(rate.column.clone())));
            }
        }
        Ok(())
    }

    /// Time of a row, ns.
    ///
    /// # Errors
    /// If the cell is no time.
    pub fn of(&self, row: &dyn Row) -> Result<i64, Error> {
        let cell = row.cell(self.col);
        let t_ns = match (cell, self.exponent) {
            (Cell::Ns(t), _) => Some(t),
            (Cell::Text(text), Some(e)) => match self.decimal {
                Some(mark) if mark != '.' => units::decimal(&text.replace(mark, "."), e),
                _ => units::decimal(text, e),
            },
            (Cell::Int(v), Some(e)) => 10i64.checked_pow(e.unsigned_abs()).and_then(|p| v.checked_mul(p)),
            (Cell::Real(v), Some(e)) => {
                let scale = [1.0, 1e3, 1e6, 1e9][(e.unsigned_abs() / 3).min(3) as usize];
                lukao_model::time::from_s(v * (scale * 1e-9))
            }
            (Cell::Text(text), None) => number(text, self.decimal).and_then(|f| self.of_frame(f)),
            (Cell::Int(v), None) => self.of_frame(v as f64),
            (Cell::Real(v), None) => self.of_frame(v),
            _ => None,
        };
        t_ns.ok_or_else(|| {
            let want = if self.exponent.is_some() { "a time" } else { "a frame's number" };
            Error::new("", want, show(cell)).at(Position::Row(row.number(), self.column.clone()))
        })
    }

    /// Frames are whole numbers of periods; the nearest ns to the quotient, so that 25 Hz is exactly 40 ms.
    fn of_frame(&self, frame: f64) -> Option<i64> {
        lukao_model::time::from_s(frame / self.rate_hz?)
    }
}
