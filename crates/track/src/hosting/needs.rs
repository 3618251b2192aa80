//! Elements of a field, looked for along a station's way.

use std::collections::BTreeSet;

use lukao_model::math::{angle_between, hypot};

use crate::furniture::{Signal, SignalKind, StructureKind, ZoneKind};
use crate::ix::LaneIx;
use crate::lane::{Lane, Turn};
use crate::mark::{MarkKind, Stripe};
use crate::plane::{P3, dist, xy};
use crate::route::Route;
use crate::stations::Station;
use crate::track::Track;

/// Elements that [`has`] knows.
#[cfg(test)]
pub(crate) const KNOWN: [&str; 26] = [
    "station",
    "signs-5",
    "markings",
    "lights",
    "junction",
    "turn-right",
    "turn-left",
    "turn-around",
    "radius-50",
    "right-angle",
    "waves",
    "edges-2",
    "slope-10",
    "line",
    "edge",
    "lanes-2",
    "oncoming",
    "crossing",
    "bus-stop",
    "school",
    "roundabout",
    "two-levels",
    "tunnel",
    "bays",
    "lane-lights",
    "light-away",
];

/// Least difference of height of a way above another, metres.
const LEVELS_M: f64 = 4.0;
/// Least height of a wave, metres.
const WAVE_M: f64 = 0.03;
/// How far beside the way a bus stop may lie, metres.
const BESIDE_M: f64 = 5.0;

/// Whether a station has an element. A field that its map does not show in part is judged by what the map shows.
pub(crate) fn has(track: &Track, s: &Station, need: &str) -> bool {
    let way = Along { track, route: track.station_route(s) };
    match need {
        "station" => true,
        "signs-5" => way.kinds_of_signs() >= 5,
        "markings" => way.marks(Stripe::Solid) && way.marks(Stripe::Broken),
        "lights" => way.paths().any(|p| !track.lights_of(p).is_empty()),
        "junction" => way.lanes().any(|(_, l)| l.in_junction),
        "turn-right" => way.turns(Turn::Right),
        "turn-left" => way.turns(Turn::Left),
        "turn-around" => way.turns(Turn::Around),
        "radius-50" => way.bends() > 0.5 && way.least_radius_m() >= 50.0,
        "right-angle" => s.edges.len() >= 2 && (1.4..=1.75).contains(&way.bends()),
        "waves" => way.waves() >= 2,
        "edges-2" => s.edges.len() >= 2,
        "slope-10" => s.line.is_some() && s.slope_percent.is_some_and(|p| p >= 10.0) && way.steepest() >= 9.9,
        "line" => s.line.is_some(),
        "edge" => !s.edges.is_empty(),
        "lanes-2" => way.lanes().any(|(_, l)| beside(track, l).any(|b| b.travel == l.travel)),
        "oncoming" => way.lanes().any(|(_, l)| beside(track, l).any(|b| b.travel != l.travel)),
        "crossing" => way.lanes().any(|(ix, _)| way.crossed(ix)),
        "bus-stop" => way.zone(ZoneKind::BusStop),
        "school" => way.zone(ZoneKind::School),
        "roundabout" => way.lanes().any(|(ix, _)| track.on_ring(ix)),
        "two-levels" => way.over_or_under(),
        "tunnel" => way.in_structure(StructureKind::Tunnel),
        "bays" => !s.slots.is_empty(),
        "lane-lights" => way.lanes().any(|(ix, _)| way.over(ix, |s| s.kind == SignalKind::LaneLight)),
        "light-away" => {
            let away = |s: &Signal| s.kind == SignalKind::TrafficLight && s.governs.is_empty();
            way.lanes().any(|(ix, _)| way.over(ix, away))
        }
        _ => false,
    }
}

fn beside<'t>(track: &'t Track, lane: &Lane) -> impl Iterator<Item = &'t Lane> {
    [lane.left, lane.right].into_iter().flatten().map(|l| track.lane(l)).filter(|l| l.kind.is_traffic())
}

/// A station's way, if it has one along lanes.
struct Along<'t> {
    track: &'t Track,
    route: Option<Route>,
}

