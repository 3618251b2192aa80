//! CommonRoad scenarios (XML, versions 2018b and 2020a): obstacles with their trajectories, and light cycles.
//!
//! Times are whole steps of `timeStepSize`. Positions are the middle of the shape, unless the shape says otherwise;
//! a circle and a polygon become a box with an outline. A static obstacle stands where it is throughout. States that
//! are sets (regions, intervals) say no place and are left out with a note.
//!
//! The ego of a planning problem has no motion. The vehicle under test is the obstacle with the problem's id, or the
//! one that begins where the problem does; else the user names one.
//!
//! Lanelets are read by `lukao-track` from the same file, which is therefore the track that the log names.

use std::collections::BTreeSet;

use lukao_model::code::{Indicator, SignalState, Switch};
use lukao_model::drive::Actor;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::vehicle::{ActorClass, BoxSize, Outline};
use lukao_model::{ActorIx, Channel, Drive, Error, Frame, Origin, Position, Subject, math};
use roxmltree::{Document, Node, ParsingOptions};

use crate::ingest::{At, Ingest, Policy, RawPose, Sampling, StreamIx, Value};
use crate::table::decimal;
use crate::{Bundle, Input, ReadOptions};

/// Most XML nodes: a long scenario has some 500 000.
const MAX_NODES: u32 = 20_000_000;

/// Corners of the outline of a circle.
const ROUND: usize = 16;

/// Most poses of static obstacles, and most changes of lights: what a file can ask for beyond its own length.
const MOST: usize = 1_000_000;

/// How near a planning problem and an obstacle begin to be the same vehicle: metres, radians.
const SAME_PLACE: [f64; 2] = [0.01, 0.01];

/// Reads a scenario.
///
/// # Errors
/// If the XML is damaged, a time is no whole step, a number is none, or nothing moves or stands in it.
pub fn read(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let input = &bundle.main;
    let text = std::str::from_utf8(&input.bytes).map_err(|e| {
        Error::new(&input.name, "text in UTF-8", "other bytes").at(Position::Byte(e.valid_up_to() as u64))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsing = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let doc = Document::parse_with_options(text, parsing).map_err(|e| {
        let (at, said) = (e.pos(), e.to_string());
        let found = said.rsplit_once(" at ").map_or(said.clone(), |(what, _)| what.to_owned());
        // What ends too early has no place of its own: the end is it.
        let early = matches!(e, roxmltree::Error::UnexpectedEndOfStream | roxmltree::Error::UnclosedRootNode);
        let place = if early {
            Position::in_text(text, text.len())
        } else {
            Position::Line(at.row.into(), at.col.into())
        };
        Error::new(&input.name, "XML", found).at(place)
    })?;
    let xml = Xml { input, doc: &doc };
    let root = doc.root_element();
    let step_text = root.attribute("timeStepSize").unwrap_or_default();
    let step_ns = decimal(step_text.trim(), 9)
        .filter(|s| *s > 0)
        .ok_or_else(|| xml.error(root, "a timeStepSize in seconds", format!("\"{step_text}\"")))?;
    let name = root.attribute("benchmarkID").unwrap_or(&input.name);
    let mut log = Ingest::new(&input.name, "commonroad", Policy::default());
    log.header_mut().producer = root.attribute("author").unwrap_or_default().to_owned();
    log.header_mut().frame = Frame::local(format!("commonroad {name}"));
    log.header_mut().track = Some(bare(&input.name).to_owned());
    let stream =
        |sampling, log: &mut Ingest| log.add_stream(stream_of(&input.name), Origin::Simulation, sampling);
    let poses = stream(Sampling::Lockstep, &mut log);
    let mut obstacles = Vec::new();
    for node in root.children().filter(Node::is_element) {
        let kind = match (node.tag_name().name(), child(node, "role").map(text_of)) {
            ("dynamicObstacle", _) | ("obstacle", Some("dynamic")) => Kind::Dynamic,
            ("staticObstacle", _) | ("obstacle", Some("static")) => Kind::Static,
            ("environmentObstacle" | "phantomObstacle", _) => {
                let id = node.attribute("id").unwrap_or_default();
                log.note("commonroad-left-out", id, None, || "an obstacle without a state".into());
                continue;
            }
            _ => continue,
        };
        obstacles.push(obstacle(&xml, node, kind)?);
    }
    // The steps at which anything is told: what stands still is there at each of them.
    let steps: BTreeSet<i64> =
        obstacles.iter().flat_map(|o| o.states.iter().filter_map(|s| s.step)).collect();
    let still = obstacles.iter().filter(|o| o.kind == Kind::Static).count();
    if still.saturating_mul(steps.len()) > MOST {
        let found = format!("{still} at {} steps", steps.len());
        return Err(xml.error(root, format!("at most {MOST} poses of static obstacles"), found));
    }
    let span = steps.first().copied().zip(steps.last().copied()).unwrap_or((0, 0));
    let mut reader = Reader { xml: &xml, log, poses, step_ns, changes: 0 };
    let mut begins = Vec::new();
    for o in &obstacles {
        begins.push((reader.add(o, &steps)?, o));
    }
    let lights = stream(Sampling::OnChange, &mut reader.log);
    for node in children(root, "trafficLight") {
        reader.light(node, lights, span)?;
    }
    let ego = ego(&xml, root, options, &begins, &reader.log)?;
    reader.log.header_mut().ego = ego;
    reader.log.finish()
}

fn bare(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

fn stream_of(name: &str) -> Stream {
    Stream {
        name: bare(name).to_owned(),
        base: TimeBase::Simulation,
        sync: Sync::Same,
        offset_ns: 0,
        accuracy_ns: Some(0),
    }
}

/// The document with its name, for errors.
struct Xml<'a> {
    input: &'a Input,
    doc: &'a Document<'a>,
}

fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| c.is_element() && c.tag_name().name() == name)
}

fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn text_of<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().map(str::trim).unwrap_or_default()
}

impl Xml<'_> {
    fn place(&self, node: Node<'_, '_>) -> (u64, u64) {
        let at = self.doc.text_pos_at(node.range().start);
        (at.row.into(), at.col.into())
    }

    fn error(&self, node: Node<'_, '_>, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let (line, column) = self.place(node);
        Error::new(&self.input.name, expected, found).at(Position::Line(line, column))
    }

    fn number(&self, node: Node<'_, '_>) -> Result<f64, Error> {
        let text = text_of(node);
        text.parse().map_err(|_| {
            self.error(node, format!("a number in <{}>", node.tag_name().name()), format!("\"{text}\""))
        })
    }

    /// A number in a child of that name, if it is there.
    fn part(&self, node: Node<'_, '_>, name: &'static str) -> Result<Option<f64>, Error> {
        child(node, name).map(|n| self.number(n)).transpose()
    }

    /// A number in the `<exact>` of a child; `None` if there is no child or it is an interval.
    fn exact(&self, node: Node<'_, '_>, name: &'static str) -> Result<Option<f64>, Error> {
        child(node, name).and_then(|n| child(n, "exact")).map(|n| self.number(n)).transpose()
    }

    fn point(&self, node: Node<'_, '_>) -> Result<[f64; 2], Error> {
        match (self.part(node, "x")?, self.part(node, "y")?) {
            (Some(x), Some(y)) => Ok([x, y]),
            _ => Err(self.error(node, "x and y of a point", "none")),
        }
    }

    fn step(&self, node: Node<'_, '_>) -> Result<Option<i64>, Error> {
        let Some(n) = child(node, "time").and_then(|t| child(t, "exact")) else { return Ok(None) };
        let text = text_of(n);
        let whole = decimal(text, 3).filter(|k| k % 1000 == 0).map(|k| k / 1000);
        let step =
            whole.ok_or_else(|| self.error(n, "a time as a whole number of steps", format!("\"{text}\"")))?;
        Ok(Some(step))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dynamic,
    Static,
}

/// What a shape is: a box around its middle, which lies off the reference position.
struct Shape {
    size: BoxSize,
    /// Middle, forward and left of the reference position.
    middle_m: [f64; 2],
    turn_rad: f64,
    outline: Option<Outline>,
}

/// A state as the file has it.
#[derive(Default)]
struct State {
    step: Option<i64>,
    at_m: Option<[f64; 2]>,
    yaw_rad: Option<f64>,
    values: Vec<(Channel, f64)>,
    place: (u64, u64),
}

struct Obstacle {
    id: String,
    kind: Kind,
    class: ActorClass,
    shape: Shape,
    /// The initial one first.
    states: Vec<State>,
    /// Lamps and horn by step.
    lamps: Vec<(i64, Vec<(Channel, u8)>)>,
    place: (u64, u64),
}

