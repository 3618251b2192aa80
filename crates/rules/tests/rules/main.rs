//! Tests of all rules, as a grader runs them.

mod attribution;
mod cases;
mod invariance;
mod reference;
mod registry;
mod support;
mod twins;
