//! A limit on the ego's speed that depends on where and when it is: what the rules of speed have in common.

use std::borrow::Cow;

use lukao_measure::{EgoSample, Place, Value, ground};
use lukao_model::outcome::{Detail, Judgement, Limit};
use lukao_model::{Channel, RuleResult};
use lukao_track::Track;

use crate::context::Context;
use crate::episode::{Episodes, Pace, finding, number, word};
use crate::motion_time::MotionTime;
use crate::words::{NO_LANE, NO_SPEED, not_said};

/// Metres per second to kilometres per hour.
pub(crate) const KMH: f64 = 3.6;

/// What holds at one sample.
pub(crate) enum Cap<'c> {
    /// The rule asks nothing here: no occasion.
    Away,
    /// There is no limit, and that is known: an occasion.
    Open,
    /// Something is missing: what, and why.
    Missing(&'static str, Cow<'c, str>),
    /// A limit in km/h, the element of the track that sets it, and what else a finding tells.
    At(Limit, Option<&'c str>, [Tell<'c>; 2]),
}

/// What a finding tells besides: as it is known at each sample, and put into words where there is one.
#[derive(Clone, Copy)]
pub(crate) enum Tell<'c> {
    Nothing,
    Number(&'static str, f64),
    Word(&'static str, &'c str),
}

/// Nothing besides.
pub(crate) const NOTHING: [Tell<'static>; 2] = [Tell::Nothing; 2];

impl Tell<'_> {
    fn detail(self) -> Option<Detail> {
        match self {
            Self::Nothing => None,
            Self::Number(name, value) => Some(number(name, value)),
            Self::Word(name, text) => Some(word(name, text)),
        }
    }
}

impl Cap<'_> {
    /// At most this, km/h, set by no element of the track.
    pub(crate) fn at_most(kmh: f64) -> Self {
        Self::At(Limit::AtMost(kmh), None, NOTHING)
    }

    /// The ego is in no lane.
    pub(crate) fn no_lane() -> Self {
        Self::Missing("lane", NO_LANE.into())
    }
}

/// How a rule calls what it finds, and how moments become episodes.
pub(crate) struct SpeedCap {
    pub(crate) rule: &'static str,
    pub(crate) what: &'static str,
    pub(crate) pace: Pace,
}

/// Open episode, and time in motion with occasion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl SpeedCap {
    /// Looks at each sample of the block at which the ego moves.
    pub(crate) fn scan<'c>(
        &self,
        cx: &'c Context<'_>,
        state: &mut State,
        out: &mut RuleResult,
        cap: impl Fn(usize, &EgoSample) -> Cap<'c>,
    ) {
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, self.pace, out);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            if speed.value.abs() < lukao_measure::motion::STANDING_MPS {
                cx.judged(out, k);
                continue;
            }
            let (limit, element, details) = match cap(k, &s) {
                Cap::Away => {
                    cx.judged(out, k);
                    continue;
                }
                Cap::Open => {
                    state.moved.step(cx, k, speed);
                    cx.judged(out, k);
                    continue;
                }
                Cap::Missing(what, why) => {
                    // It may be an occasion.
                    state.moved.step(cx, k, speed);
                    cx.missing(out, k, what, &why);
                    continue;
                }
                Cap::At(limit, element, details) => (limit, element, details),
            };
            state.moved.step(cx, k, speed);
            let kmh = Value { value: speed.value.abs() * KMH, u: speed.u.times(KMH) };
            match cx.judge(limit, kmh) {
                Judgement::Unsure => cx.unsure(out, k, "speed"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(self.rule, self.what, &s, limit, kmh, "km/h");
                        f.element = element.map(str::to_owned);
                        f.details = details.into_iter().filter_map(Tell::detail).collect();
                        f
                    };
                    state.episodes.broken((), s.t_ns, limit.margin(kmh.value), self.pace, out, describe);
                }
            }
        }
    }
}

impl State {
    pub(crate) fn finish(self, pace: Pace, out: &mut RuleResult) {
        self.episodes.finish(pace, out);
        out.opportunities = self.moved.seconds();
    }
}

/// The ego's place on the track at a sample.
pub(crate) fn place<'a>(cx: &'a Context<'_>, k: usize) -> Option<(&'a Track, Place)> {
    cx.measures.track().zip(cx.measures.places().and_then(|p| p.at(k)))
}

/// Grade at the ego's place in the direction in which it moves, %; falling is negative. `None` where the map does not tell.
pub(crate) fn grade_percent(cx: &Context<'_>, track: &Track, place: &Place, k: usize) -> Option<f64> {
    let grade = ground::grade(track, track.lane(place.hit.lane), place.hit.station_m)?;
    // Who drives against the lane or backs along it goes the other way.
    let against = place.off_rad.abs() > std::f64::consts::FRAC_PI_2;
    let backward = cx.measures.ego_speed_mps(k).is_some_and(|v| v.value < 0.0);
    Some(100.0 * if against == backward { grade } else { -grade })
}

/// Whether a value of the surroundings is there: the value, or what is missing.
pub(crate) fn surroundings<'c>(cx: &Context<'_>, channel: Channel, k: usize) -> Result<Value, Cap<'c>> {
    let why = || Cap::Missing(channel.name(), not_said(channel).into());
    cx.measures.surroundings(channel, k).ok_or_else(why)
}
