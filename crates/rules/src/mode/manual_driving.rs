//! The rule `manual-driving`.

use lukao_measure::Value;
use lukao_measure::mode::automation_drives;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding};
use crate::meta::{Meta, rule};
use crate::mode::watch::modes;
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_MODE, NO_SPEED};

rule! {
    /// The ego is driven by hand where the automation must drive.
    ///
    /// ## Checks
    /// Whether the automation drives (automated, takeover request or minimal risk) at each moment of motion in the
    /// scope; with `standing` at each moment of a stand too. Where it must, the scope says.
    ///
    /// ## Method
    /// A mode counts once it has held for `debounce_s`. One stretch driven by hand is one finding; measured is how long
    /// it has lasted. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed; where the log does not say who drives.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. A stand is not driving, unless `standing` says so.
    ///
    /// ## Source
    /// The pack names the clause. An attempt driven by hand earns nothing in the closed-field exams; nothing is let
    /// pass unless the pack says otherwise.
    ManualDriving = "manual-driving" {
        /// Time in motion by hand that is let pass.
        number max_s = 0.0, "s", 0.0..=600.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
        /// A stand by hand counts too: the mode has no gap.
        flag standing = false;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// The stretch by hand that goes on, and time of motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    by_hand_ns: i64,
    moved: MotionTime,
}

impl Rule for ManualDriving {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        let pace = Pace::new(0.0, p.merge_s);
        let limit = Limit::AtMost(p.max_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let moves = speed.value.abs() >= STANDING_MPS;
            let Some(mode) = modes.at(s.t_ns) else {
                cx.missing(out, k, Channel::DrivingMode.name(), NO_MODE);
                continue;
            };
            state.moved.step(cx, k, speed);
            cx.judged(out, k);
            if automation_drives(mode) {
                state.by_hand_ns = 0;
                continue;
            }
            if !moves && !p.standing {
                continue;
            }
            state.by_hand_ns += cx.measures.ego().step(k).len_ns();
            let by_hand = Value { value: to_s(state.by_hand_ns), u: Uncertainty::Known(0.0) };
            let margin = limit.margin(by_hand.value);
            if margin < 0.0 {
                let describe = || finding(META.id, "was driven by hand", &s, limit, by_hand, "s");
                state.episodes.broken((), s.t_ns, margin, pace, out, describe);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
