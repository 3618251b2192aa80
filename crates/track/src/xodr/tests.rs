//! Tests of what the reader makes of maps.
