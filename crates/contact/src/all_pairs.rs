//! Contacts among all actors.

use lukao_model::{Drive, Interval};

use crate::contacts::{in_time_order, span_of};
use crate::near::Body;
use crate::pair::{PairRoom, exempt, pair_contacts};
use crate::shape::{Footprint, footprint};
use crate::types::{ContactInterval, Contacts, Options};

/// The contacts of every actor with every other, exempt pairs left out. In each, the actor with the lower index
/// stands in the ego's place. Gaps are not bridged and not listed.
#[must_use]
pub fn all_pairs(drive: &Drive, options: &Options) -> Contacts {
    let span = span_of(Interval::ALL);
    let all: Vec<(Body<'_>, Footprint)> = (drive.runs().iter().filter(|r| !r.is_empty()))
        .map(|r| (Body::new(drive, r), footprint(drive, r, options, false)))
        .collect();
    let (mut pieces, mut unbridged) = (Vec::new(), Vec::new());
    let mut room = PairRoom::default();
    for (k, (a, shape_a)) in all.iter().enumerate() {
        for (b, shape_b) in &all[k + 1..] {
            if exempt(drive, a.track.run.actor, b.track.run.actor) {
                continue;
            }
            pair_contacts((a, shape_a), (b, shape_b), span, &mut room, &mut pieces, &mut unbridged);
        }
    }
    let mut intervals: Vec<ContactInterval> = pieces.into_iter().map(|p| p.contact).collect();
    in_time_order(&mut intervals);
    Contacts { intervals, unbridged }
}
