//! An exam drive on its way: place, speed, what the log says, who else is there.

use lukao_model::code::{Indicator, SignalState};
use lukao_model::{Channel, Error, Origin, math};
use lukao_track::{Gate, SignalKind, Station, Track, Turn};

use super::everywhere;
use super::pace::Pace;
use super::ridden::Ridden;
use super::tell::Tell;
use super::way::Way;
use crate::body::Body;
use crate::course::Course;
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

/// From the middle of the car to its bumpers, metres.
pub(crate) const HALF_M: f64 = 2.25;
/// From the middle of the car to the outer side of its mirrors, metres.
pub(crate) const MIRROR_M: f64 = 1.0;
/// Distance between the axles of the car, metres.
const WHEELBASE_M: f64 = 2.7;
/// Edges within this of the right wheels are those on the right, metres.
const SIDE_M: f64 = 1.2;
/// Way before the entry and beyond the exit, metres.
const BEFORE_M: f64 = 45.0;
const AFTER_M: f64 = 25.0;
/// Fastest drive, m/s: below the exam's cap of 60 km/h.
pub(crate) const TOP_MPS: f64 = 50.0 / 3.6;
/// Part of a speed limit that is used.
const OF_LIMIT: f64 = 0.92;
/// Greatest acceleration across in bends, m/s².
const ACROSS: f64 = 1.6;
/// Speed over crossings for pedestrians, m/s.
const CROSSING_MPS: f64 = 6.5;
/// How long before a turn or a change of lane it is announced, s. Three are asked for.
const ANNOUNCED_S: f64 = 4.0;
/// Way over which lanes are changed, metres.
const CHANGE_M: f64 = 50.0;

/// A drive of an item at a station, as far as place goes.
#[derive(Clone)]
pub(crate) struct Ride {
    pub track: Track,
    pub item: &'static str,
    pub station: Station,
    pub way: Way,
    /// Where the way passes the gates.
    pub entry_m: f64,
    pub exit_m: f64,
}

impl Ride {
    /// At the first station of the item's kind, along its lanes.
    pub fn new(track: &Track, item: &'static str) -> Result<Self, Error> {
        Self::at(track, item, 0)
    }

    /// The same at the station of its kind that has so many others before it.
    pub fn at(track: &Track, item: &'static str, nth: usize) -> Result<Self, Error> {
        let station = nth_station(track, item, nth)?;
        let route = track.station_route(station).ok_or_else(|| {
            Error::new(track.name(), format!("lanes that lead through station {}", station.id), "none")
        })?;
        let route = track.extended(&route, BEFORE_M, AFTER_M);
        Self::on(track, item, station, Way::along(track, &route, CHANGE_M, 3.3))
    }

    /// On a way of its own.
    pub fn on(track: &Track, item: &'static str, station: &Station, way: Way) -> Result<Self, Error> {
        let gate = |g: &Option<Gate>, after: f64| g.as_ref().and_then(|g| way.through(g, after));
        let entry = gate(&station.entry, 0.0);
        let exit = entry.and_then(|e| gate(&station.exit, e));
        let (Some(entry_m), Some(exit_m)) = (entry, exit) else {
            return Err(Error::new(
                track.name(),
                format!("a way through both gates of station {}", station.id),
                "none",
            ));
        };
        if entry_m < 12.0 {
            let found = format!("{entry_m:.1} m");
            return Err(Error::new(
                track.name(),
                format!("12 m of lane before the entry of station {}", station.id),
                found,
            ));
        }
        Ok(Self { track: track.clone(), item, station: station.clone(), way, entry_m, exit_m })
    }

    /// Ordinary speed on the way: below the limits, slow in bends.
    pub fn pace(&self) -> Pace {
        self.pace_on(&self.way.path(|_| 0.0))
    }

