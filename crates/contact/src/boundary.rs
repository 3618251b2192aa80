//! Boundary: when the ego's footprint or a wheel stood on a line, and how far over it reached.

use lukao_model::vehicle::VehicleSheet;
use lukao_model::{ActorIx, Column, Drive, Interval, Run, math};

use crate::around::{Around, MARGIN_M};
use crate::contacts::span_of;
use crate::geometry::{Placed, meeting_point, place, separation, sub};
use crate::index::Bounds;
use crate::lines::{Edge, Lines};
use crate::motion::{Knot, Track};
use crate::near::Span;
use crate::pair::linked;
use crate::shape::{Footprint, footprint};
use crate::sweep::{Scratch, touching};
use crate::types::Options;

/// A line this far below the underside still belongs to the surface that the actor stands on, metres: underside
/// and surface come from different surveys.
const BELOW_M: f64 = 2.0;

/// What of the ego is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum BoundaryPart {
    /// The footprint of the ego and of what it tows.
    #[default]
    Body,
    /// The contact patches of the ego's four wheels, from its vehicle sheet, pointing straight ahead.
    Wheels,
}

/// One of the four wheels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wheel {
    /// Front left.
    FrontLeft,
    /// Front right.
    FrontRight,
    /// Rear left.
    RearLeft,
    /// Rear right.
    RearRight,
}

impl Wheel {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FrontLeft => "front left wheel",
            Self::FrontRight => "front right wheel",
            Self::RearLeft => "rear left wheel",
            Self::RearRight => "rear right wheel",
        }
    }
}

/// A stretch of time in which a part of the ego touched a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The line's place in the slice given to [`Lines::new`].
    pub line: usize,
    /// The line's id.
    pub line_id: u64,
    /// The ego or a trailer of its.
    pub body: ActorIx,
    /// Which wheel, if wheels are tested.
    pub wheel: Option<Wheel>,
    /// Begin, ns; like a contact's.
    pub from_ns: i64,
    /// End, ns.
    pub to_ns: i64,
    /// Whether the begin was seen, not the begin of the body's data.
    pub begin_seen: bool,
    /// Whether the end was seen.
    pub end_seen: bool,
    /// Where they first touched, metres.
    pub point_m: [f64; 2],
    /// The edge of the line that was touched first, from 0.
    pub edge: usize,
    /// How far the part reached to the left of the line, metres (seen along its points), and when. Taken at samples
    /// and at the ends of the crossing; between them it is more by at most a millimetre in a turn of 1 rad/s at
    /// 10 Hz.
    pub left_m: f64,
    /// When, ns.
    pub left_ns: i64,
    /// How far it reached to the right.
    pub right_m: f64,
    /// When, ns.
    pub right_ns: i64,
}

/// A part of a crossing as one block sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossingPiece {
    /// The crossing, as far as this block goes.
    pub crossing: Crossing,
    /// Ordinal of the body's run.
    pub run: u32,
}

impl CrossingPiece {
    fn join(&mut self, next: &Self) -> bool {
        let (a, b) = (&mut self.crossing, &next.crossing);
        let same = (a.line, a.body, a.wheel, self.run) == (b.line, b.body, b.wheel, next.run);
        if !same || b.from_ns > a.to_ns {
            return false;
        }
        a.to_ns = a.to_ns.max(b.to_ns);
        a.end_seen = b.end_seen;
        if b.left_m > a.left_m {
            (a.left_m, a.left_ns) = (b.left_m, b.left_ns);
        }
        if b.right_m > a.right_m {
            (a.right_m, a.right_ns) = (b.right_m, b.right_ns);
        }
        true
    }
}

