//! Rolling back: how far the ego has gone backward without meaning to.
//!
//! **Definition** (m): the way of the footprint's centre along the heading is summed over the run, forward positive;
//! rolled back is how far it is below its highest value yet. While the gear is reverse the highest value follows,
//! so that meant reversing is none. One roll-back lasts from the highest point until the ego has passed it again,
//! the gear is reverse, or the run ends.
//!
//! **Needs** the pose; the gear to tell it from reversing. **Cannot tell** without the gear whether it was meant:
//! [`Rolled::meant`] is then `None`.
//!
//! **Uncertainty**: position accuracy at both ends, taken as independent.

use lukao_model::outcome::Uncertainty;
use lukao_model::{Channel, code::Gear, math};

use crate::value::{Value, greater};
use crate::{EgoSample, Measures};

/// A roll-back, as far as it has gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rolled {
    /// When the ego was farthest forward.
    pub from_ns: i64,
    /// Last moment at which it was behind that.
    pub to_ns: i64,
    /// The ego's sample at which it was farthest back.
    pub worst: EgoSample,
    /// How far, metres.
    pub back_m: Value,
    /// Whether it was meant: `Some(false)` with a gear that is not reverse; `None` if the gear is not known.
    pub meant: Option<bool>,
}

/// Follows the ego from sample to sample, over blocks.
#[derive(Clone, Debug, Default)]
pub struct RollBack {
    last: Option<EgoSample>,
    /// How far below the highest point, metres.
    below_m: f64,
    /// When the highest point was reached, and the position's uncertainty there.
    top: Option<(i64, Uncertainty)>,
    open: Option<Rolled>,
}

/// Less than this is no roll-back but the last digits of positions, metres.
const LEAST_M: f64 = 1e-3;

impl RollBack {
    /// Takes in the ego's sample `k`; returns a roll-back that has ended.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn step(&mut self, m: &Measures<'_>, k: usize) -> Option<Rolled> {
        let s = m.ego().samples()[k];
        let run = &m.window().runs()[s.run];
        let u = Uncertainty::from_option(run.accuracy.position_m.at(s.i));
        let gear = m.ego_codes(Channel::Gear).at(s.t_ns).and_then(Gear::from_code);
        let before = k.checked_sub(1).map(|b| m.ego().samples()[b]);
        let joined = self.last.filter(|l| l.goes_on && before.is_some_and(|b| b.t_ns == l.t_ns));
        self.last = Some(s);
        let Some(last) = joined.filter(|_| gear != Some(Gear::Reverse)) else {
            (self.below_m, self.top) = (0.0, Some((s.t_ns, u)));
            return self.open.take();
        };
        let heading = last.pose.toward(&s.pose, 0.5).yaw_rad;
        let (sin, cos) = math::sin_cos(heading);
        self.below_m -= (s.pose.x_m - last.pose.x_m) * cos + (s.pose.y_m - last.pose.y_m) * sin;
        if self.below_m <= 0.0 {
            (self.below_m, self.top) = (0.0, Some((s.t_ns, u)));
            return self.open.take();
        }
        let (from_ns, u_top) = self.top.unwrap_or((last.t_ns, u));
        if self.below_m < LEAST_M && self.open.is_none() {
            return None;
        }
        let now = Rolled {
            from_ns,
            to_ns: s.t_ns,
            worst: s,
            back_m: Value { value: self.below_m, u: u_top.rss(u) },
            meant: gear.map(|_| false),
        };
        let open = self.open.get_or_insert(now);
        open.to_ns = s.t_ns;
        open.meant = open.meant.and(now.meant);
        if self.below_m > open.back_m.value {
            (open.worst, open.back_m.value) = (s, self.below_m);
            open.back_m.u = greater(open.back_m.u, now.back_m.u);
        }
        None
    }

    /// What is still open at the end.
    #[must_use]
    pub fn finish(self) -> Option<Rolled> {
        self.open
    }
}
