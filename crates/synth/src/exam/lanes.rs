//! Faults about lanes, and about how the way along them is driven.

use lukao_model::Error;
use lukao_model::code::Indicator;
use lukao_track::LaneKind;

use super::Ask;
use super::areas::Fault;
use super::pace::Pace;
use super::ridden::Ridden;
use super::ride::{HALF_M, Ride};
use crate::course::CAR_AXLE_M;
use crate::path::Path;
use crate::plan::Plan;

pub(crate) const DOUBLE: Fault =
    Fault::new("double", "double-lane-change", "changes over two lanes with 2.6 s between");
pub(crate) const OVER_CAP: Fault =
    Fault::new("over-cap", "exam-speed", "drives at 60.6 km/h").of("cap").side(&["speed-limit"]);
pub(crate) const OVER_CAP_INVALID: Fault =
    Fault::new("over-cap-invalid", "exam-speed", "drives at 60.6 km/h, which makes the attempt invalid")
        .of("cap")
        .side(&["speed-limit"])
        .under(&[("over-the-cap", "invalid")]);
pub(crate) const REVERSES: Fault =
    Fault::new("reverses", "reversing", "rolls to a stand on the ramp and backs 1.2 m");
pub(crate) const ON_SHOULDER: Fault =
    Fault::new("on-shoulder", "emergency-lane-used", "drives 24 m on the hard shoulder");
pub(crate) const SWERVES: Fault =
    Fault::new("swerves", "lateral-acceleration", "swerves with 3.3 m/s² across, over 0.5 s");

/// Half the width of the car, metres.
const HALF_WIDTH_M: f64 = 0.9;
/// Width of lanes that change nothing but how far the ego goes, metres.
const LANE_M: f64 = 3.5;

/// Goes over evenly from 0 to 1.
pub(crate) fn ease(u: f64) -> f64 {
    let u = u.clamp(0.0, 1.0);
    u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
}

/// Where [`ease`] has a value.
fn eased(value: f64) -> f64 {
    crate::solve(value, 0.0, 1.0, ease)
}

/// From the leftmost of three lanes over to the rightmost, and back to where the way is.
pub(crate) fn double(ask: &Ask<'_>, ride: &Ride) -> Result<Plan, Error> {
    const BETWEEN_S: f64 = 2.6;
    const CHANGE_M: f64 = 40.0;
    let middle = ride.way.spot(f64::midpoint(ride.entry_m, ride.exit_m));
    let lane = ride.track.lane(middle.lane);
    let next = |from: Option<lukao_track::LaneIx>, left: bool| {
        let l = ride.track.lane(from?);
        let beside = if left { l.left } else { l.right };
        beside.filter(|b| ride.track.lane(*b).kind.is_traffic() && ride.track.lane(*b).travel == lane.travel)
    };
    let lanes = |left: bool| {
        std::iter::successors(next(Some(middle.lane), left), |l| next(Some(*l), left)).count() as f64
    };
    let (on_left, on_right) = (lanes(true), lanes(false));
    if on_left + on_right < 2.0 {
        return Err(Error::new(
            ride.track.name(),
            format!("three lanes at station {}", ride.station.id),
            "fewer",
        ));
    }
    let pace = ride.pace();
    let from = ride.entry_m + 75.0;
    let mps = pace.speed(ride.way.length_m() - 5.0)?;
    let mps = mps.state(mps.time_at_m(from)).1;
    // The body is in the lane between from where it has left the line until it touches the next.
    let in_lane = CHANGE_M * (1.0 - eased((0.5 * LANE_M + HALF_WIDTH_M) / LANE_M));
    let second = from + CHANGE_M + (BETWEEN_S * mps - 2.0 * in_lane).max(0.0);
    let back = second + CHANGE_M + 4.5 * mps;
    let aside = |s: f64| {
        let over = ease((s - from) / CHANGE_M) + ease((s - second) / CHANGE_M);
        LANE_M * (on_left - over + (2.0 - on_left) * ease((s - back) / CHANGE_M))
    };
    let mut ridden = ride.drive_on(ride.way.path(aside), &pace)?;
    let at = |s: f64| ridden.speed.time_at_m(s);
    let times = [at(from) - 4.0, at(second + CHANGE_M), at(back) - 3.5, at(back + CHANGE_M)];
    ridden.tell.indicate(Indicator::Right, times[0], times[1]);
    if on_left < 2.0 {
        ridden.tell.indicate(Indicator::Left, times[2], times[3]);
    }
    // The corners of the turned body reach a little farther.
    Ok(ride.at_last(ridden.about(BETWEEN_S, 0.2, times[0] + 4.0, times[1]), ask))
}

