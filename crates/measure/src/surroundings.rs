//! Weather, light and road surface where the ego is.
//!
//! **Definition**: the last value stated of the drive itself; a value holds until the next. Without one, what the
//! ego's run says at its sample, and then what the ego's series said last. In the channel's unit.
//!
//! **Cannot tell** where none of these is there or admitted. **Uncertainty**: the channel's accuracy; that a value a
//! while old may no longer be true is not in it.

use lukao_model::{Channel, Subject};

use crate::held::{self, Stated};
use crate::value::Value;
use crate::{Measures, motion};

/// What was stated of a channel of the drive and, after it, of the ego.
pub(crate) struct Stations {
    drive: Vec<Stated>,
    ego: Vec<Stated>,
}

impl Stations {
    pub(crate) fn new(m: &Measures<'_>, channel: Channel) -> Self {
        let of = |subject| held::stated_in(m.window(), m.held(), m.admit(), subject, channel);
        Self {
            drive: of(Subject::Drive),
            ego: m.ego_actor().map_or_else(Vec::new, |e| of(Subject::Actor(e))),
        }
    }

    pub(crate) fn at(&self, m: &Measures<'_>, channel: Channel, k: usize) -> Option<Value> {
        let s = m.ego().samples().get(k)?;
        let last = |all: &[Stated]| {
            let one = all[all.partition_point(|x| x.t_ns <= s.t_ns).checked_sub(1)?];
            Some(Value::new(one.value.filter(|v| v.is_finite())?, one.accuracy))
        };
        let on_run = || motion::logged(&m.window().runs()[s.run], m.admit(), channel, s.i);
        last(&self.drive).or_else(on_run).or_else(|| last(&self.ego))
    }
}
