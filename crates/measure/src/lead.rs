//! The one ahead: who is next in the ego's lane along its way, how far, and how long until it is reached.
//!
//! **Corridor**: the ego's lane and the lanes that follow it, up to 200 m. Where the way forks, the lane that the
//! ego takes within the next 60 s; if that is not seen (it stops or changes lanes before) the corridor ends.
//!
//! **Lead**: of the actors whose centre, or the middle of whose end nearer to the ego, is in the corridor, and
//! whose centre is ahead of the ego's, the one with the smallest gap. Its pose at the ego's sample is linear
//! between its own samples.
//!
//! **Gap** (m): along the lanes' centres from the ego's foremost point to the actor's rearmost; 0 if they overlap
//! lengthwise. **Time headway** (s): gap ÷ ego's speed. **Time to collision** (s): gap ÷ difference of the speeds
//! along the lane, if the ego is faster; both without acceleration.
//!
//! **Uncertainty** of the gap: position accuracy of both, half of each length's, the time accuracy between their
//! clocks × the difference of speed, and, where the actor's pose is between its samples Δt apart, 10 m/s² · Δt²/8.
//! Time headway and time to collision follow by linear propagation with the accuracies of the speeds. One
//! unknown part makes the whole unknown.

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::to_s;
use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, Run};
use lukao_track::LaneIx;
use nalgebra::{SMatrix, SVector};

use crate::body;
use crate::motion::STANDING_MPS;
use crate::place::Places;
use crate::sync::{self, Synced};
use crate::value::Value;
use crate::{LOOK_AHEAD_NS, Measures};

/// How far ahead a lead is looked for, metres.
pub const HORIZON_M: f64 = 200.0;

/// Greatest acceleration that may go unseen between two samples, for the uncertainty of a pose between them.
const UNSEEN_MPS2: f64 = 10.0;

/// Who can be a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// What drives on the road: all but people on foot, animals and objects.
    Vehicles,
    /// Everybody and everything.
    Anyone,
}

impl Who {
    fn includes(self, class: ActorClass) -> bool {
        let afoot = matches!(class, ActorClass::Pedestrian | ActorClass::Animal | ActorClass::Object);
        self == Self::Anyone || !afoot
    }
}

/// The next one ahead in the ego's lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// Who.
    pub actor: ActorIx,
    /// Lane in which it is.
    pub lane: LaneIx,
    /// From front to rear along the lane, metres.
    pub gap_m: Value,
    /// Speed of the ego, m/s.
    pub ego_mps: Value,
    /// Speed of the lead along the ego's way, m/s; `None` if it cannot be told.
    pub lead_mps: Option<Value>,
}

impl Lead {
    /// Time headway, s; `None` if the ego stands or goes backward.
    #[must_use]
    pub fn headway_s(&self) -> Option<Value> {
        let (g, v) = (self.gap_m, self.ego_mps);
        let moves = v.value >= STANDING_MPS;
        let slopes = [1.0 / v.value, -g.value / (v.value * v.value)];
        moves.then(|| Value { value: g.value / v.value, u: propagate(slopes, [g.u, v.u]) })
    }

    /// Time to collision, s; `None` if the ego does not come nearer, or the lead's speed is not known.
    #[must_use]
    pub fn ttc_s(&self) -> Option<Value> {
        let (g, a, b) = (self.gap_m, self.ego_mps, self.lead_mps?);
        let closing = a.value - b.value;
        let slope = g.value / (closing * closing);
        let u = propagate([1.0 / closing, -slope, slope], [g.u, a.u, b.u]);
        (closing > 0.0).then_some(Value { value: g.value / closing, u })
    }
}

/// Linear propagation of independent uncertainties: √(J C Jᵀ).
fn propagate<const N: usize>(slopes: [f64; N], parts: [Uncertainty; N]) -> Uncertainty {
    let mut c = SVector::<f64, N>::zeros();
    for (i, u) in parts.iter().enumerate() {
        let Uncertainty::Known(u) = u else { return Uncertainty::Unknown };
        c[i] = u * u;
    }
    let j = SMatrix::<f64, 1, N>::from_row_slice(&slopes);
    let variance = j * SMatrix::<f64, N, N>::from_diagonal(&c) * j.transpose();
    Uncertainty::Known(variance[(0, 0)].sqrt())
}

