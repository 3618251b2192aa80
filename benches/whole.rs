//! From a native file to contacts in continuous time and clearance, and a real drive.
//!
//!     LUKAO_RATIOS=9 cargo bench -p lukao-logs --bench whole
//!     LUKAO_DATA=DIR LUKAO_ONLY=real LUKAO_RATIOS=9 cargo bench -p lukao-logs --bench whole

#![allow(clippy::print_stdout, clippy::expect_used)]

mod harness;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use harness::{Case, Claim, Wanted, wanted};
use lukao_contact::{ContactInterval, ContactScan, Options, build_index, clearance_column, verify_index};
use lukao_logs::input::companion_names;
use lukao_logs::native::{self, NativeReader, Writer};
use lukao_logs::{Bundle, Columns, DriveSource, Input, Limits, ReadOptions};
use lukao_model::{ActorIx, Drive, Interval};
use lukao_reference::workload::{W2, drive};
use rayon::ThreadPool;

const CLAIMS: &[Claim] = &[
    claim("W2", "file mapped to contacts and clearance", "read x and y once", Wanted::Within(4.0)),
    claim(
        "W2",
        "file mapped to contacts and clearance",
        "contacts and clearance in memory",
        Wanted::Within(1.2),
    ),
    claim("W2", "file to contacts and clearance", "read x and y once", Wanted::Within(4.0)),
    claim("W2", "file to contacts and clearance", "contacts and clearance in memory", Wanted::Within(1.2)),
    claim("W2", "file of minutes to contacts and clearance", "read x and y once", Wanted::Within(4.0)),
    claim("W2", "file to contacts, 1 thread", "file to contacts, 2 threads", Wanted::Nothing),
    claim(
        "W2",
        "the same with the integrity pass, 2 threads",
        "file to contacts, 2 threads",
        Wanted::Nothing,
    ),
];

const fn claim(input: &'static str, work: &'static str, rival: &'static str, wanted: Wanted) -> Claim {
    Claim { input, work, rival, wanted }
}

/// A segment that fits the cache.
const MINUTE_NS: i64 = 60_000_000_000;

/// What comes out of a drive.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    contacts: Vec<ContactInterval>,
    /// Bits of every distance, folded.
    distances: u64,
}

impl Answer {
    fn add_column(&mut self, window: &Drive, ego: ActorIx, block: Interval) {
        let column = clearance_column(window, ego, block, &Options::default());
        for d in column.distance_m.iter() {
            self.distances = self.distances.rotate_left(5) ^ d.map_or(1, f64::to_bits);
        }
    }
}

fn in_memory(d: &Drive, ego: ActorIx) -> Answer {
    let found = lukao_contact::contacts(d, ego, &Options::default());
    let mut answer = Answer { contacts: found.intervals, distances: 0 };
    answer.add_column(d, ego, Interval::ALL);
    answer
}

fn open(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).expect("the file written before"))
}

/// Poses and index only.
fn poses() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.columns = Columns::Pose(Vec::new());
    options
}

/// By positioned reads.
fn from_file(path: &Path, ego: ActorIx) -> Answer {
    from_source(NativeReader::open(open(path), "W2", &poses()).expect("a drive file"), ego)
}

/// The file mapped into memory, so that only what is looked at is brought.
#[allow(unsafe_code)]
fn from_map(path: &Path, ego: ActorIx) -> Answer {
    let file = File::open(path).expect("the file written before");
    // SAFETY: nobody else knows this temporary file.
    let mapped = unsafe { memmap2::Mmap::map(&file) }.expect("a file that can be mapped");
    from_source(native::over(mapped, "W2", &poses()).expect("a drive file"), ego)
}

/// How much of a segment is looked at together with the next one's begin.
const SEAM_NS: i64 = 1_000_000_000;

/// Segment by segment, in the memory of two; only the seam between them is joined.
fn from_source(mut source: impl DriveSource, ego: ActorIx) -> Answer {
    let mut next = || source.next_stretch().expect("a sound segment");
    let (mut scan, mut answer) = (ContactScan::new(ego, Options::default()), Answer::default());
    let mut look = |window: &Drive, block: Interval| {
        scan.scan(window, block);
        answer.add_column(window, ego, block);
    };
    let (mut from, mut here) = (i64::MIN, next());
    while let Some(segment) = here {
        here = next();
        let ends = (segment.span(), here.as_ref().and_then(Drive::span));
        let (Some(after), (Some(own), Some(begin))) = (&here, ends) else {
            look(&segment, Interval::new(from, i64::MAX));
            break;
        };
        let seam = (own.to_ns - SEAM_NS).max(from.max(own.from_ns));
        look(&segment, Interval::new(from, seam));
        let (left, right) =
            (segment.slice(seam - SEAM_NS, i64::MAX), after.slice(begin.from_ns, begin.from_ns + SEAM_NS));
        look(&left.append(&right).expect("it follows"), Interval::new(seam, begin.from_ns));
        from = begin.from_ns;
    }
    answer.contacts = scan.finish().intervals;
    answer
}

/// The same, while a second pass hashes the file and checks its values and its index.
fn with_integrity(path: &Path, ego: ActorIx) -> u64 {
    std::thread::scope(|scope| {
        let check = scope.spawn(|| {
            native::verify_stream(open(path), "W2", &ReadOptions::default(), &mut verify_index)
                .expect("a file that holds what it says")
        });
        let answer = from_file(path, ego);
        answer.distances ^ u64::from(check.join().expect("no fault").sha256[0])
    })
}

