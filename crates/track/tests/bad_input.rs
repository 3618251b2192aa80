//! What is no map, or wants to cost too much, gives an error with its place, soon.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

use std::time::{Duration, Instant};

use lukao_track::example::{SIGNALISED, TWO_LANES};
use lukao_track::{Limits, Track};

fn error(bytes: &[u8]) -> String {
    let start = Instant::now();
    let result = Track::from_parts("bad.xodr", bytes, None);
    // A tenth of a second each on an idle core; the machine may be busy.
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    match result {
        Ok(_) => panic!("read as a map"),
        Err(e) => e.to_string(),
    }
}

fn with(from: &str, to: &str) -> String {
    assert!(TWO_LANES.contains(from));
    error(TWO_LANES.replacen(from, to, 1).as_bytes())
}

#[test]
fn other_maps_are_named_and_not_supported() {
    for (text, kind) in [
        ("<osm version=\"0.6\"/>", "a Lanelet2 or OpenStreetMap map"),
        ("<net version=\"1.20\"/>", "a SUMO network"),
        ("<html/>", "an XML document of <html>"),
    ] {
        let e = error(text.as_bytes());
        assert!(
            e.starts_with("bad.xodr line 1 column 1: expected an OpenDRIVE map, found") && e.contains(kind),
            "{e}"
        );
        assert!(e.contains("not supported"), "{e}");
    }
}

#[test]
fn what_is_no_xml_says_so() {
    assert_eq!(error(b""), "bad.xodr: expected an OpenDRIVE map, found an empty file");
    assert!(error(b"{\"type\": \"FeatureCollection\"}").starts_with("bad.xodr line 1 column 1: expected"));
    assert!(error(b"\x80\x81\x82").starts_with("bad.xodr byte 0: expected UTF-8 text"));
    assert!(error(&[0x1f, 0x8b, 8, 0, 1, 2, 3]).starts_with("bad.xodr byte 7: expected gzip data"));
    assert!(error(b"<OpenDRIVE/>").contains("expected at least one road"));
}

#[test]
fn every_truncation_is_an_error_at_the_end_of_what_is_there() {
    let text = SIGNALISED.as_bytes();
    for cut in (1..text.len() - 1).step_by(7) {
        let e = error(&text[..cut]);
        assert!(e.contains("line"), "{e}");
    }
    let cut = SIGNALISED.find("<controller").unwrap();
    let line = SIGNALISED[..cut].lines().count();
    assert!(error(&text[..cut]).starts_with(&format!("bad.xodr line {line} ")), "{}", error(&text[..cut]));
}

#[test]
fn wrong_values_are_found_where_they_stand() {
    let e = with("length=\"100\" junction", "length=\"long\" junction");
    assert_eq!(
        e,
        "bad.xodr line 3 column 3: expected a number up to 1e8 in length of <road>, found \"long\""
    );
    assert!(
        with("<geometry s=\"0\" x=\"0\"", "<geometry s=\"0\"")
            .contains("line 4 column 15: expected x of <geometry>, found no such attribute")
    );
    assert!(
        with("<line/>", "<loop/>")
            .contains("expected line, arc, spiral, poly3 or paramPoly3, found none of them")
    );
    assert!(
        with("<lane id=\"1\"", "<lane id=\"one\"")
            .contains("expected a lane number in id of <lane>, found \"one\"")
    );
    assert!(with("x=\"0\"", "x=\"NaN\"").contains("found \"NaN\""));
    assert!(with("x=\"0\"", "x=\"inf\"").contains("found \"inf\""));
}

