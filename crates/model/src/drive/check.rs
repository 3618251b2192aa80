//! What a [`Drive`] promises, checked.

use super::{ClockIx, Drive, Run, Subject};
use crate::column::Column;
use crate::error::{Error, Position};

impl Drive {
    pub(super) fn wrong(&self, part: String, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(self.header.name.clone(), expected, found).at(Position::Part(part))
    }

    fn run_name(&self, r: &Run) -> String {
        let id = self.header.actors.get(r.actor.0 as usize).map_or("?", |a| a.id.as_str());
        format!("actor \"{id}\" run {}", r.ordinal)
    }

    pub(super) fn check_structure(&self) -> Result<(), Error> {
        let h = &self.header;
        if let Some(ego) = h.ego
            && ego.0 as usize >= h.actors.len()
        {
            return Err(self.wrong(
                "ego".into(),
                format!("an actor below {}", h.actors.len()),
                ego.0.to_string(),
            ));
        }
        for (i, c) in self.clocks.iter().enumerate() {
            if c.stream as usize >= h.streams.len() {
                let want = format!("a stream below {}", h.streams.len());
                return Err(self.wrong(format!("clock {i}"), want, c.stream.to_string()));
            }
        }
        let ticks = |clock: ClockIx| self.clocks.get(clock.0 as usize).map(|c| c.t_ns.len());
        let mut last = None;
        for r in &self.runs {
            let name = || self.run_name(r);
            if r.actor.0 as usize >= h.actors.len() {
                return Err(self.wrong(
                    name(),
                    format!("an actor below {}", h.actors.len()),
                    r.actor.0.to_string(),
                ));
            }
            if last == Some((r.actor, r.ordinal)) {
                return Err(self.wrong(name(), "each run once", "a second one"));
            }
            last = Some((r.actor, r.ordinal));
            let n = r.len();
            match ticks(r.clock) {
                Some(t) if r.first.checked_add(n).is_some_and(|end| end <= t) => {}
                t => {
                    let found = format!("ticks {}..{}+{n} of clock {}", r.first, r.first, r.clock.0);
                    return Err(self.wrong(name(), format!("ticks within {}", t.unwrap_or(0)), found));
                }
            }
            let lens = [r.y_m.len(), r.yaw_rad.len(), r.z_m.as_ref().map_or(n, Column::len)];
            if lens.iter().any(|l| *l != n)
                || !(r.channels.all_of_len(n) && r.accuracy.position_m.fits(n) && r.accuracy.yaw_rad.fits(n))
            {
                return Err(self.wrong(
                    name(),
                    format!("columns of {n} values"),
                    "columns of different length",
                ));
            }
            if r.x_m.missing() + r.y_m.missing() + r.yaw_rad.missing() > 0 {
                return Err(self.wrong(name(), "a pose at each tick", "missing values"));
            }
        }
        for s in &self.series {
            let name = || format!("series {:?} {}", s.subject, s.ordinal);
            let known = match s.subject {
                Subject::Drive => true,
                Subject::Actor(a) => (a.0 as usize) < h.actors.len(),
                Subject::Signal(g) => (g.0 as usize) < h.signals.len(),
            };
            if !known {
                return Err(self.wrong(name(), "a known subject", "an index past the end"));
            }
            let has_ticks = |t| s.first.checked_add(s.len).is_some_and(|end| end <= t);
            if !ticks(s.clock).is_some_and(has_ticks) {
                return Err(self.wrong(name(), "ticks of its clock", format!("{}+{}", s.first, s.len)));
            }
            if !s.channels.all_of_len(s.len) {
                return Err(self.wrong(
                    name(),
                    format!("columns of {} values", s.len),
                    "columns of different length",
                ));
            }
        }
        Ok(())
    }

    /// Checks the values: rising times, finite poses and heights, positive sizes.
    ///
    /// # Errors
    /// The first value that breaks a promise, with its run and sample.
    pub fn verify(&self) -> Result<(), Error> {
        for (i, c) in self.clocks.iter().enumerate() {
            if let Some(k) = c.t_ns.values().windows(2).position(|w| w[0] >= w[1]) {
                let t = c.t_ns.values();
                let found = format!("{} ns after {} ns at tick {}", t[k + 1], t[k], k + 1);
                return Err(self.wrong(format!("clock {i}"), "times that rise", found));
            }
        }
        for r in &self.runs {
            for (column, what) in [(&r.x_m, "x_m"), (&r.y_m, "y_m"), (&r.yaw_rad, "yaw_rad")] {
                if let Some(k) = column.values().iter().position(|v| !v.is_finite()) {
                    let found = format!("{} in {what} at sample {k}", column.values()[k]);
                    return Err(self.wrong(self.run_name(r), "finite poses", found));
                }
            }
            let bad_z = r.z_m.as_ref().is_some_and(|z| z.iter().flatten().any(|v| !v.is_finite()));
            if bad_z {
                return Err(self.wrong(self.run_name(r), "finite heights", "a height that is not"));
            }
            let positive = |v: f64| v.is_finite() && v > 0.0;
            let s = r.size;
            if !positive(s.length_m) || !positive(s.width_m) || s.height_m.is_some_and(|h| !positive(h)) {
                let found = format!("{} × {} m", s.length_m, s.width_m);
                return Err(self.wrong(self.run_name(r), "a positive, finite size", found));
            }
        }
        Ok(())
    }
}
