//! The rule `manual-input`.

use lukao_measure::Value;
use lukao_measure::mode::automation_drives;
use lukao_model::code::Switch;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, word};
use crate::meta::{Meta, rule};
use crate::mode::watch::{Watch, modes, reasons};
use crate::rule::Rule;
use crate::words::NO_MODE;

rule! {
    /// A human acts on the controls while the automation drives.
    ///
    /// ## Checks
    /// Whether, while the automation drives, the log says that the driver overrides it, gives a reason for an
    /// override, or a remote command comes in.
    ///
    /// ## Method
    /// At each sample of the ego. One input is one finding; measured is how long it has lasted. An opportunity is a
    /// second of automated driving.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; where it says nothing of the driver's override (`driver_override`).
    /// Reasons and remote commands are looked at where they are logged.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. An input that ends the automated mode within `debounce_s` is part of taking over
    /// and is let pass by a `max_s` as long as that.
    ///
    /// ## Source
    /// The pack names the clause. In a closed-field attempt nobody may help; nothing is let pass unless the pack says
    /// otherwise.
    ManualInput = "manual-input" {
        /// Length of an input that is let pass.
        number max_s = 0.0, "s", 0.0..=60.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
        /// Inputs at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// The input that goes on, and who drove.
#[derive(Default)]
pub struct State {
    watch: Watch,
    episodes: Episodes<()>,
    input_ns: i64,
}

impl Rule for ManualInput {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode), Need::EgoChannel(Channel::DriverOverride)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        let pace = Pace::new(0.0, p.merge_s);
        let limit = Limit::AtMost(p.max_s);
        let of = |c| cx.measures.ego_codes(c);
        let acts = of(Channel::DriverOverride);
        let (reasons, remote) = (of(Channel::OverrideReason), of(Channel::RemoteCommand));
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let Some(mode) = state.watch.step(cx, &modes, k, s.t_ns) else {
                cx.missing(out, k, Channel::DrivingMode.name(), NO_MODE);
                continue;
            };
            let on = |code: Option<u8>| code == Some(Switch::On.code());
            let reason = reasons.at(s.t_ns).unwrap_or(0);
            let input = on(acts.at(s.t_ns)) || reason != 0 || on(remote.at(s.t_ns));
            if !automation_drives(mode) || !input {
                state.input_ns = 0;
                if automation_drives(mode) && acts.at(s.t_ns).is_none() {
                    let name = Channel::DriverOverride.name();
                    cx.missing(out, k, name, "the log does not say whether the driver acts");
                } else {
                    cx.judged(out, k);
                }
                continue;
            }
            cx.judged(out, k);
            // An input at one sample lasts until the next.
            state.input_ns += cx.measures.ego().step(k).len_ns().max(1);
            let lasted = Value { value: to_s(state.input_ns), u: Uncertainty::Known(0.0) };
            let margin = limit.margin(lasted.value);
            if margin < 0.0 {
                let describe = || {
                    let mut f = finding(META.id, "a human acted on the controls", &s, limit, lasted, "s");
                    f.details.push(word("by", by(reason, on(remote.at(s.t_ns)))));
                    f
                };
                state.episodes.broken((), s.t_ns, margin, pace, out, describe);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.watch.seconds();
    }
}

fn by(reason: u8, remote: bool) -> String {
    let mut by = reasons(reason);
    by.extend(remote.then_some("remote command"));
    if by.is_empty() { "not said".into() } else { by.join(", ") }
}
