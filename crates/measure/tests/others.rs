//! Who is ahead in the ego's way, and who beside it meets it: against scenes whose answer is plain, and a slow second answer.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // Helpers of tests are tests too; a second answer may use other sines.

use lukao_measure::{Admit, Ahead, Held, Measures, Who};
use lukao_model::time::S;
use lukao_model::vehicle::ActorClass;
use lukao_model::{Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};
use lukao_track::{Track, example};

/// One way along +x: lane -1 is 6 m wide, -2 and -3 are 3.5 m.
const ROAD: &str = r#"<OpenDRIVE><header revMajor="1" revMinor="4"/>
  <road id="1" name="" length="400" junction="-1" rule="RHT">
    <planView><geometry s="0" x="0" y="0" hdg="0" length="400"><line/></geometry></planView>
    <lanes><laneSection s="0">
      <left><lane id="1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></left>
      <center><lane id="0" type="none"/></center><right>
      <lane id="-1" type="driving"><width sOffset="0" a="6" b="0" c="0" d="0"/></lane>
      <lane id="-2" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
      <lane id="-3" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
    </right></laneSection></lanes></road></OpenDRIVE>"#;

fn road() -> Track {
    Track::from_parts("road", ROAD.as_bytes(), Some("accuracy_m = 0.0")).unwrap()
}

fn one_sample(ego: ActorBuilder, others: Vec<ActorBuilder>) -> Drive {
    let drive = DriveBuilder::new("one").span_s(0.0, 0.1).hz(20.0).ego(ego);
    others.into_iter().fold(drive, DriveBuilder::actor).build()
}

fn at(id: &str, x: f64, y: f64, yaw: f64, speed: f64) -> ActorBuilder {
    ActorBuilder::car(id).motion(Motion::at(x, y, yaw).speed(speed).cruise(10.0)).dynamics()
}

/// Name and gap of the one ahead at the first sample.
fn ahead(drive: &Drive, track: &Track) -> Option<(String, f64)> {
    let held = Held::default();
    let m = Measures::new(drive, Interval::new(0, S), Some(track), Admit::ALL, &held);
    match &m.ahead(Who::Vehicles).unwrap()[0] {
        Ahead::Lead(lead) => Some((drive.actor(lead.actor).id.clone(), lead.gap_m.value)),
        Ahead::Free => None,
        Ahead::Unknown(what, why) => panic!("{what}: {why}"),
    }
}

/// Both are 1.8 m wide.
#[test]
fn who_stands_in_the_lane_beside_the_way_is_not_ahead() {
    let track = road();
    let seen = |ego_y: f64, y: f64| {
        let drive = one_sample(at("ego", 10.0, ego_y, 0.0, 10.0), vec![at("parked", 50.0, y, 0.0, 0.0)]);
        ahead(&drive, &track)
    };
    assert_eq!(seen(-2.0, -3.79), Some(("parked".into(), 35.5)));
    assert_eq!(seen(-2.0, -3.81), None, "in the same lane, but beside the strip");
    assert!(seen(-3.0, -3.81).is_some(), "the ego is in the middle now");
    // From the next lane, with a corner in the ego's.
    assert!(seen(-5.05, -6.8).is_some(), "0.1 m over the line, 0.05 m in the ego's strip");
    assert_eq!(seen(-5.05, -6.95), None, "wholly in the next lane");
}

/// He stands 0.2 m within the ego's strip; 40 m before him it is told what the ego then does.
#[test]
fn who_stands_and_is_driven_round_is_not_ahead() {
    let track = road();
    let seen = |over_m: f64, his_mps: f64, to_s: f64| {
        let way = [(0.0, 10.0, -2.0, 0.0), (2.0, 30.0, -2.0 + over_m, 0.0), (6.0, 70.0, -2.0 + over_m, 0.0)];
        let ego = ActorBuilder::car("ego").motion(Motion::points(&way));
        let drive = DriveBuilder::new("round").span_s(0.0, to_s).hz(20.0).ego(ego);
        let drive = drive.actor(at("parked", 50.0, -3.6, 0.0, his_mps)).build();
        ahead(&drive, &track).map(|x| x.0)
    };
    assert_eq!(seen(0.21, 0.0, 6.0), None, "1.81 m from middle to middle");
    assert_eq!(seen(0.19, 0.0, 6.0), Some("parked".into()), "it touches him");
    assert_eq!(seen(0.21, 0.6, 6.0), Some("parked".into()), "he moves");
    assert_eq!(seen(0.21, 0.0, 3.0), Some("parked".into()), "not seen to go past");
}

