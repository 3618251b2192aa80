//! Where the front stops at a line: what rules about a stop line of the map and about a station's line have in common.

use lukao_measure::{Value, body};
use lukao_model::Finding;
use lukao_model::math::hypot;
use lukao_model::outcome::{Limit, Uncertainty};

use crate::context::Context;
use crate::episode::word;

/// How far a point is beyond a line that runs from the driver's left to his right, m; `None` if the line has no length.
pub(crate) fn beyond_m([a, b]: [[f64; 2]; 2], p: [f64; 2]) -> Option<f64> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = hypot(dx, dy);
    (length > 0.0).then(|| (-dy * (p[0] - a[0]) + dx * (p[1] - a[1])) / length)
}

/// The middle of the ego's front bumper at its sample `k`.
pub(crate) fn front_m(cx: &Context<'_>, k: usize) -> [f64; 2] {
    let s = cx.measures.ego().samples()[k];
    body::point_m(&s.pose, [0.5 * cx.measures.window().runs()[s.run].size.length_m, 0.0])
}

/// How well the place of the front is known, m.
pub(crate) fn front_u(cx: &Context<'_>, k: usize) -> Uncertainty {
    let s = cx.measures.ego().samples()[k];
    let run = &cx.measures.window().runs()[s.run];
    let known = Uncertainty::from_option;
    known(run.accuracy.position_m.at(s.i)).rss(known(run.size.accuracy_m).times(0.5))
}

/// A stop so far beyond a line, and what is let pass on that side of it.
pub(crate) struct LineStop {
    /// The conduct in words.
    pub what: &'static str,
    /// What is allowed.
    pub limit: Limit,
    /// Distance from the line.
    pub off: Value,
    over: bool,
}

impl LineStop {
    pub(crate) fn new(beyond: Value, max_before_m: f64, max_over_m: f64) -> Self {
        let over = beyond.value > 0.0;
        let (what, max) = if over {
            ("stopped over the line", max_over_m)
        } else {
            ("stopped short of the line", max_before_m)
        };
        let off = Value { value: beyond.value.abs(), u: beyond.u };
        Self { what, limit: Limit::AtMost(max), off, over }
    }

    /// Adds to a finding on which side of the line it was.
    pub(crate) fn tell_side(&self, f: &mut Finding) {
        f.details.push(word("side", if self.over { "beyond" } else { "before" }));
    }
}