/// The wheels' patches in the body's frame; `None` if the sheet does not say all that it takes.
fn wheels(sheet: &VehicleSheet, run: &Run) -> Option<Vec<(Wheel, Footprint)>> {
    let half_length = sheet.length_m.unwrap_or(run.size.length_m) * 0.5;
    let base = sheet.wheelbase_m?;
    let front = match (sheet.front_overhang_m, sheet.rear_overhang_m) {
        (Some(o), _) => half_length - o,
        (None, Some(o)) => o - half_length + base,
        (None, None) => return None,
    };
    let (half_patch, half_tyre) = (sheet.tyre_patch_m? * 0.5, sheet.tyre_width_m? * 0.5);
    let patch = |x: f64, y: f64| {
        let (l, w) = (half_patch, half_tyre);
        Footprint::convex(&[[x + l, y + w], [x - l, y + w], [x - l, y - w], [x + l, y - w]])
    };
    let (f, r) = (sheet.front_track_m? * 0.5, sheet.rear_track_m? * 0.5);
    Some(vec![
        (Wheel::FrontLeft, patch(front, f)?),
        (Wheel::FrontRight, patch(front, -f)?),
        (Wheel::RearLeft, patch(front - base, r)?),
        (Wheel::RearRight, patch(front - base, -r)?),
    ])
}

/// The shapes of a run that are tested.
fn parts(
    window: &Drive,
    run: &Run,
    part: BoundaryPart,
    ego: ActorIx,
    options: &Options,
) -> Option<Vec<(Option<Wheel>, Footprint)>> {
    match part {
        BoundaryPart::Body => Some(vec![(None, footprint(window, run, options, run.actor == ego))]),
        BoundaryPart::Wheels if run.actor != ego => Some(Vec::new()),
        BoundaryPart::Wheels => {
            let all = wheels(window.actor(ego).sheet.as_ref()?, run)?;
            Some(all.into_iter().map(|(w, f)| (Some(w), f)).collect())
        }
    }
}

/// The crossings of the ego's body or wheels with the lines, on the sample intervals that begin in the block
/// `[from, to)`. `None` if wheels are asked for and the ego's sheet does not say where they are: such a check is
/// undetermined. Sample intervals with poses out of range are left out; the contact scan reports them.
#[must_use]
pub fn block_crossings(
    window: &Drive,
    ego: ActorIx,
    lines: &Lines,
    part: BoundaryPart,
    block: Interval,
    options: &Options,
) -> Option<Vec<CrossingPiece>> {
    let span = span_of(block);
    let mut out = Vec::new();
    let bodies = linked(window, ego);
    for run in window.runs().iter().filter(|r| bodies.contains(&r.actor) && !r.is_empty()) {
        let track = Track::new(window, run);
        for (wheel, shape) in parts(window, run, part, ego, options)? {
            run_crossings(&track, wheel, &shape, lines, span, &mut out);
        }
    }
    Some(out)
}

/// Sample intervals of a run in a span, by their first sample; a run of one sample has one, of no length.
fn steps<'a>(track: &'a Track<'a>, span: Span) -> impl Iterator<Item = (usize, i64, i64)> + 'a {
    let n = track.t.len();
    let count = if n == 1 { 1 } else { n - 1 };
    let first = track.t.partition_point(|t| *t < span.from_ns);
    (first..count)
        .map(|i| (i, track.t[i], track.t[(i + 1).min(track.t.len() - 1)]))
        .take_while(move |s| span.holds(s.1))
}