    /// The same on another path along the way.
    pub fn pace_on(&self, path: &Path) -> Pace {
        let n = self.way.length_m().floor() as usize;
        let limit = |s: f64| {
            let spot = self.way.spot(s);
            let limit = self.track.speed_limit_at(spot.lane, spot.station_m).and_then(|l| l.max_mps);
            limit.map_or(TOP_MPS, |l| (OF_LIMIT * l).min(TOP_MPS))
        };
        let bend = |s: f64| (ACROSS / path.at(s).curvature_per_m.abs().max(1e-6)).sqrt().min(TOP_MPS);
        let mut pace = Pace::new(0.0, TOP_MPS);
        // Whole stretches of one limit, and of bends that are slower than it.
        for (margin, of) in [(4.0, &limit as &dyn Fn(f64) -> f64), (3.0, &bend)] {
            let mut open: Option<(f64, f64)> = None;
            for k in 0..=n {
                let s = k as f64;
                let v = of(s);
                let same = |w: f64| margin == 3.0 || (w - v).abs() < 1e-9;
                match &mut open {
                    Some((_, w)) if v < TOP_MPS && same(*w) => *w = w.min(v),
                    _ => {
                        if let Some((from, w)) = open.take() {
                            pace = pace.slow((from - margin).max(0.0), s + margin, w);
                        }
                        open = (v < TOP_MPS).then_some((s, v));
                    }
                }
            }
            if let Some((from, w)) = open {
                pace = pace.slow((from - margin).max(0.0), self.way.length_m() + 100.0, w);
            }
        }
        for (from, to) in self.crossings() {
            pace = pace.slow(from - 6.0, to + 1.0, CROSSING_MPS);
        }
        pace.start_mps = limit(0.0).min(bend(0.0)).min(limit(12.0));
        pace
    }

    /// Crossings for pedestrians over the way: from and to.
    pub fn crossings(&self) -> Vec<(f64, f64)> {
        let mut out: Vec<(f64, f64)> = Vec::new();
        for (_, c) in self.track.crossings() {
            let on = |s: &&super::way::Spot| {
                c.lanes.iter().any(|l| l.lane == s.lane && (l.from_m..=l.to_m).contains(&s.station_m))
            };
            if let (Some(a), Some(b)) = (self.way.spots.iter().find(on), self.way.spots.iter().rfind(on)) {
                out.push((a.s_m, b.s_m));
            }
        }
        out.sort_by(|a, b| a.0.total_cmp(&b.0));
        out
    }

    /// The first stop line of the map after a distance of the way.
    pub fn stop_line_m(&self, after_m: f64) -> Option<f64> {
        self.way.spots.windows(2).find_map(|w| {
            let lines = self.track.stop_lines_on(w[0].lane);
            let hit = lines
                .iter()
                .find(|l| l.0 >= w[0].station_m && l.0 <= w[1].station_m && w[0].lane == w[1].lane)?;
            let at = w[0].s_m + hit.0 - w[0].station_m;
            (at > after_m).then_some(at)
        })
    }

    /// Drives the way's middle at a pace.
    pub fn drive(&self, pace: &Pace) -> Result<Ridden, Error> {
        self.drive_on(self.way.path(|_| 0.0), pace)
    }

    /// Drives a path along the way.
    pub fn drive_on(&self, path: Path, pace: &Pace) -> Result<Ridden, Error> {
        let speed = pace.speed(self.way.length_m() - HALF_M - 1.0)?;
        Ok(self.with(path, speed))
    }

    pub fn with(&self, path: Path, speed: Speed) -> Ridden {
        let to_s = speed.end_s();
        let mut tell = Tell::new();
        for bend in &self.way.bends {
            let side = match bend.turn {
                Turn::Left | Turn::Around => Indicator::Left,
                Turn::Right => Indicator::Right,
                Turn::Straight => continue,
            };
            // A junction is entered by the front.
            let from_m = if bend.change { bend.from_m } else { bend.from_m - HALF_M };
            let to_m = bend.to_m.min(speed.distance_m(to_s));
            let (a, b) = (speed.time_at_m(from_m), speed.time_at_m(to_m));
            tell.indicate(side, (a - ANNOUNCED_S).max(0.0), b);
        }
        self.lights(&mut tell, &[(0.0, SignalState::Green)]);
        let course = Course::new(path, speed.clone());
        Ridden {
            speed,
            course,
            tell,
            actors: Vec::new(),
            to_s,
            size: None,
            known_to: None,
            when_s: None,
            side: Vec::new(),
            ends_s: None,
            gear: None,
        }
    }