fn obstacle(xml: &Xml<'_>, node: Node<'_, '_>, kind: Kind) -> Result<Obstacle, Error> {
    let id = node.attribute("id").ok_or_else(|| xml.error(node, "an id of the obstacle", "none"))?;
    let shape_node = child(node, "shape").ok_or_else(|| xml.error(node, "a <shape>", "none"))?;
    let initial = child(node, "initialState").ok_or_else(|| xml.error(node, "an <initialState>", "none"))?;
    let mut states = vec![state(xml, initial)?];
    for s in child(node, "trajectory").into_iter().flat_map(|t| children(t, "state")) {
        states.push(state(xml, s)?);
    }
    let mut lamps = Vec::new();
    let series = child(node, "signalSeries").into_iter().flat_map(|t| children(t, "signalState"));
    for s in child(node, "initialSignalState").into_iter().chain(series) {
        if let Some(step) = xml.step(s)? {
            lamps.push((step, lamps_of(s)));
        }
    }
    lamps.sort_by_key(|l| l.0);
    Ok(Obstacle {
        id: id.to_owned(),
        kind,
        class: class(child(node, "type").map(text_of).unwrap_or_default()),
        shape: shape(xml, shape_node)?,
        states,
        lamps,
        place: xml.place(node),
    })
}

fn class(name: &str) -> ActorClass {
    match name {
        "car" | "taxi" | "priorityVehicle" | "parkedVehicle" => ActorClass::Car,
        "truck" => ActorClass::Truck,
        "bus" => ActorClass::Bus,
        "train" => ActorClass::Rail,
        "motorcycle" => ActorClass::Motorcycle,
        "bicycle" => ActorClass::Bicycle,
        "pedestrian" => ActorClass::Pedestrian,
        "constructionZone" | "roadBoundary" | "building" | "pillar" | "median_strip" => ActorClass::Object,
        _ => ActorClass::Unknown,
    }
}

fn shape(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<Shape, Error> {
    let parts: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    let [only] = parts[..] else {
        return Err(xml.error(node, "one rectangle, circle or polygon", format!("{} shapes", parts.len())));
    };
    let middle_m = child(only, "center").map(|c| xml.point(c)).transpose()?.unwrap_or_default();
    let sized = |length_m, width_m| BoxSize { length_m, width_m, height_m: None, accuracy_m: None };
    let needed = |name: &'static str| {
        xml.part(only, name)?.ok_or_else(|| xml.error(only, format!("<{name}>"), "none"))
    };
    match only.tag_name().name() {
        "rectangle" => Ok(Shape {
            size: sized(needed("length")?, needed("width")?),
            middle_m,
            turn_rad: xml.part(only, "orientation")?.unwrap_or(0.0),
            outline: None,
        }),
        "circle" => {
            let r = needed("radius")?;
            let corner = |k: usize| {
                let (sin, cos) = math::sin_cos(std::f64::consts::TAU * k as f64 / ROUND as f64);
                [r * cos, r * sin]
            };
            let outline = Outline { corners_m: (0..ROUND).map(corner).collect() };
            Ok(Shape { size: sized(2.0 * r, 2.0 * r), middle_m, turn_rad: 0.0, outline: Some(outline) })
        }
        "polygon" => {
            let corners = children(only, "point").map(|p| xml.point(p)).collect::<Result<Vec<_>, _>>()?;
            let bound = |i: usize, pick: fn(f64, f64) -> f64, from: f64| {
                corners.iter().map(|c| c[i]).fold(from, pick)
            };
            let (lo, hi) = (
                [bound(0, f64::min, f64::INFINITY), bound(1, f64::min, f64::INFINITY)],
                [bound(0, f64::max, f64::NEG_INFINITY), bound(1, f64::max, f64::NEG_INFINITY)],
            );
            if corners.len() < 3 {
                return Err(xml.error(only, "at least three corners", corners.len().to_string()));
            }
            let middle_m = [f64::midpoint(lo[0], hi[0]), f64::midpoint(lo[1], hi[1])];
            let own = corners.iter().map(|c| [c[0] - middle_m[0], c[1] - middle_m[1]]).collect();
            Ok(Shape {
                size: sized(hi[0] - lo[0], hi[1] - lo[1]),
                middle_m,
                turn_rad: 0.0,
                outline: Some(Outline { corners_m: own }),
            })
        }
        other => Err(xml.error(only, "a rectangle, circle or polygon", format!("<{other}>"))),
    }
}

