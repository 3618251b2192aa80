//! What a contact says of itself, and which pairs count.

#![allow(clippy::unwrap_used)]

use lukao_contact::{
    BoundaryPart, Face, GapReason, Lines, Options, Polyline, Wheel, all_pairs, block_crossings, contacts,
    crossings,
};
use lukao_model::time::S;
use lukao_model::vehicle::{ActorClass, VehicleSheet};
use lukao_model::{ActorIx, Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

const EGO: ActorIx = ActorIx(0);

fn car(id: &str, x: f64, y: f64, yaw: f64, speed: f64) -> ActorBuilder {
    let end =
        if speed == 0.0 { Motion::at(x, y, yaw) } else { Motion::at(x, y, yaw).speed(speed).cruise(20.0) };
    ActorBuilder::car(id).motion(end)
}

fn drive(actors: impl IntoIterator<Item = ActorBuilder>) -> Drive {
    let mut all = actors.into_iter();
    let builder = DriveBuilder::new("test").span_s(0.0, 10.0).ego(all.next().unwrap());
    all.fold(builder, DriveBuilder::actor).build()
}

fn found(drive: &Drive) -> Vec<lukao_contact::ContactInterval> {
    contacts(drive, EGO, &Options::default()).intervals
}

#[test]
fn hit_from_behind() {
    // 4.5 m long each; the gap of 20.5 m closes at 10 m/s at 2.05 s, between two samples.
    let d = drive([car("ego", 0.0, 0.0, 0.0, 0.0), car("a", -25.0, 0.3, 0.0, 10.0)]);
    let all = found(&d);
    assert_eq!(all.len(), 1);
    let c = &all[0];
    assert!((c.from_ns - 2_050_000_000).abs() < 20_000, "{c:?}");
    assert!(c.begin_seen && c.end_seen);
    assert_eq!((c.meeting.ego.face, c.meeting.actor.face), (Face::Rear, Face::Front));
    assert!((c.meeting.point_m[0] + 2.25).abs() < 1e-4 && (c.meeting.point_m[1] - 0.15).abs() < 1e-9);
    assert_eq!(c.meeting.normal, [-1.0, 0.0]);
    assert!((c.meeting.closing_mps.unwrap() - 10.0).abs() < 1e-9);
    // It drives through: deepest when level, out sideways.
    assert!((c.deepest_m - 1.5).abs() < 1e-4);
    assert!((c.to_ns - 2_950_000_000).abs() < 20_000);
}

#[test]
fn corner_of_the_front_on_a_side() {
    let crossing = car("a", 5.0, -12.0, std::f64::consts::FRAC_PI_2, 10.0);
    let d = drive([car("ego", 3.0, 0.0, 0.0, 0.0), crossing]);
    let c = &found(&d)[0];
    assert_eq!((c.meeting.ego.face, c.meeting.actor.face), (Face::Right, Face::Front));
    // The ego ends at 5.25 m, the other's left side is at 4.1 m.
    assert!((c.meeting.point_m[0] - 4.675).abs() < 1e-6);
    assert_eq!(c.meeting.ego.corner, None);
}

#[test]
fn touching_all_along() {
    let d = drive([car("ego", 0.0, 0.0, 0.0, 5.0), car("a", 4.5, 0.0, 0.0, 5.0)]);
    let all = found(&d);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].from_ns, all[0].to_ns), (0, 10 * S));
    assert!(!all[0].begin_seen && !all[0].end_seen);
    assert!(all[0].deepest_m < 1e-6);
}

#[test]
fn trailers_belong_to_their_puller_and_cargo_is_exempt() {
    let trailer = car("trailer", -4.5, 0.0, 0.0, 0.0).with(|a| a.towed_by = Some(EGO));
    let second = car("second", -9.0, 0.0, 0.0, 0.0).with(|a| a.towed_by = Some(ActorIx(1)));
    let cargo = car("cargo", 0.0, 0.0, 0.0, 0.0).with(|a| a.exempt_from = vec![EGO]);
    let other = car("a", -30.0, 0.0, 0.0, 5.0);
    let d = drive([car("ego", 0.0, 0.0, 0.0, 0.0), trailer, second, cargo, other]);
    let all = found(&d);
    let who: Vec<(u32, u32)> = all.iter().map(|c| (c.ego_body.0, c.actor.0)).collect();
    // The cargo overlaps the first trailer, from which it is not exempt.
    assert_eq!(who, [(1, 3), (2, 4), (1, 4), (0, 4)]);
    let pairs: Vec<(u32, u32)> =
        all_pairs(&d, &Options::default()).intervals.iter().map(|c| (c.ego_body.0, c.actor.0)).collect();
    assert_eq!(pairs, [(1, 3), (2, 4), (1, 4), (0, 4), (3, 4)]);
}

