//! Builders of small drives for the tests: motions, actors, series, random drives.
//!
//! The same calls give the same drive, bit for bit.
//!
//! ```
//! use lukao_model::{Channel, code::SignalState};
//! use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
//!
//! // A car brakes to a stop behind a standing one; the light turns red at 3 s.
//! let drive = DriveBuilder::new("braking")
//!     .span_s(0.0, 8.0)
//!     .ego(ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(2.0).brake(2.5, 0.0)).dynamics())
//!     .actor(ActorBuilder::car("parked").motion(Motion::at(60.0, 0.0, 0.0)))
//!     .signal("s1", &[(0.0, Some(SignalState::Green)), (3.0, Some(SignalState::Red))])
//!     .build();
//!
//! let ego = &drive.runs()[0];
//! assert_eq!(drive.pose_at(ego, 8_000_000_000).unwrap().x_m, 40.0); // 20 m + 10²/(2·2.5) m
//! assert_eq!(ego.channels.real(Channel::Speed).unwrap().get(0), Some(10.0));
//! ```

mod actor;
mod drive;
mod motion;
mod random;

pub use actor::ActorBuilder;
pub use drive::{DriveBuilder, times};
pub use motion::{Motion, State};
pub use random::{Rng, random_drive};
