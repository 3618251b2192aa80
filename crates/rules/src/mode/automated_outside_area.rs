//! The rule `automated-outside-area`.

use lukao_measure::Value;
use lukao_measure::mode::automation_drives;
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::{Channel, RuleResult};
use lukao_track::Track;

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, word};
use crate::meta::{Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::{NO_MODE, NO_SPEED};

rule! {
    /// The automation drives outside of what it is permitted: off the track, on a kind of road, too fast.
    ///
    /// ## Checks
    /// At each moment of automated driving, whether the ego is on the track's map, on a kind of road that the pack
    /// allows, and not faster than `max_speed_kmh`.
    ///
    /// ## Method
    /// The kind of a road is what the map says: names that begin with `town` or are `lowSpeed` are town, `rural`
    /// is rural, `motorway` is motorway. A stretch outside is one finding: by the speed over the limit, or, for
    /// place and kind of road, with 1 measured and 0 allowed. An opportunity is a second of automated driving.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; without a speed if `max_speed_kmh` is set; where the map does not say
    /// the kind of the road and one kind is not allowed.
    ///
    /// ## Limits
    /// `max_speed_kmh`; at equality it is kept. Being off the map by up to 5 m is let pass. Other bounds of an
    /// operational design domain (weather, time of day) are other rules'.
    ///
    /// ## Source
    /// The permit or the applicant's declaration, which the pack names. Everything on the map is allowed by default.
    AutomatedOutsideArea = "automated-outside-area" {
        /// Greatest speed of automated driving, if there is one.
        optional max_speed_kmh, "km/h", 1.0..=250.0;
        /// Automated driving is allowed in town.
        flag town = true;
        /// Automated driving is allowed on rural roads.
        flag rural = true;
        /// Automated driving is allowed on motorways.
        flag motorway = true;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
        /// Stretches at most this far apart are one.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

/// The stretch outside that goes on, and who drove.
#[derive(Default)]
pub struct State {
    watch: Watch,
    episodes: Episodes<&'static str>,
}

impl Rule for AutomatedOutsideArea {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let modes = modes(cx, p.debounce_s);
        let pace = Pace::new(0.0, p.merge_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let Some(mode) = state.watch.step(cx, &modes, k, s.t_ns) else {
                cx.missing(out, k, Channel::DrivingMode.name(), NO_MODE);
                continue;
            };
            if !automation_drives(mode) {
                cx.judged(out, k);
                continue;
            }
            let outside =
                if cx.measures.on_map(k) { kind_not_allowed(cx, track, k, p) } else { Ok(Some(OFF)) };
            match outside {
                Err(why) => cx.missing(out, k, "kind of road", &why),
                Ok(None) => cx.judged(out, k),
                Ok(Some(what)) => {
                    cx.judged(out, k);
                    let (limit, one) = (Limit::AtMost(0.0), Value { value: 1.0, u: Uncertainty::Known(0.0) });
                    let describe = || finding(META.id, what, &s, limit, one, "1");
                    state.episodes.broken(what, s.t_ns, -1.0, pace, out, describe);
                }
            }
            let Some(max) = p.max_speed_kmh else { continue };
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let limit = Limit::AtMost(max);
            let kmh = Value { value: speed.value.abs() * 3.6, u: speed.u.times(3.6) };
            match cx.judge(limit, kmh) {
                Judgement::Unsure => cx.unsure(out, k, "speed"),
                Judgement::Kept { .. } => {}
                Judgement::Broken { .. } => {
                    let describe = || {
                        let mut f = finding(META.id, FAST, &s, limit, kmh, "km/h");
                        f.details.push(word("mode", format!("{mode:?}")));
                        f
                    };
                    state.episodes.broken(FAST, s.t_ns, limit.margin(kmh.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.watch.seconds();
    }
}

const OFF: &str = "automation drove off the track's map";
const KIND: &str = "automation drove on a kind of road that is not allowed";
const FAST: &str = "automation drove faster than allowed";

/// What is wrong with the kind of the ego's road, or why it cannot be told.
fn kind_not_allowed(
    cx: &Context<'_>,
    track: &Track,
    k: usize,
    p: &Params,
) -> Result<Option<&'static str>, String> {
    if p.town && p.rural && p.motorway {
        return Ok(None);
    }
    let Some(place) = cx.measures.places().and_then(|x| x.at(k)) else { return Ok(None) };
    let lane = track.lane(place.hit.lane);
    let road = track.road(lane.road);
    // Inside a junction the road that leads through it often has no kind of its own.
    let Some(kind) = road.kind_at(lane.road_s_at(place.hit.station_m)) else {
        let why = format!("the track does not say of what kind {} is", road.id);
        return if road.junction.is_some() { Ok(None) } else { Err(why) };
    };
    let allowed = match kind {
        "rural" => p.rural,
        "motorway" => p.motorway,
        k if k.starts_with("town") || k == "lowSpeed" => p.town,
        _ => true,
    };
    Ok((!allowed).then_some(KIND))
}
