//! Makes the sheet of a verdict: its head, level, dispute, shares and provenance. Items are in [`super::item`].

use lukao_exam::pack::Judge;
use lukao_exam::verdict::{ItemResult, RequirementResult, SourceFile, Verdict};
use lukao_exam::{Basis, Source, Title};
use lukao_model::outcome::{Decision, Outcome};
use lukao_model::time::Interval;

use super::view::{Area, Level, LevelRow, Mark, Pair, RulingRow, Share, Shares, Sheet, Switch, Unknown};
use super::{Lang, SheetOptions, ruling};
use crate::lang::{Words, fill};
use crate::parts;
use crate::quantity::{Clock, duration, plain};
use crate::{notes, zh};

/// More drives than this stand at the sheet's end.
const FEW_DRIVES: usize = 4;

/// What is needed to put a verdict into words.
pub(super) struct Maker<'a> {
    pub v: &'a Verdict,
    pub lang: Lang,
    pub w: &'static Words,
    pub options: &'a SheetOptions,
}

/// The sheet of a verdict.
pub(crate) fn sheet(v: &Verdict, options: &SheetOptions) -> Sheet {
    let m = Maker { v, lang: options.lang, w: options.lang.words(), options };
    let results = ruling::of_exam(m.w, v, &options.rulings);
    let word = results.machine.word.to_uppercase();
    Sheet {
        w: m.w,
        tag: m.lang.tag(),
        title: m.title(&v.exam.title),
        other_title: match m.lang {
            Lang::Zh => v.exam.title.en.clone(),
            Lang::En => v.exam.title.zh.clone(),
        },
        edition: format!("{} {}", v.exam.id, v.exam.edition),
        issuer: v.exam.issuer.clone(),
        about: m.lang.of(v.exam.about_zh.as_deref().unwrap_or(&v.exam.about), &v.exam.about).into(),
        head: m.head(),
        results,
        headline: parts::headline(&word, v, m.lang),
        points: parts::points(v, m.lang),
        vetoes: v.basis.iter().map(|b| b.vetoes).sum(),
        reasons: v.reasons.iter().map(|r| m.reason(r)).collect(),
        level: m.level(),
        facts: m.facts(),
        switches: v.exam.switches.iter().map(|s| m.switch(s)).collect(),
        areas: m.areas(),
        untried: v.items.iter().filter(|i| !tried(i)).map(|i| m.numbered(i)).collect(),
        shared: m.shared(),
        unknowns: m.unknowns(),
        rests: m.rests(),
        score_source: m.source(&v.score.source),
        rulings: m.rulings(),
        signs: [m.w.sign_vehicle, m.w.sign_driver, m.w.sign_examiner, m.w.sign_chief],
        notes: notes::of(v, m.clock(0)),
        provenance: m.provenance(),
    }
}

