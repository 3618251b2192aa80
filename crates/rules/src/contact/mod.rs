//! Touching others.

pub(crate) mod contact_with_actor;
