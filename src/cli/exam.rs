//! `lukao exam`: packs that come with the engine, and packs of one's own.

use std::path::{Path, PathBuf};

use lukao::model::{Channel, Origin};
use lukao::report::text;
use lukao::session::preflight::Concern;
use lukao::{Error, Exam};
use lukao_exam::{BUILTIN, Exercise, Judge, Requirement, builtin};
use lukao_measure::Admit;

use super::{Exit, files, grade, out, session};

/// Lists, shows, checks and exports exam packs.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Lists the exams that come with the engine.
    List,
    /// Shows an exam: its items, what they require, points and sources.
    Show {
        /// Id, or a pack's file.
        exam: String,
    },
    /// Checks packs: unknown keys, ids and units, values out of range, missing sources.
    Lint {
        /// Packs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Looks a session over before and after each run: missing channels, RTK not fixed, clocks not aligned, calibration run out,
    /// changed software.
    Preflight {
        /// Session file.
        session: PathBuf,
    },
    /// Writes the TOML of an exam that comes with the engine, to edit.
    Export {
        /// Id.
        exam: String,
        /// File to write; else it is printed.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    match &args.command {
        Command::List => {
            let mut rows = Vec::new();
            for b in BUILTIN {
                let e = Exam::parse(b.name, b.text)?;
                rows.push(vec![e.id, e.edition, format!("{} ({})", e.title.en, e.title.zh)]);
            }
            out::print(&text::table(&["exam", "edition", "title"], &rows))?;
        }
        Command::Show { exam } => out::print(&show(&load(exam)?.0))?,
        Command::Lint { files: packs } => {
            let mut exit = Exit::Passed;
            for path in packs {
                match lint(path) {
                    Ok(e) => out::print(&format!("{}: {} {}, good\n", files::shown(path), e.id, e.edition))?,
                    Err(e) => {
                        super::complain(&e);
                        exit = Exit::BadInput;
                    }
                }
            }
            return Ok(exit);
        }
        Command::Preflight { session } => {
            let loaded = session::Loaded::read(session, grade::limits(None), &[])?;
            let concerns = loaded.preflight();
            if concerns.is_empty() {
                out::print("nothing stands in the way\n")?;
                return Ok(Exit::Passed);
            }
            let row = |c: &Concern| {
                let word = if c.grave { "grave" } else { "note" };
                vec![word.into(), c.run.clone().unwrap_or_default(), c.what.clone(), c.why.clone()]
            };
            let rows: Vec<Vec<String>> = concerns.iter().map(row).collect();
            out::print(&text::table(&["", "run", "what", "why"], &rows))?;
            return Ok(if concerns.iter().any(|c| c.grave) { Exit::Undetermined } else { Exit::Passed });
        }
        Command::Export { exam, out: file } => {
            let b = known(exam)?;
            match file {
                Some(path) => out::write_file(path, b.text.as_bytes())?,
                None => out::print(b.text)?,
            }
        }
    }
    Ok(Exit::Passed)
}

/// An exam by id, `id/level`, or file, and the level if one was named.
pub fn load(name: &str) -> Result<(Exam, Option<String>), Error> {
    load_with(name, &[])
}

/// The same with other readings than the pack's own: pairs of switch and value.
pub fn load_with(name: &str, choices: &[(String, String)]) -> Result<(Exam, Option<String>), Error> {
    let path = Path::new(name);
    if path.extension().is_some_and(|e| e == "toml") || path.is_file() {
        return pack(path, choices).map(|e| (e, None));
    }
    let (id, level) = match name.split_once('/') {
        Some((id, level)) => (id, Some(level.to_string())),
        None => (name, None),
    };
    let b = known(id)?;
    Ok((Exam::parse_with(b.name, b.text, choices)?, level))
}

fn known(id: &str) -> Result<&'static lukao_exam::Builtin, Error> {
    builtin(id).ok_or_else(|| {
        let ids: Vec<&str> = lukao::exams().collect();
        let expected = format!("an exam's id ({}) or a pack's file (*.toml)", ids.join(", "));
        Error::new("exam", expected, format!("\"{id}\""))
    })
}

fn pack(path: &Path, choices: &[(String, String)]) -> Result<Exam, Error> {
    let (input, _) = files::read(path, grade::limits(Some(16 << 20)))?;
    let name = input.name.clone();
    Exam::parse_with(&name, &grade::text_of(input)?, choices)
}

/// A pack with each reading of each of its switches in turn, so that what only another reading says is checked too.
fn lint(path: &Path) -> Result<Exam, Error> {
    let exam = pack(path, &[])?;
    for switch in &exam.switches {
        for value in &switch.values {
            pack(path, &[(switch.name.clone(), value.clone())])?;
        }
    }
    Ok(exam)
}

fn show(e: &Exam) -> String {
    let mut out = format!("{} ({}), {} {}\n", e.title.en, e.title.zh, e.id, e.edition);
    out.push_str(&text::paragraph(&e.about));
    let s = &e.score;
    out.push_str(&format!("\n{} points at the start, {} needed, never below {}\n", s.start, s.pass, s.floor));
    if let Some(v) = &e.vehicles {
        let types: Vec<&str> = v.types.iter().map(|t| t.name()).collect();
        out.push_str(&format!("made for {} [{}]\n", types.join(", "), v.source.basis.name()));
    }
    out.push_str(&admitted(e));
    for item in &e.items {
        let must = match item.exercise {
            Exercise::Required => "required",
            Exercise::IfMet => "if met with",
        };
        out.push_str(&format!("\n{}: {} ({}), {must}\n", item.id, item.title.en, item.title.zh));
        let rows: Vec<Vec<String>> = item.requires.iter().map(|r| requirement(e, r)).collect();
        out.push_str(&text::rows(&rows, "  "));
    }
    out
}

/// Which origins of data count.
fn admitted(e: &Exam) -> String {
    if e.admit == Admit::ALL {
        return "\ndata of every origin count\n".into();
    }
    let names = |of: &mut dyn Iterator<Item = Origin>| of.map(Origin::name).collect::<Vec<_>>().join(", ");
    // The parts of a pose share one list.
    let parts = [Channel::Y, Channel::Yaw, Channel::Z];
    let called = |c: Channel| if c == Channel::X { "pose" } else { c.name() }.to_string();
    let own = e.admit.exceptions().filter(|(c, _)| !parts.contains(c));
    let first = vec!["default".to_string(), names(&mut e.admit.default_origins())];
    let rows: Vec<_> =
        std::iter::once(first).chain(own.map(|(c, mut of)| vec![called(c), names(&mut of)])).collect();
    format!("\norigins of data that count\n{}", text::rows(&rows, "  "))
}

fn requirement(e: &Exam, r: &Requirement) -> Vec<String> {
    let mut what = match (&r.rule, r.judge) {
        (Some(rule), _) => rule.clone(),
        (None, Judge::Record) => "papers".into(),
        (None, _) => "the examiner".into(),
    };
    if let Some(scope) = r.scope.and_then(|s| e.scopes.get(s)) {
        what.push_str(&format!(" when {}", scope.name));
    }
    let params: Vec<String> = r.params.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    let weight = match (r.veto, r.must) {
        (true, _) => ", veto",
        (_, true) => ", fails the item",
        _ => "",
    };
    let s = &r.source;
    let source = [s.doc.as_str(), s.clause.as_str()].join(" ");
    vec![
        what,
        params.join(", "),
        format!("−{}{weight}", r.points),
        format!("{} [{}]", source.trim(), s.basis.name()),
    ]
}
