//! The verdict as text for people: the result first, then why, then the evidence.

use std::fmt::Write;

use lukao_exam::verdict::{ItemResult, ItemStatus, ParamValue, ScoredFinding, SourceFile, Verdict};
use lukao_exam::{Basis, Exercise, Source};
use lukao_model::outcome::{Causation, Decision};
use lukao_model::time::Interval;

use crate::lang::Lang;
use crate::layout::{columns, wrap};
use crate::notes;
use crate::parts::{self, clause, detail, harmless, quoted};
use crate::quantity::{Clock, duration, plain, uncertainty, value};
use crate::sheet::{self, SheetOptions};

/// Places of a line.
const WIDTH: usize = 100;

/// The verdict as text. Ends with a line break. An exam that is driven item by item gets a score sheet.
#[must_use]
pub fn verdict(v: &Verdict) -> String {
    if sheet::fits(v) {
        return sheet::text(v, &SheetOptions::default());
    }
    let mut out = String::new();
    let clock = Clock::of(v.drives.first().and_then(|d| d.span));
    head(&mut out, v);
    items(&mut out, v);
    findings(&mut out, v, clock);
    attributions(&mut out, v);
    unknowns(&mut out, v, clock);
    notes(&mut out, v, clock);
    basis(&mut out, v);
    provenance(&mut out, v, clock);
    harmless(out)
}

/// One line: the result and what the score is.
#[must_use]
pub fn headline(v: &Verdict) -> String {
    let word = v.outcome.name().to_uppercase();
    parts::headline(&word, v, Lang::En)
}

// Writing to a String cannot fail, hence `let _ =` below.

fn head(out: &mut String, v: &Verdict) {
    let _ = writeln!(out, "{}", headline(v));
    for reason in &v.reasons {
        out.push_str(&wrap(reason, "  - ", "    ", WIDTH));
    }
    if let Some(level) = &v.level {
        let reached = level.reached.as_deref().unwrap_or("none");
        let _ = writeln!(out, "Level reached: {reached}");
    }
    out.push('\n');
    let mut rows = vec![row(
        "exam",
        format!("{} ({}), {} {}", v.exam.title.en, v.exam.title.zh, v.exam.id, v.exam.edition),
    )];
    for d in &v.drives {
        let length = d.span.map_or_else(|| "no time".into(), |s| duration(s.len_ns()));
        let ego = d.ego.as_deref().map_or_else(|| "no ego".into(), |e| format!("ego \"{e}\""));
        let actors = d.actors.saturating_sub(u64::from(d.ego.is_some()));
        let others = format!("{actors} other actor{}", if actors == 1 { "" } else { "s" });
        rows.push(row("drive", format!("{} ({}), {length}, {ego}, {others}", d.name, d.format)));
    }
    let track = v.provenance.track.first().map_or("none", |t| t.name.as_str());
    rows.push(row("track", track.into()));
    if v.exam.decision == Decision::Guarded {
        rows.push(row("decided", "guarded: within the uncertainty of a limit nothing is decided".into()));
    }
    if v.exam.strict {
        rows.push(row("strict", "nothing is decided on this project's own readings".into()));
    }
    out.push_str(&columns(&rows, ""));
}

fn row(name: &str, text: String) -> Vec<String> {
    vec![name.into(), text]
}

fn items(out: &mut String, v: &Verdict) {
    out.push_str("\nItems\n");
    let line = |i: &ItemResult| {
        let number = i.number.map_or_else(String::new, |n| n.to_string());
        let points = if i.deducted > 0.0 { format!("−{}", plain(i.deducted)) } else { String::new() };
        vec![i.status.name().into(), number, i.id.clone(), i.title.en.clone(), points, exercised(i)]
    };
    let mut rows: Vec<Vec<String>> = v.items.iter().map(line).collect();
    // No column of blanks.
    for k in [4, 1] {
        if rows.iter().all(|r| r[k].is_empty()) {
            rows.iter_mut().for_each(|r| drop(r.remove(k)));
        }
    }
    out.push_str(&columns(&rows, "  "));
}

