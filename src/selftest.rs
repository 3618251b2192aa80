//! Whether this installation finds what it must: a compliant drive of every item of an exam, and one for each way of failing it.
//!
//! Drives are planned, and what is true of them is written, before anything is graded (`lukao_synth::exam`).

use lukao_exam::pack::{Effect, Requirement};
use lukao_exam::verdict::{AttemptStatus, ItemResult, ScoredFinding};
use lukao_exam::{Exam, ItemStatus, Judged, Options, Verdict, attempts};
use lukao_model::{Drive, Error};
use lukao_synth::Truth;
use lukao_synth::exam::{ExamItem, Fault, items, plan_under};
use lukao_track::Track;
use rayon::prelude::*;

/// One drive of the self-test, and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Item.
    pub item: &'static str,
    /// Fault; `None` for the compliant drive.
    pub fault: Option<&'static str>,
    /// Readings of the exam other than its own: switch and value.
    pub under: Vec<(String, String)>,
    /// Rule that must find it.
    pub wanted: &'static str,
    /// Size of the fault as planned, in the unit of its rule.
    pub size: Option<f64>,
    /// What was measured of it, with its unit.
    pub measured: Option<(f64, String)>,
    /// Points charged to the item.
    pub points: f64,
    /// Everything that is not as it must be, in words; empty if all is well.
    pub wrong: Vec<String>,
}

impl Row {
    /// What kind of drive it is, with the readings that it is graded by if they are not the exam's own.
    #[must_use]
    pub fn drive(&self) -> String {
        let under: String = self.under.iter().map(|(s, v)| format!(" ({s} = {v})")).collect();
        format!("{}{under}", self.fault.unwrap_or("compliant"))
    }

