//! Sizes and classes of SUMO's actors, from the files beside the log.

use std::collections::BTreeMap;

use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{Error, Position};

use super::bare;
use super::xml::{self, Step};
use crate::Input;

/// What is known of an actor.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub size: BoxSize,
    pub class: ActorClass,
    /// It is SUMO's own figure for the type, which no file said.
    pub declared: bool,
    pub source: String,
}

/// Sizes by actor and by type.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    by_id: BTreeMap<String, Known>,
    by_type: BTreeMap<String, Known>,
}

/// SUMO's vehicle classes: length, width, height of a type that does not say, and what it is here.
const CLASSES: &[(&str, [f64; 3], ActorClass)] = &[
    ("passenger", [5.0, 1.8, 1.5], ActorClass::Car),
    ("private", [5.0, 1.8, 1.5], ActorClass::Car),
    ("taxi", [5.0, 1.8, 1.5], ActorClass::Car),
    ("hov", [5.0, 1.8, 1.5], ActorClass::Car),
    ("evehicle", [5.0, 1.8, 1.5], ActorClass::Car),
    ("custom1", [5.0, 1.8, 1.5], ActorClass::Unknown),
    ("custom2", [5.0, 1.8, 1.5], ActorClass::Unknown),
    ("pedestrian", [0.215, 0.478, 1.719], ActorClass::Pedestrian),
    ("bicycle", [1.6, 0.65, 1.7], ActorClass::Bicycle),
    ("moped", [2.1, 0.8, 1.7], ActorClass::Motorcycle),
    ("motorcycle", [2.2, 0.9, 1.5], ActorClass::Motorcycle),
    ("truck", [7.1, 2.4, 2.4], ActorClass::Truck),
    ("trailer", [16.5, 2.55, 4.0], ActorClass::Truck),
    ("bus", [12.0, 2.5, 3.4], ActorClass::Bus),
    ("coach", [14.0, 2.6, 4.0], ActorClass::Bus),
    ("delivery", [6.5, 2.16, 2.86], ActorClass::Van),
    ("emergency", [6.5, 2.16, 2.86], ActorClass::Van),
    ("tram", [22.0, 2.4, 3.2], ActorClass::Rail),
];

/// SUMO's own types.
const TYPES: &[(&str, &str)] = &[
    ("DEFAULT_VEHTYPE", "passenger"),
    ("DEFAULT_PEDTYPE", "pedestrian"),
    ("DEFAULT_BIKETYPE", "bicycle"),
    ("DEFAULT_TAXITYPE", "taxi"),
];

fn class_named(name: &str) -> Option<([f64; 3], ActorClass)> {
    CLASSES.iter().find(|(n, ..)| *n == name).map(|(_, size, class)| (*size, *class))
}

impl Sizes {
    /// Reads all companions that name sizes.
    ///
    /// # Errors
    /// If one is damaged.
    pub fn gather(companions: &[Input]) -> Result<Self, Error> {
        let mut sizes = Self::default();
        for input in companions {
            let name = bare(&input.name);
            if name.starts_with("actors.csv") {
                sizes.read_actors(input)?;
            } else if ["vtypes.add.xml", "routes.rou.xml", "vehroutes.xml"]
                .iter()
                .any(|n| name.starts_with(n))
            {
                sizes.read_types(input)?;
            }
        }
        Ok(sizes)
    }

    /// What is known of an actor of that id and type.
    pub fn of(&self, id: &str, kind: &str) -> Option<Known> {
        // A distribution of types gives names like `type@id`.
        let plain = kind.split_once('@').map_or(kind, |(t, _)| t);
        if let Some(known) = self.by_id.get(id) {
            return Some(known.clone());
        }
        if let Some(known) = self.by_type.get(kind).or_else(|| self.by_type.get(plain)) {
            return Some(known.clone());
        }
        let (_, class) = TYPES.iter().find(|(t, _)| *t == kind)?;
        let (size, class) = class_named(class)?;
        Some(Known { size: boxed(size), class, declared: true, source: String::new() })
    }

    fn read_actors(&mut self, input: &Input) -> Result<(), Error> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&input.bytes[..]);
        let wrong = |e: csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            Error::new(&input.name, "a table of actors", e.to_string()).at(Position::Row(line, String::new()))
        };
        let header = reader.headers().map_err(wrong)?.clone();
        let find = |name: &str| header.iter().position(|h| h == name);
        let need = |name: &str| {
            find(name).ok_or_else(|| {
                let found = header.iter().collect::<Vec<_>>().join(", ");
                Error::new(&input.name, format!("a column \"{name}\""), found)
                    .at(Position::Row(1, String::new()))
            })
        };
        let (id, length, width) = (need("id")?, need("length_m")?, need("width_m")?);
        let (height, class) = (find("height_m"), find("vclass"));
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            let row = record.position().map_or(0, csv::Position::line);
            let number = |col: usize| {
                let text = record.get(col).unwrap_or_default();
                text.parse::<f64>().map_err(|_| {
                    let at = Position::Row(row, header.get(col).unwrap_or_default().to_owned());
                    Error::new(&input.name, "a number", format!("\"{text}\"")).at(at)
                })
            };
            let height_m = match height.filter(|c| record.get(*c).is_some_and(|t| !t.is_empty())) {
                Some(col) => Some(number(col)?),
                None => None,
            };
            let size = BoxSize {
                length_m: number(length)?,
                width_m: number(width)?,
                height_m,
                accuracy_m: Some(0.0),
            };
            let good = |v: f64| v.is_finite() && v > 0.0;
            if !good(size.length_m) || !good(size.width_m) || !height_m.is_none_or(good) {
                let found = format!("{} × {} m", size.length_m, size.width_m);
                return Err(
                    Error::new(&input.name, "a size above 0", found).at(Position::Row(row, String::new()))
                );
            }
            let class = class.and_then(|c| class_named(record.get(c)?)).map_or(ActorClass::Unknown, |c| c.1);
            let known = Known { size, class, declared: false, source: input.name.clone() };
            self.by_id.insert(record.get(id).unwrap_or_default().to_owned(), known);
        }
        Ok(())
    }

    fn read_types(&mut self, input: &Input) -> Result<(), Error> {
        xml::each(input, |step| {
            let Step::Begin(e) = step else { return Ok(()) };
            if e.name() != "vType" {
                return Ok(());
            }
            let id = e.required("id")?;
            let class = e.text("vClass")?;
            let standard = class_named(class.as_deref().unwrap_or("passenger"));
            let side = |name: &str, k: usize| -> Result<f64, Error> {
                match (e.number(name)?, standard) {
                    (Some(v), _) if v.is_finite() && v > 0.0 => Ok(v),
                    (Some(v), _) => Err(e.error(format!("a {name} above 0"), v.to_string())),
                    (None, Some((size, _))) => Ok(size[k]),
                    (None, None) => Err(e.missing(name)),
                }
            };
            let size = [side("length", 0)?, side("width", 1)?, side("height", 2)?];
            let said = e.text("length")?.is_some() && e.text("width")?.is_some();
            let class = standard.map_or(ActorClass::Unknown, |s| s.1);
            let known = Known { size: boxed(size), class, declared: !said, source: input.name.clone() };
            self.by_type.insert(id.into_owned(), known);
            Ok(())
        })
    }
}

fn boxed([length_m, width_m, height_m]: [f64; 3]) -> BoxSize {
    BoxSize { length_m, width_m, height_m: Some(height_m), accuracy_m: Some(0.0) }
}