/// Whether there is somebody ahead at one sample of the ego.
#[derive(Clone, Debug, PartialEq)]
pub enum Ahead {
    /// Nobody in the corridor.
    Free,
    /// Somebody.
    Lead(Lead),
    /// Cannot be told: what is missing, and why.
    Unknown(&'static str, String),
}

/// The corridor ahead of one sample: lanes with the way from the ego's centre to their begin, which is
/// negative for the first.
fn corridor(places: Places<'_>, lanes: &Lanes, k: usize, lane: LaneIx, station_m: f64) -> Vec<(LaneIx, f64)> {
    let samples = places.ego.samples();
    let until = samples[k].t_ns.saturating_add(LOOK_AHEAD_NS);
    let mut out = vec![(lane, -station_m)];
    let (mut at, mut begin) = (lane, -station_m);
    // The sample at which the ego is next seen in another lane.
    let mut next = lanes.next_change[k];
    loop {
        begin += places.track.lane(at).length_m();
        if begin > HORIZON_M || out.len() > 64 {
            return out;
        }
        let successors = places.track.successors(at);
        let seen = next.filter(|j| samples[*j].t_ns < until).and_then(|j| lanes.of[j].map(|l| (j, l)));
        let taken = seen.filter(|(_, l)| successors.contains(l));
        at = match (successors, taken) {
            (_, Some((j, l))) => {
                next = lanes.next_change[j];
                l
            }
            (&[only], None) => only,
            _ => return out,
        };
        out.push((at, begin));
    }
}

/// Lane of the ego at each sample of the window, and the next sample in another lane of the same run.
pub(crate) struct Lanes {
    of: Vec<Option<LaneIx>>,
    next_change: Vec<Option<usize>>,
}

impl Lanes {
    pub(crate) fn new(places: Places<'_>) -> Self {
        let samples = places.ego.samples();
        let of: Vec<Option<LaneIx>> = (0..samples.len()).map(|k| places.at(k).map(|p| p.hit.lane)).collect();
        let mut next_change = vec![None; of.len()];
        for k in (0..of.len().saturating_sub(1)).rev() {
            if samples[k].goes_on {
                let other = of[k + 1].is_some() && of[k + 1] != of[k];
                next_change[k] = if other { Some(k + 1) } else { next_change[k + 1] };
            }
        }
        Self { of, next_change }
    }
}

/// Who is ahead at each sample of the block.
pub(crate) fn ahead(m: &Measures<'_>, places: Places<'_>, lanes: &Lanes, who: Who) -> Vec<Ahead> {
    let samples = m.ego().samples();
    let range = m.ego().in_block();
    let (Some(first), Some(last)) = (samples.get(range.start), samples[range.clone()].last()) else {
        return Vec::new();
    };
    let others = others(m, who, first.t_ns, last.t_ns);
    range.map(|k| at_sample(m, places, lanes, &others, k)).collect()
}

/// Who is ahead at one sample.
pub(crate) fn ahead_at(m: &Measures<'_>, places: Places<'_>, lanes: &Lanes, who: Who, k: usize) -> Ahead {
    let t_ns = m.ego().samples()[k].t_ns;
    at_sample(m, places, lanes, &others(m, who, t_ns, t_ns), k)
}

/// Runs of others that overlap a stretch of time, by their index in the window.
fn others(m: &Measures<'_>, who: Who, from: i64, to: i64) -> Vec<usize> {
    let drive = m.window();
    let Some(me) = m.ego_actor() else { return Vec::new() };
    let own = |a: ActorIx| {
        let actor = drive.actor(a);
        actor.towed_by == Some(me)
            || actor.exempt_from.contains(&me)
            || drive.actor(me).exempt_from.contains(&a)
    };
    let wanted = |r: &Run| r.actor != me && who.includes(drive.actor(r.actor).class) && !own(r.actor);
    let overlaps = |r: &Run| {
        let t = drive.times(r);
        t.first().is_some_and(|t| *t <= to) && t.last().is_some_and(|t| *t >= from)
    };
    (0..drive.runs().len()).filter(|i| wanted(&drive.runs()[*i]) && overlaps(&drive.runs()[*i])).collect()
}

/// Pose of a run at a time, and the time between the samples around it (0 at a sample).
fn pose_near(
    m: &Measures<'_>,
    ego_run: &Run,
    ego_i: usize,
    run: &Run,
    t_ns: i64,
) -> Option<(Pose, i64, usize)> {
    if run.clock == ego_run.clock {
        let i = (ego_run.first + ego_i).checked_sub(run.first).filter(|i| *i < run.len())?;
        return Some((run.pose(i), 0, i));
    }
    let times = m.window().times(run);
    let i = times.partition_point(|t| *t <= t_ns).checked_sub(1)?;
    if times[i] == t_ns {
        return Some((run.pose(i), 0, i));
    }
    let dt = times.get(i + 1)? - times[i];
    let part = (t_ns - times[i]) as f64 / dt as f64;
    Some((run.pose(i).toward(&run.pose(i + 1), part), dt, i))
}

fn at_sample(m: &Measures<'_>, places: Places<'_>, lanes: &Lanes, others: &[usize], k: usize) -> Ahead {
    let (drive, track) = (m.window(), places.track);
    let s = m.ego().samples()[k];
    let ego_run = &drive.runs()[s.run];
    let near: Vec<(usize, Pose, i64, usize)> = others
        .iter()
        .filter_map(|&r| {
            let (pose, dt, i) = pose_near(m, ego_run, s.i, &drive.runs()[r], s.t_ns)?;
            let (dx, dy) = (pose.x_m - s.pose.x_m, pose.y_m - s.pose.y_m);
            let close = dx.abs() < HORIZON_M && dy.abs() < HORIZON_M;
            close.then_some((r, pose, dt, i))
        })
        .collect();
    if near.is_empty() {
        return Ahead::Free;
    }
    let Some(place) = places.at(k) else {
        return Ahead::Unknown("lane", "the ego is in no lane of the track".into());
    };
    let Some(ego_mps) = m.ego_speed_mps(k) else {
        return Ahead::Unknown("speed_mps", "the ego's speed is neither logged nor can be derived".into());
    };
    // Against the traffic nothing is "ahead in lane".
    if place.off_rad.abs() > std::f64::consts::FRAC_PI_2 {
        return Ahead::Free;
    }
    let corridor = corridor(places, lanes, k, place.hit.lane, place.hit.station_m);
    let ego_front = body::half_extent_m(&ego_run.size, place.off_rad);
    let mut best: Option<(f64, usize, Pose, i64, usize, LaneIx, f64)> = None;
    for (r, pose, dt, i) in near {
        let run = &drive.runs()[r];
        let z = run.z_m.as_ref().and_then(|z| z.get(i));
        for (lane, station, heading) in positions(track, &corridor, &pose, run, z) {
            let off = math::angle_between(heading, pose.yaw_rad);
            let gap = station - ego_front - body::half_extent_m(&run.size, off);
            if station > 0.0 && best.as_ref().is_none_or(|b| gap < b.0) {
                best = Some((gap, r, pose, dt, i, lane, off));
            }
        }
    }
    let Some((gap, r, _, dt, i, lane, off)) = best else { return Ahead::Free };
    let run = &drive.runs()[r];
    let name = || drive.actor(run.actor).id.clone();
    if !m.admit().admits(run.origin) {
        return Ahead::Unknown("actor poses", format!("origin of {} is not admitted", name()));
    }
    let synced = sync::between(drive, ego_run.clock, run.clock);
    if synced == Synced::Not {
        return Ahead::Unknown("time synchronisation", format!("clock of {} is not synchronised", name()));
    }
    let lead_mps = m.motion(r).speed_at(drive.times(run), s.t_ns);
    let lead_mps = lead_mps.map(|v| Value { value: v.value * math::cos(body::off_course_rad(off)), u: v.u });
    let known = Uncertainty::from_option;
    let difference = lead_mps.map_or(ego_mps.value, |v| v.value - ego_mps.value);
    let between = UNSEEN_MPS2 * to_s(dt) * to_s(dt) / 8.0;
    let u = known(ego_run.accuracy.position_m.at(s.i))
        .rss(known(run.accuracy.position_m.at(i)))
        .rss(known(ego_run.size.accuracy_m).times(0.5))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(synced.costs(difference))
        .rss(Uncertainty::Known(between));
    let gap_m = Value { value: gap.max(0.0), u };
    Ahead::Lead(Lead { actor: run.actor, lane, gap_m, ego_mps, lead_mps })
}

/// Where an actor is in the corridor: lane, way from the ego's centre to the actor's, direction of the lane.
fn positions(
    track: &lukao_track::Track,
    corridor: &[(LaneIx, f64)],
    pose: &Pose,
    run: &Run,
    z_m: Option<f64>,
) -> Vec<(LaneIx, f64, f64)> {
    let centre = [pose.x_m, pose.y_m];
    let half = 0.5 * run.size.length_m;
    let ends = [[0.0, 0.0], [-half, 0.0], [half, 0.0]].map(|p| body::point_m(pose, p));
    let mut out: Vec<(LaneIx, f64, f64)> = Vec::new();
    for (which, p) in ends.into_iter().enumerate() {
        for hit in track.lanes_at(p, z_m) {
            let Some((lane, begin)) = corridor.iter().find(|(l, _)| *l == hit.lane) else { continue };
            // The rear end counts for one who goes the same way, the front end for one who comes toward the ego.
            let same_way =
                math::angle_between(hit.heading_rad, pose.yaw_rad).abs() <= std::f64::consts::FRAC_PI_2;
            if (which == 1 && !same_way) || (which == 2 && same_way) {
                continue;
            }
            // Station of the centre, along the lane's direction from the point that was found in it.
            let (sin, cos) = math::sin_cos(hit.heading_rad);
            let along = (centre[0] - p[0]) * cos + (centre[1] - p[1]) * sin;
            out.push((*lane, begin + hit.station_m + along, hit.heading_rad));
        }
    }
    out
}
