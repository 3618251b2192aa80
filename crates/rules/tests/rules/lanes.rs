//! Twins and cases of the rules about lanes and lines.

use lukao_model::vehicle::ActorClass;
use lukao_testkit::{ActorBuilder, Motion};

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive, two_lanes};
use crate::twins::Twin;

/// An expressway with two lanes, a bicycle lane and a hard shoulder for all tastes.
fn many() -> Straight {
    let mut road = Straight::one_way(2).kind("motorway");
    road.right.extend([("stop", "solid"), ("bus", "solid"), ("biking", "solid"), ("sidewalk", "none")]);
    road
}

/// Straight on at 10 m/s for 4 s, `y_m` to the left of the reference line.
fn along(road: Straight, y_m: f64) -> Case {
    Case::new(drive(4.0, car("ego", 10.0, y_m, 10.0)).build()).on(road.track())
}

/// Backward on a one-way road, for `way_m`.
fn backward(way_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::at(50.0, -1.75, 0.0).speed(-2.0).cruise(0.5 * way_m).speed(0.0);
    let ego = accurate(ActorBuilder::car("ego").motion(motion).dynamics(), accuracy_m);
    Case::new(drive(3.0, ego).build()).on(Straight::one_way(1).track()).guarded()
}

/// For some time on the line between two lanes, then in the middle of one.
fn riding(time_s: f64, accuracy_m: f64) -> Case {
    let motion = Motion::points(&[
        (0.0, 10.0, -3.4, 0.0),
        (time_s, 10.0 + 10.0 * time_s, -3.4, 0.0),
        (time_s + 0.01, 10.1 + 10.0 * time_s, -1.75, 0.0),
        (20.0, 210.0, -1.75, 0.0),
    ]);
    let ego = accurate(ActorBuilder::car("ego").motion(motion), accuracy_m);
    Case::new(drive(20.0, ego).build()).on(Straight::one_way(2).track()).guarded()
}

/// With the left corners `reach_m` over the centre line for 100 m.
fn over(reach_m: f64, accuracy_m: f64) -> Case {
    let ego = accurate(car("ego", 10.0, reach_m - 0.9, 10.0), accuracy_m);
    let case = Case::new(drive(6.0, ego).build()).on(two_lanes("broken")).guarded();
    case.params("max_distance_m = 59.9")
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("bus-lane-used", [along(many(), -1.75), along(many(), -12.25), along(many(), 90.0)])
            .with("max_distance_m = 30.0"),
        ("emergency-lane-used", [along(many(), -5.25), along(many(), -8.75), along(many(), 90.0)]),
        ("line-ridden", [riding(7.9, 0.0), riding(8.2, 0.0), riding(8.04, 0.0)]),
        ("non-motor-lane-used", [along(many(), -1.75), along(many(), -15.75), along(many(), 90.0)]),
        ("opposite-lane-used", [over(0.29, 0.0), over(0.31, 0.0), over(0.31, 0.1)]),
        ("reversing", [backward(0.9, 0.0), backward(1.3, 0.0), backward(0.9, 0.2)]),
    ]
}

trait With {
    fn with(self, params: &str) -> Self;
}

impl With for Twin {
    /// The same with parameters.
    fn with(self, params: &str) -> Self {
        (self.0, self.1.map(|case| case.params(params)))
    }
}

#[test]
fn ways_and_times_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let f = one(along(many(), -8.75), "emergency-lane-used");
    assert!((f.measured - 40.0).abs() < 1e-9, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("road 1 section 0 lane -3"));
    let f = one(along(many(), -15.75), "non-motor-lane-used");
    assert!((f.measured - 40.0).abs() < 1e-9, "{f:?}");
    let f = one(riding(8.2, 0.0), "line-ridden");
    assert!((f.measured - 8.2).abs() < 1e-9, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("road 1 section 0 line -1"));
    let f = one(over(0.31, 0.0), "opposite-lane-used");
    assert!((f.measured - 60.0).abs() < 1e-9, "{f:?}");
    let f = one(backward(1.3, 0.0), "reversing");
    assert!((f.measured - 1.2).abs() < 1e-9 && f.limit == 1.0, "{f:?}");
}

#[test]
fn an_emergency_lane_is_one_of_an_expressway_unless_the_pack_says_otherwise() {
    let kind = |kind: Option<&'static str>, params: &str| {
        let road = Straight { kind, ..many() };
        along(road, -8.75).params(params).run("emergency-lane-used")
    };
    assert!(kind(Some("town"), "").findings.is_empty());
    assert_eq!(kind(None, "").undetermined[0].what, "kind of road");
    assert_eq!(kind(None, "motorways_only = false").findings.len(), 1);
}

#[test]
fn a_bus_may_use_the_bus_lane() {
    let ego = car("ego", 10.0, -12.25, 10.0).with(|a| a.class = ActorClass::Bus);
    let r = Case::new(drive(9.0, ego).build()).on(many().track()).run("bus-lane-used");
    assert!(r.findings.is_empty() && r.opportunities == 0, "{r:?}");
}

#[test]
fn reversing_is_found_where_the_parameters_say() {
    let on = |road: Straight, params: &str| {
        let motion = Motion::at(50.0, -1.75, 0.0).speed(-2.0).cruise(1000.0);
        let ego = ActorBuilder::car("ego").motion(motion).dynamics();
        Case::new(drive(3.0, ego).build()).on(road.track()).params(params).run("reversing")
    };
    let two_way = || Straight::two_way("broken");
    assert!(on(two_way(), "").findings.is_empty(), "an ordinary road");
    let place = |r: &lukao_model::RuleResult| r.findings[0].element.clone().unwrap();
    assert_eq!(place(&on(two_way().structure("tunnel", 40.0, 50.0), "")), "tunnel s / road 1");
    assert!(on(two_way().structure("tunnel", 40.0, 50.0), "in_tunnels = false").findings.is_empty());
    assert!(on(two_way().structure("tunnel", 60.0, 50.0), "").findings.is_empty(), "before the tunnel");
    assert_eq!(place(&on(two_way().structure("bridge", 40.0, 50.0), "")), "bridge s / road 1");
    assert_eq!(place(&on(two_way().kind("motorway"), "")), "road 1");
}

#[test]
fn only_solid_lines_if_the_pack_says_so() {
    let broken = riding(12.0, 0.0).params("lines = \"solid\"").run("line-ridden");
    assert!(broken.findings.is_empty());
    let mut road = Straight::one_way(2);
    road.right[0].1 = "solid";
    let solid = riding(12.0, 0.0).on(road.track()).params("lines = \"solid\"").run("line-ridden");
    assert_eq!(solid.findings.len(), 1);
    let wheels = riding(12.0, 0.0).params("part = \"wheels\"").run("line-ridden");
    assert_eq!(wheels.undetermined[0].what, "wheel geometry");
}
