//! Contacts among all actors.
//!
//! Window by window of time, boxes around the way of each body are swept along x; only pairs whose boxes overlap are
//! looked at, over that window. A contact's pieces from one window to the next are joined as those of blocks are.

use lukao_model::Drive;

use crate::contacts::{in_order, in_parallel, in_time_order};
use crate::index::{BLOCK, Bounds};
use crate::near::{Span, near_knots};
use crate::pair::{Found, Piece, exempt, push_unbridged};
use crate::party::Body;
use crate::types::{Contacts, Options, Unbridged};

/// The contacts of every actor with every other, exempt pairs left out. In each, the actor with the lower index
/// stands in the ego's place. Gaps are not bridged and not listed.
#[must_use]
pub fn all_pairs(drive: &Drive, options: &Options) -> Contacts {
    let all: Vec<Body<'_>> = (drive.runs().iter().filter(|r| !r.is_empty()))
        .map(|r| Body::new(drive, r, options, false))
        .collect();
    let windows = windows(drive, &all);
    let parts = in_order(&windows, in_parallel(drive), |windows| {
        let mut found = Found::default();
        for (span, boxes) in windows {
            window_pairs(drive, &all, boxes, &mut |a, b| {
                let reach_m = a.shape.radius_m + b.shape.radius_m;
                near_knots(&a.way, &b.way, reach_m, *span, &mut |near| found.look(a, b, &near));
            });
        }
        (found.pieces, found.unbridged)
    });
    let (mut pieces, mut unbridged) = (Vec::<Piece>::new(), Vec::<Unbridged>::new());
    for (p, u) in parts {
        pieces.extend(p);
        unbridged.extend(u);
    }
    pieces.sort_by_key(|p| (p.contact.ego_body, p.contact.actor, p.runs, p.contact.from_ns, p.contact.to_ns));
    unbridged.sort_unstable_by_key(|u| (u.actor, u.when, u.reason));
    let mut out = Contacts::default();
    let mut open: Option<Piece> = None;
    for piece in pieces {
        let joined = open.as_mut().is_some_and(|last| last.join(&piece));
        if !joined {
            out.intervals.extend(open.replace(piece).map(|p| p.contact));
        }
    }
    out.intervals.extend(open.map(|p| p.contact));
    in_time_order(&mut out.intervals);
    unbridged.into_iter().for_each(|u| push_unbridged(&mut out.unbridged, u));
    out
}

/// One body's box in a window, grown by its radius.
#[derive(Clone, Copy)]
struct Boxed {
    bounds: Bounds,
    body: u32,
}

/// Windows of 32 ticks of the clock with the most ticks (longer where none has any), each with the bodies in it.
fn windows(drive: &Drive, all: &[Body<'_>]) -> Vec<(Span, Vec<Boxed>)> {
    let busiest = (0..drive.clocks().len()).max_by_key(|k| drive.clocks()[*k].t_ns.len());
    let Some(busiest) = busiest.filter(|_| !all.is_empty()) else { return Vec::new() };
    let ticks = drive.clocks()[busiest].t_ns.values();
    let mut edges = vec![i64::MIN];
    edges.extend(ticks.iter().step_by(BLOCK).skip(1).copied());
    // Times of a forged clock may fall; windows must not.
    edges.dedup();
    if !edges.is_sorted() {
        edges.truncate(1);
    }
    edges.push(i64::MAX);
    let mut windows: Vec<(Span, Vec<Boxed>)> =
        edges.windows(2).map(|w| (Span { from_ns: w[0], to_ns: w[1] }, Vec::new())).collect();
    for (k, body) in all.iter().enumerate() {
        let t = body.way.t;
        let first = edges[1..].partition_point(|e| *e <= t[0]).min(windows.len() - 1);
        for (span, boxes) in &mut windows[first..] {
            if span.from_ns > t[t.len() - 1] {
                break;
            }
            // The steps that begin in the window, to their far ends.
            let lo = t.partition_point(|t| *t <= span.from_ns).saturating_sub(1);
            let hi = t.partition_point(|t| *t < span.to_ns).min(t.len() - 1);
            let mut bounds = body.way.bounds(lo, hi.max(lo));
            let r = body.shape.radius_m * (1.0 + 1e-12) + 1e-6;
            // A size that is not a number reaches everywhere.
            let r = if r.is_nan() { f64::INFINITY } else { r };
            bounds.min = bounds.min.map(|v| v - r);
            bounds.max = bounds.max.map(|v| v + r);
            boxes.push(Boxed { bounds, body: k as u32 });
        }
    }
    windows
}

/// Calls `pair` with each pair of bodies of a window whose boxes overlap, the lower first.
fn window_pairs<'b, 'a>(
    drive: &Drive,
    all: &'b [Body<'a>],
    boxes: &[Boxed],
    pair: &mut impl FnMut(&'b Body<'a>, &'b Body<'a>),
) {
    let mut order = boxes.to_vec();
    order.sort_unstable_by(|a, b| a.bounds.min[0].total_cmp(&b.bounds.min[0]).then(a.body.cmp(&b.body)));
    for (k, a) in order.iter().enumerate() {
        for b in &order[k + 1..] {
            if b.bounds.min[0] > a.bounds.max[0] {
                break;
            }
            if b.bounds.min[1] > a.bounds.max[1] || a.bounds.min[1] > b.bounds.max[1] {
                continue;
            }
            let (p, q) = (&all[a.body.min(b.body) as usize], &all[a.body.max(b.body) as usize]);
            if !exempt(drive, p.way.run.actor, q.way.run.actor) {
                pair(p, q);
            }
        }
    }
}
