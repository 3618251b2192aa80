//! The corpus of bad inputs: each gives exactly the message that `fixtures/bad/expected.toml` says, quickly and
//! in bounded memory. And damage at random to sound files of every format never panics.
//!
//! `LUKAO_BLESS=1 cargo test -p lukao-logs --test bad` makes the corpus anew from the code below and writes down
//! the messages as they are now: review them as a diff.
#![allow(unsafe_code, reason = "an allocator that counts")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use lukao_logs::{Bundle, Input, Limits, ReadOptions, native, osi};
use lukao_testkit::Rng;
use serde::{Deserialize, Serialize};

/// Counts what is held, and the most that ever was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The tests of this file measure memory of the whole process, so they take turns.
static TURN: Mutex<()> = Mutex::new(());

/// The promise is 1 s and 500 MB for any input; small files must stay far below.
const MOST_BYTES: usize = 100 << 20;
const MOST_TIME: Duration = Duration::from_secs(1);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/bad")
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The log.
    file: String,
    /// Mapping for tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mapping: Option<String>,
    /// Files beside the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    companions: Vec<String>,
    /// Limit after decompression, if not the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_bytes: Option<u64>,
    /// What reading must say.
    message: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    case: Vec<Case>,
}

fn read_input(path: &str, limits: Limits) -> Result<Input, lukao_model::Error> {
    let name = path.rsplit('/').next().unwrap();
    Input::read(name, std::fs::File::open(folder().join(path)).unwrap(), limits)
}

/// What reading a case says: the error's text, or that it was read.
fn outcome(case: &Case) -> String {
    let mut limits = Limits::default();
    if let Some(most) = case.max_bytes {
        limits.max_bytes = most;
    }
    let read = || {
        let mut options = ReadOptions::default();
        options.limits = limits;
        options.mapping = case.mapping.as_ref().map(|m| read_input(m, limits)).transpose()?;
        let companions = case.companions.iter().map(|c| read_input(c, limits)).collect::<Result<_, _>>()?;
        lukao_logs::read(&Bundle { main: read_input(&case.file, limits)?, companions }, &options)
    };
    match read() {
        Ok(drive) => format!("read without an error: {} samples", drive.samples()),
        Err(e) => e.to_string(),
    }
}

/// Runs something and holds its bounds.
fn bounded<T>(what: &str, f: impl FnOnce() -> T) -> T {
    let before = HELD.load(Relaxed);
    PEAK.store(before, Relaxed);
    let begin = Instant::now();
    let out = f();
    let (took, grew) = (begin.elapsed(), PEAK.load(Relaxed).saturating_sub(before));
    assert!(took < MOST_TIME, "{what} took {took:?}");
    assert!(grew < MOST_BYTES, "{what} took {grew} bytes");
    out
}

#[test]
fn every_bad_input_says_what_is_wrong_with_it() {
    let _turn = TURN.lock();
    if std::env::var_os("LUKAO_BLESS").is_some() {
        bless();
    }
    let text = std::fs::read_to_string(folder().join("expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&text).unwrap();
    assert!(expected.case.len() > 60, "the corpus is there");
    for case in &expected.case {
        let said = bounded(&case.file, || outcome(case));
        assert_eq!(said, case.message, "{}", case.file);
    }
    // No file without a message.
    let mut listed: Vec<&str> = vec!["expected.toml", "README.md"];
    for case in &expected.case {
        listed.push(&case.file);
        listed.extend(case.mapping.as_deref());
        listed.extend(case.companions.iter().map(String::as_str));
    }
    for path in files(&folder(), "") {
        assert!(listed.contains(&path.as_str()), "{path} is in no case");
    }
}

fn files(folder: &Path, under: &str) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            out.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            out.push(name);
        }
    }
    out
}

const MAPPING: &str = r#"name = "plain"
[time]
column = "t"
unit = "s"
[frame]
kind = "local"
name = "field"
[actor]
id = { column = "id" }
[pose]
x = { column = "x" }
y = { column = "y" }
yaw = { column = "yaw" }
[size]
length = { column = "l" }
width = { column = "w" }
[channel]
speed_mps = { column = "v", unit = "km/h" }
"#;

const TABLE: &str = "t,id,x,y,yaw,l,w,v\n0.0,ego,0,0,0,4,2,36\n0.1,ego,1,0,0,4,2,36\n0.2,ego,2,0,0,4,2,36\n";

