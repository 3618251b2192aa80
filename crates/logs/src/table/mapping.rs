//! The mapping file: which column of a table is what. Its manual is `docs/tables.md`.

use std::collections::BTreeMap;

use lukao_model::stream::{Sync, TimeBase};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{Channel, Error, Frame, Origin, Position};
use serde::Deserialize;
use toml::Spanned;

use super::units;
use crate::Input;
use crate::ingest::reference::AngleConvention;

/// A mapping, as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Mapping {
    /// Format name for the drive's header.
    pub name: String,
    /// Program that makes such logs.
    #[serde(default)]
    pub producer: String,
    #[serde(default)]
    pub detect: Detect,
    #[serde(default)]
    pub text: TextForm,
    /// Columns of the n-th actor begin with this, `{n}` counting from 1. Absent: one row an actor and time.
    pub group: Option<Spanned<String>>,
    /// What `{n}` stands for instead of numbers; also the actors' ids if there is no `actor.id`.
    #[serde(default)]
    pub group_names: Vec<String>,
    pub time: Time,
    #[serde(default)]
    pub stream: StreamForm,
    pub frame: FrameForm,
    pub actor: ActorForm,
    pub pose: PoseForm,
    #[serde(default)]
    pub size: SizeForm,
    #[serde(default)]
    pub accuracy: AccuracyForm,
    /// By channel name.
    #[serde(default)]
    pub channel: BTreeMap<String, Field>,
    #[serde(default)]
    pub companion: Vec<Companion>,
}

/// How to know a table that this mapping fits.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Detect {
    /// Name of the file; one `*` stands for anything and is what `*` means in the names of companions.
    pub file: Option<String>,
    /// Columns that it always has.
    pub columns: Vec<String>,
}

/// How a text table is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct TextForm {
    /// The header is the first line that begins with this; what stands above is skipped.
    pub header_begins: Option<String>,
    /// Absent: tab if the header has one, else `;` if it has one, else `,`.
    pub separator: Option<char>,
    /// Decimal mark; absent: a point.
    pub decimal: Option<char>,
}

/// A column, and how its cells become values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Field {
    /// Its name in the header.
    pub column: Spanned<String>,
    /// Companion that it stands in; absent: the table itself.
    pub table: Option<Spanned<String>>,
    /// Its unit; absent: the one that the value is meant to have.
    pub unit: Option<Spanned<String>>,
    /// Multiplies the value, after the unit: −1 turns a sign.
    pub factor: Option<f64>,
    /// What its texts mean: names of codes or of classes, or numbers.
    pub codes: Option<Spanned<BTreeMap<String, Meaning>>>,
    /// Accuracy (k = 2) in the unit that the value is meant to have.
    pub accuracy: Option<f64>,
}

/// What a text of a column means.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Meaning {
    Number(f64),
    Name(String),
}

/// The time column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Time {
    pub column: Spanned<String>,
    /// `s`, `ms`, `us`, `ns`, or `frame` with a rate.
    pub unit: Spanned<String>,
    /// Frames a second.
    pub rate_hz: Option<f64>,
    /// Frames a second, from a companion.
    pub rate: Option<Field>,
}

/// What is said of the recording device.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct StreamForm {
    pub base: TimeBase,
    pub sync: Sync,
    pub accuracy_ns: Option<i64>,
    pub origin: Origin,
    /// Rows of one time are one frame.
    pub lockstep: bool,
}

impl Default for StreamForm {
    fn default() -> Self {
        Self {
            base: TimeBase::Unknown,
            sync: Sync::Unknown,
            accuracy_ns: None,
            origin: Origin::Unknown,
            lockstep: true,
        }
    }
}

/// What the coordinates mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "kebab-case")]
pub(super) enum FrameForm {
    /// Those of the OpenDRIVE map that the drive was made on.
    Map,
    /// A plane of its own.
    Local { name: String },
    /// A map projection, less an origin.
    #[serde(rename_all = "kebab-case")]
    Projected {
        definition: String,
        datum: Option<String>,
        height: Option<String>,
        #[serde(default)]
        origin_m: [f64; 3],
    },
    /// Nobody knows.
    Unknown,
}

impl FrameForm {
    pub fn frame(&self) -> Frame {
        match self {
            Self::Map => Frame::local(crate::ingest::MAP_FRAME),
            Self::Local { name } => Frame::local(name),
            Self::Projected { definition, datum, height, origin_m } => Frame {
                crs: lukao_model::frame::Crs::Projected {
                    definition: definition.clone(),
                    datum: datum.clone(),
                    height: height.clone(),
                },
                origin_m: *origin_m,
            },
            Self::Unknown => Frame::default(),
        }
    }
}

