//! Signals that several rules share: lane and station, headway, time to collision, signal ahead.
