//! Stops at the kerb: what rules about parking have in common.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Value, area, body};
use lukao_model::outcome::Uncertainty;
use lukao_model::time::from_s;
use lukao_model::{Channel, RuleResult, math};
use lukao_track::Track;

use crate::context::Context;
use crate::words::{LOG_ENDS, NO_SPEED, OFF_MAP};

/// Whether the ego moved at its last sample, and stops at the kerb.
#[derive(Default)]
pub struct KerbStops {
    moved: bool,
    /// How many there were.
    pub(crate) stops: u64,
}

impl KerbStops {
    /// Calls `each` at the first sample of each stop of at least `min_stop_s` whose nearer right corner is within `near_m` of the
    /// road's edge, with the distance of the farther one. Notes what was judged and what is missing.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        (near_m, min_stop_s): (f64, f64),
        out: &mut RuleResult,
        mut each: impl FnMut(&Track, usize, Value, &mut RuleResult),
    ) {
        let Some(track) = cx.measures.track() else { return };
        for (k, _) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let stops = self.moved && speed.value.abs() < STANDING_MPS;
            self.moved = speed.value.abs() >= STANDING_MPS;
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "edge of the road", OFF_MAP);
                continue;
            }
            cx.judged(out, k);
            let (near, far) = if stops { distance(cx, track, k) } else { continue };
            if near > near_m {
                continue;
            }
            match stays(cx, k, min_stop_s) {
                Some(true) => {
                    self.stops += 1;
                    each(track, k, far, out);
                }
                Some(false) => {}
                None => cx.missing(out, k, "length of the stop", LOG_ENDS),
            }
        }
    }
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
    let known = Uncertainty::from_option;
    let reach = 0.5 * math::hypot(run.size.length_m, run.size.width_m);
    let u = known(run.accuracy.position_m.at(s.i))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(known(run.accuracy.yaw_rad.at(s.i)).times(reach))
        .rss(known(track.survey().accuracy_m));
    (rear.min(front), Value { value: rear.max(front), u })
}
