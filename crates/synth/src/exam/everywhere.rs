//! Faults that every item can have: who drives, and what the log is worth.

use lukao_model::Channel;
use lukao_model::code::{DrivingMode, FixQuality};

use super::areas::Fault;
use super::tell::Tell;

pub(crate) const FAULTS: &[Fault] = &[
    Fault { id: "by-hand", rule: "manual-driving", what: "a human drives all the time", side: &[] },
    Fault {
        id: "taken-over-at-last",
        rule: "manual-driving",
        what: "a human takes over in the last second",
        side: &["disengagement"],
    },
    Fault {
        id: "touched",
        rule: "input-in-attempt",
        what: "a hand on the wheel in the last second",
        side: &["manual-input"],
    },
    Fault {
        id: "nudged",
        rule: "input-in-attempt",
        what: "a remote command helps along",
        side: &["manual-input"],
    },
    Fault {
        id: "fix-lost",
        rule: "position-fix-lost",
        what: "the position falls back to float for 2 s",
        side: &[],
    },
];

/// Faults of who drives, which items about intervention do not have.
pub(crate) fn of_hands(id: &str) -> bool {
    id != "fix-lost"
}

/// Puts one of them into a log, given the times of the attempt. Says when it takes place and how long it lasts.
pub(crate) fn put(tell: &mut Tell, fault: &str, begin_s: f64, end_s: f64) -> Option<(f64, f64)> {
    let last = (end_s - 1.0).max(begin_s);
    let middle = f64::midpoint(begin_s, end_s);
    let when = match fault {
        "by-hand" => {
            tell.mode(0.0, DrivingMode::Manual);
            (begin_s, end_s)
        }
        "taken-over-at-last" => {
            tell.mode(last, DrivingMode::Manual);
            (last, end_s)
        }
        "touched" => {
            tell.on(Channel::DriverOverride, last, last + 0.4);
            (last, last + 0.4)
        }
        "nudged" => {
            tell.on(Channel::RemoteCommand, middle, middle + 0.4);
            (middle, middle + 0.4)
        }
        "fix-lost" => {
            tell.code(Channel::FixQuality, middle, FixQuality::RtkFloat.code());
            tell.code(Channel::FixQuality, middle + 2.0, FixQuality::RtkFixed.code());
            (middle, middle + 2.0)
        }
        _ => return None,
    };
    Some(when)
}