    /// Distance of the station's line along the way.
    pub fn line_m(&self) -> Result<f64, Error> {
        let line = self.station.line.as_ref().and_then(|l| self.way.through(l, 0.0));
        line.ok_or_else(|| {
            Error::new(
                self.track.name(),
                format!("a line of station {} across its way", self.station.id),
                "none",
            )
        })
    }

    /// How far to the left of the way's middle the station's edges are, where they pass a distance of the way, metres.
    pub fn edges_left_m(&self, s_m: f64) -> Vec<f64> {
        let spot = self.way.spot(s_m);
        let (sin, cos) = math::sin_cos(spot.yaw_rad);
        let at = self.way.place(s_m, 0.0);
        let mut out = Vec::new();
        for pair in self.station.edges.iter().flat_map(|e| e.windows(2)) {
            // In the frame of the spot: ahead and to the left.
            let [a, b] = [pair[0], pair[1]].map(|p| {
                let (dx, dy) = (p[0] - at[0], p[1] - at[1]);
                [dx * cos + dy * sin, dy * cos - dx * sin]
            });
            let f = if a[0] == b[0] { 0.0 } else { -a[0] / (b[0] - a[0]) };
            if (0.0..=1.0).contains(&f) && a[0] * b[0] <= 0.0 {
                out.push(a[1] + f * (b[1] - a[1]));
            }
        }
        out
    }

    /// From the way's middle to the station's nearest edge on the right, else to the lane's border, metres.
    pub fn to_edge_m(&self, s_m: f64) -> f64 {
        let rights = self.edges_left_m(s_m).into_iter().map(|l| -l).filter(|r| *r > 0.0);
        rights.reduce(f64::min).unwrap_or_else(|| self.to_lane_border_m(s_m))
    }

    /// How far wheels at such places of the body (half widths at both axles) get beyond the station's edges on the right of a path,
    /// or how far they stay from them (negative), metres.
    pub fn beyond_m(&self, path: &Path, half_m: f64) -> f64 {
        let mut most = f64::NEG_INFINITY;
        let n = (2.0 * (self.exit_m - self.entry_m)) as usize;
        for k in 0..=n {
            // The path is that of the rear axle.
            let p = path.at(self.entry_m + 0.5 * k as f64).pose;
            let (sin, cos) = math::sin_cos(p.yaw_rad);
            for (u, v) in [(0.0, -half_m), (WHEELBASE_M, -half_m)] {
                let at = [p.x_m + u * cos - v * sin, p.y_m + u * sin + v * cos];
                for pair in self.station.edges.iter().flat_map(|e| e.windows(2)) {
                    let [a, b] = [pair[0], pair[1]];
                    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
                    let length = math::hypot(dx, dy).max(1e-9);
                    let on = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length;
                    // To the right of the edge, seen along the path.
                    let along = if dx * cos + dy * sin >= 0.0 { 1.0 } else { -1.0 };
                    let right = along * ((at[0] - a[0]) * dy - (at[1] - a[1]) * dx) / length;
                    // Edges on the other side are farther off than the way is wide.
                    if (0.0..=length).contains(&on) && right.abs() < SIDE_M {
                        most = most.max(right);
                    }
                }
            }
        }
        most
    }

    /// From the way's middle to the border of its lane, metres.
    pub fn to_lane_border_m(&self, s_m: f64) -> f64 {
        let spot = self.way.spot(s_m);
        0.5 * self.track.lane(spot.lane).width_at(spot.station_m)
    }

    /// Change of heading between the gates, rad.
    pub fn turned_rad(&self) -> f64 {
        math::angle_between(self.way.spot(self.entry_m).yaw_rad, self.way.spot(self.exit_m).yaw_rad)
    }

