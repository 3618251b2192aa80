//! Argoverse 2 sensor logs: `annotations.feather` (or `annotations_with_ego.feather`) with the ego's poses beside it in
//! `city_SE3_egovehicle.feather`. Feather is Arrow IPC.
//!
//! Annotations are boxes in the ego's frame at times of its lidar; the ego's poses bring them into the city's frame,
//! which is that of the map archive. A pose between two others is interpolated if they are at most 50 ms apart, else
//! the boxes of that time are left out with a note. The ego keeps all of its poses, on a clock of its own; its box is
//! the row of category `EGO_VEHICLE`, or, where there is none, that of the Argoverse vehicle, which is noted. A row whose
//! place is the origin repeats the frame, which lies on the rear axle: then the middle is that vehicle's, too.
//!
//! Boxes were drawn by people into what the vehicle's lidar saw: their origin is the vehicle's perception.

use lukao_model::drive::Actor;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{Drive, Error, Frame, Origin, Position, math};

use crate::ingest::{At, Ingest, MAP_FRAME, Policy, RawPose, Sampling};
use crate::table::{Cell, Row, open_table};
use crate::{Bundle, Input, ReadOptions};

/// File of the ego's poses.
const POSES: &str = "city_SE3_egovehicle.feather";

/// The id of the vehicle under test.
const EGO: &str = "ego";

/// Category of its rows.
const EGO_CATEGORY: &str = "EGO_VEHICLE";

/// Box of the Argoverse vehicle: length, width, height, and its middle forward of and above the rear axle.
const EGO_BOX_M: [f64; 5] = [4.877, 2.0, 1.473, 1.422, 0.25];

/// Poses further apart than this say nothing of the time between them, ns.
const BETWEEN_NS: i64 = 50_000_000;

/// Whether Arrow bytes are annotations: their schema has the columns. Looks at the head only.
pub(crate) fn is_annotations(head: &[u8]) -> bool {
    let head = &head[..head.len().min(64 << 10)];
    let has = |name: &[u8]| head.windows(name.len()).any(|w| w == name);
    has(b"track_uuid") && has(b"timestamp_ns") && has(b"tx_m") && has(b"qw")
}

/// Plain names of the files beside a log of that name that belong to it, if it is one of annotations.
pub(crate) fn companions_of(file_name: &str) -> impl Iterator<Item = &'static str> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let annotations = name.starts_with("annotations") && name.contains(".feather");
    [POSES].into_iter().filter(move |_| annotations)
}

