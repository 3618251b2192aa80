//! The rule `stops-off-station-line`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult, math};
use lukao_track::Gate;

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs, OfStation};
use crate::control::line_stop::{LineStop, beyond_m, front_m, front_u};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego does not stop with its front at the station's line.
    ///
    /// ## Checks
    /// In each stretch of the scope the distance from the middle of the ego's front bumper to the station's `line` when it
    /// stops: no more than `max_before_m` before it and no more than `max_over_m` beyond it. No stop within `near_m` of the
    /// line is a finding too.
    ///
    /// ## Method
    /// A stop begins at the first sample at a stand after one in motion; the heading is less than 60° off the line's
    /// direction and the front between its ends. It is where the ego has come farthest in that stand: below 0.2 m/s it still rolls
    /// some centimetres. The distance is at right angles to the line. Of several stops the one
    /// nearest to it counts: stopping again nearer is no fault. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Without a station or one without a line; without a speed; when the log ends before the attempt does and without a
    /// stop.
    ///
    /// ## Limits
    /// `max_before_m` and `max_over_m`; at equality they are kept. Uncertainty from position, half of the length's and the
    /// survey.
    ///
    /// ## Source
    /// Human driving test, hill stop: more than 50 cm off the line fails, less costs points (basis: profile). Beijing
    /// closed-field exam: an error below 15 cm at T4 (basis: press; read as the error of the stop).
    StopsOffStationLine = "stops-off-station-line" {
        /// Distance before the line that is let pass.
        number max_before_m = 0.5, "m", 0.0..=50.0;
        /// Distance beyond the line that is let pass.
        number max_over_m = 0.5, "m", 0.0..=5.0;
        /// Stops farther from the line than this, to either side, are none at it.
        number near_m = 5.0, "m", 0.1..=100.0;
    }
}

/// Whether the ego moved at its last sample, where it stands, and its stop nearest to the line.
#[derive(Default)]
pub struct Kept {
    moved: bool,
    here: Option<(Value, EgoSample)>,
    stop: Option<(Value, EgoSample)>,
}

impl Kept {
    /// The stand is over.
    fn leave(&mut self) {
        let Some(here) = self.here.take() else { return };
        if self.stop.is_none_or(|(best, _)| here.0.value.abs() < best.value.abs()) {
            self.stop = Some(here);
        }
    }
}

impl Rule for StopsOffStationLine {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Station(OfStation::Line)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let Some(line) = cx.station.and_then(|s| s.line) else { return };
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                stretch.blind = true;
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            let moves = speed.value.abs() >= STANDING_MPS;
            let stops = std::mem::replace(&mut kept.moved, moves) && !moves;
            if moves {
                kept.leave();
            } else if (stops || kept.here.is_some())
                && let Some(beyond) = beyond(cx, line, k).filter(|b| b.value.abs() <= p.near_m)
                && kept.here.is_none_or(|(farthest, _)| beyond.value > farthest.value)
            {
                kept.here = Some((beyond, stretch.last));
            }
            cx.judged(out, k);
        };
        state.scan(cx, out, each, |stretch, kept, out| over(p, stretch, kept, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| over(p, stretch, kept, out));
    }
}

/// Least cosine of the angle between heading and the line's direction.
const COS_MOST_OFF: f64 = 0.5;

/// How far the front is beyond the line; `None` beside it or across it.
fn beyond(cx: &Context<'_>, line: Gate, k: usize) -> Option<Value> {
    let (front, s) = (front_m(cx, k), cx.measures.ego().samples()[k]);
    let value = beyond_m(line, front)?;
    let [a, b] = line;
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = math::hypot(dx, dy);
    let beside = (dx * (front[0] - a[0]) + dy * (front[1] - a[1])) / length;
    let along = (dx * sin - dy * cos) / length >= COS_MOST_OFF;
    (along && (0.0..=length).contains(&beside))
        .then(|| Value { value, u: front_u(cx, k).rss(cx.station_u()) })
}

fn over(p: &Params, stretch: &Stretch, mut kept: Kept, out: &mut RuleResult) {
    kept.leave();
    let (rule, value) = (META.id, "distance to the line");
    let Some((beyond, at)) = kept.stop else {
        if stretch.blind {
            // What is missing has been noted.
            return;
        }
        if !stretch.ended {
            return out.missing("stop at the line", LOG_ENDS, stretch.when());
        }
        let (limit, measured) = (Limit::AtLeast(1.0), Value { value: 0.0, u: Uncertainty::Known(0.0) });
        let (what, when, at) = ("did not stop at the line", stretch.when(), stretch.last);
        return Whole { rule, what, value, unit: "1", when, at, limit, measured }.judge(
            stretch.judging,
            out,
            |_| {},
        );
    };
    let stop = LineStop::new(beyond, p.max_before_m, p.max_over_m);
    let (limit, measured, when) = (stop.limit, stop.off, Interval::new(at.t_ns, at.t_ns));
    Whole { rule, what: stop.what, value, unit: "m", when, at, limit, measured }.judge(
        stretch.judging,
        out,
        |f| stop.tell_side(f),
    );
}
