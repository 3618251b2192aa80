//! How long the ego was in motion in scope: the occasion of rules about how it moves.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::time::S;

use crate::context::Context;

/// Time in motion.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MotionTime {
    moved_ns: i64,
}

impl MotionTime {
    /// Adds the step from the ego's sample `k` if the ego moves there; says whether it does.
    pub(crate) fn step(&mut self, cx: &Context<'_>, k: usize, speed_mps: Value) -> bool {
        let moves = speed_mps.value.abs() >= STANDING_MPS;
        if moves {
            let parts = cx.in_scope(cx.measures.ego().step(k));
            // An instant is an occasion too.
            self.moved_ns += parts.map(|i| i.len_ns().max(1)).sum::<i64>();
        }
        moves
    }

    /// Seconds, begun ones counted.
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.moved_ns).unwrap_or(0).div_ceil(S as u64)
    }
}
