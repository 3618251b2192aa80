//! The schema that an MCAP channel carries: a `FileDescriptorSet` of the messages that [`write`](super::write)
//! makes, with the standard's names, so that tools without OSI of their own can show them.
//!
//! Enumerations are plain integers in it; the bytes of the messages are the same either way.

use prost::Message;

const DOUBLE: &str = "1";
const INT64: &str = "3";
const UINT64: &str = "4";
const INT32: &str = "5";
const BOOL: &str = "8";
const STRING: &str = "9";
const UINT32: &str = "13";

/// Message (nested ones after a dot), and its fields: name (`*` before repeated ones), number, and a scalar's
/// type or a message's name.
type Row = (&'static str, &'static [(&'static str, i32, &'static str)]);

const XYZ: &[(&str, i32, &str)] = &[("x", 1, DOUBLE), ("y", 2, DOUBLE), ("z", 3, DOUBLE)];

const MESSAGES: &[Row] = &[
    (
        "InterfaceVersion",
        &[("version_major", 1, UINT32), ("version_minor", 2, UINT32), ("version_patch", 3, UINT32)],
    ),
    ("Timestamp", &[("seconds", 1, INT64), ("nanos", 2, UINT32)]),
    ("Identifier", &[("value", 1, UINT64)]),
    ("Vector3d", XYZ),
    ("Dimension3d", &[("length", 1, DOUBLE), ("width", 2, DOUBLE), ("height", 3, DOUBLE)]),
    ("Orientation3d", &[("roll", 1, DOUBLE), ("pitch", 2, DOUBLE), ("yaw", 3, DOUBLE)]),
    ("ExternalReference", &[("reference", 1, STRING), ("type", 2, STRING), ("*identifier", 3, STRING)]),
    (
        "BaseMoving",
        &[
            ("dimension", 1, "Dimension3d"),
            ("position", 2, "Vector3d"),
            ("orientation", 3, "Orientation3d"),
            ("velocity", 4, "Vector3d"),
            ("acceleration", 5, "Vector3d"),
            ("orientation_rate", 6, "Orientation3d"),
        ],
    ),
    (
        "GroundTruth",
        &[
            ("version", 1, "InterfaceVersion"),
            ("timestamp", 2, "Timestamp"),
            ("host_vehicle_id", 3, "Identifier"),
            ("*moving_object", 5, "MovingObject"),
            ("*traffic_light", 7, "TrafficLight"),
            ("proj_string", 14, STRING),
            ("map_reference", 15, STRING),
            ("model_reference", 16, STRING),
            ("proj_frame_offset", 20, "GroundTruth.ProjFrameOffset"),
        ],
    ),
    ("GroundTruth.ProjFrameOffset", &[("position", 1, "Vector3d"), ("yaw", 2, DOUBLE)]),
    (
        "MovingObject",
        &[
            ("id", 1, "Identifier"),
            ("base", 2, "BaseMoving"),
            ("type", 3, INT32),
            ("vehicle_attributes", 5, "MovingObject.VehicleAttributes"),
            ("vehicle_classification", 6, "MovingObject.VehicleClassification"),
            ("*source_reference", 10, "ExternalReference"),
        ],
    ),
    ("MovingObject.VehicleAttributes", &[("steering_wheel_angle", 8, DOUBLE)]),
    (
        "MovingObject.VehicleClassification",
        &[
            ("type", 1, INT32),
            ("light_state", 2, "MovingObject.VehicleClassification.LightState"),
            ("has_trailer", 3, BOOL),
            ("trailer_id", 4, "Identifier"),
        ],
    ),
    (
        "MovingObject.VehicleClassification.LightState",
        &[
            ("indicator_state", 1, INT32),
            ("front_fog_light", 2, INT32),
            ("rear_fog_light", 3, INT32),
            ("head_light", 4, INT32),
            ("high_beam", 5, INT32),
            ("reversing_light", 6, INT32),
            ("brake_light_state", 7, INT32),
            ("emergency_vehicle_illumination", 9, INT32),
            ("tail_light", 11, INT32),
        ],
    ),
    (
        "TrafficLight",
        &[
            ("id", 1, "Identifier"),
            ("classification", 3, "TrafficLight.Classification"),
            ("*source_reference", 5, "ExternalReference"),
        ],
    ),
    ("TrafficLight.Classification", &[("color", 1, INT32), ("icon", 2, INT32), ("mode", 3, INT32)]),
    ("VehicleSteeringWheel", &[("angle", 1, DOUBLE)]),
    (
        "HostVehicleData",
        &[
            ("vehicle_powertrain", 4, "HostVehicleData.VehiclePowertrain"),
            ("vehicle_brake_system", 5, "HostVehicleData.VehicleBrakeSystem"),
            ("vehicle_steering", 6, "HostVehicleData.VehicleSteering"),
            ("version", 9, "InterfaceVersion"),
            ("timestamp", 10, "Timestamp"),
            ("host_vehicle_id", 11, "Identifier"),
            ("*vehicle_automated_driving_function", 12, "HostVehicleData.VehicleAutomatedDrivingFunction"),
            ("vehicle_motion", 13, "HostVehicleData.VehicleMotion"),
        ],
    ),
    (
        "HostVehicleData.VehiclePowertrain",
        &[("pedal_position_acceleration", 1, DOUBLE), ("gear_transmission", 3, INT32)],
    ),
    ("HostVehicleData.VehicleBrakeSystem", &[("pedal_position_brake", 1, DOUBLE)]),
    ("HostVehicleData.VehicleSteering", &[("vehicle_steering_wheel", 1, "VehicleSteeringWheel")]),
    (
        "HostVehicleData.VehicleMotion",
        &[
            ("velocity", 3, "Vector3d"),
            ("orientation_rate", 4, "Orientation3d"),
            ("acceleration", 5, "Vector3d"),
        ],
    ),
    (
        "HostVehicleData.VehicleAutomatedDrivingFunction",
        &[
            ("name", 1, INT32),
            ("custom_name", 2, STRING),
            ("state", 3, INT32),
            ("custom_state", 4, STRING),
            ("driver_override", 5, "HostVehicleData.VehicleAutomatedDrivingFunction.DriverOverride"),
        ],
    ),
    (
        "HostVehicleData.VehicleAutomatedDrivingFunction.DriverOverride",
        &[("active", 1, BOOL), ("*override_reason", 2, INT32)],
    ),
];

