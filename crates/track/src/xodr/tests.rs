//! How near the sampled borders are to the exact geometry, and whether the exact geometry is exact.

use super::Notes;
use super::cubic::Cubic;
use super::plan::{Geometry, Shape};
use super::record::{self, Map};
use super::sample::{distance_to_segment, sample, section_end};
use super::surface::row;
use super::xml::Xml;
use lukao_model::math;

/// What is promised.
const PROMISE_M: f64 = 0.01;

/// A road through every kind of geometry, banked, rising, widening.
const BENDS: &str = r#"<OpenDRIVE><header revMajor="1" revMinor="6"/>
  <road id="1" name="" length="330" junction="-1">
    <planView>
      <geometry s="0" x="@X@" y="@Y@" hdg="0.3" length="30"><line/></geometry>
      <geometry s="30" x="@X30@" y="@Y30@" hdg="0.3" length="60"><spiral curvStart="0" curvEnd="0.05"/></geometry>
      <geometry s="90" x="@X90@" y="@Y90@" hdg="1.8" length="90"><arc curvature="0.05"/></geometry>
      <geometry s="180" x="@X90@" y="@Y90@" hdg="-2" length="50"><spiral curvStart="0.05" curvEnd="-0.12"/></geometry>
      <geometry s="230" x="@X30@" y="@Y90@" hdg="2.5" length="50"><poly3 a="0" b="0.1" c="0.02" d="-0.0003"/></geometry>
      <geometry s="280" x="@X90@" y="@Y30@" hdg="1" length="50">
        <paramPoly3 pRange="normalized" aU="0" bU="50" cU="4" dU="-8" aV="0" bV="0" cV="-30" dV="18"/></geometry>
    </planView>
    <elevationProfile><elevation s="0" a="3" b="0.02" c="0.0006" d="-0.000003"/><elevation s="200" a="7" b="-0.05" c="0" d="0"/></elevationProfile>
    <lateralProfile><superelevation s="0" a="0" b="0.001" c="0" d="0"/><superelevation s="60" a="0.06" b="0" c="0" d="0"/></lateralProfile>
    <lanes><laneOffset s="0" a="0" b="0" c="0.002" d="-0.00002"/><laneOffset s="60" a="2.88" b="0" c="0" d="0"/>
      <laneSection s="0">
        <left><lane id="1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
          <lane id="2" type="sidewalk" level="true"><width sOffset="0" a="2" b="0" c="0" d="0"/><height sOffset="0" inner="0.12" outer="0.15"/></lane></left>
        <center><lane id="0" type="none"/></center>
        <right><lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
      </laneSection>
      <laneSection s="120">
        <left><lane id="1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></left>
        <center><lane id="0" type="none"/></center>
        <right><lane id="-1" type="driving"><width sOffset="0" a="0" b="0" c="0.0042" d="-0.000056"/><width sOffset="50" a="3.5" b="0.2" c="-0.02" d="0.0004"/></lane></right>
      </laneSection>
    </lanes>
  </road></OpenDRIVE>"#;

fn bends(x: f64, y: f64) -> String {
    BENDS
        .replace("@X@", &x.to_string())
        .replace("@Y@", &y.to_string())
        .replace("@X30@", &(x + 28.66).to_string())
        .replace("@Y30@", &(y + 8.86).to_string())
        .replace("@X90@", &(x + 55.0).to_string())
        .replace("@Y90@", &(y + 58.0).to_string())
}

