//! Tables through mappings: text, Arrow; long and wide; the built-in ones on small tables of our own.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use lukao_logs::{Bundle, Input, ReadOptions, table};
use lukao_model::channel::{Accuracy, Indicator, SignalState, Switch};
use lukao_model::frame::Crs;
use lukao_model::time::{MS, S};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Drive, Error, Origin, Subject};

fn input(name: &str, bytes: impl Into<Vec<u8>>) -> Input {
    Input { name: name.into(), bytes: bytes.into() }
}

fn read_with(main: Input, companions: Vec<Input>, mapping: Option<&str>) -> Result<Drive, Error> {
    let mut options = ReadOptions::default();
    options.mapping = mapping.map(|m| input("mapping.toml", m));
    table::read(&Bundle { main, companions }, &options)
}

fn read(text: &str, mapping: &str) -> Result<Drive, Error> {
    read_with(input("run.csv", text), vec![], Some(mapping))
}

/// A long table, one row an actor and time.
const LONG: &str = r#"
name = "long"
[time]
column = "t"
unit = "ms"
[stream]
base = "gps"
sync = "pps"
accuracy-ns = 1000
origin = "reference"
[frame]
kind = "local"
name = "field"
[actor]
id = { column = "who" }
class = { column = "kind", codes = { c = "car", p = "pedestrian" } }
ego = "a"
[pose]
x = { column = "east", unit = "km" }
y = { column = "north" }
yaw = { column = "heading" }
angle = "deg-cw-from-north"
reference = "front-bumper"
[size]
length = { column = "len" }
width = { column = "wid" }
accuracy-m = 0.02
[accuracy]
position-m = 0.05
yaw-rad = 0.01
[channel]
speed_mps = { column = "v", unit = "km/h", accuracy = 0.1 }
indicator = { column = "ind", codes = { N = "off", L = "left" } }
brake_lamp = { column = "stop" }
fault = { column = "msg" }
"#;

const LONG_ROWS: &str = "t,who,kind,east,north,heading,len,wid,v,ind,stop,msg\n\
    0,a,c,1.0,20,90,4,2,36,L,1,\n\
    0,b,p,1.1,20,0,0.5,0.6,3.6,N,0,\n\
    100,a,c,1.001,20,90,4,2,36,L,0,hot\n\
    100,b,p,1.1,20.1,0,0.5,0.6,,?,0,\n";

#[test]
fn a_long_table_with_units_angles_codes_and_accuracies() {
    let drive = read(LONG_ROWS, LONG).unwrap();
    let h = drive.header();
    assert_eq!(h.frame.crs, Crs::Local { name: "field".into() });
    assert_eq!((h.format.as_str(), h.ego), ("long", h.actor_named("a")));
    assert_eq!((h.actors[0].class, h.actors[1].class), (ActorClass::Car, ActorClass::Pedestrian));
    assert_eq!(h.actors[0].reference_point, "front-bumper");
    assert_eq!(drive.clocks().len(), 1);
    let [a, b] = drive.runs() else { panic!("two runs") };
    // East with the front at 1000 m: the centre is 2 m behind it. North with the front at 20 m: 0.25 m.
    assert!((a.pose(0).x_m - 998.0).abs() < 1e-9 && a.pose(0).yaw_rad.abs() < 1e-12);
    assert!((b.pose(0).y_m - 19.75).abs() < 1e-9);
    assert_eq!(drive.times(a), [0, 100 * MS]);
    assert_eq!(a.origin, Origin::Reference);
    assert_eq!(a.accuracy.position_m, Accuracy::Constant(0.05));
    assert_eq!((a.size.length_m, a.size.width_m, a.size.accuracy_m), (4.0, 2.0, Some(0.02)));
    let speed = a.channels.get(Channel::Speed).unwrap();
    assert_eq!(speed.accuracy, Accuracy::Constant(0.1));
    assert!((a.channels.real(Channel::Speed).unwrap().get(1).unwrap() - 10.0).abs() < 1e-12);
    assert_eq!(b.channels.real(Channel::Speed).unwrap().get(1), None, "an empty cell is missing");
    assert_eq!(a.channels.code(Channel::Indicator).unwrap().get(0), Some(Indicator::Left.code()));
    assert_eq!(b.channels.code(Channel::Indicator).unwrap().get(1), None, "a text that has no meaning");
    assert_eq!(h.notes.iter().filter(|n| n.code == "unknown-code").count(), 1);
    assert_eq!(a.channels.code(Channel::BrakeLamp).unwrap().get(0), Some(Switch::On.code()));
    let faults = drive.series_of(Subject::Actor(h.actor_named("a").unwrap()));
    assert_eq!(faults[0].channels.text(Channel::Fault).unwrap().get(0), Some("hot"));
}

