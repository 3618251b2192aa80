//! Lines to check against: polylines in plan, cut into edges that a grid finds.

use lukao_model::{Error, Position};

use crate::geometry::{dot, length, sub};
use crate::index::Bounds;
use crate::motion::MAX_POSITION_M;
use crate::shape::Footprint;

/// A line of the track: a border, a marking, a kerb.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyline {
    /// The caller's own number for it; comes back in answers.
    pub id: u64,
    /// Corners, metres in the drive's frame; at least two. A closed line repeats its first corner.
    pub points_m: Vec<[f64; 2]>,
    /// Height at each corner, metres, if known.
    pub z_m: Option<Vec<f64>>,
}

/// One edge of a line.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub line: u32,
    /// Which of the line's edges.
    pub ordinal: u32,
    pub from: [f64; 2],
    pub to: [f64; 2],
    /// Unit vector from one to the other (along x for an edge of no length), and the length.
    pub dir: [f64; 2],
    pub length_m: f64,
    /// Lowest and highest, if known.
    pub z: Option<(f64, f64)>,
    pub shape: Footprint,
}

impl Edge {
    fn new(line: usize, ordinal: usize, (from, to): ([f64; 2], [f64; 2]), z: Option<(f64, f64)>) -> Self {
        let way = sub(to, from);
        let length_m = length(way);
        let dir = if length_m > 0.0 { way.map(|v| v / length_m) } else { [1.0, 0.0] };
        let (line, ordinal, shape) = (line as u32, ordinal as u32, Footprint::edge(way));
        Self { line, ordinal, from, to, dir, length_m, z, shape }
    }

    /// Square of the distance of a point.
    #[inline]
    pub(crate) fn distance2_m2(&self, p: [f64; 2]) -> f64 {
        let d = sub(p, self.from);
        let along = dot(d, self.dir).clamp(0.0, self.length_m);
        let q = [d[0] - self.dir[0] * along, d[1] - self.dir[1] * along];
        dot(q, q)
    }

    /// Whether the edge's own box meets `area`.
    #[inline]
    pub(crate) fn meets(&self, area: &Bounds) -> bool {
        (0..2).all(|k| {
            self.from[k].min(self.to[k]) <= area.max[k] && self.from[k].max(self.to[k]) >= area.min[k]
        })
    }
}

/// Lines made ready for queries.
#[derive(Clone, Debug)]
pub struct Lines {
    pub(crate) ids: Vec<u64>,
    pub(crate) edges: Vec<Edge>,
    /// First edge of each line, and one past the last.
    pub(crate) first: Vec<u32>,
    grid: Grid,
}

/// Edges by square cell, rows of one array.
#[derive(Clone, Debug)]
struct Grid {
    cell_m: f64,
    origin: [f64; 2],
    size: [usize; 2],
    start: Vec<u32>,
    edges: Vec<u32>,
    /// Edges that lie in too many cells to enter in each.
    long: Vec<u32>,
}

/// Side of a grid cell, metres, unless that makes more cells than this many an edge.
const CELL_M: f64 = 4.0;
const CELLS_AN_EDGE: f64 = 256.0;
const MAX_CELLS: f64 = 4_000_000.0;
/// Cells that one edge is entered in.
const MAX_ENTRIES: usize = 4096;

impl Lines {
    /// Makes lines ready. Edges of no length are kept: they are points.
    ///
    /// # Errors
    /// If a line has fewer than two corners, a corner is not finite or beyond 10⁹ m, heights differ in number, or
    /// there are 2³² edges.
    pub fn new(lines: &[Polyline]) -> Result<Self, Error> {
        let mut out = Self {
            ids: Vec::with_capacity(lines.len()),
            edges: Vec::new(),
            first: vec![0],
            grid: Grid::new(&[]),
        };
        for (k, line) in lines.iter().enumerate() {
            let wrong = |expected: &str, found: String| {
                Error::new("lines", expected, found).at(Position::Part(format!("line {k} (id {})", line.id)))
            };
            let p = &line.points_m;
            if p.len() < 2 {
                return Err(wrong("two corners or more", p.len().to_string()));
            }
            if let Some(c) = p.iter().find(|c| !c.iter().all(|v| v.abs() <= MAX_POSITION_M)) {
                return Err(wrong("corners within 10⁹ m", format!("({}, {})", c[0], c[1])));
            }
            if line.z_m.as_ref().is_some_and(|z| z.len() != p.len() || z.iter().any(|z| !z.is_finite())) {
                return Err(wrong("a finite height for each corner", "others".into()));
            }
            for (i, w) in p.windows(2).enumerate() {
                let z = line.z_m.as_ref().map(|z| (z[i].min(z[i + 1]), z[i].max(z[i + 1])));
                out.edges.push(Edge::new(k, i, (w[0], w[1]), z));
            }
            let count =
                u32::try_from(out.edges.len()).map_err(|_| wrong("fewer than 2³² edges", "more".into()))?;
            out.first.push(count);
            out.ids.push(line.id);
        }
        out.grid = Grid::new(&out.edges);
        Ok(out)
    }

