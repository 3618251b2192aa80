//! Sine and cosine by plain arithmetic: the same bits everywhere, and fast enough for the inner loop.

use std::f64::consts::FRAC_2_PI;

/// Largest angle that is accepted, rad: above it one step of an `f64` is a tenth of a nanoradian and more.
pub(crate) const MAX_YAW_RAD: f64 = 1e6;

// π/2 as a sum: the first part has 33 significant bits, so that its product with a count below 2^20 is exact.
const HALF_PI_HIGH: f64 = f64::from_bits(0x3FF9_21FB_5440_0000);
const HALF_PI_LOW: f64 = 6.077_100_506_506_192e-11;
// Adding and taking away 1.5 · 2^52 rounds to the nearest whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Sine and cosine for |rad| ≤ [`MAX_YAW_RAD`], to about 2·10⁻¹⁶.
#[inline]
pub(crate) fn sin_cos(rad: f64) -> (f64, f64) {
    let shifted = rad * FRAC_2_PI + ROUNDER;
    let quarter = shifted.to_bits();
    let k = shifted - ROUNDER;
    let r = (rad - k * HALF_PI_HIGH) - k * HALF_PI_LOW;
    let x = r * r;
    // Taylor series on ±π/4: the first term left out is below 5·10⁻¹⁷.
    let s = 1.0 / 6_227_020_800.0 - x * (1.0 / 1_307_674_368_000.0);
    let s = -1.0 / 39_916_800.0 + x * s;
    let s = 1.0 / 362_880.0 + x * s;
    let s = -1.0 / 5_040.0 + x * s;
    let s = 1.0 / 120.0 + x * s;
    let s = -1.0 / 6.0 + x * s;
    let s = r + r * x * s;
    let c = -1.0 / 87_178_291_200.0 + x * (1.0 / 20_922_789_888_000.0);
    let c = 1.0 / 479_001_600.0 + x * c;
    let c = -1.0 / 3_628_800.0 + x * c;
    let c = 1.0 / 40_320.0 + x * c;
    let c = -1.0 / 720.0 + x * c;
    let c = 1.0 / 24.0 + x * c;
    let c = 1.0 - 0.5 * x + x * x * c;
    let (s, c) = if quarter & 1 == 0 { (s, c) } else { (c, s) };
    // Other signs in the second half of the circle, and where the cosine is below zero.
    let signed = |v: f64, turned: u64| f64::from_bits(v.to_bits() ^ (turned & 2) << 62);
    (signed(s, quarter), signed(c, quarter.wrapping_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lukao_model::math;

    #[test]
    fn agrees_with_the_library() {
        let mut worst = 0.0f64;
        for k in -200_000..=200_000 {
            let a = f64::from(k) * 0.000_137 + f64::from(k % 7) * 3.0;
            for a in [a, a * 1000.0, f64::from(k) * std::f64::consts::FRAC_PI_4] {
                let ((s, c), (ls, lc)) = (sin_cos(a), math::sin_cos(a));
                worst = worst.max((s - ls).abs()).max((c - lc).abs());
            }
        }
        assert!(worst < 4e-16, "off by {worst}");
    }
}
