//! The rule `late-kerb-stop`.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::math::hypot;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::S;
use lukao_model::{Channel, Interval, RuleResult, Subject};

use crate::attempt::{Stretch, Stretches};
use crate::context::{Context, Need, Needs, Said};
use crate::episode::word;
use crate::event::Event;
use crate::items::told::stop_within_m;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego does not stand within the distance in which it was told to stop.
    ///
    /// ## Checks
    /// The way of the ego from the examiner's command to its next stand.
    ///
    /// ## Method
    /// Commands of the log (channel `command`) in the scope that say `stop within N m`. The way is that of the middle of the
    /// footprint along its poses, up to the first sample below 0.2 m/s. Each such command is an opportunity.
    ///
    /// ## Cannot tell
    /// Where an attempt has no such command; without a speed; when the log ends before the ego stands and within the
    /// distance.
    ///
    /// ## Limits
    /// The distance of the command, or `max_m` instead; at equality it is kept. Looked at up to 55 s ahead: a longer way is
    /// reported as that. Uncertainty from the position at both ends. Where it stands then is the business of
    /// `parks-far-from-kerb`.
    ///
    /// ## Source
    /// Human driving test, stop at the kerb: within the distance that the examiner says (basis: profile).
    LateKerbStop = "late-kerb-stop" {
        /// Distance instead of the command's.
        optional max_m, "m", 1.0..=1000.0;
    }
}

const AHEAD_NS: i64 = 55 * S;

impl Rule for LateKerbStop {
    type Params = Params;
    /// Attempts with their commands, and all commands.
    type State = (Stretches<u64>, u64);
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, (stretches, all): &mut Self::State, out: &mut RuleResult) {
        let samples = cx.measures.ego().samples();
        let before = cx.measures.ego().in_block().start.checked_sub(1);
        let commands =
            cx.texts(Subject::Drive, Channel::Command, before.map_or(i64::MIN, |k| samples[k].t_ns + 1));
        let each = |stretch: &mut Stretch, told: &mut u64, k: usize, out: &mut RuleResult| {
            cx.judged(out, k);
            let from_ns = k.checked_sub(1).map_or(i64::MIN, |b| samples[b].t_ns + 1);
            for said in &commands {
                let here = (from_ns..=stretch.last.t_ns).contains(&said.t_ns) && cx.scope.contains(said.t_ns);
                if let Some(within_m) = stop_within_m(said.text).filter(|_| here) {
                    *told += 1;
                    judge(cx, (k, said), p.max_m.unwrap_or(within_m), out);
                }
            }
        };
        stretches.scan(cx, out, each, |stretch, told, out| *all += over(stretch, told, out));
    }

    fn finish(_: &Params, (stretches, mut all): Self::State, out: &mut RuleResult) {
        stretches.finish(out, |stretch, told, out| all += over(stretch, told, out));
        out.opportunities = all;
    }
}

fn over(stretch: &Stretch, told: u64, out: &mut RuleResult) -> u64 {
    if told == 0 {
        out.missing(
            Channel::Command.name(),
            "the attempt has no command to stop within a distance",
            stretch.when(),
        );
    }
    told
}

/// Follows the ego from its first sample `k` at or after the command.
fn judge(cx: &Context<'_>, (k, said): (usize, &Said<'_>), max_m: f64, out: &mut RuleResult) {
    let m = cx.measures;
    let samples = m.ego().samples();
    let u = |k: usize| {
        let s = samples[k];
        Uncertainty::from_option(m.window().runs()[s.run].accuracy.position_m.at(s.i))
    };
    let begin = m.ego().pose_at(said.t_ns).unwrap_or(samples[k].pose);
    let (mut way_m, mut last, mut at) = (0.0, begin, k);
    let mut stood = false;
    for (j, s) in (k..).zip(&samples[k..]).take_while(|x| x.1.t_ns <= said.t_ns + AHEAD_NS) {
        way_m += hypot(s.pose.x_m - last.x_m, s.pose.y_m - last.y_m);
        (last, at) = (s.pose, j);
        let Some(speed) = m.ego_speed_mps(j) else {
            let when = Interval::new(said.t_ns, s.t_ns);
            return cx.missing_in(out, when, Channel::Speed.name(), NO_SPEED);
        };
        stood = speed.value.abs() < STANDING_MPS;
        if stood || !s.goes_on {
            break;
        }
    }
    let when = Interval::new(said.t_ns, samples[at].t_ns);
    if !stood && way_m <= max_m {
        return cx.missing_in(out, when, "stand after the command", LOG_ENDS);
    }
    let event = Event {
        rule: META.id,
        what: "did not stand within the distance of the command".into(),
        value: "way to the stand",
        unit: "m",
        when,
        limit: Limit::AtMost(max_m),
        measured: Value { value: way_m, u: u(k).rss(u(at)) },
    };
    event.judge(cx, out, |f| {
        f.details.push(word("command", said.text));
        f.details.push(word("stood", if stood { "yes" } else { "no" }));
    });
}
