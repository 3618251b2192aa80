//! The same input gives the same bytes: on one thread or eight, however the log was cut, whatever the length of a block.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod runs_support;

use std::fs;

use lukao::logs::{Bundle, Input, Limits, ReadOptions};
use lukao::model::time::{MS, S};
use lukao::{Align, Drive, Exam, Grader, Options, Track};
use lukao_testkit::Rng;
use runs_support::{Run, runs};

/// A fixture's drive and its track, in the drive's frame.
fn open(run: &Run) -> (Drive, Track) {
    let file = fs::File::open(run.drive()).unwrap();
    let main = Input::read(run.shown(), file, Limits::default()).unwrap();
    let drive = lukao::logs::read(&Bundle { main, companions: Vec::new() }, &ReadOptions::default()).unwrap();
    let named = drive.header().track.clone().expect("a fixture names its track");
    let dir = run.dir.join(&named);
    let map = fs::read(dir.join("field.xodr")).unwrap();
    let survey = fs::read_to_string(dir.join("survey.toml")).unwrap();
    let track = Track::from_parts(&named, &map, Some(&survey)).unwrap();
    let track = lukao::place(&track, &drive.header().frame, Align::Identity).unwrap().track().clone();
    (drive, track)
}

/// The JSON verdict of a drive pushed in these pieces.
fn graded(pieces: impl IntoIterator<Item = Drive>, track: &Track, exam: &Exam, block_ns: i64) -> String {
    let mut options = Options::default();
    options.block_ns = block_ns;
    let mut grader = Grader::new(Some(track), exam, &options).unwrap();
    for piece in pieces {
        grader.push(&piece).unwrap();
    }
    lukao::report::json::verdict(&grader.finish().unwrap()).unwrap()
}

/// The drive cut at some random times, among them times between samples and cuts a sample apart.
fn split(drive: &Drive, rng: &mut Rng) -> Vec<Drive> {
    let span = drive.span().unwrap();
    let len = (span.to_ns - span.from_ns) as usize;
    let mut cuts: Vec<i64> = (0..1 + rng.below(30)).map(|_| span.from_ns + rng.below(len) as i64).collect();
    for _ in 0..rng.below(4) {
        let near = cuts[rng.below(cuts.len())];
        cuts.push(near + rng.below(100) as i64 * MS);
    }
    cuts.extend([i64::MIN, i64::MAX]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|w| drive.slice(w[0], w[1])).filter(|d| d.span().is_some()).collect()
}

/// First place where two reports differ, for a readable failure.
fn assert_same(a: &str, b: &str, what: &str) {
    for (k, (x, y)) in a.lines().zip(b.lines()).enumerate() {
        assert_eq!(x, y, "{what}: line {} of the report", k + 1);
    }
    assert_eq!(a.len(), b.len(), "{what}");
}

#[test]
fn a_log_in_pieces_gives_the_bytes_of_the_whole() {
    let exam = lukao::exam("general-road").unwrap();
    let splits = 100;
    for run in runs() {
        let (drive, track) = open(&run);
        let whole = graded([drive.clone()], &track, &exam, Options::default().block_ns);
        let mut rng = Rng::new(7);
        let mut pieces = 0;
        for k in 0..splits {
            let parts = split(&drive, &mut rng);
            pieces += parts.len();
            // Short blocks are graded while the log is still coming; the default one waits for its end.
            let block_ns = if k % 4 == 0 { 10 * S } else { Options::default().block_ns };
            assert_same(&whole, &graded(parts, &track, &exam, block_ns), &format!("{}, split {k}", run.name));
        }
        assert!(pieces > 5 * splits, "{}: {pieces} pieces", run.name);
    }
}

#[test]
fn block_length_does_not_matter() {
    let exam = lukao::exam("general-road").unwrap();
    for run in runs() {
        let (drive, track) = open(&run);
        let whole = graded([drive.clone()], &track, &exam, Options::default().block_ns);
        for block_ns in [S, 3_700 * MS, 10 * S, 47 * S, 3600 * S] {
            let now = graded([drive.clone()], &track, &exam, block_ns);
            assert_same(&whole, &now, &format!("{} in blocks of {block_ns} ns", run.name));
        }
    }
}

/// Findings that begin in one block and end in another are there, so the tests above had something to break.
#[test]
fn findings_cross_blocks() {
    let exam = lukao::exam("general-road").unwrap();
    let mut across = 0;
    for run in runs() {
        let (drive, track) = open(&run);
        let text = graded([drive], &track, &exam, S);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        for f in report["findings"].as_array().unwrap() {
            let second = |key: &str| f[key].as_i64().unwrap().div_euclid(S);
            across += usize::from(second("from_ns") != second("to_ns"));
        }
    }
    assert!(across >= 3, "{across} findings last over a block's end");
}

#[cfg(feature = "cli")]
#[test]
fn the_number_of_jobs_does_not_matter() {
    use runs_support::lukao;
    let dir = tempfile::tempdir().unwrap();
    let shown: Vec<String> = runs().iter().map(Run::shown).collect();
    let mut outputs = Vec::new();
    for jobs in ["1", "8"] {
        let out = dir.path().join(jobs);
        let mut printed = Vec::new();
        for format in ["text", "json"] {
            let to = out.join(format);
            let mut args = vec!["grade"];
            args.extend(shown.iter().map(String::as_str));
            args.extend(["--format", format, "--jobs", jobs, "--out", to.to_str().unwrap()]);
            let done = lukao(&args);
            assert_ne!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
            printed.push(String::from_utf8_lossy(&done.stdout).replace(to.to_str().unwrap(), "OUT"));
        }
        let mut files = Vec::new();
        let mut folders = vec![out.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.strip_prefix(&out).unwrap().to_owned(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        assert!(files.len() >= 2 * shown.len(), "a report a drive and format: {}", files.len());
        outputs.push((printed, files));
    }
    let (one, eight) = (&outputs[0], &outputs[1]);
    assert_eq!(one.0, eight.0, "what is printed");
    for ((name, a), (other, b)) in one.1.iter().zip(&eight.1) {
        assert_eq!(name, other);
        assert_same(&String::from_utf8_lossy(a), &String::from_utf8_lossy(b), &name.display().to_string());
    }
    assert_eq!(one.1.len(), eight.1.len());
}
