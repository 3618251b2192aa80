//! Gaps in the data of the ego or of an actor: could they have touched meanwhile?
//!
//! A gap is what lies between two runs of one actor. It is left out of the report if speed alone proves that the
//! two stayed apart (the missing one moved within the ellipse that its top speed allows between its two ends), or
//! if it was farther than [`Options::far_m`] at both ends.

use std::collections::BTreeMap;

use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, Drive, Interval, Run};

use crate::fetch::fetch;
use crate::geometry::{length, sub};
use crate::index::Bounds;
use crate::motion::Track;
use crate::near::Span;
use crate::types::{GapReason, Options, Unbridged};

/// Length of a cell of the ego's trace.
const CELL_NS: i64 = 10_000_000_000;
/// Cells that one step between samples may cross; a longer one counts for all time.
const MAX_CELLS: i64 = 10_000;

/// Speed that no actor of a class exceeds, m/s.
fn top_speed_mps(class: ActorClass) -> f64 {
    match class {
        ActorClass::Pedestrian => 12.0,
        ActorClass::Bicycle | ActorClass::PersonalMobility | ActorClass::Animal => 25.0,
        _ => 70.0,
    }
}

/// Where a run begins or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Edge {
    actor: ActorIx,
    begins: bool,
    t_ns: i64,
    at_m: [f64; 2],
    radius_m: f64,
}

/// Centres over a stretch, and the largest radius.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    bounds: Bounds,
    radius_m: f64,
}

impl Seen {
    fn union(&mut self, other: &Self) {
        self.bounds.union(&other.bounds);
        self.radius_m = self.radius_m.max(other.radius_m);
    }
}

fn put<K: Ord>(all: &mut BTreeMap<K, Seen>, key: K, seen: Seen) {
    all.entry(key).or_insert(seen).union(&seen);
}

/// Where somebody was, by cell of time, rising.
#[derive(Clone, Debug, Default, PartialEq)]
struct Trace(Vec<(i64, Seen)>);

impl Trace {
    fn add(&mut self, cell: i64, seen: &Seen) {
        // Nearly always the last or the one after it.
        match self.0.last_mut() {
            Some(last) if last.0 == cell => last.1.union(seen),
            Some(last) if last.0 > cell => match self.0.binary_search_by_key(&cell, |c| c.0) {
                Ok(k) => self.0[k].1.union(seen),
                Err(k) => self.0.insert(k, (cell, *seen)),
            },
            _ => self.0.push((cell, *seen)),
        }
    }

    fn over(&self, when: Interval) -> Option<Seen> {
        let (from, to) = (when.from_ns.div_euclid(CELL_NS), when.to_ns.div_euclid(CELL_NS));
        let first = self.0.partition_point(|c| c.0 < from);
        let known = self.0[first..].iter().take_while(|c| c.0 <= to).map(|c| c.1);
        known.reduce(|mut a, b| {
            a.union(&b);
            a
        })
    }
}

/// What one block says about gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GapNews {
    /// Begins and ends of runs, by actor, then time.
    edges: Vec<Edge>,
    /// Where the ego's bodies were, by cell of time.
    trace: Trace,
    /// Where the ego's bodies were at steps too long for cells.
    always: Option<Seen>,
    /// Stretches in which an ego body was not seen.
    unseen: Vec<Unseen>,
    /// End of the block.
    to_ns: i64,
}

/// Where the others were while an ego body was not seen.
#[derive(Clone, Debug, PartialEq)]
struct Unseen {
    body: ActorIx,
    from_ns: i64,
    others: BTreeMap<ActorIx, Seen>,
}

enum Event<'a> {
    Edge(&'a Edge),
    Unseen(&'a Unseen),
}

/// Gaps carried from block to block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GapFold {
    /// The last end of each actor, by its index.
    last: Vec<Option<Edge>>,
    trace: Trace,
    always: Option<Seen>,
    unseen: BTreeMap<(ActorIx, ActorIx), Seen>,
    /// Gaps of actors that have ended in a cell of the ego's trace that is not yet whole. Judged on what is known
    /// of it, the answer would depend on where blocks end.
    waiting: Vec<Gap>,
}

/// A gap of an actor, between the end of one run and the begin of the next.
#[derive(Clone, Debug, PartialEq)]
struct Gap {
    from: Edge,
    to: Edge,
    /// Top speed of its class, m/s.
    speed: f64,
}

/// How many runs ahead the ends of one are asked for.
const AHEAD: usize = 16;

