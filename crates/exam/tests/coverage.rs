//! Coverage of Chinese road-traffic law: the list of articles, the pack and the registry together.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use lukao_exam::coverage::{Articles, Status, Testable, coverage};
use lukao_exam::{Exam, builtin};

/// Whether each article is testable, as first written: before any rule was matched to it.
const FIRST: &str = "RT-S01:yes RT-S02:yes RT-S03:yes RT-S04:partly RT-S05:partly RT-S06:yes RT-S07:partly RT-S08:yes RT-S09:yes \
    RT-S10:partly RT-S11:yes RT-S12:partly RT-S13:no RT-D01:yes RT-D02:partly RT-D03:partly RT-D04:partly \
    RT-D05:yes RT-D06:yes RT-D07:yes RT-D08:yes RT-D09:partly RT-D10:partly RT-D11:partly RT-D12:partly \
    RT-D13:partly RT-J01:partly RT-J02:yes RT-J03:partly RT-J04:yes RT-J05:yes RT-J06:yes RT-J07:partly RT-J08:yes \
    RT-J09:partly RT-J10:yes RT-J11:partly RT-J12:yes RT-J13:partly RT-J14:partly RT-J15:partly RT-L01:yes \
    RT-L02:yes RT-L03:yes RT-L04:partly RT-P01:partly RT-P02:partly DP-12a:yes DP-12b:yes DP-9a:yes DP-9b:yes \
    DP-6a:yes DP-6b:yes DP-6c:yes DP-6d:partly DP-3a:yes DP-3b:partly DP-3c:yes DP-3d:partly DP-3e:yes DP-3f:no \
    DP-3g:partly DP-3h:yes DP-1a:yes DP-1b:partly DP-1c:yes DP-1d:partly BJ-39:yes BJ-41:yes BJ-42:yes BJ-43:yes \
    BJ-46:partly BJ-50:yes ZJ-43:partly SH-34:yes HA:partly SD-48:partly";

fn law() -> (Articles, Exam) {
    let pack = builtin("china-road-law").unwrap();
    let (name, text) = pack.articles.unwrap();
    (Articles::parse(name, text).unwrap(), Exam::parse(pack.name, pack.text).unwrap())
}

#[test]
fn no_testable_article_is_forgotten() {
    let (articles, exam) = law();
    let covered = coverage(&articles, &exam).unwrap();
    let not_done: Vec<&str> =
        covered.iter().filter(|c| c.status == Status::NotDone).map(|c| c.article.as_str()).collect();
    assert!(not_done.is_empty(), "no rule checks {not_done:?}");
    for c in &covered {
        let says = c.status == Status::Partly || c.status == Status::NotTestable;
        assert!(!says || c.lacks.len() > 10, "{} is {} without a reason", c.article, c.status.name());
    }
}

/// What was once said to be missing and is not any more, where something else is.
#[test]
fn an_article_names_the_rules_for_its_parts() {
    let (articles, exam) = law();
    let covered = coverage(&articles, &exam).unwrap();
    for (id, rule, lacked) in [
        ("RT-D10", "cuts-into-queue", "Cutting in"),
        ("DP-3d", "cuts-into-queue", "Cutting in"),
        ("DP-1d", "forbidden-turn", "Only solid lines"),
        ("RT-P01", "stops-where-forbidden", "Signs and lines"),
        ("RT-P01", "parks-near-junction", "bends"),
        ("RT-P01", "stops-near-hydrant", "not looked at"),
        ("ZJ-43", "lane-not-yielded", "Who yields"),
        ("SD-48", "lane-not-yielded", "Who yields"),
        ("RT-P02", "parks-far-from-kerb", "0.6 m"),
    ] {
        let c = covered.iter().find(|c| c.article == id).unwrap();
        assert!(c.rules.iter().any(|r| r == rule), "{id}: {:?}", c.rules);
        assert!(c.status == Status::Partly && !c.lacks.contains(lacked), "{id}: {}", c.lacks);
    }
}

/// What was once said to be missing and is not any more.
#[test]
fn an_article_with_rules_for_all_its_parts_is_done() {
    let (articles, exam) = law();
    let covered = coverage(&articles, &exam).unwrap();
    for (id, rule) in [("RT-J10", "pedestrian-cut-off"), ("DP-3c", "emergency-vehicle-held-up")] {
        let c = covered.iter().find(|c| c.article == id).unwrap();
        assert_eq!((c.status, c.lacks.as_str()), (Status::Done, ""), "{id}");
        assert!(c.rules.iter().any(|r| r == rule), "{id}: {:?}", c.rules);
    }
}

#[test]
fn what_is_testable_changes_only_with_a_reason() {
    let (articles, _) = law();
    let word = |t| match t {
        Testable::Yes => "yes",
        Testable::Partly => "partly",
        Testable::No => "no",
    };
    let now: Vec<String> = articles.all().iter().map(|a| format!("{}:{}", a.id, word(a.first()))).collect();
    let first: Vec<&str> = FIRST.split_whitespace().collect();
    assert_eq!(now, first, "an article's first entry was changed; add to its `changes` instead");
}

#[test]
fn a_list_that_hides_a_change_is_refused() {
    let good = r#"format = 1
[[article]]
id = "A"
doc = "d"
says = "s"
basis = "text"
testable = "partly"
why = "w"
changes = [{ from = "yes", to = "partly", why = "maps do not have it" }]
"#;
    let list = Articles::parse("a.toml", good).unwrap();
    assert_eq!((list.all()[0].first(), list.all()[0].testable), (Testable::Yes, Testable::Partly));
    let error = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        Articles::parse("a.toml", &good.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let e = error("maps do not have it", "");
    assert!(e.starts_with("a.toml line 9 column") && e.contains("article.changes.why"), "{e}");
    assert!(error("to = \"partly\"", "to = \"no\"").contains("what the last of `changes` says"));
    assert!(error("why = \"w\"", "missing = \"m\"").contains("`why`"));
    assert!(
        error("says = \"s\"", "says = \"s\"\nplace = \"X\"\nrules = [\"no-such\"]").contains("id of a rule")
    );
}

#[test]
fn unknown_articles_of_a_pack_are_refused() {
    let (articles, _) = law();
    let pack = builtin("china-road-law").unwrap();
    let exam = Exam::parse("x.toml", &pack.text.replacen("\"RT-S01\"", "\"RT-S99\"", 1)).unwrap();
    let e = coverage(&articles, &exam).unwrap_err().to_string();
    assert_eq!(e, "china-road-law: expected articles of the list of articles, found \"RT-S99\"");
}