fn exercised(i: &ItemResult) -> String {
    let judged = i.requirements.iter().map(|r| r.judged_ns).max().unwrap_or(0);
    let opportunities: u64 = i.requirements.iter().map(|r| r.opportunities).max().unwrap_or(0);
    match i.status {
        ItemStatus::NotExercised if i.exercise == Exercise::Required => "required".into(),
        ItemStatus::NotExercised => "no occasion".into(),
        _ if opportunities == 0 && judged == 0 => "not judged at any time".into(),
        _ => {
            let s = if opportunities == 1 { "" } else { "s" };
            format!("{opportunities} occasion{s}, {} judged", duration(judged))
        }
    }
}

fn findings(out: &mut String, v: &Verdict, clock: Clock) {
    if v.findings.is_empty() {
        out.push_str("\nNo findings.\n");
        return;
    }
    out.push_str("\nFindings\n");
    for f in &v.findings {
        let number = format!("  {:>3}  ", f.number);
        out.push_str(&wrap(&evidence(f, clock), &number, "       ", WIDTH));
        let more: Vec<String> = f.finding.details.iter().map(detail).collect();
        if !more.is_empty() {
            out.push_str(&wrap(&more.join(", "), "       ", "       ", WIDTH));
        }
        out.push_str(&wrap(&charge(f), "       ", "       ", WIDTH));
    }
}

/// `over the speed limit: 63.2 km/h ± 0.5 (limit 60.0 km/h) at 12.30–13.10 s`.
fn evidence(f: &ScoredFinding, clock: Clock) -> String {
    let e = &f.finding;
    let mut text = format!(
        "{}: {}{} (limit {}) {}",
        e.what,
        value(e.measured, &e.unit, Some(e.limit)),
        uncertainty(e.uncertainty, &e.unit),
        value(e.limit, &e.unit, Some(e.measured)),
        clock.at(&Interval { from_ns: e.from_ns, to_ns: e.to_ns }),
    );
    if !e.actors.is_empty() {
        let _ = write!(text, ", with {}", quoted(&e.actors));
    }
    if let Some(element) = &e.element {
        let _ = write!(text, ", {element}");
    }
    if let Some([x, y]) = e.at_m {
        let _ = write!(text, ", ego at ({x:.2}, {y:.2}) m");
    }
    // An unknown uncertainty has been said to be unknown; nothing can be within it.
    if e.near_limit && e.uncertainty.known().is_some() {
        text.push_str("; the margin is within the uncertainty");
    }
    text
}

fn charge(f: &ScoredFinding) -> String {
    let cost = match (f.same_event_as, &f.not_charged) {
        (_, Some(why)) => format!("no points: {why}"),
        (Some(n), _) => format!("same event as finding {n}, charged there"),
        _ if f.points > 0.0 => format!("−{} points", plain(f.points)),
        _ => "no points".into(),
    };
    let mut text = format!("{}/{}, {cost}", f.item, f.requirement);
    if f.veto && f.charged() {
        text.push_str(", veto");
    } else if f.must && f.charged() {
        text.push_str(", fails the item");
    }
    let _ = write!(text, "; {}", source(&f.source));
    text
}

fn source(s: &Source) -> String {
    format!("{} [{}]", clause(s), s.basis.name())
}

fn attributions(out: &mut String, v: &Verdict) {
    let told: Vec<_> = v.findings.iter().filter_map(|f| Some((f, f.finding.attribution.as_ref()?))).collect();
    if told.is_empty() {
        return;
    }
    out.push_str("\nWho caused the contacts (not a determination of liability)\n");
    for (f, a) in told {
        let who = match a.caused_by {
            Causation::Ego => "the ego",
            Causation::Other => "not the ego",
            Causation::Undecided => "undecided",
        };
        let number = format!("  {:>3}  ", f.number);
        out.push_str(&wrap(&format!("{who}: {}", a.why), &number, "       ", WIDTH));
    }
}

fn unknowns(out: &mut String, v: &Verdict, clock: Clock) {
    let all = parts::unknowns(v);
    if all.is_empty() {
        return;
    }
    out.push_str("\nWhat could not be told\n");
    for u in all {
        let (m, times) = (u.missing, clock.list(u.when.as_slice()));
        let text = format!("{}: {}; {times}; for {}", m.what, m.why, u.names.join(", "));
        out.push_str(&wrap(&text, "  - ", "    ", WIDTH));
    }
}

fn notes(out: &mut String, v: &Verdict, clock: Clock) {
    let lines = notes::of(v, clock);
    if !lines.is_empty() {
        out.push_str("\nNotes on the log\n");
        out.push_str(&lines);
    }
}

