//! What a field is fit for: which items of the closed-field exam, up to which level, and what it lacks.

mod needs;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stations::StationTitle;
use crate::track::Track;

/// Table of items, elements and demands on the whole field, with their sources.
const TABLE: &str = include_str!("hosting.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "format")]
    _format: u32,
    element: Vec<Element>,
    item: Vec<ItemRow>,
    whole: Vec<WholeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    id: String,
    title: StationTitle,
    basis: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemRow {
    id: String,
    from: u8,
    #[serde(default)]
    sourced: bool,
    needs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeRow {
    of: String,
    limit: f64,
    level: u8,
    title: StationTitle,
    basis: String,
    source: String,
}

/// What a field lacks for an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Lack {
    /// Element: `station`, `lights`, …
    pub element: String,
    /// In words.
    pub title: StationTitle,
    /// `press` (read in a report) or `profile` (our own choice).
    pub basis: String,
    /// Where the demand comes from.
    pub source: String,
}

/// An item of the exam and what the field has for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hosted {
    /// Item.
    pub item: String,
    /// Lowest level that it belongs to, 1 to 5.
    pub from_level: u8,
    /// Whether a source ties it to that level; else the project's own table does.
    pub level_sourced: bool,
    /// The first station at which nothing is lacking, or that lacks least; none if there is no station of its kind.
    pub station: Option<String>,
    /// What that station lacks, or the station itself; empty if the field can host the item.
    pub lacks: Vec<Lack>,
}

/// A demand on the whole field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Whole {
    /// What is looked at.
    pub title: StationTitle,
    /// What was found and what is demanded, in words.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
    /// From this level on.
    pub level: u8,
    /// `press` (read in a report) or `profile` (our own choice).
    pub basis: String,
    /// Where the demand comes from.
    pub source: String,
}

/// What a field is fit for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hosting {
    /// Items in their order.
    pub items: Vec<Hosted>,
    /// Demands on the whole field.
    pub whole: Vec<Whole>,
}

impl Hosting {
    /// Highest level, 0 to 5, of which all items can be hosted, those of lower levels included.
    #[must_use]
    pub fn level(&self) -> u8 {
        let lacking = self.items.iter().filter(|i| !i.lacks.is_empty()).map(|i| i.from_level);
        lacking.min().map_or(5, |l| l - 1)
    }

    /// Items of a level, those of lower levels included, that cannot be hosted.
    pub fn lacking(&self, level: u8) -> impl Iterator<Item = &Hosted> {
        self.items.iter().filter(move |i| i.from_level <= level && !i.lacks.is_empty())
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title.en)
    }
}

impl Track {
    /// What the field is fit for, by its stations and by what its map has along them.
    ///
    /// ```
    /// # let track = lukao_track::example::signalised();
    /// let hosting = track.hosting();
    /// assert_eq!((hosting.items.len(), hosting.level()), (40, 0));
    /// assert_eq!(hosting.items[0].lacks[0].element, "station");
    /// ```
    ///
    /// # Panics
    /// Never: the table is compiled in, and a test reads it.
    #[must_use]
    pub fn hosting(&self) -> Hosting {
        let table: Table = toml::from_str(TABLE).expect("the table that is compiled in");
        let items = table.item.iter().map(|row| self.hosted(row, &table.element)).collect();
        let whole = table.whole.into_iter().map(|row| self.whole(row)).collect();
        Hosting { items, whole }
    }

    fn hosted(&self, row: &ItemRow, elements: &[Element]) -> Hosted {
        let lack = |id: &String| {
            let e = elements.iter().find(|e| e.id == *id).expect("an element of the table");
            Lack {
                element: e.id.clone(),
                title: e.title.clone(),
                basis: e.basis.clone(),
                source: e.source.clone(),
            }
        };
        let of_kind = self.stations().iter().filter(|s| s.kind == row.id);
        let judged = of_kind.map(|s| {
            let lacks = row.needs.iter().filter(|n| !needs::has(self, s, n)).map(lack).collect::<Vec<_>>();
            (s.id.clone(), lacks)
        });
        let best = judged.min_by_key(|(_, lacks)| lacks.len());
        let (station, lacks) = match best {
            Some((id, lacks)) => (Some(id), lacks),
            // What else it has nobody can tell without the place.
            None => (None, row.needs.iter().take(1).map(lack).collect()),
        };
        Hosted { item: row.id.clone(), from_level: row.from, level_sourced: row.sourced, station, lacks }
    }

    fn whole(&self, row: WholeRow) -> Whole {
        let (found, holds) = match row.of.as_str() {
            "slope" => {
                let (slope, at) = needs::steepest(self);
                // A map says slopes to a thousandth of a percent or so.
                (format!("{slope:.1} % on {at}, at most {} %", row.limit), slope <= row.limit + 0.005)
            }
            "t-junctions" | "crossroads" => {
                let arms = if row.of == "crossroads" { 4 } else { 3 };
                let n = needs::junctions_of(self, arms);
                (format!("{n}, at least {}", row.limit), n as f64 >= row.limit)
            }
            _ => {
                let n = self.roads().filter(|(_, r)| r.kinds.iter().any(|k| k.kind == row.of)).count();
                (format!("{n}, at least {}", row.limit), n as f64 >= row.limit)
            }
        };
        Whole { title: row.title, found, holds, level: row.level, basis: row.basis, source: row.source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_elements_that_are_known() {
        let table: Table = toml::from_str(TABLE).unwrap();
        assert_eq!(table.item.len(), 40);
        for need in table.item.iter().flat_map(|i| &i.needs) {
            assert!(table.element.iter().any(|e| e.id == *need), "{need}");
            assert!(needs::KNOWN.contains(&need.as_str()), "{need}");
        }
        assert!(table.item.iter().all(|i| i.needs[0] == "station"));
        assert!(table.element.iter().all(|e| table.item.iter().any(|i| i.needs.contains(&e.id))));
        // Counts of the proposal: T1 11, T2 14, T3 24, T4 34, T5 40.
        let upto = |level| table.item.iter().filter(|i| i.from <= level).count();
        assert_eq!([1, 2, 3, 4, 5].map(upto), [11, 14, 24, 34, 40]);
    }
}
