//! From OSI messages to a drive.

use std::collections::BTreeMap;

use lukao_model::drive::Actor;
use lukao_model::math;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{ActorIx, Channel, Drive, Error, Origin, Subject};
use prost::Message;
use prost::bytes::Bytes;

use super::bulbs::Bulbs;
use super::frame::{frame_of, track_name};
use super::host::{HostLog, HostVehicleData};
use super::message::{
    BaseMoving, Dimension, ExternalReference, GroundTruth, Id, MAX_OBJECT, MovingObject, Orientation,
    StationaryObject, Vec3, Version, decode_part,
};
use super::trace::{Kind, Top, View};
use super::vehicle;
use crate::ReadOptions;
use crate::ingest::reference::Reference;
use crate::ingest::{At, Ingest, Policy, RawPose, Sampling, StreamIx, Value};

/// Our own type of external reference, which keeps an id that is no number.
pub const OWN_REFERENCE: &str = "lukao";

/// Turns messages into a drive. One instance reads one file.
pub struct Reader<'a> {
    options: &'a ReadOptions,
    log: Ingest,
    /// The source of poses: which one, and its stream.
    truth: Option<(u32, StreamIx)>,
    /// Host vehicle data by source.
    hosts: BTreeMap<u32, (StreamIx, HostLog)>,
    /// Actors by OSI id, for moving and for stationary objects.
    moving: BTreeMap<u64, ActorIx>,
    fixed: BTreeMap<u64, ActorIx>,
    trailers: BTreeMap<u64, u64>,
    bulbs: Bulbs,
    host_id: Option<u64>,
    frame_known: bool,
}

/// A message with its place.
pub struct Arrived<'a> {
    /// Which source: the trace itself, or an MCAP channel.
    pub source: u32,
    /// Its name: the stream's name.
    pub source_name: &'a str,
    /// Time that the container says, if it does.
    pub logged_ns: Option<i64>,
    pub at: At,
}

impl<'a> Reader<'a> {
    pub fn new(name: &str, format: &str, options: &'a ReadOptions) -> Self {
        Self {
            options,
            log: Ingest::new(name, format, Policy::default()),
            truth: None,
            hosts: BTreeMap::new(),
            moving: BTreeMap::new(),
            fixed: BTreeMap::new(),
            trailers: BTreeMap::new(),
            bulbs: Bulbs::default(),
            host_id: None,
            frame_known: false,
        }
    }

    pub fn log_mut(&mut self) -> &mut Ingest {
        &mut self.log
    }

    /// Takes one message.
    ///
    /// # Errors
    /// If a part does not decode, or has no usable time, id, place or size.
    pub fn push(&mut self, top: Top, from: &Arrived<'_>) -> Result<(), Error> {
        match top {
            Top::GroundTruth(g) => self.ground_truth(&g, None, from),
            Top::SensorView(s) => self.sensor_view(*s, from),
            Top::HostVehicleData(h) => {
                self.require_version(
                    h.version,
                    Kind::HostVehicleData,
                    from,
                    self.hosts.contains_key(&from.source),
                )?;
                self.host_data(&h, from.source, from.source_name, from)
            }
        }
    }

    /// The first message of each source must say which version of the interface it follows, or nobody can know
    /// what its field numbers mean.
    fn require_version(
        &self,
        v: Option<Version>,
        kind: Kind,
        from: &Arrived<'_>,
        seen: bool,
    ) -> Result<(), Error> {
        let expected = |what: &str| format!("{} with {what}", kind.name());
        match v {
            Some(v) if v.major == Some(3) => Ok(()),
            None if seen => Ok(()),
            None => Err(self.log.error(expected("its interface version set"), "none", from.at)),
            Some(v) => Err(self.log.error(expected("interface version 3"), v.to_string(), from.at)),
        }
    }

    fn time_ns(
        &mut self,
        t: Option<super::message::Timestamp>,
        what: Kind,
        from: &Arrived<'_>,
    ) -> Result<i64, Error> {
        match (t, from.logged_ns) {
            (Some(t), _) => match t.ns() {
                Some(ns) => Ok(ns),
                None => {
                    Err(self.log.error("a timestamp within 292 years of zero", format!("{t:?}"), from.at))
                }
            },
            (None, Some(ns)) => {
                let text =
                    || "messages without a timestamp; the time at which they were logged is used".into();
                self.log.note("osi-log-time", from.source_name, Some(ns), text);
                Ok(ns)
            }
            (None, None) => {
                Err(self.log.error(format!("{} with its timestamp set", what.name()), "none", from.at))
            }
        }
    }

