//! Slow, obvious second answers for the tests.
