//! Lights over single lanes that the ego passes: red cross, green arrow.
//!
//! **Passing** (s): the middle of the front bumper passes the cross-section of a lane at which such a light stands, in the
//! lane in which the middle of the ego is, or the one that follows it (see [`gate`]).

use lukao_model::outcome::Uncertainty;
use lukao_track::{LaneIx, SignalIx, SignalKind};

use crate::Measures;
use crate::gate::{self, Gate};
use crate::value::Value;

/// The ego passed a light over its lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneLightPassed {
    /// The light.
    pub signal: SignalIx,
    /// The lane.
    pub lane: LaneIx,
    /// Ego sample at which the step begins.
    pub k: usize,
    /// When, ns.
    pub t_ns: i64,
    /// Uncertainty of that, s.
    pub u_s: Uncertainty,
    /// Speed then.
    pub speed_mps: Option<Value>,
}

/// The lane lights passed in the step from sample `k`.
#[must_use]
pub fn passed(m: &Measures<'_>, k: usize) -> Vec<LaneLightPassed> {
    let (Some(track), Some(place)) = (m.track(), m.places().and_then(|p| p.at(k))) else { return Vec::new() };
    let (drive, ego, own) = (m.window(), m.ego(), place.hit.lane);
    let mut out = Vec::new();
    for lane in std::iter::once(own).chain(track.successors(own).iter().copied()) {
        for (station, signal) in track.signs_on(lane) {
            if track.signal(*signal).kind != SignalKind::LaneLight {
                continue;
            }
            let (left, right) = track.lane(lane).borders_at(*station);
            let Some(t_ns) = Gate::along(&[left, right]).and_then(|g| g.passed(drive, track, ego, k)) else {
                continue;
            };
            let speed_mps = gate::speed_at(ego, k, t_ns, |k| m.ego_speed_mps(k));
            let u_s = gate::u_s(drive, track, ego, k, speed_mps);
            out.push(LaneLightPassed { signal: *signal, lane, k, t_ns, u_s, speed_mps });
        }
    }
    out
}
