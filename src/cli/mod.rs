//! The command line: arguments in, files read, reports out, an exit code. One file a subcommand.

mod align;
mod batch;
mod bundle;
mod check;
mod convert;
mod coverage;
mod exam;
mod exit;
mod files;
mod grade;
mod map;
mod out;
mod rules;
mod selftest;
mod session;
mod synth;
mod track;
mod tracks;

use clap::{Parser, Subcommand};
use lukao::Error;

pub use exit::Exit;

/// Grades the test drives of automated vehicles: a log, a track and an exam in, a verdict with its evidence out.
///
/// Exit codes: 0 passed, 1 failed, 2 bad usage or input, 3 undetermined or data lost. For several logs: 2 before 1
/// before 3 before 0.
#[derive(Parser)]
#[command(name = "lukao", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Grade(grade::Args),
    Check(check::Args),
    Convert(convert::Args),
    Rules(rules::ListArgs),
    Explain(rules::ExplainArgs),
    Exam(exam::Args),
    Coverage(coverage::Args),
    Track(track::Args),
    Bundle(bundle::Args),
    Selftest(selftest::Args),
    Synth(synth::Args),
}

/// Runs the command and says how it ended.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are answers, not errors; clap knows where each goes.
            let _ = e.print();
            return if e.use_stderr() { Exit::BadInput } else { Exit::Passed };
        }
    };
    let done = match &cli.command {
        Command::Grade(args) => grade::run(args),
        Command::Check(args) => check::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Rules(args) => rules::list(args),
        Command::Explain(args) => rules::explain(args),
        Command::Exam(args) => exam::run(args),
        Command::Coverage(args) => coverage::run(args),
        Command::Track(args) => track::run(args),
        Command::Bundle(args) => bundle::run(args),
        Command::Selftest(args) => selftest::run(args),
        Command::Synth(args) => synth::run(args),
    };
    done.unwrap_or_else(|e| {
        complain(&e);
        Exit::BadInput
    })
}

/// Says on standard error what went wrong.
fn complain(e: &Error) {
    out::note(&format!("error: {e}"));
}

/// How lists and answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// How verdicts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
    /// A score sheet to print.
    #[cfg(feature = "html")]
    Html,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            #[cfg(feature = "html")]
            Self::Html => "html",
        }
    }
}
