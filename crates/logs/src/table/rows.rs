//! Tables as rows of cells, whatever file they come from; and the text form of them.

use lukao_model::{Error, Position};

use super::mapping::TextForm;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Empty, or null.
    Empty,
    Text(&'a str),
    /// Text that is not UTF-8.
    Bytes(&'a [u8]),
    Real(f64),
    Int(i64),
    /// A time that knows its own unit, ns.
    Ns(i64),
    /// A list, a struct or the like.
    Other,
}

/// One row.
pub(crate) trait Row {
    /// For errors: the line of a text table (its header's file position counted), else the row from 1.
    fn number(&self) -> u64;
    /// A cell; `col` is below the number of columns.
    fn cell(&self, col: usize) -> Cell<'_>;
}

/// A table that is read once, row by row.
pub(crate) trait Table {
    fn columns(&self) -> &[String];
    /// Whether the last row may be cut off: a text whose last line does not end.
    fn may_be_cut(&self) -> bool {
        false
    }
    /// Calls `f` for each row in order.
    fn each(&mut self, f: &mut dyn FnMut(&dyn Row) -> Result<(), Error>) -> Result<(), Error>;
}

/// A text table.
pub(super) struct Csv<'a> {
    name: &'a str,
    body: &'a [u8],
    columns: Vec<String>,
    separator: u8,
    /// Line of the header.
    header_line: u64,
}

impl<'a> Csv<'a> {
    /// Finds the header; reads no row.
    ///
    /// # Errors
    /// If there is no header, or it is no text.
    pub fn new(name: &'a str, bytes: &'a [u8], form: &TextForm) -> Result<Self, Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Error::new(name, "a table in UTF-8", "UTF-16").at(Position::Byte(0)));
        }
        let (mut rest, mut line) = (bytes, 1);
        loop {
            let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |k| k + 1);
            let head = &rest[..end];
            let skip = match &form.header_begins {
                Some(begin) => !head.starts_with(begin.as_bytes()),
                None => head.trim_ascii().is_empty(),
            };
            if !skip {
                let Ok(text) = std::str::from_utf8(head) else {
                    return Err(
                        Error::new(name, "a header in UTF-8", "other bytes").at(Position::Line(line, 0))
                    );
                };
                let separator = match form.separator {
                    Some(c) if c.is_ascii() => c as u8,
                    _ if text.contains('\t') => b'\t',
                    _ if text.contains(';') => b';',
                    _ => b',',
                };
                let columns = split_header(text.trim_end_matches(['\r', '\n']), separator);
                return Ok(Self { name, body: &rest[end..], columns, separator, header_line: line });
            }
            if end == rest.len() {
                let what = form.header_begins.as_ref();
                let want =
                    what.map_or("a header".into(), |b| format!("a header line that begins with \"{b}\""));
                let found = if bytes.trim_ascii().is_empty() { "an empty table" } else { "none" };
                return Err(Error::new(name, want, found).at(Position::Line(line, 0)));
            }
            rest = &rest[end..];
            line += 1;
        }
    }
}

/// Splits a header. A separator inside quotes or brackets belongs to the name: `a [m, local], b` are two.
fn split_header(text: &str, separator: u8) -> Vec<String> {
    let (mut columns, mut name) = (Vec::new(), String::new());
    let (mut quoted, mut depth) = (false, 0usize);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => name.push(c),
            _ if c == char::from(separator) && depth == 0 => columns.push(std::mem::take(&mut name)),
            _ => {
                match c {
                    '[' | '(' => depth += 1,
                    ']' | ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                name.push(c);
            }
        }
    }
    columns.push(name);
    columns.iter().map(|c| c.trim().to_owned()).collect()
}

struct CsvRow<'a> {
    record: &'a csv::ByteRecord,
    number: u64,
}

impl Row for CsvRow<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn cell(&self, col: usize) -> Cell<'_> {
        let bytes = self.record.get(col).unwrap_or_default().trim_ascii();
        match std::str::from_utf8(bytes) {
            Ok("") => Cell::Empty,
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::Bytes(bytes),
        }
    }
}

impl Table for Csv<'_> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn may_be_cut(&self) -> bool {
        !self.body.is_empty() && !self.body.ends_with(b"\n") && !self.body.ends_with(b"\r")
    }

    fn each(&mut self, f: &mut dyn FnMut(&dyn Row) -> Result<(), Error>) -> Result<(), Error> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(self.body);
        let mut record = csv::ByteRecord::new();
        let width = self.columns.len();
        // A line that ends with a separator has one empty cell more than columns, in header or rows.
        let trailing = self.columns.last().is_some_and(String::is_empty);
        loop {
            let more = reader.read_byte_record(&mut record);
            let line = record.position().map_or(0, csv::Position::line) + self.header_line;
            match more {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(e) => {
                    return Err(Error::new(self.name, "a table", e.to_string())
                        .at(Position::Row(line, String::new())));
                }
            }
            let n = record.len();
            let fits = n == width
                || (trailing && n + 1 == width)
                || (n == width + 1 && record.get(width).is_some_and(|c| c.trim_ascii().is_empty()));
            if !fits {
                if n == 1 && record.get(0).is_some_and(|c| c.trim_ascii().is_empty()) {
                    continue;
                }
                return Err(Error::new(self.name, format!("{width} cells, one a column"), n.to_string())
                    .at(Position::Row(line, String::new())));
            }
            f(&CsvRow { record: &record, number: line })?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_units_and_quotes_belong_to_the_name() {
        assert_eq!(
            split_header("t [s], \"a,b\", x [m, local], y (m),", b','),
            ["t [s]", "a,b", "x [m, local]", "y (m)", ""]
        );
    }
}
