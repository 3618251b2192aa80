//! The closed-field exam on the reference field: levels, the matrix of faults, and what happens without a channel.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lukao::model::{Channel, Drive, Header, Origin};
use lukao::{Exam, ItemStatus, Options, Track, Verdict, selftest};
use lukao_exam::verdict::AttemptStatus;
use lukao_exam::{Judged, attempts};
use lukao_synth::exam::{ExamItem, Fault, items, plan};

fn field() -> Track {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tracks/reference-field");
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let track =
        Track::from_parts("field.xodr", read("field.xodr").as_bytes(), Some(&read("survey.toml"))).unwrap();
    track.with_stations("stations.toml", &read("stations.toml")).unwrap()
}

fn exam() -> Exam {
    lukao::exam("beijing-2018").unwrap()
}

/// An exam of all items of a level, one drive each.
fn sit(track: &Track, level: &str, fault: Option<&str>) -> Verdict {
    let exam = exam();
    let mut options = Options::default();
    options.level = Some(level.into());
    let of = exam.items.iter().filter(|i| i.levels.iter().any(|l| l == level));
    let drives = of.map(|item| {
        let known = items().iter().find(|i| i.id == item.id).unwrap();
        let fault = fault.filter(|f| known.all_faults().any(|x| x.id == *f));
        let drive = plan(track, &item.id, fault, 1).unwrap().make().unwrap().drive;
        let mut options = options.clone();
        let mut tried = attempts::find(&drive, Some(track), &exam);
        tried.keep_items(std::slice::from_ref(&item.id));
        for (item, requirement) in [
            ("general", "dangerous-situation"),
            ("police-gestures", "gesture-understood"),
            ("waiting-area", "entered-on-straight-green"),
        ] {
            tried.judged.push(Judged::of_record(item, requirement, true, "test"));
        }
        options.attempts = Some(tried);
        let mut grader = lukao::Grader::new(Some(track), &exam, &options).unwrap();
        grader.push(&drive).unwrap();
        grader.finish_drive().unwrap()
    });
    lukao::verdict_of(&exam, &options, drives.collect()).unwrap()
}

#[test]
fn compliant_exams_reach_exactly_their_level_and_driven_by_hand_none() {
    let track = field();
    for level in ["T1", "T2", "T3", "T4", "T5"] {
        let v = sit(&track, level, None);
        let reached = v.level.as_ref().and_then(|l| l.reached.clone());
        assert_eq!(reached.as_deref(), Some(level), "{level}: {:#?}", v.reasons);
        let v = sit(&track, level, Some("by-hand"));
        assert_eq!(v.level.and_then(|l| l.reached), None, "{level} by hand");
    }
}

fn read(choices: &[(String, String)]) -> Result<Exam, lukao::Error> {
    lukao::exam_with("beijing-2018", choices)
}

#[test]
fn every_requirement_of_every_item_has_a_drive_that_breaks_it() {
    let gaps = selftest::gaps(read).unwrap();
    assert!(gaps.is_empty(), "{} without a drive:\n{}", gaps.len(), gaps.join("\n"));
    let exam = exam();
    let unplanned = exam.items.iter().filter(|i| i.station.is_some() && items().iter().all(|x| x.id != i.id));
    assert_eq!(unplanned.map(|i| &i.id).collect::<Vec<_>>(), Vec::<&String>::new(), "items without a drive");
}

#[test]
fn every_fault_is_found_and_nothing_else() {
    let rows = selftest::run(&field(), read, 1, |_, _| true, |_| {}).unwrap();
    let bad: Vec<String> = rows
        .iter()
        .filter(|r| !r.good())
        .map(|r| format!("{} {}: {}", r.item, r.drive(), r.wrong.join("; ")))
        .collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), rows.len(), bad.join("\n"));
    assert!(rows.len() > 480, "{}", rows.len());
    // What becomes of earlier runs no drive shows; tests of sessions do.
    for switch in exam().switches.into_iter().filter(|s| s.name != "vehicle-change") {
        for value in switch.values.iter().filter(|v| **v != switch.value) {
            let under = (switch.name.clone(), value.clone());
            assert!(rows.iter().any(|r| r.under == [under.clone()]), "no drive for {under:?}");
        }
    }
}