fn basis(out: &mut String, v: &Verdict) {
    out.push_str("\nWhat it rests on\n");
    let words = |b: Basis| match b {
        Basis::Text => "read in the document itself",
        Basis::Press => "read in a report of it",
        Basis::Inferred => "follows from what was read",
        Basis::Profile => "this project's own reading",
    };
    let rows: Vec<Vec<String>> = v
        .basis
        .iter()
        .filter(|b| b.exercised > 0)
        .map(|b| {
            let points =
                if b.deducted > 0.0 { format!(", −{} points", plain(b.deducted)) } else { String::new() };
            let decided = format!("decided {} of {} requirements{points}", b.decided, b.exercised);
            vec![b.basis.name().into(), words(b.basis).into(), decided]
        })
        .collect();
    out.push_str(&columns(&rows, "  "));
    let _ = writeln!(out, "  points and pass mark: {}", source(&v.score.source));
}

fn provenance(out: &mut String, v: &Verdict, clock: Clock) {
    out.push_str("\nProvenance\n");
    let p = &v.provenance;
    let file = |f: &SourceFile| {
        f.sha256
            .as_ref()
            .map_or_else(|| format!("{}, no hash", f.name), |h| format!("{}, SHA-256 {h}", f.name))
    };
    let mut rows = vec![row("engine", p.engine.clone()), row("pack", file(&p.pack))];
    rows.extend(p.track.iter().map(|t| row("track", file(t))));
    if let Some(a) = &p.alignment {
        rows.push(row("aligned", a.clone()));
    }
    rows.extend(p.logs.iter().map(|l| row("log", file(l))));
    for d in &v.drives {
        rows.push(row("frame", d.frame.clone()));
    }
    if let Some(zero) = clock.zero_ns() {
        rows.push(row("times", format!("in s after {zero} ns of the log's time base")));
    }
    out.push_str(&columns(&rows, "  "));
}

/// A parameter as `name = value`.
#[must_use]
pub fn param(name: &str, value: &ParamValue) -> String {
    match value {
        ParamValue::Flag(b) => format!("{name} = {b}"),
        ParamValue::Number(n) => format!("{name} = {}", plain(*n)),
        ParamValue::Text(t) => format!("{name} = \"{t}\""),
    }
}

/// A table with a heading.
#[must_use]
pub fn table(heading: &[&str], body: &[Vec<String>]) -> String {
    let mut all = vec![heading.iter().map(|h| h.to_uppercase()).collect::<Vec<String>>()];
    all.extend(body.iter().cloned());
    columns(&all, "")
}

/// Rows in columns.
#[must_use]
pub fn rows(body: &[Vec<String>], indent: &str) -> String {
    columns(body, indent)
}

/// A text broken into lines.
#[must_use]
pub fn paragraph(text: &str) -> String {
    wrap(text, "", "", WIDTH)
}

/// A manual page in Markdown as text for a terminal: headings in capitals, paragraphs filled, lists indented.
#[must_use]
pub fn page(markdown: &str) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut list = false;
    let flush = |out: &mut String, paragraph: &mut String, list: bool| {
        if !paragraph.is_empty() {
            let (first, rest) = if list { ("    - ", "      ") } else { ("    ", "    ") };
            out.push_str(&wrap(paragraph, first, rest, WIDTH));
            paragraph.clear();
        }
    };
    for line in markdown.lines() {
        let line = line.trim();
        let item = line.strip_prefix("- ");
        if line.is_empty() || line.starts_with('#') || item.is_some() {
            flush(&mut out, &mut paragraph, list);
            list = item.is_some();
        }
        if let Some(heading) = line.strip_prefix("# ") {
            out.push_str(heading);
            out.push('\n');
        } else if let Some(heading) = line.strip_prefix("## ") {
            out.push_str(&format!("\n{}\n", heading.to_uppercase()));
        } else if !line.is_empty() {
            let words = item.unwrap_or(line);
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(&words.replace('`', ""));
        } else if out.ends_with('\n') && !out.ends_with("\n\n") && !list {
            out.push('\n');
        }
    }
    flush(&mut out, &mut paragraph, list);
    // Headings bring their own blank line.
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    for heading in markdown.lines().filter_map(|l| l.strip_prefix("## ")) {
        let heading = heading.to_uppercase();
        out = out.replace(&format!("\n{heading}\n\n"), &format!("\n{heading}\n"));
    }
    out
}
