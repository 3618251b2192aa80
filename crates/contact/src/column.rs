//! Clearance as a column: the distance to the nearest actor at each of the ego's samples.

use lukao_model::{ActorIx, Column, Drive, Interval};

use crate::contacts::span_of;
use crate::geometry::{Placed, distance};
use crate::motion::Knot;
use crate::near::Body;
use crate::pair::{exempt, linked};
use crate::shape::{Footprint, footprint};
use crate::types::Options;

/// Distance to the nearest actor at each sample of the ego in a block.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearanceColumn {
    /// Times of the ego's samples, ns, rising.
    pub t_ns: Vec<i64>,
    /// Metres, 0 when they touch; missing where no other actor is known, or a pose is out of range.
    pub distance_m: Column<f64>,
    /// The nearest actor; the first of equals.
    pub actor: Vec<Option<ActorIx>>,
}

/// The distance from the ego (with what it tows) to the nearest actor at each of its samples in the block
/// `[from, to)`; actors on other clocks between their samples. Who does not overlap in height does not count.
#[must_use]
pub fn clearance_column(window: &Drive, ego: ActorIx, block: Interval, options: &Options) -> ClearanceColumn {
    let span = span_of(block);
    let bodies = linked(window, ego);
    let (mut t_ns, mut best) = (Vec::new(), Vec::new());
    for mine in window.runs_of(ego).iter().filter(|r| !r.is_empty()) {
        let t = window.times(mine);
        t_ns.extend(t.iter().copied().filter(|t| span.holds(*t)));
    }
    best.resize(t_ns.len(), (f64::INFINITY, None::<ActorIx>));
    let of_ego: Vec<(Body<'_>, Footprint)> = (window.runs().iter().filter(|r| bodies.contains(&r.actor)))
        .map(|r| (Body::new(window, r), footprint(window, r, options, r.actor == ego)))
        .collect();
    let (mut pa, mut pb) = (Placed::new(), Placed::new());
    let mut broken = vec![false; t_ns.len()];
    for run in window.runs().iter().filter(|r| !bodies.contains(&r.actor) && !r.is_empty()) {
        let other = Body::new(window, run);
        let shape = footprint(window, run, options, false);
        for (mine, my_shape) in of_ego.iter().filter(|(m, _)| !exempt(window, m.track.run.actor, run.actor)) {
            let radii = my_shape.radius_m + shape.radius_m;
            let from = mine.track.first_ns().max(other.track.first_ns());
            let to = mine.track.last_ns().min(other.track.last_ns());
            let lo = t_ns.partition_point(|t| *t < from);
            for k in lo..t_ns.len() {
                let t = t_ns[k];
                if t > to {
                    break;
                }
                let (Some(i), Some(j)) = (mine.track.before(t), other.track.before(t)) else { continue };
                let (p, q) = (mine.track.position(i, t), other.track.position(j, t));
                let (x, y) = (q[0] - p[0], q[1] - p[1]);
                // The centres' distance less both radii is a lower bound.
                if (x * x + y * y).sqrt() - radii > best[k].0 {
                    continue;
                }
                let knot = Knot::new((&mine.track, i, my_shape), (&other.track, j, &shape), (t, t));
                if !knot.is_plain() {
                    broken[k] = true;
                } else if knot.level.is_some() {
                    knot.placed(0.0, &mut pa, &mut pb);
                    let d = distance(&pa, &pb).0;
                    if d < best[k].0 {
                        best[k] = (d, Some(run.actor));
                    }
                }
            }
        }
    }
    let value =
        |((d, who), broken): (&(f64, Option<ActorIx>), &bool)| (who.is_some() && !broken).then_some(*d);
    ClearanceColumn {
        t_ns,
        distance_m: Column::from_options(best.iter().zip(&broken).map(value)),
        actor: best.iter().map(|b| b.1).collect(),
    }
}
