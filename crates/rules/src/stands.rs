//! What rules about standing where one must not share: how long the ego stands within reach of an area.
//!
//! A stand begins at the first sample at which the ego stands within reach and ends at the first at which it moves, is
//! out of reach, or its data ends. It is reported once it is over, or at the end of the drive.

use std::collections::BTreeMap;

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::value::greater;
use lukao_measure::zone::{self, Area};
use lukao_measure::{Ahead, EgoSample, Value, Who};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Judging, UNSURE};
use crate::episode::{finding, number};
use crate::words::NO_SPEED;

/// A rule about standing.
pub(crate) struct Standing<'w> {
    pub rule: &'static str,
    pub what: &'w str,
    pub max_s: f64,
    /// Within this distance of an area the ego stands at it; at 0 its body must be in it.
    pub reach_m: f64,
}

/// Open stands and areas met, by element.
#[derive(Default)]
pub struct Stands {
    open: BTreeMap<String, Stand>,
    /// Areas within reach now, with whether it is the first sample there.
    at: BTreeMap<String, i64>,
    occasions: u64,
    judging: Judging,
}

struct Stand {
    from_ns: i64,
    last: EgoSample,
    goes_on: bool,
    u: Uncertainty,
    room_m: f64,
}

impl Stands {
    /// Takes in one sample. `areas` are those near: id and room. `excused` says that a stand here is not the ego's fault.
    pub(crate) fn step(
        &mut self,
        cx: &Context<'_>,
        (k, s): (usize, EgoSample),
        rule: &Standing<'_>,
        areas: impl Iterator<Item = (String, Value)>,
        excused: impl Fn() -> bool,
        out: &mut RuleResult,
    ) {
        self.judging = cx.judging;
        let within: Vec<(String, Value)> = areas.filter(|(_, room)| within(rule, room.value)).collect();
        if within.is_empty() && self.at.is_empty() && self.open.is_empty() {
            return cx.judged(out, k);
        }
        let Some(speed) = cx.measures.ego_speed_mps(k) else {
            if within.is_empty() {
                cx.judged(out, k);
            } else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            }
            return self.end(|_| true, rule, out);
        };
        cx.judged(out, k);
        for (id, _) in &within {
            if self.at.insert(id.clone(), s.t_ns).is_none() {
                self.occasions += 1;
            }
        }
        self.at.retain(|id, _| within.iter().any(|w| w.0 == *id));
        let stands = speed.value.abs() < STANDING_MPS;
        let begins = |id: &str| !self.open.contains_key(id);
        let excuse = stands && within.iter().any(|w| begins(&w.0)) && excused();
        let here = |id: &String| stands && within.iter().any(|w| w.0 == *id);
        self.end(|id| !here(id), rule, out);
        for (id, room) in within.into_iter().filter(|_| stands) {
            // What is nearer to the edge than the place is known may as well be out of reach.
            let sure = room.u.known().is_some_and(|u| u == 0.0 || (room.value - rule.reach_m).abs() > u);
            let u = if sure { Uncertainty::Known(0.0) } else { Uncertainty::Unknown };
            match self.open.get_mut(&id) {
                Some(open) => {
                    (open.last, open.goes_on, open.u) = (s, s.goes_on, greater(open.u, u));
                    open.room_m = open.room_m.min(room.value);
                }
                None if excuse => {}
                None => {
                    let stand = Stand { from_ns: s.t_ns, last: s, goes_on: s.goes_on, u, room_m: room.value };
                    self.open.insert(id, stand);
                }
            }
        }
        if !s.goes_on {
            self.end(|_| true, rule, out);
        }
    }

    fn end(&mut self, over: impl Fn(&String) -> bool, rule: &Standing<'_>, out: &mut RuleResult) {
        let all = std::mem::take(&mut self.open);
        for (id, stand) in all {
            if over(&id) {
                close(rule, self.judging, id, stand, out);
            } else {
                self.open.insert(id, stand);
            }
        }
    }

    /// Closes what is open.
    pub(crate) fn finish(mut self, rule: &Standing<'_>, out: &mut RuleResult) {
        self.end(|_| true, rule, out);
        out.opportunities = self.occasions;
    }
}

/// Those of the areas near the ego's way that it may be within reach of at a sample: id and room.
pub(crate) fn in_reach<'n>(
    cx: &'n Context<'_>,
    s: &'n EgoSample,
    reach_m: f64,
    near: impl Iterator<Item = &'n Area<'n>> + 'n,
) -> impl Iterator<Item = (String, Value)> + 'n {
    let (m, track) = (cx.measures, cx.measures.track());
    let near = near.filter(move |area| area.may_reach(m, s, reach_m));
    near.filter_map(move |area| {
        let track = track.filter(|track| zone::on_level(track, s, area.outline_m))?;
        Some((area.id.to_owned(), zone::room_m(m, track, s, area.outline_m)))
    })
}

/// Whether the ego stands because of traffic: behind somebody ahead within 20 m, before a stop line or crossing within 30 m.
pub(crate) fn waits(cx: &Context<'_>, track: &Track, k: usize) -> bool {
    let m = cx.measures;
    let ahead = m.ahead(Who::Anyone);
    let ahead = ahead.as_ref().and_then(|a| a.get(k - m.ego().in_block().start));
    let queue = matches!(ahead, Some(Ahead::Lead(lead)) if lead.gap_m.value <= 20.0);
    let line = || {
        let place = m.places()?.at(k)?;
        let (lane, station) = (place.hit.lane, place.hit.station_m);
        let before = !track.stop_lines_ahead(lane, station, 30.0).is_empty();
        let crossing = |c: &lukao_track::Crossing| {
            c.lanes.iter().any(|s| s.lane == lane && (0.0..=30.0).contains(&(s.from_m - station)))
        };
        Some(before || track.crossings_on(lane).iter().any(|ix| crossing(track.crossing(*ix))))
    };
    queue || line() == Some(true)
}

fn within(rule: &Standing<'_>, room_m: f64) -> bool {
    if rule.reach_m == 0.0 { room_m < 0.0 } else { room_m <= rule.reach_m }
}

fn close(rule: &Standing<'_>, judging: Judging, id: String, stand: Stand, out: &mut RuleResult) {
    let limit = Limit::AtMost(rule.max_s);
    let measured = Value { value: lukao_model::time::to_s(stand.last.t_ns - stand.from_ns), u: stand.u };
    let when = Interval::new(stand.from_ns, stand.last.t_ns);
    match judging.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => out.missing("place of standing", UNSURE, when),
        Judgement::Broken { .. } => {
            let mut f = finding(rule.rule, rule.what, &stand.last, limit, measured, "s");
            f.from_ns = stand.from_ns;
            f.element = Some(id);
            f.details.push(number("room_m", stand.room_m));
            out.findings.push(f);
        }
    }
}
