//! Junctions that the ego enters, and the ways that it may take through them.
//!
//! **Entry** (s): the middle of the ego's front bumper passes the end of the lane by which it comes (see
//! [`gate`]), in continuous time. **Ways**: those of [`Places::ways_through`]; more than one if the log
//! does not show which was taken. Backing into a junction is no entry.

use lukao_model::outcome::Uncertainty;
use lukao_track::{LaneIx, PathIx, Track};

use crate::Measures;
use crate::gate::{self, Gate};
use crate::place::Places;
use crate::value::Value;

/// The ego's front entered a junction.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Lane by which it comes.
    pub from: LaneIx,
    /// Ego sample at which the step begins in which it happened.
    pub k: usize,
    /// When, ns, rounded up.
    pub t_ns: i64,
    /// Uncertainty of that, s.
    pub u_s: Uncertainty,
    /// Speed then.
    pub speed_mps: Option<Value>,
    /// Ways through the junction that it may take; at least one.
    pub ways: Vec<PathIx>,
}

/// The junctions entered in the steps of the block, by time.
pub(crate) fn entries(m: &Measures<'_>, track: &Track, places: Places<'_>) -> Vec<Entry> {
    let (drive, ego) = (m.window(), m.ego());
    let mut out = Vec::new();
    let mut last: Option<(LaneIx, Vec<(LaneIx, Gate)>)> = None;
    for k in ego.in_block() {
        if !ego.samples()[k].goes_on {
            continue;
        }
        let Some((_, lane)) = places.came_from(k) else { continue };
        let (_, ends) = match last.take() {
            Some(of) if of.0 == lane => last.insert(of),
            _ => last.insert((lane, ends(track, lane))),
        };
        for (from, end) in ends {
            let from = *from;
            let Some(t_ns) = end.passed(drive, track, ego, k) else { continue };
            let ways = if from == lane { places.ways_through(k) } else { None };
            let ways = ways.unwrap_or_else(|| track.paths_from(from).map(|(ix, _)| ix).collect());
            let speed_mps = gate::speed_at(ego, k, t_ns, |k| m.ego_speed_mps(k));
            let u_s = gate::u_s(drive, track, ego, k, speed_mps);
            out.push(Entry { from, k, t_ns, u_s, speed_mps, ways });
        }
    }
    out
}

/// Where junctions begin that one may enter who came by a lane: its own end, and those of the next lanes, since the front may
/// be in one already while the middle is in the one before.
fn ends(track: &Track, lane: LaneIx) -> Vec<(LaneIx, Gate)> {
    let next = track.successors(lane).iter().copied().filter(|l| !track.lane(*l).in_junction);
    let leads = std::iter::once(lane).chain(next).filter(|l| track.paths_from(*l).next().is_some());
    let end = |from: LaneIx| {
        let l = track.lane(from);
        Some((from, Gate::along(&[*l.left_m.last()?, *l.right_m.last()?])?))
    };
    leads.filter_map(end).collect()
}
