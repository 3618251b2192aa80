//! The rule `not-slowed`.

use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::{from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs, OfStation};
use crate::control::line_stop::{beyond_m, front_m};
use crate::episode::number;
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::NO_SPEED;

/// Metres per second to kilometres per hour.
const KMH: f64 = 3.6;

/// Where the speed counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// At the begin of the attempt.
    Begin,
    /// Where the front passes the station's line.
    Line,
    /// The lowest of the attempt.
    Within,
}

impl Choice for At {
    const WORDS: &'static [&'static str] = &["begin", "line", "within"];
}

rule! {
    /// The ego does not slow down where it has to.
    ///
    /// ## Checks
    /// The ego's speed at the begin of each stretch of the scope, where its front passes the station's line, or the lowest
    /// of the stretch (`at`): at most `max_kmh`, or lower by `least_drop_kmh` than before. Who does one of the two has slowed
    /// down; what is not given is not asked for.
    ///
    /// ## Method
    /// Before is the highest speed of the `before_s` seconds up to that moment; with `at = "within"` up to the begin. At the
    /// begin the speed is linear between two samples. An opportunity is a stretch in which there was such a moment.
    ///
    /// ## Cannot tell
    /// Without a speed; with `at = "line"`, without a station that has a line. What was before the log's begin is not
    /// looked at.
    ///
    /// ## Limits
    /// `max_kmh` and `least_drop_kmh`; at equality they are kept. The uncertainty is that of the speed.
    ///
    /// ## Source
    /// The human driving test fails who does not slow down at the entry of a tunnel, a crossing, a school zone or a bus
    /// stop, before the undulating road and in bad weather; it gives no figures (basis: profile).
    NotSlowed = "not-slowed" {
        /// Highest speed.
        optional max_kmh, "km/h", 0.0..=200.0;
        /// Least difference to the speed before.
        optional least_drop_kmh, "km/h", 0.0..=200.0;
        /// Where the speed counts.
        choice at: At = At::Begin, "begin";
        /// How long before the highest speed is looked for.
        number before_s = 3.0, "s", 0.0..=15.0;
    }
}

/// Attempts, and those with a moment that counts.
#[derive(Default)]
pub struct State {
    stretches: Stretches<Kept>,
    judged: u64,
}

/// What is kept of an attempt.
#[derive(Default)]
pub struct Kept {
    begun: bool,
    /// How far the front was beyond the line.
    beyond_m: Option<f64>,
    before: Option<Value>,
    moment: Option<(Value, EgoSample)>,
}

impl Rule for NotSlowed {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(p: &Params) -> Needs {
        let mut needs = vec![Need::Ego];
        needs.extend((p.at == At::Line).then_some(Need::Station(OfStation::Line)));
        needs
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let line = cx.station.and_then(|s| s.line);
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let begins = !std::mem::replace(&mut kept.begun, true);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            let now = Value { value: speed.value.abs(), u: speed.u };
            cx.judged(out, k);
            if p.at == At::Line {
                let here = line.and_then(|line| beyond_m(line, front_m(cx, k)));
                let passes = kept.beyond_m.is_some_and(|b| b < 0.0) && here.is_some_and(|b| b >= 0.0);
                kept.beyond_m = here;
                if passes && kept.moment.is_none() {
                    (kept.moment, kept.before) = (Some((now, stretch.last)), before(cx, p, k));
                }
                return;
            }
            if begins {
                let at = at_begin(cx, stretch, k).unwrap_or(now);
                (kept.moment, kept.before) = (Some((at, stretch.last)), before(cx, p, k));
            }
            if p.at == At::Within && kept.moment.is_none_or(|m| now.value < m.0.value) {
                kept.moment = Some((now, stretch.last));
            }
        };
        let judged = &mut state.judged;
        state.stretches.scan(cx, out, each, |stretch, kept, out| *judged += over(p, stretch, &kept, out));
    }

    fn finish(p: &Params, mut state: State, out: &mut RuleResult) {
        state.stretches.finish(out, |stretch, kept, out| state.judged += over(p, stretch, &kept, out));
        out.opportunities = state.judged;
    }
}

/// Speed at the stretch's begin, which lies before its first sample `k`.
fn at_begin(cx: &Context<'_>, stretch: &Stretch, k: usize) -> Option<Value> {
    let before = k.checked_sub(1)?;
    let (a, b) = (cx.measures.ego().samples()[before], stretch.last);
    if !a.goes_on || stretch.from_ns < a.t_ns {
        return None;
    }
    let part = to_s(stretch.from_ns - a.t_ns) / to_s(b.t_ns - a.t_ns);
    let (v, w) = (cx.measures.ego_speed_mps(before)?, cx.measures.ego_speed_mps(k)?);
    let v = v.toward(w, part);
    Some(Value { value: v.value.abs(), u: v.u })
}

/// The highest speed of the seconds up to the ego's sample `k`.
fn before(cx: &Context<'_>, p: &Params, k: usize) -> Option<Value> {
    let samples = cx.measures.ego().samples();
    let from_ns = samples[k].t_ns - from_s(p.before_s).unwrap_or(0);
    let back = (0..=k).rev().take_while(|j| samples[*j].t_ns >= from_ns && samples[*j].run == samples[k].run);
    let speeds = back.filter_map(|j| cx.measures.ego_speed_mps(j));
    speeds.map(|v| Value { value: v.value.abs(), u: v.u }).max_by(|a, b| a.value.total_cmp(&b.value))
}

/// Closes a stretch; 1 if there was a moment that counts.
fn over(p: &Params, stretch: &Stretch, kept: &Kept, out: &mut RuleResult) -> u64 {
    let Some((speed, at)) = kept.moment else { return 0 };
    let kmh = |v: Value| Value { value: v.value * KMH, u: v.u.times(KMH) };
    let speed = kmh(speed);
    let drop = kept.before.map(|b| Value::of([kmh(b), speed], |[b, v]| b - v));
    let max = p.max_kmh.map(|max| (Limit::AtMost(max), speed, "drove on without slowing down"));
    let least = p.least_drop_kmh.zip(drop);
    let least = least.map(|(least, drop)| (Limit::AtLeast(least), drop, "did not slow down by enough"));
    let all = || max.into_iter().chain(least);
    let kept = |x: &(Limit, Value, &str)| matches!(stretch.judging.judge(x.0, x.1), Judgement::Kept { .. });
    let unsure = |x: &(Limit, Value, &str)| stretch.judging.judge(x.0, x.1) == Judgement::Unsure;
    if all().any(|x| kept(&x)) {
        return 1;
    }
    // The first that cannot be told decides, since it may be kept.
    let Some((limit, measured, what)) = all().find(unsure).or(max).or(least) else { return 0 };
    let when = Interval::new(at.t_ns, at.t_ns);
    let whole = Whole { rule: META.id, what, value: "speed", unit: "km/h", when, at, limit, measured };
    whole.judge(stretch.judging, out, |f| {
        f.details.push(number("speed_kmh", speed.value));
        f.details.extend(drop.map(|d| number("speed_before_kmh", speed.value + d.value)));
    });
    1
}
