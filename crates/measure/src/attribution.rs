//! Whether the ego caused a contact. Not a determination of liability.
//!
//! Decided from the log alone, in this order; the first line that fits gives the answer:
//!
//! | what is seen | caused by |
//! |---|---|
//! | the data begins with the contact | undecided |
//! | the speed of either before the contact is not known | undecided |
//! | the ego stood for at least 1 s, the other came | other |
//! | both stood | undecided |
//! | the ego moved backward into it with its rear | ego |
//! | the other ran into the ego's rear while the ego went forward: it kept its lane for 3 s and braked at most 4 m/s² in the last 2 s | other |
//! | the same, but the ego changed lanes, braked harder, or its lane is not known | undecided |
//! | the ego ran with its front into one who stood for at least 1 s | ego |
//! | the ego ran with its front into the rear of one who was ahead in its lane for at least 3 s | ego |
//! | flank to flank, or flank to corner, both going the same way: one moved at least 0.5 m sideways in its lane's frame in the last 2 s, the other at most 0.2 m | the one who moved |
//! | anything else: crossing, oncoming, one who had just cut in and was run into | undecided |

use lukao_contact::{ContactInterval, Face};
use lukao_model::drive::Pose;
use lukao_model::outcome::{Attribution, Causation};
use lukao_model::time::{MS, S};
use lukao_model::{ActorIx, Run, math};

use crate::motion::STANDING_MPS;
use crate::{Ahead, Mean, Measures, Who};

/// How long one must have stood to count as standing, ns.
const STOOD_NS: i64 = S;
/// How long a lane must have been kept, ns.
const KEPT_NS: i64 = 3 * S;
/// How far back braking counts, ns.
const BRAKED_NS: i64 = 2 * S;
/// Braking harder than this is hard, m/s².
const HARD_MPS2: f64 = 4.0;

/// How far back moving sideways counts, ns.
const SIDEWAYS_NS: i64 = 2 * S;
/// Who moved at least this far sideways has moved, metres.
const MOVED_M: f64 = 0.5;
/// Who moved at most this far sideways has held his course, metres.
const HELD_M: f64 = 0.2;

/// Directions this near go the same way: cosine of about 30°.
const COS_ALONG: f64 = 0.87;

fn answer(caused_by: Causation, why: impl Into<String>) -> Attribution {
    Attribution { caused_by, why: why.into() }
}

/// Who caused a contact that begins in the block of the measures.
#[must_use]
pub fn attribute(m: &Measures<'_>, c: &ContactInterval) -> Attribution {
    use Causation::{Ego, Other, Undecided};
    let t = c.from_ns;
    if !c.begin_seen {
        return answer(Undecided, "the data begins with the contact");
    }
    let Some(ego) = m.ego_actor() else { return answer(Undecided, "there is no ego") };
    if c.ego_body != ego {
        return answer(Undecided, "a trailer of the ego was touched");
    }
    let speeds = |actor| fastest(m, actor, t - STOOD_NS, t).zip(speed_before(m, actor, t));
    let (Some((ego_most, ego_now)), Some((other_most, _))) = (speeds(ego), speeds(c.actor)) else {
        return answer(Undecided, "the speed of one of the two before the contact is not known");
    };
    let (ego_stood, other_stood) = (ego_most < STANDING_MPS, other_most < STANDING_MPS);
    if ego_stood && other_stood {
        return answer(Undecided, "both stood");
    }
    if ego_stood {
        return answer(Other, "the ego had been standing for at least 1 s");
    }
    let (mine, theirs) = (c.meeting.ego.face, c.meeting.actor.face);
    if mine == Face::Rear && ego_now < 0.0 {
        return answer(Ego, "the ego moved backward into it");
    }
    if mine == Face::Rear && ego_now > 0.0 {
        return rear_end(m, t);
    }
    if mine == Face::Front && ego_now > 0.0 && other_stood {
        return answer(Ego, "the ego ran into one who had been standing for at least 1 s");
    }
    if mine == Face::Front && ego_now > 0.0 && theirs == Face::Rear {
        return match was_ahead(m, c.actor, t) {
            Some(true) => {
                answer(Ego, "the ego ran into the rear of one who had been ahead in its lane for 3 s")
            }
            Some(false) => answer(Undecided, "the one ahead had been in the ego's lane for less than 3 s"),
            None => answer(Undecided, "who was ahead in the ego's lane before is not known"),
        };
    }
    if flank(mine) || flank(theirs) {
        match sideways(m, c.actor, t) {
            Some((ego, other)) if ego >= MOVED_M && other <= HELD_M => {
                return answer(
                    Ego,
                    format!("the ego moved {ego:.1} m sideways into one who kept his course"),
                );
            }
            Some((ego, other)) if other >= MOVED_M && ego <= HELD_M => {
                return answer(
                    Other,
                    format!("the other moved {other:.1} m sideways while the ego kept its course"),
                );
            }
            _ => {}
        }
    }
    answer(Undecided, format!("the ego's {} met the other's {} in motion", mine.name(), theirs.name()))
}

fn rear_end(m: &Measures<'_>, t: i64) -> Attribution {
    use Causation::{Other, Undecided};
    match kept_lane(m, t) {
        Some(true) => {}
        Some(false) => {
            return answer(Undecided, "hit from behind, but the ego changed lanes in the 3 s before");
        }
        None => return answer(Undecided, "hit from behind, but whether the ego kept its lane is not known"),
    }
    match hardest_braking(m, t) {
        None => answer(Undecided, "hit from behind, but how hard the ego braked is not known"),
        Some(a) if a > HARD_MPS2 => {
            answer(Undecided, format!("hit from behind, but the ego braked at {a:.1} m/s²"))
        }
        Some(_) => answer(Other, "hit from behind while in lane and not braking hard"),
    }
}

