//! Time: `i64` nanoseconds on the drive's one time base, and sets of intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One second in nanoseconds.
pub const S: i64 = 1_000_000_000;

/// One millisecond in nanoseconds.
pub const MS: i64 = 1_000_000;

/// Nanoseconds to seconds, for arithmetic and print. Exact to a nanosecond for some 104 days.
#[must_use]
#[inline]
pub fn to_s(t_ns: i64) -> f64 {
    t_ns as f64 * 1e-9
}

/// Seconds to the nearest nanosecond; `None` if not finite or out of range (about ±292 years).
///
/// ```
/// assert_eq!(lukao_model::time::from_s(12.3), Some(12_300_000_000));
/// assert_eq!(lukao_model::time::from_s(f64::NAN), None);
/// ```
#[must_use]
pub fn from_s(t_s: f64) -> Option<i64> {
    let ns = (t_s * 1e9).round();
    // 2^63 is exact in f64; everything below it in magnitude fits.
    (ns.abs() < 9_223_372_036_854_775_808.0).then_some(ns as i64)
}

/// Index of the last of rising times at or before a time; `None` if all are after it.
///
/// ```
/// # use lukao_model::time::last_at;
/// assert_eq!((last_at(&[10, 20, 30], 9), last_at(&[10, 20, 30], 25)), (None, Some(1)));
/// ```
#[must_use]
#[inline]
pub fn last_at(times_ns: &[i64], t_ns: i64) -> Option<usize> {
    let (first, last) = (*times_ns.first()?, *times_ns.last()?);
    if t_ns >= last {
        return Some(times_ns.len() - 1);
    }
    // Most clocks tick evenly: then it is where it would be if all did, or next to it.
    let part = t_ns.saturating_sub(first) as f64 / last.saturating_sub(first) as f64;
    let about = (part * (times_ns.len() - 1) as f64) as usize;
    let at = |i: usize| times_ns.get(i).copied();
    let here = |i: &usize| at(*i).is_some_and(|t| t <= t_ns) && at(i + 1).is_some_and(|t| t_ns < t);
    let near = [about, about + 1, about.saturating_sub(1)];
    near.into_iter().find(here).or_else(|| times_ns.partition_point(|t| *t <= t_ns).checked_sub(1))
}

/// A closed interval of time, `from_ns <= to_ns`. An instant has both ends equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Begin, ns on the drive's time base.
    pub from_ns: i64,
    /// End, ns on the drive's time base.
    pub to_ns: i64,
}

impl Interval {
    /// The interval between two times, in either order.
    #[must_use]
    #[inline]
    pub fn new(a_ns: i64, b_ns: i64) -> Self {
        Self { from_ns: a_ns.min(b_ns), to_ns: a_ns.max(b_ns) }
    }

    /// Everything.
    pub const ALL: Self = Self { from_ns: i64::MIN, to_ns: i64::MAX };

    /// Length in ns, saturating.
    #[must_use]
    #[inline]
    pub fn len_ns(&self) -> i64 {
        self.to_ns.saturating_sub(self.from_ns)
    }

    /// Whether `t_ns` lies inside or on an end.
    #[must_use]
    #[inline]
    pub fn contains(&self, t_ns: i64) -> bool {
        self.from_ns <= t_ns && t_ns <= self.to_ns
    }

    /// Common part, also if it is one instant.
    #[must_use]
    #[inline]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let from_ns = self.from_ns.max(other.from_ns);
        let to_ns = self.to_ns.min(other.to_ns);
        (from_ns <= to_ns).then_some(Self { from_ns, to_ns })
    }
}