    fn sensor_view(&mut self, s: View, from: &Arrived<'_>) -> Result<(), Error> {
        let seen = self.truth.is_some_and(|(source, _)| source == from.source);
        let View { view, host, truth } = s;
        self.require_version(view.version, Kind::SensorView, from, seen)?;
        if let Some(mut h) = host {
            // Its own clock, so its own stream; numbers beyond all channels keep it apart.
            let name = format!("{} host vehicle data", from.source_name);
            h.timestamp = h.timestamp.or(view.timestamp);
            self.host_data(&h, from.source + (1 << 16), &name, from)?;
        }
        match truth {
            Some(mut g) => {
                g.timestamp = g.timestamp.or(view.timestamp);
                self.ground_truth(&g, Some(view.host_vehicle_id.and_then(Id::known)), from)
            }
            None => {
                let text = || "sensor views without ground truth; left out".into();
                self.log.note("osi-empty-view", from.source_name, None, text);
                Ok(())
            }
        }
    }

    fn host_data(
        &mut self,
        h: &HostVehicleData,
        source: u32,
        name: &str,
        from: &Arrived<'_>,
    ) -> Result<(), Error> {
        let t_ns = self.time_ns(h.timestamp, Kind::HostVehicleData, from)?;
        self.saw_host(h.host_vehicle_id, t_ns);
        let (_, host) = match self.hosts.entry(source) {
            std::collections::btree_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::btree_map::Entry::Vacant(e) => {
                let stream = self.log.add_stream(stream_named(name), Origin::VehicleBus, Sampling::Own);
                e.insert((stream, HostLog::default()))
            }
        };
        host.push(&mut self.log, t_ns, h, from.at);
        Ok(())
    }

    fn saw_host(&mut self, id: Option<Id>, t_ns: i64) {
        match (self.host_id, id.and_then(Id::known)) {
            (None, new) => self.host_id = new,
            (Some(old), Some(new)) if old != new => {
                let text = || format!("host vehicle {old} becomes {new}; {old} is used");
                self.log.note("osi-host-changes", "", Some(t_ns), text);
            }
            _ => {}
        }
    }

    fn ground_truth(
        &mut self,
        g: &GroundTruth,
        view: Option<Option<u64>>,
        from: &Arrived<'_>,
    ) -> Result<(), Error> {
        let stream = match self.truth {
            Some((source, stream)) if source == from.source => stream,
            Some(_) => {
                let text = || "a second ground truth; left out".into();
                self.log.note("osi-second-truth", from.source_name, None, text);
                return Ok(());
            }
            None => {
                if view.is_none() {
                    self.require_version(g.version, Kind::GroundTruth, from, false)?;
                }
                let stream = stream_named(from.source_name);
                let stream = self.log.add_stream(stream, Origin::Simulation, Sampling::Lockstep);
                self.truth = Some((from.source, stream));
                stream
            }
        };
        let t_ns = self.time_ns(g.timestamp, Kind::GroundTruth, from)?;
        self.saw_host(g.host_vehicle_id, t_ns);
        self.saw_host(view.flatten().map(Id::new), t_ns);
        if !std::mem::replace(&mut self.frame_known, true) {
            let frame = frame_of(g, &mut self.log);
            let header = self.log.header_mut();
            header.frame = frame;
            header.track = g.map_reference.as_deref().and_then(track_name);
        }
        for bytes in &g.moving_object {
            let o = self.decode::<MovingObject>(bytes, "MovingObject", from)?;
            self.moving_object(&o, stream, t_ns, from.at)?;
        }
        for bytes in &g.stationary_object {
            let o = self.decode::<StationaryObject>(bytes, "StationaryObject", from)?;
            self.stationary_object(&o, stream, t_ns, from.at)?;
        }
        if !g.traffic_light.is_empty() || !self.bulbs.is_empty() {
            self.bulbs.begin_frame(t_ns, from.at);
            for bytes in &g.traffic_light {
                let light = self.decode(bytes, "TrafficLight", from)?;
                self.bulbs.push(&light);
            }
        }
        Ok(())
    }

    fn decode<M: Message + Default>(
        &self,
        bytes: &Bytes,
        what: &str,
        from: &Arrived<'_>,
    ) -> Result<M, Error> {
        decode_part(bytes, MAX_OBJECT).map_err(|e| self.log.error(format!("a {what} of OSI 3"), e, from.at))
    }

    fn moving_actor(&mut self, id: u64, names: &[ExternalReference]) -> Result<ActorIx, Error> {
        if let Some(ix) = self.moving.get(&id) {
            return Ok(*ix);
        }
        let name = own_name(names).unwrap_or_else(|| id.to_string());
        let ix = self.add_actor(name, &format!("moving-{id}"))?;
        self.moving.insert(id, ix);
        Ok(ix)
    }

