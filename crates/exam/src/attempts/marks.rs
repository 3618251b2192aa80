//! What the examiner's marks say of attempts.

use std::collections::BTreeMap;

use lukao_measure::Admit;
use lukao_model::values::Values;
use lukao_model::{Channel, Drive, Interval, Subject};

use super::{Judged, Try};
use crate::pack::{Exam, Judge, Reason};
use crate::verdict::AttemptStatus;

/// Collects marks from stretches.
pub(super) struct Marks {
    admit: Admit,
    said: Vec<(i64, String)>,
}

/// What the marks come to.
#[derive(Default)]
pub(super) struct Spoken {
    pub tries: Vec<Try>,
    pub judged: Vec<Judged>,
    pub odd: Vec<String>,
}

impl Marks {
    pub fn new(admit: Admit) -> Self {
        Self { admit, said: Vec::new() }
    }

    pub fn push(&mut self, stretch: &Drive) {
        for series in stretch.series_of(Subject::Drive) {
            let Some(data) =
                series.channels.get(Channel::Mark).filter(|d| self.admit.admits(Channel::Mark, d.origin))
            else {
                continue;
            };
            let Values::Text(texts) = &data.values else { continue };
            let times = stretch.series_times(series);
            self.said.extend((0..times.len()).filter_map(|i| Some((times[i], texts.get(i)?.to_string()))));
        }
    }

    pub fn finish(mut self, exam: &Exam) -> Spoken {
        self.said.sort();
        let mut out = Spoken::default();
        let mut open: BTreeMap<String, i64> = BTreeMap::new();
        let end_ns = self.said.last().map_or(0, |s| s.0);
        for (t_ns, text) in &self.said {
            let Some((verb, rest)) = text.split_once(':') else { continue };
            let rest = rest.trim();
            let result = match verb.trim() {
                "begin" => known(exam, rest).and_then(|item| match open.insert(item.clone(), *t_ns) {
                    None => Ok(()),
                    Some(_) => Err(format!("{item} had begun already; it begins anew here")),
                }),
                "end" => close(exam, &mut open, rest, *t_ns, (AttemptStatus::Valid, None, ""), &mut out),
                "abort" => close(
                    exam,
                    &mut open,
                    rest,
                    *t_ns,
                    (AttemptStatus::Aborted, None, "broken off"),
                    &mut out,
                ),
                "invalid" => invalid(exam, &mut open, rest, *t_ns, &mut out),
                "judge" => judge(exam, rest).map(|j| out.judged.push(Judged { t_ns: Some(*t_ns), ..j })),
                // Orders of the police, the word to go, and what others use marks for.
                _ => Ok(()),
            };
            if let Err(why) = result {
                out.odd.push(format!("mark \"{text}\": {why}"));
            }
        }
        for (item, from_ns) in open {
            let why = "no mark ends it".to_string();
            out.tries.push(attempt(item, Interval::new(from_ns, end_ns), AttemptStatus::Aborted, None, why));
        }
        out
    }
}

fn known(exam: &Exam, id: &str) -> Result<String, String> {
    match exam.items.iter().find(|i| i.id == id) {
        Some(item) if item.station.is_some() => Ok(id.to_string()),
        Some(_) => Err(format!("{id} is judged over the whole drive")),
        None => Err(format!("the exam has no item {id}")),
    }
}

fn attempt(item: String, when: Interval, status: AttemptStatus, reason: Option<Reason>, why: String) -> Try {
    Try { item, when, station: None, status, reason, why, by: "examiner".into() }
}

type Said = (AttemptStatus, Option<Reason>, &'static str);

fn close(
    exam: &Exam,
    open: &mut BTreeMap<String, i64>,
    id: &str,
    t_ns: i64,
    (status, reason, why): Said,
    out: &mut Spoken,
) -> Result<(), String> {
    let item = known(exam, id)?;
    let from_ns = open.remove(&item).ok_or_else(|| format!("{item} had not begun"))?;
    out.tries.push(attempt(item, Interval::new(from_ns, t_ns), status, reason, why.into()));
    Ok(())
}

/// `ITEM REASON`: of the attempt that goes on, or else of the last one.
fn invalid(
    exam: &Exam,
    open: &mut BTreeMap<String, i64>,
    rest: &str,
    t_ns: i64,
    out: &mut Spoken,
) -> Result<(), String> {
    let (id, reason) = rest.split_once(char::is_whitespace).ok_or("it names no reason")?;
    let reason = Reason::from_name(reason.trim()).ok_or_else(|| {
        let names: Vec<&str> = Reason::ALL.iter().map(|r| r.0).collect();
        format!("a reason is one of {}", names.join(", "))
    })?;
    if open.contains_key(id) {
        let said = (AttemptStatus::Invalid, Some(reason), "as the examiner ruled");
        return close(exam, open, id, t_ns, said, out);
    }
    let item = known(exam, id)?;
    let last = out.tries.iter_mut().rev().find(|t| t.item == item);
    let last = last.ok_or_else(|| format!("{item} was not tried before"))?;
    (last.status, last.reason) = (AttemptStatus::Invalid, Some(reason));
    last.why = "as the examiner ruled afterwards".into();
    Ok(())
}

/// `ITEM/REQUIREMENT pass` or `fail`.
fn judge(exam: &Exam, rest: &str) -> Result<Judged, String> {
    let (of, word) = rest.split_once(char::is_whitespace).ok_or("it says neither pass nor fail")?;
    let (item, requirement) = of.split_once('/').ok_or("it names no requirement (ITEM/REQUIREMENT)")?;
    let pass = match word.trim() {
        "pass" => true,
        "fail" => false,
        other => return Err(format!("neither pass nor fail but {other}")),
    };
    let of_item =
        exam.items.iter().find(|i| i.id == item).ok_or_else(|| format!("the exam has no item {item}"))?;
    let found = of_item.requires.iter().find(|r| r.id == requirement);
    match found {
        Some(r) if r.judge == Judge::Examiner => Ok(Judged::of_record(item, requirement, pass, "examiner")),
        Some(_) => Err(format!("{of} is not for the examiner to judge")),
        None => Err(format!("{item} has no requirement {requirement}")),
    }
}
