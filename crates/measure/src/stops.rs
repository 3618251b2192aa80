//! Stop lines passed by the front bumper, in continuous time, and the signals that govern the ego's way there.
//!
//! **Passing** and its uncertainty: see [`gate`]. A line of several points counts as the straight line
//! between its ends.
//!
//! **State** of the governing signals: of the signals at the line, those that govern a way that the ego may take
//! (see [`Places::ways_through`]). Heads whose state is missing or unknown are passed over as long as another
//! one is known. All known ones must say the same for the ego's way, otherwise the state is not known.

use lukao_model::code::SignalState;
use lukao_model::drive::SignalIx as LogSignal;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::to_s;
use lukao_model::vehicle::BoxSize;
use lukao_model::{Channel, ClockIx, Drive, Origin, Subject};
use lukao_track::{PathIx, SignalIx, SignalKind, StopLineIx, Track, Turn};

use crate::Ego;
use crate::admit::Admit;
use crate::bounds::Bounds;
use crate::gate::{self, Gate};
use crate::held::{self, Held, Stated};
use crate::place::Places;
use crate::sync::{self, Synced};
use crate::value::Value;

/// The ego's front passed a stop line.
#[derive(Clone, Debug, PartialEq)]
pub struct StopLinePassed {
    /// The line.
    pub line: StopLineIx,
    /// Ego sample at which the step begins in which it happened.
    pub k: usize,
    /// When, ns, rounded up.
    pub t_ns: i64,
    /// Uncertainty of that, s.
    pub u_s: Uncertainty,
    /// Speed then.
    pub speed_mps: Option<Value>,
    /// Ways through the junction that the ego may take; `None` if its lane before the line is not known.
    pub ways: Option<Vec<PathIx>>,
}

/// The lines passed in the steps of the block, by time.
pub(crate) fn passed(
    drive: &Drive,
    track: &Track,
    places: Places<'_>,
    speed: impl Fn(usize) -> Option<Value>,
) -> Vec<StopLinePassed> {
    let ego = places.ego;
    let gates = near_the_way(drive, track, ego);
    let mut out = Vec::new();
    for k in ego.in_block() {
        for (ix, gate) in &gates {
            let Some(t_ns) = gate.passed(drive, track, ego, k) else { continue };
            let speed_mps = gate::speed_at(ego, k, t_ns, &speed);
            let u_s = gate::u_s(drive, track, ego, k, speed_mps);
            out.push(StopLinePassed { line: *ix, k, t_ns, u_s, speed_mps, ways: places.ways_through(k) });
        }
    }
    out.sort_by_key(|x| (x.t_ns, x.line));
    out
}

/// The lines that the ego can pass in the block at all.
fn near_the_way(drive: &Drive, track: &Track, ego: &Ego) -> Vec<(StopLineIx, Gate)> {
    let samples = ego.samples();
    let Some(way) = Bounds::of_way(ego) else { return Vec::new() };
    let steps = || ego.in_block().filter(|k| samples[*k].goes_on);
    let most = |of: &dyn Fn(usize) -> f64| steps().map(of).fold(0.0, f64::max);
    let size = BoxSize {
        length_m: most(&|k| ego.size(drive, k).length_m),
        width_m: most(&|k| ego.size(drive, k).width_m),
        height_m: None,
        accuracy_m: None,
    };
    let moved_m = most(&|k| gate::moved_m(&samples[k], &samples[k + 1]));
    let gates = track.stop_lines().filter_map(|(ix, line)| Some((ix, Gate::along(&line.points_m)?)));
    gates.filter(|(_, gate)| way.near(gate.reach_m(&size, moved_m), gate.left_end_m())).collect()
}

/// A signal head that governs a way, and what the log says of it.
pub struct Head<'m> {
    /// The signal on the track.
    pub signal: SignalIx,
    /// What was stated of it, in order of time; empty if the log does not have it.
    pub(crate) stated: &'m [Stated],
}

/// What the signals say to the ego at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The state.
    pub state: SignalState,
    /// The head that shows it.
    pub signal: SignalIx,
    /// Since when, ns: from where on the log states it without a break, at most 20 s back.
    pub since_ns: i64,
    /// Until when, ns, if the log says so within 60 s.
    pub until_ns: Option<i64>,
    /// Uncertainty of these times relative to the ego's, s: of the clocks, and, where an instrument samples the
    /// state, the time between two samples.
    pub u_s: Uncertainty,
}

/// Why the state of the governing signals is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotShown {
    /// The log has no admissible state of any of these signals at that time.
    NoState(Vec<SignalIx>),
    /// The log says that the state was unknown.
    SaidUnknown(Vec<SignalIx>),
    /// Heads for ways that the ego may take say different things.
    Disagree(Vec<SignalIx>),
    /// The clock of the states is not synchronised with the ego's.
    NotSynchronised(Vec<SignalIx>),
}

/// Stated codes of all log signals that a track's signals are called by.
pub(crate) struct SignalLog {
    /// For each signal of the track.
    stated: Vec<Vec<Stated>>,
    /// Whether any signal of the log is on the track.
    pub(crate) any_known: bool,
}