/// Too fast for the exam over a stretch before the middle of the way.
pub(crate) fn over_cap(ask: &Ask<'_>, ride: &Ride) -> Result<Plan, Error> {
    const KMH: f64 = 60.6;
    let (from, to) = (ride.entry_m + 20.0, ride.entry_m + 170.0);
    let (path, left) = ride.beside(&[(ride.exit_m - 110.0, ride.way.length_m())], 60.0)?;
    let mut ridden = ride.drive_on(path, &ride.pace().over(from, to, KMH / 3.6))?;
    let (a, b) = (ridden.time(ride.exit_m - 110.0), ridden.time(ride.exit_m - 50.0));
    ridden.tell.indicate(if left { Indicator::Left } else { Indicator::Right }, a - 4.0, b);
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ride.at_last(ridden.faulty(KMH, a, b), ask))
}

/// Stands in the middle of a ramp and backs a little.
pub(crate) fn reverses(ask: &Ask<'_>, ride: &Ride) -> Result<Plan, Error> {
    const BACK_M: f64 = 1.2;
    let on_ramp =
        |s: &&super::way::Spot| matches!(ride.track.lane(s.lane).kind, LaneKind::OffRamp | LaneKind::OnRamp);
    let ends = ride.way.spots.iter().find(on_ramp).zip(ride.way.spots.iter().rfind(on_ramp));
    let (a, b) = ends.ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a ramp on the way through station {}", ride.station.id),
            "none",
        )
    })?;
    let stop = f64::midpoint(a.s_m, b.s_m);
    let pace = ride.pace().stand(stop, 0.0);
    let speed = pace.speed(stop)?.hold_s(2.0);
    let stands = speed.end_s();
    let speed = super::manoeuvres::rolled_back(speed, BACK_M).hold_s(1.5);
    let backed = speed.end_s();
    let path = ride.way.path(|_| 0.0);
    let end = ride.way.length_m() - HALF_M - 1.0;
    let ridden = ride.with(path, ride.pace().go_on(speed, end)?);
    // Slower than a stand it is not seen to move.
    Ok(ride.at_last(ridden.about(BACK_M, 0.1, stands, backed), ask))
}

/// Over to the hard shoulder of the motorway and back, where the line beside it is broken.
pub(crate) fn on_shoulder(ask: &Ask<'_>, ride: &Ride) -> Result<Plan, Error> {
    const USED_M: f64 = 24.0;
    const CHANGE_M: f64 = 18.0;
    let beside = |s: &&super::way::Spot| {
        ride.track.lane(s.lane).right.is_some_and(|r| ride.track.lane(r).kind == LaneKind::Stop)
    };
    let begin = ride.way.spots.iter().find(beside).ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a hard shoulder beside the way through station {}", ride.station.id),
            "none",
        )
    })?;
    let lane = ride.track.lane(begin.lane);
    let half = 0.5 * lane.width_at(begin.station_m);
    let over = half + 0.5 * lane.right.map_or(0.0, |r| ride.track.lane(r).width_at(50.0));
    // The line is broken from 60 m on.
    let from = begin.s_m + 62.0;
    let to = from + CHANGE_M + USED_M - 2.0 * CHANGE_M * (1.0 - eased(half / over));
    let path = ride.way.path(|s| over * (ease((s - to) / CHANGE_M) - ease((s - from) / CHANGE_M)));
    let mut ridden = ride.drive_on(path, &ride.pace().slow(from - 5.0, to + CHANGE_M + 5.0, 6.0))?;
    let (a, b) = (ridden.time(from), ridden.time(to + CHANGE_M));
    ridden.tell.indicate(Indicator::Right, a - 4.0, ridden.time(to) - 3.5);
    ridden.tell.indicate(Indicator::Left, ridden.time(to) - 3.4, b);
    Ok(ride.at_last(ridden.about(USED_M, 0.5, a, b), ask))
}

