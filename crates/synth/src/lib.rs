//! Deterministic test drives from plans: a map, how each body moves, what else the log says.
//!
//! A plan knows the truth of its drive before anybody grades it, and it is driven as a car can be driven: the rear
//! axle follows the path, and [`Plan::make`] refuses what no vehicle could do. Nothing here knows a rule or a
//! measure.
//!
//! ```
//! use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
//!
//! let map = xodr::Map::new().road(xodr::Road::two_way("1", 300.0).limit_kmh(50.0));
//! let path = Path::from(10.0, -1.75, 0.0).straight(100.0).shift(1.0, 40.0).straight(100.0);
//! let speed = Speed::of(10.0).hold_s(3.0).to(6.0, 2.0).stop_at_m(180.0, 2.5);
//! let ego = Body::car("ego").course(Course::new(path, speed));
//! let made = Plan::new("swerve", 30.0, ego).on(map.track()?).make()?;
//! let run = &made.drive.runs()[0];
//! let last = run.pose(run.len() - 1);
//! assert!((last.x_m - 190.0).abs() < 0.1 && (last.y_m + 0.75).abs() < 1e-6);
//! # Ok::<(), lukao_model::Error>(())
//! ```

mod body;
mod course;
pub mod exam;
mod noise;
mod path;
mod plan;
mod sound;
mod speed;
mod truth;
pub mod xodr;

pub use body::Body;
pub use course::Course;
pub use noise::noisy;
pub use path::{Path, Point};
pub use plan::{Made, Plan};
pub use sound::Bounds;
pub use speed::Speed;
pub use truth::{Side, Truth};

/// The parameter between `lo` and `hi` at which a rising or falling function of the plan has the wanted value, by
/// halving; an end if the value lies outside.
#[must_use]
pub fn solve(wanted: f64, lo: f64, hi: f64, f: impl Fn(f64) -> f64) -> f64 {
    let rising = f(hi) > f(lo);
    let (mut lo, mut hi) = (lo, hi);
    for _ in 0..60 {
        let mid = 0.5 * (lo + hi);
        if (f(mid) < wanted) == rising { lo = mid } else { hi = mid }
    }
    0.5 * (lo + hi)
}
