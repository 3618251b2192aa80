//! The one error type: what was read, where, what was expected and what was found.

use std::fmt;

/// Where in an input something is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
    /// The input as a whole.
    #[default]
    Whole,
    /// Byte offset, from 0.
    Byte(u64),
    /// Line and column of a text, both from 1; column 0 means the whole line.
    Line(u64, u64),
    /// Row of a table, from 1 (the header is row 1), and its column's name.
    Row(u64, String),
    /// Message or record, from 0.
    Record(u64),
    /// A named part: a key, an element, a column.
    Part(String),
}

impl Position {
    /// Line and column of a byte of a text.
    ///
    /// ```
    /// use lukao_model::Position;
    /// assert_eq!(Position::in_text("a = 1\n路 = x\n", 12), Position::Line(2, 5));
    /// ```
    #[must_use]
    pub fn in_text(text: &str, byte: usize) -> Self {
        let before = text.get(..byte.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        Self::Line(line as u64, column as u64)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Byte(b) => write!(f, " byte {b}"),
            Self::Line(l, 0) => write!(f, " line {l}"),
            Self::Line(l, c) => write!(f, " line {l} column {c}"),
            Self::Row(r, c) if c.is_empty() => write!(f, " row {r}"),
            Self::Row(r, c) => write!(f, " row {r} column \"{c}\""),
            Self::Record(r) => write!(f, " record {r}"),
            Self::Part(p) => write!(f, " {p}"),
        }
    }
}

/// Something that was given could not be used.
///
/// ```
/// use lukao_model::{Error, Position};
/// let e = Error::new("ego.csv", "a time that rises", "12.28 s after 12.30 s").at(Position::Row(1042, "t".into()));
/// assert_eq!(e.to_string(), "ego.csv row 1042 column \"t\": expected a time that rises, found 12.28 s after 12.30 s");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}{position}: expected {expected}, found {found}")]
pub struct Error {
    /// File, or name of the input.
    pub source_name: String,
    /// Where in it.
    pub position: Position,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub found: String,
}

impl Error {
    /// An error about an input as a whole; add a place with [`Error::at`].
    pub fn new(
        source_name: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            source_name: source_name.into(),
            position: Position::Whole,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same error with its place.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// The same error in the named input, for code that did not know the file's name.
    #[must_use]
    pub fn in_source(mut self, source_name: impl Into<String>) -> Self {
        self.source_name = source_name.into();
        self
    }
}
