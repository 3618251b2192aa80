//! Lines on the road that a part of the ego passes.
//!
//! A line is crossed when the chosen part of the ego goes from one of its sides to the other between two samples,
//! where each point of the part moves straight. How far it got beyond is measured at the samples of the next
//! 3 s, until the whole part is back.
//!
//! - [`Part::Centre`]: the middle of the footprint. When it has crossed, the vehicle certainly has.
//! - [`Part::Body`]: any corner of the footprint. The wheels may still be inside.
//! - [`Part::Wheels`]: the outer edge of any tyre, from the vehicle sheet; without wheel geometry nothing is told.
//!
//! **Uncertainty** of the distance beyond (m): position accuracy, for body and wheels also half of the size's and
//! the yaw's × their reach, and the survey's.

use std::sync::OnceLock;

use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_track::{Line, LineIx, LineTouched, LinesNear, Side, Track};

use crate::body;
use crate::value::Value;
use crate::{EgoSample, Measures};

/// Which part of the ego counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Middle of the footprint.
    Centre,
    /// Corners of the footprint.
    Body,
    /// Outer edges of the tyres.
    Wheels,
}

/// How long after a crossing the way beyond the line is followed, ns.
pub const FOLLOW_NS: i64 = 3 * S;

/// A part of the ego crossed a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The line.
    pub line: LineIx,
    /// When, ns.
    pub t_ns: i64,
    /// Side that it came from, seen along rising `s` of the road.
    pub from: Side,
    /// OpenDRIVE `s` of the place.
    pub road_s_m: f64,
    /// Whether the line is solid from that side; `None` if the map does not describe it well enough.
    pub solid: Option<bool>,
    /// How the map calls the marking; empty if it records none.
    pub marking: String,
    /// How far the part got beyond the line within the next 3 s, metres.
    pub beyond_m: Value,
    /// When it was farthest, ns.
    pub farthest_ns: i64,
}

/// Points of a part in the body's own frame; `None` if the vehicle sheet does not give them.
#[must_use]
pub fn own_points_m(m: &Measures<'_>, s: &EgoSample, part: Part) -> Option<Vec<[f64; 2]>> {
    let run = &m.window().runs()[s.run];
    match part {
        Part::Centre => Some(vec![[0.0, 0.0]]),
        Part::Body => Some(body::own_corners_m(&run.size).to_vec()),
        Part::Wheels => {
            let sheet = m.window().actor(run.actor).sheet.as_ref();
            body::own_wheels_m(&run.size, sheet).map(|w| w.to_vec())
        }
    }
}

/// Lines crossed in the step from the ego's sample `k`, in order; `None` if the part is not known. Empty without
/// a track.
#[must_use]
pub fn crossings(m: &Measures<'_>, k: usize, part: Part) -> Option<Vec<Crossing>> {
    let s = m.ego().samples()[k];
    let own = own_points_m(m, &s, part)?;
    let (Some(track), true) = (m.track(), s.goes_on) else { return Some(Vec::new()) };
    let next = m.ego().samples()[k + 1];
    let (from, to) = (body::points_m(&s.pose, &own), body::points_m(&next.pose, &own));
    let swept = match m.lines_near(k).filter(|near| near.hold(&from) && near.hold(&to)) {
        Some(near) => track.lines_swept_of(near, &from, &to, s.z_m),
        None => track.lines_swept(&from, &to, s.z_m),
    };
    let crossings = swept.into_iter().map(|c| {
        let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * c.fraction).round() as i64;
        let (beyond, farthest_ns) = follow(m, track.line(c.line), c.from, k + 1, &own);
        Crossing {
            line: c.line,
            t_ns,
            from: c.from,
            road_s_m: c.road_s_m,
            solid: c.solid(),
            marking: c.mark.map(|m| m.declared.clone()).unwrap_or_default(),
            beyond_m: Value { value: beyond, u: uncertainty(m, track, &s, part, &own) },
            farthest_ns,
        }
    });
    Some(crossings.collect())
}

/// Lines under a part of the ego at its sample `k`, whose outline there is given.
#[must_use]
pub fn touched<'t>(m: &Measures<'t>, k: usize, outline_m: &[[f64; 2]]) -> Vec<LineTouched<'t>> {
    let (Some(track), z_m) = (m.track(), m.ego().samples()[k].z_m) else { return Vec::new() };
    match m.lines_near(k).filter(|near| near.hold(outline_m)) {
        Some(near) => track.lines_touched_of(near, outline_m, z_m),
        None => track.lines_touched(outline_m, z_m),
    }
}