    /// Whether all is as it must be.
    #[must_use]
    pub fn good(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// Readings of an exam: switch and value.
type Readings = Vec<(String, String)>;

/// The exam under its own readings, and under each other one in turn.
struct Read {
    under: Readings,
    exam: Exam,
}

fn readings(read: &impl Fn(&[(String, String)]) -> Result<Exam, Error>) -> Result<Vec<Read>, Error> {
    let own = read(&[])?;
    let others = own
        .switches
        .iter()
        .flat_map(|s| s.values.iter().filter(|v| **v != s.value).map(|v| vec![(s.name.clone(), v.clone())]));
    let others: Vec<Readings> = others.collect();
    let mut all = vec![Read { under: Vec::new(), exam: own }];
    for under in others {
        all.push(Read { exam: read(&under)?, under });
    }
    Ok(all)
}

/// The requirements of an item that another reading changes; all of them under the exam's own.
fn changed<'e>(all: &'e [Read], of: &'e Read, item: &str) -> Vec<&'e Requirement> {
    let requires = |r: &'e Read| r.exam.items.iter().find(|i| i.id == item).map_or(&[][..], |i| &i.requires);
    let own: &[Requirement] = if of.under.is_empty() { &[] } else { requires(&all[0]) };
    requires(of).iter().filter(|r| !own.contains(r)).collect()
}

fn is_under(fault: &Fault, under: &Readings) -> bool {
    fault.under.len() == under.len()
        && fault.under.iter().zip(under).all(|(a, b)| (a.0, a.1) == (&*b.0, &*b.1))
}

/// Whether an exam has the requirement that a fault breaks.
fn demanded(exam: &Exam, item: &ExamItem, fault: &Fault) -> bool {
    let (item, id) = fault.requirement.split_once('/').unwrap_or((item.id, fault.requirement));
    exam.items.iter().any(|i| i.id == item && i.requires.iter().any(|r| r.id == id))
}

/// Requirements that the engine judges and that no planned drive breaks, as `item/requirement`, with the reading if it is not the
/// exam's own. What every item has to keep is to be broken at every one of them, but for [`ONCE`].
///
/// # Errors
/// If the exam cannot be read.
pub fn gaps(read: impl Fn(&[(String, String)]) -> Result<Exam, Error>) -> Result<Vec<String>, Error> {
    let all = readings(&read)?;
    let mut out = Vec::new();
    for of in &all {
        // Of items that are never planned nothing is known.
        for item in
            of.exam.items.iter().filter(|x| x.station.is_none() || items().iter().any(|i| i.id == x.id))
        {
            for r in changed(&all, of, &item.id).into_iter().filter(|r| r.rule.is_some()) {
                let breaks = |i: &ExamItem, f: &Fault| {
                    let this = if item.station.is_none() {
                        // What holds all the time is found beside something else.
                        let name = format!("{}/{}", item.id, r.id);
                        f.requirement == name || i.beside(f).0.iter().any(|n| **n == *name)
                    } else {
                        (i.id == item.id || r.shared && ONCE.iter().any(|o| o.0 == r.id))
                            && f.requirement == r.id
                    };
                    this && is_under(f, &of.under)
                };
                let known = items().iter().any(|i| i.all_faults().any(|f| breaks(i, f)));
                if !known {
                    let under: String = of.under.iter().map(|(s, v)| format!(" ({s} = {v})")).collect();
                    out.push(format!("{}/{}{under}", item.id, r.id));
                }
            }
        }
    }
    Ok(out)
}

/// Demands on every item that a drive at some item stands for, and why they cannot be broken alone at all of them. The rule and its
/// limits are the same everywhere.
pub const ONCE: [(&str, &str); 5] = [
    (
        "cap",
        "where the speed limit is the cap both are broken at once, and most stations are too short or too slow for it",
    ),
    (
        "speed-limit",
        "at many items the ego is far slower, since the item itself asks for it, or the station is too short",
    ),
    ("red-light", "most stations have no lights"),
    ("solid-line-crossed", "most stations have no lane beside over a solid line"),
    ("wrong-way", "most stations have no lane of the other direction beside"),
];

/// Grades all drives of the exam's items on a field, on the current rayon pool; rows in the order of items and faults. `read` gives
/// the exam under chosen readings; `chosen` says which drives; `done` is told of every drive that is ready.
///
/// # Errors
/// If the exam cannot be read, the field cannot host an item, or a drive cannot be made or graded.
pub fn run(
    track: &Track,
    read: impl Fn(&[(String, String)]) -> Result<Exam, Error>,
    seed: u64,
    chosen: impl Fn(&ExamItem, Option<&Fault>) -> bool,
    done: impl Fn(&Row) + Sync,
) -> Result<Vec<Row>, Error> {
    let exams = readings(&read)?;
    let mut all: Vec<(&Read, &ExamItem, Option<&'static Fault>)> = Vec::new();
    let of_exam = |i: &&ExamItem| exams[0].exam.items.iter().any(|x| x.id == i.id);
    for item in items().iter().filter(of_exam) {
        for of in &exams {
            let own = changed(&exams, of, item.id).iter().any(|r| !r.shared);
            all.extend(own.then_some((of, item, None)));
            let faults = item.all_faults().filter(|f| is_under(f, &of.under) && demanded(&of.exam, item, f));
            all.extend(faults.map(|f| (of, item, Some(f))));
        }
    }
    all.retain(|(_, item, fault)| chosen(item, *fault));
    let row = |(of, item, fault): &(&Read, &ExamItem, Option<&'static Fault>)| {
        let row = one(track, of, item, *fault, seed)?;
        done(&row);
        Ok(row)
    };
    all.par_iter().map(row).collect()
}

/// A drive as if it were a session of its own: only this item is tried, and the examiner saw nothing wrong.
///
/// # Errors
/// As [`lukao_exam::grade`].
pub fn grade_alone(track: &Track, exam: &Exam, item: &str, drive: &Drive) -> Result<Verdict, Error> {
    let mut options = Options::default();
    let mut tried = attempts::find(drive, Some(track), exam);
    tried.keep_items(&[item.to_string()]);
    for i in &exam.items {
        for r in i.requires.iter().filter(|r| r.judge == lukao_exam::Judge::Examiner) {
            let known = tried.judged.iter().any(|j| (&j.item, &j.requirement) == (&i.id, &r.id));
            if !known {
                tried.judged.push(Judged::of_record(&i.id, &r.id, true, "self-test"));
            }
        }
    }
    options.attempts = Some(tried);
    lukao_exam::grade(drive, Some(track), exam, &options)
}

fn one(
    track: &Track,
    of: &Read,
    item: &ExamItem,
    fault: Option<&'static Fault>,
    seed: u64,
) -> Result<Row, Error> {
    let under: Vec<(&str, &str)> = of.under.iter().map(|(s, v)| (s.as_str(), v.as_str())).collect();
    let which = |mut e: Error| {
        e.source_name = format!("{} {}: {}", item.id, fault.map_or("compliant", |f| f.id), e.source_name);
        e
    };
    let planned = plan_under(track, item.id, fault.map(|f| f.id), &under, seed).map_err(which)?;
    let made = planned.make().map_err(which)?;
    let v = grade_alone(track, &of.exam, item.id, &made.drive)?;
    let mut row = Row {
        item: item.id,
        fault: fault.map(|f| f.id),
        under: of.under.clone(),
        wanted: fault.map_or("", |f| f.rule),
        size: made.truth.size,
        measured: None,
        points: 0.0,
        wrong: Vec::new(),
    };
    let Some(result) = v.items.iter().find(|i| i.id == item.id) else { return Ok(row) };
    row.points = result.deducted;
    if result.attempts.len() != 1 {
        row.wrong.push(format!("{} attempts instead of one", result.attempts.len()));
    }
    match fault {
        None => {
            if result.status != ItemStatus::Met {
                let why = v.reasons.join("; ");
                row.wrong.push(format!("the item is {}: {why}", result.status.name()));
            }
            let found = v.findings.iter();
            row.wrong.extend(found.map(|f| format!("{} found ({})", f.finding.rule, f.finding.what)));
        }
        Some(fault) => {
            let found = Found { item, fault, v: &v, result, exam: &of.exam };
            let main = found.event(&mut row.wrong);
            if let Some(f) = main {
                row.measured = Some((f.finding.measured, f.finding.unit.clone()));
                row.wrong.extend(told(&made.truth, f));
                found.charged(f, &mut row.wrong);
            }
        }
    }
    Ok(row)
}

/// What was found of a drive with a fault.
struct Found<'v> {
    item: &'v ExamItem,
    fault: &'v Fault,
    v: &'v Verdict,
    result: &'v ItemResult,
    exam: &'v Exam,
}

impl<'v> Found<'v> {
    /// As faults name requirements.
    fn name(&self, f: &ScoredFinding) -> String {
        if f.item == self.item.id { f.requirement.clone() } else { format!("{}/{}", f.item, f.requirement) }
    }

    fn named(&self, name: &str) -> Option<&'v ScoredFinding> {
        self.v.findings.iter().find(|f| self.name(f) == name)
    }

    /// What has to be found of it: the fault itself and what finds the same event; and what else is found.
    fn expected(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let (same, side) = self.item.beside(self.fault);
        (std::iter::once(self.fault.requirement).chain(same).collect(), side)
    }

    /// Whether exactly that was found which was listed, and is one event where it shall be. Gives the finding of the fault.
    fn event(&self, wrong: &mut Vec<String>) -> Option<&'v ScoredFinding> {
        let (event, side) = self.expected();
        let mut missing: Vec<&str> = event.iter().chain(&side).copied().collect();
        for f in &self.v.findings {
            let name = self.name(f);
            match missing.iter().position(|m| *m == name) {
                Some(at) => drop(missing.swap_remove(at)),
                None => {
                    let f = &f.finding;
                    wrong.push(format!("{name} found too ({}: {:.3} {})", f.what, f.measured, f.unit));
                }
            }
        }
        let status = self.result.status.name();
        wrong.extend(missing.iter().map(|m| format!("{m} not found; the item is {status}")));
        let main = self.named(self.fault.requirement)?;
        if main.finding.rule != self.fault.rule {
            wrong.push(format!("found by {} instead of {}", main.finding.rule, self.fault.rule));
        }
        let of: Vec<&ScoredFinding> = event.iter().filter_map(|n| self.named(n)).collect();
        let charged: Vec<u32> = of.iter().filter(|f| f.charged()).map(|f| f.number).collect();
        let apart = of.iter().filter(|f| !f.charged() && f.same_event_as != charged.first().copied());
        if charged.len() > 1 || apart.count() > 0 {
            let each = of.iter().map(|f| format!("{}: {:?}", self.name(f), f.same_event_as));
            wrong.push(format!("not one event: {}", each.collect::<Vec<_>>().join(", ")));
        }
        Some(main)
    }

