//! The performance core: footprints, contact in continuous time, clearance, boundary crossing.
