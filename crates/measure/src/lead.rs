//! The one ahead: who is next in the ego's way along its lane, how far, and how long until it is reached.
//!
//! **Corridor**: the ego's lane and the lanes that follow it, up to 200 m; where its body reaches over a border into a
//! lane of the same direction, that one and those that follow it too. Where the way forks, the lane that the
//! ego takes within the next 60 s; if that is not seen (it stops or changes lanes before) the corridor ends.
//!
//! **In the way**: whose body, across the lane, overlaps the strip that the ego sweeps if it keeps its present distance from
//! the lane's centre. So one who rides at the edge of the lane is ahead of an ego that heads for him and not of one that is
//! going to pass beside him; the room that it then leaves is the matter of [`flank`](crate::flank). One who stands there is
//! not in the way either if the ego, moving over by at most [`SHIFT_M`], in fact goes past him within the next 60 s without
//! touching him: whoever drives round a parked car does not run into it. Nor is who overlaps the ego lengthwise by more than
//! 1 m without touching it.
//!
//! **Next in lane**, for rules about queues and overtaking: the same of the ego's own lane and those that follow it, whether or
//! not he is in the way; the middle of an end stands for its corners.
//!
//! **Lead**: of the actors whose centre, or a corner of whose end nearer to the ego (any corner, if they head 30° or more off
//! the ego), is in the corridor, who are in the way, and whose centre is ahead of the ego's, the one with the smallest gap.
//! Its pose at the ego's sample is linear between its own samples.
//!
//! **Gap** (m): along the lanes' centres from the ego's foremost point to the actor's rearmost; 0 if they overlap
//! lengthwise. **Time headway** (s): gap ÷ ego's speed. **Time to collision** (s): gap ÷ difference of the speeds
//! along the lane, if the ego is faster; both without acceleration. **Needed deceleration** (DRAC, m/s²): difference of
//! the speeds squared ÷ (2 × gap).
//!
//! **Uncertainty** of the gap: position accuracy of both, half of each length's, the time accuracy between their
//! clocks × the difference of speed, and, where the actor's pose is between its samples Δt apart, 10 m/s² · Δt²/8.
//! Time headway and time to collision follow by linear propagation with the accuracies of the speeds. One
//! unknown part makes the whole unknown.

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{ActorIx, Run};
use lukao_track::{Body, LaneIx, Track};
use nalgebra::{SMatrix, SVector};

use crate::body;
use crate::course::{self, ALONG_RAD, Mover};
use crate::lanes_ahead::{self, InWay, Lanes, Of, Part, Way, reach_m};
use crate::motion::STANDING_MPS;
use crate::near::{self, Boxes, Near, Other};
use crate::overlap;
use crate::place::{Place, Places};
use crate::spots::Standing;
use crate::sync::{self, Synced};
use crate::value::Value;
use crate::{EgoSample, LOOK_AHEAD_NS, Measures};

/// How far ahead a lead is looked for, metres.
pub const HORIZON_M: f64 = near::REACH_M;

/// Who overlaps lengthwise by more and is not touched stands or rides askew beside the ego, not ahead of it, m.
const ABREAST_M: f64 = 1.0;

/// How far the ego moves over at most to go past one who stands in its strip and is yet not in its way, m.
pub const SHIFT_M: f64 = 1.0;

/// Slower ones stand as far as [`SHIFT_M`] goes: annotated boxes drift, m/s.
const STANDS_MPS: f64 = 0.5;

/// Who can be a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// What drives on the road: all but people on foot, animals and objects.
    Vehicles,
    /// Everybody and everything.
    Anyone,
}

