//! The block index: for each run, boxes around the centres in blocks of 32 ticks of its clock.
//!
//! Blocks lie on the whole drive's ticks (block `k` holds the ticks `32 k` to `32 k + 32`, both ends included), so
//! that block `k` of one run stands beside block `k` of another on the same clock, and a slice of a run keeps its
//! index. Since motion between samples is linear, a box holds all of it.
//!
//! As stored, `f32` values: version, origin east and north in units of 4096 m, the first tick modulo 32, the count
//! `n`, then `n` least x, `n` greatest x, `n` least y, `n` greatest y, metres from the origin, rounded outward.
//! All runs of a drive have one origin.

use lukao_model::drive::RunIndex;
use lukao_model::{Column, Drive, Error, Position, Run};

use crate::motion::MAX_POSITION_M;

/// Ticks of a block.
pub(crate) const BLOCK: usize = 32;
const VERSION: f32 = 1.0;
const HEAD: usize = 5;
const GRID_M: f64 = 4096.0;
/// Boxes that are looked at together.
const LANES: usize = 4;
/// Outward, on top of rounding.
const PAD_M: f64 = 1e-6;

/// A box around centres, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub min: [f64; 2],
    pub max: [f64; 2],
}

impl Bounds {
    pub(crate) const NONE: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    pub(crate) fn add(&mut self, p: [f64; 2]) {
        for (k, v) in p.into_iter().enumerate() {
            // A value that is not a number makes the box hold everything.
            let (lo, hi) = if v.is_nan() { (f64::NEG_INFINITY, f64::INFINITY) } else { (v, v) };
            self.min[k] = self.min[k].min(lo);
            self.max[k] = self.max[k].max(hi);
        }
    }

    pub(crate) fn union(&mut self, other: &Self) {
        for k in 0..2 {
            self.min[k] = self.min[k].min(other.min[k]);
            self.max[k] = self.max[k].max(other.max[k]);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.min[0] > self.max[0]
    }

    /// Least distance between points of the two; 0 if they overlap or are unbounded.
    pub(crate) fn distance_m(&self, other: &Self) -> f64 {
        let gap = |k: usize| (other.min[k] - self.max[k]).max(self.min[k] - other.max[k]).max(0.0);
        let (x, y) = (gap(0), gap(1));
        (x * x + y * y).sqrt()
    }

    /// Whether that is more than `reach_m`, rounding allowed for.
    pub(crate) fn farther_than(&self, other: &Self, reach_m: f64) -> bool {
        self.distance_m(other) * (1.0 - 1e-12) > reach_m + 1e-6
    }
}

/// A run's boxes, read from its index.
#[derive(Clone, Copy)]
pub(crate) struct BlockBoxes<'a> {
    pub origin: [f32; 2],
    /// Block of the drive that the first box is of.
    first: u64,
    min_x: &'a [f32],
    max_x: &'a [f32],
    min_y: &'a [f32],
    max_y: &'a [f32],
}

impl<'a> BlockBoxes<'a> {
    /// The boxes of a run whose first sample here is `tick` of the drive; `None` if it has no index, or one that
    /// does not fit it.
    pub(crate) fn of(run: &'a Run, tick: u64) -> Option<Self> {
        let index = run.index.as_ref()?;
        let v = index.blocks.values();
        let [version, ox, oy, first_mod, count] = *v.first_chunk::<HEAD>()?;
        let n = (v.len() - HEAD) / 4;
        let first_tick = tick.checked_sub(index.skip as u64)?;
        let first = first_tick / BLOCK as u64;
        let last = (tick + run.len().saturating_sub(1) as u64) / BLOCK as u64;
        let fits = version.to_bits() == VERSION.to_bits()
            && v.len() == HEAD + 4 * n
            && count == n as f32
            && first_mod == (first_tick % BLOCK as u64) as f32
            && last - first < n as u64;
        let part = |k: usize| &v[HEAD + k * n..HEAD + (k + 1) * n];
        fits.then(|| Self {
            origin: [ox, oy],
            first,
            min_x: part(0),
            max_x: part(1),
            min_y: part(2),
            max_y: part(3),
        })
    }

