//! CommonRoad scenarios (XML, versions 2018b and 2020a): lanelets, their markings, stop lines, signs and lights.
//!
//! Borders that name no marking are unknown, not bare. Lanelets without heights lie at 0. Speed limits come from
//! `<speedLimit>` (2018b), and from signs that a lanelet refers to: German 274, 274.1 and US R2-1, whose value the
//! format gives in m/s. Lanelets that an `<intersection>` lists as successors of its incoming ones are its ways.

use std::collections::BTreeMap;

use lukao_model::{Error, Frame};
use roxmltree::Node;

use crate::furniture::SignalKind;
use crate::lane::{LaneKind, SpeedLimit};
use crate::mark::{MarkColour, MarkKind, Stripe};
use crate::network::{BorderMark, Network, NetworkLane, NetworkSignal, NetworkStopLine};
use crate::xodr::xml::{Xml, child, children};

/// Reads the text of a scenario.
pub(crate) fn read(name: &str, text: &str) -> Result<Network, Error> {
    let xml = Xml::parse(name, text, "commonRoad", "a CommonRoad scenario")?;
    let root = xml.root();
    let mut network = Network::new(
        name,
        Frame::local(format!("commonroad {}", root.attribute("benchmarkID").unwrap_or(name))),
    );
    let lanelets: Vec<Node<'_, '_>> = children(root, "lanelet").collect();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, l) in lanelets.iter().enumerate() {
        let id = xml.text(*l, "id")?;
        if place.insert(id, i).is_some() {
            return Err(xml.error(*l, "each lanelet once", format!("\"{id}\" twice")));
        }
    }
    if lanelets.is_empty() {
        return Err(xml.error(root, "lanelets", "none"));
    }
    let junctions = junctions(root);
    let signs = signs(&xml, root)?;
    let mut signal_lanes: BTreeMap<String, (Vec<usize>, Option<usize>)> = BTreeMap::new();
    for (i, l) in lanelets.iter().enumerate() {
        let id = xml.text(*l, "id")?;
        let mut lane = NetworkLane::new(format!("lanelet {id}"));
        (lane.left_m, lane.left_marks) = bound(&xml, *l, "leftBound")?;
        (lane.right_m, lane.right_marks) = bound(&xml, *l, "rightBound")?;
        let of = |n: Node<'_, '_>| n.attribute("ref").and_then(|r| place.get(r).copied());
        lane.left = child(*l, "adjacentLeft").and_then(of);
        lane.right = child(*l, "adjacentRight").and_then(of);
        lane.successors = children(*l, "successor").filter_map(of).collect();
        lane.junction = junctions.get(id).cloned();
        let kinds: Vec<&str> = children(*l, "laneletType").filter_map(|n| n.text()).map(str::trim).collect();
        (lane.kind, lane.road_kind) = kind(&kinds);
        if lane.junction.is_none() && kinds.contains(&"intersection") {
            lane.junction = Some("intersection".into());
        }
        lane.both_ways = child(*l, "userBidirectional").is_some() && child(*l, "userOneWay").is_none();
        if let Some(limit) = child(*l, "speedLimit").and_then(|n| number(&xml, n).transpose()).transpose()? {
            lane.speed =
                Some(SpeedLimit { max_mps: Some(limit), source: format!("lanelet {id} speedLimit") });
        }
        for r in children(*l, "trafficSignRef").filter_map(|n| n.attribute("ref")) {
            let Some(sign) = signs.get(r) else { continue };
            if let SignalKind::SpeedLimit(Some(max)) = sign.kind {
                let old = lane.speed.as_ref().and_then(|s| s.max_mps);
                if old.is_none_or(|o| max < o) {
                    lane.speed = Some(SpeedLimit { max_mps: Some(max), source: format!("traffic sign {r}") });
                }
            }
            signal_lanes.entry(r.to_owned()).or_default().0.push(i);
        }
        for r in children(*l, "trafficLightRef").filter_map(|n| n.attribute("ref")) {
            signal_lanes.entry(r.to_owned()).or_default().0.push(i);
        }
        network.lanes.push(lane);
        if let Some(s) = child(*l, "stopLine") {
            stop_line(&xml, s, i, id, &mut network, &mut signal_lanes)?;
        }
    }
    let lights = children(root, "trafficLight").filter_map(|n| Some((n.attribute("id")?, n)));
    for (id, node) in lights {
        let (lanes, stop_line) = signal_lanes.remove(id).unwrap_or_default();
        network.signals.push(NetworkSignal {
            number: id.to_owned(),
            kind: SignalKind::TrafficLight,
            code: String::new(),
            at_m: place_of(&xml, node)?,
            lanes,
            stop_line,
        });
    }
    for (id, sign) in signs {
        let (lanes, stop_line) = signal_lanes.remove(id).unwrap_or_default();
        network.signals.push(NetworkSignal { lanes, stop_line, ..sign });
    }
    Ok(network)
}

