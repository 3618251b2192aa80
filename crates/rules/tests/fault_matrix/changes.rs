//! Cases of the rules on changing lanes, overtaking and turning.

use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};
use lukao_testkit::State;
use lukao_track::example;

use crate::case::Case;
use crate::lack::Lack;
use crate::lamps::front_left_m;

pub fn cases() -> Vec<Case> {
    vec![
        // 5 m/s faster behind 20 m/s.
        Case::at_least("lane-change-gap", 5.0 * 0.4 + 25.0 / 6.0 + 20.0, "m")
            .fault("changes lanes with this gap before a faster car", |gap| cuts_in(gap, 1.5))
            .accuracy(0.1)
            .sizes(&[15.0, 40.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("cut-in-forces-braking", 3.0, "m/s2")
            .fault("the car behind then brakes like this", |decel| cuts_in(40.0, decel))
            .accuracy(0.02)
            .sizes(&[1.5, 5.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("double-lane-change", 3.0, "s")
            .fault("stays in the lane between for this long", crosses_two)
            .accuracy(0.03)
            .sizes(&[2.8, 6.0]),
        Case::at_most("overtaking-on-right", 0.0, "")
            .fault("overtakes on the right", |n| overtakes(if n > 0.0 { -1.75 } else { -5.25 }, ""))
            .sizes(&[0.0, 1.0])
            .exact()
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("forbidden-overtaking", 0.0, "")
            .fault("overtakes in a tunnel", |n| overtakes(-5.25, if n > 0.0 { TUNNEL } else { "" }))
            .sizes(&[0.0, 1.0])
            .exact()
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("forbidden-u-turn", 0.0, "")
            .fault("turns round on a bridge", |n| turns_round(n > 0.0))
            .sizes(&[0.0, 1.0])
            .exact(),
        Case::at_least("cuts-into-queue", 15.0, "m")
            .fault("changes between two who stand this far apart", into_queue)
            .accuracy(0.1)
            .sizes(&[12.0, 30.0])
            .lacks(Lack::OthersReference, "actor poses")
            .side("rss-following-distance", "so little room is less than it asks for"),
        Case::at_least("lane-not-yielded", 5.0, "m")
            .fault("enters the middle lane this far before one who comes from its other side", joins)
            .accuracy(0.1)
            .sizes(&[2.0, 20.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("forbidden-turn", 0.0, "")
            .fault("goes straight on past a sign that forbids it", |n| {
                past_sign(if n > 0.0 { "禁止直行" } else { "禁止向左转弯" })
            })
            .sizes(&[0.0, 1.0])
            .exact(),
        Case::at_least("u-turn-lane-taken-late", 50.0, "m")
            .fault("turns round this far beyond its change into the leftmost lane", changes_and_turns_round)
            .accuracy(0.2)
            .sizes(&[22.0, 80.0]),
        Case::at_most("wrong-lane-for-turn", 0.0, "")
            .fault("goes straight on from the lane to the right", |n| {
                through(if n > 0.0 { -5.25 } else { -1.75 })
            })
            .sizes(&[0.0, 1.0])
            .exact()
            .side("leaves-drivable-area", "inside the junction no lane leads that way")
            .side("fast-when-turning", "for a moment it is in the lane of the turn that it does not take"),
    ]
}

const TUNNEL: &str = r#"<tunnel id="t" name="" s="100" length="300" type="standard"/>"#;

fn along(id: &str, y_m: f64, from_m: f64, speed: Speed) -> Body {
    Body::car(id).course(Course::new(Path::from(0.0, y_m, 0.0).straight(900.0), speed).from_m(from_m))
}

/// How far the body's sides are to the left and right of the middle of its path.
fn half_m(s: &State) -> f64 {
    let (sin, cos) = lukao_model::math::sin_cos(s.pose.yaw_rad);
    2.25 * sin.abs() + 0.9 * cos
}

/// At 20 m/s into the left lane, before a car at 25 m/s that then brakes to the ego's speed.
fn cuts_in(gap_m: f64, decel_mps2: f64) -> Plan {
    let path = Path::from(0.0, -5.25, 0.0).straight(220.0).shift(3.5, 70.0).straight(600.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(20.0)).from_m(150.0));
    let t = solve(-3.5, 0.0, 10.0, |t| ego.state(t).pose.y_m);
    let from_m = ego.state(t).pose.x_m - 4.5 - gap_m - 25.0 * t;
    let other = along("other", -1.75, from_m, Speed::of(25.0).hold_s(t + 0.3).to(18.0, decel_mps2));
    let road = xodr::Road::one_way("1", 900.0, 2).kind("rural").limit_kmh(100.0);
    let plan = Plan::new("cuts in", 12.0, ego).hz(100.0).on(xodr::Map::new().road(road).track().unwrap());
    plan.actor(other).when_s(t, t + 3.0)
}

/// From the right lane of three to the left one.
fn crosses_two(between_s: f64) -> Plan {
    let ego = |straight_m: f64| {
        let path = Path::from(10.0, -8.75, 0.0)
            .straight(20.0)
            .shift(3.5, 50.0)
            .straight(straight_m)
            .shift(3.5, 50.0)
            .straight(100.0);
        Body::car("ego").course(Course::new(path, Speed::of(12.0)))
    };
    // From when the right side has left the first line to when the left front wheel reaches the second.
    let between = |straight_m: f64| {
        let ego = ego(straight_m);
        let first = |f: &dyn Fn(&State) -> bool| {
            (0..5000).map(|k| f64::from(k) * 4e-3).find(|t| f(&ego.state(*t))).unwrap_or(20.0)
        };
        first(&|s| front_left_m(s) >= -3.5) - first(&|s| s.pose.y_m - half_m(s) >= -7.0)
    };
    let ego = ego(solve(between_s, 0.0, 120.0, between));
    let road = xodr::Road::one_way("1", 500.0, 3).limit_kmh(60.0);
    let plan = Plan::new("crosses two", 20.0, ego).hz(100.0).when_s(2.0, 20.0);
    plan.on(xodr::Map::new().road(road).track().unwrap())
}

/// Both begin in the lane whose middle is `y_m`; the ego changes to the other one of two and passes.
fn overtakes(y_m: f64, object: &str) -> Plan {
    let shift_m = if y_m < -3.5 { 3.5 } else { -3.5 };
    let path = Path::from(0.0, y_m, 0.0).straight(30.0).shift(shift_m, 60.0).straight(600.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(15.0)).from_m(10.0));
    let other = along("other", y_m, 85.0, Speed::of(10.0));
    let road = xodr::Road::one_way("1", 900.0, 2).limit_kmh(60.0).object(object);
    let plan = Plan::new("overtakes", 22.0, ego).on(xodr::Map::new().road(road).track().unwrap());
    plan.actor(other).when_s(14.0, 16.0)
}

/// From the right lane of two into the left one, between two of a queue; all go at 2 m/s.
fn into_queue(room_m: f64) -> Plan {
    let path = Path::from(0.0, -5.25, 0.0).straight(36.0).shift(3.5, 26.0).straight(200.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(2.0)).from_m(20.0));
    let apart = 0.5 * room_m + 2.25;
    let queued = |id: &str, y_m: f64, from_m: f64| along(id, y_m, from_m, Speed::of(2.0));
    let road = xodr::Road::one_way("1", 900.0, 2).limit_kmh(60.0);
    let plan = Plan::new("cuts into a queue", 30.0, ego).hz(50.0).when_s(13.0, 24.0);
    let plan = plan.actor(queued("first", -1.75, 20.0 + apart)).actor(queued("second", -1.75, 20.0 - apart));
    plan.actor(queued("before it", -5.25, 50.0)).on(xodr::Map::new().road(road).track().unwrap())
}

/// From the left lane of three into the middle one at 10 m/s, as another does from the right lane.
fn joins(gap_m: f64) -> Plan {
    // Both go alike, the other a way behind; the ends of a body that lies askew reach a little farther.
    let over = |id: &str, x_m: f64, y_m: f64, left_m: f64| {
        let path = Path::from(x_m, y_m, 0.0).straight(100.0).shift(left_m, 60.0).straight(400.0);
        Body::car(id).course(Course::new(path, Speed::of(10.0)))
    };
    let ego = over("ego", 0.0, -1.75, -3.5);
    let t = solve(-3.5, 0.0, 20.0, |t| -7.0 - ego.state(t).pose.y_m);
    let (sin, cos) = lukao_model::math::sin_cos(ego.state(t).pose.yaw_rad.abs());
    let back_m = gap_m + 2.0 * (2.25 * cos + 0.9 * sin);
    let other = over("other", -back_m, -8.75, 3.5);
    let road = xodr::Road::at("1", -60.0, 0.0, 0.0)
        .straight(700.0)
        .right(xodr::Lane::new("driving").mark("broken"))
        .right(xodr::Lane::new("driving").mark("broken"))
        .right(xodr::Lane::new("driving"))
        .limit_kmh(60.0);
    let plan = Plan::new("joins", 25.0, ego).hz(100.0).when_s(t - 1.0, t + 1.0);
    plan.on(xodr::Map::new().road(road).track().unwrap()).actor(other)
}

/// Straight on over a crossroads without lights, past a sign of that name.
fn past_sign(name: &str) -> Plan {
    let sign = format!(
        r#"<signals><signal id="1" name="{name}" s="80" t="-4" zOffset="2" orientation="+" dynamic="no" country="CN" type="x" subtype="-1" value="-1"/></signals>"#
    );
    let path = Path::from(-90.0, -1.75, 0.0).straight(180.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(6.0)));
    let plan = Plan::new("past a sign", 28.0, ego).when_s(12.0, 14.0);
    plan.on(xodr::track(&example::crossroads(&[("1", &sign)])).unwrap())
}

/// From its lane over three of the other direction.
fn turns_round(on_bridge: bool) -> Plan {
    let path = |radius_m: f64| Path::from(20.0, -1.75, 0.0).straight(40.0).turn(180.0, radius_m);
    // Into the middle of the outermost lane.
    let end = |path: Path| path.at(path.length_m()).pose.y_m;
    let path = path(solve(8.75, 3.6, 6.0, |radius_m| end(path(radius_m)))).straight(60.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(2.5)));
    let mut road = xodr::Road::at("1", 0.0, 0.0, 0.0)
        .straight(200.0)
        .centre("broken")
        .right(xodr::Lane::new("driving"))
        .left(xodr::Lane::new("driving").mark("broken"))
        .left(xodr::Lane::new("driving").mark("broken"))
        .left(xodr::Lane::new("driving"));
    if on_bridge {
        road = road.object(r#"<bridge id="b" name="" s="50" length="30" type="steel"/>"#);
    }
    let plan = Plan::new("turns round", 40.0, ego).on(xodr::Map::new().road(road).track().unwrap());
    plan.when_s(14.0, 30.0)
}

/// From the right lane of two into the left one, and from there over three of the other direction.
fn changes_and_turns_round(way_m: f64) -> Plan {
    let path = |straight_m: f64, radius_m: f64| {
        let change = Path::from(20.0, -5.25, 0.0).straight(15.0).shift(3.5, 30.0);
        change.straight(straight_m).turn(180.0, radius_m)
    };
    let end = |path: Path| path.at(path.length_m()).pose.y_m;
    let radius_m = solve(8.75, 3.6, 6.0, |radius_m| end(path(10.0, radius_m)));
    let body = |straight_m: f64| {
        let course = Course::new(path(straight_m, radius_m).straight(60.0), Speed::of(2.5));
        Body::car("ego").course(course)
    };
    // From when the middle is over the line between the lanes to when a front wheel reaches the middle of the road.
    let way = |ego: &Body| {
        let times = || (0..80_000).map(|k| f64::from(k) * 1e-3);
        let changed = times().find(|t| ego.state(*t).pose.y_m >= -3.5).unwrap();
        let onset = times().find(|t| front_left_m(&ego.state(*t)) >= 0.0).unwrap();
        let at: Vec<_> = times().skip_while(|t| *t < changed).take_while(|t| *t <= onset).collect();
        let pose = |t: f64| ego.state(t).pose;
        at.windows(2)
            .map(|w| (pose(w[0]), pose(w[1])))
            .map(|(a, b)| lukao_model::math::hypot(b.x_m - a.x_m, b.y_m - a.y_m))
            .sum::<f64>()
    };
    // Straight on every metre counts.
    let short = way(&body(5.0));
    let straight_m = 5.0 + way_m - short;
    let (ego, to_s) = (body(straight_m), (path(straight_m, radius_m).length_m() + 20.0) / 2.5);
    let road = xodr::Road::at("1", 0.0, 0.0, 0.0)
        .straight(300.0)
        .centre("broken")
        .right(xodr::Lane::new("driving").mark("broken"))
        .right(xodr::Lane::new("driving"))
        .left(xodr::Lane::new("driving").mark("broken"))
        .left(xodr::Lane::new("driving").mark("broken"))
        .left(xodr::Lane::new("driving"));
    let plan = Plan::new("changes and turns round", to_s, ego).hz(20.0);
    plan.on(xodr::Map::new().road(road).track().unwrap()).when_s(to_s - 20.0, to_s)
}

/// Straight on through a junction to which the left lane leads straight on and the right one to the right.
fn through(y_m: f64) -> Plan {
    let lane = || xodr::Lane::new("driving").mark("broken");
    let between = |to: u32| {
        format!(
            r#"<predecessor elementType="road" elementId="1" contactPoint="end"/>
            <successor elementType="road" elementId="{to}" contactPoint="start"/>"#
        )
    };
    let of_junction = r#"<predecessor elementType="junction" elementId="9"/>"#;
    let down = -std::f64::consts::FRAC_PI_2;
    let map = xodr::Map::new()
        .road(
            xodr::Road::one_way("1", 100.0, 2).links(r#"<successor elementType="junction" elementId="9"/>"#),
        )
        .road(
            xodr::Road::at("2", 100.0, 0.0, 0.0)
                .straight(20.0)
                .right(lane().links(Some(-1), Some(-1)))
                .in_junction("9")
                .links(&between(3)),
        )
        .road(xodr::Road::at("3", 120.0, 0.0, 0.0).straight(200.0).right(lane()).right(lane()).links(of_junction))
        .road(
            xodr::Road::at("4", 100.0, -3.5, 0.0)
                .arc(-90.0, 10.0)
                .right(lane().links(Some(-2), Some(-1)))
                .in_junction("9")
                .links(&between(5)),
        )
        .road(xodr::Road::at("5", 110.0, -13.5, down).straight(80.0).right(lane()).links(of_junction))
        .xml(
            r#"<junction id="9" name="">
            <connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start"><laneLink from="-1" to="-1"/></connection>
            <connection id="1" incomingRoad="1" connectingRoad="4" contactPoint="start"><laneLink from="-2" to="-1"/></connection>
            </junction>"#,
        );
    let plan = Plan::new("through", 16.0, along("ego", y_m, 40.0, Speed::of(10.0)));
    plan.on(map.track().unwrap()).when_s(5.5, 8.5)
}
