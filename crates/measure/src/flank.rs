//! Who is beside the ego, and how much room is between the two.
//!
//! **Beside** the ego is whose body overlaps the ego's lengthwise, seen along the ego's heading, and whose heading is
//! within 30° of the ego's or of the opposite. Known heights that differ by more than 2 m set two apart.
//!
//! **Lateral gap** (m): across the ego's heading, from the ego's side (the box without mirrors, unless its sheet makes the
//! box wider) to the nearest point of the part of the other that is abreast of the ego; 0 if they overlap. At the ego's samples; what is between two
//! of them is not seen. **Speeds toward each other** (m/s): the part of each one's speed across the ego's lane, or, off
//! the lanes, across the ego's heading.
//!
//! **Meeting**: he faces the other way, and neither of the two turns in a junction there. Who turns crosses the other's way.
//!
//! **Uncertainty** of the gap: position accuracy of both, half of each width's, the yaw's of both × half the length, time
//! accuracy between their clocks × the lateral speed, and what was not seen between the other's samples.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::{ActorIx, math};
use lukao_track::{LaneHit, LaneIx, Side, Track, Turn};

use crate::lead::{compare, gap_u};
use crate::near::Other;
use crate::value::Value;
use crate::{Measures, body};

/// Farther apart sideways is not beside, m.
pub const REACH_M: f64 = 10.0;

/// Greatest angle between the two headings, or one and the opposite of the other, rad.
const PARALLEL_RAD: f64 = std::f64::consts::FRAC_PI_6;

/// Heights that differ by more are two levels, m.
pub(crate) const LEVEL_M: f64 = 2.0;