    /// How far to the left the middle of the lane beside is, and whether it is on the left.
    pub fn lane_beside(&self) -> Result<(f64, bool), Error> {
        let middle = self.way.spot(f64::midpoint(self.entry_m, self.exit_m));
        let lane = self.track.lane(middle.lane);
        let same = |ix: &lukao_track::LaneIx| {
            let l = self.track.lane(*ix);
            l.kind.is_traffic() && l.travel == lane.travel
        };
        let (other, left) = match (lane.left.filter(same), lane.right.filter(same)) {
            (Some(l), _) => (l, true),
            (None, Some(r)) => (r, false),
            (None, None) => {
                let found = format!("none beside {}", lane.id);
                return Err(Error::new(
                    self.track.name(),
                    format!("two lanes at station {}", self.station.id),
                    found,
                ));
            }
        };
        let width =
            0.5 * (lane.width_at(middle.station_m) + self.track.lane(other).width_at(middle.station_m));
        Ok((if left { width } else { -width }, left))
    }

    /// A path that runs in the lane beside over stretches, going over in `change_m` at either end (at the first only where it
    /// lasts until the way's end), and whether that lane is on the left.
    pub fn beside(&self, stretches: &[(f64, f64)], change_m: f64) -> Result<(Path, bool), Error> {
        self.beside_by(stretches, change_m, 0.0)
    }

    /// The same, nearer to the way's middle by some metres than the middle of the lane beside.
    pub fn beside_by(
        &self,
        stretches: &[(f64, f64)],
        change_m: f64,
        nearer_m: f64,
    ) -> Result<(Path, bool), Error> {
        let (over, left) = self.lane_beside()?;
        let over = if left { over - nearer_m } else { over + nearer_m };
        let ease = |u: f64| {
            let u = u.clamp(0.0, 1.0);
            u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
        };
        let aside = |s: f64| {
            let of =
                |(from, to): &(f64, f64)| ease((s - from) / change_m) * (1.0 - ease((s - to) / change_m));
            over * stretches.iter().map(of).fold(0.0, f64::max)
        };
        Ok((self.way.path(aside), left))
    }

    /// Says the states of the lights that the way passes, and red to all others of those junctions.
    pub fn lights(&self, tell: &mut Tell, own: &[(f64, SignalState)]) {
        let whole =
            |via: &[lukao_track::LaneIx]| via.iter().all(|v| self.way.spots.iter().any(|s| s.lane == *v));
        // Where the way ends before a junction, the ego may still come to its line.
        let last = self.way.spots.last().map(|s| s.lane);
        let mine: Vec<_> = self
            .track
            .paths()
            .filter(|(_, p)| {
                Some(p.from) == last || whole(&p.via) && self.way.spots.iter().any(|s| s.lane == p.from)
            })
            .collect();
        for (_, signal) in self.track.signals().filter(|(_, s)| s.kind == SignalKind::TrafficLight) {
            let at = |p: &lukao_track::PathIx| &self.track.path(*p).junction;
            if !mine.iter().any(|(_, m)| signal.governs.iter().any(|g| *at(g) == m.junction)) {
                continue;
            }
            let governs = mine.iter().any(|(ix, _)| signal.governs.contains(ix));
            tell.light(&signal.number, if governs { own } else { &[(0.0, SignalState::Red)] });
        }
    }

    /// A car along the same way, `ahead_m` farther on than the ego's begin, shifted to the left.
    pub fn car(&self, id: &str, from_m: f64, left_m: f64, speed: Speed) -> Body {
        let course = Course::new(self.way.path(|_| left_m), speed).from_m(from_m);
        target(Body::car(id).course(course), &self.way)
    }

    /// A person who walks across the way at a distance, from the right to the left (or the other way if `back`): from and to
    /// metres left of the way's middle.
    pub fn walker(
        &self,
        id: &str,
        at_m: f64,
        from_left_m: f64,
        to_left_m: f64,
        wait_s: f64,
        mps: f64,
    ) -> Body {
        let (a, b) = (self.way.place(at_m, from_left_m), self.way.place(at_m, to_left_m));
        let yaw = math::atan2(b[1] - a[1], b[0] - a[0]);
        let length = math::hypot(b[0] - a[0], b[1] - a[1]);
        let speed = Speed::of(0.0).hold_s(wait_s).to(mps, 1.0).stop_at_m(length, 1.0);
        target(
            Body::pedestrian(id).course(Course::new(Path::from(a[0], a[1], yaw).straight(length), speed)),
            &self.way,
        )
    }

