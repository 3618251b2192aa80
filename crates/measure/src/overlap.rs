//! How well the overlap of a contact is known, and whether the data of the other may be used at all.
//!
//! **Uncertainty** of the overlap (m): of both, position accuracy, half of the size's, and the yaw's × the distance
//! of the touching point from the middle; and the time accuracy between the two clocks × the speed at which they
//! met. One unknown part makes the whole unknown.

use lukao_contact::ContactInterval;
use lukao_model::outcome::Uncertainty;
use lukao_model::{ActorIx, ClockIx, Run};

use crate::Measures;
use crate::sync::{self, Synced};

/// What is missing, and why, if the data of a run may not be compared with the ego's; `None` if they may.
#[must_use]
pub fn unusable(m: &Measures<'_>, ego_clock: ClockIx, run: &Run) -> Option<(&'static str, String)> {
    let drive = m.window();
    let name = || &drive.actor(run.actor).id;
    if !m.admit().admits_pose(run.origin) {
        return Some(("actor poses", format!("origin of {} is not admitted", name())));
    }
    (sync::between(drive, ego_clock, run.clock) == Synced::Not)
        .then(|| ("time synchronisation", format!("clock of {} is not synchronised", name())))
}

/// Uncertainty of the overlap of a contact, and why it cannot be used, if so. `runs` are the ordinals of the two.
#[must_use]
pub fn quality(
    m: &Measures<'_>,
    c: &ContactInterval,
    runs: [u32; 2],
) -> (Uncertainty, Option<(&'static str, String)>) {
    let drive = m.window();
    let find = |actor: ActorIx, ordinal: u32| drive.runs_of(actor).iter().find(|r| r.ordinal == ordinal);
    let (Some(a), Some(b)) = (find(c.ego_body, runs[0]), find(c.actor, runs[1])) else {
        return (Uncertainty::Unknown, None);
    };
    if let Some(why) = unusable(m, a.clock, b) {
        return (Uncertainty::Unknown, Some(why));
    }
    let known = Uncertainty::from_option;
    let of = |r: &Run, own_m: [f64; 2]| {
        let i = drive.times(r).partition_point(|t| *t <= c.from_ns).saturating_sub(1);
        let reach = lukao_model::math::hypot(own_m[0], own_m[1]);
        let turned = known(r.accuracy.yaw_rad.at(i)).times(reach);
        known(r.accuracy.position_m.at(i)).rss(known(r.size.accuracy_m).times(0.5)).rss(turned)
    };
    let u = of(a, c.meeting.ego.own_m).rss(of(b, c.meeting.actor.own_m));
    let apart = match (sync::between(drive, a.clock, b.clock), c.meeting.relative_mps) {
        (Synced::Within(0), _) => Uncertainty::Known(0.0),
        (synced, Some(v)) => synced.costs(v),
        (_, None) => Uncertainty::Unknown,
    };
    (u.rss(apart), None)
}