fn flank(face: Face) -> bool {
    matches!(face, Face::Left | Face::Right)
}

/// How far the ego and another moved sideways in the 2 s before a time, metres, seen from the lane in which the
/// ego is then. `None` if that is not known, or the two do not go the same way along it.
fn sideways(m: &Measures<'_>, actor: ActorIx, t: i64) -> Option<(f64, f64)> {
    let (places, track) = (m.places()?, m.track()?);
    let k = m.ego().samples().partition_point(|s| s.t_ns < t).checked_sub(1)?;
    let lane = places.at(k)?.hit.lane;
    let moved = |actor: ActorIx| {
        let (_, run) = run_at(m, actor, t - SIDEWAYS_NS)?;
        let (before, now) = (m.window().pose_at(run, t - SIDEWAYS_NS)?, m.window().pose_at(run, t)?);
        let at = |p: &Pose| track.locate(lane, [p.x_m, p.y_m]);
        let (from, to) = (at(&before), at(&now));
        // With the lane or against it: a lane of the other direction may be the one that was moved into.
        let along = math::cos(now.yaw_rad - to.heading_rad).abs() > COS_ALONG;
        along.then_some(((to.lateral_m - from.lateral_m).abs(), now.yaw_rad))
    };
    let ((ego, a), (other, b)) = (moved(m.ego_actor()?)?, moved(actor)?);
    (math::cos(a - b) > COS_ALONG).then_some((ego, other))
}

fn run_at<'m>(m: &Measures<'m>, actor: ActorIx, t: i64) -> Option<(usize, &'m Run)> {
    let drive = m.window();
    let covers = |r: &Run| {
        let times = drive.times(r);
        times.first().is_some_and(|a| *a <= t) && times.last().is_some_and(|b| *b >= t)
    };
    drive
        .runs()
        .iter()
        .enumerate()
        .find(|(_, r)| r.actor == actor && m.admit().admits_pose(r.origin) && covers(r))
}

/// Greatest speed of an actor in `[from, to)`, all of which one run must cover, up to a sample.
fn fastest(m: &Measures<'_>, actor: ActorIx, from: i64, to: i64) -> Option<f64> {
    let (ix, run) = run_at(m, actor, from)?;
    let times = m.window().times(run);
    let lo = times.partition_point(|t| *t <= from).saturating_sub(1);
    // The speed of the sample before the contact: a later one may hold what the contact did.
    let hi = times.partition_point(|t| *t < to);
    let mut most: f64 = 0.0;
    for i in lo..hi {
        most = most.max(m.motion(ix).speed_mps(i)?.value.abs());
    }
    (hi > lo).then_some(most)
}

/// Speed of an actor at its last sample before a time.
fn speed_before(m: &Measures<'_>, actor: ActorIx, t: i64) -> Option<f64> {
    let (ix, run) = run_at(m, actor, t)?;
    let i = m.window().times(run).partition_point(|x| *x < t).checked_sub(1)?;
    Some(m.motion(ix).speed_mps(i)?.value)
}

/// Whether the ego was in one lane, or went from lane to the one that follows, for 3 s before a time.
fn kept_lane(m: &Measures<'_>, t: i64) -> Option<bool> {
    let (places, track) = (m.places()?, m.track()?);
    let last = m.ego().samples().partition_point(|s| s.t_ns < t).checked_sub(1)?;
    let mut lane = places.at(last)?.hit.lane;
    for k in (0..last).rev() {
        let s = &m.ego().samples()[k];
        if !s.goes_on {
            return None;
        }
        let before = places.at(k)?.hit.lane;
        if before != lane && !track.successors(before).contains(&lane) {
            return Some(false);
        }
        lane = before;
        if s.t_ns <= t - KEPT_NS {
            return Some(true);
        }
    }
    None
}

/// Hardest braking of the ego over 0.5 s in the 2 s before a time, m/s².
fn hardest_braking(m: &Measures<'_>, t: i64) -> Option<f64> {
    let half = 250 * MS;
    let mut hardest: Option<f64> = None;
    let mut at = t - BRAKED_NS;
    // Windows end at the contact, so that what the contact did to the ego is not taken for its braking.
    while at <= t - half {
        let a = m.ego_mean_at(Mean::AccelLon, at, half)?;
        hardest = Some(hardest.unwrap_or(0.0).max(-a.value));
        at += 50 * MS;
    }
    hardest
}

/// Whether an actor was the one ahead of the ego for 3 s before a time.
fn was_ahead(m: &Measures<'_>, actor: ActorIx, t: i64) -> Option<bool> {
    let samples = m.ego().samples();
    let last = samples.partition_point(|s| s.t_ns < t).checked_sub(1)?;
    for k in (0..=last).rev() {
        if k < last && !samples[k].goes_on {
            break;
        }
        match m.ahead_at(k, Who::Anyone)? {
            Ahead::Lead(lead) if lead.actor == actor && samples[k].t_ns <= t - KEPT_NS => return Some(true),
            Ahead::Lead(lead) if lead.actor == actor => {}
            Ahead::Unknown(..) => return None,
            // At the moment of contact the two may overlap so that nobody is "ahead" any more.
            _ if t - samples[k].t_ns < 300 * MS => {}
            _ => return Some(false),
        }
    }
    None
}
