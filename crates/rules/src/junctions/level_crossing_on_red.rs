//! The rule `level-crossing-on-red`.

use lukao_measure::{Value, zone};
use lukao_model::code::SignalState;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::{SignalIx, SignalKind, Track, Zone, ZoneKind};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{finding, number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a level crossing while its lamps are red.
    ///
    /// ## Checks
    /// The state of the lights over the ego's lane within `lights_m` before a level crossing when the middle of its front
    /// bumper enters the crossing: red, flashing red and red with amber forbid.
    ///
    /// ## Method
    /// The moment is found in continuous time between samples. Measured is the time for which the state had been shown, at
    /// most 20 s. An opportunity is a level crossing with lights that the ego enters.
    ///
    /// ## Cannot tell
    /// The state is missing or logged as unknown at that moment, or the lights disagree; the clock of the states is not
    /// synchronised with the ego's; the ego's lane is not known.
    ///
    /// ## Limits
    /// `grace_s`; at equality it is kept. Level crossings are areas of the map; barriers are not looked at. Uncertainty from
    /// place ÷ speed, from the clocks, and from how often an instrument samples the state.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 43: two red lamps that flash in turn, or one
    /// red lamp, forbid to pass; article 65 (basis: text). No grace unless the pack says otherwise.
    LevelCrossingOnRed = "level-crossing-on-red" {
        /// Time of red that is let pass.
        number grace_s = 0.0, "s", 0.0..=5.0;
        /// How far before the crossing its lights may stand.
        number lights_m = 30.0, "m", 1.0..=200.0;
    }
}

/// Crossings with lights entered.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for LevelCrossingOnRed {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let near = zone::zones_near(m, ZoneKind::LevelCrossing);
        cx.judged_all(out);
        for (zone, at) in zone::entered(m, &near) {
            if cx.scope.contains(at.t_ns) {
                judge(cx, track, zone, &at, p, state, out);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

/// Lights over the lane of the ego at a sample, within a distance before a zone that covers it.
fn lights(cx: &Context<'_>, track: &Track, zone: &Zone, k: usize, reach_m: f64) -> Vec<SignalIx> {
    let Some(place) = cx.measures.places().and_then(|p| p.at(k)) else { return Vec::new() };
    let stretch = zone.lanes.iter().find(|s| s.lane == place.hit.lane);
    let Some(stretch) = stretch else { return Vec::new() };
    let before = |at: f64| (-1.0..=reach_m).contains(&(stretch.from_m - at));
    let light = |ix: SignalIx| track.signal(ix).kind == SignalKind::TrafficLight;
    let signs = track.signs_on(stretch.lane).iter();
    signs.filter(|(at, ix)| light(*ix) && before(*at)).map(|x| x.1).collect()
}

fn judge(
    cx: &Context<'_>,
    track: &Track,
    zone: &Zone,
    at: &zone::Entering,
    p: &Params,
    state: &mut State,
    out: &mut RuleResult,
) {
    let m = cx.measures;
    let lights = lights(cx, track, zone, at.k, p.lights_m);
    if lights.is_empty() {
        return;
    }
    state.occasions += 1;
    let when = Interval::new(at.t_ns, at.t_ns);
    let shown = match m.shown(at.k, &m.heads_of(&lights), at.t_ns) {
        Ok(shown) => shown,
        Err(e) => return cx.missing_in(out, when, Channel::SignalState.name(), &e.why(track)),
    };
    if !matches!(shown.state, SignalState::Red | SignalState::RedAmber | SignalState::FlashingRed) {
        return;
    }
    let limit = Limit::AtMost(p.grace_s);
    let measured = Value { value: to_s(at.t_ns - shown.since_ns), u: at.u_s.rss(shown.u_s) };
    match cx.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "time of red", UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[at.k];
            let what = "entered a level crossing on red";
            let mut f = finding(META.id, what, &s, limit, measured, "s");
            (f.from_ns, f.to_ns, f.worst_ns) = (at.t_ns, at.t_ns, at.t_ns);
            f.at_m = m.ego().pose_at(at.t_ns).map(|p| [p.x_m, p.y_m]);
            f.element = Some(zone.id.clone());
            f.details.push(word("signal", &track.signal(shown.signal).id));
            f.details.extend(at.speed_mps.map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
