//! The way of a drive: the middle of the lanes from before a station's entry to beyond its exit, metre by metre.

use lukao_model::math;
use lukao_track::{Gate, LaneIx, Route, Track, Turn};

use crate::path::Path;

/// Spacing of the points that paths are laid through, metres.
const KNOT_M: f64 = 4.0;

/// A point of a way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// Distance along the way, metres.
    pub s_m: f64,
    pub at: [f64; 3],
    pub yaw_rad: f64,
    pub lane: LaneIx,
    /// Station of the lane.
    pub station_m: f64,
}

/// A turn or a change of lane on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bend {
    pub from_m: f64,
    pub to_m: f64,
    pub turn: Turn,
    /// A change of lane, which `turn` tells the side of.
    pub change: bool,
}

/// A way along lanes.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub spots: Vec<Spot>,
    pub bends: Vec<Bend>,
}

impl Way {
    /// Along a route. Where it changes lanes it goes over from one middle to the other in `change_m` metres, as early as both
    /// lanes are `least_m` wide there.
    pub fn along(track: &Track, route: &Route, change_m: f64, least_m: f64) -> Self {
        let mut way = Self { spots: Vec::new(), bends: Vec::new() };
        let mut from = None;
        for (k, leg) in route.legs.iter().enumerate() {
            let lane = track.lane(leg.lane);
            let begin = from.take().unwrap_or(leg.from_m);
            if !leg.changes {
                way.follow(track, leg.lane, begin, leg.to_m);
                continue;
            }
            let Some(next) = route.legs.get(k + 1).map(|l| l.lane) else { continue };
            let other = track.lane(next);
            let beside = |station: f64| other.station_at(lane.road_s_at(station));
            let wide = |station: &f64| other.width_at(beside(*station)) >= least_m;
            let start =
                (0..).map(|i| begin + f64::from(i)).take_while(|s| *s + change_m <= leg.to_m).find(wide);
            let start = start.unwrap_or(begin);
            way.follow(track, leg.lane, begin, start);
            let s0 = way.length_m();
            let n = change_m.ceil();
            for i in 1..=n as usize {
                let u = i as f64 / n;
                let q = u * u * u * (10.0 - 15.0 * u + 6.0 * u * u);
                let station = start + u * change_m;
                let (a, b) = (lane.centre_at(station), other.centre_at(beside(station)));
                let at = [0, 1, 2].map(|d| a[d] + q * (b[d] - a[d]));
                let (on, station_m) = if q < 0.5 { (leg.lane, station) } else { (next, beside(station)) };
                way.push(at, on, station_m);
            }
            let left = lane.left == Some(next);
            let turn = if left { Turn::Left } else { Turn::Right };
            way.bends.push(Bend { from_m: s0, to_m: way.length_m(), turn, change: true });
            from = Some(beside(start + change_m));
        }
        way.settle();
        for (_, path) in track.paths() {
            let on = |s: &&Spot| path.via.contains(&s.lane);
            let whole = route.legs.iter().any(|l| l.lane == path.from)
                && path.via.iter().all(|v| route.legs.iter().any(|l| l.lane == *v));
            if let (true, Some(a), Some(b)) = (whole, way.spots.iter().find(on), way.spots.iter().rfind(on)) {
                // Into a roundabout and on in it nothing is announced.
                let stays = path.to.is_some_and(|to| track.on_ring(to));
                let turn = if stays { Turn::Straight } else { path.turn };
                way.bends.push(Bend { from_m: a.s_m, to_m: b.s_m, turn, change: false });
            }
        }
        way.bends.sort_by(|a, b| a.from_m.total_cmp(&b.from_m));
        way
    }

    fn follow(&mut self, track: &Track, ix: LaneIx, from_m: f64, to_m: f64) {
        let lane = track.lane(ix);
        let n = (to_m - from_m).ceil().max(1.0);
        for k in 0..=n as usize {
            let station = from_m + (to_m - from_m) * k as f64 / n;
            self.push(lane.centre_at(station), ix, station);
        }
    }

