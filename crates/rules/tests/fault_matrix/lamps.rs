//! Cases of the rules on lamps.

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    vec![]
}