#[test]
fn separators_byte_order_mark_and_decimal_comma() {
    let plain = read(LONG_ROWS, LONG).unwrap();
    let tabs = LONG_ROWS.replace(',', "\t");
    let bom = format!("\u{feff}{}", LONG_ROWS.replace(',', ";").replace('\n', "\r\n"));
    let german = LONG_ROWS.replace(',', ";").replace('.', ",");
    let decimal = format!("{LONG}\n[text]\ndecimal = \",\"\n");
    for (text, mapping) in [(tabs.as_str(), LONG), (&bom, LONG), (&german, &decimal)] {
        let drive = read(text, mapping).unwrap();
        assert_eq!((drive.runs(), drive.clocks()), (plain.runs(), plain.clocks()));
    }
}

#[test]
fn rows_of_actors_may_come_one_after_another() {
    let mut rows: Vec<&str> = LONG_ROWS.lines().collect();
    rows.swap(2, 3);
    assert_eq!(read(&(rows.join("\n") + "\n"), LONG).unwrap(), read(LONG_ROWS, LONG).unwrap());
}

#[test]
fn a_last_line_without_an_end_is_noted() {
    let codes = |text: &str| -> Vec<String> {
        read(text, LONG).unwrap().header().notes.iter().map(|n| n.code.clone()).collect()
    };
    assert_eq!(codes(LONG_ROWS), ["unknown-code"]);
    assert_eq!(codes(LONG_ROWS.trim_end()), ["unfinished-line", "unknown-code"]);
}

#[test]
fn errors_name_row_column_and_what_stood_there() {
    let wrong = |from: &str, to: &str| read(&LONG_ROWS.replacen(from, to, 1), LONG).unwrap_err().to_string();
    assert_eq!(
        wrong("100,b,p,1.1,20.1", "100,b,p,1.1,abc"),
        "run.csv row 5 column \"north\": expected a number, found \"abc\""
    );
    assert_eq!(wrong("\n100,a", "\n1oo,a"), "run.csv row 4 column \"t\": expected a time, found \"1oo\"");
    assert_eq!(wrong("20.1,0,", "20.1,"), "run.csv row 5: expected 12 cells, one a column, found 11");
    assert_eq!(
        wrong("4,2,36,L,0", "4,-2,36,L,0"),
        "run.csv row 4: expected a size above 0 and at most 500 m, found 4 × -2 m of \"a\""
    );
    assert_eq!(wrong("\n100,a", "\n100,"), "run.csv row 4: expected an actor's id, found nothing");
    assert_eq!(
        wrong("heading", "course"),
        "run.csv: expected columns \"heading\" (pose.yaw) of mapping \"long\", found \"t\", \"who\", \"kind\", \
         \"east\", \"north\", \"course\", \"len\", \"wid\", \"v\", \"ind\", \"stop\", \"msg\""
    );
    assert_eq!(
        wrong("kind", "v"),
        "run.csv: expected columns \"kind\" (actor.class) of mapping \"long\", \
        found \"t\", \"who\", \"v\", \"east\", \"north\", \"heading\", \"len\", \"wid\", \"v\", \"ind\", \"stop\", \"msg\""
    );
    assert_eq!(
        wrong("msg", "v"),
        "run.csv: expected columns \"msg\" (channel.fault) of mapping \"long\", \
        found \"t\", \"who\", \"kind\", \"east\", \"north\", \"heading\", \"len\", \"wid\", \"v\", \"ind\", \"stop\", \"v\""
    );
    let back = wrong("\n100,a", "\n-500,a");
    assert_eq!(back, "run.csv row 4: expected times that rise, found -0.5 s after 0 s of \"a\"");
    let twice = LONG.replace("\"msg\"", "\"v\"");
    let two = read(&LONG_ROWS.replace("msg", "v"), &twice).unwrap_err().to_string();
    assert_eq!(two, "run.csv: expected one column \"v\", found several");
}

