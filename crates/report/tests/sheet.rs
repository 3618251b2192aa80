//! Score sheets: the goldens of a small exam in both languages, as text and as a page; rulings; and what hostile names can do.
//!
//! `BLESS=1 cargo test -p lukao-report --test sheet` writes the goldens anew; read the diff before you commit it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use lukao_exam::attempts::find;
use lukao_exam::{Exam, Grader, Options, SourceFile, Title, Verdict, verdict_of};
use lukao_model::Channel;
use lukao_report::sheet::{Field, Lang, Ruling, SheetOptions, Word, text};
use lukao_report::{html, text as report};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

const PACK: &str = include_str!("sheet/pack.toml");
const STATIONS: &str = include_str!("sheet/stations.toml");

/// An exam of two drives with one attempt each: the first brakes too hard, the second does not. `ego`: its id.
fn verdict(ego: &str) -> Verdict {
    let exam = Exam::parse("pack.toml", PACK).unwrap();
    let track = example::two_lanes("broken").with_stations("stations.toml", STATIONS).unwrap();
    let mut options = Options::default();
    options.level = Some("T2".into());
    let of = |name: &str, decel_mps2: f64, calm: &str| {
        let m = Motion::at(0.0, -1.75, 0.0).speed(10.0).cruise(3.0).brake(decel_mps2, 5.0).cruise(20.0);
        let drive = DriveBuilder::new(name)
            .span_s(0.0, 14.0)
            .hz(20.0)
            .frame(track.frame().clone())
            .ego(ActorBuilder::car(ego).motion(m).accuracy(Some(0.02), Some(0.002)).dynamics())
            .texts(Channel::Mark, &[(13.0, calm)])
            .build();
        let mut options = options.clone();
        options.inputs.logs =
            vec![SourceFile { name: format!("{name}.arrow"), sha256: Some("ab".repeat(32)) }];
        options.attempts = Some(find(&drive, Some(&track), &exam));
        let mut grader = Grader::new(Some(&track), &exam, &options).unwrap();
        grader.push(&drive).unwrap();
        grader.finish_drive().unwrap()
    };
    let drives =
        vec![of("morning", 4.5, "judge: straight/calm pass"), of("noon", 3.0, "judge: straight/calm fail")];
    let mut v = verdict_of(&exam, &options, drives).unwrap();
    // The engine's version is no part of what a sheet looks like.
    v.provenance.engine = "lukao 0".into();
    v
}

fn options(lang: Lang, rulings: Vec<Ruling>) -> SheetOptions {
    SheetOptions { lang, rulings, ..SheetOptions::default() }
}

fn ruling(item: Option<&str>, attempt: Option<u32>, ruled: Word) -> Ruling {
    Ruling {
        item: item.map(Into::into),
        attempt,
        ruling: ruled,
        vehicle: None,
        why: "a gust".into(),
        by: "Li".into(),
        when: "14:05".into(),
        after_result: true,
    }
}

/// Compares with a committed file, or writes it.
fn blessed(file: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sheet").join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, now).unwrap();
        return;
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    for (k, (a, b)) in there.lines().zip(now.lines()).enumerate() {
        assert_eq!(a, b, "{file} line {} (BLESS=1 rewrites)", k + 1);
    }
    assert_eq!(there.len(), now.len(), "{file} differs in length");
}

/// The page as a tree; it is XML but for its first line.
fn tree(page: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(page.strip_prefix("<!DOCTYPE html>").unwrap()).unwrap()
}

