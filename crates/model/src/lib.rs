//! The words of the domain: time, frames, drives with validity, outcomes and findings. No I/O.
//!
//! ```
//! use lukao_model::time::{Interval, Intervals, S};
//! let red = Intervals::from_iter([Interval::new(2 * S, 9 * S)]);
//! let known = Intervals::from_iter([Interval::new(0, 5 * S)]);
//! assert_eq!(red.minus(&known).total_ns(), 4 * S);
//! ```

pub mod channel;
pub mod code;
pub mod column;
pub mod drive;
pub mod error;
pub mod frame;
pub mod math;
pub mod outcome;
pub mod stream;
pub mod time;
pub mod values;
pub mod vehicle;

pub use channel::{Channel, Origin};
pub use column::{Column, TextColumn};
pub use drive::{ActorIx, Clock, ClockIx, Drive, Header, Run, Series, Subject};
pub use error::{Error, Position};
pub use frame::Frame;
pub use outcome::{Finding, Missing, Outcome, RuleResult};
pub use time::{Interval, Intervals};
