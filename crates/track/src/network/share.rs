//! Borders: paired samples of both, and one line for what neighbours share.

use super::{BorderMark, NetworkLane};
use crate::ix::{LaneIx, LineIx, RoadIx};
use crate::mark::{Line, Mark, MarkKind, Stripe};
use crate::plane::{P3, dist, dist_to_segment, lerp3, xy};

/// Borders of neighbours at most this far apart are one line, metres.
const SAME_LINE_M: f64 = 0.2;

/// Distances along a polyline in plan, from 0.
pub(super) fn distances(points: &[P3]) -> Vec<f64> {
    let mut at = 0.0;
    let mut out = Vec::with_capacity(points.len());
    for (i, p) in points.iter().enumerate() {
        if let Some(q) = i.checked_sub(1).and_then(|k| points.get(k)) {
            at += dist(xy(*p), xy(*q));
        }
        out.push(at);
    }
    out
}

/// The polyline without points that repeat the one before.
pub(super) fn tidy(points: &[P3]) -> Vec<P3> {
    let mut out: Vec<P3> = Vec::with_capacity(points.len());
    for p in points {
        if out.last().is_none_or(|l| dist(xy(*l), xy(*p)) > 1e-6) {
            out.push(*p);
        }
    }
    out
}

fn at_fraction(points: &[P3], along: &[f64], f: f64) -> P3 {
    let total = along.last().copied().unwrap_or(0.0);
    let s = f * total;
    let i = along.partition_point(|a| *a <= s).saturating_sub(1).min(points.len().saturating_sub(2));
    let (a, b) = (along[i], along[i + 1]);
    lerp3(points[i], points[i + 1], if b > a { ((s - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 })
}

/// Both borders with one point a sample: at each corner of either, by its part of the border's length.
pub(super) fn paired(left: &[P3], right: &[P3]) -> (Vec<P3>, Vec<P3>) {
    let (al, ar) = (distances(left), distances(right));
    let parts = |along: &[f64]| -> Vec<f64> {
        let total = along.last().copied().unwrap_or(0.0);
        along.iter().map(|a| a / total).collect()
    };
    let mut fractions: Vec<f64> = parts(&al).into_iter().chain(parts(&ar)).collect();
    fractions.sort_by(f64::total_cmp);
    // Corners nearer than a centimetre to the one before are its twins on the other border.
    let grain = 0.01 / al.last().copied().unwrap_or(1.0).max(ar.last().copied().unwrap_or(1.0));
    let mut kept: Vec<f64> = vec![0.0];
    for f in fractions {
        if f - kept.last().copied().unwrap_or(0.0) > grain && 1.0 - f > grain {
            kept.push(f);
        }
    }
    kept.push(1.0);
    let of = |points: &[P3], along: &[f64]| kept.iter().map(|f| at_fraction(points, along, *f)).collect();
    (of(left, &al), of(right, &ar))
}

/// Whether two polylines run along each other: each corner of one is near the other, and so are their ends.
fn alike(a: &[P3], b: &[P3]) -> Option<bool> {
    let near = |p: &P3, line: &[P3]| {
        line.windows(2).any(|w| dist_to_segment(xy(*p), xy(w[0]), xy(w[1])) <= SAME_LINE_M)
    };
    let ends = |x: Option<&P3>, y: Option<&P3>| match (x, y) {
        (Some(x), Some(y)) => dist(xy(*x), xy(*y)) <= SAME_LINE_M,
        _ => false,
    };
    let along = ends(a.first(), b.first()) && ends(a.last(), b.last());
    let against = ends(a.first(), b.last()) && ends(a.last(), b.first());
    let same = (along || against) && a.iter().all(|p| near(p, b)) && b.iter().all(|p| near(p, a));
    same.then_some(along)
}

/// A side of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Left,
    Right,
}

/// The line of a lane's border: that of the neighbour if they share it, else a new one.
pub(super) fn line_of(
    lanes: &[NetworkLane],
    i: usize,
    on: On,
    made: &[[Option<LineIx>; 2]],
    lines: &mut Vec<Line>,
) -> LineIx {
    let lane = &lanes[i];
    let (points, marks, other) = match on {
        On::Left => (&lane.left_m, &lane.left_marks, lane.left),
        On::Right => (&lane.right_m, &lane.right_marks, lane.right),
    };
    let this = LaneIx::new(i);
    if let Some(o) = other {
        for side in [On::Left, On::Right] {
            let Some(ix) = made[o][side as usize] else { continue };
            let line = &mut lines[ix.get()];
            let Some(along) = alike(points, &line.points_m) else { continue };
            // Seen along the line, this lane lies to its right if it is left of the lane and runs with it.
            let place = if (on == On::Left) == along { &mut line.right } else { &mut line.left };
            if place.is_some_and(|l| l != this) {
                continue;
            }
            *place = Some(this);
            let unknown = |k: &MarkKind| matches!(k, MarkKind::Unknown | MarkKind::None);
            if line.marks.iter().all(|m| unknown(&m.kind)) && marks.iter().any(|m| !unknown(&m.kind)) {
                line.marks = spans(marks, line.road_s_m.last().copied().unwrap_or(0.0), !along);
            }
            return ix;
        }
    }
    let road_s_m = distances(points);
    let length = road_s_m.last().copied().unwrap_or(0.0);
    let word = if on == On::Left { "left" } else { "right" };
    lines.push(Line {
        id: format!("{word} border of {}", lane.id),
        road: RoadIx::new(0),
        points_m: points.clone(),
        road_s_m,
        left: (on == On::Right).then_some(this),
        right: (on == On::Left).then_some(this),
        marks: spans(marks, length, false),
    });
    LineIx::new(lines.len() - 1)
}

/// Marks with their stretches along a line of that length, turned round if the line runs the other way.
fn spans(marks: &[BorderMark], length_m: f64, turned: bool) -> Vec<Mark> {
    let mut from = 0.0;
    let mut out: Vec<Mark> = Vec::new();
    for m in marks {
        let to = m.to_m.min(length_m);
        if to <= from {
            continue;
        }
        let kind = match &m.kind {
            MarkKind::Stripes(s) if turned => {
                MarkKind::Stripes(s.iter().rev().copied().collect::<Vec<Stripe>>())
            }
            other => other.clone(),
        };
        out.push(Mark {
            from_s_m: if turned { length_m - to } else { from },
            to_s_m: if turned { length_m - from } else { to },
            kind,
            declared: m.declared.clone(),
            colour: m.colour,
            width_m: m.width_m,
            lane_change: None,
        });
        from = to;
    }
    if turned {
        out.reverse();
    }
    out
}
