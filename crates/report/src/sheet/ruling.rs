//! What rulings make of the machine's results: nothing; they stand beside them, and say what is final.

use lukao_exam::session::{Ruling, Word};
use lukao_exam::verdict::{Attempt, AttemptStatus, ItemResult, RequirementResult, ScoredFinding, Verdict};
use lukao_exam::{ItemStatus, Overall};
use lukao_model::outcome::{Causation, Outcome};

use super::view::{Mark, Three};
use crate::lang::Words;

/// The mark of an item's status.
pub(crate) fn status(w: &Words, s: ItemStatus) -> Mark {
    match s {
        ItemStatus::Met => Mark::new(w.met, "good"),
        ItemStatus::NotMet => Mark::new(w.not_met, "bad"),
        ItemStatus::Undetermined => Mark::new(w.undetermined, "open"),
        ItemStatus::NotExercised => Mark::new(w.not_exercised, "idle"),
    }
}

/// What was ruled, as rulings are listed.
pub(crate) fn named(w: &Words, r: &Ruling) -> Mark {
    let of_exam = r.item.is_none();
    match r.ruling {
        Word::Met => Mark::new(if of_exam { w.passed } else { w.met }, "good"),
        Word::NotMet => Mark::new(if of_exam { w.failed } else { w.not_met }, "bad"),
        Word::Invalid => Mark::new(w.invalid, "idle"),
    }
}

/// The results of the whole exam. Rulings on items do not make one on the exam: points and levels would have to be counted anew by
/// somebody, so it is then open until somebody rules on the whole.
pub(crate) fn of_exam(w: &Words, v: &Verdict, rulings: &[Ruling]) -> Three {
    let machine = match v.outcome {
        Overall::Passed => Mark::new(w.passed, "good"),
        Overall::Failed => Mark::new(w.failed, "bad"),
        Overall::Undetermined => Mark::new(w.undetermined, "open"),
    };
    let ruling = rulings.iter().rfind(|r| r.item.is_none()).map(|r| named(w, r));
    let differs = v.items.iter().any(|i| {
        let three = of_item(w, i, &v.findings, rulings);
        three.last.word != three.machine.word
    });
    let last = match &ruling {
        Some(ruled) => ruled.clone(),
        None if differs => Mark::new(w.to_rule, "open"),
        None => machine.clone(),
    };
    Three { machine, ruling, last }
}

/// The results of an item. The last ruling on it holds. One on an attempt is one on the item if that attempt alone decides; if it
/// says otherwise of another one, somebody has to rule on the item.
pub(crate) fn of_item(w: &Words, i: &ItemResult, findings: &[ScoredFinding], rulings: &[Ruling]) -> Three {
    let machine = status(w, i.status);
    let own = |r: &&Ruling| r.item.as_ref() == Some(&i.id);
    let of_attempt = |r: &Ruling| i.attempts.iter().find(|a| Some(a.ordinal) == r.attempt);
    // One that names no attempt of this item is listed, and rules nothing.
    let Some(last) = rulings.iter().filter(own).rfind(|r| r.attempt.is_none() || of_attempt(r).is_some())
    else {
        return Three { last: machine.clone(), machine, ruling: None };
    };
    let ruled = named(w, last);
    let counting = || i.attempts.iter().filter(|a| a.counts);
    let decides = match last.attempt {
        None => true,
        Some(ordinal) => counting().count() == 1 && counting().all(|a| a.ordinal == ordinal),
    };
    let agrees = of_attempt(last).is_some_and(|a| alone(w, i, a, findings).word == ruled.word);
    let end = if decides {
        ruled.clone()
    } else if agrees {
        machine.clone()
    } else {
        Mark::new(w.to_rule, "open")
    };
    Three { machine, ruling: Some(ruled), last: end }
}

/// The results of an attempt.
pub(crate) fn of_attempt(
    w: &Words,
    i: &ItemResult,
    a: &Attempt,
    findings: &[ScoredFinding],
    rulings: &[Ruling],
) -> Three {
    let machine = alone(w, i, a, findings);
    let own = |r: &&Ruling| r.item.as_ref() == Some(&i.id) && r.attempt == Some(a.ordinal);
    let ruling = rulings.iter().rfind(own).map(|r| named(w, r));
    Three { last: ruling.as_ref().unwrap_or(&machine).clone(), machine, ruling }
}

/// What the machine made of an attempt by itself, whether or not it decides the item.
fn alone(w: &Words, i: &ItemResult, a: &Attempt, findings: &[ScoredFinding]) -> Mark {
    match a.status {
        AttemptStatus::Valid => {}
        AttemptStatus::Aborted => return Mark::new(w.aborted, "idle"),
        _ => return Mark::new(w.invalid, "idle"),
    }
    let own = || i.requirements.iter().filter(|r| r.attempt == Some(a.ordinal));
    let broken = |r: &RequirementResult| {
        (r.must || r.veto) && r.outcome == Outcome::Fail && findings.iter().any(|f| charged_in(r, f))
    };
    let status = if own().any(broken) {
        ItemStatus::NotMet
    } else if own().any(|r| !r.undetermined.is_empty()) {
        ItemStatus::Undetermined
    } else if own().any(|r| !r.shared && r.opportunities > 0)
        && own().all(|r| r.opportunities >= r.occasions_needed)
    {
        ItemStatus::Met
    } else {
        ItemStatus::NotExercised
    };
    self::status(w, status)
}

/// Whether a finding is one of the requirement's, and the ego's doing if that counts.
fn charged_in(r: &RequirementResult, f: &ScoredFinding) -> bool {
    use lukao_exam::pack::CausedBy;
    let others = f.finding.attribution.as_ref().is_some_and(|a| a.caused_by == Causation::Other);
    r.findings.contains(&f.number) && !(others && r.caused_by == CausedBy::EgoOrUndecided)
}
