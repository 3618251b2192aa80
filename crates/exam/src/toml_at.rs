//! Reading TOML with positions: every error names line and column, and an unknown key its likely meaning.

use std::cell::RefCell;
use std::ops::Range;

use lukao_model::{Error, Position};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A named TOML text.
pub(crate) struct Doc<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl<'a> Doc<'a> {
    /// Parses the text.
    pub fn parse(&self) -> Result<Spanned<DeTable<'a>>, Error> {
        DeTable::parse(self.text).map_err(|e| {
            let at = e.span().unwrap_or(0..0);
            let message = e.message().lines().collect::<Vec<_>>().join(", ");
            Error::new(self.name, "TOML", message).at(Position::in_text(self.text, at.start))
        })
    }

    pub fn error(&self, at: &Range<usize>, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(self.name, expected, found).at(Position::in_text(self.text, at.start))
    }

    /// The whole document as a table.
    pub fn root<'t>(&'t self, table: &'t Spanned<DeTable<'a>>) -> Table<'t> {
        Table::new(self, table.get_ref(), table.span(), String::new())
    }
}

/// A table that remembers which keys were asked for, so that the others can be called unknown.
pub(crate) struct Table<'t> {
    doc: &'t Doc<'t>,
    table: &'t DeTable<'t>,
    span: Range<usize>,
    /// Path from the root, for errors about what is missing.
    path: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    fn new(doc: &'t Doc<'t>, table: &'t DeTable<'t>, span: Range<usize>, path: String) -> Self {
        Self { doc, table, span, path, asked: RefCell::default() }
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &'static str) -> Option<Node<'t>> {
        self.asked.borrow_mut().push(key);
        let (_, value) = self.table.iter().find(|(k, _)| k.get_ref() == key)?;
        Some(Node { doc: self.doc, value, path: self.sub(key) })
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &'static str) -> Result<Node<'t>, Error> {
        self.get(key).ok_or_else(|| {
            let place =
                if self.path.is_empty() { "the file".to_string() } else { format!("`{}`", self.path) };
            // A misspelt key is the likeliest reason, so say so first.
            match self.unknown(key) {
                Some((span, found)) => self.error(&span, format!("the key \"{key}\" in {place}"), found),
                None => self.error(&self.span, format!("the key \"{key}\" in {place}"), "none"),
            }
        })
    }

    fn unknown(&self, wanted: &'static str) -> Option<(Range<usize>, String)> {
        let close = |k: &&Spanned<_>| nearest(k_str(k), [wanted]).is_some();
        let (k, _) = self.table.iter().find(|(k, _)| close(k))?;
        Some((k.span(), format!("\"{}\" (did you mean \"{wanted}\"?)", k_str(k))))
    }

    /// Keys and values in the file's own names, for tables whose keys are free.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Range<usize>, Node<'t>)> {
        self.table.iter().map(|(k, value)| {
            let key = k.get_ref().as_ref();
            (key, k.span(), Node { doc: self.doc, value, path: self.sub(key) })
        })
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(&self) -> Result<(), Error> {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !asked.contains(&name) {
                let hint = suggestion(name, asked.iter().copied());
                let expected = format!("one of the keys {}", asked.join(", "));
                return Err(self.error(&key.span(), expected, format!("\"{name}\"{hint}")));
            }
        }
        Ok(())
    }

    pub fn error(&self, at: &Range<usize>, expected: impl Into<String>, found: impl Into<String>) -> Error {
        self.doc.error(at, expected, found)
    }

    fn sub(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }
}

fn k_str<'k>(key: &'k Spanned<std::borrow::Cow<'_, str>>) -> &'k str {
    key.get_ref().as_ref()
}

/// A value with its place.
pub(crate) struct Node<'t> {
    doc: &'t Doc<'t>,
    value: &'t Spanned<DeValue<'t>>,
    path: String,
}

impl<'t> Node<'t> {
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    pub fn wrong(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        self.doc.error(&self.span(), expected, found)
    }

    fn not(&self, expected: &str) -> Error {
        let found = match self.value.get_ref() {
            DeValue::String(s) => format!("the text \"{s}\""),
            DeValue::Integer(i) => i.to_string(),
            DeValue::Float(f) => f.to_string(),
            DeValue::Boolean(b) => b.to_string(),
            DeValue::Datetime(d) => d.to_string(),
            DeValue::Array(_) => "a list".into(),
            DeValue::Table(_) => "a table".into(),
        };
        self.wrong(format!("{expected} in `{}`", self.path), found)
    }