fn state(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<State, Error> {
    let mut values = Vec::new();
    for (name, channel) in
        [("velocity", Channel::Speed), ("acceleration", Channel::AccelLon), ("yawRate", Channel::YawRate)]
    {
        if let Some(v) = xml.exact(node, name)? {
            values.push((channel, v));
        }
    }
    let point = child(node, "position").and_then(|p| child(p, "point"));
    Ok(State {
        step: xml.step(node)?,
        at_m: point.map(|p| xml.point(p)).transpose()?,
        yaw_rad: xml.exact(node, "orientation")?,
        values,
        place: xml.place(node),
    })
}

fn lamps_of(node: Node<'_, '_>) -> Vec<(Channel, u8)> {
    let on = |name: &'static str| child(node, name).map(|n| matches!(text_of(n), "true" | "1"));
    let switch = |on: bool| if on { Switch::On.code() } else { Switch::Off.code() };
    let mut out = Vec::new();
    let (left, right) = (on("indicatorLeft"), on("indicatorRight"));
    let hazard = on("hazardWarningLights");
    if left.is_some() || right.is_some() || hazard.is_some() {
        let is = |x: Option<bool>| x == Some(true);
        let indicator = match (is(left), is(right), is(hazard)) {
            (_, _, true) | (true, true, _) => Indicator::Hazard,
            (true, ..) => Indicator::Left,
            (_, true, _) => Indicator::Right,
            _ => Indicator::Off,
        };
        out.push((Channel::Indicator, indicator.code()));
    }
    for (name, channel) in [
        ("brakingLights", Channel::BrakeLamp),
        ("horn", Channel::Horn),
        ("flashingBlueLights", Channel::EmergencyLamp),
    ] {
        out.extend(on(name).map(|on| (channel, switch(on))));
    }
    out
}

struct Reader<'a> {
    xml: &'a Xml<'a>,
    log: Ingest,
    poses: StreamIx,
    step_ns: i64,
    /// Changes of lights so far.
    changes: usize,
}

