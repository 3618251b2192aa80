//! Distances of Responsibility-Sensitive Safety, as functions of speeds and assumptions.
//!
//! **Definition**: the least distance at which the ego can still avoid a collision if for the response time both do the
//! worst that is assumed (speed up, come nearer) and the ego then brakes at least `brake_min`. Metres; speeds in m/s.
//! Source: Shalev-Shwartz, Shammah, Shashua, *On a Formal Model of Safe and Scalable Self-driving Cars* (2017),
//! definitions 1, 2 and 6; default assumptions are the initial values of ad-rss-lib.
//! Their uncertainty follows from the speeds' (see [`Value::of`](crate::Value::of)).

/// What is assumed of the two, longitudinally.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Along {
    /// Response time of the ego, s.
    pub response_s: f64,
    /// Response time of the other (who comes toward the ego), s.
    pub other_response_s: f64,
    /// Greatest acceleration during a response time, m/s².
    pub accel_mps2: f64,
    /// Least braking of one who has to brake, m/s².
    pub brake_min_mps2: f64,
    /// Greatest braking of the one ahead, m/s².
    pub brake_max_mps2: f64,
    /// Least braking of one who is in his own lane while the other comes in it the wrong way, m/s².
    pub brake_correct_mps2: f64,
}

impl Default for Along {
    fn default() -> Self {
        Self {
            response_s: 1.0,
            other_response_s: 2.0,
            accel_mps2: 3.5,
            brake_min_mps2: 4.0,
            brake_max_mps2: 8.0,
            brake_correct_mps2: 3.0,
        }
    }
}

/// What is assumed of two side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Across {
    /// Response time of the ego, s.
    pub response_s: f64,
    /// Response time of the other, s.
    pub other_response_s: f64,
    /// Greatest acceleration sideways during a response time, m/s².
    pub accel_mps2: f64,
    /// Least braking sideways after it, m/s².
    pub brake_mps2: f64,
    /// What is always kept for swaying in the lane, m.
    pub margin_m: f64,
}

impl Default for Across {
    fn default() -> Self {
        Self { response_s: 1.0, other_response_s: 2.0, accel_mps2: 0.2, brake_mps2: 0.8, margin_m: 0.1 }
    }
}

/// Way of one who speeds up during his response time and then brakes to a stop.
fn stopping_m(v: f64, response_s: f64, accel: f64, brake: f64) -> f64 {
    let after = v + response_s * accel;
    0.5 * (v + after) * response_s + after * after / (2.0 * brake)
}

/// Least gap behind one who goes the same way.
#[must_use]
pub fn same_way_m(rear_mps: f64, front_mps: f64, a: &Along) -> f64 {
    let front = front_mps.max(0.0);
    let own = stopping_m(rear_mps.max(0.0), a.response_s, a.accel_mps2, a.brake_min_mps2);
    (own - front * front / (2.0 * a.brake_max_mps2)).max(0.0)
}

/// Least gap to one who comes toward the ego in the ego's own lane; both speeds as sizes.
#[must_use]
pub fn opposite_m(ego_mps: f64, other_mps: f64, a: &Along) -> f64 {
    let own = stopping_m(ego_mps.abs(), a.response_s, a.accel_mps2, a.brake_correct_mps2);
    own + stopping_m(other_mps.abs(), a.other_response_s, a.accel_mps2, a.brake_min_mps2)
}

/// Least gap sideways to one beside; speeds of each *toward* the other, negative away.
#[must_use]
pub fn beside_m(ego_toward_mps: f64, other_toward_mps: f64, a: &Across) -> f64 {
    let one = |v: f64, response_s: f64| {
        let after = v + response_s * a.accel_mps2;
        // One who still goes away after his response needs no room; his braking only brings him nearer again.
        0.5 * (v + after) * response_s + after.abs() * after / (2.0 * a.brake_mps2)
    };
    let both = one(ego_toward_mps, a.response_s) + one(other_toward_mps, a.other_response_s);
    a.margin_m + both.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_way_is_the_closed_form() {
        let a = Along::default();
        // 20 + 1.75 + 23.5²/8 − 10²/16
        assert!((same_way_m(20.0, 10.0, &a) - (21.75 + 23.5 * 23.5 / 8.0 - 6.25)).abs() < 1e-12);
        assert_eq!(same_way_m(5.0, 60.0, &a), 0.0, "one who is much faster is no danger");
        assert_eq!(same_way_m(10.0, -3.0, &a), same_way_m(10.0, 0.0, &a), "backward counts as standing");
    }

    #[test]
    fn opposite_is_the_sum_of_both_ways() {
        let a = Along::default();
        let own = 11.75 + 13.5 * 13.5 / 6.0;
        let other = 0.5 * (10.0 + 17.0) * 2.0 + 17.0 * 17.0 / 8.0;
        assert!((opposite_m(10.0, -10.0, &a) - (own + other)).abs() < 1e-12);
    }

    #[test]
    fn side_by_side_the_least_is_the_margin_and_what_both_may_do() {
        let a = Across::default();
        let at_rest = 0.1 + (0.1 + 0.2 * 0.2 / 1.6) + (0.4 + 0.4 * 0.4 / 1.6);
        assert!((beside_m(0.0, 0.0, &a) - at_rest).abs() < 1e-12);
        assert!(beside_m(0.5, 0.0, &a) > at_rest);
        assert_eq!(beside_m(-3.0, -3.0, &a), a.margin_m, "who goes apart keeps the margin");
    }

    /// The distance is just enough: simulated with the worst that is assumed, the gap closes to 0 and no further.
    #[test]
    fn the_worst_case_ends_just_touching() {
        let a = Along::default();
        for (rear, front) in [(20.0, 15.0), (30.0, 30.0), (8.0, 0.0)] {
            let mut gap = same_way_m(rear, front, &a);
            let (mut vr, mut vf, mut t, dt) = (rear, front, 0.0_f64, 1e-4);
            let mut least = gap;
            while vr > 0.0 {
                let ar = if t < a.response_s { a.accel_mps2 } else { -a.brake_min_mps2 };
                gap += (vf - vr) * dt;
                vr = (vr + ar * dt).max(0.0);
                vf = (vf - a.brake_max_mps2 * dt).max(0.0);
                least = least.min(gap);
                t += dt;
            }
            assert!(least.abs() < 0.02, "{rear} behind {front}: {least}");
        }
    }
}