#[test]
fn declared_sizes_cost_nothing() {
    for (from, to) in [
        ("length=\"100\" junction", "length=\"1e300\" junction"),
        ("length=\"100\" junction", "length=\"-5\" junction"),
        ("hdg=\"0\" length=\"100\"", "hdg=\"0\" length=\"1e7\""),
        ("<line/>", "<arc curvature=\"1e9\"/>"),
        ("<line/>", "<spiral curvStart=\"0\" curvEnd=\"90\"/>"),
        ("a=\"3.5\"", "a=\"1e200\""),
        ("a=\"3.5\" b=\"0\" c=\"0\" d=\"0\"", "a=\"3.5\" b=\"0\" c=\"0\" d=\"9e7\""),
    ] {
        let e = with(from, to);
        assert!(e.contains(" line "), "{from} -> {to}: {e}");
    }
    // A road of the greatest length that bends all the way.
    let long = TWO_LANES
        .replace("length=\"100\"", "length=\"1000000\"")
        .replace("<line/>", "<arc curvature=\"0.001\"/>");
    let start = Instant::now();
    let limits = Limits::default().with_max_samples(300_000);
    let e = Track::with_limits("bad.xodr", long.as_bytes(), None, &limits).unwrap_err().to_string();
    assert!(e.contains("line 3 column 3: expected a map within the limit of samples"), "{e}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn lanes_without_end_are_refused() {
    let lanes: String = (2..500).map(|i| format!("<lane id=\"{i}\" type=\"driving\"/>")).collect();
    let e = error(TWO_LANES.replace("<left>", &format!("<left>{lanes}")).as_bytes());
    assert!(e.contains("expected at most 200 lanes on one side, found 499"), "{e}");
}

#[test]
fn an_object_repeated_without_end_is_cut() {
    let objects = "</lanes><objects><object id=\"1\" type=\"parkingSpace\" s=\"0\" t=\"0\" length=\"5\" width=\"2\"><repeat s=\"0\" length=\"1e8\" distance=\"1e-8\"/></object></objects>";
    let track = Track::from_parts("x", TWO_LANES.replace("</lanes>", objects).as_bytes(), None).unwrap();
    assert_eq!(track.parking_spaces().len(), 10_000);
}

#[test]
fn deep_nesting_and_entities_are_harmless() {
    let deep = "<OpenDRIVE>".to_owned() + &"<a>".repeat(200_000);
    assert!(error(deep.as_bytes()).contains("line"));
    let closed = deep + &"</a>".repeat(200_000) + "</OpenDRIVE>";
    assert!(error(closed.as_bytes()).contains("expected at least one road"));
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<OpenDRIVE>&b;</OpenDRIVE>";
    assert_eq!(
        error(bomb.as_bytes()),
        "bad.xodr line 2: expected XML without a document type definition, found XML with DTD detected"
    );
}

#[test]
fn what_people_write_though_xml_forbids_it_is_read() {
    for (from, to) in [
        ("<header", "<!-- ---- 100 % -- mine ---->\n<header"),
        ("<OpenDRIVE>", "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenDRIVE>"),
    ] {
        assert!(Track::from_parts("x", TWO_LANES.replacen(from, to, 1).as_bytes(), None).is_ok(), "{to}");
    }
    // A single-byte encoding, declared.
    let mut latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>".to_vec();
    latin.extend(TWO_LANES.replacen("name=\"\"", "name=\"Stra@e\"", 1).bytes());
    let at = latin.windows(7).position(|w| w == b"Stra@e\"").unwrap();
    latin[at + 4] = 0xdf;
    let track = Track::from_parts("x", &latin, None).unwrap();
    assert_eq!(track.roads().next().unwrap().1.name, "Straße");
}

#[test]
fn the_callers_limit_holds_also_for_what_gzip_hides() {
    use std::io::Write;
    let limits = Limits::default().with_max_xml_bytes(1 << 20);
    let big = vec![b' '; 64 << 20];
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&big).unwrap();
    for bytes in [gz.finish().unwrap(), big] {
        let e = Track::with_limits("bad.xodr", &bytes, None, &limits).unwrap_err().to_string();
        assert_eq!(e, "bad.xodr: expected at most 1048576 bytes of XML, found more");
    }
}

/// A small generator with a fixed seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below
    }
}

#[test]
fn random_damage_never_panics_and_never_hangs() {
    let rounds = if std::env::var_os("LUKAO_FULL").is_some() { 200_000 } else { 4_000 };
    let pieces = [
        "\"",
        "<",
        ">",
        "1e300",
        "-",
        "NaN",
        "9999999999",
        "0",
        "id=\"-1\"",
        "<lane id=\"-1\">",
        "junction",
        "&amp;",
        "1e-300",
        "7",
    ];
    let mut random = Random(20_26);
    let (mut read, mut refused) = (0, 0);
    let start = Instant::now();
    for _ in 0..rounds {
        let mut bytes = SIGNALISED.as_bytes().to_vec();
        for _ in 0..=random.next(3) {
            let at = random.next(bytes.len());
            match random.next(3) {
                0 => bytes[at] = random.next(256) as u8,
                1 => {
                    let piece = pieces[random.next(pieces.len())].bytes();
                    let end = (at + random.next(6)).min(bytes.len());
                    bytes.splice(at..end, piece);
                }
                _ => {
                    // Damage a figure: most of the text between quotes is one.
                    if let Some(q) = bytes[at..].iter().position(|b| *b == b'"') {
                        let piece = ["1e7", "-1", "1e-9", "0", "1e3", "99"][random.next(6)].bytes();
                        let from = at + q + 1;
                        let end = bytes[from..].iter().position(|b| *b == b'"').map_or(from, |e| from + e);
                        bytes.splice(from..end, piece);
                    }
                }
            }
        }
        let limits = Limits::default().with_max_samples(20_000);
        match Track::with_limits("x", &bytes, None, &limits) {
            Ok(track) => {
                read += 1;
                // What was read can be asked.
                let _ = track.lanes_at([70.0, -1.0], Some(0.0));
                let _ = track.lines_swept(&[[70.0, -1.0]], &[[75.0, 4.0]], None);
                let _ = track.drivable_clearance([70.0, -1.0], None, 5.0);
                for (ix, lane) in track.lanes() {
                    assert!(
                        lane.stations_m.len() >= 2 && lane.stations_m.iter().all(|s| s.is_finite()),
                        "{}",
                        lane.id
                    );
                    let _ =
                        (track.stop_line_ahead(ix, 1.0), track.speed_limit_at(ix, 1.0), lane.heading_at(0.0));
                    let _ = track.locate(ix, [0.0, 0.0]);
                }
            }
            Err(_) => refused += 1,
        }
    }
    println!("{read} read, {refused} refused in {:?}", start.elapsed());
    assert!(read > rounds / 20 && refused > rounds / 20, "{read} read, {refused} refused");
    assert!(start.elapsed() < Duration::from_secs(if rounds > 4_000 { 1200 } else { 40 }));
}
