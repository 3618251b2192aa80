//! The grader: takes a drive in stretches of any size, runs every rule of an exam over it in blocks on a fixed
//! grid of time, and ends with the verdict. ARCHITECTURE.md, "Blocks", says why the cutting cannot matter.

use std::collections::BTreeMap;

use lukao_measure::{LOOK_AHEAD_NS, LOOK_BACK_NS, Measures};
use lukao_model::time::S;
use lukao_model::vehicle::ActorClass;
use lukao_model::{Drive, Error, Interval, Intervals, RuleResult};
use lukao_rules::{Context, Instance, Judging};
use lukao_track::{Station, Track};
use rayon::prelude::*;

use crate::attempts::{self, Attempts, Try};
use crate::options::{Options, Progress};
use crate::pack::Exam;
use crate::score::{self, Answer, GradedDrive};
use crate::verdict::{AttemptStatus, DriveInfo, LogNote, Verdict};
use crate::window::Buffer;

/// Grades one drive, pushed in stretches.
///
/// The rules run on the caller's rayon pool. Nothing is read, written or printed.
pub struct Grader<'a> {
    track: Option<&'a Track>,
    exam: &'a Exam,
    options: Options,
    attempts: Attempts,
    buffer: Buffer,
    /// By rule: those of one rule run one after another. They wait for the same measures, and a thread that
    /// computes one in parallel must not be handed a job that waits for it.
    slots: Vec<Vec<Slot<'a>>>,
    /// Begin of the next block.
    next_ns: Option<i64>,
    drive: Option<DriveInfo>,
}

/// A rule at work for one requirement.
struct Slot<'a> {
    item: usize,
    requirement: usize,
    /// The attempt that it judges: its index among the tries, when it was, and where.
    of: Option<(usize, Interval, Option<&'a Station>)>,
    scope: Option<usize>,
    judging: Judging,
    instance: Box<dyn Instance>,
    /// Where the scope itself could not be told.
    scope_unknown: RuleResult,
}

impl<'a> Grader<'a> {
    /// A grader for one drive. The track, if there is one, must lie in the drive's frame.
    ///
    /// # Errors
    /// If the options do not fit the exam.
    pub fn new(track: Option<&'a Track>, exam: &'a Exam, options: &Options) -> Result<Self, Error> {
        if options.block_ns < S {
            let found = format!("{} ns", options.block_ns);
            return Err(Error::new("options", "a block of at least 1 s", found));
        }
        if let Some(level) = &options.level
            && !exam.levels.contains(level)
        {
            let expected = format!("a level of the exam {} ({})", exam.id, exam.levels.join(", "));
            return Err(Error::new("options", expected, format!("\"{level}\"")));
        }
        let attempts = options.attempts.clone().unwrap_or_default();
        let stations = track.map_or(&[][..], Track::stations);
        let mut slots: BTreeMap<&str, Vec<Slot<'a>>> = BTreeMap::new();
        for (i, item) in exam.items.iter().enumerate() {
            let tries = attempts.tries.iter().enumerate().filter(|(_, t)| t.item == item.id);
            let at = |t: &Try| stations.iter().find(|s| t.station.as_ref() == Some(&s.id));
            let of: Vec<_> = match item.station {
                None => vec![None],
                Some(_) => tries
                    .filter(|(_, t)| t.status == AttemptStatus::Valid)
                    .map(|(k, t)| Some((k, t.when, at(t))))
                    .collect(),
            };
            for (r, requirement) in item.requires.iter().enumerate() {
                let Some(rule) = &requirement.rule else {
                    continue;
                };
                let entry = lukao_rules::find(rule)
                    .ok_or_else(|| Error::new(&exam.id, "a known rule", format!("\"{rule}\"")))?;
                for of in &of {
                    slots.entry(entry.meta.id).or_default().push(Slot {
                        item: i,
                        requirement: r,
                        of: *of,
                        scope: requirement.scope,
                        judging: Judging { decision: exam.decision, max_u: requirement.max_u },
                        instance: entry.load(&requirement.params)?,
                        scope_unknown: RuleResult::default(),
                    });
                }
            }
        }
        Ok(Self {
            track,
            exam,
            attempts,
            options: options.clone(),
            buffer: Buffer::default(),
            slots: slots.into_values().collect(),
            next_ns: None,
            drive: None,
        })
    }

