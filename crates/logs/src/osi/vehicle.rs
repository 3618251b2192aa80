//! What an OSI object is: class, vehicle sheet, outline, lamps.

use lukao_model::Channel;
use lukao_model::channel::{Indicator, Switch};
use lukao_model::vehicle::{ActorClass, Outline, VehicleSheet};

use super::message::{LightState, MovingObject, Vec2, Wheel};
use super::read::Channels;
use crate::ingest::Value;

/// `MovingObject.Type`.
pub mod moving {
    pub const OTHER: i32 = 1;
    pub const VEHICLE: i32 = 2;
    pub const PEDESTRIAN: i32 = 3;
    pub const ANIMAL: i32 = 4;
}

/// The class of a moving object, from its type and, for a vehicle, that of its classification.
pub fn class_of(kind: Option<i32>, vehicle: Option<i32>) -> ActorClass {
    match kind {
        Some(moving::VEHICLE) => match vehicle.unwrap_or(0) {
            2..=5 => ActorClass::Car,
            6 => ActorClass::Van,
            7 | 16 | 19 => ActorClass::Truck,
            8 | 9 => ActorClass::Trailer,
            10 => ActorClass::Motorcycle,
            11 => ActorClass::Bicycle,
            12 => ActorClass::Bus,
            13 | 14 => ActorClass::Rail,
            15 | 17 | 18 => ActorClass::PersonalMobility,
            _ => ActorClass::Unknown,
        },
        Some(moving::PEDESTRIAN) => ActorClass::Pedestrian,
        Some(moving::ANIMAL) => ActorClass::Animal,
        Some(moving::OTHER) => ActorClass::Object,
        _ => ActorClass::Unknown,
    }
}

/// The other way: type and vehicle type.
pub fn type_of(class: ActorClass) -> (i32, Option<i32>) {
    let vehicle = match class {
        ActorClass::Pedestrian => return (moving::PEDESTRIAN, None),
        ActorClass::Animal => return (moving::ANIMAL, None),
        ActorClass::Object => return (moving::OTHER, None),
        ActorClass::Car => 4,
        ActorClass::Van => 6,
        ActorClass::Truck => 7,
        ActorClass::Trailer => 9,
        ActorClass::Motorcycle => 10,
        ActorClass::Bicycle => 11,
        ActorClass::Bus => 12,
        ActorClass::Rail => 13,
        ActorClass::PersonalMobility => 18,
        _ => return (0, None),
    };
    (moving::VEHICLE, Some(vehicle))
}

/// Stationary objects whose box a vehicle may pass through: bridges, overhead structures, speed bumps and
/// emitting structures.
pub fn is_passable(kind: Option<i32>) -> bool {
    matches!(kind, Some(2 | 14 | 17 | 18))
}

/// Axle and wheel geometry, as far as the object says; `None` if it says nothing of it.
pub fn sheet_of(o: &MovingObject) -> Option<VehicleSheet> {
    let a = o.vehicle_attributes.as_ref()?;
    let length_m = o.base.as_ref()?.dimension?.length?;
    let finite = |v: f64| v.is_finite().then_some(v);
    let rear_m = a.bbcenter_to_rear.and_then(|v| v.x).and_then(finite);
    let front_m = a.bbcenter_to_front.and_then(|v| v.x).and_then(finite);
    let above = |v: f64| (v > 0.0).then_some(v);
    let last = a.wheel_data.iter().filter_map(|w| w.axle).max();
    let track = |axle: Option<u32>| {
        let on = |w: &&Wheel| w.axle.unwrap_or(0) == axle.unwrap_or(0);
        let y = || {
            a.wheel_data
                .iter()
                .filter(on)
                .filter_map(|w| w.position.and_then(|p| p.y))
                .filter(|y| y.is_finite())
        };
        let (lo, hi) = (y().reduce(f64::min)?, y().reduce(f64::max)?);
        above(hi - lo)
    };
    let sheet = VehicleSheet {
        wheelbase_m: front_m.zip(rear_m).and_then(|(f, r)| above(f - r)),
        front_overhang_m: front_m.and_then(|f| above(length_m / 2.0 - f)),
        rear_overhang_m: rear_m.and_then(|r| above(length_m / 2.0 + r)),
        front_track_m: track(Some(0)),
        rear_track_m: last.filter(|l| *l > 0).and_then(|l| track(Some(l))),
        tyre_width_m: a.wheel_data.iter().filter_map(|w| w.width).find(|w| w.is_finite() && *w > 0.0),
        ..VehicleSheet::default()
    };
    (sheet != VehicleSheet::default()).then_some(sheet)
}

