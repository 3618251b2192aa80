//! Test tracks and road networks: lanes, lines, stop lines, signals, speed limits; OpenDRIVE in.
