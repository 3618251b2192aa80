//! What a caller may choose, and what he tells about the inputs.

use std::ops::ControlFlow;
use std::sync::Arc;

use lukao_model::time::{Interval, S};

use crate::attempts::Attempts;
use crate::verdict::SourceFile;

/// Length of a block if the caller does not choose, ns.
pub const DEFAULT_BLOCK_NS: i64 = 120 * S;

/// How to grade. Make one with `Options::default()` and set what should differ.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Refuse to decide on demands whose basis is `profile`.
    pub strict: bool,
    /// Level applied for, if the exam has levels.
    pub level: Option<String>,
    /// Where and when items were tried, for an exam whose items are driven at stations: see [`attempts`](crate::attempts). Without
    /// it [`grade`](crate::grade) looks for them itself, and a [`Grader`](crate::Grader) takes such items as not tried.
    pub attempts: Option<Attempts>,
    /// Length of a block, ns, at least 1 s. Changes memory and speed, never the verdict.
    pub block_ns: i64,
    /// What the inputs are called and their hashes, for the verdict.
    pub inputs: Inputs,
    /// Called after each block; breaking off ends the grading with an error.
    pub watch: Option<Watch>,
}

/// A callback that sees the progress and may break off.
pub type Watch = Arc<dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync>;

/// How far the grading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Time of the drive graded up to now, ns on its time base.
    pub done_to_ns: i64,
    /// First and last time of the drive, if the log says in advance.
    pub span: Option<Interval>,
}

/// What the inputs are called and their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inputs {
    /// The log's files. If empty, the drive's own name stands in the verdict, without a hash.
    pub logs: Vec<SourceFile>,
    /// The track's files.
    pub track: Vec<SourceFile>,
    /// How the track was moved into the drive's frame, in words.
    pub alignment: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            level: None,
            attempts: None,
            block_ns: DEFAULT_BLOCK_NS,
            inputs: Inputs::default(),
            watch: None,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("strict", &self.strict)
            .field("level", &self.level)
            .field("attempts", &self.attempts)
            .field("block_ns", &self.block_ns)
            .field("inputs", &self.inputs)
            .field("watch", &self.watch.is_some())
            .finish()
    }
}
