//! The corridor ahead of one sample of the ego, and where somebody is in it: see [`lead`](crate::lead).

use lukao_model::drive::Pose;
use lukao_model::{Run, math};
use lukao_track::{AlongLane, LaneHit, LaneIx, Track};

use crate::course::ALONG_RAD;
use crate::lead::HORIZON_M;
use crate::near::Other;
use crate::place::Places;
use crate::spots::{self, Point, Spot, Standing};
use crate::{LOOK_AHEAD_NS, Measures, body};

/// Whether somebody has to be in the ego's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Way,
    Lane,
}

/// A lane of the corridor.
pub(crate) struct Part {
    pub(crate) lane: LaneIx,
    /// Way from the ego's centre to the lane's begin, m; negative for the first.
    pub(crate) begin_m: f64,
    /// Where the ego's centre would be across it, left of its centre positive, m.
    ego_lateral_m: f64,
}

impl Part {
    /// A point that far from a centre ahead of the ego's has a station of more than this, m.
    pub(crate) fn ahead_from_m(&self, reach_m: f64) -> f64 {
        const ROUNDING_M: f64 = 1e-3;
        -self.begin_m - reach_m - ROUNDING_M
    }
}

/// The corridor ahead of one sample, in its lane and in those beside it into which its body reaches.
pub(crate) fn corridor(places: Places<'_>, lanes: &Lanes, k: usize, hit: &LaneHit, half_m: f64) -> Vec<Part> {
    let mut out = Vec::with_capacity(8);
    follow(places, lanes, k, hit, &mut out);
    let own = places.track.lane(hit.lane);
    for (beside, room_m) in [(own.left, hit.to_left_m), (own.right, hit.to_right_m)] {
        let Some(beside) = beside.filter(|_| room_m < half_m) else { continue };
        let lane = places.track.lane(beside);
        if lane.kind.is_traffic() && (lane.number > 0) == (own.number > 0) {
            let p = &places.ego.samples()[k].pose;
            follow(places, lanes, k, &places.track.locate(beside, [p.x_m, p.y_m]), &mut out);
        }
    }
    out
}

/// Adds the lanes from a place on.
fn follow(places: Places<'_>, lanes: &Lanes, k: usize, from: &LaneHit, out: &mut Vec<Part>) {
    let samples = places.ego.samples();
    let until = samples[k].t_ns.saturating_add(LOOK_AHEAD_NS);
    let (mut at, mut begin_m, ego_lateral_m) = (from.lane, -from.station_m, from.lateral_m);
    out.push(Part { lane: at, begin_m, ego_lateral_m });
    let most = out.len() + 64;
    // The sample at which the ego is next seen in another lane.
    let mut next = lanes.next_change[k];
    loop {
        begin_m += places.track.lane(at).length_m();
        if begin_m > HORIZON_M || out.len() > most {
            return;
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
            _ => return,
        };
        out.push(Part { lane: at, begin_m, ego_lateral_m });
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

/// How far a body can reach from its centre, m.
pub(crate) fn reach_m(run: &Run) -> f64 {
    0.5 * (run.size.length_m + run.size.width_m)
}

/// How far any body of the window can reach from its centre, m.
pub(crate) fn farthest_reach_m(m: &Measures<'_>) -> f64 {
    m.window().runs().iter().map(reach_m).fold(0.0, f64::max)
}

/// Box around its lanes.
pub(crate) fn bounds(track: &Track, corridor: &[Part]) -> ([f64; 2], [f64; 2]) {
    corridor
        .iter()
        .map(|part| track.lane_bounds(part.lane))
        .fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(lo, hi), (a, b)| {
            ([lo[0].min(a[0]), lo[1].min(a[1])], [hi[0].max(b[0]), hi[1].max(b[1])])
        })
}

/// Half the width of the widest of its lanes, m.
pub(crate) fn half_width_m(track: &Track, corridor: &[Part]) -> f64 {
    corridor.iter().map(|part| track.half_width_m(part.lane)).fold(0.0, f64::max)
}

/// Where an actor's centre is in the corridor.
#[derive(Clone, Copy)]
pub(crate) struct InWay {
    pub(crate) lane: LaneIx,
    /// Way from the ego's centre along the lanes, m.
    pub(crate) station: f64,
    /// How far left of the ego's strip's middle, m.
    pub(crate) beside: f64,
    /// Direction of the lane, rad.
    pub(crate) heading: f64,
}

/// The corridor of a sample, in which others are looked for.
pub(crate) struct Way<'w> {
    pub(crate) track: &'w Track,
    pub(crate) corridor: &'w [Part],
    pub(crate) ego: Pose,
    pub(crate) of: Of,
    /// Lanes of those who stand, if they are kept.
    pub(crate) standing: Option<&'w mut Standing>,
    /// Room to work in.
    pub(crate) room: Room,
}

