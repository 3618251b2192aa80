//! The rule `police-order`.

use lukao_measure::{Entry, Value};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult, Subject};
use lukao_track::{Track, Turn};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a junction otherwise than a police officer orders.
    ///
    /// ## Checks
    /// The turn that the ego takes through a junction against the order in force when its front enters: `stop` forbids
    /// to enter, `straight`, `left` and `right` tell the way.
    ///
    /// ## Method
    /// Orders are marks of the log (channel `mark`): `police: stop`, `police: straight`, `police: left`, `police:
    /// right`; `police: end` takes them back. An order holds until the next. Measured is the time since the order was
    /// given. An opportunity is an entry under an order. Findings are candidates: whether a gesture was understood is
    /// for the examiner.
    ///
    /// ## Cannot tell
    /// The way through the junction is not certain and decides; a mark of the police says something else.
    ///
    /// ## Limits
    /// `grace_s`: who enters at most that long after an order is not judged by it; at equality neither. Uncertainty is
    /// that of the entry.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 38: where a police officer directs the traffic his directions go before signals
    /// (basis: inferred, the article is not among the texts at hand). 2 s are this project's own reading (basis:
    /// profile).
    PoliceOrder = "police-order" {
        /// Time to heed an order.
        number grace_s = 2.0, "s", 0.0..=10.0;
    }
}

/// An order, as marks say it.
#[derive(Clone, Debug, PartialEq)]
enum Order {
    Stop,
    Turn(Turn),
    Other(String),
}

/// The order in force, and entries under one.
#[derive(Default)]
pub struct State {
    order: Option<(i64, Order)>,
    occasions: u64,
}

impl Rule for PoliceOrder {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        cx.judged_all(out);
        let mut marks = marks(cx).into_iter().peekable();
        for entry in m.junction_entries() {
            while let Some((t_ns, order)) = marks.next_if(|x| x.0 <= entry.t_ns) {
                state.order = order.map(|o| (t_ns, o));
            }
            if let Some((since_ns, order)) = &state.order
                && cx.scope.contains(entry.t_ns)
            {
                state.occasions += 1;
                judge(cx, track, entry, (*since_ns, order), p, out);
            }
        }
        for (t_ns, order) in marks.filter(|x| x.0 < cx.block().to_ns) {
            state.order = order.map(|o| (t_ns, o));
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

/// Marks of the police from the block's begin on, by time; `None` takes the order back.
fn marks(cx: &Context<'_>) -> Vec<(i64, Option<Order>)> {
    let mut out = Vec::new();
    for said in cx.texts(Subject::Drive, Channel::Mark, cx.block().from_ns) {
        let Some(text) = said.text.trim().strip_prefix("police:") else { continue };
        let order = match text.trim() {
            "end" => None,
            "stop" => Some(Order::Stop),
            "straight" => Some(Order::Turn(Turn::Straight)),
            "left" => Some(Order::Turn(Turn::Left)),
            "right" => Some(Order::Turn(Turn::Right)),
            other => Some(Order::Other(other.to_owned())),
        };
        out.push((said.t_ns, order));
    }
    out
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    entry: &Entry,
    (since_ns, order): (i64, &Order),
    p: &Params,
    out: &mut RuleResult,
) {
    let when = Interval::new(entry.t_ns, entry.t_ns);
    let obeyed = |turn: Turn| entry.ways.iter().filter(|w| track.path(**w).turn == turn).count();
    let what = match order {
        Order::Other(text) => {
            return cx.missing_in(
                out,
                when,
                Channel::Mark.name(),
                &format!("police: {text} is no known order"),
            );
        }
        Order::Stop => "entered a junction though ordered to stop",
        Order::Turn(turn) => match obeyed(*turn) {
            0 => "took another way than ordered",
            n if n == entry.ways.len() => return,
            _ => {
                return cx.missing_in(
                    out,
                    when,
                    "way through the junction",
                    "it decides whether it was obeyed",
                );
            }
        },
    };
    let limit = Limit::AtMost(p.grace_s);
    let measured = Value { value: to_s(entry.t_ns - since_ns), u: entry.u_s };
    match cx.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "time since the order", UNSURE),
        Judgement::Broken { .. } => {
            let s = cx.measures.ego().samples()[entry.k];
            let mut f = finding(META.id, what, &s, limit, measured, "s");
            (f.from_ns, f.to_ns, f.worst_ns) = (entry.t_ns, entry.t_ns, entry.t_ns);
            f.at_m = cx.measures.ego().pose_at(entry.t_ns).map(|p| [p.x_m, p.y_m]);
            f.element = Some(format!("junction {}", track.path(entry.ways[0]).junction));
            if matches!(entry.u_s, Uncertainty::Unknown) {
                f.details.push(word("time_of_entry", "its uncertainty is not known"));
            }
            out.findings.push(f);
        }
    }
}
