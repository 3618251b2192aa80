//! Items of weather, darkness and tunnels, and of messages.

use lukao_model::code::{HmiAlert, Indicator};
use lukao_model::{Channel, Error};
use lukao_track::StructureKind;

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, Ridden, Ride};
use crate::plan::Plan;

pub(crate) const LAMPS_OFF: Fault =
    Fault { id: "lamps-off", rule: "headlamps-off", what: "leaves the headlamps off", side: &[] };

/// Drives from gate to gate no faster than this; slow from a few metres before the entry on.
fn slowly(ride: &Ride, mps: f64) -> Result<Ridden, Error> {
    ride.drive(&ride.pace().slow(ride.entry_m - HALF_M - 6.0, ride.exit_m + HALF_M, mps))
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
    let ridden = if ask.is("lamps-off") { ridden.faulty(b - a, a, b) } else { ridden };
    ride.plan(ridden, ask.fault)
}

pub(crate) fn tunnel(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let inside = |s: f64| {
        let spot = ride.way.spot(s);
        let lane = ride.track.lane(spot.lane);
        ride.track.structure_at(lane.road, lane.road_s_at(spot.station_m), StructureKind::Tunnel).is_some()
    };
    let n = ride.way.length_m() as usize;
    let along: Vec<f64> = (0..n).map(|k| k as f64).filter(|s| inside(*s)).collect();
    let (Some(from), Some(to)) = (along.first(), along.last()) else {
        return Err(Error::new(
            ride.track.name(),
            format!("a tunnel at station {}", ride.station.id),
            "none",
        ));
    };
    let mut ridden = ride.drive(&ride.pace().slow(from - HALF_M - 5.0, to + HALF_M, 10.0))?;
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp]);
    let (a, b) = (ridden.time(from - HALF_M), ridden.time(to + HALF_M));
    ridden.tell.around(Channel::Illuminance, &[(0.0, 20_000.0), (a, 60.0), (b, 20_000.0)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn rain(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(&ride, 8.0)?;
    let (a, b) = span(&ride, &ridden);
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp, Channel::Wipers]);
    ridden.tell.around(Channel::Rain, &[(0.0, 0.0), (a, 12.0), (b, 0.0)]);
    ridden.tell.around(Channel::Friction, &[(0.0, 0.8), (a, 0.55), (b, 0.8)]);
    ridden.tell.around(Channel::Visibility, &[(0.0, 2000.0), (a, 600.0), (b, 2000.0)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn fog(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(&ride, 6.5)?;
    let (a, b) = span(&ride, &ridden);
    lamps(
        ask,
        &mut ridden,
        &[Channel::LowBeam, Channel::PositionLamp, Channel::FrontFogLamp, Channel::RearFogLamp],
    );
    ridden.tell.indicate(Indicator::Hazard, a - 0.2, b + 0.2);
    ridden.tell.around(Channel::Visibility, &[(0.0, 2000.0), (a, 120.0), (b, 2000.0)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn slippery(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = slowly(&ride, 6.0)?;
    let (a, b) = span(&ride, &ridden);
    ridden.tell.around(Channel::Friction, &[(0.0, 0.8), (a, 0.3), (b, 0.8)]);
    Ok(done(ask, ride, ridden))
}

pub(crate) fn night(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut ridden = ride.drive(&ride.pace())?;
    lamps(ask, &mut ridden, &[Channel::LowBeam, Channel::PositionLamp]);
    ridden.tell.around(Channel::Illuminance, &[(0.0, 0.5)]);
    Ok(done(ask, ride, ridden))
}

/// A message asks for 30 km/h over the last half of the way: it slows.
pub(crate) fn networked(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    let mut ridden = ride.drive(&ride.pace().slow(middle, ride.exit_m + HALF_M, 8.0))?;
    let t = ridden.time(ride.entry_m) + 0.5;
    ridden.tell.text(Channel::V2x, t, "speed advice 30 km/h");
    ridden.alert(HmiAlert::Information, t + 0.3, t + 4.0);
    Ok(done(ask, ride, ridden))
}
