//! Who comes behind in a lane that the ego has just entered, how far off he is, and how hard he then brakes.
//!
//! **Lane upstream**: the lane and all lanes that lead to it, up to [`REACH_M`]. **The one behind**: of the vehicles whose
//! centre, or the middle of whose front, is in it and whose centre is behind the ego's, the one with the smallest gap.
//! **Gap** (m): along the lanes' centres from the ego's rearmost point to his foremost; 0 if they overlap lengthwise.
//!
//! **Needed gap** (m): what UN R79 (category C) asks a lane change to leave to one who comes nearer:
//! Δv · `reaction_s` + Δv² ÷ (2 · `brake_mps2`) + ego's speed · `time_gap_s`.
//!
//! **Hardest braking** (m/s²) of the one behind: the greatest mean deceleration over 0.5 s within some seconds after a time.
//!
//! **Cannot tell** where the ego is in no lane, or the other's data may not be compared with the ego's. **Uncertainty** of the
//! gap as in [`lead`](crate::lead); of the braking, that of the channel, or of the two speeds ÷ 0.5 s.

use std::collections::BTreeMap;

use lukao_model::time::{MS, from_s};
use lukao_model::{ActorIx, math};
use lukao_track::{LaneIx, Track};

use crate::lead::{Who, compare, gap_u};
use crate::near;
use crate::value::Value;
use crate::{Measures, body, motion};

/// How far behind somebody is looked for, m.
pub const REACH_M: f64 = 150.0;

/// Half the window over which a deceleration is taken, ns.
const HALF_NS: i64 = 250 * MS;

/// The one behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Rear {
    /// Who.
    pub actor: ActorIx,
    /// Index of his run in the window's runs.
    pub run: usize,
    /// From the ego's rear to his front, m.
    pub gap_m: Value,
    /// His speed along his heading, m/s.
    pub rear_mps: Option<Value>,
}

/// Who is behind the ego in the lane that it is in at sample `k`; `None` if nobody.
///
/// # Errors
/// What is missing to tell, and why.
pub fn behind(m: &Measures<'_>, k: usize) -> Result<Option<Rear>, (&'static str, String)> {
    let (Some(track), Some(places)) = (m.track(), m.places()) else {
        return Err(("track", "there is no track in the drive's frame".into()));
    };
    let Some(place) = places.at(k) else {
        return Err(("lane", "the ego is in no lane of the track".into()));
    };
    let drive = m.window();
    let s = m.ego().samples()[k];
    let ego = &drive.runs()[s.run];
    let upstream = upstream(track, place.hit.lane, place.hit.station_m);
    let rear_end = body::half_extent_m(&ego.size, place.off_rad);
    let mut best: Option<(f64, near::Other)> = None;
    for other in near::at_sample(m, k) {
        let run = &drive.runs()[other.run];
        if !Who::Vehicles.includes(drive.actor(run.actor).class) {
            continue;
        }
        let z = run.z_m.as_ref().and_then(|z| z.get(other.i));
        let centre = [other.pose.x_m, other.pose.y_m];
        let front = body::point_m(&other.pose, [0.5 * run.size.length_m, 0.0]);
        for p in [centre, front] {
            for hit in track.lanes_at(p, z) {
                let Some(end_m) = upstream.get(&hit.lane) else { continue };
                let off = math::angle_between(hit.heading_rad, other.pose.yaw_rad);
                if off.abs() > std::f64::consts::FRAC_PI_2 {
                    continue;
                }
                // Way from his centre to the ego's: lanes upstream are counted by how far their begin is behind the ego.
                let (sin, cos) = math::sin_cos(hit.heading_rad);
                let along = (centre[0] - p[0]) * cos + (centre[1] - p[1]) * sin;
                let way = end_m - (hit.station_m + along);
                let gap = way - rear_end - body::half_extent_m(&run.size, off);
                if way > 0.0 && best.as_ref().is_none_or(|b| gap < b.0) {
                    best = Some((gap, other));
                }
            }
        }
    }
    let Some((gap, other)) = best else { return Ok(None) };
    let run = &drive.runs()[other.run];
    let synced = compare(m, ego, run)?;
    let rear_mps = m.speed_of(&other, s.t_ns);
    let closing = rear_mps.zip(m.ego_speed_mps(k)).map_or(0.0, |(a, b)| a.value - b.value);
    let u = gap_u(ego, s.i, run, &other, 0.5).rss(synced.costs(closing));
    Ok(Some(Rear { actor: run.actor, run: other.run, gap_m: Value { value: gap.max(0.0), u }, rear_mps }))
}

