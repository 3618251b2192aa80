//! Overtaking: the ego came up behind somebody, went beside and passed.
//!
//! **Passing**: between two of the ego's samples the other's centre goes from before to behind the ego's, seen along the
//! ego's lane, at most [`BESIDE_M`] to its side; both head the same way within 30° and the other moves at least
//! [`MOVES_MPS`]. **Overtaking**: a passing of somebody who in the 20 s before was the next in the ego's lane (see [`lead`](crate::lead)), looked at
//! once a second outside junctions. Passing a queue in the next lane is none.
//!
//! **Cannot tell** nothing by itself: where it could not be told who was ahead, nobody was. It belongs to the block that holds
//! the sample before the passing; looks back 20 s.

use lukao_model::time::S;
use lukao_model::{ActorIx, math};
use lukao_track::Side;

use crate::lead::Who;
use crate::near::Other;
use crate::{EgoSample, LOOK_BACK_NS, Measures};

/// Farther to the side somebody is not passed, m.
pub const BESIDE_M: f64 = 8.0;

/// Slower ones stand: they are not overtaken, m/s.
pub const MOVES_MPS: f64 = 1.0;

/// Greatest angle between the two headings, rad.
const SAME_WAY_RAD: f64 = std::f64::consts::FRAC_PI_6;

/// Ways in one step that matter are shorter than this, m.
const NEAR_M: f64 = 30.0;

/// The ego overtook somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Overtaking {
    /// Sample at which the step of the passing begins.
    pub k: usize,
    /// When, ns.
    pub t_ns: i64,
    /// Who was overtaken.
    pub actor: ActorIx,
    /// On which side of the ego he was.
    pub side: Side,
}

/// Overtakings whose passing is in the block, by time.
pub(crate) fn overtakings(m: &Measures<'_>) -> Vec<Overtaking> {
    let mut out = Vec::new();
    let Some(places) = m.places() else { return out };
    let block = m.ego().in_block();
    for k in block.clone() {
        let s = m.ego().samples()[k];
        if !s.goes_on {
            continue;
        }
        let along = places.at(k).map_or(s.pose.yaw_rad, |p| s.pose.yaw_rad - p.off_rad);
        let along = math::sin_cos(along);
        for other in m.level().at(m, k) {
            let Some((part, side)) = passed(m, &s, k, along, &other) else { continue };
            let actor = m.window().runs()[other.run].actor;
            let t_ns = s.t_ns + ((m.ego().samples()[k + 1].t_ns - s.t_ns) as f64 * part) as i64;
            if came_up_behind(m, k, actor) {
                out.push(Overtaking { k, t_ns, actor, side });
            }
        }
    }
    out.sort_by_key(|o| (o.t_ns, o.actor));
    out
}

/// Part of the step at which the ego passes somebody, and on which side of it he is.
fn passed(
    m: &Measures<'_>,
    s: &EgoSample,
    k: usize,
    (sin, cos): (f64, f64),
    other: &Other,
) -> Option<(f64, Side)> {
    let drive = m.window();
    let (dx, dy) = (other.pose.x_m - s.pose.x_m, other.pose.y_m - s.pose.y_m);
    if dx.abs() > NEAR_M || dy.abs() > NEAR_M {
        return None;
    }
    let before = dx * cos + dy * sin;
    let lateral = dy * cos - dx * sin;
    if before < 0.0 || lateral.abs() > BESIDE_M {
        return None;
    }
    let run = &drive.runs()[other.run];
    if math::angle_between(s.pose.yaw_rad, other.pose.yaw_rad).abs() > SAME_WAY_RAD {
        return None;
    }
    if !Who::Vehicles.includes(drive.actor(run.actor).class) {
        return None;
    }
    let next = m.ego().samples()[k + 1];
    let then = drive.pose_at(run, next.t_ns)?;
    let after = (then.x_m - next.pose.x_m) * cos + (then.y_m - next.pose.y_m) * sin;
    if after >= 0.0 {
        return None;
    }
    let speed = m.speed_of(other, s.t_ns)?;
    (speed.value >= MOVES_MPS).then_some(())?;
    let side = if lateral > 0.0 { Side::Left } else { Side::Right };
    Some((before / (before - after), side))
}

/// Whether somebody was the one ahead of the ego within the last 20 s.
fn came_up_behind(m: &Measures<'_>, k: usize, actor: ActorIx) -> bool {
    let samples = m.ego().samples();
    let from = samples[k].t_ns.saturating_sub(LOOK_BACK_NS);
    let mut next_ns = samples[k].t_ns;
    let Some(places) = m.places() else { return false };
    // Inside a junction the ego's lane depends on where it came from, which may be before what is seen.
    let outside = |j: usize| places.at(j).is_some_and(|p| !places.track.lane(p.hit.lane).in_junction);
    for j in (0..=k).rev().take_while(|j| samples[*j].t_ns >= from) {
        if samples[j].t_ns > next_ns || !outside(j) {
            continue;
        }
        next_ns = samples[j].t_ns - S;
        if m.is_next_in_lane_at(j, actor) {
            return true;
        }
    }
    false
}
