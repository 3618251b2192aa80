//! Clocks: rates, jitter, jumps; and gaps of the ego.

use lukao_model::drive::Drive;
use lukao_model::time::{self, Interval, MS, S};

use super::{Findings, Severity};

/// Median of some numbers; `None` of none.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    let k = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(k, f64::total_cmp).1)
}

/// Median step of times, ns.
pub(super) fn median_period_ns(t_ns: &[i64]) -> Option<f64> {
    median(t_ns.windows(2).map(|w| w[1].saturating_sub(w[0]) as f64).collect())
}

/// Rate below which motion between samples is guesswork.
const LOW_HZ: f64 = 9.0;

/// A step of a whole clock longer than this and than [`JUMP_PERIODS`] is a jump.
const JUMP_NS: i64 = S;
const JUMP_PERIODS: f64 = 10.0;

/// Steps that differ from the median by more than this share of it are jitter …
const JITTER_RATIO: f64 = 0.5;

/// … if more than this share of all steps does.
const JITTER_SHARE: f64 = 0.01;

pub(super) fn examine(drive: &Drive, found: &mut Findings) {
    // Only clocks of poses have a rate; series tick when something changes.
    let mut posed: Vec<u32> = drive.runs().iter().map(|r| r.clock.0).collect();
    posed.sort_unstable();
    posed.dedup();
    for i in posed {
        let t = drive.clocks()[i as usize].t_ns.values();
        let Some(period) = median_period_ns(t) else { continue };
        let subject = format!("clock {i}");
        let steps = || t.windows(2).map(|w| (w[1] - w[0], Interval::new(w[0], w[1])));
        let jump = |d: i64| d > JUMP_NS && d as f64 > JUMP_PERIODS * period;
        let jumps: Vec<_> = steps().filter(|(d, _)| jump(*d)).collect();
        if let Some(worst) = jumps.iter().max_by_key(|(d, _)| *d) {
            let text = format!("{} jumps, the longest {:.2} s", jumps.len(), time::to_s(worst.0));
            let measured = [("count", jumps.len() as f64), ("longest_s", time::to_s(worst.0))];
            found.add("clock-jump", Severity::Warning, &subject, Some(worst.1), &measured, text);
        }
        let off = |d: i64| !jump(d) && (d as f64 - period).abs() > JITTER_RATIO * period;
        let jitter: Vec<_> = steps().filter(|(d, _)| off(*d)).collect();
        let share = jitter.len() as f64 / (t.len() - 1) as f64;
        if share > JITTER_SHARE
            && let Some(worst) = jitter.iter().max_by_key(|(d, _)| d.abs_diff(period as i64))
        {
            let text = format!(
                "{:.1} % of the steps differ by more than half from their median of {:.1} ms, one is {:.1} ms",
                share * 100.0,
                period / MS as f64,
                worst.0 as f64 / MS as f64
            );
            let measured = [
                ("share", share),
                ("median_ms", period / MS as f64),
                ("worst_ms", worst.0 as f64 / MS as f64),
            ];
            found.add("jitter", Severity::Warning, &subject, Some(worst.1), &measured, text);
        }
    }
    ego(drive, found);
}

fn ego(drive: &Drive, found: &mut Findings) {
    let Some(ego) = drive.header().ego else { return };
    let id = drive.actor(ego).id.as_str();
    let runs = drive.runs_of(ego);
    let longest = runs.iter().max_by_key(|r| r.len());
    if let Some(period) = longest.and_then(|r| median_period_ns(drive.times(r))) {
        let hz = S as f64 / period;
        // Rates that no instrument has are the business of the units.
        if hz < LOW_HZ && hz > 0.2 {
            let text = format!("{hz:.1} Hz; short contacts and crossings may fall between samples");
            found.add("rate-low", Severity::Warning, id, None, &[("rate_hz", hz)], text);
        }
    }
    let ends: Vec<Interval> = runs
        .windows(2)
        .filter_map(|w| Some(Interval::new(*drive.times(&w[0]).last()?, *drive.times(&w[1]).first()?)))
        .collect();
    if let Some(worst) = ends.iter().max_by_key(|i| i.len_ns()) {
        let text = format!(
            "its motion is broken {} times, the longest for {:.2} s",
            ends.len(),
            time::to_s(worst.len_ns())
        );
        let measured = [("count", ends.len() as f64), ("longest_s", time::to_s(worst.len_ns()))];
        found.add("gap", Severity::Warning, id, Some(*worst), &measured, text);
    }
}
