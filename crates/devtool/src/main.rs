//! Tools for working on the project itself; not part of what is built for users.
//!
//!     cargo run -p devtool -- new-rule NAME [--folder FOLDER]
//!
//! Writes the stubs of a new rule: its file with the manual page, the two lines of the registry, twins, a case of the fault
//! matrix and an entry in a pack. They compile, and their tests pass, with an example in the place of what has to be written.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

mod edit;
mod new_rule;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo run -p devtool -- new-rule NAME [--folder FOLDER] [--root DIR]

NAME is the conduct that is found, in kebab-case: harsh-braking.
FOLDER is one of crates/rules/src; without it the one whose rules are called alike.
DIR is the project's folder, if it is not this one.";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<String, String> {
    if args.next().as_deref() != Some("new-rule") {
        return Err(USAGE.into());
    }
    let id = args.next().filter(|a| !a.starts_with("--")).ok_or(USAGE)?;
    let mut root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folder = None;
    while let Some(arg) = args.next() {
        let value = args.next().ok_or(USAGE)?;
        match arg.as_str() {
            "--folder" => folder = Some(value),
            "--root" => root = PathBuf::from(value),
            _ => return Err(USAGE.into()),
        }
    }
    new_rule::write(&root, &id, folder.as_deref())
}
