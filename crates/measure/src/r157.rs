//! Figures of UN Regulation No. 157 (automated lane keeping): least following distance, what a cut-in must leave, and
//! the fuzzy safety model of its Annex 3.
//!
//! All are functions of speeds (m/s) and gaps (m). The least following distance is the table of 5.2.3.3, linear
//! between its rows (that is this project's reading), and never below 2 m; above 60 km/h the regulation refers to the
//! country's law and nothing is told. The fuzzy model follows the formulas of the 01 series and, in the first branch of
//! CFS, the published code of the JRC (EUPL), whose denominator is |2a′|.

/// Least time gaps: speed km/h, passenger cars and vans (M1, N1), heavier vehicles.
const TIME_GAPS: [(f64, f64, f64); 7] = [
    (7.2, 1.0, 1.2),
    (10.0, 1.1, 1.4),
    (20.0, 1.2, 1.6),
    (30.0, 1.3, 1.8),
    (40.0, 1.4, 2.0),
    (50.0, 1.5, 2.2),
    (60.0, 1.6, 2.4),
];

/// Least following distance, whatever the speed, m.
pub const LEAST_M: f64 = 2.0;

/// Speed up to which the regulation gives a distance, m/s.
pub const TOP_MPS: f64 = 60.0 / 3.6;

/// Least distance behind the one ahead; `None` above 60 km/h.
#[must_use]
pub fn following_m(ego_mps: f64, heavy: bool) -> Option<f64> {
    let kmh = ego_mps * 3.6;
    // Rounding of the unit is no excess.
    if kmh > TIME_GAPS[6].0 + 1e-9 {
        return None;
    }
    let gap = |row: (f64, f64, f64)| if heavy { row.2 } else { row.1 };
    let i = TIME_GAPS.partition_point(|row| row.0 < kmh).min(6);
    let (b, a) = (TIME_GAPS[i], TIME_GAPS[i.saturating_sub(1)]);
    let part = if b.0 > a.0 { (kmh - a.0) / (b.0 - a.0) } else { 0.0 };
    let gap_s = gap(a) + (gap(b) - gap(a)) * part;
    Some((ego_mps * gap_s).max(LEAST_M))
}

/// Least time to collision that one who cuts in must leave for the car behind to be able to avoid him by braking
/// (5.2.5.2): closing speed ÷ (2 × braking) + delay.
#[must_use]
pub fn cut_in_ttc_s(closing_mps: f64, brake_mps2: f64, delay_s: f64) -> f64 {
    closing_mps.max(0.0) / (2.0 * brake_mps2) + delay_s
}

/// What the fuzzy model assumes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fuzzy {
    /// Reaction time, s.
    pub reaction_s: f64,
    /// Comfortable braking, m/s².
    pub comfort_mps2: f64,
    /// Greatest braking of the ego, m/s².
    pub brake_max_mps2: f64,
    /// Greatest braking of the one ahead, m/s².
    pub other_max_mps2: f64,
    /// Distance kept at standstill, m.
    pub margin_m: f64,
}

impl Default for Fuzzy {
    fn default() -> Self {
        Self { reaction_s: 0.75, comfort_mps2: 4.0, brake_max_mps2: 6.0, other_max_mps2: 7.0, margin_m: 2.0 }
    }
}

/// From 1 at `unsafe_m` or nearer to 0 at `safe_m` or farther.
fn between(dist_m: f64, unsafe_m: f64, safe_m: f64) -> f64 {
    if dist_m < unsafe_m {
        1.0
    } else if dist_m >= safe_m {
        0.0
    } else {
        (dist_m - safe_m) / (unsafe_m - safe_m)
    }
}

/// Proactive fuzzy safety: 0 if the gap lets the ego brake comfortably behind one who brakes as hard as he can, 1 if
/// even its hardest braking would not do.
#[must_use]
pub fn pfs(gap_m: f64, ego_mps: f64, lead_mps: f64, f: &Fuzzy) -> f64 {
    let reach = |brake: f64| {
        ego_mps * f.reaction_s + ego_mps * ego_mps / (2.0 * brake)
            - lead_mps * lead_mps / (2.0 * f.other_max_mps2)
    };
    between(gap_m - f.margin_m, reach(f.brake_max_mps2), reach(f.comfort_mps2) + f.margin_m)
}