/// Somebody beside the ego.
#[derive(Clone, Debug, PartialEq)]
pub struct Flank {
    /// Who.
    pub actor: ActorIx,
    /// On which side of the ego.
    pub side: Side,
    /// Whether he faces the other way.
    pub opposite: bool,
    /// Whether the two meet: he faces the other way on the same road, or both go straight on through a junction.
    pub meets: bool,
    /// Room between the two, or what is missing for it to be compared, and why.
    pub gap_m: Result<Value, (&'static str, String)>,
    /// Speed of the ego, m/s.
    pub ego_mps: Option<Value>,
    /// Speed of the other along his heading, m/s.
    pub other_mps: Option<Value>,
    /// Speed of the ego toward the other, across, m/s.
    pub ego_toward_mps: Option<Value>,
    /// Speed of the other toward the ego, across, m/s.
    pub other_toward_mps: Option<Value>,
}

/// Those beside the ego at each of its samples in the block, by run.
pub(crate) fn flanks(m: &Measures<'_>) -> Vec<Vec<Flank>> {
    let of = |k| m.level().at(m, k).filter_map(|other| flank(m, k, &other)).collect();
    m.ego().in_block().map(of).collect()
}

fn flank(m: &Measures<'_>, k: usize, other: &Other) -> Option<Flank> {
    let drive = m.window();
    let s = m.ego().samples()[k];
    let (ego, run) = (&drive.runs()[s.run], &drive.runs()[other.run]);
    let (dx, dy) = (other.pose.x_m - s.pose.x_m, other.pose.y_m - s.pose.y_m);
    let reach = 0.5 * (ego.size.length_m + ego.size.width_m + run.size.length_m + run.size.width_m) + REACH_M;
    if dx.abs() > reach || dy.abs() > reach {
        return None;
    }
    let turn = math::angle_between(s.pose.yaw_rad, other.pose.yaw_rad);
    let opposite = turn.abs() > std::f64::consts::PI - PARALLEL_RAD;
    let z = |run: &lukao_model::Run, i: usize| run.z_m.as_ref().and_then(|z| z.get(i));
    let apart = z(ego, s.i).zip(z(run, other.i)).is_some_and(|(a, b)| (a - b).abs() > LEVEL_M);
    if apart || (!opposite && turn.abs() > PARALLEL_RAD) {
        return None;
    }
    let (half_length, half_width) = (0.5 * ego.size.length_m, 0.5 * ego.size.width_m);
    let (lo, hi) = abreast(&s.pose, &body::corners_m(&other.pose, &run.size), half_length)?;
    let left = lo + hi > 0.0;
    let gap = if left { lo } else { -hi } - half_width;
    if gap > REACH_M {
        return None;
    }
    let (ego_mps, other_mps) = (m.ego_speed_mps(k), m.speed_of(other, s.t_ns));
    // Across the lane if there is one, so that a bend is not taken for a drift.
    let along = m.places().and_then(|p| p.at(k)).map_or(s.pose.yaw_rad, |p| s.pose.yaw_rad - p.off_rad);
    let toward = |v: Option<Value>, yaw: f64, sign: f64| {
        let across = math::sin(math::angle_between(along, yaw)) * sign;
        v.map(|v| Value { value: v.value * across, u: v.u.times(across) })
    };
    let sign = if left { 1.0 } else { -1.0 };
    let ego_toward_mps = toward(ego_mps, s.pose.yaw_rad, sign);
    let other_toward_mps = toward(other_mps, other.pose.yaw_rad, -sign);
    let yaw = |run: &lukao_model::Run, i: usize| {
        Uncertainty::from_option(run.accuracy.yaw_rad.at(i)).times(0.5 * run.size.length_m)
    };
    let gap_m = compare(m, ego, run).map(|synced| {
        let rate = ego_toward_mps.zip(other_toward_mps).map(|(a, b)| a.value + b.value);
        let clocks = match rate {
            Some(rate) => synced.costs(rate),
            None if ego.clock == run.clock => Uncertainty::Known(0.0),
            None => Uncertainty::Unknown,
        };
        let u = gap_u(ego, s.i, run, other, 0.5).rss(yaw(ego, s.i)).rss(yaw(run, other.i));
        Value { value: gap.max(0.0), u: u.rss(clocks) }
    });
    let side = if left { Side::Left } else { Side::Right };
    let actor = run.actor;
    let meets = opposite
        && m.places().is_none_or(|places| {
            let turns = |pose: &Pose, hits: &[LaneHit]| turns_here(places.track, pose, hits);
            let (track, at, z_m) = (places.track, [other.pose.x_m, other.pose.y_m], z(run, other.i));
            let in_junction = || track.any_lane_at(at, z_m, |l| track.lane(l).in_junction);
            let he_turns = || in_junction() && turns(&other.pose, &track.lanes_at(at, z_m));
            !turns(&s.pose, places.hits(k)) && !he_turns()
        });
    Some(Flank { actor, side, opposite, meets, gap_m, ego_mps, other_mps, ego_toward_mps, other_toward_mps })
}

/// From where to where, left positive, the part of a body reaches that is abreast of one of that half length, m; `None` if none
/// is.
fn abreast(ego: &Pose, corners: &[[f64; 2]; 4], half_length_m: f64) -> Option<(f64, f64)> {
    let (sin, cos) = math::sin_cos(ego.yaw_rad);
    let own = corners.map(|c| {
        let (x, y) = (c[0] - ego.x_m, c[1] - ego.y_m);
        [x * cos + y * sin, y * cos - x * sin]
    });
    let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut take = |y: f64| (lo, hi) = (lo.min(y), hi.max(y));
    for (i, a) in own.iter().enumerate() {
        if a[0].abs() < half_length_m {
            take(a[1]);
        }
        let b = own[(i + 1) % 4];
        for end in [half_length_m, -half_length_m] {
            if (a[0] < end) != (b[0] < end) {
                take(a[1] + (b[1] - a[1]) * ((end - a[0]) / (b[0] - a[0])));
            }
        }
    }
    let reaches = own.iter().any(|p| p[0] > -half_length_m) && own.iter().any(|p| p[0] < half_length_m);
    (reaches && lo <= hi).then_some((lo, hi))
}

/// Whether the lanes along which somebody heads best, within a few degrees, are inside a junction and belong to ways that turn.
fn turns_here(track: &Track, pose: &Pose, hits: &[LaneHit]) -> bool {
    const AS_GOOD_RAD: f64 = 0.05;
    let off = |h: &LaneHit| math::angle_between(h.heading_rad, pose.yaw_rad).abs();
    let traffic = || hits.iter().filter(|h| track.lane(h.lane).kind.is_traffic());
    if !traffic().any(|h| track.lane(h.lane).in_junction) {
        return false;
    }
    let best = traffic().map(off).fold(PARALLEL_RAD, f64::min);
    let mut along = traffic().filter(|h| off(h) <= best + AS_GOOD_RAD).peekable();
    along.peek().is_some() && along.all(|h| is_turn(track, h.lane))
}

/// Whether a lane is inside a junction and all ways along it turn.
fn is_turn(track: &Track, lane: LaneIx) -> bool {
    if !track.lane(lane).in_junction {
        return false;
    }
    // Back to the approaches.
    let (mut inside, mut approaches) = (vec![lane], Vec::new());
    let mut i = 0;
    while let Some(at) = inside.get(i) {
        for before in track.predecessors(*at) {
            if !track.lane(*before).in_junction {
                approaches.push(*before);
            } else if !inside.contains(before) {
                inside.push(*before);
            }
        }
        i += 1;
    }
    let ways = || approaches.iter().flat_map(|a| track.paths_from(*a)).map(|x| x.1);
    let mut along = ways().filter(|p| p.via.contains(&lane)).peekable();
    along.peek().is_some() && along.all(|p| p.turn != Turn::Straight)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // A second answer may use other sines.
mod tests {
    use super::*;
    use lukao_model::vehicle::BoxSize;

    #[test]
    fn only_what_is_abreast_counts_of_one_who_stands_askew() {
        let ego = Pose { x_m: 100.0, y_m: 50.0, yaw_rad: 0.0 };
        let size = BoxSize { length_m: 6.0, width_m: 2.0, height_m: None, accuracy_m: None };
        let at = |x: f64, y: f64, yaw_rad: f64| {
            body::corners_m(&Pose { x_m: 100.0 + x, y_m: 50.0 + y, yaw_rad }, &size)
        };
        let (lo, hi) = abreast(&ego, &at(0.0, 3.0, 0.0), 2.0).unwrap();
        assert!((lo - 2.0).abs() < 1e-12 && (hi - 4.0).abs() < 1e-12, "{lo} {hi}");
        assert_eq!(abreast(&ego, &at(5.1, 3.0, 0.0), 2.0), None, "ahead");
        // At 30 degrees his lower side is the line y = 3 - 1/cos 30 + x tan 30: at the ego's rear end.
        let yaw = std::f64::consts::FRAC_PI_6;
        let (lo, _) = abreast(&ego, &at(0.0, 3.0, yaw), 2.0).unwrap();
        assert!((lo - (3.0 - 1.0 / yaw.cos() - 2.0 * yaw.tan())).abs() < 1e-9, "{lo}");
        // His corner would be nearer, but is behind the ego.
        assert!(at(0.0, 3.0, yaw)[2][1] - 50.0 < lo - 0.05);
    }
}
