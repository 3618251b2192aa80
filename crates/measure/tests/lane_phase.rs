//! The phases of a lane change against those of its plan.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::lane_phase::phases;
use lukao_measure::{Admit, Held, Measures};
use lukao_model::code::Indicator;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_model::vehicle::VehicleSheet;
use lukao_model::{Channel, Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::Track;

const ROAD: &str = r#"<OpenDRIVE><header revMajor="1" revMinor="4"/>
  <road id="1" name="" length="300" junction="-1" rule="RHT">
    <planView><geometry s="0" x="0" y="0" hdg="0" length="300"><line/></geometry></planView>
    <lanes><laneSection s="0"><center><lane id="0" type="none"/></center><right>
      <lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
      <lane id="-2" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
    </right></laneSection></lanes></road></OpenDRIVE>"#;

/// From the right lane to the left one in 3.5 s at 1 m/s across, from 4 s on; the indicator is on from 1 s to 9 s.
fn drive(sheet: bool) -> Drive {
    let motion = Motion::points(&[
        (0.0, 10.0, -5.25, 0.0),
        (4.0, 50.0, -5.25, 0.0),
        (7.5, 85.0, -1.75, 0.0),
        (12.0, 130.0, -1.75, 0.0),
    ]);
    let mut ego = ActorBuilder::car("ego").motion(motion);
    if sheet {
        ego = ego.sheet(VehicleSheet {
            wheelbase_m: Some(2.7),
            front_overhang_m: Some(0.9),
            front_track_m: Some(1.5),
            rear_track_m: Some(1.6),
            tyre_width_m: Some(0.2),
            accuracy_m: Some(0.0),
            ..VehicleSheet::default()
        });
    }
    let lamp = |i: Indicator| Some(i.code());
    let lamps = [(0.0, lamp(Indicator::Off)), (1.0, lamp(Indicator::Left)), (9.0, lamp(Indicator::Off))];
    DriveBuilder::new("phases")
        .span_s(0.0, 12.0)
        .hz(20.0)
        .ego(ego)
        .actor_codes("ego", Channel::Indicator, &lamps)
        .build()
}

#[test]
fn the_phases_are_those_of_the_plan() {
    let track = Track::from_parts("road", ROAD.as_bytes(), Some("accuracy_m = 0.0")).unwrap();
    let (drive, held) = (drive(true), Held::default());
    let m = Measures::new(&drive, Interval::new(0, 100 * S), Some(&track), Admit::ALL, &held);
    let x = m.manoeuvres().known[0];
    let p = phases(&m, &x).unwrap();
    let near =
        |t: Option<i64>, s: f64| assert!((t.unwrap() as f64 * 1e-9 - s).abs() < 1e-6, "{t:?}, not {s}");
    near(p.trigger_ns, 1.0);
    // The line is 1.75 m to the left; the front left tyre's edge 0.85 m, the rear right one's 0.9 m on the other side.
    near(p.touches.map(|t| t.0), 4.0 + 0.9);
    near(p.over.map(|t| t.0), 4.0 + 2.65);
    near(p.off_ns, 9.0);
    assert_eq!(p.touches.unwrap().1, Uncertainty::Known(0.0));
}

#[test]
fn without_a_sheet_the_box_does_not_stand_for_the_wheels() {
    let track = Track::from_parts("road", ROAD.as_bytes(), None).unwrap();
    let (drive, held) = (drive(false), Held::default());
    let m = Measures::new(&drive, Interval::new(0, 100 * S), Some(&track), Admit::ALL, &held);
    assert_eq!(phases(&m, &m.manoeuvres().known[0]), None);
}
