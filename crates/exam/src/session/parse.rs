//! From `session.toml` to a [`Session`]: every key and reference is checked, and each error has its place.

use lukao_model::Error;
use lukao_model::stream::{Sync, TimeBase};

use super::{
    File, FileClock, Instrument, Person, Role, Ruled, Ruling, Run, RunStatus, Session, Vehicle, Word,
};
use crate::pack::Reason;
use crate::scope::CLASSES;
use crate::toml_at::{Doc, Node, Table};

/// Version of the session format that this engine reads.
const FORMAT: i64 = 1;

impl Session {
    /// Reads a session file.
    ///
    /// # Errors
    /// The first thing that is not right, with line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let doc = Doc { name, text };
        let parsed = doc.parse()?;
        let root = doc.root(&parsed);
        root.need("format")?.whole(FORMAT..=FORMAT)?;
        let head = root.need("session")?.table()?;
        let words = |n: Option<Node<'_>>| -> Result<Vec<String>, Error> {
            n.map(|n| n.list()).transpose()?.unwrap_or_default().iter().map(Node::text).collect()
        };
        let mut session = Self {
            id: head.need("id")?.text()?,
            exam: head.need("exam")?.text()?,
            level: text_of(&head, "level")?,
            applicant: head.need("applicant")?.text()?,
            odd: text_of(&head, "odd")?.unwrap_or_default(),
            functions: words(head.get("functions"))?,
            field: head.need("field")?.text()?,
            layout: text_of(&head, "layout")?,
            switches: Vec::new(),
            keep_until: head.get("keep_until").map(|n| date(&n)).transpose()?,
            people: Vec::new(),
            instruments: Vec::new(),
            vehicles: Vec::new(),
            runs: Vec::new(),
            judged: Vec::new(),
            rulings: Vec::new(),
        };
        if let Some(n) = head.get("switches") {
            for (name, _, value) in n.table()?.entries() {
                session.switches.push((name.to_string(), value.text()?));
            }
        }
        head.finish()?;
        each(&root, "person", |_, t| {
            session.people.push(Person { role: t.need("role")?.text()?, name: t.need("name")?.text()? });
            Ok(())
        })?;
        each(&root, "instrument", |_, t| {
            session.instruments.push(Instrument {
                id: t.need("id")?.id()?,
                kind: t.need("kind")?.text()?,
                serial: t.need("serial")?.text()?,
                calibrated_until: t.get("calibrated_until").map(|n| date(&n)).transpose()?,
            });
            Ok(())
        })?;
        each(&root, "vehicle", |node, t| {
            let vehicle = Vehicle {
                id: t.need("id")?.id()?,
                plate: text_of(t, "plate")?.unwrap_or_default(),
                class: t.get("type").map(|n| n.word(&CLASSES)).transpose()?,
                sheet: text_of(t, "sheet")?,
                software: t.need("software")?.text()?,
                hardware: text_of(t, "hardware")?.unwrap_or_default(),
                load_kg: t.get("load_kg").map(|n| n.number(0.0..=1e5)).transpose()?,
            };
            if session.vehicle(&vehicle.id).is_some() {
                return Err(node.wrong("each vehicle's id once", format!("\"{}\" again", vehicle.id)));
            }
            session.vehicles.push(vehicle);
            Ok(())
        })?;
        if session.vehicles.is_empty() {
            return Err(Error::new(name, "at least one [[vehicle]]", "none"));
        }
        each(&root, "run", |node, t| {
            let run = run(t, &session)?;
            if session.runs.iter().any(|r| r.id == run.id) {
                return Err(node.wrong("each run's id once", format!("\"{}\" again", run.id)));
            }
            session.runs.push(run);
            Ok(())
        })?;
        each(&root, "judged", |_, t| {
            let vehicle = known(t, "vehicle", session.vehicles.iter().map(|v| v.id.as_str()))?;
            let run = known(t, "run", session.runs.iter().map(|r| r.id.as_str()))?;
            let (item, requirement) = (t.need("item")?.id()?, t.need("requirement")?.id()?);
            let (pass, by) = (t.need("pass")?.flag()?, t.need("by")?.text()?);
            session.judged.push(Ruled { vehicle, run, item, requirement, pass, by });
            Ok(())
        })?;
        each(&root, "ruling", |_, t| {
            session.rulings.push(Ruling {
                vehicle: known(t, "vehicle", session.vehicles.iter().map(|v| v.id.as_str()))?,
                item: t.get("item").map(|n| n.id()).transpose()?,
                attempt: t.get("attempt").map(|n| n.whole(1..=10_000)).transpose()?.map(|n| n as u32),
                ruling: t.need("ruling")?.word(&[
                    ("met", Word::Met),
                    ("not-met", Word::NotMet),
                    ("invalid", Word::Invalid),
                ])?,
                why: t.need("why")?.text()?,
                by: t.need("by")?.text()?,
                when: t.need("when")?.text()?,
                after_result: t.need("after_result")?.flag()?,
            });
            Ok(())
        })?;
        root.finish()?;
        Ok(session)
    }
}

/// Calls `f` for each table of a list, and checks that it has no other keys.
fn each(
    root: &Table<'_>,
    key: &'static str,
    mut f: impl FnMut(&Node<'_>, &Table<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    for node in root.get(key).map(|n| n.list()).transpose()?.unwrap_or_default() {
        let t = node.table()?;
        f(&node, &t)?;
        t.finish()?;
    }
    Ok(())
}

