//! What moves: the ego, other road users, things.

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_model::values::Accuracy;
use lukao_model::vehicle::{ActorClass, VehicleSheet};
use lukao_model::{Channel, Origin, code};
use lukao_testkit::{ActorBuilder, Motion, State};

use crate::course::{CAR_AXLE_M, Course};

/// Distance between the axles of a car, metres.
const CAR_WHEELBASE_M: f64 = 2.7;

/// A body with its course and with what the log tells of it. Everything is exact unless [`Body::log`] says otherwise.
#[derive(Clone)]
pub struct Body {
    pub(crate) id: String,
    pub(crate) course: Course,
    pub(crate) wheelbase_m: Option<f64>,
    axle_m: f64,
    builder: ActorBuilder,
    gear: Option<code::Gear>,
    instruments: bool,
}

impl Body {
    /// A passenger car, 4.5 m × 1.8 m, with its vehicle sheet.
    #[must_use]
    pub fn car(id: &str) -> Self {
        let sheet = VehicleSheet {
            wheelbase_m: Some(CAR_WHEELBASE_M),
            front_overhang_m: Some(0.9),
            rear_overhang_m: Some(0.9),
            front_track_m: Some(1.55),
            rear_track_m: Some(1.55),
            tyre_width_m: Some(0.2),
            accuracy_m: Some(0.0),
            ..VehicleSheet::default()
        };
        let builder = ActorBuilder::car(id).sheet(sheet);
        Self::of(id, builder, CAR_AXLE_M, Some(CAR_WHEELBASE_M))
    }

    /// A vehicle of another kind, metres. Its rear axle is a fifth of its length from the rear, the wheelbase three
    /// fifths.
    #[must_use]
    pub fn vehicle(id: &str, class: ActorClass, length_m: f64, width_m: f64) -> Self {
        Self::of(id, ActorBuilder::new(id, class, length_m, width_m), 0.3 * length_m, Some(0.6 * length_m))
    }

    /// A person, an animal or a thing, metres: no axles, and its middle follows the path.
    #[must_use]
    pub fn other(id: &str, class: ActorClass, length_m: f64, width_m: f64) -> Self {
        Self::of(id, ActorBuilder::new(id, class, length_m, width_m), 0.0, None)
    }

    /// A pedestrian, 0.5 m × 0.6 m.
    #[must_use]
    pub fn pedestrian(id: &str) -> Self {
        Self::other(id, ActorClass::Pedestrian, 0.5, 0.6)
    }

    /// A bicycle with its rider, 1.8 m × 0.6 m.
    #[must_use]
    pub fn bicycle(id: &str) -> Self {
        Self::vehicle(id, ActorClass::Bicycle, 1.8, 0.6)
    }

    fn of(id: &str, builder: ActorBuilder, axle_m: f64, wheelbase_m: Option<f64>) -> Self {
        let course = Course::standing(0.0, 0.0, 0.0).with_axle_m(axle_m);
        Self { id: id.into(), course, wheelbase_m, axle_m, builder, gear: None, instruments: false }
    }

    /// How it moves.
    #[must_use]
    pub fn course(mut self, course: Course) -> Self {
        self.course = course.with_axle_m(self.axle_m);
        self
    }

    /// Stays in a gear, whichever way it moves: a car that rolls. Otherwise it backs in reverse.
    #[must_use]
    pub fn in_gear(mut self, gear: code::Gear) -> Self {
        self.gear = Some(gear);
        self
    }

    /// Measured as on a proving ground: motion by a reference instrument with its accuracy, gear and wheel angle from the
    /// vehicle's bus.
    #[must_use]
    pub fn with_instruments(mut self) -> Self {
        self.instruments = true;
        self
    }

    /// What the log tells of it otherwise: accuracy, further channels, absence, another clock.
    #[must_use]
    pub fn log(mut self, change: impl FnOnce(ActorBuilder) -> ActorBuilder) -> Self {
        self.builder = change(self.builder);
        self
    }

    /// State of the middle of the footprint. The curvature is that of the rear axle's path.
    #[must_use]
    pub fn state(&self, t_s: f64) -> State {
        state(&self.course, self.axle_m, t_s)
    }

    /// The actor as the log will hold it. Channels: speed, both accelerations, yaw rate, wheel angle, gear.
    pub(crate) fn actor(&self) -> ActorBuilder {
        let (course, axle_m) = (self.course.clone(), self.axle_m);
        let wheelbase_m = self.wheelbase_m.unwrap_or(0.0);
        let across = {
            let course = course.clone();
            move |t: f64, s: &State| {
                let yaw_accel =
                    (yaw_rate(&course, t + STEP_S) - yaw_rate(&course, t - STEP_S)) / (2.0 * STEP_S);
                Some(s.speed_mps * s.speed_mps * s.curvature_per_m + axle_m * yaw_accel)
            }
        };
        let held = self.gear;
        let gear = move |s: &State| {
            held.unwrap_or(if s.speed_mps < 0.0 { code::Gear::Reverse } else { code::Gear::Forward })
        };
        let actor = self
            .builder
            .clone()
            .motion(Motion::function(move |t| state(&course, axle_m, t)))
            .real(Channel::Speed, |_, s| Some(s.speed_mps))
            .real(Channel::AccelLon, move |_, s| {
                // Of the middle, which swings out around the rear axle.
                let yaw_rate = s.speed_mps * s.curvature_per_m;
                Some(s.accel_lon_mps2 - axle_m * yaw_rate * yaw_rate)
            })
            .real(Channel::AccelLat, across)
            .real(Channel::YawRate, |_, s| Some(s.speed_mps * s.curvature_per_m))
            .real(Channel::WheelAngle, move |_, s| Some(math::atan(wheelbase_m * s.curvature_per_m)))
            .code(Channel::Gear, move |_, s| Some(gear(s).code()));
        if !self.instruments {
            return actor;
        }
        // k = 2, in each channel's unit.
        [
            (Channel::Speed, 0.02, Origin::Reference),
            (Channel::AccelLon, 0.05, Origin::Reference),
            (Channel::AccelLat, 0.05, Origin::Reference),
            (Channel::YawRate, 0.002, Origin::Reference),
            (Channel::WheelAngle, 0.005, Origin::VehicleBus),
            (Channel::Gear, 0.0, Origin::VehicleBus),
        ]
        .into_iter()
        .fold(actor, |a, (channel, u, origin)| a.channel_quality(channel, Accuracy::Constant(u), origin))
    }
}

/// Half the span over which the change of the yaw rate is taken, s.
const STEP_S: f64 = 1e-3;

fn yaw_rate(course: &Course, t_s: f64) -> f64 {
    let at = course.at(t_s);
    at.speed_mps * at.point.curvature_per_m
}

fn state(course: &Course, axle_m: f64, t_s: f64) -> State {
    let at = course.at(t_s);
    let Pose { x_m, y_m, yaw_rad } = at.point.pose;
    let (sin, cos) = math::sin_cos(yaw_rad);
    State {
        pose: Pose { x_m: x_m + axle_m * cos, y_m: y_m + axle_m * sin, yaw_rad: math::wrap_angle(yaw_rad) },
        speed_mps: at.speed_mps,
        accel_lon_mps2: at.accel_mps2,
        curvature_per_m: at.point.curvature_per_m,
    }
}
