//! Lukao grades test drives.