/// Who the actors are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ActorForm {
    /// Column of the id.
    pub id: Option<Field>,
    /// The one actor of a table without such a column.
    pub fixed_id: Option<String>,
    pub class: Option<Field>,
    /// The vehicle under test, unless the user says otherwise.
    pub ego: Option<String>,
    /// What the table does not say of actors.
    #[serde(default)]
    pub declare: Vec<Declare>,
}

/// What the table does not say of one actor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Declare {
    pub id: String,
    pub class: Option<ActorClass>,
    pub size: Option<BoxSize>,
}

/// Position and heading.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PoseForm {
    pub x: Field,
    pub y: Field,
    pub z: Option<Field>,
    pub yaw: Field,
    #[serde(default)]
    pub angle: AngleConvention,
    /// y grows downward, as in images: y and everything along it change sign.
    #[serde(default)]
    pub y_down: bool,
    /// The point of the body that x and y mean.
    #[serde(default)]
    pub reference: Point,
    /// For `reference = "offset"`: from that point forward to the centre of the box.
    pub forward: Option<Field>,
    /// The same to the left.
    pub left: Option<Field>,
    /// From the height of that point up to the centre of the box; absent: z is the underside's.
    pub up: Option<Field>,
    /// For `reference = "offset"`: the same for all actors, m.
    pub forward_m: Option<f64>,
}

/// Reference points by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Point {
    #[default]
    Centre,
    FrontBumper,
    RearBumper,
    /// The axis-parallel box's corner of least x and least image y.
    UpperLeft,
    /// A point given by `forward` (and `left`) to the centre.
    Offset,
}

/// Sizes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct SizeForm {
    pub length: Option<Field>,
    pub width: Option<Field>,
    pub height: Option<Field>,
    /// Accuracy of length and width (k = 2).
    pub accuracy_m: Option<f64>,
    /// Sizes for classes whose size the log does not measure (says 0). Each use is noted.
    pub of_class: BTreeMap<String, BoxSize>,
}

/// Accuracies (k = 2) of the pose.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct AccuracyForm {
    pub position_m: Option<f64>,
    pub yaw_rad: Option<f64>,
    /// Columns of them, m and rad unless a unit is given.
    pub position: Option<Field>,
    pub yaw: Option<Field>,
}

/// A table beside the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Companion {
    /// What fields call it.
    pub name: String,
    /// Bare file name; `*` stands for what it stood for in the main file's name.
    pub file: String,
    #[serde(default = "yes")]
    pub required: bool,
    /// One row an actor: column of the actor's id. Absent: the first row holds for all.
    pub key: Option<Spanned<String>>,
    /// If it holds states of signal heads, one row a change.
    pub signals: Option<Signals>,
}

fn yes() -> bool {
    true
}

/// A long table of signal states.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Signals {
    pub time: Time,
    pub signal: Field,
    pub state: Field,
    /// A row is a change: it holds until the next, however long.
    #[serde(default = "yes")]
    pub on_change: bool,
    #[serde(default)]
    pub origin: Origin,
}

/// A mapping with its text, for positions of errors.
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a byte of the mapping's text.
    pub fn error(&self, at: usize, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(self.name, expected, found).at(self.place(at))
    }

    /// Line and column of a byte.
    pub fn place(&self, at: usize) -> Position {
        Position::in_text(self.text, at)
    }
}

/// Reads a mapping and checks what the types cannot.
///
/// # Errors
/// At the line and column that is wrong.
pub(super) fn parse(input: &Input) -> Result<Mapping, Error> {
    let Ok(text) = std::str::from_utf8(&input.bytes) else {
        return Err(Error::new(&input.name, "a mapping in UTF-8", "other bytes"));
    };
    let source = Source { name: &input.name, text };
    let mapping: Mapping = toml::from_str(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        source.error(at, "a mapping (see docs/tables.md)", e.message().replace('\n', " "))
    })?;
    check(&mapping, &source)?;
    Ok(mapping)
}