/// Whether the ego goes past one who stands is kept from sample to sample; asked for one sample it is looked up anew.
#[test]
fn what_was_seen_from_a_sample_before_does_not_change_the_answer() {
    let track = road();
    for over_m in [0.19, 0.21] {
        let way = [(0.0, 10.0, -2.0, 0.0), (2.0, 30.0, -2.0 + over_m, 0.0), (6.0, 70.0, -2.0 + over_m, 0.0)];
        // He stands in two places one after the other; the ego is not seen to go past the second.
        let his =
            [(0.0, 40.0, -3.6, 0.0), (1.0, 40.0, -3.6, 0.0), (1.5, 80.0, -3.6, 0.0), (9.0, 80.0, -3.6, 0.0)];
        let drive = DriveBuilder::new("round").span_s(0.0, 6.0).hz(20.0);
        let drive = drive.ego(ActorBuilder::car("ego").motion(Motion::points(&way)));
        let drive = drive.actor(ActorBuilder::car("parked").motion(Motion::points(&his))).build();
        let all = of_block_and_anew(&drive, &track, Who::Vehicles);
        assert!(all.iter().any(|a| matches!(a, Ahead::Lead(_))), "{over_m}");
        assert_eq!(all.contains(&Ahead::Free), over_m > 0.2, "{over_m}");
    }
}

/// Who is ahead at the samples of a drive of at most 20 s, which must be what is found for each of them alone among all there are.
fn of_block_and_anew(drive: &Drive, track: &Track, who: Who) -> Vec<Ahead> {
    let (held, block) = (Held::default(), Interval::new(0, 20 * S));
    let measures = || Measures::new(drive, block, Some(track), Admit::ALL, &held);
    let (m, anew) = (measures(), measures());
    let all = m.ahead(who).unwrap();
    for (k, found) in m.ego().in_block().zip(all.iter()) {
        assert_eq!(*found, anew.ahead_at(k, who).unwrap(), "{who:?}, sample {k}");
    }
    all.to_vec()
}

/// Who was ahead at a sample says who can be at the next: in traffic that overtakes, cuts in, crosses, stands and is logged at
/// other times than the ego.
#[test]
fn who_was_ahead_before_does_not_change_who_is() {
    let track = road();
    let rng = &mut Rng::new(23);
    let (mut leads, mut changes, mut free) = (0, 0, 0);
    for _ in 0..12 {
        let (y, v) = (rng.range(-10.0, -2.0), rng.range(4.0, 14.0));
        let ego = [(0.0, 10.0, y, 0.0), (8.0, 10.0 + 8.0 * v, rng.range(-10.0, -2.0), 0.0)];
        let ego = ActorBuilder::car("ego").motion(Motion::points(&ego));
        let mut drive = DriveBuilder::new("dense").span_s(0.0, 8.0).hz(10.0).ego(ego);
        for i in 0..25 {
            let (x, y, across) = (rng.range(0.0, 220.0), rng.range(-13.0, 3.0), rng.range(-4.0, 4.0));
            let v = if rng.chance(0.3) { 0.0 } else { rng.range(-2.0, 16.0) };
            let way = [(0.0, x, y, 0.0), (8.0, x + 8.0 * v, if v == 0.0 { y } else { y + across }, 0.0)];
            let id = format!("{i}");
            let he = match i % 5 {
                0 => ActorBuilder::pedestrian(&id),
                1 => ActorBuilder::bicycle(&id),
                2 => ActorBuilder::car(&id).hz(7.0),
                3 => ActorBuilder::car(&id).present_s(&[(rng.range(0.0, 3.0), rng.range(4.0, 8.0))]),
                _ => ActorBuilder::car(&id).size(12.0, 2.5),
            };
            drive = drive.actor(he.motion(Motion::points(&way)));
        }
        let drive = drive.build();
        for who in [Who::Vehicles, Who::Anyone] {
            let all = of_block_and_anew(&drive, &track, who);
            let actor = |a: &Ahead| if let Ahead::Lead(lead) = a { Some(lead.actor) } else { None };
            leads += all.iter().filter_map(actor).count();
            free += all.iter().filter(|a| **a == Ahead::Free).count();
            changes += all.windows(2).filter(|w| actor(&w[0]) != actor(&w[1])).count();
        }
    }
    assert!(leads > 800 && changes > 40 && free > 5, "{leads} {changes} {free}");
}