/// Reads a log.
///
/// # Errors
/// If the poses are not there, a column is missing, or a cell is no number; with row and column.
pub fn read(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let main = &bundle.main;
    let mut log = Ingest::new(&main.name, "argoverse-2", Policy::default());
    log.header_mut().frame = Frame::local(MAP_FRAME);
    log.header_mut().track = Some("log_map_archive_*.json".into());
    let beside = bundle.companions.iter().find(|c| c.name.ends_with(POSES)).ok_or_else(|| {
        log.error(format!("the ego's poses in {POSES} beside it"), "no such file", At::Whole)
    })?;
    let poses = poses(beside)?;
    let boxes = log.add_stream(stream("annotations"), Origin::VehiclePerception, Sampling::Lockstep);
    let own = log.add_stream(stream("ego"), Origin::VehicleBus, Sampling::Own);
    let ego = log.add_actor(Actor {
        id: EGO.into(),
        class: ActorClass::Car,
        reference_point: "rear-axle".into(),
        ..Actor::default()
    })?;
    let mut ego_box: Option<(BoxSize, Solid)> = None;
    each(main, &["track_uuid", "category", "length_m", "width_m", "height_m"], |row| {
        let (uuid, category) = (row.text(0)?, row.text(1)?);
        let height = row.real(4)?;
        let size = BoxSize {
            length_m: row.real(2)?,
            width_m: row.real(3)?,
            height_m: Some(height),
            accuracy_m: None,
        };
        let local = row.solid()?;
        if category == EGO_CATEGORY {
            ego_box.get_or_insert((size, local));
            return Ok(());
        }
        let t_ns = row.t_ns()?;
        let Some(base) = pose_at(&poses, t_ns) else {
            log.note("argoverse-no-pose", uuid, Some(t_ns), || {
                "no pose of the ego near in time; sample left out".into()
            });
            return Ok(());
        };
        let actor = match log.actor(uuid) {
            Some(actor) => actor,
            None => log.add_actor(Actor {
                id: uuid.to_owned(),
                class: class(category),
                reference_point: "centre".into(),
                ..Actor::default()
            })?,
        };
        let raw = RawPose { size: Some(size), ..base.then(&local).pose(t_ns, height) };
        log.pose(actor, boxes, &raw, &[], At::Row(row.row.number()))
    })?;
    let [length_m, width_m, height, forward, up] = EGO_BOX_M;
    let on_axle = ego_box.is_some_and(|(_, local)| local.t == [0.0; 3]);
    if on_axle {
        // A row that repeats the frame itself says how large the ego is, not where its middle lies.
        log.note("declared-place", EGO, None, || {
            format!("its middle {forward} m ahead of the rear axle: the Argoverse vehicle's; the log has it on the axle")
        });
    }
    let (size, mut middle) = ego_box.unwrap_or_else(|| {
        log.note("declared-size", EGO, None, || {
            format!("{length_m} × {width_m} m: the Argoverse vehicle's, not said by the log")
        });
        let size = BoxSize { length_m, width_m, height_m: Some(height), accuracy_m: None };
        (size, Solid { q: [1.0, 0.0, 0.0, 0.0], t: [forward, 0.0, up] })
    });
    if on_axle {
        middle.t = [forward, 0.0, up];
    }
    let height = size.height_m.unwrap_or(0.0);
    for (k, (t_ns, pose)) in poses.iter().enumerate() {
        let raw = RawPose { size: Some(size), ..pose.then(&middle).pose(*t_ns, height) };
        log.pose(ego, own, &raw, &[], At::Row(k as u64 + 2)).map_err(|e| e.in_source(&beside.name))?;
    }
    let wanted = options.ego.as_deref().unwrap_or(EGO);
    let chosen = log.actor(wanted).ok_or_else(|| {
        let found = format!("none of that id among {}", log.header().actors.len());
        log.error(format!("a track \"{wanted}\""), found, At::Whole)
    })?;
    log.header_mut().ego = Some(chosen);
    log.finish()
}

fn stream(name: &str) -> Stream {
    Stream { name: name.into(), base: TimeBase::Unknown, sync: Sync::Same, offset_ns: 0, accuracy_ns: None }
}

/// A turn (w, x, y, z) and a shift in space.
#[derive(Clone, Copy)]
struct Solid {
    q: [f64; 4],
    t: [f64; 3],
}

impl Solid {
    fn turned(&self, v: [f64; 3]) -> [f64; 3] {
        let [w, x, y, z] = self.q;
        let c = [y * v[2] - z * v[1], z * v[0] - x * v[2], x * v[1] - y * v[0]];
        let c = [c[0] + w * v[0], c[1] + w * v[1], c[2] + w * v[2]];
        let d = [y * c[2] - z * c[1], z * c[0] - x * c[2], x * c[1] - y * c[0]];
        [v[0] + 2.0 * d[0], v[1] + 2.0 * d[1], v[2] + 2.0 * d[2]]
    }

