//! Cases of the rules on junctions and right of way.

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    vec![]
}
