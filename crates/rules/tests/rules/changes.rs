//! Twins and cases of the rules about changing lanes, overtaking and turning.

use lukao_model::Outcome;
use lukao_testkit::{ActorBuilder, Motion};
use lukao_track::{Track, example};

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive, exact};
use crate::twins::Twin;

/// At 20 m/s from the right lane of two to the left one; the middle crosses the line at 3.525 s.
fn changing(accuracy_m: f64) -> ActorBuilder {
    let motion = Motion::points(&[
        (0.0, 50.0, -5.25, 0.0),
        (2.0, 90.0, -5.25, 0.0),
        (5.05, 151.0, -1.75, 0.0),
        (20.0, 450.0, -1.75, 0.0),
    ]);
    accurate(ActorBuilder::car("ego").motion(motion), accuracy_m)
}

/// Before one at 25 m/s who begins at x. At 3.55 s the ego's rear is at 118.75 m and his front at x + 91 m, and he needs 26.17 m.
fn before(x_m: f64, accuracy_m: f64) -> Case {
    let other = car("other", x_m, -1.75, 25.0);
    Case::new(drive(9.0, changing(accuracy_m)).actor(other).build())
        .on(Straight::one_way(2).track())
        .guarded()
}

/// Before one who then brakes; seen up to a time.
fn braked(decel_mps2: f64, until_s: f64) -> Case {
    let motion = Motion::at(5.0, -1.75, 0.0).speed(25.0).cruise(4.0).brake(decel_mps2, 15.0);
    let other = ActorBuilder::car("other").motion(motion).dynamics().present_s(&[(0.0, until_s)]);
    Case::new(drive(9.0, changing(0.0)).actor(other).build()).on(Straight::one_way(2).track()).guarded()
}

/// From the right lane of three to the left one, for some time straight on in the middle lane, in which the body is 0.97 s longer.
fn twice(straight_s: f64, accuracy_m: f64) -> Case {
    let t = 4.0 + straight_s;
    let motion = Motion::points(&[
        (0.0, 10.0, -8.75, 0.0),
        (2.0, 30.0, -8.75, 0.0),
        (4.0, 50.0, -5.25, 0.0),
        (t, 10.0 + 10.0 * t, -5.25, 0.0),
        (t + 2.0, 30.0 + 10.0 * t, -1.75, 0.0),
        (20.0, 210.0, -1.75, 0.0),
    ]);
    let ego = accurate(ActorBuilder::car("ego").motion(motion), accuracy_m);
    Case::new(drive(20.0, ego).build()).on(Straight::one_way(3).track()).guarded()
}

/// Past a slow car from behind: both begin in the lane whose middle is `y_m`, and the ego changes to the other one. The passing is
/// at x = 85 m.
fn past(y_m: f64, road: Straight) -> Case {
    let to = -7.0 - y_m;
    let motion = Motion::points(&[
        (0.0, 10.0, y_m, 0.0),
        (1.0, 25.0, y_m, 0.0),
        (3.0, 55.0, to, 0.0),
        (9.0, 145.0, to, 0.0),
    ]);
    let other = car("other", 60.0, y_m, 5.0).height(None, None);
    let ego = ActorBuilder::car("ego").motion(motion).height(None, None);
    Case::new(drive(9.0, ego).actor(other).build()).on(road.track())
}

/// Through a tunnel that begins there.
fn past_in_tunnel(from_m: f64) -> Case {
    past(-5.25, Straight::one_way(2).structure("tunnel", from_m, 40.0))
}

/// Round to the left at x = 50 m, on a road with a bridge.
fn round(y_m: f64, bridge_m: f64) -> Case {
    let motion =
        Motion::at(30.0, y_m, 0.0).speed(3.5).cruise(20.0 / 3.5).arc(1.75, std::f64::consts::PI * 0.5);
    let ego = ActorBuilder::car("ego").motion(motion).height(None, None);
    let road = Straight::two_way("broken").structure("bridge", bridge_m, 20.0);
    Case::new(drive(12.0, ego).build()).on(road.track())
}

