//! The rule `cuts-into-queue`.

use lukao_measure::{Ahead, Manoeuvre, Value, Who, behind, body};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Interval, RuleResult};
use lukao_track::{LaneIx, Track};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::distance::lane_change_gap::changes_of;
use crate::episode::{actor_id, finding, number, of_actor};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego changes lanes into a queue.
    ///
    /// ## Checks
    /// When the ego has changed lanes, the room between the one ahead and the one behind in the lane entered, if both stand or are slow:
    /// from his rear to his front, the ego's own length included.
    ///
    /// ## Method
    /// For each change to a neighbouring lane of the same direction, outside junctions, at the first sample at or after which the whole
    /// body has left the old lane. The one behind is looked for up to 150 m along the lanes that lead there. Both are in a queue at
    /// up to `queue_mps`. An opportunity is a lane change.
    ///
    /// ## Cannot tell
    /// Off the map; where the speed of the one ahead or behind is not known, or he is known from an origin that is not admitted, or on a
    /// clock that is not synchronised; where the one ahead is still in the lane that the ego leaves.
    ///
    /// ## Limits
    /// `min_room_m`; at equality it is kept. A lane that ends within `drop_m` may be left: there they go one by one, and whose turn it is
    /// is not looked at. Why the two are slow is not looked at. Uncertainty from positions, sizes and clocks.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 45: no cutting in where vehicles stand in a queue or go slowly (basis: text, no figures). Speed and
    /// room are this project's own reading (basis: profile).
    CutsIntoQueue = "cuts-into-queue" {
        /// Least room between the two.
        number min_room_m = 15.0, "m", 0.0..=100.0;
        /// Fastest at which they are in a queue.
        number queue_mps = 2.8, "m/s", 0.0..=15.0;
        /// Lanes that end within this may be left.
        number drop_m = 200.0, "m", 0.0..=1000.0;
    }
}

impl Rule for CutsIntoQueue {
    type Params = Params;
    /// Lane changes.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, changes: &mut u64, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        cx.judged_on_map(out);
        for x in changes_of(cx) {
            *changes += 1;
            if !x.lane.is_some_and(|lane| ends(track, cx, x, lane, p.drop_m)) {
                judge(cx, p, x, out);
            }
        }
    }

    fn finish(_: &Params, changes: u64, out: &mut RuleResult) {
        out.opportunities = changes;
    }
}

/// Whether the lane that it leaves ends soon: none goes on from it.
fn ends(track: &Track, cx: &Context<'_>, x: &Manoeuvre, lane: LaneIx, within_m: f64) -> bool {
    let pose = cx.measures.ego().samples()[x.k].pose;
    let mut left_m = within_m + track.locate(lane, [pose.x_m, pose.y_m]).station_m;
    let (mut at, mut seen) = (lane, vec![lane]);
    loop {
        left_m -= track.lane(at).length_m();
        match track.successors(at) {
            [] => return left_m >= 0.0,
            [next, ..] if left_m >= 0.0 && !seen.contains(next) => {
                seen.push(*next);
                at = *next;
            }
            _ => return false,
        }
    }
}

fn judge(cx: &Context<'_>, p: &Params, x: &Manoeuvre, out: &mut RuleResult) {
    let m = cx.measures;
    let samples = m.ego().samples();
    let k = x.k + 1 + samples[x.k + 1..].partition_point(|s| s.t_ns < x.to_ns);
    let Some(s) = samples.get(k).copied() else { return };
    let when = Interval::new(x.t_ns, x.t_ns);
    let rear = match behind::behind(m, k) {
        Ok(None) => return,
        Ok(Some(rear)) => rear,
        Err((what, why)) => return cx.missing_in(out, when, what, &why),
    };
    let lead = match m.ahead_at(k, Who::Vehicles) {
        None | Some(Ahead::Free) => return,
        Some(Ahead::Lead(lead)) => lead,
        Some(Ahead::Unknown(what, why)) => return cx.missing_in(out, when, what, &why),
    };
    let slow = |of: Option<Value>| of.map(|v| v.value.abs() <= p.queue_mps);
    match (slow(lead.lead_mps), slow(rear.rear_mps)) {
        (Some(false), _) | (_, Some(false)) => return,
        (Some(true), Some(true)) => {}
        (None, _) => return cx.missing_in(out, when, "speed of the one ahead", &of_actor(m, lead.actor)),
        (_, None) => return cx.missing_in(out, when, "speed of the one behind", &of_actor(m, rear.actor)),
    }
    if Some(lead.lane) == x.lane {
        let why = "the one found is in the lane that the ego leaves";
        return cx.missing_in(out, when, "one ahead in the lane entered", why);
    }
    // Both gaps are taken from the ends of the body as it lies in the lane.
    let off_rad = m.places().and_then(|x| x.at(k)).map_or(0.0, |x| x.off_rad);
    let own_m = 2.0 * body::half_extent_m(&m.window().runs()[s.run].size, off_rad);
    let room_m = lead.gap_m.value + own_m + rear.gap_m.value;
    let room = Value { value: room_m, u: lead.gap_m.u.rss(rear.gap_m.u) };
    let limit = Limit::AtLeast(p.min_room_m);
    match cx.judge(limit, room) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "room in the queue", UNSURE),
        Judgement::Broken { .. } => {
            let mut f = finding(META.id, "changed lanes into a queue", &s, limit, room, "m");
            f.from_ns = x.t_ns;
            f.actors.extend([lead.actor, rear.actor].map(|a| actor_id(m, a)));
            f.details.push(number("gap_ahead_m", lead.gap_m.value));
            f.details.push(number("gap_behind_m", rear.gap_m.value));
            out.findings.push(f);
        }
    }
}
