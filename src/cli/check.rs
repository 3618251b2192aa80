//! `lukao check`.

use std::path::{Path, PathBuf};

use lukao::Error;
use lukao::report::doctor;
use lukao_logs::doctor::{Diagnosis, Severity, examine};

use super::{Exit, Format, files, grade, out};

/// The doctor of logs: what a log holds, its rates and gaps, and what looks wrong.
///
/// Exit codes: 0 nothing looks wrong, or only remarks; 1 a log cannot be graded as it is; 2 it cannot be read;
/// 3 something looks wrong.
#[derive(clap::Args)]
pub struct Args {
    /// Logs, or folders of logs.
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Form of the report. JSON is one document a line for several logs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Id of the vehicle under test, if the log does not say or says otherwise.
    #[arg(long, value_name = "ID")]
    ego: Option<String>,
    /// Mapping of a table's columns (TOML).
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Largest size of one input, unpacked, in bytes.
    #[arg(long, value_name = "N")]
    max_bytes: Option<u64>,
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    let limits = grade::limits(args.max_bytes);
    let (reading, _) = grade::reading(args.ego.clone(), args.mapping.as_deref(), limits)?;
    let logs = files::expand(&args.logs)?;
    let mut exit = Exit::Passed;
    for (k, path) in logs.iter().enumerate() {
        match examined(path, &reading) {
            Ok(d) => {
                exit = exit.and(exit_of(&d));
                out::print(&report(path, &d, args.format, k, logs.len())?)?;
            }
            Err(e) => {
                super::complain(&e);
                exit = Exit::BadInput;
            }
        }
    }
    Ok(exit)
}

fn examined(path: &Path, reading: &lukao::logs::ReadOptions) -> Result<Diagnosis, Error> {
    let loaded = files::load(path, reading)?;
    let drive = lukao::logs::read(&loaded.bundle, reading)?;
    drop(loaded);
    Ok(examine(&drive))
}

fn exit_of(d: &Diagnosis) -> Exit {
    match d.worst() {
        None | Some(Severity::Info) => Exit::Passed,
        Some(Severity::Warning) => Exit::Undetermined,
        Some(Severity::Error) => Exit::Failed,
    }
}

fn report(path: &Path, d: &Diagnosis, format: Format, k: usize, of: usize) -> Result<String, Error> {
    let name = files::shown(path);
    match format {
        Format::Text => {
            let apart = if k > 0 { "\n" } else { "" };
            Ok(format!("{apart}{}", doctor::text(&name, d)))
        }
        Format::Json if of == 1 => doctor::json(&name, d),
        Format::Json => {
            let value: serde_json::Value = serde_json::from_str(&doctor::json(&name, d)?)
                .map_err(|e| Error::new(&name, "a report", e.to_string()))?;
            Ok(format!("{value}\n"))
        }
    }
}
