//! Benches of the contact core, each with its rivals.
//!
//!     cargo bench -p lukao-contact --bench contact                    criterion, all inputs
//!     LUKAO_RATIOS=9 cargo bench -p lukao-contact --bench contact     9 interleaved rounds, and the ratios
//!
//! Every input is checked before it is timed: its size, the share of near pairs, and that all methods agree.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod harness;
mod rivals;

use harness::{Case, Claim, Wanted, wanted};
use lukao_contact::{
    Between, BoundaryPart, Lines, Options, Polyline, all_pairs, boundary_column, build_index,
    clearance_column, clearances, contacts, crossings, sampled_contacts, sampled_pairs,
};
use lukao_model::{ActorIx, Drive, Interval};
use lukao_reference::workload::{Shape, W1, W2, W2A, W4, borders, census, drive, fly_bys};
use rayon::ThreadPool;
use rayon::prelude::*;

const EGO: ActorIx = ActorIx(0);

/// One in so many pair-intervals of W2 is cast: all of them take a quarter of a minute.
const ONE_IN: usize = 61;

/// Drives of W1's size in W5, and how many of them are distinct.
const W5: (usize, usize) = (1_000, 20);

const CLAIMS: &[Claim] = &[
    claim("W1", "sampled: lukao", "sampled: parry intersection_test", Wanted::Nothing),
    claim("W2", "sampled: lukao", "sampled: parry intersection_test", Wanted::Faster(28.0)),
    claim("W1", "sampled: lukao with index", "sampled: parry intersection_test", Wanted::Faster(100.0)),
    claim("W2", "sampled: lukao with index", "sampled: parry intersection_test", Wanted::Faster(65.0)),
    claim("W2", "sampled: lukao", "sampled: parry in circles, by columns", Wanted::Faster(3.0)),
    claim("W2", "sampled: lukao with index", "sampled: parry in circles, by columns", Wanted::Faster(7.0)),
    claim("W2", "sampled: lukao", "read x and y once", Wanted::Within(1.3)),
    claim("W2", "continuous: lukao with index", "sampled: parry intersection_test", Wanted::Faster(12.0)),
    claim(
        "W1",
        "continuous: lukao with index",
        "continuous: parry cast_shapes_nonlinear",
        Wanted::Faster(300.0),
    ),
    claim(
        "W2",
        "continuous: lukao with index",
        "continuous: parry cast_shapes_nonlinear",
        Wanted::Faster(300.0),
    ),
    claim("near", "when: lukao", "when: parry cast_shapes_nonlinear", Wanted::Faster(14.0)),
    claim("near", "contacts: lukao", "when: parry cast_shapes_nonlinear", Wanted::Nothing),
    claim(
        "W2",
        "clearance column: lukao with index",
        "clearance column: parry distance",
        Wanted::Faster(35.0),
    ),
    claim(
        "W3",
        "crossing in continuous time: lukao",
        "crossing at samples: parry Polyline",
        Wanted::Faster(2.0),
    ),
    claim("W3", "clearance: lukao", "clearance: parry Polyline", Wanted::Faster(2.5)),
    claim("W4", "all pairs in continuous time: lukao", "all pairs at samples: parry", Wanted::Nothing),
    claim("W4", "all pairs at samples: lukao", "all pairs at samples: parry", Wanted::Faster(110.0)),
    claim("W4", "all pairs at samples: lukao", "all pairs at samples: parry with boxes", Wanted::Faster(4.5)),
    claim(
        "W4",
        "all pairs in continuous time: lukao",
        "all pairs at samples: parry with boxes",
        Wanted::Nothing,
    ),
    claim("W2", "continuous: 2 threads", "continuous: 1 thread", Wanted::Faster(1.8)),
    claim("W2", "clearance column: 2 threads", "clearance column: 1 thread", Wanted::Faster(1.8)),
    claim("W2", "clearance over time: 2 threads", "clearance over time: 1 thread", Wanted::Faster(1.8)),
    claim("W2a", "continuous: 2 threads", "continuous: 1 thread", Wanted::Faster(1.8)),
    claim("W4", "at samples: 2 threads", "at samples: 1 thread", Wanted::Faster(1.8)),
    claim("W4", "in continuous time: 2 threads", "in continuous time: 1 thread", Wanted::Faster(1.8)),
    claim("W5", "continuous: 2 threads", "continuous: 1 thread", Wanted::Faster(1.8)),
    claim("W5", "sampled: 2 threads", "sampled: 1 thread", Wanted::Faster(1.8)),
];

