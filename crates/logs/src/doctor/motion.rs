//! Motion that cannot be: jumps, accelerations, speed against position, yaw against course.

use lukao_model::channel::Channel;
use lukao_model::code::Gear;
use lukao_model::drive::{ActorIx, Drive, Run};
use lukao_model::math::{angle_between, hypot};
use lukao_model::time::{self, Interval, S};
use lukao_model::vehicle::ActorClass;

use super::units::{Step, explained, speed_factor, steps};
use super::{Findings, Severity};

/// Speed that nobody of the class reaches, m/s.
fn top_speed_mps(class: ActorClass) -> f64 {
    match class {
        ActorClass::Pedestrian => 12.0,
        ActorClass::Bicycle | ActorClass::PersonalMobility | ActorClass::Animal => 25.0,
        ActorClass::Truck | ActorClass::Bus | ActorClass::Trailer => 45.0,
        ActorClass::Object => 60.0,
        _ => 100.0,
    }
}

/// Change of speed over time that nobody's tyres give, m/s². Braking on the best of roads is about 12.
const TOP_ACCEL_MPS2: f64 = 30.0;

/// Changes of speed smaller than this may be noise of the positions.
const ACCEL_STEP_MPS: f64 = 3.0;

/// A break in the motion longer than this excuses any place after it.
const BREAK_NS: i64 = 2 * S;

/// Speeds that differ by more than this, and by more than this share of the larger, contradict each other …
const SPEED_SLACK_MPS: f64 = 1.0;
const SPEED_SLACK_RATIO: f64 = 0.2;

/// … if they do so for more than this share of the time.
const SPEED_SHARE: f64 = 0.05;

/// Yaw against the course: by more than this, for so long and so far.
const OPPOSITE_RAD: f64 = 2.4;
const OPPOSITE_NS: i64 = 3 * S;
const OPPOSITE_M: f64 = 10.0;

pub(super) fn examine(drive: &Drive, found: &mut Findings) {
    for i in 0..drive.header().actors.len() {
        let actor = ActorIx(i as u32);
        let runs = drive.runs_of(actor);
        let parts: Vec<Vec<Step>> = runs.iter().map(|r| steps(drive, r)).collect();
        if !jumps(drive, actor, found) {
            accelerations(drive, actor, &parts, found);
        }
        let all: Vec<Step> = parts.iter().flatten().copied().collect();
        if !explained(speed_factor(&all)) {
            contradicted(drive, actor, &all, found);
        }
        for (run, steps) in runs.iter().zip(&parts) {
            if opposite(drive, run, steps, found) {
                break;
            }
        }
    }
}

/// Whether any was found. Looks at each step between samples, and over short breaks between runs.
fn jumps(drive: &Drive, actor: ActorIx, found: &mut Findings) -> bool {
    let top = top_speed_mps(drive.actor(actor).class);
    let mut count = 0u64;
    let mut worst: Option<(f64, f64, Interval)> = None;
    let mut last: Option<(i64, f64, f64)> = None;
    for r in drive.runs_of(actor) {
        for (i, &t) in drive.times(r).iter().enumerate() {
            let p = r.pose(i);
            if let Some((t0, x, y)) = last.filter(|l| t > l.0 && (i > 0 || t.saturating_sub(l.0) <= BREAK_NS))
            {
                let distance_m = hypot(p.x_m - x, p.y_m - y);
                let speed = distance_m / time::to_s(t - t0);
                if speed > top && distance_m > 0.5 {
                    count += 1;
                    if worst.is_none_or(|w| speed > w.0) {
                        worst = Some((speed, distance_m, Interval::new(t0, t)));
                    }
                }
            }
            last = Some((t, p.x_m, p.y_m));
        }
    }
    let Some((speed, distance_m, when)) = worst else { return false };
    let class = drive.actor(actor).class.name();
    let text = format!(
        "{count} jumps; the worst covers {distance_m:.1} m at {speed:.0} m/s (a {class} stays below {top:.0} m/s)"
    );
    let measured = [("count", count as f64), ("speed_mps", speed), ("distance_m", distance_m)];
    found.add("jump", Severity::Warning, &drive.actor(actor).id, Some(when), &measured, text);
    true
}

