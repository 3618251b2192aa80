//! Footprints: convex shapes in plan, in their own frame, with the heights that go with them.

use lukao_model::vehicle::{ActorClass, Outline};
use lukao_model::{Drive, Run, drive::Actor};

use crate::types::Options;

/// Largest radius that is resolved, metres.
pub(crate) const MAX_RADIUS_M: f64 = 1e5;

/// Smallest half length or width that is resolved, metres.
const MIN_HALF_M: f64 = 1e-6;

/// Most corners of an outline that are resolved.
const MAX_CORNERS: usize = 64;

/// Corners counter-clockwise, metres forward and left of the pose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Corners {
    Two([[f64; 2]; 2]),
    Four([[f64; 2]; 4]),
    Many(Vec<[f64; 2]>),
}

impl std::ops::Deref for Corners {
    type Target = [[f64; 2]];
    fn deref(&self) -> &[[f64; 2]] {
        match self {
            Self::Two(c) => c,
            Self::Four(c) => c,
            Self::Many(c) => c,
        }
    }
}

/// A convex shape that moves with a pose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Footprint {
    pub corners: Corners,
    /// Half length and half width, if it is a box around the pose.
    pub half_m: Option<[f64; 2]>,
    /// Of the circle around the pose that holds it.
    pub radius_m: f64,
    /// Extent along the body, rear to front, and across, right to left.
    pub reach_m: [[f64; 2]; 2],
}

impl Footprint {
    pub(crate) fn rectangle(length_m: f64, width_m: f64) -> Self {
        let (l, w) = (length_m * 0.5, width_m * 0.5);
        Self {
            corners: Corners::Four([[l, w], [-l, w], [-l, -w], [l, -w]]),
            half_m: Some([l, w]),
            radius_m: (l * l + w * w).sqrt(),
            reach_m: [[-l, l], [-w, w]],
        }
    }

    /// The convex hull of the points; `None` if they span no area or are not finite.
    pub(crate) fn convex(points: &[[f64; 2]]) -> Option<Self> {
        let corners = hull(points)?;
        let r2 = corners.iter().map(|c| c[0] * c[0] + c[1] * c[1]).fold(0.0, f64::max);
        let reach = |k: usize| {
            let lo = corners.iter().map(|c| c[k]).fold(f64::INFINITY, f64::min);
            [lo, corners.iter().map(|c| c[k]).fold(f64::NEG_INFINITY, f64::max)]
        };
        Some(Self {
            half_m: None,
            radius_m: r2.sqrt(),
            reach_m: [reach(0), reach(1)],
            corners: Corners::Many(corners),
        })
    }

    /// A segment or point that does not move with a body: an edge of a line, in the frame of its first end.
    pub(crate) fn edge(to: [f64; 2]) -> Self {
        let length = (to[0] * to[0] + to[1] * to[1]).sqrt();
        Self {
            corners: Corners::Two([[0.0, 0.0], to]),
            half_m: None,
            radius_m: length,
            reach_m: [[to[0].min(0.0), to[0].max(0.0)], [to[1].min(0.0), to[1].max(0.0)]],
        }
    }

    /// Of an actor during a run: its outline, else its sheet's, else the run's box.
    pub(crate) fn of(actor: &Actor, run: &Run, mirrors: bool) -> Self {
        let outline = actor.outline.as_ref().or(actor.sheet.as_ref().and_then(|s| s.outline.as_ref()));
        if let Some(f) = outline.and_then(|Outline { corners_m }| Self::convex(corners_m)) {
            return f;
        }
        let wide = actor.sheet.as_ref().filter(|_| mirrors).and_then(|s| s.width_with_mirrors_m);
        Self::rectangle(run.size.length_m, wide.unwrap_or(run.size.width_m).max(run.size.width_m))
    }

    /// Whether its size is one that can be resolved.
    pub(crate) fn is_plain(&self) -> bool {
        self.radius_m <= MAX_RADIUS_M
            && self.corners.len() <= MAX_CORNERS
            && self.half_m.is_none_or(|[l, w]| l >= MIN_HALF_M && w >= MIN_HALF_M)
    }
}

/// Monotone chain; collinear points fall away.
fn hull(points: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
    if points.iter().flatten().any(|v| !v.is_finite() || v.abs() > MAX_RADIUS_M) {
        return None;
    }
    let mut p = points.to_vec();
    p.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    p.dedup();
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for c in points {
            while let [.., a, b] = chain[..] {
                let turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
                if turn > 1e-12 {
                    break;
                }
                chain.pop();
            }
            chain.push(c);
        }
        chain.pop();
        chain
    };
    let mut all = half(&mut p.iter().copied());
    all.extend(half(&mut p.iter().rev().copied()));
    (all.len() >= 3).then_some(all)
}

/// Height of an actor above its underside. Where the log does not say: more than such actors have, so that an
/// unknown height never hides a contact.
pub(crate) fn height_m(drive: &Drive, run: &Run) -> f64 {
    let actor = drive.actor(run.actor);
    let known = run.size.height_m.or(actor.sheet.as_ref().and_then(|s| s.height_m));
    known.filter(|h| *h > 0.0).unwrap_or(match actor.class {
        ActorClass::Car => 2.2,
        ActorClass::Van => 3.2,
        ActorClass::Motorcycle | ActorClass::Bicycle | ActorClass::PersonalMobility => 2.2,
        ActorClass::Pedestrian => 2.2,
        ActorClass::Animal => 3.0,
        _ => 4.5,
    })
}

/// The footprint of a run as the options ask for it; mirrors only of the ego's.
pub(crate) fn footprint(drive: &Drive, run: &Run, options: &Options, ego: bool) -> Footprint {
    Footprint::of(drive.actor(run.actor), run, ego && options.mirrors)
}

/// Of the circle that holds the footprint of a run.
pub(crate) fn radius_m(drive: &Drive, run: &Run, options: &Options, ego: bool) -> f64 {
    let actor = drive.actor(run.actor);
    if actor.outline.is_none() && actor.sheet.is_none() {
        let (l, w) = (run.size.length_m * 0.5, run.size.width_m * 0.5);
        return (l * l + w * w).sqrt();
    }
    footprint(drive, run, options, ego).radius_m
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hulls_turn_left_and_drop_what_is_inside() {
        let f = Footprint::convex(&[[0.0, 0.0], [2.0, 0.0], [1.0, 0.2], [2.0, 2.0], [1.0, 1.0], [0.0, 2.0]]);
        assert_eq!(f.unwrap().corners.to_vec(), vec![[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]);
        assert!(Footprint::convex(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).is_none());
        assert!(Footprint::convex(&[[0.0, f64::NAN], [1.0, 1.0], [2.0, 0.0]]).is_none());
    }
}