impl<'t> Along<'t> {
    /// Lanes of the way with the stretch of each.
    fn legs(&self) -> impl Iterator<Item = (LaneIx, &'t Lane, f64, f64)> + '_ {
        let legs = self.route.iter().flat_map(|r| &r.legs);
        legs.map(|l| (l.lane, self.track.lane(l.lane), l.from_m, l.to_m))
    }

    /// Whether a light or sign like that speaks to a lane.
    fn over(&self, lane: LaneIx, like: impl Fn(&Signal) -> bool) -> bool {
        self.track.signals().any(|(_, s)| s.lanes.contains(&lane) && like(s))
    }

    fn lanes(&self) -> impl Iterator<Item = (LaneIx, &'t Lane)> + '_ {
        self.legs().map(|l| (l.0, l.1))
    }

    /// Middle of the way every metre or so.
    fn points(&self) -> Vec<P3> {
        let mut out = Vec::new();
        for (_, lane, from, to) in self.legs() {
            let n = (to - from).ceil().max(1.0);
            out.extend((0..=n as usize).map(|k| lane.centre_at(from + (to - from) * k as f64 / n)));
        }
        out
    }

    fn paths(&self) -> impl Iterator<Item = crate::ix::PathIx> + '_ {
        let lanes: Vec<LaneIx> = self.lanes().map(|l| l.0).collect();
        self.track
            .paths()
            .filter(move |(_, p)| p.via.iter().all(|v| lanes.contains(v)) && lanes.contains(&p.from))
            .map(|p| p.0)
    }

    fn turns(&self, turn: Turn) -> bool {
        self.paths().any(|p| self.track.path(p).turn == turn)
    }

    /// Kinds of signs that the way's traffic sees: what their codes say.
    fn kinds_of_signs(&self) -> usize {
        let mut seen = BTreeSet::new();
        for (ix, _, from, to) in self.legs() {
            for (at, sign) in self.track.signs_on(ix) {
                let s = self.track.signal(*sign);
                let sign = !s.dynamic && !matches!(s.kind, SignalKind::StopLine | SignalKind::Crossing);
                if sign && (from..=to).contains(at) {
                    seen.insert((s.country.as_str(), s.code.as_str()));
                }
            }
        }
        seen.len()
    }

    fn marks(&self, stripe: Stripe) -> bool {
        let lines = self.lanes().flat_map(|(_, l)| [l.left_line, l.right_line]);
        lines.into_iter().any(|line| {
            let marks = &self.track.line(line).marks;
            marks.iter().any(|m| matches!(&m.kind, MarkKind::Stripes(s) if s.contains(&stripe)))
        })
    }

    /// Change of heading over the way, rad, whichever side.
    fn bends(&self) -> f64 {
        let ends: Vec<_> = self.legs().collect();
        let (Some(a), Some(b)) = (ends.first(), ends.last()) else { return 0.0 };
        angle_between(a.1.heading_at(a.2), b.1.heading_at(b.3)).abs()
    }

    /// Radius of the circle through points 5 m apart, the least along the way.
    fn least_radius_m(&self) -> f64 {
        let p = self.points();
        let mut least = f64::INFINITY;
        for i in 5..p.len().saturating_sub(5) {
            let [a, b, c] = [xy(p[i - 5]), xy(p[i]), xy(p[i + 5])];
            let area2 = crate::plane::cross(crate::plane::sub(b, a), crate::plane::sub(c, a)).abs();
            let sides = dist(a, b) * dist(b, c) * dist(a, c);
            if area2 > 1e-9 {
                least = least.min(sides / (2.0 * area2));
            }
        }
        least
    }

    /// Crests along the way.
    fn waves(&self) -> usize {
        let (mut low, mut high, mut up, mut crests) = (f64::INFINITY, f64::NEG_INFINITY, true, 0);
        for z in self.points().iter().map(|p| p[2]) {
            (low, high) = (low.min(z), high.max(z));
            if up && high - z > WAVE_M {
                (up, low, crests) = (false, z, crests + 1);
            } else if !up && z - low > WAVE_M {
                (up, high) = (true, z);
            }
        }
        crests
    }

    /// Greatest upward slope over 5 m, percent.
    fn steepest(&self) -> f64 {
        let p = self.points();
        let slope = |a: &P3, b: &P3| 100.0 * (b[2] - a[2]) / dist(xy(*a), xy(*b)).max(1.0);
        p.iter().zip(p.iter().skip(5)).map(|(a, b)| slope(a, b)).fold(0.0, f64::max)
    }

    fn crossed(&self, lane: LaneIx) -> bool {
        let leg = self.legs().find(|l| l.0 == lane);
        leg.is_some_and(|(_, _, from, to)| {
            let on = self.track.crossings_on(lane).iter().flat_map(|c| &self.track.crossing(*c).lanes);
            on.filter(|s| s.lane == lane).any(|s| s.from_m <= to && s.to_m >= from)
        })
    }

    fn zone(&self, kind: ZoneKind) -> bool {
        let points = self.points();
        let near = |outline: &[P3]| {
            points.iter().any(|p| crate::junction::outline_distance(outline, xy(*p)) <= BESIDE_M)
        };
        self.track.zones().iter().any(|z| z.kind == kind && near(&z.outline_m))
    }

    fn in_structure(&self, kind: StructureKind) -> bool {
        self.legs().any(|(_, lane, from, to)| {
            let (a, b) = (lane.road_s_at(from), lane.road_s_at(to));
            let meets = |s: &crate::furniture::Structure| s.from_s_m <= a.max(b) && s.to_s_m >= a.min(b);
            self.track.structures().iter().any(|s| s.road == lane.road && s.kind == kind && meets(s))
        })
    }

    /// Whether another lane lies above or below some point of the way.
    fn over_or_under(&self) -> bool {
        self.points()
            .iter()
            .any(|p| self.track.lanes_at(xy(*p), None).iter().any(|hit| (hit.z_m - p[2]).abs() >= LEVELS_M))
    }
}

/// Steepest slope of a traffic lane over 5 m, percent, with its road; slopes of hill stations and waves of undulating roads are
/// meant to be steep and do not count.
pub(crate) fn steepest(track: &Track) -> (f64, String) {
    let meant: Vec<&Station> = track
        .stations()
        .iter()
        .filter(|s| s.slope_percent.is_some() || s.kind == "undulating-road")
        .collect();
    let roads: BTreeSet<LaneIx> =
        meant.iter().filter_map(|s| track.station_route(s)).flat_map(|r| r.legs).map(|l| l.lane).collect();
    let road_of = |ix: &LaneIx| track.lane(*ix).road;
    let left_out: BTreeSet<_> = roads.iter().map(road_of).collect();
    let mut worst = (0.0, "none".to_owned());
    for (_, lane) in track.lanes().filter(|(_, l)| l.kind.is_traffic() && !left_out.contains(&l.road)) {
        let n = (lane.length_m() / 5.0).floor() as usize;
        for k in 0..n {
            let (a, b) = (lane.centre_at(5.0 * k as f64), lane.centre_at(5.0 * (k + 1) as f64));
            let slope = 100.0 * (b[2] - a[2]).abs() / hypot(b[0] - a[0], b[1] - a[1]).max(1.0);
            if slope > worst.0 {
                worst = (slope, track.road(lane.road).id.clone());
            }
        }
    }
    worst
}

/// Junctions at which this many arms meet, roundabouts left out. Roads that leave within 30° of each other are one arm:
/// maps may draw both directions as roads of their own.
pub(crate) fn junctions_of(track: &Track, arms: usize) -> usize {
    let mut numbers: Vec<&str> = track.paths().map(|(_, p)| p.junction.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let count = |number: &str| {
        let of: Vec<_> = track.paths().filter(|(_, p)| p.junction == number).map(|p| p.1).collect();
        if of.iter().any(|p| p.via.iter().any(|l| track.on_ring(*l))) {
            return 0;
        }
        let mut out: Vec<f64> = Vec::new();
        for p in of {
            let from = track.lane(p.from);
            let back = from.heading_at(from.length_m()) + std::f64::consts::PI;
            for heading in [Some(back), p.to.map(|l| track.lane(l).heading_at(0.0))].into_iter().flatten() {
                if out.iter().all(|o| angle_between(*o, heading).abs() > 30f64.to_radians()) {
                    out.push(heading);
                }
            }
        }
        out.len()
    };
    numbers.into_iter().filter(|n| count(n) == arms).count()
}