/// Critical fuzzy safety: the same for one ahead who keeps his speed, from the ego's present acceleration.
#[must_use]
pub fn cfs(gap_m: f64, ego_mps: f64, lead_mps: f64, ego_accel_mps2: f64, f: &Fuzzy) -> f64 {
    let (u, v) = (ego_mps, lead_mps);
    let accel = ego_accel_mps2.max(-f.comfort_mps2);
    let next = u + accel * f.reaction_s;
    if next <= v {
        // Slower than the one ahead before the reaction is over: the gap closes by (u − v)² ÷ |2a′| at most.
        let closes = if u > v && accel < 0.0 { (u - v) * (u - v) / (2.0 * accel).abs() } else { 0.0 };
        return between(gap_m, closes, closes);
    }
    let new = ((u + next) / 2.0 - v) * f.reaction_s;
    let reach = |brake: f64| new + (next - v) * (next - v) / (2.0 * brake);
    between(gap_m, reach(f.brake_max_mps2), reach(f.comfort_mps2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_regulation() {
        let cars =
            [(7.2, 2.0), (10.0, 3.1), (20.0, 6.7), (30.0, 10.8), (40.0, 15.6), (50.0, 20.8), (60.0, 26.7)];
        let heavy =
            [(7.2, 2.4), (10.0, 3.9), (20.0, 8.9), (30.0, 15.0), (40.0, 22.2), (50.0, 30.6), (60.0, 40.0)];
        for (rows, is_heavy) in [(cars, false), (heavy, true)] {
            for (kmh, metres) in rows {
                let d = following_m(kmh / 3.6, is_heavy).unwrap();
                assert!((d - metres).abs() < 0.06, "{kmh} km/h, heavy {is_heavy}: {d}, table {metres}");
            }
        }
        assert_eq!(following_m(0.5, false), Some(2.0));
        assert_eq!(following_m(17.0, false), None);
        let half = following_m(25.0 / 3.6, false).unwrap();
        assert!((half - 1.25 * 25.0 / 3.6).abs() < 1e-12, "linear between the rows");
    }

    #[test]
    fn a_cut_in_at_20_mps_must_leave_two_seconds() {
        assert!((cut_in_ttc_s(20.0, 6.0, 0.35) - (20.0 / 12.0 + 0.35)).abs() < 1e-12);
        assert_eq!(cut_in_ttc_s(-5.0, 6.0, 0.35), 0.35);
    }

    #[test]
    fn pfs_goes_from_one_to_zero_between_its_two_distances() {
        let f = Fuzzy::default();
        let (u, v) = (20.0, 10.0);
        let bad = u * 0.75 + u * u / 12.0 - v * v / 14.0;
        let good = u * 0.75 + u * u / 8.0 - v * v / 14.0 + 2.0;
        assert_eq!(pfs(bad + 2.0 - 0.01, u, v, &f), 1.0);
        assert_eq!(pfs(good + 2.0 + 0.01, u, v, &f), 0.0);
        assert!((pfs(0.5 * (bad + good) + 2.0, u, v, &f) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn cfs_looks_at_one_who_keeps_his_speed() {
        let f = Fuzzy::default();
        // 10 m/s faster, steady: 7.5 m while reacting, then 100/12 or 100/8.
        assert_eq!(cfs(7.5 + 100.0 / 12.0 - 0.01, 20.0, 10.0, 0.0, &f), 1.0);
        assert_eq!(cfs(7.5 + 100.0 / 8.0, 20.0, 10.0, 0.0, &f), 0.0);
        assert!((cfs(7.5 + 50.0 / 12.0 + 50.0 / 8.0, 20.0, 10.0, 0.0, &f) - 0.5).abs() < 1e-12);
        // Already braking: slower than the one ahead within the reaction time.
        assert_eq!(cfs(0.6, 12.0, 10.0, -4.0, &f), 0.0, "2² / 8 = 0.5 m is enough");
        assert_eq!(cfs(0.4, 12.0, 10.0, -4.0, &f), 1.0);
        assert_eq!(cfs(0.1, 10.0, 12.0, 0.0, &f), 0.0, "falling back");
    }
}
