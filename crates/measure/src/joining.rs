//! Who enters the lane that the ego enters, at the same time, from its other side.
//!
//! **Joining**: a vehicle whose centre was in the next lane beyond the one entered some seconds before the ego's centre came into it,
//! and is in the lane entered as long after; all three lanes on one road, for the same direction. **Gap** (m): along the lane entered,
//! between the two bodies when the ego's centre comes into it; 0 if they overlap lengthwise.
//!
//! **Cannot tell** where the other's data may not be compared with the ego's. Who is not seen before and after is not seen to join.
//! **Uncertainty** of the gap as in [`lead`](crate::lead).

use lukao_model::code::Indicator;
use lukao_model::drive::Pose;
use lukao_model::{ActorIx, math};
use lukao_track::{LaneIx, Track};

use crate::lead::{Who, compare, gap_u};
use crate::value::Value;
use crate::{Manoeuvre, Measures, body, near};

/// Somebody who enters the same lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Joining {
    /// Who.
    pub actor: ActorIx,
    /// Between the bodies, m; or what is missing for it to be compared, and why.
    pub gap_m: Result<Value, (&'static str, String)>,
}

/// Who enters the lane of a lane change from its other side within a time before and after, by actor.
#[must_use]
pub fn joining(m: &Measures<'_>, x: &Manoeuvre, within_ns: i64) -> Vec<Joining> {
    let (Some(track), Some(places)) = (m.track(), m.places()) else { return Vec::new() };
    let (samples, k) = (m.ego().samples(), x.k + 1);
    let Some(place) = places.at(k) else { return Vec::new() };
    let (s, entered) = (samples[k], track.lane(place.hit.lane));
    let beyond = if x.side == Indicator::Right { entered.right } else { entered.left };
    let same_way = |l: &LaneIx| track.lane(*l).kind.is_traffic() && track.lane(*l).travel == entered.travel;
    let Some(beyond) = beyond.filter(same_way) else { return Vec::new() };
    let before = samples[..k].iter().rposition(|b| b.run != s.run || b.t_ns < s.t_ns - within_ns);
    let before = before.map_or(0, |j| j + 1);
    let after =
        k + samples[k..].iter().take_while(|a| a.run == s.run && a.t_ns <= s.t_ns + within_ns).count() - 1;
    let (then, later) = (near::at_sample(m, before), near::at_sample(m, after));
    let pose = |all: &[near::Other], actor: ActorIx| {
        all.iter().find(|o| m.window().runs()[o.run].actor == actor).map(|o| o.pose)
    };
    let mut out = Vec::new();
    for other in near::at_sample(m, k) {
        let run = &m.window().runs()[other.run];
        let vehicle = Who::Vehicles.includes(m.window().actor(run.actor).class);
        let was = pose(&then, run.actor).is_some_and(|p| is_in(track, &p, beyond));
        let comes = pose(&later, run.actor).is_some_and(|p| is_in(track, &p, place.hit.lane));
        if !vehicle || !was || !comes {
            continue;
        }
        let ego = &m.window().runs()[s.run];
        let (sin, cos) = math::sin_cos(place.hit.heading_rad);
        let along = (other.pose.x_m - s.pose.x_m) * cos + (other.pose.y_m - s.pose.y_m) * sin;
        let off_rad = math::angle_between(place.hit.heading_rad, other.pose.yaw_rad);
        let half_m = body::half_extent_m(&ego.size, place.off_rad) + body::half_extent_m(&run.size, off_rad);
        let speed = m.speed_of(&other, s.t_ns);
        let closing = speed.zip(m.ego_speed_mps(k)).map_or(0.0, |(a, b)| a.value - b.value);
        let gap_m = compare(m, ego, run).map(|synced| Value {
            value: (along.abs() - half_m).max(0.0),
            u: gap_u(ego, s.i, run, &other, 0.5).rss(synced.costs(closing)),
        });
        out.push(Joining { actor: run.actor, gap_m });
    }
    out.sort_by_key(|j| j.actor);
    out
}

/// Whether a centre is in a lane, or in the one of that number elsewhere on its road.
fn is_in(track: &Track, pose: &Pose, lane: LaneIx) -> bool {
    let of = |l: LaneIx| (track.lane(l).road, track.lane(l).number);
    track.lanes_at([pose.x_m, pose.y_m], None).iter().any(|hit| of(hit.lane) == of(lane))
}