    /// The box of all ticks from `from` to `to`, both included.
    pub(crate) fn bounds(&self, from: u64, to: u64) -> Bounds {
        let lo = (from / BLOCK as u64 - self.first) as usize;
        let hi = (to.max(from + 1) - 1) / BLOCK as u64 - self.first;
        let hi = (hi as usize).max(lo).min(self.min_x.len() - 1);
        let least = |v: &[f32]| {
            v[lo..=hi].iter().fold(f32::INFINITY, |a, b| if *b < a || b.is_nan() { *b } else { a })
        };
        let most = |v: &[f32]| {
            v[lo..=hi].iter().fold(f32::NEG_INFINITY, |a, b| if *b > a || b.is_nan() { *b } else { a })
        };
        let o = self.origin.map(|v| f64::from(v) * GRID_M);
        Bounds {
            min: [f64::from(least(self.min_x)) + o[0], f64::from(least(self.min_y)) + o[1]],
            max: [f64::from(most(self.max_x)) + o[0], f64::from(most(self.max_y)) + o[1]],
        }
    }

    /// Calls `hot` for each block of `lo..=hi` in which the boxes of both are within `reach_m`, in order.
    ///
    /// Both must hold these blocks and have one origin.
    #[inline]
    pub(crate) fn near(
        &self,
        other: &BlockBoxes<'a>,
        lo: u64,
        hi: u64,
        reach_m: f64,
        hot: &mut impl FnMut(u64),
    ) {
        // A difference of two f32 is off by half a unit in its last place, 6·10⁻⁸ of itself.
        let reach = (reach_m * (1.0 + 1e-5) + 1e-5) as f32;
        let reach2 = reach * reach * (1.0 + 1e-5);
        // What is done with a near block stays out of the loop over all.
        for first in (lo..=hi).step_by(64) {
            let n = (hi - first + 1).min(64) as usize;
            let mut mask = near_mask(self.rows(first, n), other.rows(first, n), n, reach2);
            while mask != 0 {
                hot(first + u64::from(mask.trailing_zeros()));
                mask &= mask - 1;
            }
        }
    }

    /// The rows of `n` boxes from a block of the drive's on.
    #[inline]
    fn rows(&self, block: u64, n: usize) -> [&'a [f32]; 4] {
        let from = (block - self.first) as usize;
        let to = from + n;
        [&self.min_x[from..to], &self.max_x[from..to], &self.min_y[from..to], &self.max_y[from..to]]
    }

    /// Calls `some` with the blocks of `lo..=hi`, some at a time and in order: the first, and the square of the
    /// distance of both boxes in it and those that follow; not a number if a box is none.
    #[inline]
    pub(crate) fn gaps2(&self, other: &BlockBoxes<'a>, lo: u64, hi: u64, some: &mut impl FnMut(u64, &[f32])) {
        let n = (hi - lo + 1) as usize;
        let mut d2 = [0.0f32; 64];
        for base in (0..n).step_by(64) {
            let (m, block) = ((n - base).min(64), lo + base as u64);
            gaps2_into(self.rows(block, m), other.rows(block, m), &mut d2[..m]);
            some(block, &d2[..m]);
        }
    }
}

/// Boxes around the centres of a run, by its index: for who looks for a run in places.
#[derive(Clone, Copy)]
pub struct RunBoxes<'a> {
    boxes: BlockBoxes<'a>,
    tick: u64,
}

impl<'a> RunBoxes<'a> {
    /// Samples that have one box together.
    pub const SAMPLES: usize = BLOCK;

    /// Those of a run of the drive; `None` if it has no index.
    #[must_use]
    pub fn of(drive: &Drive, run: &'a Run) -> Option<Self> {
        let tick = tick(drive, run);
        Some(Self { boxes: BlockBoxes::of(run, tick)?, tick })
    }

    /// How many samples from `i` on have one box.
    #[must_use]
    pub fn together(&self, i: usize) -> usize {
        BLOCK - ((self.tick + i as u64) % BLOCK as u64) as usize
    }

    /// Least and greatest x and y of the samples that have a box with sample `i`; it may be larger, and what is not a number
    /// proves nothing.
    #[must_use]
    pub fn around(&self, i: usize) -> ([f64; 2], [f64; 2]) {
        let at = self.tick + i as u64;
        let b = self.boxes.bounds(at, at);
        (b.min, b.max)
    }
}

