//! `HostVehicleData`: what the vehicle under test knows of itself, and who drives it.

use lukao_model::channel::{DrivingMode, Gear, Switch, override_reason};
use lukao_model::{Channel, Error, Subject};

use crate::ingest::{At, Ingest, StreamIx, Value};

use super::message::{Id, Orientation, Timestamp, Vec3, Version};

/// `HostVehicleData`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HostVehicleData {
    #[prost(message, optional, tag = "4")]
    pub powertrain: Option<Powertrain>,
    #[prost(message, optional, tag = "5")]
    pub brake_system: Option<BrakeSystem>,
    #[prost(message, optional, tag = "6")]
    pub steering: Option<Steering>,
    #[prost(message, optional, tag = "9")]
    pub version: Option<Version>,
    #[prost(message, optional, tag = "10")]
    pub timestamp: Option<Timestamp>,
    #[prost(message, optional, tag = "11")]
    pub host_vehicle_id: Option<Id>,
    #[prost(message, repeated, tag = "12")]
    pub function: Vec<Function>,
    #[prost(message, optional, tag = "13")]
    pub motion: Option<Motion>,
}

/// `HostVehicleData.VehiclePowertrain`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Powertrain {
    #[prost(double, optional, tag = "1")]
    pub pedal_position_acceleration: Option<f64>,
    #[prost(int32, optional, tag = "3")]
    pub gear_transmission: Option<i32>,
}

/// `HostVehicleData.VehicleBrakeSystem`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct BrakeSystem {
    #[prost(double, optional, tag = "1")]
    pub pedal_position_brake: Option<f64>,
}

/// `HostVehicleData.VehicleSteering`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Steering {
    #[prost(message, optional, tag = "1")]
    pub wheel: Option<SteeringWheel>,
}

/// `VehicleSteeringWheel`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct SteeringWheel {
    #[prost(double, optional, tag = "1")]
    pub angle: Option<f64>,
}

/// `HostVehicleData.VehicleMotion`: in the vehicle's own axes, at the middle of the rear axle.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Motion {
    #[prost(message, optional, tag = "3")]
    pub velocity: Option<Vec3>,
    #[prost(message, optional, tag = "4")]
    pub orientation_rate: Option<Orientation>,
    #[prost(message, optional, tag = "5")]
    pub acceleration: Option<Vec3>,
}

/// `HostVehicleData.VehicleAutomatedDrivingFunction`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Function {
    #[prost(int32, optional, tag = "1")]
    pub name: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub custom_name: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub state: Option<i32>,
    #[prost(string, optional, tag = "4")]
    pub custom_state: Option<String>,
    #[prost(message, optional, tag = "5")]
    pub driver_override: Option<DriverOverride>,
}

/// `HostVehicleData.VehicleAutomatedDrivingFunction.DriverOverride`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct DriverOverride {
    #[prost(bool, optional, tag = "1")]
    pub active: Option<bool>,
    #[prost(int32, repeated, packed = "false", tag = "2")]
    pub reason: Vec<i32>,
}

/// `Name` of functions that take over the whole driving task: active driving assistance (steers, accelerates
/// and brakes), urban driving, highway autopilot. Warnings, cruise control, lane keeping and parking do not.
const DRIVING_FUNCTIONS: [i32; 3] = [12, 22, 23];
/// `NAME_URBAN_DRIVING`.
pub const URBAN_DRIVING: i32 = 22;

/// `State`.
pub mod state {
    pub const OTHER: i32 = 1;
    pub const ERRORED: i32 = 2;
    pub const UNAVAILABLE: i32 = 3;
    pub const AVAILABLE: i32 = 4;
    pub const STANDBY: i32 = 5;
    pub const ACTIVE: i32 = 6;
}

/// Custom states that [`write`](super::write) uses for modes that OSI has no word for.
pub const TAKEOVER_REQUEST: &str = "takeover-request";
pub const MINIMAL_RISK: &str = "minimal-risk";

impl Function {
    pub fn drives(&self) -> bool {
        self.name.is_some_and(|n| DRIVING_FUNCTIONS.contains(&n))
    }

