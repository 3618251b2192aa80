//! From samples to clocks, runs and series.

use std::collections::BTreeMap;
use std::sync::Arc;

use lukao_model::channel::{Accuracy, ChannelData, Channels, Kind, Values};
use lukao_model::drive::PoseAccuracy;
use lukao_model::math::hypot;
use lukao_model::time::to_s;
use lukao_model::{ActorIx, Channel, Clock, ClockIx, Column, Drive, Error, Interval, Run, Series, Subject};

use super::motion::{self, Track};
use super::samples::{Cells, ValueSamples};
use super::{At, Ingest, Sampling, StreamInfo, subject_name};

/// Makes the drive.
///
/// # Errors
/// If time goes back, or nothing was logged.
pub(super) fn assemble(mut log: Ingest) -> Result<Drive, Error> {
    let tracks = judge_poses(&mut log)?;
    let values = judge_values(&mut log)?;
    let ends = |t: &[i64]| Some(Interval::new(*t.first()?, *t.last()?));
    let spans = tracks.iter().flatten().map(|(_, t)| ends(&t.samples.times.t_ns));
    let span = spans
        .chain(values.iter().map(|v| ends(&v.t_ns)))
        .flatten()
        .reduce(|a, b| Interval { from_ns: a.from_ns.min(b.from_ns), to_ns: a.to_ns.max(b.to_ns) });
    let Some(span) = span else {
        let notes = std::mem::take(&mut log.notes).into_vec();
        let lost = ["non-finite", "out-of-range", "conflicting-samples"];
        let why = notes.iter().find(|n| lost.contains(&n.code.as_str()));
        let found = why.map_or("an empty log".into(), |n| {
            format!("only samples that cannot be used ({}: {})", n.code, n.text)
        });
        return Err(log.error("at least one pose or value", found, At::Whole));
    };
    note_vanished(&mut log, &tracks, span.to_ns);

    let mut clocks = Clocks::new(&log.streams, &tracks, &values);
    let max_gap_ns = tracks.iter().flatten().map(|(_, t)| t.gap_limit_ns).max();
    let mut runs = Vec::new();
    for (actor, track) in tracks.into_iter().enumerate() {
        if let Some((stream, track)) = track {
            make_runs(ActorIx(actor as u32), stream, track, &log.streams, &mut clocks, &mut runs);
        }
    }
    let series = make_series(values, span.to_ns, &mut log, &mut clocks);

    let Ingest { mut header, notes, .. } = log;
    header.max_gap_ns = max_gap_ns.unwrap_or(log.policy.max_gap_ns);
    header.notes.extend(notes.into_vec());
    let clocks = clocks.all;
    let begins = clocks.iter().filter_map(|c| ends(c.t_ns.values()));
    header.span =
        begins.reduce(|a, b| Interval { from_ns: a.from_ns.min(b.from_ns), to_ns: a.to_ns.max(b.to_ns) });
    Drive::new(Arc::new(header), clocks, runs, series)
}

/// Each actor's one source of poses, judged; `None` for an actor without poses.
fn judge_poses(log: &mut Ingest) -> Result<Vec<Option<(u32, Track)>>, Error> {
    let mut tracks = Vec::with_capacity(log.actors.len());
    for (info, actor) in log.actors.iter_mut().zip(&log.header.actors) {
        let mut poses = std::mem::take(&mut info.poses).into_iter();
        let Some((stream, samples)) = poses.next() else {
            tracks.push(None);
            continue;
        };
        for (other, rest) in poses {
            let count = rest.times.t_ns.len() as u64;
            log.notes.add_many("second-source", &actor.id, count, || {
                let name = |s: u32| log.header.streams[s as usize].name.clone();
                format!("poses also in stream \"{}\"; those of \"{}\" are used", name(other), name(stream))
            });
        }
        let track = motion::track(samples, actor, &log.policy, &log.header.name, &mut log.notes)?;
        tracks.push(Some((stream, track)));
    }
    Ok(tracks)
}

/// One channel's values, judged.
struct JudgedValues {
    subject: Subject,
    stream: u32,
    channel: Channel,
    t_ns: Vec<i64>,
    cells: Cells,
}

