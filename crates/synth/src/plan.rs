//! A plan, and the drive that it makes.

use lukao_model::{Drive, Error};
use lukao_testkit::DriveBuilder;
use lukao_track::Track;

use crate::body::Body;
use crate::sound::Bounds;
use crate::truth::{Side, Truth};

type Said = Box<dyn FnOnce(DriveBuilder) -> DriveBuilder>;

/// A drive to be made: where, who moves how, what else the log says, and what is true of it.
pub struct Plan {
    name: String,
    track: Option<Track>,
    to_s: f64,
    hz: f64,
    bounds: Bounds,
    ego: Body,
    actors: Vec<Body>,
    said: Vec<Said>,
    truth: Truth,
}

/// What a plan makes.
#[derive(Clone, Debug)]
pub struct Made {
    /// What is true of the drive; was written before the drive.
    pub truth: Truth,
    /// The drive.
    pub drive: Drive,
    /// The track, in the drive's frame.
    pub track: Option<Track>,
}

impl Plan {
    /// A drive of some seconds at 20 Hz.
    #[must_use]
    pub fn new(name: &str, to_s: f64, ego: Body) -> Self {
        Self {
            name: name.into(),
            track: None,
            to_s,
            hz: 20.0,
            bounds: Bounds::default(),
            ego,
            actors: Vec::new(),
            said: Vec::new(),
            truth: Truth::default(),
        }
    }

    /// On a track.
    #[must_use]
    pub fn on(mut self, track: Track) -> Self {
        self.track = Some(track);
        self
    }

    /// Rate of the log.
    #[must_use]
    pub fn hz(mut self, hz: f64) -> Self {
        self.hz = hz;
        self
    }

    /// Other bounds of what vehicles can do.
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// One more road user or thing.
    #[must_use]
    pub fn actor(mut self, body: Body) -> Self {
        self.actors.push(body);
        self
    }

    /// What else the log says: lights, lamps, driving mode, marks, weather.
    #[must_use]
    pub fn log(mut self, say: impl FnOnce(DriveBuilder) -> DriveBuilder + 'static) -> Self {
        self.said.push(Box::new(say));
        self
    }

    /// When the planned conduct takes place, s.
    #[must_use]
    pub fn when_s(mut self, from_s: f64, to_s: f64) -> Self {
        self.truth.when_s = Some((from_s, to_s));
        self
    }

    /// Size of the planned conduct.
    #[must_use]
    pub fn size(mut self, size: Option<f64>) -> Self {
        self.truth.size = size;
        self
    }

    /// How well the plan knows the size of the planned conduct.
    #[must_use]
    pub fn known_to(mut self, u: Option<f64>) -> Self {
        self.truth.known_to = u;
        self
    }

    /// Other conduct that this plan cannot do without, and why.
    #[must_use]
    pub fn side(mut self, conduct: &str, why: &str) -> Self {
        self.truth.side.push(Side { conduct: conduct.into(), why: why.into() });
        self
    }

    /// The ego.
    #[must_use]
    pub fn ego(&self) -> &Body {
        &self.ego
    }

    /// What is true of the drive.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Makes the drive. The same plan gives the same drive, bit for bit.
    ///
    /// # Errors
    /// If a vehicle would have to do what none can.
    pub fn make(self) -> Result<Made, Error> {
        let truth = self.truth;
        for body in self.actors.iter().chain([&self.ego]) {
            self.bounds.check(body, self.to_s)?;
        }
        let mut builder =
            DriveBuilder::new(&self.name).span_s(0.0, self.to_s).hz(self.hz).ego(self.ego.actor());
        for body in &self.actors {
            builder = builder.actor(body.actor());
        }
        for say in self.said {
            builder = say(builder);
        }
        Ok(Made { truth, drive: builder.build(), track: self.track })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Course, Path, Speed};
    use lukao_model::{Channel, math};

    fn turning() -> Plan {
        let path = Path::from(0.0, 0.0, 0.0).straight(40.0).turn(90.0, 12.0).straight(60.0);
        let ego = Body::car("ego")
            .course(Course::new(path, Speed::of(8.0).to(5.0, 2.0).hold_to_m(40.0).to(9.0, 1.5)));
        Plan::new("turning", 15.0, ego).hz(50.0)
    }

