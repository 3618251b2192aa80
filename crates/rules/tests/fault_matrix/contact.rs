//! Cases of the rules on contact.

use lukao_synth::{Body, Course, Path, Plan, Speed};

use crate::case::Case;
use crate::lack::Lack;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("contact-with-actor", 0.0, "m")
            .fault("grazes a parked car by this overlap", graze)
            // A clearance of up to 0.1 mm is contact.
            .accuracy(2e-4)
            .sizes(&[-0.3, 0.01, 0.1])
            .side("close-pass", "whoever touches is too near")
            .side("rss-lateral-distance", "whoever touches is too near")
            .lacks(Lack::OthersReference, "actor poses"),
    ]
}

/// Both cars are 1.8 m wide and parallel.
fn graze(overlap_m: f64) -> Plan {
    let path = Path::from(0.0, 0.0, 0.0).straight(80.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(8.0)));
    let parked = Body::car("parked").course(Course::standing(40.0, 1.8 - overlap_m, 0.0));
    // Nose to tail, then tail to nose.
    let (from_s, to_s) = ((40.0 - 4.5) / 8.0, (40.0 + 4.5) / 8.0);
    Plan::new("graze", 8.0, ego).actor(parked).when_s(from_s, to_s)
}
