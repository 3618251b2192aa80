//! A city along the road of a workload: a road of two lanes each way, cut every 204 m by a crossroads, every other one with
//! lights, the others with signs; crossings, yellow boxes, bus stops, school zones, cycle tracks, pavements.
//!
//! The workload's actors drive, stand and walk where they would without it.

use std::fmt::Write;

use lukao_model::math;
use lukao_reference::workload::{self, Shape};
use lukao_synth::xodr::{Lane, Map, Road, track};
use lukao_track::Track;

/// Stretch of the road between two crossroads, and of the crossroads themselves, metres.
const STRETCH_M: usize = 180;
const CROSSROADS_M: usize = 24;

/// Length of a side road, metres.
const SIDE_M: f64 = 120.0;

/// One arc of the road, metres.
const ARC_M: usize = 12;

/// x, y, direction.
type Pose = [f64; 3];

/// The city of a workload.
pub fn city(shape: &Shape) -> Track {
    let mut line = workload::centre_line(shape);
    // Its places follow one another straight; the direction at one is between those to it and from it.
    for k in (1..line.len()).rev() {
        line[k][2] = f64::midpoint(line[k - 1][2], line[k][2]);
    }
    track(&text(&line)).expect("a sound map")
}

/// A pose moved forward and to the left.
fn moved(p: Pose, along: f64, left: f64) -> Pose {
    let (sin, cos) = math::sin_cos(p[2]);
    [p[0] + along * cos - left * sin, p[1] + along * sin + left * cos, p[2]]
}

fn turned(p: Pose, by: f64) -> Pose {
    [p[0], p[1], p[2] + by]
}

fn begin(id: &str, p: Pose) -> Road {
    Road::at(id, p[0], p[1], p[2])
}

/// Arcs along the centre line from one station to another, forward or backward.
fn along(id: &str, line: &[Pose], from: usize, to: usize) -> Road {
    let back = to < from;
    let at = |k: usize| if back { turned(line[k], std::f64::consts::PI) } else { line[k] };
    let (mut k, mut road) = (from, begin(id, at(from)));
    while k != to {
        let next = if back { k.saturating_sub(ARC_M).max(to) } else { (k + ARC_M).min(to) };
        let turn = math::angle_between(at(k)[2], at(next)[2]);
        road = bend(road, turn, next.abs_diff(k) as f64);
        k = next;
    }
    road
}

fn bend(road: Road, turn: f64, length: f64) -> Road {
    if turn.abs() < 1e-9 { road.straight(length) } else { road.arc(turn.to_degrees(), length / turn.abs()) }
}

/// A straight piece, an arc and a straight piece from one pose to another.
fn join(id: &str, a: Pose, b: Pose) -> Road {
    let turn = math::angle_between(a[2], b[2]);
    let (d, (sa, ca), (sb, cb)) = ([b[0] - a[0], b[1] - a[1]], math::sin_cos(a[2]), math::sin_cos(b[2]));
    if turn.abs() < 0.02 {
        return begin(id, a).straight(math::hypot(d[0], d[1]));
    }
    // Where the tangents meet.
    let det = ca * sb - sa * cb;
    let (u, v) = ((d[0] * sb - d[1] * cb) / det, (d[1] * ca - d[0] * sa) / det);
    let tangent = u.min(v);
    let radius = tangent / (math::sin(0.5 * turn.abs()) / math::cos(0.5 * turn.abs()));
    let road = begin(id, a).straight((u - tangent).max(0.001));
    road.arc(turn.to_degrees(), radius).straight((v - tangent).max(0.001))
}

/// The roads and junctions of the city.
fn text(line: &[Pose]) -> String {
    let step = STRETCH_M + CROSSROADS_M;
    let count = (line.len() - 1) / step;
    let mut map = Map::new();
    for k in 0..count {
        let (from, to) = (k * step, k * step + STRETCH_M);
        let more = k + 1 < count;
        map = map.road(stretch(line, k, from, to, more));
        if more {
            map = crossroads(map, line, k, to);
        }
    }
    map.text()
}