    /// A thing that lies or stands at a place of the way.
    pub fn thing(
        &self,
        id: &str,
        class: lukao_model::vehicle::ActorClass,
        at_m: f64,
        left_m: f64,
        size: [f64; 2],
    ) -> Body {
        let [x, y] = self.way.place(at_m, left_m);
        let yaw = self.way.spot(at_m).yaw_rad;
        target(Body::other(id, class, size[0], size[1]).course(Course::standing(x, y, yaw)), &self.way)
    }

    /// How long the attempt of a course lasts, s.
    pub fn attempt_s(&self, course: &Course) -> f64 {
        let ego = Body::car("ego").course(course.clone());
        let (begin, end) = attempt(&ego, &self.station, course.end_s());
        end.unwrap_or(course.end_s()) - begin.unwrap_or(0.0)
    }

    /// Makes the plan of what was asked for.
    pub fn at_last(&self, ridden: Ridden, ask: &super::Ask<'_>) -> Plan {
        self.clone().plan(ridden, ask.fault)
    }

    /// Makes the plan.
    pub fn plan(self, ridden: Ridden, fault: Option<&str>) -> Plan {
        let Ridden {
            speed,
            mut course,
            mut tell,
            actors,
            to_s,
            size,
            known_to,
            when_s,
            side,
            gear,
            ends_s,
            ..
        } = ridden;
        let (mut size, mut known_to, mut when_s) = (size, known_to, when_s);
        if fault == Some("over-limit") {
            let limit = |s: f64| {
                let spot = self.way.spot(s);
                self.track.speed_limit_at(spot.lane, spot.station_m).and_then(|l| l.max_mps)
            };
            let (begin, end) = attempt(&Body::car("ego").course(course.clone()), &self.station, to_s);
            let (begin, end) = (begin.unwrap_or(0.0), end.unwrap_or(to_s));
            if let Some((faster, kmh, a, b)) = everywhere::too_fast(&speed, limit, begin, end) {
                course = course.at_speed(faster);
                (size, known_to, when_s) = (Some(kmh), Some(0.05), Some((a, b)));
            }
        }
        let way = self.way.clone();
        let ego = Body::car("ego").course(course).with_instruments().log(move |a| {
            let a = a.origin(Origin::Reference).accuracy(Some(0.02), Some(0.001)).size_accuracy(Some(0.01));
            let a = a.with(|actor| {
                if let Some(sheet) = &mut actor.sheet {
                    (sheet.width_with_mirrors_m, sheet.accuracy_m) = (Some(2.0 * MIRROR_M), Some(0.01));
                }
            });
            a.real(Channel::Brake, |_, s| {
                Some((-s.accel_lon_mps2 * s.speed_mps.signum() / 8.0).clamp(0.0, 1.0))
            })
            .channel_quality(
                Channel::Brake,
                lukao_model::values::Accuracy::Constant(0.01),
                Origin::VehicleBus,
            )
            .real(Channel::Throttle, |_, s| {
                Some((s.accel_lon_mps2 * s.speed_mps.signum() / 5.0).clamp(0.0, 1.0))
            })
            .channel_quality(
                Channel::Throttle,
                lukao_model::values::Accuracy::Constant(0.01),
                Origin::VehicleBus,
            )
            .ground(move |at| way.height(at))
        });
        let ego = match gear {
            Some(gear) => ego.in_gear(gear),
            None => ego,
        };
        let (begin, end) = attempt(&ego, &self.station, to_s);
        let end = ends_s.or(end);
        if let Some((of, from_s, until_s)) =
            fault.and_then(|f| everywhere::put(&mut tell, f, begin.unwrap_or(0.0), end.unwrap_or(to_s)))
        {
            (size, known_to, when_s) = (Some(of.unwrap_or(1.0)), of.map(|_| 0.0), Some((from_s, until_s)));
        }
        let mut actors = actors;
        if fault == Some("bumped")
            && let Some((thing, deep, u, t)) =
                everywhere::bump(&ego, begin.unwrap_or(0.0), end.unwrap_or(to_s))
        {
            actors.push(target(thing, &self.way));
            (size, known_to, when_s) = (Some(deep), Some(u), Some((t, t + 1.0)));
        }
        tell.text(Channel::Mark, begin.unwrap_or(0.0), format!("begin: {}", self.item));
        tell.text(Channel::Mark, end.unwrap_or(to_s), format!("end: {}", self.item));
        let name = fault.map_or(self.item.to_owned(), |f| format!("{}, {f}", self.item));
        let mut plan = Plan::new(&name, to_s, ego).hz(100.0).on(self.track).size(size).known_to(known_to);
        if let Some((a, b)) = when_s {
            plan = plan.when_s(a, b);
        }
        for (conduct, why) in side {
            plan = plan.side(conduct, why);
        }
        for body in actors {
            plan = plan.actor(body);
        }
        plan.log(move |d| tell.write(d))
    }
}

