//! Fixture helpers for the tests.
