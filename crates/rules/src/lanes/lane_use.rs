//! What the rules share that find a way driven in lanes that are not the ego's to use.

use lukao_measure::motion::STANDING_MPS;
use lukao_model::{Channel, RuleResult};
use lukao_track::LaneHit;

use super::stretch::{Here, Manner, Stretch};
use crate::context::Context;
use crate::motion_time::MotionTime;
use crate::words::{NO_SPEED, OFF_MAP};

/// What a rule says of a lane that holds the middle of the ego.
pub(crate) enum Use {
    /// It is another kind of lane.
    Other,
    /// It is one that is not to be used.
    Forbidden,
    /// It may be one: what is missing, and why.
    Unknown(&'static str, &'static str),
}

/// The open stretch, and time of motion on the map.
#[derive(Default)]
pub struct LaneUse {
    stretch: Stretch,
    moved: MotionTime,
}

impl LaneUse {
    /// Looks at each sample at which the ego moves. Where lanes overlap, one traffic lane that may be used is enough.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        manner: &Manner,
        out: &mut RuleResult,
        of: impl Fn(usize, &LaneHit) -> Use,
    ) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        for (k, _) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let hits = places.all_hits(k);
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane", OFF_MAP);
                self.stretch.step(cx, k, None, manner, out);
                continue;
            }
            self.moved.step(cx, k, speed);
            let mut forbidden = None;
            let mut unknown = None;
            let mut free = false;
            for hit in hits {
                match of(k, hit) {
                    Use::Forbidden => forbidden = forbidden.or(Some(hit)),
                    Use::Unknown(what, why) => unknown = Some((what, why)),
                    Use::Other => free |= track.lane(hit.lane).kind.is_traffic(),
                }
            }
            let moves = speed.value.abs() >= STANDING_MPS;
            match unknown.filter(|_| moves && !free && forbidden.is_none()) {
                Some((what, why)) => cx.missing(out, k, what, why),
                None => cx.judged(out, k),
            }
            let here = forbidden
                .filter(|_| moves && !free)
                .map(|hit| Here { element: Some(track.lane(hit.lane).id.clone()), ..Here::default() });
            self.stretch.step(cx, k, here, manner, out);
        }
    }

    /// Closes what is open.
    pub(crate) fn finish(self, manner: &Manner, out: &mut RuleResult) {
        self.stretch.finish(manner, out);
        out.opportunities = self.moved.seconds();
    }
}
