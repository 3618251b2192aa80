//! The rule `emergency-vehicle-cut-off`.

use lukao_measure::emergency::{self, Duty};
use lukao_measure::{Admit, Encounter, Entry};
use lukao_model::{Channel, RuleResult, Subject};

use super::yielding::{Owed, Yielding, scan};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego goes before an emergency vehicle on duty at a junction.
    ///
    /// ## Checks
    /// The gap that the ego leaves to an emergency vehicle on duty whose way through the junction overlaps its own, whatever lights
    /// and signs say.
    ///
    /// ## Method
    /// For each entry of the ego's front into a junction, each emergency vehicle on duty within 100 m whose way overlaps the ego's
    /// there: the log says that its warning lamps or siren are on when the ego enters. The ego has yielded if the other is in the
    /// place of overlap first. If the ego is first, measured is the gap that it leaves: from its rear leaving that place to the
    /// other's front coming, really or at the speed that the other had, whichever is less (see `measure::conflict`). An opportunity
    /// is such a vehicle that came.
    ///
    /// ## Cannot tell
    /// The way of either through the junction is not certain and decides; the other is first seen inside the junction, or known from
    /// an origin that is not admitted, or on a clock that is not synchronised; its lamps are logged, and not known
    /// then or only from such an origin.
    ///
    /// ## Limits
    /// `min_gap_s`; at equality it is kept. Nobody is on duty by the look of him: without logged lamps there is no occasion.
    /// Uncertainty from the places of both along their ways ÷ their speeds, from the speed of the other, and from the clocks.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 53: vehicles of police, fire brigade, ambulance and rescue on duty are let go first, and are
    /// not bound by lights (basis: text). The figure of 3.0 s is this project's own reading (basis: profile).
    EmergencyVehicleCutOff = "emergency-vehicle-cut-off" {
        /// Least gap that the ego may leave to it.
        number min_gap_s = 3.0, "s", 0.0..=10.0;
    }
}

impl Rule for EmergencyVehicleCutOff {
    type Params = Params;
    /// Emergency vehicles that came.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, occasions: &mut u64, out: &mut RuleResult) {
        let logged = any_lamps(cx);
        let concerns = |_: &Entry| logged;
        let owed = |entry: &Entry, e: &Encounter| owed(cx, entry, e);
        let rule = Yielding {
            rule: META.id,
            what: "went before an emergency vehicle on duty",
            min_gap_s: p.min_gap_s,
            concerns: &concerns,
            owed: &owed,
        };
        scan(cx, &rule, occasions, out);
    }

    fn finish(_: &Params, occasions: u64, out: &mut RuleResult) {
        out.opportunities = occasions;
    }
}

/// Whether the log has the emergency lamps of anybody.
fn any_lamps(cx: &Context<'_>) -> bool {
    let m = cx.measures;
    let drive = m.window();
    let lamp = Channel::EmergencyLamp;
    let held = |s: Subject| m.held().has(s, lamp, &Admit::ALL);
    drive.runs().iter().any(|r| r.channels.get(lamp).is_some() || held(Subject::Actor(r.actor)))
        || drive.series().iter().any(|s| s.channels.get(lamp).is_some())
}

fn owed(cx: &Context<'_>, entry: &Entry, e: &Encounter) -> Owed {
    let drive = cx.measures.window();
    let there = drive.runs_of(e.actor).iter().find(|r| drive.pose_at(r, entry.t_ns).is_some());
    let Some(run) = there else { return Owed::No };
    let i = drive.times(run).partition_point(|t| *t <= entry.t_ns).saturating_sub(1);
    match emergency::on_duty(cx.measures, run, i, entry.t_ns) {
        Duty::On => Owed::Yes("emergency vehicle on duty"),
        Duty::Off | Duty::NotLogged => Owed::No,
        Duty::Unknown => {
            Owed::Unknown(Channel::EmergencyLamp.name(), "whether it is on duty is not known then".into())
        }
    }
}
