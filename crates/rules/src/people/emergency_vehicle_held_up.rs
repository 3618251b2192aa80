//! The rule `emergency-vehicle-held-up`.

use std::collections::BTreeMap;

use lukao_measure::emergency::{self, Duty};
use lukao_measure::near::Other;
use lukao_measure::{EgoSample, Value, overlap, value};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{ActorIx, Channel, Interval, RuleResult};

use crate::context::{Context, Judging, Need, Needs, UNSURE};
use crate::episode::{actor_id, finding, number};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego stays in the way of an emergency vehicle on duty behind it.
    ///
    /// ## Checks
    /// How long an actor whose warning lamps or siren are on is behind the ego within `reach_m` while the ego is in its
    /// way.
    ///
    /// ## Method
    /// At each sample: the other's front is within `reach_m` behind the ego's rear, along the ego's heading; the
    /// headings are within 30° of each other; across, the two bodies overlap. Pauses of at most 1 s do not end it. One
    /// time with one vehicle is one finding. An opportunity is such a time.
    ///
    /// ## Cannot tell
    /// The log has the lamps of somebody behind, but no state then; he is known from an origin that is not admitted, or
    /// on a clock that is not synchronised. Who has no lamps in the log is not on duty.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Whether the ego could give room is not looked at. The uncertainty is that of
    /// the clocks; where the overlap across is less than that of the positions, it is unknown.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 53: give way to police cars, fire engines, ambulances and rescue vehicles on
    /// duty (basis: text). How long it may take, 10 s, is this project's own reading (basis: profile).
    EmergencyVehicleHeldUp = "emergency-vehicle-held-up" {
        /// Longest time in its way.
        number max_s = 10.0, "s", 0.0..=120.0;
        /// How far behind it counts.
        number reach_m = 50.0, "m", 1.0..=200.0;
    }
}

/// Open times by actor, and how many there were.
#[derive(Default)]
pub struct State {
    open: BTreeMap<ActorIx, HeldUp>,
    occasions: u64,
    judging: Judging,
}

struct HeldUp {
    name: String,
    from_ns: i64,
    last: EgoSample,
    nearest_m: f64,
    u: Uncertainty,
}

/// Longest pause within one time, ns.
const PAUSE_NS: i64 = lukao_model::time::S;

impl Rule for EmergencyVehicleHeldUp {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let m = cx.measures;
        state.judging = cx.judging;
        if state.open.is_empty() && !emergency::anybody_logged(m) {
            return cx.samples().for_each(|(k, _)| cx.judged(out, k));
        }
        for (k, s) in cx.samples() {
            let over: Vec<ActorIx> =
                state.open.iter().filter(|(_, h)| s.t_ns - h.last.t_ns > PAUSE_NS).map(|(a, _)| *a).collect();
            for actor in over {
                close(state.open.remove(&actor), p, state.judging, out);
            }
            let mut known = true;
            for other in m.near().at(m, k) {
                if let Some(gap) = emergency::behind_m(m, &s, &other, p.reach_m) {
                    known &= look(cx, k, &s, &other, gap, state, out);
                }
            }
            if known {
                cx.judged(out, k);
            }
        }
    }

    fn finish(p: &Params, mut state: State, out: &mut RuleResult) {
        for held in std::mem::take(&mut state.open).into_values() {
            close(Some(held), p, state.judging, out);
        }
        out.opportunities = state.occasions;
    }
}

/// Says whether it could decide.
fn look(
    cx: &Context<'_>,
    k: usize,
    s: &EgoSample,
    other: &Other,
    gap_m: f64,
    state: &mut State,
    out: &mut RuleResult,
) -> bool {
    let m = cx.measures;
    let (ego, run) = (&m.window().runs()[s.run], &m.window().runs()[other.run]);
    let name = actor_id(m, run.actor);
    match emergency::on_duty(m, run, other.i, s.t_ns) {
        Duty::NotLogged | Duty::Off => return true,
        Duty::Unknown => {
            cx.missing(out, k, Channel::EmergencyLamp.name(), &format!("{name} has none then"));
            return false;
        }
        Duty::On => {}
    }
    if let Some((what, why)) = overlap::unusable(m, ego.clock, run) {
        cx.missing(out, k, what, &why);
        return false;
    }
    let known = Uncertainty::from_option;
    let u = known(ego.accuracy.position_m.at(s.i)).rss(known(run.accuracy.position_m.at(other.i)));
    let across = emergency::overlap_m(m, s, other);
    // Less overlap than the places are known to may be none.
    let u = if u.known().is_some_and(|u| u == 0.0 || across > u) {
        Uncertainty::Known(0.0)
    } else {
        Uncertainty::Unknown
    };
    let u = u.plus(lukao_measure::sync::between(m.window(), ego.clock, run.clock).costs(1.0));
    let occasions = &mut state.occasions;
    let open = state.open.entry(run.actor).or_insert_with(|| {
        *occasions += 1;
        HeldUp { name, from_ns: s.t_ns, last: *s, nearest_m: gap_m, u }
    });
    (open.last, open.nearest_m, open.u) = (*s, open.nearest_m.min(gap_m), value::greater(open.u, u));
    true
}

fn close(held: Option<HeldUp>, p: &Params, judging: Judging, out: &mut RuleResult) {
    let Some(held) = held else { return };
    let limit = Limit::AtMost(p.max_s);
    let measured = Value { value: to_s(held.last.t_ns - held.from_ns), u: held.u };
    match judging.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => {
            out.missing("time in its way", UNSURE, Interval::new(held.from_ns, held.last.t_ns));
        }
        Judgement::Broken { .. } => {
            let what = "held up an emergency vehicle";
            let mut f = finding(META.id, what, &held.last, limit, measured, "s");
            f.from_ns = held.from_ns;
            f.actors.push(held.name);
            f.details.push(number("nearest_m", held.nearest_m));
            out.findings.push(f);
        }
    }
}
