//! Cases of the rules on speed.

use lukao_model::Channel;
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};

use crate::case::Case;
use crate::lack::Lack;

/// Metres per second to kilometres per hour.
const KMH: f64 = 3.6;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("speed-limit", 50.0, "km/h")
            .fault("speeds up to this", speeds_up)
            .accuracy(0.01)
            .sizes(&[30.0, 49.0, 60.0, 80.0])
            .lacks(Lack::By("speed limits of the map", no_limit), "speed limit"),
        Case::at_most("exam-speed", 60.0, "km/h")
            .fault("speeds up to this", |kmh| on(road().limit_kmh(100.0), kmh))
            .params("max_kmh = 60.0")
            .accuracy(0.01)
            .sizes(&[40.0, 75.0]),
        Case::at_most("default-speed-limit", 50.0, "km/h")
            .fault("speeds up to this in town, one lane in each direction", |kmh| on(road().kind("town"), kmh))
            .accuracy(0.01)
            .sizes(&[40.0, 58.0]),
        Case::at_most("expressway-too-fast", 120.0, "km/h")
            .fault("speeds up to this on an expressway", |kmh| expressway(kmh, None))
            .accuracy(0.01)
            .sizes(&[110.0, 140.0]),
        Case::at_least("expressway-too-slow", 100.0, "km/h")
            .fault("slows down to this in the left one of two lanes", slows)
            .accuracy(0.01)
            .sizes(&[110.0, 60.0]),
        Case::at_most("fast-in-fog-on-expressway", 60.0, "km/h")
            .fault("drives at this speed with a visibility of 150 m", |kmh| expressway(kmh, Some(150.0)))
            .accuracy(0.01)
            .sizes(&[50.0, 80.0])
            .side("expressway-too-slow", "in fog nobody keeps the least speed of the lane")
            .lacks(Lack::DriveChannel(Channel::Visibility), "visibility_m"),
        Case::at_most("fast-in-low-visibility", 30.0, "km/h")
            .fault("speeds up to this with a visibility of 40 m", |kmh| {
                bare(kmh).log(|d| d.reals(Channel::Visibility, &[(0.0, Some(40.0))]))
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0])
            .lacks(Lack::DriveChannel(Channel::Visibility), "visibility_m"),
        Case::at_most("fast-on-slippery-road", 30.0, "km/h")
            .fault("speeds up to this on ice", |kmh| {
                bare(kmh).log(|d| d.reals(Channel::Friction, &[(0.0, Some(0.2))]))
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0])
            .lacks(Lack::DriveChannel(Channel::Friction), "friction_ratio"),
        Case::at_most("fast-on-narrow-road", 30.0, "km/h")
            .fault("speeds up to this on a road of one lane", |kmh| on(xodr::Road::one_way("1", 600.0, 1), kmh))
            .params("max_width_m = 4.0")
            .accuracy(0.01)
            .sizes(&[20.0, 45.0]),
        Case::at_most("fast-over-level-crossing", 30.0, "km/h")
            .fault("drives over it at this speed", |kmh| {
                let rails = r#"<object id="7" type="levelCrossing" s="150" t="-1.75" length="8" width="3.5" hdg="0"/>"#;
                let ego = Body::car("ego").course(Course::new(straight(), Speed::of(kmh / KMH)));
                let at = |m: f64| (m - 10.0) * KMH / kmh;
                Plan::new("crosses", at(250.0), ego)
                    .when_s(at(140.0), at(155.0))
                    .on(xodr::Map::new().road(road().object(rails)).track().unwrap())
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0]),
        Case::at_most("fast-down-steep-slope", 30.0, "km/h")
            .fault("drives down a slope of 8 % at this speed", |kmh| {
                let slope = r#"</planView><elevationProfile><elevation s="0" a="100" b="-0.08" c="0" d="0"/></elevationProfile>"#;
                let map = xodr::Map::new().road(road()).text().replace("</planView>", slope);
                // Its height is not logged.
                let ego = Body::car("ego").course(Course::new(straight(), Speed::of(kmh / KMH)));
                let ego = ego.log(|a| a.height(None, Some(1.5)));
                Plan::new("down", 12.0, ego).when_s(0.0, 12.0).on(xodr::track(&map).unwrap())
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0]),
        Case::at_most("fast-into-non-motor-lane", 30.0, "km/h")
            .fault("swerves into a lane for cyclists at this speed", |kmh| {
                let path = Path::from(10.0, -1.75, 0.0).straight(50.0).shift(-1.1, 40.0).shift(1.1, 40.0).straight(150.0);
                let at = |m: f64| m * KMH / kmh;
                let ego = Body::car("ego").course(Course::new(path, Speed::of(kmh / KMH)));
                let road = xodr::Road::one_way("1", 600.0, 1).right_mark(0, "broken");
                let road = road.right(xodr::Lane::new("biking"));
                Plan::new("swerves", at(200.0), ego)
                    .when_s(at(50.0), at(130.0))
                    .on(xodr::Map::new().road(road).track().unwrap())
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0])
            .side("leaves-drivable-area", "a lane for cyclists is none for cars"),
        Case::at_most("fast-in-sharp-bend", 30.0, "km/h")
            .fault("drives through a bend of 42 m at this speed", |kmh| {
                let road = xodr::Road::one_way("1", 80.0, 1).arc(90.0, 40.0).straight(80.0);
                along(xodr::Map::new().road(road).track().unwrap(), &["road 1 section 0 lane -1"], kmh)
            })
            .accuracy(0.01)
            .sizes(&[25.0, 36.0]),
        Case::at_most("fast-when-turning", 15.0, "km/h")
            .fault("turns left at this speed", |kmh| {
                let lanes = ["road 1 section 0 lane -1", "road 14 section 0 lane -1", "road 4 section 0 lane 1"];
                along(xodr::track(&lukao_track::example::crossroads(&[])).unwrap(), &lanes, kmh)
            })
            .params("max_kmh = 15.0")
            .accuracy(0.01)
            .sizes(&[10.0, 19.0]),
        Case::at_least("needlessly-slow", 25.0, "km/h")
            .params("min_duration_s = 15.0")
            .fault("crawls at this speed along a free road", |kmh| {
                let speed = Speed::of(12.0).hold_s(2.0).to(kmh / KMH, 1.5).hold_s(25.0);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(straight(), speed.to(12.0, 1.5)));
                Plan::new("crawls", end_s + 8.0, ego)
                    .when_s(2.0, end_s + 5.0)
                    .on(xodr::Map::new().road(road().limit_kmh(50.0)).track().unwrap())
            })
            .accuracy(0.01)
            .sizes(&[35.0, 12.0])
            .lacks(Lack::By("speed limits of the map", no_limit), "speed limit"),
    ]
}

