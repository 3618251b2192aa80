//! The rule `blocked-junction-entered`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Ahead, Entry, Lead, Value, Who};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::{from_s, to_s};
use lukao_model::{Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{actor_id, finding, number};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a junction in which it then has to stand, because the way out is blocked.
    ///
    /// ## Checks
    /// The room beyond the junction, behind the one ahead, when the ego's front enters it: it must be as long as the ego and
    /// `margin_m`. Only if the ego then stands in the junction for at least `min_stand_s`.
    ///
    /// ## Method
    /// At the moment at which the middle of the front bumper passes the end of the approach lane, in continuous time. Room is
    /// the gap to the one ahead in lane less the way through the junction, along the middle of the lanes, at the last sample
    /// before. He counts if he is at most `queue_mps` fast. The stand is looked for until the ego's rear has left the
    /// junction, at most 60 s. An opportunity is an entry behind somebody that slow.
    ///
    /// ## Cannot tell
    /// Who is ahead is not known; the way through the junction is not certain and decides.
    ///
    /// ## Limits
    /// At equality the room is enough. Who then leaves the junction without standing has hindered nobody. Uncertainty is that
    /// of the gap.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 53: where the junction ahead is blocked stop
    /// outside of it and do not enter. What is blocked, in figures, is this project's own reading (basis: profile).
    BlockedJunctionEntered = "blocked-junction-entered" {
        /// Room that must be left beyond the ego's own length.
        number margin_m = 0.5, "m", 0.0..=10.0;
        /// Fastest at which the one ahead is in a queue.
        number queue_mps = 1.5, "m/s", 0.0..=5.0;
        /// Shortest stand in the junction that counts.
        number min_stand_s = 3.0, "s", 0.0..=60.0;
    }
}

/// Entries behind a queue.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for BlockedJunctionEntered {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        cx.judged_all(out);
        for entry in m.junction_entries().iter().filter(|e| cx.scope.contains(e.t_ns)) {
            let when = Interval::new(entry.t_ns, entry.t_ns);
            match m.ahead_at(entry.k, Who::Vehicles) {
                Some(Ahead::Unknown(what, why)) => cx.missing_in(out, when, what, &why),
                Some(Ahead::Lead(lead)) if lead.lead_mps.is_some_and(|v| v.value.abs() <= p.queue_mps) => {
                    state.occasions += 1;
                    judge(cx, track, entry, &lead, p, out);
                }
                _ => {}
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn judge(cx: &Context<'_>, track: &Track, entry: &Entry, lead: &Lead, p: &Params, out: &mut RuleResult) {
    let m = cx.measures;
    let s = m.ego().samples()[entry.k];
    let when = Interval::new(entry.t_ns, entry.t_ns);
    let length = m.window().runs()[s.run].size.length_m;
    // At the sample the front is before the junction by the way that it still makes until it enters.
    let still = entry.speed_mps.map_or(0.0, |v| v.value * to_s(entry.t_ns - s.t_ns));
    let inside: Vec<f64> = entry.ways.iter().map(|w| track.way_of(*w).inside_m).collect();
    let (least, most) = inside.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), x| (a.min(*x), b.max(*x)));
    let Some(stood) = stands_inside(cx, entry, most, p) else { return };
    let room = |inside: f64| Value { value: lead.gap_m.value - still - inside, u: lead.gap_m.u };
    let limit = Limit::AtLeast(length + p.margin_m);
    match (cx.judge(limit, room(least)), cx.judge(limit, room(most))) {
        (Judgement::Kept { .. }, Judgement::Kept { .. }) => {}
        (Judgement::Broken { .. }, Judgement::Broken { .. }) => {
            let what = "entered a junction whose way out was blocked";
            let mut f = finding(META.id, what, &s, limit, room(least), "m");
            (f.from_ns, f.to_ns, f.worst_ns) = (entry.t_ns, stood.to_ns, entry.t_ns);
            f.at_m = m.ego().pose_at(entry.t_ns).map(|p| [p.x_m, p.y_m]);
            f.actors.push(actor_id(m, lead.actor));
            f.element = Some(format!("junction {}", track.path(entry.ways[0]).junction));
            f.details.push(number("stood_s", to_s(stood.len_ns())));
            if matches!(lead.gap_m.u, Uncertainty::Unknown) {
                f.details.push(crate::episode::word("gap", "its uncertainty is not known"));
            }
            out.findings.push(f);
        }
        (Judgement::Unsure, _) | (_, Judgement::Unsure) => {
            cx.missing_in(out, when, "room beyond the junction", UNSURE);
        }
        _ => cx.missing_in(out, when, "way through the junction", "it decides how much room was left"),
    }
}

/// The first long enough stand before the rear has gone the way through the junction.
fn stands_inside(cx: &Context<'_>, entry: &Entry, inside_m: f64, p: &Params) -> Option<Interval> {
    let m = cx.measures;
    let samples = m.ego().samples();
    let length = m.window().runs()[samples[entry.k].run].size.length_m;
    let min_ns = from_s(p.min_stand_s).unwrap_or(0);
    let (mut way, mut stand): (f64, Option<Interval>) = (0.0, None);
    for j in entry.k + 1..samples.len() {
        let (a, b) = (samples[j - 1], samples[j]);
        if !a.goes_on || b.t_ns >= entry.t_ns + lukao_measure::LOOK_AHEAD_NS || way > inside_m + length {
            break;
        }
        way += lukao_model::math::hypot(b.pose.x_m - a.pose.x_m, b.pose.y_m - a.pose.y_m);
        if m.ego_speed_mps(j).is_some_and(|v| v.value.abs() < STANDING_MPS) {
            let from_ns = stand.map_or(b.t_ns, |s| s.from_ns);
            stand = Some(Interval::new(from_ns, b.t_ns));
        } else if stand.take_if(|s| s.len_ns() < min_ns).is_none() && stand.is_some() {
            break;
        }
    }
    stand.filter(|s| s.len_ns() >= min_ns)
}
