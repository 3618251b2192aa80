//! The OSI 3.x messages, cut down to the fields that a drive or a track needs.
//!
//! Field numbers are those of the standard; fields that are left out are skipped when reading. What repeats in
//! every frame (objects, lights, lanes) is kept as undecoded bytes: lanes that nobody asks for cost nothing,
//! and what is decoded at once is small, so that a message of a great many empty parts cannot fill the memory.

use prost::Message;
use prost::bytes::Bytes;

/// Largest object or light; real ones have a few kilobytes.
pub const MAX_OBJECT: usize = 1 << 20;
/// Largest lane or boundary; real ones have some ten kilobytes.
pub const MAX_LANE: usize = 4 << 20;

/// Decodes a part of a message.
///
/// # Errors
/// In words, if it is larger than `max` bytes or does not decode.
pub fn decode_part<M: Message + Default>(bytes: &Bytes, max: usize) -> Result<M, String> {
    if bytes.len() > max {
        return Err(format!("{} bytes, more than {max}", bytes.len()));
    }
    M::decode(bytes.clone()).map_err(|e| e.to_string())
}

/// `InterfaceVersion`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Version {
    #[prost(uint32, optional, tag = "1")]
    pub major: Option<u32>,
    #[prost(uint32, optional, tag = "2")]
    pub minor: Option<u32>,
    #[prost(uint32, optional, tag = "3")]
    pub patch: Option<u32>,
}

/// `Timestamp`: time since an arbitrary zero that all messages share.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Timestamp {
    #[prost(int64, optional, tag = "1")]
    pub seconds: Option<i64>,
    #[prost(uint32, optional, tag = "2")]
    pub nanos: Option<u32>,
}

/// `Identifier`. The largest value means "none".
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Id {
    #[prost(uint64, optional, tag = "1")]
    pub value: Option<u64>,
}

/// `Vector3d`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Vec3 {
    #[prost(double, optional, tag = "1")]
    pub x: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub y: Option<f64>,
    #[prost(double, optional, tag = "3")]
    pub z: Option<f64>,
}

/// `Vector2d`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Vec2 {
    #[prost(double, optional, tag = "1")]
    pub x: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub y: Option<f64>,
}

/// `Dimension3d`, metres.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Dimension {
    #[prost(double, optional, tag = "1")]
    pub length: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub width: Option<f64>,
    #[prost(double, optional, tag = "3")]
    pub height: Option<f64>,
}

/// `Orientation3d`, rad: yaw, then pitch (nose down positive), then roll (right side down positive).
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Orientation {
    #[prost(double, optional, tag = "1")]
    pub roll: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub pitch: Option<f64>,
    #[prost(double, optional, tag = "3")]
    pub yaw: Option<f64>,
}

/// `ExternalReference`: the same thing in another standard's or tool's words.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExternalReference {
    #[prost(string, optional, tag = "1")]
    pub reference: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub kind: Option<String>,
    #[prost(string, repeated, tag = "3")]
    pub identifier: Vec<String>,
}

/// `BaseStationary` and `BaseMoving` share their first three fields; `base_polygon` differs by its number.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BaseStationary {
    #[prost(message, optional, tag = "1")]
    pub dimension: Option<Dimension>,
    #[prost(message, optional, tag = "2")]
    pub position: Option<Vec3>,
    #[prost(message, optional, tag = "3")]
    pub orientation: Option<Orientation>,
    #[prost(message, repeated, tag = "4")]
    pub base_polygon: Vec<Vec2>,
}

/// `BaseMoving`: position is the centre of the box; velocity and acceleration are in the world frame.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BaseMoving {
    #[prost(message, optional, tag = "1")]
    pub dimension: Option<Dimension>,
    #[prost(message, optional, tag = "2")]
    pub position: Option<Vec3>,
    #[prost(message, optional, tag = "3")]
    pub orientation: Option<Orientation>,
    #[prost(message, optional, tag = "4")]
    pub velocity: Option<Vec3>,
    #[prost(message, optional, tag = "5")]
    pub acceleration: Option<Vec3>,
    #[prost(message, optional, tag = "6")]
    pub orientation_rate: Option<Orientation>,
    #[prost(message, repeated, tag = "7")]
    pub base_polygon: Vec<Vec2>,
}

/// `GroundTruth`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct GroundTruth {
    #[prost(message, optional, tag = "1")]
    pub version: Option<Version>,
    #[prost(message, optional, tag = "2")]
    pub timestamp: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    pub host_vehicle_id: Option<Id>,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    pub stationary_object: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub moving_object: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "7")]
    pub traffic_light: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "8")]
    pub road_marking: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "9")]
    pub lane_boundary: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "10")]
    pub lane: Vec<Bytes>,
    #[prost(string, optional, tag = "14")]
    pub proj_string: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub map_reference: Option<String>,
    #[prost(string, optional, tag = "16")]
    pub model_reference: Option<String>,
    #[prost(bytes = "bytes", repeated, tag = "18")]
    pub logical_lane_boundary: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "19")]
    pub logical_lane: Vec<Bytes>,
    #[prost(message, optional, tag = "20")]
    pub proj_frame_offset: Option<ProjFrameOffset>,
}

/// `GroundTruth.ProjFrameOffset`: where the frame's origin lies in the projection, and how it is turned.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct ProjFrameOffset {
    #[prost(message, optional, tag = "1")]
    pub position: Option<Vec3>,
    #[prost(double, optional, tag = "2")]
    pub yaw: Option<f64>,
}

