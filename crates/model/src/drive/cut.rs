//! Cutting a drive into stretches and joining them again.

use std::sync::Arc;

use super::{Clock, ClockIx, Drive, PoseAccuracy, Run, RunIndex, Series};
use crate::channel::{Accuracy, Channels};
use crate::column::Column;
use crate::error::Error;

impl Run {
    fn part(&self, skip: usize, len: usize, first: usize) -> Self {
        Self {
            actor: self.actor,
            ordinal: self.ordinal,
            clock: self.clock,
            first,
            x_m: self.x_m.slice(skip, len),
            y_m: self.y_m.slice(skip, len),
            yaw_rad: self.yaw_rad.slice(skip, len),
            z_m: self.z_m.as_ref().map(|z| z.slice(skip, len)),
            size: self.size,
            accuracy: PoseAccuracy {
                position_m: self.accuracy.position_m.slice(skip, len),
                yaw_rad: self.accuracy.yaw_rad.slice(skip, len),
            },
            origin: self.origin,
            channels: self.channels.slice(skip, len),
            index: self.index.as_ref().map(|x| RunIndex { blocks: x.blocks.clone(), skip: x.skip + skip }),
            begun_before: self.begun_before || skip > 0,
            goes_on: self.goes_on || skip + len < self.len(),
        }
    }

    fn join(&self, next: &Self, first: usize) -> Self {
        let (n, m) = (self.len(), next.len());
        let cat = |a: &Column<f64>, b: &Column<f64>| Column::concat(&[a, b]);
        let absent = |len| Column::from_options(std::iter::repeat_n(None, len));
        let z_m = match (&self.z_m, &next.z_m) {
            (None, None) => None,
            (a, b) => {
                Some(Column::concat(&[a.as_ref().unwrap_or(&absent(n)), b.as_ref().unwrap_or(&absent(m))]))
            }
        };
        Self {
            actor: self.actor,
            ordinal: self.ordinal,
            clock: self.clock,
            first,
            x_m: cat(&self.x_m, &next.x_m),
            y_m: cat(&self.y_m, &next.y_m),
            yaw_rad: cat(&self.yaw_rad, &next.yaw_rad),
            z_m,
            size: self.size,
            accuracy: PoseAccuracy {
                position_m: Accuracy::concat(&self.accuracy.position_m, n, &next.accuracy.position_m, m),
                yaw_rad: Accuracy::concat(&self.accuracy.yaw_rad, n, &next.accuracy.yaw_rad, m),
            },
            origin: self.origin,
            channels: Channels::concat(&self.channels, n, &next.channels, m),
            index: None,
            begun_before: self.begun_before,
            goes_on: next.goes_on,
        }
    }
}

impl Drive {
    /// The stretch with times in `[from_ns, to_ns)`. Shares memory.
    #[must_use]
    pub fn slice(&self, from_ns: i64, to_ns: i64) -> Self {
        self.cut(from_ns, to_ns, &self.runs)
    }

    /// The same without its runs: what series say.
    #[must_use]
    pub fn slice_series(&self, from_ns: i64, to_ns: i64) -> Self {
        self.cut(from_ns, to_ns, &[])
    }

    fn cut(&self, from_ns: i64, to_ns: i64, runs: &[Run]) -> Self {
        let range = |c: &Clock| {
            let t = c.t_ns.values();
            let lo = t.partition_point(|x| *x < from_ns);
            (lo, t.partition_point(|x| *x < to_ns).max(lo))
        };
        let cuts: Vec<(usize, usize)> = self.clocks.iter().map(range).collect();
        // First tick and length of what is left of `first..first+len`, in old indices.
        let keep = |clock: ClockIx, first: usize, len: usize| {
            let (lo, hi) = cuts[clock.0 as usize];
            let (a, b) = (first.max(lo), (first + len).min(hi));
            (a < b).then(|| (a, b - a, a - lo))
        };
        let clocks = self.clocks.iter().zip(&cuts).map(|(c, &(lo, hi))| Clock {
            stream: c.stream,
            first_tick: c.first_tick + lo as u64,
            t_ns: c.t_ns.slice(lo, hi - lo),
        });
        // Runs are large and many: counted first, so that none is moved.
        let kept = |r: &&Run| keep(r.clock, r.first, r.len()).is_some();
        let mut parts = Vec::with_capacity(runs.iter().filter(kept).count());
        parts.extend(runs.iter().filter_map(|r| {
            let (a, len, first) = keep(r.clock, r.first, r.len())?;
            Some(r.part(a - r.first, len, first))
        }));
        let series = self.series.iter().filter_map(|s| {
            let (a, len, first) = keep(s.clock, s.first, s.len)?;
            let skip = a - s.first;
            Some(Series {
                subject: s.subject,
                ordinal: s.ordinal,
                clock: s.clock,
                first,
                len,
                channels: s.channels.slice(skip, len),
                begun_before: s.begun_before || skip > 0,
                goes_on: s.goes_on || skip + len < s.len,
            })
        });
        Self {
            header: Arc::clone(&self.header),
            clocks: clocks.collect(),
            runs: parts,
            series: series.collect(),
        }
    }

