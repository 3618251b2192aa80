//! The performance core: footprints, contact in continuous time, clearance, boundary crossing.
//!
//! Between its samples an actor moves on a straight line and turns by the short way; each actor on its own clock.
//! Everything here is decided on that motion, not at samples. The bound is in distance: a reported contact has a
//! true clearance of at most 0.1 mm, and a penetration deeper than 0.1 mm is always reported.
//!
//! - [`contacts`]: the ego's contacts with all others; [`ContactScan`] for a drive that comes in blocks, with
//!   [`block_contacts`] for who shares a block's work;
//! - [`clearances`]: the nearest approach to each actor; [`clearance_column`]: the nearest actor at each sample;
//! - [`encounters`]: when an actor was within a distance;
//! - [`crossings`]: when the body or a wheel stood on a line, and how far over; [`CrossingScan`] in blocks;
//! - [`Between`]: two runs, one interval at a time;
//! - [`all_pairs`]: contacts of all with all; [`sampled_pairs`] and [`sampled_contacts`]: at samples alone;
//! - [`build_index`] and [`verify_index`]: the block index that makes all of it skip what is far. Answers are the
//!   same without it.
//!
//! ```
//! use lukao_contact::{Options, contacts};
//! # use lukao_model::{ActorIx, Drive, Header};
//! # let header = Header { actors: vec![Default::default()], ..Header::default() };
//! # let drive = Drive::new(header.into(), vec![], vec![], vec![]).unwrap();
//! let found = contacts(&drive, ActorIx(0), &Options::default());
//! for c in &found.intervals {
//!     println!("{:?} from {} ns, on the ego's {}", c.actor, c.from_ns, c.meeting.ego.face.name());
//! }
//! assert!(found.unbridged.is_empty()); // gaps in which a contact could not be excluded
//! ```
//!
//! Footprints are the run's box, or the convex outline of the actor or of its vehicle sheet (its convex hull, if it
//! is not convex; the box, if it spans no area). Trailers linked by `towed_by` count as their puller's own body.
//! Pairs exempt from each other are left out. Where z of both is known, they also have to overlap in height, with
//! the height of the class (2.2 m for a car, 4.5 m for a lorry) where the log has none; where z of either is
//! unknown, the plan decides.

// `!(a > b)` is meant: what is not a number proves nothing, and must not pass for far.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod all_pairs;
mod around;
mod between;
mod boundary;
mod boxes;
mod clearance;
mod column;
mod contacts;
mod detail;
mod encounters;
mod fetch;
mod gap;
mod geometry;
mod index;
mod lines;
mod motion;
mod near;
mod pair;
mod party;
mod sampled;
mod search;
mod shape;
mod sweep;
mod trig;
mod types;

pub use all_pairs::{PairHit, all_pairs, sampled_pairs};
pub use between::Between;
pub use boundary::{
    BoundaryPart, Crossing, CrossingPiece, CrossingScan, Wheel, block_crossings, boundary_column, crossings,
};
pub use clearance::{Clearances, clearance_at, clearances};
pub use column::{ClearanceColumn, clearance_column};
pub use contacts::{BlockContacts, ContactScan, block_contacts, contacts};
pub use encounters::{Encounter, encounters};
pub use index::{RunBoxes, build_index, verify_index};
pub use lines::{Lines, Polyline};
pub use pair::Piece;
pub use sampled::{SampleHit, sampled_contacts};
pub use types::{
    BOUND_M, ContactInterval, Contacts, Face, GapReason, Meeting, Nearest, Options, Spot, Unbridged,
};
