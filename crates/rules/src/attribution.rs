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
//! | anything else: crossing, side by side, one who had just cut in | undecided |

use lukao_contact::{ContactInterval, Face};
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Ahead, Mean, Measures, Who};
use lukao_model::outcome::{Attribution, Causation};
use lukao_model::time::{MS, S};
use lukao_model::{ActorIx, Run};

/// How long one must have stood to count as standing, ns.
const STOOD_NS: i64 = S;
/// How long a lane must have been kept, ns.
const KEPT_NS: i64 = 3 * S;
/// How far back braking counts, ns.
const BRAKED_NS: i64 = 2 * S;
/// Braking harder than this is hard, m/s².
const HARD_MPS2: f64 = 4.0;

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

fn run_at<'m>(m: &Measures<'m>, actor: ActorIx, t: i64) -> Option<(usize, &'m Run)> {
    let drive = m.window();
    let covers = |r: &Run| {
        let times = drive.times(r);
        times.first().is_some_and(|a| *a <= t) && times.last().is_some_and(|b| *b >= t)
    };
    drive.runs().iter().enumerate().find(|(_, r)| r.actor == actor && m.admit().admits(r.origin) && covers(r))
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
