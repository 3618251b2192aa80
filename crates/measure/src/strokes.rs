//! Strokes: stretches of driving in one direction, forward or backward, and by how much the heading changed in each. Told from
//! the motion alone, without a map: how often a vehicle shunts in a narrow place, which way it turned, whether it turned round.
//!
//! **Stroke**: from the first sample at which the ego moves in a direction (at least [`STANDING_MPS`] along its body) to the
//! last before it moves the other way or its data has a gap. Standing in between ends none. **Way** (m): of the footprint's
//! centre along the poses. **Heading change** (rad, counter-clockwise positive): the sum of the short turns from sample to
//! sample, so that a full circle is 2π.
//!
//! **Manoeuvre** by heading: a stroke that turns by 30° or more is a turn to that side, by 150° or more turning round. A
//! turn on a road that bends is one too: what the road does, only a map tells (see [`manoeuvre`](crate::manoeuvre)).
//!
//! **Needs** poses and a speed, logged or derived. **Cannot tell** where the speed is not known: the stroke ends there.
//! **Uncertainty** of the heading change: those of the yaw at its two ends; unknown if either is.
//!
//! Strokes can be longer than a window, so they are a scan with carried state; the same for every size of block.

use lukao_model::math;
use lukao_model::outcome::Uncertainty;

use crate::Measures;
use crate::motion::STANDING_MPS;
use crate::value::Value;

/// Strokes that turn by less are straight, rad.
pub const TURN_RAD: f64 = std::f64::consts::FRAC_PI_6;
/// From here on a stroke turns round, rad.
pub const ROUND_RAD: f64 = 5.0 * std::f64::consts::FRAC_PI_6;

/// What a stroke's change of heading makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// Less than 30°.
    Straight,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// By 150° or more, to either side.
    Round,
}

/// One stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// First sample that moves, ns.
    pub from_ns: i64,
    /// Last sample that moves, ns.
    pub to_ns: i64,
    /// Whether it goes backward.
    pub backward: bool,
    /// Way of the centre, m.
    pub way_m: f64,
    /// Change of heading, rad.
    pub turn_rad: Value,
}

impl Stroke {
    /// What it is by its heading. Backward, the side is the one to which the heading turns.
    #[must_use]
    pub fn heading(&self) -> Heading {
        match self.turn_rad.value {
            t if t.abs() >= ROUND_RAD => Heading::Round,
            t if t >= TURN_RAD => Heading::Left,
            t if t <= -TURN_RAD => Heading::Right,
            _ => Heading::Straight,
        }
    }
}

/// The strokes of a drive that comes in blocks.
#[derive(Clone, Debug, Default)]
pub struct StrokeScan {
    open: Option<Open>,
    done: Vec<Stroke>,
}

/// A stroke, and what has come after its last moving sample.
#[derive(Clone, Copy, Debug)]
struct Open {
    stroke: Stroke,
    /// Way and turn since then.
    since: (f64, f64),
    /// Accuracy of the yaw at that sample.
    last_u: Uncertainty,
}

impl Open {
    fn finished(self) -> Stroke {
        let turn_rad = Value { u: self.stroke.turn_rad.u.rss(self.last_u), ..self.stroke.turn_rad };
        Stroke { turn_rad, ..self.stroke }
    }
}

impl StrokeScan {
    /// Takes in the block's samples, in order.
    pub fn scan(&mut self, m: &Measures<'_>) {
        m.ego().in_block().for_each(|k| self.step(m, k));
    }

    /// Takes in the ego's sample `k`. Samples come in order, each once.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn step(&mut self, m: &Measures<'_>, k: usize) {
        let samples = m.ego().samples();
        let s = samples[k];
        let yaw_u = m.window().runs()[s.run].accuracy.yaw_rad.at(s.i);
        match m.ego_speed_mps(k).map(|v| v.value) {
            None => self.close(),
            Some(v) if v.abs() >= STANDING_MPS => self.moves(s.t_ns, v < 0.0, yaw_u),
            Some(_) => {}
        }
        if !s.goes_on {
            self.close();
        } else if let Some(open) = &mut self.open {
            let next = samples[k + 1].pose;
            open.since.0 += math::hypot(next.x_m - s.pose.x_m, next.y_m - s.pose.y_m);
            open.since.1 += math::angle_between(s.pose.yaw_rad, next.yaw_rad);
        }
    }

    fn moves(&mut self, t_ns: i64, backward: bool, yaw_u: Option<f64>) {
        if self.open.is_some_and(|o| o.stroke.backward != backward) {
            self.close();
        }
        let yaw_u = Uncertainty::from_option(yaw_u);
        let open = self.open.get_or_insert(Open {
            stroke: Stroke {
                from_ns: t_ns,
                to_ns: t_ns,
                backward,
                way_m: 0.0,
                turn_rad: Value { value: 0.0, u: yaw_u },
            },
            since: (0.0, 0.0),
            last_u: yaw_u,
        });
        let (way_m, turn) = std::mem::take(&mut open.since);
        open.stroke.to_ns = t_ns;
        open.stroke.way_m += way_m;
        open.stroke.turn_rad.value += turn;
        open.last_u = yaw_u;
    }

    fn close(&mut self) {
        self.done.extend(self.open.take().map(Open::finished));
    }

    /// Strokes that have ended since the last call.
    pub fn ended(&mut self) -> Vec<Stroke> {
        std::mem::take(&mut self.done)
    }

    /// The rest, the open one included.
    #[must_use]
    pub fn finish(mut self) -> Vec<Stroke> {
        self.close();
        self.done
    }
}
