//! People on foot, and if asked cyclists, on or about to enter a crossing when the ego's front enters it; and people on foot who
//! cross elsewhere, when its front comes level with them.
//!
//! **On it**: the middle of the footprint is in the crossing's outline. **About to enter**: it is within a given distance
//! outside and, at the mean velocity of the last second, will be in it within 2 s. **Side gap** (m): from the ego's side,
//! prolonged straight ahead and behind, to the person's, across the ego's heading; 0 if he is before or behind the ego.
//! **Leaving**: he is beside the ego's strip and the gap has grown by more than 0.3 m in the last second.
//!
//! **Level**: the front bumper goes past the middle of his footprint, lengthwise, between two samples of the ego. **Crosses**: in
//! the last second he went farther across the ego's heading than along it, and at least 0.3 m. **Crossed**: at a whole second of
//! the 20 s before he was beyond the ego's other side, seen from where it is now.
//!
//! **Uncertainty** of the gap: position accuracy of both, half of both widths', and the time accuracy between the clocks ×
//! the person's speed over the last second. **Cannot tell** whether one who was first seen less than a second before is
//! leaving: he is not.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, Run, math};
use lukao_track::outline_distance;

use crate::value::Value;
use crate::zone::{self, Entering};
use crate::{EgoSample, LOOK_BACK_NS, Measures, flank, near, overlap, sync};

/// Growth of the gap in a second from which on somebody leaves, metres.
const LEAVES_M: f64 = 0.3;

/// How far ahead a person's walk is prolonged, s.
const AHEAD_S: f64 = 2.0;

