//! Exit codes. They are a contract; `docs/cli.md` lists them and `tests/cli.rs` holds them.

use lukao::{Overall, Verdict};

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Passed, or the command did what it was asked.
    Passed,
    /// Failed.
    Failed,
    /// Bad usage or input.
    BadInput,
    /// Undetermined, or data was lost.
    Undetermined,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::BadInput => 2,
            Self::Undetermined => 3,
        }
    }

    pub fn of(verdict: &Verdict) -> Self {
        match verdict.outcome {
            Overall::Passed => Self::Passed,
            Overall::Failed => Self::Failed,
            Overall::Undetermined => Self::Undetermined,
        }
    }

    /// Of two, the one that counts: 2 before 1 before 3 before 0.
    pub fn and(self, other: Self) -> Self {
        let weight = |e: Self| match e {
            Self::BadInput => 3,
            Self::Failed => 2,
            Self::Undetermined => 1,
            Self::Passed => 0,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}