impl Reader<'_> {
    fn time(&self, step: i64, place: (u64, u64)) -> Result<i64, Error> {
        step.checked_mul(self.step_ns).ok_or_else(|| {
            self.log.error(
                "a time within 146 years of zero",
                format!("step {step}"),
                At::Line(place.0, place.1),
            )
        })
    }

    fn add(&mut self, o: &Obstacle, steps: &BTreeSet<i64>) -> Result<ActorIx, Error> {
        let at = At::Line(o.place.0, o.place.1);
        let actor = self.log.add_actor(Actor {
            id: o.id.clone(),
            class: o.class,
            reference_point: if o.shape.middle_m == [0.0; 2] { "centre" } else { "offset" }.into(),
            outline: o.shape.outline.clone(),
            ..Actor::default()
        });
        let actor = actor.map_err(|e| e.at(at.into()))?;
        self.log.set_size(actor, o.shape.size, at)?;
        if o.kind == Kind::Static {
            // It stands there for the whole scenario.
            let first = &o.states[0];
            for step in steps {
                self.pose(actor, o, first, *step)?;
            }
            return Ok(actor);
        }
        for s in &o.states {
            match s.step {
                Some(step) => self.pose(actor, o, s, step)?,
                None => self.left_out(o, s),
            }
        }
        Ok(actor)
    }

    fn left_out(&mut self, o: &Obstacle, s: &State) {
        let line = s.place.0;
        self.log.note("commonroad-set", &o.id, None, || {
            format!("line {line}: a state whose place, heading or time is a set; sample left out")
        });
    }

    fn pose(&mut self, actor: ActorIx, o: &Obstacle, s: &State, step: i64) -> Result<(), Error> {
        let (Some([x, y]), Some(yaw)) = (s.at_m, s.yaw_rad) else {
            self.left_out(o, s);
            return Ok(());
        };
        let t_ns = self.time(step, s.place)?;
        let (sin, cos) = math::sin_cos(yaw);
        let [f, l] = o.shape.middle_m;
        let raw = RawPose {
            t_ns,
            x_m: x + f * cos - l * sin,
            y_m: y + f * sin + l * cos,
            yaw_rad: yaw + o.shape.turn_rad,
            ..RawPose::default()
        };
        let mut channels: Vec<(Channel, Value<'_>)> =
            s.values.iter().map(|(c, v)| (*c, Value::Real(*v))).collect();
        // Lamps hold from one state to the next.
        if let Some((_, lamps)) = o.lamps.iter().rev().find(|l| l.0 <= step) {
            channels.extend(lamps.iter().map(|(c, code)| (*c, Value::Code(*code))));
        }
        self.log.pose(actor, self.poses, &raw, &channels, At::Line(s.place.0, s.place.1))
    }

    /// A light's cycle, unrolled over the span.
    fn light(&mut self, node: Node<'_, '_>, stream: StreamIx, span: (i64, i64)) -> Result<(), Error> {
        let xml = self.xml;
        let id = node.attribute("id").ok_or_else(|| xml.error(node, "an id of the light", "none"))?;
        let signal = Subject::Signal(self.log.add_signal(id));
        let place = xml.place(node);
        let at = At::Line(place.0, place.1);
        let whole = |n: Node<'_, '_>| -> Result<i64, Error> {
            let v = xml.number(n)?;
            let fits = v.fract() == 0.0 && (0.0..=1e12).contains(&v);
            if fits { Ok(v as i64) } else { Err(xml.error(n, "a whole number of steps", text_of(n))) }
        };
        if child(node, "active").map(text_of).is_some_and(|t| t == "false") {
            let t_ns = self.time(span.0, place)?;
            let off = Value::Code(SignalState::Off.code());
            return self.log.value(signal, stream, t_ns, Channel::SignalState, off, at);
        }
        let Some(cycle) = child(node, "cycle") else { return Ok(()) };
        let mut phases = Vec::new();
        for e in children(cycle, "cycleElement") {
            let duration = child(e, "duration").map(whole).transpose()?.filter(|d| *d > 0);
            let duration = duration.ok_or_else(|| xml.error(e, "a duration above 0", "none"))?;
            let state = match child(e, "color").map(text_of).unwrap_or_default() {
                "red" => Some(SignalState::Red),
                "redYellow" => Some(SignalState::RedAmber),
                "yellow" => Some(SignalState::Amber),
                "green" => Some(SignalState::Green),
                "inactive" => Some(SignalState::Off),
                _ => None,
            };
            phases.push((duration, state));
        }
        let total: i64 = phases.iter().map(|p| p.0).sum();
        if total == 0 {
            return Ok(());
        }
        let offset = child(cycle, "timeOffset").map(whole).transpose()?.unwrap_or(0);
        // The phase that holds at the span's begin, then all changes in the span.
        let mut left = (span.0 - offset).rem_euclid(total);
        let mut k = 0;
        while left >= phases[k].0 {
            left -= phases[k].0;
            k += 1;
        }
        let mut step = span.0;
        while step <= span.1 {
            self.changes += 1;
            if self.changes > MOST {
                return Err(xml.error(node, format!("at most {MOST} changes of lights"), "more"));
            }
            let (duration, state) = phases[k];
            let value = state.map_or(Value::Missing, |s| Value::Code(s.code()));
            let t_ns = self.time(step, place)?;
            self.log.value(signal, stream, t_ns, Channel::SignalState, value, at)?;
            step += duration - std::mem::take(&mut left);
            k = (k + 1) % phases.len();
        }
        Ok(())
    }
}

fn ego(
    xml: &Xml<'_>,
    root: Node<'_, '_>,
    options: &ReadOptions,
    begins: &[(ActorIx, &Obstacle)],
    log: &Ingest,
) -> Result<Option<ActorIx>, Error> {
    if let Some(wanted) = &options.ego {
        let found = || format!("none of that id among {}", begins.len());
        let ego = log.actor(wanted);
        return ego
            .map(Some)
            .ok_or_else(|| log.error(format!("an obstacle \"{wanted}\""), found(), At::Whole));
    }
    for problem in children(root, "planningProblem") {
        let same_id = problem.attribute("id").and_then(|id| log.actor(id));
        if same_id.is_some() {
            return Ok(same_id);
        }
        let Some(initial) = child(problem, "initialState") else { continue };
        let start = state(xml, initial)?;
        let (Some(p), Some(yaw)) = (start.at_m, start.yaw_rad) else { continue };
        let there = begins.iter().find(|(_, o)| {
            let s = &o.states[0];
            let near = |q: [f64; 2]| math::hypot(q[0] - p[0], q[1] - p[1]) <= SAME_PLACE[0];
            let along = |y: f64| math::wrap_angle(y - yaw).abs() <= SAME_PLACE[1];
            o.kind == Kind::Dynamic
                && s.step == start.step
                && s.at_m.is_some_and(near)
                && s.yaw_rad.is_some_and(along)
        });
        if let Some((actor, _)) = there {
            return Ok(Some(*actor));
        }
    }
    Ok(None)
}