#[test]
fn two_levels_touch_only_where_heights_say_so() {
    let at = |z: Option<f64>, h: Option<f64>| {
        let above = car("a", 0.0, 0.0, 1.0, 0.0).height(z, h);
        let d = drive([car("ego", 0.0, 0.0, 0.0, 0.0).height(Some(0.2), Some(1.4)), above]);
        found(&d).len()
    };
    assert_eq!(at(Some(6.0), Some(1.5)), 0);
    assert_eq!(at(Some(1.5), Some(1.5)), 1);
    assert_eq!(at(Some(-500.0), None), 0);
    // A car of unknown height is taken to be 2.2 m high.
    assert_eq!(at(Some(-1.9), None), 1);
    assert_eq!(at(Some(-2.1), None), 0);
    // Unknown height of the underside: the plan decides.
    assert_eq!(at(None, Some(1.5)), 1);
}

#[test]
fn gaps_are_not_bridged() {
    let gap = |x: f64, y: f64| car("a", x, y, 0.0, 0.0).present_s(&[(0.0, 3.0), (3.5, 10.0)]);
    let listed = |ego: ActorBuilder, other: ActorBuilder| {
        let d = drive([ego, other]);
        let all = contacts(&d, EGO, &Options::default());
        all.unbridged.iter().map(|u| (u.actor.0, u.when.from_ns, u.when.to_ns, u.reason)).collect::<Vec<_>>()
    };
    let ego = || car("ego", 0.0, 0.0, 0.0, 0.0);
    assert_eq!(listed(ego(), gap(6.0, 0.0)), [(1, 3 * S, 3_500_000_000, GapReason::ActorGap)]);
    // 70 m/s for half a second, there and back, is 17.5 m; both radii 4.85 m.
    assert_eq!(listed(ego(), gap(22.0, 0.0)).len(), 1);
    assert_eq!(listed(ego(), gap(22.9, 0.0)).len(), 0);
    // A long gap far off, and one as long near.
    let long = |x: f64| car("a", x, 0.0, 0.0, 0.0).present_s(&[(0.0, 1.0), (9.0, 10.0)]);
    assert_eq!(listed(ego(), long(150.0)).len(), 1);
    assert_eq!(listed(ego(), long(250.0)).len(), 0);
    // The ego's own gap.
    let blind = car("ego", 0.0, 0.0, 0.0, 0.0).present_s(&[(0.0, 3.0), (3.5, 10.0)]);
    assert_eq!(listed(blind, car("a", 6.0, 0.0, 0.0, 0.0)), [(1, 3 * S, 3_500_000_000, GapReason::EgoGap)]);
}

#[test]
fn a_gap_is_the_same_in_any_blocks() {
    let a = car("a", 15.0, 0.0, 0.0, 0.0).present_s(&[(0.0, 2.0), (7.0, 10.0)]);
    let b = car("b", 30.0, 0.0, 0.0, 0.0);
    let ego = car("ego", 0.0, 0.0, 0.0, 1.0).present_s(&[(0.0, 4.0), (5.0, 10.0)]);
    let d = drive([ego, a, b]);
    let whole = contacts(&d, EGO, &Options::default());
    assert_eq!(whole.unbridged.len(), 2, "{whole:?}");
    for step in [S / 2, S, 3 * S] {
        let mut scan = lukao_contact::ContactScan::new(EGO, Options::default());
        let mut from = -S;
        while from <= 10 * S {
            scan.scan(&d.slice(from - S, from + step + S), Interval::new(from, from + step));
            from += step;
        }
        assert_eq!(scan.finish(), whole);
    }
}