impl Who {
    pub(crate) fn includes(self, class: ActorClass) -> bool {
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
    /// How far he heads off the direction of his lane, rad, in (−π, π].
    pub off_rad: f64,
}

impl Lead {
    /// Whether he heads against his lane, within 30°: toward the ego, and not across its way.
    #[must_use]
    pub fn faces_ego(&self) -> bool {
        self.off_rad.abs() >= std::f64::consts::PI - ALONG_RAD
    }

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

impl Lead {
    /// Deceleration that just avoids running into the lead if he keeps his speed, m/s²: closing speed² ÷ (2 × gap); 0 if
    /// the ego does not come nearer. `None` if the lead's speed is not known, or they already overlap lengthwise.
    #[must_use]
    pub fn needed_decel_mps2(&self) -> Option<Value> {
        let (g, a, b) = (self.gap_m, self.ego_mps, self.lead_mps?);
        let closing = (a.value - b.value).max(0.0);
        if g.value <= 0.0 {
            return (closing == 0.0).then_some(Value::new(0.0, Some(0.0)));
        }
        let slopes = [-closing * closing / (2.0 * g.value * g.value), closing / g.value, -closing / g.value];
        Some(Value { value: closing * closing / (2.0 * g.value), u: propagate(slopes, [g.u, a.u, b.u]) })
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

/// Who is ahead at each sample of the block: vehicles, and anyone.
pub(crate) fn ahead(m: &Measures<'_>, places: Places<'_>, lanes: &Lanes) -> [Vec<Ahead>; 2] {
    let views: Vec<View> = m.ego().in_block().map(|k| view(m, places, lanes, k, Of::Way)).collect();
    let reach = m.window().runs().iter().map(reach_m).fold(0.0, f64::max);
    let mut boxes = Boxes::default();
    for (k, view) in m.ego().in_block().zip(&views) {
        let (lo, hi) = near::around(&m.ego().samples()[k], HORIZON_M);
        match view {
            View::Against => boxes.push_empty(),
            View::Unknown(..) => boxes.push(lo, hi),
            View::Corridor { corridor, .. } => {
                let (a, b) = lanes_ahead::bounds(places.track, corridor);
                let grown = |d: usize| (lo[d].max(a[d] - reach), hi[d].min(b[d] + reach));
                let (x, y) = (grown(0), grown(1));
                boxes.push([x.0, y.0], [x.1, y.1]);
            }
        }
    }
    // Samples with the same lanes ahead as the one before are of its set.
    let mut sets: Vec<usize> = Vec::with_capacity(views.len());
    for (j, view) in views.iter().enumerate() {
        let same = j.checked_sub(1).filter(|before| view.same_lanes(&views[*before]));
        sets.push(same.map_or(j, |before| sets[before]));
    }
    let begins: Vec<f64> = views.iter().map(View::begin_m).collect();
    let near = Near::in_boxes_if(m, &boxes, |of| {
        let run = &m.window().runs()[of.run];
        let footprint = body::footprint_over(run, of.i..of.i + of.len);
        let mut rest = of.j..of.j + of.len;
        while !rest.is_empty() {
            let same = rest.start + sets[rest.clone()].partition_point(|s| *s == sets[rest.start]);
            // How much farther back the ego is at another of them.
            let most = begins[rest.start..same].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let reach = reach_m(run) + (most - begins[rest.start]);
            if views[rest.start].may_touch(places.track, &footprint, reach) {
                return true;
            }
            rest.start = same;
        }
        false
    });
    let mut standing = Standing::new(m.window().runs().len());
    let mut out = [Vec::with_capacity(views.len()), Vec::with_capacity(views.len())];
    for (k, view) in m.ego().in_block().zip(&views) {
        let [vehicles, anyone] = at_sample(m, places, view, near.at(m, k), (k, Of::Way), Some(&mut standing));
        out[0].push(vehicles);
        out[1].push(anyone);
    }
    out
}

/// Who is ahead at one sample; if there were nobody but one actor, if one is given.
pub(crate) fn ahead_at(
    m: &Measures<'_>,
    places: Places<'_>,
    lanes: &Lanes,
    (who, of): (Who, Of),
    (k, only): (usize, Option<ActorIx>),
) -> Ahead {
    let view = view(m, places, lanes, k, of);
    let [vehicles, anyone] =
        at_sample(m, places, &view, near::at_sample_of(m, k, only).into_iter(), (k, of), None);
    if who == Who::Vehicles { vehicles } else { anyone }
}

/// What can be looked at from one sample.
enum View {
    /// The ego heads against the traffic: nothing is "ahead in lane".
    Against,
    /// What is missing, and why, if somebody is near.
    Unknown(&'static str, &'static str),
    /// The lanes ahead.
    Corridor { place: Place, ego_mps: Value, corridor: Vec<Part> },
}

impl View {
    /// Whether the same lanes are ahead.
    fn same_lanes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Corridor { corridor: a, .. }, Self::Corridor { corridor: b, .. }) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.lane == b.lane)
            }
            _ => false,
        }
    }

    /// Way from the ego's centre to where the first lane begins, m.
    fn begin_m(&self) -> f64 {
        match self {
            Self::Corridor { corridor, .. } => corridor.first().map_or(0.0, |c| c.begin_m),
            _ => 0.0,
        }
    }

    /// Whether somebody there, whose points are at most so far from his centre, needs a look: never wrong if it says no.
    fn may_touch(&self, track: &Track, footprint: &Body, reach_m: f64) -> bool {
        match self {
            Self::Against => false,
            Self::Unknown(..) => true,
            Self::Corridor { corridor, .. } => {
                corridor.iter().any(|c| track.may_touch(c.lane, c.ahead_from_m(reach_m), footprint))
            }
        }
    }
}

