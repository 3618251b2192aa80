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
use crate::lanes_ahead::{self, InWay, Lanes, Of, Part, reach_m};
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

/// More than rounding costs, m.
const ROUNDING_M: f64 = 1e-3;

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
    let block = m.ego().in_block();
    let views: Vec<View> = block.clone().map(|k| view(m, places, lanes, k, Of::Way)).collect();
    // Samples with the same lanes ahead as the one before are of its set.
    let mut sets: Vec<usize> = Vec::with_capacity(views.len());
    for (j, view) in views.iter().enumerate() {
        let same = j.checked_sub(1).filter(|before| view.same_lanes(&views[*before]));
        sets.push(same.map_or(j, |before| sets[before]));
    }
    let begins: Vec<f64> = views.iter().map(View::begin_m).collect();
    let reach = lanes_ahead::farthest_reach_m(m);
    let mut standing = Standing::new(m.window().runs().len());
    let mut out = [Vec::with_capacity(views.len()), Vec::with_capacity(views.len())];
    // The vehicle that was ahead at the sample before most often is at the next ones too: then nobody farther off than it is.
    let mut leading: Option<usize> = None;
    for part in near::together(m) {
        let first = part.start;
        let mut boxes = Boxes::default();
        let mut known: Vec<Option<Known>> = Vec::with_capacity(part.len());
        for k in part.clone() {
            let view = &views[k - block.start];
            let he = leading.and_then(|run| {
                let he = near::pose_of(m, run, k).filter(|he| near::within(m, k, he, HORIZON_M))?;
                let mut sight = Sight::new(m, places, view, (k, Of::Way), Some(&mut standing))?;
                let mut best = [None, None];
                sight.weigh(sight.straight_m(&he), &he, &mut best);
                let most_m = best[0].as_ref().map(|lead: &InFront| sight.nearer_m(lead.gap_m, reach));
                Some((Known { run: he.run, best }, most_m))
            });
            let most_m = he.as_ref().and_then(|x| x.1).unwrap_or(HORIZON_M);
            known.push(he.map(|x| x.0));
            view.push_box(&mut boxes, m, places.track, k, (reach, most_m));
        }
        let near = Near::in_boxes_if(m, part.clone(), &boxes, |of| {
            let run = &m.window().runs()[of.run];
            let footprint = body::footprint_over(run, of.i..of.i + of.len);
            let j = first - block.start + of.j;
            let mut rest = j..j + of.len;
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
        for (k, known) in part.zip(known) {
            let (view, of) = (&views[k - block.start], (k, Of::Way));
            let found = at_sample(m, places, view, near.at(m, k), of, Some(&mut standing), known);
            leading = found.leading;
            let [vehicles, anyone] = found.ahead;
            out[0].push(vehicles);
            out[1].push(anyone);
        }
    }
    out
}

/// One who was weighed before the others, and what came of it: vehicles, and anyone.
struct Known {
    run: usize,
    best: [Best; 2],
}

/// Who is ahead at one sample.
pub(crate) fn ahead_at(
    m: &Measures<'_>,
    places: Places<'_>,
    lanes: &Lanes,
    (who, of): (Who, Of),
    k: usize,
) -> Ahead {
    let view = view(m, places, lanes, k, of);
    let near = near::at_sample(m, k).into_iter();
    let [vehicles, anyone] = at_sample(m, places, &view, near, (k, of), None, None).ahead;
    if who == Who::Vehicles { vehicles } else { anyone }
}

/// Whether somebody is the vehicle next in the ego's lane at one sample.
pub(crate) fn is_next_in_lane(
    m: &Measures<'_>,
    places: Places<'_>,
    lanes: &Lanes,
    k: usize,
    actor: ActorIx,
) -> bool {
    let (view, of) = (view(m, places, lanes, k, Of::Lane), (k, Of::Lane));
    let Some(mut sight) = Sight::new(m, places, &view, of, None) else { return false };
    let mut best = [None, None];
    for he in near::of_actor(m, k, actor) {
        sight.weigh(sight.straight_m(&he), &he, &mut best);
    }
    // Who is not even if there were nobody else needs no look at the others.
    let [Some(InFront { gap_m, other, .. }), _] = best else { return false };
    let reach = lanes_ahead::farthest_reach_m(m);
    let near = near::at_sample_of(m, k, sight.nearer_m(gap_m, reach), |_| true).into_iter();
    let known = Some(Known { run: other.run, best });
    let [vehicles, _] = at_sample(m, places, &view, near, of, None, known).ahead;
    matches!(vehicles, Ahead::Lead(lead) if lead.actor == actor)
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

    /// Adds the box in which others are looked for: around the lanes, grown by as far as bodies reach, and so far off at most.
    fn push_box(
        &self,
        boxes: &mut Boxes,
        m: &Measures<'_>,
        track: &Track,
        k: usize,
        (reach_m, most_m): (f64, f64),
    ) {
        let s = &m.ego().samples()[k];
        match self {
            Self::Against => boxes.push_empty(),
            Self::Unknown(..) => {
                let (lo, hi) = near::around(s, HORIZON_M);
                boxes.push(lo, hi);
            }
            Self::Corridor { corridor, .. } => {
                let (lo, hi) = near::around(s, most_m);
                let (a, b) = lanes_ahead::bounds(track, corridor);
                let grown = |d: usize| (lo[d].max(a[d] - reach_m), hi[d].min(b[d] + reach_m));
                let (x, y) = (grown(0), grown(1));
                boxes.push([x.0, y.0], [x.1, y.1]);
            }
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

/// Somebody in the way.
#[derive(Clone, Copy, PartialEq)]
struct InFront {
    gap_m: f64,
    /// Between the centres, m.
    straight_m: f64,
    other: Other,
    lane: LaneIx,
    /// How far he heads off his lane, rad.
    off_rad: f64,
}

/// The nearest up to now; of equal ones the one whose centre is nearer, then the first run.
type Best = Option<InFront>;

/// The corridor of a sample, and what is needed to tell who is in the ego's way.
struct Sight<'s> {
    m: &'s Measures<'s>,
    way: lanes_ahead::Way<'s>,
    k: usize,
    s: EgoSample,
    ego: &'s Run,
    ego_mps: Value,
    front_m: f64,
    side_m: f64,
    /// How far the ego and a point in the lanes ahead may be beside their centres, together, m.
    beside_m: f64,
    found: Vec<InWay>,
}

impl<'s> Sight<'s> {
    /// `None` if no lanes are ahead.
    fn new(
        m: &'s Measures<'_>,
        places: Places<'s>,
        view: &'s View,
        (k, of): (usize, Of),
        standing: Option<&'s mut Standing>,
    ) -> Option<Self> {
        let View::Corridor { place, ego_mps, corridor } = view else { return None };
        let s = m.ego().samples()[k];
        let ego = &m.window().runs()[s.run];
        Some(Self {
            m,
            way: lanes_ahead::Way {
                track: places.track,
                corridor,
                ego: s.pose,
                of,
                standing,
                room: lanes_ahead::Room::default(),
            },
            k,
            s,
            ego,
            ego_mps: *ego_mps,
            front_m: body::half_extent_m(&ego.size, place.off_rad),
            side_m: body::half_side_m(&ego.size, place.off_rad),
            beside_m: reach_m(ego) + 2.0 * lanes_ahead::half_width_m(places.track, corridor),
            found: Vec::new(),
        })
    }

    fn run(&self, other: &Other) -> &'s Run {
        &self.m.window().runs()[other.run]
    }

    fn straight_m(&self, other: &Other) -> f64 {
        math::hypot(other.pose.x_m - self.s.pose.x_m, other.pose.y_m - self.s.pose.y_m)
    }

    fn is_vehicle(&self, other: &Other) -> bool {
        Who::Vehicles.includes(self.m.window().actor(self.run(other).actor).class)
    }

    /// Whether somebody is farther off than the best up to now, by the straight way.
    fn too_far(&self, straight_m: f64, other: &Other, best: &Best) -> bool {
        let reach = reach_m(self.run(other));
        best.as_ref().is_some_and(|b| straight_m - self.front_m - reach > b.gap_m + self.slack_m(reach))
    }

    /// By how much the way along the lanes to the middle of a body that reaches so far may fall short of the straight one, m. The
    /// straight one is no longer than that from the ego to its lane's centre, along the centres, from there to the point of him that
    /// is in a lane, and on to his middle, which the way along the lanes may have gone back by as much.
    fn slack_m(&self, reach_m: f64) -> f64 {
        LATERAL_SLACK_M.max(self.beside_m + 2.0 * reach_m)
    }

    /// Farther off than this nobody is ahead by less than a gap, if no body reaches farther than that, m.
    fn nearer_m(&self, gap_m: f64, reach_m: f64) -> f64 {
        (gap_m + self.front_m + reach_m + self.slack_m(reach_m) + ROUNDING_M).min(HORIZON_M)
    }

    /// Looks whether somebody is in the way and nearer than the best up to now, of vehicles and of anyone.
    fn weigh(&mut self, straight_m: f64, other: &Other, [vehicles, anyone]: &mut [Best; 2]) {
        let (m, run, vehicle) = (self.m, self.run(other), self.is_vehicle(other));
        if !self.way.may_hold(run, other) {
            return;
        }
        self.found.clear();
        self.way.find(run, other, &mut self.found);
        for InWay { lane, station, beside, heading } in self.found.iter().copied() {
            let off_rad = math::angle_between(heading, other.pose.yaw_rad);
            let in_way = self.way.of == Of::Way;
            // How far the ego would have to move over.
            let shift = self.side_m + body::half_side_m(&run.size, off_rad) - beside.abs();
            let known = self.way.standing.as_deref_mut().map(|s| s.passing(other.run));
            let past = || shift <= SHIFT_M && goes_past(m, self.k, other, known);
            if in_way && (shift < 0.0 || past()) {
                continue;
            }
            let gap_m = station - self.front_m - body::half_extent_m(&run.size, off_rad);
            let touches = || touch((&self.s.pose, &self.ego.size), (&other.pose, &run.size));
            if in_way && gap_m < -ABREAST_M && !touches() {
                continue;
            }
            let nearer = |best: &Best| {
                let key = |b: &InFront| (b.gap_m, b.straight_m, b.other.run);
                best.as_ref().is_none_or(|b| (gap_m, straight_m, other.run) < key(b))
            };
            let he = Some(InFront { gap_m, straight_m, other: *other, lane, off_rad });
            if nearer(anyone) {
                *anyone = he;
            }
            if vehicle && nearer(vehicles) {
                *vehicles = he;
            }
        }
    }
}

/// Who is ahead at a sample: vehicles, and anyone; and the run of the vehicle.
struct Found {
    ahead: [Ahead; 2],
    leading: Option<usize>,
}

fn at_sample(
    m: &Measures<'_>,
    places: Places<'_>,
    view: &View,
    near: impl Iterator<Item = Other>,
    of: (usize, Of),
    standing: Option<&mut Standing>,
    known: Option<Known>,
) -> Found {
    let Some(mut sight) = Sight::new(m, places, view, of, standing) else {
        return Found { ahead: without_lanes(m, view, near), leading: None };
    };
    let (weighed, mut best) = known.map_or((None, [None, None]), |x| (Some(x.run), x.best));
    // Nearest first: the way along the lanes is at least as long as the straight one, so that those farther off than
    // the best up to now need no look at their lanes.
    let others = near.filter(|o| Some(o.run) != weighed);
    let mut near: Vec<(f64, Other)> = others.map(|o| (sight.straight_m(&o), o)).collect();
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.run.cmp(&b.1.run)));
    for (straight, other) in near {
        let [vehicles, anyone] = &best;
        if sight.too_far(straight, &other, vehicles) {
            break;
        }
        if sight.is_vehicle(&other) || !sight.too_far(straight, &other, anyone) {
            sight.weigh(straight, &other, &mut best);
        }
    }
    let [vehicles, anyone] = best;
    let (same, leading) = (vehicles == anyone, vehicles.map(|b| b.other.run));
    let vehicles = lead(m, &sight.s, sight.ego_mps, vehicles);
    let anyone = if same { vehicles.clone() } else { lead(m, &sight.s, sight.ego_mps, anyone) };
    Found { ahead: [vehicles, anyone], leading }
}