const fn claim(input: &'static str, work: &'static str, rival: &'static str, wanted: Wanted) -> Claim {
    Claim { input, work, rival, wanted }
}

/// What an input must be, for the ratios to mean what they say.
struct Facts {
    name: &'static str,
    shape: Shape,
    pair_steps: u64,
    percent_in_circles: f64,
    hash: u64,
}

const FACTS: [Facts; 2] = [
    Facts {
        name: "W1",
        shape: W1,
        pair_steps: 378_019,
        percent_in_circles: 0.74,
        hash: 0x758f_b4c5_3add_a8f1,
    },
    Facts {
        name: "W2",
        shape: W2,
        pair_steps: 7_078_431,
        percent_in_circles: 0.57,
        hash: 0xb7c5_7f71_bcad_f515,
    },
];

/// The drive of an input, plain and with its index.
fn input(f: &Facts) -> (Drive, Drive) {
    let d = drive(&f.shape);
    let c = census(&d);
    let percent = c.within_circles as f64 / c.pair_steps as f64 * 100.0;
    let hits = sampled_contacts(&d, EGO, Interval::ALL, &Options::default()).len();
    println!(
        "{}: {} pair-steps in {} runs, {} ({percent:.2} %) within circles, {} boxes overlap, {:?} within 10, 20 and 50 m, {hits} hits, hash {:#018x}",
        f.name, c.pair_steps, c.runs, c.within_circles, c.boxes_overlap, c.within_m, c.hash
    );
    let off = c.pair_steps as f64 / f.pair_steps as f64 - 1.0;
    assert!(off.abs() < 0.01, "pair-steps are off by {:.1} %", off * 100.0);
    assert!(
        (percent - f.percent_in_circles).abs() <= 0.05,
        "{percent:.3} % near, not {} %",
        f.percent_in_circles
    );
    assert!(hits > 0, "no hits");
    assert_eq!(c.hash, f.hash, "another drive than the numbers in README.md are of");
    let indexed = build_index(&d).expect("an index");
    (d, indexed)
}

fn sampled(d: &Drive) -> u64 {
    sampled_contacts(d, EGO, Interval::ALL, &Options::default()).len() as u64
}

fn continuous(d: &Drive) -> u64 {
    contacts(d, EGO, &Options::default()).intervals.len() as u64
}

fn column(d: &Drive) -> u64 {
    clearance_column(d, EGO, Interval::ALL, &Options::default()).distance_m.values()[7].to_bits()
}

fn nearest(d: &Drive) -> u64 {
    clearances(d, EGO, Interval::ALL, &Options::default()).nearest.len() as u64
}

/// The ego against all others, at samples and between them.
fn one_against_all<'a>(
    name: &'static str,
    (plain, indexed): &'a (Drive, Drive),
    frames: &'a rivals::Frames,
    threads: &'a [ThreadPool; 2],
) -> Vec<Case<'a>> {
    let hits = sampled(plain);
    let parry = (rivals::naive(plain) as u64, rivals::in_circles(plain) as u64);
    assert_eq!((hits, hits), parry, "hits of parry");
    assert_eq!(hits, sampled(indexed), "hits with the index");
    assert_eq!(hits, frames.in_circles() as u64, "hits of parry, frame by frame");
    let whole = contacts(plain, EGO, &Options::default());
    assert_eq!(whole, contacts(indexed, EGO, &Options::default()));
    println!("{name}: {} contacts in continuous time, {} gaps", whole.intervals.len(), whole.unbridged.len());
    let n = |what: &str| format!("{name}/{what}");
    let mut all = vec![
        Case::new(n("read x and y once"), || harness::read_only(plain)),
        Case::new(n("sampled: parry intersection_test"), || rivals::naive(plain) as u64).slow(),
        Case::new(n("sampled: parry in circles, by columns"), || rivals::in_circles(plain) as u64),
        Case::new(n("sampled: parry in circles, by frames"), || frames.in_circles() as u64),
        Case::new(n("sampled: lukao"), || sampled(plain)),
        Case::new(n("sampled: lukao with index"), || sampled(indexed)),
        Case::new(n("continuous: lukao"), || continuous(plain)),
        Case::new(n("continuous: lukao with index"), || continuous(indexed)),
        Case::new(n("clearance column: lukao"), || column(plain)),
        Case::new(n("clearance column: lukao with index"), || column(indexed)),
        Case::new(n("clearance over time: lukao with index"), || nearest(indexed)),
        Case::new(n("clearance column: parry distance"), || rivals::distances(plain)[7].to_bits()).slow(),
    ];
    let casts = n("continuous: parry cast_shapes_nonlinear");
    if name == "W1" {
        all.push(Case::new(casts, || rivals::casts(plain, 1) as u64).slow());
        return all;
    }
    all.push(Case::new(casts, || rivals::casts(plain, ONE_IN) as u64).one_in(ONE_IN as u32).slow());
    all.extend(on_threads(&n("continuous"), threads, || continuous(indexed)));
    all.extend(on_threads(&n("clearance column"), threads, || column(indexed)));
    all.extend(on_threads(&n("clearance over time"), threads, || nearest(indexed)));
    all
}

