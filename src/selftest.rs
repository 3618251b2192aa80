//! Whether this installation finds what it must: a compliant drive of every item of an exam, and one for each way of failing it.
//!
//! Drives are planned, and what is true of them is written, before anything is graded (`lukao_synth::exam`).

use lukao_exam::verdict::AttemptStatus;
use lukao_exam::{Exam, ItemStatus, Judged, Options, Verdict, attempts};
use lukao_model::outcome::Uncertainty;
use lukao_model::{Drive, Error};
use lukao_synth::exam::{ExamItem, Fault, items, plan};
use lukao_track::Track;
use rayon::prelude::*;

/// One drive of the self-test, and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Item.
    pub item: &'static str,
    /// Fault; `None` for the compliant drive.
    pub fault: Option<&'static str>,
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
    /// Whether all is as it must be.
    #[must_use]
    pub fn good(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// Grades all drives of the exam's items on a field, on the current rayon pool; rows in the order of items and faults. `done` is told
/// of every one that is ready.
///
/// # Errors
/// If the field cannot host an item, or a drive cannot be made or graded.
pub fn run(track: &Track, exam: &Exam, seed: u64, done: impl Fn(&Row) + Sync) -> Result<Vec<Row>, Error> {
    let of_exam = items().iter().filter(|i| exam.items.iter().any(|x| x.id == i.id));
    let all: Vec<_> = of_exam
        .flat_map(|i| std::iter::once(None).chain(i.all_faults().map(Some)).map(move |fault| (i, fault)))
        .collect();
    let row = |(item, fault): &(&ExamItem, Option<&'static Fault>)| {
        let row = one(track, exam, item, *fault, seed)?;
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
    exam: &Exam,
    item: &ExamItem,
    fault: Option<&'static Fault>,
    seed: u64,
) -> Result<Row, Error> {
    let made = plan(track, item.id, fault.map(|f| f.id), seed)?.make()?;
    let v = grade_alone(track, exam, item.id, &made.drive)?;
    let mut row = Row {
        item: item.id,
        fault: fault.map(|f| f.id),
        wanted: fault.map_or("", |f| f.rule),
        size: made.truth.size,
        measured: None,
        points: 0.0,
        wrong: Vec::new(),
    };
    let mut wrong = |what: String| row.wrong.push(what);
    let Some(result) = v.items.iter().find(|i| i.id == item.id) else { return Ok(row) };
    if result.attempts.len() != 1 {
        wrong(format!("{} attempts instead of one", result.attempts.len()));
    }
    let own = |r: &str| v.findings.iter().find(|f| f.item == item.id && f.finding.rule == r);
    match fault {
        None => {
            if result.status != ItemStatus::Met {
                wrong(format!("the item is {}: {}", result.status.name(), v.reasons.join("; ")));
            }
            for f in &v.findings {
                wrong(format!("{} found ({})", f.finding.rule, f.finding.what));
            }
        }
        Some(fault) => {
            let found = own(fault.rule);
            let invalid = result.attempts.iter().any(|a| a.status == AttemptStatus::Invalid);
            match found {
                None => {
                    wrong(format!("{} did not find it; the item is {}", fault.rule, result.status.name()))
                }
                Some(f) => {
                    let decided = f.charged() || f.same_event_as.is_some() || invalid;
                    if !decided {
                        wrong(format!("{} found it but it costs nothing", fault.rule));
                    }
                    if (f.must || f.veto) && result.status != ItemStatus::NotMet {
                        wrong(format!("the item is {} all the same", result.status.name()));
                    }
                }
            }
            let expected = |rule: &str| rule == fault.rule || fault.side.contains(&rule);
            let side: Vec<String> = made.truth.side.iter().map(|s| s.conduct.clone()).collect();
            for f in &v.findings {
                let rule = f.finding.rule.as_str();
                if !expected(rule) && !side.iter().any(|s| s == rule) {
                    wrong(format!("{rule} found too ({})", f.finding.what));
                }
            }
        }
    }
    let measured = fault.and_then(|f| own(f.rule));
    row.measured = measured.map(|f| (f.finding.measured, f.finding.unit.clone()));
    row.points = result.deducted;
    if let (Some(size), Some(f)) = (row.size, measured) {
        let u = match f.finding.uncertainty {
            Uncertainty::Known(u) => u,
            Uncertainty::Unknown => 0.0,
        };
        // Sizes of 1 say only that it happened.
        let told = size == 1.0 || (f.finding.measured - size).abs() <= u.max(0.1 * size.abs()) + 0.05;
        if !told {
            row.wrong.push(format!("measured {:.3} {} of {size:.3}", f.finding.measured, f.finding.unit));
        }
    }
    Ok(row)
}
