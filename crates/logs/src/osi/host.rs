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

/// One message's mode and override, kept until the whole log was seen.
#[derive(Clone, Copy, Debug)]
struct Driving {
    t_ns: i64,
    at: At,
    mode: Option<DrivingMode>,
    override_: Option<(Switch, Option<u8>)>,
}

/// Collects the messages of one channel.
#[derive(Debug, Default)]
pub struct HostLog {
    driving: Vec<Driving>,
}

impl HostLog {
    /// Takes one message.
    ///
    /// # Errors
    /// If its time is out of range.
    pub fn push(
        &mut self,
        log: &mut Ingest,
        (subject, stream): (Subject, StreamIx),
        t_ns: i64,
        m: &HostVehicleData,
        at: At,
    ) -> Result<(), Error> {
        for f in m.function.iter().filter(|f| !f.drives()) {
            let name = f.custom_name.clone().unwrap_or_else(|| format!("number {}", f.name.unwrap_or(0)));
            let text = || "function that is not automated driving; its state does not count as the mode".into();
            log.note("osi-other-function", &name, Some(t_ns), text);
        }
        let (mode, override_) = (mode(&m.function), override_of(&m.function));
        self.driving.push(Driving { t_ns, at, mode, override_ });

        let motion = m.motion.unwrap_or_default();
        let gear = m.powertrain.and_then(|p| p.gear_transmission).map(|g| match g {
            0 => Gear::Neutral,
            1.. => Gear::Forward,
            _ => Gear::Reverse,
        });
        let real = [
            (Channel::Throttle, m.powertrain.and_then(|p| p.pedal_position_acceleration)),
            (Channel::Brake, m.brake_system.and_then(|b| b.pedal_position_brake)),
            (Channel::SteeringWheel, m.steering.and_then(|s| s.wheel).and_then(|w| w.angle)),
            (Channel::Speed, motion.velocity.and_then(|v| v.x)),
            (Channel::AccelLon, motion.acceleration.and_then(|a| a.x)),
            (Channel::AccelLat, motion.acceleration.and_then(|a| a.y)),
            (Channel::YawRate, motion.orientation_rate.and_then(|r| r.yaw)),
        ];
        for (channel, value) in real {
            if let Some(v) = value {
                log.value(subject, stream, t_ns, channel, Value::Real(v), at)?;
            }
        }
        if let Some(g) = gear {
            log.value(subject, stream, t_ns, Channel::Gear, Value::Code(g.code()), at)?;
        }
        Ok(())
    }

    /// Hands over what needed the whole log.
    ///
    /// Writers leave `driver_override` out while nobody overrides. So in a log that has it anywhere, a message
    /// without it means that nobody does; in a log that never has it, nothing is known.
    ///
    /// # Errors
    /// If a time is out of range.
    pub fn finish(
        self,
        log: &mut Ingest,
        (subject, stream): (Subject, StreamIx),
    ) -> Result<(), Error> {
        let has_mode = self.driving.iter().any(|d| d.mode.is_some());
        let has_override = self.driving.iter().any(|d| d.override_.is_some());
        let code = |c: Option<u8>| c.map_or(Value::Missing, Value::Code);
        for d in &self.driving {
            if has_mode {
                let mode = code(d.mode.map(DrivingMode::code));
                log.value(subject, stream, d.t_ns, Channel::DrivingMode, mode, d.at)?;
            }
            if has_override {
                let (switch, bits) = d.override_.unwrap_or((Switch::Off, Some(0)));
                log.value(subject, stream, d.t_ns, Channel::DriverOverride, Value::Code(switch.code()), d.at)?;
                log.value(subject, stream, d.t_ns, Channel::OverrideReason, code(bits), d.at)?;
            }
        }
        Ok(())
    }
}