#[test]
fn mistakes_in_a_mapping_are_found_at_line_and_column() {
    let wrong = |from: &str, to: &str| read(LONG_ROWS, &LONG.replacen(from, to, 1)).unwrap_err().to_string();
    // What is changed, to what, where the error must point (empty: at no place), and its text.
    let cases = [
        ("unit = \"ms\"", "unit = \"h\"", "\"h\"", "s, ms, us, ns or frame as unit of time, found \"h\""),
        (
            "unit = \"km\"",
            "unit = \"mile\"",
            "\"mile\"",
            "a unit that can become m (m, km, cm, mm, ft), found \"mile\"",
        ),
        ("speed_mps", "velocity", "\"v\"", "the name of a channel (see docs/tables.md), found \"velocity\""),
        ("L = \"left\"", "L = \"port\"", "{ N = ", "a value of indicator, found Name(\"port\") for \"L\""),
        (
            "\"heading\"",
            "\"heading\", unit = \"deg\"",
            "\"deg\"",
            "pose.angle to say the yaw's unit, found a unit",
        ),
        (
            "\"front-bumper\"",
            "\"offset\"",
            "",
            "forward or forward-m exactly if pose.reference is \"offset\", found neither forward nor forward-m",
        ),
        ("id = { column = \"who\" }", "", "", "actor.id or actor.fixed-id, found neither"),
        ("\"v\"", "\"v\", table = \"side\"", "\"side\"", "the name of a [[companion]], found \"side\""),
        ("speed_mps", "x_m", "\"v\"", "the pose under [pose], found channel \"x_m\""),
    ];
    for (from, to, place, text) in cases {
        let mapping = LONG.replacen(from, to, 1);
        let place = if place.is_empty() {
            String::new()
        } else {
            let before = &mapping[..mapping.find(place).unwrap()];
            let column = before.rsplit('\n').next().unwrap().len() + 1;
            format!(" line {} column {column}", before.matches('\n').count() + 1)
        };
        assert_eq!(wrong(from, to), format!("mapping.toml{place}: expected {text}"));
    }
    let unknown = wrong("sync = \"pps\"", "synch = \"pps\"");
    assert!(unknown.starts_with("mapping.toml line 8 column 1: expected a mapping (see docs/tables.md), found unknown field `synch`"), "{unknown}");
    let syntax = wrong("[frame]", "[frame");
    assert!(syntax.starts_with("mapping.toml line 11 column"), "{syntax}");
}

