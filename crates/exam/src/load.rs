//! From a pack's TOML to an [`Exam`]: every key, id, unit and range is checked, and each error has its place.

use lukao_model::outcome::Decision;
use lukao_model::{Error, Position};
use sha2::{Digest, Sha256};

use crate::pack::{
    Basis, CausedBy, Effect, Exam, Exercise, Item, Judge, Requirement, ScoreModel, ScoreRule, ScoreScope,
    Source, Switch, Title,
};
use crate::scope::{self, Scope};
use crate::toml_at::{Doc, Node, Table, suggestion};

mod extra;

/// Version of the pack format that this engine reads.
pub const PACK_FORMAT: i64 = 1;

impl Exam {
    /// Reads a pack.
    ///
    /// ```
    /// let text = lukao_exam::builtin("general-road").unwrap().text;
    /// let wrong = text.replacen("points =", "poinst =", 1);
    /// let e = lukao_exam::Exam::parse("my.toml", &wrong).unwrap_err().to_string();
    /// assert!(e.starts_with("my.toml line "), "{e}");
    /// assert!(e.ends_with("found \"poinst\" (did you mean \"points\"?)"), "{e}");
    /// ```
    ///
    /// # Errors
    /// The first thing that is not right, with line and column: an unknown key, id, rule or parameter, a value
    /// out of range, an item without a requirement, a requirement without a source.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        Self::parse_with(name, text, &[])
    }

    /// Reads a pack, with other readings chosen than its own: pairs of switch and value.
    ///
    /// # Errors
    /// As [`Exam::parse`]; a switch or value that the pack does not have.
    pub fn parse_with(name: &str, text: &str, choices: &[(String, String)]) -> Result<Self, Error> {
        let doc = Doc { name, text };
        let parsed = doc.parse()?;
        let root = doc.root(&parsed);
        root.need("format")?.whole(PACK_FORMAT..=PACK_FORMAT)?;

        let head = root.need("exam")?.table()?;
        let id = head.need("id")?.id()?;
        let edition = head.need("edition")?.text()?;
        let title = title(&head.need("title")?)?;
        let issuer = head.need("issuer")?.text()?;
        let about = head.need("about")?;
        let (about, about_zh) = match about.is_table() {
            true => self::title(&about).map(|t| (t.en, Some(t.zh)))?,
            false => (about.text()?, None),
        };
        let decision = match head.get("decision") {
            Some(n) => n.word(&[("simple", Decision::Simple), ("guarded", Decision::Guarded)])?,
            None => Decision::Simple,
        };
        let admit = extra::admit(head.get("admit").as_ref())?;
        let levels = match head.get("levels") {
            Some(n) => n.list()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?,
            None => Vec::new(),
        };
        let score = score(&head.need("score")?.table()?)?;
        let switches = extra::switches(name, root.get("switch").as_ref(), choices)?;
        let attempts = extra::attempts(head.get("attempts").as_ref(), &levels, &switches)?;
        let vehicles = extra::vehicles(head.get("vehicles").as_ref())?;
        head.finish()?;

        let mut scopes: Vec<Scope> = Vec::new();
        if let Some(n) = root.get("scope") {
            for (name, _, node) in n.table()?.entries() {
                scopes.push(scope::parse(name, &node)?);
            }
        }
        let known = Known { levels: &levels, scopes: &scopes, switches: &switches };
        let each = extra::each(root.get("each").as_ref(), &known)?;
        let mut items: Vec<Item> = Vec::new();
        let list = root.need("item")?;
        for node in list.list()? {
            for next in item(&node, &known)? {
                if items.iter().any(|i| i.id == next.id) {
                    return Err(node.wrong("each item's id once", format!("\"{}\" again", next.id)));
                }
                items.push(next);
            }
        }
        if items.is_empty() {
            return Err(list.wrong("at least one item", "none"));
        }
        extra::spread(each, &mut items)?;
        root.finish()?;
        let sha256 = hex(&Sha256::digest(text.as_bytes()));
        Ok(Self {
            id,
            edition,
            title,
            issuer,
            about,
            about_zh,
            decision,
            admit,
            score,
            levels,
            attempts,
            vehicles,
            switches,
            scopes,
            items,
            sha256,
        })
    }
}

/// What items may refer to.
struct Known<'a> {
    levels: &'a [String],
    scopes: &'a [Scope],
    switches: &'a [Switch],
}

