//! The ego and areas of the road: crossings, yellow boxes, bus stops, school zones, level crossings.
//!
//! **Room** (m): distance in plan from the ego's body to an area's outline; negative inside, then how deep. The body is
//! looked at in nine points: corners, middles of the sides, centre. **Uncertainty**: position accuracy, half of the
//! size's, the yaw's × half the diagonal, and the survey's.
//!
//! **Entering** (s): the middle of the front bumper, moving straight between two samples, goes from outside an outline
//! to inside; its uncertainty as that of a [`gate`].

use std::ops::Range;

use lukao_model::outcome::Uncertainty;
use lukao_track::{CrossingIx, Track, Zone, ZoneKind, outline_distance};

use crate::bounds::Bounds;
use crate::value::Value;
use crate::{EgoSample, Measures, body, gate};

/// Samples for which areas are left out at once.
const TOGETHER: usize = 32;

/// How far around the ego's way of a block areas are looked for, metres.
const AROUND_M: f64 = 60.0;

/// The ego's front entered an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entering {
    /// Ego sample at which the step begins.
    pub k: usize,
    /// When, ns.
    pub t_ns: i64,
    /// Uncertainty of that, s.
    pub u_s: Uncertainty,
    /// Speed then.
    pub speed_mps: Option<Value>,
}

/// An area of the track near the ego's way, with the box around it by which it is left out where it cannot matter.
#[derive(Clone, Copy, Debug)]
pub struct Area<'a> {
    /// Its id, as reports name it.
    pub id: &'a str,
    /// Its outline, not closed.
    pub outline_m: &'a [[f64; 3]],
    bounds: Bounds,
}

impl<'a> Area<'a> {
    fn new(id: &'a str, outline_m: &'a [[f64; 3]]) -> Option<Self> {
        Some(Self { id, outline_m, bounds: Bounds::around(outline_m)? })
    }

    /// Whether the ego's body at a sample can be within a distance of it: cheap, and never wrong if it says no.
    #[must_use]
    pub fn may_reach(&self, m: &Measures<'_>, s: &EgoSample, reach_m: f64) -> bool {
        let size = m.window().runs()[s.run].size;
        let half = 0.5 * (size.length_m + size.width_m);
        self.bounds.near(reach_m + half + ROUNDING_M, [s.pose.x_m, s.pose.y_m])
    }

    /// Whether the ego's centre at a sample is in it.
    #[must_use]
    pub fn holds(&self, s: &EgoSample) -> bool {
        let p = [s.pose.x_m, s.pose.y_m];
        self.bounds.near(ROUNDING_M, p) && outline_distance(self.outline_m, p) == 0.0
    }
}

/// Whether an outline holds a point.
pub(crate) fn holds(outline_m: &[[f64; 3]], p: [f64; 2]) -> bool {
    Bounds::around(outline_m).is_some_and(|b| b.near(ROUNDING_M, p)) && outline_distance(outline_m, p) == 0.0
}

/// More than coordinates are rounded by, metres.
const ROUNDING_M: f64 = 0.01;

/// Crossings near the ego's way in the block.
#[must_use]
pub fn crossings_near<'a>(m: &Measures<'a>) -> Vec<(CrossingIx, Area<'a>)> {
    let (Some(track), Some(way)) = (m.track(), Bounds::of_way(m.ego())) else { return Vec::new() };
    let all = track.crossings().filter_map(|(ix, c)| Some((ix, Area::new(&c.id, &c.outline_m)?)));
    all.filter(|(_, area)| way.within(AROUND_M, &area.bounds)).collect()
}

/// Zones of a kind near the ego's way in the block.
#[must_use]
pub fn zones_near<'a>(m: &Measures<'a>, kind: ZoneKind) -> Vec<(&'a Zone, Area<'a>)> {
    let (Some(track), Some(way)) = (m.track(), Bounds::of_way(m.ego())) else { return Vec::new() };
    let of_kind = track.zones().iter().filter(|z| z.kind == kind);
    let all = of_kind.filter_map(|z| Some((z, Area::new(&z.id, &z.outline_m)?)));
    all.filter(|(_, area)| way.within(AROUND_M, &area.bounds)).collect()
}

/// Areas that the ego's front enters in the steps of the block, in order of the steps and, within one, as they were given.
pub fn entered<'n, T: Copy>(
    m: &'n Measures<'_>,
    near: &'n [(T, Area<'n>)],
) -> impl Iterator<Item = (T, Entering)> + 'n {
    let mut close = Close::new(near, 0.0);
    m.ego().in_block().flat_map(move |k| {
        let of = |(of, area): &&(T, Area<'_>)| Some((*of, entering(m, k, area)?));
        close.at(m, k).iter().filter_map(of).collect::<Vec<_>>()
    })
}

/// Those of some areas that the ego's body can be within a distance of, looked for some samples at once.
pub struct Close<'n, T> {
    near: &'n [(T, Area<'n>)],
    reach_m: f64,
    samples: Range<usize>,
    of: Vec<&'n (T, Area<'n>)>,
}

