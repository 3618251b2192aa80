//! Boxes along the axes of the frame, by which what is far is left out before it is looked at.

use crate::Ego;

/// A box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    lo: [f64; 2],
    hi: [f64; 2],
}

impl Bounds {
    /// Around points; `None` if there are none.
    pub(crate) fn of(points: impl IntoIterator<Item = [f64; 2]>) -> Option<Self> {
        points.into_iter().map(|p| Self { lo: p, hi: p }).reduce(|a, b| Self {
            lo: [a.lo[0].min(b.lo[0]), a.lo[1].min(b.lo[1])],
            hi: [a.hi[0].max(b.hi[0]), a.hi[1].max(b.hi[1])],
        })
    }

    /// Around an outline.
    pub(crate) fn around(outline_m: &[[f64; 3]]) -> Option<Self> {
        Self::of(outline_m.iter().map(|p| [p[0], p[1]]))
    }

    /// Around the places of the ego at its samples in the block.
    pub(crate) fn of_way(ego: &Ego) -> Option<Self> {
        Self::of(ego.in_block().map(|k| ego.samples()[k].pose).map(|p| [p.x_m, p.y_m]))
    }

    /// Whether some points of the two are at most so far apart along each axis.
    pub(crate) fn within(&self, reach_m: f64, other: &Self) -> bool {
        (0..2).all(|d| self.lo[d] - reach_m <= other.hi[d] && other.lo[d] <= self.hi[d] + reach_m)
    }

    /// Whether a point is at most so far from it along each axis.
    pub(crate) fn near(&self, reach_m: f64, p: [f64; 2]) -> bool {
        self.within(reach_m, &Self { lo: p, hi: p })
    }
}
