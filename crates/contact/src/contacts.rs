//! The contacts of the ego with all others: block by block, or at once.

use lukao_model::{ActorIx, Drive, Interval};
use rayon::prelude::*;

use crate::gap::{GapFold, GapNews, gap_news};
use crate::near::{At, Near, Span, Way};
use crate::pair::{Found, Piece, linked, push_unbridged};
use crate::party::{Body, Party};
use crate::search::Search;
use crate::shape::radius_m;
use crate::types::{ContactInterval, Contacts, GapReason, Options, Unbridged};

/// Poses in a window below which one thread does all: handing out costs more.
const PARALLEL_POSES: u64 = 1_000_000;

/// What one block of time holds of the ego's contacts. The same for every size of block, when put together in
/// order by [`ContactScan::take`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockContacts {
    /// Contacts, as far as they lie on knot intervals of this block; by actor, then time.
    pub pieces: Vec<Piece>,
    /// What could not be judged, apart from gaps, which [`ContactScan`] knows when they end.
    pub unbridged: Vec<Unbridged>,
    gaps: GapNews,
}

pub(crate) fn span_of(block: Interval) -> Span {
    Span { from_ns: block.from_ns, to_ns: block.to_ns }
}

/// Whether it pays to use more than one thread.
pub(crate) fn in_parallel(drive: &Drive) -> bool {
    rayon::current_num_threads() > 1 && drive.samples() >= PARALLEL_POSES
}

/// Applies `work` to chunks of the items, on more threads if it pays; results in order.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    parallel: bool,
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    if !parallel {
        return vec![work(items)];
    }
    // The number of chunks must not show in the result; 64 balance well on any machine.
    let size = items.len().div_ceil(64).max(1);
    items.par_chunks(size).map(&work).collect()
}

/// The contacts of the ego in the block `[from, to)` (closed at the top only if `to` is the largest time).
///
/// `window` must reach to the samples around the block. What happens between two knots (times at which either of
/// a pair has a sample) belongs to the block with the earlier knot and is looked at whole.
#[must_use]
pub fn block_contacts(window: &Drive, ego: ActorIx, block: Interval, options: &Options) -> BlockContacts {
    let span = span_of(block);
    let party = Party::new(window, ego, options);
    let parts = in_order(window.runs(), in_parallel(window), |runs| {
        let mut found = Found::default();
        let mut look = |mine: &Body<'_>, other: &Body<'_>, near: &Near| found.look(mine, other, near);
        let mut outside_window = Vec::new();
        let mut search = Search::new(&party, At::Steps, span);
        for other in party.others(runs) {
            for mine in party.against(other.way.run.actor) {
                search.add(mine, &other, 0.0, &mut look);
            }
            if block != Interval::ALL {
                outside(&other.way, span, &mut outside_window);
            }
        }
        search.finish(&mut look);
        found.unbridged.extend(outside_window);
        (found.pieces, found.unbridged)
    });
    let mut out = BlockContacts::default();
    for (pieces, mut unbridged) in parts {
        out.pieces.extend(pieces);
        // Those of one actor together, in order of time; what is of other reasons in between keeps none from joining.
        unbridged.sort_by_key(|u| (u.actor, u.reason, u.when));
        unbridged.into_iter().for_each(|u| push_unbridged(&mut out.unbridged, u));
    }
    out.gaps = gap_news(window, &party.actors, span, &|r| radius_m(window, r, options, r.actor == ego));
    out
}

/// Where a run goes on, but the window does not hold the sample that it goes on to.
fn outside(way: &Way<'_>, span: Span, out: &mut Vec<Unbridged>) {
    let run = way.run;
    let (first, last) = (way.first_ns(), way.last_ns());
    let mut missing = |from: i64, to: i64| {
        let (from, to) = (from.max(span.from_ns), to.min(span.to_ns));
        if from < to {
            let when = Interval::new(from, to);
            push_unbridged(out, Unbridged { actor: run.actor, when, reason: GapReason::Window });
        }
    };
    if run.begun_before {
        missing(span.from_ns, first);
    }
    if run.goes_on {
        missing(last, span.to_ns);
    }
}

