//! `layout.toml`: the day's temporary objects on a field, surveyed: cones, gates, spills.

use std::sync::Arc;

use lukao_model::drive::{Actor, ActorIx, Clock, ClockIx, PoseAccuracy, Run};
use lukao_model::stream::{Stream, Sync};
use lukao_model::values::{Accuracy, Channels};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{Column, Drive, Error, Header, Origin, Position};
use serde::Deserialize;

/// How often a thing that stands is put into the drive, ns.
const EVERY_NS: i64 = 1_000_000_000;

/// The day's temporary objects, in the coordinates of the field.
///
/// ```
/// let text = "format = 1\n[[object]]\nid = \"cone-1\"\nx_m = 10.0\ny_m = -2.0\nlength_m = 0.4\nwidth_m = 0.4\n";
/// assert_eq!(lukao::session::Layout::parse("layout.toml", text)?.len(), 1);
/// # Ok::<(), lukao::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    format: u32,
    #[serde(default)]
    object: Vec<Object>,
}

/// A thing that stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    id: String,
    #[serde(default = "object")]
    class: ActorClass,
    x_m: f64,
    y_m: f64,
    z_m: Option<f64>,
    #[serde(default)]
    yaw_deg: f64,
    length_m: f64,
    width_m: f64,
    height_m: Option<f64>,
    /// Accuracy of its place (k = 2), metres.
    accuracy_m: Option<f64>,
}

fn object() -> ActorClass {
    ActorClass::Object
}

impl Layout {
    /// Reads the text of a `layout.toml`.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, figures that are not finite, sizes that are not positive.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let layout: Self = toml::from_str(text).map_err(|e| {
            let found = e.message().lines().next().unwrap_or("something else").to_owned();
            let at = e.span().map_or(Position::Whole, |s| Position::in_text(text, s.start));
            Error::new(name, "a layout of a field", found).at(at)
        })?;
        if layout.format != 1 {
            return Err(Error::new(name, "format 1", layout.format.to_string()));
        }
        for (k, o) in layout.object.iter().enumerate() {
            let wrong = |expected: &str, found: String| {
                Err(Error::new(name, expected, found).at(Position::Part(format!("object \"{}\"", o.id))))
            };
            if layout.object[..k].iter().any(|x| x.id == o.id) {
                return wrong("each object's id once", "it again".into());
            }
            if ![o.x_m, o.y_m, o.yaw_deg, o.z_m.unwrap_or(0.0)].iter().all(|v| v.abs() <= 1e8) {
                return wrong("a place within 100,000 km", format!("{}, {}", o.x_m, o.y_m));
            }
            let size = [o.length_m, o.width_m, o.height_m.unwrap_or(1.0)];
            if !size.iter().all(|v| *v > 0.0 && *v <= 100.0) {
                return wrong("a size above 0 and at most 100 m", format!("{size:?}"));
            }
        }
        Ok(layout)
    }

    /// Number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.object.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.object.is_empty()
    }

    /// The drive with these objects standing in it all the time. `field` is the frame of their coordinates.
    ///
    /// # Errors
    /// If nothing relates the field's frame to the drive's, or the drive has an actor of the same id with poses.
    pub fn put_into(&self, drive: &Drive, field: &lukao_model::Frame) -> Result<Drive, Error> {
        let header = drive.header();
        let Some(span) = drive.span().filter(|_| !self.is_empty()) else { return Ok(drive.clone()) };
        let alignment = header.frame.align_track(field).ok_or_else(|| {
            Error::new("layout", format!("the drive's frame {}", header.frame), field.to_string())
        })?;
        let (sin, cos) = lukao_model::math::sin_cos(alignment.yaw_rad);
        let [dx, dy, dz] = alignment.shift_m;
        let n = usize::try_from((span.len_ns() / EVERY_NS).clamp(0, 1_000_000)).unwrap_or(0);
        let mut times: Vec<i64> = (0..=n as i64).map(|k| span.from_ns + k * EVERY_NS).collect();
        if times.last().is_none_or(|t| *t < span.to_ns) {
            times.push(span.to_ns);
        }
        let len = times.len();
        let column = |v: f64| Column::new(vec![v; len]);
        let actor = |o: &Object| Actor { id: o.id.clone(), class: o.class, ..Actor::default() };
        let run = |(k, o): (usize, &Object)| Run {
            actor: ActorIx(k as u32),
            clock: ClockIx(0),
            first: 0,
            index: None,
            size: BoxSize {
                length_m: o.length_m,
                width_m: o.width_m,
                height_m: o.height_m,
                accuracy_m: o.accuracy_m,
            },
            x_m: column(o.x_m * cos - o.y_m * sin + dx),
            y_m: column(o.x_m * sin + o.y_m * cos + dy),
            yaw_rad: column(lukao_model::math::wrap_angle(o.yaw_deg.to_radians() + alignment.yaw_rad)),
            z_m: o.z_m.map(|z| column(z + dz)),
            ordinal: 0,
            origin: Origin::Infrastructure,
            begun_before: false,
            goes_on: false,
            accuracy: PoseAccuracy {
                position_m: o.accuracy_m.map_or(Accuracy::Unknown, Accuracy::Constant),
                yaw_rad: Accuracy::Unknown,
            },
            channels: Channels::default(),
        };
        let own = Header {
            name: "layout".into(),
            frame: header.frame.clone(),
            // What stands needs no clock: whenever it is looked at it is there.
            streams: vec![Stream {
                name: "layout".into(),
                sync: Sync::Same,
                accuracy_ns: Some(0),
                ..Stream::default()
            }],
            actors: self.object.iter().map(actor).collect(),
            max_gap_ns: 2 * EVERY_NS,
            ..Header::default()
        };
        let clock = Clock { stream: 0, first_tick: 0, t_ns: Column::new(times) };
        let runs = self.object.iter().enumerate().map(run).collect();
        drive.merge(&Drive::new(Arc::new(own), vec![clock], runs, Vec::new())?)
    }
}
