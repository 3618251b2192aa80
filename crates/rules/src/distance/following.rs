//! What the rules about the one ahead share: the walk over the ego's samples, episodes by actor, the time in which there
//! was occasion, and what a finding says of the two.

use lukao_measure::{Ahead, EgoSample, Lead, Value, Who};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{ActorIx, RuleResult};

use crate::context::Context;
use crate::episode::{Episodes, Pace, actor_id, finding, number, of_actor, word};
use crate::motion_time::MotionTime;

/// What a rule says of one sample with somebody ahead.
pub(crate) enum Look {
    /// There is nothing to compare; that is fine.
    Fine,
    /// Something is missing: what, and why.
    Missing(&'static str, String),
    /// This value against this limit.
    Value(Value, Limit),
}

/// How a rule calls what it finds.
pub(crate) struct Words {
    /// Id of the rule.
    pub rule: &'static str,
    /// The conduct.
    pub what: &'static str,
    /// What is measured.
    pub quantity: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

/// Open episodes by actor, and time with occasion.
#[derive(Default)]
pub struct Following {
    episodes: Episodes<ActorIx>,
    time: MotionTime,
}

impl Following {
    /// Looks at each sample of the block at which somebody is ahead and the ego is at least that fast.
    #[allow(clippy::too_many_arguments)] // One walk with all that tells the rules apart.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        words: &Words,
        who: Who,
        min_speed_mps: f64,
        pace: Pace,
        out: &mut RuleResult,
        mut look: impl FnMut(usize, &EgoSample, &Lead) -> Look,
    ) {
        let Some(ahead) = cx.measures.ahead(who) else { return };
        let first = cx.measures.ego().in_block().start;
        for (k, s) in cx.samples() {
            self.episodes.advance(s.t_ns, pace, out);
            let lead = match &ahead[k - first] {
                Ahead::Lead(lead) if lead.ego_mps.value >= min_speed_mps => lead,
                Ahead::Free | Ahead::Lead(_) => {
                    cx.judged(out, k);
                    continue;
                }
                // Below that speed nothing is judged, whoever may be ahead: in a parking bay nobody has a lane.
                Ahead::Unknown(..)
                    if cx.measures.ego_speed_mps(k).is_some_and(|v| v.value.abs() < min_speed_mps) =>
                {
                    cx.judged(out, k);
                    continue;
                }
                Ahead::Unknown(what, why) => {
                    cx.missing(out, k, what, why);
                    continue;
                }
            };
            let (value, limit) = match look(k, &s, lead) {
                Look::Fine => {
                    cx.judged(out, k);
                    continue;
                }
                Look::Missing(what, why) => {
                    cx.missing(out, k, what, &why);
                    continue;
                }
                Look::Value(value, limit) => (value, limit),
            };
            self.time.step(cx, k, lead.ego_mps);
            match cx.judge(limit, value) {
                Judgement::Unsure => cx.unsure(out, k, words.quantity),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(words.rule, words.what, &s, limit, value, words.unit);
                        f.actors.push(actor_id(cx.measures, lead.actor));
                        f.details.push(number("gap_m", lead.gap_m.value));
                        f.details.push(number("speed_mps", lead.ego_mps.value));
                        f.details.extend(lead.lead_mps.map(|v| number("lead_speed_mps", v.value)));
                        f.details
                            .extend(cx.measures.track().map(|t| word("lane_of_lead", &t.lane(lead.lane).id)));
                        f
                    };
                    let margin = limit.margin(value.value);
                    self.episodes.broken(lead.actor, s.t_ns, margin, pace, out, describe);
                }
            }
        }
    }

    /// Closes what is open.
    pub(crate) fn finish(self, pace: Pace, out: &mut RuleResult) {
        self.episodes.finish(pace, out);
        out.opportunities = self.time.seconds();
    }
}

/// Whether the ego is on a motorway at a sample; where not, what a rule of motorways says of it.
pub(crate) fn on_motorway(cx: &Context<'_>, k: usize) -> Result<(), Look> {
    match cx.measures.places().and_then(|p| p.on_motorway(k)) {
        None => Err(Look::Missing("kind of road", "the track does not give it".into())),
        Some(false) => Err(Look::Fine),
        Some(true) => Ok(()),
    }
}

/// The speed of the one ahead, or that it is missing.
pub(crate) fn lead_speed(cx: &Context<'_>, lead: &Lead) -> Result<Value, Look> {
    lead.lead_mps.ok_or_else(|| Look::Missing("speed of the one ahead", of_actor(cx.measures, lead.actor)))
}