    fn push(&mut self, at: [f64; 3], lane: LaneIx, station_m: f64) {
        let s_m = match self.spots.last() {
            None => 0.0,
            Some(last) => {
                let d = math::hypot(at[0] - last.at[0], at[1] - last.at[1]);
                if d < 1e-3 {
                    return;
                }
                last.s_m + d
            }
        };
        self.spots.push(Spot { s_m, at, yaw_rad: 0.0, lane, station_m });
    }

    /// Headings, from the points before and after.
    fn settle(&mut self) {
        let n = self.spots.len();
        for i in 0..n {
            let (a, b) = (self.spots[i.saturating_sub(1)].at, self.spots[(i + 1).min(n - 1)].at);
            self.spots[i].yaw_rad = math::atan2(b[1] - a[1], b[0] - a[0]);
        }
    }

    pub fn length_m(&self) -> f64 {
        self.spots.last().map_or(0.0, |s| s.s_m)
    }

    /// The spot at a distance, the one before it where it lies between two.
    pub fn spot(&self, s_m: f64) -> &Spot {
        let k = self.spots.partition_point(|s| s.s_m <= s_m).clamp(1, self.spots.len());
        &self.spots[k - 1]
    }

    /// Distance of the spot that is nearest to a place.
    pub fn nearest_m(&self, at: [f64; 2]) -> f64 {
        let away = |s: &&Spot| math::hypot(s.at[0] - at[0], s.at[1] - at[1]);
        self.spots.iter().min_by(|a, b| away(a).total_cmp(&away(b))).map_or(0.0, |s| s.s_m)
    }

    /// Place at a distance, shifted to the left.
    pub fn place(&self, s_m: f64, left_m: f64) -> [f64; 2] {
        let spot = self.spot(s_m);
        let (sin, cos) = math::sin_cos(spot.yaw_rad);
        let on = s_m - spot.s_m;
        [spot.at[0] + on * cos - left_m * sin, spot.at[1] + on * sin + left_m * cos]
    }

    /// Distance along the way at which it passes a gate, the first one after `after_m`.
    pub fn through(&self, gate: &Gate, after_m: f64) -> Option<f64> {
        let across = [gate[1][0] - gate[0][0], gate[1][1] - gate[0][1]];
        let side = |p: [f64; 3]| across[0] * (p[1] - gate[0][1]) - across[1] * (p[0] - gate[0][0]);
        let within = |p: [f64; 3]| {
            let f = ((p[0] - gate[0][0]) * across[0] + (p[1] - gate[0][1]) * across[1])
                / (across[0] * across[0] + across[1] * across[1]);
            (-0.2..=1.2).contains(&f)
        };
        self.spots.windows(2).find_map(|w| {
            let (a, b) = (side(w[0].at), side(w[1].at));
            let passes = a <= 0.0 && b > 0.0 && w[1].s_m > after_m && within(w[1].at);
            passes.then(|| w[0].s_m + (w[1].s_m - w[0].s_m) * a / (a - b))
        })
    }

    /// A smooth path along the way, shifted to the left by what a function of the distance says.
    pub fn path(&self, left_m: impl Fn(f64) -> f64) -> Path {
        let n = (self.length_m() / KNOT_M).round().max(1.0);
        let points: Vec<[f64; 2]> = (0..=n as usize)
            .map(|k| {
                let s = self.length_m() * k as f64 / n;
                self.place(s, left_m(s))
            })
            .collect();
        Path::through(&points)
    }

    /// Height of the ground at a place near the way.
    pub fn height(&self, at: [f64; 2]) -> f64 {
        let away = |s: &Spot| math::hypot(s.at[0] - at[0], s.at[1] - at[1]);
        let Some(k) =
            (0..self.spots.len()).min_by(|a, b| away(&self.spots[*a]).total_cmp(&away(&self.spots[*b])))
        else {
            return 0.0;
        };
        // Between the nearest spot and the one on the side on which the place lies.
        let s = &self.spots[k];
        let (sin, cos) = math::sin_cos(s.yaw_rad);
        let on = (at[0] - s.at[0]) * cos + (at[1] - s.at[1]) * sin;
        let other = if on >= 0.0 { k + 1 } else { k.wrapping_sub(1) };
        let Some(o) = self.spots.get(other) else { return s.at[2] };
        let f = (on / (o.s_m - s.s_m)).clamp(0.0, 1.0);
        s.at[2] + f * (o.at[2] - s.at[2])
    }
}