fn judge_values(log: &mut Ingest) -> Result<Vec<JudgedValues>, Error> {
    let mut out = Vec::with_capacity(log.values.len());
    for ((subject, stream, channel), samples) in std::mem::take(&mut log.values) {
        let ValueSamples { mut times, mut cells } = samples;
        let name = subject_name(&log.header, subject);
        let same = |i: usize, j: usize| cells.same(i, j);
        let order = motion::time_order(&times, &log.policy, name, &log.header.name, &mut log.notes, same)?;
        if let Some(order) = order {
            times.t_ns = order.iter().map(|&i| times.t_ns[i]).collect();
            cells.take(&order);
        }
        let mut drop = Vec::new();
        for group in motion::repeats(&times.t_ns) {
            let (first, t_ns) = (group.start, times.t_ns[group.start]);
            if group.clone().all(|i| cells.same(first, i)) {
                let text = || format!("{} again at the same time; left out", channel.name());
                log.notes.add("repeated-time", name, Some(t_ns), text);
            } else {
                let text = || format!("different values of {} at one time; left out", channel.name());
                log.notes.add("conflicting-samples", name, Some(t_ns), text);
                cells.clear(first);
            }
            drop.extend(first + 1..group.end);
        }
        if !drop.is_empty() {
            let mut gone = drop.iter().peekable();
            let keep: Vec<usize> = (0..times.t_ns.len()).filter(|i| gone.next_if_eq(&i).is_none()).collect();
            times.t_ns = keep.iter().map(|&i| times.t_ns[i]).collect();
            cells.take(&keep);
        }
        out.push(JudgedValues { subject, stream, channel, t_ns: times.t_ns, cells });
    }
    Ok(out)
}

/// Notes actors whose data end before the log's, near the ego, and an ego whose data do.
fn note_vanished(log: &mut Ingest, tracks: &[Option<(u32, Track)>], end_ns: i64) {
    let Some(ego) = log.header.ego else { return };
    let Some(Some((_, ego_track))) = tracks.get(ego.0 as usize) else { return };
    let e = &ego_track.samples;
    for (i, track) in tracks.iter().enumerate() {
        let Some((_, track)) = track else { continue };
        let s = &track.samples;
        let Some(last) = track.runs.last().map(|r| r.end - 1) else { continue };
        let t_ns = s.times.t_ns[last];
        if end_ns - t_ns <= track.gap_limit_ns {
            continue;
        }
        let id = &log.header.actors[i].id;
        if i == ego.0 as usize {
            let text = || format!("no pose in the last {:.3} s of the log", to_s(end_ns - t_ns));
            log.notes.add("vanished", id, Some(t_ns), text);
            continue;
        }
        let k = e.times.t_ns.partition_point(|x| *x <= t_ns);
        let Some(k) = k.checked_sub(1) else { continue };
        if t_ns - e.times.t_ns[k] > ego_track.gap_limit_ns {
            continue;
        }
        let away_m = hypot(s.x_m[last] - e.x_m[k], s.y_m[last] - e.y_m[k]);
        if away_m < log.policy.vanish_near_m {
            let text = || format!("last seen {away_m:.1} m from the ego; what it did then is not known");
            log.notes.add("vanished", id, Some(t_ns), text);
        }
    }
}

/// Clocks under construction. A lockstep stream has one; whatever does not fit it gets its own.
struct Clocks {
    all: Vec<Clock>,
    /// Shared clock of each lockstep stream that has any time.
    shared: BTreeMap<u32, ClockIx>,
    /// Own clocks of series by stream, length, first and last time, to be shared where they are equal.
    own: BTreeMap<(u32, usize, i64, i64), Vec<ClockIx>>,
}

impl Clocks {
    fn new(streams: &[StreamInfo], tracks: &[Option<(u32, Track)>], values: &[JudgedValues]) -> Self {
        let mut clocks = Self { all: Vec::new(), shared: BTreeMap::new(), own: BTreeMap::new() };
        for (i, info) in streams.iter().enumerate() {
            if info.sampling != Sampling::Lockstep {
                continue;
            }
            let i = i as u32;
            let poses = tracks.iter().flatten().filter(|(s, _)| *s == i).map(|(_, t)| &t.samples.times.t_ns);
            let of_values = values.iter().filter(|v| v.stream == i).map(|v| &v.t_ns);
            let mut t_ns: Vec<i64> = Vec::new();
            for times in poses.chain(of_values) {
                merge(&mut t_ns, times);
            }
            if !t_ns.is_empty() {
                let ix = clocks.add(i, t_ns);
                clocks.shared.insert(i, ix);
            }
        }
        clocks
    }

    fn add(&mut self, stream: u32, t_ns: Vec<i64>) -> ClockIx {
        self.all.push(Clock { stream, first_tick: 0, t_ns: Column::new(t_ns) });
        ClockIx(self.all.len() as u32 - 1)
    }

    fn times(&self, clock: ClockIx) -> &[i64] {
        self.all[clock.0 as usize].t_ns.values()
    }

