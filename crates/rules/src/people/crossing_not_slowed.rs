//! The rule `crossing-not-slowed`.

use lukao_measure::Value;
use lukao_measure::zone::{self, Entering};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::{Crossing, Track};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::finding;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::NO_SPEED;

/// Metres per second to kilometres per hour.
const KMH: f64 = 3.6;

rule! {
    /// The ego drives onto a crossing for pedestrians without having slowed down.
    ///
    /// ## Checks
    /// Speed when the middle of the ego's front bumper enters a crossing without lights.
    ///
    /// ## Method
    /// In continuous time between the ego's samples. A crossing has lights if the map puts lights for pedestrians
    /// beside it, or a traffic light within 30 m before it over one of its lanes; with `at_lights` it counts too. An
    /// opportunity is a crossing entered.
    ///
    /// ## Cannot tell
    /// Without a speed.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. Whether anybody is there does not matter. The uncertainty is that of the
    /// speed.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 47: slow down when passing a crossing for pedestrians (basis: text). The law
    /// gives no figure; 30 km/h is this project's own reading (basis: profile).
    CrossingNotSlowed = "crossing-not-slowed" {
        /// Highest speed on entering.
        number max_kmh = 30.0, "km/h", 5.0..=80.0;
        /// Crossings with lights count too.
        flag at_lights = false;
    }
}

/// Crossings entered.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for CrossingNotSlowed {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let near = zone::crossings_near(m);
        cx.judged_all(out);
        for (ix, at) in zone::entered(m, &near) {
            let crossing = track.crossing(ix);
            if cx.scope.contains(at.t_ns) && (p.at_lights || !has_lights(track, crossing)) {
                state.occasions += 1;
                judge(cx, crossing, &at, p, out);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

/// How far before a crossing the stop line of its lights may lie, metres.
const LIGHTS_M: f64 = 30.0;

fn has_lights(track: &Track, crossing: &Crossing) -> bool {
    let lit = |s: &lukao_track::LaneStretch| {
        let on_path = track.paths().any(|(ix, p)| p.via.contains(&s.lane) && !track.lights_of(ix).is_empty());
        let before = |at: f64| (-1.0..=LIGHTS_M).contains(&(s.from_m - at));
        let lines = track.stop_lines_on(s.lane).iter();
        on_path || lines.into_iter().any(|(at, l)| before(*at) && !track.stop_line(*l).signals.is_empty())
    };
    !crossing.signals.is_empty() || crossing.lanes.iter().any(lit)
}

fn judge(cx: &Context<'_>, crossing: &Crossing, at: &Entering, p: &Params, out: &mut RuleResult) {
    let m = cx.measures;
    let when = Interval::new(at.t_ns, at.t_ns);
    let Some(speed) = at.speed_mps else {
        return cx.missing_in(out, when, Channel::Speed.name(), NO_SPEED);
    };
    let kmh = Value { value: speed.value * KMH, u: speed.u.times(KMH) };
    let limit = Limit::AtMost(p.max_kmh);
    match cx.judge(limit, kmh) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, Channel::Speed.name(), UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[at.k];
            let mut f =
                finding(META.id, "drove onto a crossing without slowing down", &s, limit, kmh, "km/h");
            (f.from_ns, f.to_ns, f.worst_ns) = (at.t_ns, at.t_ns, at.t_ns);
            f.at_m = m.ego().pose_at(at.t_ns).map(|p| [p.x_m, p.y_m]);
            f.element = Some(crossing.id.clone());
            out.findings.push(f);
        }
    }
}
