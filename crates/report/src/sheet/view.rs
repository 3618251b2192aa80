//! What stands on a sheet, all words chosen: text and page only lay it out.

use crate::lang::Words;

/// A word and the class of what it means: `good`, `bad`, `open` or `idle`.
#[derive(Clone)]
pub(crate) struct Mark {
    pub word: String,
    pub class: &'static str,
}

impl Mark {
    pub(crate) fn new(word: &str, class: &'static str) -> Self {
        Self { word: word.into(), class }
    }
}

/// The machine's result, what people ruled, and what is final.
pub(crate) struct Three {
    pub machine: Mark,
    pub ruling: Option<Mark>,
    pub last: Mark,
}

impl Three {
    /// What was ruled, or nothing.
    pub(crate) fn ruled(&self) -> &str {
        self.ruling.as_ref().map_or("", |m| &m.word)
    }
}

/// A label and what it says.
pub(crate) struct Pair {
    pub label: String,
    pub text: String,
}

pub(crate) struct Sheet {
    pub w: &'static Words,
    pub tag: &'static str,
    pub title: String,
    pub other_title: String,
    pub edition: String,
    pub issuer: String,
    pub about: String,
    pub head: Vec<Pair>,
    pub results: Three,
    pub headline: String,
    pub points: String,
    pub vetoes: u32,
    pub reasons: Vec<String>,
    pub level: Option<Level>,
    pub facts: Vec<Pair>,
    pub switches: Vec<Switch>,
    pub areas: Vec<Area>,
    /// Items that were not driven at all: number and title.
    pub untried: Vec<String>,
    pub shared: Vec<Requirement>,
    pub unknowns: Vec<Unknown>,
    pub rests: [Shares; 2],
    pub score_source: String,
    pub rulings: Vec<RulingRow>,
    /// Who signs.
    pub signs: [&'static str; 4],
    pub notes: String,
    pub provenance: Vec<Pair>,
}

pub(crate) struct Level {
    pub applied: Option<String>,
    pub reached: String,
    pub any: bool,
    /// What the level rests on.
    pub rests_on: String,
    /// The next level, and what is missing for it.
    pub next: Option<(String, Vec<String>)>,
    pub rows: Vec<LevelRow>,
}

pub(crate) struct LevelRow {
    pub level: String,
    pub mark: Mark,
    pub missing: Vec<String>,
}

pub(crate) struct Switch {
    pub title: String,
    pub name: String,
    pub value: String,
    pub others: String,
    pub source: String,
}

pub(crate) struct Area {
    pub title: String,
    pub items: Vec<Item>,
}

pub(crate) struct Item {
    pub id: String,
    pub number: String,
    pub title: String,
    /// `variant of 22`, or nothing.
    pub variant_of: String,
    pub levels: String,
    pub exercise: String,
    pub results: Three,
    pub points: String,
    /// `2, 1 valid`, or nothing if it is judged over the whole drive.
    pub tries: String,
    pub attempts: Vec<Attempt>,
    pub requirements: Vec<Requirement>,
    /// Demands on every item that were kept, named only.
    pub kept: String,
    pub findings: Vec<Finding>,
    /// Whether it was driven at all.
    pub tried: bool,
}

pub(crate) struct Attempt {
    pub name: String,
    pub time: String,
    pub place: String,
    pub status: Mark,
    pub why: String,
    pub by: String,
    pub counts: bool,
    pub results: Three,
}

pub(crate) struct Requirement {
    pub attempt: String,
    pub title: String,
    pub id: String,
    pub judge: String,
    /// Whether it is not the log that decides.
    pub by_people: bool,
    pub result: Mark,
    pub value: String,
    pub limit: String,
    pub u: String,
    pub weight: String,
    pub clause: String,
    pub basis: String,
}

pub(crate) struct Finding {
    pub number: u32,
    pub attempt: String,
    pub time: String,
    pub what: String,
    pub value: String,
    pub limit: String,
    pub u: String,
    /// Actors, place, further figures.
    pub more: String,
    pub charge: String,
    pub charged: bool,
    /// Findings of the same event, charged here.
    pub same: String,
    pub requirement: String,
    pub clause: String,
    pub basis: String,
}

pub(crate) struct Unknown {
    pub what: String,
    pub why: String,
    pub when: String,
    pub names: String,
}

/// How much rests on what, by basis or by judge.
pub(crate) struct Shares {
    pub by: &'static str,
    pub rows: Vec<Share>,
}

pub(crate) struct Share {
    pub name: String,
    pub demands: u32,
    pub exercised: u32,
    pub decided: u32,
    pub points: String,
    pub vetoes: u32,
}

pub(crate) struct RulingRow {
    pub number: usize,
    pub item: String,
    pub attempt: String,
    pub ruling: Mark,
    pub reason: String,
    pub who: String,
    pub when: String,
    pub remark: String,
}