fn accelerations(drive: &Drive, actor: ActorIx, parts: &[Vec<Step>], found: &mut Findings) {
    let mut worst: Option<(f64, Interval)> = None;
    let mut count = 0u64;
    for w in parts.iter().flat_map(|p| p.windows(2)) {
        let change = w[1].speed_mps - w[0].speed_mps;
        let seconds = time::to_s(w[0].when.len_ns().saturating_add(w[1].when.len_ns())) / 2.0;
        let accel = change / seconds;
        if accel.abs() > TOP_ACCEL_MPS2 && change.abs() > ACCEL_STEP_MPS {
            count += 1;
            if worst.is_none_or(|x| accel.abs() > x.0.abs()) {
                worst = Some((accel, Interval::new(w[0].when.from_ns, w[1].when.to_ns)));
            }
        }
    }
    let Some((accel, when)) = worst else { return };
    let text = format!(
        "its positions change speed at up to {accel:.0} m/s² ({count} times beyond {TOP_ACCEL_MPS2:.0})"
    );
    let measured = [("count", count as f64), ("accel_mps2", accel)];
    found.add(
        "acceleration-implausible",
        Severity::Warning,
        &drive.actor(actor).id,
        Some(when),
        &measured,
        text,
    );
}

fn contradicted(drive: &Drive, actor: ActorIx, steps: &[Step], found: &mut Findings) {
    let pairs = || steps.iter().filter_map(|s| Some((s, s.said_mps?)));
    // A log may give speed as magnitude or along the body; both readings are accepted.
    let off = |s: &Step, said: f64| {
        let apart = (said - s.along_mps).abs().min((said.abs() - s.speed_mps).abs());
        (apart > SPEED_SLACK_MPS.max(SPEED_SLACK_RATIO * said.abs().max(s.speed_mps))).then_some(apart)
    };
    let n = pairs().count();
    let wrong: Vec<(f64, &Step, f64)> = pairs().filter_map(|(s, v)| Some((off(s, v)?, s, v))).collect();
    if (wrong.len() as f64) <= SPEED_SHARE * n as f64 || wrong.len() < 2 {
        return;
    }
    let Some((_, s, said)) = wrong.iter().max_by(|a, b| a.0.total_cmp(&b.0)) else { return };
    let share = wrong.len() as f64 / n as f64;
    let text = format!(
        "its speed contradicts its positions for {:.0} % of the time: {said:.1} m/s against {:.1} m/s",
        share * 100.0,
        s.speed_mps
    );
    let measured = [("share", share), ("speed_mps", *said), ("of_positions_mps", s.speed_mps)];
    found.add("speed-contradicts", Severity::Warning, &drive.actor(actor).id, Some(s.when), &measured, text);
}

/// Whether the run goes against its own heading for long without being in reverse.
fn opposite(drive: &Drive, run: &Run, steps: &[Step], found: &mut Findings) -> bool {
    let actor = drive.actor(run.actor);
    if matches!(actor.class, ActorClass::Pedestrian | ActorClass::Animal | ActorClass::Object) {
        return false;
    }
    let gear = run.channels.code(Channel::Gear);
    let reversing = |s: &Step| {
        let i = drive.times(run).partition_point(|t| *t < s.when.from_ns);
        s.said_mps.is_some_and(|v| v < -0.1) || gear.and_then(|g| g.get(i)) == Some(Gear::Reverse.code())
    };
    let (mut begin, mut far_m) = (None, 0.0);
    for s in steps {
        let against = s.speed_mps > 1.0 && angle_between(s.yaw_rad, s.course_rad).abs() > OPPOSITE_RAD;
        if !against || reversing(s) {
            (begin, far_m) = (None, 0.0);
            continue;
        }
        let from = *begin.get_or_insert(s.when.from_ns);
        far_m += s.speed_mps * time::to_s(s.when.len_ns());
        let when = Interval::new(from, s.when.to_ns);
        if when.len_ns() >= OPPOSITE_NS && far_m >= OPPOSITE_M {
            let text = format!("it goes against its own yaw for {far_m:.0} m and more, and not in reverse");
            let measured = [("distance_m", far_m), ("duration_s", time::to_s(when.len_ns()))];
            found.add("yaw-opposite", Severity::Warning, &actor.id, Some(when), &measured, text);
            return true;
        }
    }
    false
}