fn title(node: &Node<'_>) -> Result<Title, Error> {
    let t = node.table()?;
    let title = Title { zh: t.need("zh")?.text()?, en: t.need("en")?.text()? };
    t.finish()?;
    Ok(title)
}

fn score(t: &Table<'_>) -> Result<ScoreRule, Error> {
    let model = match t.get("model") {
        Some(n) => n.word(&[("marks", ScoreModel::Marks), ("demerit", ScoreModel::Demerit)])?,
        None => ScoreModel::Marks,
    };
    let (start, floor, pass) = if model == ScoreModel::Demerit {
        (0.0, f64::MIN, 0.0 - t.need("most")?.number(0.0..=1e6)?)
    } else {
        let start = t.need("start")?.number(0.0..=1e6)?;
        let floor = match t.get("floor") {
            Some(n) => n.number(-1e6..=start)?,
            None => 0.0,
        };
        (start, floor, t.need("pass")?.number(floor..=start)?)
    };
    let scope = match t.get("scope") {
        Some(n) => {
            n.word(&[("vehicle-and-exam", ScoreScope::VehicleAndExam), ("attempt", ScoreScope::Attempt)])?
        }
        None => ScoreScope::default(),
    };
    let source = source(&t.need("source")?)?;
    t.finish()?;
    Ok(ScoreRule { model, start, pass, floor, scope, source })
}

fn source(node: &Node<'_>) -> Result<Source, Error> {
    let t = node.table()?;
    let optional = |n: Option<Node<'_>>| n.map_or(Ok(String::new()), |n| n.text());
    let source = Source {
        doc: t.need("doc")?.text()?,
        edition: optional(t.get("edition"))?,
        clause: optional(t.get("clause"))?,
        basis: t.need("basis")?.word(&Basis::ALL.map(|b| (b.name(), b)))?,
    };
    t.finish()?;
    Ok(source)
}

/// An item, and after it its variants.
fn item(node: &Node<'_>, known: &Known<'_>) -> Result<Vec<Item>, Error> {
    let t = node.table()?;
    let number = t.get("number").map(|n| n.whole(1..=9999)).transpose()?;
    let area = t.need("area")?.id()?;
    let item = task(&t, known, area, number)?;
    let mut all = vec![item];
    for node in t.get("variant").map(|n| n.list()).transpose()?.unwrap_or_default() {
        let v = node.table()?;
        let mut variant = task(&v, known, all[0].area.clone(), None)?;
        if variant.station.is_none() {
            return Err(node.wrong("a variant that is driven at a station of its own", "none"));
        }
        variant.variant_of = Some(all[0].id.clone());
        v.finish()?;
        all.push(variant);
    }
    t.finish()?;
    Ok(all)
}