const FCD: &str = "<fcd-export>\n\
    <timestep time=\"0.0\"><vehicle id=\"ego\" x=\"0.0\" y=\"0.0\" angle=\"90.0\" type=\"DEFAULT_VEHTYPE\" speed=\"10.0\"/></timestep>\n\
    <timestep time=\"0.1\"><vehicle id=\"ego\" x=\"1.0\" y=\"0.0\" angle=\"90.0\" type=\"DEFAULT_VEHTYPE\" speed=\"10.0\"/></timestep>\n\
    </fcd-export>\n";

const SCENARIO: &str = "<commonRoad benchmarkID=\"X-1\" timeStepSize=\"0.1\">\n\
    <obstacle id=\"7\"><role>dynamic</role><type>car</type><shape><rectangle><length>4</length><width>2</width></rectangle></shape>\n\
    <initialState><position><point><x>0</x><y>0</y></point></position><orientation><exact>0</exact></orientation><time><exact>0</exact></time></initialState>\n\
    <trajectory><state><position><point><x>1</x><y>0</y></point></position><orientation><exact>0</exact></orientation><time><exact>1</exact></time></state></trajectory>\n\
    </obstacle>\n</commonRoad>\n";

/// Argoverse's poses, or annotations with these columns of text.
fn feather(texts: &[(&str, &str)]) -> Vec<u8> {
    use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let real = |v: f64| Arc::new(Float64Array::from(vec![v; 3])) as ArrayRef;
    let mut columns =
        vec![("timestamp_ns", Arc::new(Int64Array::from(vec![0, 100_000_000, 200_000_000])) as ArrayRef)];
    columns.extend(
        ["qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"].map(|n| (n, real(f64::from(u8::from(n == "qw"))))),
    );
    for (name, text) in texts {
        let sized = matches!(*name, "length_m" | "width_m" | "height_m");
        columns.push((
            name,
            match text.parse() {
                Ok(v) if sized => real(v),
                _ => Arc::new(StringArray::from(vec![*text; 3])) as ArrayRef,
            },
        ));
    }
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn arrow(compressed: bool) -> Vec<u8> {
    use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    // Enough rows that packing pays, else the writer does not pack.
    let n = if compressed { 300 } else { 3 };
    let rising = |step: f64| {
        let values = (0..n).map(|k| f64::from(k) * step).collect::<Vec<_>>();
        Arc::new(Float64Array::from(values)) as ArrayRef
    };
    let same = |v: f64| Arc::new(Float64Array::from(vec![v; n as usize])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("t", rising(0.125)),
        ("id", Arc::new(StringArray::from(vec!["ego"; n as usize])) as ArrayRef),
        ("x", rising(1.25)),
        ("y", same(0.0)),
        ("yaw", same(0.0)),
        ("l", same(4.0)),
        ("w", same(2.0)),
        ("v", same(36.0)),
    ])
    .unwrap();
    let codec = compressed.then_some(arrow_ipc::CompressionType::ZSTD);
    let options = arrow_ipc::writer::IpcWriteOptions::default().try_with_compression(codec).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        arrow_ipc::writer::FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

/// A sound file of each format that this project reads, with the mapping that it needs.
fn sound() -> Vec<(&'static str, Vec<u8>, bool)> {
    let drive = lukao_testkit::random_drive(3, 40);
    vec![
        ("sound.csv", TABLE.into(), true),
        ("sound.xml", FCD.into(), false),
        ("scenario.xml", SCENARIO.into(), false),
        ("table.arrow", arrow(false), true),
        ("packed.arrow", arrow(true), true),
        ("drive.arrow", native::write(&drive, native::SEGMENT_NS).unwrap(), false),
        ("trace.osi", osi::write_trace(&drive).unwrap(), false),
        ("drive.mcap", osi::write_mcap(&drive).unwrap(), false),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Overwrites bytes where a pattern stands first.
fn patched(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + with.len()].copy_from_slice(with);
    out
}

struct Maker(Vec<Case>);

impl Maker {
    fn write(&self, path: &str, bytes: &[u8]) {
        let to = folder().join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }

    fn add(&mut self, path: &str, bytes: &[u8], mapping: Option<&str>, companions: &[&str]) -> &mut Case {
        self.write(path, bytes);
        self.0.push(Case {
            file: path.into(),
            mapping: mapping.map(str::to_owned),
            companions: companions.iter().map(|c| (*c).to_owned()).collect(),
            max_bytes: None,
            message: String::new(),
        });
        self.0.last_mut().unwrap()
    }
}

/// Makes the corpus and writes down what reading says.
fn bless() {
    let mut m = Maker(Vec::new());
    let plain = "csv/plain.toml";
    m.write(plain, MAPPING.as_bytes());

    // Of every format: nothing, a bit of it, half of it, noise behind its first bytes.
    m.add("any/empty.csv", b"", None, &[]);
    m.add("any/spaces.csv", b" \n \n", Some(plain), &[]);
    let mut rng = Rng::new(11);
    let noise: Vec<u8> = (0..400).map(|_| rng.next_u64() as u8).collect();
    m.add("any/noise.bin", &noise, None, &[]);
    m.add("any/other.xml", b"<html><body/></html>\n", None, &[]);
    m.add("any/cut.csv.gz", &gzip(TABLE.as_bytes())[..40], Some(plain), &[]);
    m.add("any/bomb.csv.gz", &gzip(&vec![b'0'; 3_000_000]), Some(plain), &[]).max_bytes = Some(1_000_000);
    m.add("any/cut.csv.zst", &zstd::encode_all(TABLE.as_bytes(), 1).unwrap()[..30], Some(plain), &[]);
    for (name, bytes, mapped) in sound() {
        let (stem, ending) = name.split_once('.').unwrap();
        let mapping = mapped.then_some(plain);
        for (part, len) in [("head", 24), ("half", bytes.len() / 2), ("end", bytes.len() - 9)] {
            m.add(&format!("any/{stem}-{part}.{ending}"), &bytes[..len], mapping, &[]);
        }
        let mut damaged = bytes[..8].to_vec();
        damaged.extend(&noise);
        m.add(&format!("any/{stem}-noise.{ending}"), &damaged, mapping, &[]);
    }

    // Scenarios of CommonRoad.
    for (name, from, to) in [
        ("no-step", "timeStepSize=\"0.1\"", ""),
        ("no-shape", "<shape>", "<form>"),
        ("no-initial-state", "<initialState>", "<state>"),
        ("no-number", "<x>1<", "<x>one<"),
        ("between-steps", "<exact>1<", "<exact>1.5<"),
        ("two-shapes", "</rectangle>", "</rectangle><circle><radius>1</radius></circle>"),
        ("negative-size", "<width>2", "<width>-2"),
        ("far-time", "<exact>1<", "<exact>999999999999999<"),
        ("nothing", "<obstacle ", "<phantomObstacle "),
    ] {
        let mut text = SCENARIO.replacen(from, to, 1);
        for (open, close) in
            [("<form>", "</shape>"), ("<phantomObstacle ", "</obstacle>"), ("<state>", "</initialState>")]
        {
            if text.contains(open) && to == open {
                text = text.replacen(
                    close,
                    &open.trim_end().replace('<', "</").replace("Obstacle", "Obstacle>").replace(">>", ">"),
                    1,
                );
            }
        }
        m.add(&format!("commonroad/{name}.xml"), text.as_bytes(), None, &[]);
    }

    let one = &SCENARIO[SCENARIO.find("<obstacle").unwrap()..SCENARIO.find("</commonRoad").unwrap()];
    let twice = SCENARIO.replacen("</commonRoad>", &format!("{one}</commonRoad>"), 1);
    m.add("commonroad/twice.xml", twice.as_bytes(), None, &[]);
    let cycle = "<trafficLight id=\"9\"><cycle><cycleElement><duration>1</duration></cycleElement></cycle></trafficLight>";
    let endless = SCENARIO.replacen("<exact>1<", "<exact>4000000<", 1);
    let endless = endless.replacen("</commonRoad>", &format!("{cycle}</commonRoad>"), 1);
    m.add("commonroad/endless-light.xml", endless.as_bytes(), None, &[]);

    // Annotations of Argoverse 2.
    let full =
        [("track_uuid", "a"), ("category", "BUS"), ("length_m", "4"), ("width_m", "2"), ("height_m", "1.5")];
    let poses = "argoverse/city_SE3_egovehicle.feather";
    m.write(poses, &feather(&[]));
    m.add("argoverse/no-poses.feather", &feather(&full), None, &[]);
    m.add("argoverse/no-category.feather", &feather(&full[..1]), None, &[poses]);
    let mut text = full;
    text[2].1 = "long";
    m.add("argoverse/text.feather", &feather(&text), None, &[poses]);
    text[2].1 = "-4";
    m.add("argoverse/negative-size.feather", &feather(&text), None, &[poses]);
    let whole = feather(&full);
    m.add("argoverse/cut.feather", &whole[..whole.len() - 40], None, &[poses]);

    // Text tables.
    let table = |from: &str, to: &str| TABLE.replacen(from, to, 1).into_bytes();
    for (name, bytes) in [
        ("header-only", b"t,id,x,y,yaw,l,w,v\n".to_vec()),
        ("missing-columns", table("yaw,l", "course,l")),
        ("column-twice", table("t,id,x", "t,id,y")),
        ("short-row", table("1,0,0,4,2,36", "1,0,0,4")),
        ("long-row", table("1,0,0,4,2,36", "1,0,0,4,2,36,7")),
        ("no-number", table("0.1,ego,1", "0.1,ego,one")),
        ("no-time", table("0.1,ego", "noon,ego")),
        ("huge-time", table("0.1,ego", "99999999999999,ego")),
        ("no-id", table("0.1,ego", "0.1,")),
        ("backward-time", table("0.2,ego", "-9.9,ego")),
        ("negative-size", table("1,0,0,4,2", "1,0,0,4,-2")),
        ("zero-size", table("1,0,0,4,2", "1,0,0,0,2")),
        ("nan-size", table("1,0,0,4,2", "1,0,0,NaN,2")),
        ("huge-size", table("1,0,0,4,2", "1,0,0,1e9,2")),
        ("no-size", table("0,0,0,4,2", "0,0,0,,")),
        (
            "only-nan",
            TABLE.replace("ego,0", "ego,nan").replace("ego,1", "ego,inf").replace("ego,2", "ego,").into(),
        ),
        ("not-utf8", [&table("0.1,ego", "0.1,ego")[..30], b"\xff\xfe", &TABLE.as_bytes()[30..]].concat()),
        ("utf16", b"\xff\xfet\0,\0i\0d\0\n\0".to_vec()),
    ] {
        m.add(&format!("csv/{name}.csv"), &bytes, Some(plain), &[]);
    }
    m.add("csv/unknown.csv", b"time,lat,lon\n0,1,2\n", None, &[]);
    let mut mapping = |name: &str, from: &str, to: &str| {
        let path = format!("csv/{name}.toml");
        m.write(&path, MAPPING.replacen(from, to, 1).as_bytes());
        m.write(&format!("csv/{name}.csv"), TABLE.as_bytes());
        m.add(&format!("csv/{name}.csv"), TABLE.as_bytes(), Some(&path), &[]);
    };
    mapping("unknown-key", "[frame]", "[frames]");
    mapping("unknown-unit", "km/h", "knots");
    mapping("unknown-time-unit", "unit = \"s\"", "unit = \"min\"");
    mapping("unknown-channel", "speed_mps", "speed");
    mapping("broken-toml", "[pose]", "[pose");
    mapping("frames-without-rate", "unit = \"s\"", "unit = \"frame\"");
    m.add("csv/01_tracks.csv", b"frame,id,x,y,width,height,xVelocity,yVelocity,xAcceleration,yAcceleration,laneId\n1,1,0,0,4,2,1,0,0,0,1\n", None, &[]);
    m.write("csv/02_tracksMeta.csv", b"id,class,drivingDirection\n1,Car,1\n");
    m.write("csv/02_recordingMeta.csv", b"id,frameRate\n2,0\n");
    m.add("csv/02_tracks.csv", b"frame,id,x,y,width,height,xVelocity,yVelocity,xAcceleration,yAcceleration,laneId\n1,1,0,0,4,2,1,0,0,0,1\n", None, &["csv/02_tracksMeta.csv", "csv/02_recordingMeta.csv"]);
    m.add("csv/full_log.csv", b"esmini GIT REV: x\nNumber of Vehicles: 1\n", None, &[]);

    // Arrow tables: numbers that lie.
    let file = arrow(false);
    let n = file.len();
    m.add("arrow/footer-length.arrow", &patched(&file, n - 10, &i32::MAX.to_le_bytes()), Some(plain), &[]);
    m.add("arrow/footer-negative.arrow", &patched(&file, n - 10, &(-5i32).to_le_bytes()), Some(plain), &[]);
    let packed = arrow(true);
    // The declared size before the first zstd frame.
    let frame = packed.windows(4).position(|w| w == [0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    m.add(
        "arrow/buffer-size.arrow",
        &patched(&packed, frame - 8, &(1i64 << 45).to_le_bytes()),
        Some(plain),
        &[],
    );
    m.add("arrow/buffer-noise.arrow", &patched(&packed, frame + 5, &noise[..12]), Some(plain), &[]);
    m.add("arrow/no-column.arrow", &arrow(false), Some("arrow/other.toml"), &[]);
    m.write("arrow/other.toml", MAPPING.replace("\"yaw\"", "\"heading\"").as_bytes());
    m.add("arrow/unknown.arrow", &arrow(false), None, &[]);
    if !cfg!(feature = "parquet") {
        m.add("arrow/not-built-in.parquet", b"PAR1\0\0\0\0PAR1", Some(plain), &[]);
    }

    // SUMO.
    let fcd = |from: &str, to: &str| FCD.replacen(from, to, 1).into_bytes();
    for (name, bytes) in [
        ("no-size", fcd("DEFAULT_VEHTYPE", "racer")),
        ("no-number", fcd("x=\"1.0\"", "x=\"one\"")),
        ("no-attribute", fcd(" angle=\"90.0\"", "")),
        ("no-time", fcd("time=\"0.1\"", "time=\"\"")),
        ("backward-time", fcd("time=\"0.1\"", "time=\"-3\"")),
        ("outside-step", fcd("<timestep time=\"0.0\">", "<other>").to_vec()),
        ("crossed-tags", fcd("</timestep>", "</step>")),
        ("only-nan", FCD.replace("y=\"0.0\"", "y=\"NaN\"").into_bytes()),
        ("no-steps", b"<fcd-export></fcd-export>\n".to_vec()),
        ("deep", format!("<fcd-export>{}", "<a>".repeat(2000)).into_bytes()),
        (
            "not-utf8",
            fcd("id=\"ego\"", "id=\"e?o\"").iter().map(|b| if *b == b'?' { 0xff } else { *b }).collect(),
        ),
    ] {
        m.add(&format!("sumo/{name}.fcd.xml"), &bytes, None, &[]);
    }
    for (name, text) in [
        ("a/actors.csv", "id,length_m,width_m\nego,4.5,-1\n"),
        ("b/actors.csv", "id,length,width\nego,4.5,1.8\n"),
        ("c/signal_states.csv", "time_s,tls_id,state\n0.0,C,rGx\n"),
        ("d/signal_states.csv", "time_s,tls_id,state\nsoon,C,rG\n"),
        ("e/vehroutes.xml", "<routes><vType id=\"a\" length=\"-4\" width=\"2\"/></routes>"),
        ("f/tls_states.xml", "<tlsStates><tlsState time=\"0\" id=\"C\"/></tlsStates>"),
    ] {
        let path = format!("sumo/{name}");
        m.write(&path, text.as_bytes());
        m.add(&format!("sumo/{}/fcd.xml", &name[..1]), FCD.as_bytes(), None, &[&path]);
    }

    let mut cases = m.0;
    for case in &mut cases {
        case.message = outcome(case);
    }
    let head = "# What reading each bad input must say. Made by `LUKAO_BLESS=1 cargo test -p lukao-logs --test bad`\n\
        # from crates/logs/tests/bad.rs; review the difference.\n\n";
    let text = toml::to_string(&Expected { case: cases }).unwrap();
    std::fs::write(folder().join("expected.toml"), format!("{head}{text}")).unwrap();
}

#[test]
fn damage_at_random_never_panics() {
    let _turn = TURN.lock();
    let rounds = if std::env::var_os("LUKAO_FULL").is_some() { 200_000 } else { 3_000 };
    let mut options = ReadOptions::default();
    options.mapping = Some(Input { name: "plain.toml".into(), bytes: MAPPING.into() });
    let mut rng = Rng::new(5);
    let mut refused = 0;
    let inputs = sound();
    for (name, bytes, _) in &inputs {
        let whole = Bundle { main: Input { name: (*name).into(), bytes: bytes.clone() }, companions: vec![] };
        lukao_logs::read(&whole, &options).unwrap();
    }
    for round in 0..rounds {
        let (name, bytes, _) = &inputs[round % inputs.len()];
        let mut bytes = bytes.clone();
        for _ in 0..=rng.below(4) {
            let at = rng.below(bytes.len().max(1));
            match rng.below(5) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] = rng.next_u64() as u8,
                2 if !bytes.is_empty() => bytes[at] ^= 1 << rng.below(8),
                3 => {
                    let end = (at + 8).min(bytes.len());
                    bytes[at..end].fill([0, 0x7f, 0x80, 0xff][rng.below(4)]);
                }
                _ => {
                    let end = (at + rng.below(64)).min(bytes.len());
                    let part = bytes[at.min(end)..end].to_vec();
                    let to = rng.below(bytes.len().max(1)).min(bytes.len());
                    bytes.splice(to..to, part);
                }
            }
        }
        let bundle = Bundle { main: Input { name: (*name).into(), bytes }, companions: vec![] };
        let what = format!("{name} in round {round}");
        // What can be read must keep the promises of its type.
        match bounded(&what, || lukao_logs::read(&bundle, &options)) {
            Ok(drive) => drive.verify().unwrap(),
            Err(e) => {
                assert!(!e.expected.is_empty() && !e.found.is_empty(), "{what}: {e}");
                refused += 1;
            }
        }
    }
    assert!(refused > rounds / 2, "{refused} of {rounds}");
}