    /// Takes the next stretch and grades what can be graded.
    ///
    /// # Errors
    /// If the stretch does not follow the one before, is of another drive, or the caller breaks off.
    pub fn push(&mut self, stretch: &Drive) -> Result<(), Error> {
        self.take(stretch)?;
        self.run(false)?;
        if let Some(next) = self.next_ns {
            self.buffer.forget_before(next.saturating_sub(LOOK_BACK_NS));
            self.buffer.detach(stretch.samples());
        }
        Ok(())
    }

    /// Grades what is left and gives the verdict.
    ///
    /// # Errors
    /// If nothing was pushed, or the caller breaks off.
    pub fn finish(self) -> Result<Verdict, Error> {
        let (exam, options) = (self.exam, self.options.clone());
        Ok(score::verdict(exam, &options, vec![self.finish_drive()?]))
    }

    /// Grades what is left, for an exam of several drives: see [`verdict_of`].
    ///
    /// # Errors
    /// If nothing was pushed, or the caller breaks off.
    pub fn finish_drive(mut self) -> Result<GradedDrive, Error> {
        self.run(true)?;
        let Some(drive) = self.drive else {
            return Err(Error::new("drive", "at least one time stamp", "none"));
        };
        let Self { options, attempts, buffer, slots, .. } = self;
        let answers: Vec<Answer> = slots
            .into_iter()
            .flatten()
            .map(|slot| {
                let (item, requirement, of) = (slot.item, slot.requirement, slot.of.map(|o| o.0));
                let params = slot.instance.params();
                let mut result = slot.instance.finish();
                result.undetermined.extend(slot.scope_unknown.undetermined);
                result.undetermined.sort_by(|a, b| (a.when, &a.what, &a.why).cmp(&(b.when, &b.what, &b.why)));
                Answer { item, requirement, of, params, result }
            })
            .collect();
        Ok(GradedDrive { inputs: options.inputs, drive, span: buffer.seen(), attempts, answers })
    }

    fn take(&mut self, stretch: &Drive) -> Result<(), Error> {
        self.buffer.push(stretch)?;
        let samples = stretch.samples();
        let info = self.drive.get_or_insert_with(|| describe(stretch));
        info.samples += samples;
        info.span = self.buffer.seen();
        Ok(())
    }

