//! The rule `bend-not-indicated`.

use lukao_measure::indicator::{Indicators, Shown};
use lukao_measure::manoeuvre::Kind;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, Manoeuvre, Value};
use lukao_model::code::Indicator;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult, math};

use crate::attempt::{Stretch, Stretches, passing_u_s};
use crate::context::{Context, Need, Needs, OfStation};
use crate::episode::{number, word};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego turns through a bend of a station without having indicated it.
    ///
    /// ## Checks
    /// How long the indicators have shown the side of the bend when the ego begins to turn.
    ///
    /// ## Method
    /// Told from the heading, without a map: driving forward in the scope the heading changes by `least_deg` or more to one
    /// side. The turn begins where the heading was last within 3° of what it was when the ego began to drive forward, or
    /// after the bend before. Indicators that show nothing, both sides or the other side have shown it for 0 s. A bend is an
    /// opportunity.
    ///
    /// ## Cannot tell
    /// Without a station; without a speed; where the log does not say what the indicators show.
    ///
    /// ## Limits
    /// `min_lead_s`; at equality it is kept. Turns in junctions, which the map tells, are the business of
    /// `indicator-missing` and `indicator-late`. Uncertainty from how often the indicators are logged, the clocks and the step
    /// between the ego's samples.
    ///
    /// ## Source
    /// Human driving test, right-angle turn: points for not indicating; 3 s before any manoeuvre (basis: profile).
    BendNotIndicated = "bend-not-indicated" {
        /// Least time from switching on to the begin of the turn.
        number min_lead_s = 3.0, "s", 0.1..=15.0;
        /// Changes of heading by less are no bend.
        number least_deg = 60.0, "deg", 10.0..=170.0;
    }
}

/// Heading within which the ego still drives straight on, rad.
const STRAIGHT_RAD: f64 = 3.0 * std::f64::consts::PI / 180.0;

/// Attempts, and bends in all of them.
#[derive(Default)]
pub struct State {
    stretches: Stretches<Kept>,
    bends: u64,
}

/// How far the ego has turned since it last drove straight on.
#[derive(Default)]
pub struct Kept {
    last: Option<EgoSample>,
    turned_rad: f64,
    /// Begin of the turn, and its uncertainty, s.
    straight: Option<(i64, Uncertainty)>,
}

impl Rule for BendNotIndicated {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Station(OfStation::Any), Need::EgoChannel(Channel::Indicator)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let lamps = Indicators::of(cx.measures);
        let State { stretches, bends } = state;
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let s = stretch.last;
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                *kept = Kept::default();
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            cx.judged(out, k);
            if speed.value <= -STANDING_MPS {
                *kept = Kept::default();
                return;
            }
            if let Some(last) = kept.last.replace(s) {
                kept.turned_rad += math::angle_between(last.pose.yaw_rad, s.pose.yaw_rad);
            }
            if kept.turned_rad.abs() <= STRAIGHT_RAD || kept.straight.is_none() {
                kept.straight = Some((s.t_ns, passing_u_s(cx, k)));
            }
            let side = if kept.turned_rad > 0.0 { Indicator::Left } else { Indicator::Right };
            if kept.turned_rad.abs() < p.least_deg.to_radians() {
                return;
            }
            if let Some((from_ns, from_u_s)) = kept.straight.take() {
                *bends += 1;
                let (kind, lane) = (Kind::Turn, None);
                let bend = Manoeuvre { kind, side, from_ns, from_u_s, t_ns: s.t_ns, to_ns: s.t_ns, k, lane };
                judge(cx, p, &lamps, &bend, out);
            }
            // What comes now is the next bend.
            *kept = Kept { last: Some(s), ..Kept::default() };
        };
        stretches.scan(cx, out, each, |_, _, _| {});
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.stretches.finish(out, |_, _, _| {});
        out.opportunities = state.bends;
    }
}

fn judge(cx: &Context<'_>, p: &Params, lamps: &Indicators, bend: &Manoeuvre, out: &mut RuleResult) {
    let when = Interval::new(bend.from_ns, bend.t_ns);
    let (lead_s, shown) = match lamps.shown(cx.measures, bend) {
        Shown::Unknown => {
            return cx.missing_in(
                out,
                when,
                Channel::Indicator.name(),
                "the log does not say what they show",
            );
        }
        Shown::Nothing => (Value { value: 0.0, u: bend.from_u_s }, "nothing"),
        Shown::WrongSide => (Value { value: 0.0, u: bend.from_u_s }, "the other side"),
        Shown::Right(lead) => (lead.time_s, "the side"),
    };
    let event = Event {
        rule: META.id,
        what: "did not indicate a bend in time".into(),
        value: "lead of the indicator",
        unit: "s",
        when,
        limit: Limit::AtLeast(p.min_lead_s),
        measured: lead_s,
    };
    event.judge(cx, out, |f| {
        f.details.push(word("shown", shown));
        f.details.push(number("turn_s", to_s(bend.t_ns - bend.from_ns)));
    });
}
