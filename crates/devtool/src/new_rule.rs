//! The stubs of a new rule.

use std::fs;
use std::path::Path;

use crate::edit;

const RULE: &str = include_str!("../templates/rule.rs.txt");
const TWINS: &str = include_str!("../templates/twins.rs.txt");
const TWIN: [&str; 3] = ["@NAME@(19.9, 0.0)", "@NAME@(20.1, 0.0)", "@NAME@(19.9, 0.5)"];
const CASE: &str = include_str!("../templates/case.rs.txt");
const ITEM: &str = include_str!("../templates/item.toml.txt");

/// Greatest width of a line: see rustfmt.toml.
const WIDTH: usize = 110;

const REGISTRY: &str = "crates/rules/src/lib.rs";
const TITLES: &str = "crates/rules/src/titles.rs";
const PACK: &str = "crates/exam/packs/lukao/general-road.toml";

/// Writes the stubs of the rule `id`; says what was written and what to do next. Nothing is written unless all of it can be.
///
/// # Errors
/// A name that is no kebab-case or taken, a folder that is none, or sources that look otherwise than expected.
pub(crate) fn write(root: &Path, id: &str, folder: Option<&str>) -> Result<String, String> {
    let words: Vec<&str> = id.split('-').collect();
    let plain = |w: &&str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !words.iter().all(plain) {
        return Err(format!("expected a name in kebab-case (harsh-braking), found \"{id}\""));
    }
    let read = |file: &str| fs::read_to_string(root.join(file)).map_err(|e| format!("{file}: {e}"));
    let registry = read(REGISTRY)?;
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => alike(&registry, &words)?,
    };
    let name = id.replace('-', "_");
    let fill = |template: &str| {
        let kind: String = words.iter().map(|w| w[..1].to_ascii_uppercase() + &w[1..]).collect();
        template.replace("@ID@", id).replace("@NAME@", &name).replace("@TYPE@", &kind)
    };
    let at = |file: &str, e: String| format!("{file}: {e}");

    let rule = format!("crates/rules/src/{folder}/{name}.rs");
    if root.join(&rule).exists() {
        return Err(format!("{rule} is there already"));
    }
    let modules = format!("crates/rules/src/{folder}/mod.rs");
    let module = format!("pub(crate) mod {name};");
    let with_module = edit::sorted_in(&read(&modules)?, &module, |l| {
        let module = l.strip_prefix("pub(crate) ").unwrap_or(l).strip_prefix("mod ")?;
        Some(module.trim_end_matches(';').to_owned())
    });
    let entry = fill(&format!("    Entry::of::<{folder}::@NAME@::@TYPE@>(),"));
    let with_entry = edit::sorted_in(&registry, &entry, |l| Some(registered(l)?.1.replace('_', "-")));
    let with_title = edit::sorted_in(&read(TITLES)?, &fill("    (\"@ID@\", \"待译（@ID@）\"),"), |l| {
        l.strip_prefix("    (\"").and_then(|l| l.split_once('"')).map(|l| l.0.to_owned())
    });
    // The rules about contact have no file of their own.
    let of_group = format!("crates/rules/tests/rules/{folder}.rs");
    let (twins, head) = if root.join(&of_group).exists() {
        (of_group, "pub fn twins() -> Vec<Twin> {")
    } else {
        ("crates/rules/tests/rules/twins.rs".into(), "fn general() -> Vec<Twin> {")
    };
    let with_twins = edit::before(&read(&twins)?, head, &fill(TWINS))
        .and_then(|text| edit::first_in_list(&text, head, &twin(&fill)));
    let cases = format!("crates/rules/tests/fault_matrix/{folder}.rs");
    let with_case = edit::first_in_list(&read(&cases)?, "pub fn cases() -> Vec<Case> {", &fill(CASE));
    let with_item = read(PACK)? + &fill(ITEM);

    let files = [
        (rule.as_str(), fill(RULE)),
        (&modules, with_module.map_err(|e| at(&modules, e))?),
        (REGISTRY, with_entry.map_err(|e| at(REGISTRY, e))?),
        (TITLES, with_title.map_err(|e| at(TITLES, e))?),
        (&twins, with_twins.map_err(|e| at(&twins, e))?),
        (&cases, with_case.map_err(|e| at(&cases, e))?),
        (PACK, with_item),
    ];
    let mut said = String::from("wrote\n");
    for (file, text) in files {
        fs::write(root.join(file), text).map_err(|e| format!("{file}: {e}"))?;
        said += &format!("    {file}\n");
    }
    said += &format!(
        "next\n    cargo fmt --all\n    cargo test -p lukao-rules --test rules    # the example passes\n    \
         write the page in {rule}, then the rest"
    );
    Ok(said)
}

/// The entry of the twins as rustfmt would have it.
fn twin(fill: &impl Fn(&str) -> String) -> String {
    let fits = |line: &str| line.trim_end().len() <= WIDTH;
    let list = format!("[{}]", TWIN.join(", "));
    let one_line = fill(&format!("        (\"@ID@\", {list}),\n"));
    if fits(&one_line) {
        return one_line;
    }
    let list_in_line = fill(&format!("            {list},\n"));
    let list = if fits(&list_in_line) {
        list_in_line
    } else {
        let each = TWIN.map(|t| fill(&format!("                {t},\n"))).concat();
        format!("            [\n{each}            ],\n")
    };
    fill(&format!("        (\n            \"@ID@\",\n{list}        ),\n"))
}

/// Folder and file of a rule that a line of the registry names.
fn registered(line: &str) -> Option<(&str, &str)> {
    let path = line.trim().strip_prefix("Entry::of::<")?;
    let mut parts = path.split("::");
    Some((parts.next()?, parts.next()?))
}

/// The folder of the rules whose names share most words with this one's.
fn alike(registry: &str, words: &[&str]) -> Result<String, String> {
    let mut shared: Vec<(usize, &str)> = Vec::new();
    for (folder, name) in registry.lines().filter_map(registered) {
        let count = name.split('_').filter(|w| w.len() > 2 && words.contains(w)).count();
        match shared.iter_mut().find(|s| s.1 == folder) {
            Some(s) => s.0 += count,
            None => shared.push((count, folder)),
        }
    }
    shared.sort_unstable_by(|a, b| b.cmp(a));
    match shared.as_slice() {
        [(most, folder), (next, _), ..] if most > next => Ok((*folder).to_owned()),
        all => {
            let mut names: Vec<&str> = all.iter().map(|s| s.1).collect();
            names.sort_unstable();
            Err(format!("its name does not tell its group; say --folder with one of {}", names.join(", ")))
        }
    }
}