fn view(m: &Measures<'_>, places: Places<'_>, lanes: &Lanes, k: usize, of: Of) -> View {
    let Some(place) = places.at(k) else {
        return View::Unknown("lane", "the ego is in no lane of the track");
    };
    let Some(ego_mps) = m.ego_speed_mps(k) else {
        return View::Unknown("speed_mps", "the ego's speed is neither logged nor can be derived");
    };
    if place.off_rad.abs() > std::f64::consts::FRAC_PI_2 {
        return View::Against;
    }
    let size = &m.window().runs()[m.ego().samples()[k].run].size;
    let half_m = if of == Of::Way { body::half_side_m(size, place.off_rad) } else { f64::NEG_INFINITY };
    let corridor = lanes_ahead::corridor(places, lanes, k, &place.hit, half_m);
    View::Corridor { place, ego_mps, corridor }
}

/// The nearest up to now: gap, who, his lane, and how far he heads off it.
type Best = Option<(f64, Other, LaneIx, f64)>;

fn at_sample(
    m: &Measures<'_>,
    places: Places<'_>,
    view: &View,
    near: impl Iterator<Item = Other>,
    (k, of): (usize, Of),
    standing: Option<&mut Standing>,
) -> [Ahead; 2] {
    let (drive, track) = (m.window(), places.track);
    let s = m.ego().samples()[k];
    let ego_run = &drive.runs()[s.run];
    let is_vehicle = |o: &Other| Who::Vehicles.includes(drive.actor(drive.runs()[o.run].actor).class);
    let (place, ego_mps, corridor) = match view {
        View::Against => return [Ahead::Free, Ahead::Free],
        View::Unknown(what, why) => {
            let (mut vehicles, mut anyone) = (Ahead::Free, Ahead::Free);
            for other in near {
                anyone = Ahead::Unknown(what, (*why).into());
                if is_vehicle(&other) {
                    vehicles = anyone.clone();
                }
            }
            return [vehicles, anyone];
        }
        View::Corridor { place, ego_mps, corridor } => (place, *ego_mps, corridor),
    };
    let mut way = Way { track, corridor, ego: &s.pose, of, standing };
    // Nearest first: the way along the lanes is at least as long as the straight one, so that those farther off than
    // the best up to now need no look at their lanes.
    let mut near: Vec<(f64, Other)> = near
        .filter(|o| way.may_hold(&drive.runs()[o.run], o))
        .map(|o| (math::hypot(o.pose.x_m - s.pose.x_m, o.pose.y_m - s.pose.y_m), o))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.run.cmp(&b.1.run)));
    let ego_front = body::half_extent_m(&ego_run.size, place.off_rad);
    let ego_side = body::half_side_m(&ego_run.size, place.off_rad);
    let (mut vehicles, mut anyone): (Best, Best) = (None, None);
    let mut found = Vec::new();
    for (straight, other) in near {
        let run = &drive.runs()[other.run];
        let reach = reach_m(run);
        let too_far =
            |best: &Best| best.as_ref().is_some_and(|b| straight - ego_front - reach > b.0 + LATERAL_SLACK_M);
        let vehicle = is_vehicle(&other);
        if too_far(&anyone) && (!vehicle || too_far(&vehicles)) {
            if too_far(&vehicles) {
                break;
            }
            continue;
        }
        found.clear();
        way.find(run, &other, &mut found);
        for InWay { lane, station, beside, heading } in found.iter().copied() {
            let off = math::angle_between(heading, other.pose.yaw_rad);
            // How far the ego would have to move over.
            let shift = ego_side + body::half_side_m(&run.size, off) - beside.abs();
            let known = way.standing.as_deref_mut().map(|s| s.passing(other.run));
            let past = || shift <= SHIFT_M && goes_past(m, k, &other, known);
            if of == Of::Way && (shift < 0.0 || past()) {
                continue;
            }
            let gap = station - ego_front - body::half_extent_m(&run.size, off);
            if of == Of::Way && gap < -ABREAST_M && !touch((&s.pose, &ego_run.size), (&other.pose, &run.size))
            {
                continue;
            }
            let nearer = |best: &Best| best.as_ref().is_none_or(|b| gap < b.0);
            if nearer(&anyone) {
                anyone = Some((gap, other, lane, off));
            }
            if vehicle && nearer(&vehicles) {
                vehicles = Some((gap, other, lane, off));
            }
        }
    }
    let same = vehicles == anyone;
    let vehicles = lead(m, &s, ego_mps, vehicles);
    let anyone = if same { vehicles.clone() } else { lead(m, &s, ego_mps, anyone) };
    [vehicles, anyone]
}

