//! All rules on a dense hour in a city, from the native file, on one thread.
//!
//!     LUKAO_RATIOS=7 cargo bench -p lukao-exam --bench rules
//!     LUKAO_TABLE=1 cargo bench -p lukao-exam --bench rules     # each rule's time, alone and among the others

#![allow(clippy::print_stdout, clippy::expect_used)]

mod city;
mod harness;

use std::fmt::Write;
use std::fs::File;
use std::path::Path;

use harness::{Case, Claim, Wanted, thread_ns, wanted};
use lukao_contact::build_index;
use lukao_exam::{Exam, Grader, Options, Verdict};
use lukao_logs::native::{self, Writer};
use lukao_logs::{DriveSource, ReadOptions};
use lukao_measure::{Admit, Held, LOOK_AHEAD_NS, LOOK_BACK_NS, Measures};
use lukao_model::{Drive, Interval, Intervals};
use lukao_reference::workload::{Shape, W2, drive};
use lukao_rules::{ALL, Context, Entry, Instance};
use lukao_track::Track;

/// Half the time; half the time and half the actors.
const SIZES: [(&str, Shape); 3] = [
    ("W2", W2),
    ("W2/2", Shape { steps: W2.steps / 2, ..W2 }),
    ("W2/4", Shape { steps: W2.steps / 2, actors: W2.actors / 2, ..W2 }),
];

const WORK: &str = "file mapped to all rules";
const READ: &str = "read x and y once";

/// Reading, cutting into blocks, and nothing else.
const IDLE: &str = "file mapped to a rule that lacks its channel";

/// A rule that needs what the workload does not log.
const LACKING: &str = "manual-driving";

const CLAIMS: &[Claim] = &[
    Claim { input: "W2", work: WORK, rival: READ, wanted: Wanted::Within(30.0) },
    Claim { input: "W2/2", work: WORK, rival: READ, wanted: Wanted::Within(30.0) },
    Claim { input: "W2/4", work: WORK, rival: READ, wanted: Wanted::Within(30.0) },
    Claim { input: "W2", work: WORK, rival: "all rules in memory", wanted: Wanted::Nothing },
    Claim { input: "W2", work: WORK, rival: IDLE, wanted: Wanted::Nothing },
    Claim {
        input: "W2",
        work: WORK,
        rival: "without a map: file mapped to all rules",
        wanted: Wanted::Nothing,
    },
];

/// An exam of these rules, each with its own defaults.
fn exam(rules: &[Entry]) -> Exam {
    let mut text = String::from(
        "format = 1\n[exam]\nid = \"all\"\nedition = \"1\"\ntitle = { zh = \"-\", en = \"-\" }\nissuer = \"-\"\n\
         about = \"-\"\ndecision = \"simple\"\n[exam.score]\nstart = 100\npass = 0\nfloor = 0\n\
         scope = \"vehicle-and-exam\"\nsource = { doc = \"-\", basis = \"profile\" }\n",
    );
    for rule in rules {
        let id = rule.meta.id;
        let _ = writeln!(
            text,
            "[[item]]\nid = \"{id}\"\ntitle = {{ zh = \"-\", en = \"-\" }}\narea = \"all\"\nexercise = \"if-met\"\n\
             [[item.require]]\nrule = \"{id}\"\npoints = 1\nsource = {{ doc = \"-\", basis = \"profile\" }}"
        );
    }
    Exam::parse("all.toml", &text).expect("a sound exam")
}

/// Writes a drive as the command does: in segments, each with its index.
fn write(d: &Drive) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("room for a file");
    let layout = native::Layout::of(&build_index(d).expect("an index"));
    let mut segments = native::segments(d, native::SEGMENT_NS).expect("segments").peekable();
    let mut writer = Writer::new(file, segments.peek().unwrap_or(d), &layout).expect("a header");
    for s in segments {
        writer.push(&build_index(&s).expect("an index")).expect("a segment written");
    }
    writer.finish().expect("a file written")
}

/// From the file, mapped into memory, to the verdict.
#[allow(unsafe_code)]
fn from_map(path: &Path, track: Option<&Track>, exam: &Exam) -> Verdict {
    let file = File::open(path).expect("the file written before");
    // SAFETY: nobody else knows this temporary file.
    let mapped = unsafe { memmap2::Mmap::map(&file) }.expect("a file that can be mapped");
    let mut source = native::over(mapped, "W2", &ReadOptions::default()).expect("a drive file");
    let mut grader = Grader::new(track, exam, &Options::default()).expect("a grader");
    while let Some(stretch) = source.next_stretch().expect("a sound segment") {
        grader.push(&stretch).expect("it follows");
    }
    grader.finish().expect("a verdict")
}

