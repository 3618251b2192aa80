//! `lukao coverage`: which articles of a body of law an exam checks.

use std::path::PathBuf;

use lukao::Error;
use lukao_exam::builtin;
use lukao_exam::coverage::{Articles, coverage};

use super::{Exit, Format, exam, files, out};

/// Shows which articles of a body of law an exam checks: as a whole, in part (and what is missing), or not.
#[derive(clap::Args)]
pub struct Args {
    /// Id of the exam, or a pack's file.
    exam: String,
    /// List of articles, if not the one that comes with the exam.
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// Form of the list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    let (pack, _) = exam::load(&args.exam)?;
    let articles = match (&args.articles, builtin(&pack.id).and_then(|b| b.articles)) {
        (Some(path), _) => {
            let name = files::shown(path);
            let text = std::fs::read_to_string(path)
                .map_err(|e| Error::new(name.clone(), "a list of articles", e.to_string()))?;
            Articles::parse(&name, &text)?
        }
        (None, Some((name, text))) => Articles::parse(name, text)?,
        (None, None) => {
            let found = format!("no list for \"{}\"", pack.id);
            return Err(Error::new(
                "coverage",
                "--articles, or an exam that comes with a list of articles",
                found,
            ));
        }
    };
    let covered = coverage(&articles, &pack)?;
    out::print(&match args.format {
        Format::Text => lukao_report::coverage::text(&covered),
        Format::Json => lukao_report::coverage::json(&covered)?,
    })?;
    Ok(Exit::Passed)
}
