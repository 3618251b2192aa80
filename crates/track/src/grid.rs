//! Pieces of lanes by squares of the plane: what may hold a point is found at once.

use rstar::{AABB, RTree};

use crate::index::Item;
use crate::ix::LaneIx;
use crate::plane::P2;

/// Side of a square, metres: about as wide as a lane.
const SIDE_M: f64 = 4.0;

/// Pieces that reach over more squares than this are kept apart.
const MOST_SQUARES: f64 = 256.0;

/// Squares along each side of a tile, as a power of two: what is near in the plane is near in memory.
const TILE_BITS: u32 = 4;

/// Squares of a tile.
const SQUARES: usize = 1 << (2 * TILE_BITS);

/// Which pieces reach into which square.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Tile and its number, at a place that the tile gives, or in the next free one.
    tiles: Vec<Option<(Square, u32)>>,
    /// Where the part of `of_square` of each square of each tile begins; one more at the end.
    begins: Vec<u32>,
    /// The pieces square by square, so that what is looked at together lies together.
    of_square: Vec<Pieces>,
    large: RTree<Item<LaneIx>>,
}

/// How many pieces are looked at together.
const TOGETHER: usize = 8;

/// Some pieces in a square, their boxes from the square's corner, rounded outward; places that are free hold nothing.
#[derive(Clone, Copy, Debug)]
struct Pieces {
    lo: [[f32; TOGETHER]; 2],
    hi: [[f32; TOGETHER]; 2],
    of: [(LaneIx, u32); TOGETHER],
}

impl Pieces {
    fn new(items: &[&Item<LaneIx>], in_square: Square) -> Self {
        let mut out = Self {
            lo: [[f32::INFINITY; TOGETHER]; 2],
            hi: [[f32::NEG_INFINITY; TOGETHER]; 2],
            of: [(LaneIx(0), 0); TOGETHER],
        };
        let own = corner(in_square);
        for (k, item) in items.iter().enumerate() {
            let (lo, hi) = item.corners();
            for d in 0..2 {
                out.lo[d][k] = (lo[d] - own[d]) as f32 - OUTWARD_M;
                out.hi[d][k] = (hi[d] - own[d]) as f32 + OUTWARD_M;
            }
            out.of[k] = (item.of, item.i);
        }
        out
    }

    /// Which boxes hold a point.
    fn may_hold(&self, p: [f32; 2]) -> [bool; TOGETHER] {
        let ([lo_x, lo_y], [hi_x, hi_y]) = (&self.lo, &self.hi);
        std::array::from_fn(|k| (lo_x[k] <= p[0]) & (p[0] <= hi_x[k]) & (lo_y[k] <= p[1]) & (p[1] <= hi_y[k]))
    }
}

/// More than a box of a piece that is not large is rounded by, metres.
const OUTWARD_M: f32 = 1e-3;

type Square = [i64; 2];

fn corner(of: Square) -> P2 {
    of.map(|v| v as f64 * SIDE_M)
}

/// The tile of a square.
fn tile(of: Square) -> Square {
    of.map(|v| v >> TILE_BITS)
}

/// The number of a square in its tile.
fn within(of: Square) -> usize {
    let [x, y] = of.map(|v| v as usize & ((1 << TILE_BITS) - 1));
    y << TILE_BITS | x
}