/// In a wide lane round a narrow bend the straight way is much longer than the one along the lane's middle.
#[test]
fn who_is_ahead_round_a_wide_bend_is_the_same_for_every_block() {
    const BEND: &str = r#"<OpenDRIVE><header revMajor="1" revMinor="4"/>
        <road id="1" name="" length="112.566" junction="-1" rule="RHT">
        <planView><geometry s="0" x="0" y="0" hdg="0" length="50"><line/></geometry>
        <geometry s="50" x="50" y="0" hdg="0" length="12.566"><arc curvature="0.25"/></geometry>
        <geometry s="62.566" x="50" y="8" hdg="3.1415926" length="50"><line/></geometry></planView>
        <lanes><laneSection s="0"><center><lane id="0" type="none"/></center><right>
        <lane id="-1" type="driving"><width sOffset="0" a="40" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
        </road></OpenDRIVE>"#;
    let track = Track::from_parts("bend", BEND.as_bytes(), Some("accuracy_m = 0.0")).unwrap();
    // Round the middle of the bend, so far from it.
    let round = |r: [f64; 2], a: [f64; 2]| {
        let mix = |of: [f64; 2], part: f64| of[0] + (of[1] - of[0]) * part;
        let at = |i: i32| {
            let part = f64::from(i) / 20.0;
            let (r, a) = (mix(r, part), mix(a, part));
            (4.0 * part, 50.0 + r * a.sin(), 4.0 - r * a.cos(), a)
        };
        Motion::points(&(0..=20).map(at).collect::<Vec<_>>())
    };
    let rng = &mut Rng::new(29);
    let mut leads = 0;
    for _ in 0..20 {
        let own = rng.range(40.0, 43.0);
        let mut drive = DriveBuilder::new("bend").span_s(0.0, 4.0).hz(10.0);
        drive = drive.ego(ActorBuilder::car("ego").motion(round([own, own], [0.05, rng.range(0.1, 0.6)])));
        for i in 0..8 {
            // Some come into the ego's way from the side.
            let (from, to) = (rng.range(32.0, 43.0), rng.range(40.0, 43.0));
            let a = rng.range(1.6, 2.9);
            let he =
                ActorBuilder::car(&format!("{i}")).motion(round([from, to], [a, a + rng.range(0.0, 0.1)]));
            drive = drive.actor(he);
        }
        let drive = drive.build();
        let whole = of_block_and_anew(&drive, &track, Who::Vehicles);
        leads += whole.iter().filter(|a| matches!(a, Ahead::Lead(_))).count();
        let held = Held::default();
        for from_ms in [300, 1_700, 2_900] {
            let block = Interval::new(from_ms * S / 1000, 20 * S);
            let m = Measures::new(&drive, block, Some(&track), Admit::ALL, &held);
            let part = m.ahead(Who::Vehicles).unwrap();
            assert_eq!(part[..], whole[whole.len() - part.len()..], "from {from_ms} ms");
        }
    }
    assert!(leads > 400, "{leads}");
}

#[test]
fn who_stands_askew_beside_the_ego_is_not_ahead() {
    let track = road();
    let seen = |x: f64| {
        let other = at("askew", x, -4.0, 0.5, 3.0);
        ahead(&one_sample(at("ego", 10.0, -1.5, 0.0, 10.0), vec![other]), &track).is_some()
    };
    // His corner is in the strip, 0.5 m before the ego's front; 20 m farther on he is ahead.
    assert!(!seen(11.25) && seen(31.25));
}

#[test]
fn who_is_in_the_lane_into_which_the_body_reaches_is_ahead() {
    let track = road();
    let seen = |ego_y: f64, y: f64, yaw: f64| {
        let drive = one_sample(at("ego", 10.0, ego_y, 0.0, 10.0), vec![at("other", 50.0, y, yaw, 5.0)]);
        ahead(&drive, &track).map(|x| x.0)
    };
    // The line is at -6: from -5.1 on the ego's right side is over it.
    assert_eq!(seen(-5.2, -6.95, 0.0), Some("other".into()));
    assert_eq!(seen(-5.0, -6.95, 0.0), None, "the body is within its lane");
    assert_eq!(seen(-5.2, -7.05, 0.0), None, "beside the strip");
    // The line at 0 parts two directions: who comes toward the ego there is not ahead of it in a lane of its own.
    assert_eq!(seen(-0.8, 1.0, std::f64::consts::PI), None);
}

