//! The rule `stops-near-hydrant`.

use lukao_measure::zone::{self, Area};
use lukao_model::RuleResult;
use lukao_track::ZoneKind;

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::stands::{Standing, Stands, in_reach, waits};

rule! {
    /// The ego stops near a hydrant, a petrol or an emergency station, or at road works.
    ///
    /// ## Checks
    /// How long the ego stands within `reach_m` of a hydrant, fire station, petrol station or emergency station of the map, or with a
    /// part of its body in an area of road works.
    ///
    /// ## Method
    /// At each sample, from the nearest of nine points of the body. A stand lasts from the first sample at which the
    /// ego stands there to the last; one that begins behind somebody ahead within 20 m, before a stop line or crossing
    /// within 30 m, is traffic and not looked at, nor is one of which the middle is in no traffic lane within `reach_m` of a petrol
    /// station: it is being used. An opportunity is such a place that the ego came within reach of.
    ///
    /// ## Cannot tell
    /// Without a speed while the ego is within reach; deciding guarded, where the place is not known well enough.
    ///
    /// ## Limits
    /// `max_s` and `reach_m`; at equality both are kept within. On which side of the road the place is, is not looked at. Places that the map
    /// does not have are not told from ones that are not there.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 63(3): no stopping within 30 m of emergency
    /// stations, petrol stations and hydrants, except to use them, and 63(1): none at works (basis: text). From when on a stand is a
    /// stop, 20 s, is this project's own reading (basis: profile).
    StopsNearHydrant = "stops-near-hydrant" {
        /// Longest stand that is let pass.
        number max_s = 20.0, "s", 0.0..=3600.0;
        /// How near to such a place nobody may stop.
        number reach_m = 30.0, "m", 0.0..=100.0;
        /// Road works too.
        flag at_works = true;
    }
}

/// Stands near hydrants and stations, and at works.
#[derive(Default)]
pub struct State {
    near: Stands,
    works: Stands,
}

impl Rule for StopsNearHydrant {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let of = |kind| zone::zones_near(m, kind).into_iter().map(|(_, area)| area);
        let others: Vec<Area<'_>> = of(ZoneKind::Hydrant).chain(of(ZoneKind::EmergencyStation)).collect();
        let petrol: Vec<Area<'_>> = of(ZoneKind::PetrolStation).collect();
        let works: Vec<Area<'_>> = of(ZoneKind::Works).filter(|_| p.at_works).collect();
        for (k, s) in cx.samples() {
            let in_lane = m.places().is_some_and(|x| x.at(k).is_some());
            let near = others.iter().chain(petrol.iter().filter(|_| in_lane));
            let near = in_reach(cx, &s, p.reach_m, near);
            state.near.step(cx, (k, s), &standing(p, p.reach_m), near, || waits(cx, track, k), out);
            let at = in_reach(cx, &s, 0.0, works.iter());
            state.works.step(cx, (k, s), &standing(p, 0.0), at, || waits(cx, track, k), out);
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.near.finish(&standing(p, p.reach_m), out);
        let near = out.opportunities;
        state.works.finish(&standing(p, 0.0), out);
        out.opportunities += near;
    }
}

fn standing(p: &Params, reach_m: f64) -> Standing<'static> {
    let what = if reach_m > 0.0 { "stopped near a hydrant or station" } else { "stopped at road works" };
    Standing { rule: META.id, what, max_s: p.max_s, reach_m }
}
