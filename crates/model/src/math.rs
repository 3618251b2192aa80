//! Transcendental functions that give the same bits on every platform, and angle arithmetic.
//!
//! The standard library calls the platform's own `sin`; two machines may differ in the last bit, and a
//! verdict must not. Everything here goes through the `libm` crate. `f64::sqrt` is exact by IEEE 754 and
//! may be called directly.

use std::f64::consts::{PI, TAU};

/// Sine of an angle in radians.
#[must_use]
#[inline]
pub fn sin(rad: f64) -> f64 {
    libm::sin(rad)
}

/// Cosine of an angle in radians.
#[must_use]
#[inline]
pub fn cos(rad: f64) -> f64 {
    libm::cos(rad)
}

/// Sine and cosine of an angle in radians.
#[must_use]
#[inline]
pub fn sin_cos(rad: f64) -> (f64, f64) {
    libm::sincos(rad)
}

/// Tangent of an angle in radians.
#[must_use]
pub fn tan(rad: f64) -> f64 {
    libm::tan(rad)
}

/// Arc sine, in radians.
#[must_use]
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Arc cosine, in radians.
#[must_use]
pub fn acos(x: f64) -> f64 {
    libm::acos(x)
}

/// Arc tangent, in radians.
#[must_use]
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Angle of the vector (x, y) from +x, counter-clockwise, in (-π, π].
#[must_use]
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Length of the vector (x, y). Plain square root: positions are far from the range where it overflows.
#[must_use]
#[inline]
pub fn hypot(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// e to the power of `x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `x` to the power of `y`.
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The same angle in (-π, π]. A non-finite angle gives NaN.
///
/// ```
/// use std::f64::consts::PI;
/// assert!((lukao_model::math::wrap_angle(3.0 * PI + 0.5) - (0.5 - PI)).abs() < 1e-12);
/// ```
#[must_use]
#[inline]
pub fn wrap_angle(rad: f64) -> f64 {
    if rad > -PI && rad <= PI {
        return rad;
    }
    let turns = (rad / TAU).round();
    let wrapped = rad - turns * TAU;
    if wrapped <= -PI {
        wrapped + TAU
    } else if wrapped > PI {
        wrapped - TAU
    } else {
        wrapped
    }
}

/// The signed short way from angle `from` to angle `to`, in (-π, π].
#[must_use]
#[inline]
pub fn angle_between(from: f64, to: f64) -> f64 {
    wrap_angle(to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_the_direction_and_the_half_open_range() {
        for k in -40..=40 {
            let a = f64::from(k) * 0.37;
            let w = wrap_angle(a);
            assert!(w > -PI && w <= PI, "{a} -> {w}");
            assert!((sin(a) - sin(w)).abs() < 1e-12 && (cos(a) - cos(w)).abs() < 1e-12);
        }
        assert!(wrap_angle(f64::NAN).is_nan());
        assert_eq!(wrap_angle(-PI), PI);
    }

    #[test]
    fn the_short_way_crosses_the_cut() {
        assert!((angle_between(3.1, -3.1) - (TAU - 6.2)).abs() < 1e-12);
    }
}
