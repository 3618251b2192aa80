//! Whether the ego has broken down, as far as a log can say it.
//!
//! It has while it stands and the driving mode is "failed", or its own log reported a fault since 20 s before it came to the
//! stand. A fault that a reference or roadside instrument or a target reports is none of the ego's. Where there is neither a fault
//! nor a driving mode, nobody knows.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{LOOK_BACK_NS, Spans};
use lukao_model::code::DrivingMode;
use lukao_model::{Channel, Origin, Subject};

use crate::context::{Context, Said};

/// The stand that goes on, and the last fault.
#[derive(Default)]
pub(crate) struct Breakdown {
    stands_since_ns: Option<i64>,
    fault_ns: Option<i64>,
}

/// What a block says of faults.
pub(crate) struct Signs {
    faults_ns: Vec<i64>,
    modes: std::sync::Arc<Spans>,
}

/// Faults that the ego's own log reports, from a time of the window on.
pub(crate) fn own_faults<'a>(cx: &Context<'a>, from_ns: i64) -> impl Iterator<Item = Said<'a>> + use<'a> {
    let own = |o: Origin| !matches!(o, Origin::Reference | Origin::Infrastructure | Origin::Target);
    let ego = cx.measures.ego_actor().map(Subject::Actor);
    let said = ego.map(|ego| cx.texts(ego, Channel::Fault, from_ns));
    said.into_iter().flatten().filter(move |x| own(x.origin) && !x.text.trim().is_empty())
}

impl Signs {
    pub(crate) fn of(cx: &Context<'_>) -> Self {
        Self {
            faults_ns: own_faults(cx, cx.block().from_ns - LOOK_BACK_NS).map(|x| x.t_ns).collect(),
            modes: cx.measures.ego_codes(Channel::DrivingMode),
        }
    }
}

impl Breakdown {
    /// Whether the ego has broken down at its sample `k`; `None` if that is not known. Samples come in order, each once.
    pub(crate) fn step(&mut self, cx: &Context<'_>, signs: &Signs, k: usize) -> Option<bool> {
        let t_ns = cx.measures.ego().samples()[k].t_ns;
        let last = signs.faults_ns.partition_point(|t| *t <= t_ns).checked_sub(1);
        self.fault_ns = last.map(|i| signs.faults_ns[i]).or(self.fault_ns);
        let speed = cx.measures.ego_speed_mps(k)?;
        if speed.value.abs() >= STANDING_MPS {
            self.stands_since_ns = None;
            return Some(false);
        }
        let since_ns = *self.stands_since_ns.get_or_insert(t_ns);
        if self.fault_ns.is_some_and(|fault| fault >= since_ns - LOOK_BACK_NS) {
            return Some(true);
        }
        signs.modes.at(t_ns).map(|mode| mode == DrivingMode::Failed.code())
    }
}
