//! Traffic lights, what they govern, and stop lines.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

mod common;

use common::{Road, lane, map, read};
use lukao_track::example::SIGNALISED;
use lukao_track::{SignalKind, Track, Turn};

fn governed(track: &Track, number: &str) -> (Vec<(String, Turn)>, bool) {
    let (_, s) = track.signals_by_number(number).next().unwrap();
    let paths = s.governs.iter().map(|p| (track.lane(track.path(*p).via[0]).id.clone(), track.path(*p).turn));
    (paths.collect(), s.certain)
}

const SIGNAL: &str = "<signal id=\"C_0\" name=\"\" s=\"99\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\"
      country=\"OpenDRIVE\" type=\"1000011\" subtype=\"30\"><validity fromLane=\"-1\" toLane=\"-1\"/></signal>";

/// The example with other signals.
fn with_signals(signals: &str) -> Track {
    assert!(SIGNALISED.contains(SIGNAL));
    read(&SIGNALISED.replace(SIGNAL, signals))
}

fn light(id: &str, code: &str, subtype: &str) -> String {
    format!(
        "<signal id=\"{id}\" s=\"99\" t=\"-4\" orientation=\"+\" dynamic=\"yes\" type=\"{code}\" subtype=\"{subtype}\"/>"
    )
}

#[test]
fn an_arrow_governs_its_turn_and_a_plain_light_all() {
    let straight = ("road 2 section 0 lane -1".to_owned(), Turn::Straight);
    let right = ("road 4 section 0 lane -1".to_owned(), Turn::Right);
    let track = with_signals(
        &(light("a", "1000011", "30") + &light("b", "1000011", "20") + &light("c", "1000001", "-1")),
    );
    assert_eq!(governed(&track, "a"), (vec![straight.clone()], true));
    assert_eq!(governed(&track, "b"), (vec![right.clone()], true));
    assert_eq!(governed(&track, "c"), (vec![straight, right], true));
}

#[test]
fn an_indexed_light_without_arrow_takes_what_the_arrow_leaves() {
    let track = with_signals(&(light("X_1", "1000011", "20") + &light("X_2", "1000001", "-1")));
    assert_eq!(
        governed(&track, "X_2"),
        (vec![("road 2 section 0 lane -1".to_owned(), Turn::Straight)], true)
    );
}

#[test]
fn an_arrow_that_no_path_follows_is_a_guess() {
    let track = with_signals(&light("a", "1000011", "10"));
    let (paths, certain) = governed(&track, "a");
    assert_eq!((paths.len(), certain), (1, false));
}

#[test]
fn a_light_on_the_connecting_road_governs_that_road() {
    let reference =
        "<signals><signalReference id=\"far\" s=\"0\" t=\"2\" orientation=\"+\"/></signals></road>";
    let text = SIGNALISED.replace(SIGNAL, "").replacen(
        "</road>\n  <road id=\"3\"",
        &format!("{reference}\n  <road id=\"3\""),
        1,
    );
    let far = "<signals><signal id=\"far\" s=\"90\" t=\"5\" orientation=\"-\" dynamic=\"yes\" type=\"1000001\" subtype=\"-1\"/></signals></road>\n  <road id=\"4\"";
    let track = read(&text.replacen("</road>\n  <road id=\"4\"", far, 1));
    assert_eq!(governed(&track, "far").0, [("road 2 section 0 lane -1".to_owned(), Turn::Straight)]);
}

#[test]
fn a_pedestrian_light_governs_no_lane() {
    let track = with_signals(&light("p", "1000002", "-1"));
    let (_, s) = track.signals().next().unwrap();
    assert_eq!((s.kind, s.governs.len(), s.certain), (SignalKind::PedestrianLight, 0, false));
    assert!(track.stop_lines().next().is_none());
}

#[test]
fn a_light_for_the_other_direction_does_not_stop_ours() {
    let track = with_signals(&light("o", "1000001", "-1").replace("orientation=\"+\"", "orientation=\"-\""));
    let (_, s) = track.signals().next().unwrap();
    assert!(s.lanes.is_empty() && s.governs.is_empty() && !s.certain);
}

#[test]
fn controllers_list_their_lights() {
    let track = read(SIGNALISED);
    assert_eq!(track.controllers()[0].signals, ["C_0"]);
    assert_eq!(track.signals().next().unwrap().1.controllers, ["C"]);
}

