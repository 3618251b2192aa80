//! `lukao track`: what a field is fit for, and a drawing of it.

use std::path::{Path, PathBuf};

use lukao::logs::Limits;
use lukao::report::text::table;
use lukao::{Error, Track};
use lukao_track::{Hosting, Profile};

use super::{Exit, Format, files, out, tracks};

/// Checks and draws test fields.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Says which items and levels of the closed-field exam a field can host and what it lacks, by its map and stations; and
    /// what is published of fields that have a profile.toml only.
    ///
    /// Exit codes: 0 checked; 2 it cannot be read; 3 there is no geometry to check.
    Check {
        /// Folder of the track, or its map.
        track: PathBuf,
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
        Command::Check { track, format } => return check(track, *format),
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

fn check(path: &Path, format: Format) -> Result<Exit, Error> {
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
    let hosting = track.as_ref().map(Track::hosting);
    out::print(&match format {
        Format::Text => {
            let published = profile.as_ref().map_or(String::new(), published);
            let fit = match (&track, &hosting) {
                (Some(track), Some(hosting)) => fit(track, hosting),
                _ => "No geometry of this field is published: what it can host is undetermined, and no drive can be judged on it.\n".into(),
            };
            published + &fit
        }
        Format::Json => {
            let value = serde_json::json!({
                "profile": profile,
                "hosting": hosting,
                "level": hosting.as_ref().map(Hosting::level),
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

/// What a field can host.
fn fit(track: &Track, hosting: &Hosting) -> String {
    let mut text = String::new();
    let items = hosting.items.iter().map(|h| {
        let lacks: Vec<&str> = h.lacks.iter().map(|l| l.title.en.as_str()).collect();
        let state = if lacks.is_empty() { "yes".to_owned() } else { format!("lacks {}", lacks.join("; ")) };
        let level = format!("T{}{}", h.from_level, if h.level_sourced { "" } else { " (profile)" });
        vec![h.item.clone(), level, h.station.clone().unwrap_or_else(|| "-".into()), state]
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
    for level in 1..=5 {
        let n = hosting.lacking(level).count();
        let of = hosting.items.iter().filter(|h| h.from_level <= level).count();
        text += &format!("T{level}: {} of {of} items can be held\n", of - n);
    }
    for note in track.notes() {
        text += &format!("note: {note}\n");
    }
    text += &match hosting.level() {
        0 => "The field can host no level.\n".to_owned(),
        level => format!(
            "The field can host T1 to T{level}. Which items belong to a level is in part the project's own table.\n"
        ),
    };
    text
}
