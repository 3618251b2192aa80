//! Stops: what rules about where the ego stops have in common.

use lukao_measure::motion::STANDING_MPS;
use lukao_model::{Channel, RuleResult};

use crate::context::Context;
use crate::words::{NO_SPEED, OFF_MAP};

/// Whether the ego moved at its last sample, and the stops that counted.
#[derive(Default)]
pub struct Stops {
    moved: bool,
    /// How many there were.
    pub(crate) count: u64,
}

impl Stops {
    /// Calls `each` at each first sample at a stand after one in motion; it says whether the stop counts. Notes what was judged,
    /// and as missing the speed, and off the map what the rule needs of it.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        of_map: &'static str,
        out: &mut RuleResult,
        mut each: impl FnMut(usize, &mut RuleResult) -> bool,
    ) {
        for (k, _) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let moves = speed.value.abs() >= STANDING_MPS;
            let stops = std::mem::replace(&mut self.moved, moves) && !moves;
            if !cx.measures.on_map(k) {
                cx.missing(out, k, of_map, OFF_MAP);
                continue;
            }
            cx.judged(out, k);
            self.count += u64::from(stops && each(k, out));
        }
    }
}