fn run_crossings(
    track: &Track<'_>,
    wheel: Option<Wheel>,
    shape: &Footprint,
    lines: &Lines,
    span: Span,
    out: &mut Vec<CrossingPiece>,
) {
    let begin = out.len();
    let mut around = Around::new(lines, shape);
    let (mut close, mut near, mut corners) = (Vec::new(), Vec::new(), Placed::new());
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let (first_ns, last_ns) = (track.first_ns(), track.last_ns());
    for (i, from_ns, to_ns) in steps(track, span) {
        let (p, by, turn) = way(track, i);
        around.close(p, by, track.yaw[i], turn, &mut close);
        if close.is_empty() {
            continue;
        }
        hits.clear();
        for &k in &close {
            let edge = &lines.edges[k as usize];
            let knot = step_knot(track, i, (from_ns, to_ns), shape, edge);
            if knot.is_plain() && touching(&knot, &mut scratch) {
                hits.extend(scratch.pieces.iter().map(|p| (edge.line, *p, k)));
            }
        }
        if hits.is_empty() {
            continue;
        }
        around.meeting(&swept(p, by, shape.radius_m), &mut near);
        hits.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.0.total_cmp(&b.1.0)).then(a.2.cmp(&b.2)));
        for &(line, (u0, u1), k) in &hits {
            let edge = &lines.edges[k as usize];
            let knot = step_knot(track, i, (from_ns, to_ns), shape, edge);
            let (left, right) = reach(&knot, lines, line, &near, [u0, u1], &mut corners);
            let piece = CrossingPiece {
                crossing: Crossing {
                    line: line as usize,
                    line_id: lines.ids[line as usize],
                    body: track.run.actor,
                    wheel,
                    from_ns: knot.time(u0),
                    to_ns: knot.time(u1),
                    begin_seen: !(from_ns == first_ns && u0 <= 0.0),
                    end_seen: !(to_ns == last_ns && (u1 >= 1.0 || from_ns == to_ns)),
                    point_m: [0.0; 2],
                    edge: edge.ordinal as usize,
                    left_m: left.0,
                    left_ns: knot.time(left.1),
                    right_m: right.0,
                    right_ns: knot.time(right.1),
                },
                run: track.run.ordinal,
            };
            // The last few: lines overlap in time.
            if !out[begin..].iter_mut().rev().any(|p| p.join(&piece)) {
                let crossing = Crossing { point_m: first_point(&knot, u0), ..piece.crossing };
                out.push(CrossingPiece { crossing, ..piece });
            }
        }
    }
}

/// Place at sample `i`, and the way and the turn to the next.
#[inline]
fn way(track: &Track<'_>, i: usize) -> ([f64; 2], [f64; 2], f64) {
    let j = (i + 1).min(track.x.len() - 1);
    let (p, q) = ([track.x[i], track.y[i]], [track.x[j], track.y[j]]);
    let turn = track.yaw[j] - track.yaw[i];
    let turn = if turn.abs() < 3.0 { turn } else { math::angle_between(track.yaw[i], track.yaw[j]) };
    (p, sub(q, p), turn)
}

/// A box around the body on its way.
fn swept(p: [f64; 2], by: [f64; 2], radius_m: f64) -> Bounds {
    let mut b = Bounds::NONE;
    b.add(p);
    b.add([p[0] + by[0], p[1] + by[1]]);
    let r = radius_m + MARGIN_M;
    Bounds { min: b.min.map(|v| v - r), max: b.max.map(|v| v + r) }
}

fn step_knot<'a>(
    track: &Track<'_>,
    i: usize,
    (from_ns, to_ns): (i64, i64),
    shape: &'a Footprint,
    edge: &'a Edge,
) -> Knot<'a> {
    Knot::against((track, i, shape), (from_ns, to_ns), (edge.from, &edge.shape), heights(edge))
}

/// A line is on the surface that the body stands on, or against its side.
fn heights(edge: &Edge) -> Option<(f64, f64)> {
    edge.z.map(|(lo, hi)| (lo, hi + BELOW_M))
}

/// Whether a body whose underside is at `z` is at the height of a line, or either's is unknown.
fn is_level(z: Option<f64>, height_m: f64, edge: &Edge) -> bool {
    z.zip(heights(edge)).is_none_or(|(z, (low, high))| z - high <= 0.0 && low - z - height_m <= 0.0)
}

