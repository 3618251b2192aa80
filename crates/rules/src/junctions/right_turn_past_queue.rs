//! The rule `right-turn-past-queue`.

use lukao_measure::manoeuvre::Kind;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Ahead, LOOK_BACK_NS, Manoeuvre, Value, Who};
use lukao_model::code::Indicator;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::S;
use lukao_model::{ActorIx, Interval, RuleResult};
use lukao_track::{LaneIx, Track, Turn};

use crate::context::{Context, Need, Needs};
use crate::episode::actor_id;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns right past somebody who waits ahead in the same lane.
    ///
    /// ## Checks
    /// Whether somebody who stood ahead in the ego's lane in the last 20 s before a right turn still is in a lane before the junction
    /// that leads to the right too, when the ego's middle enters the junction.
    ///
    /// ## Method
    /// At each right turn through a junction. Who was ahead is looked at once a second before it, outside junctions, within `reach_m`.
    /// Measured is how many were passed, where 0 are let pass. An opportunity is a right turn behind one who waited.
    ///
    /// ## Cannot tell
    /// Off the map; where the way through the junction is not seen to its end; where it is not known who was ahead, or where he
    /// is when the ego enters.
    ///
    /// ## Limits
    /// Why he stands is in no log: one who broke down or parks counts too. One who waits in a lane that does not lead to the right is
    /// let pass. Which lane holds a middle is decided without regard to the uncertainty of positions. Where traffic keeps left, turns
    /// are not looked at.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51(6): who turns right behind one who waits for the
    /// signal in the same lane waits in line (basis: text). The 20 s are this project's own reading (basis: profile).
    RightTurnPastQueue = "right-turn-past-queue" {
        /// How near ahead somebody has to stand.
        number reach_m = 30.0, "m", 1.0..=100.0;
    }
}

impl Rule for RightTurnPastQueue {
    type Params = Params;
    /// Right turns behind somebody.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, turns: &mut u64, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let right = |x: &&Manoeuvre| x.kind == Kind::Turn && x.side == Indicator::Right;
        for x in cx.manoeuvres(out).filter(right) {
            let Some(lane) = x.lane.filter(|l| !track.road(track.lane(*l).road).left_hand) else { continue };
            judge(cx, track, p, (x, lane), turns, out);
        }
    }

    fn finish(_: &Params, turns: u64, out: &mut RuleResult) {
        out.opportunities = turns;
    }
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    p: &Params,
    (x, lane): (&Manoeuvre, LaneIx),
    turns: &mut u64,
    out: &mut RuleResult,
) {
    let (waited, unknown) = waited(cx, track, p, x.k);
    let when = Interval::new(x.t_ns, x.t_ns);
    if let Some((what, why)) = unknown {
        return cx.missing_in(out, when, what, &why);
    }
    if waited.is_empty() {
        return;
    }
    *turns += 1;
    let mut passed = Vec::new();
    for actor in waited {
        match waits(cx, track, actor, x) {
            Some(true) => passed.push(actor_id(cx.measures, actor)),
            Some(false) => {}
            None => {
                return cx.missing_in(out, when, "actor poses", "the one who waited is not seen any more");
            }
        }
    }
    let event = Event {
        rule: META.id,
        what: "turned right past somebody who waits".into(),
        value: "vehicles passed",
        unit: "1",
        when: Interval::new(x.from_ns, x.t_ns),
        limit: Limit::AtMost(0.0),
        measured: Value { value: passed.len() as f64, u: Uncertainty::Known(0.0) },
    };
    event.judge(cx, out, |f| {
        f.actors = passed;
        f.element = Some(track.lane(lane).id.clone());
    });
}

/// Who stood ahead in the ego's lane within 20 s before sample `k`, or what of that is not known.
fn waited(
    cx: &Context<'_>,
    track: &Track,
    p: &Params,
    k: usize,
) -> (Vec<ActorIx>, Option<(&'static str, String)>) {
    let (m, samples) = (cx.measures, cx.measures.ego().samples());
    let mut out = Vec::new();
    let Some(places) = m.places() else { return (out, None) };
    let outside = |j: usize| places.at(j).is_some_and(|at| !track.lane(at.hit.lane).in_junction);
    let from_ns = samples[k].t_ns.saturating_sub(LOOK_BACK_NS);
    let mut next_ns = samples[k].t_ns;
    for j in (0..=k).rev().take_while(|j| samples[*j].t_ns >= from_ns) {
        if samples[j].t_ns > next_ns || !outside(j) {
            continue;
        }
        next_ns = samples[j].t_ns - S;
        match m.next_in_lane_at(j, Who::Vehicles) {
            Some(Ahead::Lead(lead)) if lead.gap_m.value <= p.reach_m => {
                let stands = lead.lead_mps.is_some_and(|v| v.value.abs() < STANDING_MPS);
                if stands && !out.contains(&lead.actor) {
                    out.push(lead.actor);
                }
            }
            Some(Ahead::Unknown(what, why)) => return (out, Some((what, why))),
            _ => {}
        }
    }
    out.sort_unstable();
    (out, None)
}

/// Whether somebody is in a lane before the same junction that leads to the right, when the ego's middle enters it.
fn waits(cx: &Context<'_>, track: &Track, actor: ActorIx, x: &Manoeuvre) -> Option<bool> {
    let drive = cx.measures.window();
    let run = drive.runs_of(actor).iter().find(|r| drive.pose_at(r, x.t_ns).is_some())?;
    let pose = drive.pose_at(run, x.t_ns)?;
    let z_m = run.z_m.as_ref().and_then(|z| z.get(drive.times(run).partition_point(|t| *t <= x.t_ns) - 1));
    let junction = |l: LaneIx| track.paths_from(l).next().map(|(_, path)| &path.junction);
    let own = x.lane.and_then(junction);
    let leads_right = |l: LaneIx| track.paths_from(l).any(|(_, path)| path.turn == Turn::Right);
    let lanes = track.lanes_at([pose.x_m, pose.y_m], z_m);
    Some(
        lanes
            .iter()
            .any(|h| !track.lane(h.lane).in_junction && leads_right(h.lane) && junction(h.lane) == own),
    )
}
