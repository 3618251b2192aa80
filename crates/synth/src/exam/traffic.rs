//! Items with other vehicles and with things on the road.

use lukao_model::Error;
use lukao_model::code::Indicator;
use lukao_model::vehicle::ActorClass;

use super::Ask;
use super::areas::Fault;
use super::lanes::ease;
use super::ridden::Ridden;
use super::ride::{HALF_M, Ride, target};
use crate::body::Body;
use crate::course::Course;
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const TOO_CLOSE: Fault =
    Fault::new("too-close", "time-headway", "follows 1.1 s behind").of("headway");
pub(crate) const FAR_TOO_CLOSE: Fault =
    Fault::new("far-too-close", "time-headway", "follows 0.7 s behind").of("headway-veto").same(&["headway"]);
pub(crate) const CLOSES_IN: Fault = Fault::new(
    "closes-in",
    "time-to-collision",
    "comes up to the standing car so that 1.4 s are left at one time",
);
pub(crate) const ON_RIGHT: Fault =
    Fault::new("on-right", "overtaking-on-right", "overtakes the slow car on the right");
pub(crate) const IN_TUNNEL: Fault =
    Fault::new("in-tunnel", "forbidden-overtaking", "passes the slow car in a tunnel");
pub(crate) const NO_GAP: Fault = Fault::new(
    "no-gap",
    "lane-change-gap",
    "changes lanes before somebody who is faster by 2 m/s and lacks 0.8 m of room",
);
pub(crate) const IN_OPPOSITE: Fault = Fault::new(
    "in-opposite",
    "opposite-lane-used",
    "keeps a part of the opposite lane for 104 m when all are past",
);
pub(crate) const WRONG_WAY: Fault = Fault::new(
    "wrong-way",
    "wrong-way",
    "drives with its middle in the opposite lane for 12 m when all are past",
);
pub(crate) const HARSH: Fault = Fault::new("harsh", "harsh-braking", "brakes late and at 5.6 m/s²");
pub(crate) const CLOSE_PASS: Fault =
    Fault::new("close-pass", "close-pass", "passes the slow car 0.42 m beside it");
pub(crate) const OFF_ROAD: Fault =
    Fault::new("over-edge", "wheel-over-edge", "the body 5 cm over the edge of the carriageway");
pub(crate) const CLOSE: Fault = Fault::new("close", "close-meeting", "leaves 0.44 m to the oncoming car");
pub(crate) const NOT_INDICATED: Fault =
    Fault::new("not-indicated", "indicator-missing", "goes out to overtake without indicator");
pub(crate) const NOT_DONE: Fault = Fault::new("not-done", "manoeuvre-missing", "stays behind the slow car");
pub(crate) const NOT_SLOWED: Fault =
    Fault::new("not-slowed", "not-slowed", "is 1 km/h too fast at the entry");
pub(crate) const OVER_CONES: Fault =
    Fault::new("over-edge", "wheel-over-edge", "5 cm over the line of the cones");
pub(crate) const TOUCHES: Fault = Fault::new("touches", "contact-with-actor", "brushes a box by 0.1 m")
    .of("no-contact")
    .same(&["contact-with-actor", "general/contact-with-actor"])
    // What is about to be touched is needed to brake for.
    .side(&["general/hard-braking-needed"]);

/// How deep a box is touched, metres.
const TOUCH_M: f64 = 0.1;
/// Length of a car, metres.
const CAR_M: f64 = 4.5;