    /// The other one, given in this one's frame.
    fn then(&self, other: &Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.q, other.q);
        let q = [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ];
        let t = self.turned(other.t);
        Self { q, t: [self.t[0] + t[0], self.t[1] + t[1], self.t[2] + t[2]] }
    }

    /// Its pose in plan, with the underside of a box of that height.
    fn pose(&self, t_ns: i64, height_m: f64) -> RawPose {
        let forward = self.turned([1.0, 0.0, 0.0]);
        RawPose {
            t_ns,
            x_m: self.t[0],
            y_m: self.t[1],
            yaw_rad: math::atan2(forward[1], forward[0]),
            z_m: Some(self.t[2] - 0.5 * height_m),
            ..RawPose::default()
        }
    }

    /// A part of the way to another one that is near.
    fn toward(&self, other: &Self, f: f64) -> Self {
        let same = self.q.iter().zip(&other.q).map(|(a, b)| a * b).sum::<f64>() >= 0.0;
        let sign = if same { 1.0 } else { -1.0 };
        let mut q = [0.0; 4];
        for (k, v) in q.iter_mut().enumerate() {
            *v = self.q[k] + (sign * other.q[k] - self.q[k]) * f;
        }
        let mut t = [0.0; 3];
        for (k, v) in t.iter_mut().enumerate() {
            *v = self.t[k] + (other.t[k] - self.t[k]) * f;
        }
        Self { q: unit(q).unwrap_or(self.q), t }
    }
}

/// A turn of length 1; `None` of one that is nothing or no number.
fn unit(q: [f64; 4]) -> Option<[f64; 4]> {
    let n = q.iter().map(|v| v * v).sum::<f64>().sqrt();
    (n.is_finite() && n > 0.5).then(|| q.map(|v| v / n))
}

/// The ego's pose at a time: its own, or between two that are near each other.
fn pose_at(poses: &[(i64, Solid)], t_ns: i64) -> Option<Solid> {
    let k = poses.partition_point(|p| p.0 < t_ns);
    let after = poses.get(k)?;
    if after.0 == t_ns {
        return Some(after.1);
    }
    let before = poses.get(k.checked_sub(1)?)?;
    let gap = after.0 - before.0;
    (gap <= BETWEEN_NS).then(|| before.1.toward(&after.1, (t_ns - before.0) as f64 / gap as f64))
}

fn poses(input: &Input) -> Result<Vec<(i64, Solid)>, Error> {
    let mut out = Vec::new();
    each(input, &[], |row| {
        out.push((row.t_ns()?, row.solid()?));
        Ok(())
    })?;
    // The file is in order of time as a rule; what repeats or conflicts is the data policy's business.
    out.sort_by_key(|p| p.0);
    Ok(out)
}

/// Columns of a pose, in order after the time.
const POSE: [&str; 7] = ["qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"];

/// A row with the places of the columns that were asked for.
struct Line<'a> {
    input: &'a Input,
    row: &'a dyn Row,
    t: usize,
    pose: [usize; 7],
    more: &'a [usize],
    names: &'a [&'a str],
}

impl Line<'_> {
    fn wrong(&self, name: &str, expected: &str, found: Cell<'_>) -> Error {
        let at = Position::Row(self.row.number(), name.to_owned());
        let found = match found {
            Cell::Text(t) => format!("\"{t}\""),
            Cell::Real(v) => v.to_string(),
            Cell::Int(v) => v.to_string(),
            Cell::Empty => "nothing".into(),
            _ => "something else".into(),
        };
        Error::new(&self.input.name, expected, found).at(at)
    }

    fn number(&self, col: usize, name: &str) -> Result<f64, Error> {
        match self.row.cell(col) {
            Cell::Real(v) => Ok(v),
            Cell::Int(v) => Ok(v as f64),
            other => Err(self.wrong(name, "a number", other)),
        }
    }

    fn real(&self, k: usize) -> Result<f64, Error> {
        self.number(self.more[k], self.names[k])
    }

    fn text(&self, k: usize) -> Result<&str, Error> {
        match self.row.cell(self.more[k]) {
            Cell::Text(v) => Ok(v),
            other => Err(self.wrong(self.names[k], "a text", other)),
        }
    }

    fn t_ns(&self) -> Result<i64, Error> {
        match self.row.cell(self.t) {
            Cell::Int(t) | Cell::Ns(t) => Ok(t),
            other => Err(self.wrong("timestamp_ns", "a time in whole nanoseconds", other)),
        }
    }

    fn solid(&self) -> Result<Solid, Error> {
        let mut v = [0.0; 7];
        for (k, v) in v.iter_mut().enumerate() {
            *v = self.number(self.pose[k], POSE[k])?;
        }
        let q = [v[0], v[1], v[2], v[3]];
        // What is no number becomes a pose that is none, which the data policy leaves out.
        let q = unit(q).unwrap_or([f64::NAN; 4]);
        Ok(Solid { q, t: [v[4], v[5], v[6]] })
    }
}

