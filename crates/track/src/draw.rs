//! A track as a drawing (SVG): lanes, lines, crossings, zones, things, and its stations with a legend.

use std::fmt::Write;

use crate::furniture::{SignalKind, StructureKind, ZoneKind};
use crate::lane::{Lane, LaneKind};
use crate::mark::{Line, MarkColour, MarkKind, Stripe};
use crate::plane::{P2, P3, xy};
use crate::route::Route;
use crate::stations::Station;
use crate::track::Track;

/// Room around the map, in letters.
const MARGIN: f64 = 4.0;
/// Width of a column of the legend, in letters.
const COLUMN_WIDTH: f64 = 46.0;
/// Width of the whole drawing on a screen, pixels.
const SCREEN: f64 = 1800.0;
/// A painted line is drawn at least so wide, metres: true to scale it would not be seen.
const LINE_M: f64 = 0.3;
/// Most stations in one column of the legend.
const COLUMN: usize = 44;

/// Colours of the lines that stations draw, in turn.
const INKS: [&str; 6] = ["#b5179e", "#0077b6", "#d00000", "#2d6a4f", "#7b2cbf", "#c1520b"];

impl Track {
    /// The track as an SVG document, metres to the user unit, north up; bridges over what they cross. Stations are numbered in
    /// their order: a gate in (solid) and a gate out (dashed), the way between them, edges, bays, lines to stop at.
    #[must_use]
    pub fn svg(&self) -> String {
        let (lo, hi) = self.extent();
        // Letters are sized by the drawing, so that a small field reads like a large one.
        let unit = ((hi[0] - lo[0]).max(hi[1] - lo[1]) / 120.0).max(0.5);
        let margin = MARGIN * unit;
        let size = [hi[0] - lo[0] + 2.0 * margin, hi[1] - lo[1] + 2.0 * margin];
        let columns = self.stations().len().div_ceil(COLUMN);
        let width = size[0] + COLUMN_WIDTH * unit * columns as f64;
        let rows = self.stations().len().min(COLUMN) as f64;
        let height = size[1].max((rows + 6.0) * 1.9 * unit);
        let mut d =
            Drawing { track: self, out: String::new(), left: lo[0] - margin, top: hi[1] + margin, unit };
        let _ = write!(
            d.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{SCREEN}\" height=\"{:.0}\" font-family=\"sans-serif\">\n\
             <rect width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#eef1ea\"/>\n",
            SCREEN * height / width,
        );
        d.ground();
        d.stations(size[0]);
        d.scale(size[1]);
        d.out.push_str("</svg>\n");
        d.out
    }

    fn extent(&self) -> (P2, P2) {
        let points = self.parts.lanes.iter().flat_map(|l| l.left_m.iter().chain(&l.right_m)).map(|p| xy(*p));
        let all: Vec<P2> = points.collect();
        if all.is_empty() { ([0.0; 2], [1.0; 2]) } else { crate::index::bounds(&all) }
    }
}

struct Drawing<'a> {
    track: &'a Track,
    out: String,
    left: f64,
    top: f64,
    /// Height of a letter, metres.
    unit: f64,
}

