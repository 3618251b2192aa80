//! Cases of the rules on driving mode and takeover.

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    vec![]
}