/// The `k`th stretch of the road.
fn stretch(line: &[Pose], k: usize, from: usize, to: usize, more: bool) -> Road {
    let lane = || Lane::new("driving").limit_kmh(50.0);
    let mut links = String::new();
    if k > 0 {
        let _ = write!(links, r#"<predecessor elementType="junction" elementId="j{}"/>"#, k - 1);
    }
    if more {
        let _ = write!(links, r#"<successor elementType="junction" elementId="j{k}"/>"#);
    }
    let mut road = along(&format!("m{k}"), line, from, to).limit_kmh(50.0).links(&links);
    for side in [true, false] {
        let lanes = [
            lane().mark("broken"),
            lane(),
            Lane::new("biking").width_m(1.5).mark("none"),
            Lane::new("sidewalk").width_m(3.0).mark("none"),
        ];
        road = lanes.into_iter().fold(road, |road, l| if side { road.left(l) } else { road.right(l) });
    }
    road = road.object(&area(1, "crosswalk", 172.0, 0.0, 4.0, 14.0)).object(&area(
        2,
        "crosswalk",
        8.0,
        0.0,
        4.0,
        14.0,
    ));
    if k.is_multiple_of(3) {
        road = road.object(&area(3, "busStop", 90.0, -8.0, 12.0, 2.0));
    }
    if k % 7 == 3 {
        road = road.object(&area(4, "schoolZone", 90.0, 0.0, 120.0, 20.0));
    }
    if k % 5 == 2 {
        road = road.object(&area(5, "yellowBox", 120.0, -3.5, 10.0, 7.0));
    }
    for (end, s, toward, t) in [('b', 168.0, '+', -7.5), ('a', 12.0, '-', 7.5)] {
        if (more && end == 'b') || (k > 0 && end == 'a') {
            road = road.signal(&sign(&format!("{k}{end}s"), s, 0.25 * t, toward, "294", false));
            // The crossroads at the end of a stretch bears its number.
            let lights = (if end == 'b' { k } else { k - 1 }) % 2 == 0;
            let code = if lights { "1000001" } else { "306" };
            road = road.signal(&sign(&format!("{k}{end}"), s + 1.0, t, toward, code, lights));
        }
    }
    road
}

fn area(id: usize, kind: &str, s: f64, t: f64, length: f64, width: f64) -> String {
    format!(r#"<object id="{id}" type="{kind}" s="{s}" t="{t}" hdg="0" length="{length}" width="{width}"/>"#)
}

fn sign(id: &str, s: f64, t: f64, toward: char, code: &str, dynamic: bool) -> String {
    let (country, dynamic) = if dynamic { ("OpenDRIVE", "yes") } else { ("DE", "no") };
    format!(
        r#"<signal id="{id}" s="{s}" t="{t}" zOffset="3" orientation="{toward}" dynamic="{dynamic}" country="{country}" type="{code}" subtype="-1"/>"#
    )
}

/// An arm of a crossroads: its road, the pose of its reference line as it leads in, and the lanes in and out (next to the
/// middle, outermost) with the road's numbers.
struct Arm {
    road: String,
    end: &'static str,
    into: Pose,
    lanes_in: [(i32, f64); 2],
    lanes_out: [(i32, f64); 2],
}

/// The crossroads after the `k`th stretch, with its side roads.
fn crossroads(map: Map, line: &[Pose], k: usize, at: usize) -> Map {
    let half = 0.5 * CROSSROADS_M as f64;
    let middle = line[at + CROSSROADS_M / 2];
    let side = |name: &str, from: f64| {
        // Toward the middle, from `from` to the left.
        let turn = -std::f64::consts::FRAC_PI_2 * from;
        let into = turned(moved(middle, 0.0, from * half), turn);
        let road = begin(&format!("{name}{k}"), moved(into, -SIDE_M, 0.0))
            .straight(SIDE_M)
            .limit_kmh(40.0)
            .links(&format!(r#"<successor elementType="junction" elementId="j{k}"/>"#))
            .left(Lane::new("driving"))
            .right(Lane::new("driving"));
        let lights = k.is_multiple_of(2);
        let code = if lights { "1000001" } else { "205" };
        let road = road.signal(&sign(&format!("{name}{k}s"), 110.0, -1.75, '+', "294", false)).signal(&sign(
            &format!("{name}{k}"),
            111.0,
            -4.0,
            '+',
            code,
            lights,
        ));
        let one_in = [(-1, 0.0); 2];
        let arm =
            Arm { road: format!("{name}{k}"), end: "end", into, lanes_in: one_in, lanes_out: [(1, 0.0); 2] };
        (road, arm)
    };
    let ((north, n), (south, s)) = (side("n", 1.0), side("s", -1.0));
    let two = |sign: i32| [(sign, 0.0), (2 * sign, -3.5)];
    let arms = [
        Arm { road: format!("m{k}"), end: "end", into: line[at], lanes_in: two(-1), lanes_out: two(1) },
        s,
        Arm {
            road: format!("m{}", k + 1),
            end: "start",
            into: turned(line[at + CROSSROADS_M], std::f64::consts::PI),
            lanes_in: two(1),
            lanes_out: two(-1),
        },
        n,
    ];
    let mut map = map.road(north).road(south);
    let mut connections = String::new();
    for from in 0..4 {
        // To the right, straight on, to the left.
        for by in 1..4 {
            let (a, b) = (&arms[from], &arms[(from + by) % 4]);
            let id = format!("{k}.{from}{by}");
            // Straight on both lanes go on; to the right the outermost, to the left the one next to the middle.
            let main = from % 2 == 0;
            let on = by == 2 && main;
            let which = usize::from(by == 1);
            let road = if on {
                let ends = [at, at + CROSSROADS_M];
                along(&id, line, ends[from / 2], ends[1 - from / 2])
            } else {
                // The reference line is the lane's left border. Going out, the arm is driven backward.
                let out = turned(b.into, std::f64::consts::PI);
                join(&id, moved(a.into, 0.0, a.lanes_in[which].1), moved(out, 0.0, b.lanes_out[which].1))
            };
            let lanes: &[usize] = if on { &[0, 1] } else { &[which] };
            let links = format!(
                r#"<predecessor elementType="road" elementId="{}" contactPoint="{}"/><successor elementType="road" elementId="{}" contactPoint="{}"/>"#,
                a.road, a.end, b.road, b.end
            );
            let mut road = road.in_junction(&format!("j{k}")).links(&links).centre("none");
            let _ = write!(
                connections,
                r#"<connection id="{id}" incomingRoad="{}" connectingRoad="{id}" contactPoint="start">"#,
                a.road
            );
            for (n, which) in lanes.iter().enumerate() {
                let (i, o) = (a.lanes_in[*which].0, b.lanes_out[*which].0);
                road = road.right(Lane::new("driving").mark("none").links(Some(i), Some(o)));
                let _ = write!(connections, r#"<laneLink from="{i}" to="{}"/>"#, -1 - n as i32);
            }
            connections.push_str("</connection>");
            map = map.road(road);
        }
    }
    map.xml(&format!(r#"<junction id="j{k}" name="">{connections}</junction>"#))
}