    /// Whether points, item and attempt are charged as the pack has it.
    fn charged(&self, main: &ScoredFinding, wrong: &mut Vec<String>) {
        let required = |f: &ScoredFinding| {
            let item = self.exam.items.iter().find(|i| i.id == f.item);
            item.and_then(|i| i.requires.iter().find(|r| r.id == f.requirement))
        };
        let invalid = required(main).is_some_and(|r| r.effect != Effect::Charge);
        let status = self.result.status;
        if invalid {
            if !self.result.attempts.iter().all(|a| a.status == AttemptStatus::Invalid) {
                wrong.push("the attempt is valid all the same".into());
            }
            if status == ItemStatus::Met {
                wrong.push("the item is met all the same".into());
            }
            return;
        }
        let mut sum = 0.0;
        for f in &self.v.findings {
            let points = if f.charged() { required(f).map_or(0.0, |r| r.points) } else { 0.0 };
            if f.points != points {
                wrong.push(format!("{} costs {} points instead of {points}", self.name(f), f.points));
            }
            let (_, side) = self.expected();
            if side.contains(&&*self.name(f)) && !f.charged() {
                wrong.push(format!("{} is the same event as another", self.name(f)));
            }
            if f.item == self.item.id {
                sum += points;
                if f.attempt != Some(1) {
                    wrong.push(format!("{} is charged to attempt {:?}", self.name(f), f.attempt));
                }
            }
        }
        if self.result.deducted != sum {
            wrong.push(format!("the item costs {} points instead of {sum}", self.result.deducted));
        }
        let breaks = self.v.findings.iter().any(|f| f.item == self.item.id && (f.must || f.veto));
        let due = if breaks { ItemStatus::NotMet } else { ItemStatus::Met };
        if status != due {
            let why = self.v.reasons.join("; ");
            wrong.push(format!("the item is {} instead of {}: {why}", status.name(), due.name()));
        }
    }
}

