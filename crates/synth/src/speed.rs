//! Speed over time: held, or changed with bounded jerk.

/// Rate at which acceleration is built up and let go, m/s³, unless said otherwise.
const JERK: f64 = 10.0;

#[derive(Clone, Copy, Debug)]
struct Leg {
    from_s: f64,
    s_m: f64,
    v: f64,
    a: f64,
    jerk: f64,
}

/// Speed from leg to leg, and the distance that it makes. After the last leg the speed is held.
///
/// ```
/// let s = lukao_synth::Speed::of(10.0).hold_s(2.0).to(0.0, 4.0);
/// // 10 m/s at 4 m/s², and 0.4 s more since the jerk is bounded.
/// assert!((s.end_s() - 4.9).abs() < 1e-12);
/// assert!((s.distance_m(4.9) - (20.0 + 0.5 * 10.0 * 2.9)).abs() < 1e-9);
/// ```
#[derive(Clone, Debug)]
pub struct Speed {
    legs: Vec<Leg>,
    end_s: f64,
}

impl Speed {
    /// Begins at a speed, m/s; negative is backward.
    #[must_use]
    pub fn of(v_mps: f64) -> Self {
        Self { legs: vec![Leg { from_s: 0.0, s_m: 0.0, v: v_mps, a: 0.0, jerk: 0.0 }], end_s: 0.0 }
    }

    fn leg(&mut self, jerk: f64, a: f64, for_s: f64) {
        let (s_m, v, _) = self.state(self.end_s);
        self.legs.push(Leg { from_s: self.end_s, s_m, v, a, jerk });
        self.end_s += for_s;
    }

    /// The same speed for a while.
    #[must_use]
    pub fn hold_s(mut self, for_s: f64) -> Self {
        self.leg(0.0, 0.0, for_s.max(0.0));
        self
    }

    /// The same speed until a distance is made.
    ///
    /// # Panics
    /// If it stands, or the distance lies behind.
    #[must_use]
    pub fn hold_to_m(self, s_m: f64) -> Self {
        let (s, v, _) = self.state(self.end_s);
        let for_s = (s_m - s) / v;
        assert!(for_s.is_finite() && for_s >= -1e-9, "{s_m} m is not ahead of {s} m at {v} m/s");
        self.hold_s(for_s)
    }

    /// To another speed at this greatest acceleration, m/s² (its sign does not matter).
    #[must_use]
    pub fn to(self, v_mps: f64, accel_mps2: f64) -> Self {
        self.to_with(v_mps, accel_mps2, JERK)
    }

    /// The same, with this jerk, m/s³. A small change of speed does not reach the acceleration.
    #[must_use]
    pub fn to_with(mut self, v_mps: f64, accel_mps2: f64, jerk_mps3: f64) -> Self {
        let v0 = self.state(self.end_s).1;
        let (rise, steady, sign) = ramp(v0, v_mps, accel_mps2, jerk_mps3);
        let (j, a) = (sign * jerk_mps3, sign * jerk_mps3 * rise);
        self.leg(j, 0.0, rise);
        self.leg(0.0, a, steady);
        self.leg(-j, a, rise);
        // Exactly the speed that was asked for.
        self.leg(0.0, 0.0, 0.0);
        if let Some(last) = self.legs.last_mut() {
            last.v = v_mps;
        }
        self
    }

    /// Holds the speed, then brakes at this greatest deceleration so that it stands when the distance is made.
    ///
    /// # Panics
    /// If the distance is too short.
    #[must_use]
    pub fn stop_at_m(self, s_m: f64, decel_mps2: f64) -> Self {
        let v0 = self.state(self.end_s).1;
        let (rise, steady, _) = ramp(v0, 0.0, decel_mps2, JERK);
        // By symmetry the mean speed is half of it.
        let braking = 0.5 * v0 * (2.0 * rise + steady);
        self.hold_to_m(s_m - braking).to(0.0, decel_mps2)
    }

    /// Faster by some m/s for a while, then slower by as much for as long, so that it is where it would have been; each change at
    /// this greatest acceleration and jerk.
    #[must_use]
    pub(crate) fn surged(&self, from_s: f64, by_mps: f64, hold_s: f64, accel: f64, jerk: f64) -> Self {
        let (mut pulses, mut t) = (Vec::new(), from_s);
        for (by, hold_s) in [(by_mps, hold_s), (-2.0 * by_mps, hold_s), (by_mps, 0.0)] {
            let (rise, steady, sign) = ramp(0.0, by, accel, jerk);
            for (j, for_s) in [(sign * jerk, rise), (0.0, steady), (-sign * jerk, rise), (0.0, hold_s)] {
                pulses.push((t, j));
                t += for_s;
            }
        }
        pulses.push((t, 0.0));
        let mut cuts: Vec<f64> =
            self.legs.iter().map(|l| l.from_s).chain(pulses.iter().map(|p| p.0)).collect();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let (mut legs, mut more) = (Vec::new(), [0.0; 3]);
        for (i, cut) in cuts.iter().copied().enumerate() {
            let (s, v, a) = self.state(cut);
            let base = self.legs[self.legs.partition_point(|l| l.from_s <= cut).max(1) - 1].jerk;
            let over = pulses.iter().rfind(|p| p.0 <= cut).map_or(0.0, |p| p.1);
            if cut >= t {
                more = [0.0; 3];
            }
            legs.push(Leg {
                from_s: cut,
                s_m: s + more[0],
                v: v + more[1],
                a: a + more[2],
                jerk: base + over,
            });
            let dt = cuts.get(i + 1).map_or(0.0, |next| next - cut);
            let [ds, dv, da] = more;
            more = [
                ds + dt * (dv + dt * (0.5 * da + dt * over / 6.0)),
                dv + dt * (da + 0.5 * dt * over),
                da + dt * over,
            ];
        }
        Self { legs, end_s: self.end_s.max(t) }
    }

