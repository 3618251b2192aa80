//! The sheet as text.

use std::fmt::Write;

use lukao_exam::Verdict;

use super::SheetOptions;
use super::view::{Attempt, Finding, Item, Level, Pair, Share, Sheet};
use crate::lang::fill;
use crate::layout::{columns, wrap};
use crate::parts::harmless;

/// Places of a line.
const WIDTH: usize = 100;

/// The score sheet of a verdict as text. Ends with a line break.
#[must_use]
pub fn text(v: &Verdict, options: &SheetOptions) -> String {
    let s = super::sheet(v, options);
    let mut out = String::new();
    top(&mut out, &s, options);
    results(&mut out, &s);
    for area in &s.areas {
        heading(&mut out, &format!("{}{}{}", s.w.area, s.w.colon, area.title));
        let lines: Vec<Vec<String>> =
            std::iter::once(names(&s)).chain(area.items.iter().map(|i| line(&s, i))).collect();
        out.push_str(&columns(&lines, "  "));
        area.items.iter().for_each(|i| item(&mut out, &s, i));
    }
    rulings(&mut out, &s);
    unknowns(&mut out, &s);
    if !s.notes.is_empty() {
        heading(&mut out, s.w.notes);
        out.push_str(&s.notes);
    }
    rests(&mut out, &s);
    heading(&mut out, s.w.provenance);
    pairs(&mut out, &s.provenance, "  ");
    harmless(out)
}

// Writing to a String cannot fail, hence `let _ =` below.

fn top(out: &mut String, s: &Sheet, options: &SheetOptions) {
    let _ = writeln!(out, "{}", s.headline);
    for reason in &s.reasons {
        out.push_str(&wrap(reason, "  - ", "    ", WIDTH));
    }
    if let Some(l) = &s.level {
        level(out, s, l);
    }
    out.push_str(&wrap(&s.about, "", "", WIDTH));
    out.push('\n');
    let title = format!("{}{}", s.title, fill(s.w.brackets, &[&s.other_title]));
    let mut rows =
        vec![vec![s.w.exam.to_string(), [title, s.edition.clone(), s.issuer.clone()].join(s.w.comma)]];
    // Empty fields are for the page.
    if !options.head.is_empty() {
        rows.extend(s.head.iter().map(row));
    }
    rows.extend(s.facts.iter().map(row));
    out.push_str(&columns(&rows, ""));
    if !s.switches.is_empty() {
        heading(out, s.w.switches);
        for x in &s.switches {
            let said = fill(s.w.switch_line, &[&x.title, &format!("{} = {}", x.name, x.value), &x.others]);
            out.push_str(&wrap(&(said + s.w.semicolon + &x.source), "  - ", "    ", WIDTH));
        }
    }
}

fn level(out: &mut String, s: &Sheet, l: &Level) {
    let w = s.w;
    let mut said = format!("{}{}{}", capital(w.level), w.colon, l.reached);
    if l.any {
        said += &fill(w.brackets, &[&format!("{}{}{}", w.rests_on, w.colon, l.rests_on)]);
    }
    if let Some(applied) = &l.applied {
        let _ = write!(said, "{}{}{}{applied}", w.semicolon, w.applied, w.colon);
    }
    out.push_str(&wrap(&said, "", "  ", WIDTH));
    let (next, lacks) = match &l.next {
        Some((next, lacks)) => (fill(w.next, &[next]), lacks.join(w.semicolon)),
        None => (w.missing.to_string(), w.nothing_missing.to_string()),
    };
    out.push_str(&wrap(&format!("{}{}{lacks}", capital(&next), w.colon), "", "  ", WIDTH));
}

/// Machine, ruling and final of the whole exam; only if somebody ruled.
fn results(out: &mut String, s: &Sheet) {
    if s.rulings.is_empty() {
        return;
    }
    let (w, r) = (s.w, &s.results);
    heading(out, w.whole_exam);
    let rows = [
        vec![w.machine.to_string(), r.machine.word.clone()],
        vec![w.ruling.to_string(), r.ruled().to_string()],
        vec![w.last.to_string(), r.last.word.clone()],
    ];
    out.push_str(&columns(&rows, "  "));
    if r.last.word == w.to_rule {
        let _ = writeln!(out, "  {}", w.to_rule_why);
    }
}

/// Names of the columns of an area's table.
fn names(s: &Sheet) -> Vec<String> {
    let w = s.w;
    let mut cells = vec![w.number, w.item, "", w.machine];
    if !s.rulings.is_empty() {
        cells.extend([w.ruling, w.last]);
    }
    cells.extend([w.points, w.attempts, w.levels]);
    cells.into_iter().map(Into::into).collect()
}

/// The item's line in its area's table.
fn line(s: &Sheet, i: &Item) -> Vec<String> {
    let mut cells = vec![i.number.clone(), i.id.clone(), i.title.clone()];
    cells.push(i.results.machine.word.clone());
    if !s.rulings.is_empty() {
        cells.extend([i.results.ruled().to_string(), i.results.last.word.clone()]);
    }
    cells.extend([i.points.clone(), i.tries.clone(), i.levels.clone(), i.exercise.clone()]);
    cells
}

