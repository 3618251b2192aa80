//! What a program that embeds the library does, with nothing but its public API: reads bytes, grades whole and in
//! stretches, watches, breaks off, reads the verdict.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lukao::logs::{Bundle, DriveSource, Input, ReadOptions, native};
use lukao::model::Header;
use lukao::{Align, Drive, Error, Grader, ItemStatus, Options, Overall, Track, Verdict};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap()
}

fn log() -> Vec<u8> {
    bytes("fixtures/runs/signalised-junction/drive.arrow")
}

fn drive() -> Drive {
    let main = Input { name: "drive.arrow".into(), bytes: log() };
    lukao::logs::read(&Bundle { main, companions: Vec::new() }, &ReadOptions::default()).unwrap()
}

fn track() -> Track {
    let survey = String::from_utf8(bytes("tracks/avenue/survey.toml")).unwrap();
    Track::from_parts("field.xodr", &bytes("tracks/avenue/field.xodr"), Some(&survey)).unwrap()
}

fn graded(drive: &Drive, options: &Options) -> Result<Verdict, Error> {
    let track = track();
    let placed = lukao::place(&track, &drive.header().frame, Align::Identity)?;
    lukao::grade(drive, placed.track(), &lukao::exam("general-road")?, options)
}

#[test]
fn a_drive_is_graded_and_the_verdict_can_be_read() {
    let v = graded(&drive(), &Options::default()).unwrap();
    assert_eq!(v.outcome, Overall::Passed, "{}", lukao::report::text::verdict(&v));
    assert!(v.items.iter().any(|i| i.id == "red-light" && i.status == ItemStatus::Met));
    assert!(v.score.low >= v.score.pass_mark);
    let json = lukao::report::json::verdict(&v).unwrap();
    let again: Verdict = serde_json::from_str(&json).unwrap();
    assert_eq!(again, v, "JSON reads back to the same verdict");
    assert_eq!(lukao::report::json::verdict(&again).unwrap(), json);
}

#[test]
fn stretches_of_any_size_give_the_same_verdict() {
    let (drive, track, exam) = (drive(), track(), lukao::exam("general-road").unwrap());
    let whole = graded(&drive, &Options::default()).unwrap();
    let placed = lukao::place(&track, &drive.header().frame, Align::Identity).unwrap();
    let span = drive.span().unwrap();
    let mut options = Options::default();
    options.inputs.alignment = None;
    for pieces in [2, 7, 40] {
        let mut grader = Grader::new(Some(placed.track()), &exam, &options).unwrap();
        let step = span.len_ns() / pieces + 1;
        for k in 0..pieces {
            grader.push(&drive.slice(span.from_ns + k * step, span.from_ns + (k + 1) * step)).unwrap();
        }
        let mut v = grader.finish().unwrap();
        v.provenance.alignment.clone_from(&whole.provenance.alignment);
        assert_eq!(v, whole, "{pieces} pieces");
    }
}

/// A source that renames the frame, so that it is the track's.
struct OnTrack<S> {
    inner: S,
    header: Arc<Header>,
}

impl<S: DriveSource> DriveSource for OnTrack<S> {
    fn header(&self) -> &Arc<Header> {
        &self.header
    }

    fn next_stretch(&mut self) -> Result<Option<Drive>, Error> {
        let next = self.inner.next_stretch()?;
        next.map(|d| d.with_header(Arc::clone(&self.header))).transpose()
    }
}

#[test]
fn a_source_is_graded_as_it_comes() {
    let (track, exam) = (track(), lukao::exam("general-road").unwrap());
    let cursor = std::io::Cursor::new(log());
    let inner = native::NativeReader::open(cursor, "drive.arrow", &ReadOptions::default()).unwrap();
    let mut header = inner.header().as_ref().clone();
    header.frame = track.frame().clone();
    let mut source = OnTrack { inner, header: Arc::new(header) };
    let v = lukao::grade_source(&mut source, &track, &exam, &Options::default()).unwrap();
    assert_eq!(v.outcome, Overall::Passed);
}

#[test]
fn without_a_track_nothing_that_needs_one_is_passed() {
    let v = lukao::grade(&drive(), None, &lukao::exam("general-road").unwrap(), &Options::default()).unwrap();
    assert_eq!(v.outcome, Overall::Undetermined);
    let red = v.items.iter().find(|i| i.id == "red-light").unwrap();
    assert_eq!(red.status, ItemStatus::Undetermined);
    assert!(red.requirements[0].undetermined.iter().any(|m| m.what == "track"));
}

#[test]
fn frames_that_nothing_relates_are_refused() {
    let (drive, mut header) = (drive(), drive().header().as_ref().clone());
    header.frame = lukao::model::Frame::local("somewhere else");
    let moved = drive.with_header(Arc::new(header)).unwrap();
    let e = lukao::grade(&moved, &track(), &lukao::exam("general-road").unwrap(), &Options::default())
        .unwrap_err();
    assert!(e.to_string().contains("expected the frame local \"somewhere else\""), "{e}");
}

#[test]
fn the_caller_watches_and_breaks_off() {
    let blocks = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&blocks);
    let mut options = Options::default();
    options.block_ns = 5_000_000_000;
    options.watch = Some(Arc::new(move |_| {
        if count.fetch_add(1, Ordering::Relaxed) < 3 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }));
    assert!(graded(&drive(), &options).is_err());
    assert_eq!(blocks.load(Ordering::Relaxed), 4);
}

#[test]
fn unknown_exams_are_named_with_those_that_are_known() {
    let e = lukao::exam("no-such-exam").unwrap_err();
    assert_eq!(
        e.to_string(),
        "exam: expected one of beijing-2018, china-road-law, gbt-41798-2022, general-road, found \"no-such-exam\""
    );
}
