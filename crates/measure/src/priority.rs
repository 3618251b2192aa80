//! Right of way between two paths through a junction, apart from traffic lights.
//!
//! Decided in this order; the first line that tells gives the answer:
//!
//! 1. the map's priority record between the connecting roads;
//! 2. who is on the ring of a roundabout goes before who enters it;
//! 3. signs within 60 m before the junction: who has a stop or give-way sign yields to who has none; who has a
//!    priority sign goes before who has none;
//! 4. who turns yields to who goes straight on;
//! 5. of two who turn and come from opposite sides, who turns right yields to who turns left;
//! 6. who comes from the right goes first.
//!
//! 1 to 3 are what is set up at the place. 4 to 6 follow articles 51 and 52 of the implementing regulations of the
//! Chinese road traffic safety law; that 4 goes before 6 is this project's reading. **Cannot tell**: two who come the
//! same way, and what a police officer orders.

use lukao_model::math;
use lukao_track::{LaneIx, PathIx, SignalKind, Track, Turn};

/// How far before a junction its signs may stand, metres.
const SIGNS_M: f64 = 60.0;

/// Why one of two goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The map says so.
    Record,
    /// He is in the roundabout.
    Ring,
    /// Signs say so.
    Sign,
    /// He goes straight on, the other turns.
    Straight,
    /// He turns left, the other comes from the opposite side and turns right.
    LeftTurn,
    /// He comes from the right.
    FromRight,
}

impl Why {
    /// In words, as reports say it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Record => "the map gives it the right of way",
            Self::Ring => "it is in the roundabout",
            Self::Sign => "signs give it the right of way",
            Self::Straight => "it goes straight on",
            Self::LeftTurn => "it turns left, the ego right",
            Self::FromRight => "it comes from the right",
        }
    }
}

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// The first of the two.
    Mine(Why),
    /// The second.
    Theirs(Why),
    /// Nothing says.
    Unsaid,
}

/// What signs say on an approach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Stop and give way.
    pub stop: bool,
    /// Give way.
    pub give_way: bool,
    /// Right of way.
    pub priority: bool,
}

/// Signs of right of way within 60 m before the end of an approach lane.
#[must_use]
pub fn signs(track: &Track, approach: LaneIx) -> Signs {
    let mut out = Signs::default();
    let (mut lane, mut beyond) = (approach, 0.0);
    for _ in 0..16 {
        let length = track.lane(lane).length_m();
        for (at, ix) in track.signs_on(lane) {
            if beyond + length - at > SIGNS_M {
                continue;
            }
            match track.signal(*ix).kind {
                SignalKind::Stop => out.stop = true,
                SignalKind::Yield => out.give_way = true,
                SignalKind::Priority => out.priority = true,
                _ => {}
            }
        }
        beyond += length;
        match track.predecessors(lane) {
            [only] if beyond < SIGNS_M && !track.lane(*only).in_junction => lane = *only,
            _ => break,
        }
    }
    out
}

/// Whether a path leads into a roundabout from outside.
#[must_use]
pub fn enters_ring(track: &Track, path: PathIx) -> bool {
    let p = track.path(path);
    p.to.is_some_and(|to| track.on_ring(to)) && !track.on_ring(p.from)
}

/// Degrees from the direction of one approach to that of another, to the left positive.
fn between_deg(track: &Track, mine: PathIx, theirs: PathIx) -> f64 {
    let heading = |p: PathIx| {
        let lane = track.lane(track.path(p).from);
        lane.heading_at(lane.length_m())
    };
    math::angle_between(heading(mine), heading(theirs)).to_degrees()
}

/// Whether two paths come from opposite sides: their approaches differ by more than 150°.
#[must_use]
pub fn opposite(track: &Track, mine: PathIx, theirs: PathIx) -> bool {
    between_deg(track, mine, theirs).abs() > 150.0
}

/// Who of two that take these paths goes first.
#[must_use]
pub fn right_of_way(track: &Track, mine: PathIx, theirs: PathIx) -> Right {
    let (a, b) = (track.path(mine), track.path(theirs));
    let road = |p: &lukao_track::Path| p.via.first().map(|l| track.lane(*l).road);
    if let (Some(j), Some(x), Some(y)) = (track.junction(&a.junction), road(a), road(b)) {
        if j.priorities.contains(&(x, y)) {
            return Right::Mine(Why::Record);
        }
        if j.priorities.contains(&(y, x)) {
            return Right::Theirs(Why::Record);
        }
    }
    match (enters_ring(track, mine), enters_ring(track, theirs)) {
        (true, false) if track.on_ring(b.from) => return Right::Theirs(Why::Ring),
        (false, true) if track.on_ring(a.from) => return Right::Mine(Why::Ring),
        _ => {}
    }
    let (x, y) = (signs(track, a.from), signs(track, b.from));
    let minor = |s: Signs| s.stop || s.give_way;
    if minor(x) != minor(y) {
        return if minor(x) { Right::Theirs(Why::Sign) } else { Right::Mine(Why::Sign) };
    }
    if x.priority != y.priority {
        return if y.priority { Right::Theirs(Why::Sign) } else { Right::Mine(Why::Sign) };
    }
    by_law(track, mine, theirs)
}

fn by_law(track: &Track, mine: PathIx, theirs: PathIx) -> Right {
    let (a, b) = (track.path(mine), track.path(theirs));
    let between = between_deg(track, mine, theirs);
    if between.abs() <= 30.0 {
        return Right::Unsaid;
    }
    match (a.turn == Turn::Straight, b.turn == Turn::Straight) {
        (true, false) => return Right::Mine(Why::Straight),
        (false, true) => return Right::Theirs(Why::Straight),
        _ => {}
    }
    if between.abs() > 150.0 {
        return match (a.turn, b.turn) {
            (Turn::Right, Turn::Left | Turn::Around) => Right::Theirs(Why::LeftTurn),
            (Turn::Left | Turn::Around, Turn::Right) => Right::Mine(Why::LeftTurn),
            _ => Right::Unsaid,
        };
    }
    // Who goes to the left of my own direction comes from my right.
    if between > 0.0 { Right::Theirs(Why::FromRight) } else { Right::Mine(Why::FromRight) }
}
