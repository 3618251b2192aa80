//! CommonRoad scenarios: obstacles, reference points, lamps, lights, and who is the ego.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_logs::{Bundle, Input, ReadOptions};
use lukao_model::code::{Indicator, SignalState};
use lukao_model::{Channel, Drive, Error};

fn state(element: &str, t: i32, x: f64, yaw: f64) -> String {
    format!(
        "<{element}><position><point><x>{x}</x><y>2</y></point></position><orientation><exact>{yaw}</exact>\
         </orientation><time><exact>{t}</exact></time><velocity><exact>10</exact></velocity></{element}>"
    )
}

fn car(id: u32, shape: &str, x: f64, yaw: f64, more: &str) -> String {
    let trajectory: String = (1..=10).map(|t| state("state", t, x + f64::from(t), yaw)).collect();
    format!(
        "<dynamicObstacle id=\"{id}\"><type>car</type><shape>{shape}</shape>{}{more}<trajectory>{trajectory}</trajectory></dynamicObstacle>",
        state("initialState", 0, x, yaw)
    )
}

const BOX: &str = "<rectangle><length>4</length><width>2</width></rectangle>";

fn read(inside: &str, ego: Option<&str>) -> Result<Drive, Error> {
    let text = format!("<commonRoad benchmarkID=\"X-1\" timeStepSize=\"0.1\">{inside}</commonRoad>");
    let mut options = ReadOptions::default();
    options.ego = ego.map(str::to_owned);
    let main = Input { name: "dir/x.xml".into(), bytes: text.into_bytes() };
    lukao_logs::read(&Bundle { main, companions: Vec::new() }, &options)
}

fn ego_of(drive: &Drive) -> Option<&str> {
    drive.header().ego.map(|e| &*drive.actor(e).id)
}

#[test]
fn obstacles_stand_and_move_at_the_middle_of_their_shapes() {
    let off = "<rectangle><length>4</length><width>2</width><center><x>1.5</x><y>0</y></center></rectangle>";
    let parked = format!(
        "<staticObstacle id=\"3\"><type>parkedVehicle</type><shape><circle><radius>1</radius></circle></shape>{}</staticObstacle>",
        state("initialState", 0, 50.0, 0.0)
    );
    let half = std::f64::consts::FRAC_PI_2;
    let drive =
        read(&format!("{}{}{parked}", car(1, BOX, 0.0, 0.0, ""), car(2, off, 20.0, half, "")), None).unwrap();
    assert_eq!(drive.header().track.as_deref(), Some("x.xml"), "its lanelets are in the same file");
    assert_eq!(drive.header().frame.to_string(), "local \"commonroad X-1\"");
    let run = |id: &str| drive.runs_of(drive.header().actor_named(id).unwrap())[0].clone();
    let (one, two, three) = (run("1"), run("2"), run("3"));
    assert_eq!(drive.times(&one)[10], 1_000_000_000);
    assert_eq!((one.pose(10).x_m, one.pose(10).y_m), (10.0, 2.0));
    assert_eq!(one.channels.real(Channel::Speed).unwrap().get(3), Some(10.0));
    let p = two.pose(0);
    assert!((p.x_m - 20.0).abs() < 1e-12 && (p.y_m - 3.5).abs() < 1e-12, "{p:?}");
    assert_eq!((three.len(), three.size.length_m, three.pose(10).x_m), (11, 2.0, 50.0), "there throughout");
    assert_eq!(drive.actor(three.actor).outline.as_ref().unwrap().corners_m.len(), 16);
    assert_eq!(ego_of(&drive), None, "no planning problem, nobody named");
}

#[test]
fn the_ego_is_the_obstacle_of_the_planning_problem() {
    let problem = |id: u32, x: f64| {
        format!("<planningProblem id=\"{id}\">{}</planningProblem>", state("initialState", 0, x, 0.0))
    };
    let cars = format!("{}{}", car(1, BOX, 0.0, 0.0, ""), car(2, BOX, 20.0, 0.0, ""));
    let ego = |more: &str, wanted: Option<&str>| {
        read(&format!("{cars}{more}"), wanted)
            .map(|d| ego_of(&d).map(str::to_owned))
            .map_err(|e| e.to_string())
    };
    assert_eq!(ego(&problem(2, 7.0), None), Ok(Some("2".into())), "by its id");
    assert_eq!(ego(&problem(9, 20.0), None), Ok(Some("2".into())), "by where it begins");
    assert_eq!(ego(&problem(9, 7.0), None), Ok(None), "nobody begins there");
    assert_eq!(ego(&problem(2, 7.0), Some("1")), Ok(Some("1".into())), "the user's word goes first");
    let e = ego("", Some("8")).unwrap_err();
    assert_eq!(e, "dir/x.xml: expected an obstacle \"8\", found none of that id among 2");
}

#[test]
fn lamps_hold_and_light_cycles_are_unrolled() {
    let lamps = "<initialSignalState><time><exact>0</exact></time><indicatorLeft>false</indicatorLeft></initialSignalState>\
        <signalSeries><signalState><time><exact>4</exact></time><indicatorLeft>true</indicatorLeft></signalState></signalSeries>";
    let phase =
        |n: u32, c: &str| format!("<cycleElement><duration>{n}</duration><color>{c}</color></cycleElement>");
    let light = format!(
        "<trafficLight id=\"70\"><cycle>{}{}{}<timeOffset>2</timeOffset></cycle></trafficLight>",
        phase(3, "red"),
        phase(4, "green"),
        phase(1, "yellow")
    );
    let drive = read(&format!("{}{light}", car(1, BOX, 0.0, 0.0, lamps)), Some("1")).unwrap();
    let indicator = drive.runs()[0].channels.code(Channel::Indicator).unwrap();
    let at = |k: usize| indicator.get(k);
    assert_eq!(
        (at(3), at(4), at(10)),
        (Some(Indicator::Off.code()), Some(Indicator::Left.code()), Some(Indicator::Left.code()))
    );
    let s = &drive.series()[0];
    let states = s.channels.code(Channel::SignalState).unwrap();
    let seen: Vec<(i64, u8)> =
        drive.series_times(s).iter().zip(states.iter()).map(|(t, v)| (t / 100_000_000, v.unwrap())).collect();
    // The cycle of 8 steps begins at step 2; at step 0 it is in its 7th: green for one more.
    let (red, amber, green) = (SignalState::Red.code(), SignalState::Amber.code(), SignalState::Green.code());
    assert_eq!(seen, [(0, green), (1, amber), (2, red), (5, green), (9, amber), (10, red)]);
}

#[test]
fn a_state_that_is_a_set_says_no_place() {
    let region = car(1, BOX, 0.0, 0.0, "").replacen(
        "<point><x>5</x><y>2</y></point>",
        "<circle><radius>1</radius></circle>",
        1,
    );
    let drive = read(&region, Some("1")).unwrap();
    assert_eq!(drive.runs()[0].len(), 10, "one of eleven is left out");
    assert!(drive.header().notes.iter().any(|n| n.code == "commonroad-set" && n.subject == "1"));
}
