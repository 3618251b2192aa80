//! Rows to samples.

use lukao_model::channel::Kind;
use lukao_model::drive::Actor;
use lukao_model::math;
use lukao_model::stream::Stream;
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{ActorIx, Channel, Drive, Error, Subject};

use super::bind::{Binder, Bound, BoundTime, Side};
use super::mapping::{Mapping, Point, Signals, WORLD};
use super::rows::{Row, Table};
use super::units;
use crate::ReadOptions;
use crate::ingest::reference::Reference;
use crate::ingest::{At, Ingest, Policy, RawPose, Sampling, StreamIx, Value};

/// Largest number of groups of columns.
const MAX_GROUPS: usize = 100_000;

/// The columns of one actor (long layout: of any).
struct Group {
    fixed_id: Option<String>,
    id: Option<Bound>,
    class: Option<Bound>,
    x: Bound,
    y: Bound,
    z: Option<Bound>,
    yaw: Bound,
    forward: Option<Bound>,
    left: Option<Bound>,
    up: Option<Bound>,
    length: Option<Bound>,
    width: Option<Bound>,
    height: Option<Bound>,
    position_accuracy: Option<Bound>,
    yaw_accuracy: Option<Bound>,
    channels: Vec<(Channel, Bound)>,
    world_acceleration: Option<(Bound, Bound)>,
    /// The actor of the row before, so that a fixed column costs no look-up.
    last: Option<(String, ActorIx)>,
}

impl Group {
    fn bind(m: &Mapping, b: &mut Binder<'_>, prefix: &str, fixed_id: Option<String>) -> Self {
        let mut channels = Vec::new();
        for (name, field) in &m.channel {
            if let Some(channel) = Channel::from_name(name) {
                channels.push((channel, b.field(field, prefix, channel.unit(), &format!("channel.{name}"))));
            }
        }
        let mut world = WORLD.map(|name| {
            let field = m.channel.get(name)?;
            Some(b.field(field, prefix, "m/s2", &format!("channel.{name}")))
        });
        let world_acceleration = world[0].take().zip(world[1].take());
        let p = &m.pose;
        Self {
            fixed_id,
            id: b.optional(m.actor.id.as_ref(), prefix, "", "actor.id"),
            class: b.optional(m.actor.class.as_ref(), prefix, "", "actor.class"),
            x: b.field(&p.x, prefix, "m", "pose.x"),
            y: b.field(&p.y, prefix, "m", "pose.y"),
            z: b.optional(p.z.as_ref(), prefix, "m", "pose.z"),
            yaw: b.field(&p.yaw, prefix, "rad", "pose.yaw"),
            forward: b.optional(p.forward.as_ref(), prefix, "m", "pose.forward"),
            left: b.optional(p.left.as_ref(), prefix, "m", "pose.left"),
            up: b.optional(p.up.as_ref(), prefix, "m", "pose.up"),
            length: b.optional(m.size.length.as_ref(), prefix, "m", "size.length"),
            width: b.optional(m.size.width.as_ref(), prefix, "m", "size.width"),
            height: b.optional(m.size.height.as_ref(), prefix, "m", "size.height"),
            position_accuracy: b.optional(m.accuracy.position.as_ref(), prefix, "m", "accuracy.position"),
            yaw_accuracy: b.optional(m.accuracy.yaw.as_ref(), prefix, "rad", "accuracy.yaw"),
            channels,
            world_acceleration,
            last: None,
        }
    }
}

/// Binds a mapping's groups to the columns of a table.
fn groups(m: &Mapping, b: &mut Binder<'_>, source: &str) -> Result<Vec<Group>, Error> {
    let Some(prefix) = &m.group else {
        return Ok(vec![Group::bind(m, b, "", m.actor.fixed_id.clone())]);
    };
    let mut groups = Vec::new();
    let mut names = m.group_names.iter();
    for n in 1..=MAX_GROUPS {
        let name = match names.next() {
            Some(name) => name.clone(),
            None if m.group_names.is_empty() => n.to_string(),
            None => break,
        };
        let prefix = prefix.get_ref().replace("{n}", &name);
        let there = b.has(&format!("{prefix}{}", m.pose.x.column.get_ref()));
        // Named groups must be there; numbered ones end where the next is not, but the first must.
        if !there && m.group_names.is_empty() && n > 1 {
            break;
        }
        let fixed = if m.group_names.is_empty() { m.actor.fixed_id.clone() } else { Some(name) };
        groups.push(Group::bind(m, b, &prefix, fixed));
        if !there {
            break;
        }
    }
    if groups.is_empty() {
        return Err(Error::new(source, "at least one group of columns", "none"));
    }
    Ok(groups)
}