impl Drawing<'_> {
    fn x(&self, x: f64) -> f64 {
        x - self.left
    }

    fn y(&self, y: f64) -> f64 {
        self.top - y
    }

    fn points(&self, points: impl Iterator<Item = P2>) -> String {
        let mut out = String::new();
        for p in points {
            let _ = write!(out, "{:.2},{:.2} ", self.x(p[0]), self.y(p[1]));
        }
        out
    }

    fn polygon(&mut self, points: impl Iterator<Item = P2>, style: &str) {
        let points = self.points(points);
        let _ = writeln!(self.out, "<polygon points=\"{}\" {style}/>", points.trim_end());
    }

    fn polyline(&mut self, points: impl Iterator<Item = P2>, style: &str) {
        let points = self.points(points);
        let _ = writeln!(self.out, "<polyline points=\"{}\" fill=\"none\" {style}/>", points.trim_end());
    }

    /// Lanes from the lowest level up, each level with its lines and what is painted on it.
    fn ground(&mut self) {
        let track = self.track;
        let roads: Vec<(f64, usize)> = {
            let mut all: Vec<(f64, usize)> =
                track.roads().map(|(ix, r)| (self.rank(&r.lanes), ix.get())).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all
        };
        for (_, road) in &roads {
            for lane in track.roads().nth(*road).map(|r| r.1.lanes.clone()).unwrap_or_default() {
                let lane = track.lane(lane);
                let outline = lane.left_m.iter().chain(lane.right_m.iter().rev()).map(|p| xy(*p));
                let fill = fill(lane.kind);
                self.polygon(outline, &format!("fill=\"{fill}\" stroke=\"{fill}\" stroke-width=\"0.1\""));
            }
            let lines: Vec<&Line> = track.lines().map(|l| l.1).filter(|l| l.road.get() == *road).collect();
            for line in lines {
                self.line(line);
            }
        }
        self.painted();
        self.things();
    }

    /// What is drawn first: connecting roads below others, low ones below high ones.
    fn rank(&self, lanes: &[crate::ix::LaneIx]) -> f64 {
        let lanes = || lanes.iter().map(|l| self.track.lane(*l));
        let top = lanes().flat_map(|l| &l.centre_m).fold(f64::NEG_INFINITY, |m, p| m.max(p[2]));
        let level = if top > crate::query::LEVEL_TOLERANCE_M { top } else { 0.0 };
        if lanes().any(|l| l.in_junction) { level - 0.5 } else { level }
    }

    fn line(&mut self, line: &Line) {
        for mark in &line.marks {
            let (MarkKind::Stripes(_) | MarkKind::Curb | MarkKind::Edge) = &mark.kind else { continue };
            let points = between(line, mark.from_s_m, mark.to_s_m);
            let colour = match mark.colour {
                MarkColour::Yellow => "#f2c230",
                _ => "#ffffff",
            };
            let broken = matches!(&mark.kind, MarkKind::Stripes(s) if s.iter().all(|s| *s == Stripe::Broken));
            let dash = if broken { " stroke-dasharray=\"4 6\"" } else { "" };
            let width = mark.width_m.unwrap_or(0.15).max(LINE_M);
            self.polyline(
                points.into_iter(),
                &format!("stroke=\"{colour}\" stroke-width=\"{width:.2}\"{dash}"),
            );
        }
    }

    fn painted(&mut self) {
        let track = self.track;
        for z in track.zones() {
            let (fill, stroke) = match z.kind {
                ZoneKind::YellowBox => ("none", "#f2c230"),
                ZoneKind::BusStop => ("#f2c230", "#f2c230"),
                ZoneKind::School => ("#f28482", "#f28482"),
                ZoneKind::LevelCrossing => ("#444444", "#444444"),
                ZoneKind::Hydrant | ZoneKind::EmergencyStation => ("#d00000", "#d00000"),
                ZoneKind::PetrolStation => ("#5b8def", "#5b8def"),
                ZoneKind::Works => ("#ff8c00", "#ff8c00"),
            };
            let style =
                format!("fill=\"{fill}\" fill-opacity=\"0.35\" stroke=\"{stroke}\" stroke-width=\"0.4\"");
            self.polygon(flat(&z.outline_m), &style);
        }
        for (_, c) in track.crossings() {
            self.polygon(flat(&c.outline_m), "fill=\"#ffffff\" fill-opacity=\"0.75\"");
        }
        for p in track.parking_spaces() {
            self.polygon(flat(&p.outline_m), "fill=\"#cfe3f5\" stroke=\"#ffffff\" stroke-width=\"0.3\"");
        }
        for (_, s) in track.stop_lines() {
            self.polyline(flat(&s.points_m), "stroke=\"#ffffff\" stroke-width=\"0.6\"");
        }
    }

    fn things(&mut self) {
        let track = self.track;
        for s in track.structures() {
            let road = track.road(s.road);
            for lane in road.lanes.iter().map(|l| track.lane(*l)).filter(|l| l.kind.is_traffic()) {
                let outline = stretch(lane, s.from_s_m, s.to_s_m);
                let style = match s.kind {
                    StructureKind::Tunnel => "fill=\"#22223b\" fill-opacity=\"0.55\"",
                    StructureKind::Bridge => "fill=\"none\" stroke=\"#22223b\" stroke-width=\"0.5\"",
                };
                self.polygon(outline.into_iter(), style);
            }
        }
        for f in track.fixtures().iter().filter(|f| f.kind != "roadMark") {
            let (x, y) = (self.x(f.at_m[0]), self.y(f.at_m[1]));
            let _ = writeln!(self.out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"0.7\" fill=\"#e85d04\"/>");
        }
        for (_, s) in track.signals().filter(|(_, s)| s.kind != SignalKind::StopLine) {
            let fill = match s.kind {
                SignalKind::TrafficLight | SignalKind::PedestrianLight | SignalKind::LaneLight => "#d00000",
                _ => "#1d4ed8",
            };
            let (x, y) = (self.x(s.at_m[0]), self.y(s.at_m[1]));
            let _ = writeln!(self.out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"0.9\" fill=\"{fill}\"/>");
        }
    }

    fn stations(&mut self, legend_x: f64) {
        let mut taken: Vec<P2> = Vec::new();
        for (k, s) in self.track.stations().iter().enumerate() {
            let ink = INKS[k % INKS.len()];
            if let Some(route) = self.track.station_route(s) {
                let way = course(self.track, &route);
                let style = format!("stroke=\"{ink}\" stroke-width=\"0.9\" stroke-opacity=\"0.6\"");
                self.polyline(way.into_iter(), &style);
            }
            if let Some(zone) = &s.zone {
                let style =
                    format!("fill=\"{ink}\" fill-opacity=\"0.15\" stroke=\"{ink}\" stroke-width=\"0.5\"");
                self.polygon(zone.iter().copied(), &style);
            }
            for edge in &s.edges {
                self.polyline(edge.iter().copied(), &format!("stroke=\"{ink}\" stroke-width=\"0.35\""));
            }
            for slot in &s.slots {
                self.polygon(
                    slot.iter().copied(),
                    &format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"0.4\""),
                );
            }
            for (gate, dash) in [
                (&s.entry, ""),
                (&s.exit, " stroke-dasharray=\"1 0.8\""),
                (&s.line, " stroke-dasharray=\"0.4 0.4\""),
            ] {
                if let Some(gate) = gate {
                    self.polyline(
                        gate.iter().copied(),
                        &format!("stroke=\"{ink}\" stroke-width=\"0.8\"{dash}"),
                    );
                }
            }
            let at = self.place(s, &mut taken);
            self.number(k, at, ink, s);
            self.entry_of_legend(k, s, ink, legend_x);
        }
    }

    /// Where a station's number stands: beside its entry, away from the numbers that stand there already.
    fn place(&self, s: &Station, taken: &mut Vec<P2>) -> P2 {
        let (from, out) = match (&s.entry, &s.zone) {
            (Some([l, r]), _) => {
                let across = [r[0] - l[0], r[1] - l[1]];
                let n = lukao_model::math::hypot(across[0], across[1]).max(1e-9);
                (*r, [across[0] / n, across[1] / n])
            }
            (None, Some(zone)) => (zone[0], [0.0, 1.0]),
            (None, None) => ([0.0; 2], [0.0, 1.0]),
        };
        let step = 2.6 * self.unit;
        let free = |p: &P2| taken.iter().all(|t| crate::plane::dist(*t, *p) > 0.95 * step);
        let along = [-out[1], out[0]];
        let at = |i: usize, j: f64| {
            let away = 0.6 * step + step * i as f64;
            [from[0] + out[0] * away + along[0] * j * step, from[1] + out[1] * away + along[1] * j * step]
        };
        let order = (0..12).flat_map(|i| [0.0, -1.0, 1.0, -2.0, 2.0].map(|j| at(i, j)));
        let found = order.into_iter().find(free).unwrap_or(from);
        taken.push(found);
        found
    }

    fn number(&mut self, k: usize, at: P2, ink: &str, s: &Station) {
        if let Some([l, r]) = &s.entry {
            let middle = [f64::midpoint(l[0], r[0]), f64::midpoint(l[1], r[1])];
            let style = format!("stroke=\"{ink}\" stroke-width=\"0.3\" stroke-dasharray=\"1 1\"");
            self.polyline([middle, at].into_iter(), &style);
        }
        let (x, y, r) = (self.x(at[0]), self.y(at[1]), 1.15 * self.unit);
        let _ = writeln!(
            self.out,
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{r:.2}\" fill=\"#ffffff\" stroke=\"{ink}\" stroke-width=\"{:.2}\"/>\
             <text x=\"{x:.2}\" y=\"{:.2}\" font-size=\"{:.2}\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
            0.15 * self.unit,
            y + 0.42 * self.unit,
            1.2 * self.unit,
            k + 1
        );
    }

    fn entry_of_legend(&mut self, k: usize, s: &Station, ink: &str, legend_x: f64) {
        let x = legend_x + COLUMN_WIDTH * self.unit * (k / COLUMN) as f64;
        let y = (4.0 + (k % COLUMN) as f64) * 1.9 * self.unit;
        if k == 0 {
            let _ = writeln!(
                self.out,
                "<text x=\"{x:.2}\" y=\"{:.2}\" font-size=\"{:.2}\" fill=\"#222222\">{}</text>",
                y - 2.4 * self.unit,
                1.8 * self.unit,
                escaped(&format!("{} stations of {}", self.track.stations().len(), self.track.name()))
            );
        }
        let title =
            if s.title.en.is_empty() { s.kind.clone() } else { format!("{} {}", s.title.en, s.title.zh) };
        let _ = writeln!(
            self.out,
            "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{:.2}\" fill=\"{ink}\">{} {}</text>",
            1.3 * self.unit,
            k + 1,
            escaped(&title)
        );
    }

    /// A bar of a round length.
    fn scale(&mut self, height: f64) {
        let want = 12.0 * self.unit;
        let round = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
        let bar = round.into_iter().rfind(|b| *b <= want).unwrap_or(round[0]);
        let (x, y) = (MARGIN * self.unit, height - 1.5 * self.unit);
        let _ = writeln!(
            self.out,
            "<path d=\"M{x:.1} {y:.1}h{bar:.1}\" stroke=\"#222222\" stroke-width=\"{:.2}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{:.2}\" fill=\"#222222\">{bar} m</text>",
            0.3 * self.unit,
            x + bar + self.unit,
            y + 0.5 * self.unit,
            1.3 * self.unit
        );
    }
}