impl SignalLog {
    pub(crate) fn new(drive: &Drive, held: &Held, admit: &Admit, track: &Track) -> Self {
        let names = &drive.header().signals;
        let mut any_known = false;
        let stated = track.signals().map(|(_, signal)| {
            let called = |n: &String| *n == signal.number || *n == signal.id;
            let Some(i) = names.iter().position(called) else { return Vec::new() };
            any_known = true;
            let subject = Subject::Signal(LogSignal(i as u32));
            held::stated_in(drive, held, admit, subject, Channel::SignalState)
        });
        let stated = stated.collect();
        Self { stated, any_known }
    }

    /// Traffic lights at a line that govern one of these ways; all at the line if the ways are not known.
    pub(crate) fn heads(&self, track: &Track, line: StopLineIx, ways: Option<&[PathIx]>) -> Vec<Head<'_>> {
        let governs = |ix: &SignalIx| {
            let s = track.signal(*ix);
            let light = s.kind == SignalKind::TrafficLight;
            light && (s.governs.is_empty() || ways.is_none_or(|w| w.iter().any(|p| s.governs.contains(p))))
        };
        let signals = track.stop_line(line).signals.iter().copied().filter(governs);
        signals.map(|signal| self.head(signal)).collect()
    }

    /// One signal of the track as a head.
    pub(crate) fn head(&self, signal: SignalIx) -> Head<'_> {
        Head { signal, stated: &self.stated[signal.get()] }
    }
}

/// What heads show at a time to someone whose clock is `clock`.
pub(crate) fn shown(drive: &Drive, clock: ClockIx, heads: &[Head<'_>], t_ns: i64) -> Result<Shown, NotShown> {
    let mut known: Vec<Shown> = Vec::new();
    let mut unknown = false;
    let mut apart = false;
    for head in heads {
        let Some(one) = show(drive, clock, head, t_ns) else { continue };
        match one {
            Err(synced) => apart |= synced == Synced::Not,
            Ok(s) if s.state == SignalState::Unknown => unknown = true,
            Ok(s) => known.push(s),
        }
    }
    let signals = || heads.iter().map(|h| h.signal).collect();
    let Some(first) = known.first().copied() else {
        return Err(match (apart, unknown) {
            (true, _) => NotShown::NotSynchronised(signals()),
            (_, true) => NotShown::SaidUnknown(signals()),
            _ => NotShown::NoState(signals()),
        });
    };
    if known.iter().any(|s| s.state != first.state) {
        return Err(NotShown::Disagree(signals()));
    }
    Ok(first)
}

fn show(drive: &Drive, clock: ClockIx, head: &Head<'_>, t_ns: i64) -> Option<Result<Shown, Synced>> {
    let now = head.stated.partition_point(|s| s.t_ns <= t_ns).checked_sub(1)?;
    let code = |s: &Stated| s.value.and_then(|v| SignalState::from_code(v as u8));
    let state = code(&head.stated[now])?;
    let synced = sync::between(drive, clock, head.stated[now].clock);
    if synced == Synced::Not {
        return Some(Err(synced));
    }
    let same = |s: &Stated| code(s) == Some(state);
    let first = (0..now).rev().take_while(|&j| same(&head.stated[j])).last().unwrap_or(now);
    let after = head.stated[now..].iter().find(|s| !same(s));
    // Beyond these a window may or may not reach, so that nobody may look there.
    let since_ns = head.stated[first].t_ns.max(t_ns - crate::LOOK_BACK_NS);
    let until_ns = after.map(|s| s.t_ns).filter(|u| *u < t_ns + crate::LOOK_AHEAD_NS);
    Some(Ok(Shown {
        state,
        signal: head.signal,
        since_ns,
        until_ns,
        u_s: u_of(synced, head, first, now, t_ns),
    }))
}

/// Uncertainty of the times at which a state began and ended.
fn u_of(synced: Synced, head: &Head<'_>, first: usize, now: usize, t_ns: i64) -> Uncertainty {
    let one = &head.stated[now];
    // A simulator's state changes at its tick; an instrument's changed somewhere since the last one.
    let step = match (one.origin, first.checked_sub(1)) {
        (Origin::Simulation, _) | (_, None) => 0,
        _ if head.stated[first].t_ns <= t_ns - crate::LOOK_BACK_NS => 0,
        (_, Some(before)) => head.stated[first].t_ns - head.stated[before].t_ns,
    };
    // A state that is logged only when it changes has no step.
    let sampled = step <= lukao_model::time::S;
    synced.costs(1.0).plus(Uncertainty::Known(if sampled { to_s(step) } else { 0.0 }))
}

/// Which way the ego turns, if all ways that it may take turn alike.
#[must_use]
pub fn turn(track: &Track, ways: &[PathIx]) -> Option<Turn> {
    let first = track.path(*ways.first()?).turn;
    ways.iter().all(|w| track.path(*w).turn == first).then_some(first)
}