/// The contacts of a drive that comes in blocks.
///
/// ```
/// use lukao_contact::{ContactScan, Options};
/// # use lukao_model::{ActorIx, Drive, Header, Interval};
/// # let header = Header { actors: vec![Default::default()], ..Header::default() };
/// # let window = Drive::new(header.into(), vec![], vec![], vec![]).unwrap();
/// let mut scan = ContactScan::new(ActorIx(0), Options::default());
/// scan.scan(&window, Interval::new(0, 600_000_000_000)); // block after block, in order
/// assert!(scan.finish().intervals.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ContactScan {
    ego: ActorIx,
    options: Options,
    open: Vec<Piece>,
    done: Contacts,
    gaps: GapFold,
}

impl ContactScan {
    /// A scan for the contacts of one actor.
    #[must_use]
    pub fn new(ego: ActorIx, options: Options) -> Self {
        Self { ego, options, open: Vec::new(), done: Contacts::default(), gaps: GapFold::default() }
    }

    /// Looks at the next block. Blocks follow each other without a hole.
    pub fn scan(&mut self, window: &Drive, block: Interval) {
        let found = block_contacts(window, self.ego, block, &self.options);
        self.take(window, block, &found);
    }

    /// Takes in the next block's contacts, found by [`block_contacts`] with the same ego and options.
    pub fn take(&mut self, window: &Drive, block: Interval, found: &BlockContacts) {
        // Those of one block are joined already.
        let before = self.open.len();
        for piece in &found.pieces {
            if !self.open[..before].iter_mut().any(|open| open.join(piece)) {
                self.open.push(piece.clone());
            }
        }
        // What ended before this block's end cannot go on.
        let closed = |p: &Piece| p.contact.to_ns < block.to_ns && block.to_ns != i64::MAX;
        let done = &mut self.done.intervals;
        self.open.retain(|p| {
            if closed(p) {
                done.push(p.contact.clone());
                return false;
            }
            true
        });
        found.unbridged.iter().for_each(|u| push_unbridged(&mut self.done.unbridged, *u));
        let bodies = linked(window, self.ego);
        self.gaps.push(window, &bodies, &found.gaps, &self.options, &mut self.done.unbridged);
    }

    /// Contacts that have ended for certain since the last call, in order.
    pub fn ended(&mut self) -> Vec<ContactInterval> {
        let mut done = std::mem::take(&mut self.done.intervals);
        in_time_order(&mut done);
        done
    }

    /// All contacts not yet given out by [`ContactScan::ended`], those still open included, and what could not be
    /// judged.
    #[must_use]
    pub fn finish(mut self) -> Contacts {
        self.done.intervals.extend(self.open.into_iter().map(|p| p.contact));
        in_time_order(&mut self.done.intervals);
        self.gaps.finish(&self.options, &mut self.done.unbridged);
        self.done.unbridged.sort_by_key(|u| (u.actor, u.when, u.reason));
        let mut joined: Vec<Unbridged> = Vec::new();
        self.done.unbridged.into_iter().for_each(|u| push_unbridged(&mut joined, u));
        Contacts { intervals: self.done.intervals, unbridged: joined }
    }
}

pub(crate) fn in_time_order(contacts: &mut [ContactInterval]) {
    contacts.sort_by_key(|c| (c.from_ns, c.actor, c.ego_body, c.to_ns));
}

/// All contacts of a drive's ego, at once.
#[must_use]
pub fn contacts(drive: &Drive, ego: ActorIx, options: &Options) -> Contacts {
    let mut scan = ContactScan::new(ego, options.clone());
    scan.scan(drive, Interval::ALL);
    scan.finish()
}