fn square(p: P2) -> Square {
    // Rounding down without a call: some processors have no instruction for it.
    p.map(|v| {
        let cut = (v / SIDE_M) as i64;
        cut.saturating_sub(i64::from(cut as f64 > v / SIDE_M))
    })
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
        reach.sort_unstable_by_key(|(square, i)| (tile(*square), within(*square), *i));
        let mut known: Vec<Square> = reach.iter().map(|x| tile(x.0)).collect();
        known.dedup();
        let mut out = Self {
            tiles: vec![None; (2 * known.len() + 1).next_power_of_two()],
            begins: Vec::with_capacity(known.len() * SQUARES + 1),
            of_square: Vec::new(),
            large,
        };
        let mut rest = &reach[..];
        for (number, of) in known.into_iter().enumerate() {
            let at = out.place(of);
            out.tiles[at] = Some((of, number as u32));
            for square in 0..SQUARES {
                out.begins.push(out.of_square.len() as u32);
                let mine = rest.iter().take_while(|x| tile(x.0) == of && within(x.0) == square).count();
                for few in rest[..mine].chunks(TOGETHER) {
                    let items: Vec<_> = few.iter().map(|x| &pieces[x.1 as usize]).collect();
                    out.of_square.push(Pieces::new(&items, few[0].0));
                }
                rest = &rest[mine..];
            }
        }
        out.begins.push(out.of_square.len() as u32);
        out
    }

    /// Where a tile is, or could be put.
    fn place(&self, key: Square) -> usize {
        let mixed = (key[0] as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (key[1] as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        let last = self.tiles.len() - 1;
        let mut at = (mixed >> 32) as usize & last;
        while self.tiles[at].is_some_and(|x| x.0 != key) {
            at = (at + 1) & last;
        }
        at
    }

    /// Calls `each` with the pieces whose box holds a point, and some whose box nearly does, in no order, until it says that it has
    /// enough; whether it did.
    pub(crate) fn any_around(&self, p: P2, mut each: impl FnMut(LaneIx, usize) -> bool) -> bool {
        let key = square(p);
        let own = corner(key);
        let from_corner = [(p[0] - own[0]) as f32, (p[1] - own[1]) as f32];
        if let Some((_, number)) = self.tiles[self.place(tile(key))] {
            let at = number as usize * SQUARES + within(key);
            for few in &self.of_square[self.begins[at] as usize..self.begins[at + 1] as usize] {
                let held = few.may_hold(from_corner);
                if held == [false; TOGETHER] {
                    continue;
                }
                for (of, _) in few.of.iter().zip(held).filter(|x| x.1) {
                    if each(of.0, of.1 as usize) {
                        return true;
                    }
                }
            }
        }
        // Few maps have any.
        if self.large.size() == 0 {
            return false;
        }
        let mut large = self.large.locate_in_envelope_intersecting(AABB::from_point(p));
        large.any(|x| each(x.of, x.i as usize))
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
            let size = if k % 37 == 0 { 900.0 } else { 0.5 + f64::from(k % 9) };
            pieces.push(Item::new(LaneIx::new(k as usize / 3), k as usize, &[[x, y], [x + size, y + 2.0]]));
        }
        pieces.push(Item::new(LaneIx::new(999), 0, &[[1e8, -1e8], [1e8, 1e8]]));
        let tree = RTree::bulk_load(pieces);
        let grid = Grid::new(&tree);
        assert!(grid.large.size() > 5);
        let mut seen = 0;
        for k in 0..5_000 {
            let p = [f64::from(k % 100) * 3.5 - 100.0, f64::from(k / 100) * 2.0 - 40.0];
            let mut found = Vec::new();
            grid.any_around(p, |of, i| {
                found.push((of, i));
                false
            });
            let item = |x: &Item<LaneIx>| (x.of, x.i as usize);
            let want: Vec<_> = tree.locate_in_envelope_intersecting(AABB::from_point(p)).map(item).collect();
            assert!(want.iter().all(|x| found.contains(x)), "{p:?}");
            let nearly: Vec<_> = tree.locate_in_envelope_intersecting(around(&[p], 0.01)).map(item).collect();
            assert!(found.iter().all(|x| nearly.contains(x)), "{p:?}");
            assert_eq!(found.len(), found.iter().collect::<std::collections::BTreeSet<_>>().len(), "{p:?}");
            seen += want.len();
        }
        assert!(seen > 1_000, "{seen}");
        for nowhere in [f64::NAN, -1e300, f64::NEG_INFINITY, f64::INFINITY] {
            assert!(!grid.any_around([nowhere, 0.0], |_, _| true), "{nowhere}");
        }
        assert!(grid.any_around([0.0, 0.0], |_, _| true));
    }
}