#[test]
fn a_wide_table_with_named_groups() {
    let mapping = r#"
name = "wide"
group = "{n}_"
group-names = ["ego", "target"]
[time]
column = "utc"
unit = "s"
[frame]
kind = "projected"
definition = "EPSG:4547"
datum = "CGCS2000"
origin-m = [500000.0, 4400000.0, 0.0]
[actor]
ego = "ego"
declare = [
    { id = "ego", class = "car", size = { length_m = 4.9, width_m = 1.9 } },
    { id = "target", class = "bicycle", size = { length_m = 1.8, width_m = 0.6 } },
]
[pose]
x = { column = "x" }
y = { column = "y" }
yaw = { column = "yaw" }
reference = "offset"
forward-m = 1.3
[accuracy]
position = { column = "acc", unit = "cm" }
"#;
    let text = "utc,ego_x,ego_y,ego_yaw,ego_acc,target_x,target_y,target_yaw,target_acc\n\
        1700000000.123456789,0,0,0,2,50,0,0,3\n\
        1700000000.173456789,0.5,0,0,2,50,0,0,3\n";
    let drive = read(text, mapping).unwrap();
    assert!(matches!(&drive.header().frame.crs, Crs::Projected { datum: Some(d), .. } if d == "CGCS2000"));
    let [ego, target] = drive.runs() else { panic!("two runs") };
    assert_eq!(drive.times(ego), [1_700_000_000_123_456_789, 1_700_000_000_173_456_789], "exact to the ns");
    assert!((ego.pose(1).x_m - 1.8).abs() < 1e-12);
    assert_eq!(target.size.length_m, 1.8);
    assert!((ego.accuracy.position_m.at(0).unwrap() - 0.02).abs() < 1e-12);
    assert_eq!(drive.header().notes.iter().filter(|n| n.code == "declared-size").count(), 2);
    let lacking = read(&text.replace("target_x", "tgt_x"), mapping).unwrap_err().to_string();
    assert!(
        lacking.starts_with("run.csv: expected columns \"target_x\" (pose.x) of mapping \"wide\""),
        "{lacking}"
    );
    let sizeless = mapping.replacen("declare", "#", 1).replace("    { id", "#").replacen("\n]", "\n", 1);
    let e = read(text, &sizeless).unwrap_err().to_string();
    assert_eq!(e, "run.csv row 2: expected a length and a width of each actor, found none for \"ego\"");
}

#[test]
fn velocity_of_the_reference_point_becomes_that_of_the_centre() {
    let base = r#"
name = "v"
[time]
column = "t"
unit = "s"
[frame]
kind = "unknown"
[actor]
fixed-id = "ego"
declare = [{ id = "ego", size = { length_m = 4, width_m = 2 } }]
[pose]
x = { column = "x" }
y = { column = "y" }
yaw = { column = "yaw" }
reference = "offset"
forward-m = 2
[channel]
vx_mps = { column = "vx" }
vy_mps = { column = "vy" }
accel_x_mps2 = { column = "ax" }
accel_y_mps2 = { column = "ay" }
"#;
    let with_rate = format!("{base}yaw_rate_radps = {{ column = \"w\", unit = \"deg/s\" }}\n");
    // Heading north, turning left on the spot about the rear axle.
    let text = "t,x,y,yaw,vx,vy,w,ax,ay\n0,0,0,1.5707963267948966,0,0,90,3,1\n";
    let drive = read(text, &with_rate).unwrap();
    let c = &drive.runs()[0].channels;
    let value = |channel| c.real(channel).unwrap().get(0).unwrap();
    assert!((value(Channel::VelocityX) + std::f64::consts::PI).abs() < 1e-9, "2 m ahead, 90°/s: west");
    assert!((value(Channel::AccelLon) - 1.0).abs() < 1e-9 && (value(Channel::AccelLat) + 3.0).abs() < 1e-9);
    // Without the yaw rate the centre's velocity is not known.
    let drive = read(text, base).unwrap();
    assert!(drive.runs()[0].channels.get(Channel::VelocityX).is_none());
}

fn batch() -> RecordBatch {
    let text = |v: &[&str]| Arc::new(StringArray::from(v.to_vec())) as ArrayRef;
    let real = |v: &[f64]| Arc::new(Float64Array::from(v.to_vec())) as ArrayRef;
    let speeds: ArrayRef = Arc::new(Float64Array::from(vec![Some(36.0), Some(3.6), Some(36.0), None]));
    RecordBatch::try_from_iter([
        ("t", Arc::new(Int64Array::from(vec![0, 0, 100, 100])) as ArrayRef),
        ("who", text(&["a", "b", "a", "b"])),
        ("kind", text(&["c", "p", "c", "p"])),
        ("east", real(&[1.0, 1.1, 1.001, 1.1])),
        ("north", real(&[20.0, 20.0, 20.0, 20.1])),
        ("heading", real(&[90.0, 0.0, 90.0, 0.0])),
        ("len", real(&[4.0, 0.5, 4.0, 0.5])),
        ("wid", real(&[2.0, 0.6, 2.0, 0.6])),
        ("v", speeds),
        ("ind", text(&["L", "N", "L", "?"])),
        ("stop", Arc::new(Int64Array::from(vec![1, 0, 0, 0])) as ArrayRef),
        ("msg", Arc::new(StringArray::from(vec![None, None, Some("hot"), None])) as ArrayRef),
    ])
    .unwrap()
}

