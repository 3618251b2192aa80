//! Faults that every item can have: who drives, and what the log is worth.

use lukao_model::Channel;
use lukao_model::code::{DrivingMode, FixQuality};

use super::areas::{Area, ExamItem, Fault};
use super::tell::Tell;

pub(crate) const FAULTS: &[Fault] = &[
    Fault::new("by-hand", "manual-driving", "a human drives all the time"),
    Fault::new("taken-over-at-last", "manual-driving", "a human takes over in the last second"),
    Fault::new("touched", "input-in-attempt", "a hand on the wheel in the last second"),
    Fault::new("nudged", "input-in-attempt", "a remote command helps along"),
    Fault::new("fix-lost", "position-fix-lost", "the position falls back to float for 2 s"),
    Fault::new("dim", "out-of-conditions", "visibility falls to 470 m for 2 s").of("visibility"),
    Fault::new("dusk", "out-of-conditions", "illuminance falls to 390 lx for 2 s").of("daylight"),
];

/// Whether an item can have it: those about intervention are handed over, and those of weather and darkness need theirs.
pub(crate) fn can_be(fault: &str, item: &ExamItem) -> bool {
    match fault {
        "fix-lost" => true,
        "dim" => !["rain", "fog"].contains(&item.id),
        "dusk" => !["tunnel", "rain", "fog", "night-or-emergency"].contains(&item.id),
        _ => item.area != Area::Emergency,
    }
}

/// Puts one of them into a log, given the times of the attempt. Says how large it is, if that is known, and when it takes place.
pub(crate) fn put(tell: &mut Tell, fault: &str, begin_s: f64, end_s: f64) -> Option<(Option<f64>, f64, f64)> {
    let last = (end_s - 1.0).max(begin_s);
    let middle = f64::midpoint(begin_s, end_s);
    Some(match fault {
        "by-hand" => {
            tell.mode(0.0, DrivingMode::Manual);
            (Some(end_s - begin_s), begin_s, end_s)
        }
        "taken-over-at-last" => {
            tell.mode(last, DrivingMode::Manual);
            (Some(end_s - last), last, end_s)
        }
        "touched" => {
            tell.on(Channel::DriverOverride, last, last + 0.4);
            (Some(0.4), last, last + 0.4)
        }
        "nudged" => {
            tell.on(Channel::RemoteCommand, middle, middle + 0.4);
            (Some(0.4), middle, middle + 0.4)
        }
        "fix-lost" => {
            tell.code(Channel::FixQuality, middle, FixQuality::RtkFloat.code());
            tell.code(Channel::FixQuality, middle + 2.0, FixQuality::RtkFixed.code());
            (Some(2.0), middle, middle + 2.0)
        }
        "dim" => {
            tell.around(Channel::Visibility, &[(0.0, 2000.0), (middle, 470.0), (middle + 2.0, 2000.0)]);
            (Some(470.0), middle, middle + 2.0)
        }
        "dusk" => {
            let day = 20_000.0;
            tell.around(Channel::Illuminance, &[(0.0, day), (middle, 390.0), (middle + 2.0, day)]);
            (Some(390.0), middle, middle + 2.0)
        }
        _ => return None,
    })
}
