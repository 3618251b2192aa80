//! Boxes: length and width swapped, sizes that no actor of the class has.

use std::collections::BTreeSet;

use lukao_model::drive::Drive;
use lukao_model::vehicle::{ActorClass, BoxSize};

use super::{Findings, Severity};

/// Length and width that actors of a class have, metres, with some room.
fn plausible(class: ActorClass) -> Option<[(f64, f64); 2]> {
    Some(match class {
        ActorClass::Car => [(2.2, 6.5), (1.2, 2.6)],
        ActorClass::Van => [(3.0, 8.5), (1.4, 2.8)],
        ActorClass::Truck => [(3.5, 26.0), (1.5, 3.2)],
        ActorClass::Bus => [(5.0, 26.0), (1.8, 3.2)],
        ActorClass::Trailer => [(1.5, 20.0), (0.8, 3.2)],
        ActorClass::Rail => [(5.0, 500.0), (1.8, 3.8)],
        ActorClass::Motorcycle => [(1.2, 3.2), (0.3, 1.4)],
        ActorClass::Bicycle => [(1.0, 3.0), (0.2, 1.3)],
        ActorClass::Pedestrian => [(0.1, 1.5), (0.1, 1.5)],
        ActorClass::PersonalMobility => [(0.3, 2.5), (0.2, 1.5)],
        ActorClass::Animal => [(0.1, 4.0), (0.05, 2.0)],
        _ => return None,
    })
}

fn within(range: (f64, f64), v: f64) -> bool {
    range.0 <= v && v <= range.1
}

pub(super) fn examine(drive: &Drive, found: &mut Findings) {
    let mut told = BTreeSet::new();
    for r in drive.runs() {
        let actor = drive.actor(r.actor);
        let Some([length, width]) = plausible(actor.class) else { continue };
        let BoxSize { length_m, width_m, .. } = r.size;
        if within(length, length_m) && within(width, width_m) || !told.insert(r.actor) {
            continue;
        }
        let class = actor.class.name();
        let ranges = format!(
            "a {class} is {:.1} to {:.1} m long and {:.1} to {:.1} m wide",
            length.0, length.1, width.0, width.1
        );
        let measured = [("length_m", length_m), ("width_m", width_m)];
        let size = format!("{length_m:.2} m long and {width_m:.2} m wide");
        if width_m > length_m && within(length, width_m) && within(width, length_m) {
            let text = format!("{size}; length and width look swapped ({ranges})");
            found.add("box-swapped", Severity::Warning, &actor.id, None, &measured, text);
        } else {
            let text = format!("{size}, unlike its class ({ranges})");
            found.add("box-implausible", Severity::Warning, &actor.id, None, &measured, text);
        }
    }
}