/// Somebody on or about to enter a crossing.
#[derive(Clone, Debug, PartialEq)]
pub struct OnFoot {
    /// Who.
    pub actor: ActorIx,
    /// On the crossing; otherwise about to enter it.
    pub on: bool,
    /// Going away from the ego's strip.
    pub leaving: bool,
    /// Side gap, or what is missing for it to be compared, and why.
    pub gap_m: Result<Value, (&'static str, String)>,
}

/// Whether an actor of that class is meant.
fn meant(class: ActorClass, cyclists: bool) -> bool {
    matches!(class, ActorClass::Pedestrian | ActorClass::PersonalMobility)
        || (cyclists && class == ActorClass::Bicycle)
}

/// Who is on a crossing, or within `about_m` of it and about to enter, when the ego enters it.
#[must_use]
pub fn people(
    m: &Measures<'_>,
    at: &Entering,
    outline_m: &[[f64; 3]],
    about_m: f64,
    cyclists: bool,
) -> Vec<OnFoot> {
    let drive = m.window();
    let Some(ego) = m.ego().pose_at(at.t_ns) else { return Vec::new() };
    let on_foot = |run: &Run| meant(drive.actor(run.actor).class, cyclists);
    let mut out = Vec::new();
    for other in near::at_sample_of(m, at.k, near::REACH_M, on_foot) {
        let run = &drive.runs()[other.run];
        let now = drive.pose_at(run, at.t_ns).unwrap_or(other.pose);
        let before = drive.pose_at(run, at.t_ns - S);
        let away = outline_distance(outline_m, [now.x_m, now.y_m]);
        let soon = before.is_some_and(|b| {
            let p = [now.x_m + (now.x_m - b.x_m) * AHEAD_S, now.y_m + (now.y_m - b.y_m) * AHEAD_S];
            outline_distance(outline_m, p) == 0.0
        });
        if away > 0.0 && (away > about_m || !soon) {
            continue;
        }
        let (leaving, gap_m) = side_gap(m, at.k, &ego, &other, &now, before.as_ref());
        out.push(OnFoot { actor: run.actor, on: away == 0.0, leaving, gap_m });
    }
    out
}

/// How far to the left of the ego's axis somebody is, metres.
fn left_m(ego: &Pose, p: &Pose) -> f64 {
    let (sin, cos) = math::sin_cos(ego.yaw_rad);
    (p.y_m - ego.y_m) * cos - (p.x_m - ego.x_m) * sin
}

/// Whether somebody leaves, and the gap from the ego's side to him, or what is missing for it and why.
fn side_gap(
    m: &Measures<'_>,
    k: usize,
    ego: &Pose,
    other: &near::Other,
    now: &Pose,
    before: Option<&Pose>,
) -> (bool, Result<Value, (&'static str, String)>) {
    let drive = m.window();
    let s = m.ego().samples()[k];
    let (ego_run, run) = (&drive.runs()[s.run], &drive.runs()[other.run]);
    let half = 0.5 * (ego_run.size.width_m + run.size.width_m);
    let gap = |p: &Pose| left_m(ego, p).abs() - half;
    let leaving = gap(now) > 0.0 && before.is_some_and(|b| gap(now) - gap(b) > LEAVES_M);
    let gap_m = overlap::unusable(m, ego_run.clock, run).map_or_else(
        || {
            let known = Uncertainty::from_option;
            let walked = before.map_or(0.0, |b| math::hypot(now.x_m - b.x_m, now.y_m - b.y_m));
            let u = known(ego_run.accuracy.position_m.at(s.i))
                .rss(known(run.accuracy.position_m.at(other.i)))
                .rss(known(ego_run.size.accuracy_m).times(0.5))
                .rss(known(run.size.accuracy_m).times(0.5))
                .rss(sync::between(drive, ego_run.clock, run.clock).costs(walked));
            Ok(Value { value: gap(now).max(0.0), u })
        },
        Err,
    );
    (leaving, gap_m)
}

/// Somebody on foot who crosses or has crossed the ego's way away from any crossing.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// Who.
    pub actor: ActorIx,
    /// When the ego's front came level with him, ns.
    pub t_ns: i64,
    /// He crosses then, and has not been let go.
    pub crosses: bool,
    /// Side gap, or what is missing for it to be compared, and why.
    pub gap_m: Result<Value, (&'static str, String)>,
}

/// Those with whom the ego's front comes level in the step from sample `k`, moving forward.
#[must_use]
pub fn met(m: &Measures<'_>, k: usize) -> Vec<Met> {
    let s = m.ego().samples()[k];
    if !s.goes_on {
        return Vec::new();
    }
    let next = m.ego().samples()[k + 1];
    let on_foot = |o: &near::Other| meant(m.window().actor(m.window().runs()[o.run].actor).class, false);
    let [from, to] = [&s, &next].map(|s| Facing::new(s.pose));
    let half_m = 0.5 * m.window().runs()[s.run].size.length_m;
    // As its front moves, so that what rounding makes of a stand is none.
    if (from.along_m(&to.pose) - half_m) + half_m <= 0.0 {
        return Vec::new();
    }
    let step = [(&s, &from), (&next, &to)];
    m.level().at(m, k).filter(on_foot).filter_map(|other| meets(m, k, step, &other)).collect()
}

/// A pose, and sine and cosine of its heading.
struct Facing {
    pose: Pose,
    sin_cos: (f64, f64),
}

impl Facing {
    fn new(pose: Pose) -> Self {
        Self { pose, sin_cos: math::sin_cos(pose.yaw_rad) }
    }

    /// How far ahead of it somebody's middle is, m.
    fn along_m(&self, p: &Pose) -> f64 {
        let (sin, cos) = self.sin_cos;
        (p.x_m - self.pose.x_m) * cos + (p.y_m - self.pose.y_m) * sin
    }
}

fn meets(
    m: &Measures<'_>,
    k: usize,
    [(s, from), (next, to)]: [(&EgoSample, &Facing); 2],
    other: &near::Other,
) -> Option<Met> {
    let drive = m.window();
    let run = &drive.runs()[other.run];
    let half_m = 0.5 * drive.runs()[s.run].size.length_m;
    let a = from.along_m(&other.pose) - half_m;
    if a <= 0.0 {
        return None;
    }
    let b = to.along_m(&drive.pose_at(run, next.t_ns)?) - half_m;
    if b > 0.0 {
        return None;
    }
    let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * (a / (a - b))) as i64;
    let (ego, now) = (m.ego().pose_at(t_ns)?, drive.pose_at(run, t_ns)?);
    let on = |outline_m: &[[f64; 3]]| zone::holds(outline_m, [now.x_m, now.y_m]);
    if m.track().is_some_and(|t| t.crossings().any(|(_, c)| on(&c.outline_m))) {
        return None;
    }
    let before = drive.pose_at(run, t_ns - S);
    let (leaving, gap_m) = side_gap(m, k, &ego, other, &now, before.as_ref());
    let near = gap_m.as_ref().map_or(true, |g| g.value <= flank::REACH_M);
    let crosses = near
        && before.is_some_and(|b| {
            let across = left_m(&ego, &now) - left_m(&ego, &b);
            let facing = Facing::new(ego);
            // From the front, as above.
            let along = (facing.along_m(&now) - half_m) - (facing.along_m(&b) - half_m);
            across.abs() >= LEAVES_M && across.abs() > along.abs()
        });
    let half = 0.5 * (drive.runs()[s.run].size.width_m + run.size.width_m);
    let side = left_m(&ego, &now).signum();
    let beyond = |p: Pose| left_m(&ego, &p) * side < -half;
    let crossed = (1..=LOOK_BACK_NS / S).any(|n| drive.pose_at(run, t_ns - n * S).is_some_and(beyond));
    (crosses || crossed).then_some(Met { actor: run.actor, t_ns, crosses: crosses && !leaving, gap_m })
}

/// Whether anybody on foot was on a crossing within 60 m of the ego at a whole second of the 20 s before it entered.
#[must_use]
pub fn waited_for(m: &Measures<'_>, at: &Entering, outline_m: &[[f64; 3]], cyclists: bool) -> bool {
    const NEAR_M: f64 = 60.0;
    let drive = m.window();
    let runs = near::others(m, at.t_ns - LOOK_BACK_NS, at.t_ns);
    let runs: Vec<usize> =
        runs.into_iter().filter(|r| meant(drive.actor(drive.runs()[*r].actor).class, cyclists)).collect();
    (0..=LOOK_BACK_NS / S).any(|back| {
        let t = at.t_ns - back * S;
        let ego = m.ego().pose_at(t);
        let near = ego.is_some_and(|p| outline_distance(outline_m, [p.x_m, p.y_m]) <= NEAR_M);
        near && runs.iter().any(|r| {
            let p = drive.pose_at(&drive.runs()[*r], t);
            p.is_some_and(|p| outline_distance(outline_m, [p.x_m, p.y_m]) == 0.0)
        })
    })
}
