//! Drives of the closed-field exam: for each item one that is right, and others with one fault each, on any track with stations.
//!
//! ```
//! # fn demo(track: &lukao_track::Track) -> Result<(), lukao_model::Error> {
//! let made = lukao_synth::exam::plan(track, "curve", None, 1)?.make()?;
//! assert_eq!(made.truth.size, None, "nothing is wrong with it");
//! # Ok(())
//! # }
//! ```

mod areas;
mod elsewhere;
mod everywhere;
mod junctions;
mod lanes;
mod manoeuvres;
mod pace;
mod people;
mod ridden;
mod ride;
mod roads;
mod takeover;
mod tell;
mod traffic;
mod variants;
mod way;
mod weather;

use lukao_model::Error;
use lukao_track::Track;

use crate::plan::Plan;

pub use areas::{Area, ExamItem, Fault, items};

/// What an item's drive is made from.
pub(crate) struct Ask<'a> {
    pub track: &'a Track,
    pub item: &'static str,
    pub fault: Option<&'a str>,
    /// Readings of the exam other than its own: switch and value.
    pub under: &'a [(&'a str, &'a str)],
    pub seed: u64,
}

impl Ask<'_> {
    /// Whether this fault is asked for.
    pub fn is(&self, fault: &str) -> bool {
        self.fault == Some(fault)
    }

    /// Whether the exam is read so.
    pub fn read(&self, switch: &str, value: &str) -> bool {
        self.under.contains(&(switch, value))
    }

    /// One of a few harmless differences, told by the seed: 0 to below `n`.
    pub fn pick(&self, n: u64) -> f64 {
        // The same for neighbouring items would make all drives of a seed alike.
        let mixed = self.item.bytes().fold(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        ((mixed >> 33) % n.max(1)) as f64
    }
}

/// The plan of an item's drive on a track with a station of its kind: right, or with one of its faults. The seed varies what
/// does not matter.
///
/// # Errors
/// An item or fault that is not known; a track without a station of that kind; a station too short for ordinary driving.
pub fn plan(track: &Track, item: &str, fault: Option<&str>, seed: u64) -> Result<Plan, Error> {
    plan_under(track, item, fault, &[], seed)
}

/// The same for an exam that is read otherwise than by its own switches. A fault brings its own readings.
///
/// # Errors
/// As [`plan`].
pub fn plan_under(
    track: &Track,
    item: &str,
    fault: Option<&str>,
    under: &[(&str, &str)],
    seed: u64,
) -> Result<Plan, Error> {
    let Some(known) = items().iter().find(|i| i.id == item) else {
        let ids: Vec<&str> = items().iter().map(|i| i.id).collect();
        return Err(Error::new(
            "exam drive",
            format!("one of the items {}", ids.join(", ")),
            format!("\"{item}\""),
        ));
    };
    if let Some(fault) = fault
        && !known.all_faults().any(|f| f.id == fault)
    {
        let ids: Vec<&str> = known.all_faults().map(|f| f.id).collect();
        let expected = format!("one of the faults of {item}: {}", ids.join(", "));
        return Err(Error::new("exam drive", expected, format!("\"{fault}\"")));
    }
    let of_fault = known.all_faults().find(|f| Some(f.id) == fault).map_or(&[][..], |f| f.under);
    let under = if of_fault.is_empty() { under } else { of_fault };
    (known.build)(&Ask { track, item: known.id, fault, under, seed })
}