fn text_of(t: &Table<'_>, key: &'static str) -> Result<Option<String>, Error> {
    t.get(key).map(|n| n.text()).transpose()
}

/// A text that must be one of those named before.
fn known<'s>(
    t: &Table<'_>,
    key: &'static str,
    names: impl Iterator<Item = &'s str> + Clone,
) -> Result<Option<String>, Error> {
    let Some(n) = t.get(key) else { return Ok(None) };
    let text = n.text()?;
    if names.clone().any(|x| x == text) {
        return Ok(Some(text));
    }
    let all: Vec<&str> = names.collect();
    let hint = crate::toml_at::suggestion(&text, all.iter().copied());
    Err(n.wrong(format!("one of {}", all.join(", ")), format!("\"{text}\"{hint}")))
}

fn run(t: &Table<'_>, session: &Session) -> Result<Run, Error> {
    let vehicles = session.vehicles.iter().map(|v| v.id.as_str());
    let vehicle = known(t, "vehicle", vehicles)?;
    let vehicle = match (vehicle, &session.vehicles[..]) {
        (Some(v), _) => v,
        (None, [only]) => only.id.clone(),
        (None, _) => t.need("vehicle")?.text()?,
    };
    let status = match t.get("status") {
        None => RunStatus::Done,
        Some(n) => n.word(&[
            ("done", RunStatus::Done),
            ("planned", RunStatus::Planned),
            ("aborted", RunStatus::Aborted),
            ("invalid", RunStatus::Invalid),
        ])?,
    };
    let items = t.get("items").map(|n| n.list()).transpose()?.unwrap_or_default();
    let run = Run {
        id: t.need("id")?.id()?,
        vehicle,
        date: t.get("date").map(|n| date(&n)).transpose()?,
        software: text_of(t, "software")?,
        hardware: text_of(t, "hardware")?,
        items: items.iter().map(Node::id).collect::<Result<_, _>>()?,
        route: text_of(t, "route")?,
        status,
        after_result: t.get("after_result").map_or(Ok(false), |n| n.flag())?,
        reason: match status {
            RunStatus::Invalid => Some(t.need("reason")?.word(&Reason::ALL)?),
            _ => None,
        },
        why: text_of(t, "why")?.unwrap_or_default(),
        by: match status {
            RunStatus::Invalid | RunStatus::Aborted => t.need("by")?.text()?,
            _ => text_of(t, "by")?.unwrap_or_default(),
        },
        files: match status {
            RunStatus::Planned => t.get("file"),
            _ => Some(t.need("file")?),
        }
        .map(|n| n.list())
        .transpose()?
        .unwrap_or_default()
        .iter()
        .map(|n| file(n, session))
        .collect::<Result<_, _>>()?,
    };
    if status != RunStatus::Planned && !run.files.iter().any(|f| f.role == Role::Vehicle) {
        return Err(t.need("file")?.wrong("a file with role \"vehicle\"", "none"));
    }
    Ok(run)
}

fn file(node: &Node<'_>, session: &Session) -> Result<File, Error> {
    let t = node.table()?;
    let clock = t.get("clock").map(|n| clock(&n)).transpose()?;
    let file = File {
        role: t.need("role")?.word(&Role::ALL)?,
        path: t.need("path")?.text()?,
        mapping: text_of(&t, "mapping")?,
        instrument: known(&t, "instrument", session.instruments.iter().map(|i| i.id.as_str()))?,
        clock,
    };
    t.finish()?;
    Ok(file)
}

fn clock(node: &Node<'_>) -> Result<FileClock, Error> {
    let t = node.table()?;
    let ns = |n: Node<'_>, most: f64| n.number(-most..=most).map(|s| (s * 1e9).round() as i64);
    let clock = FileClock {
        base: match t.get("base") {
            None => TimeBase::default(),
            Some(n) => n.word(&[
                ("gps", TimeBase::Gps),
                ("utc", TimeBase::Utc),
                ("tai", TimeBase::Tai),
                ("local", TimeBase::Local),
                ("simulation", TimeBase::Simulation),
            ])?,
        },
        sync: t.need("sync")?.word(&[
            ("same", Sync::Same),
            ("pps", Sync::Pps),
            ("ptp", Sync::Ptp),
            ("ntp", Sync::Ntp),
            ("shared-event", Sync::SharedEvent),
            ("none", Sync::None),
        ])?,
        offset_ns: t.get("offset_s").map_or(Ok(0), |n| ns(n, 4e9))?,
        accuracy_ns: t.get("accuracy_s").map(|n| ns(n, 3600.0)).transpose()?,
    };
    t.finish()?;
    Ok(clock)
}

/// A day, `YYYY-MM-DD`, as text or as TOML's own date.
fn date(node: &Node<'_>) -> Result<String, Error> {
    let text = match node.value()? {
        toml::Value::Datetime(d) => d.to_string(),
        toml::Value::String(s) => s,
        other => other.to_string(),
    };
    let b = text.as_bytes();
    let digits = |r: std::ops::Range<usize>| b[r].iter().all(u8::is_ascii_digit);
    let good = b.len() == 10 && b[4] == b'-' && b[7] == b'-' && digits(0..4) && digits(5..7) && digits(8..10);
    let part = |r: std::ops::Range<usize>| text[r].parse::<u32>().unwrap_or(0);
    if good && (1..=12).contains(&part(5..7)) && (1..=31).contains(&part(8..10)) {
        return Ok(text);
    }
    Err(node.wrong("a day as YYYY-MM-DD", format!("\"{text}\"")))
}
