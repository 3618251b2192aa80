//! What the samples of one subject say together: order, repeats, gaps, jumps, speeds that contradict positions.

use std::ops::Range;

use lukao_model::channel::Values;
use lukao_model::drive::Actor;
use lukao_model::math::hypot;
use lukao_model::time::to_s;
use lukao_model::{Channel, Column, Error, Position};

use super::notes::{Notes, seconds};
use super::policy::Policy;
use super::samples::{Cells, PoseSamples, Times};

/// Median of the positive differences of rising times; 0 if there is none.
pub(super) fn median_period_ns(t_ns: &[i64]) -> i64 {
    let mut periods: Vec<i64> = t_ns.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 0).collect();
    if periods.is_empty() {
        return 0;
    }
    let middle = periods.len() / 2;
    *periods.select_nth_unstable(middle).1
}

/// The order that makes times rise, if the samples are not in it already.
///
/// A sample may be late by `max_late_ns` if it fills a place left free: nothing is nearer to it than half a
/// period, or it repeats what stands there (`same`). Everything else means that the clock went back, and no
/// order can be trusted.
///
/// # Errors
/// At the first sample that is later than that.
pub(super) fn time_order(
    times: &Times,
    policy: &Policy,
    subject: &str,
    source: &str,
    notes: &mut Notes,
    same: impl Fn(usize, usize) -> bool,
) -> Result<Option<Vec<usize>>, Error> {
    if times.late.is_empty() {
        return Ok(None);
    }
    let t = &times.t_ns;
    let mut order: Vec<usize> = (0..t.len()).collect();
    order.sort_by_key(|&i| t[i]);
    let sorted: Vec<i64> = order.iter().map(|&i| t[i]).collect();
    let period_ns = median_period_ns(&sorted);
    for late in &times.late {
        let lo = sorted.partition_point(|x| *x < late.t_ns);
        let hi = sorted.partition_point(|x| *x <= late.t_ns);
        let repeats = hi - lo > 1 && order[lo + 1..hi].iter().all(|&i| same(order[lo], i));
        let far = |other: Option<&i64>| other.is_none_or(|o| 2 * (o - late.t_ns).abs() > period_ns);
        let free = hi - lo == 1 && far(lo.checked_sub(1).map(|k| &sorted[k])) && far(sorted.get(hi));
        if late.after_ns - late.t_ns > policy.max_late_ns || !(repeats || free) {
            let found =
                format!("{} s after {} s of \"{subject}\"", seconds(late.t_ns), seconds(late.after_ns));
            return Err(Error::new(source, "times that rise", found).at(Position::from(late.at)));
        }
        notes.add("late", subject, Some(late.t_ns), || {
            format!("came after {} s; sorted in", seconds(late.after_ns))
        });
    }
    Ok(Some(order))
}

/// Groups of equal times in rising times: (first, past the last), only those of more than one.
pub(super) fn repeats(t_ns: &[i64]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < t_ns.len() {
            let first = next;
            next += 1;
            while next < t_ns.len() && t_ns[next] == t_ns[first] {
                next += 1;
            }
            if next - first > 1 {
                return Some(first..next);
            }
        }
        None
    })
}

/// An actor's poses, judged: rising times, and the unbroken stretches.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub samples: PoseSamples,
    pub runs: Vec<Range<usize>>,
    pub gap_limit_ns: i64,
}

impl PoseSamples {
    fn take(&mut self, places: &[usize]) {
        let pick = |v: &mut Vec<f64>| *v = places.iter().map(|&i| v[i]).collect();
        pick(&mut self.x_m);
        pick(&mut self.y_m);
        pick(&mut self.yaw_rad);
        self.times.t_ns = places.iter().map(|&i| self.times.t_ns[i]).collect();
        if !self.size_of.is_empty() {
            self.size_of = places.iter().map(|&i| self.size_of[i]).collect();
        }
        let n = self.x_m.len();
        let optional = [&mut self.z_m, &mut self.position_accuracy_m, &mut self.yaw_accuracy_rad];
        for cells in optional.into_iter().flatten().chain(self.channels.iter_mut().map(|(_, c)| c)) {
            debug_assert!(n == 0 || cells.len() > *places.iter().max().unwrap_or(&0));
            cells.take(places);
        }
    }

