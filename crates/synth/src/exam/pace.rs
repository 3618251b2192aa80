//! Speed over a way: as fast as allowed, slow where it has to be, standing where it shall.

use lukao_model::Error;

use crate::speed::Speed;

/// Acceleration and deceleration of ordinary driving, m/s², and how fast they are built up, m/s³.
const ACCEL: f64 = 1.3;
const DECEL: f64 = 1.6;
const JERK: f64 = 1.5;

/// A stretch that is driven no faster than `mps`, or a place to stand at for some time.
#[derive(Clone, Copy, Debug)]
struct Zone {
    from_m: f64,
    to_m: f64,
    mps: f64,
    stand_s: f64,
    decel: f64,
}

/// Where how fast; distances are those of the middle of the body.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    pub start_mps: f64,
    pub top_mps: f64,
    zones: Vec<Zone>,
}

/// How fast a deceleration is built up, m/s³: a hard one faster.
fn jerk(accel: f64) -> f64 {
    if accel > 2.0 { 2.0 * accel } else { JERK }
}

/// Way that a change of speed takes, metres.
fn change_m(from: f64, to: f64, accel: f64) -> f64 {
    let s = Speed::of(from).to_with(to, accel, jerk(accel));
    s.distance_m(s.end_s())
}

impl Pace {
    pub fn new(start_mps: f64, top_mps: f64) -> Self {
        Self { start_mps, top_mps, zones: Vec::new() }
    }

    /// No faster than this over a stretch.
    pub fn slow(mut self, from_m: f64, to_m: f64, mps: f64) -> Self {
        self.zones.push(Zone { from_m, to_m, mps, stand_s: 0.0, decel: DECEL });
        self
    }

    /// No faster than this over a stretch, braked for at another deceleration.
    pub fn slow_by(mut self, from_m: f64, to_m: f64, mps: f64, decel: f64) -> Self {
        self.zones.push(Zone { from_m, to_m, mps, stand_s: 0.0, decel });
        self
    }

    /// As fast as this over a stretch, whatever else holds there.
    pub fn over(mut self, from_m: f64, to_m: f64, mps: f64) -> Self {
        let cut = |z: &Zone| {
            let before = Zone { to_m: z.to_m.min(from_m), ..*z };
            let after = Zone { from_m: z.from_m.max(to_m), ..*z };
            [before, after].into_iter().filter(|z| z.to_m > z.from_m || (z.mps == 0.0 && z.to_m == z.from_m))
        };
        self.zones = self.zones.iter().flat_map(cut).collect();
        self.slow(from_m, to_m, mps)
    }

    /// Stands at a place for some time; 0 s: only just.
    pub fn stand(self, at_m: f64, stand_s: f64) -> Self {
        self.stand_by(at_m, stand_s, DECEL)
    }

    /// The same at another deceleration.
    pub fn stand_by(mut self, at_m: f64, stand_s: f64, decel: f64) -> Self {
        self.zones.push(Zone { from_m: at_m, to_m: at_m, mps: 0.0, stand_s, decel });
        self
    }

    /// The way cut into stretches, each with its highest speed: where zones overlap the slowest one holds.
    fn stretches(&self, begin_m: f64, end_m: f64) -> Vec<Zone> {
        let mut cuts: Vec<f64> = self.zones.iter().flat_map(|z| [z.from_m, z.to_m]).collect();
        cuts.extend([begin_m, end_m]);
        cuts.retain(|c| (begin_m..=end_m).contains(c));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let mut out: Vec<Zone> = Vec::new();
        for (k, &from_m) in cuts.iter().enumerate() {
            out.extend(self.zones.iter().filter(|z| z.mps == 0.0 && z.from_m == from_m));
            let Some(&to_m) = cuts.get(k + 1) else { break };
            let free = Zone { from_m, to_m, mps: self.top_mps, stand_s: 0.0, decel: DECEL };
            let over = self.zones.iter().filter(|z| z.mps > 0.0 && z.from_m <= from_m && z.to_m >= to_m);
            let slowest = over.min_by(|a, b| a.mps.total_cmp(&b.mps));
            out.push(slowest.map_or(free, |z| Zone { from_m, to_m, ..*z }));
        }
        // Nobody enters a stretch faster than he can slow down in it for the next one.
        for k in (1..out.len()).rev() {
            let (next, from_m) = (out[k], out[k - 1].from_m);
            let z = &mut out[k - 1];
            let room = next.from_m - from_m;
            if z.mps > next.mps && change_m(z.mps, next.mps, next.decel) > room {
                z.mps = crate::solve(room, next.mps, z.mps, |m| change_m(m, next.mps, next.decel)).max(0.1);
            }
        }
        out
    }