fn each(
    input: &Input,
    names: &[&str],
    mut f: impl FnMut(&Line<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut table = open_table(input)?;
    let columns = table.columns().to_vec();
    let find = |name: &str| {
        columns.iter().position(|c| c == name).ok_or_else(|| {
            Error::new(&input.name, format!("a column \"{name}\""), format!("{} others", columns.len()))
        })
    };
    let t = find("timestamp_ns")?;
    let mut pose = [0; 7];
    for (k, name) in POSE.iter().enumerate() {
        pose[k] = find(name)?;
    }
    let more = names.iter().map(|n| find(n)).collect::<Result<Vec<_>, _>>()?;
    table.each(&mut |row| f(&Line { input, row, t, pose, more: &more, names }))
}

fn class(category: &str) -> ActorClass {
    match category {
        "REGULAR_VEHICLE" => ActorClass::Car,
        "BOX_TRUCK" | "TRUCK" | "TRUCK_CAB" | "LARGE_VEHICLE" => ActorClass::Truck,
        "BUS" | "SCHOOL_BUS" | "ARTICULATED_BUS" => ActorClass::Bus,
        "VEHICULAR_TRAILER" | "MESSAGE_BOARD_TRAILER" | "TRAFFIC_LIGHT_TRAILER" => ActorClass::Trailer,
        "RAILED_VEHICLE" => ActorClass::Rail,
        "MOTORCYCLE" | "MOTORCYCLIST" => ActorClass::Motorcycle,
        "BICYCLE" | "BICYCLIST" => ActorClass::Bicycle,
        "PEDESTRIAN" | "OFFICIAL_SIGNALER" => ActorClass::Pedestrian,
        "WHEELCHAIR" | "STROLLER" | "WHEELED_DEVICE" | "WHEELED_RIDER" => ActorClass::PersonalMobility,
        "DOG" | "ANIMAL" => ActorClass::Animal,
        "BOLLARD"
        | "CONSTRUCTION_CONE"
        | "CONSTRUCTION_BARREL"
        | "SIGN"
        | "STOP_SIGN"
        | "MOBILE_PEDESTRIAN_CROSSING_SIGN"
        | "MOBILE_PEDESTRIAN_SIGN" => ActorClass::Object,
        _ => ActorClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_shifts() {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        // A quarter to the left at (10, 5), then 2 m forward.
        let base = Solid { q: [half, 0.0, 0.0, half], t: [10.0, 5.0, 1.0] };
        let there = base.then(&Solid { q: [1.0, 0.0, 0.0, 0.0], t: [2.0, 0.0, 0.5] }).pose(7, 1.0);
        assert!((there.x_m - 10.0).abs() < 1e-12 && (there.y_m - 7.0).abs() < 1e-12, "{there:?}");
        assert!((there.yaw_rad - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert_eq!(there.z_m, Some(1.0));
    }

    #[test]
    fn poses_between_others_only_where_they_are_near() {
        let one = |x: f64| Solid { q: [1.0, 0.0, 0.0, 0.0], t: [x, 0.0, 0.0] };
        let poses = [(0, one(0.0)), (10_000_000, one(1.0)), (100_000_000, one(9.0))];
        assert!((pose_at(&poses, 5_000_000).unwrap().t[0] - 0.5).abs() < 1e-12);
        assert!(pose_at(&poses, 50_000_000).is_none() && pose_at(&poses, 200_000_000).is_none());
        assert!(pose_at(&poses, -1).is_none());
    }
}
