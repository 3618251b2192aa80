//! The rule `stops-in-danger`.

use lukao_measure::mode::automation_drives;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Value, body};
use lukao_model::code::DrivingMode;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::{StructureKind, Track};

use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

rule! {
    /// A minimal-risk manoeuvre ends where nobody may stand: in a junction, on a crossing, in a tunnel.
    ///
    /// ## Checks
    /// Where the ego comes to a stand while the driving mode is "minimal risk", or in the failed mode right after it.
    ///
    /// ## Method
    /// The first sample at a stand. In a junction or tunnel by the middle of the footprint; on a crossing by any part
    /// of it. Each such stand is an opportunity.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; without a speed; off the map. Where the map has no crossings or tunnels
    /// there are none for this rule.
    ///
    /// ## Limits
    /// The limit is 0 such places. Whether a better place was in reach is for the examiner.
    ///
    /// ## Source
    /// The places are those of article 63 of the implementing regulation of the road traffic law, as far as a map
    /// shows them; that a minimal-risk stop has to avoid them is this project's own reading (profile).
    StopsInDanger = "stops-in-danger" {
        /// A junction counts.
        flag junctions = true;
        /// A crossing counts.
        flag crossings = true;
        /// A tunnel counts.
        flag tunnels = true;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
    }
}

/// Whether the ego moved in that mode at its last sample, and stands.
#[derive(Default)]
pub struct State {
    watch: Watch,
    moved: bool,
    stands: u64,
}

impl Rule for StopsInDanger {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let modes = modes(cx, p.debounce_s);
        state.watch.scan(cx, &modes, out);
        for (k, s) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let stands = speed.value.abs() < STANDING_MPS;
            let ends = state.moved && stands;
            let mode = modes.at(s.t_ns);
            let in_mode = mode == Some(DrivingMode::MinimalRisk);
            state.moved = !stands && (in_mode || (state.moved && !mode.is_some_and(automation_drives)));
            if !ends {
                continue;
            }
            let when = Interval::new(s.t_ns, s.t_ns);
            if !cx.measures.on_map(k) {
                cx.missing_in(out, when, "place of the stop", OFF_MAP);
                continue;
            }
            state.stands += 1;
            if let Some((what, element)) = danger(cx, track, k, p) {
                let event = Event {
                    rule: META.id,
                    what: what.into(),
                    value: "place of the stop",
                    unit: "1",
                    when,
                    limit: Limit::AtMost(0.0),
                    measured: Value { value: 1.0, u: Uncertainty::Known(0.0) },
                };
                event.judge(cx, out, |f| f.element = Some(element));
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.stands;
    }
}

fn danger(cx: &Context<'_>, track: &Track, k: usize, p: &Params) -> Option<(&'static str, String)> {
    let s = cx.measures.ego().samples()[k];
    let corners = body::corners_m(&s.pose, &cx.measures.window().runs()[s.run].size);
    let on = p.crossings.then(|| track.crossing_under(&corners, s.z_m)).flatten();
    if let Some(crossing) = on {
        return Some(("stopped on a crossing", track.crossing(crossing).id.clone()));
    }
    let place = cx.measures.places()?.at(k)?;
    let lane = track.lane(place.hit.lane);
    if lane.in_junction && p.junctions {
        return Some(("stopped in a junction", lane.id.clone()));
    }
    let road_s_m = lane.road_s_at(place.hit.station_m);
    let tunnel = p.tunnels.then(|| track.structure_at(lane.road, road_s_m, StructureKind::Tunnel)).flatten();
    tunnel.map(|t| ("stopped in a tunnel", t.id.clone()))
}