/// Changes into the left lane of two, its middle over the line at x = 30 m, and turns round there at x = `at_m`; its data begin at a
/// time. The corners reach the line to the other direction a little later.
fn round_after(at_m: f64, from_s: f64) -> Case {
    let turn_s = (at_m - 10.0) / 4.0;
    let mut points = vec![(0.0, 10.0, -5.25, 0.0), (4.0, 26.0, -5.25, 0.0), (6.0, 34.0, -1.75, 0.0)];
    points.push((turn_s, at_m, -1.75, 0.0));
    let radius_m: f64 = 5.0;
    for k in 1..=40 {
        let a = f64::from(k) / 40.0 * std::f64::consts::PI;
        let (sin, cos) = (lukao_model::math::sin(a), lukao_model::math::cos(a));
        let t = turn_s + a * radius_m / 4.0;
        points.push((t, at_m + radius_m * sin, -1.75 + radius_m * (1.0 - cos), a));
    }
    let (t, x, y, a) = points[points.len() - 1];
    points.push((t + 5.0, x - 20.0, y, a));
    let ego = ActorBuilder::car("ego").motion(Motion::points(&points)).present_s(&[(from_s, t + 4.0)]);
    let mut road = Straight::one_way(2);
    road.left = vec![("driving", "broken"), ("driving", "broken"), ("driving", "solid")];
    road.centre = "broken";
    Case::new(drive(t + 4.0, accurate(ego, 0.0)).build()).on(road.track()).guarded()
}