fn in_memory(d: &Drive, track: Option<&Track>, exam: &Exam) -> Verdict {
    lukao_exam::grade(d, track, exam, &Options::default()).expect("a verdict")
}

fn cases<'a>(
    input: &'a str,
    d: &'a Drive,
    track: &'a Track,
    path: &'a Path,
    exams: &'a [Exam; 2],
) -> Vec<Case<'a>> {
    let [all, idle] = exams;
    let (verdict, memory) = (from_map(path, Some(track), all), in_memory(d, Some(track), all));
    println!(
        "{input}: {} poses, {} bytes of file; {} lanes, {} junctions, {} stop lines; {} findings",
        d.samples(),
        std::fs::metadata(path).map_or(0, |m| m.len()),
        track.lanes().count(),
        track.paths().map(|p| &p.1.junction).collect::<std::collections::BTreeSet<_>>().len(),
        track.stop_lines().count(),
        verdict.findings.len(),
    );
    assert_eq!(verdict.findings, memory.findings, "the file gives what memory gives");
    assert!(!verdict.findings.is_empty(), "the rules have something to find");
    let found = |v: &Verdict| v.findings.len() as u64;
    vec![
        Case::new(format!("{input}/{READ}"), || harness::read_only(d)),
        Case::new(format!("{input}/{WORK}"), move || found(&from_map(path, Some(track), all))),
        Case::new(format!("{input}/all rules in memory"), move || found(&in_memory(d, Some(track), all))),
        Case::new(format!("{input}/{IDLE}"), move || found(&from_map(path, Some(track), idle))),
        Case::new(format!("{input}/without a map: {WORK}"), move || found(&from_map(path, None, all))),
    ]
}

/// Milliseconds of each rule over the blocks of a drive in memory; of a measure that several share the first pays for all.
fn times(d: &Drive, track: &Track, rules: &[Entry]) -> (f64, Vec<f64>) {
    let held = Held::default();
    let scope = Intervals::all();
    let mut at_work: Vec<Box<dyn Instance>> =
        rules.iter().map(|r| r.load(&toml::Table::new()).expect("defaults")).collect();
    let mut spent = vec![0; rules.len()];
    let mut ego = 0;
    let span = d.span().expect("a drive");
    let step = lukao_exam::DEFAULT_BLOCK_NS;
    let mut from_ns = span.from_ns.div_euclid(step) * step;
    while from_ns <= span.to_ns {
        let block = Interval { from_ns, to_ns: from_ns + step };
        let begin = thread_ns();
        let window = d.slice(block.from_ns - LOOK_BACK_NS, block.to_ns + LOOK_AHEAD_NS);
        let measures = Measures::new(&window, block, Some(track), Admit::ALL, &held);
        let _ = measures.ego();
        let mut last = thread_ns();
        ego += last - begin;
        for (rule, spent) in at_work.iter_mut().zip(&mut spent) {
            rule.scan(&Context::new(&measures, &scope));
            let now = thread_ns();
            *spent += now - last;
            last = now;
        }
        from_ns += step;
    }
    (ego as f64 * 1e-6, spent.into_iter().map(|ns| ns as f64 * 1e-6).collect())
}

/// Prints the time of each rule.
fn table(d: &Drive, track: &Track) {
    let (ego, among) = times(d, track, ALL);
    let mut rows: Vec<(&str, f64, f64)> = ALL
        .iter()
        .zip(&among)
        .map(|(rule, among)| (rule.meta.id, times(d, track, &[*rule]).1[0], *among))
        .collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    println!("{:34} {:>10} {:>10}", "W2, ms", "alone", "among all");
    for (id, alone, among) in rows {
        println!("{id:34} {alone:10.3} {among:10.3}");
    }
    println!("{:34} {:>10} {:10.3}", "windows and the ego's samples", "", ego);
    println!("{:34} {:>10} {:10.3}", "all", "", among.iter().sum::<f64>() + ego);
}

fn main() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    one.install(|| {
        let inputs: Vec<_> = SIZES
            .iter()
            .filter(|s| wanted(s.0))
            .map(|(name, shape)| {
                let d = build_index(&drive(shape)).expect("an index");
                let file = write(&d);
                (*name, d, city::city(shape), file)
            })
            .collect();
        if std::env::var_os("LUKAO_TABLE").is_some() {
            for (_, d, track, _) in &inputs {
                table(d, track);
            }
            return;
        }
        let idle: Vec<Entry> = ALL.iter().filter(|r| r.meta.id == LACKING).copied().collect();
        let exams = [exam(ALL), exam(&idle)];
        let all = inputs.iter().flat_map(|(name, d, track, file)| cases(name, d, track, file.path(), &exams));
        harness::run("rules", all.collect(), CLAIMS);
    });
}
