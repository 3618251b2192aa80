//! `lukao synth`: sessions of planned drives, whose truth is written before anything is graded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use lukao::logs::events;
use lukao::model::{Drive, Frame, Subject};
use lukao::{Error, Exam};
use lukao_logs::ingest::MAP_FRAME;
use lukao_synth::exam::{ExamItem, items, plan};
use lukao_synth::{Made, noisy};

use super::{Exit, convert, exam, files, grade, out, tracks};

/// Writes a session of planned exam drives: one run for each item of a level, compliant or with one fault, on any field with stations.
///
/// The folder gets session.toml, vehicle.toml, a drive file for each run and truth.toml, which is written first: what is true of each
/// drive by its plan. The same arguments give the same bytes.
#[derive(clap::Args)]
pub struct Args {
    /// Exam.
    #[arg(long, value_name = "ID", default_value = "beijing-2018")]
    exam: String,
    /// Level applied for: runs for all its items. Without it, those of the highest level.
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// Only this item.
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    /// With this fault; needs --item. `list` shows those there are.
    #[arg(long, value_name = "ID", requires = "item")]
    fault: Option<String>,
    /// Varies what does not matter.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Field with stations.
    #[arg(long, value_name = "DIR", default_value = "tracks/reference-field")]
    track: PathBuf,
    /// Noise on the positions of the vehicle under test: standard deviation, m.
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    noise_m: f64,
    /// Lights, weather and the examiner's marks in event tables of their own, each on its own clock.
    #[arg(long)]
    recorders: bool,
    /// All drives by hand, as if nobody had let the automation drive.
    #[arg(long, conflicts_with = "fault")]
    by_hand: bool,
    /// Folder to write. Made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The cabinet's clock is this far behind the vehicle's, s.
const CABINET_BEHIND_S: f64 = 0.25;

pub fn run(args: &Args) -> Result<Exit, Error> {
    let (exam, _) = exam::load(&args.exam)?;
    if !(0.0..=10.0).contains(&args.noise_m) {
        return Err(Error::new("--noise-m", "a length from 0 to 10 m", args.noise_m.to_string()));
    }
    if let Some(level) = &args.level
        && !exam.levels.contains(level)
    {
        let expected = format!("a level of {} ({})", exam.id, exam.levels.join(", "));
        return Err(Error::new("--level", expected, format!("\"{level}\"")));
    }
    let wanted = chosen(args, &exam)?;
    let field = tracks::load(&args.track, grade::limits(None))?;
    let wrong =
        |e: std::io::Error| Error::new(files::shown(&args.out), "a folder to write to", e.to_string());
    std::fs::create_dir_all(&args.out).map_err(wrong)?;
    let mut session = head(args, &exam, &wanted)?;
    let mut truth = String::from("# What is true of each drive by its plan.\nformat = 1\n");
    for item in wanted {
        let hands = args.by_hand && item.all_faults().any(|f| f.id == "by-hand");
        let fault = if hands { Some("by-hand") } else { args.fault.as_deref() };
        let planned = plan(&field.track, item.id, fault, args.seed)?;
        truth.push_str(&truth_of(item, fault, planned.truth()));
        let made = planned.make()?;
        let mut header = made.drive.header().as_ref().clone();
        // Its coordinates are those of the field, whatever the field's file is called where the session is graded.
        header.frame = Frame::local(MAP_FRAME);
        let made = Made { drive: made.drive.with_header(Arc::new(header))?, ..made };
        let drive =
            if args.noise_m > 0.0 { noisy(&made.drive, args.noise_m, args.seed)? } else { made.drive };
        write_run(args, item, &drive, &mut session)?;
    }
    out::write_file(&args.out.join("truth.toml"), truth.as_bytes())?;
    out::write_file(&args.out.join("vehicle.toml"), SHEET.as_bytes())?;
    out::write_file(&args.out.join("session.toml"), session.as_bytes())?;
    out::note(&format!("{}: session.toml", files::shown(&args.out)));
    Ok(Exit::Passed)
}

fn chosen(args: &Args, exam: &Exam) -> Result<Vec<&'static ExamItem>, Error> {
    let at = args.level.as_ref().or(exam.levels.last());
    let of_level = |i: &&ExamItem| {
        let of = exam.items.iter().find(|x| x.id == i.id);
        of.is_some_and(|x| at.is_none_or(|l| x.levels.is_empty() || x.levels.contains(l)))
    };
    let all: Vec<&ExamItem> = match &args.item {
        Some(id) => items().iter().filter(|i| i.id == id).collect(),
        None => items().iter().filter(of_level).collect(),
    };
    if all.is_empty() {
        let ids: Vec<&str> = items().iter().map(|i| i.id).collect();
        let found = args.item.as_ref().map_or_else(|| "none".to_string(), |i| format!("\"{i}\""));
        return Err(Error::new("items", format!("one of {}", ids.join(", ")), found));
    }
    Ok(all)
}