/// Two lanes to a junction: the left one leads straight on, the right one to the right.
fn junction() -> Track {
    let lane = |id: i32, links: &str| {
        format!(
            r#"<lane id="{id}" type="driving"><link>{links}</link><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
            <roadMark sOffset="0" type="solid" width="0.15"/></lane>"#
        )
    };
    let road = |id: u32, junction: &str, links: &str, plan: &str, length: f64, lanes: &str| {
        format!(
            r#"<road id="{id}" name="" length="{length}" junction="{junction}"><link>{links}</link>
            <planView><geometry s="0" {plan} length="{length}"</geometry></planView>
            <lanes><laneSection s="0"><center><lane id="0" type="none"/></center><right>{lanes}</right></laneSection></lanes></road>"#
        )
    };
    let straight = |x: f64, y: f64, hdg: f64| format!(r#"x="{x}" y="{y}" hdg="{hdg}""#);
    let to_junction = r#"<successor elementType="junction" elementId="9"/>"#;
    let of_junction = r#"<predecessor elementType="junction" elementId="9"/>"#;
    let between = |to: u32| {
        format!(
            r#"<predecessor elementType="road" elementId="1" contactPoint="end"/>
            <successor elementType="road" elementId="{to}" contactPoint="start"/>"#
        )
    };
    let quarter = 10.0 * std::f64::consts::FRAC_PI_2;
    let two = format!("{}{}", lane(-1, ""), lane(-2, ""));
    let linked = |before: i32| lane(-1, &format!(r#"<predecessor id="{before}"/><successor id="-1"/>"#));
    let roads = [
        road(1, "-1", to_junction, &straight(0.0, 0.0, 0.0), 100.0, &two),
        road(2, "9", &between(3), &straight(100.0, 0.0, 0.0), 20.0, &linked(-1)),
        road(3, "-1", of_junction, &straight(120.0, 0.0, 0.0), 100.0, &two),
        road(4, "9", &between(5), &straight(100.0, -3.5, 0.0), quarter, &linked(-2)),
        road(
            5,
            "-1",
            of_junction,
            &straight(110.0, -13.5, -std::f64::consts::FRAC_PI_2),
            50.0,
            &lane(-1, ""),
        ),
    ];
    let xodr: String = roads
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let shape = if i == 3 { r#"><arc curvature="-0.1"/>"# } else { "><line/>" };
            r.replace("</geometry>", &format!("{shape}</geometry>"))
        })
        .collect();
    exact(&format!(
        r#"<OpenDRIVE><header revMajor="1" revMinor="4"/>{xodr}<junction id="9" name="">
        <connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start"><laneLink from="-1" to="-1"/></connection>
        <connection id="1" incomingRoad="1" connectingRoad="4" contactPoint="start"><laneLink from="-2" to="-1"/></connection>
        </junction></OpenDRIVE>"#
    ))
}

/// Straight on through it.
fn through(y_m: f64, to_s: f64) -> Case {
    Case::new(drive(to_s, car("ego", 50.0, y_m, 10.0)).build()).on(junction())
}

/// Past a sign against going straight on that stands there, and one against turning left, at the crossroads.
fn past_sign(at_m: f64, to_s: f64) -> Case {
    let sign = |id: u32, at_m: f64, name: &str, more: &str| {
        format!(
            r#"<signal id="{id}" name="{name}" s="{at_m}" t="-4" zOffset="2" orientation="+" country="CN" type="x" subtype="-1" value="-1" {more}/>"#
        )
    };
    let no = r#"dynamic="no""#;
    signs_before(&(sign(1, at_m, "禁止直行", no) + &sign(2, 90.0, "禁止向左转弯", no)), to_s)
}

/// Straight on over the crossroads from the west, with signals on the arm; the junction begins at 100 m of it.
fn signs_before(signals: &str, to_s: f64) -> Case {
    let track = exact(&example::crossroads(&[("1", &format!("<signals>{signals}</signals>"))]));
    Case::new(drive(to_s, car("ego", -60.0, -1.75, 10.0)).build()).on(track).params("sign_reach_m = 50.0")
}

/// From the right lane of two into the left one, in which two stand so far apart, the ego in the middle between them.
fn into_queue(room_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::points(&[
        (0.0, 50.0, -5.25, 0.0),
        (2.0, 60.0, -5.25, 0.0),
        (5.0, 75.0, -1.75, 0.0),
        (7.0, 75.0, -1.75, 0.0),
    ]);
    let ego = accurate(ActorBuilder::car("ego").motion(motion).dynamics(), accuracy_m);
    let apart = 0.5 * room_m + 2.25;
    // At the first sample with the whole body in the lane the ego is at 74.25 m.
    let other =
        |id: &str, x_m: f64| ActorBuilder::car(id).motion(Motion::at(x_m, -1.75, 0.0).stand(20.0)).dynamics();
    let drive = drive(7.0, ego).actor(other("first", 74.25 + apart)).actor(other("second", 74.25 - apart));
    Case::new(drive.build()).on(Straight::one_way(2).track()).guarded()
}

/// From the left lane of three into the middle one, as another does from the right lane, so far behind; he comes over at a time.
fn joins(gap_m: f64, accuracy_m: f64, at_s: f64) -> Case {
    let over = |from_y: f64, back_m: f64, at_s: f64| {
        let x = |t: f64| 50.0 + 10.0 * t - back_m;
        Motion::points(&[
            (0.0, x(0.0), from_y, 0.0),
            (at_s - 1.0, x(at_s - 1.0), from_y, 0.0),
            (at_s + 1.0, x(at_s + 1.0), -5.25, 0.0),
            (14.0, x(14.0), -5.25, 0.0),
        ])
    };
    let ego = accurate(ActorBuilder::car("ego").motion(over(-1.75, 0.0, 5.0)), accuracy_m);
    let other = ActorBuilder::car("other").motion(over(-8.75, gap_m + 4.5, at_s));
    Case::new(drive(14.0, ego).actor(other).build()).on(Straight::one_way(3).track()).guarded()
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("lane-not-yielded", [joins(5.1, 0.0, 5.0), joins(4.9, 0.0, 5.0), joins(5.1, 0.3, 5.0)]),
        ("cuts-into-queue", [into_queue(15.1, 0.0), into_queue(14.9, 0.0), into_queue(15.1, 0.3)]),
        ("forbidden-turn", [past_sign(49.0, 9.0), past_sign(51.0, 9.0), past_sign(51.0, 6.0)]),
        ("cut-in-forces-braking", [braked(2.9, 9.0), braked(3.1, 9.0), braked(2.9, 5.0)]),
        ("double-lane-change", [twice(2.2, 0.0), twice(1.9, 0.0), twice(2.2, 0.5)]),
        ("forbidden-overtaking", [past_in_tunnel(90.0), past_in_tunnel(80.0), past_off_the_map()]),
        ("forbidden-u-turn", [round(-1.75, 60.0), round(-1.75, 40.0), round(90.0, 60.0)]),
        ("lane-change-gap", [before(1.0, 0.0), before(2.2, 0.0), before(1.0, 3.0)]),
        (
            "overtaking-on-right",
            [past(-5.25, Straight::one_way(2)), past(-1.75, Straight::one_way(2)), past_off_the_map()],
        ),
        ("u-turn-lane-taken-late", [round_after(79.0, 0.0), round_after(76.0, 0.0), round_after(76.0, 8.0)]),
        ("wrong-lane-for-turn", [through(-1.75, 9.0), through(-5.25, 9.0), through(-1.75, 6.0)]),
    ]
}

fn past_off_the_map() -> Case {
    past(90.0, Straight::one_way(2))
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let f = one(before(2.2, 0.0), "lane-change-gap");
    assert!((f.limit - (2.0 + 25.0 / 6.0 + 20.0)).abs() < 1e-9, "{f:?}");
    assert!((f.measured - (118.75 - 93.2)).abs() < 1e-9 && f.actors == ["other"], "{f:?}");
    let f = one(braked(3.1, 9.0), "cut-in-forces-braking");
    assert!((f.measured - 3.1).abs() < 1e-9, "{f:?}");
    let f = one(twice(1.9, 0.0), "double-lane-change");
    // From the first sample in which the whole body is in the lane.
    assert!((f.measured - (1.9 + 2.0 * 0.85 / 1.75)).abs() < 0.051, "{f:?}");
    let f = one(past_in_tunnel(80.0), "forbidden-overtaking");
    assert_eq!((f.element.as_deref(), f.from_ns / 1_000_000), (Some("tunnel s / road 1"), 5000));
    let f = one(round(-1.75, 40.0), "forbidden-u-turn");
    assert_eq!(f.element.as_deref(), Some("bridge s / road 1"));
    let f = one(joins(4.9, 0.0, 5.0), "lane-not-yielded");
    assert!((f.measured - 4.9).abs() < 1e-6 && f.actors == ["other"], "{f:?}");
    let f = one(past_sign(51.0, 9.0), "forbidden-turn");
    assert_eq!(f.element.as_deref(), Some("signal 1 / road 1"));
    let f = one(into_queue(14.9, 0.0), "cuts-into-queue");
    assert!((f.measured - 14.9).abs() < 1e-6 && f.actors == ["first", "second"], "{f:?}");
    let f = one(through(-5.25, 9.0), "wrong-lane-for-turn");
    assert_eq!(f.element.as_deref(), Some("road 1 section 0 lane -2"));
}

#[test]
fn the_way_in_the_leftmost_lane_is_carried_over_blocks() {
    let case = round_after(76.0, 0.0);
    let whole = case.run("u-turn-lane-taken-late");
    // Over 4 m the change moves it 1.75 m aside. From x = 30.2 m, the first sample in the lane, to where the left front corner comes to y = 0.
    let f = &whole.findings[0];
    let sine = |k: i32| lukao_model::math::sin(f64::from(k) * 1e-4);
    let cosine = |k: i32| lukao_model::math::cos(f64::from(k) * 1e-4);
    let corner = |k: i32| -1.75 + 5.0 * (1.0 - cosine(k)) + 2.25 * sine(k) + 0.9 * cosine(k);
    let slant = 3.8 * lukao_model::math::hypot(1.0, 1.75 / 4.0);
    let angle = f64::from((0..).find(|k| corner(*k) >= 0.0).unwrap()) * 1e-4;
    assert!((f.measured - (slant + 42.0 + 5.0 * angle)).abs() < 0.01, "{f:?} {angle}");
    assert_eq!(case.run_blocks("u-turn-lane-taken-late", 1_000_000_000), whole);
    let r = round_after(120.0, 8.0).run("u-turn-lane-taken-late");
    assert_eq!(r.outcome(), Outcome::Pass, "though its begin is not seen: {r:?}");
}

#[test]
fn who_turns_round_from_another_lane_was_not_in_the_leftmost() {
    let mut road = Straight::one_way(2);
    road.left = vec![("driving", "broken"), ("driving", "solid")];
    road.centre = "broken";
    let motion =
        Motion::at(30.0, -5.25, 0.0).speed(3.5).cruise(20.0 / 3.5).arc(4.375, std::f64::consts::PI * 1.25);
    let case = Case::new(drive(12.0, ActorBuilder::car("ego").motion(motion)).build()).on(road.track());
    let r = case.run("u-turn-lane-taken-late");
    assert!(r.findings.len() == 1 && r.findings[0].measured < 3.0, "{r:?}");
}

#[test]
fn passing_a_queue_in_the_next_lane_is_no_overtaking() {
    let other = car("other", 60.0, -1.75, 5.0);
    let ego = car("ego", 10.0, -5.25, 15.0);
    let r = Case::new(drive(9.0, ego).actor(other).build()).on(Straight::one_way(2).track());
    let r = r.run("overtaking-on-right");
    assert!(r.findings.is_empty() && r.opportunities == 0, "{r:?}");
}

#[test]
fn who_is_not_faster_is_not_cut_off() {
    let other = car("other", 30.0, -1.75, 20.0);
    let case = Case::new(drive(9.0, changing(0.0)).actor(other).build()).on(Straight::one_way(2).track());
    let r = case.run("lane-change-gap");
    assert!(r.findings.is_empty() && r.opportunities == 1, "{r:?}");
}

#[test]
fn the_second_change_counts_only_to_the_same_side() {
    let motion = Motion::points(&[
        (0.0, 10.0, -5.25, 0.0),
        (2.0, 30.0, -1.75, 0.0),
        (4.0, 50.0, -5.25, 0.0),
        (9.0, 100.0, -5.25, 0.0),
    ]);
    let ego = ActorBuilder::car("ego").motion(motion);
    let r = Case::new(drive(9.0, ego).build()).on(Straight::one_way(2).track()).run("double-lane-change");
    assert!(r.findings.is_empty() && r.opportunities == 2, "{r:?}");
}

#[test]
fn a_steep_slope_forbids_to_turn_round_and_to_overtake() {
    let steep = |percent: f64| {
        let round = round(-1.75, 1000.0).on(Straight::two_way("broken").grade(percent).track());
        let past = past(-5.25, Straight::one_way(2).grade(percent));
        (round.run("forbidden-u-turn").findings.len(), past.run("forbidden-overtaking").findings.len())
    };
    assert_eq!((steep(8.0), steep(-8.0), steep(6.0)), ((1, 1), (1, 1), (0, 0)));
}

#[test]
fn a_sign_forbids_to_turn_round() {
    let turn = |name: &str, code: &str| {
        let mut road = Straight::two_way("broken");
        road.signals = format!(
            r#"<signal id="1" name="{name}" s="40" t="-4" zOffset="2" orientation="+" dynamic="no" country="DE" type="{code}" subtype="-1" value="-1"/>"#
        );
        round(-1.75, 1000.0).on(road.track()).run("forbidden-u-turn")
    };
    assert_eq!(turn("", "272").findings.len(), 1);
    assert_eq!(turn("禁止掉头", "x").findings.len(), 1);
    assert!(turn("", "306").findings.is_empty());
}

#[test]
fn a_sign_forbids_the_way_that_it_names_and_no_other() {
    let straight = |name: &str, more: &str| {
        let sign = format!(
            r#"<signal id="1" name="{name}" s="80" t="-4" zOffset="2" orientation="+" country="CN" type="x" subtype="-1" value="-1" {more}/>"#
        );
        signs_before(&sign, 9.0).run("forbidden-turn")
    };
    let still = r#"dynamic="no""#;
    for (name, findings) in [
        ("禁止直行", 1),
        ("禁止直行和向左转弯", 1),
        ("禁止直行和向右转弯", 1),
        ("禁止向左转弯", 0),
        ("禁止向右转弯", 0),
        ("禁止向左向右转弯", 0),
    ] {
        let r = straight(name, still);
        assert_eq!((r.findings.len(), r.opportunities), (findings, 1), "{name}: {r:?}");
    }
    assert_eq!(straight("停车让行", still).opportunities, 0);
    // Hours on the sign, which nobody reads; against another way they do not matter.
    let text = r#"dynamic="no" text="7:00-9:00""#;
    let r = straight("禁止直行", text);
    assert_eq!((r.outcome(), r.undetermined[0].what.as_str()), (Outcome::Undetermined, "what the sign says"));
    assert_eq!(straight("禁止向左转弯", text).outcome(), Outcome::Pass);
}

#[test]
fn a_sign_forbids_to_overtake_until_another_ends_it() {
    let sign = |code: &str, at_m: f64, more: &str| {
        format!(
            r#"<signal id="{code}" name="" s="{at_m}" t="-4" zOffset="2" orientation="+" dynamic="no" country="DE" type="{code}" subtype="-1" value="-1" {more}/>"#
        )
    };
    // The passing is at x = 85 m.
    let run = |signals: String, params: &str| {
        let mut road = Straight::one_way(2);
        road.signals = signals;
        past(-5.25, road).params(params).run("forbidden-overtaking")
    };
    let r = run(sign("276", 40.0, ""), "");
    assert_eq!(r.findings[0].element.as_deref(), Some("signal 276 / road 1"));
    assert_eq!(run(sign("276", 90.0, ""), "").outcome(), Outcome::Pass, "it stands farther on");
    assert_eq!(run(sign("276", 40.0, ""), "sign_reach_m = 44.0").outcome(), Outcome::Pass);
    assert_eq!(run(sign("276", 40.0, ""), "by_signs = false").outcome(), Outcome::Pass);
    assert_eq!(run(sign("276", 40.0, "") + &sign("280", 60.0, ""), "").outcome(), Outcome::Pass);
    assert_eq!(run(sign("280", 40.0, "") + &sign("276", 60.0, ""), "").findings.len(), 1);
    assert_eq!(run(sign("276", 40.0, r#"text="22-6 h""#), "").outcome(), Outcome::Undetermined);
}

#[test]
fn a_sign_on_the_lane_before_speaks_too() {
    let mut road = Straight::one_way(2);
    road.signals = r#"<signal id="1" name="禁止超车" s="40" t="-4" zOffset="2" orientation="+" dynamic="no" country="CN" type="x" subtype="-1" value="-1"/>"#.into();
    let xodr = road.xodr();
    // The same lanes in two sections, the second from 60 m on, linked or not.
    let (begin, end) = (xodr.find("<laneSection").unwrap(), xodr.find("</lanes>").unwrap());
    let section = |s_m: &str, link: &str, linked: bool| {
        let mut text = xodr[begin..end].replace("s=\"0\">", &format!("s=\"{s_m}\">"));
        for id in [-1, -2].into_iter().filter(|_| linked) {
            let lane = format!("<lane id=\"{id}\" type=\"driving\">");
            text = text.replace(&lane, &format!("{lane}<link><{link} id=\"{id}\"/></link>"));
        }
        text
    };
    let run = |linked: bool| {
        let lanes = section("0", "successor", linked) + &section("60", "predecessor", linked);
        let track = exact(&format!("{}{lanes}{}", &xodr[..begin], &xodr[end..]));
        past(-5.25, Straight::one_way(2)).on(track).run("forbidden-overtaking").findings.len()
    };
    assert_eq!((run(true), run(false)), (1, 0));
}

#[test]
fn who_has_to_leave_a_lane_that_ends_may_go_between_them() {
    let r = |length_m: f64, params: &str| {
        let mut road = Straight::one_way(2);
        road.length_m = length_m;
        into_queue(10.0, 0.0).on(road.track()).params(params).run("cuts-into-queue")
    };
    // At the change the ego is at x = 67.5 m.
    assert_eq!((r(260.0, "").findings.len(), r(275.0, "").findings.len()), (0, 1));
    assert_eq!(r(2000.0, "min_room_m = 10.0").findings, []);
    // A queue that flows is none.
    assert_eq!(into_queue(10.0, 0.0).params("queue_mps = 0.0").run("cuts-into-queue").findings.len(), 1);
}

#[test]
fn a_lane_between_two_that_move_is_no_queue() {
    let mut case = into_queue(10.0, 0.0);
    let ego = Motion::points(&[
        (0.0, 50.0, -5.25, 0.0),
        (2.0, 70.0, -5.25, 0.0),
        (5.0, 100.0, -1.75, 0.0),
        (7.0, 120.0, -1.75, 0.0),
    ]);
    let other = |id: &str, x_m: f64| car(id, x_m, -1.75, 10.0);
    let ego = accurate(ActorBuilder::car("ego").motion(ego).dynamics(), 0.0);
    case.drive = drive(7.0, ego).actor(other("first", 57.25)).actor(other("second", 42.75)).build();
    let r = case.run("cuts-into-queue");
    assert_eq!((r.findings.len(), r.opportunities), (0, 1), "{r:?}");
}

#[test]
fn the_left_one_yields_to_who_joins_at_the_same_time() {
    let found = |case: Case, params: &str| {
        let r = case.params(params).run("lane-not-yielded");
        (r.findings.len(), r.opportunities)
    };
    assert_eq!((found(joins(2.0, 0.0, 5.0), ""), found(joins(2.0, 0.0, 7.0), "")), ((1, 1), (1, 1)));
    assert_eq!(found(joins(2.0, 0.0, 9.0), ""), (0, 1), "much later");
    assert_eq!(found(joins(2.0, 0.0, 1.5), ""), (0, 1), "he was there long before");
    assert_eq!(found(joins(2.0, 0.0, 7.0), "within_s = 1.0"), (0, 1));
    // The other way about, the ego is the right one.
    let mut case = joins(2.0, 0.0, 5.0);
    let motion = |from_y: f64, x: f64| {
        Motion::points(&[
            (0.0, x, from_y, 0.0),
            (4.0, x + 40.0, from_y, 0.0),
            (6.0, x + 60.0, -5.25, 0.0),
            (14.0, x + 140.0, -5.25, 0.0),
        ])
    };
    let ego = accurate(ActorBuilder::car("ego").motion(motion(-8.75, 50.0)), 0.0);
    case.drive = drive(14.0, ego).actor(ActorBuilder::car("other").motion(motion(-1.75, 43.0))).build();
    assert_eq!(found(case, ""), (0, 0));
}
