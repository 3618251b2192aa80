//! Coverage of a body of law: which of its articles a pack checks, from the list of articles, the pack and the registry.
//!
//! The list says of each article whether a log could show a breach of it at all. It is written before the rules, and who
//! changes that answer gives a reason in the list.

use lukao_model::Error;
use serde::Serialize;

use crate::pack::{Basis, Exam, Judge};
use crate::toml_at::{Doc, Node};

/// Whether a breach of an article can be read from a log and a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Testable {
    /// The whole of it.
    Yes,
    /// A part of it.
    Partly,
    /// Not at all.
    No,
}

const TESTABLE: [(&str, Testable); 3] =
    [("yes", Testable::Yes), ("partly", Testable::Partly), ("no", Testable::No)];

/// One article.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Article {
    /// Short name, unique in the list.
    pub id: String,
    /// Document, edition and clause; the last two may be empty.
    pub doc: String,
    /// Edition or date of the document.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// What it demands, in our words.
    pub says: String,
    /// How sure we are of that.
    pub basis: Basis,
    /// Whether a log can show a breach.
    pub testable: Testable,
    /// What no log can show, and why; empty if it is testable as a whole.
    pub why: String,
    /// What `testable` was before: from, to and the reason, the oldest first.
    pub changes: Vec<(Testable, Testable, String)>,
    /// What of the testable part no rule checks.
    pub missing: String,
    /// The place that it is the law of, if not the whole country.
    pub place: String,
    /// Rules that check an article of one place.
    pub rules: Vec<String>,
}

impl Article {
    /// What `testable` was when the list was first written.
    #[must_use]
    pub fn first(&self) -> Testable {
        self.changes.first().map_or(self.testable, |c| c.0)
    }
}

/// A list of articles.
#[derive(Clone, Debug)]
pub struct Articles(Vec<Article>);

impl Articles {
    /// Reads a list.
    ///
    /// # Errors
    /// The first thing that is not right, with line and column: a change without a reason, an unknown rule.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let doc = Doc { name, text };
        let parsed = doc.parse()?;
        let root = doc.root(&parsed);
        root.need("format")?.whole(1..=1)?;
        let mut all: Vec<Article> = Vec::new();
        for node in root.need("article")?.list()? {
            let next = article(&node)?;
            if all.iter().any(|a| a.id == next.id) {
                return Err(node.wrong("each article's id once", format!("\"{}\" again", next.id)));
            }
            all.push(next);
        }
        root.finish()?;
        Ok(Self(all))
    }

    /// The articles, in the list's order.
    #[must_use]
    pub fn all(&self) -> &[Article] {
        &self.0
    }
}

fn article(node: &Node<'_>) -> Result<Article, Error> {
    let t = node.table()?;
    let optional = |n: Option<Node<'_>>| n.map_or(Ok(String::new()), |n| n.text());
    let testable = t.need("testable")?;
    let mut changes = Vec::new();
    if let Some(list) = t.get("changes") {
        for change in list.list()? {
            let c = change.table()?;
            let (from, to) = (c.need("from")?.word(&TESTABLE)?, c.need("to")?.word(&TESTABLE)?);
            let why = c.need("why")?.text()?;
            c.finish()?;
            let joins = changes.last().is_none_or(|(_, before, _): &(_, Testable, _)| *before == from);
            if from == to || !joins || why.is_empty() {
                return Err(
                    change.wrong("a change that begins where the last one ended, and its reason", "another")
                );
            }
            changes.push((from, to, why));
        }
    }
    let mut rules = Vec::new();
    if let Some(list) = t.get("rules") {
        for rule in list.list()? {
            let id = rule.text()?;
            if lukao_rules::find(&id).is_none() {
                return Err(rule.wrong("the id of a rule", format!("\"{id}\"")));
            }
            rules.push(id);
        }
    }
    let a = Article {
        id: t.need("id")?.text()?,
        doc: t.need("doc")?.text()?,
        edition: optional(t.get("edition"))?,
        clause: optional(t.get("clause"))?,
        says: t.need("says")?.text()?,
        basis: t.need("basis")?.word(&Basis::ALL.map(|b| (b.name(), b)))?,
        testable: testable.word(&TESTABLE)?,
        why: optional(t.get("why"))?,
        changes,
        missing: optional(t.get("missing"))?,
        place: optional(t.get("place"))?,
        rules,
    };
    t.finish()?;
    if a.changes.last().is_some_and(|c| c.1 != a.testable) {
        return Err(testable.wrong("what the last of `changes` says", "another"));
    }
    if (a.testable == Testable::Yes) != a.why.is_empty() {
        return Err(
            testable.wrong("`why` for all that is not testable as a whole, and only for that", "not so")
        );
    }
    if !a.rules.is_empty() && a.place.is_empty() {
        return Err(node.wrong("`rules` only with `place`; elsewhere the pack says which rules", "rules"));
    }
    Ok(a)
}

/// How far an article is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// As a whole.
    Done,
    /// In part; [`Covered::lacks`] says what is missing.
    Partly,
    /// No log can show a breach; [`Covered::lacks`] says why.
    NotTestable,
    /// A log could, and no rule does.
    NotDone,
}

impl Status {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::NotTestable => "not testable",
            Self::NotDone => "not done",
        }
    }
}

/// One article with how far it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Covered {
    /// Short name of the article.
    pub article: String,
    /// Document and clause.
    pub source: String,
    /// What it demands.
    pub says: String,
    /// The place that it is the law of; empty is the whole country.
    pub place: String,
    /// How far it is checked.
    pub status: Status,
    /// Rules that check it.
    pub rules: Vec<String>,
    /// What is missing, or why it cannot be tested.
    pub lacks: String,
}

/// How far the articles of a list are checked by a pack.
///
/// # Errors
/// If the pack names an article that the list does not have.
pub fn coverage(articles: &Articles, exam: &Exam) -> Result<Vec<Covered>, Error> {
    let requires = || exam.items.iter().flat_map(|i| &i.requires);
    let known = |id: &String| articles.0.iter().any(|a| a.id == *id);
    if let Some(id) = requires().flat_map(|r| &r.articles).find(|id| !known(id)) {
        return Err(Error::new(exam.id.clone(), "articles of the list of articles", format!("\"{id}\"")));
    }
    let one = |a: &Article| {
        let names = |r: &&crate::Requirement| r.judge == Judge::Log && r.articles.contains(&a.id);
        let mut rules: Vec<String> = requires().filter(names).filter_map(|r| r.rule.clone()).collect();
        rules.extend(a.rules.iter().cloned());
        rules.sort();
        rules.dedup();
        let status = match a.testable {
            Testable::No => Status::NotTestable,
            _ if rules.is_empty() => Status::NotDone,
            Testable::Yes if a.missing.is_empty() => Status::Done,
            _ => Status::Partly,
        };
        let lacks: Vec<&str> =
            [a.missing.as_str(), a.why.as_str()].into_iter().filter(|s| !s.is_empty()).collect();
        Covered {
            article: a.id.clone(),
            source: format!("{} {}", a.doc, a.clause).trim_end().to_owned(),
            says: a.says.clone(),
            place: a.place.clone(),
            status,
            rules,
            lacks: lacks.join(" "),
        }
    };
    Ok(articles.0.iter().map(one).collect())
}
