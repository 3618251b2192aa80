//! How far a body of law is covered, as text and as JSON.

use std::fmt::Write;

use lukao_exam::coverage::{Covered, Status};
use lukao_model::Error;

use crate::layout::wrap;
use crate::text::table;

const STATUSES: [Status; 4] = [Status::Done, Status::Partly, Status::NotDone, Status::NotTestable];

/// A table of all articles, then for each that is not done as a whole what is missing or why.
#[must_use]
pub fn text(covered: &[Covered]) -> String {
    let rows: Vec<Vec<String>> = covered
        .iter()
        .map(|c| {
            let source =
                if c.place.is_empty() { c.source.clone() } else { format!("{} ({})", c.source, c.place) };
            vec![c.article.clone(), c.status.name().into(), source, c.rules.join(", ")]
        })
        .collect();
    let mut out = table(&["article", "status", "source", "rules"], &rows);
    out.push('\n');
    for c in covered.iter().filter(|c| c.status != Status::Done) {
        let lacks = if c.lacks.is_empty() { "no rule checks it" } else { &c.lacks };
        let line = format!("{}, {}: {} Missing: {lacks}", c.article, c.status.name(), c.says);
        let line =
            if c.status == Status::NotTestable { line.replacen(" Missing: ", " Why: ", 1) } else { line };
        out.push_str(&wrap(&line, "", "  ", 100));
    }
    let counts: Vec<String> = STATUSES
        .iter()
        .map(|s| format!("{} {}", covered.iter().filter(|c| c.status == *s).count(), s.name()))
        .collect();
    let _ = writeln!(out, "\n{} articles: {}", covered.len(), counts.join(", "));
    out
}

/// The same for machines: a list of articles.
///
/// # Errors
/// Never in practice.
pub fn json(covered: &[Covered]) -> Result<String, Error> {
    crate::json::pretty(&covered)
}
