//! `lukao selftest`.

use std::path::{Path, PathBuf};

use lukao::Error;
use lukao::report::text;
use lukao::selftest::{self, Row};
use lukao_synth::exam::{ExamItem, Fault};

use super::{Exit, exam, grade, out, tracks};

/// Qualifies an installation: grades planned drives of every item of an exam, compliant ones and one for each way of failing, and says
/// whether each was found with the right item, rule and value.
///
/// Exit codes: 0 all is as it must be, 1 something is not.
#[derive(clap::Args)]
pub struct Args {
    /// Exam.
    #[arg(long, value_name = "ID|FILE", default_value = "beijing-2018")]
    exam: String,
    /// Field with stations.
    #[arg(long, value_name = "DIR", default_value = "tracks/reference-field")]
    track: PathBuf,
    /// Varies what does not matter.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Only drives of this item.
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    /// Only drives with this fault.
    #[arg(long, value_name = "ID")]
    fault: Option<String>,
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    let (exam, _) = exam::load(&args.exam)?;
    if let Some(item) = &args.item
        && !exam.items.iter().any(|i| i.id == *item)
    {
        let ids: Vec<&str> = exam.items.iter().map(|i| i.id.as_str()).collect();
        return Err(Error::new("--item", format!("one of {}", ids.join(", ")), format!("\"{item}\"")));
    }
    let read = |choices: &[(String, String)]| Ok(exam::load_with(&args.exam, choices)?.0);
    let chosen = |item: &ExamItem, fault: Option<&Fault>| {
        args.item.as_ref().is_none_or(|id| item.id == *id)
            && args.fault.as_ref().is_none_or(|id| fault.is_some_and(|f| f.id == *id))
    };
    let field = tracks::load(Path::new(&args.track), grade::limits(None))?;
    let rows = selftest::run(&field.track, read, args.seed, chosen, |_| {})?;
    let table: Vec<Vec<String>> = rows.iter().map(cells).collect();
    out::print(&text::table(&["item", "drive", "rule", "planned", "measured", "points", "verdict"], &table))?;
    let gaps = selftest::gaps(read)?;
    if args.item.is_none() && !gaps.is_empty() {
        out::print(&format!("\nno drive breaks {}\n", gaps.join(", ")))?;
    }
    let bad = rows.iter().filter(|r| !r.good()).count();
    out::print(&format!(
        "\n{} drives of {} items: {} as they must be, {bad} not\n",
        rows.len(),
        count(&rows),
        rows.len() - bad
    ))?;
    Ok(if bad == 0 { Exit::Passed } else { Exit::Failed })
}

fn count(rows: &[Row]) -> usize {
    rows.iter().filter(|r| r.fault.is_none()).count()
}

fn cells(r: &Row) -> Vec<String> {
    let number = |v: f64| format!("{:.2}", v);
    vec![
        r.item.into(),
        r.drive(),
        r.wanted.into(),
        r.size.map_or_else(String::new, number),
        r.measured.as_ref().map_or_else(String::new, |(v, unit)| format!("{} {unit}", number(*v))),
        if r.points > 0.0 { format!("-{}", r.points) } else { String::new() },
        if r.good() { "good".into() } else { r.wrong.join("; ") },
    ]
}
