//! How long the ego takes to start when its light turns green, and whether anything was in its way.
//!
//! **Start** (s): from the moment at which the lights at the stop line turn green, while the ego stands with its middle at
//! most 10 m and its own length before the line, to the first sample at which it moves; looked for over 60 s in the
//! same run. **In its way**, when the light turns green: somebody ahead in lane within 20 m; a vehicle in the junction,
//! or somebody on foot, within 30 m in front of the ego and 10 m to its sides. **Uncertainty**: that of the time at which
//! the state began; unknown if that of the speed is.

use lukao_model::code::SignalState;
use lukao_model::time::to_s;
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, math};
use lukao_track::StopLineIx;

use crate::motion::STANDING_MPS;
use crate::phase::{self, STOP_NEAR_M};
use crate::value::Value;
use crate::{Ahead, LOOK_AHEAD_NS, Measures, Who, near};

/// The light turned green for the ego that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Green {
    /// The line at which it waits.
    pub line: StopLineIx,
    /// When it turned green, ns.
    pub t_ns: i64,
    /// Time to the start; to the end of the data if it does not start.
    pub start_s: Value,
    /// Whether it was seen to start.
    pub started: bool,
}

/// What of a start cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Waiting {
    /// The light turned green.
    Green(Green),
    /// It turned green while something was in the way.
    NotFree,
    /// Something is missing.
    Missing(&'static str, String),
}

/// Whether the light turned green in the step that ends at sample `k`, at which the ego stands before its line.
#[must_use]
pub fn turned_green(m: &Measures<'_>, k: usize) -> Option<Waiting> {
    let (track, places) = (m.track()?, m.places()?);
    let samples = m.ego().samples();
    let s = samples[k];
    if m.ego_speed_mps(k)?.value.abs() >= STANDING_MPS {
        return None;
    }
    let before_ns = k.checked_sub(1).map(|j| samples[j].t_ns)?;
    let place = places.at(k)?;
    let reach = STOP_NEAR_M + m.window().runs()[s.run].size.length_m;
    let ways = places.ways_through(k);
    let ahead = track.stop_lines_ahead(place.hit.lane, place.hit.station_m, reach);
    let (line, heads) = ahead.iter().find_map(|a| {
        let heads = m.heads(a.line, ways.as_deref());
        (!heads.is_empty()).then_some((a.line, heads))
    })?;
    let shown = match m.shown(k, &heads, s.t_ns) {
        Ok(shown) => shown,
        Err(e) => return Some(Waiting::Missing(Channel::SignalState.name(), e.why(track))),
    };
    let green = matches!(shown.state, SignalState::Green | SignalState::GreenYield);
    if !green || shown.since_ns <= before_ns {
        return None;
    }
    if !m.shown(k, &heads, shown.since_ns - 1).is_ok_and(|x| phase::is_red(x.state)) {
        return None;
    }
    if !free(m, k)? {
        return Some(Waiting::NotFree);
    }
    let mut last = s.t_ns;
    for j in k + 1..samples.len() {
        if !samples[j - 1].goes_on || samples[j].t_ns >= shown.since_ns + LOOK_AHEAD_NS {
            break;
        }
        let Some(v) = m.ego_speed_mps(j) else {
            return Some(Waiting::Missing("speed_mps", "the ego's speed is missing while it waits".into()));
        };
        last = samples[j].t_ns;
        if v.value.abs() >= STANDING_MPS {
            // A speed of unknown accuracy does not say when it began to move.
            let start_s = Value { value: to_s(last - shown.since_ns), u: shown.u_s.rss(v.u.times(0.0)) };
            return Some(Waiting::Green(Green { line, t_ns: shown.since_ns, start_s, started: true }));
        }
    }
    let start_s = Value { value: to_s(last - shown.since_ns), u: shown.u_s };
    Some(Waiting::Green(Green { line, t_ns: shown.since_ns, start_s, started: false }))
}

/// Whether nobody is in the ego's way at a sample.
fn free(m: &Measures<'_>, k: usize) -> Option<bool> {
    const LEAD_M: f64 = 20.0;
    const FRONT_M: f64 = 30.0;
    const SIDE_M: f64 = 10.0;
    let (track, drive) = (m.track()?, m.window());
    if matches!(m.ahead_at(k, Who::Anyone)?, Ahead::Lead(lead) if lead.gap_m.value <= LEAD_M) {
        return Some(false);
    }
    let s = m.ego().samples()[k];
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let half = 0.5 * drive.runs()[s.run].size.length_m;
    let in_front = |x: f64, y: f64| {
        let (dx, dy) = (x - s.pose.x_m, y - s.pose.y_m);
        let (along, across) = (dx * cos + dy * sin - half, dy * cos - dx * sin);
        (0.0..=FRONT_M).contains(&along) && across.abs() <= SIDE_M
    };
    let blocks = near::at_sample(m, k).into_iter().any(|other| {
        let p = other.pose;
        let class = drive.actor(drive.runs()[other.run].actor).class;
        let on_foot = matches!(class, ActorClass::Pedestrian | ActorClass::PersonalMobility);
        let inside = || track.lanes_at([p.x_m, p.y_m], s.z_m).iter().any(|h| track.lane(h.lane).in_junction);
        in_front(p.x_m, p.y_m) && (on_foot || inside())
    });
    Some(!blocks)
}
