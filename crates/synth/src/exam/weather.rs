//! Items of weather, darkness and tunnels, and of messages.

use lukao_model::code::{HmiAlert, Indicator};
use lukao_model::values::Accuracy;
use lukao_model::{Channel, Error, Origin};
use lukao_track::StructureKind;

use super::Ask;
use super::areas::Fault;
use super::ridden::Ridden;
use super::ride::{HALF_M, Ride};
use crate::plan::Plan;

pub(crate) const LAMPS_OFF_IN_TUNNEL: Fault =
    Fault::new("lamps-off", "headlamps-off-in-tunnel", "leaves the headlamps off");
pub(crate) const LAMPS_OFF_IN_FOG: Fault = Fault::new("lamps-off", "fog-lamps-off", "leaves all lamps off");
pub(crate) const LAMPS_OFF_AT_NIGHT: Fault =
    Fault::new("lamps-off", "headlamps-off-at-night", "leaves the headlamps off");
pub(crate) const NOT_SLOWED: Fault =
    Fault::new("not-slowed", "not-slowed", "is 1 km/h too fast at the entry");
pub(crate) const CHANGES_LANE: Fault =
    Fault::new("changes-lane", "manoeuvre-missing", "changes lanes in the tunnel")
        .of("no-lane-change")
        .side(&["solid-line-crossed"]);
pub(crate) const DRY: Fault =
    Fault::new("dry", "out-of-conditions", "the rain stops to 0.3 mm/h").of("rain-on");
pub(crate) const HAZARD_OFF: Fault =
    Fault::new("hazard-off", "hazard-lights-missing", "leaves the hazard lights off");
pub(crate) const HAZARD_ON: Fault =
    Fault::new("hazard-on", "lamp-off-in-station", "switches the hazard lights on in rain")
        .of("hazard-lights");
pub(crate) const NOT_HEEDED: Fault = Fault::new("not-heeded", "v2x-not-heeded", "slows to 31 km/h only");
pub(crate) const NO_LAMPS_IN_RAIN: Fault =
    Fault::new("lamps-off", "headlamps-off-in-fog", "leaves the lamps off where one sees 150 m in the rain");
pub(crate) const HAZARD_OFF_IN_RAIN: Fault = Fault::new(
    "hazard-off",
    "lamp-off-in-station",
    "leaves the hazard lights off in rain, where they are wanted",
)
.of("hazard-lights")
.under(&[("hazard-lights-in-rain", "wanted")]);
pub(crate) const HELD_UP: Fault =
    Fault::new("held-up", "emergency-vehicle-held-up", "has an ambulance behind it for 10.6 s");
pub(crate) const HARSH: Fault =
    Fault::new("harsh", "harsh-braking", "brakes at 3.3 m/s² on the slippery road");

/// Drives from gate to gate no faster than this, slow from a few metres before the entry on; or a little faster than allowed.
fn slowly(ask: &Ask<'_>, ride: &Ride, mps: f64, most_kmh: f64) -> Result<Ridden, Error> {
    let mps = if ask.is("not-slowed") { (most_kmh + 1.0) / 3.6 } else { mps };
    let mut pace = ride.pace().slow(ride.entry_m - HALF_M - 6.0, ride.exit_m + HALF_M, mps);
    if ask.is("harsh") {
        let middle = f64::midpoint(ride.entry_m, ride.exit_m);
        pace = pace.slow_by(middle, middle + 12.0, 2.0, 3.3);
    }
    if ask.is("swerves") { super::lanes::swerves(ride, &pace) } else { ride.drive(&pace) }
}

/// When the front passes the entry and the rear the exit.
fn span(ride: &Ride, ridden: &Ridden) -> (f64, f64) {
    (ridden.time(ride.entry_m - HALF_M), ridden.time(ride.exit_m + HALF_M))
}

fn lamps(ask: &Ask<'_>, ridden: &mut Ridden, channels: &[Channel]) {
    if !ask.is("lamps-off") {
        for channel in channels {
            ridden.tell.always(*channel);
        }
    }
}

fn done(ask: &Ask<'_>, ride: Ride, ridden: Ridden) -> Plan {
    let (a, b) = span(&ride, &ridden);
    let at_entry = ridden.speed.state(a).1;
    let ridden = match ask.fault {
        Some("lamps-off" | "hazard-off" | "hazard-on") => ridden.happens(a, b),
        Some("not-slowed") => ridden.faulty(3.6 * at_entry, a, a),
        // The weather is known no better than it is measured.
        Some("dry") => ridden.faulty(0.3, a, b),
        Some("not-heeded") => ridden.faulty(31.0, a, b),
        Some("harsh") => ridden.faulty(3.3, a, b),
        _ => ridden,
    };
    ride.plan(ridden, ask.fault)
}

/// From where to where the way runs in a tunnel.
pub(crate) fn tunnel_on(ride: &Ride) -> Result<(f64, f64), Error> {
    let inside = |s: f64| {
        let spot = ride.way.spot(s);
        let lane = ride.track.lane(spot.lane);
        ride.track.structure_at(lane.road, lane.road_s_at(spot.station_m), StructureKind::Tunnel).is_some()
    };
    let n = ride.way.length_m() as usize;
    let along: Vec<f64> = (0..n).map(|k| k as f64).filter(|s| inside(*s)).collect();
    match (along.first(), along.last()) {
        (Some(from), Some(to)) => Ok((*from, *to)),
        _ => Err(Error::new(ride.track.name(), format!("a tunnel at station {}", ride.station.id), "none")),
    }
}

