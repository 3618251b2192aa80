//! Tests that walk the registry.

use std::collections::BTreeSet;

use lukao_rules::meta::{ParamKind, SECTIONS};

#[test]
fn ids_are_unique_kebab_case_and_sorted() {
    let ids: Vec<&str> = lukao_rules::ALL.iter().map(|e| e.meta.id).collect();
    assert!(ids.windows(2).all(|w| w[0] < w[1]), "{ids:?}");
    for id in ids {
        let words = id
            .split('-')
            .all(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
        assert!(words, "{id}");
        assert_eq!(lukao_rules::find(id).map(|e| e.meta.id), Some(id));
    }
}

#[test]
fn each_page_has_a_summary_and_all_sections_in_order() {
    for entry in lukao_rules::ALL {
        let page = entry.meta.page();
        assert!(entry.meta.summary().ends_with('.'), "{}", entry.meta.id);
        let at: Vec<Option<usize>> = SECTIONS.iter().map(|s| page.find(&format!("\n## {s}\n"))).collect();
        assert!(at.iter().all(Option::is_some), "{}: {SECTIONS:?} are at {at:?}", entry.meta.id);
        assert!(at.is_sorted(), "{}", entry.meta.id);
        for p in entry.meta.params {
            assert!(
                page.contains(&format!("`{}`", p.name)) && p.doc.len() > 10,
                "{} {}",
                entry.meta.id,
                p.name
            );
        }
    }
}

#[test]
fn parameters_name_their_units_and_defaults_load() {
    for entry in lukao_rules::ALL {
        let instance = entry.load(&toml::Table::new()).unwrap();
        let in_force = instance.params();
        for p in entry.meta.params {
            if let ParamKind::Number { unit, min, max } = p.kind {
                let suffix = match unit {
                    "m/s2" => "_mps2",
                    "m/s3" => "_mps3",
                    "m/s" => "_mps",
                    "km/h" => "_kmh",
                    "%" => "_percent",
                    "" => "",
                    other => &format!("_{other}"),
                };
                assert!(p.name.ends_with(suffix), "{} {}: {unit}", entry.meta.id, p.name);
                assert!(min < max, "{} {}", entry.meta.id, p.name);
            }
            if p.default != "none" {
                assert_eq!(
                    in_force[p.name].to_string().trim_matches('"'),
                    p.default,
                    "{} {}",
                    entry.meta.id,
                    p.name
                );
                let mut again = toml::Table::new();
                again.insert(p.name.into(), in_force[p.name].clone());
                entry.load(&again).unwrap_or_else(|e| panic!("the default is in range: {e}"));
            }
        }
    }
}

#[test]
fn wrong_parameters_are_refused_with_their_key() {
    let refuse = |rule: &str, toml: &str| {
        let e = lukao_rules::find(rule).unwrap().load(&toml.parse().unwrap()).err().expect("refused");
        e.to_string()
    };
    let e = refuse("speed-limit", "tolerance_kph = 3");
    assert!(e.starts_with("speed-limit tolerance_kph: expected one of tolerance_percent"), "{e}");
    let e = refuse("speed-limit", "tolerance_kmh = 51");
    assert_eq!(e, "speed-limit tolerance_kmh: expected a number from 0 to 50 km/h, found 51");
    let e = refuse("speed-limit", "tolerance_kmh = nan");
    assert!(e.contains("found nan"), "{e}");
    let e = refuse("solid-line-crossed", "part = \"mirror\"");
    assert_eq!(e, "solid-line-crossed part: expected one of centre, body, wheels, found \"mirror\"");
    let e = refuse("solid-line-crossed", "in_junctions = 1");
    assert!(e.contains("expected true or false"), "{e}");
}

#[test]
fn each_rule_is_one_file_of_its_name_and_no_file_is_forgotten() {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut declared, mut folders) = (BTreeSet::new(), vec![src]);
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if text.contains("\nrule! {") {
                declared.insert(path.file_stem().unwrap().to_string_lossy().replace('_', "-"));
            }
            assert!(text.lines().count() <= 500, "{}", path.display());
        }
    }
    let registered: BTreeSet<String> = lukao_rules::ALL.iter().map(|e| e.meta.id.to_owned()).collect();
    assert_eq!(declared, registered);
}