#[test]
fn a_painted_stop_line_goes_before_a_derived_one() {
    let forms = [
        // German marking 294, as a sign.
        "<signals>@<signal id=\"7\" s=\"95\" t=\"-1.75\" orientation=\"+\" dynamic=\"no\" type=\"294\" subtype=\"-1\"/></signals>",
        "<signals>@<signal id=\"7\" name=\"SgRM_StopLine\" s=\"95\" t=\"0\" orientation=\"+\" dynamic=\"no\" type=\"x\"/></signals>",
        // Objects, with a size along u and v or with corners.
        "<signals>@</signals><objects><object id=\"7\" type=\"roadMark\" subtype=\"signalLines\" s=\"95\" t=\"-1.75\" orientation=\"+\" length=\"0.3\" width=\"3.5\" hdg=\"0\"/></objects>",
        "<signals>@</signals><objects><object id=\"7\" type=\"stopLine\" s=\"95\" t=\"-1.75\" hdg=\"1.5707963267948966\" length=\"3.5\" width=\"0.3\"/></objects>",
        "<signals>@</signals><objects><object id=\"7\" name=\"Stop_Line_01\" type=\"none\" s=\"90\" t=\"0\"><outline>
           <cornerRoad s=\"94.85\" t=\"-3.5\"/><cornerRoad s=\"95.15\" t=\"-3.5\"/><cornerRoad s=\"95.15\" t=\"0\"/><cornerRoad s=\"94.85\" t=\"0\"/></outline></object></objects>",
    ];
    for form in forms {
        let text = SIGNALISED.replace(&format!("<signals>{SIGNAL}</signals>"), &form.replace('@', SIGNAL));
        let track = read(&text);
        let lines: Vec<_> = track.stop_lines().map(|(_, l)| l).collect();
        assert_eq!(lines.len(), 1, "{form}");
        let line = lines[0];
        assert_eq!((line.id.as_str(), line.derived), ("stop line 7 / road 1", false), "{form}");
        assert_eq!(track.signal(line.signals[0]).number, "C_0");
        assert!((line.lanes[0].station_m - 95.0).abs() < 1e-9, "{form}: {line:?}");
        let (l, r) = (line.points_m[0], *line.points_m.last().unwrap());
        assert!(
            (l[0] - 95.0).abs() < 1e-9 && l[1].abs() < 1e-9 && (r[1] + 3.5).abs() < 1e-9,
            "{form}: {line:?}"
        );
        let ahead =
            track.stop_line_ahead(track.lane_by_id("road 1 section 0 lane -1").unwrap(), 15.0).unwrap();
        assert!((ahead.distance_m - 80.0).abs() < 1e-9);
    }
}

#[test]
fn a_light_without_a_junction_stops_traffic_where_it_stands() {
    let after = "<signals><signal id=\"5\" s=\"60\" t=\"-4\" orientation=\"+\" dynamic=\"yes\" type=\"1000001\" subtype=\"-1\"/></signals>".to_owned();
    let track = map(&Road { after, ..Road::default() }.xml());
    let (_, line) = track.stop_lines().next().unwrap();
    assert!(line.derived);
    assert_eq!(line.id, "signal 5 over road 1 section 0 lane -1");
    assert_eq!(line.lanes[0].station_m, 60.0);
    assert!(!track.signals().next().unwrap().1.certain, "it governs no path that the map has");
}

#[test]
fn a_stop_line_is_seen_over_the_lanes_before_it() {
    let text = SIGNALISED.replace("<lanes><laneSection s=\"0\">\n      <center><lane id=\"0\" type=\"none\"><roadMark", "<lanes><laneSection s=\"0\"><right>
        <lane id=\"-1\" type=\"driving\"><link><successor id=\"-1\"/></link><width sOffset=\"0\" a=\"3.5\"/></lane></right></laneSection>
        <laneSection s=\"40\">\n      <center><lane id=\"0\" type=\"none\"><roadMark");
    let track = read(&text);
    let lane = track.lane_by_id("road 1 section 0 lane -1").unwrap();
    assert_eq!(track.stop_line_ahead(lane, 10.0).unwrap().distance_m, 90.0);
    assert_eq!(track.stop_lines_ahead(lane, 10.0, 89.0), []);
    let last = track.lane_by_id("road 1 section 1 lane -1").unwrap();
    assert_eq!(track.stop_line_ahead(last, 60.0).unwrap().distance_m, 0.0, "on the line");
    let after = track.lane_by_id("road 2 section 0 lane -1").unwrap();
    assert_eq!(track.stop_line_ahead(after, 1.0), None, "behind it");
}

#[test]
fn validity_of_another_numbering_falls_back_to_what_hangs_over_the_lane() {
    let signal = "<signals><signal id=\"5\" s=\"100\" t=\"-5.25\" orientation=\"+\" dynamic=\"yes\" type=\"1000001\"><validity fromLane=\"0\" toLane=\"1\"/></signal></signals>";
    let track = map(&Road {
        right: lane(-1, "driving", 3.5, "") + &lane(-2, "driving", 3.5, ""),
        after: signal.to_owned(),
        ..Road::default()
    }
    .xml());
    let (_, s) = track.signals().next().unwrap();
    assert_eq!(s.lanes.iter().map(|l| track.lane(*l).number).collect::<Vec<_>>(), [-2]);
}
