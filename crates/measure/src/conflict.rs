//! Encounters at junctions: who was in the place where two ways overlap first, and by how much.
//!
//! **Conflict zone**: where swaths of 2 m along the middle of the lanes of two paths through a junction overlap in
//! plan, told to 0.5 m. **In the zone**: from the moment at which the front of the footprint, along
//! the middle of its way, reaches the zone's begin until its rear has passed the zone's end. Between samples the place
//! along the way is linear.
//!
//! **Post-encroachment time** (s): the second one's entering less the first one's leaving; negative if both were in it.
//!
//! **Gap left** (s) by the ego when it goes first: the least of the post-encroachment time and of the times by which
//! the other, at the speed that it had, would have come after the ego left. The speeds are those when the ego's front
//! reached the zone and, where that was at most 3 s before, when it entered the junction: who brakes for the ego is
//! not counted as far away. One who stands is not coming.
//!
//! **Crossing time to collision** (s): at constant speeds the time until both are in the zone; `None` if one has left
//! it before the other comes.
//!
//! **Who**: actors within 100 m of the ego's front while it is in the junction; their ways as for the ego (see
//! [`Places::ways_through`]) from 10 s before to 14 s after. **Cannot tell** the way of one who is first seen inside
//! the junction. **Uncertainty** of times: places of both along their ways ÷ their speeds, and the time accuracy
//! between the clocks; of predictions also that of the speed. One unknown part makes the whole unknown.

use lukao_contact::RunBoxes;
use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{S, from_s, to_s};
use lukao_model::{ActorIx, Drive, Interval, math};
use lukao_track::{Conflict, LaneHit, LaneIx, PathIx, Track, Way};

use crate::junction::Entry;
use crate::motion::STANDING_MPS;
use crate::place::{self, Cells, Places};
use crate::sync;
use crate::value::Value;
use crate::{Ego, LOOK_AHEAD_NS, Measures, overlap};

/// How far off somebody can matter, metres.
const REACH_M: f64 = 100.0;
/// How long before the ego's entry the other is followed, ns.
const BEFORE_NS: i64 = 10 * S;
/// How long after the ego's leaving, ns.
const AFTER_NS: i64 = 14 * S;
/// How long before it reaches the zone the ego's entry counts as the same manoeuvre, ns.
const SAME_NS: i64 = 3 * S;
/// More than rounding costs, metres.
const ROUNDING_M: f64 = 1e-6;
/// Farther from the middle of its way than this an actor is not on it, metres.
const OFF_WAY_M: f64 = 4.0;

/// The ego and another at a place where their ways overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Encounter {
    /// Who.
    pub actor: ActorIx,
    /// Way of the ego.
    pub mine: PathIx,
    /// Way of the other.
    pub theirs: PathIx,
    /// The ego's front reaches the zone, its rear leaves it.
    pub ego_ns: [i64; 2],
    /// The same of the other, as far as it was seen.
    pub other_ns: [Option<i64>; 2],
    /// The ego was first.
    pub ego_first: bool,
    /// Post-encroachment time, if both were in the zone.
    pub pet_s: Option<Value>,
    /// Gap that the ego left, if it was first and the other was coming.
    pub gap_s: Option<Value>,
    /// Time to collision when the ego entered the junction, if both were on the way to it.
    pub ttc_s: Option<f64>,
}

/// What one entry into a junction led to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encounters {
    /// With whom, by actor and ways; several for one actor if a way is not certain.
    pub with: Vec<Encounter>,
    /// What is missing of somebody who was there, and why.
    pub unknown: Vec<(String, String)>,
}

/// An actor along a way: when, and where front and rear were.
struct Trace {
    at: Vec<(i64, f64, f64, usize)>,
    goes_on: Vec<bool>,
}

impl Trace {
    /// Within some time, but no farther than until its rear has left the junction and a moment is over: what comes then is not asked
    /// for.
    fn new(drive: &Drive, track: &Track, ego: &Ego, way: &Way, (when, until_ns): (Interval, i64)) -> Self {
        let (mut at, mut goes_on, mut out) = (Vec::new(), Vec::new(), false);
        let lo = ego.samples().partition_point(|s| s.t_ns < when.from_ns);
        for (k, s) in ego.samples().iter().enumerate().skip(lo).take_while(|(_, s)| s.t_ns <= when.to_ns) {
            let Some((along, _)) = way.place_within(track, [s.pose.x_m, s.pose.y_m], OFF_WAY_M) else {
                if let Some(last) = goes_on.last_mut() {
                    *last = false;
                }
                continue;
            };
            let half = 0.5 * drive.runs()[s.run].size.length_m;
            at.push((s.t_ns, along + half, along - half, k));
            goes_on.push(s.goes_on);
            out |= along - half > way.inside_m + ROUNDING_M;
            if out && s.t_ns > until_ns {
                break;
            }
        }
        Self { at, goes_on }
    }