    /// The same stretch in memory of its own: what is left of a long stretch no longer keeps it alive. The
    /// contact core's index, which is of the whole run, is left out.
    #[must_use]
    pub fn detached(&self) -> Self {
        let runs = self.runs.iter().map(|r| Run {
            x_m: r.x_m.detached(),
            y_m: r.y_m.detached(),
            yaw_rad: r.yaw_rad.detached(),
            z_m: r.z_m.as_ref().map(Column::detached),
            accuracy: PoseAccuracy {
                position_m: r.accuracy.position_m.detached(),
                yaw_rad: r.accuracy.yaw_rad.detached(),
            },
            channels: r.channels.detached(),
            index: None,
            ..r.clone()
        });
        Self {
            header: Arc::clone(&self.header),
            clocks: self.clocks.iter().map(|c| Clock { t_ns: c.t_ns.detached(), ..c.clone() }).collect(),
            runs: runs.collect(),
            series: self
                .series
                .iter()
                .map(|s| Series { channels: s.channels.detached(), ..s.clone() })
                .collect(),
        }
    }

    /// Joins the stretch that follows this one.
    ///
    /// # Errors
    /// If it is of another drive, or does not begin where this one ends.
    pub fn append(&self, next: &Self) -> Result<Self, Error> {
        if !Arc::ptr_eq(&self.header, &next.header) && self.header != next.header {
            return Err(self.wrong("header".into(), "the same header", "another drive's"));
        }
        if self.clocks.len() != next.clocks.len() {
            let want = format!("{} clocks", self.clocks.len());
            return Err(self.wrong("clocks".into(), want, next.clocks.len().to_string()));
        }
        let mut clocks = Vec::with_capacity(self.clocks.len());
        for (i, (a, b)) in self.clocks.iter().zip(&next.clocks).enumerate() {
            let end = a.first_tick + a.t_ns.len() as u64;
            let rises = match (a.t_ns.values().last(), b.t_ns.values().first()) {
                (Some(x), Some(y)) => x < y,
                _ => true,
            };
            if a.stream != b.stream || end != b.first_tick || !rises {
                let want = format!("tick {end} next");
                return Err(self.wrong(format!("clock {i}"), want, format!("tick {}", b.first_tick)));
            }
            let t_ns = Column::concat(&[&a.t_ns, &b.t_ns]);
            clocks.push(Clock { stream: a.stream, first_tick: a.first_tick, t_ns });
        }
        let moved = |clock: ClockIx, first: usize| first + self.clocks[clock.0 as usize].t_ns.len();
        let mut runs = self.runs.clone();
        for b in &next.runs {
            let at = runs.binary_search_by_key(&(b.actor, b.ordinal), |r| (r.actor, r.ordinal));
            match at {
                Ok(i) => runs[i] = runs[i].join(b, runs[i].first),
                Err(i) => runs.insert(i, Run { first: moved(b.clock, b.first), ..b.clone() }),
            }
        }
        let mut series = self.series.clone();
        for b in &next.series {
            let at = series.binary_search_by_key(&(b.subject, b.ordinal), |s| (s.subject, s.ordinal));
            match at {
                Ok(i) => {
                    let a = &series[i];
                    let channels = Channels::concat(&a.channels, a.len, &b.channels, b.len);
                    series[i] = Series { len: a.len + b.len, channels, goes_on: b.goes_on, ..a.clone() };
                }
                Err(i) => series.insert(i, Series { first: moved(b.clock, b.first), ..b.clone() }),
            }
        }
        let joined = Self { header: Arc::clone(&self.header), clocks, runs, series };
        joined.check_structure()?;
        Ok(joined)
    }
}