/// Over to the next lane so quickly that the mean acceleration across, over half a second, is as wanted.
pub(crate) fn swerves(ride: &Ride, pace: &Pace) -> Result<Ridden, Error> {
    const ACROSS: f64 = 3.3;
    let at = f64::midpoint(ride.entry_m, ride.exit_m);
    let speed = pace.speed(ride.way.length_m() - 5.0)?;
    let mps = speed.state(speed.time_at_m(at)).1;
    let (over, left) = ride.lane_beside()?;
    // More quickly at first than in the end, so that it is too much only once.
    let u = |s: f64, change_m: f64| ((s - at) / change_m).clamp(0.0, 1.0);
    let to = |change_m: f64| ride.way.path(|s| over * ease(u(s, change_m) * (1.5 - 0.5 * u(s, change_m))));
    let most = |change_m: f64| across(&to(change_m), (at - 4.0, at + change_m + 4.0), mps);
    let change_m = crate::solve(ACROSS, 1.5 * mps, 5.0 * mps, most);
    let mut ridden = ride.drive_on(to(change_m), pace)?;
    let (a, b) = (ridden.time(at), ridden.time(at + change_m));
    ridden.tell.indicate(if left { Indicator::Left } else { Indicator::Right }, a - 4.0, b);
    Ok(ridden.about(ACROSS, 0.1, a, b))
}

/// Speed at which the mean acceleration across, over half a second, is as wanted somewhere on a stretch of a path.
pub(crate) fn fastest(path: &Path, stretch_m: (f64, f64), wanted_mps2: f64) -> f64 {
    crate::solve(wanted_mps2, 2.0, 25.0, |mps| across(path, stretch_m, mps))
}

/// Greatest acceleration across of the middle of the body, the mean of half a second, at an even speed on a path.
fn across(path: &Path, (from_m, to_m): (f64, f64), mps: f64) -> f64 {
    const STEP_M: f64 = 0.25;
    let half = 0.25 * mps;
    let curvature = |s: f64| path.at(s).curvature_per_m;
    let n = ((to_m - from_m) / STEP_M) as usize;
    let mean = |s: f64| {
        let k = (2.0 * half / STEP_M) as usize;
        let sum: f64 = (0..=k).map(|i| curvature(s - half + STEP_M * i as f64)).sum();
        // The middle swings out around the rear axle.
        let swings = CAR_AXLE_M * (curvature(s + half) - curvature(s - half)) / (2.0 * half);
        mps * mps * (sum / (k + 1) as f64 + swings)
    };
    // The path is that of the rear axle.
    (0..n).map(|i| mean(from_m - CAR_AXLE_M + STEP_M * i as f64).abs()).fold(0.0, f64::max)
}

/// Signs along the way between the gates: where each is, and its code.
pub(crate) fn signs(ride: &Ride) -> Vec<(f64, String)> {
    let mut out = Vec::new();
    for w in ride.way.spots.windows(2).filter(|w| w[0].lane == w[1].lane) {
        for (at, ix) in ride.track.signs_on(w[0].lane) {
            let s = w[0].s_m + at - w[0].station_m;
            let here = *at > w[0].station_m && *at <= w[1].station_m && s > ride.entry_m && s < ride.exit_m;
            let sign = ride.track.signal(*ix);
            if here && sign.is_sign() {
                out.push((s, sign.code.clone()));
            }
        }
    }
    out
}

/// Where so many kinds of signs have been passed, and the next one has not.
pub(crate) fn after_kinds(ride: &Ride, kinds: usize) -> Option<f64> {
    let mut seen: Vec<(f64, String)> = Vec::new();
    for (s, code) in signs(ride) {
        if seen.iter().all(|x| x.1 != code) {
            seen.push((s, code));
        }
    }
    Some(f64::midpoint(seen.get(kinds.checked_sub(1)?)?.0, seen.get(kinds)?.0))
}