/// How far the corners reach to the left and right of the line at both ends of a piece, and at which `u`.
fn reach(
    knot: &Knot<'_>,
    lines: &Lines,
    line: u32,
    near: &[u32],
    at: [f64; 2],
    corners: &mut Placed,
) -> ((f64, f64), (f64, f64)) {
    let (mut left, mut right) = ((0.0, at[0]), (0.0, at[0]));
    for u in at {
        place(knot.shape_a, knot.a.position(u), knot.a.yaw + knot.a.turn * u, corners);
        for c in corners.iter() {
            let Some(d) = lines.offset_m(line, near, *c) else { continue };
            if d > left.0 {
                left = (d, u);
            }
            if -d > right.0 {
                right = (-d, u);
            }
        }
    }
    (left, right)
}

fn first_point(knot: &Knot<'_>, u: f64) -> [f64; 2] {
    let (mut a, mut b) = (Placed::new(), Placed::new());
    knot.placed(u, &mut a, &mut b);
    let p = meeting_point(&a, &b, separation(&a, &b).1);
    let at = knot.a.position(u);
    [at[0] + p[0], at[1] + p[1]]
}

/// The crossings of a drive that comes in blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossingScan {
    open: Vec<CrossingPiece>,
    done: Vec<Crossing>,
}

impl CrossingScan {
    /// Takes in the next block's crossings, from [`block_crossings`].
    pub fn take(&mut self, block: Interval, found: &[CrossingPiece]) {
        // Those of one block are joined already.
        let before = self.open.len();
        for piece in found {
            if !self.open[..before].iter_mut().any(|open| open.join(piece)) {
                self.open.push(piece.clone());
            }
        }
        let done = &mut self.done;
        self.open.retain(|p| {
            let closed = p.crossing.to_ns < block.to_ns && block.to_ns != i64::MAX;
            if closed {
                done.push(p.crossing.clone());
            }
            !closed
        });
    }

    /// Crossings that have ended for certain since the last call, by begin, then line.
    pub fn ended(&mut self) -> Vec<Crossing> {
        let mut done = std::mem::take(&mut self.done);
        done.sort_by_key(|c| (c.from_ns, c.line, c.body, c.wheel));
        done
    }

    /// All crossings not yet given out, those still open included.
    #[must_use]
    pub fn finish(mut self) -> Vec<Crossing> {
        self.done.extend(std::mem::take(&mut self.open).into_iter().map(|p| p.crossing));
        self.ended()
    }
}

/// All crossings of a drive, at once; see [`block_crossings`].
#[must_use]
pub fn crossings(
    drive: &Drive,
    ego: ActorIx,
    lines: &Lines,
    part: BoundaryPart,
    options: &Options,
) -> Option<Vec<Crossing>> {
    let mut scan = CrossingScan::default();
    scan.take(Interval::ALL, &block_crossings(drive, ego, lines, part, Interval::ALL, options)?);
    Some(scan.finish())
}

/// Distance from the ego's footprint to the nearest line at each of its samples in the block `[from, to)`: times in
/// ns, and metres; 0 on a line, missing where no line is within `within_m` or the pose is out of range.
#[must_use]
pub fn boundary_column(
    window: &Drive,
    ego: ActorIx,
    lines: &Lines,
    within_m: f64,
    block: Interval,
    options: &Options,
) -> (Vec<i64>, Column<f64>) {
    let span = span_of(block);
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for run in window.runs_of(ego).iter().filter(|r| !r.is_empty()) {
        let track = Track::new(window, run);
        let shape = footprint(window, run, options, true);
        let mut around = Around::new(lines, &shape);
        let first = track.t.partition_point(|t| *t < span.from_ns);
        for i in (first..track.t.len()).take_while(|i| span.holds(track.t[*i])) {
            times.push(track.t[i]);
            if !track.is_plain_at(i) || !shape.is_plain() {
                values.push(None);
                continue;
            }
            let (p, by, _) = way(&track, i);
            let z = run.z_m.as_ref().and_then(|z| z.get(i));
            let counts = |e: &Edge| e.shape.is_plain() && is_level(z, track.height_m, e);
            values.push(around.nearest((p, track.yaw[i]), by, within_m, counts));
        }
    }
    (times, Column::from_options(values))
}
