//! `lukao track`: what a field is fit for, and a drawing of it.

use std::path::{Path, PathBuf};

use lukao::logs::Limits;
use lukao::report::text::table;
use lukao::{Error, Exam, Track};
use lukao_exam::Basis;
use lukao_track::{Asked, Hosting, Profile};

use super::{Exit, Format, exam, files, out, tracks};

/// Checks and draws test fields.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Says which items and levels of an exam a field can host and what it lacks, by its map and stations; and what is published of
    /// fields that have a profile.toml only.
    ///
    /// Exit codes: 0 checked; 2 it cannot be read; 3 there is no geometry to check.
    Check {
        /// Folder of the track, or its map.
        track: PathBuf,
        /// Exam whose items and levels are asked for: an id, or a pack's file.
        #[arg(long, value_name = "ID|FILE", default_value = "beijing-2018")]
        exam: String,
        /// Form of the report.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Draws a track with its stations as SVG.
    Draw {
        /// Folder of the track, or its map.
        track: PathBuf,
        /// File to write; else it is printed.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    match &args.command {
        Command::Check { track, exam, format } => return check(track, exam, *format),
        Command::Draw { track, out: file } => {
            let svg = tracks::load(track, Limits::default())?.track.svg();
            match file {
                Some(path) => out::write_file(path, svg.as_bytes())?,
                None => out::print(&svg)?,
            }
        }
    }
    Ok(Exit::Passed)
}

fn check(path: &Path, exam: &str, format: Format) -> Result<Exit, Error> {
    let (exam, _) = exam::load(exam)?;
    let profile_path = path.join("profile.toml");
    let profile = if profile_path.is_file() {
        let name = files::shown(&profile_path);
        let text = std::fs::read_to_string(&profile_path)
            .map_err(|e| Error::new(name.clone(), "a profile in UTF-8", e.to_string()))?;
        Some(Profile::from_toml(&name, &text)?)
    } else {
        None
    };
    let drawn = ["field.xodr", "field.xodr.gz"].iter().any(|n| path.join(n).is_file());
    let track =
        if profile.is_some() && !drawn { None } else { Some(tracks::load(path, Limits::default())?.track) };
    let hosting = track.as_ref().map(|t| t.hosting(&exam.levels, &asked(&exam)));
    out::print(&match format {
        Format::Text => {
            let published = profile.as_ref().map_or(String::new(), published);
            let fit = match (&track, &hosting) {
                (Some(track), Some(hosting)) => fit(track, hosting, &exam),
                _ => "No geometry of this field is published: what it can host is undetermined, and no drive can be judged on it.\n".into(),
            };
            published + &fit
        }
        Format::Json => {
            let value = serde_json::json!({
                "profile": profile,
                "exam": exam.id,
                "hosting": hosting,
                "level": hosting.as_ref().and_then(Hosting::level),
                "notes": track.as_ref().map(|t| t.notes().to_vec()),
            });
            format!("{value:#}\n")
        }
    })?;
    Ok(if hosting.is_some() { Exit::Passed } else { Exit::Undetermined })
}

/// What is published of a field.
fn published(p: &Profile) -> String {
    let row = |f: &lukao_track::Fact| vec![f.about.clone(), f.text.clone(), f.source.clone()];
    let rows: Vec<Vec<String>> = p.facts.iter().map(row).collect();
    format!("{} {}\n\n{}\n", p.title.en, p.title.zh, table(&["about", "published", "source"], &rows))
}

/// What an exam asks a field for.
fn asked(exam: &Exam) -> Vec<Asked> {
    let of = |i: &lukao_exam::Item| {
        Some(Asked { item: i.id.clone(), station: i.station.clone()?, levels: i.levels.clone() })
    };
    exam.items.iter().filter_map(of).collect()
}

/// Whether a source ties an item to its levels.
fn sourced(item: &lukao_exam::Item) -> bool {
    item.levels.is_empty() || item.levels_source.as_ref().is_some_and(|s| s.basis < Basis::Profile)
}

/// Levels that need an item, and whether that is the pack's own choice.
fn levels(exam: &Exam, item: &str) -> String {
    let of = exam.items.iter().find(|i| i.id == item);
    let Some(of) = of.filter(|i| !i.levels.is_empty()) else { return "all".into() };
    // From one level on, as most.
    let on = exam.levels.iter().skip_while(|l| !of.levels.contains(l));
    let text = match of.levels.first() {
        Some(first) if on.eq(&of.levels) => first.clone(),
        _ => of.levels.join(" "),
    };
    if sourced(of) { text } else { text + " (profile)" }
}

/// What a field can host.
fn fit(track: &Track, hosting: &Hosting, exam: &Exam) -> String {
    let mut text = String::new();
    let items = hosting.items.iter().map(|h| {
        let lacks: Vec<&str> = h.lacks.iter().map(|l| l.title.en.as_str()).collect();
        let state = if lacks.is_empty() { "yes".to_owned() } else { format!("lacks {}", lacks.join("; ")) };
        vec![h.item.clone(), levels(exam, &h.item), h.station.clone().unwrap_or_else(|| "-".into()), state]
    });
    text += &table(&["item", "from level", "station", "can be held"], &items.collect::<Vec<_>>());
    let whole = hosting.whole.iter().map(|w| {
        let holds = if w.holds { "yes" } else { "no" };
        vec![w.title.en.clone(), w.found.clone(), holds.into(), w.basis.clone(), w.source.clone()]
    });
    text += "\n";
    text += &table(&["whole field", "found", "holds", "basis", "source"], &whole.collect::<Vec<_>>());
    let mut lacking: Vec<&lukao_track::Lack> = Vec::new();
    for lack in hosting.items.iter().flat_map(|h| &h.lacks) {
        if lacking.iter().all(|l| l.element != lack.element) {
            lacking.push(lack);
        }
    }
    if !lacking.is_empty() {
        let rows = lacking.iter().map(|l| vec![l.title.en.clone(), l.basis.clone(), l.source.clone()]);
        text += "\n";
        text += &table(&["lacking", "basis", "source"], &rows.collect::<Vec<_>>());
    }
    text += "\n";
    let held = |of: &mut dyn Iterator<Item = &lukao_track::Hosted>| {
        let (n, all) = of.fold((0, 0), |(n, all), h| (n + usize::from(h.lacks.is_empty()), all + 1));
        format!("{n} of {all} items can be held\n")
    };
    for level in &exam.levels {
        text += &format!("{level}: {}", held(&mut hosting.of(level)));
    }
    if exam.levels.is_empty() {
        text += &held(&mut hosting.items.iter());
    }
    for note in track.notes() {
        text += &format!("note: {note}\n");
    }
    match (hosting.level(), exam.levels.first()) {
        (_, None) => {}
        (None, _) => text += &format!("The field can host no level of {}.\n", exam.id),
        (Some(level), Some(first)) => {
            let upto = if level == first { level.to_owned() } else { format!("{first} to {level}") };
            text += &format!("The field can host {upto} of {}.", exam.id);
            if !exam.items.iter().all(sourced) {
                text += " Which items belong to a level is in part the pack's own choice (profile).";
            }
            text += "\n";
        }
    }
    text
}
