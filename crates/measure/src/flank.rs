//! Who is beside the ego, and how much room is between the two.
//!
//! **Beside** the ego is whose body overlaps the ego's lengthwise, seen along the ego's heading, and whose heading is
//! within 30° of the ego's or of the opposite. Known heights that differ by more than 2 m set two apart.
//!
//! **Lateral gap** (m): across the ego's heading, from the ego's side (the box without mirrors, unless its sheet makes the
//! box wider) to the nearest corner of the other; 0 if they overlap across too. At the ego's samples; what is between two
//! of them is not seen. **Speeds toward each other** (m/s): the part of each one's speed across the ego's lane, or, off
//! the lanes, across the ego's heading.
//!
//! **Uncertainty** of the gap: position accuracy of both, half of each width's, the yaw's of both × half the length, time
//! accuracy between their clocks × the lateral speed, and what was not seen between the other's samples.

use lukao_model::ActorIx;
use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_track::Side;

use crate::lead::{compare, gap_u};
use crate::near::Other;
use crate::value::Value;
use crate::{Measures, body};

/// Farther apart sideways is not beside, m.
pub const REACH_M: f64 = 10.0;

/// Greatest angle between the two headings, or one and the opposite of the other, rad.
const PARALLEL_RAD: f64 = std::f64::consts::FRAC_PI_6;

/// Heights that differ by more are two levels, m.
const LEVEL_M: f64 = 2.0;

/// Somebody beside the ego.
#[derive(Clone, Debug, PartialEq)]
pub struct Flank {
    /// Who.
    pub actor: ActorIx,
    /// On which side of the ego.
    pub side: Side,
    /// Whether he faces the other way.
    pub opposite: bool,
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
    let of = |k| m.close().at(m, k).filter_map(|other| flank(m, k, &other)).collect();
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
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let own = body::corners_m(&other.pose, &run.size).map(|c| {
        let (x, y) = (c[0] - s.pose.x_m, c[1] - s.pose.y_m);
        [x * cos + y * sin, y * cos - x * sin]
    });
    let (lo, hi) = own.iter().fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(lo, hi), p| {
        ([lo[0].min(p[0]), lo[1].min(p[1])], [hi[0].max(p[0]), hi[1].max(p[1])])
    });
    let (half_length, half_width) = (0.5 * ego.size.length_m, 0.5 * ego.size.width_m);
    if lo[0] >= half_length || hi[0] <= -half_length {
        return None;
    }
    let left = lo[1] + hi[1] > 0.0;
    let gap = if left { lo[1] } else { -hi[1] } - half_width;
    if gap > REACH_M {
        return None;
    }
    let speed = |r: usize| m.motion(r).speed_at(drive.times(&drive.runs()[r]), s.t_ns);
    let (ego_mps, other_mps) = (m.ego_speed_mps(k), speed(other.run));
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
    Some(Flank { actor, side, opposite, gap_m, ego_mps, other_mps, ego_toward_mps, other_toward_mps })
}