/// Lanes and spots that are looked up again and again.
#[derive(Default)]
pub(crate) struct Room {
    points: Vec<AlongLane>,
    spots: Vec<Spot>,
}

impl Way<'_> {
    /// The points of a footprint that are looked up.
    fn points(&self, pose: &Pose) -> &'static [Point] {
        use Point::{Centre, Front, FrontLeft, FrontRight, Rear, RearLeft, RearRight};
        let turn = math::angle_between(self.ego.yaw_rad, pose.yaw_rad).abs();
        match self.of {
            Of::Lane if turn <= std::f64::consts::FRAC_PI_2 => &[Centre, Rear],
            Of::Lane => &[Centre, Front],
            Of::Way if turn <= ALONG_RAD => &[Centre, RearLeft, RearRight],
            Of::Way if turn >= std::f64::consts::PI - ALONG_RAD => &[Centre, FrontLeft, FrontRight],
            Of::Way => &[Centre, FrontLeft, RearLeft, RearRight, FrontRight],
        }
    }

    /// Whether somebody can be in it ahead of the ego: never wrong if it says no.
    pub(crate) fn may_hold(&mut self, run: &Run, other: &Other) -> bool {
        let (reach, at) = (reach_m(run), [other.pose.x_m, other.pose.y_m]);
        let (track, corridor, points) = (self.track, self.corridor, self.points(&other.pose));
        let near = |c: &&Part| track.may_hold(c.lane, at, reach);
        let mut near = corridor.iter().filter(near).peekable();
        if near.peek().is_none() {
            return false;
        }
        if let Some(standing) = self.standing.as_mut().filter(|_| Standing::stands(run, other)) {
            let holds =
                |spot: &Spot| corridor.iter().any(|c| c.lane == spot.lane && spot.way_m(c.begin_m) > 0.0);
            return points.iter().any(|p| standing.lanes(track, run, other, *p).iter().any(holds));
        }
        let footprint = body::footprint(&other.pose, &run.size);
        near.any(|c| track.may_touch(c.lane, c.ahead_from_m(reach), &footprint))
    }

    /// Where somebody is in it ahead of the ego.
    pub(crate) fn find(&mut self, run: &Run, other: &Other, out: &mut Vec<InWay>) {
        let (track, corridor) = (self.track, self.corridor);
        let part = |lane: LaneIx| corridor.iter().find(|c| c.lane == lane);
        let his = self.points(&other.pose);
        let Room { points, spots: looked_up } = &mut self.room;
        for point in his {
            let spots = match self.standing.as_mut().filter(|_| Standing::stands(run, other)) {
                Some(standing) => standing.lanes(track, run, other, *point),
                None => {
                    looked_up.clear();
                    let z_m = run.z_m.as_ref().and_then(|z| z.get(other.i));
                    let wanted = |lane: LaneIx| part(lane).is_some();
                    spots::look_up(track, (&other.pose, run, z_m), *point, wanted, (points, looked_up));
                    &looked_up[..]
                }
            };
            for spot in spots {
                let Some(part) = part(spot.lane) else { continue };
                let station = spot.way_m(part.begin_m);
                if station <= 0.0 {
                    continue;
                }
                out.push(InWay {
                    lane: spot.lane,
                    station,
                    beside: spot.lateral_m - part.ego_lateral_m,
                    heading: spot.heading_rad,
                });
            }
        }
    }
}