#[test]
fn what_is_not_as_it_must_be_is_said() {
    let track = field();
    let only = |item: &'static str, fault: &'static str, change: &dyn Fn(&mut lukao_exam::Item)| {
        let read = |choices: &[(String, String)]| {
            let mut exam = read(choices)?;
            exam.items.iter_mut().filter(|i| i.id == item).for_each(change);
            Ok(exam)
        };
        let chosen = |i: &ExamItem, f: Option<&Fault>| i.id == item && f.is_some_and(|f| f.id == fault);
        let rows = selftest::run(&track, read, 1, chosen, |_| {}).unwrap();
        rows.iter().map(|r| r.wrong.join("; ")).collect::<Vec<_>>().join("; ")
    };
    let same = |_: &mut lukao_exam::Item| {};
    assert_eq!(only("car-following", "far-too-close", &same), "");
    // The limit is another one: nothing is found.
    let lenient = |i: &mut lukao_exam::Item| {
        let r = i.requires.iter_mut().find(|r| r.id == "headway-veto").unwrap();
        r.params.insert("min_headway_s".into(), toml::Value::Float(0.6));
    };
    let wrong = only("car-following", "far-too-close", &lenient);
    assert!(wrong.contains("headway-veto not found"), "{wrong}");
    // What is not listed is found too.
    let strict = |i: &mut lukao_exam::Item| {
        let r = i.requires.iter_mut().find(|r| r.id == "harsh-braking").unwrap();
        r.params.insert("max_decel_mps2".into(), toml::Value::Float(1.0));
    };
    let wrong = only("car-following", "far-too-close", &strict);
    assert!(wrong.contains("harsh-braking found too"), "{wrong}");
    // One that is listed is not there.
    let fewer = |i: &mut lukao_exam::Item| i.requires.retain(|r| r.id != "headway");
    let wrong = only("car-following", "far-too-close", &fewer);
    assert!(wrong.contains("headway not found"), "{wrong}");
    // The limit is so far away that the drive is no near miss of it.
    let far = |i: &mut lukao_exam::Item| {
        let r = i.requires.iter_mut().find(|r| r.id == "headway-veto").unwrap();
        r.params.insert("min_headway_s".into(), toml::Value::Float(1.15));
    };
    let wrong = only("car-following", "far-too-close", &far);
    assert!(wrong.contains("far from the limit"), "{wrong}");
}

/// The drive without a channel, or with it from another origin.
fn spoilt(drive: &Drive, channel: Channel, origin: Option<Origin>) -> Drive {
    let (mut runs, mut series) = (drive.runs().to_vec(), drive.series().to_vec());
    let all = runs.iter_mut().map(|r| &mut r.channels).chain(series.iter_mut().map(|s| &mut s.channels));
    for channels in all {
        let mut left = lukao::model::values::Channels::default();
        for (c, data) in channels.iter() {
            let mut data = data.clone();
            if c == channel {
                let Some(origin) = origin else { continue };
                data.origin = origin;
            }
            left.set(c, data);
        }
        *channels = left;
    }
    Drive::new(drive.header().clone(), drive.clocks().to_vec(), runs, series).unwrap()
}

/// Channels that the rules of an item cannot do without.
fn needed(exam: &Exam, item: &str) -> BTreeSet<Channel> {
    let item = exam.items.iter().find(|i| i.id == item).unwrap();
    let rules = item.requires.iter().filter_map(|r| Some((lukao::rules::find(r.rule.as_ref()?)?, &r.params)));
    rules
        .flat_map(|(entry, params)| entry.load(params).unwrap().needs())
        .filter_map(|need| match need {
            lukao_rules::Need::EgoChannel(c) => Some(c),
            lukao_rules::Need::SignalStates => Some(Channel::SignalState),
            _ => None,
        })
        .collect()
}

