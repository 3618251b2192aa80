//! A whole closed-field exam, T5: all 40 items and their variants, the ego at 100 Hz and the others at 20 Hz, from native files, on one thread. Says how much
//! faster than real time it is graded.
//!
//!     LUKAO_RATIOS=7 cargo bench -p lukao-exam --bench exam

#![allow(clippy::print_stdout, clippy::expect_used)]

mod harness;

use std::fs::File;
use std::path::Path;

use harness::{Case, Claim, Wanted, thread_ns};
use lukao_contact::build_index;
use lukao_exam::attempts::Finder;
use lukao_exam::{Exam, Grader, Judged, Options, Verdict, builtin, verdict_of};
use lukao_logs::native::{self, Writer};
use lukao_logs::{DriveSource, ReadOptions};
use lukao_model::Drive;
use lukao_synth::exam::{items, plan};
use lukao_track::Track;

const WORK: &str = "files mapped to a verdict";
const READ: &str = "read x and y once";
const FIND: &str = "files mapped to attempts";

const CLAIMS: &[Claim] = &[
    Claim { input: "T5", work: WORK, rival: READ, wanted: Wanted::Nothing },
    Claim { input: "T5", work: WORK, rival: FIND, wanted: Wanted::Nothing },
];

/// One item's drive and its file.
struct Sat {
    item: &'static str,
    drive: Drive,
    file: tempfile::NamedTempFile,
}

fn field() -> Track {
    let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tracks/reference-field"));
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).expect("a file of the field");
    Track::from_parts("field.xodr", read("field.xodr").as_bytes(), Some(&read("survey.toml")))
        .and_then(|t| t.with_stations("stations.toml", &read("stations.toml")))
        .expect("a sound field")
}

fn sat(track: &Track, item: &'static str) -> Sat {
    let made = plan(track, item, None, 1).and_then(lukao_synth::Plan::make).expect("a drive");
    let drive = build_index(&made.drive).expect("an index");
    let file = tempfile::NamedTempFile::new().expect("room for a file");
    let layout = native::Layout::of(&drive);
    let mut segments = native::segments(&drive, native::SEGMENT_NS).expect("segments").peekable();
    let mut writer = Writer::new(file, segments.peek().unwrap_or(&drive), &layout).expect("a header");
    for s in segments {
        writer.push(&build_index(&s).expect("an index")).expect("a segment written");
    }
    let file = writer.finish().expect("a file written");
    Sat { item, drive, file }
}

/// Opens a drive's file, mapped into memory, and hands on its stretches.
#[allow(unsafe_code)]
fn each(path: &Path, mut take: impl FnMut(&Drive)) {
    let file = File::open(path).expect("the file written before");
    // SAFETY: nobody else knows this temporary file.
    let mapped = unsafe { memmap2::Mmap::map(&file) }.expect("a file that can be mapped");
    let mut source = native::over(mapped, "T5", &ReadOptions::default()).expect("a drive file");
    while let Some(stretch) = source.next_stretch().expect("a sound segment") {
        take(&stretch);
    }
}

fn tried(track: &Track, exam: &Exam, sat: &Sat) -> lukao_exam::Attempts {
    let mut finder = Finder::new(exam, Some(track));
    each(sat.file.path(), |stretch| finder.push(stretch));
    let mut found = finder.finish();
    found.keep_items(&[sat.item.to_string()]);
    found
}

fn graded(track: &Track, exam: &Exam, all: &[Sat]) -> Verdict {
    let mut options = Options::default();
    options.level = exam.levels.last().cloned();
    let drives = all.iter().map(|sat| {
        let mut options = options.clone();
        let mut found = tried(track, exam, sat);
        for (item, requirement) in [
            ("general", "dangerous-situation"),
            ("police-gestures", "gesture-understood"),
            ("waiting-area", "entered-on-straight-green"),
        ] {
            found.judged.push(Judged::of_record(item, requirement, true, "bench"));
        }
        options.attempts = Some(found);
        let mut grader = Grader::new(Some(track), exam, &options).expect("a grader");
        each(sat.file.path(), |stretch| grader.push(stretch).expect("it follows"));
        grader.finish_drive().expect("a drive graded")
    });
    verdict_of(exam, &options, drives.collect()).expect("a verdict")
}

fn main() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    one.install(|| {
        let pack = builtin("beijing-2018").expect("the pack");
        let (track, exam) = (field(), Exam::parse(pack.name, pack.text).expect("a sound pack"));
        let all: Vec<Sat> = items().iter().map(|i| sat(&track, i.id)).collect();
        let driven_s: f64 = all.iter().filter_map(|s| s.drive.span()).map(|s| s.len_ns() as f64 * 1e-9).sum();
        let poses: u64 = all.iter().map(|s| s.drive.samples()).sum();
        let verdict = graded(&track, &exam, &all);
        let reached = verdict.level.as_ref().and_then(|l| l.reached.as_deref()).unwrap_or("none");
        println!("T5: {} drives, {driven_s:.0} s driven, {poses} poses, level reached {reached}", all.len());
        assert_eq!(reached, "T5", "{:#?}", verdict.reasons);
        let tries = |s: &Sat| tried(&track, &exam, s).tries.len() as u64;
        let cases = vec![
            Case::new(format!("T5/{READ}"), || {
                all.iter().map(|s| harness::read_only(&s.drive)).fold(0, |a, b| a ^ b)
            }),
            Case::new(format!("T5/{FIND}"), || all.iter().map(tries).sum()),
            Case::new(format!("T5/{WORK}"), || graded(&track, &exam, &all).findings.len() as u64),
        ];
        harness::run("exam", cases, CLAIMS);
        if let Some(rounds) = std::env::var("LUKAO_RATIOS").ok().and_then(|v| v.parse::<usize>().ok()) {
            let once = || {
                let begin = thread_ns();
                std::hint::black_box(graded(&track, &exam, &all));
                (thread_ns() - begin) as f64 * 1e-9
            };
            let least = (0..rounds).map(|_| once()).fold(f64::INFINITY, f64::min);
            println!("T5 graded {:.0} × as fast as it was driven (goal 20,000)", driven_s / least);
        }
    });
}
