//! Benches of the contact core, each with its rivals.
//!
//!     cargo bench --bench contact                 criterion, all inputs
//!     LUKAO_RATIOS=9 cargo bench --bench contact  9 interleaved rounds, least CPU time of each, and the ratios
//!
//! Every input is checked before it is timed: its size, the share of near pairs, and that all methods agree.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod rivals;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use lukao_contact::{
    BoundaryPart, Lines, Options, Polyline, all_pairs, boundary_column, build_index, clearance_column,
    clearances, contacts, crossings, sampled_contacts, sampled_pairs,
};
use lukao_model::{ActorIx, Drive, Interval};
use lukao_reference::workload::{Census, W1, W2, W2A, W4, borders, census, drive};

const EGO: ActorIx = ActorIx(0);

/// A named piece of work; returns something that depends on all of it.
struct Case<'a> {
    name: String,
    work: Box<dyn Fn() -> u64 + 'a>,
    /// Too slow for criterion's number of rounds.
    slow: bool,
}

fn case<'a>(name: String, slow: bool, work: impl Fn() -> u64 + 'a) -> Case<'a> {
    Case { name, work: Box::new(work), slow }
}

fn check(name: &str, d: &Drive, pair_steps: u64, share: f64) -> Census {
    let c = census(d);
    let near = c.within_circles as f64 / c.pair_steps as f64;
    println!(
        "{}: {} pair-steps in {} runs, {} ({:.2} %) within circles, {} hits, hash {:016x}",
        name,
        c.pair_steps,
        c.runs,
        c.within_circles,
        near * 100.0,
        sampled_contacts(d, EGO, Interval::ALL, &Options::default()).len(),
        c.hash
    );
    let off = c.pair_steps as f64 / pair_steps as f64 - 1.0;
    assert!(off.abs() < 0.01, "pair-steps are off by {:.1} %", off * 100.0);
    assert!((near * 100.0 - share).abs() <= 0.05, "{:.3} % near, not {share} %", near * 100.0);
    c
}

fn discrete<'a>(name: &str, plain: &'a Drive, indexed: &'a Drive, with_casts: bool) -> Vec<Case<'a>> {
    let options = Options::default();
    let sampled = {
        let options = options.clone();
        move |d: &Drive| sampled_contacts(d, EGO, Interval::ALL, &options).len() as u64
    };
    let hits = sampled(plain);
    assert!(hits > 0);
    assert_eq!(
        (hits, hits),
        (rivals::naive(plain) as u64, rivals::in_circles(plain) as u64),
        "hits of parry"
    );
    assert_eq!(hits, sampled(indexed), "hits with the index");
    let whole = contacts(plain, EGO, &options);
    assert_eq!(whole, contacts(indexed, EGO, &options));
    println!("{name}: {} contacts in continuous time, {} gaps", whole.intervals.len(), whole.unbridged.len());
    let n = |what: &str| format!("{name}/{what}");
    let (o1, o2, o3, o4) = (options.clone(), options.clone(), options.clone(), options.clone());
    let s2 = sampled.clone();
    let mut all = vec![
        case(n("read x and y once"), false, || rivals::read_only(plain)),
        case(n("sampled: parry intersection_test"), true, || rivals::naive(plain) as u64),
        case(n("sampled: parry in circles"), false, || rivals::in_circles(plain) as u64),
        case(n("sampled: lukao"), false, move || sampled(plain)),
        case(n("sampled: lukao with index"), false, move || s2(indexed)),
        case(n("continuous: lukao"), false, move || contacts(plain, EGO, &o1).intervals.len() as u64),
        case(n("continuous: lukao with index"), false, move || {
            contacts(indexed, EGO, &o2).intervals.len() as u64
        }),
        case(n("clearance column: lukao"), false, move || {
            clearance_column(indexed, EGO, Interval::ALL, &o3).distance_m.values()[7].to_bits()
        }),
    ];
    all.push(case(n("clearance over time: lukao with index"), false, move || {
        clearances(indexed, EGO, Interval::ALL, &o4).nearest.len() as u64
    }));
    if with_casts {
        all.push(case(n("continuous: parry cast_shapes_nonlinear"), true, || rivals::casts(plain) as u64));
    }
    all.push(case(n("clearance column: parry distance"), true, || rivals::distances(plain)[7].to_bits()));
    all
}

/// Nanoseconds that this thread has run.
fn thread_ns() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

