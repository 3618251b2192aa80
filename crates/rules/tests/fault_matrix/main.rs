//! The fault matrix: for every rule, drives that just keep its limit, drives that just break it, and drives that lack
//! what it needs. docs/fault-matrix.md is the manual.
//!
//!     cargo test -p lukao-rules --test fault_matrix                        # all
//!     cargo test -p lukao-rules --test fault_matrix speed -- --nocapture   # one group, with its table
#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests are tests too.
#![allow(dead_code)] // A kit for cases: not each part is always in use.

mod case;
mod channels;
mod grade;
mod lack;
mod run;

mod changes;
mod conditions;
mod contact;
mod control;
mod distance;
mod items;
mod junctions;
mod lamps;
mod lanes;
mod mode;
mod people;
mod signals;
mod speed;

use std::collections::BTreeSet;

use case::Case;

/// Rules that have no case yet, one a line. Whoever adds a case takes its line out.
const WITHOUT_A_CASE: &[&str] = &[];

/// A test for each group, and all cases by group.
macro_rules! groups {
    ($($group:ident),+) => {
        $(#[test]
        fn $group() {
            run::all(stringify!($group), $group::cases());
        })+

        fn groups() -> Vec<(&'static str, Vec<Case>)> {
            vec![$((stringify!($group), $group::cases())),+]
        }
    };
}

groups!(
    changes, conditions, contact, control, distance, items, junctions, lamps, lanes, mode, people, signals,
    speed
);

#[test]
fn every_rule_has_a_case() {
    let have: BTreeSet<&str> = groups().iter().flat_map(|g| &g.1).map(|c| c.rule).collect();
    let all: BTreeSet<&str> = lukao_rules::ALL.iter().map(|e| e.meta.id).collect();
    let without: BTreeSet<&str> = WITHOUT_A_CASE.iter().copied().collect();
    let unknown: Vec<_> = have.union(&without).filter(|id| !all.contains(*id)).collect();
    assert!(unknown.is_empty(), "no such rules: {unknown:?}");
    let missing: Vec<_> = all.difference(&have).filter(|id| !without.contains(*id)).collect();
    assert!(
        missing.is_empty(),
        "rules without a case: {missing:?}; docs/fault-matrix.md shows how to add one"
    );
    let stale: Vec<_> = without.intersection(&have).collect();
    assert!(stale.is_empty(), "have a case by now, take them out of WITHOUT_A_CASE: {stale:?}");
}
