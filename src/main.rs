//! The `lukao` command. What it does is in `cli`; this only ends the process.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::main().code())
}