#[test]
fn arrow_files_and_streams_give_what_the_text_gives() {
    let batch = batch();
    let mut file = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut file, &batch.schema()).unwrap();
    writer.write(&batch.slice(0, 3)).unwrap();
    writer.write(&batch.slice(3, 1)).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut packed = Vec::new();
    let options = arrow_ipc::writer::IpcWriteOptions::default()
        .try_with_compression(Some(arrow_ipc::CompressionType::ZSTD))
        .unwrap();
    let mut writer =
        arrow_ipc::writer::FileWriter::try_new_with_options(&mut packed, &batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut stream = Vec::new();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let text = read(LONG_ROWS, LONG).unwrap();
    for bytes in [file, packed, stream] {
        let drive = read_with(input("run.csv", bytes), vec![], Some(LONG)).unwrap();
        assert_eq!(drive, text);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_gives_what_the_text_gives() {
    let batch = batch();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let drive = read_with(input("run.csv", bytes.clone()), vec![], Some(LONG)).unwrap();
    assert_eq!(drive, read(LONG_ROWS, LONG).unwrap());
    let cut = read_with(input("run.parquet", &bytes[..bytes.len() - 3]), vec![], Some(LONG));
    assert!(cut.unwrap_err().to_string().starts_with("run.parquet byte 0: expected a Parquet file"));
}

#[test]
fn arrow_times_and_dictionaries() {
    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, TimestampMicrosecondArray};
    let batch = batch();
    let mut columns: Vec<(String, ArrayRef)> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(f, c)| (f.name().clone(), Arc::clone(c)))
        .collect();
    columns[0].1 = Arc::new(TimestampMicrosecondArray::from(vec![0, 0, 100_000, 100_000]));
    columns[1].1 = Arc::new(["a", "b", "a", "b"].into_iter().collect::<DictionaryArray<Int32Type>>());
    let other = RecordBatch::try_from_iter(columns).unwrap();
    assert_eq!(other.column(0).len(), 4);
    let mut file = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut file, &other.schema()).unwrap();
    writer.write(&other).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let drive = read_with(input("run.csv", file), vec![], Some(LONG)).unwrap();
    assert_eq!(drive, read(LONG_ROWS, LONG).unwrap());
}

#[test]
fn signals_and_their_meaning_from_a_companion() {
    let mapping = LONG.to_owned()
        + r#"
[[companion]]
name = "lights"
file = "lights.csv"
[companion.signals]
time = { column = "at", unit = "s" }
signal = { column = "head" }
state = { column = "shows", codes = { R = "red", G = "green", dark = "unknown" } }
origin = "infrastructure"
"#;
    let lights = input("dir/lights.csv", "at,head,shows\n0,s1,R\n0.05,s1,G\n0.05,s2,dark\n");
    let drive = read_with(input("run.csv", LONG_ROWS), vec![lights], Some(&mapping)).unwrap();
    assert_eq!(drive.header().signals, ["s1", "s2"]);
    let series = &drive.series_of(Subject::Signal(lukao_model::drive::SignalIx(0)))[0];
    assert_eq!(drive.series_times(series), [0, 50 * MS]);
    let data = series.channels.get(Channel::SignalState).unwrap();
    assert_eq!(data.origin, Origin::Infrastructure);
    assert_eq!(series.channels.code(Channel::SignalState).unwrap().get(1), Some(SignalState::Green.code()));
    let e = read_with(input("run.csv", LONG_ROWS), vec![], Some(&mapping)).unwrap_err().to_string();
    assert_eq!(e, "run.csv: expected file lights.csv beside it, for mapping \"long\", found none");
    let names = table::companions_of("run.csv", Some(&input("m.toml", mapping.as_bytes())));
    assert_eq!(names, ["lights.csv"]);
}