/// Drives of the item on a track: the first station of its kind.
pub(crate) fn station<'t>(track: &'t Track, item: &str) -> Result<&'t Station, Error> {
    nth_station(track, item, 0)
}

fn nth_station<'t>(track: &'t Track, item: &str, nth: usize) -> Result<&'t Station, Error> {
    let found = || {
        let kinds: Vec<&str> = track.stations().iter().map(|s| s.kind.as_str()).collect();
        if kinds.is_empty() { "no stations".to_owned() } else { kinds.join(", ") }
    };
    track.stations().iter().filter(|s| s.kind == item).nth(nth).ok_or_else(|| {
        let which = if nth == 0 { "a".to_owned() } else { format!("{} stations, not fewer,", nth + 1) };
        Error::new(track.name(), format!("{which} station of the kind {item}"), found())
    })
}

/// As its own instrument logs it, on the ground of the way.
pub(crate) fn target(body: Body, way: &Way) -> Body {
    let way = way.clone();
    body.log(move |a| {
        a.hz(20.0)
            .origin(Origin::Target)
            .accuracy(Some(0.02), Some(0.01))
            .size_accuracy(Some(0.01))
            .ground(move |at| way.height(at))
    })
}

/// When the front passes the entry and, after that, the rear the exit.
fn attempt(ego: &Body, station: &Station, to_s: f64) -> (Option<f64>, Option<f64>) {
    let passes = |gate: &Gate, ahead_m: f64, after_s: f64| {
        let side = |t: f64| {
            let p = ego.state(t).pose;
            let (sin, cos) = math::sin_cos(p.yaw_rad);
            let at = [p.x_m + ahead_m * cos, p.y_m + ahead_m * sin];
            let across = [gate[1][0] - gate[0][0], gate[1][1] - gate[0][1]];
            let away = across[0] * (at[1] - gate[0][1]) - across[1] * (at[0] - gate[0][0]);
            let f = ((at[0] - gate[0][0]) * across[0] + (at[1] - gate[0][1]) * across[1])
                / (across[0] * across[0] + across[1] * across[1]);
            (away, (0.0..=1.0).contains(&f))
        };
        let steps = ((to_s - after_s) / 0.01) as usize;
        let (mut before, _) = side(after_s);
        for k in 1..=steps {
            let t = after_s + 0.01 * k as f64;
            let (away, within) = side(t);
            if before <= 0.0 && away > 0.0 && within {
                return Some(t);
            }
            before = away;
        }
        None
    };
    let begin = station.entry.as_ref().and_then(|g| passes(g, HALF_M, 0.0));
    let end = station.exit.as_ref().and_then(|g| passes(g, -HALF_M, begin.unwrap_or(0.0)));
    (begin, end)
}
