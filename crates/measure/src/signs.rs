//! Signs that speak to traffic at a place in a lane.
//!
//! **Speaking**: the sign's record names the lane, or one that leads to it outside junctions, and the way from the sign to the place
//! along their centres is at most the reach asked for. One up to [`BEHIND_M`] beyond the place speaks to it too: who turns off looks
//! at it. What a sign says is told by its code or name; one that the map does not have is not told from one that is not there.

use lukao_track::{LaneIx, SignalIx, Track};

/// How far beyond the place a sign may stand, metres.
pub const BEHIND_M: f64 = 10.0;

/// Signs that speak to a place, the nearest first, each with the way from it to the place, m; negative beyond the place.
#[must_use]
pub fn speaking(track: &Track, lane: LaneIx, station_m: f64, reach_m: f64) -> Vec<(f64, SignalIx)> {
    let mut out: Vec<(f64, SignalIx)> = Vec::new();
    let mut seen = vec![lane];
    // Lanes with the station of the place, counted from each one's begin.
    let mut open = vec![(lane, station_m)];
    while let Some((ix, at_m)) = open.pop() {
        for (sign_m, sign) in track.signs_on(ix) {
            let way_m = at_m - sign_m;
            if !(-BEHIND_M..=reach_m).contains(&way_m) {
                continue;
            }
            match out.iter_mut().find(|known| known.1 == *sign) {
                Some(known) => known.0 = known.0.min(way_m),
                None => out.push((way_m, *sign)),
            }
        }
        if at_m > reach_m {
            continue;
        }
        for before in track.predecessors(ix) {
            let lane = track.lane(*before);
            if !lane.in_junction && !seen.contains(before) {
                seen.push(*before);
                open.push((*before, at_m + lane.length_m()));
            }
        }
    }
    out.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    out
}
