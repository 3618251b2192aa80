//! Of a pack's TOML: attempts, switches, what is demanded of every item, what a breach does.

use lukao_measure::Admit;
use lukao_model::{Channel, Error, Origin};

use super::{Known, requirement, source, title};
use crate::pack::{AttemptRule, Effect, Item, Policy, Reason, Requirement, Switch, VehicleRule};
use crate::scope::CLASSES;
use crate::toml_at::{Node, Table, suggestion};

/// `exam.admit`: origins that count, as one list or as a table with a list for each channel.
pub(super) fn admit(node: Option<&Node<'_>>) -> Result<Admit, Error> {
    const POSE: [Channel; 4] = [Channel::X, Channel::Y, Channel::Yaw, Channel::Z];
    let words: Vec<(&'static str, Origin)> = Origin::ALL.iter().map(|o| (o.name(), *o)).collect();
    let origins = |n: &Node<'_>| -> Result<Vec<Origin>, Error> {
        let list: Vec<Origin> = n.list()?.iter().map(|o| o.word(&words)).collect::<Result<_, _>>()?;
        if list.is_empty() { Err(n.wrong("at least one origin", "none")) } else { Ok(list) }
    };
    let Some(node) = node else { return Ok(Admit::ALL) };
    if node.is_list() {
        return origins(node).map(Admit::only);
    }
    let t = node.table()?;
    let mut admit = Admit::only(origins(&t.need("default")?)?);
    source(&t.need("source")?)?;
    for (key, span, node) in t.entries().filter(|e| !["default", "source"].contains(&e.0)) {
        let of: &[Channel] = match (key, Channel::from_name(key)) {
            ("pose", _) => &POSE,
            (_, Some(channel)) if !POSE.contains(&channel) => &[channel],
            _ => {
                let channels = Channel::ALL.iter().filter(|c| !POSE.contains(c)).map(|c| c.name());
                let hint = suggestion(key, channels.chain(["default", "pose", "source"]));
                let expected = "`default`, `source`, `pose` or a channel's name";
                return Err(t.error(&span, expected, format!("\"{key}\"{hint}")));
            }
        };
        let origins = origins(&node)?;
        admit = of.iter().fold(admit, |a, c| a.with(*c, origins.iter().copied()));
    }
    Ok(admit)
}

/// `[exam.vehicles]`.
pub(super) fn vehicles(node: Option<&Node<'_>>) -> Result<Option<VehicleRule>, Error> {
    let Some(node) = node else { return Ok(None) };
    let t = node.table()?;
    let list = t.need("types")?;
    let types: Vec<_> = list.list()?.iter().map(|n| n.word(&CLASSES)).collect::<Result<_, _>>()?;
    if types.is_empty() {
        return Err(list.wrong("at least one type of vehicle", "none"));
    }
    let source = source(&t.need("source")?)?;
    t.finish()?;
    Ok(Some(VehicleRule { types, source }))
}

/// `[exam.attempts]`, as the switches in force want it.
pub(super) fn attempts(
    node: Option<&Node<'_>>,
    levels: &[String],
    switches: &[Switch],
) -> Result<AttemptRule, Error> {
    let Some(node) = node else {
        let (policy, first_valid) = (Policy::FirstValid, Vec::new());
        return Ok(AttemptRule { policy, first_valid, change_voids: true, source: None });
    };
    let t = node.table()?;
    let policy = t.need("policy")?.word(&[
        ("first-valid", Policy::FirstValid),
        ("last-valid", Policy::LastValid),
        ("all-valid", Policy::AllValid),
    ])?;
    let mut first_valid = Vec::new();
    for n in t.get("first_valid").map(|n| n.list()).transpose()?.unwrap_or_default() {
        let level = n.text()?;
        if !levels.contains(&level) {
            let expected = format!("one of the exam's levels ({})", levels.join(", "));
            return Err(n.wrong(expected, format!("\"{level}\"")));
        }
        first_valid.push(level);
    }
    let change_voids = match t.get("change_voids") {
        None => true,
        Some(n) if n.is_table() => wanted(Some(&n), switches)?,
        Some(n) => n.flag()?,
    };
    let source = Some(source(&t.need("source")?)?);
    t.finish()?;
    Ok(AttemptRule { policy, first_valid, change_voids, source })
}