    /// The speed over the way, until `end_m`.
    ///
    /// # Errors
    /// If a stretch comes too soon after another for ordinary driving.
    pub fn speed(&self, end_m: f64) -> Result<Speed, Error> {
        let first = self.stretches(0.0, end_m).first().map_or(self.start_mps, |z| z.mps);
        self.go_on(Speed::of(self.start_mps.min(first)), end_m)
    }

    /// The same from where a motion so far has come to.
    ///
    /// # Errors
    /// As [`Pace::speed`].
    pub fn go_on(&self, mut speed: Speed, end_m: f64) -> Result<Speed, Error> {
        let here = |speed: &Speed| {
            let (s, v, _) = speed.state(speed.end_s());
            (s, v)
        };
        let stretches = self.stretches(here(&speed).0.max(0.0), end_m);
        for (k, zone) in stretches.iter().enumerate() {
            let (s, v) = here(&speed);
            if zone.mps == 0.0 {
                speed = speed.hold_s(zone.stand_s);
                continue;
            }
            // The fastest from which every slower stretch ahead can be entered as slow as it is.
            // What lies beyond a stand does not matter before it.
            let ahead = &stretches[k + 1..];
            let stand = ahead.iter().position(|z| z.mps == 0.0);
            let ahead = &ahead[..stand.map_or(ahead.len(), |at| at + 1)];
            let fits = |m: f64| {
                let up = change_m(v, m, ACCEL);
                let in_time =
                    |z: &Zone| z.mps >= m || s + up + change_m(m, z.mps, z.decel) <= z.from_m + 1e-6;
                ahead.iter().all(in_time) && (m <= v || s + up <= end_m)
            };
            if !fits(v) {
                let found = format!("{v:.1} m/s at {s:.1} m of the way");
                return Err(Error::new("plan of ego", "room to slow down before what lies ahead", found));
            }
            let (mut lo, mut hi) = (v, zone.mps.max(v));
            if fits(hi) {
                lo = hi;
            }
            for _ in 0..40 {
                let mid = f64::midpoint(lo, hi);
                if fits(mid) { lo = mid } else { hi = mid }
            }
            if lo > v + 0.2 {
                speed = speed.to_with(lo, ACCEL, JERK);
            }
            let (s, v) = here(&speed);
            // Whoever has to be slowed down for first.
            let brake_at = |z: &&Zone| z.from_m - change_m(v, z.mps, z.decel);
            let next = ahead.iter().filter(|z| z.mps < v).min_by(|a, b| brake_at(a).total_cmp(&brake_at(b)));
            match next.filter(|z| brake_at(z) < zone.to_m) {
                Some(z) => {
                    speed = speed.hold_to_m(brake_at(&z).max(s)).to_with(z.mps, z.decel, jerk(z.decel))
                }
                None => speed = speed.hold_to_m(zone.to_m.max(s)),
            }
        }
        Ok(speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_slow_where_it_has_to_be_and_stands_where_it_shall() {
        let pace = Pace::new(10.0, 14.0).slow(100.0, 140.0, 6.0).slow(120.0, 150.0, 4.0).stand(220.0, 3.0);
        let speed = pace.speed(320.0).unwrap();
        let at = |s: f64| speed.state(speed.time_at_m(s)).1;
        assert!(
            (at(105.0) - 6.0).abs() < 1e-6 && (at(130.0) - 4.0).abs() < 1e-6,
            "{} {}",
            at(105.0),
            at(130.0)
        );
        assert!(at(60.0) > 10.0 && at(185.0) > 5.0);
        let stands = (0..4000).filter(|k| speed.state(f64::from(*k) * 0.02).1 == 0.0).count();
        assert!((148..=156).contains(&stands), "{stands}");
        assert!((speed.distance_m(speed.end_s()) - 320.0).abs() < 1e-6);
        // Hard to a stand, with something beyond that is slowed down for gently.
        let speed =
            Pace::new(12.0, 14.0).slow(80.0, 120.0, 6.0).stand_by(54.0, 2.0, 7.5).speed(120.0).unwrap();
        let stands = (0..2000).find(|k| speed.state(f64::from(*k) * 0.02).1 == 0.0).unwrap();
        assert!((speed.distance_m(f64::from(stands) * 0.02) - 54.0).abs() < 1e-6);
        // It begins slowly enough; who comes too fast cannot stop.
        let soon = Pace::new(14.0, 14.0).stand(20.0, 1.0);
        assert!(soon.speed(50.0).unwrap().state(0.0).1 < 8.0);
        assert!(soon.go_on(Speed::of(14.0), 50.0).is_err());
    }
}