    /// A text, not empty.
    pub fn text(&self) -> Result<String, Error> {
        match self.value.get_ref() {
            DeValue::String(s) if !s.trim().is_empty() => Ok(s.to_string()),
            _ => Err(self.not("a text")),
        }
    }

    /// A name of lower-case letters, digits and `-`.
    pub fn id(&self) -> Result<String, Error> {
        let id = self.text()?;
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.chars().all(legal) { Ok(id) } else { Err(self.not("an id of a-z, 0-9 and \"-\"")) }
    }

    pub fn flag(&self) -> Result<bool, Error> {
        match self.value.get_ref() {
            DeValue::Boolean(b) => Ok(*b),
            _ => Err(self.not("true or false")),
        }
    }

    /// A finite number within `range`, ends included.
    pub fn number(&self, range: std::ops::RangeInclusive<f64>) -> Result<f64, Error> {
        let number = match plain(self.value.get_ref()) {
            Some(toml::Value::Integer(i)) => i as f64,
            Some(toml::Value::Float(f)) => f,
            _ => f64::NAN,
        };
        if range.contains(&number) {
            return Ok(number);
        }
        let (lo, hi) = (range.start(), range.end());
        Err(self.not(&if hi.is_infinite() {
            format!("a number of at least {lo}")
        } else {
            format!("a number from {lo} to {hi}")
        }))
    }

    /// A whole number within `range`.
    pub fn whole(&self, range: std::ops::RangeInclusive<i64>) -> Result<i64, Error> {
        match plain(self.value.get_ref()) {
            Some(toml::Value::Integer(i)) if range.contains(&i) => Ok(i),
            _ => Err(self.not(&format!("a whole number from {} to {}", range.start(), range.end()))),
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, Error> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(w, _)| *w == text) {
            return Ok(*value);
        }
        let names: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
        let hint = suggestion(&text, names.iter().copied());
        Err(self
            .wrong(format!("one of {} in `{}`", names.join(", "), self.path), format!("\"{text}\"{hint}")))
    }

    pub fn table(&self) -> Result<Table<'t>, Error> {
        match self.value.get_ref() {
            DeValue::Table(t) => Ok(Table::new(self.doc, t, self.span(), self.path.clone())),
            _ => Err(self.not("a table")),
        }
    }

    pub fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    pub fn is_list(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    pub fn list(&self) -> Result<Vec<Self>, Error> {
        match self.value.get_ref() {
            DeValue::Array(a) => {
                Ok(a.iter().map(|value| Self { doc: self.doc, value, path: self.path.clone() }).collect())
            }
            _ => Err(self.not("a list")),
        }
    }

    /// The value as plain TOML, for those who read it on their own.
    pub fn value(&self) -> Result<toml::Value, Error> {
        plain(self.value.get_ref()).ok_or_else(|| self.not("a value in range"))
    }
}

fn plain(value: &DeValue<'_>) -> Option<toml::Value> {
    Some(match value {
        DeValue::String(s) => toml::Value::String(s.to_string()),
        DeValue::Integer(i) => toml::Value::Integer(i64::from_str_radix(i.as_str(), i.radix()).ok()?),
        DeValue::Float(f) => toml::Value::Float(f.as_str().parse().ok()?),
        DeValue::Boolean(b) => toml::Value::Boolean(*b),
        DeValue::Datetime(d) => toml::Value::Datetime(*d),
        DeValue::Array(a) => toml::Value::Array(a.iter().map(|v| plain(v.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(t) => {
            let pair = |(k, v): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
                Some((k.get_ref().to_string(), plain(v.get_ref())?))
            };
            toml::Value::Table(t.iter().map(pair).collect::<Option<_>>()?)
        }
    })
}

/// ` (did you mean "x"?)`, or nothing if no known word is near.
pub(crate) fn suggestion<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(word, known).map_or_else(String::new, |k| format!(" (did you mean \"{k}\"?)"))
}

/// The known word nearest to a misspelt one, if it is near at all.
fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let near = |k: &str| (word.chars().count().max(k.chars().count()) / 3).max(1);
    known
        .into_iter()
        .map(|k| (edits(word, k), k))
        .filter(|(d, k)| *d <= near(k) && *k != word)
        .min()
        .map(|(_, k)| k)
}

/// Number of letters to insert, delete, change or swap with a neighbour to make `b` of `a`.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_neighbour_and_strange_ones_do_not() {
        let known = ["points", "params", "source"];
        assert_eq!(nearest("poinst", known), Some("points"));
        assert_eq!(nearest("param", known), Some("params"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("ab", "ba"), 1);
    }
}
