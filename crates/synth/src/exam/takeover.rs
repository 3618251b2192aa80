//! Items of emergencies and of the driver's intervention.

use lukao_model::code::{DrivingMode, HmiAlert, Indicator, override_reason};
use lukao_model::{Channel, Error};

use super::Ask;
use super::areas::Fault;
use super::ridden::seen_s;
use super::ride::{HALF_M, Ride};
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const NOT_ALERTED: Fault =
    Fault::new("not-alerted", "fault-not-alerted", "tells of its fault after 4.5 s");
pub(crate) const TAKEN_LATE: Fault =
    Fault::new("taken-late", "late-takeover", "is taken over 10.6 s after it asked");
pub(crate) const HARD_STOP: Fault =
    Fault::new("hard-stop", "minimal-risk-deceleration", "stops itself at 4.3 m/s²");
pub(crate) const HAZARD_LATE: Fault = Fault::new(
    "hazard-late",
    "minimal-risk-without-hazard-lights",
    "switches the hazard lights on after 1.3 s",
);
pub(crate) const TOO_SHORT: Fault =
    Fault::new("too-short", "fails-after-intervention", "can be driven by hand for 58 s only");
pub(crate) const ON_CROSSING: Fault =
    Fault::new("on-crossing", "stops-in-danger", "stops itself on a crossing");
pub(crate) const TOO_LONG: Fault =
    Fault::new("too-long", "fails-after-intervention", "is handed back after 62 s")
        .under(&[("manual-operation", "at-most-60-s")]);
pub(crate) const SLOW_TO_BRAKE: Fault =
    Fault::new("slow-to-brake", "slow-emergency-stop", "brakes 2.2 s after taking over")
        .under(&[("emergency-stop", "takeover-to-braking")]);
pub(crate) const SLOW_FROM_COMMAND: Fault = Fault::new(
    "slow-from-command",
    "slow-emergency-stop",
    "stands 1.5 s after taking over and 2.1 s after the command",
)
.under(&[("emergency-stop", "command-to-standstill")]);
pub(crate) const SLOW_STOP: Fault =
    Fault::new("slow-stop", "slow-emergency-stop", "stands 2.1 s after taking over");

/// How long the log goes on after a stop that ends a drive, s.
const AFTER_S: f64 = 4.0;