    /// Where these times stand on the stream's shared clock without skipping a tick.
    fn on_shared(&self, stream: u32, t_ns: &[i64]) -> Option<(ClockIx, usize)> {
        let clock = *self.shared.get(&stream)?;
        let ticks = self.times(clock);
        let first = ticks.binary_search(t_ns.first()?).ok()?;
        (ticks.get(first..first + t_ns.len())? == t_ns).then_some((clock, first))
    }

    /// A clock with just these times.
    fn own(&mut self, stream: u32, t_ns: &[i64]) -> ClockIx {
        let (first, last) = (t_ns.first().copied().unwrap_or(0), t_ns.last().copied().unwrap_or(0));
        let key = (stream, t_ns.len(), first, last);
        let known = self.own.get(&key).and_then(|c| c.iter().find(|c| self.times(**c) == t_ns).copied());
        known.unwrap_or_else(|| {
            let ix = self.add(stream, t_ns.to_vec());
            self.own.entry(key).or_default().push(ix);
            ix
        })
    }
}

/// Adds rising times to rising times.
fn merge(all: &mut Vec<i64>, add: &[i64]) {
    let (Some(first), Some(last)) = (add.first(), add.last()) else { return };
    // Mostly an actor's times are a stretch of what is there, or follow it.
    let lo = all.partition_point(|t| t < first);
    let hi = all.partition_point(|t| t <= last);
    if all.get(lo..lo + add.len()).is_some_and(|part| part == add) {
        return;
    }
    let mut both = Vec::with_capacity(hi - lo + add.len());
    let (mut a, mut b) = (all[lo..hi].iter().peekable(), add.iter().peekable());
    while let Some(t) = match (a.peek(), b.peek()) {
        (Some(x), Some(y)) => Some(**x.min(y)),
        (x, y) => x.or(y).map(|t| **t),
    } {
        a.next_if(|x| **x == t);
        b.next_if(|x| **x == t);
        both.push(t);
    }
    all.splice(lo..hi, both);
}

fn constant(figure: Option<f64>) -> Accuracy {
    figure.map_or(Accuracy::Unknown, Accuracy::Constant)
}

/// A column of accuracies, the stream's own figure where a sample brings none.
fn accuracy(cells: Option<Cells>, otherwise: Option<f64>) -> Accuracy {
    let Some(cells) = cells else { return constant(otherwise) };
    let column = motion::column_of(cells);
    Accuracy::Column(Column::from_options(column.iter().map(|u| u.or(otherwise))))
}

fn part(accuracy: &Accuracy, first: usize, len: usize) -> Accuracy {
    match accuracy {
        Accuracy::Column(c) => Accuracy::Column(c.slice(first, len)),
        other => other.clone(),
    }
}

fn part_of(values: &Values, first: usize, len: usize) -> Values {
    match values {
        Values::Real(c) => Values::Real(c.slice(first, len)),
        Values::Code(c) => Values::Code(c.slice(first, len)),
        Values::Text(c) => Values::Text(c.slice(first, len)),
    }
}

fn is_missing(values: &Values) -> bool {
    match values {
        Values::Real(c) => c.missing() == c.len(),
        Values::Code(c) => c.missing() == c.len(),
        Values::Text(c) => c.iter().all(|t| t.is_none()),
    }
}

impl StreamInfo {
    fn data(&self, channel: Channel, values: Values) -> ChannelData {
        let origin = self.channel_origin.get(&channel).copied().unwrap_or(self.origin);
        ChannelData { values, origin, accuracy: constant(self.channel_accuracy.get(&channel).copied()) }
    }
}

