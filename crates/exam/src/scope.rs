//! Scopes: the times at which a requirement counts, named and defined by the pack.

use lukao_measure::Measures;
use lukao_model::vehicle::ActorClass;
use lukao_model::{Error, Interval, Intervals, Missing};
use lukao_track::{LaneHit, Track};

use crate::toml_at::{Node, Table};

/// A named condition on time. All of its conditions must hold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scope {
    /// Name, as requirements refer to it.
    pub name: String,
    /// What must hold.
    pub conditions: Vec<Condition>,
}

/// One condition on time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// The ego's own speed.
    Speed(Range),
    /// The speed limit of the ego's lane. No limit at all is above every range that ends.
    SpeedLimit(Range),
    /// Where the ego is.
    Place(Where),
    /// Kind of road, as the map calls it: one of these, or none of these.
    Road {
        /// Kinds.
        kinds: Vec<String>,
        /// One of them, or none.
        one_of: bool,
    },
    /// Class of the vehicle under test.
    Vehicle(Vec<ActorClass>),
}

/// Values `from <= v < to`, SI units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Least, included.
    pub from: f64,
    /// Greatest, not included.
    pub to: f64,
}

impl Range {
    /// Whether a value is inside.
    #[must_use]
    pub fn contains(&self, v: f64) -> bool {
        self.from <= v && v < self.to
    }
}

/// Where the ego is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Where {
    /// In a lane inside a junction.
    Junction,
    /// In a lane outside junctions.
    Road,
}

/// When a scope holds within a window, and when that cannot be told.
pub(crate) struct Times {
    /// It holds.
    pub inside: Intervals,
    /// It cannot be told, and why.
    pub unknown: Vec<Missing>,
}

/// What a condition comes to at one sample of the ego.
enum Holds {
    Yes,
    No,
    Unknown { what: &'static str, why: &'static str },
}

impl Scope {
    /// When the scope holds in the window of `measures`. What is found at a sample of the ego holds until just
    /// before the next one, so that scopes which part the values part the time as well.
    pub(crate) fn times(&self, measures: &Measures<'_>) -> Times {
        let ego = measures.ego();
        let mut inside = Vec::new();
        let mut unknown = lukao_model::RuleResult::default();
        let mut since: Option<i64> = None;
        let mut last = None;
        for (k, sample) in ego.samples().iter().enumerate() {
            let step = ego.step(k);
            let all = self.conditions.iter().map(|c| c.at(measures, k));
            let holds = all.fold(Holds::Yes, |a, b| match (a, b) {
                (Holds::No, _) | (_, Holds::No) => Holds::No,
                (Holds::Yes, b) => b,
                (a, _) => a,
            });
            match holds {
                Holds::Yes => since = since.or(Some(sample.t_ns)),
                Holds::No => {}
                Holds::Unknown { what, why } => unknown.missing(what, why, step),
            }
            if !matches!(holds, Holds::Yes)
                && let Some(from_ns) = since.take()
            {
                inside.push(Interval { from_ns, to_ns: sample.t_ns - 1 });
            }
            last = Some(step.to_ns);
        }
        if let (Some(from_ns), Some(to_ns)) = (since, last) {
            inside.push(Interval { from_ns, to_ns });
        }
        Times { inside: Intervals::from_iter(inside), unknown: unknown.undetermined }
    }
}

