//! Grades a drive in one's own program: `cargo run --example embed -- run.osi field.xodr`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::fs;

use lukao::logs::{Bundle, Input, ReadOptions};
use lukao::{Align, Options, Overall, Track};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (log, map) = (args.next().ok_or("a log")?, args.next().ok_or("a track")?);

    // The library opens no files: bytes with a name go in.
    let bytes = fs::read(&log)?;
    let bundle = Bundle { main: Input { name: log, bytes }, companions: Vec::new() };
    let drive = lukao::logs::read(&bundle, &ReadOptions::default())?;

    // We know that the log's coordinates are the map's. `Align::Declared` relies on what the two declare.
    let track = Track::from_parts(&map, &fs::read(&map)?, None)?;
    let track = lukao::place(&track, &drive.header().frame, Align::Identity)?;

    let exam = lukao::exam("general-road")?;
    let verdict = lukao::grade(&drive, track.track(), &exam, &Options::default())?;

    print!("{}", lukao::report::text::verdict(&verdict));
    for finding in &verdict.findings {
        println!("{} costs {} points", finding.finding.what, finding.points);
    }
    fs::write("verdict.json", lukao::report::json::verdict(&verdict)?)?;
    std::process::exit(if verdict.outcome == Overall::Passed { 0 } else { 1 });
}
