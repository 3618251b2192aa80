//! Exam packs, items, deductions, vetoes and the grader.
//!
//! A pack is data: whether, where, how strict, how many points, on whose authority. The grader runs the rules
//! that a pack names over a drive and gives the [`Verdict`].
//!
//! ```
//! let pack = lukao_exam::builtin("general-road").unwrap();
//! let exam = lukao_exam::Exam::parse(pack.name, pack.text).unwrap();
//! assert_eq!(exam.score.pass, 80.0);
//! ```

pub mod attempts;
pub mod coverage;
pub mod grader;
pub mod options;
pub mod pack;
pub mod scope;
pub mod session;
pub mod verdict;

mod builtin;
mod load;
mod score;
mod toml_at;
mod window;

pub use attempts::{Attempts, Judged, Try};
pub use builtin::{BUILTIN, Builtin, builtin};
pub use grader::{Grader, grade, verdict_of};
pub use load::PACK_FORMAT;
pub use options::{DEFAULT_BLOCK_NS, Inputs, Options, Progress, Watch};
pub use pack::{Basis, Exam, Exercise, Item, Judge, Requirement, Source, Title};
pub use score::GradedDrive;
pub use session::Session;
pub use verdict::{ItemStatus, Overall, SCHEMA_VERSION, SourceFile, Verdict};
