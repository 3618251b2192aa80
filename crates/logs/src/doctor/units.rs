//! Units and conventions that look wrong: speed, yaw, degrees for metres, milliseconds for seconds.

use std::f64::consts::{FRAC_PI_2, TAU};

use lukao_model::channel::Channel;
use lukao_model::drive::{ActorIx, Drive, Run, Subject};
use lukao_model::math::{angle_between, atan2, cos, hypot, sin, wrap_angle};
use lukao_model::time::{self, Interval, MS, S};
use lukao_model::vehicle::ActorClass;

use super::clocks::{median, median_period_ns};
use super::{Findings, Severity};

/// Motion between two samples that lie far enough apart to give a speed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub when: Interval,
    pub speed_mps: f64,
    /// Speed along the heading half way.
    pub along_mps: f64,
    pub course_rad: f64,
    pub yaw_rad: f64,
    /// Speed that the log says half way.
    pub said_mps: Option<f64>,
}

/// Samples nearer than this are skipped: position noise would be most of their speed.
const STEP_NS: i64 = 200 * MS;

/// Fewer steps than this prove nothing.
const ENOUGH: usize = 10;

/// Share of the steps that must agree.
const MOST: f64 = 0.8;

pub(super) fn steps(drive: &Drive, run: &Run) -> Vec<Step> {
    let t = drive.times(run);
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(j) = (i + 1..t.len()).find(|j| t[*j].saturating_sub(t[i]) >= STEP_NS) {
        let (a, b) = (run.pose(i), run.pose(j));
        let dt_s = time::to_s(t[j].saturating_sub(t[i]));
        let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
        let yaw_rad = a.toward(&b, 0.5).yaw_rad;
        out.push(Step {
            when: Interval::new(t[i], t[j]),
            speed_mps: hypot(dx, dy) / dt_s,
            along_mps: (dx * cos(yaw_rad) + dy * sin(yaw_rad)) / dt_s,
            course_rad: atan2(dy, dx),
            yaw_rad,
            said_mps: speed_said(drive, run, i.midpoint(j)),
        });
        i = j;
    }
    out
}

/// The logged speed at a sample: of the run, or of the actor's series that holds then.
fn speed_said(drive: &Drive, run: &Run, i: usize) -> Option<f64> {
    if let Some(c) = run.channels.real(Channel::Speed) {
        return c.get(i);
    }
    let t = drive.times(run)[i];
    drive.series_of(Subject::Actor(run.actor)).iter().find_map(|s| {
        let c = s.channels.real(Channel::Speed)?;
        let k = drive.series_times(s).partition_point(|x| *x <= t).checked_sub(1)?;
        c.get(k)
    })
}

/// The factor between the logged speed and that of the positions, if most steps agree on one.
pub(super) fn speed_factor(steps: &[Step]) -> Option<f64> {
    let ratio = |s: &Step| {
        let said = s.said_mps?;
        let counts = said.abs().max(s.along_mps.abs()) > 1.0 && s.along_mps.abs() > 1e-9;
        counts.then(|| said / s.along_mps)
    };
    let ratios: Vec<f64> = steps.iter().filter_map(ratio).filter(|r| r.is_finite()).collect();
    let n = ratios.len();
    let factor = median(ratios.clone()).filter(|_| n >= ENOUGH)?;
    let near = ratios.iter().filter(|r| (**r - factor).abs() <= 0.1 * factor.abs()).count();
    (near as f64 >= MOST * n as f64).then_some(factor)
}

/// What a factor between speeds means, if anything.
fn meaning(factor: f64) -> Option<(&'static str, &'static str)> {
    let near = |v: f64| (factor / v - 1.0).abs() < 0.05;
    Some(match factor {
        _ if near(3.6) => ("units-speed", "the speed looks like km/h"),
        _ if near(1.0 / 3.6) => ("units-speed", "the speed looks like m/s that was taken for km/h"),
        _ if near(2.236_936) => ("units-speed", "the speed looks like miles per hour"),
        _ if near(3.280_84) => ("units-speed", "the speed looks like feet per second"),
        _ if near(-1.0) => ("speed-sign", "the speed's sign or the yaw looks reversed"),
        _ if near(1e3) => ("units-time", "times look like milliseconds that were taken for seconds"),
        _ if near(1e-3) => ("units-time", "times look like seconds that were taken for milliseconds"),
        f if (8e4..6e5).contains(&f.abs()) => {
            ("units-degrees", "positions look like degrees of longitude and latitude")
        }
        _ => return None,
    })
}

/// Whether a factor is explained by units, so that nobody need call it a contradiction.
pub(super) fn explained(factor: Option<f64>) -> bool {
    factor.is_some_and(|f| meaning(f).is_some())
}

pub(super) fn examine(drive: &Drive, found: &mut Findings) {
    for i in 0..drive.header().actors.len() {
        let actor = ActorIx(i as u32);
        let runs = drive.runs_of(actor);
        let steps: Vec<Step> = runs.iter().flat_map(|r| steps(drive, r)).collect();
        let id = drive.actor(actor).id.as_str();
        let factor = speed_factor(&steps);
        if let Some((factor, (code, text))) = factor.and_then(|f| Some((f, meaning(f)?))) {
            let text = format!("{text}: it is {} times the speed of the positions", short(factor));
            found.add(code, Severity::Warning, id, None, &[("factor", factor)], text);
        }
        time_units(drive, id, runs, factor, found);
        if factor.is_none() {
            degrees(id, runs, &steps, found);
        }
        if !matches!(
            drive.actor(actor).class,
            ActorClass::Pedestrian | ActorClass::Animal | ActorClass::Object
        ) {
            yaw(id, runs, &steps, found);
        }
    }
}