fn ratios(cases: &[Case<'_>], rounds: usize) {
    let mut least = vec![u64::MAX; cases.len()];
    for round in 0..rounds {
        for (c, least) in cases.iter().zip(&mut least) {
            if c.slow && round % 3 != 0 {
                continue;
            }
            let before = thread_ns();
            black_box((c.work)());
            *least = (*least).min(thread_ns() - before);
        }
    }
    for (c, ns) in cases.iter().zip(&least) {
        println!("{:50} {:12.3} ms", c.name, *ns as f64 * 1e-6);
    }
}

fn main() {
    let only = std::env::var("LUKAO_ONLY").unwrap_or_default();
    let want = |name: &str| only.is_empty() || only.split(',').any(|o| o == name);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        let mut drives = Vec::new();
        for (name, shape, pair_steps, share) in [("W1", W1, 378_019, 0.74), ("W2", W2, 7_078_431, 0.57)] {
            if want(name) {
                let plain = drive(&shape);
                check(name, &plain, pair_steps, share);
                let indexed = build_index(&plain).expect("an index");
                drives.push((name, plain, indexed));
            }
        }
        let own = want("W2a").then(|| drive(&W2A)).map(|d| (build_index(&d).expect("an index"), d));
        let w3 = want("W3").then(|| {
            let lines = borders(&W2).map(|points_m| Polyline { points_m, ..Polyline::default() });
            (drive(&W2), lines)
        });
        let ready = w3.as_ref().map(|(d, l)| (d, l, Lines::new(l).expect("good lines")));
        let w4 = want("W4").then(|| drive(&W4)).map(|d| (build_index(&d).expect("an index"), d));
        let mut cases = Vec::new();
        for (name, plain, indexed) in &drives {
            cases.extend(discrete(name, plain, indexed, *name == "W1"));
        }
        if let Some((indexed, plain)) = &own {
            let o = Options::default();
            assert_eq!(contacts(plain, EGO, &o), contacts(indexed, EGO, &o));
            let o2 = o.clone();
            cases.push(case("W2a/continuous: lukao".into(), false, move || {
                contacts(plain, EGO, &o).intervals.len() as u64
            }));
            cases.push(case("W2a/continuous: lukao with index".into(), false, move || {
                contacts(indexed, EGO, &o2).intervals.len() as u64
            }));
        }
        if let Some((d, lines, ready)) = &ready {
            let o = Options::default();
            let touching = rivals::on_lines(d, &lines[..]);
            let found = crossings(d, EGO, ready, BoundaryPart::Body, &o).expect("a body");
            println!("W3: {} edges, {touching} steps on a line, {} crossings", 2_000, found.len());
            assert!(touching > 0 && !found.is_empty());
            let o2 = o.clone();
            cases.push(case("W3/crossing at samples: parry Polyline".into(), false, || {
                rivals::on_lines(d, &lines[..])
            }));
            cases.push(case("W3/crossing in continuous time: lukao".into(), false, move || {
                crossings(d, EGO, ready, BoundaryPart::Body, &o).map_or(0, |c| c.len() as u64)
            }));
            cases
                .push(case("W3/clearance: parry Polyline".into(), false, || rivals::to_lines(d, &lines[..])));
            cases.push(case("W3/clearance: lukao".into(), false, move || {
                boundary_column(d, EGO, ready, 1e4, Interval::ALL, &o2).1.values()[7].to_bits()
            }));
        }
        if let Some((indexed, plain)) = &w4 {
            let o = Options::default();
            println!("W4: {} contacts", all_pairs(indexed, &o).intervals.len());
            cases.push(case("W4/all pairs at samples: parry".into(), true, || {
                rivals::all_pairs(plain, false)
            }));
            cases.push(case("W4/all pairs at samples: parry with boxes".into(), true, || {
                rivals::all_pairs(plain, true)
            }));
            let o2 = o.clone();
            assert_eq!(sampled_pairs(indexed, &o2).len() as u64, rivals::all_pairs(plain, true));
            cases.push(case("W4/all pairs at samples: lukao".into(), false, move || {
                sampled_pairs(indexed, &o2).len() as u64
            }));
            cases.push(case("W4/all pairs in continuous time: lukao".into(), false, move || {
                all_pairs(indexed, &o).intervals.len() as u64
            }));
        }
        let only_case = std::env::var("LUKAO_CASE").unwrap_or_default();
        if cases.iter().any(|c| c.name == only_case) {
            cases.retain(|c| c.name == only_case);
        } else {
            cases.retain(|c| c.name.contains(&only_case));
        }
        if let Some(rounds) = std::env::var("LUKAO_RATIOS").ok().and_then(|v| v.parse().ok()) {
            ratios(&cases, rounds);
            return;
        }
        let mut criterion = Criterion::default().configure_from_args();
        for c in &cases {
            let mut group = criterion.benchmark_group("contact");
            group.sample_size(if c.slow { 10 } else { 20 });
            group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
            group.bench_function(&c.name, |b| b.iter(|| black_box((c.work)())));
            group.finish();
        }
        criterion.final_summary();
    });
}
