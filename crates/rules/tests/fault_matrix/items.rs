//! Cases of the rules about the items of a closed-field exam.

use lukao_model::Channel;
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_track::Track;

use crate::case::Case;

/// A road of 600 m along +x with a station all over it.
fn station(elements: &str) -> Track {
    on(xodr::Road::two_way("1", 600.0), elements)
}

fn on(road: xodr::Road, elements: &str) -> Track {
    let zone = "[[-50, -50], [700, -50], [700, 50], [-50, 50]]";
    let text = format!(
        "format = 1\n[[station]]\nid = \"item-1\"\nkind = \"item\"\nzone = {zone}\naccuracy_m = 0.0\n{elements}"
    );
    xodr::Map::new().road(road).track().unwrap().with_stations("stations.toml", &text).unwrap()
}

/// Along the right lane from x = 20 m.
fn lane() -> Path {
    Path::from(20.0, -1.75, 0.0).straight(500.0)
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("takes-too-long", 20.0, "s")
            .fault("the whole drive takes this long", |s| {
                let ego = Body::car("ego").course(Course::new(lane(), Speed::of(5.0)));
                Plan::new("takes long", s, ego).when_s(0.0, s).on(station(""))
            })
            .params("max_s = 20.0")
            .accuracy(0.05)
            .sizes(&[5.0, 60.0]),
        Case::at_most("wheel-over-edge", 0.05, "m")
            .fault("a wheel gets this far over the edge", |over_m| {
                // The tyres reach 0.875 m to the side; the edge is 0.5 m inside the lane.
                let path = Path::from(20.0, -3.0 + 0.875 - over_m, 0.0).straight(500.0);
                let ego = Body::car("ego").course(Course::new(path, Speed::of(5.0)));
                Plan::new("over the edge", 15.0, ego)
                    .when_s(0.0, 15.0)
                    .on(station("edges = [[[30, -3], [60, -3]], [[30, 9], [60, 9]]]"))
            })
            .params("max_over_m = 0.05")
            .accuracy(0.001)
            .sizes(&[-0.2, 0.15])
            .compliant("a gate that the body passes", gate()),
        Case::at_most("stands-in-station", 5.0, "s")
            .fault("stops on the way for this long", |s| {
                let speed = Speed::of(6.0).hold_s(2.0).to(0.0, 2.0);
                let from = speed.end_s();
                let ego = Body::car("ego").course(Course::new(lane(), speed.hold_s(s).to(6.0, 2.0)));
                Plan::new("stops", from + s + 8.0, ego).when_s(from, from + s).on(station(""))
            })
            .params("max_s = 5.0")
            // It counts as standing a little before it does and a little after.
            .accuracy(0.5)
            .sizes(&[1.0, 12.0])
            .exact()
            .compliant("a stop at which it turns back", shunts(2)),
        Case::at_most("too-many-strokes", 3.0, "1")
            .fault("drives forward this often", |n| shunts(n as usize))
            .params("max_back = 9.0")
            .sizes(&[1.0, 3.0, 4.0]),
        Case::at_most("not-in-slot", 0.0, "m")
            .fault("stands this far out of the bay", |out_m| {
                // The bay leaves 0.35 m to each side.
                let path = Path::from(20.0, -1.75 + 0.35 + out_m, 0.0).straight(100.0);
                let speed = Speed::of(5.0).stop_at_m(40.0, 1.5);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(path, speed));
                Plan::new("parks", end_s + 3.0, ego)
                    .when_s(end_s - 1.0, end_s + 3.0)
                    .on(station("slots = [[[55, -3], [65, -3], [65, -0.5], [55, -0.5]]]"))
            })
            .accuracy(0.001)
            .sizes(&[-0.35, 0.2]),
        Case::at_least("bend-not-indicated", 3.0, "s")
            .fault("indicates a bend this long before it", bend)
            .accuracy(0.001)
            .sizes(&[0.0, 5.0]),
        Case::at_most("stops-off-station-line", 0.5, "m")
            .fault("stops this far before the line", |before_m| {
                let speed = Speed::of(8.0).stop_at_m(60.0 - 2.25 - before_m, 2.0);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(lane(), speed));
                Plan::new("stops", end_s + 5.0, ego)
                    .when_s(end_s, end_s)
                    .on(station("line = [[80, 0], [80, -3.5]]"))
            })
            // It counts as standing a little before it does.
            .accuracy(0.02)
            .sizes(&[0.1, 2.0]),
    ]
}

/// Straight on between two edges with 20 cm to each side.
fn gate() -> Plan {
    let ego = Body::car("ego").course(Course::new(lane(), Speed::of(5.0)));
    let edges = "edges = [[[60, -0.65], [61, -0.65]], [[60, -2.85], [61, -2.85]]]";
    Plan::new("gate", 20.0, ego).on(station(edges))
}

/// So often forward, with a stroke back between each.
fn shunts(forward: usize) -> Plan {
    let ahead = || Speed::of(0.0).to(1.5, 1.0).hold_s(2.0).to(0.0, 1.0).hold_s(0.5);
    let back = || Speed::of(0.0).to(-1.5, 1.0).hold_s(1.0).to(0.0, 1.0).hold_s(0.5);
    let mut course = Course::new(lane(), ahead());
    for _ in 1..forward {
        course = course.then_back(|p| p.straight(50.0), back()).then(|p| p.straight(50.0), ahead());
    }
    let end_s = course.end_s();
    Plan::new("shunts", end_s, Body::car("ego").course(course)).when_s(0.0, end_s).on(station(""))
}

/// Through a bend to the left on a road of its own, indicated so long before the heading is 3° off; not at all at 0.
fn bend(lead_s: f64) -> Plan {
    let lane = xodr::Lane::new("driving");
    let road = xodr::Road::at("1", 0.0, 0.0, 0.0).straight(60.0).arc(90.0, 12.0).straight(150.0).right(lane);
    let track = on(road, "");
    let lanes: Vec<_> = track.lanes().map(|l| l.0).collect();
    let ego = Body::car("ego").course(Course::new(Path::along(&track, &lanes), Speed::of(4.0)).from_m(10.0));
    let still = |t: &f64| ego.state(*t).pose.yaw_rad <= 3.0_f64.to_radians();
    let turn_s = (0..400).map(|i| f64::from(i) * 0.05).take_while(still).last().unwrap_or(0.0);
    let codes = [(0.0, Some(0)), (turn_s - lead_s, Some(1)), (turn_s + 5.0, Some(0))];
    let codes = if lead_s > 0.0 { codes.to_vec() } else { codes[..1].to_vec() };
    Plan::new("bend", 22.0, ego)
        .when_s(turn_s, turn_s + 4.0)
        .log(move |d| d.actor_codes("ego", Channel::Indicator, &codes))
        .on(track)
}
