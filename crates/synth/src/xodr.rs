//! Maps in code: roads with lanes, as OpenDRIVE text and as tracks whose survey is exact.
//!
//! What has no call of its own (objects, signals, junctions) is given as OpenDRIVE text.

use std::fmt::Write;

use lukao_model::{Error, math};
use lukao_track::Track;

/// A lane of a road.
#[derive(Clone, Debug)]
pub struct Lane {
    kind: String,
    width_m: f64,
    mark: String,
    limit_kmh: Option<f64>,
    links: (Option<i32>, Option<i32>),
}

impl Lane {
    /// A lane of an OpenDRIVE type (`driving`, `bus`, `biking`, `shoulder`, `stop` …), 3.5 m wide, with a solid line
    /// on its outer side.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        let (kind, mark) = (kind.into(), "solid".into());
        Self { kind, width_m: 3.5, mark, limit_kmh: None, links: (None, None) }
    }

    /// Width, metres.
    #[must_use]
    pub fn width_m(mut self, width_m: f64) -> Self {
        self.width_m = width_m;
        self
    }

    /// OpenDRIVE type of the line on its outer side, away from the middle of the road.
    #[must_use]
    pub fn mark(mut self, kind: &str) -> Self {
        self.mark = kind.into();
        self
    }

    /// Speed limit of the lane.
    #[must_use]
    pub fn limit_kmh(mut self, limit: f64) -> Self {
        self.limit_kmh = Some(limit);
        self
    }

    /// Numbers of the lanes that it follows and that follow it on the roads linked.
    #[must_use]
    pub fn links(mut self, predecessor: Option<i32>, successor: Option<i32>) -> Self {
        self.links = (predecessor, successor);
        self
    }

    fn xml(&self, id: i32, out: &mut String) {
        let link =
            |name: &str, to: Option<i32>| to.map_or(String::new(), |n| format!(r#"<{name} id="{n}"/>"#));
        let (before, after) = (link("predecessor", self.links.0), link("successor", self.links.1));
        let _ = write!(
            out,
            r#"<lane id="{id}" type="{}"><link>{before}{after}</link><width sOffset="0" a="{}" b="0" c="0" d="0"/><roadMark sOffset="0" type="{}" color="white" width="0.15"/>"#,
            self.kind, self.width_m, self.mark
        );
        if let Some(v) = self.limit_kmh {
            let _ = write!(out, r#"<speed sOffset="0" max="{v}" unit="km/h"/>"#);
        }
        out.push_str("</lane>\n");
    }
}

/// A road: its course, then its lanes from the middle outward.
#[derive(Clone, Debug)]
pub struct Road {
    id: String,
    junction: String,
    kind: String,
    limit_kmh: Option<f64>,
    end: (f64, f64, f64),
    length_m: f64,
    plan: String,
    links: String,
    centre: String,
    left: Vec<Lane>,
    right: Vec<Lane>,
    objects: String,
    signals: String,
}

impl Road {
    /// A road that begins at a place, metres and radians.
    #[must_use]
    pub fn at(id: &str, x_m: f64, y_m: f64, yaw_rad: f64) -> Self {
        Self {
            id: id.into(),
            junction: "-1".into(),
            kind: "town".into(),
            limit_kmh: None,
            end: (x_m, y_m, yaw_rad),
            length_m: 0.0,
            plan: String::new(),
            links: String::new(),
            centre: "solid".into(),
            left: Vec::new(),
            right: Vec::new(),
            objects: String::new(),
            signals: String::new(),
        }
    }

    /// A straight road along +x from the origin, one lane each way, a broken line between.
    #[must_use]
    pub fn two_way(id: &str, length_m: f64) -> Self {
        Self::at(id, 0.0, 0.0, 0.0)
            .straight(length_m)
            .centre("broken")
            .left(Lane::new("driving"))
            .right(Lane::new("driving"))
    }

    /// A straight road along +x from the origin, some lanes one way (to the right of y = 0), broken lines between.
    #[must_use]
    pub fn one_way(id: &str, length_m: f64, lanes: usize) -> Self {
        let road = Self::at(id, 0.0, 0.0, 0.0).straight(length_m);
        (1..=lanes).fold(road, |road, k| {
            road.right(Lane::new("driving").mark(if k < lanes { "broken" } else { "solid" }))
        })
    }

    fn geometry(mut self, length_m: f64, shape: &str, turned_rad: f64, chord: (f64, f64)) -> Self {
        let (x, y, yaw) = self.end;
        let _ = writeln!(
            self.plan,
            r#"<geometry s="{}" x="{x}" y="{y}" hdg="{yaw}" length="{length_m}">{shape}</geometry>"#,
            self.length_m
        );
        let (sin, cos) = math::sin_cos(yaw);
        self.end = (x + chord.0 * cos - chord.1 * sin, y + chord.0 * sin + chord.1 * cos, yaw + turned_rad);
        self.length_m += length_m;
        self
    }

    /// Straight on.
    #[must_use]
    pub fn straight(self, length_m: f64) -> Self {
        self.geometry(length_m, "<line/>", 0.0, (length_m, 0.0))
    }

    /// An arc by an angle, positive to the left.
    #[must_use]
    pub fn arc(self, angle_deg: f64, radius_m: f64) -> Self {
        let angle = angle_deg.to_radians();
        let curvature = angle.signum() / radius_m;
        let chord = (math::sin(angle) / curvature, (1.0 - math::cos(angle)) / curvature);
        self.geometry(angle.abs() * radius_m, &format!(r#"<arc curvature="{curvature}"/>"#), angle, chord)
    }

    /// The next lane on the left side.
    #[must_use]
    pub fn left(mut self, lane: Lane) -> Self {
        self.left.push(lane);
        self
    }

    /// The next lane on the right side.
    #[must_use]
    pub fn right(mut self, lane: Lane) -> Self {
        self.right.push(lane);
        self
    }

    /// Another mark of a lane on the right side, 0 next to the middle.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn right_mark(mut self, lane: usize, kind: &str) -> Self {
        self.right[lane].mark = kind.into();
        self
    }

    /// OpenDRIVE type of the line along the middle.
    #[must_use]
    pub fn centre(mut self, kind: &str) -> Self {
        self.centre = kind.into();
        self
    }

    /// Kind of road: `town`, `rural`, `motorway` …
    #[must_use]
    pub fn kind(mut self, kind: &str) -> Self {
        self.kind = kind.into();
        self
    }

    /// Speed limit of the road.
    #[must_use]
    pub fn limit_kmh(mut self, limit: f64) -> Self {
        self.limit_kmh = Some(limit);
        self
    }

    /// Part of a junction.
    #[must_use]
    pub fn in_junction(mut self, id: &str) -> Self {
        self.junction = id.into();
        self
    }

    /// Content of `<link>`.
    #[must_use]
    pub fn links(mut self, xml: &str) -> Self {
        self.links.push_str(xml);
        self
    }

    /// An `<object>`, such as a crossing.
    #[must_use]
    pub fn object(mut self, xml: &str) -> Self {
        self.objects.push_str(xml);
        self
    }

    /// A `<signal>`, such as a light or a sign.
    #[must_use]
    pub fn signal(mut self, xml: &str) -> Self {
        self.signals.push_str(xml);
        self
    }

    /// Where it ends: metres and radians.
    #[must_use]
    pub fn end(&self) -> (f64, f64, f64) {
        self.end
    }

    fn xml(&self, out: &mut String) {
        let Self { id, junction, kind, length_m, links, plan, centre, objects, signals, .. } = self;
        let limit = self.limit_kmh.map_or(String::new(), |v| format!(r#"<speed max="{v}" unit="km/h"/>"#));
        let _ = write!(
            out,
            r#"<road id="{id}" name="" length="{length_m}" junction="{junction}" rule="RHT">
<link>{links}</link>
<type s="0" type="{kind}">{limit}</type>
<planView>
{plan}</planView>
<lanes><laneSection s="0">
<left>
"#
        );
        for (k, lane) in self.left.iter().enumerate().rev() {
            lane.xml(k as i32 + 1, out);
        }
        let _ = writeln!(
            out,
            r#"</left><center><lane id="0" type="none"><roadMark sOffset="0" type="{centre}" color="yellow" width="0.15"/></lane></center><right>"#
        );
        for (k, lane) in self.right.iter().enumerate() {
            lane.xml(-1 - k as i32, out);
        }
        let _ = write!(
            out,
            "</right></laneSection></lanes>\n<objects>{objects}</objects>\n<signals>{signals}</signals>\n</road>\n"
        );
    }
}

/// A map of roads.
#[derive(Clone, Debug, Default)]
pub struct Map {
    roads: Vec<Road>,
    rest: String,
}

impl Map {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more road.
    #[must_use]
    pub fn road(mut self, road: Road) -> Self {
        self.roads.push(road);
        self
    }

    /// A `<junction>` or `<controller>`.
    #[must_use]
    pub fn xml(mut self, xml: &str) -> Self {
        self.rest.push_str(xml);
        self
    }

    /// As OpenDRIVE.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::from("<OpenDRIVE>\n<header revMajor=\"1\" revMinor=\"6\"/>\n");
        for road in &self.roads {
            road.xml(&mut out);
        }
        out.push_str(&self.rest);
        out.push_str("\n</OpenDRIVE>\n");
        out
    }

    /// As a track whose survey is exact.
    ///
    /// # Errors
    /// If the map is not one.
    pub fn track(&self) -> Result<Track, Error> {
        track(&self.text())
    }
}

/// An OpenDRIVE text as a track whose survey is exact.
///
/// # Errors
/// If the map is not one.
pub fn track(xodr: &str) -> Result<Track, Error> {
    Track::from_parts("synthetic", xodr.as_bytes(), Some("accuracy_m = 0.0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_is_where_it_was_laid() {
        let road = Road::at("1", 5.0, 0.0, 0.0)
            .straight(50.0)
            .arc(90.0, 20.0)
            .straight(30.0)
            .right(Lane::new("driving").mark("broken").limit_kmh(60.0))
            .right(Lane::new("bus"))
            .left(Lane::new("driving"));
        let (x, y, yaw) = road.end();
        assert!(
            (x - 75.0).abs() < 1e-9
                && (y - 50.0).abs() < 1e-9
                && (yaw - std::f64::consts::FRAC_PI_2).abs() < 1e-12
        );
        let track = Map::new().road(road.limit_kmh(50.0)).track().unwrap();
        assert!(track.notes().is_empty(), "{:?}", track.notes());
        let at = |p: [f64; 2]| track.lanes_at(p, None);
        let hit = at([76.75, 40.0]);
        assert_eq!(hit.len(), 1);
        let lane = track.lane(hit[0].lane);
        assert_eq!((lane.number, hit[0].heading_rad.to_degrees().round()), (-1, 90.0));
        let limit = track.speed_limit_at(hit[0].lane, hit[0].station_m).unwrap();
        assert!((limit.max_mps.unwrap() * 3.6 - 60.0).abs() < 1e-9);
        assert_eq!(track.lane(at([80.0, 40.0])[0].lane).kind, lukao_track::LaneKind::Bus);
        assert_eq!(track.survey().accuracy_m, Some(0.0));
    }
}