/// All text of the page, without its styles.
fn words(page: &str) -> String {
    let tree = tree(page);
    let texts = tree.descendants().filter(|n| n.is_text() && !n.parent().unwrap().has_tag_name("style"));
    texts.map(|n| n.text().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn sheets_are_the_committed_ones() {
    let v = verdict("ego");
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let rulings =
            vec![ruling(Some("straight"), Some(1), Word::Invalid), ruling(None, None, Word::NotMet)];
        blessed(&format!("{name}.txt"), &text(&v, &options(lang, Vec::new())));
        blessed(&format!("{name}.html"), &html::sheet(&v, &options(lang, rulings)).unwrap());
    }
    assert_eq!(
        report::verdict(&v),
        text(&v, &SheetOptions::default()),
        "an exam with attempts gets the sheet"
    );
}

#[test]
fn a_chinese_sheet_has_no_english_sentence() {
    let page = words(&html::sheet(&verdict("ego"), &options(Lang::Zh, Vec::new())).unwrap());
    let latin = |word: &&str| (4..60).contains(&word.len()) && word.chars().all(|c| c.is_ascii_lowercase());
    // Ids of the pack, names of files and channels, and the pack's own words that it has in one language only.
    let known = [
        "straight", "curve", "lights", "calm", "gentle", "braking", "hard", "soft", "press", "field",
        "morning", "noon", "lukao", "test", "made", "local", "frame", "tests", "only", "exam", "arrow",
    ];
    let strange: Vec<&str> = page
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|w| latin(w) && !known.contains(w))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn many_drives_stand_at_the_end_and_a_variant_names_its_item() {
    let mut v = verdict("ego");
    let place = |said: &str| {
        let drive = said.find("morning (test)").expect("the drives are listed");
        (drive < said.find("Area:").expect("the areas are listed"), said.contains("in all"))
    };
    assert_eq!(place(&text(&v, &options(Lang::En, Vec::new()))), (true, false));
    let again = v.drives.clone();
    v.drives.extend(again.iter().chain(&again).cloned());
    v.items[0].variant_of = Some("curve".into());
    let said = text(&v, &options(Lang::En, Vec::new()));
    assert!(said.contains("6 in all, 84.0 s; listed at the end"), "{said}");
    let page = words(&html::sheet(&v, &options(Lang::Zh, Vec::new())).unwrap());
    assert_eq!(page.matches("5 曲线行驶 的变式").count(), 2, "in the list and at the item");
    assert_eq!(place(&said), (false, true));
}

#[test]
fn an_event_is_charged_once_and_says_what_it_covers() {
    let v = verdict("ego");
    let charged: Vec<_> = v.findings.iter().filter(|f| f.points > 0.0).collect();
    let covered = v.findings.iter().filter(|f| f.same_event_as == Some(charged[0].number)).count();
    assert!(covered > 0, "{:#?}", v.findings);
    let said = text(&v, &options(Lang::En, Vec::new()));
    assert_eq!(said.matches("charged once, here").count(), 1, "{said}");
    assert_eq!(said.matches("charged there").count(), covered, "{said}");
}

#[test]
fn a_ruling_stands_beside_the_machine_s_result_and_never_changes_it() {
    let v = verdict("ego");
    let cell = |rulings: Vec<Ruling>| {
        let page = html::sheet(&v, &options(Lang::En, rulings)).unwrap();
        let tree = tree(&page);
        let results = tree.descendants().find(|n| n.attribute("class") == Some("results")).unwrap();
        let of = |n: roxmltree::Node<'_, '_>| {
            n.descendants().filter(|d| d.is_text()).map(|d| d.text().unwrap()).collect::<String>()
        };
        let row = tree
            .descendants()
            .filter(|n| n.has_tag_name("tr"))
            .find(|n| n.descendants().any(|d| d.text() == Some("straight")))
            .unwrap();
        let cells: Vec<String> = row.children().filter(|c| c.has_tag_name("td")).map(of).collect();
        let whole: Vec<String> = results.descendants().filter(|d| d.has_tag_name("dd")).map(of).collect();
        (cells[4..7].join("|"), whole[..3].join("|"))
    };
    assert_eq!(cell(vec![]), ("not met||not met".into(), "failed||failed".into()));
    // On the item: it holds; for the whole somebody has to rule.
    let pass = ruling(Some("straight"), None, Word::Met);
    assert_eq!(cell(vec![pass.clone()]), ("not met|met|met".into(), "failed||to be ruled".into()));
    // On the attempt that alone decides.
    let first = ruling(Some("straight"), Some(1), Word::Invalid);
    assert_eq!(cell(vec![first.clone()]).0, "not met|invalid|invalid");
    // On one that does not: open if it says otherwise, without effect if not.
    let second = ruling(Some("straight"), Some(2), Word::NotMet);
    assert_eq!(cell(vec![second]).0, "not met|not met|to be ruled");
    // The last one holds.
    assert_eq!(cell(vec![first, pass]).0, "not met|met|met");
    let whole = ruling(None, None, Word::Met);
    assert_eq!(cell(vec![whole]), ("not met||not met".into(), "failed|passed|passed".into()));
    // Of nothing that the exam knows: listed, with that remark.
    let nowhere = ruling(Some("straight"), Some(7), Word::Met);
    assert_eq!(cell(vec![nowhere.clone()]).0, "not met||not met");
    let said = text(&v, &options(Lang::En, vec![nowhere])).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("after the result was known") && said.contains("no such item or attempt"),
        "{said}"
    );
}

#[test]
fn hostile_names_are_text_on_the_page() {
    let name = "<script>alert('1')</script>&\"]]>";
    let v = verdict(name);
    let mut options = options(Lang::Zh, vec![ruling(Some("</td><td>"), None, Word::Met)]);
    options.rulings[0].why = format!("{name}\u{1b}[2J\u{202e}");
    let label = Title { zh: name.into(), en: name.into() };
    options.head = vec![Field { label, value: format!("\0{name}") }];
    let page = html::sheet(&v, &options).unwrap();
    let said = words(&page);
    assert!(said.matches(name).count() >= 4, "{said}");
    assert!(said.contains("</td><td>"));
    assert!(!page.contains("<script") && !page.contains("onerror"));
    assert!(!page.contains(['\0', '\u{1b}', '\u{202e}']));
    assert!(!text(&v, &options).contains(['\0', '\u{1b}', '\u{202e}']));
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for lang in [Lang::En, Lang::Zh] {
        let page = html::sheet(&verdict("ego"), &options(lang, Vec::new())).unwrap();
        let tree = tree(&page);
        for tag in ["script", "link", "img", "iframe", "object"] {
            assert!(tree.descendants().all(|n| !n.has_tag_name(tag)), "{tag}");
        }
        assert!(!page.contains("url(") && !page.contains("http"));
        assert!(tree.descendants().filter(|n| n.has_tag_name("p")).any(|n| n.text()
            == Some(match lang {
                Lang::En => "Examiner",
                Lang::Zh => "考官",
            })));
    }
}