/// Exactly known plans are met to this: both ends of a time are told by samples 10 ms apart.
const STEP: f64 = 0.021;
/// Part of a limit by which a planned fault may break it, beside some uncertainty.
const LITTLE: f64 = 0.35;
/// How far a finding may lie outside the time that was planned for it, s.
const NEAR_S: f64 = 1.0;

/// What was measured otherwise than planned.
fn told(truth: &Truth, f: &ScoredFinding) -> Vec<String> {
    let mut wrong = Vec::new();
    let finding = &f.finding;
    if let (Some(size), Some(known_to)) = (truth.size, truth.known_to) {
        let u = finding.uncertainty.known().unwrap_or(0.0);
        if (finding.measured - size).abs() > u + known_to + STEP {
            let unit = &finding.unit;
            wrong.push(format!(
                "measured {:.3} ± {u:.3} {unit} of {size:.3} ± {known_to:.3}",
                finding.measured
            ));
        }
    }
    // By how much the limit is broken; where nothing at all is let pass, or things are counted, there is no little.
    let u = finding.uncertainty.known().unwrap_or(0.0);
    let over = (finding.measured - finding.limit).abs();
    let counted = finding.unit == "1" && over <= 1.0;
    if truth.known_to.is_some()
        && finding.limit != 0.0
        && !counted
        && over > LITTLE * finding.limit.abs() + 6.0 * u
    {
        wrong.push(format!(
            "{:.3} {} is far from the limit {:.3}",
            finding.measured, finding.unit, finding.limit
        ));
    }
    if let Some((from_s, to_s)) = truth.when_s {
        let [a, b] = [finding.from_ns, finding.to_ns].map(lukao_model::time::to_s);
        if b < from_s - NEAR_S || a > to_s + NEAR_S {
            wrong.push(format!("found at {a:.2}-{b:.2} s, planned at {from_s:.2}-{to_s:.2} s"));
        }
    }
    wrong
}
