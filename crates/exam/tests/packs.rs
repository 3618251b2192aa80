//! What is wrong in a pack is named with file, line and column, and a misspelt word with what was meant.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use lukao_exam::{Exam, builtin};
use lukao_model::{Channel, Origin};

const PACK: &str = r#"format = 1
[exam]
id = "x"
edition = "1"
title = { zh = "考", en = "Exam" }
issuer = "test"
about = "test"
levels = ["T1", "T2"]
[exam.score]
start = 100
pass = 80
source = { doc = "d", basis = "press" }
[scope.slow]
speed_kmh = { to = 36 }
[[item]]
id = "braking"
title = { zh = "制动", en = "Braking" }
area = "execution"
levels = ["T2"]
exercise = "required"
[[item.require]]
rule = "harsh-braking"
params = { max_decel_mps2 = 4.0 }
scope = "slow"
points = 5
source = { doc = "d", edition = "2018", clause = "3", basis = "text" }
[[item.require]]
id = "gestures"
judge = "examiner"
what = { zh = "手势", en = "gestures obeyed" }
points = 100
veto = true
source = { doc = "d", basis = "press" }
"#;

/// What comes of the pack when a piece of it is replaced.
fn error(from: &str, to: &str) -> String {
    assert!(PACK.contains(from), "{from}");
    Exam::parse("x.toml", &PACK.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_good_pack_is_read_whole() {
    let exam = Exam::parse("x.toml", PACK).unwrap();
    assert_eq!((exam.id.as_str(), exam.score.pass, exam.levels.len()), ("x", 80.0, 2));
    let r = &exam.items[0].requires[0];
    assert_eq!((r.id.as_str(), r.scope, r.must), ("harsh-braking", Some(0), false));
    assert!(exam.items[0].requires[1].veto);
}

#[test]
fn errors_name_line_and_column_and_what_was_meant() {
    let cases = [
        (
            "points = 5",
            "poinst = 5",
            r#"x.toml line 25 column 1: expected the key "points" in `item.require`, found "poinst" (did you mean "points"?)"#,
        ),
        (
            "points = 5",
            "points = -5",
            "x.toml line 25 column 10: expected a number from 0 to 1000000 in `item.require.points`, found -5",
        ),
        (
            "points = 5",
            "points = nan",
            "x.toml line 25 column 10: expected a number from 0 to 1000000 in `item.require.points`, found nan",
        ),
        (
            "points = 5",
            "points = 5\nmst = true",
            r#"x.toml line 26 column 1: expected one of the keys judge, id, rule, params, scope, articles, when, effect, points, occasions, must, veto, max_u, caused_by, source, found "mst" (did you mean "must"?)"#,
        ),
        (
            "\"harsh-braking\"",
            "\"harsh-braknig\"",
            r#"found "harsh-braknig" (did you mean "harsh-braking"?)"#,
        ),
        ("max_decel_mps2 =", "max_decel_kmh =", "x.toml line 23 column 12: expected one of max_decel_mps2"),
        ("max_decel_mps2 =", "max_decl_mps2 =", r#"(did you mean "max_decel_mps2"?)"#),
        (
            "mps2 = 4.0",
            "mps2 = -4.0",
            "x.toml line 23 column 29: expected a number from 0.1 to 15 m/s2 in `max_decel_mps2`, found -4.0",
        ),
        ("mps2 = 4.0", "mps2 = \"a\"", "x.toml line 23 column 29: expected a number from"),
        (
            "scope = \"slow\"",
            "scope = \"slwo\"",
            r#"x.toml line 24 column 9: expected one of the scopes slow, found "slwo" (did you mean "slow"?)"#,
        ),
        (
            "levels = [\"T2\"]",
            "levels = [\"T9\"]",
            r#"x.toml line 19 column 11: expected one of the exam's levels (T1, T2), found "T9""#,
        ),
        ("basis = \"text\"", "basis = \"txt\"", r#"found "txt" (did you mean "text"?)"#),
        ("speed_kmh = { to = 36 }", "", r#"expected at least one condition in the scope "slow", found none"#),
        (
            "{ to = 36 }",
            "{ from = 40, to = 36 }",
            "x.toml line 14 column 13: expected `from` below `to`, found 40 and 36",
        ),
        ("pass = 80", "pass = 101", "x.toml line 11 column 8: expected a number from 0 to 100"),
        (
            "source = { doc = \"d\", edition",
            "sauce = { doc = \"d\", edition",
            r#"found "sauce" (did you mean "source"?)"#,
        ),
        ("id = \"gestures\"", "", r#"expected the key "id" in `item.require`"#),
        (
            "format = 1",
            "format = 2",
            "x.toml line 1 column 10: expected a whole number from 1 to 1 in `format`, found 2",
        ),
        (
            "levels = [\"T1\"",
            "admit = [\"referense\"]\nlevels = [\"T1\"",
            r#"x.toml line 8 column 10: expected one of unknown, reference, infrastructure, examiner, target, vehicle-bus, vehicle-perception, simulation in `exam.admit`, found "referense" (did you mean "reference"?)"#,
        ),
        (
            "[exam.score]",
            "[exam.admit]\ndefault = [\"reference\"]\nsignal_stat = [\"simulation\"]\nsource = { doc = \"d\", basis = \"press\" }\n[exam.score]",
            r#"x.toml line 11 column 1: expected `default`, `source`, `pose` or a channel's name, found "signal_stat" (did you mean "signal_state"?)"#,
        ),
        (
            "[exam.score]",
            "[exam.admit]\ndefault = [\"reference\"]\npose = []\nsource = { doc = \"d\", basis = \"press\" }\n[exam.score]",
            "x.toml line 11 column 8: expected at least one origin, found none",
        ),
        (
            "[exam.score]",
            "[exam.admit]\ndefault = [\"reference\"]\n[exam.score]",
            r#"x.toml line 9 column 1: expected the key "source" in `exam.admit`, found none"#,
        ),
        ("[exam]", "[exam", "x.toml line 2 column "),
        ("id = \"braking\"", "id = \"Braking!\"", "expected an id of a-z, 0-9 and \"-\" in `item.id`"),
    ];
    for (from, to, want) in cases {
        let e = error(from, to);
        assert!(e.contains(want), "{to}\n got {e}\nwant {want}");
    }
}

#[test]
fn a_channel_may_have_origins_of_its_own() {
    let table = "[exam.admit]\ndefault = [\"reference\", \"vehicle-bus\"]\npose = [\"reference\"]\nsource = { doc = \"d\", basis = \"press\" }\n[exam.score]";
    let exam = Exam::parse("x.toml", &PACK.replacen("[exam.score]", table, 1)).unwrap();
    assert!(
        exam.admit.admits(Channel::Speed, Origin::VehicleBus) && exam.admit.admits_pose(Origin::Reference)
    );
    assert!(
        !exam.admit.admits_pose(Origin::VehicleBus) && !exam.admit.admits(Channel::Speed, Origin::Examiner)
    );
    let list = PACK.replacen("levels =", "admit = [\"reference\"]\nlevels =", 1);
    let exam = Exam::parse("x.toml", &list).unwrap();
    assert!(exam.admit.admits_pose(Origin::Reference) && !exam.admit.admits(Channel::Speed, Origin::Target));
    let all = Exam::parse("x.toml", PACK).unwrap();
    assert!(all.admit.admits(Channel::Speed, Origin::Unknown));
}

#[test]
fn a_variant_is_an_item_that_is_tried_on_its_own() {
    let variant = "[[item.variant]]\nid = \"harder\"\ntitle = { zh = \"难\", en = \"Harder\" }\nlevels = [\"T2\"]\nstation = \"harder\"\nexercise = \"required\"\n[[item.variant.require]]\nrule = \"harsh-braking\"\npoints = 5\nsource = { doc = \"d\", basis = \"press\" }\n";
    let exam = Exam::parse("x.toml", &format!("{PACK}{variant}")).unwrap();
    let v = &exam.items[1];
    assert_eq!(
        (v.id.as_str(), v.variant_of.as_deref(), v.area.as_str()),
        ("harder", Some("braking"), "execution")
    );
    assert_eq!((exam.items.len(), exam.items[0].variant_of.is_none()), (2, true));
    let e = Exam::parse("x.toml", &format!("{PACK}{}", variant.replace("station = \"harder\"\n", "")))
        .unwrap_err();
    assert!(
        e.to_string().ends_with("expected a variant that is driven at a station of its own, found none"),
        "{e}"
    );
    let e = Exam::parse("x.toml", &format!("{PACK}{}", variant.replace("levels", "lvels"))).unwrap_err();
    assert!(e.to_string().ends_with("found \"lvels\" (did you mean \"levels\"?)"), "{e}");
}

#[test]
fn ids_are_unique_and_nothing_is_empty() {
    let item = &PACK[PACK.find("[[item]]").unwrap()..];
    let e = Exam::parse("x.toml", &format!("{PACK}{item}")).unwrap_err().to_string();
    assert_eq!(e, "x.toml line 34 column 1: expected each item's id once, found \"braking\" again");
    let e = error("id = \"gestures\"", "id = \"harsh-braking\"");
    assert!(e.starts_with("x.toml line 27 column 1: expected an `id` for each requirement"), "{e}");
    let none = &PACK[..PACK.find("[[item]]").unwrap()];
    let e = Exam::parse("x.toml", none).unwrap_err().to_string();
    assert!(e.ends_with("expected the key \"item\" in the file, found none"), "{e}");
    let e = Exam::parse("x.toml", &PACK[..PACK.find("[[item.req").unwrap()]).unwrap_err().to_string();
    assert_eq!(e, "x.toml line 15 column 1: expected the key \"require\" in `item`, found none");
}

#[test]
fn no_damage_to_a_pack_makes_the_reader_panic() {
    let text = builtin("general-road").unwrap().text;
    for cut in (0..text.len()).filter(|c| text.is_char_boundary(*c)).step_by(37) {
        let _ = Exam::parse("cut.toml", &text[..cut]);
        let _ = Exam::parse("hole.toml", &format!("{}{}", &text[..cut], text.get(cut + 3..).unwrap_or("")));
    }
}
