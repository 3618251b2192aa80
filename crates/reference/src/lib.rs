//! Slow, obvious second answers for the tests.

pub mod workload;