fn flat(points: &[P3]) -> impl Iterator<Item = P2> + '_ {
    points.iter().map(|p| xy(*p))
}

/// Outline of a lane between two stations of its road.
fn stretch(lane: &Lane, from_s: f64, to_s: f64) -> Vec<P2> {
    let (a, b) = (lane.station_at(from_s), lane.station_at(to_s));
    let (a, b) = (a.min(b), a.max(b));
    let inner = lane.stations_m.iter().copied().filter(|s| *s > a && *s < b);
    let at: Vec<f64> = [a].into_iter().chain(inner).chain([b]).collect();
    let left = at.iter().map(|s| xy(lane.borders_at(*s).0));
    let right = at.iter().rev().map(|s| xy(lane.borders_at(*s).1));
    left.chain(right).collect()
}

/// Course of a line between two stations of its road.
fn between(line: &Line, from_s: f64, to_s: f64) -> Vec<P2> {
    let at = |s: f64| {
        let k = line.road_s_m.partition_point(|x| *x < s).clamp(1, line.road_s_m.len() - 1);
        let (a, b) = (line.road_s_m[k - 1], line.road_s_m[k]);
        let f = if b > a { ((s - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 };
        crate::plane::lerp2(xy(line.points_m[k - 1]), xy(line.points_m[k]), f)
    };
    if line.road_s_m.len() < 2 {
        return Vec::new();
    }
    let inner = line.road_s_m.iter().zip(&line.points_m).filter(|(s, _)| **s > from_s && **s < to_s);
    [at(from_s)].into_iter().chain(inner.map(|(_, p)| xy(*p))).chain([at(to_s)]).collect()
}

/// Points along a route's middle.
fn course(track: &Track, route: &Route) -> Vec<P2> {
    let (mut out, mut changed) = (Vec::new(), false);
    for leg in &route.legs {
        let lane = track.lane(leg.lane);
        // Who changes lanes does so over the stretch that both share.
        let to_m = if leg.changes { f64::midpoint(leg.from_m, leg.to_m) } else { leg.to_m };
        let from_m = if changed { f64::midpoint(leg.from_m, leg.to_m) } else { leg.from_m };
        let inner = lane.stations_m.iter().copied().filter(|s| *s > from_m && *s < to_m);
        out.extend([from_m].into_iter().chain(inner).chain([to_m]).map(|s| xy(lane.centre_at(s))));
        changed = leg.changes;
    }
    out
}

fn fill(kind: LaneKind) -> &'static str {
    use LaneKind::{Biking, Bus, Median, Parking, Restricted, Shoulder, Sidewalk, Stop};
    match kind {
        k if k.is_traffic() && k != Bus => "#8a8f98",
        Bus => "#a3745c",
        Parking => "#9fb3c8",
        Stop | Shoulder => "#b4b8be",
        Sidewalk => "#d9d2c3",
        Biking => "#b5838d",
        Median => "#a7c79a",
        Restricted => "#c9c9a0",
        _ => "#d4d7d0",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