    fn pad_all(&mut self) {
        let n = self.len();
        let optional = [&mut self.z_m, &mut self.position_accuracy_m, &mut self.yaw_accuracy_rad];
        for cells in optional.into_iter().flatten().chain(self.channels.iter_mut().map(|(_, c)| c)) {
            cells.pad(n);
        }
    }

    fn size_ix(&self, i: usize) -> usize {
        self.size_of.get(i).map_or(0, |k| *k as usize)
    }

    fn step_m(&self, i: usize, j: usize) -> f64 {
        hypot(self.x_m[j] - self.x_m[i], self.y_m[j] - self.y_m[i])
    }

    fn same_place(&self, i: usize, j: usize, policy: &Policy) -> bool {
        let turn = lukao_model::math::angle_between(self.yaw_rad[i], self.yaw_rad[j]);
        self.step_m(i, j) <= policy.same_place_m && turn.abs() <= policy.same_place_m
    }

    fn same_size(&self, i: usize, j: usize, policy: &Policy) -> bool {
        let (a, b) = (self.size_ix(i), self.size_ix(j));
        if a == b {
            return true;
        }
        let (a, b) = (&self.sizes[a], &self.sizes[b]);
        let near = |x: f64, y: f64| (x - y).abs() <= policy.same_size_m;
        let heights = match (a.height_m, b.height_m) {
            (Some(x), Some(y)) => near(x, y),
            (x, y) => x == y,
        };
        near(a.length_m, b.length_m) && near(a.width_m, b.width_m) && heights
    }
}

/// Applies the policy to one actor's poses.
///
/// # Errors
/// If time goes back.
pub(super) fn track(
    mut s: PoseSamples,
    actor: &Actor,
    policy: &Policy,
    source: &str,
    notes: &mut Notes,
) -> Result<Track, Error> {
    s.pad_all();
    let same = |i: usize, j: usize| s.same_place(i, j, policy);
    if let Some(order) = time_order(&s.times, policy, &actor.id, source, notes, same)? {
        s.take(&order);
    }
    let torn = drop_repeats(&mut s, actor, policy, notes);
    let period_ns = median_period_ns(&s.times.t_ns);
    let gap_limit_ns = policy.gap_limit_ns(period_ns);
    note_jitter(&s.times.t_ns, period_ns, gap_limit_ns, actor, policy, notes);
    let mut runs = cut(&s, &torn, gap_limit_ns, actor, policy, notes);
    drop_spikes(&s, &mut runs, gap_limit_ns, actor, policy, notes);
    for run in &runs {
        check_speeds(&mut s, run.clone(), actor, policy, notes);
    }
    Ok(Track { samples: s, runs, gap_limit_ns })
}

/// Leaves one of each group of samples that agree, and none of those that do not; gives the times where a
/// contradiction was.
fn drop_repeats(s: &mut PoseSamples, actor: &Actor, policy: &Policy, notes: &mut Notes) -> Vec<i64> {
    let (mut drop, mut torn) = (Vec::new(), Vec::new());
    for group in repeats(&s.times.t_ns) {
        let (first, t_ns) = (group.start, s.times.t_ns[group.start]);
        let agrees = |i: usize| s.same_place(first, i, policy) && s.same_size(first, i, policy);
        if group.clone().all(agrees) {
            for _ in 1..group.len() {
                let text = || "the same pose again at the same time; left out".to_owned();
                notes.add("repeated-time", &actor.id, Some(t_ns), text);
            }
            drop.extend(first + 1..group.end);
        } else {
            notes.add("conflicting-samples", &actor.id, Some(t_ns), || {
                let far = group.clone().map(|i| s.step_m(first, i)).fold(0.0, f64::max);
                format!("{} poses at one time, up to {far:.3} m apart; all left out, run ended", group.len())
            });
            drop.extend(group);
            torn.push(t_ns);
        }
    }
    if !drop.is_empty() {
        let mut gone = drop.iter().peekable();
        let keep: Vec<usize> = (0..s.len()).filter(|i| gone.next_if_eq(&i).is_none()).collect();
        s.take(&keep);
    }
    torn
}