fn with_map<T>(text: &str, f: impl FnOnce(&Xml<'_>, &Map) -> T) -> T {
    let xml = Xml::parse("test", text, "OpenDRIVE", "an OpenDRIVE map").unwrap();
    let map = record::read(&xml, &mut Notes::default()).unwrap();
    f(&xml, &map)
}

/// Largest distance of exact borders, taken every 5 cm, from the sampled ones; and how many were compared.
fn worst(text: &str, within_m: f64) -> (f64, usize) {
    with_map(text, |xml, map| {
        let (mut worst, mut count, mut budget) = (0.0_f64, 0, usize::MAX);
        for road in &map.roads {
            for section in 0..road.sections.len() {
                let sampled = sample(road, section, xml, &mut budget).unwrap();
                let (from, to) = (road.sections[section].s, section_end(road, section));
                // In a section of micrometres the side of a joint cannot be picked by s.
                if to - from < 1e-5 {
                    continue;
                }
                let steps = ((to - from) / 0.05).ceil() as usize;
                let mut k = 0;
                for i in 0..=steps {
                    let s = from + (to - from) * i as f64 / steps as f64;
                    while k + 2 < sampled.s.len() && sampled.s[k + 1] < s {
                        k += 1;
                    }
                    let exact = row(road, section, s, s.min(to - 1e-6));
                    for (b, &p) in exact.borders.iter().enumerate() {
                        if math::hypot(p[0], p[1]) > within_m {
                            continue;
                        }
                        let near = (k.saturating_sub(1)..(k + 3).min(sampled.s.len() - 1))
                            .map(|j| {
                                distance_to_segment(
                                    p,
                                    sampled.rows[j].borders[b],
                                    sampled.rows[j + 1].borders[b],
                                )
                            })
                            .fold(f64::INFINITY, f64::min);
                        worst = worst.max(near);
                        count += 1;
                    }
                }
            }
        }
        (worst, count)
    })
}

#[test]
fn sampled_borders_are_within_a_centimetre() {
    let (near, n) = worst(&bends(0.0, 0.0), 2000.0);
    println!("worst of {n} points: {:.2} mm", near * 1e3);
    assert!(n > 20_000, "{n} points compared");
    assert!(near > 1e-5, "a comparison that finds nothing compares nothing: {near}");
    assert!(near < PROMISE_M, "{near}");
}

#[test]
fn far_from_the_origin_they_are_as_near() {
    // UTM coordinates of a test field.
    let (east, north) = (448_251.25, 4_424_120.5);
    let (far, n) = worst(&bends(east, north), f64::INFINITY);
    println!("worst of {n} points: {:.2} mm", far * 1e3);
    assert!(far < PROMISE_M, "{far}");
    // And they are the same borders, moved.
    let shift = |text: &str| {
        with_map(text, |xml, map| sample(&map.roads[0], 0, xml, &mut usize::MAX.clone()).unwrap().rows)
    };
    let (here, there) = (shift(&bends(0.0, 0.0)), shift(&bends(east, north)));
    assert_eq!(here.len(), there.len());
    for (a, b) in here.iter().zip(&there) {
        for (p, q) in a.borders.iter().zip(&b.borders) {
            let d = math::hypot(q[0] - east - p[0], q[1] - north - p[1]);
            assert!(d < 1e-6, "moved by {d} m");
        }
    }
}

#[test]
fn on_maps_of_others_too() {
    let Some(data) = std::env::var_os("LUKAO_DATA") else {
        println!("skipped: LUKAO_DATA is not set");
        return;
    };
    let data = std::path::PathBuf::from(data);
    let maps = [
        "esmini/maps/alks_road_straight.xodr",
        "esmini/maps/e6mini.xodr",
        "esmini/maps/fabriksgatan.xodr",
        "esmini/maps/fabriksgatan_traffic_lights.xodr",
        "esmini/maps/soderleden.xodr",
        "sumo/maps/junction.xodr",
        "maps/Town03.xodr.gz",
        "maps/curves_elevation.xodr.gz",
        "maps/multi_intersections.xodr.gz",
        "maps/two_plus_one.xodr.gz",
    ];
    for map in maps {
        let bytes = std::fs::read(data.join(map)).unwrap();
        let text = super::text::decode(map, &bytes, 1 << 28).unwrap();
        let (near, n) = worst(&text, 2000.0);
        println!("{map}: worst of {n} points {:.2} mm", near * 1e3);
        assert!(n > 1000 && near < PROMISE_M, "{map}: {near} over {n} points");
    }
}

fn geometry(shape: Shape, length: f64) -> Geometry {
    Geometry { s: 0.0, x: 0.0, y: 0.0, heading: 0.0, length, shape }
}

/// The slow second answer: the midpoint rule over the heading in very small steps.
fn walk(length: f64, heading: impl Fn(f64) -> f64) -> [f64; 2] {
    let n = 2_000_000;
    let h = length / f64::from(n);
    let (mut x, mut y) = (0.0, 0.0);
    for i in 0..n {
        let (sin, cos) = math::sin_cos(heading(h * (f64::from(i) + 0.5)));
        x += h * cos;
        y += h * sin;
    }
    [x, y]
}

#[test]
fn clothoids_agree_with_small_steps() {
    for (from, to, length) in
        [(0.0, 0.05, 60.0), (0.05, -0.12, 50.0), (-0.2, 0.2, 120.0), (1e-9, -1e-9, 900.0)]
    {
        let rate = (to - from) / length;
        let end = geometry(Shape::Spiral { from, to }, length).at(length);
        let [x, y] = walk(length, |s| from * s + 0.5 * rate * s * s);
        let off = math::hypot(end.x - x, end.y - y);
        assert!(off < 1e-7, "{from} to {to} over {length}: {off}");
        assert!((end.heading - (from + to) / 2.0 * length).abs() < 1e-12);
    }
}

#[test]
fn a_nearly_straight_arc_does_not_jump() {
    let length = 1000.0;
    for k in [1e-3, 1e-6, 1e-9, 1e-12, 1e-15] {
        let end = geometry(Shape::Arc { curvature: k }, length).at(length);
        let [x, y] = walk(length, |s| k * s);
        assert!(math::hypot(end.x - x, end.y - y) < 1e-6, "curvature {k}: {end:?} and {x} {y}");
    }
}

#[test]
fn poly3_runs_by_its_length() {
    let cubic = Cubic([0.0, 0.1, 0.02, -0.0003]);
    let g = geometry(Shape::Poly3(cubic), 50.0);
    // Length of the curve up to the point found, by many chords.
    let u = g.at(50.0).x;
    let n = 200_000;
    let mut length = 0.0;
    let point = |i: i32| {
        let x = u * f64::from(i) / f64::from(n);
        (x, cubic.at(x))
    };
    for i in 0..n {
        let (a, b) = (point(i), point(i + 1));
        length += math::hypot(b.0 - a.0, b.1 - a.1);
    }
    assert!((length - 50.0).abs() < 1e-6, "{length}");
}

#[test]
fn a_param_poly3_of_either_range_draws_one_curve() {
    let (u, v) = (Cubic([0.0, 50.0, 4.0, -8.0]), Cubic([0.0, 0.0, -30.0, 18.0]));
    let scaled = |c: Cubic| {
        let [a, b, cc, d] = c.0;
        Cubic([a, b / 40.0, cc / 1600.0, d / 64_000.0])
    };
    let one = geometry(Shape::ParamPoly3 { u, v, p_max: 1.0 }, 40.0);
    let other = geometry(Shape::ParamPoly3 { u: scaled(u), v: scaled(v), p_max: 40.0 }, 40.0);
    for i in 0..=40 {
        let (a, b) = (one.at(f64::from(i)), other.at(f64::from(i)));
        assert!(
            math::hypot(a.x - b.x, a.y - b.y) < 1e-9 && (a.heading - b.heading).abs() < 1e-9,
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn banks_lift_the_left_and_level_lanes_stay_level() {
    with_map(&bends(0.0, 0.0), |_, map| {
        let r = row(&map.roads[0], 0, 100.0, 100.0);
        let z: Vec<f64> = r.borders.iter().map(|p| p[2]).collect();
        // Right edge, centre line, left lane's edge, sidewalk's edge: 6 % roll to the right.
        assert!((z[1] - z[0] - 3.5 * math::sin(0.06_f64)).abs() < 1e-9, "{z:?}");
        assert!((z[2] - z[1] - 3.5 * math::sin(0.06_f64)).abs() < 1e-9, "{z:?}");
        assert_eq!(z[3], z[2], "level=\"true\" leaves the bank out");
        assert_eq!(r.heights[2], [0.12, 0.15], "inner and outer height of a left lane: right and left");
    });
}