/// Attempts and findings of an item, if it has any.
fn item(out: &mut String, s: &Sheet, i: &Item) {
    if i.attempts.is_empty() && i.findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {} ({})", i.title, i.id);
    if !i.attempts.is_empty() {
        out.push_str(&columns(&i.attempts.iter().map(|a| attempt(s, a)).collect::<Vec<_>>(), "    "));
    }
    for f in &i.findings {
        finding(out, s, f);
    }
}

fn attempt(s: &Sheet, a: &Attempt) -> Vec<String> {
    let w = s.w;
    let mut status = a.status.word.clone();
    let mut said = Vec::new();
    if !a.why.is_empty() {
        said.push(a.why.clone());
    }
    said.push(format!("{} {}", w.by, a.by));
    status += &fill(w.brackets, &[&said.join(w.semicolon)]);
    let decides = if a.counts { w.decides } else { "" };
    let mut cells = vec![a.name.clone(), a.time.clone(), a.place.clone(), decides.into()];
    cells.push(a.results.machine.word.clone());
    if !s.rulings.is_empty() {
        cells.extend([a.results.ruled().to_string(), a.results.last.word.clone()]);
    }
    cells.push(status);
    cells
}

fn finding(out: &mut String, s: &Sheet, f: &Finding) {
    let w = s.w;
    let rest = "         ";
    let mut said = format!("{}  {}", f.time, f.what);
    if !f.value.is_empty() {
        said += &format!("{}{}", w.colon, f.value);
        said += &if f.u == w.unknown { fill(w.brackets, &[w.u_unknown]) } else { format!(" {}", f.u) };
        said += &fill(w.brackets, &[&format!("{} {}", w.limit, f.limit)]);
    }
    out.push_str(&wrap(&said, &format!("    {:>3}  ", f.number), rest, WIDTH));
    if !f.more.is_empty() {
        out.push_str(&wrap(&f.more, rest, rest, WIDTH));
    }
    let named = if f.attempt.is_empty() {
        f.requirement.clone()
    } else {
        format!("{}{}{}", f.requirement, w.comma, fill(w.attempt_n, &[&f.attempt]))
    };
    let charge = format!("{named}{}{}{}{} [{}]", w.colon, f.charge, w.semicolon, f.clause, f.basis);
    out.push_str(&wrap(&charge, rest, rest, WIDTH));
    if !f.same.is_empty() {
        out.push_str(&wrap(&f.same, rest, rest, WIDTH));
    }
}

fn rulings(out: &mut String, s: &Sheet) {
    if s.rulings.is_empty() {
        return;
    }
    let w = s.w;
    heading(out, w.rulings);
    out.push_str(&wrap(w.rulings_note, "  ", "  ", WIDTH));
    for r in &s.rulings {
        let of: Vec<&str> =
            [&r.item, &r.attempt].into_iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
        let mut said = format!("{}{}{}", of.join(w.comma), w.colon, r.ruling.word);
        for part in [&r.reason, &r.who, &r.when, &r.remark].into_iter().filter(|t| !t.is_empty()) {
            said += w.semicolon;
            said += part;
        }
        out.push_str(&wrap(&said, &format!("  {:>3}  ", r.number), "       ", WIDTH));
    }
}

fn unknowns(out: &mut String, s: &Sheet) {
    if s.unknowns.is_empty() {
        return;
    }
    heading(out, s.w.unknowns);
    for u in &s.unknowns {
        let parts = [&u.why, &u.when].into_iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>();
        let said =
            format!("{}{}{}{}{}", u.what, s.w.colon, parts.join(s.w.semicolon), s.w.semicolon, u.names);
        out.push_str(&wrap(&said, "  - ", "    ", WIDTH));
    }
}

fn rests(out: &mut String, s: &Sheet) {
    let w = s.w;
    heading(out, w.rests);
    let head = |by: &str| {
        [by, w.of_demands, w.exercised, w.decided, w.deducted, w.vetoes].map(str::to_string).to_vec()
    };
    let row = |x: &Share| {
        let counts = [x.demands, x.exercised, x.decided].map(|n| n.to_string());
        let mut cells = vec![x.name.clone()];
        cells.extend(counts);
        cells.extend([x.points.clone(), x.vetoes.to_string()]);
        cells
    };
    let mut rows = Vec::new();
    for table in &s.rests {
        rows.push(head(table.by));
        rows.extend(table.rows.iter().map(row));
    }
    out.push_str(&columns(&rows, "  "));
    let _ = writeln!(out, "  {}{}{}", w.score_source, w.colon, s.score_source);
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{}", capital(text));
}

/// The text with a capital at its begin.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn pairs(out: &mut String, all: &[Pair], indent: &str) {
    out.push_str(&columns(&all.iter().map(row).collect::<Vec<_>>(), indent));
}

fn row(p: &Pair) -> Vec<String> {
    vec![p.label.clone(), p.text.clone()]
}
