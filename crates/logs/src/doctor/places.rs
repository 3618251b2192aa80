//! Places that cannot be: far below or above the ego, or inside one another at rest.

use std::collections::BTreeMap;

use lukao_model::drive::{ActorIx, Drive, Pose, Run};
use lukao_model::math::{hypot, sin_cos};
use lukao_model::time::{Interval, MS, S};

use super::{Findings, Severity};

/// Higher or lower than the ego by this, and by this slope, is no road that they share.
const FAR_M: f64 = 25.0;
const FAR_SLOPE: f64 = 0.3;

/// Overlaps less deep than this may be sizes with a margin.
const DEEP_M: f64 = 0.1;

/// How still an actor at rest is over [`REST_NS`].
const REST_M: f64 = 0.05;
const REST_NS: i64 = 500 * MS;

/// Times at which overlaps are looked for, at most.
const LOOKS: i64 = 100;

/// Pairs that are reported, at most.
const PAIRS: usize = 50;

pub(super) fn examine(drive: &Drive, found: &mut Findings) {
    levels(drive, found);
    overlaps(drive, found);
}

/// The run of an actor at a time, with the sample at or before it.
fn sample_at(drive: &Drive, actor: ActorIx, t_ns: i64) -> Option<(&Run, usize)> {
    let runs = drive.runs_of(actor);
    let k = runs.partition_point(|r| drive.times(r).first().is_some_and(|t| *t <= t_ns)).checked_sub(1)?;
    let t = drive.times(&runs[k]);
    let i = t.partition_point(|x| *x <= t_ns).checked_sub(1)?;
    (i + 1 < t.len() || t[i] == t_ns).then_some((&runs[k], i))
}

fn levels(drive: &Drive, found: &mut Findings) {
    let Some(ego) = drive.header().ego else { return };
    for i in 0..drive.header().actors.len() {
        let actor = ActorIx(i as u32);
        if actor == ego {
            continue;
        }
        let mut worst: Option<(f64, f64, i64)> = None;
        for r in drive.runs_of(actor) {
            let Some(z) = &r.z_m else { continue };
            let mut next = i64::MIN;
            for (k, &t) in drive.times(r).iter().enumerate() {
                if t < next {
                    continue;
                }
                next = t.saturating_add(S);
                let Some((of_ego, j)) = sample_at(drive, ego, t) else { continue };
                let Some((z, z_ego)) = z.get(k).zip(of_ego.z_m.as_ref().and_then(|z| z.get(j))) else {
                    continue;
                };
                let (a, b) = (r.pose(k), of_ego.pose(j));
                let (up_m, away_m) = (z - z_ego, hypot(a.x_m - b.x_m, a.y_m - b.y_m));
                if up_m.abs() > FAR_M
                    && up_m.abs() > FAR_SLOPE * away_m
                    && worst.is_none_or(|w| up_m.abs() > w.0.abs())
                {
                    worst = Some((up_m, away_m, t));
                }
            }
        }
        let Some((up_m, away_m, t)) = worst else { continue };
        let (code, word) = if up_m < 0.0 { ("underground", "below") } else { ("far-above", "above") };
        let text =
            format!("{:.0} m {word} the ego, {away_m:.0} m away; it looks parked out of sight", up_m.abs());
        let measured = [("above_ego_m", up_m), ("distance_m", away_m)];
        let when = Some(Interval::new(t, t));
        found.add(code, Severity::Info, &drive.actor(actor).id, when, &measured, text);
    }
}

/// A box at rest.
struct Resting<'a> {
    actor: ActorIx,
    run: &'a Run,
    pose: Pose,
    z_m: Option<f64>,
    reach_m: f64,
}