/// A set of times: intervals, sorted, disjoint; touching ones are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// No time at all.
    pub const EMPTY: Self = Self(Vec::new());

    /// All time.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![Interval::ALL])
    }

    /// The intervals in rising order.
    #[must_use]
    #[inline]
    pub fn as_slice(&self) -> &[Interval] {
        &self.0
    }

    /// The intervals in rising order.
    pub fn iter(&self) -> std::slice::Iter<'_, Interval> {
        self.0.iter()
    }

    /// Whether there is no interval.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sum of the lengths, ns.
    #[must_use]
    pub fn total_ns(&self) -> i64 {
        self.0.iter().fold(0i64, |sum, i| sum.saturating_add(i.len_ns()))
    }

    /// Whether `t_ns` is in the set.
    #[must_use]
    #[inline]
    pub fn contains(&self, t_ns: i64) -> bool {
        let k = self.0.partition_point(|i| i.to_ns < t_ns);
        self.0.get(k).is_some_and(|i| i.contains(t_ns))
    }

    /// Adds an interval.
    #[inline]
    pub fn insert(&mut self, add: Interval) {
        // Most come in order of time.
        match self.0.last_mut() {
            Some(last) if add.from_ns < last.from_ns => {}
            Some(last) if add.from_ns <= last.to_ns => {
                last.to_ns = last.to_ns.max(add.to_ns);
                return;
            }
            _ => return self.0.push(add),
        }
        let lo = self.0.partition_point(|i| i.to_ns < add.from_ns);
        let hi = self.0.partition_point(|i| i.from_ns <= add.to_ns);
        let mut joined = add;
        for i in &self.0[lo..hi] {
            joined = Interval { from_ns: joined.from_ns.min(i.from_ns), to_ns: joined.to_ns.max(i.to_ns) };
        }
        self.0.splice(lo..hi, [joined]);
    }

    /// Times in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut out = self.clone();
        for i in &other.0 {
            out.insert(*i);
        }
        out
    }

    /// Times in both. Sets that only touch meet in an instant.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut a, mut b, mut out) = (0, 0, Vec::new());
        while let (Some(x), Some(y)) = (self.0.get(a), other.0.get(b)) {
            out.extend(x.meet(y));
            if x.to_ns < y.to_ns { a += 1 } else { b += 1 }
        }
        Self::from_iter(out)
    }

    /// Times in `self` and not in `other`. Ends are kept closed, so an instant at a cut stays in both.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        for x in &self.0 {
            let mut from_ns = x.from_ns;
            let mut open = true;
            let first = other.0.partition_point(|i| i.to_ns < x.from_ns);
            for y in other.0[first..].iter().take_while(|y| y.from_ns <= x.to_ns) {
                if y.from_ns > from_ns {
                    out.push(Interval { from_ns, to_ns: y.from_ns });
                }
                from_ns = y.to_ns;
                open = y.to_ns < x.to_ns;
            }
            if open {
                out.push(Interval { from_ns, to_ns: x.to_ns });
            }
        }
        Self::from_iter(out)
    }
}

impl FromIterator<Interval> for Intervals {
    fn from_iter<I: IntoIterator<Item = Interval>>(iter: I) -> Self {
        let mut all: Vec<Interval> = iter.into_iter().collect();
        all.sort_unstable();
        let mut out: Vec<Interval> = Vec::with_capacity(all.len());
        for i in all {
            match out.last_mut() {
                Some(last) if i.from_ns <= last.to_ns => last.to_ns = last.to_ns.max(i.to_ns),
                _ => out.push(i),
            }
        }
        Self(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(i64, i64)]) -> Intervals {
        pairs.iter().map(|&(a, b)| Interval::new(a, b)).collect()
    }

    #[test]
    fn the_last_at_a_time_is_found_on_even_and_uneven_clocks() {
        for (step, jump) in [(10, 0), (10, 3), (10, 900), (1, 0), (i64::MAX / 40, 0)] {
            let times: Vec<i64> =
                (0..30).map(|k| k * step + if k > 20 { jump } else { 0 } + k % 3 * (step / 4)).collect();
            for t in times.iter().flat_map(|t| [t - 1, *t, t + 1, t + step / 2]).chain([i64::MIN, i64::MAX]) {
                assert_eq!(last_at(&times, t), times.iter().rposition(|x| *x <= t), "{t} in {times:?}");
            }
        }
        assert_eq!((last_at(&[], 0), last_at(&[5], 4), last_at(&[5], 5)), (None, None, Some(0)));
    }

    #[test]
    fn inserting_joins_what_touches() {
        let mut s = set(&[(0, 2), (5, 6), (9, 12)]);
        s.insert(Interval::new(2, 5));
        assert_eq!(s, set(&[(0, 6), (9, 12)]));
    }

    #[test]
    fn minus_and_intersect_rebuild_the_whole() {
        let a = set(&[(0, 10), (20, 30), (35, 36)]);
        let b = set(&[(3, 4), (8, 22), (29, 50)]);
        let (rest, common) = (a.minus(&b), a.intersect(&b));
        assert_eq!(rest, set(&[(0, 3), (4, 8), (22, 29)]));
        assert_eq!(rest.union(&common), a);
        assert_eq!(rest.total_ns() + common.total_ns(), a.total_ns());
    }

    #[test]
    fn seconds_out_of_range_are_refused() {
        assert_eq!(from_s(f64::INFINITY), None);
        assert_eq!(from_s(1e19), None);
        assert_eq!(from_s(-0.1), Some(-100_000_000));
    }
}
