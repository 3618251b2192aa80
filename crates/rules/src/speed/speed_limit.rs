//! The rule `speed-limit`.

use lukao_measure::Value;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, word};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_LANE, NO_SPEED};

/// Metres per second to kilometres per hour.
const KMH: f64 = 3.6;

rule! {
    /// The ego drives faster than the limit of its lane.
    ///
    /// ## Checks
    /// Speed against the speed limit of the lane in which the middle of the footprint is, at its station.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Inside a junction the lane is the one on the ego's
    /// way. Stretches over the limit at most `merge_s` apart are one finding, with the speed at its worst moment
    /// and the element of the track that sets the limit. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego is in no traffic lane; where the map gives no limit for the lane. A map
    /// that says that there is no limit is not broken.
    ///
    /// ## Limits
    /// The posted limit, raised by `tolerance_percent` and then by `tolerance_kmh`; at equality it is kept. Where
    /// the limit changes, the place decides without regard to the accuracy of the position. The uncertainty is
    /// that of the speed.
    ///
    /// ## Source
    /// The pack names the clause. Both tolerances are 0 unless it says otherwise.
    SpeedLimit = "speed-limit" {
        /// Part of the limit that may be exceeded.
        number tolerance_percent = 0.0, "%", 0.0..=100.0;
        /// Speed over the limit that is allowed.
        number tolerance_kmh = 0.0, "km/h", 0.0..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

/// Open episode and time in motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl Rule for SpeedLimit {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (Some(places), Some(track)) = (cx.measures.places(), cx.measures.track()) else { return };
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        for (k, s) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            state.episodes.advance(s.t_ns, pace, out);
            if !state.moved.step(cx, k, speed) {
                cx.judged(out, k);
                continue;
            }
            let Some(place) = places.at(k) else {
                cx.missing(out, k, "lane", NO_LANE);
                continue;
            };
            let Some(posted) = track.speed_limit_at(place.hit.lane, place.hit.station_m) else {
                let why = format!("the track gives none for {}", track.lane(place.hit.lane).id);
                cx.missing(out, k, "speed limit", &why);
                continue;
            };
            let Some(max_mps) = posted.max_mps else {
                cx.judged(out, k);
                continue;
            };
            let max_kmh = max_mps * KMH * (1.0 + p.tolerance_percent / 100.0) + p.tolerance_kmh;
            let limit = Limit::AtMost(max_kmh);
            let kmh = Value { value: speed.value.abs() * KMH, u: speed.u.times(KMH) };
            match cx.judge(limit, kmh) {
                Judgement::Unsure => cx.unsure(out, k, "speed"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "over the speed limit", &s, limit, kmh, "km/h");
                        f.element = Some(posted.source.clone());
                        f.details.push(word("lane", &track.lane(place.hit.lane).id));
                        f
                    };
                    state.episodes.broken((), s.t_ns, limit.margin(kmh.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(p.min_duration_s, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
