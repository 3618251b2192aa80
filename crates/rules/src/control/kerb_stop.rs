//! Stops at the kerb: what rules about parking have in common.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Value, area, body};
use lukao_model::RuleResult;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::from_s;
use lukao_track::Track;

use super::stops::Stops;
use crate::context::Context;
use crate::stands::waits;
use crate::words::LOG_ENDS;

/// Which stops are meant.
pub(crate) struct Meant {
    /// Stops of which the nearer right corner is within this of the road's edge.
    pub near_m: f64,
    /// Shorter ones are none.
    pub min_stop_s: f64,
    /// Stops farther from it, up to this, which are not for traffic and last longer; at most `near_m` is none.
    pub far_m: f64,
    /// Shorter ones of these are none.
    pub min_far_stop_s: f64,
}

impl Meant {
    /// Those near the edge alone.
    pub(crate) fn near(near_m: f64, min_stop_s: f64) -> Self {
        Self { near_m, min_stop_s, far_m: 0.0, min_far_stop_s: 0.0 }
    }
}

/// Calls `each` at the first sample of each stop that is meant, with the distance of the farther right corner from the road's
/// edge. Notes what was judged and what is missing.
pub(crate) fn scan(
    stops: &mut Stops,
    cx: &Context<'_>,
    meant: &Meant,
    out: &mut RuleResult,
    mut each: impl FnMut(&Track, usize, Value, &mut RuleResult),
) {
    let Some(track) = cx.measures.track() else { return };
    stops.scan(cx, "edge of the road", out, |k, out| {
        let (near, far) = distance(cx, track, k);
        let stays = if near <= meant.near_m {
            stays(cx, k, meant.min_stop_s)
        } else if near <= meant.far_m && !waits(cx, track, k) {
            stays(cx, k, meant.min_far_stop_s)
        } else {
            Some(false)
        };
        match stays {
            Some(true) => each(track, k, far, out),
            Some(false) => {}
            None => cx.missing(out, k, "length of the stop", LOG_ENDS),
        }
        stays == Some(true)
    });
}

/// Whether the ego stays at a stand from sample `k` on for long enough; `None` if its data end before.
fn stays(cx: &Context<'_>, k: usize, min_stop_s: f64) -> Option<bool> {
    let samples = cx.measures.ego().samples();
    let until = samples[k].t_ns + from_s(min_stop_s).unwrap_or(0);
    let stands = |j: usize| cx.measures.ego_speed_mps(j).is_some_and(|v| v.value.abs() < STANDING_MPS);
    let mut j = k;
    while samples[j].t_ns < until {
        if !stands(j) {
            return Some(false);
        }
        if !samples[j].goes_on {
            return None;
        }
        j += 1;
    }
    Some(true)
}

/// Distance of the nearer and of the farther right corner from the edge, metres.
fn distance(cx: &Context<'_>, track: &Track, k: usize) -> (f64, Value) {
    let s = cx.measures.ego().samples()[k];
    let run = &cx.measures.window().runs()[s.run];
    let corners = body::corners_m(&s.pose, &run.size);
    let far = |c: [f64; 2]| track.drivable_clearance(c, s.z_m, area::CUT_OFF_M).max(0.0);
    let (rear, front) = (far(corners[2]), far(corners[3]));
    let u = body::edge_u(run, s.i).rss(Uncertainty::from_option(track.survey().accuracy_m));
    (rear.min(front), Value { value: rear.max(front), u })
}
