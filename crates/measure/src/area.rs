//! How far the ego's body is outside the drivable area.
//!
//! **Definition** (m): of the four corners of the footprint the greatest distance to the drivable area (see
//! [`Track::drivable_clearance`]); negative if all are inside, then the distance of the nearest corner to the
//! edge. Cut off at ±5 m. At samples only: between two samples a corner that goes out and comes back is not seen.
//!
//! **Uncertainty**: position accuracy, half of the size's, the yaw's × half the diagonal, and the survey's.

use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_track::Track;

use crate::body;
use crate::value::Value;
use crate::{EgoSample, Measures};

/// Farther than this is not told apart, metres.
pub const CUT_OFF_M: f64 = 5.0;

/// How far the ego is outside at a sample, and at which element of the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// Distance, metres: see the module.
    pub outside_m: Value,
    /// The corner that is farthest outside, in the drive's frame.
    pub corner_m: [f64; 2],
    /// The nearest edge, if one is near.
    pub element: Option<String>,
}

/// Where the ego's body is relative to the drivable area at a sample; `None` without a track.
#[must_use]
pub fn outside(m: &Measures<'_>, s: &EgoSample) -> Option<Outside> {
    let track = m.track()?;
    let run = &m.window().runs()[s.run];
    let corners = body::corners_m(&s.pose, &run.size);
    let far = |p: [f64; 2]| -track.drivable_clearance(p, s.z_m, CUT_OFF_M);
    let mut worst = (far(corners[0]), corners[0]);
    for c in &corners[1..] {
        let d = far(*c);
        if d > worst.0 {
            worst = (d, *c);
        }
    }
    let element = || track.nearest_boundary(worst.1, s.z_m, CUT_OFF_M).map(|(b, _)| b.id.clone());
    let known = Uncertainty::from_option;
    let reach = 0.5 * math::hypot(run.size.length_m, run.size.width_m);
    let u = known(run.accuracy.position_m.at(s.i))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(known(run.accuracy.yaw_rad.at(s.i)).times(reach))
        .rss(known(track.survey().accuracy_m));
    let outside_m = Value { value: worst.0, u };
    Some(Outside { outside_m, corner_m: worst.1, element: if worst.0 > 0.0 { element() } else { None } })
}

/// Whether the ego's centre is on or near the track at all, so that what the map lacks there means something.
#[must_use]
pub fn on_map(track: &Track, s: &EgoSample) -> bool {
    track.nearest_lane([s.pose.x_m, s.pose.y_m], s.z_m, CUT_OFF_M, |_| true).is_some()
}