/// The same work on one thread and on two.
fn on_threads<'a>(
    name: &str,
    threads: &'a [ThreadPool; 2],
    work: impl Fn() -> u64 + Copy + Send + Sync + 'a,
) -> [Case<'a>; 2] {
    let case = |pool: &'a ThreadPool, how| {
        Case::new(format!("{name}: {how}"), move || pool.install(work)).wall().slow()
    };
    [case(&threads[0], "1 thread"), case(&threads[1], "2 threads")]
}

/// Pair-intervals that all come near: the exact test alone, and with where they meet and how deep.
fn near(d: &Drive) -> Vec<Case<'_>> {
    let (casts, found) = (rivals::casts(d, 1), contacts(d, EGO, &Options::default()).intervals.len());
    let touching = move || {
        let ego = &d.runs()[0];
        let hits = |r| {
            let mut between = Between::new(d, ego, r, &Options::default());
            (0..r.len() - 1).filter(|i| between.touching(*i, *i).is_some_and(|t| !t.is_empty())).count()
        };
        d.runs()[1..].iter().map(hits).sum::<usize>() as u64
    };
    let intervals: usize = d.runs()[1..].iter().map(|r| r.len() - 1).sum();
    println!("near: {intervals} pair-intervals, {} touch, {casts} casts hit, {found} contacts", touching());
    assert!(casts * 5 > intervals * 2 && casts * 2 < intervals, "two to three in five must miss");
    // The rival calls it a hit from a tolerance of its own on.
    assert!(touching().abs_diff(casts as u64) * 1_000 < casts as u64);
    vec![
        Case::new("near/when: lukao".into(), touching),
        Case::new("near/contacts: lukao".into(), || continuous(d)),
        Case::new("near/when: parry cast_shapes_nonlinear".into(), || rivals::casts(d, 1) as u64),
    ]
}

/// Ego at 100 Hz, the others at 10 Hz, each with a phase of its own.
fn two_rates((plain, indexed): &(Drive, Drive)) -> Vec<Case<'_>> {
    let o = Options::default();
    let found = contacts(plain, EGO, &o);
    assert_eq!(found, contacts(indexed, EGO, &o));
    println!("W2a: {} samples, {} contacts in continuous time", plain.samples(), found.intervals.len());
    assert!(!found.intervals.is_empty());
    vec![
        Case::new("W2a/sampled: lukao with index".into(), || sampled(indexed)),
        Case::new("W2a/continuous: lukao".into(), || continuous(plain)),
        Case::new("W2a/continuous: lukao with index".into(), || continuous(indexed)),
        Case::new("W2a/clearance column: lukao with index".into(), || column(indexed)),
    ]
}

fn boundary<'a>(d: &'a Drive, lines: &'a [Polyline; 2], ready: &'a Lines) -> Vec<Case<'a>> {
    let o = Options::default();
    let touching = rivals::on_lines(d, lines);
    let crossed = move || crossings(d, EGO, ready, BoundaryPart::Body, &o).map_or(0, |c| c.len() as u64);
    let edges: usize = lines.iter().map(|l| l.points_m.len() - 1).sum();
    println!("W3: {edges} edges, {touching} steps on a line, {} crossings", crossed());
    assert!((touching as f64 / 2_022.0 - 1.0).abs() < 0.1 && crossed() > 0);
    vec![
        Case::new("W3/crossing at samples: parry Polyline".into(), || rivals::on_lines(d, lines)),
        Case::new("W3/crossing in continuous time: lukao".into(), crossed),
        Case::new("W3/clearance: parry Polyline".into(), || rivals::to_lines(d, lines)),
        Case::new("W3/clearance: lukao".into(), || {
            let o = Options::default();
            boundary_column(d, EGO, ready, 1e4, Interval::ALL, &o).1.values()[7].to_bits()
        }),
    ]
}

