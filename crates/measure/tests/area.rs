//! How far the body leaves the drivable area, between samples too, against closed forms.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::{Admit, Held, Measures, area};
use lukao_model::time::S;
use lukao_model::{Drive, Frame, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::Track;
use lukao_track::network::{Network, NetworkLane, Outline};

/// An area around a lane along x.
fn area_of(corners: &[[f64; 2]]) -> Track {
    let mut lane = NetworkLane::new("lane 1");
    lane.left_m = vec![[0.0, 3.0, 0.0], [100.0, 3.0, 0.0]];
    lane.right_m = vec![[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]];
    let mut network = Network::new("area", Frame::local("area"));
    network.lanes.push(lane);
    let outline_m = corners.iter().map(|p| [p[0], p[1], 0.0]).collect();
    network.areas.push(Outline { number: "1".into(), outline_m });
    Track::from_network(network, None).unwrap()
}

fn steps(points: &[(f64, f64, f64, f64)], hz: f64, size: (f64, f64)) -> Drive {
    let last = points.last().unwrap().0;
    let ego = ActorBuilder::car("ego").motion(Motion::points(points)).size(size.0, size.1);
    DriveBuilder::new("steps").span_s(0.0, last).hz(hz).ego(ego).build()
}

fn worst(drive: &Drive, track: &Track, floor_m: f64) -> Vec<area::Outside> {
    let held = Held::default();
    let m = Measures::new(drive, Interval::new(0, 100 * S), Some(track), Admit::ALL, &held);
    m.ego().in_block().map(|k| area::outside_in_step(&m, k, floor_m).unwrap()).collect()
}

#[test]
fn a_corner_that_goes_out_and_comes_back_between_two_samples_is_seen() {
    // An L: nothing left of x = 50 above y = 9.
    let track = area_of(&[[0.0, -20.0], [90.0, -20.0], [90.0, 40.0], [50.0, 40.0], [50.0, 9.0], [0.0, 9.0]]);
    // A box of 1 m goes from (48, 7) to (52, 11) in one step; its rear left and front left corners run along
    // y = x − 40 and y = x − 41, so the first is out from (49, 9) to (50, 10), by 0.5 m in the middle.
    let drive = steps(&[(0.0, 48.0, 7.0, 0.0), (1.0, 52.0, 11.0, 0.0)], 1.0, (1.0, 1.0));
    let found = worst(&drive, &track, 0.1);
    assert_eq!(found.len(), 2);
    let first = &found[0];
    assert!((first.outside_m.value - 0.5).abs() <= 0.001, "{first:?}");
    assert!((first.t_ns - S / 2).abs() <= S / 1000, "{first:?}");
    assert_eq!(first.element.as_deref(), Some("edge of drivable area 1"));
    // The last sample has no step: it is inside.
    assert!(found[1].outside_m.value < 0.0, "{:?}", found[1]);
    // Who lets 0.6 m pass need not know it better.
    assert!(worst(&drive, &track, 0.6)[0].outside_m.value <= 0.5 + 0.001);
}

/// The road rises away from an ego whose height stays the same; where it is no longer on it does not depend on where a block begins.
#[test]
fn who_is_on_the_road_is_told_at_every_step_where_there_are_heights() {
    let text = r#"<OpenDRIVE><header revMajor="1" revMinor="4"/><road id="1" name="" length="400" junction="-1" rule="RHT">
        <planView><geometry s="0" x="0" y="0" hdg="0" length="400"><line/></geometry></planView>
        <elevationProfile><elevation s="0" a="0" b="0.05" c="0" d="0"/></elevationProfile>
        <lanes><laneSection s="0"><center><lane id="0" type="none"/></center><right>
        <lane id="-1" type="driving"><width sOffset="0" a="20" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
        </road></OpenDRIVE>"#;
    let track = Track::from_parts("slope", text.as_bytes(), None).unwrap();
    let way = Motion::points(&[(0.0, 10.0, -10.0, 0.0), (6.0, 130.0, -10.0, 0.0)]);
    let ego = ActorBuilder::car("ego").motion(way).height(Some(0.0), None);
    let drive = DriveBuilder::new("slope").span_s(0.0, 6.0).hz(10.0).ego(ego).build();
    let held = Held::default();
    for begin in 0..12 {
        let block = Interval::new(begin * S / 10, 100 * S);
        let m = Measures::new(&drive, block, Some(&track), Admit::ALL, &held);
        let out = |k: &usize| area::outside_in_step(&m, *k, 0.1).unwrap().outside_m.value > 0.0;
        let first = m.ego().in_block().find(out).unwrap();
        // The road is 2 m above its middle at x = 40 m; the next sample is 2 m farther on.
        let x = m.ego().samples()[first].pose.x_m;
        assert!((x - 42.0).abs() < 1e-6, "from sample {begin}: {x} m");
    }
}

#[test]
fn beyond_the_end_of_the_map_nobody_knows() {
    let mut network = Network::new("road", Frame::local("road"));
    let mut lane = NetworkLane::new("lane 1");
    lane.left_m = vec![[0.0, 3.0, 0.0], [100.0, 3.0, 0.0]];
    lane.right_m = vec![[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]];
    network.lanes.push(lane);
    let track = Track::from_network(network, None).unwrap();
    for (x_m, y_m, off) in [(99.0, 1.5, true), (1.0, 1.5, true), (50.0, 3.0, false)] {
        let drive = steps(&[(0.0, x_m, y_m, 0.0), (1.0, x_m, y_m, 0.0)], 1.0, (4.0, 1.0));
        let found = &worst(&drive, &track, 0.0)[0];
        assert!(found.outside_m.value > 0.4, "{found:?}");
        assert_eq!(found.off_the_map, off, "{found:?}");
    }
}

#[test]
fn an_edge_that_pokes_into_the_side_counts_though_all_corners_are_inside() {
    let spike = [[0.0, 0.0], [90.0, 0.0], [90.0, 9.0], [26.0, 9.0], [25.0, 6.0], [24.0, 9.0], [0.0, 9.0]];
    let track = area_of(&spike);
    for (y_m, depth_m) in [(5.7, 0.2), (5.4, -0.1)] {
        let drive = steps(&[(0.0, 25.0, y_m, 0.0), (1.0, 25.0, y_m, 0.0)], 1.0, (4.0, 1.0));
        let found = worst(&drive, &track, 0.0);
        assert!((found[0].outside_m.value - depth_m).abs() < 1e-9, "{:?}", found[0]);
        assert_eq!(found[0].corner_m, [25.0, 6.0]);
    }
}