/// Bit `k` set: box `k` of `n`, 64 or fewer, is not proven far.
#[inline]
fn near_mask(a: [&[f32]; 4], b: [&[f32]; 4], n: usize, reach2: f32) -> u64 {
    let mut mask = 0;
    in_lanes(a, b, n, &mut |k, gaps2| {
        // What is not a number proves nothing.
        mask |= gaps2.iter().rev().fold(0, |bits, g| bits << 1 | u64::from(!(*g > reach2))) << k;
    });
    mask
}

/// Squares of the distances between boxes, each given by least and greatest x and y.
#[inline]
fn gaps2_into(a: [&[f32]; 4], b: [&[f32]; 4], out: &mut [f32]) {
    in_lanes(a, b, out.len(), &mut |k, gaps2| out[k..k + gaps2.len()].copy_from_slice(gaps2));
}

/// Calls `some` with the first box and the gaps of those that are looked at together, until all `n` were, some of them twice.
#[inline(always)]
fn in_lanes(a: [&[f32]; 4], b: [&[f32]; 4], n: usize, some: &mut impl FnMut(usize, &[f32])) {
    let m = n / LANES;
    // Cut to one length first, so that no box is checked for being there.
    let [a0, a1, a2, a3] = [lanes(a[0], m), lanes(a[1], m), lanes(a[2], m), lanes(a[3], m)];
    let [b0, b1, b2, b3] = [lanes(b[0], m), lanes(b[1], m), lanes(b[2], m), lanes(b[3], m)];
    for k in 0..m {
        some(k * LANES, &gaps2([a0[k], a1[k], a2[k], a3[k]], [b0[k], b1[k], b2[k], b3[k]]));
    }
    // The last ones over again: a remainder one by one costs more than the rest.
    if let Some(last) = n.checked_sub(LANES) {
        some(last, &gaps2::<LANES>(at(a, last), at(b, last)));
    } else {
        (0..n).for_each(|k| some(k, &gaps2::<1>(at(a, k), at(b, k))));
    }
}

#[inline(always)]
fn lanes(row: &[f32], m: usize) -> &[[f32; LANES]] {
    &row.as_chunks::<LANES>().0[..m]
}

/// The values from `k` on of each row.
#[inline(always)]
fn at<const N: usize>(rows: [&[f32]; 4], k: usize) -> [[f32; N]; 4] {
    let load = |v: &[f32]| *v[k..].first_chunk::<N>().expect("as many are left");
    // Not by `map`, which is called and not inlined.
    [load(rows[0]), load(rows[1]), load(rows[2]), load(rows[3])]
}

/// `N` of them; a number of lanes that is known makes vectors of them.
#[inline(always)]
fn gaps2<const N: usize>(
    [ax0, ax1, ay0, ay1]: [[f32; N]; 4],
    [bx0, bx1, by0, by1]: [[f32; N]; 4],
) -> [f32; N] {
    let positive = |v: f32| if v < 0.0 { 0.0 } else { v };
    let greater = |a: f32, b: f32| if a > b { a } else { b };
    std::array::from_fn(|i| {
        let gx = positive(greater(bx0[i] - ax1[i], ax0[i] - bx1[i]));
        let gy = positive(greater(by0[i] - ay1[i], ay0[i] - by1[i]));
        gx * gx + gy * gy
    })
}

/// The run's first tick here, counted over the whole drive.
fn tick(drive: &Drive, run: &Run) -> u64 {
    drive.clocks()[run.clock.0 as usize].first_tick.saturating_add(run.first as u64)
}

fn plain(run: &Run) -> bool {
    run.x_m.values().iter().chain(run.y_m.values()).all(|v| v.abs() <= MAX_POSITION_M)
}