/// What an item and a variant of one have in common. The caller finishes the table.
fn task(t: &Table<'_>, known: &Known<'_>, area: String, number: Option<i64>) -> Result<Item, Error> {
    let levels = match t.get("levels") {
        Some(n) => n.list()?.iter().map(|l| level(l, known)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let exercise =
        t.need("exercise")?.word(&[("required", Exercise::Required), ("if-met", Exercise::IfMet)])?;
    let mut item = Item {
        id: t.need("id")?.id()?,
        number: number.and_then(|n| u32::try_from(n).ok()),
        variant_of: None,
        title: title(&t.need("title")?)?,
        area,
        levels,
        levels_source: t.get("levels_source").map(|n| source(&n)).transpose()?,
        station: t.get("station").map(|n| n.id()).transpose()?,
        repeat: match t.get("repeat") {
            Some(n) => n.whole(1..=20)? as u32,
            None => 1,
        },
        exercise,
        requires: Vec::new(),
    };
    let list = t.need("require")?;
    for node in list.list()? {
        let t = node.table()?;
        let next = requirement(&node, &t, known)?;
        t.finish()?;
        let Some(next) = next else { continue };
        if item.requires.iter().any(|r| r.id == next.id) {
            let expected = "an `id` for each requirement of an item that differs from the others'";
            return Err(node.wrong(expected, format!("\"{}\" again", next.id)));
        }
        item.requires.push(next);
    }
    if item.requires.is_empty() {
        return Err(list.wrong("at least one requirement", "none"));
    }
    Ok(item)
}

fn level(node: &Node<'_>, known: &Known<'_>) -> Result<String, Error> {
    let name = node.text()?;
    if known.levels.contains(&name) {
        return Ok(name);
    }
    Err(node.wrong(format!("one of the exam's levels ({})", known.levels.join(", ")), format!("\"{name}\"")))
}

/// A requirement, if the switches in force want it. The caller finishes the table.
fn requirement(node: &Node<'_>, t: &Table<'_>, known: &Known<'_>) -> Result<Option<Requirement>, Error> {
    let judge = match t.get("judge") {
        Some(n) => {
            n.word(&[("log", Judge::Log), ("examiner", Judge::Examiner), ("record", Judge::Record)])?
        }
        None => Judge::Log,
    };
    let id = t.get("id").map(|n| n.id()).transpose()?;
    let (mut rule, mut what, mut params) = (None, None, toml::Table::new());
    if judge == Judge::Log {
        let name = t.need("rule")?;
        let given = t.get("params");
        params = rule_params(&name, given.as_ref())?;
        rule = Some(name.text()?);
    } else {
        what = Some(title(&t.need("what")?)?);
    }
    let id = match (id, &rule) {
        (Some(id), _) => id,
        (None, Some(rule)) => rule.clone(),
        (None, None) => t.need("id")?.id()?,
    };
    let scope = match t.get("scope") {
        Some(n) => {
            let name = n.text()?;
            let names: Vec<&str> = known.scopes.iter().map(|s| s.name.as_str()).collect();
            let at = names.iter().position(|s| *s == name).ok_or_else(|| {
                let hint = suggestion(&name, names.iter().copied());
                n.wrong(format!("one of the scopes {}", names.join(", ")), format!("\"{name}\"{hint}"))
            })?;
            Some(at)
        }
        None => None,
    };
    let flag = |n: Option<Node<'_>>| n.map_or(Ok(false), |n| n.flag());
    let articles = match t.get("articles") {
        Some(n) => n.list()?.iter().map(Node::text).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let wanted = extra::wanted(t.get("when").as_ref(), known.switches)?;
    let effect = extra::effect(t)?;
    let requirement = Requirement {
        id,
        judge,
        rule,
        params,
        what,
        scope,
        points: match effect {
            Effect::Charge => t.need("points")?.number(0.0..=1e6)?,
            Effect::Invalidate(_) => 0.0,
        },
        effect,
        occasions: match t.get("occasions") {
            Some(n) => n.whole(0..=1_000_000)? as u64,
            None => 0,
        },
        shared: false,
        must: flag(t.get("must"))?,
        veto: flag(t.get("veto"))?,
        max_u: t.get("max_u").map(|n| n.number(0.0..=1e9)).transpose()?,
        caused_by: match t.get("caused_by") {
            Some(n) => {
                n.word(&[("anyone", CausedBy::Anyone), ("ego-or-undecided", CausedBy::EgoOrUndecided)])?
            }
            None => CausedBy::Anyone,
        },
        articles,
        source: source(&t.need("source")?)?,
    };
    if effect != Effect::Charge && (requirement.must || requirement.veto) {
        return Err(node.wrong("no `must` or `veto` where a breach makes the attempt invalid", "one"));
    }
    Ok(wanted.then_some(requirement))
}

/// Looks the rule up and lets it check its parameters; puts the place back into what it objects to.
fn rule_params(name: &Node<'_>, given: Option<&Node<'_>>) -> Result<toml::Table, Error> {
    let id = name.text()?;
    let rule = lukao_rules::find(&id).ok_or_else(|| {
        let hint = suggestion(&id, lukao_rules::ALL.iter().map(|e| e.meta.id));
        name.wrong("a rule that `lukao rules` lists", format!("\"{id}\"{hint}"))
    })?;
    let Some(given) = given else {
        return Ok(toml::Table::new());
    };
    let entries = given.table()?;
    let mut params = toml::Table::new();
    for (key, _, node) in entries.entries() {
        params.insert(key.to_string(), node.value()?);
    }
    let refused = |e: Error| {
        let Position::Part(key) = &e.position else {
            return given.wrong(e.expected, e.found);
        };
        let names = rule.meta.params.iter().map(|p| p.name);
        match entries.entries().find(|(k, _, _)| k == key) {
            Some((k, span, _)) if rule.meta.param(k).is_none() => {
                let hint = suggestion(k, names);
                entries.error(&span, e.expected, format!("\"{k}\"{hint}"))
            }
            Some((k, _, node)) => node.wrong(format!("{} in `{k}`", e.expected), e.found),
            None => given.wrong(e.expected, e.found),
        }
    };
    rule.load(&params).map_err(refused)?;
    Ok(params)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}