fn make_runs(
    actor: ActorIx,
    stream: u32,
    track: Track,
    streams: &[StreamInfo],
    clocks: &mut Clocks,
    out: &mut Vec<Run>,
) {
    let Track { samples: s, runs, .. } = track;
    let info = &streams[stream as usize];
    let t_ns = s.times.t_ns;
    let sizes: Vec<_> =
        runs.iter().map(|r| s.sizes[s.size_of.get(r.start).map_or(0, |k| *k as usize)]).collect();
    let (x_m, y_m, yaw_rad) = (Column::new(s.x_m), Column::new(s.y_m), Column::new(s.yaw_rad));
    let z_m = s.z_m.map(motion::column_of);
    let position_m = accuracy(s.position_accuracy_m, info.position_accuracy_m);
    let yaw_accuracy = accuracy(s.yaw_accuracy_rad, info.yaw_accuracy_rad);
    let channels: Vec<(Channel, Values)> =
        s.channels.into_iter().map(|(c, cells)| (c, cells.into_values())).collect();
    let mut own = None;
    for (ordinal, (r, size)) in runs.into_iter().zip(sizes).enumerate() {
        let (first, len) = (r.start, r.len());
        let (clock, tick) = clocks
            .on_shared(stream, &t_ns[r])
            .unwrap_or_else(|| (*own.get_or_insert_with(|| clocks.add(stream, t_ns.clone())), first));
        let mut of_run = Channels::default();
        for (channel, values) in &channels {
            let values = part_of(values, first, len);
            if !is_missing(&values) {
                of_run.set(*channel, info.data(*channel, values));
            }
        }
        out.push(Run {
            actor,
            ordinal: ordinal as u32,
            clock,
            first: tick,
            x_m: x_m.slice(first, len),
            y_m: y_m.slice(first, len),
            yaw_rad: yaw_rad.slice(first, len),
            z_m: z_m.as_ref().map(|z| z.slice(first, len)).filter(|z| z.missing() < len),
            size,
            accuracy: PoseAccuracy {
                position_m: part(&position_m, first, len),
                yaw_rad: part(&yaw_accuracy, first, len),
            },
            origin: info.origin,
            channels: of_run,
            index: None,
            begun_before: false,
            goes_on: false,
        });
    }
}

/// Series: channels of a subject with the same times ride together.
fn make_series(values: Vec<JudgedValues>, end_ns: i64, log: &mut Ingest, clocks: &mut Clocks) -> Vec<Series> {
    let mut out: Vec<Series> = Vec::new();
    for mut v in values {
        let info = &log.streams[v.stream as usize];
        // A text is an event at its time, not a state that lasts.
        if info.sampling != Sampling::OnChange && v.channel.kind() != Kind::Text {
            expire(&mut v, end_ns, log);
        }
        let info = &log.streams[v.stream as usize];
        let (clock, first) = match clocks.on_shared(v.stream, &v.t_ns) {
            Some(place) => place,
            None => (clocks.own(v.stream, &v.t_ns), 0),
        };
        let len = v.t_ns.len();
        let data = info.data(v.channel, v.cells.into_values());
        let fits = |s: &&mut Series| {
            (s.subject, s.clock, s.first, s.len) == (v.subject, clock, first, len)
                && s.channels.get(v.channel).is_none()
        };
        if let Some(series) = out.iter_mut().rev().take_while(|s| s.subject == v.subject).find(fits) {
            series.channels.set(v.channel, data);
            continue;
        }
        let ordinal = out.iter().rev().take_while(|s| s.subject == v.subject).count() as u32;
        let mut channels = Channels::default();
        channels.set(v.channel, data);
        out.push(Series {
            subject: v.subject,
            ordinal,
            clock,
            first,
            len,
            channels,
            begun_before: false,
            goes_on: false,
        });
    }
    out
}

/// Ends the trust in sampled values after the gap limit: from there on they are missing.
fn expire(v: &mut JudgedValues, end_ns: i64, log: &mut Ingest) {
    let limit_ns = log.policy.gap_limit_ns(motion::median_period_ns(&v.t_ns));
    let ends: Vec<i64> = v
        .t_ns
        .windows(2)
        .map(|w| (w[0], w[1]))
        .chain(v.t_ns.last().map(|t| (*t, end_ns)))
        .filter(|(a, b)| b - a > limit_ns)
        .map(|(a, _)| a)
        .collect();
    if ends.is_empty() {
        return;
    }
    let name = subject_name(&log.header, v.subject);
    let (mut t_ns, mut places) = (Vec::new(), Vec::new());
    let past_the_end = v.t_ns.len();
    let mut due = ends.iter().peekable();
    for (i, &t) in v.t_ns.iter().enumerate() {
        t_ns.push(t);
        places.push(i);
        if due.next_if_eq(&&t).is_some() {
            // Missing already: nothing to end.
            if v.cells.is_valid(i) {
                let text =
                    || format!("{} not logged; missing after {:.3} s", v.channel.name(), to_s(limit_ns));
                log.notes.add("gap", name, Some(t), text);
                t_ns.push(t + limit_ns);
                places.push(past_the_end);
            }
        }
    }
    v.cells.pad(past_the_end + 1);
    v.t_ns = t_ns;
    v.cells.take(&places);
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn merging_keeps_times_rising_and_unique() {
        let mut all = vec![10, 20, 30];
        for add in [&[10, 20][..], &[40, 50], &[5, 20, 25], &[1], &[]] {
            merge(&mut all, add);
        }
        assert_eq!(all, [1, 5, 10, 20, 25, 30, 40, 50]);
    }
}
