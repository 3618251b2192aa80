//! What the log doctor found, as text and JSON.

use std::fmt::Write;

use lukao_logs::doctor::{Diagnosis, Known, Severity, Whose};
use lukao_model::Error;

use crate::layout::{columns, wrap};
use crate::notes::{self, Note};
use crate::quantity::{Clock, duration};

/// Places of a line.
const WIDTH: usize = 100;

/// A diagnosis as JSON with its schema version.
///
/// # Errors
/// If a figure is not a number, which the doctor does not report.
pub fn json(name: &str, d: &Diagnosis) -> Result<String, Error> {
    crate::json::pretty(&serde_json::json!({ "schema_version": "1.0", "log": name, "diagnosis": d }))
}

/// A diagnosis as text. Ends with a line break.
#[must_use]
pub fn text(name: &str, d: &Diagnosis) -> String {
    let mut out = String::new();
    let clock = Clock::of(d.holds.span);
    // Writing to a String cannot fail, hence `let _ =`.
    let verdict = match d.worst() {
        None => "GOOD: nothing looks wrong",
        Some(Severity::Info) => "GOOD: with remarks",
        Some(Severity::Warning) => "WARNING: something looks wrong",
        Some(Severity::Error) => "ERROR: cannot be graded as it is",
    };
    let _ = writeln!(out, "{verdict}\n");
    holds(&mut out, name, d, clock);
    if !d.symptoms.is_empty() {
        out.push_str("\nWhat looks wrong\n");
        for s in &d.symptoms {
            let severity = match s.severity {
                Severity::Info => "remark ",
                Severity::Warning => "warning",
                Severity::Error => "error  ",
            };
            let mut text = s.code.clone();
            if !s.subject.is_empty() {
                let _ = write!(text, " \"{}\"", s.subject);
            }
            let _ = write!(text, ": {}", s.text);
            if let Some(when) = &s.when {
                let _ = write!(text, " {}", clock.at(when));
            }
            out.push_str(&wrap(&text, &format!("  {severity}  "), "           ", WIDTH));
        }
    }
    let notes = d.notes.iter().map(|n| Note {
        code: &n.code,
        subject: &n.subject,
        text: &n.text,
        count: n.count,
        when: n.when,
    });
    let lines = notes::lines(notes, clock);
    if !lines.is_empty() {
        out.push_str("\nWhat reading changed or left out\n");
        out.push_str(&lines);
    }
    out
}

fn holds(out: &mut String, name: &str, d: &Diagnosis, clock: Clock) {
    let h = &d.holds;
    let row = |a: &str, b: String| vec![a.to_string(), b];
    let mut rows = vec![row("log", format!("{name} ({})", h.format))];
    if !h.producer.is_empty() {
        rows.push(row("made by", h.producer.clone()));
    }
    rows.push(row("frame", h.frame.to_string()));
    rows.push(row("track", h.track.clone().unwrap_or_else(|| "none named".into())));
    let mut span =
        h.span.map_or_else(|| "none".into(), |s| format!("{}, {}", duration(s.len_ns()), clock.at(&s)));
    if let Some(zero) = clock.zero_ns() {
        let _ = write!(span, " after {zero} ns");
    }
    rows.push(row("time", span));
    rows.push(row("ego", h.ego.as_ref().map_or_else(|| "none".into(), |e| format!("\"{e}\""))));
    let actors: Vec<String> = h
        .actors
        .iter()
        .map(|a| {
            let runs = if a.runs == a.actors { String::new() } else { format!(" in {} runs", a.runs) };
            format!("{} {}{runs}", a.actors, a.class.name())
        })
        .collect();
    rows.push(row("actors", if actors.is_empty() { "none".into() } else { actors.join(", ") }));
    rows.push(row("poses", h.samples.to_string()));
    rows.push(row("signals", h.signals.to_string()));
    out.push_str(&columns(&rows, ""));

    if !h.clocks.is_empty() {
        out.push_str("\nClocks\n");
        let mut rows = vec![["STREAM", "SYNC", "RATE", "LONGEST STEP", "TICKS"].map(String::from).to_vec()];
        for c in h.clocks.iter().take(MOST) {
            let stream = h.streams.get(c.stream as usize);
            let hz = |r: Option<f64>| r.map_or_else(String::new, |r| format!("{r:.2} Hz"));
            rows.push(vec![
                stream.map_or_else(String::new, |s| s.stream.name.clone()),
                stream.map_or_else(String::new, |s| format!("{:?}", s.stream.sync).to_lowercase()),
                hz(c.rate_hz),
                c.longest_step_s.map_or_else(String::new, |s| format!("{s:.3} s")),
                c.ticks.to_string(),
            ]);
        }
        out.push_str(&columns(&rows, "  "));
        if h.clocks.len() > MOST {
            let _ = writeln!(out, "  and {} more", h.clocks.len() - MOST);
        }
    }

    if !h.channels.is_empty() {
        out.push_str("\nChannels\n");
        let heading = ["OF", "CHANNEL", "SUBJECTS", "VALUES", "COVERAGE", "RATE", "ORIGIN", "ACCURACY"];
        let mut rows = vec![heading.map(String::from).to_vec()];
        for c in &h.channels {
            let whose = match c.whose {
                Whose::Ego => "ego",
                Whose::Others => "others",
                Whose::Signals => "signals",
                Whose::Drive => "drive",
            };
            let accuracy = match c.accuracy {
                Known::Yes => "known",
                Known::Partly => "partly known",
                Known::No => "unknown",
            };
            rows.push(vec![
                whose.into(),
                c.channel.clone(),
                c.subjects.to_string(),
                c.values.to_string(),
                format!("{:.1} %", c.coverage * 100.0),
                c.rate_hz.map_or_else(String::new, |r| format!("{r:.2} Hz")),
                c.origins.iter().map(|o| o.name()).collect::<Vec<_>>().join(", "),
                accuracy.into(),
            ]);
        }
        out.push_str(&columns(&rows, "  "));
    }
}

/// Most clocks to list; a log of asynchronous actors has thousands.
const MOST: usize = 12;
