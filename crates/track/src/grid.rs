//! Pieces of lanes by squares of the plane: what may hold a point is found at once.

use rstar::{AABB, RTree};

use crate::index::Item;
use crate::ix::LaneIx;
use crate::plane::P2;

/// Side of a square, metres: about that of a piece.
const SIDE_M: f64 = 8.0;

/// Pieces that reach over more squares than this are kept apart.
const MOST_SQUARES: f64 = 64.0;

/// Which pieces reach into which square.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Square, and where its part of `of_square` begins and ends, at a place that its number gives, or in the next free one.
    table: Vec<Option<(Square, u32, u32)>>,
    /// The pieces square by square, so that what is looked at together lies together.
    of_square: Vec<Piece>,
    large: RTree<Item<LaneIx>>,
}

/// A piece in a square, its box from the square's corner, rounded outward.
#[derive(Clone, Copy, Debug)]
struct Piece {
    lo: [f32; 2],
    hi: [f32; 2],
    of: LaneIx,
    i: u32,
}

impl Piece {
    fn new(item: &Item<LaneIx>, in_square: Square) -> Self {
        let (lo, hi) = item.corners();
        let own = corner(in_square);
        let from = |p: P2, d: usize| (p[d] - own[d]) as f32;
        let down = |d| from(lo, d) - OUTWARD_M;
        let up = |d| from(hi, d) + OUTWARD_M;
        Self { lo: [down(0), down(1)], hi: [up(0), up(1)], of: item.of, i: item.i }
    }

    fn may_hold(&self, p: [f32; 2]) -> bool {
        (self.lo[0] <= p[0]) & (p[0] <= self.hi[0]) & (self.lo[1] <= p[1]) & (p[1] <= self.hi[1])
    }
}

/// More than a box of a piece that is not large is rounded by, metres.
const OUTWARD_M: f32 = 1e-3;

type Square = [i64; 2];

fn corner(of: Square) -> P2 {
    of.map(|v| v as f64 * SIDE_M)
}

fn square(p: P2) -> Square {
    [(p[0] / SIDE_M).floor() as i64, (p[1] / SIDE_M).floor() as i64]
}

impl Grid {
    pub(crate) fn new(all: &RTree<Item<LaneIx>>) -> Self {
        let small = |piece: &&Item<LaneIx>| {
            let (lo, hi) = piece.corners();
            ((hi[0] - lo[0]) / SIDE_M + 2.0) * ((hi[1] - lo[1]) / SIDE_M + 2.0) <= MOST_SQUARES
        };
        let pieces: Vec<Item<LaneIx>> = all.iter().filter(small).copied().collect();
        let large = RTree::bulk_load(all.iter().filter(|piece| !small(piece)).copied().collect());
        let mut reach: Vec<(Square, u32)> = Vec::new();
        for (i, piece) in (0..).zip(&pieces) {
            let (lo, hi) = piece.corners();
            let (from, to) = (square(lo), square(hi));
            for x in from[0]..=to[0] {
                reach.extend((from[1]..=to[1]).map(|y| ([x, y], i)));
            }
        }
        reach.sort_unstable();
        let squares = reach.chunk_by(|a, b| a.0 == b.0).count();
        let table = vec![None; (2 * squares + 1).next_power_of_two()];
        let piece = |x: &(Square, u32)| Piece::new(&pieces[x.1 as usize], x.0);
        let mut out = Self { table, of_square: reach.iter().map(piece).collect(), large };
        let mut first = 0;
        for of_square in reach.chunk_by(|a, b| a.0 == b.0) {
            let (key, end) = (of_square[0].0, first + of_square.len() as u32);
            let at = out.place(key);
            out.table[at] = Some((key, first, end));
            first = end;
        }
        out
    }

    /// Where a square is in the table, or could be put.
    fn place(&self, key: Square) -> usize {
        let mixed = (key[0] as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (key[1] as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        let last = self.table.len() - 1;
        let mut at = (mixed >> 32) as usize & last;
        while self.table[at].is_some_and(|x| x.0 != key) {
            at = (at + 1) & last;
        }
        at
    }

    /// The pieces whose box holds a point, and some whose box nearly does, in no order.
    pub(crate) fn around(&self, p: P2) -> impl Iterator<Item = (LaneIx, usize)> {
        let key = square(p);
        let own = corner(key);
        let from_corner = [(p[0] - own[0]) as f32, (p[1] - own[1]) as f32];
        let found = self.table[self.place(key)];
        let near = found.map_or(&[][..], |(_, from, to)| &self.of_square[from as usize..to as usize]);
        // Few maps have any.
        let some = (self.large.size() > 0).then_some(&self.large);
        let large = some.map(|tree| tree.locate_in_envelope_intersecting(AABB::from_point(p)));
        let large = large.into_iter().flatten().map(|x| (x.of, x.i as usize));
        near.iter().filter(move |x| x.may_hold(from_corner)).map(|x| (x.of, x.i as usize)).chain(large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::around;

    /// Small pieces, ones that reach over many squares, and far ones: the same as the tree finds.
    #[test]
    fn it_finds_what_the_tree_finds() {
        let mut pieces = Vec::new();
        for k in 0..400 {
            let (x, y) = (f64::from(k % 20) * 7.0 - 70.0, f64::from(k / 20) * 3.0 - 30.0);
            let size = if k % 37 == 0 { 300.0 } else { 0.5 + f64::from(k % 9) };
            pieces.push(Item::new(LaneIx::new(k as usize / 3), k as usize, &[[x, y], [x + size, y + 2.0]]));
        }
        pieces.push(Item::new(LaneIx::new(999), 0, &[[1e8, -1e8], [1e8, 1e8]]));
        let tree = RTree::bulk_load(pieces);
        let grid = Grid::new(&tree);
        assert!(grid.large.size() > 5);
        let mut seen = 0;
        for k in 0..5_000 {
            let p = [f64::from(k % 100) * 3.5 - 100.0, f64::from(k / 100) * 2.0 - 40.0];
            let found: Vec<_> = grid.around(p).collect();
            let item = |x: &Item<LaneIx>| (x.of, x.i as usize);
            let want: Vec<_> = tree.locate_in_envelope_intersecting(AABB::from_point(p)).map(item).collect();
            assert!(want.iter().all(|x| found.contains(x)), "{p:?}");
            let nearly: Vec<_> = tree.locate_in_envelope_intersecting(around(&[p], 0.01)).map(item).collect();
            assert!(found.iter().all(|x| nearly.contains(x)), "{p:?}");
            assert_eq!(found.len(), found.iter().collect::<std::collections::BTreeSet<_>>().len(), "{p:?}");
            seen += want.len();
        }
        assert!(seen > 1_000, "{seen}");
        assert_eq!(grid.around([f64::NAN, 0.0]).count(), 0);
    }
}
