//! The rule `rolls-back`.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::roll_back::{CORNERS, RollBack, Rolled};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Interval, RuleResult, math};

use crate::context::{Context, Judging, Need, Needs, UNSURE};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::presence::channel_missing;
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego rolls back where it should hold or start forward.
    ///
    /// ## Checks
    /// How far a point of the body goes backward along the slope from its place farthest forward, while the gear is not reverse.
    ///
    /// ## Method
    /// Of each corner of the footprint, how far it is behind its farthest place along the heading that the ego had there, until
    /// the ego has passed that place again, shifts into reverse, or its data end; the corner that goes farthest counts. Without
    /// turning all points of the body go the same way, and no point goes farther than some corner. At a station with a slope the
    /// way on the map is made that along the slope: × √(1 + slope²). An opportunity is a start from a stand.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego went back farther than the limit and the log has no gear, so that it may have
    /// meant to reverse. Going back by less than the limit passes without a gear.
    ///
    /// ## Limits
    /// `max_back_m`; at equality it is kept. Where it is driven the scope says: a hill, a queue. Uncertainty from the position
    /// at both ends and, if the ego turned, from its heading.
    ///
    /// ## Source
    /// The default of 0.30 m is the veto of the Beijing closed-field exam for the hill start, as the press reported
    /// it in February 2018 (basis: press); it is the limit of the human driving test too.
    RollsBack = "rolls-back" {
        /// Way backward that is let pass.
        number max_back_m = 0.3, "m", 0.0..=5.0;
    }
}

/// The roll-back that goes on, and starts from a stand.
#[derive(Default)]
pub struct State {
    rolling: RollBack,
    judging: Judging,
    starts: u64,
    stood: bool,
    /// Slope of the station, in percent.
    slope_percent: f64,
}

impl Rule for RollsBack {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        state.judging = cx.judging;
        state.slope_percent = cx.station.and_then(|s| s.slope_percent).unwrap_or(0.0);
        for (k, _) in cx.samples() {
            if let Some(ended) = state.rolling.step(cx.measures, k) {
                close(&ended, p, state, out);
            }
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            cx.judged(out, k);
            let stands = speed.value.abs() < STANDING_MPS;
            state.starts += u64::from(state.stood && !stands);
            state.stood = stands;
        }
    }

    fn finish(p: &Params, mut state: State, out: &mut RuleResult) {
        if let Some(open) = std::mem::take(&mut state.rolling).finish() {
            close(&open, p, &state, out);
        }
        out.opportunities = state.starts;
    }
}

fn close(r: &Rolled, p: &Params, state: &State, out: &mut RuleResult) {
    let limit = Limit::AtMost(p.max_back_m);
    let longer = math::hypot(1.0, 0.01 * state.slope_percent);
    let back_m = Value { value: r.back_m.value * longer, u: r.back_m.u.times(longer) };
    let when = Interval::new(r.from_ns, r.to_ns);
    match state.judging.judge(limit, back_m) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => out.missing("way rolled back", UNSURE, when),
        Judgement::Broken { .. } if r.meant.is_none() => {
            out.missing(Channel::Gear.name(), &channel_missing(Channel::Gear), when);
        }
        Judgement::Broken { .. } => {
            let mut f = finding(META.id, "rolled back", &r.worst, limit, back_m, "m");
            (f.from_ns, f.to_ns) = (r.from_ns, r.to_ns);
            f.details.push(word("measured_at", CORNERS[r.corner]));
            out.findings.push(f);
        }
    }
}
