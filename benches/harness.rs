//! Cases, and the two ways to time them: criterion, or interleaved rounds with the ratios that are claimed.
//!
//! Each bench uses what it needs of it.

#![allow(dead_code)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use lukao_model::Drive;

/// A named piece of work; returns something that depends on all of it.
pub struct Case<'a> {
    /// Input, slash, what is done.
    pub name: String,
    work: Box<dyn Fn() -> u64 + 'a>,
    /// Too slow for every round.
    slow: bool,
    /// Measured by the clock on the wall: it uses more threads than one.
    wall: bool,
    /// The work is one in so many of what the name says, evenly taken.
    sampled: u32,
}

impl<'a> Case<'a> {
    pub fn new(name: String, work: impl Fn() -> u64 + 'a) -> Self {
        Self { name, work: Box::new(work), slow: false, wall: false, sampled: 1 }
    }

    pub fn slow(self) -> Self {
        Self { slow: true, ..self }
    }

    pub fn wall(self) -> Self {
        Self { wall: true, ..self }
    }

    /// The work does one in `n` only; the time is scaled, and says so.
    pub fn one_in(self, n: u32) -> Self {
        Self { sampled: n, ..self }
    }
}

/// What is said of two cases of an input.
pub struct Claim {
    pub input: &'static str,
    pub work: &'static str,
    pub rival: &'static str,
    pub wanted: Wanted,
}

pub enum Wanted {
    /// So many times as fast as the rival, or more.
    Faster(f64),
    /// So many times the rival's time, or less.
    Within(f64),
    /// Recorded.
    Nothing,
}

/// Nanoseconds that this thread has run.
pub fn thread_ns() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// The work of a case once. By itself, so that `callgrind.sh` can tell it from the rest.
#[inline(never)]
fn counted(c: &Case<'_>) {
    black_box((c.work)());
}

/// One round of a case.
fn once(c: &Case<'_>) -> u64 {
    let (wall, cpu) = (Instant::now(), thread_ns());
    counted(c);
    let ns = if c.wall { wall.elapsed().as_nanos() as u64 } else { thread_ns() - cpu };
    ns * u64::from(c.sampled)
}

fn ratios(cases: &[Case<'_>], claims: &[Claim], rounds: usize) {
    let mut least = vec![u64::MAX; cases.len()];
    for round in 0..rounds {
        for (c, least) in cases.iter().zip(&mut least) {
            if !c.slow || round % 3 == 0 {
                *least = (*least).min(once(c));
            }
        }
    }
    if rounds == 0 {
        return;
    }
    for (c, ns) in cases.iter().zip(&least) {
        let how = match (c.wall, c.sampled) {
            (true, _) => " (on the wall)".to_string(),
            (_, 1) => String::new(),
            (_, n) => format!(" (one in {n} done, scaled)"),
        };
        println!("{:62} {:12.3} ms{how}", c.name, *ns as f64 * 1e-6);
    }
    for c in claims {
        let time = |what: &str| {
            let k = cases.iter().position(|k| k.name == format!("{}/{what}", c.input))?;
            Some(least[k] as f64)
        };
        let Some((work, rival)) = time(c.work).zip(time(c.rival)) else { continue };
        let said = match c.wanted {
            Wanted::Faster(n) => format!("{:.2} × as fast (wanted {n})", rival / work),
            Wanted::Within(n) => format!("{:.2} × its time (wanted at most {n})", work / rival),
            Wanted::Nothing => format!("{:.2} × its time", work / rival),
        };
        println!("{:5} {:40} against {:44} {said}", c.input, c.work, c.rival);
    }
}

/// Whether an input is asked for, by `LUKAO_ONLY`.
pub fn wanted(input: &str) -> bool {
    let only = std::env::var("LUKAO_ONLY").unwrap_or_default();
    only.is_empty() || only.split(',').any(|o| o == input)
}

/// Times the cases that are asked for.
pub fn run(group: &str, mut cases: Vec<Case<'_>>, claims: &[Claim]) {
    let only = std::env::var("LUKAO_CASE").unwrap_or_default();
    let exact = cases.iter().any(|c| c.name == only);
    cases.retain(|c| if exact { c.name == only } else { c.name.contains(&only) });
    // No clock is asked: a machine that is simulated has none.
    if std::env::var_os("LUKAO_COUNT").is_some() {
        cases.iter().for_each(counted);
        return;
    }
    if let Some(rounds) = std::env::var("LUKAO_RATIOS").ok().and_then(|v| v.parse().ok()) {
        ratios(&cases, claims, rounds);
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for c in &cases {
        let mut group = criterion.benchmark_group(group);
        group.sample_size(if c.slow { 10 } else { 20 });
        group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
        group.bench_function(&c.name, |b| b.iter(|| black_box((c.work)())));
        group.finish();
    }
    criterion.final_summary();
}

/// One pass over all x and y that only reads: the floor of anything without an index.
pub fn read_only(drive: &Drive) -> u64 {
    let sum = |v: &[f64]| {
        let mut acc = [0u64; 16];
        let chunks = v.chunks_exact(16);
        let rest = chunks.remainder().iter().fold(0u64, |a, v| a ^ v.to_bits());
        for c in chunks {
            for (a, v) in acc.iter_mut().zip(c) {
                *a ^= v.to_bits();
            }
        }
        acc.iter().fold(rest, |a, b| a ^ b)
    };
    drive.runs().iter().fold(0, |a, r| a ^ sum(r.x_m.values()) ^ sum(r.y_m.values()))
}
