//! Ways through junctions beside those of the stations: of others that come, and of the ego where it goes elsewhere.

use lukao_model::code::SignalState;
use lukao_model::{Error, math};
use lukao_track::{LaneIx, Path, PathIx, Route, RouteLeg, SignalKind, Track, Turn};

use super::ridden::Ridden;
use super::ride::{HALF_M, Ride, target};
use super::tell::Tell;
use super::way::{Bend, Way};
use crate::body::Body;
use crate::course::Course;
use crate::speed::Speed;

/// Way before and beyond a junction that others are seen on, metres.
const SEEN_M: f64 = 150.0;

/// The way along a path through a junction, from some way before it to some way beyond.
fn along(track: &Track, path: &Path, before_m: f64, beyond_m: f64) -> Option<Way> {
    let length = |l| track.lane(l).length_m();
    let leg = |lane, from_m, to_m| RouteLeg { lane, from_m, to_m, changes: false };
    let (from, to) = (path.from, path.to?);
    let mut legs = vec![leg(from, length(from), length(from))];
    legs.extend(path.via.iter().map(|v| leg(*v, 0.0, length(*v))));
    legs.push(leg(to, 0.0, 0.0));
    let length_m = legs.iter().map(|l| l.to_m - l.from_m).sum();
    Some(Way::along(track, &track.extended(&Route { legs, length_m }, before_m, beyond_m), 50.0, 3.0))
}

/// Where a way enters the junction of a path, metres.
fn enters_m(way: &Way, path: &Path) -> Option<f64> {
    let first = way.spots.iter().find(|s| path.via.contains(&s.lane))?;
    let before: f64 = first.s_m - first.station_m;
    Some(before.max(0.0))
}

/// Somebody who comes through the same junction by a way that crosses the ego's or joins it.
pub(crate) struct Other {
    path: PathIx,
    way: Way,
    /// Where on his way the place that both need begins, and where on the ego's it ends.
    begins_m: f64,
    ends_m: f64,
}

impl Ride {
    /// The path by which the way goes through a junction.
    pub fn path_through(&self, junction: &Bend) -> Option<(PathIx, &Path)> {
        let inside = self.way.spot(f64::midpoint(junction.from_m, junction.to_m)).lane;
        let on_way = |l| self.way.spots.iter().any(|s| s.lane == l);
        self.track.paths().find(|(_, p)| p.via.contains(&inside) && on_way(p.from))
    }

    /// Where the way enters a junction and leaves it, exactly.
    pub fn inside_m(&self, junction: &Bend) -> Option<(f64, f64)> {
        let (ix, path) = self.path_through(junction)?;
        let from = enters_m(&self.way, path)?;
        Some((from, from + self.track.way_of(ix).inside_m))
    }

    fn none(&self, what: &str) -> Error {
        Error::new(self.track.name(), format!("{what} at station {}", self.station.id), "none")
    }

    /// The same ride up to a junction, and another way through it from a lane of the same road. `lane` says whether it is to be the
    /// lane of the ride.
    pub fn turned(&self, junction: &Bend, turn: Turn, lane: bool) -> Result<Self, Error> {
        let none = || self.none("another way through the junction");
        let (own_ix, own) = self.path_through(junction).ok_or_else(none)?;
        let road = |l| (self.track.lane(l).road, self.track.lane(l).number > 0);
        let fits = |(ix, p): &(PathIx, &Path)| {
            let other = *ix != own_ix && p.junction == own.junction && road(p.from) == road(own.from);
            other && p.turn == turn && (!lane || p.from == own.from)
        };
        let nearest =
            |p: &(PathIx, &Path)| (self.track.lane(p.1.from).number - self.track.lane(own.from).number).abs();
        let (_, path) = self.track.paths().filter(fits).min_by_key(nearest).ok_or_else(none)?;
        let before = self.inside_m(junction).ok_or_else(none)?.0;
        let way = along(&self.track, path, before, 60.0).ok_or_else(none)?;
        let entry_m = self.station.entry.as_ref().and_then(|g| way.through(g, 0.0)).ok_or_else(none)?;
        let out = self.station.exit.as_ref().and_then(|g| way.through(g, entry_m));
        let exit_m = out.unwrap_or(way.length_m());
        Ok(Self {
            track: self.track.clone(),
            item: self.item,
            station: self.station.clone(),
            way,
            entry_m,
            exit_m,
        })
    }

    /// Somebody whose path through the junction of the way fits: given his path and the ego's.
    pub fn other(&self, junction: &Bend, fits: impl Fn(&Path, &Path) -> bool) -> Result<Other, Error> {
        let none = || self.none("somebody else's way through the junction");
        let (own_ix, own) = self.path_through(junction).ok_or_else(none)?;
        let found = self.track.paths().filter(|(_, p)| p.junction == own.junction && fits(p, own));
        let with = found.filter_map(|(ix, p)| Some((ix, p, self.track.conflict(own_ix, ix)?)));
        let (path, p, conflict) = with.min_by(|a, b| a.2.b_m[0].total_cmp(&b.2.b_m[0])).ok_or_else(none)?;
        let way = along(&self.track, p, SEEN_M, SEEN_M).ok_or_else(none)?;
        let begins_m = enters_m(&way, p).ok_or_else(none)? + conflict.b_m[0];
        let ends_m = enters_m(&self.way, own).ok_or_else(none)? + conflict.a_m[1];
        Ok(Other { path, way, begins_m, ends_m })
    }

