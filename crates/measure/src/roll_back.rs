//! Rolling back: how far a point of the ego's body has gone backward without meaning to.
//!
//! **Definition** (m): a point fixed to the body has rolled back by how far it is behind its farthest place forward, along
//! the heading that the ego had there: up the slope on which it stands. Taken is the corner of the footprint that has gone
//! farthest. Without turning all points of the body go the same way; with it no point goes farther than some corner. A corner
//! sets a new farthest place whenever it is not behind the last one. While the gear is reverse they follow, so that meant
//! reversing is none. One roll-back lasts until the ego has passed all these places again, the gear is reverse, or the run ends.
//!
//! Ways are those on the map, that is, level; on a slope the way along it is longer by √(1 + slope²).
//!
//! **Needs** the pose; the gear to tell it from reversing. **Cannot tell** without the gear whether it was meant:
//! [`Rolled::meant`] is then `None`.
//!
//! **Uncertainty**: position accuracy at both ends, taken as independent, and that of the heading there × half the width; the
//! latter only if the ego has turned, since else every point of it went the same way.

use lukao_model::outcome::Uncertainty;
use lukao_model::{Channel, code::Gear, math};

use crate::value::{Value, greater};
use crate::{EgoSample, Measures, body};

/// A roll-back, as far as it has gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rolled {
    /// When the ego was farthest forward.
    pub from_ns: i64,
    /// Last moment at which it was behind that.
    pub to_ns: i64,
    /// The ego's sample at which it was farthest back.
    pub worst: EgoSample,
    /// How far, metres on the map.
    pub back_m: Value,
    /// The corner that went farthest, as [`CORNERS`] names them.
    pub corner: usize,
    /// Whether it was meant: `Some(false)` with a gear that is not reverse; `None` if the gear is not known.
    pub meant: Option<bool>,
}

/// Names of the footprint's corners, in the order of [`body::own_corners_m`].
pub const CORNERS: [&str; 4] =
    ["front left corner", "rear left corner", "rear right corner", "front right corner"];

/// A corner's farthest place forward.
#[derive(Clone, Copy, Debug)]
struct Top {
    at_m: [f64; 2],
    /// The ego's heading then: cosine and sine, and the angle.
    ahead: [f64; 2],
    yaw_rad: f64,
    t_ns: i64,
    position_u: Uncertainty,
    yaw_u: Uncertainty,
}

/// Follows the ego from sample to sample, over blocks.
#[derive(Clone, Debug, Default)]
pub struct RollBack {
    last: Option<EgoSample>,
    tops: Option<[Top; 4]>,
    open: Option<Rolled>,
}

/// Less than this is no roll-back but the last digits of positions, metres.
const LEAST_M: f64 = 1e-3;
/// Less than this is no turn, rad.
const TURNED_RAD: f64 = 1e-6;

impl RollBack {
    /// Takes in the ego's sample `k`; returns a roll-back that has ended.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn step(&mut self, m: &Measures<'_>, k: usize) -> Option<Rolled> {
        let s = m.ego().samples()[k];
        let run = &m.window().runs()[s.run];
        let known = |a: Option<f64>| Uncertainty::from_option(a);
        let (position_u, yaw_u) =
            (known(run.accuracy.position_m.at(s.i)), known(run.accuracy.yaw_rad.at(s.i)));
        let gear = m.ego_codes(Channel::Gear).at(s.t_ns).and_then(Gear::from_code);
        let before = k.checked_sub(1).map(|b| m.ego().samples()[b]);
        let joined = self.last.is_some_and(|l| l.goes_on && before.is_some_and(|b| b.t_ns == l.t_ns));
        self.last = Some(s);
        let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
        let now = body::corners_m(&s.pose, &run.size).map(|at_m| Top {
            at_m,
            ahead: [cos, sin],
            yaw_rad: s.pose.yaw_rad,
            t_ns: s.t_ns,
            position_u,
            yaw_u,
        });
        let Some(tops) = self.tops.as_mut().filter(|_| joined && gear != Some(Gear::Reverse)) else {
            self.tops = Some(now);
            return self.open.take();
        };
        // The corner that is farthest back, and how far.
        let (mut corner, mut back_m) = (0, 0.0);
        for (i, (top, now)) in tops.iter_mut().zip(now).enumerate() {
            let [dx, dy] = [now.at_m[0] - top.at_m[0], now.at_m[1] - top.at_m[1]];
            let behind = -(dx * top.ahead[0] + dy * top.ahead[1]);
            if behind <= 0.0 {
                *top = now;
            } else if behind > back_m {
                (corner, back_m) = (i, behind);
            }
        }
        if back_m == 0.0 {
            return self.open.take();
        }
        if back_m < LEAST_M && self.open.is_none() {
            return None;
        }
        let top = tops[corner];
        let turned = math::angle_between(top.yaw_rad, s.pose.yaw_rad).abs() > TURNED_RAD;
        let swung =
            if turned { top.yaw_u.rss(yaw_u).times(0.5 * run.size.width_m) } else { Uncertainty::Known(0.0) };
        let back_m = Value { value: back_m, u: top.position_u.rss(position_u).rss(swung) };
        let open = self.open.get_or_insert(Rolled {
            from_ns: top.t_ns,
            to_ns: s.t_ns,
            worst: s,
            back_m,
            corner,
            meant: gear.map(|_| false),
        });
        open.to_ns = s.t_ns;
        open.meant = open.meant.and(gear.map(|_| false));
        if back_m.value > open.back_m.value {
            (open.worst, open.back_m.value, open.corner) = (s, back_m.value, corner);
            open.back_m.u = greater(open.back_m.u, back_m.u);
        }
        None
    }

    /// What is still open at the end.
    #[must_use]
    pub fn finish(self) -> Option<Rolled> {
        self.open
    }
}