    /// Ids of one message type may repeat in another; the second gets its type in front.
    fn add_actor(&mut self, name: String, otherwise: &str) -> Result<ActorIx, Error> {
        let id = if self.log.actor(&name).is_some() { otherwise.to_owned() } else { name };
        self.log.add_actor(Actor { id, reference_point: Reference::Centre.name().into(), ..Actor::default() })
    }

    fn moving_object(&mut self, o: &MovingObject, stream: StreamIx, t_ns: i64, at: At) -> Result<(), Error> {
        let Some(id) = o.id.and_then(Id::known) else {
            return Err(self.log.error("an id of each moving object", "none", at));
        };
        let new = !self.moving.contains_key(&id);
        let actor = self.moving_actor(id, &o.source_reference)?;
        let class = vehicle::class_of(o.kind, o.vehicle_classification.and_then(|c| c.kind));
        if new || self.log.header().actors[actor.0 as usize].class == ActorClass::Unknown {
            let a = self.log.actor_mut(actor);
            a.class = class;
            a.sheet = vehicle::sheet_of(o);
            a.outline = o.base.as_ref().and_then(|b| vehicle::outline_of(&b.base_polygon));
        }
        if let Some(trailer) =
            o.vehicle_classification.filter(|c| c.has_trailer != Some(false)).and_then(|c| c.trailer_id)
            && let Some(trailer) = trailer.known().filter(|t| *t != id)
        {
            self.trailers.insert(trailer, id);
        }
        let Some(base) = &o.base else {
            return Err(self.log.error(format!("a base of moving object {id}"), "none", at));
        };
        let raw =
            self.raw_pose((base.position, base.orientation, base.dimension), t_ns, &id.to_string(), at)?;
        let mut channels = Channels::default();
        motion_channels(base, raw.yaw_rad, &mut channels);
        if let Some(angle) = o.vehicle_attributes.as_ref().and_then(|v| v.steering_wheel_angle) {
            channels.push((Channel::SteeringWheel, Value::Real(angle)));
        }
        if let Some(lights) = o.vehicle_classification.and_then(|c| c.light_state) {
            vehicle::light_channels(&lights, &mut channels);
        }
        self.log.pose(actor, stream, &raw, &channels, at)
    }

    /// Position and size. Our height is the underside's, OSI's the box centre's: without the box's height there
    /// is none.
    fn raw_pose(
        &self,
        (position, orientation, dimension): (Option<Vec3>, Option<Orientation>, Option<Dimension>),
        t_ns: i64,
        id: &str,
        at: At,
    ) -> Result<RawPose, Error> {
        let missing = |what: &str| self.log.error(format!("{what} of object {id}"), "none", at);
        let p = position.ok_or_else(|| missing("a position"))?;
        let o = orientation.ok_or_else(|| missing("an orientation"))?;
        let d = dimension.unwrap_or_default();
        let height_m = d.height.filter(|h| *h != 0.0);
        let size = match (d.length, d.width) {
            (Some(length_m), Some(width_m)) => {
                Some(BoxSize { length_m, width_m, height_m, accuracy_m: None })
            }
            _ => None,
        };
        let [x_m, y_m] = p.xy();
        Ok(RawPose {
            t_ns,
            x_m,
            y_m,
            yaw_rad: o.yaw.unwrap_or(0.0),
            z_m: p.z.zip(height_m).map(|(z, h)| z - h / 2.0),
            size,
            ..RawPose::default()
        })
    }

    fn stationary_object(
        &mut self,
        o: &StationaryObject,
        stream: StreamIx,
        t_ns: i64,
        at: At,
    ) -> Result<(), Error> {
        let Some(id) = o.id.and_then(Id::known) else {
            return Err(self.log.error("an id of each stationary object", "none", at));
        };
        let base = o.base.clone().unwrap_or_default();
        let d = base.dimension.unwrap_or_default();
        let sized = [d.length, d.width].iter().all(|v| v.is_some_and(|v| v > 0.0));
        let left_out = if vehicle::is_passable(o.classification.and_then(|c| c.kind)) {
            Some("spans the road or lies flat on it; its box says nothing of contact, left out")
        } else if !sized || base.position.is_none() || base.orientation.is_none() {
            Some("no place or size; left out")
        } else {
            None
        };
        if let Some(text) = left_out {
            self.log.note("osi-stationary", &id.to_string(), Some(t_ns), || text.into());
            return Ok(());
        }
        let pose =
            self.raw_pose((base.position, base.orientation, base.dimension), t_ns, &id.to_string(), at)?;
        let actor = match self.fixed.get(&id) {
            Some(a) => *a,
            None => {
                let name = own_name(&o.source_reference).unwrap_or_else(|| id.to_string());
                let a = self.add_actor(name, &format!("stationary-{id}"))?;
                let actor = self.log.actor_mut(a);
                actor.class = ActorClass::Object;
                actor.outline = vehicle::outline_of(&base.base_polygon);
                self.fixed.insert(id, a);
                a
            }
        };
        self.log.pose(actor, stream, &pose, &[], at)
    }

