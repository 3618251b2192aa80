//! `profile.toml`: what is published of a test field of which no geometry is.

use lukao_model::{Error, Position};
use serde::{Deserialize, Serialize};

use crate::stations::StationTitle;

/// What is published of a field.
///
/// ```
/// let text = "format = 1\ntitle = { zh = \"甲\", en = \"A\" }\n[[fact]]\nabout = \"levels\"\ntext = \"T1 to T3\"\nbasis = \"press\"\nsource = \"a report\"\n";
/// let p = lukao_track::Profile::from_toml("profile.toml", text)?;
/// assert_eq!((p.title.en.as_str(), p.facts[0].about.as_str()), ("A", "levels"));
/// let e = lukao_track::Profile::from_toml("profile.toml", &text.replace("basis", "bases")).unwrap_err().to_string();
/// assert!(e.starts_with("profile.toml line 6 column 1: expected"), "{e}");
/// # Ok::<(), lukao_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// Version of the file's form: 1.
    pub format: u32,
    /// Name of the field.
    pub title: StationTitle,
    /// What is known, one thing each.
    #[serde(rename = "fact", default)]
    pub facts: Vec<Fact>,
}

/// Something that is published of a field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fact {
    /// What it is about: `levels`, `area`, `elements`, …
    pub about: String,
    /// What is known.
    pub text: String,
    /// How surely: `text`, `press` or `inferred`.
    pub basis: Basis,
    /// Where it was read.
    pub source: String,
}

/// How surely something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Basis {
    /// Read in the document itself.
    Text,
    /// Read in a report of it.
    Press,
    /// Follows from others.
    Inferred,
}

impl Profile {
    /// Reads the text of a `profile.toml`. `source_name` is its name in errors.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, another format; with line and column.
    pub fn from_toml(source_name: &str, text: &str) -> Result<Self, Error> {
        let profile: Self = toml::from_str(text).map_err(|e| {
            let found = e.message().lines().next().unwrap_or("something else").to_owned();
            let at = e.span().map_or(Position::Whole, |s| Position::in_text(text, s.start));
            Error::new(source_name, "the profile of a field", found).at(at)
        })?;
        if profile.format != 1 {
            return Err(Error::new(source_name, "format 1", profile.format.to_string()));
        }
        Ok(profile)
    }
}