    fn mode(&self) -> Option<DrivingMode> {
        match self.state? {
            state::ACTIVE => Some(DrivingMode::Automated),
            state::UNAVAILABLE | state::AVAILABLE | state::STANDBY => Some(DrivingMode::Manual),
            state::ERRORED => Some(DrivingMode::Failed),
            state::OTHER => match self.custom_state.as_deref() {
                Some(TAKEOVER_REQUEST) => Some(DrivingMode::TakeoverRequest),
                Some(MINIMAL_RISK) => Some(DrivingMode::MinimalRisk),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Who drives, from all driving functions: one that is active says so; else, if all are known, one that has
/// failed; else the human.
fn mode(functions: &[Function]) -> Option<DrivingMode> {
    let modes = || functions.iter().filter(|f| f.drives()).map(Function::mode);
    let rank = |m: &DrivingMode| match m {
        DrivingMode::Manual => 0,
        DrivingMode::Failed => 1,
        DrivingMode::Automated => 2,
        DrivingMode::MinimalRisk => 3,
        _ => 4,
    };
    let most = modes().flatten().max_by_key(rank)?;
    // A function whose state is not known may be the one that drives.
    (rank(&most) >= 2 || modes().all(|m| m.is_some())).then_some(most)
}

/// Override and its reasons, from all driving functions that say something of it.
fn override_of(functions: &[Function]) -> Option<(Switch, Option<u8>)> {
    let said = || functions.iter().filter(|f| f.drives()).filter_map(|f| f.driver_override.as_ref());
    said().next()?;
    let mut bits = 0;
    let mut active = false;
    for o in said().filter(|o| o.active == Some(true)) {
        active = true;
        for reason in &o.reason {
            bits |= match reason {
                0 => override_reason::BRAKE,
                1 => override_reason::STEERING,
                _ => override_reason::OTHER,
            };
        }
    }
    Some(match active {
        false => (Switch::Off, Some(0)),
        // An override without a reason has one that was not logged.
        true => (Switch::On, (bits != 0).then_some(bits)),
    })
}

/// Real channels of a message, in the order of [`reals`].
const REALS: [Channel; 7] = [
    Channel::Throttle,
    Channel::Brake,
    Channel::SteeringWheel,
    Channel::Speed,
    Channel::AccelLon,
    Channel::AccelLat,
    Channel::YawRate,
];

fn reals(m: &HostVehicleData) -> [Option<f64>; 7] {
    let motion = m.motion.unwrap_or_default();
    [
        m.powertrain.and_then(|p| p.pedal_position_acceleration),
        m.brake_system.and_then(|b| b.pedal_position_brake),
        m.steering.and_then(|s| s.wheel).and_then(|w| w.angle),
        motion.velocity.and_then(|v| v.x),
        motion.acceleration.and_then(|a| a.x),
        motion.acceleration.and_then(|a| a.y),
        motion.orientation_rate.and_then(|r| r.yaw),
    ]
}

/// One message, kept until the whole log was seen.
#[derive(Clone, Copy, Debug)]
struct Snapshot {
    t_ns: i64,
    at: At,
    mode: Option<DrivingMode>,
    override_: Option<(Switch, Option<u8>)>,
    gear: Option<Gear>,
    real: [Option<f64>; 7],
}

/// Collects the messages of one channel.
#[derive(Debug, Default)]
pub struct HostLog {
    snapshots: Vec<Snapshot>,
}

impl HostLog {
    /// Takes one message.
    pub fn push(&mut self, log: &mut Ingest, t_ns: i64, m: &HostVehicleData, at: At) {
        for f in m.function.iter().filter(|f| !f.drives()) {
            let name = f.custom_name.clone().unwrap_or_else(|| format!("number {}", f.name.unwrap_or(0)));
            let text =
                || "function that is not automated driving; its state does not count as the mode".into();
            log.note("osi-other-function", &name, Some(t_ns), text);
        }
        let gear = m.powertrain.and_then(|p| p.gear_transmission).map(|g| match g {
            0 => Gear::Neutral,
            1.. => Gear::Forward,
            _ => Gear::Reverse,
        });
        let (mode, override_) = (mode(&m.function), override_of(&m.function));
        self.snapshots.push(Snapshot { t_ns, at, mode, override_, gear, real: reals(m) });
    }

    /// Hands everything over. A message is a snapshot: what the log says elsewhere and not here is missing here.
    ///
    /// An exception: writers leave `driver_override` out while nobody overrides. So in a log that has it
    /// anywhere, a message without it means that nobody does; in a log that never has it, nothing is known.
    ///
    /// # Errors
    /// If a time is out of range.
    pub fn finish(self, log: &mut Ingest, (subject, stream): (Subject, StreamIx)) -> Result<(), Error> {
        let all = &self.snapshots;
        let mut put = |s: &Snapshot, channel, value: Option<Value<'_>>| {
            log.value(subject, stream, s.t_ns, channel, value.unwrap_or(Value::Missing), s.at)
        };
        let code = |c: u8| Value::Code(c);
        let has_mode = all.iter().any(|s| s.mode.is_some());
        let has_override = all.iter().any(|s| s.override_.is_some());
        let has_gear = all.iter().any(|s| s.gear.is_some());
        let has_real: Vec<bool> = (0..REALS.len()).map(|k| all.iter().any(|s| s.real[k].is_some())).collect();
        for s in all {
            if has_mode {
                put(s, Channel::DrivingMode, s.mode.map(|m| code(m.code())))?;
            }
            if has_override {
                let (switch, bits) = s.override_.unwrap_or((Switch::Off, Some(0)));
                put(s, Channel::DriverOverride, Some(code(switch.code())))?;
                put(s, Channel::OverrideReason, bits.map(code))?;
            }
            if has_gear {
                put(s, Channel::Gear, s.gear.map(|g| code(g.code())))?;
            }
            for (k, channel) in REALS.into_iter().enumerate().filter(|(k, _)| has_real[*k]) {
                put(s, channel, s.real[k].map(Value::Real))?;
            }
        }
        Ok(())
    }
}