    /// Ends the log.
    ///
    /// # Errors
    /// If the ego that was asked for is not there, or the data policy refuses the log.
    pub fn finish(mut self) -> Result<Drive, Error> {
        if let Some((_, truth)) = self.truth.filter(|_| !self.bulbs.is_empty()) {
            // On a clock of their own: a log may have frames with lights and without objects.
            let name = format!("{} traffic lights", self.log.header().streams[truth.0 as usize].name);
            let stream = self.log.add_stream(stream_named(&name), Origin::Simulation, Sampling::Own);
            self.bulbs.finish(&mut self.log, stream)?;
        }
        let hosts = std::mem::take(&mut self.hosts);
        // A host that is only known from its own data is an actor without poses.
        let host = match self.host_id {
            Some(id) if !hosts.is_empty() => Some(self.moving_actor(id, &[])?),
            id => id.and_then(|id| self.moving.get(&id).copied()),
        };
        for (stream, h) in hosts.into_values() {
            match host {
                Some(host) => h.finish(&mut self.log, (Subject::Actor(host), stream))?,
                None => {
                    let name = self.log.header().streams[stream.0 as usize].name.clone();
                    let text = || "host vehicle data of a vehicle that is not named; left out".into();
                    self.log.note("osi-no-host", &name, None, text);
                }
            }
        }
        for (trailer, tractor) in std::mem::take(&mut self.trailers) {
            if let (Some(&trailer), Some(&tractor)) = (self.moving.get(&trailer), self.moving.get(&tractor)) {
                let t = self.log.actor_mut(trailer);
                (t.towed_by, t.exempt_from) = (Some(tractor), vec![tractor]);
            }
        }
        let ego = match &self.options.ego {
            Some(id) => match self.log.actor(id) {
                Some(ix) => Some(ix),
                None => {
                    let ids: Vec<&str> =
                        self.log.header().actors.iter().map(|a| a.id.as_str()).take(20).collect();
                    let found = format!("ids {}", ids.join(", "));
                    return Err(self.log.error(format!("an object with id \"{id}\""), found, At::Whole));
                }
            },
            None => host,
        };
        self.log.header_mut().ego = ego;
        self.log.finish()
    }
}

/// Channel values under construction.
pub type Channels = Vec<(Channel, Value<'static>)>;

fn motion_channels(base: &BaseMoving, yaw_rad: f64, out: &mut Channels) {
    let (sin, cos) = math::sin_cos(yaw_rad);
    let mut real = |channel, v: f64| out.push((channel, Value::Real(v)));
    if let Some((x, y)) = base.velocity.and_then(known_xy) {
        real(Channel::VelocityX, x);
        real(Channel::VelocityY, y);
        real(Channel::Speed, x * cos + y * sin);
    }
    if let Some((x, y)) = base.acceleration.and_then(known_xy) {
        real(Channel::AccelLon, x * cos + y * sin);
        real(Channel::AccelLat, y * cos - x * sin);
    }
    if let Some(rate) = base.orientation_rate.and_then(|r| r.yaw) {
        real(Channel::YawRate, rate);
    }
    for (channel, v) in [
        (Channel::Roll, base.orientation.and_then(|o| o.roll)),
        (Channel::Pitch, base.orientation.and_then(|o| o.pitch)),
    ] {
        if let Some(v) = v {
            real(channel, v);
        }
    }
}

/// A vector of the plane; a part that is left out of a vector that is there stands for 0.
fn known_xy(v: Vec3) -> Option<(f64, f64)> {
    let [x, y] = v.xy();
    (v.x.is_some() || v.y.is_some()).then_some((x, y))
}

/// All messages of a file share one zero of time, by the standard.
fn stream_named(name: &str) -> Stream {
    Stream {
        name: name.to_owned(),
        base: TimeBase::Simulation,
        sync: Sync::Same,
        offset_ns: 0,
        accuracy_ns: Some(0),
    }
}

/// The id that [`write`](super::write) kept in an external reference.
pub fn own_name(references: &[ExternalReference]) -> Option<String> {
    let own = references.iter().find(|r| r.kind.as_deref() == Some(OWN_REFERENCE))?;
    own.identifier.first().filter(|id| !id.is_empty()).cloned()
}
