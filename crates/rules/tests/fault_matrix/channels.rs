//! docs/channels.md: what each rule needs of a log, who logs it, how often, and what happens without; from the rules' needs, from
//! what the matrix takes away, from what each rule does when a channel of its worst drive is dropped, and from channels.toml.
//!
//! `BLESS=1 cargo test -p lukao-rules --test fault_matrix channels` writes the page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use lukao_model::{Channel, Outcome, RuleResult, Subject};
use lukao_synth::Made;
use serde::Deserialize;

use crate::case::Case;
use crate::grade::{How, grade, instance};
use crate::lack::Lack;

/// What is said of channels by hand.
#[derive(Deserialize)]
struct Table {
    channel: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    /// What it is, for what is no channel of the model.
    what: Option<String>,
    by: String,
    rate: Rate,
    why: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rate {
    Hertz(u32),
    When(String),
}

impl Rate {
    fn text(&self) -> String {
        match self {
            Self::Hertz(hz) => format!("{hz} Hz"),
            Self::When(when) if when == "change" => "at each change".into(),
            Self::When(when) => when.clone(),
        }
    }
}

/// What a rule does without a channel that its worst drive has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Without {
    /// It cannot tell.
    Undetermined,
    /// It measures the same fault by other means.
    OtherMeans,
    /// It does not find the fault.
    NotFound,
}

/// By rule, what becomes of it without each thing that it uses.
type Uses = BTreeMap<&'static str, BTreeMap<&'static str, Without>>;

fn uses() -> Uses {
    let mut out = Uses::new();
    for case in crate::groups().into_iter().flat_map(|g| g.1) {
        let of = out.entry(case.rule).or_default();
        let declared =
            instance(case.rule, "").needs().into_iter().chain(instance(case.rule, &case.params).needs());
        let said = declared.map(Lack::of).chain(case.lacks.iter().copied());
        let Some(made) = worst(&case) else { continue };
        for (lack, what) in said {
            let lacking = lack.from(&made);
            let r = run(&case, &lacking.made, How { admit: lacking.admit, ..How::default() });
            assert_eq!(r.outcome(), Outcome::Undetermined, "{} without {}", case.rule, lack.name());
            of.insert(what, Without::Undetermined);
        }
        let whole = run(&case, &made, How::default());
        for (channel, lack) in logged(&made) {
            let r = run(&case, &lack.from(&made).made, How::default());
            let without = match r.outcome() {
                _ if r == whole => continue,
                Outcome::Undetermined => Without::Undetermined,
                Outcome::Fail => Without::OtherMeans,
                Outcome::Pass | Outcome::NotApplicable => Without::NotFound,
            };
            let known = of.entry(channel.name()).or_insert(without);
            *known = (*known).min(without);
        }
    }
    out
}

fn run(case: &Case, made: &Made, how: How) -> RuleResult {
    grade(made, vec![instance(case.rule, &case.params)], how).remove(0)
}

/// The drive with the greatest fault.
fn worst(case: &Case) -> Option<Made> {
    let faults = case.all_sizes().into_iter().filter(|s| case.is_fault(*s));
    let size = faults.min_by(|a, b| case.limit.margin(*a).total_cmp(&case.limit.margin(*b)))?;
    Some((case.plan)(size).make().unwrap_or_else(|e| panic!("{} at {size}: {e}", case.rule)))
}

/// The channels that a drive has, and how to take each away: from everybody who has it.
fn logged(made: &Made) -> BTreeMap<Channel, Lack> {
    let drive = &made.drive;
    let ego = drive.header().ego;
    let mut out = BTreeMap::new();
    let runs = drive.runs().iter().map(|r| (Subject::Actor(r.actor), &r.channels));
    for (whose, channels) in runs.chain(drive.series().iter().map(|s| (s.subject, &s.channels))) {
        for (channel, _) in channels.iter() {
            let lack = match whose {
                Subject::Drive => Lack::DriveChannel(channel),
                Subject::Actor(a) if Some(a) == ego => Lack::EgoChannel(channel),
                Subject::Actor(_) => Lack::OthersChannel(channel),
                _ => Lack::SignalStates,
            };
            // What the ego has counts as the ego's.
            if !matches!(out.get(&channel), Some(Lack::EgoChannel(_))) {
                out.insert(channel, lack);
            }
        }
    }
    out
}