#[test]
fn without_a_channel_that_it_needs_no_item_passes() {
    let (track, exam) = (field(), exam());
    for item in items() {
        let drive = plan(&track, item.id, None, 1).unwrap().make().unwrap().drive;
        let status = |d: &Drive| {
            let v = selftest::grade_alone(&track, &exam, item.id, d).unwrap();
            v.items.into_iter().find(|i| i.id == item.id).unwrap()
        };
        for channel in needed(&exam, item.id) {
            let is = status(&spoilt(&drive, channel, None)).status;
            assert_ne!(is, ItemStatus::Met, "{} without {}", item.id, channel.name());
            let is = status(&spoilt(&drive, channel, Some(Origin::VehiclePerception))).status;
            assert_ne!(is, ItemStatus::Met, "{} with {} from perception", item.id, channel.name());
        }
        // Positions of the vehicle's own perception do not count either.
        let mut runs = drive.runs().to_vec();
        runs.iter_mut().for_each(|r| r.origin = Origin::VehiclePerception);
        let other =
            Drive::new(drive.header().clone(), drive.clocks().to_vec(), runs, drive.series().to_vec())
                .unwrap();
        assert_ne!(status(&other).status, ItemStatus::Met, "{} by perception", item.id);
    }
}

#[test]
fn an_origin_counts_for_one_channel_and_not_for_another() {
    // The vehicle's bus is heard of its own speed; of the lights, of the weather and of its own place it is not.
    let (track, exam) = (field(), exam());
    let drive = plan(&track, "traffic-lights", None, 1).unwrap().make().unwrap().drive;
    let of = |d: &Drive| {
        let v = selftest::grade_alone(&track, &exam, "traffic-lights", d).unwrap();
        v.items.into_iter().find(|i| i.id == "traffic-lights").unwrap()
    };
    let bus = Some(Origin::VehicleBus);
    assert_eq!(of(&spoilt(&drive, Channel::Speed, bus)).status, ItemStatus::Met);
    for channel in [Channel::SignalState, Channel::Visibility, Channel::FixQuality] {
        let item = of(&spoilt(&drive, channel, bus));
        let mut missing = item.requirements.iter().flat_map(|r| &r.undetermined);
        assert_eq!(item.status, ItemStatus::Undetermined, "{}", channel.name());
        assert!(missing.any(|m| m.what.contains(channel.name())), "{item:#?}");
    }
    let mut runs = drive.runs().to_vec();
    runs.iter_mut().for_each(|r| r.origin = Origin::VehicleBus);
    let by_bus =
        Drive::new(drive.header().clone(), drive.clocks().to_vec(), runs, drive.series().to_vec()).unwrap();
    assert_ne!(of(&by_bus).status, ItemStatus::Met);
}

#[test]
fn while_rtk_is_float_nothing_is_passed() {
    let (track, exam) = (field(), exam());
    for item in items() {
        let drive = plan(&track, item.id, Some("fix-lost"), 1).unwrap().make().unwrap().drive;
        let v = selftest::grade_alone(&track, &exam, item.id, &drive).unwrap();
        let of = v.items.iter().find(|i| i.id == item.id).unwrap();
        assert_eq!(of.status, ItemStatus::NotExercised, "{}", item.id);
        assert_eq!(of.attempts[0].status, AttemptStatus::Invalid, "{}", item.id);
    }
}

#[test]
fn a_clock_that_is_not_aligned_decides_nothing_that_rests_on_it() {
    // The lights on the cabinet's clock, which nothing aligns.
    let (track, exam) = (field(), exam());
    let drive = plan(&track, "traffic-lights", None, 1).unwrap().make().unwrap().drive;
    let mut header: Header = drive.header().as_ref().clone();
    header.streams.push(lukao::model::stream::Stream {
        name: "cabinet".into(),
        sync: lukao::model::stream::Sync::None,
        ..Default::default()
    });
    let stream = header.streams.len() as u32 - 1;
    let (mut clocks, mut series) = (drive.clocks().to_vec(), drive.series().to_vec());
    for s in series.iter_mut().filter(|s| matches!(s.subject, lukao::model::Subject::Signal(_))) {
        let mut clock = clocks[s.clock.0 as usize].clone();
        clock.stream = stream;
        s.clock = lukao::model::ClockIx(clocks.len() as u32);
        clocks.push(clock);
    }
    let other = Drive::new(std::sync::Arc::new(header), clocks, drive.runs().to_vec(), series).unwrap();
    let v = selftest::grade_alone(&track, &exam, "traffic-lights", &other).unwrap();
    let of = v.items.iter().find(|i| i.id == "traffic-lights").unwrap();
    assert_eq!(of.status, ItemStatus::Undetermined, "{:#?}", v.reasons);
}
