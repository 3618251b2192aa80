//! Tests of all rules, as a grader runs them.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod attribution;
mod cases;
mod changes;
mod conditions;
mod control;
mod distance;
mod invariance;
mod items;
mod junctions;
mod lamps;
mod lanes;
mod mode;
mod near_miss;
mod people;
mod reference;
mod registry;
mod roads;
mod signals;
mod speed;
mod stopping;
mod support;
mod twins;