/// What a conversion works on.
pub(super) struct Job<'a> {
    pub mapping: &'a Mapping,
    pub name: &'a str,
    pub sides: &'a [Side],
    pub options: &'a ReadOptions,
}

impl Job<'_> {
    /// Reads the table and its signals into a drive.
    ///
    /// # Errors
    /// If a column is missing or a cell is not what the mapping says.
    pub fn run(
        &self,
        table: &mut dyn Table,
        signals: &mut [(&Signals, String, Box<dyn Table + '_>)],
    ) -> Result<Drive, Error> {
        let m = self.mapping;
        let columns = table.columns().to_vec();
        let mut b = self.binder(&columns);
        let mut time = b.time(&m.time, "time.column");
        let mut groups = groups(m, &mut b, self.name)?;
        self.all_found(b, &columns, self.name)?;
        time.settle(self.sides).map_err(|e| e.in_source(self.name))?;

        let mut log = Ingest::new(self.name, &m.name, Policy::default());
        log.header_mut().producer.clone_from(&m.producer);
        log.header_mut().frame = m.frame.frame();
        let form = &m.stream;
        let stream = Stream {
            name: self.name.to_owned(),
            base: form.base,
            sync: form.sync,
            offset_ns: 0,
            accuracy_ns: form.accuracy_ns,
        };
        let sampling = if form.lockstep { Sampling::Lockstep } else { Sampling::Own };
        let stream = log.add_stream(stream, form.origin, sampling);
        log.set_pose_accuracy(stream, m.accuracy.position_m, m.accuracy.yaw_rad);
        for (name, field) in &m.channel {
            if let (Some(channel), Some(u)) = (Channel::from_name(name), field.accuracy) {
                log.set_channel_accuracy(stream, channel, u);
            }
        }
        if table.may_be_cut() {
            let text = || "the last line has no end: its last number may be cut off".to_owned();
            log.note("unfinished-line", "", None, text);
        }
        let mut scratch = String::new();
        table.each(&mut |row| {
            let t_ns = time.of(row).map_err(|e| e.in_source(self.name))?;
            for group in &mut groups {
                self.sample(group, row, t_ns, stream, &mut log, &mut scratch)
                    .map_err(|e| if e.source_name.is_empty() { e.in_source(self.name) } else { e })?;
            }
            Ok(())
        })?;
        for (form, name, table) in signals {
            self.signals(form, name, table.as_mut(), &mut log)?;
        }
        self.name_ego(&mut log)?;
        log.finish()
    }

    fn binder(&self, columns: &[String]) -> Binder<'_> {
        Binder::new(columns, self.sides, self.mapping.text.decimal)
    }

    fn all_found(&self, b: Binder<'_>, columns: &[String], table: &str) -> Result<(), Error> {
        if !b.missing.is_empty() {
            let want = format!("columns {} of mapping \"{}\"", b.missing.join(", "), self.mapping.name);
            return Err(Error::new(table, want, super::list(columns)));
        }
        match b.twice {
            Some(name) => Err(Error::new(table, format!("one column \"{name}\""), "several")),
            None => Ok(()),
        }
    }

    fn name_ego(&self, log: &mut Ingest) -> Result<(), Error> {
        let (wanted, must) = match (&self.options.ego, &self.mapping.actor.ego) {
            (Some(id), _) => (id, true),
            (None, Some(id)) => (id, false),
            (None, None) => return Ok(()),
        };
        let ego = log.actor(wanted);
        if ego.is_none() && must {
            let ids: Vec<String> = log.header().actors.iter().map(|a| a.id.clone()).collect();
            return Err(log.error(format!("an actor \"{wanted}\""), super::list(&ids), At::Whole));
        }
        log.header_mut().ego = ego;
        Ok(())
    }

    /// The actor of a row, added when it is new; `None` if the group is empty in this row.
    fn actor(
        &self,
        group: &mut Group,
        row: &dyn Row,
        log: &mut Ingest,
        scratch: &mut String,
    ) -> Result<Option<ActorIx>, Error> {
        let m = self.mapping;
        let id = match (&group.id, &group.fixed_id) {
            (Some(bound), _) => bound.text(row, self.sides, "", scratch)?,
            (None, fixed) => fixed.as_deref(),
        };
        let Some(id) = id else { return Ok(None) };
        if let Some((last, ix)) = &group.last
            && last == id
        {
            return Ok(Some(*ix));
        }
        let ix = match log.actor(id) {
            Some(ix) => ix,
            None => {
                let declared = m.actor.declare.iter().find(|d| d.id == id);
                let mut class = declared.and_then(|d| d.class);
                if class.is_none()
                    && let Some(bound) = &group.class
                {
                    let mut digits = String::new();
                    let text = bound.text(row, self.sides, id, &mut digits)?;
                    class = text.and_then(|t| bound.name_of(t)).and_then(units::class_named);
                    if let (None, Some(text)) = (class, text) {
                        let text = text.to_owned();
                        log.note("unknown-class", id, None, || {
                            format!("\"{text}\" is no class that is known")
                        });
                    }
                }
                let ix = log.add_actor(Actor {
                    id: id.to_owned(),
                    class: class.unwrap_or_default(),
                    reference_point: self.reference_name().to_owned(),
                    ..Actor::default()
                })?;
                if let Some(size) = declared.and_then(|d| d.size) {
                    log.set_size(ix, size, At::Row(row.number()))?;
                    log.note("declared-size", id, None, || {
                        format!("{} × {} m from the mapping, not from the log", size.length_m, size.width_m)
                    });
                }
                ix
            }
        };
        group.last = Some((id.to_owned(), ix));
        Ok(Some(ix))
    }

    fn reference_name(&self) -> &'static str {
        match self.mapping.pose.reference {
            Point::Centre => "centre",
            Point::FrontBumper => "front-bumper",
            Point::RearBumper => "rear-bumper",
            Point::UpperLeft => "upper-left",
            Point::Offset => "offset",
        }
    }

    fn sample(
        &self,
        group: &mut Group,
        row: &dyn Row,
        t_ns: i64,
        stream: StreamIx,
        log: &mut Ingest,
        scratch: &mut String,
    ) -> Result<(), Error> {
        let at = At::Row(row.number());
        let Some(actor) = self.actor(group, row, log, scratch)? else {
            if self.mapping.group.is_some() {
                return Ok(());
            }
            return Err(log.error("an actor's id", "nothing", at));
        };
        let class = log.header().actors[actor.0 as usize].class;
        // Lent out while the row is read, so that no id is copied for each sample.
        let Some((id, _)) = group.last.take() else { return Ok(()) };
        let real = |b: &Bound| b.real(row, self.sides, &id);
        let maybe = |b: &Option<Bound>| b.as_ref().map_or(Ok(None), real);
        let p = &self.mapping.pose;
        let flip = if p.y_down { -1.0 } else { 1.0 };
        let size = self.size(group, row, &id, class, t_ns, log)?;
        // An empty cell is not zero; the policy leaves the sample out with a note.
        let (x, y) = (real(&group.x)?.unwrap_or(f64::NAN), flip * real(&group.y)?.unwrap_or(f64::NAN));
        let yaw_rad = p.angle.to_yaw_rad(real(&group.yaw)?.unwrap_or(f64::NAN));
        let (length_m, width_m) = size.map_or((0.0, 0.0), |s| (s.length_m, s.width_m));
        let reference = match p.reference {
            Point::Centre => Reference::Centre,
            Point::FrontBumper => Reference::FrontBumper,
            Point::RearBumper => Reference::RearBumper,
            Point::UpperLeft => Reference::MinXMaxYCorner,
            Point::Offset => Reference::Offset {
                forward_m: maybe(&group.forward)?.or(p.forward_m).unwrap_or(f64::NAN),
                left_m: maybe(&group.left)?.unwrap_or(0.0),
            },
        };
        if size.is_none() && matches!(p.reference, Point::FrontBumper | Point::RearBumper | Point::UpperLeft)
        {
            let found = format!("none for \"{id}\"");
            return Err(log.error("a length and a width of each actor", found, at));
        }
        let (x_m, y_m) = reference.to_centre(x, y, yaw_rad, length_m, width_m);
        let z = maybe(&group.z)?;
        let z_m = match (z, maybe(&group.up)?, size.and_then(|s| s.height_m)) {
            (Some(z), Some(up), Some(height)) => Some(z + up - height / 2.0),
            (Some(z), None, _) if group.up.is_none() => Some(z),
            _ => None,
        };
        let raw = RawPose {
            t_ns,
            x_m,
            y_m,
            yaw_rad,
            z_m,
            size,
            position_accuracy_m: maybe(&group.position_accuracy)?,
            yaw_accuracy_rad: maybe(&group.yaw_accuracy)?,
        };

        let mut channels = [(Channel::Speed, Value::Missing); 96];
        let mut n = 0;
        let mut add = |channel: Channel, value: Value<'static>| {
            if let Some(slot) = channels.get_mut(n) {
                *slot = (channel, value);
                n += 1;
            }
        };
        let mut velocity = [None, None];
        let mut yaw_rate = None;
        for (channel, bound) in &group.channels {
            let value = match channel.kind() {
                Kind::Code => bound.code(*channel, row, self.sides, &id, scratch)?,
                Kind::Text => continue,
                Kind::Real => real(bound)?.map_or(Value::Missing, Value::Real),
            };
            match (*channel, value) {
                (Channel::VelocityX, Value::Real(v)) => velocity[0] = Some(v),
                (Channel::VelocityY, Value::Real(v)) => velocity[1] = Some(flip * v),
                (Channel::YawRate, Value::Real(v)) => {
                    yaw_rate = Some(v);
                    add(*channel, value);
                }
                _ => add(*channel, value),
            }
        }
        if let [Some(vx), Some(vy)] = velocity {
            // The log's velocity is that of its reference point; the channel means the centre.
            let (dx, dy) = (x_m - x, y_m - y);
            let centred = matches!(p.reference, Point::Centre | Point::UpperLeft) || (dx == 0.0 && dy == 0.0);
            if centred {
                add(Channel::VelocityX, Value::Real(vx));
                add(Channel::VelocityY, Value::Real(vy));
            } else if let Some(w) = yaw_rate {
                add(Channel::VelocityX, Value::Real(vx - w * dy));
                add(Channel::VelocityY, Value::Real(vy + w * dx));
            }
        }
        if let Some((ax, ay)) = &group.world_acceleration
            && let (Some(ax), Some(ay)) = (real(ax)?, real(ay)?)
        {
            let (sin, cos) = math::sin_cos(yaw_rad);
            add(Channel::AccelLon, Value::Real(ax * cos + flip * ay * sin));
            add(Channel::AccelLat, Value::Real(flip * ay * cos - ax * sin));
        }
        log.pose(actor, stream, &raw, &channels[..n], at)?;
        for (channel, bound) in group.channels.iter().filter(|(c, _)| c.kind() == Kind::Text) {
            if let Some(text) = bound.text(row, self.sides, &id, scratch)? {
                log.value(Subject::Actor(actor), stream, t_ns, *channel, Value::Text(text), at)?;
            }
        }
        group.last = Some((id, actor));
        Ok(())
    }

    /// The size that the row gives, or the mapping for its class where the log says 0.
    fn size(
        &self,
        group: &Group,
        row: &dyn Row,
        id: &str,
        class: ActorClass,
        t_ns: i64,
        log: &mut Ingest,
    ) -> Result<Option<BoxSize>, Error> {
        let form = &self.mapping.size;
        let maybe = |b: &Option<Bound>| b.as_ref().map_or(Ok(None), |b| b.real(row, self.sides, id));
        let (length, width, height) = (maybe(&group.length)?, maybe(&group.width)?, maybe(&group.height)?);
        let unmeasured = |v: Option<f64>| v.is_none_or(|v| v == 0.0);
        if unmeasured(length) || unmeasured(width) {
            if let Some(size) = form.of_class.get(class.name()) {
                log.note("declared-size", id, Some(t_ns), || {
                    let (l, w) = (size.length_m, size.width_m);
                    format!("{l} × {w} m for a {} from the mapping, not from the log", class.name())
                });
                return Ok(Some(*size));
            }
            if length.is_none() && width.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(BoxSize {
            length_m: length.unwrap_or(f64::NAN),
            width_m: width.unwrap_or(f64::NAN),
            height_m: height,
            accuracy_m: form.accuracy_m,
        }))
    }

    fn signals(
        &self,
        form: &Signals,
        name: &str,
        table: &mut dyn Table,
        log: &mut Ingest,
    ) -> Result<(), Error> {
        let columns = table.columns().to_vec();
        let mut b = self.binder(&columns);
        let mut time: BoundTime = b.time(&form.time, "signals.time");
        let signal = b.field(&form.signal, "", "", "signals.signal");
        let state = b.field(&form.state, "", "", "signals.state");
        self.all_found(b, &columns, name)?;
        let named = |e: Error| if e.source_name.is_empty() { e.in_source(name) } else { e };
        time.settle(self.sides).map_err(named)?;
        let base = self.mapping.stream.base;
        let stream =
            Stream { name: name.to_owned(), base, sync: self.mapping.stream.sync, ..Stream::default() };
        let stream = Stream { accuracy_ns: self.mapping.stream.accuracy_ns, ..stream };
        let sampling = if form.on_change { Sampling::OnChange } else { Sampling::Lockstep };
        let stream = log.add_stream(stream, form.origin, sampling);
        let (mut a, mut digits) = (String::new(), String::new());
        table.each(&mut |row| {
            let t_ns = time.of(row).map_err(named)?;
            let Some(id) = signal.text(row, self.sides, "", &mut a).map_err(named)? else { return Ok(()) };
            let head = log.add_signal(id);
            let value = state.code(Channel::SignalState, row, self.sides, "", &mut digits).map_err(named)?;
            log.value(Subject::Signal(head), stream, t_ns, Channel::SignalState, value, At::Row(row.number()))
                .map_err(|e| e.in_source(name))
        })
    }
}
