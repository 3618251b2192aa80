//! One actor of a small drive.

use std::sync::Arc;

use lukao_model::Origin;
use lukao_model::channel::Channel;
use lukao_model::drive::{Actor, PoseAccuracy};
use lukao_model::values::Accuracy;
use lukao_model::vehicle::{ActorClass, BoxSize, VehicleSheet};

use crate::motion::{Motion, State};

/// What a sampled channel is computed from: time since the drive began, s, and the state of motion then.
pub(crate) type RealFn = Arc<dyn Fn(f64, &State) -> Option<f64>>;
/// Height of the ground at a place.
pub(crate) type GroundFn = Arc<dyn Fn([f64; 2]) -> f64>;
pub(crate) type CodeFn = Arc<dyn Fn(f64, &State) -> Option<u8>>;

#[derive(Clone)]
pub(crate) enum Sampled {
    Real(RealFn),
    Code(CodeFn),
}

/// An actor: what it is, how it moves, which channels its run has.
///
/// Exact by default (accuracy 0, from a simulation), so that a test's uncertainty is what it says itself.
#[derive(Clone)]
pub struct ActorBuilder {
    pub(crate) actor: Actor,
    pub(crate) size: BoxSize,
    pub(crate) motion: Motion,
    pub(crate) z_m: Option<f64>,
    pub(crate) ground: Option<GroundFn>,
    pub(crate) present_s: Option<Vec<(f64, f64)>>,
    pub(crate) hz: Option<f64>,
    pub(crate) stream: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) accuracy: PoseAccuracy,
    pub(crate) channels: Vec<(Channel, Sampled, Accuracy, Option<Origin>)>,
}

impl ActorBuilder {
    /// An actor of any class and size, metres, standing at the origin.
    #[must_use]
    pub fn new(id: &str, class: ActorClass, length_m: f64, width_m: f64) -> Self {
        Self {
            actor: Actor { id: id.into(), class, reference_point: "box centre".into(), ..Actor::default() },
            size: BoxSize { length_m, width_m, height_m: Some(1.5), accuracy_m: Some(0.0) },
            motion: Motion::at(0.0, 0.0, 0.0),
            z_m: Some(0.0),
            ground: None,
            present_s: None,
            hz: None,
            stream: None,
            origin: Origin::Simulation,
            accuracy: PoseAccuracy { position_m: Accuracy::Constant(0.0), yaw_rad: Accuracy::Constant(0.0) },
            channels: Vec::new(),
        }
    }

    /// A passenger car, 4.5 m × 1.8 m.
    #[must_use]
    pub fn car(id: &str) -> Self {
        Self::new(id, ActorClass::Car, 4.5, 1.8)
    }

    /// A pedestrian, 0.5 m × 0.6 m.
    #[must_use]
    pub fn pedestrian(id: &str) -> Self {
        Self::new(id, ActorClass::Pedestrian, 0.5, 0.6)
    }

    /// A bicycle, 1.8 m × 0.6 m.
    #[must_use]
    pub fn bicycle(id: &str) -> Self {
        Self::new(id, ActorClass::Bicycle, 1.8, 0.6)
    }

    /// How it moves; time 0 is the drive's begin.
    #[must_use]
    pub fn motion(mut self, motion: Motion) -> Self {
        self.motion = motion;
        self
    }

    /// Length and width, metres.
    #[must_use]
    pub fn size(mut self, length_m: f64, width_m: f64) -> Self {
        self.size.length_m = length_m;
        self.size.width_m = width_m;
        self
    }

    /// Height of the underside and of the box; `None` is unknown.
    #[must_use]
    pub fn height(mut self, z_m: Option<f64>, height_m: Option<f64>) -> Self {
        self.z_m = z_m;
        self.size.height_m = height_m;
        self
    }

    /// Height of the underside at each place, metres: the ground that it stands on.
    #[must_use]
    pub fn ground(mut self, height_m: impl Fn([f64; 2]) -> f64 + 'static) -> Self {
        self.ground = Some(Arc::new(height_m));
        self
    }

    /// Seen only in these closed intervals, s since the drive began; each is a run. Default: always.
    #[must_use]
    pub fn present_s(mut self, intervals: &[(f64, f64)]) -> Self {
        self.present_s = Some(intervals.to_vec());
        self
    }

    /// Rate of its own; otherwise it is in lockstep with the drive.
    #[must_use]
    pub fn hz(mut self, hz: f64) -> Self {
        self.hz = Some(hz);
        self
    }

    /// Recorded by a device declared with [`DriveBuilder::stream`](crate::DriveBuilder::stream).
    #[must_use]
    pub fn stream(mut self, name: &str) -> Self {
        self.stream = Some(name.into());
        self
    }

    /// Where pose and channels come from.
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Accuracy of position (m) and yaw (rad), k = 2; `None` is unknown. Clears that of the size if unknown.
    #[must_use]
    pub fn accuracy(mut self, position_m: Option<f64>, yaw_rad: Option<f64>) -> Self {
        let known = |u: Option<f64>| u.map_or(Accuracy::Unknown, Accuracy::Constant);
        self.accuracy = PoseAccuracy { position_m: known(position_m), yaw_rad: known(yaw_rad) };
        self
    }

    /// Accuracy of length and width, m, k = 2.
    #[must_use]
    pub fn size_accuracy(mut self, accuracy_m: Option<f64>) -> Self {
        self.size.accuracy_m = accuracy_m;
        self
    }

    /// A vehicle sheet.
    #[must_use]
    pub fn sheet(mut self, sheet: VehicleSheet) -> Self {
        self.actor.sheet = Some(sheet);
        self
    }

    /// Anything else about the actor.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Actor)) -> Self {
        change(&mut self.actor);
        self
    }

    /// Speed, longitudinal and lateral acceleration and yaw rate, true to the motion and exact.
    #[must_use]
    pub fn dynamics(self) -> Self {
        self.real(Channel::Speed, |_, s| Some(s.speed_mps))
            .real(Channel::AccelLon, |_, s| Some(s.accel_lon_mps2))
            .real(Channel::AccelLat, |_, s| Some(s.speed_mps * s.speed_mps * s.curvature_per_m))
            .real(Channel::YawRate, |_, s| Some(s.speed_mps * s.curvature_per_m))
    }

    /// A real channel on the run's ticks, from time (s since the drive began) and state; exact.
    #[must_use]
    pub fn real(mut self, channel: Channel, f: impl Fn(f64, &State) -> Option<f64> + 'static) -> Self {
        self.channels.push((channel, Sampled::Real(Arc::new(f)), Accuracy::Constant(0.0), None));
        self
    }

    /// A code channel on the run's ticks, from time (s since the drive began) and state.
    #[must_use]
    pub fn code(mut self, channel: Channel, f: impl Fn(f64, &State) -> Option<u8> + 'static) -> Self {
        self.channels.push((channel, Sampled::Code(Arc::new(f)), Accuracy::Unknown, None));
        self
    }

    /// Accuracy and origin of a channel added before.
    ///
    /// # Panics
    /// If there is no such channel.
    #[must_use]
    pub fn channel_quality(mut self, channel: Channel, accuracy: Accuracy, origin: Origin) -> Self {
        let c = self.channels.iter_mut().find(|c| c.0 == channel).expect("a channel added before");
        (c.2, c.3) = (accuracy, Some(origin));
        self
    }
}
