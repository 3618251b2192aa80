//! From a drive to OSI.
//!
//! What OSI has no place for is not written: accuracies, notes, outlines, sheets, examiner's marks, channels of
//! actors beside lamps and motion. A drive that was read from OSI comes back as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use lukao_model::channel::{Channels, DrivingMode, Gear, SignalState, Switch, override_reason};
use lukao_model::drive::{ActorIx, Header, SignalIx};
use lukao_model::frame::Crs;
use lukao_model::{Channel, Drive, Error, Run, Subject, math};
use prost::Message;
use prost::bytes::Bytes;

use super::frame::OWN_FRAME;
use super::host::{
    BrakeSystem, DriverOverride, Function, HostVehicleData, MINIMAL_RISK, Motion, Powertrain, Steering,
    SteeringWheel, TAKEOVER_REQUEST, URBAN_DRIVING, state,
};
use super::message::{
    BaseMoving, Dimension, ExternalReference, GroundTruth, Id, LightClassification, LightState, MovingObject,
    Orientation, ProjFrameOffset, Timestamp, TrafficLight, Vec3, VehicleAttributes, VehicleClassification,
    Version,
};
use super::read::OWN_REFERENCE;
use super::trace::MAX_RECORD;
use super::vehicle;
use crate::ingest::MAP_FRAME;

const VERSION: Version = Version { major: Some(3), minor: Some(8), patch: Some(0) };
/// Ids of actors whose name is no number begin here, those of bulbs at twice this.
const FREE_IDS: u64 = 1 << 40;

/// Writes a drive's poses, lamps and signals as a `.osi` trace of GroundTruth messages.
///
/// # Errors
/// If one instant makes a message larger than a trace may hold.
pub fn write_trace(drive: &Drive) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut frames = Frames::new(drive);
    while let Some((_, g)) = frames.next_frame() {
        let len = g.encoded_len();
        if len > MAX_RECORD {
            let want = format!("at most {MAX_RECORD} bytes in one instant");
            return Err(Error::new(&drive.header().name, want, len.to_string()));
        }
        out.extend_from_slice(&(len as u32).to_le_bytes());
        out.extend_from_slice(&g.encode_to_vec());
    }
    Ok(out)
}

/// Writes a drive as MCAP: GroundTruth as in [`write_trace`], and HostVehicleData with what the ego knows of
/// itself: driving mode, override, pedals, gear, steering, its own motion.
///
/// # Errors
/// If a time is before zero, which MCAP cannot hold.
pub fn write_mcap(drive: &Drive) -> Result<Vec<u8>, Error> {
    let wrong =
        |e: mcap::McapError| Error::new(&drive.header().name, "an MCAP file to be written", e.to_string());
    let options = mcap::WriteOptions::new().library(concat!("lukao ", env!("CARGO_PKG_VERSION")));
    let mut writer = options.create(Cursor::new(Vec::new())).map_err(wrong)?;
    let version = VERSION.to_string();
    let pairs = [("version", &version), ("min_osi_version", &version), ("max_osi_version", &version)];
    let metadata = pairs.into_iter().map(|(k, v)| (k.to_owned(), v.clone())).collect();
    writer
        .write_metadata(&mcap::records::Metadata { name: "net.asam.osi.trace".into(), metadata })
        .map_err(wrong)?;
    let schema = super::schema::descriptor_set();
    let mut channel = |name: &str| {
        let id = writer.add_schema(&format!("osi3.{name}"), "protobuf", &schema)?;
        writer.add_channel(id, name, "protobuf", &BTreeMap::new())
    };
    let truth = channel("GroundTruth").map_err(wrong)?;
    let hosts = host_messages(drive);
    let host = if hosts.is_empty() { None } else { Some(channel("HostVehicleData").map_err(wrong)?) };
    let mut hosts = hosts.into_iter().peekable();
    let mut put = |channel_id: u16, sequence: u32, t_ns: i64, data: &[u8]| {
        let Ok(time) = u64::try_from(t_ns) else {
            return Err(Error::new(&drive.header().name, "a time of at least 0", format!("{t_ns} ns")));
        };
        let header =
            mcap::records::MessageHeader { channel_id, sequence, log_time: time, publish_time: time };
        writer.write_to_known_channel(&header, data).map_err(wrong)
    };
    let mut frames = Frames::new(drive);
    let mut sequence = 0;
    let mut host_sequence = 0;
    loop {
        let frame = frames.next_frame();
        let until = frame.as_ref().map_or(i64::MAX, |(t, _)| *t);
        while let (Some(channel), Some((t_ns, h))) =
            (host, hosts.next_if(|(t, _)| frame.is_none() || *t < until))
        {
            put(channel, host_sequence, t_ns, &h.encode_to_vec())?;
            host_sequence += 1;
        }
        let Some((t_ns, g)) = frame else { break };
        put(truth, sequence, t_ns, &g.encode_to_vec())?;
        sequence += 1;
    }
    writer.finish().map_err(wrong)?;
    Ok(writer.into_inner().into_inner())
}