/// Which intersection each way through one belongs to: `intersection 12`.
fn junctions<'a>(root: Node<'a, '_>) -> BTreeMap<&'a str, String> {
    let mut out = BTreeMap::new();
    for (k, j) in children(root, "intersection").enumerate() {
        let name = j.attribute("id").map_or_else(|| format!("number {k}"), str::to_owned);
        for incoming in children(j, "incoming") {
            for way in ["successorsRight", "successorsStraight", "successorsLeft"] {
                for r in children(incoming, way).filter_map(|n| n.attribute("ref")) {
                    out.insert(r, name.clone());
                }
            }
        }
    }
    out
}

fn number(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<Option<f64>, Error> {
    let text = node.text().map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let expected = || format!("a number in <{}>", node.tag_name().name());
    let value: f64 = text.parse().map_err(|_| xml.error(node, expected(), format!("\"{text}\"")))?;
    if value.is_finite() { Ok(Some(value)) } else { Err(xml.error(node, expected(), format!("\"{text}\""))) }
}

fn point(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<[f64; 3], Error> {
    let part = |name: &'static str| match child(node, name) {
        Some(n) => number(xml, n),
        None => Ok(None),
    };
    match (part("x")?, part("y")?) {
        (Some(x), Some(y)) => Ok([x, y, part("z")?.unwrap_or(0.0)]),
        _ => Err(xml.error(node, "x and y of a point", "none")),
    }
}

fn bound(
    xml: &Xml<'_>,
    lanelet: Node<'_, '_>,
    name: &'static str,
) -> Result<(Vec<[f64; 3]>, Vec<BorderMark>), Error> {
    let node = child(lanelet, name).ok_or_else(|| xml.error(lanelet, format!("<{name}>"), "none"))?;
    let points = children(node, "point").map(|p| point(xml, p)).collect::<Result<Vec<_>, _>>()?;
    let marks = child(node, "lineMarking").and_then(|n| n.text()).map(str::trim).map(mark);
    Ok((points, marks.into_iter().collect()))
}

/// Markings of two stripes are named from left to right.
fn mark(declared: &str) -> BorderMark {
    use Stripe::{Broken, Solid};
    let kind = match declared {
        "solid" | "broad_solid" => MarkKind::Stripes(vec![Solid]),
        "dashed" | "broad_dashed" => MarkKind::Stripes(vec![Broken]),
        "solid_solid" => MarkKind::Stripes(vec![Solid, Solid]),
        "dashed_dashed" => MarkKind::Stripes(vec![Broken, Broken]),
        "solid_dashed" => MarkKind::Stripes(vec![Solid, Broken]),
        "dashed_solid" => MarkKind::Stripes(vec![Broken, Solid]),
        "curb" | "lowered_curb" => MarkKind::Curb,
        "no_marking" => MarkKind::None,
        _ => MarkKind::Unknown,
    };
    BorderMark {
        to_m: f64::INFINITY,
        kind,
        declared: declared.to_owned(),
        colour: MarkColour::Unknown,
        width_m: None,
    }
}

/// What a lanelet is for, and the kind of its road, from all that its types say.
fn kind(types: &[&str]) -> (LaneKind, String) {
    let mut lane = LaneKind::Driving;
    let mut road = "";
    for t in types {
        match *t {
            "urban" => road = "town",
            "country" => road = "rural",
            "highway" | "interstate" => road = "motorway",
            "accessRamp" => lane = LaneKind::OnRamp,
            "exitRamp" => lane = LaneKind::OffRamp,
            "shoulder" => lane = LaneKind::Stop,
            "busLane" => lane = LaneKind::Bus,
            "bicycleLane" => lane = LaneKind::Biking,
            "sidewalk" | "crosswalk" => lane = LaneKind::Sidewalk,
            "parking" => lane = LaneKind::Parking,
            "border" => lane = LaneKind::Border,
            "restricted" => lane = LaneKind::Restricted,
            _ => {}
        }
    }
    (lane, road.to_owned())
}

fn place_of(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<Option<[f64; 3]>, Error> {
    let at = child(node, "position").and_then(|p| child(p, "point"));
    at.map(|p| point(xml, p)).transpose()
}

/// Signs by id, without their lanes.
fn signs<'a>(xml: &Xml<'_>, root: Node<'a, '_>) -> Result<BTreeMap<&'a str, NetworkSignal>, Error> {
    let mut out = BTreeMap::new();
    for node in children(root, "trafficSign") {
        let Some(id) = node.attribute("id") else { continue };
        let Some(element) = child(node, "trafficSignElement") else { continue };
        let code = child(element, "trafficSignID").and_then(|n| n.text()).map(str::trim).unwrap_or_default();
        let value = child(element, "additionalValue").map(|n| number(xml, n)).transpose()?.flatten();
        let kind = match code {
            "274" | "274.1" | "R2-1" => SignalKind::SpeedLimit(value.filter(|v| *v > 0.0)),
            "206" | "R1-1" => SignalKind::Stop,
            "205" | "R1-2" => SignalKind::Yield,
            _ => SignalKind::Other,
        };
        let sign = NetworkSignal {
            number: id.to_owned(),
            kind,
            code: code.to_owned(),
            at_m: place_of(xml, node)?,
            lanes: Vec::new(),
            stop_line: None,
        };
        out.insert(id, sign);
    }
    Ok(out)
}