/// Behind a car that slows, stops and goes on: the same motion some seconds later and some metres behind.
pub(crate) fn following(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let v = 10.0;
    let (gap_s, gap_m) = match ask.fault {
        Some("too-close") => (0.6, 5.0),
        Some("far-too-close") => (0.3, 4.0),
        // The one ahead stands already when it brakes.
        Some("closes-in") => (5.0, 6.0),
        _ => (2.2, 6.0),
    };
    let near = ask.is("too-close") || ask.is("far-too-close");
    let motion = |after_s: f64, decel: f64, low: f64| {
        let to_stand = |a: f64, jerk: f64| {
            let s = Speed::of(v).to_with(0.0, a, jerk);
            s.distance_m(s.end_s())
        };
        // Who brakes harder begins later, so that both end at the same place.
        let jerk = if decel > 2.0 { 3.0 * decel } else { 1.0 };
        let takes = |a: f64, jerk: f64| Speed::of(v).to_with(0.0, a, jerk).end_s();
        let later_s = (to_stand(1.4, 1.0) - to_stand(decel, jerk)) / v;
        // It stands until the same time, too.
        let stands_s = 5.0 + takes(1.4, 1.0) - takes(decel, jerk) - later_s;
        let s = Speed::of(v).hold_s(6.0 + after_s).to_with(low, 1.2, 1.0).hold_s(5.0).to_with(v, 1.0, 1.0);
        s.hold_s(4.0 + later_s).to_with(0.0, decel, jerk).hold_s(stands_s).to_with(v, 1.0, 1.0)
    };
    let decel = match ask.fault {
        Some("harsh") => 5.6,
        Some("closes-in") => 3.6,
        _ => 1.4,
    };
    // Who is too near at first falls back then.
    let ego = motion(gap_s, decel, if near { 3.0 } else { 5.0 });
    let lead = motion(0.0, 1.4, 5.0);
    let least_ttc = |gap_m: f64| {
        let ahead = CAR_M + gap_m + v * gap_s;
        let at = |k: u32| {
            let t = 0.02 * f64::from(k);
            let ((s, v, _), (s_lead, v_lead, _)) = (ego.state(t), lead.state(t));
            if v < 2.0 || v <= v_lead { f64::INFINITY } else { (ahead + s_lead - s - CAR_M) / (v - v_lead) }
        };
        (0..(50.0 * ego.end_s()) as u32).map(at).fold(f64::INFINITY, f64::min)
    };
    const LEFT_S: f64 = 1.4;
    let gap_m = if ask.is("closes-in") { crate::solve(LEFT_S, 1.0, 8.0, least_ttc) } else { gap_m };
    let end = ride.way.length_m() - HALF_M - 1.0;
    let made = ego.distance_m(ego.end_s());
    if made > end {
        let found = format!("{end:.0} m");
        return Err(Error::new(
            ride.track.name(),
            format!("{made:.0} m of way at station {}", ride.station.id),
            found,
        ));
    }
    let ego = ego.hold_to_m(end);
    let ahead = CAR_M + gap_m + v * gap_s;
    let mut ridden = ride.with(ride.way.path(|_| 0.0), ego);
    let lead = ride.car("lead", ahead, 0.0, lead);
    if near {
        let (t, to_s) = (ridden.time(ride.entry_m), ridden.to_s);
        ridden = ridden.faulty(gap_s + gap_m / v, t, to_s);
    }
    if ask.is("closes-in") {
        let to_s = ridden.to_s;
        ridden = ridden.about(LEFT_S, 0.02, 20.0, to_s);
    }
    if ask.is("harsh") {
        let to_s = ridden.to_s;
        ridden = ridden.faulty(5.6, 20.0, to_s);
    }
    Ok(ride.plan(ridden.actor(lead), ask.fault))
}