fn note_jitter(
    t_ns: &[i64],
    period_ns: i64,
    gap_limit_ns: i64,
    actor: &Actor,
    policy: &Policy,
    notes: &mut Notes,
) {
    let room = period_ns as f64 * policy.jitter_ratio;
    let uneven = |d: &i64| *d <= gap_limit_ns && ((d - period_ns) as f64).abs() > room;
    let count = t_ns.windows(2).filter(|w| uneven(&(w[1] - w[0]))).count();
    if count as f64 > policy.jitter_share * t_ns.len() as f64 {
        let text = || format!("periods far from the median of {} s; kept as they are", seconds(period_ns));
        notes.add_many("jitter", &actor.id, count as u64, text);
    }
}

/// Where the samples are unbroken.
fn cut(
    s: &PoseSamples,
    torn: &[i64],
    gap_limit_ns: i64,
    actor: &Actor,
    policy: &Policy,
    notes: &mut Notes,
) -> Vec<Range<usize>> {
    let (t, mut runs, mut first) = (&s.times.t_ns, Vec::new(), 0);
    for i in 1..s.len() {
        let (before, now) = (t[i - 1], t[i]);
        let mut ended = false;
        if now - before > gap_limit_ns {
            notes.add("gap", &actor.id, Some(before), || {
                format!("{:.3} s without a sample; run ended", to_s(now - before))
            });
            ended = true;
        } else if !s.plausible_step(i - 1, i, actor, policy) {
            notes.add("teleport", &actor.id, Some(now), || {
                format!("{:.3} m in {:.3} s; run ended", s.step_m(i - 1, i), to_s(now - before))
            });
            ended = true;
        }
        // The size of the run is that of its first sample, so slow growth cannot creep past the limit.
        if !s.same_size(first, i, policy) {
            notes.add("size-change", &actor.id, Some(now), || {
                let (a, b) = (&s.sizes[s.size_ix(first)], &s.sizes[s.size_ix(i)]);
                format!(
                    "from {} × {} m to {} × {} m; run ended",
                    a.length_m, a.width_m, b.length_m, b.width_m
                )
            });
            ended = true;
        }
        let k = torn.partition_point(|x| *x <= before);
        ended |= torn.get(k).is_some_and(|x| *x < now);
        if ended {
            runs.push(first..i);
            first = i;
        }
    }
    if s.len() > 0 {
        runs.push(first..s.len());
    }
    runs
}

impl PoseSamples {
    fn plausible_step(&self, i: usize, j: usize, actor: &Actor, policy: &Policy) -> bool {
        let dt_s = to_s(self.times.t_ns[j] - self.times.t_ns[i]);
        let reach_m = policy.teleport_speed_mps(actor.class) * dt_s + policy.teleport_slack_m;
        self.step_m(i, j) <= reach_m
    }
}

/// Leaves out short runs that lie elsewhere while the ones around them continue each other.
fn drop_spikes(
    s: &PoseSamples,
    runs: &mut Vec<Range<usize>>,
    gap_limit_ns: i64,
    actor: &Actor,
    policy: &Policy,
    notes: &mut Notes,
) {
    let t = &s.times.t_ns;
    let mut kept: Vec<Range<usize>> = Vec::with_capacity(runs.len());
    for (k, run) in runs.iter().enumerate() {
        let spike = match (kept.last(), runs.get(k + 1)) {
            (Some(a), Some(b)) => {
                let (before, after) = (a.end - 1, b.start);
                t[after] - t[before] <= gap_limit_ns
                    && s.plausible_step(before, after, actor, policy)
                    && !s.plausible_step(before, run.start, actor, policy)
                    && !s.plausible_step(run.end - 1, after, actor, policy)
            }
            _ => false,
        };
        if spike {
            for i in run.clone() {
                let text = || "elsewhere for an instant and back; left out".to_owned();
                notes.add("spike", &actor.id, Some(t[i]), text);
            }
        } else {
            kept.push(run.clone());
        }
    }
    *runs = kept;
}