/// OSI ids of actors; a name that is no number gets a free one and is kept in a reference of our own.
fn ids_of(header: &Header) -> Vec<(u64, Option<ExternalReference>)> {
    let number = |id: &str| id.parse::<u64>().ok().filter(|n| *n < FREE_IDS && n.to_string() == id);
    let one = |(i, a): (usize, &lukao_model::drive::Actor)| match number(&a.id) {
        Some(n) => (n, None),
        None => (FREE_IDS + i as u64, Some(own_reference(&a.id))),
    };
    header.actors.iter().enumerate().map(one).collect()
}

fn own_reference(id: &str) -> ExternalReference {
    ExternalReference { reference: None, kind: Some(OWN_REFERENCE.into()), identifier: vec![id.into()] }
}

/// Instants of a drive with all that is known of each.
struct Frames<'a> {
    drive: &'a Drive,
    ids: Vec<(u64, Option<ExternalReference>)>,
    trailers: BTreeMap<ActorIx, u64>,
    times: Vec<i64>,
    next: usize,
    /// Where each run goes on.
    run_at: Vec<usize>,
    base: GroundTruth,
}

impl<'a> Frames<'a> {
    fn new(drive: &'a Drive) -> Self {
        let header = drive.header();
        let ids = ids_of(header);
        let mut times: Vec<i64> = drive.runs().iter().flat_map(|r| drive.times(r)).copied().collect();
        let signals = drive.series().iter().filter(|s| matches!(s.subject, Subject::Signal(_)));
        times.extend(signals.flat_map(|s| drive.series_times(s)));
        times.sort_unstable();
        times.dedup();
        let towed = |(i, a): (usize, &lukao_model::drive::Actor)| Some((a.towed_by?, ids[i].0));
        let trailers = header.actors.iter().enumerate().filter_map(towed).collect();
        let offset =
            |o: [f64; 3]| ProjFrameOffset { position: Some(Vec3::new(o[0], o[1], o[2])), yaw: Some(0.0) };
        let origin = header.frame.origin_m;
        let base = GroundTruth {
            version: Some(VERSION),
            host_vehicle_id: header.ego.map(|e| Id::new(ids[e.0 as usize].0)),
            proj_string: match &header.frame.crs {
                Crs::Projected { definition, .. } => Some(definition.clone()),
                _ => None,
            },
            model_reference: match &header.frame.crs {
                Crs::Local { name } if name != MAP_FRAME || origin != [0.0; 3] => {
                    Some(format!("{OWN_FRAME}{name}"))
                }
                Crs::Unknown => Some(OWN_FRAME.into()),
                _ => None,
            },
            proj_frame_offset: (origin != [0.0; 3]).then(|| offset(origin)),
            map_reference: header.track.clone(),
            ..GroundTruth::default()
        };
        let run_at = vec![0; drive.runs().len()];
        Self { drive, ids, trailers, times, next: 0, run_at, base }
    }