/// The convex hull of a base polygon, counter-clockwise; `None` if there is no area.
pub fn outline_of(polygon: &[Vec2]) -> Option<Outline> {
    let mut p: Vec<[f64; 2]> = polygon.iter().map(|v| [v.x.unwrap_or(0.0), v.y.unwrap_or(0.0)]).collect();
    if p.len() < 3 || p.iter().flatten().any(|v| !v.is_finite()) {
        return None;
    }
    p.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    p.dedup();
    // Andrew's monotone chain: lower side left to right, upper side back.
    let cross =
        |o: [f64; 2], a: [f64; 2], b: [f64; 2]| (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    let chain = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut out: Vec<[f64; 2]> = Vec::new();
        for q in points {
            while out.len() >= 2 && cross(out[out.len() - 2], out[out.len() - 1], q) <= 0.0 {
                out.pop();
            }
            out.push(q);
        }
        out.pop();
        out
    };
    let mut corners_m = chain(&mut p.iter().copied());
    corners_m.extend(chain(&mut p.iter().rev().copied()));
    (corners_m.len() >= 3).then_some(Outline { corners_m })
}

/// Off and on of a lamp; what flashes is on; unknown and other are not said.
fn switch(state: Option<i32>) -> Option<Switch> {
    match state? {
        2 => Some(Switch::Off),
        3..=6 => Some(Switch::On),
        _ => None,
    }
}

/// Lamps of a vehicle.
pub fn light_channels(l: &LightState, out: &mut Channels) {
    let indicator = match l.indicator {
        Some(2) => Some(Indicator::Off),
        Some(3) => Some(Indicator::Left),
        Some(4) => Some(Indicator::Right),
        Some(5) => Some(Indicator::Hazard),
        _ => None,
    };
    let lamps = [
        (Channel::Indicator, indicator.map(Indicator::code)),
        (Channel::BrakeLamp, switch(l.brake).map(Switch::code)),
        (Channel::ReversingLamp, switch(l.reversing).map(Switch::code)),
        (Channel::PositionLamp, switch(l.tail).map(Switch::code)),
        (Channel::LowBeam, switch(l.head).map(Switch::code)),
        (Channel::HighBeam, switch(l.high_beam).map(Switch::code)),
        (Channel::FrontFogLamp, switch(l.front_fog).map(Switch::code)),
        (Channel::RearFogLamp, switch(l.rear_fog).map(Switch::code)),
        (Channel::EmergencyLamp, switch(l.emergency).map(Switch::code)),
    ];
    out.extend(lamps.into_iter().filter_map(|(channel, code)| Some((channel, Value::Code(code?)))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_become_convex_and_counter_clockwise() {
        let v = |x, y| Vec2 { x: Some(x), y: Some(y) };
        // An L, clockwise, with a repeated corner.
        let l = [v(0.0, 0.0), v(0.0, 4.0), v(2.0, 4.0), v(2.0, 2.0), v(4.0, 2.0), v(4.0, 0.0), v(0.0, 0.0)];
        let hull = outline_of(&l).unwrap().corners_m;
        assert_eq!(hull, [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [2.0, 4.0], [0.0, 4.0]]);
        assert_eq!(outline_of(&[v(0.0, 0.0), v(1.0, 1.0), v(2.0, 2.0)]), None, "a line has no area");
    }

    #[test]
    fn classes_go_there_and_back() {
        for class in
            [ActorClass::Car, ActorClass::Van, ActorClass::Bus, ActorClass::Pedestrian, ActorClass::Object]
        {
            let (kind, vehicle) = type_of(class);
            assert_eq!(class_of(Some(kind), vehicle), class);
        }
    }
}
