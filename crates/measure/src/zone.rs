//! The ego and areas of the road: crossings, yellow boxes, bus stops, school zones, level crossings.
//!
//! **Room** (m): distance in plan from the ego's body to an area's outline; negative inside, then how deep. The body is
//! looked at in nine points: corners, middles of the sides, centre. **Uncertainty**: position accuracy, half of the
//! size's, the yaw's × half the diagonal, and the survey's.
//!
//! **Entering** (s): the middle of the front bumper, moving straight between two samples, goes from outside an outline
//! to inside; its uncertainty as that of a [`gate`].

use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_track::{CrossingIx, Track, Zone, ZoneKind, outline_distance};

use crate::value::Value;
use crate::{EgoSample, Measures, body, gate};

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

/// Crossings near the ego's way in the block.
#[must_use]
pub fn crossings_near(m: &Measures<'_>) -> Vec<CrossingIx> {
    let Some(track) = m.track() else { return Vec::new() };
    let near = near(m);
    track.crossings().filter(|(_, c)| near(&c.outline_m)).map(|(ix, _)| ix).collect()
}

/// Zones of a kind near the ego's way in the block.
#[must_use]
pub fn zones_near<'a>(m: &Measures<'a>, kind: ZoneKind) -> Vec<&'a Zone> {
    let Some(track) = m.track() else { return Vec::new() };
    let near = near(m);
    track.zones().iter().filter(|z| z.kind == kind && near(&z.outline_m)).collect()
}

fn near(m: &Measures<'_>) -> impl Fn(&[[f64; 3]]) -> bool {
    let (mut lo, mut hi) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for k in m.ego().in_block() {
        let pose = m.ego().samples()[k].pose;
        for (i, v) in [pose.x_m, pose.y_m].into_iter().enumerate() {
            (lo[i], hi[i]) = (lo[i].min(v - AROUND_M), hi[i].max(v + AROUND_M));
        }
    }
    move |outline: &[[f64; 3]]| {
        let side = |i: usize| {
            let of = |p: &[f64; 3]| p[i];
            let (a, b) = (outline.iter().map(of), outline.iter().map(of));
            a.fold(f64::INFINITY, f64::min) <= hi[i] && b.fold(f64::NEG_INFINITY, f64::max) >= lo[i]
        };
        side(0) && side(1)
    }
}

/// Room between the ego's body at a sample and an outline.
#[must_use]
pub fn room_m(m: &Measures<'_>, track: &Track, s: &EgoSample, outline_m: &[[f64; 3]]) -> Value {
    let run = &m.window().runs()[s.run];
    let (x, y) = (0.5 * run.size.length_m, 0.5 * run.size.width_m);
    let points = [-1.0, 0.0, 1.0].into_iter().flat_map(|i| [-1.0, 0.0, 1.0].map(|j| [i * x, j * y]));
    let value = points.map(|p| room(outline_m, body::point_m(&s.pose, p))).fold(f64::INFINITY, f64::min);
    let known = Uncertainty::from_option;
    let u = known(run.accuracy.position_m.at(s.i))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(known(run.accuracy.yaw_rad.at(s.i)).times(math::hypot(x, y)))
        .rss(known(track.survey().accuracy_m));
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

/// The ego's front entering an outline in the step from sample `k`.
#[must_use]
pub fn entering(m: &Measures<'_>, track: &Track, k: usize, outline_m: &[[f64; 3]]) -> Option<Entering> {
    let (s, goes_on) = (m.ego().samples()[k], m.ego().samples()[k].goes_on);
    if !goes_on || !on_level(track, &s, outline_m) {
        return None;
    }
    let next = m.ego().samples()[k + 1];
    let front = [0.5 * m.window().runs()[s.run].size.length_m, 0.0];
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