/// The sheet of the planned car.
const SHEET: &str = "length_m = 4.50\nwidth_m = 1.80\nwidth_with_mirrors_m = 2.02\nheight_m = 1.50\nwheelbase_m = 2.70\n\
front_overhang_m = 0.90\nrear_overhang_m = 0.90\nfront_track_m = 1.55\nrear_track_m = 1.55\ntyre_width_m = 0.20\naccuracy_m = 0.0\n";

fn head(args: &Args, exam: &Exam, wanted: &[&ExamItem]) -> Result<String, Error> {
    let field = convert::relative(&args.out.join("session.toml"), &args.track)?;
    let level = args.level.as_ref().map_or_else(String::new, |l| format!("level = \"{l}\"\n"));
    // What is a fault under another reading only is graded under that.
    let faults = wanted.iter().filter_map(|i| i.all_faults().find(|f| Some(f.id) == args.fault.as_deref()));
    let readings: BTreeMap<&str, &str> = faults.flat_map(|f| f.under.iter().copied()).collect();
    let readings: Vec<String> = readings.iter().map(|(s, v)| format!("{s} = \"{v}\"")).collect();
    let switches = if readings.is_empty() {
        String::new()
    } else {
        format!("switches = {{ {} }}\n", readings.join(", "))
    };
    let mut text = format!(
        "# Planned drives; truth.toml says what is true of them.\nformat = 1\n\n[session]\nid = \"planned-{}\"\nexam = \"{}\"\n{level}{switches}\
         applicant = \"planned\"\nfield = \"{field}\"\n\n[[vehicle]]\nid = \"car-1\"\ntype = \"car\"\nsheet = \"vehicle.toml\"\nsoftware = \"planned\"\n",
        args.seed, args.exam
    );
    // The examiner of a planned exam sees nothing but what is planned.
    let driven = |id: &str| wanted.iter().any(|w| w.id == id);
    for item in exam.items.iter().filter(|i| i.station.is_none() || driven(&i.id)) {
        for r in item.requires.iter().filter(|r| r.judge == lukao_exam::Judge::Examiner) {
            let _ = write!(
                text,
                "\n[[judged]]\nitem = \"{}\"\nrequirement = \"{}\"\npass = true\nby = \"plan\"\n",
                item.id, r.id
            );
        }
    }
    Ok(text)
}

fn truth_of(item: &ExamItem, fault: Option<&str>, truth: &lukao_synth::Truth) -> String {
    let mut text = format!("\n[[drive]]\nitem = \"{}\"\n", item.id);
    if let Some(f) = fault.and_then(|f| item.all_faults().find(|x| x.id == f)) {
        let (id, rule, requirement, what) = (f.id, f.rule, f.requirement, f.what);
        let _ = writeln!(
            text,
            "fault = \"{id}\"\nrule = \"{rule}\"\nrequirement = \"{requirement}\"\nwhat = \"{what}\""
        );
        let (same, side) = item.beside(f);
        for (name, found) in [("same_event", same), ("found_too", side)] {
            if !found.is_empty() {
                let _ = writeln!(text, "{name} = {found:?}");
            }
        }
    }
    if let Some(size) = truth.size {
        let _ = writeln!(text, "size = {size:?}");
    }
    if let Some((from, to)) = truth.when_s {
        let _ = writeln!(text, "from_s = {from:?}\nto_s = {to:?}");
    }
    text
}

/// Writes the files of a run and its lines of the session.
fn write_run(args: &Args, item: &ExamItem, drive: &Drive, session: &mut String) -> Result<(), Error> {
    let _ = write!(session, "\n[[run]]\nid = \"{}\"\nitems = [\"{}\"]\n", item.id, item.id);
    let name = format!("{}.arrow", item.id);
    if !args.recorders {
        let _ = write!(session, "\n[[run.file]]\nrole = \"vehicle\"\npath = \"{name}\"\n");
        return out::write_with(&args.out.join(&name), |to| convert::write(drive, convert::SEGMENT_NS, to));
    }
    let own = drive.without_series(|s| matches!(s, Subject::Drive | Subject::Signal(_)));
    let _ = write!(session, "\n[[run.file]]\nrole = \"vehicle\"\npath = \"{name}\"\n");
    out::write_with(&args.out.join(&name), |to| convert::write(&own, convert::SEGMENT_NS, to))?;
    let behind_ns = (CABINET_BEHIND_S * 1e9) as i64;
    for (role, shift_ns, keep) in [
        ("signal-cabinet", behind_ns, events::Keep::Signals),
        ("tablet", 0, events::Keep::Said),
        ("weather", 0, events::Keep::Surroundings),
    ] {
        let table = events::write(drive, keep, -shift_ns);
        if table.lines().count() < 2 {
            continue;
        }
        let name = format!("{}-{role}.csv", item.id);
        out::write_file(&args.out.join(&name), table.as_bytes())?;
        let offset = shift_ns as f64 / 1e9;
        let _ = write!(
            session,
            "\n[[run.file]]\nrole = \"{role}\"\npath = \"{name}\"\nclock = {{ sync = \"shared-event\", offset_s = {offset:?}, accuracy_s = 0.001 }}\n"
        );
    }
    Ok(())
}