/// Collects a block's news; `ego` are the ego's bodies, `radius_m` gives the radius of a run's footprint.
pub(crate) fn gap_news(
    window: &Drive,
    ego: &[ActorIx],
    span: Span,
    radius_m: &impl Fn(&Run) -> f64,
) -> GapNews {
    let mut news = GapNews { to_ns: span.to_ns, ..GapNews::default() };
    for (k, run) in window.runs().iter().enumerate().filter(|(_, r)| !r.is_empty()) {
        if let Some(next) = window.runs().get(k + AHEAD) {
            for ends in [next.x_m.values(), next.y_m.values()] {
                fetch(&ends[..ends.len().min(1)]);
                fetch(&ends[ends.len().saturating_sub(1)..]);
            }
        }
        let (t, x, y) = (window.times(run), run.x_m.values(), run.y_m.values());
        let edge = |i: usize, begins: bool| Edge {
            actor: run.actor,
            begins,
            t_ns: t[i],
            at_m: [x[i], y[i]],
            radius_m: radius_m(run),
        };
        if !run.begun_before && span.holds(t[0]) {
            news.edges.push(edge(0, true));
        }
        if !run.goes_on && span.holds(t[t.len() - 1]) {
            news.edges.push(edge(t.len() - 1, false));
        }
        if ego.contains(&run.actor) {
            trace(&mut news, &Track::new(window, run), radius_m(run), span);
        }
    }
    for &body in ego {
        unseen(&mut news, window, ego, body, span, radius_m);
    }
    news
}

/// Adds where an ego body was to the cells of time.
fn trace(news: &mut GapNews, t: &Track<'_>, radius_m: f64, span: Span) {
    for i in 0..t.t.len() {
        if !span.holds(t.t[i]) {
            continue;
        }
        let next = (i + 1).min(t.t.len() - 1);
        let mut bounds = Bounds::NONE;
        bounds.add([t.x[i], t.y[i]]);
        bounds.add([t.x[next], t.y[next]]);
        let seen = Seen { bounds, radius_m };
        let (from, to) = (t.t[i].div_euclid(CELL_NS), t.t[next].div_euclid(CELL_NS));
        if to - from > MAX_CELLS {
            news.always.get_or_insert(seen).union(&seen);
        } else {
            (from..=to).for_each(|cell| news.trace.add(cell, &seen));
        }
    }
}

/// Adds where the others were while an ego body was not seen.
fn unseen(
    news: &mut GapNews,
    window: &Drive,
    ego: &[ActorIx],
    body: ActorIx,
    span: Span,
    radius_m: &impl Fn(&Run) -> f64,
) {
    let mut open = span.from_ns;
    let mut stretches = Vec::new();
    for run in window.runs_of(body).iter().filter(|r| !r.is_empty()) {
        let t = window.times(run);
        if t[0] > open && !run.begun_before {
            stretches.push((open, t[0].min(span.to_ns)));
        }
        open = open.max(t[t.len() - 1]);
    }
    if open < span.to_ns {
        stretches.push((open, span.to_ns));
    }
    for (from, to) in stretches.into_iter().filter(|(from, to)| from <= to) {
        let mut others = BTreeMap::new();
        for run in window.runs().iter().filter(|r| !ego.contains(&r.actor) && !r.is_empty()) {
            let (t, x, y) = (window.times(run), run.x_m.values(), run.y_m.values());
            if t[0] > to || t[t.len() - 1] < from {
                continue;
            }
            let lo = t.partition_point(|t| *t <= from).saturating_sub(1);
            let hi = t.partition_point(|t| *t < to).min(t.len() - 1).max(lo);
            let mut bounds = Bounds::NONE;
            (lo..=hi).for_each(|k| bounds.add([x[k], y[k]]));
            put(&mut others, run.actor, Seen { bounds, radius_m: radius_m(run) });
        }
        news.unseen.push(Unseen { body, from_ns: from, others });
    }
}