/// Writes a drive as the command does: in segments, each with its index.
fn write(d: &Drive, segment_ns: i64) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("room for a file");
    let layout = native::Layout::of(&build_index(d).expect("an index"));
    let mut segments = native::segments(d, segment_ns).expect("segments").peekable();
    let mut writer = Writer::new(file, segments.peek().unwrap_or(d), &layout).expect("a header");
    for s in segments {
        writer.push(&build_index(&s).expect("an index")).expect("a segment written");
    }
    writer.finish().expect("a file written")
}

fn whole<'a>(d: &'a Drive, path: &'a Path, threads: &'a [ThreadPool; 2]) -> Vec<Case<'a>> {
    let ego = ActorIx(0);
    let (want, got) = (in_memory(d, ego), from_file(path, ego));
    let bytes = std::fs::metadata(path).map_or(0, |m| m.len());
    println!("W2: {} poses, {bytes} bytes of file, {} contacts", d.samples(), got.contacts.len());
    assert_eq!(want, got, "the file gives what memory gives");
    assert_eq!(want, from_map(path, ego), "mapped, too");
    let mut all = vec![
        Case::new("W2/read x and y once".into(), || harness::read_only(d)),
        Case::new("W2/contacts and clearance in memory".into(), move || in_memory(d, ego).distances),
        Case::new("W2/file to contacts and clearance".into(), move || from_file(path, ego).distances),
        Case::new("W2/file mapped to contacts and clearance".into(), move || from_map(path, ego).distances),
        Case::new("W2/integrity pass alone".into(), move || {
            let all = ReadOptions::default();
            native::verify_stream(open(path), "W2", &all, &mut verify_index).map_or(0, |i| i.samples)
        })
        .slow(),
    ];
    for (pool, how) in threads.iter().zip(["1 thread", "2 threads"]) {
        let plain = move || pool.install(|| from_file(path, ego).distances);
        let checked = move || pool.install(|| with_integrity(path, ego));
        all.push(Case::new(format!("W2/file to contacts, {how}"), plain).wall());
        all.push(Case::new(format!("W2/the same with the integrity pass, {how}"), checked).slow().wall());
    }
    all
}

/// The logs under `LUKAO_DATA` that have an ego and others, with what belongs to them.
fn real() -> Option<(PathBuf, Drive)> {
    let mut todo = vec![PathBuf::from(std::env::var_os("LUKAO_DATA")?)];
    let mut best: Option<(PathBuf, Drive)> = None;
    while let Some(dir) = todo.pop() {
        let mut inside: Vec<PathBuf> =
            std::fs::read_dir(&dir).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
        inside.sort();
        for path in inside {
            if path.is_dir() {
                todo.push(path);
                continue;
            }
            let input = |p: &Path, name: &str| {
                Input::read(name.to_owned(), File::open(p).ok()?, Limits::default()).ok()
            };
            let name = path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
            let Some(main) = input(&path, &name) else { continue };
            let names = companion_names(&name, None);
            let companions = names.iter().filter_map(|c| input(&dir.join(c), c)).collect();
            let Some(d) = with_ego(&Bundle { main, companions }) else { continue };
            if best.as_ref().is_none_or(|b| b.1.samples() < d.samples()) {
                best = Some((path, d));
            }
        }
    }
    best
}

fn with_ego(bundle: &Bundle) -> Option<Drive> {
    ["ego", "Ego"].into_iter().map(Some).chain([None]).find_map(|name| {
        let mut options = ReadOptions::default();
        options.ego = name.map(str::to_owned);
        lukao_logs::read(bundle, &options).ok().filter(|d| d.header().ego.is_some())
    })
}

fn real_cases(d: &Drive) -> Vec<Case<'_>> {
    let Some(ego) = d.header().ego else { return Vec::new() };
    vec![
        Case::new("real/read x and y once".into(), || harness::read_only(d)),
        Case::new("real/contacts".into(), move || {
            lukao_contact::contacts(d, ego, &Options::default()).intervals.len() as u64
        }),
        Case::new("real/contacts and clearance in memory".into(), move || in_memory(d, ego).distances),
    ]
}

fn main() {
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let threads = [pool(1), pool(2)];
    pool(1).install(|| {
        let w2 = wanted("W2").then(|| drive(&W2)).map(|d| {
            let files = [write(&d, native::SEGMENT_NS), write(&d, MINUTE_NS)];
            (build_index(&d).expect("an index"), files)
        });
        let log = if wanted("real") { real() } else { None };
        let indexed = log.map(|(path, d)| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let actors = d.header().actors.len();
            println!("real: {}, {} poses of {actors} actors", name.unwrap_or_default(), d.samples());
            build_index(&d).expect("an index")
        });
        let mut cases = Vec::new();
        if let Some((d, [file, minutes])) = &w2 {
            cases.extend(whole(d, file.path(), &threads));
            cases.push(Case::new("W2/file of minutes to contacts and clearance".into(), || {
                from_file(minutes.path(), ActorIx(0)).distances
            }));
        }
        cases.extend(indexed.iter().flat_map(real_cases));
        harness::run("whole", cases, CLAIMS);
    });
}
