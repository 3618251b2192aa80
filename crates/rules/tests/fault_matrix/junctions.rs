//! Cases of the rules on junctions and right of way. The crossroads of the examples: arms 1 west, 2 south, 3 east,
//! 4 north; 12 m from the middle they end.

use lukao_model::code::SignalState::{FlashingRed, Green};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, math};
use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};
use lukao_track::{Track, example};

use crate::case::Case;
use crate::lack::Lack;

/// Half of a car's length, metres.
const HALF_M: f64 = 2.25;

pub fn cases() -> Vec<Case> {
    // Places where ways meet are told to 0.5 m, at 5 m/s; bodies swing a little in turns.
    let crossing = |rule| Case::at_least(rule, 2.0, "s").accuracy(0.2);
    vec![
        crossing("give-way")
            .fault("leaves this gap to one on the road with the right of way", |gap| {
                let sign = sign("205");
                meet(&[("1", &sign)], way(0, 2), way(3, 2), gap)
            })
            .sizes(&[0.8, 4.0])
            .lacks(Lack::OthersReference, "actor poses"),
        crossing("unsignalled-right-of-way")
            .fault("leaves this gap to one from the right", |gap| meet(&[], way(0, 2), way(1, 2), gap))
            .sizes(&[0.8, 4.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("emergency-vehicle-cut-off", 3.0, "s")
            .accuracy(0.2)
            .fault("leaves this gap to an ambulance on duty", |gap| {
                meet(&[], way(0, 2), way(3, 2), gap)
                    .log(|d| d.actor_codes("other", Channel::EmergencyLamp, &[(0.0, Some(1))]))
            })
            .sizes(&[1.0, 4.5])
            .lacks(Lack::OthersReference, "actor poses"),
        crossing("left-turn-cuts-oncoming")
            .fault("leaves this gap to one who comes straight on", |gap| meet(&[], way(0, 3), way(2, 2), gap))
            .sizes(&[0.8, 4.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("left-turn-right-of-centre", 0.0, "m")
            .fault("turns left this far to the right of the centre point", round_centre)
            .accuracy(0.05)
            .sizes(&[-1.5, 0.5]),
        Case::at_most("right-turn-past-queue", 0.0, "1")
            .fault("turns right past one who waits", past_waiting)
            .sizes(&[0.0, 1.0])
            .side("rss-lateral-distance", "both fit into the lane, and not more")
            .lacks(Lack::OthersReference, "actor poses")
            .exact(),
        crossing("right-turn-cuts-left-turn")
            .fault("leaves this gap to one who turns left", |gap| meet(&[], way(0, 1), way(2, 3), gap))
            .sizes(&[0.8, 4.0])
            .lacks(Lack::OthersReference, "actor poses"),
        crossing("roundabout-entry")
            .fault("leaves this gap to one in the roundabout", ring)
            .sizes(&[0.8, 4.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("stop-sign", 0.2, "m/s")
            .fault("rolls past a stop sign at this speed", rolls)
            .accuracy(0.02)
            .sizes(&[0.0, 1.5]),
        Case::at_least("blocked-junction-entered", 5.0, "m")
            .fault("enters with this much room beyond the junction", blocked)
            .accuracy(0.02)
            .sizes(&[3.0, 6.0])
            .side("rss-following-distance", "it comes up to one who stands")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("stops-on-crossing", 3.0, "s")
            .fault("stands on a crossing for this long", |s| stands("crosswalk", s))
            .accuracy(0.1)
            .sizes(&[1.0, 20.0]),
        Case::at_most("stops-in-yellow-box", 3.0, "s")
            .fault("stands in a yellow box for this long", |s| stands("yellowBox", s))
            .accuracy(0.1)
            .sizes(&[1.0, 20.0]),
        Case::at_most("level-crossing-on-red", 0.3, "s")
            .fault("enters this long after the lamps turned red", level_crossing)
            .params("grace_s = 0.3")
            .accuracy(0.002)
            .sizes(&[-2.0, 3.0])
            .lacks(Lack::SignalStates, "signal_state"),
    ]
}

pub fn track(extra: &[(&str, &str)]) -> Track {
    xodr::track(&example::crossroads(extra)).unwrap()
}

fn sign(code: &str) -> String {
    format!(
        "<signals><signal id=\"7\" s=\"95\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"{code}\"/></signals>"
    )
}

/// A way through the crossroads with what lies in the junction.
pub struct Way {
    path: Path,
    inside_m: [f64; 2],
}

impl Way {
    pub fn path(self) -> Path {
        self.path
    }
}

/// From an arm (0 west, 1 south, 2 east, 3 north) to the right (1), straight on (2) or to the left (3).
pub fn way(arm: usize, step: usize) -> Way {
    let (from, to) = (arm + 1, (arm + step) % 4 + 1);
    along(&track(&[]), [(from.to_string(), -1), (format!("{from}{to}"), -1), (to.to_string(), 1)])
}

/// Along three lanes, the middle one in the junction.
fn along(track: &Track, lanes: [(String, i32); 3]) -> Way {
    let lanes = lanes.map(|(road, n)| track.lane_by_id(&format!("road {road} section 0 lane {n}")).unwrap());
    let [from, inside, _] = lanes.map(|l| track.lane(l).length_m());
    Way { path: Path::along(track, &lanes), inside_m: [from, from + inside] }
}

/// Where a swath of 2 m along one way lies in that of another, from and to; by walking along it.
fn zone(a: &Way, b: &Way) -> [f64; 2] {
    let steps = |w: &Way| {
        let n = ((w.inside_m[1] - w.inside_m[0]) / 0.05) as usize;
        let from = w.inside_m[0];
        (0..=n).map(move |k| from + 0.05 * k as f64).collect::<Vec<_>>()
    };
    let theirs: Vec<(f64, f64)> =
        steps(b).iter().map(|s| (b.path.at(*s).pose.x_m, b.path.at(*s).pose.y_m)).collect();
    let mut out = [f64::INFINITY, f64::NEG_INFINITY];
    for s in steps(a) {
        let p = a.path.at(s).pose;
        let (sin, cos) = math::sin_cos(p.yaw_rad);
        let meets = (-4..=4).any(|i| {
            let u = 0.25 * f64::from(i);
            let (x, y) = (p.x_m - u * sin, p.y_m + u * cos);
            theirs.iter().any(|t| math::hypot(t.0 - x, t.1 - y) <= 1.0)
        });
        if meets {
            out = [out[0].min(s), out[1].max(s)];
        }
    }
    out
}

/// Both at 5 m/s; the ego first, and the other so long after it.
pub fn meet(extra: &[(&str, &str)], mine: Way, theirs: Way, gap_s: f64) -> Plan {
    plan(track(extra), mine, theirs, gap_s, 60.0)
}

fn plan(track: Track, mine: Way, theirs: Way, gap_s: f64, from_m: f64) -> Plan {
    const V: f64 = 5.0;
    let (a, b) = (zone(&mine, &theirs), zone(&theirs, &mine));
    let out_s = (a[1] + HALF_M - from_m) / V;
    let other_m = b[0] - HALF_M - V * (out_s + gap_s);
    let body = |id: &str, way: Way, from: f64| {
        Body::car(id).course(Course::new(way.path, Speed::of(V)).from_m(from))
    };
    Plan::new("meet", 18.0, body("ego", mine, from_m))
        .on(track)
        .actor(body("other", theirs, other_m))
        .when_s((a[0] - HALF_M - from_m) / V, out_s)
}

/// From the west to the north; the centre lines meet at the origin.
fn round_centre(right_m: f64) -> Plan {
    let turn = |radius_m: f64| {
        let path = |straight_m: f64| Path::from(-60.0, -1.75, 0.0).straight(straight_m).turn(90.0, radius_m);
        let end = |path: Path| path.at(path.length_m()).pose.x_m;
        path(solve(1.75, 20.0, 60.0, |straight_m| end(path(straight_m)))).straight(60.0)
    };
    let body = |radius_m: f64| Body::car("ego").course(Course::new(turn(radius_m), Speed::of(3.0)));
    // How far the middle is from the origin at its nearest; the origin is on its left if it comes by below.
    let right_of = |body: &Body| {
        let at = (0..30_000).map(|k| body.state(f64::from(k) * 1e-3).pose);
        let near = at.min_by(|a, b| math::hypot(a.x_m, a.y_m).total_cmp(&math::hypot(b.x_m, b.y_m)));
        let near = near.unwrap();
        let far = math::hypot(near.x_m, near.y_m);
        if near.y_m < near.x_m { far } else { -far }
    };
    let ego = body(solve(right_m, 4.0, 14.0, |r| right_of(&body(r))));
    Plan::new("round the centre", 26.0, ego).on(track(&[])).when_s(10.0, 25.0)
}

/// A narrow one stands 2 m before the end of the lane, goes on in time or never.
fn past_waiting(n: f64) -> Plan {
    let end = |r: f64| {
        let path = |straight_m: f64| Path::from(-60.0, -2.5, 0.0).straight(straight_m).turn(-90.0, r);
        let x = |path: Path| path.at(path.length_m()).pose.x_m;
        path(solve(-1.75, 20.0, 60.0, |straight_m| x(path(straight_m)))).straight(60.0)
    };
    let ego = Body::car("ego").course(Course::new(end(7.0), Speed::of(3.0)));
    let goes = if n > 0.0 { 40.0 } else { 7.0 };
    let path = Path::from(-15.0, -0.6, 0.0).straight(100.0);
    let other = Body::vehicle("other", ActorClass::Motorcycle, 2.0, 0.7)
        .course(Course::new(path, Speed::of(0.0).hold_s(goes).to(8.0, 1.5)));
    Plan::new("past one who waits", 30.0, ego).on(track(&[])).actor(other).when_s(12.0, 20.0)
}

fn ring(gap_s: f64) -> Plan {
    let track = xodr::track(&example::roundabout()).unwrap();
    let ring = |first: &str, inside: &str| along(&track, [first, inside, "2"].map(|r| (r.into(), -1)));
    let (mine, theirs) = (ring("1", "12"), ring("2", "22"));
    plan(track.clone(), mine, theirs, gap_s, 50.0)
}

fn rolls(slowest_mps: f64) -> Plan {
    let sign = sign("206");
    // 1 m before the end of the lane its front is as slow as that, for a moment.
    let speed = Speed::of(8.0).hold_s(1.0).to(slowest_mps, 1.5);
    let way = speed.distance_m(speed.end_s());
    let ends = speed.end_s();
    let speed = speed.hold_s(0.5).to(6.0, 1.5);
    let ego =
        Body::car("ego").course(Course::new(self::way(0, 2).path, speed).from_m(100.0 - 1.0 - HALF_M - way));
    Plan::new("rolls", 22.0, ego).on(track(&[("1", &sign)])).when_s(ends, ends + 4.0)
}

fn blocked(room_m: f64) -> Plan {
    let rear_m = 124.0 + room_m;
    let speed = Speed::of(8.0).stop_at_m(rear_m - 1.9 - HALF_M - 50.0, 1.5);
    let stands_s = speed.end_s();
    let speed = speed.hold_s(6.0).to(6.0, 1.0);
    let ego = Body::car("ego").course(Course::new(way(0, 2).path, speed).from_m(50.0));
    let lead = Speed::of(0.0).hold_s(stands_s + 5.0).to(8.0, 1.5);
    let lead = Body::car("lead").course(Course::new(way(0, 2).path, lead).from_m(rear_m + HALF_M));
    Plan::new("blocked", stands_s + 14.0, ego).on(track(&[])).actor(lead).when_s(5.0, stands_s + 6.0)
}

/// An area from 78 to 82 m along the western arm.
fn stands(kind: &str, for_s: f64) -> Plan {
    let t = if kind == "crosswalk" { "0" } else { "-1.75" };
    let object = format!(
        "<objects><object id=\"4\" type=\"{kind}\" s=\"80\" t=\"{t}\" hdg=\"0\" length=\"4\" width=\"7\"/></objects>"
    );
    let speed = Speed::of(8.0).stop_at_m(60.0, 1.5);
    // Slower than 0.2 m/s it counts as standing already: at 1.5 m/s² and a jerk of some m/s³, for some hundredths.
    let stops_s = speed.end_s();
    let speed = speed.hold_s(for_s - 2.0 * slow_s()).to(8.0, 1.5);
    let ego = Body::car("ego").course(Course::new(way(0, 2).path, speed).from_m(20.0));
    Plan::new("stands", stops_s + for_s + 12.0, ego)
        .hz(50.0)
        .on(track(&[("1", &object)]))
        .when_s(stops_s, stops_s + for_s)
}

/// How long a car that moves off stays below 0.2 m/s.
pub fn slow_s() -> f64 {
    let off = Speed::of(0.0).to(8.0, 1.5);
    (0..).map(|k| 1e-3 * f64::from(k)).find(|t| off.state(*t).1 >= 0.2).unwrap()
}

fn level_crossing(red_for_s: f64) -> Plan {
    let map = track(&[(
        "1",
        "<objects><object id=\"6\" type=\"levelCrossing\" s=\"60\" t=\"0\" hdg=\"0\" length=\"6\" width=\"7\"/></objects>\
         <signals><signal id=\"X\" s=\"55\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"/></signals>",
    )]);
    let ego = Body::car("ego").course(Course::new(way(0, 2).path, Speed::of(8.0)).from_m(10.0));
    let enters_s = (57.0 - 10.0 - HALF_M) / 8.0;
    let states = [(0.0, Some(Green)), (enters_s - red_for_s, Some(FlashingRed))];
    Plan::new("level crossing", 14.0, ego)
        .on(map)
        .log(move |d| d.signal("X", &states))
        .when_s(enters_s, enters_s)
}