    fn next_frame(&mut self) -> Option<(i64, GroundTruth)> {
        let t_ns = *self.times.get(self.next)?;
        self.next += 1;
        let mut g = GroundTruth { timestamp: Some(Timestamp::from_ns(t_ns)), ..self.base.clone() };
        for (run, at) in self.drive.runs().iter().zip(&mut self.run_at) {
            if self.drive.times(run).get(*at) == Some(&t_ns) {
                let (id, name) = &self.ids[run.actor.0 as usize];
                let trailer = self.trailers.get(&run.actor).copied();
                let class = self.drive.actor(run.actor).class;
                let o = moving_object(run, *at, *id, name.clone(), trailer, vehicle::type_of(class));
                g.moving_object.push(Bytes::from(o.encode_to_vec()));
                *at += 1;
            }
        }
        for (k, name) in self.drive.header().signals.iter().enumerate() {
            let subject = Subject::Signal(SignalIx(k as u32));
            let state = held(self.drive, subject, Channel::SignalState, t_ns, |c, i| {
                c.code(Channel::SignalState).and_then(|col| col.get(i))
            });
            if let Some(state) = state.and_then(SignalState::from_code) {
                g.traffic_light.extend(bulbs(state, name, 2 * FREE_IDS + 3 * k as u64));
            }
        }
        Some((t_ns, g))
    }
}

fn moving_object(
    run: &Run,
    i: usize,
    id: u64,
    name: Option<ExternalReference>,
    trailer: Option<u64>,
    (kind, vehicle_kind): (i32, Option<i32>),
) -> MovingObject {
    let pose = run.pose(i);
    let (sin, cos) = math::sin_cos(pose.yaw_rad);
    let c = &run.channels;
    let real = |channel| c.real(channel).and_then(|col| col.get(i));
    let plane = |x: f64, y: f64| Vec3 { x: Some(x), y: Some(y), z: None };
    let velocity = real(Channel::VelocityX).zip(real(Channel::VelocityY)).map(|(x, y)| plane(x, y));
    // Without its parts a speed is taken to be along the body.
    let along = || real(Channel::Speed).map(|v| plane(v * cos, v * sin));
    let acceleration = real(Channel::AccelLon)
        .zip(real(Channel::AccelLat))
        .map(|(lon, lat)| plane(lon * cos - lat * sin, lon * sin + lat * cos));
    let height = run.size.height_m;
    let z = run.z_m.as_ref().and_then(|z| z.get(i)).zip(height).map(|(z, h)| z + h / 2.0);
    let lights = light_state(c, i);
    let classified = vehicle_kind.is_some() || lights.is_some() || trailer.is_some();
    MovingObject {
        id: Some(Id::new(id)),
        base: Some(BaseMoving {
            dimension: Some(Dimension {
                length: Some(run.size.length_m),
                width: Some(run.size.width_m),
                height,
            }),
            position: Some(Vec3 { x: Some(pose.x_m), y: Some(pose.y_m), z }),
            orientation: Some(Orientation {
                roll: real(Channel::Roll),
                pitch: real(Channel::Pitch),
                yaw: Some(pose.yaw_rad),
            }),
            velocity: velocity.or_else(along),
            acceleration,
            orientation_rate: real(Channel::YawRate)
                .map(|r| Orientation { yaw: Some(r), ..Orientation::default() }),
            base_polygon: Vec::new(),
        }),
        kind: Some(kind),
        vehicle_attributes: real(Channel::SteeringWheel)
            .map(|a| VehicleAttributes { steering_wheel_angle: Some(a), ..VehicleAttributes::default() }),
        vehicle_classification: classified.then(|| VehicleClassification {
            kind: vehicle_kind,
            light_state: lights,
            has_trailer: trailer.map(|_| true),
            trailer_id: trailer.map(Id::new),
        }),
        source_reference: name.into_iter().collect(),
    }
}

fn light_state(c: &Channels, i: usize) -> Option<LightState> {
    let code = |channel| c.code(channel).and_then(|col| col.get(i));
    // OSI counts off, on / left, right, hazard from 2.
    let osi = |channel| code(channel).map(|v| i32::from(v) + 2);
    let state = LightState {
        indicator: osi(Channel::Indicator),
        front_fog: osi(Channel::FrontFogLamp),
        rear_fog: osi(Channel::RearFogLamp),
        head: osi(Channel::LowBeam),
        high_beam: osi(Channel::HighBeam),
        reversing: osi(Channel::ReversingLamp),
        brake: osi(Channel::BrakeLamp),
        emergency: osi(Channel::EmergencyLamp),
        tail: osi(Channel::PositionLamp),
    };
    (state != LightState::default()).then_some(state)
}

