//! An item on the sheet: its attempts, what it required, what was found.

use lukao_exam::Exercise;
use lukao_exam::pack::Judge;
use lukao_exam::verdict::{
    self as said, AttemptStatus, ItemResult, Param, ParamValue, RequirementResult, ScoredFinding,
};
use lukao_model::outcome::{Causation, Detail, DetailValue, Finding as Evidence, Outcome};
use lukao_model::time::Interval;

use super::make::{Maker, minus, tried};
use super::ruling;
use super::view::{Attempt, Finding, Item, Mark, Requirement};
use crate::lang::fill;
use crate::parts::{detail, quoted, unit_of};
use crate::quantity::{self, TIED, duration, plain, uncertainty};
use crate::zh;

impl Maker<'_> {
    pub(super) fn item(&self, i: &ItemResult) -> Item {
        let w = self.w;
        let (rulings, findings) = (&self.options.rulings, &self.v.findings);
        let valid = i.attempts.iter().filter(|a| a.status == AttemptStatus::Valid).count();
        let tries = fill(w.attempts_count, &[&i.attempts.len().to_string(), &valid.to_string()]);
        let tried = tried(i);
        // A demand on every item that was kept is named only: its limit and clause stand in a table of their own.
        let (kept, told): (Vec<&RequirementResult>, Vec<_>) = i
            .requirements
            .iter()
            .partition(|r| r.shared && r.outcome != Outcome::Fail && r.undetermined.is_empty());
        let mut names: Vec<String> = Vec::new();
        for r in kept.iter().filter(|r| r.outcome == Outcome::Pass) {
            let name = self.named(r);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut exercise =
            vec![if i.exercise == Exercise::Required { w.required } else { w.if_met }.to_string()];
        if i.repeat > 1 {
            exercise.push(fill(w.repeat, &[&i.repeat.to_string()]));
        }
        Item {
            id: i.id.clone(),
            number: i.number.map_or_else(String::new, |n| n.to_string()),
            title: self.title(&i.title),
            variant_of: self.variant_of(i),
            levels: if i.levels.is_empty() { w.all_levels.into() } else { i.levels.join(" ") },
            exercise: self.join(&exercise),
            results: ruling::of_item(w, i, findings, rulings),
            points: minus(i.deducted),
            tries: if i.attempts.is_empty() { String::new() } else { tries },
            attempts: i.attempts.iter().map(|a| self.attempt(i, a)).collect(),
            requirements: if tried { told.iter().map(|r| self.requirement(r)).collect() } else { Vec::new() },
            kept: if names.is_empty() { String::new() } else { fill(w.shared_kept, &[&self.join(&names)]) },
            findings: findings.iter().filter(|f| f.item == i.id).map(|f| self.finding(f)).collect(),
            tried,
        }
    }

    /// Of which item it is a variant.
    fn variant_of(&self, i: &ItemResult) -> String {
        let of = i.variant_of.as_ref().and_then(|id| self.v.items.iter().find(|x| x.id == *id));
        of.map_or_else(String::new, |of| fill(self.w.variant_of, &[&self.numbered(of)]))
    }

    /// An item's number and title.
    pub(super) fn numbered(&self, i: &ItemResult) -> String {
        let title = self.title(&i.title);
        i.number.map_or_else(|| title.clone(), |n| format!("{n} {title}"))
    }

    fn attempt(&self, i: &ItemResult, a: &said::Attempt) -> Attempt {
        let w = self.w;
        let status = match a.status {
            AttemptStatus::Valid => Mark::new(w.valid, "good"),
            AttemptStatus::Aborted => Mark::new(w.aborted, "idle"),
            _ => Mark::new(w.invalid, "idle"),
        };
        let mut why: Vec<String> = a.reason.map(|r| zh::reason(r.name(), self.zh())).into_iter().collect();
        if !a.why.is_empty() {
            why.push(self.why(i, a));
        }
        Attempt {
            name: fill(w.attempt_n, &[&a.ordinal.to_string()]),
            time: self.time(a.drive, &a.when),
            place: a.station.clone().unwrap_or_default(),
            status,
            why: why.join(w.colon),
            by: zh::speaker(&a.by, self.zh()),
            counts: a.counts,
            results: ruling::of_attempt(w, i, a, &self.v.findings, &self.options.rulings),
        }
    }

    /// On what evidence an attempt is what it is; the engine names a finding.
    fn why(&self, i: &ItemResult, a: &said::Attempt) -> String {
        let own = |f: &&ScoredFinding| {
            f.item == i.id && a.why == format!("{} (finding {})", f.finding.what, f.number)
        };
        match self.v.findings.iter().find(own) {
            Some(f) if self.zh() => {
                format!(
                    "{}（{} {}）",
                    self.conduct(&f.finding.what, &f.finding.rule),
                    self.w.finding,
                    f.number
                )
            }
            _ => self.phrase(&a.why),
        }
    }

    /// What a requirement asks, in words.
    fn named(&self, r: &RequirementResult) -> String {
        if let Some(what) = &r.what {
            return self.title(what);
        }
        let rule = r.rule.as_deref().unwrap_or(&r.id);
        let zh = if self.zh() { lukao_rules::title_zh(rule) } else { None };
        zh.unwrap_or(rule).into()
    }

    fn requirement(&self, r: &RequirementResult) -> Requirement {
        let w = self.w;
        let own = || self.v.findings.iter().filter(|f| r.findings.contains(&f.number)).map(|f| &f.finding);
        let worst = own().min_by(|a, b| a.margin.total_cmp(&b.margin));
        let result = match r.outcome {
            Outcome::Pass => Mark::new(w.pass, "good"),
            Outcome::Fail => Mark::new(w.fail, "bad"),
            Outcome::Undetermined => Mark::new(w.undetermined, "open"),
            Outcome::NotApplicable => Mark::new(w.not_applicable, "idle"),
        };
        let mut value = worst.map_or_else(String::new, measured);
        if own().count() > 1 {
            value += &fill(w.brackets, &[&fill(w.times, &[&own().count().to_string()])]);
        }
        if worst.is_none() && r.judged_ns > 0 {
            value = format!("{} {}", w.judged, duration(r.judged_ns));
        }
        Requirement {
            attempt: r.attempt.map_or_else(String::new, |n| n.to_string()),
            title: self.named(r),
            id: r.id.clone(),
            judge: self.judge(r.judge).into(),
            by_people: r.judge != Judge::Log,
            result,
            value,
            limit: worst.map_or_else(|| limits(&r.params), limit),
            u: worst.map_or_else(|| self.max_u(r), |f| self.u(f)),
            weight: self.weight(r),
            clause: self.clause(&r.source),
            basis: self.basis_word(r.source.basis).into(),
        }
    }

    fn max_u(&self, r: &RequirementResult) -> String {
        r.max_u.map_or_else(String::new, |u| fill(self.w.max_u, &[&plain(u)]))
    }

    fn u(&self, f: &Evidence) -> String {
        match f.uncertainty.known() {
            None => self.w.unknown.into(),
            Some(_) if bare(f) => String::new(),
            Some(0.0) => "± 0".into(),
            Some(_) => uncertainty(f.uncertainty, &f.unit).trim().into(),
        }
    }

    fn weight(&self, r: &RequirementResult) -> String {
        let w = self.w;
        let mut said: Vec<String> = Vec::new();
        if let Some(reason) = r.invalidates {
            return fill(w.invalidates, &[&zh::reason(reason.name(), self.zh())]);
        }
        if r.points > 0.0 {
            said.push(minus(r.points));
        }
        if r.veto {
            said.push(w.veto.into());
        } else if r.must {
            said.push(w.fails_item.into());
        }
        if said.is_empty() { w.no_points.into() } else { self.join(&said) }
    }

    /// Demands on every item, each once.
    pub(super) fn shared(&self) -> Vec<Requirement> {
        let mut seen: Vec<&str> = Vec::new();
        let mut out = Vec::new();
        for r in self.v.items.iter().flat_map(|i| &i.requirements).filter(|r| r.shared) {
            if seen.contains(&r.id.as_str()) {
                continue;
            }
            seen.push(&r.id);
            // The demand, not one answer to it.
            let mut bare = r.clone();
            bare.findings.clear();
            out.push(self.requirement(&bare));
        }
        out
    }

    fn finding(&self, f: &ScoredFinding) -> Finding {
        let (e, w) = (&f.finding, self.w);
        let mut more = Vec::new();
        if !e.actors.is_empty() {
            more.push(fill(w.with, &[&quoted(&e.actors)]));
        }
        more.extend(e.element.clone());
        if let Some([x, y]) = e.at_m {
            more.push(fill(w.place, &[&format!("{x:.2}"), &format!("{y:.2}")]));
        }
        if e.worst_ns != e.from_ns && e.worst_ns != e.to_ns {
            more.push(fill(w.worst, &[&self.clock(f.drive).minutes(e.worst_ns)]));
        }
        more.extend(e.details.iter().map(|d| self.detail(d)));
        // An unknown uncertainty is said to be unknown; nothing can be within it.
        if e.near_limit && e.uncertainty.known().is_some() {
            more.push(w.near.into());
        }
        if let Some(a) = &e.attribution {
            let who = match a.caused_by {
                Causation::Ego => w.ego,
                Causation::Other => w.not_ego,
                Causation::Undecided => w.undecided,
            };
            more.push(
                fill(w.caused, &[who])
                    + w.colon
                    + &self.phrase(&a.why)
                    + &fill(w.brackets, &[w.no_liability]),
            );
        }
        let same = |o: &&ScoredFinding| o.same_event_as == Some(f.number);
        let same: Vec<String> = self
            .v
            .findings
            .iter()
            .filter(same)
            .map(|o| format!("{}{}", o.number, fill(w.brackets, &[&format!("{}/{}", o.item, o.requirement)])))
            .collect();
        Finding {
            number: f.number,
            attempt: f.attempt.map_or_else(String::new, |n| n.to_string()),
            time: self.time(f.drive, &Interval { from_ns: e.from_ns, to_ns: e.to_ns }),
            what: self.conduct(&e.what, &e.rule),
            value: measured(e),
            limit: limit(e),
            u: self.u(e),
            more: more.join(w.semicolon),
            charge: self.charge(f),
            charged: f.charged() && (f.points > 0.0 || f.must || f.veto),
            same: if same.is_empty() { String::new() } else { fill(w.also_covers, &[&self.join(&same)]) },
            requirement: f.requirement.clone(),
            clause: self.clause(&f.source),
            basis: self.basis_word(f.source.basis).into(),
        }
    }

    /// A further figure or word of a finding.
    fn detail(&self, d: &Detail) -> String {
        if !self.zh() {
            return detail(d);
        }
        match &d.value {
            DetailValue::Text(word) => {
                format!("{}{}{}", zh::detail(&d.name), self.w.colon, self.phrase(word))
            }
            DetailValue::Number(n) => {
                let (name, unit) = unit_of(&d.name);
                format!("{} {}", zh::detail(name), quantity::value(*n, unit, None))
            }
        }
    }

    fn charge(&self, f: &ScoredFinding) -> String {
        let w = self.w;
        let cost = match (f.same_event_as, &f.not_charged) {
            (_, Some(why)) => fill(w.no_points_why, &[&self.phrase(why)]),
            (Some(n), _) => fill(w.same_event, &[&n.to_string()]),
            _ if f.points > 0.0 => fill(w.points_off, &[&plain(f.points)]),
            _ => w.no_points.into(),
        };
        let mut said = vec![cost];
        if f.veto && f.charged() {
            said.push(w.veto.into());
        } else if f.must && f.charged() {
            said.push(w.fails_item.into());
        }
        self.join(&said)
    }
}