fn check(m: &Mapping, source: &Source<'_>) -> Result<(), Error> {
    if let Some(g) = &m.group
        && !g.get_ref().contains("{n}")
    {
        return Err(source.error(
            g.span().start,
            "{n} in the prefix of a group",
            format!("\"{}\"", g.get_ref()),
        ));
    }
    let ways = [m.actor.id.is_some(), m.actor.fixed_id.is_some(), !m.group_names.is_empty()];
    if (ways[0] && ways[1]) || !ways.contains(&true) {
        let found = if ways[0] { "both" } else { "neither" };
        return Err(Error::new(source.name, "actor.id or actor.fixed-id", found));
    }
    check_time(&m.time, source)?;
    let offset = m.pose.forward.is_some() || m.pose.forward_m.is_some();
    if (m.pose.reference == Point::Offset) != offset {
        let found = if offset { "forward without it" } else { "neither forward nor forward-m" };
        return Err(Error::new(
            source.name,
            "forward or forward-m exactly if pose.reference is \"offset\"",
            found,
        ));
    }
    let fields = [
        (Some(&m.pose.x), "m"),
        (Some(&m.pose.y), "m"),
        (m.pose.z.as_ref(), "m"),
        (m.pose.forward.as_ref(), "m"),
        (m.pose.left.as_ref(), "m"),
        (m.pose.up.as_ref(), "m"),
        (m.size.length.as_ref(), "m"),
        (m.size.width.as_ref(), "m"),
        (m.size.height.as_ref(), "m"),
        (m.accuracy.position.as_ref(), "m"),
        (m.accuracy.yaw.as_ref(), "rad"),
    ];
    for (field, unit) in fields.into_iter().filter_map(|(f, u)| Some((f?, u))) {
        check_field(field, unit, m, source)?;
    }
    if let Some(unit) = &m.pose.yaw.unit {
        return Err(source.error(unit.span().start, "pose.angle to say the yaw's unit", "a unit"));
    }
    check_field(&m.pose.yaw, "rad", m, source)?;
    for (name, field) in &m.channel {
        let at = field.column.span().start;
        if WORLD.contains(&name.as_str()) {
            check_field(field, "m/s2", m, source)?;
            continue;
        }
        let Some(channel) = Channel::from_name(name) else {
            return Err(source.error(
                at,
                "the name of a channel (see docs/tables.md)",
                format!("\"{name}\""),
            ));
        };
        if [Channel::X, Channel::Y, Channel::Yaw, Channel::Z].contains(&channel) {
            return Err(source.error(at, "the pose under [pose]", format!("channel \"{name}\"")));
        }
        check_field(field, channel.unit(), m, source)?;
        units::check_codes(channel, field, source)?;
    }
    for name in m.size.of_class.keys() {
        if units::class_named(name).is_none() {
            return Err(Error::new(
                source.name,
                "the name of a class in size.of-class",
                format!("\"{name}\""),
            ));
        }
    }
    for c in &m.companion {
        if let Some(s) = &c.signals {
            check_time(&s.time, source)?;
            units::check_codes(Channel::SignalState, &s.state, source)?;
        }
    }
    Ok(())
}

/// Accelerations along the frame's axes; they become those along and across the body.
pub(super) const WORLD: [&str; 2] = ["accel_x_mps2", "accel_y_mps2"];

fn check_time(time: &Time, source: &Source<'_>) -> Result<(), Error> {
    let unit = time.unit.get_ref().as_str();
    if units::time_exponent(unit).is_none() && unit != "frame" {
        let found = format!("\"{unit}\"");
        return Err(source.error(time.unit.span().start, "s, ms, us, ns or frame as unit of time", found));
    }
    let rated = time.rate.is_some() || time.rate_hz.is_some_and(|r| r.is_finite() && r > 0.0);
    if (unit == "frame") != rated {
        let want = "a rate (rate-hz above 0, or rate) exactly if the unit of time is frame";
        return Err(source.error(time.unit.span().start, want, format!("unit \"{unit}\"")));
    }
    Ok(())
}

fn check_field(field: &Field, to: &str, m: &Mapping, source: &Source<'_>) -> Result<(), Error> {
    if let Some(unit) = &field.unit
        && units::factor(unit.get_ref(), to).is_none()
    {
        let want = format!("a unit that can become {to} ({})", units::known(to));
        return Err(source.error(unit.span().start, want, format!("\"{}\"", unit.get_ref())));
    }
    if let Some(table) = &field.table
        && !m.companion.iter().any(|c| c.name == *table.get_ref())
    {
        let found = format!("\"{}\"", table.get_ref());
        return Err(source.error(table.span().start, "the name of a [[companion]]", found));
    }
    Ok(())
}
