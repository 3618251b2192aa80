//! What a field is fit for: which items of an exam, up to which level, and what it lacks.

mod needs;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stations::StationTitle;
use crate::track::Track;

/// Table of stations, elements and demands on the whole field, with their sources.
const TABLE: &str = include_str!("hosting.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "format")]
    _format: u32,
    element: Vec<Element>,
    station: Vec<StationRow>,
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
struct StationRow {
    kind: String,
    needs: Vec<String>,
}

/// An item of an exam that is driven at stations of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Item.
    pub item: String,
    /// Kind of station.
    pub station: String,
    /// Levels that need it; empty means all.
    pub levels: Vec<String>,
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

/// An item of an exam and what the field has for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hosted {
    /// Item.
    pub item: String,
    /// Levels that need it; empty means all.
    pub levels: Vec<String>,
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
    /// From this level of the closed-field requirements on, 1 to 5.
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
    /// Levels of the exam, from low to high.
    pub levels: Vec<String>,
    /// Items in their order.
    pub items: Vec<Hosted>,
    /// Demands on the whole field.
    pub whole: Vec<Whole>,
}

impl Hosting {
    /// Highest level of which, and of all levels below, all items can be hosted.
    #[must_use]
    pub fn level(&self) -> Option<&str> {
        let fit = self.levels.iter().take_while(|l| self.of(l).all(|i| i.lacks.is_empty()));
        fit.last().map(String::as_str)
    }

    /// Items of a level.
    pub fn of<'h>(&'h self, level: &'h str) -> impl Iterator<Item = &'h Hosted> {
        self.items.iter().filter(move |i| i.levels.is_empty() || i.levels.iter().any(|l| l == level))
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title.en)
    }
}

impl Track {
    /// What the field is fit for, by its stations and by what its map has along them: of the items of an exam with these levels.
    ///
    /// ```
    /// use lukao_track::Asked;
    /// # let track = lukao_track::example::signalised();
    /// let curve = Asked { item: "curve".into(), station: "curve".into(), levels: vec!["high".into()] };
    /// let hosting = track.hosting(&["low".into(), "high".into()], &[curve]);
    /// assert_eq!((hosting.level(), hosting.items[0].lacks[0].element.as_str()), (Some("low"), "station"));
    /// ```
    ///
    /// # Panics
    /// Never: the table is compiled in, and a test reads it.
    #[must_use]
    pub fn hosting(&self, levels: &[String], items: &[Asked]) -> Hosting {
        let table: Table = toml::from_str(TABLE).expect("the table that is compiled in");
        let items = items.iter().map(|asked| self.hosted(asked, &table)).collect();
        let whole = table.whole.into_iter().map(|row| self.whole(row)).collect();
        Hosting { levels: levels.to_vec(), items, whole }
    }

    fn hosted(&self, asked: &Asked, table: &Table) -> Hosted {
        let elements = &table.element;
        let only = [String::from("station")];
        let row = table.station.iter().find(|r| r.kind == asked.station);
        let needs = row.map_or(&only[..], |r| &r.needs);
        let lack = |id: &String| {
            let e = elements.iter().find(|e| e.id == *id).expect("an element of the table");
            Lack {
                element: e.id.clone(),
                title: e.title.clone(),
                basis: e.basis.clone(),
                source: e.source.clone(),
            }
        };
        let of_kind = self.stations().iter().filter(|s| s.kind == asked.station);
        let judged = of_kind.map(|s| {
            let lacks = needs.iter().filter(|n| !needs::has(self, s, n)).map(lack).collect::<Vec<_>>();
            (s.id.clone(), lacks)
        });
        let best = judged.min_by_key(|(_, lacks)| lacks.len());
        let (station, lacks) = match best {
            Some((id, lacks)) => (Some(id), lacks),
            // What else it has nobody can tell without the place.
            None => (None, needs.iter().take(1).map(lack).collect()),
        };
        Hosted { item: asked.item.clone(), levels: asked.levels.clone(), station, lacks }
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
        for need in table.station.iter().flat_map(|i| &i.needs) {
            assert!(table.element.iter().any(|e| e.id == *need), "{need}");
            assert!(needs::KNOWN.contains(&need.as_str()), "{need}");
        }
        assert!(table.station.iter().all(|i| i.needs[0] == "station"));
        assert!(table.element.iter().all(|e| table.station.iter().any(|i| i.needs.contains(&e.id))));
    }
}