    /// When a part of the footprint (front or rear) comes to a place; the first time if it is seen beyond only.
    fn reaches(&self, place_m: f64, part: impl Fn(&(i64, f64, f64, usize)) -> f64) -> Option<i64> {
        let j = self.at.iter().position(|x| part(x) >= place_m)?;
        let (now, before) = (&self.at[j], j.checked_sub(1).filter(|i| self.goes_on[*i]));
        let Some(b) = before.map(|i| &self.at[i]) else { return Some(now.0) };
        let f = (place_m - part(b)) / (part(now) - part(b));
        Some(b.0 + ((now.0 - b.0) as f64 * f).ceil() as i64)
    }

    /// Front at a time, with the sample before.
    fn front_at(&self, t_ns: i64) -> Option<(f64, usize)> {
        let i = self.at.partition_point(|x| x.0 <= t_ns).checked_sub(1)?;
        let a = &self.at[i];
        let front = match self.at.get(i + 1).filter(|_| self.goes_on[i]) {
            Some(b) => a.1 + (b.1 - a.1) * ((t_ns - a.0) as f64 / (b.0 - a.0) as f64),
            None if a.0 == t_ns => a.1,
            None => return None,
        };
        Some((front, a.3))
    }
}

/// When front and rear of a box of a length at constant speed reach and leave a zone, s from now.
fn times_in(front_m: f64, length_m: f64, mps: f64, zone_m: [f64; 2]) -> [f64; 2] {
    [(zone_m[0] - front_m) / mps, (zone_m[1] - front_m + length_m) / mps]
}

/// Time until both are in a conflict zone at constant speeds, s. Each as distance of the front from the zone's begin,
/// way from there until its rear has left the zone, and speed.
///
/// ```
/// // 20 m at 10 m/s and 15 m at 10 m/s, each 8 m to clear it: the first is in it from 2.0 s, the second to 2.3 s.
/// assert_eq!(lukao_measure::conflict::crossing_ttc_s([20.0, 8.0, 10.0], [15.0, 8.0, 10.0]), Some(2.0));
/// assert_eq!(lukao_measure::conflict::crossing_ttc_s([20.0, 8.0, 10.0], [5.0, 8.0, 10.0]), None);
/// ```
#[must_use]
pub fn crossing_ttc_s(a: [f64; 3], b: [f64; 3]) -> Option<f64> {
    if a[2] < STANDING_MPS || b[2] < STANDING_MPS {
        return None;
    }
    let of = |x: [f64; 3]| times_in(-x[0], x[1], x[2], [0.0, 0.0]);
    let (a, b) = (of(a), of(b));
    let (begin, end) = (a[0].max(b[0]), a[1].min(b[1]));
    (begin <= end && begin >= 0.0).then_some(begin)
}

/// Who the ego met after an entry.
pub(crate) fn encounters(m: &Measures<'_>, track: &Track, entry: &Entry) -> Encounters {
    let (drive, ego) = (m.window(), m.ego());
    let mut out = Encounters::default();
    let ahead = Interval::new(entry.t_ns - BEFORE_NS, entry.t_ns + LOOK_AHEAD_NS - AFTER_NS - S);
    let mine: Vec<(PathIx, Way, Trace)> = (entry.ways.iter())
        .map(|ix| {
            let way = track.way_of(*ix);
            let trace = Trace::new(drive, track, ego, &way, (ahead, entry.t_ns));
            (*ix, way, trace)
        })
        .collect();
    // Until the rear is out of the junction on the way that takes longest.
    let out_of = |(_, way, trace): &(PathIx, Way, Trace)| {
        trace.reaches(way.inside_m, |x| x.2).or(trace.at.last().map(|x| x.0))
    };
    let Some(left_ns) = mine.iter().filter_map(out_of).max() else { return out };
    let ego_run = &drive.runs()[ego.samples()[entry.k].run];
    let junction = &track.path(entry.ways[0]).junction;
    for actor in near(m, Interval::new(entry.t_ns, left_ns.max(entry.t_ns))) {
        let when = Interval::new(entry.t_ns - BEFORE_NS, left_ns + AFTER_NS);
        let from = match comes_by(drive, track, actor, when, junction) {
            Comes::By(from) => from,
            Comes::Elsewhere => continue,
            Comes::FirstSeenInside => {
                let why = format!("{} is first seen inside the junction", drive.actor(actor).id);
                out.unknown.push(("way through the junction".to_owned(), why));
                continue;
            }
        };
        // Who can take no way that meets one of the ego's needs no closer look.
        let meets = |theirs| entry.ways.iter().any(|mine| track.conflict(*mine, theirs).is_some());
        if !track.paths_from(from.lane).any(|(ix, _)| meets(ix)) {
            continue;
        }
        let trail = Ego::over(drive, actor, when);
        let cells = Cells::new(trail.samples().len());
        let places = Places { track, ego: &trail, cells: &cells };
        let Some(k) = trail.at_or_before(from.t_ns) else { continue };
        let mut theirs = places.ways_once(k, from.lane);
        theirs.retain(|w| track.path(*w).junction == *junction);
        let unusable =
            trail.samples().first().and_then(|s| overlap::unusable(m, ego_run.clock, &drive.runs()[s.run]));
        for other in theirs {
            let way = track.way_of(other);
            let trace = Trace::new(drive, track, &trail, &way, (when, left_ns.max(entry.t_ns)));
            for (ix, _, own) in &mine {
                let Some(zone) = track.conflict(*ix, other) else { continue };
                if let Some((what, why)) = &unusable {
                    out.unknown.push(((*what).to_owned(), why.clone()));
                    continue;
                }
                out.with.extend(meet(m, track, entry, (*ix, own), (actor, other, &trail, &trace), zone));
            }
        }
    }
    out.unknown.dedup();
    out
}