    /// When the last leg ends, s.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        self.end_s
    }

    /// Distance (m), speed (m/s) and acceleration (m/s²) at a time; before 0 s as if it had always moved so.
    #[must_use]
    pub fn state(&self, t_s: f64) -> (f64, f64, f64) {
        let k = self.legs.partition_point(|l| l.from_s <= t_s).max(1) - 1;
        let l = &self.legs[k];
        let t = t_s - l.from_s;
        let s = l.s_m + t * (l.v + t * (0.5 * l.a + t * l.jerk / 6.0));
        (s, l.v + t * (l.a + 0.5 * t * l.jerk), l.a + l.jerk * t)
    }

    /// Distance at a time, metres.
    #[must_use]
    pub fn distance_m(&self, t_s: f64) -> f64 {
        self.state(t_s).0
    }

    /// When a distance is made, for a motion that goes forward until then.
    #[must_use]
    pub fn time_at_m(&self, s_m: f64) -> f64 {
        crate::solve(s_m, 0.0, self.end_s + 1e4, |t| self.distance_m(t))
    }
}

/// Time of rising acceleration, time of steady acceleration, and its sign.
fn ramp(from: f64, to: f64, accel: f64, jerk: f64) -> (f64, f64, f64) {
    let (by, a) = ((to - from).abs(), accel.abs());
    let rise = (a / jerk).min((by / jerk).sqrt());
    let steady = if by > a * a / jerk { by / a - rise } else { 0.0 };
    (rise, steady, (to - from).signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_speed_and_acceleration_belong_together() {
        let s =
            Speed::of(3.0).hold_s(1.0).to(12.0, 2.0).hold_to_m(120.0).to_with(11.5, 6.0, 5.0).to(-2.0, 3.0);
        let h = 1e-3;
        let mut t = 0.0;
        while t < s.end_s() + 1.0 {
            let ((x0, v0, a0), (x1, v1, a1)) = (s.state(t), s.state(t + h));
            assert!((x1 - x0 - 0.5 * h * (v0 + v1)).abs() < 1e-8, "distance at {t}");
            assert!((v1 - v0 - 0.5 * h * (a0 + a1)).abs() < 1e-5, "speed at {t}");
            assert!((a1 - a0).abs() < 0.011, "jerk at {t}: {a0} to {a1}");
            t += h;
        }
        assert_eq!(s.state(s.end_s()).1, -2.0);
    }

    #[test]
    fn who_was_faster_and_slower_is_where_he_would_have_been() {
        let s = Speed::of(10.0).hold_s(4.0).to(12.0, 1.0).hold_s(30.0);
        let surged = s.surged(3.0, 2.0, 1.0, 1.5, 3.0);
        let most = (0..3000).map(|k| surged.state(0.01 * f64::from(k)).1 - s.state(0.01 * f64::from(k)).1);
        let (least, most) = most.fold((0.0_f64, 0.0_f64), |(a, b), d| (a.min(d), b.max(d)));
        assert!((most - 2.0).abs() < 1e-9 && (least + 2.0).abs() < 1e-9, "{least} {most}");
        assert_eq!(surged.state(2.9), s.state(2.9));
        let (a, b) = (surged.state(25.0), s.state(25.0));
        assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9);
        let h = 1e-3;
        for k in 0..20_000 {
            let t = h * f64::from(k);
            let ((x0, v0, _), (x1, v1, _)) = (surged.state(t), surged.state(t + h));
            assert!((x1 - x0 - 0.5 * h * (v0 + v1)).abs() < 1e-8, "distance at {t}");
        }
    }

    #[test]
    fn it_stops_where_it_shall() {
        let s = Speed::of(15.0).stop_at_m(100.0, 3.0);
        assert!((s.distance_m(s.end_s()) - 100.0).abs() < 1e-9 && s.state(99.0).1 == 0.0);
        assert!((s.time_at_m(30.0) - 2.0).abs() < 1e-9);
    }
}