/// Lanes upstream of a place, with the way from their begin to the place.
fn upstream(track: &Track, lane: LaneIx, station_m: f64) -> BTreeMap<LaneIx, f64> {
    let mut out = BTreeMap::from([(lane, station_m)]);
    let mut open = vec![(lane, station_m)];
    while let Some((at, way)) = open.pop() {
        if way > REACH_M || out.len() > 256 {
            continue;
        }
        for &before in track.predecessors(at) {
            let begin = way + track.lane(before).length_m();
            if out.get(&before).is_none_or(|w| begin < *w) {
                out.insert(before, begin);
                open.push((before, begin));
            }
        }
    }
    out
}

/// Gap that a lane change has to leave to one behind; `None` if he does not come nearer.
#[must_use]
pub fn needed_gap_m(
    ego_mps: f64,
    rear_mps: f64,
    reaction_s: f64,
    brake_mps2: f64,
    time_gap_s: f64,
) -> Option<f64> {
    let closing = rear_mps - ego_mps;
    let due = closing * reaction_s + closing * closing / (2.0 * brake_mps2) + ego_mps.max(0.0) * time_gap_s;
    (closing > 0.0).then_some(due)
}

/// Hardest braking of somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Braking {
    /// Deceleration, m/s².
    pub decel_mps2: Value,
    /// When, ns.
    pub at_ns: i64,
    /// Whether he is seen for the whole time asked for.
    pub complete: bool,
}

/// Hardest braking of a run within `within_s` after a time; `None` if its motion is not known there.
#[must_use]
pub fn hardest_braking(m: &Measures<'_>, run: usize, from_ns: i64, within_s: f64) -> Option<Braking> {
    let drive = m.window();
    let of = &drive.runs()[run];
    let times = drive.times(of);
    let to_ns = from_ns.saturating_add(from_s(within_s)?);
    let lo = times.partition_point(|t| *t < from_ns);
    let hi = times.partition_point(|t| *t <= to_ns);
    let complete = times.last().is_some_and(|t| *t >= to_ns);
    let mut best: Option<Braking> = None;
    for t in &times[lo..hi] {
        let accel = motion::accel_lon(drive, m.admit(), of, m.motion(run), *t, HALF_NS)?;
        if best.is_none_or(|b| -accel.value > b.decel_mps2.value) {
            let decel_mps2 = Value { value: -accel.value, u: accel.u };
            best = Some(Braking { decel_mps2, at_ns: *t, complete });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_needed_gap_of_r79() {
        // 5 m/s faster behind 20 m/s: 2 + 25/6 + 20.
        let due = needed_gap_m(20.0, 25.0, 0.4, 3.0, 1.0).unwrap();
        assert!((due - (2.0 + 25.0 / 6.0 + 20.0)).abs() < 1e-12);
        assert_eq!(needed_gap_m(20.0, 20.0, 0.4, 3.0, 1.0), None);
    }

    /// Who brakes so after the reaction time is just as fast as the ego when the time gap is reached.
    #[test]
    fn the_needed_gap_leaves_the_time_gap() {
        let (ego, mut rear, mut gap) = (20.0, 30.0, needed_gap_m(20.0, 30.0, 0.4, 3.0, 1.0).unwrap());
        let (mut t, dt) = (0.0_f64, 1e-4);
        while rear > ego {
            gap += (ego - rear) * dt;
            rear -= if t > 0.4 { 3.0 * dt } else { 0.0 };
            t += dt;
        }
        assert!((gap - 20.0).abs() < 0.01, "{gap}");
    }
}