/// Marks speeds and velocities invalid where they contradict the positions over the policy's window.
fn check_speeds(s: &mut PoseSamples, run: Range<usize>, actor: &Actor, policy: &Policy, notes: &mut Notes) {
    let column = |channel: Channel| s.channels.iter().position(|(c, _)| *c == channel);
    let (speed, vx, vy) = (column(Channel::Speed), column(Channel::VelocityX), column(Channel::VelocityY));
    if speed.is_none() && (vx.is_none() || vy.is_none()) {
        return;
    }
    let mut found: Vec<(Channel, usize, Vec<bool>)> = Vec::new();
    {
        let cells = |k: usize| match &s.channels[k].1 {
            Cells::Real(v, ok) => Some((&v[..], &ok[..])),
            _ => None,
        };
        let window = Window { s, run: run.clone(), policy };
        if let Some(k) = speed
            && let Some(v) = cells(k)
        {
            let bad = window.contradicted(&[v], |d, path, covered| {
                let (chord, driven) = (hypot(d.0, d.1), covered[0].abs());
                let slack = policy.speed_slack_m.max(policy.speed_slack_ratio * chord.max(driven));
                driven < chord - slack || driven > path + slack
            });
            found.push((Channel::Speed, k, bad));
        }
        if let (Some(kx), Some(ky)) = (vx, vy)
            && let (Some(x), Some(y)) = (cells(kx), cells(ky))
        {
            let bad = window.contradicted(&[x, y], |d, _, covered| {
                let long = hypot(d.0, d.1).max(hypot(covered[0], covered[1]));
                let slack = policy.speed_slack_m.max(policy.speed_slack_ratio * long);
                hypot(d.0 - covered[0], d.1 - covered[1]) > slack
            });
            found.push((Channel::VelocityY, ky, bad.clone()));
            found.push((Channel::VelocityX, kx, bad));
        }
    }
    for (channel, k, bad) in found {
        let Cells::Real(_, ok) = &mut s.channels[k].1 else { continue };
        for (i, bad) in run.clone().zip(bad) {
            if bad && ok[i] {
                ok[i] = false;
                notes.add("speed-contradicts", &actor.id, Some(s.times.t_ns[i]), || {
                    format!("{} does not fit the distance covered; value left out", channel.name())
                });
            }
        }
    }
}

/// Compares rates with positions over stretches of the policy's window.
struct Window<'a> {
    s: &'a PoseSamples,
    run: Range<usize>,
    policy: &'a Policy,
}

impl Window<'_> {
    /// Which samples lie in a window that `contradicts` (displacement, path, integrals of the rates).
    ///
    /// Windows in which a rate is missing are not compared.
    fn contradicted(
        &self,
        rates: &[(&[f64], &[bool])],
        contradicts: impl Fn((f64, f64), f64, &[f64]) -> bool,
    ) -> Vec<bool> {
        let (s, run, n) = (self.s, self.run.clone(), self.run.len());
        let t = &s.times.t_ns[run.clone()];
        let mut bad = vec![false; n];
        // Sums from the run's begin: path, then each rate; and how many samples miss a rate.
        let mut path = vec![0.0; n];
        let mut covered = vec![vec![0.0; n]; rates.len()];
        let mut missing = vec![0usize; n + 1];
        for i in 0..n {
            let g = run.start + i;
            missing[i + 1] = missing[i] + usize::from(rates.iter().any(|(_, ok)| !ok[g]));
            if i > 0 {
                let dt_s = to_s(t[i] - t[i - 1]);
                path[i] = path[i - 1] + s.step_m(g - 1, g);
                for (sum, (v, _)) in covered.iter_mut().zip(rates) {
                    sum[i] = sum[i - 1] + 0.5 * (v[g - 1] + v[g]) * dt_s;
                }
            }
        }
        let (mut j, mut marked) = (0, 0);
        let mut driven = vec![0.0; rates.len()];
        for i in 0..n {
            while j < n && t[j] - t[i] < self.policy.speed_window_ns {
                j += 1;
            }
            if j == n {
                break;
            }
            if missing[j + 1] > missing[i] {
                continue;
            }
            let (a, b) = (run.start + i, run.start + j);
            let d = (s.x_m[b] - s.x_m[a], s.y_m[b] - s.y_m[a]);
            for (out, sum) in driven.iter_mut().zip(&covered) {
                *out = sum[j] - sum[i];
            }
            if contradicts(d, path[j] - path[i], &driven) {
                bad[i.max(marked)..=j].fill(true);
                marked = j + 1;
            }
        }
        bad
    }
}

/// Values over a run's ticks as the model holds them.
pub(super) fn column_of(cells: Cells) -> Column<f64> {
    match cells.into_values() {
        Values::Real(c) => c,
        _ => Column::new(Vec::new()),
    }
}
