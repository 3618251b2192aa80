//! The rule `needless-stop`.

use lukao_measure::manoeuvre::AT_KERB_M;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Ahead, EgoSample, Places, Value, Who, area, body};
use lukao_model::code::{DrivingMode, Switch};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::{S, to_s};
use lukao_model::{Channel, RuleResult};
use lukao_track::Track;

use crate::breakdown::{Breakdown, Signs};
use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

rule! {
    /// The ego stands in a traffic lane though nothing calls for it.
    ///
    /// ## Checks
    /// How long the ego stands in a traffic lane with nobody ahead in the lane within `near_m`, no stop line, crossing or
    /// junction that near, not at the kerb, in no minimal-risk manoeuvre or emergency stop, and not broken down. With
    /// `beside_road` stands at the kerb and in other lanes of the road, such as hard shoulders, count too.
    ///
    /// ## Method
    /// At each sample of the ego at a stand. One stand is one finding; measured is how long it has lasted. An
    /// opportunity is a second in a lane that counts. The ego has broken down while the driving mode is "failed", or its log has
    /// reported a fault since 20 s before it came to the stand.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; where it cannot be told who is ahead.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. People and things beside the lane, hand signs, sirens and the examiner's commands are
    /// not looked at; leave such places out of the scope.
    ///
    /// ## Source
    /// The pack names the clause; hindering others without need is against article 53 of the implementing regulation in
    /// spirit only. `max_s` is this project's own reading (profile).
    NeedlessStop = "needless-stop" {
        /// Time at a stand that is let pass.
        number max_s = 60.0, "s", 0.0..=600.0;
        /// How near ahead of the front something has to be to call for it.
        number near_m = 15.0, "m", 1.0..=100.0;
        /// Stands at the kerb and beside the traffic lanes count too.
        flag beside_road = false;
    }
}

const PACE: Pace = Pace { min_ns: 0, merge_ns: S };

/// The stand that goes on, and time in a lane.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    breakdown: Breakdown,
    stood_ns: i64,
    in_lane_ns: i64,
}

impl Rule for NeedlessStop {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let limit = Limit::AtMost(p.max_s);
        let signs = Signs::of(cx);
        let mut kerb = None;
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, PACE, out);
            let broken_down = state.breakdown.step(cx, &signs, k) == Some(true);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let stands = speed.value.abs() < STANDING_MPS;
            if stands && !cx.measures.on_map(k) {
                cx.missing(out, k, "lane", OFF_MAP);
                continue;
            }
            let hits = |x: Places<'_>| if p.beside_road { x.all_hits(k) } else { x.hits(k) }.len();
            let in_lane = cx.measures.places().is_some_and(|x| hits(x) > 0);
            if in_lane {
                state.in_lane_ns +=
                    cx.in_scope(cx.measures.ego().step(k)).map(|i| i.len_ns().max(1)).sum::<i64>();
            }
            let counts = stands && in_lane && !broken_down;
            let called_for = if counts { reason(cx, track, k, p, &mut kerb) } else { Ok(Some("")) };
            match called_for {
                Err((what, why)) => {
                    cx.missing(out, k, what, &why);
                    continue;
                }
                Ok(Some(_)) => state.stood_ns = 0,
                Ok(None) => {
                    state.stood_ns += cx.measures.ego().step(k).len_ns();
                    let stood = Value { value: to_s(state.stood_ns), u: Uncertainty::Known(0.0) };
                    let margin = limit.margin(stood.value);
                    if margin < 0.0 {
                        let describe = || {
                            let mut f = finding(META.id, "stood without need", &s, limit, stood, "s");
                            f.details.push(word("ahead", "nothing that calls for it"));
                            f
                        };
                        state.episodes.broken((), s.t_ns, margin, PACE, out, describe);
                    }
                }
            }
            cx.judged(out, k);
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(PACE, out);
        out.opportunities = u64::try_from(state.in_lane_ns).unwrap_or(0).div_ceil(S as u64);
    }
}

/// What calls for the stand, if anything; or what is missing.
fn reason(
    cx: &Context<'_>,
    track: &Track,
    k: usize,
    p: &Params,
    kerb: &mut Option<(EgoSample, f64)>,
) -> Result<Option<&'static str>, (&'static str, String)> {
    let m = cx.measures;
    let s = m.ego().samples()[k];
    let mode = m.ego_codes(Channel::DrivingMode).at(s.t_ns).and_then(DrivingMode::from_code);
    if matches!(mode, Some(DrivingMode::MinimalRisk | DrivingMode::Failed))
        || m.ego_codes(Channel::EmergencyStop).at(s.t_ns) == Some(Switch::On.code())
    {
        return Ok(Some("minimal risk or emergency stop"));
    }
    let size = m.window().runs()[s.run].size;
    // Who stands is where he was.
    let known = kerb.filter(|(b, _)| (b.pose, b.z_m, b.run) == (s.pose, s.z_m, s.run));
    let look = || {
        let far = |c| track.drivable_clearance(c, s.z_m, area::CUT_OFF_M);
        body::corners_m(&s.pose, &size).map(far).into_iter().fold(f64::INFINITY, f64::min)
    };
    let (_, near) = *kerb.insert(known.unwrap_or_else(|| (s, look())));
    if near <= AT_KERB_M && !p.beside_road {
        return Ok(Some("at the kerb"));
    }
    // Beside the traffic lanes nothing calls for it.
    let Some(place) = m.places().and_then(|x| x.at(k)) else { return Ok(None) };
    let (lane, at) = (track.lane(place.hit.lane), place.hit.station_m);
    let reach = p.near_m + 0.5 * size.length_m;
    let ends = lane.length_m() - at < reach && lane.successors.iter().any(|n| track.lane(*n).in_junction);
    if lane.in_junction || ends || !track.stop_lines_ahead(place.hit.lane, at, reach).is_empty() {
        return Ok(Some("junction or stop line"));
    }
    let over = |l: &lukao_track::LaneStretch| {
        l.lane == place.hit.lane && (at - size.length_m..at + reach).contains(&l.from_m)
    };
    if track.crossings_on(place.hit.lane).iter().any(|c| track.crossing(*c).lanes.iter().any(over)) {
        return Ok(Some("crossing"));
    }
    let ahead = m.ahead(Who::Anyone);
    match ahead.as_ref().map(|a| &a[k - m.ego().in_block().start]) {
        Some(Ahead::Lead(lead)) if lead.gap_m.value <= p.near_m => Ok(Some("somebody ahead")),
        Some(Ahead::Unknown(what, why)) => Err((what, why.clone())),
        _ => Ok(None),
    }
}