fn lead(m: &Measures<'_>, s: &EgoSample, ego_mps: Value, best: Best) -> Ahead {
    let drive = m.window();
    let ego_run = &drive.runs()[s.run];
    let Some((gap, other, lane, off)) = best else { return Ahead::Free };
    let run = &drive.runs()[other.run];
    let synced = match compare(m, ego_run, run) {
        Ok(synced) => synced,
        Err((what, why)) => return Ahead::Unknown(what, why),
    };
    let lead_mps = m.motion(other.run).speed_at(drive.times(run), s.t_ns);
    let lead_mps = lead_mps.map(|v| Value { value: v.value * math::cos(body::off_course_rad(off)), u: v.u });
    let difference = lead_mps.map_or(ego_mps.value, |v| v.value - ego_mps.value);
    let u = gap_u(ego_run, s.i, run, &other, 0.5).rss(synced.costs(difference));
    let gap_m = Value { value: gap.max(0.0), u };
    Ahead::Lead(Lead { actor: run.actor, lane, gap_m, ego_mps, lead_mps, off_rad: off })
}

/// Whether two boxes touch.
fn touch(a: (&Pose, &BoxSize), b: (&Pose, &BoxSize)) -> bool {
    if body::apart(a, b) {
        return false;
    }
    let still = |(pose, size): (&Pose, &BoxSize)| Mover { pose: *pose, size: *size, speed_mps: 0.0 };
    course::ttc_s(&still(a), &still(b)).is_some()
}

/// How far the ego's samples were looked through for what happens with somebody who stands.
#[derive(Clone, Copy)]
pub(crate) struct Passing {
    /// Where he stands.
    pose: Pose,
    /// From which sample on.
    from: usize,
    /// The one to look at next, or that at which it is told.
    to: usize,
    /// Whether the ego goes past him then; `false`: touches him.
    past: Option<bool>,
}

/// Whether somebody stands, and the ego goes past him within the next 60 s without touching him at a sample. What the look
/// from a sample before has shown holds for as long as he is where he was.
fn goes_past(m: &Measures<'_>, k: usize, other: &Other, known: Option<&mut Option<Passing>>) -> bool {
    let (drive, samples) = (m.window(), m.ego().samples());
    let (first, run) = (samples[k], &drive.runs()[other.run]);
    let speed = m.motion(other.run).speed_at(drive.times(run), first.t_ns);
    if speed.is_none_or(|v| v.value.abs() >= STANDS_MPS) {
        return false;
    }
    let ego = drive.runs()[first.run].size;
    let until = first.t_ns.saturating_add(LOOK_AHEAD_NS);
    let before = known.as_ref().and_then(|p| **p);
    let before = before.filter(|p| p.pose == other.pose && p.from <= k && k <= p.to);
    let mut at = before.unwrap_or(Passing { pose: other.pose, from: k, to: k, past: None });
    while at.past.is_none()
        && let Some(s) = samples.get(at.to).filter(|s| s.run == first.run && s.t_ns < until)
    {
        let ahead = || {
            let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
            (other.pose.x_m - s.pose.x_m) * cos + (other.pose.y_m - s.pose.y_m) * sin
        };
        if touch((&s.pose, &ego), (&other.pose, &run.size)) {
            at.past = Some(false);
        } else if ahead() < -0.5 * ego.length_m {
            at.past = Some(true);
        } else {
            at.to += 1;
        }
    }
    if let Some(known) = known {
        *known = Some(at);
    }
    at.past == Some(true)
}

/// Stations are those of the nearest point of a lane's sampled centre, so that the way along it may fall short of the
/// straight one by what both are beside it, metres.
const LATERAL_SLACK_M: f64 = 10.0;

/// Whether two runs can be compared, and how well their times agree.
pub(crate) fn compare(m: &Measures<'_>, ego: &Run, other: &Run) -> Result<Synced, (&'static str, String)> {
    overlap::unusable(m, ego.clock, other).map_or(Ok(sync::between(m.window(), ego.clock, other.clock)), Err)
}

/// Uncertainty of a distance between two bodies at sample `i` of the ego, without that of their clocks: both positions,
/// `part` of both sizes, and what was not seen between the other's samples.
pub(crate) fn gap_u(ego: &Run, i: usize, run: &Run, other: &Other, part: f64) -> Uncertainty {
    let known = Uncertainty::from_option;
    known(ego.accuracy.position_m.at(i))
        .rss(known(run.accuracy.position_m.at(other.i)))
        .rss(known(ego.size.accuracy_m).times(part))
        .rss(known(run.size.accuracy_m).times(part))
        .rss(other.unseen_m())
}
