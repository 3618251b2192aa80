//! People on foot, and if asked cyclists, on or about to enter a crossing when the ego's front enters it.
//!
//! **On it**: the middle of the footprint is in the crossing's outline. **About to enter**: it is within a given distance
//! outside and, at the mean velocity of the last second, will be in it within 2 s. **Side gap** (m): from the ego's side,
//! prolonged straight ahead and behind, to the person's, across the ego's heading; 0 if he is before or behind the ego.
//! **Leaving**: he is beside the ego's strip and the gap has grown by more than 0.3 m in the last second.
//!
//! **Uncertainty** of the gap: position accuracy of both, half of both widths', and the time accuracy between the clocks ×
//! the person's speed over the last second. **Cannot tell** whether one who was first seen less than a second before is
//! leaving: he is not.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, math};
use lukao_track::outline_distance;

use crate::value::Value;
use crate::zone::Entering;
use crate::{LOOK_BACK_NS, Measures, near, overlap, sync};

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
    let s = m.ego().samples()[at.k];
    let ego_run = &drive.runs()[s.run];
    let Some(ego) = m.ego().pose_at(at.t_ns) else { return Vec::new() };
    let (sin, cos) = math::sin_cos(ego.yaw_rad);
    let across = |p: &Pose| (p.y_m - ego.y_m) * cos - (p.x_m - ego.x_m) * sin;
    let mut out = Vec::new();
    for other in near::at_sample(m, at.k) {
        let run = &drive.runs()[other.run];
        if !meant(drive.actor(run.actor).class, cyclists) {
            continue;
        }
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
        let half = 0.5 * (ego_run.size.width_m + run.size.width_m);
        let gap = |p: &Pose| across(p).abs() - half;
        let leaving = gap(&now) > 0.0 && before.is_some_and(|b| gap(&now) - gap(&b) > LEAVES_M);
        let gap_m = overlap::unusable(m, ego_run.clock, run).map_or_else(
            || {
                let known = Uncertainty::from_option;
                let walked = before.map_or(0.0, |b| math::hypot(now.x_m - b.x_m, now.y_m - b.y_m));
                let u = known(ego_run.accuracy.position_m.at(s.i))
                    .rss(known(run.accuracy.position_m.at(other.i)))
                    .rss(known(ego_run.size.accuracy_m).times(0.5))
                    .rss(known(run.size.accuracy_m).times(0.5))
                    .rss(sync::between(drive, ego_run.clock, run.clock).costs(walked));
                Ok(Value { value: gap(&now).max(0.0), u })
            },
            Err,
        );
        out.push(OnFoot { actor: run.actor, on: away == 0.0, leaving, gap_m });
    }
    out
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
