//! The rule `v2x-not-heeded`.

use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::from_s;
use lukao_model::{Channel, Interval, RuleResult, Subject};

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego does not adapt its speed to a V2X message.
    ///
    /// ## Checks
    /// The lowest speed of the `within_s` seconds after a V2X message was received (channel `v2x`).
    ///
    /// ## Method
    /// Messages in the scope, of the ego or of the drive; every one counts, whatever it says. Lowest at the ego's samples.
    /// Each message is an opportunity.
    ///
    /// ## Cannot tell
    /// Without a speed; when the log ends before the time is over and the ego is still too fast.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed. Which message asks for which speed the scope
    /// has to say; that it was understood is for the examiner.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018, networked driving: the item exists (basis: press); what it asks for is this
    /// project's own reading (basis: profile).
    V2xNotHeeded = "v2x-not-heeded" {
        /// Highest speed in the end.
        number max_kmh = 30.0, "km/h", 0.0..=200.0;
        /// Time to slow down.
        number within_s = 10.0, "s", 0.1..=50.0;
    }
}

impl Rule for V2xNotHeeded {
    type Params = Params;
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, messages: &mut u64, out: &mut RuleResult) {
        let (m, block) = (cx.measures, cx.block());
        cx.judged_all(out);
        let of = |whose: Subject| cx.texts(whose, Channel::V2x, block.from_ns);
        let mut all = of(Subject::Drive);
        all.extend(m.ego_actor().into_iter().flat_map(|ego| of(Subject::Actor(ego))));
        all.sort_by_key(|x| x.t_ns);
        for message in all.iter().filter(|x| x.t_ns < block.to_ns && cx.scope.contains(x.t_ns)) {
            *messages += 1;
            let until = message.t_ns.saturating_add(from_s(p.within_s).unwrap_or(0));
            let samples = m.ego().samples();
            let first = samples.partition_point(|s| s.t_ns < message.t_ns);
            let after: Vec<(usize, &EgoSample)> =
                (first..).zip(&samples[first..]).take_while(|x| x.1.t_ns <= until).collect();
            let speeds = after.iter().map(|(k, _)| m.ego_speed_mps(*k));
            let lowest = speeds.flatten().min_by(|a, b| a.value.abs().total_cmp(&b.value.abs()));
            let last_ns = after.last().map_or(message.t_ns, |x| x.1.t_ns);
            let when = Interval::new(message.t_ns, last_ns);
            let Some(lowest) = lowest else {
                cx.missing_in(out, when, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let measured = Value { value: lowest.value.abs() * 3.6, u: lowest.u.times(3.6) };
            let limit = Limit::AtMost(p.max_kmh);
            let seen_whole = samples.last().is_some_and(|s| s.t_ns >= until);
            if !seen_whole && !matches!(cx.judge(limit, measured), Judgement::Kept { .. }) {
                cx.missing_in(out, when, "speed after the message", LOG_ENDS);
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "did not slow down after a V2X message".into(),
                value: "lowest speed",
                unit: "km/h",
                when,
                limit,
                measured,
            };
            event.judge(cx, out, |f| f.details.push(word("message", message.text)));
        }
    }

    fn finish(_: &Params, messages: u64, out: &mut RuleResult) {
        out.opportunities = messages;
    }
}