/// The same drive, each run with its block index (some 2 % of the size of its poses). A run with positions beyond
/// 10⁹ m gets none; it is judged without.
///
/// # Errors
/// None that a drive which [`Drive::new`] accepted can cause.
pub fn build_index(drive: &Drive) -> Result<Drive, Error> {
    let origin =
        drive.runs().iter().find(|r| !r.is_empty() && plain(r)).map_or([0.0; 2], |r| {
            [r.x_m.values()[0], r.y_m.values()[0]].map(|v| (v / GRID_M).round() as f32)
        });
    let mut runs = drive.runs().to_vec();
    // One buffer for all: the boxes are read in the order of the runs.
    let mut all = Vec::new();
    let parts: Vec<Option<(usize, usize)>> = runs
        .iter()
        .map(|run| {
            let first = all.len();
            (!run.is_empty() && plain(run)).then(|| {
                all.extend(boxes(run, tick(drive, run), origin));
                (first, all.len() - first)
            })
        })
        .collect();
    let all = Column::new(all);
    for (run, part) in runs.iter_mut().zip(parts) {
        run.index = part.map(|(first, n)| RunIndex { blocks: all.slice(first, n), skip: 0 });
    }
    Drive::new_unverified(drive.header().clone(), drive.clocks().to_vec(), runs, drive.series().to_vec())
}

fn boxes(run: &Run, tick: u64, origin: [f32; 2]) -> Vec<f32> {
    let (x, y) = (run.x_m.values(), run.y_m.values());
    let first = (tick / BLOCK as u64) * BLOCK as u64;
    let n = ((tick + x.len() as u64 - 1 - first) / BLOCK as u64 + 1) as usize;
    let mut out = vec![0.0f32; HEAD + 4 * n];
    out[..HEAD].copy_from_slice(&[VERSION, origin[0], origin[1], (tick - first) as f32, n as f32]);
    for k in 0..n {
        let from = (first + (k * BLOCK) as u64).saturating_sub(tick) as usize;
        let to = ((first + ((k + 1) * BLOCK) as u64 - tick) as usize).min(x.len() - 1);
        for (c, v) in [x, y].into_iter().enumerate() {
            let o = f64::from(origin[c]) * GRID_M;
            let lo = v[from..=to].iter().copied().fold(f64::INFINITY, f64::min) - o - PAD_M;
            let hi = v[from..=to].iter().copied().fold(f64::NEG_INFINITY, f64::max) - o + PAD_M;
            let down = lo as f32;
            let up = hi as f32;
            out[HEAD + 2 * c * n + k] = if f64::from(down) > lo { down.next_down() } else { down };
            out[HEAD + (2 * c + 1) * n + k] = if f64::from(up) < hi { up.next_up() } else { up };
        }
    }
    out
}

/// Checks that every box of every index holds its samples, and that each index fits its run. Reads each pose once.
///
/// # Errors
/// The first run whose index is malformed or lies; its drive must not be judged with that index.
pub fn verify_index(drive: &Drive) -> Result<(), Error> {
    let mut origin = None;
    for run in drive.runs().iter().filter(|r| r.index.is_some() && !r.is_empty()) {
        let wrong = |expected: &str, found: String| {
            let id = &drive.actor(run.actor).id;
            let part = Position::Part(format!("actor \"{id}\" run {} block index", run.ordinal));
            Err(Error::new(drive.header().name.clone(), expected, found).at(part))
        };
        let first_tick = tick(drive, run);
        let Some(boxes) = BlockBoxes::of(run, first_tick) else {
            return wrong("an index of this run", "one of another length, version or place".into());
        };
        if *origin.get_or_insert(boxes.origin) != boxes.origin {
            return wrong("one origin for all runs", "another one".into());
        }
        let (x, y) = (run.x_m.values(), run.y_m.values());
        let mut k = 0;
        while k < x.len() {
            let at = first_tick + k as u64;
            let end = (((at / BLOCK as u64 + 1) * BLOCK as u64 - first_tick) as usize).min(x.len() - 1);
            let b = boxes.bounds(at, at);
            let within = |v: &[f64], c: usize| v[k..=end].iter().all(|v| b.min[c] <= *v && *v <= b.max[c]);
            if !within(x, 0) || !within(y, 1) {
                let found = format!("a sample outside its box, between samples {k} and {end}");
                return wrong("boxes that hold their samples", found);
            }
            if end == k {
                break;
            }
            k = end;
        }
    }
    Ok(())
}