#[test]
fn over_a_line_and_back() {
    // The right side is at y = -0.9; the line runs along y = -1.05 with the ego's way on its left.
    let d = drive([ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, -0.1).speed(5.0).cruise(20.0))]);
    let line = Polyline {
        id: 42,
        points_m: (0..30).map(|k| [f64::from(k) * 3.0 - 9.0, -1.05]).collect(),
        z_m: None,
    };
    let lines = Lines::new(&[line]).unwrap();
    let all = crossings(&d, EGO, &lines, BoundaryPart::Body, &Options::default()).unwrap();
    assert_eq!(all.len(), 1);
    let c = &all[0];
    assert_eq!((c.line, c.line_id, c.begin_seen, c.wheel), (0, 42, false, None));
    // Front right corner at first, the whole car in the end: its rear left corner leaves last.
    let (s, co) = (0.1f64, 0.1f64);
    let (s, co) = (lukao_model::math::sin(s), lukao_model::math::cos(co));
    let leaves = (1.05 + 0.9 * co + 2.25 * s) / (5.0 * s);
    assert!((c.to_ns as f64 * 1e-9 - leaves).abs() < 1e-3, "{c:?} {leaves}");
    let width = 1.8 * co + 4.5 * s;
    assert!((c.right_m - width).abs() < 1e-3 && c.right_ns == c.to_ns, "{c:?} {width}");
    // No wheels without a sheet.
    let none = block_crossings(&d, EGO, &lines, BoundaryPart::Wheels, Interval::ALL, &Options::default());
    assert!(none.is_none());
}

#[test]
fn wheels_come_from_the_sheet() {
    let sheet = VehicleSheet {
        length_m: Some(4.5),
        wheelbase_m: Some(2.7),
        front_overhang_m: Some(0.9),
        front_track_m: Some(1.5),
        rear_track_m: Some(1.5),
        tyre_width_m: Some(0.2),
        tyre_patch_m: Some(0.2),
        ..VehicleSheet::default()
    };
    // Tyres reach to y = ±0.85. The line at y = -0.84 is under the right tyres only.
    let d = drive([car("ego", 0.0, 0.0, 0.0, 2.0).sheet(sheet)]);
    let at = |y: f64| {
        let line = Polyline { id: 1, points_m: vec![[5.0, y], [6.0, y]], z_m: None };
        let lines = Lines::new(&[line]).unwrap();
        let all = crossings(&d, EGO, &lines, BoundaryPart::Wheels, &Options::default()).unwrap();
        all.iter().map(|c| (c.wheel.unwrap(), c.from_ns, c.to_ns)).collect::<Vec<_>>()
    };
    // Front axle 1.35 m ahead of the centre: its patch begins at 1.45 m, so at 1.775 s it is on.
    let all = at(-0.84);
    assert_eq!(all.iter().map(|w| w.0).collect::<Vec<_>>(), [Wheel::FrontRight, Wheel::RearRight]);
    assert!(
        (all[0].1 - 1_775_000_000).abs() < 100_000 && (all[0].2 - 2_375_000_000).abs() < 100_000,
        "{all:?}"
    );
    assert!(at(-0.86).is_empty());
}

#[test]
fn lines_on_another_level_do_not_count() {
    let d = drive([car("ego", 0.0, 0.0, 0.0, 2.0).height(Some(6.0), Some(1.5))]);
    let at = |z: f64| {
        let line = Polyline { id: 1, points_m: vec![[5.0, -2.0], [5.0, 2.0]], z_m: Some(vec![z, z]) };
        let lines = Lines::new(&[line]).unwrap();
        crossings(&d, EGO, &lines, BoundaryPart::Body, &Options::default()).unwrap().len()
    };
    assert_eq!([at(0.0), at(5.8), at(6.5), at(12.0)], [0, 1, 1, 0]);
}

#[test]
fn pedestrians_too() {
    let walker = ActorBuilder::new("p", ActorClass::Pedestrian, 0.5, 0.6)
        .motion(Motion::at(20.0, -4.0, 1.5).speed(1.4).cruise(20.0))
        .hz(7.0);
    let d = drive([car("ego", 0.0, 0.0, 0.0, 6.0), walker]);
    assert_eq!(found(&d).len(), 1);
}