#[test]
fn the_one_ahead_is_the_one_of_a_plain_search() {
    let track = road();
    let borders = [(0.0, -6.0), (-6.0, -9.5), (-9.5, -13.0)];
    let holds = |lane: (f64, f64), y: f64| lane.1 <= y && y <= lane.0;
    let rng = &mut Rng::new(17);
    let (mut found, mut beside) = (0, 0);
    for _ in 0..400 {
        let (ego_y, ego_yaw) = (rng.range(-12.5, -0.5), rng.range(-0.04, 0.04));
        let poses: Vec<[f64; 3]> =
            (0..5).map(|_| [rng.range(20.0, 180.0), rng.range(-13.0, 0.0), rng.range(-0.5, 0.5)]).collect();
        // Angles of less than 0.05 rad count as none.
        let half = |yaw: f64| {
            let off = (yaw.abs() - 0.05).max(0.0);
            (0.5 * (4.5 * off.cos() + 1.8 * off.sin()), 0.5 * (4.5 * off.sin() + 1.8 * off.cos()))
        };
        let own = borders.iter().position(|b| holds(*b, ego_y)).unwrap();
        let reached =
            |i: usize| i.abs_diff(own) <= 1 && holds((borders[i].0 + 0.9, borders[i].1 - 0.9), ego_y);
        let lanes: Vec<(f64, f64)> = (0..3).filter(|i| reached(*i)).map(|i| borders[i]).collect();
        let mut best: Option<(usize, f64)> = None;
        for (i, [x, y, yaw]) in poses.iter().enumerate() {
            let rear = [-0.9, 0.9].map(|side| y - 2.25 * yaw.sin() + side * yaw.cos());
            let in_lane = lanes.iter().any(|l| holds(*l, *y) || rear.iter().any(|r| holds(*l, *r)));
            let (along, across) = half(*yaw);
            if in_lane && (y - ego_y).abs() > 0.9 + across {
                beside += 1;
            }
            if in_lane && (y - ego_y).abs() <= 0.9 + across {
                let gap = (x - 10.0 - 2.25 - along).max(0.0);
                if best.is_none_or(|b| gap < b.1) {
                    best = Some((i, gap));
                }
            }
        }
        let others =
            poses.iter().enumerate().map(|(i, p)| at(&format!("{i}"), p[0], p[1], p[2], 5.0)).collect();
        let got = ahead(&one_sample(at("ego", 10.0, ego_y, ego_yaw, 10.0), others), &track);
        match (got, best) {
            (Some((id, gap)), Some((i, plain))) => {
                assert!(id == i.to_string() && (gap - plain).abs() < 1e-6, "{id} {gap}, {i} {plain}");
                found += 1;
            }
            (None, None) => {}
            other => panic!("{other:?}: ego at {ego_y}, {poses:?}"),
        }
    }
    assert!(found > 200 && beside > 200, "{found} found, {beside} beside the way");
}

/// The ego goes straight on from west to east through a crossroads.
#[test]
fn who_turns_left_before_the_ego_does_not_meet_it() {
    let track = Track::from_parts("test", example::crossroads(&[]).as_bytes(), None).unwrap();
    let meets = |x: f64, y: f64, yaw: f64, ego: [f64; 3], map: Option<&Track>| {
        let other = ActorBuilder::new("other", ActorClass::Car, 4.5, 1.8)
            .motion(Motion::at(x, y, std::f64::consts::PI + yaw).speed(6.0).cruise(1.0));
        let drive = one_sample(at("ego", ego[0], ego[1], ego[2], 8.0), vec![other]);
        let held = Held::default();
        let m = Measures::new(&drive, Interval::new(0, S), map, Admit::ALL, &held);
        let flank = m.flanks()[0].first().unwrap_or_else(|| panic!("nobody beside")).clone();
        assert!(flank.opposite);
        flank.meets
    };
    let straight = [6.0, -1.75, 0.0];
    assert!(meets(6.0, 1.75, 0.0, straight, Some(&track)), "straight on, both");
    assert!(meets(-40.0, 1.75, 0.0, [-40.0, -1.75, 0.0], Some(&track)), "on the road before it");
    // From the east to the south: a circle of 13.75 m around (12, -12).
    let a = 0.45_f64;
    let (x, y) = (12.0 - 13.75 * a.sin(), -12.0 + 13.75 * a.cos());
    assert!(!meets(x, y, a, straight, Some(&track)), "he turns left");
    assert!(meets(x, y, a, straight, None), "without a map nobody can tell");
    // The ego turns left from the west to the north, the other goes straight on.
    let (x, y) = (-12.0 + 13.75 * a.sin(), 12.0 - 13.75 * a.cos());
    assert!(!meets(x, 1.75 + 1.5, 0.0, [x, y, a], Some(&track)), "the ego turns left");
}
