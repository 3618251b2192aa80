//! The rule `slow-emergency-stop`.

use lukao_measure::mode::automation_drives;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Mean, Value};
use lukao_model::code::Switch;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::{MS, S, from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::items::told::orders_ns;
use crate::meta::{Choice, Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::LOG_ENDS;

/// What must have happened in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The automation no longer drives.
    Released,
    /// The ego stands.
    Stand,
    /// The ego brakes.
    Braking,
}

impl Choice for Until {
    const WORDS: &'static [&'static str] = &["released", "stand", "braking"];
}

/// What the time begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// The emergency stop is actuated.
    Actuation,
    /// The examiner orders it.
    Command,
}

impl Choice for Since {
    const WORDS: &'static [&'static str] = &["actuation", "command"];
}

rule! {
    /// After its emergency stop is actuated the ego takes too long.
    ///
    /// ## Checks
    /// The time from the actuation of the emergency stop in an automated mode, or from the command to do so, until, as
    /// `until` says, the automation no longer drives, the ego stands, or it brakes.
    ///
    /// ## Method
    /// *released*: the driving mode becomes manual or failed. *stand*: the speed falls below 0.2 m/s, linear between
    /// samples. *braking*: the first sample at which the mean deceleration over 0.2 s is at least
    /// `braking_mps2`. With `from = "command"` the time begins with the last order of the examiner to act by hand in the 10 s
    /// before the actuation. Each actuation is an opportunity.
    ///
    /// ## Cannot tell
    /// Without the channel of the emergency stop; counted from the command, if none was given; where the mode or, for stand and braking, the speed is missing;
    /// when the log ends before the limit is over and it has not happened.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Looked for up to 40 s ahead. Uncertainty from how often switch and mode are
    /// logged and from the clocks; for stand and braking also the step between the ego's samples.
    ///
    /// ## Source
    /// The default of 2 s is that of the Beijing closed-field exam of 2018 (basis: press): "from the automated state to
    /// the driver's takeover and stop at most 2 s". The reports do not say what ends the time; `until` names the
    /// reading, and `released` is this project's own (basis: profile).
    SlowEmergencyStop = "slow-emergency-stop" {
        /// Time that is let pass.
        number max_s = 2.0, "s", 0.1..=35.0;
        /// What it is counted from: the actuation, or the examiner's command before it.
        choice from: Since = Since::Actuation, "actuation";
        /// What ends it: the automation no longer drives, the ego stands, or it brakes.
        choice until: Until = Until::Released, "released";
        /// Mean deceleration that counts as braking.
        number braking_mps2 = 1.0, "m/s2", 0.1..=10.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=4.0;
    }
}

const AHEAD_NS: i64 = 40 * S;
/// A command is older than this when it meant something else, ns.
const TOLD_NS: i64 = 10 * S;

/// Actuations, and who drove.
#[derive(Default)]
pub struct State {
    watch: Watch,
    actuations: u64,
}

impl Rule for SlowEmergencyStop {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::EmergencyStop), Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        state.watch.scan(cx, &modes, out);
        let stop = cx.measures.ego_codes(Channel::EmergencyStop);
        let block = cx.block();
        for span in stop.as_slice() {
            let t_ns = span.from_ns;
            let on = span.code == Some(Switch::On.code()) && block.from_ns <= t_ns && t_ns < block.to_ns;
            if !on || !cx.scope.contains(t_ns) || !modes.at(t_ns - 1).is_some_and(automation_drives) {
                continue;
            }
            state.actuations += 1;
            let begin_ns = match p.from {
                Since::Actuation => Some(t_ns),
                Since::Command => orders_ns(cx, t_ns - TOLD_NS).into_iter().filter(|o| *o <= t_ns).max(),
            };
            let Some(begin_ns) = begin_ns else {
                cx.missing_in(
                    out,
                    Interval::new(t_ns, t_ns),
                    Channel::Command.name(),
                    "none in the 10 s before",
                );
                continue;
            };
            let end = end(cx, p, &modes, t_ns);
            let last = cx.measures.ego().samples().last().map_or(t_ns, |s| s.t_ns);
            let (end_ns, u) = end.unwrap_or((last.min(t_ns + AHEAD_NS), Uncertainty::Known(0.0)));
            let when = Interval::new(begin_ns, end_ns.max(t_ns));
            if end.is_none() && end_ns - begin_ns <= from_s(p.max_s).unwrap_or(0) {
                cx.missing_in(out, when, "end of the emergency stop", LOG_ENDS);
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "emergency stop took too long".into(),
                value: "time of the emergency stop",
                unit: "s",
                when,
                limit: Limit::AtMost(p.max_s),
                measured: Value { value: to_s(end_ns - begin_ns), u: u.rss(span.u_s) },
            };
            event.judge(cx, out, |f| f.details.push(word("until", Until::WORDS[p.until as usize])));
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.actuations;
    }
}

/// When what must happen has happened, with its uncertainty.
fn end(
    cx: &Context<'_>,
    p: &Params,
    modes: &lukao_measure::mode::Modes,
    from_ns: i64,
) -> Option<(i64, Uncertainty)> {
    let (m, ego) = (cx.measures, cx.measures.ego());
    if p.until == Until::Released {
        let changes = modes.changes(from_ns, from_ns + AHEAD_NS);
        return changes.iter().find(|c| c.disengages()).map(|c| (c.t_ns, c.u_s));
    }
    let first = ego.at_or_before(from_ns)?;
    let near = (first..ego.samples().len()).take_while(|k| ego.samples()[*k].t_ns < from_ns + AHEAD_NS);
    for k in near {
        let s = ego.samples()[k];
        let exact = m.window().runs()[s.run].accuracy.position_m.at(s.i) == Some(0.0);
        let u = |step_ns: i64| Uncertainty::Known(if exact { 0.0 } else { to_s(step_ns) });
        let step = ego.step(k).len_ns();
        if p.until == Until::Stand {
            let v = m.ego_speed_mps(k)?.value.abs();
            if v < STANDING_MPS {
                return Some((s.t_ns.max(from_ns), u(step)));
            }
            let next = m.ego_speed_mps(k + 1).filter(|_| s.goes_on)?.value.abs();
            if next < STANDING_MPS {
                let part = (v - STANDING_MPS) / (v - next);
                return Some(((s.t_ns + (step as f64 * part) as i64).max(from_ns), u(step)));
            }
        } else if s.t_ns >= from_ns
            && m.ego_mean_at(Mean::AccelLon, s.t_ns, 100 * MS).is_some_and(|a| -a.value >= p.braking_mps2)
        {
            return Some((s.t_ns, u(step)));
        }
    }
    None
}