/// `[switch.NAME]`, with the readings that the caller chose.
pub(super) fn switches(
    name: &str,
    node: Option<&Node<'_>>,
    choices: &[(String, String)],
) -> Result<Vec<Switch>, Error> {
    let mut out: Vec<Switch> = Vec::new();
    if let Some(node) = node {
        for (name, _, node) in node.table()?.entries() {
            let t = node.table()?;
            let list = t.need("values")?;
            let values: Vec<String> = list.list()?.iter().map(Node::text).collect::<Result<_, _>>()?;
            let [first, _, ..] = &values[..] else {
                return Err(list.wrong("at least two readings", values.len().to_string()));
            };
            let value = first.clone();
            let title = title(&t.need("title")?)?;
            let source = source(&t.need("source")?)?;
            t.finish()?;
            out.push(Switch { name: name.into(), title, values, value, source });
        }
    }
    for (of, value) in choices {
        let names: Vec<&str> = out.iter().map(|s| s.name.as_str()).collect();
        let Some(at) = names.iter().position(|n| n == of) else {
            let hint = suggestion(of, names.iter().copied());
            let expected = format!("one of the switches {}", names.join(", "));
            return Err(Error::new(name, expected, format!("\"{of}\"{hint}")));
        };
        let switch = &mut out[at];
        if !switch.values.contains(value) {
            let expected = format!("one of {} for the switch {of}", switch.values.join(", "));
            return Err(Error::new(name, expected, format!("\"{value}\"")));
        }
        switch.value.clone_from(value);
    }
    Ok(out)
}

/// Whether the switches in force want a requirement: `when = { NAME = "value" }`.
pub(super) fn wanted(node: Option<&Node<'_>>, switches: &[Switch]) -> Result<bool, Error> {
    let Some(node) = node else { return Ok(true) };
    let t = node.table()?;
    let mut all = true;
    for (name, span, value) in t.entries() {
        let Some(switch) = switches.iter().find(|s| s.name == name) else {
            let names: Vec<&str> = switches.iter().map(|s| s.name.as_str()).collect();
            let hint = suggestion(name, names.iter().copied());
            let expected = format!("one of the switches {}", names.join(", "));
            return Err(t.error(&span, expected, format!("\"{name}\"{hint}")));
        };
        let wanted = value.text()?;
        if !switch.values.contains(&wanted) {
            let expected = format!("one of {}", switch.values.join(", "));
            return Err(value.wrong(expected, format!("\"{wanted}\"")));
        }
        all &= switch.value == wanted;
    }
    Ok(all)
}

/// `effect` and `reason` of a requirement.
pub(super) fn effect(t: &Table<'_>) -> Result<Effect, Error> {
    let Some(node) = t.get("effect") else { return Ok(Effect::Charge) };
    node.word(&[("invalidate", ())])?;
    Ok(Effect::Invalidate(t.need("reason")?.word(&Reason::ALL)?))
}

/// A demand on every item but some.
pub(super) struct Each {
    requirement: Requirement,
    except: Vec<(String, Error)>,
}

/// `[[each.require]]`.
pub(super) fn each(node: Option<&Node<'_>>, known: &Known<'_>) -> Result<Vec<Each>, Error> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let table = node.table()?;
    let mut out = Vec::new();
    for node in table.need("require")?.list()? {
        let t = node.table()?;
        let mut except = Vec::new();
        for n in t.get("except").map(|n| n.list()).transpose()?.unwrap_or_default() {
            let id = n.text()?;
            let error = n.wrong("the id of an item", format!("\"{id}\""));
            except.push((id, error));
        }
        let of = requirement(&node, &t, known)?;
        t.finish()?;
        out.extend(of.map(|r| Each { requirement: Requirement { shared: true, ..r }, except }));
    }
    table.finish()?;
    Ok(out)
}

/// Gives every item that is driven at a station what is demanded of every item. A requirement of its own with the same id goes
/// before.
pub(super) fn spread(each: Vec<Each>, items: &mut [Item]) -> Result<(), Error> {
    for Each { requirement, except } in each {
        for (id, error) in &except {
            if !items.iter().any(|i| i.id == *id) {
                return Err(error.clone());
            }
        }
        for item in items.iter_mut().filter(|i| i.station.is_some()) {
            let own = item.requires.iter().any(|r| r.id == requirement.id);
            if !own && !except.iter().any(|e| e.0 == item.id) {
                item.requires.push(requirement.clone());
            }
        }
    }
    Ok(())
}
