//! What the rules about those beside the ego share: the walk over the ego's samples, episodes by actor, and the time in
//! which there was occasion.

use lukao_measure::{EgoSample, Flank, Value};
use lukao_model::outcome::Judgement;
use lukao_model::{ActorIx, Channel, RuleResult};
use lukao_track::Side;

use super::following::{Look, Words};
use crate::context::Context;
use crate::episode::{Episodes, Pace, actor_id, finding, number, word};
use crate::motion_time::MotionTime;
use crate::words::NO_SPEED;

/// Open episodes by actor, and time with somebody beside.
#[derive(Default)]
pub struct Beside {
    episodes: Episodes<ActorIx>,
    time: MotionTime,
}

impl Beside {
    /// Looks at each sample of the block at which somebody whom `whom` picks is beside the ego, which is at least that
    /// fast.
    #[allow(clippy::too_many_arguments)] // One walk with all that tells the rules apart.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        words: &Words,
        min_speed_mps: f64,
        pace: Pace,
        out: &mut RuleResult,
        whom: impl Fn(&Flank) -> bool,
        look: impl Fn(&Flank, Value) -> Look,
    ) {
        let (flanks, first) = (cx.measures.flanks(), cx.measures.ego().in_block().start);
        for (k, s) in cx.samples() {
            self.episodes.advance(s.t_ns, pace, out);
            let beside: Vec<&Flank> = flanks[k - first].iter().filter(|f| whom(f)).collect();
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                if beside.is_empty() {
                    cx.judged(out, k);
                } else {
                    cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                }
                continue;
            };
            if beside.is_empty() || speed.value.abs() < min_speed_mps {
                cx.judged(out, k);
                continue;
            }
            self.time.step(cx, k, speed);
            let mut decided = true;
            for f in beside {
                let look = match &f.gap_m {
                    Ok(gap) => look(f, *gap),
                    Err((what, why)) => Look::Missing(what, why.clone()),
                };
                decided &= self.judge(cx, words, k, &s, f, look, pace, out);
            }
            if decided {
                cx.judged(out, k);
            }
        }
    }

    /// Says whether it could decide.
    #[allow(clippy::too_many_arguments)] // One sample and one actor with all that they are judged by.
    fn judge(
        &mut self,
        cx: &Context<'_>,
        words: &Words,
        k: usize,
        s: &EgoSample,
        f: &Flank,
        look: Look,
        pace: Pace,
        out: &mut RuleResult,
    ) -> bool {
        let (value, limit) = match look {
            Look::Fine => return true,
            Look::Missing(what, why) => {
                cx.missing(out, k, what, &why);
                return false;
            }
            Look::Value(value, limit) => (value, limit),
        };
        match cx.judge(limit, value) {
            Judgement::Kept { .. } => true,
            Judgement::Unsure => {
                cx.unsure(out, k, words.quantity);
                false
            }
            Judgement::Broken { .. } => {
                let describe = || {
                    let mut found = finding(words.rule, words.what, s, limit, value, words.unit);
                    found.actors.push(actor_id(cx.measures, f.actor));
                    found.details.push(word("side", if f.side == Side::Left { "left" } else { "right" }));
                    found.details.extend(f.ego_mps.map(|v| number("speed_mps", v.value)));
                    found.details.extend(f.other_mps.map(|v| number("other_speed_mps", v.value)));
                    found
                };
                self.episodes.broken(f.actor, s.t_ns, limit.margin(value.value), pace, out, describe);
                true
            }
        }
    }

    /// Closes what is open.
    pub(crate) fn finish(self, pace: Pace, out: &mut RuleResult) {
        self.episodes.finish(pace, out);
        out.opportunities = self.time.seconds();
    }
}

/// Whether somebody is a motor vehicle.
pub(crate) fn motor(cx: &Context<'_>, f: &Flank) -> bool {
    cx.measures.window().actor(f.actor).class.is_motor_vehicle()
}