impl Maker<'_> {
    pub(super) fn zh(&self) -> bool {
        self.lang == Lang::Zh
    }

    /// A title; in the other language if it has none in this one.
    pub(super) fn title(&self, t: &Title) -> String {
        let (own, other) = (self.lang.of(&t.zh, &t.en), self.lang.of(&t.en, &t.zh));
        if own.is_empty() { other.into() } else { own.into() }
    }

    /// What the engine says in English.
    pub(super) fn phrase(&self, text: &str) -> String {
        self.lang.phrase(text)
    }

    /// What a rule found, in words.
    pub(super) fn conduct(&self, what: &str, rule: &str) -> String {
        if self.zh() { zh::conduct(what, rule) } else { what.into() }
    }

    /// Times of a drive.
    pub(super) fn clock(&self, drive: u32) -> Clock {
        Clock::of(self.v.drives.get(drive as usize).and_then(|d| d.span))
    }

    /// A time, with the drive's number if there are several.
    pub(super) fn time(&self, drive: u32, when: &Interval) -> String {
        let time = self.clock(drive).span(when);
        if self.v.drives.len() < 2 || time.is_empty() {
            return time;
        }
        format!("{} {} {time}", self.w.drive, drive.saturating_add(1))
    }

    pub(super) fn join(&self, parts: &[String]) -> String {
        parts.join(self.w.comma)
    }

    pub(super) fn basis_word(&self, b: Basis) -> &'static str {
        match b {
            Basis::Text => self.w.text,
            Basis::Press => self.w.press,
            Basis::Inferred => self.w.inferred,
            Basis::Profile => self.w.profile,
        }
    }

    pub(super) fn judge(&self, j: Judge) -> &'static str {
        match j {
            Judge::Log => self.w.log,
            Judge::Examiner => self.w.examiner,
            Judge::Record => self.w.record,
        }
    }

    pub(super) fn source(&self, s: &Source) -> String {
        format!("{} [{}]", self.clause(s), self.basis_word(s.basis))
    }

    /// Where a demand comes from, its fixed words in the sheet's language.
    pub(super) fn clause(&self, s: &Source) -> String {
        if !self.zh() {
            return parts::clause(s);
        }
        parts::clause(&Source { doc: zh::source(&s.doc), clause: zh::source(&s.clause), ..s.clone() })
    }

    fn head(&self) -> Vec<Pair> {
        let w = self.w;
        if self.options.head.is_empty() {
            let labels = [w.applicant, w.vehicle_id, w.software, w.field, w.date, w.people];
            return labels.map(|l| Pair { label: l.into(), text: String::new() }).into();
        }
        let pair = |f: &super::Field| Pair { label: self.title(&f.label), text: f.value.clone() };
        self.options.head.iter().map(pair).collect()
    }

    /// A reason of the verdict: an item's begins with its name, a veto's names its finding.
    fn reason(&self, text: &str) -> String {
        if !self.zh() {
            return text.into();
        }
        let of_item = |i: &ItemResult| {
            let why = text.strip_prefix(&format!("item {} ({}): ", i.id, i.title.en))?;
            Some(format!("{}：{}", self.title(&i.title), zh::phrase(why)))
        };
        if let Some(said) = self.v.items.iter().find_map(of_item) {
            return said;
        }
        let veto = self
            .v
            .findings
            .iter()
            .find(|f| text == format!("veto: {} (finding {})", f.finding.what, f.number));
        match veto {
            Some(f) => format!(
                "{}：{}（{} {}）",
                self.w.veto,
                self.conduct(&f.finding.what, &f.finding.rule),
                self.w.finding,
                f.number
            ),
            None => zh::phrase(text),
        }
    }

    fn level(&self) -> Option<Level> {
        let (l, w) = (self.v.level.as_ref()?, self.w);
        let place = l.reached.as_ref().and_then(|r| l.missing.iter().position(|g| g.level == *r));
        let count = place.map_or(0, |p| p + 1);
        let lacks = |k: usize| -> Vec<String> {
            let lower = &l.missing[..k];
            let new = |id: &&String| !lower.iter().any(|g| g.items.contains(id));
            let mut all: Vec<String> = Vec::new();
            if let Some(below) = lower.iter().rfind(|g| !g.items.is_empty()) {
                all.push(fill(w.as_lower, &[&below.level]));
            }
            all.extend(l.missing[k].items.iter().filter(new).map(|id| self.gap(id)));
            if all.is_empty() && k >= count {
                all.push(w.points_missing.into());
            }
            all
        };
        let row = |k: usize| LevelRow {
            level: l.missing[k].level.clone(),
            mark: if k < count { Mark::new(w.reached, "good") } else { Mark::new(w.not_reached, "idle") },
            missing: lacks(k),
        };
        Some(Level {
            applied: l.applied.clone(),
            any: l.reached.is_some(),
            reached: l.reached.clone().unwrap_or_else(|| w.no_level.into()),
            rests_on: self.rests_on(l.reached.as_deref()),
            next: (count < l.missing.len()).then(|| (l.missing[count].level.clone(), lacks(count))),
            rows: (0..l.missing.len()).map(row).collect(),
        })
    }

    /// An item that keeps a level from being reached.
    fn gap(&self, id: &str) -> String {
        let Some(i) = self.v.items.iter().find(|i| i.id == id) else { return id.into() };
        let status = ruling::status(self.w, i.status).word;
        format!("{}{}", self.title(&i.title), fill(self.w.brackets, &[&status]))
    }

    /// How many demands of a level's items were decided on what basis, the weakest first.
    fn rests_on(&self, level: Option<&str>) -> String {
        let counts =
            |i: &ItemResult| level.is_none_or(|l| i.levels.is_empty() || i.levels.iter().any(|x| x == l));
        let decided = |r: &RequirementResult| matches!(r.outcome, Outcome::Pass | Outcome::Fail);
        let mut said = Vec::new();
        for b in Basis::ALL.into_iter().rev() {
            let items = self.v.items.iter().filter(|i| counts(i));
            let own = items
                .flat_map(|i| i.requirements.iter().filter(|r| decides(i, r)))
                .filter(|r| r.source.basis == b && decided(r));
            let count = own.count();
            if count > 0 {
                said.push(fill(self.w.demands, &[self.basis_word(b), &count.to_string()]));
            }
        }
        if said.is_empty() { self.w.none.into() } else { said.join(self.w.semicolon) }
    }

    fn facts(&self) -> Vec<Pair> {
        let (v, w) = (self.v, self.w);
        let pair = |label: &str, text: String| Pair { label: label.into(), text };
        let mut out = if v.drives.len() > FEW_DRIVES {
            let spans = v.drives.iter().filter_map(|d| d.span);
            let all = duration(spans.fold(0, |sum, s| s.len_ns().saturating_add(sum)));
            vec![pair(w.drive, fill(w.drives_in_all, &[&v.drives.len().to_string(), &all]))]
        } else {
            self.drives()
        };
        let track = v.provenance.track.first().map_or(w.none, |t| t.name.as_str());
        out.push(pair(w.track, track.into()));
        let how = if v.exam.decision == Decision::Guarded { w.guarded } else { w.simple };
        out.push(pair(w.decided_how, how.into()));
        if v.exam.strict {
            out.push(pair(w.strict, w.strict_why.into()));
        }
        out
    }

    /// The drives, a line each.
    fn drives(&self) -> Vec<Pair> {
        let (v, w) = (self.v, self.w);
        let pair = |label: &str, text: String| Pair { label: label.into(), text };
        let mut out = Vec::new();
        for (k, d) in v.drives.iter().enumerate() {
            let length = d.span.map_or_else(|| w.no_time.into(), |s| duration(s.len_ns()));
            let ego = d.ego.as_deref().map_or_else(|| w.no_vehicle.into(), |e| fill(w.vehicle, &[e]));
            let others = d.actors.saturating_sub(u64::from(d.ego.is_some()));
            let others = fill(w.other_actors, &[&others.to_string()]);
            let label = if v.drives.len() > 1 { format!("{} {}", w.drive, k + 1) } else { w.drive.into() };
            let name = format!("{}{}", d.name, fill(w.brackets, &[&d.format]));
            out.push(pair(&label, self.join(&[name, length, ego, others])));
        }
        out
    }

    fn switch(&self, s: &lukao_exam::pack::Switch) -> Switch {
        let others: Vec<String> = s.values.iter().filter(|x| **x != s.value).cloned().collect();
        Switch {
            title: self.title(&s.title),
            name: s.name.clone(),
            value: s.value.clone(),
            others: self.join(&others),
            source: self.source(&s.source),
        }
    }

    /// Areas in the order in which their first items stand in the pack.
    fn areas(&self) -> Vec<Area> {
        let mut names: Vec<&str> = Vec::new();
        for i in &self.v.items {
            if !names.contains(&i.area.as_str()) {
                names.push(&i.area);
            }
        }
        let area = |name: &&str| Area {
            title: zh::area(name, self.zh()),
            items: self.v.items.iter().filter(|i| i.area == **name).map(|i| self.item(i)).collect(),
        };
        names.iter().map(area).collect()
    }

    fn unknowns(&self) -> Vec<Unknown> {
        const MOST: usize = 4;
        let unknown = |u: parts::Unknown<'_>| {
            let times: Vec<String> =
                u.when.iter().take(MOST).map(|t| self.time(u.drive, t)).filter(|t| !t.is_empty()).collect();
            let left = u.when.as_slice().len().saturating_sub(MOST);
            let more = if left > 0 {
                format!(" {}", fill(self.w.more, &[&left.to_string()]))
            } else {
                String::new()
            };
            Unknown {
                what: self.phrase(&u.missing.what),
                why: self.phrase(&u.missing.why),
                when: self.join(&times) + &more,
                names: u.names.join(", "),
            }
        };
        parts::unknowns(self.v).into_iter().map(unknown).collect()
    }

    fn rests(&self) -> [Shares; 2] {
        let bases = Basis::ALL.map(|b| self.share(self.basis_word(b), |r| r.source.basis == b));
        let judges = [Judge::Log, Judge::Examiner, Judge::Record];
        let judges = judges.map(|j| self.share(self.judge(j), |r| r.judge == j));
        let some = |all: Vec<Share>| all.into_iter().filter(|s| s.demands > 0).collect();
        [
            Shares { by: self.w.basis, rows: some(bases.into()) },
            Shares { by: self.w.judge, rows: some(judges.into()) },
        ]
    }

    fn share(&self, name: &str, own: impl Fn(&RequirementResult) -> bool) -> Share {
        let all: Vec<&RequirementResult> =
            self.v.items.iter().flat_map(|i| &i.requirements).filter(|r| own(r)).collect();
        let count = |f: fn(&RequirementResult) -> bool| all.iter().filter(|r| f(r)).count() as u32;
        let vetoes = |r: &&RequirementResult| {
            self.v.findings.iter().filter(|f| r.findings.contains(&f.number) && f.veto && f.charged()).count()
                as u32
        };
        let points: f64 = all.iter().map(|r| r.deducted).sum();
        Share {
            name: name.into(),
            demands: all.len() as u32,
            exercised: count(|r| r.outcome != Outcome::NotApplicable),
            decided: count(|r| matches!(r.outcome, Outcome::Pass | Outcome::Fail)),
            points: minus(points),
            vetoes: all.iter().map(vetoes).sum(),
        }
    }

    fn rulings(&self) -> Vec<RulingRow> {
        let w = self.w;
        let row = |(k, r): (usize, &super::Ruling)| {
            let item = r.item.as_ref().map(|id| (id, self.v.items.iter().find(|i| i.id == *id)));
            let attempts = item.and_then(|(_, i)| i).map_or(&[][..], |i| &i.attempts);
            let known = r.attempt.is_none_or(|n| attempts.iter().any(|a| a.ordinal == n))
                && item.is_none_or(|(_, found)| found.is_some());
            let mut remarks = Vec::new();
            if r.after_result {
                remarks.push(w.after.to_string());
            }
            if !known {
                remarks.push(w.no_such.to_string());
            }
            RulingRow {
                number: k + 1,
                item: match item {
                    None => w.whole_exam.into(),
                    Some((_, Some(i))) => self.title(&i.title),
                    Some((id, None)) => id.clone(),
                },
                attempt: match (r.attempt, item) {
                    (Some(n), _) => fill(w.attempt_n, &[&n.to_string()]),
                    (None, Some(_)) => w.all_attempts.into(),
                    (None, None) => String::new(),
                },
                ruling: ruling::named(w, r),
                reason: r.why.clone(),
                who: r.by.clone(),
                when: r.when.clone(),
                remark: remarks.join(w.semicolon),
            }
        };
        self.options.rulings.iter().enumerate().map(row).collect()
    }

    fn provenance(&self) -> Vec<Pair> {
        let (p, w) = (&self.v.provenance, self.w);
        let pair = |label: &str, text: String| Pair { label: label.into(), text };
        let file = |f: &SourceFile| {
            let hash = f.sha256.as_ref().map_or_else(|| w.no_hash.to_string(), |h| format!("SHA-256 {h}"));
            format!("{}{}{hash}", f.name, w.comma)
        };
        let mut out = vec![pair(w.engine, p.engine.clone()), pair(w.pack, file(&p.pack))];
        out.extend(p.track.iter().map(|t| pair(w.track, file(t))));
        if self.v.drives.len() > FEW_DRIVES {
            out.extend(self.drives());
        }
        out.extend(p.alignment.iter().map(|a| pair(w.aligned, a.clone())));
        out.extend(p.logs.iter().map(|l| pair(w.log_file, file(l))));
        out.extend(self.v.drives.iter().map(|d| pair(w.frame, d.frame.clone())));
        for drive in 0..self.v.drives.len() as u32 {
            let zero = self.clock(drive).zero_ns();
            let base = zero.map_or_else(|| w.times_base.into(), |z| fill(w.times_zero, &[&z.to_string()]));
            let label = if self.v.drives.len() > 1 {
                format!("{} {}", w.times_of, drive + 1)
            } else {
                w.times_of.into()
            };
            out.push(pair(&label, base));
        }
        out
    }
}

/// Whether an item was driven at all.
pub(super) fn tried(i: &ItemResult) -> bool {
    !i.attempts.is_empty() || i.requirements.iter().any(|r| r.outcome != Outcome::NotApplicable)
}

/// Whether a requirement's answer decides its item.
pub(super) fn decides(i: &ItemResult, r: &RequirementResult) -> bool {
    match r.attempt {
        Some(ordinal) => i.attempts.iter().any(|a| a.ordinal == ordinal && a.counts),
        None => i.attempts.is_empty(),
    }
}

/// `−15`, or nothing for no points.
pub(super) fn minus(points: f64) -> String {
    if points > 0.0 { format!("−{}", plain(points)) } else { String::new() }
}
