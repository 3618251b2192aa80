//! Code channels of the ego over time: lamps, driving mode, switches, gear.
//!
//! **Definition**: what the log says of a channel at a time. Where the ego's run has the channel, the last of its
//! samples; where that one is invalid or the run has no such channel, the last tick of the ego's series whose
//! clock is synchronised. A state holds until the next. Neighbours that say the same are one [`Span`].
//!
//! **Cannot tell**: before the first statement, between runs if only runs have it, where the log says that there
//! is none; such a span has no code.
//!
//! **Uncertainty** of a span's begin (s): of the clocks, and, where an instrument samples the state at least once a
//! second, the time since its last sample. A simulator's state changes at its tick; a state that is logged only
//! when it changes has no step.

use lukao_model::outcome::Uncertainty;
use lukao_model::time::{S, to_s};
use lukao_model::values::Values;
use lukao_model::{Channel, Origin, Run, Subject};

use crate::held::{self, Stated};
use crate::sync::{self, Synced};
use crate::{LOOK_AHEAD_NS, LOOK_BACK_NS, Measures};

/// A stretch over which a channel says the same: `from_ns <= t < to_ns`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Begin. Farther back than [`LOOK_BACK_NS`] it may be cut off.
    pub from_ns: i64,
    /// End; the greatest time if nothing else was stated in the window.
    pub to_ns: i64,
    /// What it says; `None` where the log says nothing.
    pub code: Option<u8>,
    /// Uncertainty of the begin, s.
    pub u_s: Uncertainty,
}

/// The spans of one channel in a window, in order and without gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans(Vec<Span>);

impl Spans {
    pub(crate) fn new(m: &Measures<'_>, channel: Channel) -> Self {
        let drive = m.window();
        let Some(ego) = m.ego_actor() else { return Self::default() };
        let series = held::stated_in(drive, m.held(), m.admit(), Subject::Actor(ego), channel);
        let runs: Vec<&Run> = drive.runs_of(ego).iter().filter(|r| !r.is_empty()).collect();
        let has = |r: &Run| r.channels.get(channel).is_some_and(|d| m.admit().admits(channel, d.origin));
        let mut times: Vec<i64> = series.iter().map(|s| s.t_ns).collect();
        for run in runs.iter().filter(|r| has(r)) {
            times.extend(drive.times(run));
            times.extend(drive.times(run).last().map(|t| t + 1));
        }
        times.sort_unstable();
        times.dedup();
        let mut spans: Vec<Span> = Vec::new();
        for t in times {
            let run = runs.partition_point(|r| drive.times(r)[0] <= t).checked_sub(1).map(|i| runs[i]);
            let on_run = run.filter(|r| has(r)).and_then(|r| on_run(r, drive.times(r), channel, t));
            let (code, u_s) = on_run
                .or_else(|| {
                    let clock = run.or(runs.first().copied()).map(|r| r.clock);
                    let k = series.partition_point(|s| s.t_ns <= t).checked_sub(1)?;
                    let code = series[k].value.map(|v| v as u8)?;
                    let synced =
                        clock.map_or(Synced::Within(0), |c| sync::between(drive, c, series[k].clock));
                    (synced != Synced::Not).then(|| (code, synced.costs(1.0).plus(step(&series, k))))
                })
                .map_or((None, Uncertainty::Known(0.0)), |(code, u)| (Some(code), u));
            match spans.last_mut() {
                Some(last) if last.code == code => {}
                last => {
                    if let Some(last) = last {
                        last.to_ns = t;
                    }
                    spans.push(Span { from_ns: t, to_ns: i64::MAX, code, u_s });
                }
            }
        }
        Self(spans)
    }

    /// All spans, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// Index of the span that holds a time.
    #[must_use]
    pub fn ix_at(&self, t_ns: i64) -> Option<usize> {
        self.0.partition_point(|s| s.from_ns <= t_ns).checked_sub(1)
    }

    /// What is said at a time.
    #[must_use]
    pub fn at(&self, t_ns: i64) -> Option<u8> {
        self.0[self.ix_at(t_ns)?].code
    }

    /// Since when the same has been said, at most [`LOOK_BACK_NS`] back.
    #[must_use]
    pub fn since_ns(&self, t_ns: i64) -> Option<i64> {
        Some(self.0[self.ix_at(t_ns)?].from_ns.max(t_ns - LOOK_BACK_NS))
    }

    /// The first time at or after `t_ns` from which `code` is said, within [`LOOK_AHEAD_NS`], with its uncertainty.
    #[must_use]
    pub fn next(&self, t_ns: i64, is: impl Fn(Option<u8>) -> bool) -> Option<(i64, Uncertainty)> {
        let k = self.ix_at(t_ns)?;
        if is(self.0[k].code) {
            return Some((t_ns, Uncertainty::Known(0.0)));
        }
        let s = self.0[k + 1..].iter().find(|s| is(s.code))?;
        (s.from_ns < t_ns.saturating_add(LOOK_AHEAD_NS)).then_some((s.from_ns, s.u_s))
    }

    /// Whether `code` was said at any time in `[from, to]`.
    #[must_use]
    pub fn any(&self, from_ns: i64, to_ns: i64, is: impl Fn(Option<u8>) -> bool) -> bool {
        self.0.iter().any(|s| s.from_ns <= to_ns && s.to_ns > from_ns && is(s.code))
    }

    /// The same with pauses shorter than `gap_ns` in `of` bridged where the same comes before and after: lamps that
    /// are logged as they flash.
    #[must_use]
    pub fn bridged(&self, gap_ns: i64, of: u8) -> Self {
        let mut out: Vec<Span> = Vec::new();
        for (i, s) in self.0.iter().enumerate() {
            let pause = s.code == Some(of)
                && s.to_ns.saturating_sub(s.from_ns) < gap_ns
                && i > 0
                && self.0.get(i + 1).is_some_and(|n| n.code == self.0[i - 1].code);
            let same = out.last().is_some_and(|l| l.code == s.code);
            if let Some(last) = out.last_mut().filter(|_| pause || same) {
                last.to_ns = s.to_ns;
            } else {
                out.push(*s);
            }
        }
        Self(out)
    }
}

/// What a run says at a time, if it covers it and its sample is valid.
fn on_run(run: &Run, times: &[i64], channel: Channel, t_ns: i64) -> Option<(u8, Uncertainty)> {
    if t_ns > *times.last()? {
        return None;
    }
    let i = times.partition_point(|t| *t <= t_ns).checked_sub(1)?;
    let data = run.channels.get(channel)?;
    let Values::Code(codes) = &data.values else { return None };
    let before = i.checked_sub(1).map(|b| times[b]);
    Some((codes.get(i)?, sampling(data.origin, times[i], before)))
}

fn step(series: &[Stated], k: usize) -> Uncertainty {
    sampling(series[k].origin, series[k].t_ns, k.checked_sub(1).map(|b| series[b].t_ns))
}

fn sampling(origin: Origin, t_ns: i64, before_ns: Option<i64>) -> Uncertainty {
    let step = before_ns.map_or(0, |b| t_ns.saturating_sub(b));
    let sampled = origin != Origin::Simulation && step <= S;
    Uncertainty::Known(if sampled { to_s(step) } else { 0.0 })
}
