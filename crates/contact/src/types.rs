//! What the queries take and give.

use lukao_model::{ActorIx, Interval};

/// A reported contact has a clearance of at most this, and a penetration deeper than this is always reported.
pub const BOUND_M: f64 = 1e-4;

/// How to look.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// An actor whose data has a gap, and who is at least this far from the ego at both ends of it, is taken not
    /// to have come near meanwhile, metres. Infinity asks for proof by speed alone.
    pub far_m: f64,
    /// Widen the ego's box to the width over its mirrors, where its vehicle sheet says that.
    pub mirrors: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { far_m: 200.0, mirrors: false }
    }
}

/// A face of a footprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// Ahead.
    Front,
    /// Behind.
    Rear,
    /// Left-hand.
    Left,
    /// Right-hand.
    Right,
}

impl Face {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Rear => "rear",
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// Where on a footprint it was touched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The face that was touched.
    pub face: Face,
    /// The adjoining face, if the point lies within 0.1 m of the corner with it.
    pub corner: Option<Face>,
    /// The point in the body's own frame, metres forward and left of its centre.
    pub own_m: [f64; 2],
}

/// How two footprints met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meeting {
    /// The point, metres in the drive's frame. Where two faces meet flat: the middle of what they share.
    pub point_m: [f64; 2],
    /// Unit vector from the ego (the first of the pair) to the actor, across the faces that meet.
    pub normal: [f64; 2],
    /// Where on the ego.
    pub ego: Spot,
    /// Where on the actor.
    pub actor: Spot,
    /// Speed of the two bodies toward each other along the normal, at the point, m/s; negative when parting. `None`
    /// where the two are known at one instant only.
    pub closing_mps: Option<f64>,
    /// Speed of the one relative to the other at the point, m/s.
    pub relative_mps: Option<f64>,
}

/// One contact: the footprints touch from `from_ns` to `to_ns`.
///
/// Both ends lie between the times at which the footprints, inflated and deflated by 0.1 mm, touch; they are
/// rounded to the nearest nanosecond.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactInterval {
    /// The ego or the trailer of its that was touched; in [`crate::all_pairs`] the first of the pair.
    pub ego_body: ActorIx,
    /// The other.
    pub actor: ActorIx,
    /// Begin, ns.
    pub from_ns: i64,
    /// End, ns.
    pub to_ns: i64,
    /// Whether the begin was seen; if not they touched already at the first instant at which both are known.
    pub begin_seen: bool,
    /// Whether the end was seen; if not they still touched at the last instant at which both are known.
    pub end_seen: bool,
    /// How they met at `from_ns`.
    pub meeting: Meeting,
    /// Largest penetration in plan, metres, to 0.1 mm.
    pub deepest_m: f64,
    /// When, ns.
    pub deepest_ns: i64,
}

/// Why a stretch of time could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GapReason {
    /// The ego's own data has a gap.
    EgoGap,
    /// The actor's data has a gap.
    ActorGap,
    /// A value is not finite, or beyond what can be resolved to 0.1 mm: positions beyond 10⁹ m, yaw beyond
    /// 10⁶ rad, sizes beyond 10⁵ m, outlines of more than 64 corners, times that do not rise.
    OutOfRange,
    /// The window does not reach to the samples around this stretch.
    Window,
}

impl GapReason {
    /// In words, for a report.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::EgoGap => "gap in the ego's poses",
            Self::ActorGap => "gap in the actor's poses",
            Self::OutOfRange => "poses or sizes out of range",
            Self::Window => "samples too far apart",
        }
    }
}

/// A stretch of time in which a contact with an actor could not be excluded for want of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unbridged {
    /// With whom.
    pub actor: ActorIx,
    /// When.
    pub when: Interval,
    /// Why.
    pub reason: GapReason,
}

/// All contacts of the ego, and where they could not be judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contacts {
    /// Contacts by begin, then actor.
    pub intervals: Vec<ContactInterval>,
    /// What could not be judged, by actor, then time.
    pub unbridged: Vec<Unbridged>,
}

/// The smallest distance between two footprints, and when and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Metres; 0 if they touch.
    pub distance_m: f64,
    /// When, ns: the earliest such time.
    pub at_ns: i64,
    /// The ego or the trailer of its that comes nearest.
    pub ego_body: ActorIx,
    /// The other.
    pub actor: ActorIx,
    /// Closest point on the ego, metres in the drive's frame.
    pub ego_point_m: [f64; 2],
    /// Closest point on the actor.
    pub actor_point_m: [f64; 2],
}