fn everyone<'a>((plain, indexed): &'a (Drive, Drive), threads: &'a [ThreadPool; 2]) -> Vec<Case<'a>> {
    let all = |d: &Drive| all_pairs(d, &Options::default()).intervals.len() as u64;
    let at_samples = |d: &Drive| sampled_pairs(d, &Options::default()).len() as u64;
    let touching = rivals::all_pairs(plain, true);
    println!("W4: {touching} touching pairs at samples, {} contacts in continuous time", all(indexed));
    assert_eq!(at_samples(indexed), touching);
    let mut cases = vec![
        Case::new("W4/all pairs at samples: parry".into(), || rivals::all_pairs(plain, false)).slow(),
        Case::new("W4/all pairs at samples: parry with boxes".into(), || rivals::all_pairs(plain, true)),
        Case::new("W4/all pairs at samples: lukao".into(), move || at_samples(indexed)),
        Case::new("W4/all pairs in continuous time: lukao".into(), move || all(indexed)),
    ];
    cases.extend(on_threads("W4/at samples", threads, move || at_samples(indexed)));
    cases.extend(on_threads("W4/in continuous time", threads, move || all(indexed)));
    cases
}

fn many_drives<'a>(drives: &'a [Drive], threads: &'a [ThreadPool; 2]) -> Vec<Case<'a>> {
    let states: usize = drives.iter().map(Drive::samples).map(|n| n as usize).sum();
    println!("W5: {} drives, {} of them distinct with {states} poses", W5.0, drives.len());
    let mut all = Vec::new();
    for (what, work) in [("sampled", sampled as fn(&Drive) -> u64), ("continuous", continuous)] {
        let each = move || (0..W5.0).into_par_iter().map(|k| work(&drives[k % drives.len()])).sum();
        all.extend(on_threads(&format!("W5/{what}"), threads, each));
    }
    all
}

fn main() {
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let threads = [pool(1), pool(2)];
    let with_index = |shape: &Shape| {
        let d = drive(shape);
        let indexed = build_index(&d).expect("an index");
        (d, indexed)
    };
    pool(1).install(|| {
        let facts: Vec<&Facts> = FACTS.iter().filter(|f| wanted(f.name)).collect();
        let drives: Vec<(Drive, Drive)> = facts.iter().map(|f| input(f)).collect();
        let frames: Vec<rivals::Frames> = drives.iter().map(|d| rivals::Frames::new(&d.0)).collect();
        let close = wanted("near").then(|| fly_bys(200, 1_000, 7));
        let two = wanted("W2a").then(|| with_index(&W2A));
        let lines = borders(&W2).map(|points_m| Polyline { points_m, ..Polyline::default() });
        let ready = Lines::new(&lines).expect("good lines");
        let alone = wanted("W3").then(|| drive(&Shape { actors: 0, ..W2 }));
        let w4 = wanted("W4").then(|| with_index(&W4));
        let distinct = if wanted("W5") { W5.1 } else { 0 };
        let w5: Vec<Drive> =
            (0..distinct as u64).map(|k| with_index(&Shape { seed: W1.seed + k, ..W1 }).1).collect();
        let mut cases = Vec::new();
        for ((f, d), frames) in facts.iter().zip(&drives).zip(&frames) {
            cases.extend(one_against_all(f.name, d, frames, &threads));
        }
        cases.extend(close.iter().flat_map(near));
        cases.extend(two.iter().flat_map(two_rates));
        if let Some((_, indexed)) = &two {
            cases.extend(on_threads("W2a/continuous", &threads, || continuous(indexed)));
        }
        cases.extend(alone.iter().flat_map(|d| boundary(d, &lines, &ready)));
        cases.extend(w4.iter().flat_map(|d| everyone(d, &threads)));
        if !w5.is_empty() {
            cases.extend(many_drives(&w5, &threads));
        }
        harness::run("contact", cases, CLAIMS);
    });
}