/// The automation has a fault: it tells, switches the hazard lights on and stops by itself.
pub(crate) fn handling(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let pace = ride.pace();
    if ask.is("taken-late") {
        // Slow enough that the way lasts.
        let mut ridden = ride.drive(&pace.slow(0.0, ride.way.length_m(), 8.0))?;
        let fault_s = ridden.time(ride.entry_m) + 3.0;
        let taken = fault_s + 0.3 + 10.6;
        ridden.tell.text(Channel::Fault, fault_s, "perception: no data");
        ridden.tell.mode(fault_s + 0.3, DrivingMode::TakeoverRequest).mode(taken, DrivingMode::Manual);
        ridden.alert(HmiAlert::TakeoverRequest, fault_s + 0.3, taken);
        return Ok(ride.plan(ridden.faulty(10.6, fault_s + 0.3, taken), ask.fault));
    }
    let decel = if ask.is("hard-stop") { 4.3 } else { 2.2 };
    let mut at = ride.entry_m + 0.35 * (ride.exit_m - ride.entry_m);
    if ask.is("on-crossing") {
        // So that it stands with its middle on the first one.
        let crossing = ride.crossings().iter().find(|c| c.0 > at).copied().ok_or_else(|| {
            Error::new(
                ride.track.name(),
                format!("a crossing between the gates of station {}", ride.station.id),
                "none",
            )
        })?;
        let stops = |at: f64| {
            let speed = pace.speed(at).map(|s| s.hold_s(1.0).to_with(0.0, decel, 6.0));
            speed.map_or(at, |s| s.distance_m(s.end_s()))
        };
        at = crate::solve(f64::midpoint(crossing.0, crossing.1), at, crossing.0, stops);
    }
    let fault_s = pace.speed(ride.way.length_m() - 5.0)?.time_at_m(at);
    let cruise = pace.speed(at)?;
    let speed = cruise.hold_s(1.0).to_with(0.0, decel, 6.0);
    let stands = speed.end_s();
    let mut ridden = ride.with(ride.way.path(|_| 0.0), speed.hold_s(AFTER_S));
    ridden.tell.text(Channel::Fault, fault_s, "perception: no data");
    let told = fault_s + if ask.is("not-alerted") { 4.5 } else { 0.3 };
    let end = ridden.to_s;
    ridden.alert(HmiAlert::TakeoverRequest, told, end);
    ridden.tell.mode(fault_s + 0.5, DrivingMode::MinimalRisk);
    // The manoeuvre begins half a second after the fault.
    let hazard = if ask.is("hazard-late") { 1.8 } else { 0.6 };
    ridden.tell.indicate(Indicator::Hazard, fault_s + hazard, end);
    ridden = match ask.fault {
        Some("not-alerted") => ridden.faulty(4.5, fault_s, told),
        Some("hard-stop") => ridden.faulty(decel, fault_s, stands),
        Some("on-crossing") => ridden.faulty(1.0, stands - 0.5, stands),
        Some("hazard-late") => ridden.faulty(1.3, fault_s, fault_s + hazard),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// The driver takes over, drives by hand for more than a minute, and gives back.
pub(crate) fn operability(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let at_most = ask.read("manual-operation", "at-most-60-s");
    let by_hand_s = match (at_most, ask.fault) {
        (false, Some("too-short")) => 58.0,
        (true, None) => 50.0,
        _ => 62.0,
    };
    let room = ride.exit_m - ride.entry_m;
    let top = (room / (62.0 + 6.0)).min(11.0);
    let ridden = ride.drive(&ride.pace().slow(0.0, ride.way.length_m(), top));
    let mut ridden = ridden?;
    let from = ridden.time(ride.entry_m) + 2.0;
    let to = from + by_hand_s;
    ridden.tell.text(Channel::Command, from - 1.5, "take over");
    ridden.tell.on(Channel::DriverOverride, from - 0.2, from + 0.8);
    ridden.tell.code(Channel::OverrideReason, 0.0, 0);
    ridden.tell.code(Channel::OverrideReason, from - 0.2, override_reason::STEERING);
    ridden.tell.code(Channel::OverrideReason, from + 0.8, 0);
    ridden.tell.mode(from, DrivingMode::Manual).mode(to, DrivingMode::Automated);
    ridden.alert(HmiAlert::Information, from, from + 2.0);
    if ask.is("too-short") || ask.is("too-long") {
        ridden = ridden.faulty(by_hand_s, from, to);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// The driver takes over and stops at once, from no more than 30 km/h.
pub(crate) fn stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let at = f64::midpoint(ride.entry_m, ride.exit_m);
    let v = 7.8;
    let cruise = ride.pace().slow(ride.entry_m - HALF_M, at + 40.0, v).speed(at)?;
    let pressed = cruise.end_s();
    // Seconds from taking over to braking, and from braking to the stand.
    let (reacts, wish) = match ask.fault {
        Some("slow-stop") => (0.0, 2.2),
        Some("slow-to-brake") => (2.2, 1.6),
        _ => (0.0, 1.6),
    };
    // The examiner's word comes before, and a little later still if it is counted from it.
    let told_s = if ask.is("slow-from-command") { 0.6 } else { 0.2 };
    let jerk = 40.0;
    let stopping = |a: f64| {
        let s = Speed::of(v).to_with(0.0, a, jerk);
        s.end_s()
    };
    let decel = crate::solve(wish, 2.5, 8.5, stopping);
    let speed = cruise.hold_s(reacts).to_with(0.0, decel, jerk);
    let stands = speed.end_s();
    let mut ridden = ride.with(ride.way.path(|_| 0.0), speed.hold_s(AFTER_S));
    // As the examiner says it; the switch "command to standstill" counts from here.
    ridden.tell.text(Channel::Command, pressed - told_s, "emergency stop");
    ridden.tell.code(Channel::EmergencyStop, pressed, 1);
    ridden.tell.code(Channel::DriverOverride, pressed, 1);
    ridden.tell.code(Channel::OverrideReason, 0.0, 0);
    ridden.tell.code(Channel::OverrideReason, pressed, override_reason::BRAKE);
    ridden.tell.mode(pressed, DrivingMode::Manual);
    ridden.tell.indicate(Indicator::Hazard, pressed + 0.3, ridden.to_s);
    ridden = match ask.fault {
        Some("slow-stop") => ridden.faulty(stands - seen_s(jerk) - pressed, pressed, stands),
        // Told by the mean of 0.2 s.
        Some("slow-to-brake") => ridden.about(reacts, 0.2, pressed, pressed + reacts),
        Some("slow-from-command") => {
            ridden.faulty(stands - seen_s(jerk) - pressed + told_s, pressed - told_s, stands)
        }
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}
