//! Clearances so small that the accuracy of the data cannot tell them from a contact.
//!
//! **In doubt**: a stretch between two knots (times at which either of a pair has a sample) in which the clearance of two
//! footprints comes down to its uncertainty or below, or, where that is unknown, to a distance that the asker names. Told to
//! 0.1 mm in continuous time, as contacts are. A clearance of more than [`FAR_M`] is in no doubt.
//!
//! **Uncertainty** of the clearance (m): of both, position, half of the size's, and the yaw's × half the diagonal; and the time
//! accuracy between the two clocks × the speed at which they move relative to each other. One unknown part makes the whole
//! unknown.
//!
//! **Cannot tell** of actors whose data may not be compared with the ego's (see [`overlap`]): they are left out.

use lukao_contact::{Options, clearance_at, encounters};
use lukao_model::outcome::Uncertainty;
use lukao_model::time::to_s;
use lukao_model::{ActorIx, Drive, Interval, Run, math};

use crate::{Measures, body, contact_options, overlap, sync};

/// Clearances of more are in no doubt, m.
pub const FAR_M: f64 = 10.0;

/// Ways shorter than this change no clearance that matters, m.
const FINE_M: f64 = 1e-4;

/// A stretch in which a contact with somebody is in doubt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// With whom.
    pub actor: ActorIx,
    /// From knot to knot.
    pub when: Interval,
    /// How well the clearance is known there, m.
    pub u: Uncertainty,
}

/// Stretches that begin in the block in which a contact with the ego or what it tows is in doubt; by actor, then time.
#[must_use]
pub fn doubts(m: &Measures<'_>, mirrors: bool, unknown_m: f64) -> Vec<Doubt> {
    let (drive, options) = (m.window(), contact_options(mirrors));
    let Some(ego) = m.ego_actor() else { return Vec::new() };
    let own = |r: &&Run| r.actor == ego || drive.actor(r.actor).towed_by == Some(ego);
    let mut out = Vec::new();
    for met in encounters(drive, ego, FAR_M, m.block(), &options) {
        let mut found = Vec::new();
        for a in drive.runs().iter().filter(own) {
            for b in drive.runs_of(met.actor).iter().filter(|b| overlap::unusable(m, a.clock, b).is_none()) {
                let pair = Pair { m, options: &options, a, b };
                let knots = pair.knots();
                let steps = knots.windows(2).map(|w| Interval::new(w[0], w[1]));
                let mine = steps.filter(|w| m.block().from_ns <= w.from_ns && w.from_ns < m.block().to_ns);
                for when in mine.filter(|w| met.when.contains(w.from_ns) && met.when.contains(w.to_ns)) {
                    let Some((way_m, u)) = pair.moves(when) else { continue };
                    // What is declared exact is in no doubt.
                    if u != Uncertainty::Known(0.0)
                        && pair.comes_within(when, u.known().unwrap_or(unknown_m), way_m)
                    {
                        found.push(Doubt { actor: met.actor, when, u });
                    }
                }
            }
        }
        found.sort_by_key(|d| d.when);
        out.extend(found);
    }
    out
}

struct Pair<'m> {
    m: &'m Measures<'m>,
    options: &'m Options,
    a: &'m Run,
    b: &'m Run,
}

impl Pair<'_> {
    fn drive(&self) -> &Drive {
        self.m.window()
    }

    /// Times of both at which both are known, in order.
    fn knots(&self) -> Vec<i64> {
        let (a, b) = (self.drive().times(self.a), self.drive().times(self.b));
        let (Some(both), mut all) = (both(a, b), [a, b].concat()) else { return Vec::new() };
        all.retain(|t| both.contains(*t));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How far points of the two can move relative to each other in a stretch, m, and the uncertainty of their clearance.
    fn moves(&self, when: Interval) -> Option<(f64, Uncertainty)> {
        let drive = self.drive();
        let at = |r: &Run, t: i64| drive.pose_at(r, t);
        let (a0, a1) = (at(self.a, when.from_ns)?, at(self.a, when.to_ns)?);
        let (b0, b1) = (at(self.b, when.from_ns)?, at(self.b, when.to_ns)?);
        let dx = (a1.x_m - a0.x_m) - (b1.x_m - b0.x_m);
        let dy = (a1.y_m - a0.y_m) - (b1.y_m - b0.y_m);
        let across = |r: &Run| math::hypot(r.size.length_m, r.size.width_m);
        let turn = |p: f64, q: f64| math::angle_between(p, q).abs();
        let way_m = math::hypot(dx, dy)
            + across(self.a) * turn(a0.yaw_rad, a1.yaw_rad)
            + across(self.b) * turn(b0.yaw_rad, b1.yaw_rad);
        let of = |r: &Run| {
            let i = drive.times(r).partition_point(|t| *t <= when.from_ns).saturating_sub(1);
            body::edge_u(r, i)
        };
        let clocks = sync::between(drive, self.a.clock, self.b.clock).costs(way_m / to_s(when.len_ns()));
        Some((way_m, of(self.a).rss(of(self.b)).rss(clocks)))
    }

    /// Whether the clearance comes down to a distance in a stretch: halved until what is left of the way decides.
    fn comes_within(&self, when: Interval, within_m: f64, way_m: f64) -> bool {
        let (drive, a, b) = (self.drive(), self.a.actor, self.b.actor);
        let clear =
            |t: i64| clearance_at(drive, a, b, t, self.options).map_or(f64::INFINITY, |n| n.distance_m);
        let mut open = vec![(when, clear(when.from_ns), clear(when.to_ns), way_m)];
        while let Some((part, d0, d1, way_m)) = open.pop() {
            if d0.min(d1) <= within_m {
                return true;
            }
            if 0.5 * (d0 + d1 - way_m) > within_m || way_m < FINE_M || part.len_ns() < 2 {
                continue;
            }
            let t = part.from_ns + part.len_ns() / 2;
            let d = clear(t);
            // The halves are equal to a nanosecond.
            open.push((Interval::new(t, part.to_ns), d, d1, 0.5 * way_m + FINE_M * 1e-3));
            open.push((Interval::new(part.from_ns, t), d0, d, 0.5 * way_m + FINE_M * 1e-3));
        }
        false
    }
}

fn both(a: &[i64], b: &[i64]) -> Option<Interval> {
    let of = |t: &[i64]| Some(Interval::new(*t.first()?, *t.last()?));
    of(a)?.meet(&of(b)?)
}