/// A channel of a subject's series at a time: its value at the last tick until then, in whichever series has
/// the latest one.
fn held<T>(
    drive: &Drive,
    subject: Subject,
    channel: Channel,
    t_ns: i64,
    get: impl Fn(&Channels, usize) -> Option<T>,
) -> Option<T> {
    let with_channel = drive.series_of(subject).iter().filter(|s| s.channels.get(channel).is_some());
    let last = with_channel.filter_map(|s| {
        let times = drive.series_times(s);
        let i = times.partition_point(|t| *t <= t_ns).checked_sub(1)?;
        Some((times[i], s, i))
    });
    let (_, series, i) = last.max_by_key(|(t, ..)| *t)?;
    get(&series.channels, i)
}

/// Three bulbs of a head: what OSI cannot say of it (a permissive green, a right turn on red) becomes the
/// colour alone.
fn bulbs(state: SignalState, name: &str, first_id: u64) -> [Bytes; 3] {
    use SignalState as S;
    const OFF: i32 = 2;
    const ON: i32 = 3;
    const FLASHING: i32 = 4;
    let modes = match state {
        S::Off => [OFF, OFF, OFF],
        S::Red | S::RedTurnRight => [ON, OFF, OFF],
        S::RedAmber => [ON, ON, OFF],
        S::Amber => [OFF, ON, OFF],
        S::Green | S::GreenYield => [OFF, OFF, ON],
        S::FlashingAmber => [OFF, FLASHING, OFF],
        S::FlashingRed => [FLASHING, OFF, OFF],
        S::FlashingGreen => [OFF, OFF, FLASHING],
        _ => [0, 0, 0],
    };
    [0, 1, 2].map(|k| {
        let light = TrafficLight {
            id: Some(Id::new(first_id + k as u64)),
            base: None,
            classification: Some(LightClassification {
                // Red, yellow, green.
                color: Some(k as i32 + 2),
                icon: Some(2),
                mode: Some(modes[k]),
                ..LightClassification::default()
            }),
            source_reference: vec![own_reference(name)],
        };
        Bytes::from(light.encode_to_vec())
    })
}

/// Channels that only the host's own data can hold; others of a run are in the ground truth.
const HOST_ONLY: [Channel; 6] = [
    Channel::DrivingMode,
    Channel::DriverOverride,
    Channel::OverrideReason,
    Channel::Throttle,
    Channel::Brake,
    Channel::Gear,
];
/// Channels of the ego's series that are the host's own view.
const HOST_SERIES: [Channel; 5] =
    [Channel::SteeringWheel, Channel::Speed, Channel::AccelLon, Channel::AccelLat, Channel::YawRate];

/// A value that holds is repeated this often, so that a reader need not guess how long it holds.
const REPEAT_NS: i64 = 100_000_000;

fn host_messages(drive: &Drive) -> Vec<(i64, HostVehicleData)> {
    let Some(ego) = drive.header().ego else { return Vec::new() };
    let id = Id::new(ids_of(drive.header())[ego.0 as usize].0);
    let subject = Subject::Actor(ego);
    let any_of = |c: &Channels, which: &[Channel]| which.iter().any(|w| c.get(*w).is_some());
    let series = drive
        .series_of(subject)
        .iter()
        .filter(|s| any_of(&s.channels, &HOST_ONLY) || any_of(&s.channels, &HOST_SERIES));
    let mut times: BTreeSet<i64> = series.flat_map(|s| drive.series_times(s)).copied().collect();
    if let (Some(&first), Some(span)) = (times.first(), drive.span()) {
        let step = REPEAT_NS.max(span.to_ns.saturating_sub(first) / 1_000_000);
        let ends: Vec<i64> = times.iter().copied().chain([span.to_ns]).collect();
        for w in ends.windows(2).filter(|w| w[1] - w[0] > 2 * step) {
            times.extend((1..).map(|k| w[0] + k * step).take_while(|t| *t < w[1]));
        }
    }
    let runs: Vec<&Run> = drive.runs_of(ego).iter().filter(|r| any_of(&r.channels, &HOST_ONLY)).collect();
    times.extend(runs.iter().flat_map(|r| drive.times(r)));
    let mut out = Vec::with_capacity(times.len());
    for t_ns in times {
        let on_run = runs.iter().find_map(|r| Some((r, drive.times(r).binary_search(&t_ns).ok()?)));
        let mut reals: BTreeMap<Channel, f64> = BTreeMap::new();
        let mut codes: BTreeMap<Channel, u8> = BTreeMap::new();
        for c in HOST_ONLY.into_iter().chain(HOST_SERIES) {
            let run = on_run.filter(|_| HOST_ONLY.contains(&c));
            let real = |ch: &Channels, i: usize| ch.real(c).and_then(|col| col.get(i));
            let code = |ch: &Channels, i: usize| ch.code(c).and_then(|col| col.get(i));
            let value =
                held(drive, subject, c, t_ns, real).or_else(|| run.and_then(|(r, i)| real(&r.channels, i)));
            reals.extend(value.map(|v| (c, v)));
            let value =
                held(drive, subject, c, t_ns, code).or_else(|| run.and_then(|(r, i)| code(&r.channels, i)));
            codes.extend(value.map(|v| (c, v)));
        }
        out.push((t_ns, host_message(t_ns, id, &reals, &codes)));
    }
    out
}

