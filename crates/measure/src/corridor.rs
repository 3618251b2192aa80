//! Who is in the way close ahead of the ego, or close behind it when it backs: for places without lanes.
//!
//! **Corridor**: the strip before the bumper in the direction of travel, straight on, wider than the body by a margin to
//! each side. Somebody is in it if his footprint overlaps it at the ego's sample.
//!
//! **Cannot tell** of somebody whose data may not be compared with the ego's: see [`overlap`].

use lukao_model::{ActorIx, math};

use crate::{Measures, body, overlap};

/// A corridor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corridor {
    /// Behind the ego instead of ahead of it.
    pub back: bool,
    /// Length from the bumper, m.
    pub length_m: f64,
    /// How much wider it is than the body, to each side, m.
    pub beside_m: f64,
}

/// Somebody in the corridor at the ego's sample `k`.
///
/// # Errors
/// What is missing, and why, if it cannot be told.
///
/// # Panics
/// If there is no such sample in the block.
pub fn in_the_way(
    m: &Measures<'_>,
    k: usize,
    c: Corridor,
) -> Result<Option<ActorIx>, (&'static str, String)> {
    let s = m.ego().samples()[k];
    let ego = &m.window().runs()[s.run];
    let (x, y) = (0.5 * ego.size.length_m, 0.5 * ego.size.width_m + c.beside_m);
    let ahead = if c.back { [-x - c.length_m, -x] } else { [x, x + c.length_m] };
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let mut unknown = None;
    for other in m.near().at(m, k) {
        let run = &m.window().runs()[other.run];
        let corners = body::corners_m(&other.pose, &run.size).map(|p| {
            let d = [p[0] - s.pose.x_m, p[1] - s.pose.y_m];
            [d[0] * cos + d[1] * sin, d[1] * cos - d[0] * sin]
        });
        if !overlaps(&corners, (ahead, [-y, y])) {
            continue;
        }
        match overlap::unusable(m, ego.clock, run) {
            None => return Ok(Some(run.actor)),
            Some(why) => unknown = Some(why),
        }
    }
    unknown.map_or(Ok(None), Err)
}

/// Whether a rectangle of any direction overlaps one along the axes: by separating axes.
fn overlaps(corners: &[[f64; 2]; 4], (x, y): ([f64; 2], [f64; 2])) -> bool {
    let own = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]];
    let along = |i: usize| [corners[i + 1][0] - corners[i][0], corners[i + 1][1] - corners[i][1]];
    let span = |of: &[[f64; 2]; 4], axis: [f64; 2]| {
        let d = of.map(|p| p[0] * axis[0] + p[1] * axis[1]);
        (d.iter().copied().fold(f64::INFINITY, f64::min), d.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    [[1.0, 0.0], [0.0, 1.0], along(0), along(1)].into_iter().all(|axis| {
        let ((a, b), (c, d)) = (span(corners, axis), span(&own, axis));
        a <= d && c <= b
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Admit, Held};
    use lukao_model::Interval;
    use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

    #[test]
    fn only_who_is_in_the_strip_is_in_the_way() {
        let back = |x: f64, y: f64, back: bool| {
            let ego = ActorBuilder::car("ego");
            let other = ActorBuilder::pedestrian("p").motion(Motion::at(x, y, 0.3));
            let d = DriveBuilder::new("t").ego(ego).actor(other).build();
            let held = Held::default();
            let m = Measures::new(&d, Interval::ALL, None, Admit::ALL, &held);
            in_the_way(&m, 3, Corridor { back, length_m: 5.0, beside_m: 0.5 }).unwrap().is_some()
        };
        assert!(back(5.0, 0.0, false) && !back(5.0, 0.0, true) && back(-5.0, 0.0, true));
        assert!(back(5.0, 1.6, false) && !back(5.0, 1.9, false));
        assert!(back(7.4, 0.0, false) && !back(7.7, 0.0, false));
    }
}