/// Who is ahead where there are no lanes.
fn without_lanes(m: &Measures<'_>, view: &View, near: impl Iterator<Item = Other>) -> [Ahead; 2] {
    let (mut vehicles, mut anyone) = (Ahead::Free, Ahead::Free);
    let View::Unknown(what, why) = view else { return [vehicles, anyone] };
    for other in near {
        anyone = Ahead::Unknown(what, (*why).into());
        let class = m.window().actor(m.window().runs()[other.run].actor).class;
        if Who::Vehicles.includes(class) {
            vehicles = anyone.clone();
        }
    }
    [vehicles, anyone]
}

fn lead(m: &Measures<'_>, s: &EgoSample, ego_mps: Value, best: Best) -> Ahead {
    let drive = m.window();
    let ego_run = &drive.runs()[s.run];
    let Some(InFront { gap_m: gap, other, lane, off_rad: off, .. }) = best else { return Ahead::Free };
    let run = &drive.runs()[other.run];
    let synced = match compare(m, ego_run, run) {
        Ok(synced) => synced,
        Err((what, why)) => return Ahead::Unknown(what, why),
    };
    let lead_mps = m.speed_of(&other, s.t_ns);
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
    let speed = m.speed_of(other, first.t_ns);
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
/// straight one by what both are beside it: at least this is allowed for, metres.
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
