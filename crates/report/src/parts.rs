//! What the report and the sheet say in the same way.

use std::fmt::Write;

use lukao_exam::Source;
use lukao_exam::pack::ScoreModel;
use lukao_exam::verdict::{ItemResult, RequirementResult, Verdict};
use lukao_model::Missing;
use lukao_model::outcome::{Detail, DetailValue};
use lukao_model::time::Intervals;

use crate::lang::{Lang, fill};
use crate::quantity::{plain, value};

/// `Doc (edition) clause`.
pub(crate) fn clause(s: &Source) -> String {
    let mut text = s.doc.clone();
    // Writing to a String cannot fail, hence `let _ =`.
    if !s.edition.is_empty() {
        let _ = write!(text, " ({})", s.edition);
    }
    if !s.clause.is_empty() {
        let _ = write!(text, " {}", s.clause);
    }
    text
}

/// `closing speed 9.0 km/h` for `closing_speed_mps` 2.5.
pub(crate) fn detail(d: &Detail) -> String {
    match &d.value {
        DetailValue::Text(t) if t.starts_with(&d.name) => t.clone(),
        DetailValue::Text(t) => format!("{} {t}", d.name.replace('_', " ")),
        DetailValue::Number(n) => {
            let (name, unit) = unit_of(&d.name);
            format!("{} {}", name.replace('_', " "), value(*n, unit, None))
        }
    }
}

/// A name without the unit that ends it, and that unit.
pub(crate) fn unit_of(name: &str) -> (&str, &str) {
    const UNITS: [(&str, &str); 9] = [
        ("_mps2", "m/s2"),
        ("_mps3", "m/s3"),
        ("_mps", "m/s"),
        ("_kmh", "km/h"),
        ("_radps", "rad/s"),
        ("_rad", "rad"),
        ("_deg", "deg"),
        ("_s", "s"),
        ("_m", "m"),
    ];
    let found = UNITS.iter().find_map(|(end, unit)| Some((name.strip_suffix(end)?, *unit)));
    found.unwrap_or((name, ""))
}

/// One missing thing, the requirements that lack it, and when.
pub(crate) struct Unknown<'v> {
    pub missing: &'v Missing,
    /// Index of the drive.
    pub drive: u32,
    pub names: Vec<String>,
    pub when: Intervals,
}

/// What could not be told: each missing thing once a drive.
pub(crate) fn unknowns(v: &Verdict) -> Vec<Unknown<'_>> {
    let mut out: Vec<Unknown<'_>> = Vec::new();
    for i in &v.items {
        for r in &i.requirements {
            for m in &r.undetermined {
                let who = requirement_name(i, r);
                let same = |u: &&mut Unknown<'_>| {
                    (u.drive, &u.missing.what, &u.missing.why) == (r.drive, &m.what, &m.why)
                };
                match out.iter_mut().find(same) {
                    Some(u) => {
                        if !u.names.contains(&who) {
                            u.names.push(who);
                        }
                        u.when.insert(m.when);
                    }
                    None => {
                        let when = std::iter::once(m.when).collect();
                        out.push(Unknown { missing: m, drive: r.drive, names: vec![who], when });
                    }
                }
            }
        }
    }
    out
}

fn requirement_name(i: &ItemResult, r: &RequirementResult) -> String {
    let alone = i.requirements.iter().all(|other| other.id == r.id);
    if alone { i.id.clone() } else { format!("{}/{}", i.id, r.id) }
}

/// The result, in a word that is given, and what the score is.
pub(crate) fn headline(word: &str, v: &Verdict, lang: Lang) -> String {
    let (w, s) = (lang.words(), &v.score);
    if s.model == ScoreModel::Demerit {
        let line = if s.low < s.high { w.demerit_hidden } else { w.demerit };
        return fill(line, &[word, &plain(s.deducted), &plain(-s.pass_mark), &plain(-s.low)]);
    }
    fill(w.headline, &[word, &points(v, lang), &plain(s.start), &plain(s.pass_mark)])
}

/// The points: an interval, if something is unknown.
pub(crate) fn points(v: &Verdict, lang: Lang) -> String {
    if v.score.low == v.score.high {
        return plain(v.score.high);
    }
    fill(lang.words().to, &[&plain(v.score.low), &plain(v.score.high)])
}

/// Names in quotation marks.
pub(crate) fn quoted(names: &[String]) -> String {
    names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ")
}

/// The text with what could act on a terminal or turn the order of the letters made visible: names come from logs.
pub(crate) fn harmless(text: String) -> String {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
    };
    if !text.contains(bad) {
        return text;
    }
    text.chars().map(|c| if bad(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_logs_cannot_act_on_a_terminal() {
        let hostile = "a\u{1b}[2Jb\r\u{202e}c\td\n路";
        assert_eq!(harmless(hostile.into()), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\u{fffd}d\n路");
    }

    #[test]
    fn a_name_gives_its_unit() {
        assert_eq!(unit_of("max_jerk_mps3"), ("max_jerk", "m/s3"));
        assert_eq!(unit_of("times"), ("times", ""));
    }
}