/// A stop line; one without points lies at the lanelet's end.
fn stop_line(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    lane: usize,
    id: &str,
    network: &mut Network,
    signals: &mut BTreeMap<String, (Vec<usize>, Option<usize>)>,
) -> Result<(), Error> {
    let mut points_m = children(node, "point").map(|p| point(xml, p)).collect::<Result<Vec<_>, _>>()?;
    if points_m.len() < 2 {
        let l = &network.lanes[lane];
        points_m = l.left_m.last().into_iter().chain(l.right_m.last()).copied().collect();
    }
    let k = network.stop_lines.len();
    network.stop_lines.push(NetworkStopLine {
        id: format!("stop line of lanelet {id}"),
        points_m,
        lanes: vec![lane],
    });
    for name in ["trafficSignRef", "trafficLightRef"] {
        for r in children(node, name).filter_map(|n| n.attribute("ref")) {
            let entry = signals.entry(r.to_owned()).or_default();
            if !entry.0.contains(&lane) {
                entry.0.push(lane);
            }
            entry.1.get_or_insert(k);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{MarkKind, SignalKind, Stripe, Track};

    fn lanelet(id: u32, y: f64, more: &str) -> String {
        let bound = |name: &str, y: f64, marking: &str| {
            let p = |x: f64| format!("<point><x>{x}</x><y>{y}</y></point>");
            format!("<{name}>{}{}{marking}</{name}>", p(0.0), p(100.0))
        };
        format!(
            "<lanelet id=\"{id}\">{}{}{more}</lanelet>",
            bound("leftBound", y + 3.5, "<lineMarking>solid_dashed</lineMarking>"),
            bound("rightBound", y, "")
        )
    }

    #[test]
    fn lanelets_with_marks_limits_lines_and_lights() {
        let text = format!(
            "<?xml version=\"1.0\"?><!-- a --><commonRoad benchmarkID=\"X-1\" timeStepSize=\"0.1\">{}{}{}</commonRoad>",
            lanelet(
                1,
                0.0,
                "<adjacentLeft ref=\"2\" drivingDir=\"same\"/><stopLine><point><x>95</x><y>3.5</y></point>\
                 <point><x>95</x><y>0</y></point><trafficLightRef ref=\"7\"/></stopLine>\
                 <laneletType>urban</laneletType><trafficSignRef ref=\"6\"/>"
            ),
            lanelet(2, 3.5, "<adjacentRight ref=\"1\" drivingDir=\"same\"/>"),
            "<trafficSign id=\"6\"><trafficSignElement><trafficSignID>274</trafficSignID>\
             <additionalValue>13.89</additionalValue></trafficSignElement></trafficSign>\
             <trafficLight id=\"7\"/>"
        );
        let track = Track::from_parts("x.xml", text.as_bytes(), None).unwrap();
        let one = track.lane_by_id("lanelet 1").unwrap();
        assert_eq!(track.speed_limit_at(one, 20.0).unwrap().max_mps, Some(13.89));
        let line = track.line(track.lane(one).left_line);
        assert_eq!(line.marks[0].kind, MarkKind::Stripes(vec![Stripe::Solid, Stripe::Broken]));
        let right = track.line(track.lane(one).right_line);
        assert!(right.marks.is_empty(), "no marking named: nobody knows");
        let stop = track.stop_line_ahead(one, 10.0).unwrap();
        assert!((stop.distance_m - 85.0).abs() < 1e-9);
        let light = track.signal(track.stop_line(stop.line).signals[0]);
        assert_eq!((light.number.as_str(), light.kind), ("7", SignalKind::TrafficLight));
        assert_eq!(track.frame().to_string(), "local \"commonroad X-1\"");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| Track::from_parts("x.xml", text.as_bytes(), None).unwrap_err().to_string();
        assert_eq!(error("<commonRoad/>"), "x.xml line 1 column 1: expected lanelets, found none");
        let broken =
            format!("<commonRoad>{}</commonRoad>", lanelet(1, 0.0, "")).replace("<x>100<", "<x>far<");
        assert!(error(&broken).ends_with("expected a number in <x>, found \"far\""), "{}", error(&broken));
    }
}