/// Whether it is a mere event, which happened or did not: 1 where 0 is allowed.
fn bare(f: &Evidence) -> bool {
    matches!(f.unit.as_str(), "" | "1")
        && (f.measured - 1.0).abs() < f64::EPSILON
        && f.limit.abs() < f64::EPSILON
}

fn measured(f: &Evidence) -> String {
    if bare(f) { String::new() } else { figure(f.measured, &f.unit, f.limit) }
}

/// A measured value, never reading as its limit.
fn figure(v: f64, unit: &str, limit: f64) -> String {
    // A count has no digits after the point.
    if matches!(unit, "" | "1") {
        plain((v * 1e6).round() / 1e6)
    } else {
        quantity::value(v, unit, Some(limit))
    }
}

/// `≤ 60.0 km/h`: the side is that on which the value is not.
fn limit(f: &Evidence) -> String {
    if bare(f) {
        return String::new();
    }
    let side = if f.measured > f.limit { "≤" } else { "≥" };
    format!("{side}{TIED}{}", figure(f.limit, &f.unit, f.measured))
}

/// Limits among a rule's parameters, for a requirement that nothing broke.
fn limits(params: &[Param]) -> String {
    // They say what counts as an episode, not what is allowed.
    const NOT: [&str; 3] = ["min_duration_s", "min_speed_mps", "min_reach_m"];
    let mut said = Vec::new();
    for p in params.iter().filter(|p| !NOT.contains(&p.name.as_str())) {
        let side = match &p.name {
            n if n.starts_with("max_") || n == "max" || n == "most" => "≤",
            n if n.starts_with("min_") || n == "min" || n == "least" => "≥",
            _ => continue,
        };
        if let ParamValue::Number(n) = p.value {
            let (_, unit) = unit_of(&p.name);
            let limit = format!("{side}{TIED}{}", figure(n, unit, n));
            if !said.contains(&limit) {
                said.push(limit);
            }
        }
    }
    said.join(", ")
}