#[test]
fn another_ego_can_be_named_and_must_exist() {
    let mut options = ReadOptions::default();
    options.mapping = Some(input("m.toml", LONG));
    options.ego = Some("b".into());
    let bundle = Bundle { main: input("run.csv", LONG_ROWS), companions: vec![] };
    let drive = table::read(&bundle, &options).unwrap();
    assert_eq!(drive.header().ego, drive.header().actor_named("b"));
    options.ego = Some("c".into());
    let e = table::read(&bundle, &options).unwrap_err().to_string();
    assert_eq!(e, "run.csv: expected an actor \"c\", found \"a\", \"b\"");
}

#[test]
fn highd_tables_are_known_by_their_columns() {
    // Our own numbers. One car toward −x (direction 1, the image's upper lanes), one truck toward +x.
    let tracks = "frame,id,x,y,width,height,xVelocity,yVelocity,xAcceleration,yAcceleration,laneId\n\
        1,1,300.00,8.00,4.00,2.00,-25.00,0.50,0.10,0.00,2\n\
        2,1,299.00,8.02,4.00,2.00,-25.00,0.50,0.10,0.00,2\n\
        1,2,100.00,21.00,12.00,2.50,20.00,0.00,0.00,0.00,5\n";
    let meta = "id,width,height,class,drivingDirection\n1,4.00,2.00,Car,1\n2,12.00,2.50,Truck,2\n";
    let recording = "id,frameRate,locationId\n7,25,2\n";
    let companions = || vec![input("07_tracksMeta.csv", meta), input("07_recordingMeta.csv", recording)];
    let drive = read_with(input("07_tracks.csv", tracks), companions(), None).unwrap();
    assert_eq!(drive.header().format, "highd");
    let [car, truck] = drive.runs() else { panic!("two runs") };
    assert_eq!(drive.times(car), [40 * MS, 80 * MS]);
    let pose = car.pose(0);
    assert!((pose.x_m - 302.0).abs() < 1e-9 && (pose.y_m + 9.0).abs() < 1e-9, "centre, y up");
    assert!((pose.yaw_rad.abs() - std::f64::consts::PI).abs() < 1e-12 && truck.pose(0).yaw_rad == 0.0);
    assert_eq!(drive.actor(truck.actor).class, ActorClass::Truck);
    let vy = car.channels.real(Channel::VelocityY).unwrap().get(0);
    assert_eq!(vy, Some(-0.5), "down in the image is −y");
    assert!((car.channels.real(Channel::AccelLon).unwrap().get(0).unwrap() + 0.1).abs() < 1e-12);
    assert_eq!(table::companions_of("07_tracks.csv", None), ["07_recordingMeta.csv", "07_tracksMeta.csv"]);
    let e = read_with(input("07_tracks.csv", tracks), vec![], None).unwrap_err().to_string();
    assert_eq!(
        e,
        "07_tracks.csv: expected file 07_tracksMeta.csv beside it, for mapping \"highd\", found none"
    );
}

