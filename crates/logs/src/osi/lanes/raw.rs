//! The OSI messages that lanes are made of, cut down to the fields that are used.

use super::super::message::{BaseStationary, Id, Vec3};

#[derive(Clone, PartialEq, prost::Message)]
pub struct Lane {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub classification: Option<LaneClassification>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct LaneClassification {
    #[prost(int32, optional, tag = "1")]
    pub kind: Option<i32>,
    #[prost(message, repeated, tag = "3")]
    pub centerline: Vec<Vec3>,
    #[prost(bool, optional, tag = "4")]
    pub centerline_is_driving_direction: Option<bool>,
    #[prost(message, repeated, tag = "5")]
    pub left_adjacent: Vec<Id>,
    #[prost(message, repeated, tag = "6")]
    pub right_adjacent: Vec<Id>,
    #[prost(message, repeated, tag = "7")]
    pub pairing: Vec<Pairing>,
    #[prost(message, repeated, tag = "8")]
    pub right_boundary: Vec<Id>,
    #[prost(message, repeated, tag = "9")]
    pub left_boundary: Vec<Id>,
    #[prost(message, repeated, tag = "10")]
    pub free_boundary: Vec<Id>,
    #[prost(int32, optional, tag = "12")]
    pub subtype: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Pairing {
    #[prost(message, optional, tag = "1")]
    pub antecessor: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub successor: Option<Id>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Boundary {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, repeated, tag = "2")]
    pub line: Vec<Point>,
    #[prost(message, optional, tag = "3")]
    pub classification: Option<BoundaryClassification>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Point {
    #[prost(message, optional, tag = "1")]
    pub position: Option<Vec3>,
    #[prost(double, optional, tag = "2")]
    pub width: Option<f64>,
    #[prost(int32, optional, tag = "4")]
    pub dash: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct BoundaryClassification {
    #[prost(int32, optional, tag = "1")]
    pub kind: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub color: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Marking {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, optional, tag = "2")]
    pub base: Option<BaseStationary>,
    #[prost(message, optional, tag = "3")]
    pub classification: Option<MarkingClassification>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct MarkingClassification {
    #[prost(int32, optional, tag = "2")]
    pub main_sign: Option<i32>,
    #[prost(message, repeated, tag = "6")]
    pub assigned_lane: Vec<Id>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct LogicalBoundary {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(message, repeated, tag = "2")]
    pub line: Vec<LogicalPoint>,
    #[prost(int32, optional, tag = "5")]
    pub passing_rule: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct LogicalPoint {
    #[prost(message, optional, tag = "1")]
    pub position: Option<Vec3>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct LogicalLane {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Id>,
    #[prost(int32, optional, tag = "2")]
    pub kind: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub physical: Vec<Reference>,
    #[prost(int32, optional, tag = "8")]
    pub move_direction: Option<i32>,
    #[prost(message, repeated, tag = "9")]
    pub right_adjacent: Vec<Reference>,
    #[prost(message, repeated, tag = "10")]
    pub left_adjacent: Vec<Reference>,
    #[prost(message, repeated, tag = "12")]
    pub right_boundary: Vec<Id>,
    #[prost(message, repeated, tag = "13")]
    pub left_boundary: Vec<Id>,
    #[prost(message, repeated, tag = "14")]
    pub predecessor: Vec<Reference>,
    #[prost(message, repeated, tag = "15")]
    pub successor: Vec<Reference>,
    #[prost(message, repeated, tag = "17")]
    pub rule: Vec<Rule>,
}

/// Several messages that all begin with another lane's id.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Reference {
    #[prost(message, optional, tag = "1")]
    pub lane: Option<Id>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Rule {
    #[prost(int32, optional, tag = "1")]
    pub kind: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub validity: Option<Validity>,
    #[prost(message, optional, tag = "3")]
    pub speed_limit: Option<SpeedLimit>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Validity {
    #[prost(double, optional, tag = "1")]
    pub start_s: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub end_s: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub for_type: Vec<Empty>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Empty {}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct SpeedLimit {
    #[prost(message, optional, tag = "1")]
    pub value: Option<SignValue>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct SignValue {
    #[prost(double, optional, tag = "1")]
    pub value: Option<f64>,
    #[prost(int32, optional, tag = "2")]
    pub unit: Option<i32>,
}