/// Slower and a little to the right for an oncoming car.
pub(crate) fn meeting(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let later = ask.is("in-opposite") || ask.is("wrong-way");
    // Where something happens afterwards it meets him at once.
    let middle = if later { ride.entry_m + 8.0 } else { f64::midpoint(ride.entry_m, ride.exit_m) };
    let spot = ride.way.spot(middle);
    let lane = ride.track.lane(spot.lane);
    let Some(other) =
        lane.left.map(|l| ride.track.lane(l)).filter(|l| l.kind.is_traffic() && l.travel != lane.travel)
    else {
        return Err(Error::new(
            ride.track.name(),
            format!("a lane of oncoming traffic at station {}", ride.station.id),
            "none",
        ));
    };
    let over = 0.5 * (lane.width_at(spot.station_m) + other.width_at(0.5 * other.length_m()));
    let keeps = if ask.is("close") { over - 1.8 - 0.44 } else { -0.35 };
    let aside = |s: f64| {
        let u = ((s - middle).abs() - 20.0).max(0.0) / 30.0;
        if u >= 1.0 { 0.0 } else { keeps * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let pace = ride.pace().slow(middle - 30.0, middle + 15.0, 7.0);
    if later {
        // How far to the left, how much of that counts, and over which way; counted are a corner 0.3 m over the line, or the middle.
        const EASE_M: f64 = 15.0;
        let half = 0.5 * lane.width_at(spot.station_m);
        let (over_m, counts_m, used_m) =
            if ask.is("wrong-way") { (half + 0.6, half, 12.0) } else { (1.4, half + 0.3 - 0.9, 104.0) };
        let outside = EASE_M * (1.0 - crate::solve(counts_m / over_m, 0.0, 1.0, ease));
        let from = middle + 22.0;
        // A corner is there before the middle and after it.
        let corners_m = if ask.is("wrong-way") { 0.0 } else { 2.0 * HALF_M };
        let to = from + EASE_M + used_m - corners_m - 2.0 * outside;
        let path = ride.way.path(|s| over_m * (ease((s - from) / EASE_M) - ease((s - to) / EASE_M)));
        let ridden = ride.drive_on(path, &pace.slow(from - 4.0, to + EASE_M, 6.0))?;
        let (a, b) = (ridden.time(from), ridden.time(to + EASE_M));
        let meets = ridden.time(middle);
        let ridden = ridden.about(used_m, 1.5, a, b);
        return Ok(ride.at_last(ridden.actor(oncoming(&ride, over, middle, meets, 8.0)), ask));
    }
    let ridden = ride.drive_on(ride.way.path(aside), &pace)?;
    let meets = ridden.time(middle);
    let ridden = if ask.is("close") { ridden.faulty(0.44, meets - 2.0, meets + 2.0) } else { ridden };
    let car = oncoming(&ride, over, middle, meets, 8.0 + ask.pick(3));
    Ok(ride.plan(ridden.actor(car), ask.fault))
}

/// A car against the way, in the lane that is so far on the left, which the ego meets at a place and time.
fn oncoming(ride: &Ride, over: f64, middle: f64, meets: f64, mps: f64) -> Body {
    let n = (ride.way.length_m() / 4.0) as usize;
    let points: Vec<[f64; 2]> = (0..=n).rev().map(|k| ride.way.place(4.0 * k as f64, over)).collect();
    let path = Path::through(&points);
    let to_middle = path.length_m() - middle;
    let from = (to_middle - mps * meets).max(HALF_M);
    let late = meets - (to_middle - from) / mps;
    let seen = (late.max(0.0), late.max(0.0) + (path.length_m() - from - 5.0) / mps);
    let course = Course::new(path, Speed::of(mps)).from_m(from - mps * late.max(0.0));
    target(Body::car("oncoming").course(course), &ride.way).log(move |a| a.present_s(&[seen]))
}

/// Past a slow car by the lane on the left, and back well before it.
pub(crate) fn overtaking(ask: &Ask<'_>) -> Result<Plan, Error> {
    if ask.is("in-tunnel") {
        return in_tunnel(ask);
    }
    let ride = Ride::new(ask.track, ask.item)?;
    let (change, slow) = (55.0, 5.0);
    let out = ride.entry_m + 45.0;
    // Times are taken at the ego's own speed: it is steady there.
    let steady = ride.pace().speed(ride.way.length_m() - 5.0)?;
    let at = |s: f64| steady.time_at_m(s);
    // The lead is 42 m ahead, bumper to bumper, as the change begins.
    let lead_m = out + CAR_M + 42.0 - slow * at(out);
    // Back from where the ego is 22 m ahead of it.
    let ahead = |s: f64| s - CAR_M - (lead_m + slow * at(s)) - 22.0;
    let back = crate::solve(0.0, out + change, ride.way.length_m(), ahead);
    if back + change > ride.exit_m {
        let found = format!("{:.0} m", ride.exit_m - ride.entry_m);
        return Err(Error::new(
            ride.track.name(),
            format!("{:.0} m between the gates of station {}", back + change - ride.entry_m, ride.station.id),
            found,
        ));
    }
    if ask.is("not-done") {
        // No faster than the slow car from well behind it on.
        let ridden = ride.drive(&ride.pace().slow(out - 20.0, ride.way.length_m(), slow))?;
        let lead = ride.car("slow", lead_m, 0.0, Speed::of(slow));
        let (a, b) = (ridden.time(ride.entry_m), ridden.to_s);
        return Ok(ride.plan(ridden.actor(lead).faulty(0.0, a, b), ask.fault));
    }
    if ask.is("on-right") {
        // In the lane on the left but for the time of passing.
        let (over, left) = ride.lane_beside()?;
        let bump = |s: f64| ease((s - out) / change) * (1.0 - ease((s - back) / change));
        let path = ride.way.path(|s| if left { over * (1.0 - bump(s)) } else { over * bump(s) });
        let mut ridden = ride.drive_on(path, &ride.pace())?;
        ridden.tell.indicate(Indicator::Right, at(out) - 3.8, at(out + change));
        ridden.tell.indicate(Indicator::Left, at(back) - 3.4, at(back + change));
        let lead = ride.car("slow", lead_m, if left { over } else { 0.0 }, Speed::of(slow));
        return Ok(ride.plan(ridden.actor(lead).faulty(1.0, at(out), at(back + change)), ask.fault));
    }
    let nearer = if ask.is("close-pass") { 3.5 - 1.8 - 0.42 } else { 0.0 };
    let (path, left) = ride.beside_by(&[(out, back)], change, nearer)?;
    let mut ridden = ride.drive_on(path, &ride.pace())?;
    if ask.is("close-pass") {
        ridden = ridden.faulty(0.42, at(out), at(back + change));
    }
    let sides = if left { [Indicator::Left, Indicator::Right] } else { [Indicator::Right, Indicator::Left] };
    if ask.is("not-indicated") {
        ridden = ridden.happens(at(out), at(out + change));
    } else {
        ridden.tell.indicate(sides[0], at(out) - 3.8, at(out + change));
    }
    {
        ridden.tell.indicate(sides[1], at(back) - 3.4, at(back + change));
    }
    if ask.is("no-gap") {
        ridden = super::roads::no_gap(&ride, ridden, out + 0.5 * change, left);
    }
    let lead = ride.car("slow", lead_m, 0.0, Speed::of(slow));
    Ok(ride.plan(ridden.actor(lead), ask.fault))
}

/// Out before a tunnel, past the slow car in it, and back behind it.
fn in_tunnel(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::at(ask.track, ask.item, 1)?;
    let (from, to) = super::weather::tunnel_on(&ride)?;
    let (change, slow, mps) = (32.0, 4.0, 10.0);
    // The line between the lanes is broken up to 20 m before it and from 10 m behind it on.
    let (out, back) = (from - 22.0 - 0.7 * change, to + 14.0);
    let (path, left) = ride.beside(&[(out, back)], change)?;
    let mut ridden = ride.drive_on(path, &ride.pace().slow(0.0, ride.way.length_m(), mps))?;
    let at = |s: f64| ridden.speed.time_at_m(s);
    let passes = f64::midpoint(from, to);
    let times = [at(out) - 4.0, at(out + change), at(back) - 3.6, at(back + change), at(passes)];
    let sides = if left { [Indicator::Left, Indicator::Right] } else { [Indicator::Right, Indicator::Left] };
    ridden.tell.indicate(sides[0], times[0], times[1]).indicate(sides[1], times[2], times[3]);
    let lead = ride.car("slow", passes - slow * times[4], 0.0, Speed::of(slow));
    Ok(ride.plan(ridden.actor(lead).faulty(1.0, times[4] - 2.0, times[4] + 2.0), ask.fault))
}

/// Round things on the way, by the lane beside: `things` are their places along the way.
fn round(ride: &Ride, things: &[f64], mps: f64, entry_mps: f64, nearer_m: f64) -> Result<Ridden, Error> {
    let first = things.iter().copied().fold(f64::INFINITY, f64::min);
    let last = things.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let change = 40.0;
    let out = first - HALF_M - 8.0 - change;
    // Not before the way back has been announced.
    let back = (last + HALF_M + 6.0).max(out + change + 4.2 * mps);
    let (path, left) = ride.beside_by(&[(out, back)], change, nearer_m)?;
    let pace =
        ride.pace().slow(ride.entry_m - HALF_M - 2.0, out, entry_mps).slow(out - 10.0, back + change, mps);
    let mut ridden = ride.drive_on(path, &pace)?;
    let sides = if left { [Indicator::Left, Indicator::Right] } else { [Indicator::Right, Indicator::Left] };
    let at = |s: f64| ridden.speed.time_at_m(s);
    let times = [at(out) - 4.0, at(out + change), at(back) - 3.6, at(back + change)];
    ridden.tell.indicate(sides[0], times[0], times[1]).indicate(sides[1], times[2], times[3]);
    Ok(ridden)
}

/// Things that close a lane of the way between the gates: where along it, and where.
pub(crate) fn cones(ride: &Ride) -> Result<Vec<(f64, [f64; 2])>, Error> {
    let mut cones: Vec<(f64, [f64; 2])> = Vec::new();
    for f in ride.track.fixtures().iter().filter(|f| f.kind != "roadMark") {
        let at = [f.at_m[0], f.at_m[1]];
        let near = ride.way.spots.iter().min_by(|a, b| away(a.at, at).total_cmp(&away(b.at, at)));
        if let Some(s) = near.filter(|s| away(s.at, at) < 6.0 && s.s_m > ride.entry_m && s.s_m < ride.exit_m)
        {
            cones.push((s.s_m, at));
        }
    }
    if cones.is_empty() {
        return Err(Error::new(
            ride.track.name(),
            format!("things that close a lane at station {}", ride.station.id),
            "none",
        ));
    }
    Ok(cones)
}

/// The same as a log has them.
pub(crate) fn standing(ride: &Ride, mut ridden: Ridden, cones: &[(f64, [f64; 2])]) -> Ridden {
    for (k, (_, [x, y])) in cones.iter().enumerate() {
        let cone = Body::other(&format!("cone-{}", k + 1), ActorClass::Object, 0.4, 0.4)
            .course(Course::standing(*x, *y, 0.0));
        ridden = ridden.actor(target(cone, &ride.way));
    }
    ridden
}

/// Past the cones that close the lane.
pub(crate) fn works(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let cones = cones(&ride)?;
    let places: Vec<f64> = cones.iter().map(|c| c.0).collect();
    // The body's right side to the line of the cones, in the lane beside: what is to spare, and a little more.
    let nearer = if ask.is("over-edge") { spare_m(&ride, &cones)? + 0.05 } else { 0.0 };
    let entry = if ask.is("not-slowed") { 41.0 / 3.6 } else { 10.0 };
    let mut ridden = round(&ride, &places, 7.5, entry, nearer)?;
    let times = (
        ridden.time(places.iter().copied().fold(f64::INFINITY, f64::min)),
        ridden.time(ride.entry_m - HALF_M),
    );
    ridden = match ask.fault {
        Some("over-edge") => ridden.faulty(0.05, times.0, times.0 + 8.0),
        Some("not-slowed") => ridden.faulty(41.0, times.1, times.1 + 1.0),
        _ => ridden,
    };
    let ridden = standing(&ride, ridden, &cones);
    Ok(ride.plan(ridden, ask.fault))
}

/// From the side of a car in the middle of the lane beside to the nearest edge of the station on the side of the cones, metres.
fn spare_m(ride: &Ride, cones: &[(f64, [f64; 2])]) -> Result<f64, Error> {
    let (path, left) = ride.beside(&[(0.0, ride.way.length_m())], 1.0)?;
    let (first, last) =
        cones.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), c| (a.min(c.0), b.max(c.0)));
    let mut least = f64::INFINITY;
    for edge in &ride.station.edges {
        for p in edge.windows(2).flat_map(|w| (0..20).map(|k| mix(w[0], w[1], f64::from(k) / 20.0))) {
            let near = ride.way.spots.iter().min_by(|a, b| away(a.at, p).total_cmp(&away(b.at, p)));
            let Some(spot) = near.filter(|s| (first..=last).contains(&s.s_m)) else { continue };
            let at = path.at(spot.s_m).pose;
            let (sin, cos) = lukao_model::math::sin_cos(at.yaw_rad);
            let right = (p[0] - at.x_m) * sin - (p[1] - at.y_m) * cos;
            let toward = if left { right } else { -right };
            if toward > 0.0 {
                least = least.min(toward - 0.9);
            }
        }
    }
    Ok(if least.is_finite() { least } else { 0.0 })
}