/// Others that come within reach of the ego's front, by actor.
fn near(m: &Measures<'_>, when: Interval) -> Vec<ActorIx> {
    let drive = m.window();
    let seconds = (when.from_ns..=when.to_ns).step_by(S as usize);
    let ego: Vec<(i64, Pose)> = seconds.filter_map(|t| Some((t, m.ego().pose_at(t)?))).collect();
    let mut out = Vec::new();
    for r in crate::near::others(m, when.from_ns, when.to_ns) {
        let run = &drive.runs()[r];
        if !crate::Who::Vehicles.includes(drive.actor(run.actor).class) {
            continue;
        }
        let close = |(t, a): &(i64, Pose)| {
            let b = drive.pose_at(run, *t);
            b.is_some_and(|b| math::hypot(a.x_m - b.x_m, a.y_m - b.y_m) <= REACH_M)
        };
        if ego.iter().any(close) {
            out.push(run.actor);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// How an actor comes to a junction.
enum Comes {
    By(Approach),
    Elsewhere,
    FirstSeenInside,
}

/// The lane that leads into the junction, and when the actor was first seen in it.
struct Approach {
    lane: LaneIx,
    t_ns: i64,
}

fn comes_by(drive: &Drive, track: &Track, actor: ActorIx, when: Interval, junction: &str) -> Comes {
    let leads = |lane: LaneIx| track.paths_from(lane).any(|(_, p)| p.junction == junction);
    let inside = |h: &LaneHit| track.road(track.lane(h.lane).road).junction.as_deref() == Some(junction);
    // Who is in none of these neither comes by one nor is inside.
    let about = track.lanes_about(junction);
    let Some((lo_m, hi_m)) = track.bounds_about(junction) else { return Comes::Elsewhere };
    let may_be_in = |p: [f64; 2]| (0..2).all(|d| lo_m[d] <= p[d] && p[d] <= hi_m[d]);
    let is_in =
        |p: [f64; 2], z_m| may_be_in(p) && track.any_lane_at(p, z_m, |l| about.binary_search(&l).is_ok());
    let is_far = |(min, max): ([f64; 2], [f64; 2])| (0..2).any(|d| max[d] < lo_m[d] || hi_m[d] < min[d]);
    for run in drive.runs_of(actor) {
        let times = drive.times(run);
        let lo = times.partition_point(|t| *t < when.from_ns);
        let hi = times.partition_point(|t| *t <= when.to_ns);
        let z_m = |i: usize| run.z_m.as_ref().and_then(|z| z.get(i));
        let (x, y, index) = (run.x_m.values(), run.y_m.values(), RunBoxes::of(drive, run));
        let mut next = lo;
        while next < hi {
            let i = next;
            next += 1;
            // Boxes of the run tell where he is far for long.
            if let Some(boxes) = index
                && is_far(boxes.around(i))
            {
                next = i + boxes.together(i);
                continue;
            }
            // Who stands is where he was.
            let pose = run.pose(i);
            let stood = i > lo && (pose, z_m(i)) == (run.pose(i - 1), z_m(i - 1));
            if stood {
                continue;
            }
            if !is_in([pose.x_m, pose.y_m], z_m(i)) {
                while next < hi && (x[next], y[next], z_m(next)) == (x[i], y[i], z_m(i)) {
                    next += 1;
                }
                continue;
            }
            let (hits, traffic) = place::hits(track, &pose, z_m(i));
            let hits = &hits[..traffic];
            if let Some(h) = place::outside(track, hits, pose.yaw_rad).filter(|h| leads(h.lane)) {
                return Comes::By(Approach { lane: h.lane, t_ns: times[i] });
            }
            if hits.iter().any(inside) {
                return Comes::FirstSeenInside;
            }
        }
    }
    Comes::Elsewhere
}

fn meet(
    m: &Measures<'_>,
    track: &Track,
    entry: &Entry,
    (mine, own): (PathIx, &Trace),
    (actor, theirs, trail, other): (ActorIx, PathIx, &Ego, &Trace),
    zone: Conflict,
) -> Option<Encounter> {
    let drive = m.window();
    let (front, rear) = (|x: &(i64, f64, f64, usize)| x.1, |x: &(i64, f64, f64, usize)| x.2);
    let ego_in = own.reaches(zone.a_m[0], front)?;
    let ego_out = own.reaches(zone.a_m[1], rear)?;
    let other_ns = [other.reaches(zone.b_m[0], front), other.reaches(zone.b_m[1], rear)];
    let ego_first = other_ns[0].is_none_or(|t| t > ego_in);
    let clocks = |trail_k: usize| {
        let a = drive.runs()[m.ego().samples()[entry.k].run].clock;
        sync::between(drive, a, drive.runs()[trail.samples()[trail_k].run].clock)
    };
    let speed_of = |k: usize| {
        let s = trail.samples()[k];
        m.motion(s.run).speed_mps(s.i)
    };
    // Of the difference of two times: places ÷ speeds, and the clocks.
    let u_ego = time_u(crate::gate::u_m(drive, track, m.ego(), entry.k), speed_near(m, ego_in));
    let u_of = |k: usize| {
        let u = time_u(crate::gate::u_m(drive, track, trail, k), speed_of(k).map(|v| v.value));
        u.rss(u_ego).plus(clocks(k).costs(1.0))
    };
    let k_other = other.at.first()?.3;
    let first_leaves = if ego_first { Some(ego_out) } else { other_ns[1] };
    let second_enters = if ego_first { other_ns[0] } else { Some(ego_in) };
    let pet_s = first_leaves
        .zip(second_enters)
        .map(|(a, b)| Value { value: to_s(b - a), u: u_of(other.front_at(b).map_or(k_other, |x| x.1)) });
    let predict = |t: i64| {
        let (place, k) = other.front_at(t)?;
        let v = speed_of(k)?;
        let left = zone.b_m[0] - place;
        if left < 0.0 || v.value < STANDING_MPS {
            return None;
        }
        let arrives = t + from_s(left / v.value)?;
        let u = u_of(k).rss(v.u.times(left / (v.value * v.value)));
        Some(Value { value: to_s(arrives - ego_out), u })
    };
    let mut gap_s = None;
    if ego_first {
        let early = (ego_in - entry.t_ns <= SAME_NS).then(|| predict(entry.t_ns)).flatten();
        let all = [pet_s, predict(ego_in), early];
        gap_s = all.into_iter().flatten().min_by(|a, b| a.value.total_cmp(&b.value));
    }
    let ttc_s = approach(own, entry.t_ns, zone.a_m, |_| entry.speed_mps.map(|v| v.value))
        .zip(approach(other, entry.t_ns, zone.b_m, |k| speed_of(k).map(|v| v.value)))
        .and_then(|(a, b)| crossing_ttc_s(a, b));
    Some(Encounter {
        actor,
        mine,
        theirs,
        ego_ns: [ego_in, ego_out],
        other_ns,
        ego_first,
        pet_s,
        gap_s,
        ttc_s,
    })
}

fn approach(
    trace: &Trace,
    t_ns: i64,
    zone: [f64; 2],
    speed: impl Fn(usize) -> Option<f64>,
) -> Option<[f64; 3]> {
    let (front, k) = trace.front_at(t_ns)?;
    let i = trace.at.partition_point(|x| x.0 <= t_ns).checked_sub(1)?;
    let length = trace.at[i].1 - trace.at[i].2;
    Some([zone[0] - front, zone[1] - zone[0] + length, speed(k)?])
}

fn time_u(place_m: Uncertainty, mps: Option<f64>) -> Uncertainty {
    match (place_m, mps) {
        (Uncertainty::Known(0.0), _) => Uncertainty::Known(0.0),
        (u, Some(v)) if v > 0.0 => u.times(1.0 / v),
        _ => Uncertainty::Unknown,
    }
}

fn speed_near(m: &Measures<'_>, t_ns: i64) -> Option<f64> {
    m.ego_speed_mps(m.ego().at_or_before(t_ns)?).map(|v| v.value)
}