impl Condition {
    fn at(&self, measures: &Measures<'_>, k: usize) -> Holds {
        match self {
            Self::Speed(range) => match measures.ego_speed_mps(k) {
                Some(v) => holds(range.contains(v.value.abs())),
                None => Holds::Unknown { what: "speed_mps", why: "the ego's speed is not known" },
            },
            Self::SpeedLimit(range) => {
                let (track, hit) = match lane(measures, k) {
                    Ok(found) => found,
                    Err(unknown) => return unknown,
                };
                match track.speed_limit_at(hit.lane, hit.station_m) {
                    Some(limit) => holds(range.contains(limit.max_mps.unwrap_or(f64::MAX))),
                    None => Holds::Unknown { what: "speed limit", why: "the map gives none for the lane" },
                }
            }
            Self::Place(place) => match lane(measures, k) {
                Ok((track, hit)) => holds(track.lane(hit.lane).in_junction == (*place == Where::Junction)),
                Err(unknown) => unknown,
            },
            Self::Road { kinds, one_of } => {
                let (track, hit) = match lane(measures, k) {
                    Ok(found) => found,
                    Err(unknown) => return unknown,
                };
                let lane = track.lane(hit.lane);
                match track.road(lane.road).kind_at(lane.road_s_at(hit.station_m)) {
                    Some(kind) => holds(kinds.iter().any(|k| k == kind) == *one_of),
                    // Roads inside junctions seldom have a kind, and no fast road has junctions.
                    None if lane.in_junction => holds(!one_of),
                    None => Holds::Unknown { what: "kind of road", why: "the map gives none" },
                }
            }
            Self::Vehicle(classes) => {
                let ego = measures.ego_actor().map(|a| measures.window().actor(a).class);
                match ego {
                    None | Some(ActorClass::Unknown) => {
                        Holds::Unknown { what: "class of the ego", why: "the log does not say it" }
                    }
                    Some(class) => holds(classes.contains(&class)),
                }
            }
        }
    }
}

fn holds(yes: bool) -> Holds {
    if yes { Holds::Yes } else { Holds::No }
}

fn lane<'m>(measures: &'m Measures<'_>, k: usize) -> Result<(&'m Track, LaneHit), Holds> {
    let (Some(track), Some(places)) = (measures.track(), measures.places()) else {
        return Err(Holds::Unknown { what: "track", why: "the drive has none" });
    };
    match places.at(k) {
        Some(place) => Ok((track, place.hit)),
        None => Err(Holds::Unknown { what: "lane", why: "the ego is in no traffic lane of the track" }),
    }
}

/// Classes of vehicles under test, as packs write them.
pub(crate) const CLASSES: [(&str, ActorClass); 5] = [
    ("car", ActorClass::Car),
    ("van", ActorClass::Van),
    ("truck", ActorClass::Truck),
    ("bus", ActorClass::Bus),
    ("motorcycle", ActorClass::Motorcycle),
];

pub(crate) fn parse(name: &str, node: &Node<'_>) -> Result<Scope, Error> {
    let t = node.table()?;
    let mut conditions = Vec::new();
    if let Some(r) = t.get("speed_kmh") {
        conditions.push(Condition::Speed(range_kmh(&r)?));
    }
    if let Some(r) = t.get("speed_limit_kmh") {
        conditions.push(Condition::SpeedLimit(range_kmh(&r)?));
    }
    if let Some(p) = t.get("place") {
        conditions.push(Condition::Place(p.word(&[("junction", Where::Junction), ("road", Where::Road)])?));
    }
    for (key, one_of) in [("road", true), ("road_not", false)] {
        if let Some(list) = t.get(key) {
            let kinds = list.list()?.iter().map(Node::text).collect::<Result<_, _>>()?;
            conditions.push(Condition::Road { kinds, one_of });
        }
    }
    if let Some(list) = t.get("vehicle") {
        let classes = list.list()?.iter().map(|n| n.word(&CLASSES)).collect::<Result<_, _>>()?;
        conditions.push(Condition::Vehicle(classes));
    }
    t.finish()?;
    if conditions.is_empty() {
        return Err(node.wrong(format!("at least one condition in the scope \"{name}\""), "none"));
    }
    Ok(Scope { name: name.to_string(), conditions })
}

fn range_kmh(node: &Node<'_>) -> Result<Range, Error> {
    let t: Table<'_> = node.table()?;
    let from = t.get("from").map(|n| n.number(0.0..=1000.0)).transpose()?;
    let to = t.get("to").map(|n| n.number(0.0..=1000.0)).transpose()?;
    t.finish()?;
    match (from, to) {
        (None, None) => Err(node.wrong("`from`, `to` or both, in km/h", "neither")),
        (Some(a), Some(b)) if a >= b => Err(node.wrong("`from` below `to`", format!("{a} and {b}"))),
        (a, b) => Ok(Range {
            from: a.map_or(f64::NEG_INFINITY, |v| v / 3.6),
            to: b.map_or(f64::INFINITY, |v| v / 3.6),
        }),
    }
}