#[derive(Clone, PartialEq, prost::Message)]
struct FileSet {
    #[prost(message, repeated, tag = "1")]
    file: Vec<File>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct File {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "4")]
    message: Vec<Descriptor>,
    #[prost(string, tag = "12")]
    syntax: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Descriptor {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    field: Vec<Field>,
    #[prost(message, repeated, tag = "3")]
    nested: Vec<Descriptor>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Field {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int32, tag = "3")]
    number: i32,
    #[prost(int32, tag = "4")]
    label: i32,
    #[prost(int32, tag = "5")]
    kind: i32,
    #[prost(string, optional, tag = "6")]
    type_name: Option<String>,
}

/// The schema's bytes.
pub fn descriptor_set() -> Vec<u8> {
    let file = File {
        name: "osi3.proto".into(),
        package: "osi3".into(),
        message: descriptors(""),
        syntax: "proto2".into(),
    };
    FileSet { file: vec![file] }.encode_to_vec()
}

/// Messages directly inside one (its name with a dot behind it).
fn descriptors(within: &str) -> Vec<Descriptor> {
    let direct = |(name, fields): &Row| {
        let own = name.strip_prefix(within).filter(|own| !own.contains('.'))?;
        let field = fields.iter().map(|f| field(*f)).collect();
        Some(Descriptor { name: own.into(), field, nested: descriptors(&format!("{name}.")) })
    };
    MESSAGES.iter().filter_map(direct).collect()
}

fn field((name, number, kind): (&str, i32, &str)) -> Field {
    const OPTIONAL: i32 = 1;
    const REPEATED: i32 = 3;
    const MESSAGE: i32 = 11;
    let (name, label) = match name.strip_prefix('*') {
        Some(name) => (name, REPEATED),
        None => (name, OPTIONAL),
    };
    let (kind, type_name) = match kind.parse() {
        Ok(scalar) => (scalar, None),
        Err(_) => (MESSAGE, Some(format!(".osi3.{kind}"))),
    };
    Field { name: name.into(), number, label, kind, type_name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_that_is_named_is_described() {
        for (message, fields) in MESSAGES {
            let mut numbers: Vec<i32> = fields.iter().map(|f| f.1).collect();
            numbers.dedup();
            assert_eq!(numbers.len(), fields.len(), "{message}");
            for (name, _, kind) in *fields {
                let known = kind.parse::<i32>().is_ok() || MESSAGES.iter().any(|(m, _)| m == kind);
                assert!(known, "{message}.{name} is of {kind}");
            }
        }
        let all = FileSet::decode(&descriptor_set()[..]).unwrap();
        let object = all.file[0].message.iter().find(|m| m.name == "MovingObject").unwrap();
        assert_eq!(object.nested[1].nested[0].name, "LightState");
    }
}
