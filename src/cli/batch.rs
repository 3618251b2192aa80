//! Grading one log or thousands: workers, progress, reports in order, the table at the end.

use std::collections::BTreeMap;
use std::fs;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
#[cfg(feature = "html")]
use lukao::report::html;
use lukao::report::{Lang, SheetOptions, json, sheet, text};
use lukao::verdict::Score;
use lukao::{Error, SourceFile, Verdict, Watch};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::grade::Job;
use super::{Exit, Form, files, out};

/// How to go about it.
pub struct Plan {
    pub format: Form,
    pub lang: Lang,
    pub out: Option<PathBuf>,
    pub resume: bool,
    pub jobs: usize,
}

/// What became of one log.
struct Done {
    exit: Exit,
    /// For the table: the word, the points, the weightiest reason.
    word: String,
    points: String,
    why: String,
    /// JSON of the log's entry in a batch.
    entry: serde_json::Value,
    /// The report, if it goes to standard output.
    report: Option<String>,
}

pub fn run(job: &Job, logs: &[PathBuf], plan: &Plan) -> Result<Exit, Error> {
    if let Some(dir) = &plan.out {
        fs::create_dir_all(dir)
            .map_err(|e| Error::new(files::shown(dir), "a folder to write to", e.to_string()))?;
    }
    let bar = bar(logs.len());
    // Each worker has a rayon pool of its own, so that one log's work is never put off for another's.
    let workers = plan.jobs.min(logs.len()).max(1);
    let threads = (plan.jobs / workers).max(1);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    let single = logs.len() == 1;
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let send = send.clone();
            let (next, bar) = (&next, &bar);
            scope.spawn(move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                loop {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    let Some(log) = logs.get(k) else {
                        return;
                    };
                    let watch = single.then(|| watch(bar.clone()));
                    let done = match &pool {
                        Ok(pool) => pool.install(|| one(job, log, plan, watch, single)),
                        Err(e) => Err(Error::new("threads", format!("{threads} threads"), e.to_string())),
                    };
                    if !single {
                        bar.inc(1);
                    }
                    if send.send((k, done)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let result = collect(&receive, logs, plan, &bar);
        // Nobody will read more: stop handing out logs.
        next.store(logs.len(), Ordering::Relaxed);
        result
    })
}

/// Takes results as they come and prints them in the order of the logs.
fn collect(
    receive: &mpsc::Receiver<(usize, Result<Done, Error>)>,
    logs: &[PathBuf],
    plan: &Plan,
    bar: &ProgressBar,
) -> Result<Exit, Error> {
    let mut waiting = BTreeMap::new();
    let mut exit = Exit::Passed;
    let mut rows = Vec::new();
    let json_list = plan.format == Form::Json && (logs.len() > 1 || plan.out.is_some());
    if json_list {
        out::print("{\"logs\": [")?;
    }
    let mut turn = 0;
    for (k, done) in receive {
        waiting.insert(k, done);
        while let Some(done) = waiting.remove(&turn) {
            let log = &logs[turn];
            let done = match done {
                Ok(done) => done,
                Err(e) if logs.len() == 1 => {
                    bar.finish_and_clear();
                    return Err(e);
                }
                Err(e) => failed(log, &e),
            };
            exit = exit.and(done.exit);
            if let Some(report) = &done.report {
                bar.finish_and_clear();
                out::print(report)?;
            } else if json_list {
                let comma = if turn > 0 { "," } else { "" };
                bar.suspend(|| out::print(&format!("{comma}\n{}", done.entry)))?;
            } else {
                rows.push(vec![done.word, done.points, files::shown(log), done.why]);
            }
            turn += 1;
        }
    }
    bar.finish_and_clear();
    if json_list {
        out::print(&format!("\n], \"exit_code\": {}}}\n", exit.code()))?;
    } else if !rows.is_empty() {
        out::print(&text::table(&["outcome", "points", "log", "why"], &rows))?;
        out::print(&tally(&rows))?;
    }
    Ok(exit)
}

fn tally(rows: &[Vec<String>]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for r in rows {
        *counts.entry(&r[0]).or_default() += 1;
    }
    let each: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
    format!("\n{} log{}: {}\n", rows.len(), if rows.len() == 1 { "" } else { "s" }, each.join(", "))
}

fn failed(log: &Path, e: &Error) -> Done {
    Done {
        exit: Exit::BadInput,
        word: "error".into(),
        points: String::new(),
        why: e.to_string(),
        entry: json!({ "log": files::shown(log), "exit_code": Exit::BadInput.code(), "error": e.to_string() }),
        report: None,
    }
}

fn one(job: &Job, log: &Path, plan: &Plan, watch: Option<Watch>, single: bool) -> Result<Done, Error> {
    let name = report_name(log, plan.format);
    let target = plan.out.as_ref().map(|dir| dir.join(&name));
    if let Some(target) = target.as_ref().filter(|_| plan.resume)
        && let Some(done) = job_done(job, log, target, &name)
    {
        return Ok(done);
    }
    let verdict = job.grade(log, watch)?;
    let sheet = SheetOptions { lang: plan.lang, ..SheetOptions::default() };
    let render = || render(&verdict, plan.format, &sheet);
    let mut done = Done::new(log, &verdict, target.as_ref().map(|_| name.as_str()));
    match &target {
        Some(target) => out::write_file(target, render()?.as_bytes())?,
        None if single => done.report = Some(render()?),
        None if plan.format == Form::Json => done.entry["verdict"] = json!(verdict),
        None => {}
    }
    Ok(done)
}

/// A verdict as a report. The sheet is for people.
pub fn render(verdict: &Verdict, format: Form, sheet: &SheetOptions) -> Result<String, Error> {
    match format {
        Form::Text if *sheet == SheetOptions::default() => Ok(text::verdict(verdict)),
        Form::Text => Ok(sheet::text(verdict, sheet)),
        Form::Json => json::verdict(verdict),
        #[cfg(feature = "html")]
        Form::Html => html::sheet(verdict, sheet),
    }
}

impl Done {
    fn new(log: &Path, v: &Verdict, report: Option<&str>) -> Self {
        let exit = Exit::of(v);
        let Score { low, high, .. } = v.score;
        let mut entry = json!({
            "log": files::shown(log),
            "exit_code": exit.code(),
            "outcome": v.outcome,
            "points": [low, high],
        });
        if let Some(name) = report {
            entry["report"] = json!(name);
        }
        Self {
            exit,
            word: v.outcome.name().into(),
            points: if low == high { high.to_string() } else { format!("{low}–{high}") },
            why: v.reasons.first().cloned().unwrap_or_default(),
            entry,
            report: None,
        }
    }
}

/// File name of a log's report: the log's folder and name for people, and a hash of the path that keeps apart
/// what else would be called the same.
fn report_name(log: &Path, format: Form) -> String {
    let path = files::shown(log);
    let parts: Vec<&str> =
        path.split(['/', '\\']).filter(|p| !p.is_empty() && *p != "." && *p != "..").collect();
    let last = &parts[parts.len().saturating_sub(2)..];
    let legal = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let words: String = last.join("-").chars().map(legal).take(100).collect();
    let hash = files::hex(&Sha256::digest(path.as_bytes()));
    format!("{words}-{}.{}", &hash[..8], format.extension())
}

/// A report that is there already, if it was made of the same bytes by this engine and pack.
fn job_done(job: &Job, log: &Path, target: &Path, name: &str) -> Option<Done> {
    let there = fs::read_to_string(target).ok()?;
    let v: Verdict = serde_json::from_str(&there).ok()?;
    let p = &v.provenance;
    let same = |f: &SourceFile| f.sha256.is_some() && files::hash(Path::new(&f.name)).ok() == f.sha256;
    let engine = concat!("lukao ", env!("CARGO_PKG_VERSION"));
    let current = p.engine == engine
        && p.pack.sha256.as_ref() == Some(&job.exam.sha256)
        && p.logs.first().is_some_and(|f| f.name == files::shown(log))
        && p.logs.iter().chain(&p.track).all(same);
    current.then(|| Done::new(log, &v, Some(name)))
}

/// A progress bar on a terminal; nothing elsewhere.
fn bar(logs: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let template =
        if logs == 1 { "{bar:40} {percent:>3} %" } else { "{bar:40} {pos} of {len} logs, {eta} left" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let len = if logs == 1 { PARTS } else { logs as u64 };
    ProgressBar::new(len).with_style(style)
}

/// Parts of one log's bar.
const PARTS: u64 = 1000;

fn watch(bar: ProgressBar) -> Watch {
    Arc::new(move |p| {
        if let Some(span) = p.span
            && span.len_ns() > 0
        {
            let part = p.done_to_ns.saturating_sub(span.from_ns) as f64 / span.len_ns() as f64;
            bar.set_position((part.clamp(0.0, 1.0) * PARTS as f64) as u64);
        }
        ControlFlow::Continue(())
    })
}