fn host_message(
    t_ns: i64,
    id: Id,
    reals: &BTreeMap<Channel, f64>,
    codes: &BTreeMap<Channel, u8>,
) -> HostVehicleData {
    let real = |c| reals.get(&c).copied();
    let vector =
        |x: Option<f64>, y: Option<f64>| (x.is_some() || y.is_some()).then_some(Vec3 { x, y, z: None });
    let gear = codes.get(&Channel::Gear).and_then(|g| Gear::from_code(*g)).and_then(|g| match g {
        Gear::Forward => Some(1),
        Gear::Neutral => Some(0),
        Gear::Reverse => Some(-1),
        _ => None,
    });
    let throttle = real(Channel::Throttle);
    let motion = Motion {
        velocity: vector(real(Channel::Speed), None),
        orientation_rate: real(Channel::YawRate)
            .map(|r| Orientation { yaw: Some(r), ..Orientation::default() }),
        acceleration: vector(real(Channel::AccelLon), real(Channel::AccelLat)),
    };
    HostVehicleData {
        version: Some(VERSION),
        timestamp: Some(Timestamp::from_ns(t_ns)),
        host_vehicle_id: Some(id),
        powertrain: (throttle.is_some() || gear.is_some())
            .then_some(Powertrain { pedal_position_acceleration: throttle, gear_transmission: gear }),
        brake_system: real(Channel::Brake).map(|b| BrakeSystem { pedal_position_brake: Some(b) }),
        steering: real(Channel::SteeringWheel)
            .map(|a| Steering { wheel: Some(SteeringWheel { angle: Some(a) }) }),
        function: function(codes).into_iter().collect(),
        motion: (motion != Motion::default()).then_some(motion),
    }
}

fn function(codes: &BTreeMap<Channel, u8>) -> Option<Function> {
    let mode = codes.get(&Channel::DrivingMode).and_then(|m| DrivingMode::from_code(*m));
    let switch = codes.get(&Channel::DriverOverride).and_then(|s| Switch::from_code(*s));
    if mode.is_none() && switch.is_none() {
        return None;
    }
    let (state, custom) = match mode {
        Some(DrivingMode::Manual) => (state::STANDBY, None),
        Some(DrivingMode::Automated) => (state::ACTIVE, None),
        Some(DrivingMode::Failed) => (state::ERRORED, None),
        Some(DrivingMode::TakeoverRequest) => (state::OTHER, Some(TAKEOVER_REQUEST)),
        Some(DrivingMode::MinimalRisk) => (state::OTHER, Some(MINIMAL_RISK)),
        _ => (0, None),
    };
    let bits = codes.get(&Channel::OverrideReason).copied().unwrap_or(0);
    let reasons = [(override_reason::BRAKE, 0), (override_reason::STEERING, 1)];
    Some(Function {
        name: Some(URBAN_DRIVING),
        custom_name: None,
        state: Some(state),
        custom_state: custom.map(str::to_owned),
        driver_override: switch.map(|s| DriverOverride {
            active: Some(s == Switch::On),
            reason: reasons.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, r)| r).collect(),
        }),
    })
}
