//! docs/channels.md: what each rule needs of a log, who logs it, how often, where that can be read, and what happens without; from the
//! rules' needs, from what the matrix takes away, from what each rule does when a channel of its worst drive is dropped, and from
//! channels.toml.
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
#[serde(deny_unknown_fields)]
struct Table {
    channel: Vec<Row>,
    document: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    /// What it is, for what is no channel of the model.
    what: Option<String>,
    by: String,
    rate: Rate,
    why: String,
    source: Vec<Source>,
}

/// Where it can be read that a channel is logged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    /// The document's id; none if no public source was found.
    doc: Option<String>,
    /// Message, field or clause.
    part: String,
    /// The rate there.
    hz: Option<u32>,
    basis: Basis,
}

/// How a source is known, in the words of the exam packs.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Basis {
    Text,
    Press,
    Inferred,
    Profile,
}

impl Basis {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Press => "press",
            Self::Inferred => "inferred",
            Self::Profile => "profile",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    id: String,
    title: String,
    at: String,
}

impl Row {
    /// The rate of a source beside the least one.
    fn logged(&self, source: &Source) -> String {
        match (source.hz, &self.rate) {
            (Some(hz), Rate::Hertz(least)) if hz < *least => format!("{hz} Hz: too seldom"),
            (Some(hz), _) => format!("{hz} Hz"),
            (None, _) => String::new(),
        }
    }
}

/// What a profile source begins with.
const NONE_FOUND: &str = "no public source found";

impl Table {
    /// Every channel has a source, every source a document or the words that none was found, and no document is idle.
    fn check_sources(&self) {
        let ids: Vec<&str> = self.document.iter().map(|d| d.id.as_str()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "documents are in order of their ids, each once: {ids:?}");
        for d in &self.document {
            assert!(!d.title.is_empty() && !d.at.is_empty(), "{} has no title or no place", d.id);
        }
        let mut idle: BTreeSet<&str> = ids.iter().copied().collect();
        for r in &self.channel {
            assert!(!r.source.is_empty(), "{} has no source", r.name);
            for s in &r.source {
                let none_found = s.part.starts_with(NONE_FOUND);
                assert!(!s.part.is_empty(), "{}: a source without its message, field or clause", r.name);
                assert_eq!(s.doc.is_none(), none_found, "{}: \"{}\" and its document", r.name, s.part);
                assert_eq!(s.basis == Basis::Profile, none_found, "{}: \"{}\" and its basis", r.name, s.part);
                if let Some(doc) = &s.doc {
                    assert!(ids.contains(&doc.as_str()), "{}: there is no document {doc}", r.name);
                    idle.remove(doc.as_str());
                }
            }
        }
        assert!(idle.is_empty(), "no channel names the documents {idle:?}");
    }
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
    out.push_str(SOURCES);
    for r in &table.channel {
        for (i, s) in r.source.iter().enumerate() {
            let name = if i == 0 { format!("`{}`", r.name) } else { String::new() };
            let doc = s.doc.as_deref().unwrap_or("–");
            let _ = writeln!(out, "| {name} | {doc} | {} | {} | {} |", s.part, r.logged(s), s.basis.name());
        }
    }
    out.push_str(DOCUMENTS);
    for d in &table.document {
        let _ = writeln!(out, "- **{}**: {}: {}", d.id, d.title, d.at);
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

const SOURCES: &str = "
## Where it can be read

Where a message, field or clause shows that it is logged. *Basis* is that of [exam packs](exam-packs.md#scopes-and-points): `text` (read
in the document), `press` (a report of it), `inferred` (follows from those) or `profile` (this project's own view, since no public source
was found). A field in a public interface shows that such systems tell it, not that every vehicle does: ask for it before the exam. What
the short names of documents stand for is [below](#documents).

The least rates above are this project's own reasoning (`profile`): no document was found that derives one from what is judged. The rate
here is what the document says is logged; *too seldom* is less than the least rate.

| name | document | message, field or clause | rate there | basis |
|---|---|---|---|---|
";

const DOCUMENTS: &str = "
### Documents

";

#[test]
fn the_page_of_channels_is_up_to_date() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(here.join("tests/fault_matrix/channels.toml")).unwrap();
    let table: Table = toml::from_str(&table).unwrap_or_else(|e| panic!("channels.toml: {e}"));
    table.check_sources();
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
