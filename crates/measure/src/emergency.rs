//! Emergency vehicles on duty, and how long one has been held up behind the ego.
//!
//! **On duty**: the log says that the warning lamps or the siren of an actor are on, on its run or in a series of its own;
//! a state holds until the next. Nobody is on duty by the look of him. **Behind**: its middle is behind the ego's rear by at
//! most a given distance along the ego's heading, its heading is within 30° of the ego's, and across the two bodies overlap:
//! the ego is in its way.

use lukao_model::code::Switch;
use lukao_model::{ActorIx, Channel, Run, Subject, math};

use crate::near::Other;
use crate::{Admit, EgoSample, Measures, held};

/// What the log says of an actor's lamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// It has no such channel.
    NotLogged,
    /// Off.
    Off,
    /// On.
    On,
    /// It has the channel, but no state then, or none of an origin that counts.
    Unknown,
}

/// Whether the log says of anybody whether it is on duty.
#[must_use]
pub fn anybody_logged(m: &Measures<'_>) -> bool {
    let lamp = Channel::EmergencyLamp;
    let on_run = |r: &Run| r.channels.get(lamp).is_some_and(|d| m.admit().admits(lamp, d.origin));
    let of = |a: usize| Subject::Actor(ActorIx(a as u32));
    let in_series = m.window().series().iter().any(|s| s.channels.get(Channel::EmergencyLamp).is_some());
    let held = |a: usize| m.held().has(of(a), Channel::EmergencyLamp, m.admit());
    m.window().runs().iter().any(on_run) || in_series || (0..m.window().header().actors.len()).any(held)
}

/// Whether an actor is on duty at sample `i` of its run, at a time.
#[must_use]
pub fn on_duty(m: &Measures<'_>, run: &Run, i: usize, t_ns: i64) -> Duty {
    let of = |code: Option<u8>| match code.and_then(Switch::from_code) {
        Some(Switch::On) => Duty::On,
        Some(_) => Duty::Off,
        None => Duty::Unknown,
    };
    let lamp = Channel::EmergencyLamp;
    let on_run = run.channels.get(lamp);
    if on_run.is_some_and(|d| m.admit().admits(lamp, d.origin)) {
        return of(run.channels.code(lamp).and_then(|c| c.get(i)));
    }
    let subject = Subject::Actor(run.actor);
    let stated_of = |admit: &Admit| held::stated_in(m.window(), m.held(), admit, subject, lamp);
    let stated = stated_of(m.admit());
    if stated.is_empty() {
        // What only an origin says that does not count is not known; what nobody says is not logged.
        let said = on_run.is_some() || !stated_of(&Admit::ALL).is_empty();
        return if said { Duty::Unknown } else { Duty::NotLogged };
    }
    let now = stated.partition_point(|s| s.t_ns <= t_ns).checked_sub(1);
    of(now.and_then(|k| stated[k].value).map(|v| v as u8))
}

/// How far the bodies of the ego and another overlap across the ego's heading, m; negative if they do not.
#[must_use]
pub fn overlap_m(m: &Measures<'_>, s: &EgoSample, other: &Other) -> f64 {
    let (ego, run) = (&m.window().runs()[s.run], &m.window().runs()[other.run]);
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let across = (other.pose.y_m - s.pose.y_m) * cos - (other.pose.x_m - s.pose.x_m) * sin;
    0.5 * (ego.size.width_m + run.size.width_m) - across.abs()
}

/// How far behind the ego's rear somebody's front is, if he is behind it and the ego in his way.
#[must_use]
pub fn behind_m(m: &Measures<'_>, s: &EgoSample, other: &Other, reach_m: f64) -> Option<f64> {
    let (ego, run) = (&m.window().runs()[s.run], &m.window().runs()[other.run]);
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let (dx, dy) = (other.pose.x_m - s.pose.x_m, other.pose.y_m - s.pose.y_m);
    let along = dx * cos + dy * sin;
    let gap = -along - 0.5 * (ego.size.length_m + run.size.length_m);
    let same_way =
        math::angle_between(s.pose.yaw_rad, other.pose.yaw_rad).abs() <= std::f64::consts::FRAC_PI_6;
    let in_way = overlap_m(m, s, other) > 0.0;
    (along < 0.0 && gap <= reach_m && same_way && in_way).then_some(gap.max(0.0))
}