/// `SensorView`: a ground truth as one sensor's surroundings.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SensorView {
    #[prost(message, optional, tag = "1")]
    pub version: Option<Version>,
    #[prost(message, optional, tag = "2")]
    pub timestamp: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    pub sensor_id: Option<Id>,
    #[prost(message, optional, tag = "4")]
    pub mounting_position: Option<MountingPosition>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub host_vehicle_data: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "7")]
    pub global_ground_truth: Option<Bytes>,
    #[prost(message, optional, tag = "8")]
    pub host_vehicle_id: Option<Id>,
}

/// `MountingPosition`, only to tell a sensor view from other messages.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct MountingPosition {
    #[prost(message, optional, tag = "1")]
    pub position: Option<Vec3>,
    #[prost(message, optional, tag = "2")]
    pub orientation: Option<Orientation>,
}

/// `StationaryObject`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct StationaryObject {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub base: Option<BaseStationary>,
    #[prost(message, optional, tag = "3")]
    pub classification: Option<StationaryClassification>,
    #[prost(message, repeated, tag = "5")]
    pub source_reference: Vec<ExternalReference>,
}

/// `StationaryObject.Classification`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct StationaryClassification {
    #[prost(int32, optional, tag = "1")]
    pub kind: Option<i32>,
}

/// `MovingObject` as it is needed in every frame.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MovingObject {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub base: Option<BaseMoving>,
    #[prost(int32, optional, tag = "3")]
    pub kind: Option<i32>,
    #[prost(message, optional, tag = "5")]
    pub vehicle_attributes: Option<VehicleAttributes>,
    #[prost(message, optional, tag = "6")]
    pub vehicle_classification: Option<VehicleClassification>,
    #[prost(message, repeated, tag = "10")]
    pub source_reference: Vec<ExternalReference>,
}

/// `MovingObject.VehicleAttributes`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct VehicleAttributes {
    #[prost(message, optional, tag = "4")]
    pub bbcenter_to_rear: Option<Vec3>,
    #[prost(message, optional, tag = "5")]
    pub bbcenter_to_front: Option<Vec3>,
    #[prost(message, repeated, tag = "7")]
    pub wheel_data: Vec<Wheel>,
    #[prost(double, optional, tag = "8")]
    pub steering_wheel_angle: Option<f64>,
}

/// `MovingObject.VehicleAttributes.WheelData`: axle 0 is the foremost, index counts from the right.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Wheel {
    #[prost(uint32, optional, tag = "1")]
    pub axle: Option<u32>,
    #[prost(message, optional, tag = "3")]
    pub position: Option<Vec3>,
    #[prost(double, optional, tag = "6")]
    pub width: Option<f64>,
    #[prost(message, optional, tag = "7")]
    pub orientation: Option<Orientation>,
}

/// `MovingObject.VehicleClassification`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct VehicleClassification {
    #[prost(int32, optional, tag = "1")]
    pub kind: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub light_state: Option<LightState>,
    #[prost(bool, optional, tag = "3")]
    pub has_trailer: Option<bool>,
    #[prost(message, optional, tag = "4")]
    pub trailer_id: Option<Id>,
}

/// `MovingObject.VehicleClassification.LightState`; enumerations are 2 for off and 3 or more for on.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct LightState {
    #[prost(int32, optional, tag = "1")]
    pub indicator: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub front_fog: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub rear_fog: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub head: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    pub high_beam: Option<i32>,
    #[prost(int32, optional, tag = "6")]
    pub reversing: Option<i32>,
    #[prost(int32, optional, tag = "7")]
    pub brake: Option<i32>,
    #[prost(int32, optional, tag = "9")]
    pub emergency: Option<i32>,
    #[prost(int32, optional, tag = "11")]
    pub tail: Option<i32>,
}

/// `TrafficLight`: one bulb of a signal head.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TrafficLight {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub base: Option<BaseStationary>,
    #[prost(message, optional, tag = "3")]
    pub classification: Option<LightClassification>,
    #[prost(message, repeated, tag = "5")]
    pub source_reference: Vec<ExternalReference>,
}

/// `TrafficLight.Classification`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LightClassification {
    #[prost(int32, optional, tag = "1")]
    pub color: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub icon: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub mode: Option<i32>,
    #[prost(message, repeated, tag = "5")]
    pub assigned_lane_id: Vec<Id>,
    #[prost(bool, optional, tag = "6")]
    pub is_out_of_service: Option<bool>,
}

impl Id {
    /// The value, unless it is the one that means "none".
    pub fn known(self) -> Option<u64> {
        // A present message without the field stands for 0: writers may leave default values out.
        Some(self.value.unwrap_or(0)).filter(|v| *v != u64::MAX)
    }

    pub fn new(value: u64) -> Self {
        Self { value: Some(value) }
    }
}

impl Timestamp {
    /// Nanoseconds, if they fit.
    pub fn ns(self) -> Option<i64> {
        let s = self.seconds.unwrap_or(0).checked_mul(1_000_000_000)?;
        s.checked_add(i64::from(self.nanos.unwrap_or(0)))
    }

    pub fn from_ns(ns: i64) -> Self {
        let nanos = ns.rem_euclid(1_000_000_000) as u32;
        Self { seconds: Some(ns.div_euclid(1_000_000_000)), nanos: Some(nanos) }
    }
}

impl Vec3 {
    pub fn new(x: f64, y: f64, z: f64) -> Self {
        Self { x: Some(x), y: Some(y), z: Some(z) }
    }

    /// x and y; a part that is left out stands for 0, as in any OSI message.
    pub fn xy(self) -> [f64; 2] {
        [self.x.unwrap_or(0.0), self.y.unwrap_or(0.0)]
    }

    pub fn xyz(self) -> [f64; 3] {
        [self.x.unwrap_or(0.0), self.y.unwrap_or(0.0), self.z.unwrap_or(0.0)]
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c] = [self.major, self.minor, self.patch].map(|v| v.unwrap_or(0));
        write!(f, "{a}.{b}.{c}")
    }
}
