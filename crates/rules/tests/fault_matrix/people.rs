//! Cases of the rules on people, school zones and emergency vehicles.

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    vec![]
}
