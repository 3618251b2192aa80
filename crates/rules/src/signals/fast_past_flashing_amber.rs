//! The rule `fast-past-flashing-amber`.

use lukao_measure::{StopLinePassed, Value};
use lukao_model::code::SignalState;
use lukao_model::outcome::Limit;
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::KMH;
use crate::words::NO_SPEED;

rule! {
    /// The ego passes a light that flashes amber without slowing down.
    ///
    /// ## Checks
    /// The speed with which the middle of the front bumper passes a stop line while the lights of the ego's way flash amber.
    ///
    /// ## Method
    /// At that moment, in continuous time. An opportunity is such a passage. Whom the ego has to let go there is told by the rules on
    /// right of way, for which a light that flashes amber is none.
    ///
    /// ## Cannot tell
    /// The state is missing or logged as unknown at that moment; lights of ways that the ego may take disagree; the clock of the
    /// states is not synchronised with the ego's; without a speed.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. Whether somebody looked is in no log. Uncertainty that of the speed.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 42: flashing amber reminds to look and to pass when
    /// it is safe (basis: text). The article has no figure: 30 km/h is this project's own reading (basis: profile).
    FastPastFlashingAmber = "fast-past-flashing-amber" {
        /// Speed that is let pass.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
    }
}

impl Rule for FastPastFlashingAmber {
    type Params = Params;
    /// Passages.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, passages: &mut u64, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        for k in cx.measures.ego().in_block() {
            cx.judged(out, k);
        }
        for at in cx.measures.stop_lines_passed().iter().filter(|l| cx.scope.contains(l.t_ns)) {
            judge(cx, track, at, p, passages, out);
        }
    }

    fn finish(_: &Params, passages: u64, out: &mut RuleResult) {
        out.opportunities = passages;
    }
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    at: &StopLinePassed,
    p: &Params,
    passages: &mut u64,
    out: &mut RuleResult,
) {
    let heads = cx.measures.heads(at.line, at.ways.as_deref());
    if heads.is_empty() {
        return;
    }
    let when = Interval::new(at.t_ns, at.t_ns);
    let shown = match cx.measures.shown(at.k, &heads, at.t_ns) {
        Ok(shown) if shown.state == SignalState::FlashingAmber => shown,
        Ok(_) => return,
        Err(e) => return cx.missing_in(out, when, Channel::SignalState.name(), &e.why(track)),
    };
    *passages += 1;
    let Some(v) = at.speed_mps else {
        return cx.missing_in(out, when, Channel::Speed.name(), NO_SPEED);
    };
    let event = Event {
        rule: META.id,
        what: "passed flashing amber without slowing down".into(),
        value: "speed",
        unit: "km/h",
        when,
        limit: Limit::AtMost(p.max_kmh),
        measured: Value { value: v.value * KMH, u: v.u.times(KMH) },
    };
    event.judge(cx, out, |f| {
        f.element = Some(track.stop_line(at.line).id.clone());
        f.details.push(word("signal", &track.signal(shown.signal).id));
    });
}