fn page(uses: &Uses, table: &Table) -> String {
    let row = |name: &str| table.channel.iter().find(|r| r.name == name);
    let mut out = String::from(HEAD);
    for (rule, of) in uses {
        let names = |without: Without| {
            let all = of.iter().filter(|x| *x.1 == without);
            all.map(|x| format!("`{}`", x.0)).collect::<Vec<_>>().join(", ")
        };
        let needed: Vec<&str> = of.iter().filter(|x| *x.1 == Without::Undetermined).map(|x| *x.0).collect();
        let hertz = needed.iter().filter_map(|n| match row(n)?.rate {
            Rate::Hertz(hz) => Some(hz),
            Rate::When(_) => None,
        });
        let least = hertz.max().map_or("-".into(), |hz| format!("{hz} Hz"));
        let _ = writeln!(
            out,
            "| `{rule}` | {} | {least} | {} | {} |",
            names(Without::Undetermined),
            names(Without::OtherMeans),
            names(Without::NotFound)
        );
    }
    out.push_str(CHANNELS);
    for r in &table.channel {
        let rules = uses.values().filter(|of| of.contains_key(r.name.as_str())).count();
        let channel = Channel::from_name(&r.name);
        let what = r.what.clone().unwrap_or_else(|| {
            let doc = channel.map_or("", Channel::doc).lines().next().unwrap_or_default().trim();
            let text = doc.split(": see").next().unwrap_or_default();
            text.trim_end_matches('.').to_owned()
        });
        let _ =
            writeln!(out, "| `{}` | {what} | {} | {} | {} | {rules} |", r.name, r.by, r.rate.text(), r.why);
    }
    out
}

const HEAD: &str = "# Channels

What each rule needs of a log, who logs it, how often at least, and what happens without it. Made by
`BLESS=1 cargo test -p lukao-rules --test fault_matrix channels`; a test keeps it up to date. Each line stands for drives of
[the fault matrix](fault-matrix.md) that were graded with and without the channel.

## Rules

- *Without it undetermined*: the report names what is missing; nothing passes.
- *Least rate*: the highest of these channels' least rates, where they are sampled.
- *Better with*: the rule finds the fault without it too, from other channels (a speed from the poses), with another
  uncertainty or at another moment.
- *Fault not found without*: where the channel is not logged at all, the rule takes it that there is no such thing (no emergency
  vehicle on duty, no order of the police), or what is derived from other channels is too smooth to show the fault. Log it.

| rule | without it undetermined | least rate | better with | fault not found without |
|---|---|---|---|---|
";

const CHANNELS: &str = "
## Who logs what

`ego`, `actor poses`, `track`, `station` and `speed limit` are no channels; the others are named as in [the drive file](drive-format.md). The
last column counts the rules that use it.

| name | what | who logs it in practice | least rate | why that rate | rules |
|---|---|---|---|---|---|
";

#[test]
fn the_page_of_channels_is_up_to_date() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(here.join("tests/fault_matrix/channels.toml")).unwrap();
    let table: Table = toml::from_str(&table).expect("a sound table");
    let uses = uses();
    let used: BTreeSet<&str> = uses.values().flat_map(|of| of.keys().copied()).collect();
    let said: BTreeSet<&str> = table.channel.iter().map(|r| r.name.as_str()).collect();
    let unsaid: Vec<_> = used.difference(&said).collect();
    assert!(unsaid.is_empty(), "channels.toml does not say who logs {unsaid:?}");
    let unused: Vec<_> = said.difference(&used).collect();
    assert!(unused.is_empty(), "no rule uses {unused:?}; take them out of channels.toml");
    for (rule, of) in &uses {
        assert!(of.values().any(|w| *w == Without::Undetermined), "{rule} needs nothing at all");
    }
    let file = here.join("../../docs/channels.md");
    let now = page(&uses, &table);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, now).unwrap();
        return;
    }
    let there = std::fs::read_to_string(file).unwrap_or_default();
    assert!(there == now, "docs/channels.md is out of date; BLESS=1 rewrites it");
}