fn straight() -> Path {
    Path::from(10.0, -1.75, 0.0).straight(550.0)
}

/// Along these lanes at one speed. Maps bend at once, so the wheels may be turned as fast as it takes.
fn along(track: lukao_track::Track, lanes: &[&str], kmh: f64) -> Plan {
    let lanes: Vec<_> = lanes.iter().map(|id| track.lane_by_id(id).unwrap()).collect();
    let path = Path::along(&track, &lanes);
    let to_s = (path.length_m() - 20.0) * KMH / kmh;
    let ego = Body::car("ego").course(Course::new(path, Speed::of(kmh / KMH)).from_m(5.0));
    let mut bounds = lukao_synth::Bounds::default();
    (bounds.wheel_radps, bounds.wheel_rad) = (1e6, 1.0);
    Plan::new("along lanes", to_s, ego).when_s(0.0, to_s).bounds(bounds).on(track)
}

/// Speeds up to this along a road, and slows down again.
fn on(road: xodr::Road, top_kmh: f64) -> Plan {
    bare(top_kmh).on(xodr::Map::new().road(road).track().unwrap())
}

fn bare(top_kmh: f64) -> Plan {
    let speed = Speed::of(5.0).hold_s(2.0).to(top_kmh / KMH, 1.5).hold_s(3.0);
    let end_s = speed.end_s();
    let ego = Body::car("ego").course(Course::new(straight(), speed.to(5.0, 1.5)));
    Plan::new("speeds up", end_s + 8.0, ego).when_s(2.0, end_s + 5.0)
}

fn expressway(top_kmh: f64, visibility_m: Option<f64>) -> Plan {
    let low = if visibility_m.is_some() { 45.0 } else { 105.0 };
    let speed = Speed::of(low / KMH).hold_s(2.0).to(top_kmh / KMH, 1.5).hold_s(3.0);
    let end_s = speed.end_s();
    let path = Path::from(10.0, -1.75, 0.0).straight(1900.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(low / KMH, 1.5)));
    let road = xodr::Road::one_way("1", 2000.0, 2).kind("motorway");
    let plan = Plan::new("expressway", end_s + 8.0, ego).when_s(2.0, end_s + 8.0);
    let plan = plan.on(xodr::Map::new().road(road).track().unwrap());
    match visibility_m {
        Some(m) => plan.log(move |d| d.reals(Channel::Visibility, &[(0.0, Some(m))])),
        None => plan,
    }
}

fn slows(to_kmh: f64) -> Plan {
    let speed = Speed::of(112.0 / KMH).hold_s(2.0).to(to_kmh / KMH, 1.5).hold_s(6.0);
    let end_s = speed.end_s();
    let path = Path::from(10.0, -1.75, 0.0).straight(1900.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(112.0 / KMH, 1.5)));
    let road = xodr::Road::one_way("1", 2000.0, 2).kind("motorway");
    let plan = Plan::new("slows", end_s + 12.0, ego).when_s(2.0, end_s + 12.0);
    plan.on(xodr::Map::new().road(road).track().unwrap())
}

fn road() -> xodr::Road {
    xodr::Road::two_way("1", 600.0)
}

fn speeds_up(top_kmh: f64) -> Plan {
    let speed = Speed::of(8.0).hold_s(2.0).to(top_kmh / KMH, 2.0).hold_s(3.0);
    let end_s = speed.end_s();
    let path = Path::from(10.0, -1.75, 0.0).straight(500.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(8.0, 2.0)));
    let plan = Plan::new("speeds up", end_s + 8.0, ego).when_s(2.0, end_s + 5.0);
    plan.on(xodr::Map::new().road(road().limit_kmh(50.0)).track().unwrap())
}

fn no_limit(made: &mut lukao_synth::Made) {
    made.track = Some(xodr::Map::new().road(road()).track().unwrap());
}
