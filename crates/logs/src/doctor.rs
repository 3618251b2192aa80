//! The log doctor.