fn overlaps(drive: &Drive, found: &mut Findings) {
    let Some(span) = drive.span() else { return };
    let step = (span.len_ns() / LOOKS).max(S);
    let mut pairs: BTreeMap<(ActorIx, ActorIx), (f64, Interval, u64)> = BTreeMap::new();
    let mut t = span.from_ns;
    while t <= span.to_ns {
        let mut resting: Vec<Resting<'_>> =
            (0..drive.header().actors.len()).filter_map(|i| resting(drive, ActorIx(i as u32), t)).collect();
        resting.sort_by(|a, b| (a.pose.x_m - a.reach_m).total_cmp(&(b.pose.x_m - b.reach_m)));
        for (k, a) in resting.iter().enumerate() {
            for b in &resting[k + 1..] {
                if b.pose.x_m - b.reach_m > a.pose.x_m + a.reach_m {
                    break;
                }
                let Some(deep_m) = overlap_m(drive, a, b) else { continue };
                let key = (a.actor.min(b.actor), a.actor.max(b.actor));
                if pairs.len() >= PAIRS && !pairs.contains_key(&key) {
                    continue;
                }
                let p = pairs.entry(key).or_insert((deep_m, Interval::new(t, t), 0));
                *p = (p.0.max(deep_m), Interval::new(p.1.from_ns, t), p.2 + 1);
            }
        }
        let Some(next) = t.checked_add(step) else { break };
        t = next;
    }
    for ((a, b), (deep_m, when, looks)) in pairs {
        let (a, b) = (&drive.actor(a).id, &drive.actor(b).id);
        let text = format!(
            "stands {deep_m:.2} m deep in {b}: cargo, trailer or a doubled actor? Contacts of the two count unless they are exempt"
        );
        let measured = [("depth_m", deep_m), ("times_seen", looks as f64)];
        found.add("overlap-at-rest", Severity::Warning, a, Some(when), &measured, text);
    }
}

fn resting(drive: &Drive, actor: ActorIx, t_ns: i64) -> Option<Resting<'_>> {
    let (run, i) = sample_at(drive, actor, t_ns)?;
    let pose = drive.pose_at(run, t_ns)?;
    let still =
        |other: Option<Pose>| other.is_some_and(|p| hypot(p.x_m - pose.x_m, p.y_m - pose.y_m) < REST_M);
    let (before, after) = (t_ns.checked_sub(REST_NS)?, t_ns.checked_add(REST_NS)?);
    if !still(drive.pose_at(run, before)) && !still(drive.pose_at(run, after)) {
        return None;
    }
    let reach_m = hypot(run.size.length_m, run.size.width_m) / 2.0;
    Some(Resting { actor, run, pose, z_m: run.z_m.as_ref().and_then(|z| z.get(i)), reach_m })
}

/// How deep two boxes lie in one another, if deep enough and not meant to.
fn overlap_m(drive: &Drive, a: &Resting<'_>, b: &Resting<'_>) -> Option<f64> {
    let meant = |x: ActorIx, y: ActorIx| {
        let of = drive.actor(x);
        of.exempt_from.contains(&y) || of.towed_by == Some(y)
    };
    if meant(a.actor, b.actor) || meant(b.actor, a.actor) {
        return None;
    }
    if let (Some(za), Some(zb), Some(ha), Some(hb)) = (a.z_m, b.z_m, a.run.size.height_m, b.run.size.height_m)
        && (za + ha < zb || zb + hb < za)
    {
        return None;
    }
    // Separating axes: the sides of both boxes.
    let half = |r: &Resting<'_>, axis: (f64, f64)| {
        let (s, c) = sin_cos(r.pose.yaw_rad);
        let along = (c * axis.0 + s * axis.1).abs() * r.run.size.length_m;
        let across = (c * axis.1 - s * axis.0).abs() * r.run.size.width_m;
        (along + across) / 2.0
    };
    let mut depth_m = f64::INFINITY;
    for r in [a, b] {
        let (s, c) = sin_cos(r.pose.yaw_rad);
        for axis in [(c, s), (-s, c)] {
            let apart = (b.pose.x_m - a.pose.x_m) * axis.0 + (b.pose.y_m - a.pose.y_m) * axis.1;
            depth_m = depth_m.min(half(a, axis) + half(b, axis) - apart.abs());
        }
    }
    (depth_m > DEEP_M && depth_m.is_finite()).then_some(depth_m)
}