pub(crate) fn tunnel(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let (from, to) = tunnel_on(&ride)?;
    let mut ridden = if ask.is("changes-lane") {
        let (path, left) = ride.beside(&[(from + 30.0, ride.way.length_m())], 50.0)?;
        let pace = ride.pace().slow(ride.entry_m - HALF_M - 6.0, ride.exit_m + HALF_M, 10.0);
        let mut ridden = ride.drive_on(path, &pace)?;
        let (a, b) = (ridden.time(from + 30.0), ridden.time(from + 80.0));
        let side = if left { Indicator::Left } else { Indicator::Right };
        ridden.tell.indicate(side, a - 4.0, b);
        ridden.happens(a, b)
    } else {
        slowly(ask, &ride, 10.0, 40.0)?
    };
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp]);
    let (a, b) = (ridden.time(from - HALF_M), ridden.time(to + HALF_M));
    ridden.tell.around(Channel::Illuminance, &[(0.0, 20_000.0), (a, 60.0), (b, 20_000.0)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn rain(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(ask, &ride, 8.0, 40.0)?;
    let (a, b) = span(&ride, &ridden);
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp, Channel::Wipers]);
    let wanted = ask.read("hazard-lights-in-rain", "wanted");
    if ask.is("hazard-on") || wanted && !ask.is("hazard-off") {
        ridden.tell.indicate(Indicator::Hazard, a - 0.3, b + 0.3);
    }
    // It rains a little farther than from gate to gate.
    ridden.tell.around(
        Channel::Rain,
        &[(0.0, 0.0), (a - 0.4, if ask.is("dry") { 0.3 } else { 12.0 }), (b + 0.4, 0.0)],
    );
    ridden.tell.around(Channel::Friction, &[(0.0, 0.8), (a - 0.4, 0.55), (b + 0.4, 0.8)]);
    ridden.tell.around(
        Channel::Visibility,
        &[(0.0, 2000.0), (a - 0.4, if ask.is("lamps-off") { 150.0 } else { 600.0 }), (b + 0.4, 2000.0)],
    );
    Ok(done(ask, ride, ridden))
}

pub(crate) fn fog(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(ask, &ride, 6.5, 30.0)?;
    let (a, b) = span(&ride, &ridden);
    lamps(
        ask,
        &mut ridden,
        &[Channel::LowBeam, Channel::PositionLamp, Channel::FrontFogLamp, Channel::RearFogLamp],
    );
    if !ask.is("hazard-off") {
        ridden.tell.indicate(Indicator::Hazard, a - 0.3, b + 0.3);
    }
    ridden.tell.around(Channel::Visibility, &[(0.0, 2000.0), (a, 120.0), (b, 2000.0)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn slippery(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(ask, &ride, 6.0, 30.0)?;
    let (a, b) = span(&ride, &ridden);
    ridden.tell.around(Channel::Friction, &[(0.0, 0.8), (a, 0.3), (b, 0.8)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn night(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let pace = if ask.is("swerves") { ride.pace().slow(ride.entry_m, ride.exit_m, 8.0) } else { ride.pace() };
    let mut ridden =
        if ask.is("swerves") { super::lanes::swerves(&ride, &pace)? } else { ride.drive(&pace)? };
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp]);
    ridden.tell.around(Channel::Illuminance, &[(0.0, 0.5)]);
    if ask.is("held-up") {
        const BEHIND_S: f64 = 10.6;
        let (a, b) = span(&ride, &ridden);
        let from = f64::midpoint(a, b) - 0.5 * BEHIND_S;
        // As fast as the ego and 15 m behind it; the lamps are on for that long.
        let ambulance =
            ride.car("ambulance", -2.0 * HALF_M - 15.0, 0.0, ridden.speed.clone()).log(move |b| {
                let on = move |t: f64| u8::from((from - 1e-6..=from + BEHIND_S + 1e-6).contains(&t));
                b.code(Channel::EmergencyLamp, move |t, _| Some(on(t))).channel_quality(
                    Channel::EmergencyLamp,
                    Accuracy::Constant(0.0),
                    Origin::Target,
                )
            });
        ridden = ridden.actor(ambulance).about(BEHIND_S, 0.06, from, from + BEHIND_S);
    }
    Ok(done(ask, ride, ridden))
}

/// A message asks for 30 km/h: it slows, and drives on so.
pub(crate) fn networked(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let slow = if ask.is("not-heeded") { 31.0 / 3.6 } else { 7.8 };
    let from = ride.entry_m + 55.0;
    let mut ridden = ride.drive(&ride.pace().slow(from, ride.exit_m + HALF_M, slow))?;
    // 7 s before it drives as slowly as it shall, or as soon as it is in.
    let t = (ridden.time(from) - 7.0).max(ridden.time(ride.entry_m) + 0.2);
    ridden.tell.text(Channel::V2x, t, "speed advice 30 km/h");
    ridden.alert(HmiAlert::Information, t + 0.3, t + 4.0);
    Ok(done(ask, ride, ridden))
}