/// Samples for which lines are looked up at once.
const TOGETHER: usize = 8;

/// Wheels and mirrors may reach out of the footprint by this, m; what reaches farther is looked up by itself.
const BEYOND_M: f64 = 0.5;

/// Lines around the ego at its samples in the block and up to those after them, looked up when they are first asked for.
pub(crate) struct Around(Vec<OnceLock<LinesNear>>);

impl Around {
    pub(crate) fn new(m: &Measures<'_>) -> Self {
        Self((0..m.ego().in_block().len().div_ceil(TOGETHER)).map(|_| OnceLock::new()).collect())
    }

    pub(crate) fn at(&self, m: &Measures<'_>, track: &Track, k: usize) -> Option<&LinesNear> {
        let (samples, block) = (m.ego().samples(), m.ego().in_block());
        let part = k.checked_sub(block.start)? / TOGETHER;
        Some(self.0.get(part)?.get_or_init(|| {
            let first = block.start + part * TOGETHER;
            let part = &samples[first..(first + TOGETHER + 1).min(samples.len())];
            let size = |s: &EgoSample| m.window().runs()[s.run].size;
            let reach = part.iter().map(|s| 0.5 * math::hypot(size(s).length_m, size(s).width_m));
            let reach = reach.fold(0.0, f64::max) + BEYOND_M;
            let centres: Vec<[f64; 2]> = part.iter().map(|s| [s.pose.x_m, s.pose.y_m]).collect();
            track.lines_near(&centres, reach)
        }))
    }
}

/// Greatest distance of the part beyond a line from sample `k` on, and when; ends when it is back.
fn follow(m: &Measures<'_>, line: &Line, from: Side, k: usize, own: &[[f64; 2]]) -> (f64, i64) {
    let samples = m.ego().samples();
    let until = samples[k].t_ns.saturating_add(FOLLOW_NS);
    let mut best = (0.0, samples[k].t_ns);
    let rest = samples.get(k..).unwrap_or_default();
    for (j, s) in rest.iter().enumerate() {
        if s.t_ns > until || (j > 0 && !rest[j - 1].goes_on) {
            break;
        }
        // Positive to the left; beyond is the side that it did not come from. Past the line's ends nothing counts.
        let beyond = own.iter().filter_map(|p| offset(body::point_m(&s.pose, *p), &line.points_m));
        let beyond = beyond.map(|d| if from == Side::Left { -d } else { d });
        let Some(far) = beyond.reduce(f64::max) else { break };
        if far > best.0 {
            best = (far, s.t_ns);
        }
        if far <= 0.0 && j > 0 {
            break;
        }
    }
    best
}

fn uncertainty(m: &Measures<'_>, track: &Track, s: &EgoSample, part: Part, own: &[[f64; 2]]) -> Uncertainty {
    let run = &m.window().runs()[s.run];
    let known = Uncertainty::from_option;
    let base = known(run.accuracy.position_m.at(s.i)).rss(known(track.survey().accuracy_m));
    if part == Part::Centre {
        return base;
    }
    let reach = own.iter().map(|p| math::hypot(p[0], p[1])).fold(0.0, f64::max);
    let size = match part {
        Part::Wheels => m.window().actor(run.actor).sheet.as_ref().and_then(|s| s.accuracy_m),
        _ => run.size.accuracy_m,
    };
    base.rss(known(size).times(0.5)).rss(known(run.accuracy.yaw_rad.at(s.i)).times(reach))
}

/// Distance of a point from a polyline, left positive; `None` beside its ends.
fn offset(p: [f64; 2], line: &[[f64; 3]]) -> Option<f64> {
    let mut best: Option<(f64, f64)> = None;
    for w in line.windows(2) {
        let (d, q) = ([w[1][0] - w[0][0], w[1][1] - w[0][1]], [p[0] - w[0][0], p[1] - w[0][1]]);
        let len = math::hypot(d[0], d[1]);
        if len == 0.0 {
            continue;
        }
        let f = (q[0] * d[0] + q[1] * d[1]) / (len * len);
        let side = (d[0] * q[1] - d[1] * q[0]) / len;
        // A little beyond each piece, so that the outside of a bend is not lost.
        let slack = (0.5 / len).min(0.5);
        if !(-slack..=1.0 + slack).contains(&f) {
            continue;
        }
        if best.is_none_or(|b| side.abs() < b.0) {
            best = Some((side.abs(), side));
        }
    }
    best.map(|b| b.1)
}