#[test]
fn ind_tables_declare_the_size_of_points() {
    let tracks = "recordingId,trackId,frame,trackLifetime,xCenter,yCenter,heading,width,length,xVelocity,\
        yVelocity,xAcceleration,yAcceleration,lonVelocity\n\
        0,5,0,0,10.0,-20.0,90.0,0.0,0.0,0.0,1.0,0,0,1\n0,6,25,0,10.0,-20.0,180.0,1.8,4.5,-10,0,0,0,10\n";
    let meta = "recordingId,trackId,class\n0,5,pedestrian\n0,6,car\n";
    let companions = vec![
        input("00_tracksMeta.csv", meta),
        input("00_recordingMeta.csv", "recordingId,frameRate\n0,25\n"),
    ];
    let drive = read_with(input("00_tracks.csv", tracks), companions, None).unwrap();
    assert_eq!(drive.header().format, "ind");
    let [walker, car] = drive.runs() else { panic!("two runs") };
    assert_eq!((walker.size.length_m, car.size.length_m), (0.5, 4.5));
    assert_eq!(drive.times(car), [S]);
    assert!((walker.pose(0).yaw_rad - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
    let note = drive.header().notes.iter().find(|n| n.code == "declared-size").unwrap();
    assert_eq!((note.subject.as_str(), note.count), ("5", 1));
}

#[test]
fn esmini_tables_have_lines_above_the_header_and_numbered_groups() {
    let one = "Entity_Name [-], Current_Speed [m/s], Wheel_Angle [deg], bb_x [m], bb_y [m], bb_z [m], bb_length [m], \
        bb_width [m], bb_height [m], World_Position_X [m], World_Position_Y [m], World_Position_Z [m], Vel_X [m/s], \
        Vel_Y [m/s], Acc_X [m/s2], Acc_Y [m/s2], World_Heading_Angle [rad], Heading_Angle_Rate [rad/s], \
        World_Pitch_Angle [rad]";
    let group = |n: u32| one.split(", ").map(|c| format!("#{n} {}, ", c.trim())).collect::<String>();
    let header = format!("Index [-], TimeStamp [s], {}{}", group(1), group(2));
    let row = |k: u32, name: &str, x: f64| {
        format!(
            "{name}, 10.0, 5.7, 1.4, 0.0, 0.75, 5.0, 2.0, 1.5, {}, 3.0, 0.2, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ",
            x + f64::from(k) * 0.2
        )
    };
    let mut text = format!("esmini GIT REV: N/A\nScenario File Name: x.xosc\n{header}\n");
    for k in 0..5 {
        text +=
            &format!("{k}, {:.6}, {}{}\n", f64::from(k) * 0.02, row(k, "Ego", 0.0), row(k, "Other", 50.0));
    }
    let drive = read_with(input("full_log.csv", text.as_bytes()), vec![], None).unwrap();
    assert_eq!((drive.header().format.as_str(), drive.runs().len()), ("esmini-full-log", 2));
    assert_eq!(drive.header().frame, lukao_model::Frame::local("map"));
    let run = &drive.runs()[0];
    assert!((run.pose(0).x_m - 1.4).abs() < 1e-12 && run.pose(0).y_m == 3.0);
    assert!((run.z_m.as_ref().unwrap().get(0).unwrap() - 0.2).abs() < 1e-12);
    assert_eq!(drive.times(run)[4], 80 * MS);
    let wheel = run.channels.real(Channel::WheelAngle).unwrap().get(0).unwrap();
    assert!((wheel - 5.7f64.to_radians()).abs() < 1e-12);
    let cut = read_with(input("full_log.csv", &text.as_bytes()[..text.len() - 60]), vec![], None);
    assert_eq!(cut.unwrap_err().to_string(), "full_log.csv row 8: expected 41 cells, one a column, found 29");
}

#[test]
fn a_table_that_nobody_knows_is_an_error_that_lists_its_columns() {
    let e = read_with(input("x.csv", "time,lat,lon\n0,1,2\n"), vec![], None).unwrap_err().to_string();
    assert_eq!(
        e,
        "x.csv: expected a mapping (see docs/tables.md) for these columns, found \"time\", \"lat\", \"lon\"; \
         the nearest built-in mapping \"highd\" lacks \"frame\", \"id\", \"x\", \"y\", \"width\", \"height\", \
         \"xVelocity\", \"yVelocity\", \"laneId\""
    );
}

#[test]
fn built_in_mappings_parse() {
    for (name, text) in table::MAPPINGS {
        // A table that lacks everything: the mapping is read, then the columns are missed.
        let companions = ["a_tracksMeta.csv", "a_recordingMeta.csv"]
            .map(|n| input(n, "id,trackId,frameRate,class,drivingDirection\n1,1,25,x,1\n"))
            .to_vec();
        let header = if *name == "esmini-full-log" { "Index\n0\n" } else { "nothing\n0\n" };
        let e = read_with(input("a_tracks.csv", header), companions, Some(text)).unwrap_err().to_string();
        assert!(e.starts_with("a_tracks.csv: expected columns") && e.contains(name), "{name}: {e}");
    }
}
