//! Whether a motion is one that a vehicle can make.

use lukao_model::{Error, math};

use crate::body::Body;

/// Step of the check, s.
const STEP_S: f64 = 0.01;

/// Bounds of what a vehicle can do.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bounds {
    /// Greatest acceleration or deceleration along the body, m/s².
    pub accel_mps2: f64,
    /// Greatest acceleration across the path, m/s².
    pub lateral_mps2: f64,
    /// Greatest change of the acceleration along the body, m/s³.
    pub jerk_mps3: f64,
    /// Greatest angle of the steered wheels, rad.
    pub wheel_rad: f64,
    /// Greatest rate of it while moving, rad/s.
    pub wheel_radps: f64,
}

impl Default for Bounds {
    /// A car on a dry road.
    fn default() -> Self {
        Self { accel_mps2: 9.0, lateral_mps2: 8.0, jerk_mps3: 60.0, wheel_rad: 0.7, wheel_radps: 1.0 }
    }
}

impl Bounds {
    /// Checks a body with axles from 0 s to `to_s`.
    ///
    /// # Errors
    /// The first moment at which it does what no vehicle could.
    pub fn check(&self, body: &Body, to_s: f64) -> Result<(), Error> {
        let Some(wheelbase_m) = body.wheelbase_m else { return Ok(()) };
        let wheel = |curvature: f64| math::atan(wheelbase_m * curvature);
        let steps = (to_s / STEP_S).ceil() as usize;
        let mut before = body.state(0.0);
        for k in 0..=steps {
            let t_s = k as f64 * STEP_S;
            let s = body.state(t_s);
            let values = [
                ("acceleration", s.accel_lon_mps2, self.accel_mps2, "m/s²"),
                (
                    "lateral acceleration",
                    s.speed_mps * s.speed_mps * s.curvature_per_m,
                    self.lateral_mps2,
                    "m/s²",
                ),
                ("jerk", (s.accel_lon_mps2 - before.accel_lon_mps2) / STEP_S, self.jerk_mps3, "m/s³"),
                ("wheel angle", wheel(s.curvature_per_m), self.wheel_rad, "rad"),
                (
                    "rate of the wheel angle",
                    // At a standstill the wheels may be turned as long as it takes.
                    if s.speed_mps * before.speed_mps > 0.0 {
                        (wheel(s.curvature_per_m) - wheel(before.curvature_per_m)) / STEP_S
                    } else {
                        0.0
                    },
                    self.wheel_radps,
                    "rad/s",
                ),
            ];
            for (what, value, most, unit) in values {
                if value.abs() > most * (1.0 + 1e-6) {
                    return Err(Error::new(
                        format!("plan of {}", body.id),
                        format!("{what} of at most {most} {unit}"),
                        format!("{value:.3} {unit} at {t_s:.2} s"),
                    ));
                }
            }
            before = s;
        }
        Ok(())
    }
}
