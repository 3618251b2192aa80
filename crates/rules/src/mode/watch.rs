//! What rules about the driving mode have in common: who drives at each sample, and for how long the automation did.

use lukao_measure::mode::{Modes, automation_drives};
use lukao_model::code::{DrivingMode, override_reason};
use lukao_model::time::{S, from_s};
use lukao_model::{Channel, RuleResult};

use crate::context::Context;
use crate::words::NO_MODE;

/// The modes of the block's window with a debounce time in seconds.
pub(crate) fn modes(cx: &Context<'_>, debounce_s: f64) -> Modes {
    Modes::of(cx.measures, from_s(debounce_s).unwrap_or(0))
}

/// What a reason for an override says, in words.
pub(crate) fn reasons(code: u8) -> Vec<&'static str> {
    let names = [
        (override_reason::STEERING, "steering"),
        (override_reason::BRAKE, "brake"),
        (override_reason::ACCELERATOR, "accelerator"),
        (override_reason::BUTTON, "button"),
        (override_reason::OTHER, "other"),
    ];
    names.iter().filter(|n| code & n.0 != 0).map(|n| n.1).collect()
}

/// Time for which the automation drove.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    automated_ns: i64,
}

impl Watch {
    /// Goes over the samples of the block: judged where the mode is known, missing where it is not.
    pub(crate) fn scan(&mut self, cx: &Context<'_>, modes: &Modes, out: &mut RuleResult) {
        for (k, s) in cx.samples() {
            if let Some(mode) = self.step(cx, modes, k, s.t_ns) {
                let _ = mode;
                cx.judged(out, k);
            } else {
                cx.missing(out, k, Channel::DrivingMode.name(), NO_MODE);
            }
        }
    }

    /// The mode at the ego's sample `k`; adds the step from there if the automation drives.
    pub(crate) fn step(
        &mut self,
        cx: &Context<'_>,
        modes: &Modes,
        k: usize,
        t_ns: i64,
    ) -> Option<DrivingMode> {
        let mode = modes.at(t_ns)?;
        if automation_drives(mode) {
            self.automated_ns +=
                cx.in_scope(cx.measures.ego().step(k)).map(|i| i.len_ns().max(1)).sum::<i64>();
        }
        Some(mode)
    }

    /// Seconds, begun ones counted.
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.automated_ns).unwrap_or(0).div_ceil(S as u64)
    }
}