    /// Grades the blocks whose windows are complete; at the `end`, all.
    fn run(&mut self, end: bool) -> Result<(), Error> {
        while let Some(block) = self.next_block() {
            let complete = |seen: Interval| seen.to_ns >= block.to_ns.saturating_add(LOOK_AHEAD_NS);
            if !end && !self.buffer.seen().is_some_and(complete) {
                return Ok(());
            }
            self.grade_block(block)?;
            self.next_ns = Some(block.to_ns);
            self.report(block.to_ns)?;
            if block.to_ns == i64::MAX {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next block on the grid that holds any data. Empty ones are skipped, so that a leap of the clock
    /// costs nothing.
    fn next_block(&self) -> Option<Interval> {
        let len = self.options.block_ns;
        let first = self.buffer.next_time(self.next_ns.unwrap_or(i64::MIN))?;
        let from_ns = first.div_euclid(len).saturating_mul(len);
        Some(Interval { from_ns, to_ns: from_ns.saturating_add(len) })
    }

    fn grade_block(&mut self, block: Interval) -> Result<(), Error> {
        self.buffer.forget_before(block.from_ns.saturating_sub(LOOK_BACK_NS));
        let Some(window) = self.buffer.window(block.to_ns.saturating_add(LOOK_AHEAD_NS))? else {
            return Ok(());
        };
        let held = self.buffer.held();
        let due = |slot: &Slot<'_>| slot.of.is_none_or(|(_, when, _)| when.meet(&block).is_some());
        if !self.slots.iter().flatten().any(due) {
            return Ok(());
        }
        let measures = Measures::new(&window, block, self.track, self.exam.admit, held);
        let scopes: Vec<_> = self.exam.scopes.iter().map(|s| s.times(&measures)).collect();
        let always = Intervals::all();
        let scan = |slot: &mut Slot<'_>| {
            if !due(slot) {
                return;
            }
            let times = slot.scope.and_then(|s| scopes.get(s));
            let scope = times.map_or(&always, |t| &t.inside);
            let (attempt, station) = match slot.of {
                Some((_, when, station)) => (
                    Some(scope.as_slice().iter().filter_map(|i| i.meet(&when)).collect::<Intervals>()),
                    station,
                ),
                None => (None, None),
            };
            let scope = attempt.as_ref().unwrap_or(scope);
            for m in times.iter().flat_map(|t| &t.unknown) {
                let when = slot.of.map_or(Some(m.when), |o| m.when.meet(&o.1));
                if let Some(when) = when.and_then(|w| w.meet(&block)) {
                    slot.scope_unknown.missing(&m.what, &m.why, when);
                }
            }
            slot.instance.scan(&Context::new(&measures, scope).judging(slot.judging).at(station));
        };
        self.slots.par_iter_mut().for_each(|of_rule| of_rule.iter_mut().for_each(&scan));
        Ok(())
    }

    fn report(&self, done_to_ns: i64) -> Result<(), Error> {
        let Some(watch) = &self.options.watch else {
            return Ok(());
        };
        let span = self.drive.as_ref().and_then(|d| d.span);
        match watch(&Progress { done_to_ns, span }) {
            std::ops::ControlFlow::Continue(()) => Ok(()),
            std::ops::ControlFlow::Break(()) => Err(cancelled()),
        }
    }
}

fn cancelled() -> Error {
    Error::new("grading", "to run to its end", "a request to stop")
}

fn describe(drive: &Drive) -> DriveInfo {
    let h = drive.header();
    let note = |n: &lukao_model::drive::Note| LogNote {
        code: n.code.clone(),
        subject: n.subject.clone(),
        when: n.when,
        count: n.count,
        text: n.text.clone(),
    };
    let ego = h.ego.and_then(|e| h.actors.get(e.0 as usize));
    DriveInfo {
        name: h.name.clone(),
        format: h.format.clone(),
        producer: h.producer.clone(),
        ego: ego.map(|a| a.id.clone()),
        ego_class: ego.map_or(ActorClass::Unknown, |a| a.class),
        frame: h.frame.to_string(),
        span: None,
        actors: h.actors.len() as u64,
        samples: 0,
        notes: h.notes.iter().map(note).collect(),
    }
}

/// One exam of several drives, each graded by a grader with the same exam and options. Items are tried in the order of the drives.
///
/// # Errors
/// If there is no drive.
pub fn verdict_of(exam: &Exam, options: &Options, drives: Vec<GradedDrive>) -> Result<Verdict, Error> {
    if drives.is_empty() {
        return Err(Error::new(&exam.id, "at least one drive", "none"));
    }
    Ok(score::verdict(exam, options, drives))
}

/// Grades a whole drive: one push, nothing copied. The track, if there is one, must lie in the drive's frame.
///
/// # Errors
/// If the drive is empty, the options do not fit the exam, or the caller breaks off.
pub fn grade(drive: &Drive, track: Option<&Track>, exam: &Exam, options: &Options) -> Result<Verdict, Error> {
    let mut options = options.clone();
    if options.attempts.is_none() && exam.has_stations() {
        options.attempts = Some(attempts::find(drive, track, exam));
    }
    let mut grader = Grader::new(track, exam, &options)?;
    grader.take(drive)?;
    grader.finish()
}