fn short(v: f64) -> String {
    if (0.01..1e4).contains(&v.abs()) { format!("{v:.2}") } else { format!("{v:.1e}") }
}

/// Rates that no instrument has.
fn time_units(drive: &Drive, id: &str, runs: &[Run], factor: Option<f64>, found: &mut Findings) {
    let longest = runs.iter().max_by_key(|r| r.len());
    let Some(period) = longest.filter(|r| r.len() >= ENOUGH).and_then(|r| median_period_ns(drive.times(r)))
    else {
        return;
    };
    let hz = S as f64 / period;
    let told = factor.is_some_and(|f| meaning(f).is_some_and(|m| m.0 == "units-time"));
    if told || (0.2..=5000.0).contains(&hz) {
        return;
    }
    let unit = if hz < 0.2 {
        "milliseconds that were taken for seconds"
    } else {
        "seconds that were taken for milliseconds"
    };
    let text = format!("its rate is {} Hz; times look like {unit}", short(hz));
    found.add("units-time", Severity::Warning, id, None, &[("rate_hz", hz)], text);
}

/// Without a speed: it travels, smoothly, and yet over less than a width of a hand.
fn degrees(id: &str, runs: &[Run], steps: &[Step], found: &mut Findings) {
    let in_range = |r: &Run| {
        let within = |c: &[f64], limit: f64| c.iter().all(|v| v.abs() <= limit);
        within(r.x_m.values(), 180.0) && within(r.y_m.values(), 90.0)
    };
    if steps.len() < 5 * ENOUGH || !runs.iter().all(in_range) {
        return;
    }
    let seconds = |s: &Step| time::to_s(s.when.len_ns());
    let path_m: f64 = steps.iter().map(|s| s.speed_mps * seconds(s)).sum();
    let (mut x, mut y) = (0.0, 0.0);
    for s in steps {
        x += s.speed_mps * seconds(s) * cos(s.course_rad);
        y += s.speed_mps * seconds(s) * sin(s.course_rad);
    }
    let net_m = hypot(x, y);
    // Noise of a body at rest goes to and fro; a body on its way does not.
    if path_m < 0.1 && path_m > 1e-5 && net_m > 0.5 * path_m {
        let text = format!(
            "it goes steadily, but {path_m:.5} in all; positions look like degrees of longitude and latitude"
        );
        found.add("units-degrees", Severity::Warning, id, None, &[("path", path_m)], text);
    }
}

/// Yaw in degrees, or by another convention than counter-clockwise from +x.
fn yaw(id: &str, runs: &[Run], steps: &[Step], found: &mut Findings) {
    let largest = runs.iter().flat_map(|r| r.yaw_rad.values()).fold(0.0f64, |m, v| m.max(v.abs()));
    if largest > TAU + 0.3 {
        let text = format!("its yaw reaches {largest:.1} rad, more than a turn; it looks like degrees");
        found.add("units-yaw", Severity::Warning, id, None, &[("largest_rad", largest)], text);
        return;
    }
    let moving: Vec<&Step> = steps.iter().filter(|s| s.speed_mps > 1.0).collect();
    // A course that does not change fits any convention with some luck.
    let turns =
        moving.iter().map(|s| angle_between(moving[0].course_rad, s.course_rad).abs()).fold(0.0, f64::max);
    if moving.len() < 2 * ENOUGH || turns < 0.5 {
        return;
    }
    let fits = |expected: &dyn Fn(&Step) -> f64, room: f64| {
        let near = |s: &&&Step| angle_between(s.course_rad, wrap_angle(expected(s))).abs() < room;
        moving.iter().filter(near).count() as f64 >= MOST * moving.len() as f64
    };
    let backward = |s: &Step| s.yaw_rad + TAU / 2.0;
    if fits(&|s| s.yaw_rad, 0.6) || fits(&backward, 0.6) {
        return;
    }
    // The zero that a convention has, and its sense of turning.
    let conventions = [
        ("clockwise from north", FRAC_PI_2, -1.0),
        ("clockwise from east", 0.0, -1.0),
        ("counter-clockwise from north", FRAC_PI_2, 1.0),
        ("counter-clockwise from south", -FRAC_PI_2, 1.0),
    ];
    if let Some((name, ..)) =
        conventions.iter().find(|(_, zero, sense)| fits(&|s| zero + sense * s.yaw_rad, 0.35))
    {
        let text = format!("its yaw fits its course if it is read {name}");
        found.add("yaw-convention", Severity::Warning, id, None, &[("course_turn_rad", turns)], text);
        return;
    }
    // A course of so many degrees, taken for radians and wrapped. Noise of the course grows 57-fold with it.
    let as_degrees = |s: &&&Step| angle_between(s.course_rad.to_degrees(), s.yaw_rad).abs() < 0.6;
    if moving.iter().filter(as_degrees).count() as f64 >= MOST * moving.len() as f64 {
        let text = "its yaw fits its course if it is degrees that were taken for radians".into();
        found.add("units-yaw", Severity::Warning, id, None, &[("course_turn_rad", turns)], text);
    }
}