impl GapFold {
    /// Takes in the next block's news and reports the gaps that ended in it.
    pub(crate) fn push(
        &mut self,
        drive: &Drive,
        ego: &[ActorIx],
        news: &GapNews,
        options: &Options,
        out: &mut Vec<Unbridged>,
    ) {
        for (cell, seen) in &news.trace.0 {
            self.trace.add(*cell, seen);
        }
        if let Some(seen) = &news.always {
            self.always.get_or_insert(*seen).union(seen);
        }
        self.last.resize(drive.header().actors.len(), None);
        for edge in news.edges.iter().filter(|e| !ego.contains(&e.actor)) {
            let last = &mut self.last[edge.actor.0 as usize];
            if !edge.begins {
                *last = Some(*edge);
            } else if let Some(from) = last.take() {
                let speed = top_speed_mps(drive.actor(edge.actor).class);
                self.waiting.push(Gap { from, to: *edge, speed });
            }
        }
        let all = news.to_ns == i64::MAX;
        let whole = |g: &Gap| all || g.to.t_ns.div_euclid(CELL_NS) < news.to_ns.div_euclid(CELL_NS);
        let (whole, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(whole);
        self.waiting = waiting;
        self.judge(whole, options, out);
        // The ego's in order of time; at one time a begin comes first (a run of one sample ends there too), and the
        // stretch in which nothing is seen follows the end.
        let edges = news.edges.iter().filter(|e| ego.contains(&e.actor));
        let edges = edges.map(|e| (e.actor, e.t_ns, u8::from(!e.begins), Event::Edge(e)));
        let unseen = news.unseen.iter().map(|u| (u.body, u.from_ns, 2, Event::Unseen(u)));
        let mut events: Vec<_> = edges.chain(unseen).collect();
        events.sort_by_key(|e| (e.0, e.1, e.2));
        for (actor, _, _, event) in events {
            match event {
                Event::Unseen(u) => {
                    for (other, seen) in &u.others {
                        put(&mut self.unseen, (actor, *other), *seen);
                    }
                }
                Event::Edge(edge) => {
                    let last = &mut self.last[actor.0 as usize];
                    if !edge.begins {
                        *last = Some(*edge);
                    } else if let Some(from) = last.take() {
                        self.close_ego(drive, &from, edge, options, out);
                    }
                    self.unseen.retain(|(body, _), _| *body != actor);
                }
            }
        }
    }

    /// Reports the gaps that were waiting for what follows, when nothing does.
    pub(crate) fn finish(&mut self, options: &Options, out: &mut Vec<Unbridged>) {
        let rest = std::mem::take(&mut self.waiting);
        self.judge(rest, options, out);
    }

    /// Reports those gaps of actors in which a contact could not be excluded.
    fn judge(&self, gaps: Vec<Gap>, options: &Options, out: &mut Vec<Unbridged>) {
        for Gap { from, to, speed } in gaps {
            let when = Interval::new(from.t_ns, to.t_ns);
            let Some(seen) = self.seen(when) else { continue };
            let near = |e: &Edge| self.seen(Interval::new(e.t_ns, e.t_ns)).unwrap_or(seen);
            if !apart(&from, &to, speed, &seen, near, options) {
                out.push(Unbridged { actor: from.actor, when, reason: GapReason::ActorGap });
            }
        }
    }

    /// Reports a gap of an ego body that has ended, for each actor with whom a contact could not be excluded.
    fn close_ego(&self, drive: &Drive, from: &Edge, to: &Edge, options: &Options, out: &mut Vec<Unbridged>) {
        let when = Interval::new(from.t_ns, to.t_ns);
        let speed = top_speed_mps(drive.actor(from.actor).class);
        for ((body, actor), seen) in &self.unseen {
            if *body == from.actor && !apart(from, to, speed, seen, |_| *seen, options) {
                out.push(Unbridged { actor: *actor, when, reason: GapReason::EgoGap });
            }
        }
    }

    /// Where the ego's bodies were.
    fn seen(&self, when: Interval) -> Option<Seen> {
        match (self.trace.over(when), self.always) {
            (Some(mut a), Some(b)) => {
                a.union(&b);
                Some(a)
            }
            (a, b) => a.or(b),
        }
    }
}

/// Whether the one with the gap and its partner surely, or by [`Options::far_m`], stayed apart.
fn apart(
    from: &Edge,
    to: &Edge,
    speed: f64,
    partner: &Seen,
    near: impl Fn(&Edge) -> Seen,
    options: &Options,
) -> bool {
    let point = |e: &Edge| Bounds { min: e.at_m, max: e.at_m };
    let reach = from.radius_m.max(to.radius_m) + partner.radius_m;
    let mut way = point(from);
    way.union(&point(to));
    let direct = length(sub(to.at_m, from.at_m));
    let seconds = to.t_ns.abs_diff(from.t_ns) as f64 * 1e-9;
    let aside = ((speed * seconds - direct) * 0.5).max(0.0);
    let far = |e: &Edge, s: &Seen| s.bounds.distance_m(&point(e)) > options.far_m + reach;
    way.distance_m(&partner.bounds) > aside + reach + 0.1 || (far(from, &near(from)) && far(to, &near(to)))
}