    #[test]
    fn the_same_plan_gives_the_same_drive() {
        assert_eq!(turning().make().unwrap().drive, turning().make().unwrap().drive);
    }

    #[test]
    fn the_rear_axle_does_not_slip_and_the_channels_are_those_of_the_motion() {
        let drive = turning().make().unwrap().drive;
        let run = &drive.runs()[0];
        let real = |c: Channel, i: usize| run.channels.real(c).unwrap().get(i).unwrap();
        let h = 0.02;
        let mut cornered = 0;
        for i in 1..run.len() - 1 {
            let (a, p, b) = (run.pose(i - 1), run.pose(i), run.pose(i + 1));
            let (sin, cos) = math::sin_cos(p.yaw_rad);
            let axle = |p: &lukao_model::drive::Pose| {
                let (sin, cos) = math::sin_cos(p.yaw_rad);
                [p.x_m - 1.35 * cos, p.y_m - 1.35 * sin]
            };
            let (from, to) = (axle(&a), axle(&b));
            let v = [(to[0] - from[0]) / (2.0 * h), (to[1] - from[1]) / (2.0 * h)];
            assert!((v[1] * cos - v[0] * sin).abs() < 2e-3, "slips at {i}");
            assert!((v[0] * cos + v[1] * sin - real(Channel::Speed, i)).abs() < 5e-3, "speed at {i}");
            // Acceleration of the middle, from its positions.
            let acc = [(a.x_m - 2.0 * p.x_m + b.x_m) / (h * h), (a.y_m - 2.0 * p.y_m + b.y_m) / (h * h)];
            let (lon, lat) = (acc[0] * cos + acc[1] * sin, acc[1] * cos - acc[0] * sin);
            assert!((lon - real(Channel::AccelLon, i)).abs() < 0.25, "{lon} at {i}");
            assert!((lat - real(Channel::AccelLat, i)).abs() < 0.25, "{lat} at {i}");
            cornered += usize::from(lat > 1.5);
        }
        assert!(cornered > 20);
    }

    #[test]
    fn three_strokes_turn_a_car_about() {
        let course = Course::new(
            Path::from(0.0, 0.0, 0.0).turn(60.0, 5.0),
            Speed::of(0.0).to(1.5, 1.0).stop_at_m(9.0, 1.0),
        )
        .then_back(|p| p.turn(60.0, 5.0), Speed::of(0.0).to(-1.5, 1.0).hold_s(3.0).to(0.0, 1.0))
        .then(|p| p.turn(60.0, 5.0).straight(10.0), Speed::of(0.0).to(2.0, 1.0).hold_s(6.0).to(0.0, 1.0));
        let end_s = course.end_s();
        let made = Plan::new("turn about", end_s, Body::car("ego").course(course)).make().unwrap();
        let run = &made.drive.runs()[0];
        let steps: Vec<f64> = (1..run.len())
            .map(|i| {
                math::hypot(
                    run.x_m.values()[i] - run.x_m.values()[i - 1],
                    run.y_m.values()[i] - run.y_m.values()[i - 1],
                )
            })
            .collect();
        assert!(steps.iter().all(|d| *d < 0.15), "no jump between strokes");
        let yaw = run.pose(run.len() - 1).yaw_rad;
        assert!(yaw.abs() > 2.6, "turned about: {yaw}");
    }

    #[test]
    fn what_no_vehicle_can_do_is_refused() {
        let refuse = |path: Path, speed: Speed| {
            let ego = Body::car("ego").course(Course::new(path, speed));
            Plan::new("no", 20.0, ego).make().unwrap_err().to_string()
        };
        let line = || Path::from(0.0, 0.0, 0.0).straight(10.0);
        let e = refuse(line(), Speed::of(20.0).hold_s(1.0).to(0.0, 12.0));
        assert!(e.starts_with("plan of ego: expected acceleration of at most 9 m/s²"), "{e}");
        assert!(refuse(line().turn(90.0, 2.0), Speed::of(1.0)).contains("wheel angle of at most"));
        assert!(refuse(line().turn(90.0, 20.0), Speed::of(20.0)).contains("lateral acceleration"));
        assert!(refuse(line(), Speed::of(20.0).to_with(10.0, 5.0, 100.0)).contains("jerk of at most"));
        assert!(refuse(line().shift(3.0, 6.0), Speed::of(10.0)).contains("of at most"));
    }
}
