//! The rule `stops-off-the-line`.

use lukao_measure::Value;
use lukao_model::outcome::Uncertainty;
use lukao_model::{Interval, RuleResult};
use lukao_track::{StopLineIx, Track};

use super::line_stop::{LineStop, beyond_m, front_m, front_u};
use super::stops::Stops;
use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego stops over a stop line or too far before it.
    ///
    /// ## Checks
    /// At each stop of the ego the distance from the middle of its front bumper to the stop line of its lane: no
    /// more than `max_before_m` before it and no more than `max_over_m` beyond it. Only stops nearer than
    /// `near_m` count as stops at the line.
    ///
    /// ## Method
    /// A stop begins at the first sample of the ego at a stand after one in motion. The distance is at right angles
    /// to the line as the map has it. An opportunity is a stop at a line.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map.
    ///
    /// ## Limits
    /// `max_before_m` and `max_over_m`; at equality they are kept. A stop behind another vehicle counts too if it is
    /// that near: `near_m` says which. Which edge of the paint the line is, the survey says. Uncertainty from
    /// position, half of the length's and the survey.
    ///
    /// ## Source
    /// The pack names the clause. The human driving test's hill stop has 0.50 m ("bumper off line by more than 50 cm";
    /// basis: press). The default of 2 m is the upper end of what another checker takes for a good stop (profile);
    /// over the line nothing is let pass.
    StopsOffTheLine = "stops-off-the-line" {
        /// Distance before the line that is let pass.
        number max_before_m = 2.0, "m", 0.0..=20.0;
        /// Distance beyond the line that is let pass.
        number max_over_m = 0.0, "m", 0.0..=5.0;
        /// Stops farther from a line than this, to either side, are none at it.
        number near_m = 5.0, "m", 0.1..=50.0;
    }
}

impl Rule for StopsOffTheLine {
    type Params = Params;
    type State = Stops;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stops, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        state.scan(cx, "stop line", out, |k, out| {
            let Some((line, beyond)) = nearest(cx, track, k, p) else { return false };
            let t_ns = cx.measures.ego().samples()[k].t_ns;
            let stop = LineStop::new(beyond, p.max_before_m, p.max_over_m);
            let event = Event {
                rule: META.id,
                what: stop.what.into(),
                value: "distance to the stop line",
                unit: "m",
                when: Interval::new(t_ns, t_ns),
                limit: stop.limit,
                measured: stop.off,
            };
            event.judge(cx, out, |f| {
                f.element = Some(track.stop_line(line).id.clone());
                stop.tell_side(f);
            });
            true
        });
    }

    fn finish(_: &Params, state: Stops, out: &mut RuleResult) {
        out.opportunities = state.count;
    }
}

/// The nearest stop line of the ego's lanes, and how far its front is beyond it.
fn nearest(cx: &Context<'_>, track: &Track, k: usize, p: &Params) -> Option<(StopLineIx, Value)> {
    let s = cx.measures.ego().samples()[k];
    let front = front_m(cx, k);
    let lanes = [front, [s.pose.x_m, s.pose.y_m]].map(|at| track.lanes_at(at, s.z_m));
    let lines = lanes.iter().flatten().flat_map(|h| {
        // The front may be past the lane's end, in the junction; then its line lies behind.
        let before = track.predecessors(h.lane).iter().copied();
        std::iter::once(h.lane).chain(before).flat_map(|l| track.stop_lines_on(l)).map(|x| x.1)
    });
    let beyond = |line: StopLineIx| {
        let points = &track.stop_line(line).points_m;
        let (a, b) = (points.first()?, points.last()?);
        let d = beyond_m([[a[0], a[1]], [b[0], b[1]]], front)?;
        (d.abs() <= p.near_m).then_some((line, d))
    };
    let (line, d) =
        lines.filter_map(beyond).min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(a.0.cmp(&b.0)))?;
    let u = front_u(cx, k).rss(Uncertainty::from_option(track.survey().accuracy_m));
    Some((line, Value { value: d, u }))
}