    /// Number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The edges whose boxes meet `area`, rising, each once.
    pub(crate) fn near(&self, area: &Bounds, out: &mut Vec<u32>) {
        out.clear();
        self.grid.cells(area, |edges| out.extend_from_slice(edges));
        out.extend_from_slice(&self.grid.long);
        out.sort_unstable();
        out.dedup();
        out.retain(|e| self.edges[*e as usize].meets(area));
    }

    /// Which side of a line `p` lies on, and how far from those of the edges given that are the line's: positive to
    /// the left of its direction. Near a corner the side is that of the angle's bisector.
    pub(crate) fn offset_m(&self, line: u32, near: &[u32], p: [f64; 2]) -> Option<f64> {
        let mut best: Option<(f64, f64)> = None;
        for k in near {
            let e = &self.edges[*k as usize];
            if e.line != line || e.length_m == 0.0 {
                continue;
            }
            let d = sub(p, e.from);
            let along = dot(d, e.dir).clamp(0.0, e.length_m);
            let q = [d[0] - e.dir[0] * along, d[1] - e.dir[1] * along];
            let d2 = dot(q, q);
            if best.is_some_and(|b| b.0 <= d2) {
                continue;
            }
            let mut dir = e.dir;
            let (first, last) = (self.first[line as usize], self.first[line as usize + 1]);
            let neighbour = match along {
                v if v <= 0.0 && *k > first => Some(k - 1),
                v if v >= e.length_m && k + 1 < last => Some(k + 1),
                _ => None,
            };
            if let Some(other) = neighbour.map(|n| &self.edges[n as usize]).filter(|o| o.length_m > 0.0) {
                dir = [dir[0] + other.dir[0], dir[1] + other.dir[1]];
            }
            best = Some((d2, if dir[0] * q[1] - dir[1] * q[0] < 0.0 { -1.0 } else { 1.0 }));
        }
        best.map(|(d2, side)| d2.sqrt() * side)
    }
}

impl Grid {
    fn new(edges: &[Edge]) -> Self {
        let mut all = Bounds::NONE;
        for e in edges {
            all.add(e.from);
            all.add(e.to);
        }
        let span = if all.is_empty() { [0.0; 2] } else { sub(all.max, all.min) };
        let cells = (edges.len() as f64 * CELLS_AN_EDGE).clamp(1024.0, MAX_CELLS);
        let cell_m = CELL_M.max((span[0] * span[1] / cells).sqrt()).max(span[0].max(span[1]) / cells);
        let size = span.map(|s| (s / cell_m) as usize + 1);
        let origin = if all.is_empty() { [0.0; 2] } else { all.min };
        let mut grid = Self { cell_m, origin, size, start: Vec::new(), edges: Vec::new(), long: Vec::new() };
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for (k, e) in edges.iter().enumerate() {
            let mut b = Bounds::NONE;
            b.add(e.from);
            b.add(e.to);
            let (lo, hi) = grid.range(&b);
            if (hi[0] - lo[0] + 1).saturating_mul(hi[1] - lo[1] + 1) > MAX_ENTRIES {
                grid.long.push(k as u32);
                continue;
            }
            for y in lo[1]..=hi[1] {
                entries.extend((lo[0]..=hi[0]).map(|x| ((y * size[0] + x) as u32, k as u32)));
            }
        }
        entries.sort_unstable();
        grid.start = vec![0; size[0] * size[1] + 1];
        entries.iter().for_each(|(c, _)| grid.start[*c as usize + 1] += 1);
        for c in 1..grid.start.len() {
            grid.start[c] += grid.start[c - 1];
        }
        grid.edges = entries.into_iter().map(|(_, e)| e).collect();
        grid
    }

    /// First and last cell, both included, that a box touches; clamped to the grid.
    fn range(&self, b: &Bounds) -> ([usize; 2], [usize; 2]) {
        // `as` saturates at 0 and sends NaN there.
        let cell = |v: f64, k: usize| (((v - self.origin[k]) / self.cell_m) as usize).min(self.size[k] - 1);
        ([cell(b.min[0], 0), cell(b.min[1], 1)], [cell(b.max[0], 0), cell(b.max[1], 1)])
    }

    fn cells<'a>(&'a self, area: &Bounds, mut each: impl FnMut(&'a [u32])) {
        let outside = (0..2).any(|k| {
            area.max[k] < self.origin[k] || area.min[k] > self.origin[k] + self.size[k] as f64 * self.cell_m
        });
        if outside {
            return;
        }
        let (lo, hi) = self.range(area);
        for y in lo[1]..=hi[1] {
            let row = y * self.size[0];
            each(&self.edges[self.start[row + lo[0]] as usize..self.start[row + hi[0] + 1] as usize]);
        }
    }
}