    /// He comes so long after the ego's rear has left the place that both need, with green light if there are lights.
    pub fn comes(&self, other: Other, ridden: Ridden, mps: f64, gap_s: f64) -> Ridden {
        let Other { path, way, begins_m, ends_m } = other;
        let t = ridden.time(ends_m + HALF_M) + gap_s;
        let mut ridden = ridden.about(gap_s, 0.15, t - gap_s - 2.0, t);
        for (_, light) in self.track.signals().filter(|(_, s)| s.governs.contains(&path)) {
            ridden.tell.light(&light.number, &[(0.0, SignalState::Green)]);
        }
        // Once he is there he slows down, so as to run into nobody.
        ridden.actor(arrives(
            &way,
            begins_m - HALF_M,
            t,
            Speed::of(mps).hold_s(t).to_with(0.6 * mps, 1.2, 2.0),
        ))
    }

    /// The way of those who go straight on into the lane beside the one that the ego turns into.
    pub fn straight_beside(&self, junction: &Bend) -> Result<Way, Error> {
        let none = || self.none("a way straight on into the lane beside");
        let (_, own) = self.path_through(junction).ok_or_else(none)?;
        let into = self.track.lane(own.to.ok_or_else(none)?);
        let beside = |p: &Path| p.to.is_some() && (p.to == into.left || p.to == into.right);
        let fits = |p: &&Path| p.junction == own.junction && p.turn == Turn::Straight && beside(p);
        let path = self.track.paths().map(|p| p.1).find(fits).ok_or_else(none)?;
        along(&self.track, path, SEEN_M, SEEN_M).ok_or_else(none)
    }

    /// Where the middle lines of the two roads of a way through a junction meet.
    pub fn centre_m(&self, junction: &Bend) -> Option<[f64; 2]> {
        let (_, path) = self.path_through(junction)?;
        let (a, yaw_a) = self.middle(path.from, true)?;
        let (b, yaw_b) = self.middle(path.to?, false)?;
        let ((sin_a, cos_a), (sin_b, cos_b)) = (math::sin_cos(yaw_a), math::sin_cos(yaw_b));
        let along = ((b[0] - a[0]) * sin_b - (b[1] - a[1]) * cos_b) / (cos_a * sin_b - sin_a * cos_b);
        along.is_finite().then(|| [a[0] + along * cos_a, a[1] + along * sin_a])
    }

    /// A point halfway between the lanes of both directions, at the end or begin of a lane, and the lane's heading there.
    fn middle(&self, lane: LaneIx, end: bool) -> Option<([f64; 2], f64)> {
        let l = self.track.lane(lane);
        let heading = l.heading_at(if end { l.length_m() } else { 0.0 });
        let (sin, cos) = math::sin_cos(heading);
        let to_left = |p: &[f64; 3]| p[1] * cos - p[0] * sin;
        let borders = |own: bool| {
            let of = self.track.road(l.road).lanes.iter().map(|x| self.track.lane(*x));
            let of =
                of.filter(|o| o.section == l.section && o.kind.is_traffic() && (o.travel == l.travel) == own);
            let at = |line: &[[f64; 3]]| if own == end { line.last() } else { line.first() }.copied();
            let mut all: Vec<[f64; 3]> = of.flat_map(|o| [at(&o.left_m), at(&o.right_m)]).flatten().collect();
            all.sort_by(|a, b| to_left(a).total_cmp(&to_left(b)));
            all
        };
        let (inner, theirs) = (*borders(true).last()?, *borders(false).first()?);
        Some(([f64::midpoint(inner[0], theirs[0]), f64::midpoint(inner[1], theirs[1])], heading))
    }

    /// One state of all lights of a junction.
    pub fn all_lights(&self, tell: &mut Tell, junction: &Bend, state: SignalState) {
        let Some((_, path)) = self.path_through(junction) else { return };
        let of = |g: &PathIx| self.track.path(*g).junction == path.junction;
        for (_, light) in self.track.signals().filter(|(_, s)| s.kind == SignalKind::TrafficLight) {
            if light.governs.iter().any(of) {
                tell.light(&light.number, &[(0.0, state)]);
            }
        }
    }
}

impl Other {
    /// He comes by at an even speed and is in the place at a time, if nobody else is.
    pub fn passes(&self, t_s: f64, mps: f64) -> Body {
        arrives(&self.way, self.begins_m, t_s, Speed::of(mps).hold_s(t_s))
    }
}

/// A car whose middle is at a distance of its way at a time; seen as long as it is on the way.
pub(crate) fn arrives(way: &Way, at_m: f64, t_s: f64, speed: Speed) -> Body {
    let from_m = at_m - speed.distance_m(t_s);
    let appears_s = speed.time_at_m(HALF_M + 1.0 - from_m).max(0.0);
    let leaves_s = speed.time_at_m(way.length_m() - HALF_M - 1.0 - from_m);
    let course = Course::new(way.path(|_| 0.0), speed).from_m(from_m);
    target(Body::car("other").course(course), way).log(move |a| a.present_s(&[(appears_s, leaves_s)]))
}