impl<'n, T> Close<'n, T> {
    /// Of these areas those within that distance.
    #[must_use]
    pub fn new(near: &'n [(T, Area<'n>)], reach_m: f64) -> Self {
        Self { near, reach_m, samples: 0..0, of: Vec::new() }
    }

    /// All that are within the distance at the ego's sample `k` or on the way to the next, and some more, as they were given.
    pub fn at(&mut self, m: &Measures<'_>, k: usize) -> &[&'n (T, Area<'n>)] {
        if !self.samples.contains(&k) {
            let samples = m.ego().samples();
            self.samples = k..(k + TOGETHER).min(samples.len());
            // Up to where the last step leads.
            let way = &samples[k..(self.samples.end + 1).min(samples.len())];
            let half = |s: &EgoSample| {
                let size = m.window().runs()[s.run].size;
                0.5 * (size.length_m + size.width_m)
            };
            let reach = self.reach_m + way.iter().map(half).fold(0.0, f64::max) + ROUNDING_M;
            let way = Bounds::of(way.iter().map(|s| [s.pose.x_m, s.pose.y_m]));
            let may = |x: &&(T, Area<'_>)| way.is_some_and(|way| way.within(reach, &x.1.bounds));
            self.of = self.near.iter().filter(may).collect();
        }
        &self.of
    }
}

/// Room between the ego's body at a sample and an outline.
#[must_use]
pub fn room_m(m: &Measures<'_>, track: &Track, s: &EgoSample, outline_m: &[[f64; 3]]) -> Value {
    let run = &m.window().runs()[s.run];
    let (x, y) = (0.5 * run.size.length_m, 0.5 * run.size.width_m);
    let points = [-1.0, 0.0, 1.0].into_iter().flat_map(|i| [-1.0, 0.0, 1.0].map(|j| [i * x, j * y]));
    let value = points.map(|p| room(outline_m, body::point_m(&s.pose, p))).fold(f64::INFINITY, f64::min);
    let u = body::edge_u(run, s.i).rss(Uncertainty::from_option(track.survey().accuracy_m));
    Value { value, u }
}

/// Distance of a point from an outline; negative inside.
fn room(outline: &[[f64; 3]], p: [f64; 2]) -> f64 {
    let outside = outline_distance(outline, p);
    if outside > 0.0 {
        return outside;
    }
    let n = outline.len();
    let edge = |i: usize| outline_distance(&[outline[i], outline[(i + 1) % n]], p);
    -(0..n).map(edge).fold(f64::INFINITY, f64::min)
}

/// Whether the ego is on the level of an outline.
#[must_use]
pub fn on_level(track: &Track, s: &EgoSample, outline_m: &[[f64; 3]]) -> bool {
    let z = outline_m.iter().map(|p| p[2]).sum::<f64>() / outline_m.len().max(1) as f64;
    gate::on_level(track, s.z_m, z)
}

/// The ego's front entering an area in the step from sample `k`.
fn entering(m: &Measures<'_>, k: usize, area: &Area<'_>) -> Option<Entering> {
    let (s, outline_m) = (&m.ego().samples()[k], area.outline_m);
    if !s.goes_on {
        return None;
    }
    let next = &m.ego().samples()[k + 1];
    // The front is at most half a length from the centre, before and after.
    let length_m = m.window().runs()[s.run].size.length_m;
    if !area.may_reach(m, s, gate::moved_m(s, next) + length_m) {
        return None;
    }
    let track = m.track().filter(|track| on_level(track, s, outline_m))?;
    let front = [0.5 * length_m, 0.0];
    let (p, q) = (body::point_m(&s.pose, front), body::point_m(&next.pose, front));
    if outline_distance(outline_m, p) == 0.0 {
        return None;
    }
    let f = first_meeting(p, q, outline_m)?;
    let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * f).ceil() as i64;
    let speed_mps = gate::speed_at(m.ego(), k, t_ns, |k| m.ego_speed_mps(k));
    let u_s = gate::u_s(m.window(), track, m.ego(), k, speed_mps);
    // Backing out of an area and onto it again is no entering.
    speed_mps.is_none_or(|v| v.value > 0.0).then_some(Entering { k, t_ns, u_s, speed_mps })
}

/// Fraction of the way from p to q at which an outline is first met.
fn first_meeting(p: [f64; 2], q: [f64; 2], outline: &[[f64; 3]]) -> Option<f64> {
    let cross = |a: [f64; 2], b: [f64; 2]| a[0] * b[1] - a[1] * b[0];
    let d = [q[0] - p[0], q[1] - p[1]];
    let n = outline.len();
    let met = (0..n).filter_map(|i| {
        let (a, b) = (outline[i], outline[(i + 1) % n]);
        let (e, o) = ([b[0] - a[0], b[1] - a[1]], [a[0] - p[0], a[1] - p[1]]);
        let det = cross(d, e);
        let (f, g) = (cross(o, e) / det, cross(o, d) / det);
        (det != 0.0 && (0.0..=1.0).contains(&f) && (0.0..=1.0).contains(&g)).then_some(f)
    });
    met.reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 3]; 4] = [[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [4.0, 4.0, 0.0], [0.0, 4.0, 0.0]];

    #[test]
    fn room_is_distance_outside_and_depth_inside() {
        assert_eq!(room(&SQUARE, [7.0, 8.0]), 5.0);
        assert_eq!(room(&SQUARE, [1.0, 2.0]), -1.0);
    }

    #[test]
    fn a_way_meets_the_nearer_side_first() {
        assert_eq!(first_meeting([-4.0, 1.0], [12.0, 1.0], &SQUARE), Some(0.25));
        assert_eq!(first_meeting([-4.0, 5.0], [12.0, 5.0], &SQUARE), None);
    }
}