fn mix(a: [f64; 2], b: [f64; 2], f: f64) -> [f64; 2] {
    [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1])]
}

fn away(a: [f64; 3], b: [f64; 2]) -> f64 {
    lukao_model::math::hypot(a[0] - b[0], a[1] - b[1])
}

/// Round a box that fell off somebody's load.
pub(crate) fn spilled(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let at = f64::midpoint(ride.entry_m, ride.exit_m) + ask.pick(5);
    let (over, left) = ride.lane_beside()?;
    // The lane beside is as wide as this one: its far border is half of it away.
    let half = ride.to_lane_border_m(at);
    let nearer = match ask.fault {
        // The front swings out some 7 cm farther.
        Some("over-edge") => -(half - 0.9 - 0.02),
        // From the ego's side to that of the first box, which lies from 0 to 0.6 m on the left.
        Some("touches") => over.abs() - 0.9 - if left { 0.6 } else { 0.0 } + TOUCH_M,
        _ => 0.0,
    };
    let mut ridden = round(&ride, &[at, at + 3.0], 7.5, super::ride::TOP_MPS, nearer)?;
    if ask.is("over-edge") {
        let t = ridden.time(at);
        ridden = ridden.faulty(0.05, t - 2.0, t + 2.0);
    }
    if ask.is("touches") {
        let t = ridden.time(at - HALF_M);
        ridden = ridden.about(TOUCH_M, 0.02, t, t + 1.0);
    }
    let boxes = ride.thing("box-1", ActorClass::Object, at, 0.3, [0.8, 0.6]);
    let more = ride.thing("box-2", ActorClass::Object, at + 3.0, -0.4, [0.5, 0.5]);
    Ok(ride.plan(ridden.actor(boxes).actor(more), ask.fault))
}
