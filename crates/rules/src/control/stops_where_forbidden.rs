//! The rule `stops-where-forbidden`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, Value, body, signs};
use lukao_model::RuleResult;
use lukao_model::outcome::Uncertainty;
use lukao_track::{Lane, LaneHit, MarkColour, MarkKind, SignalKind, Stripe, Track};

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::stands::{Standing, Stands, waits};
use crate::words::{OFF_MAP, SIGN_SAYS, unclear_sign};

rule! {
    /// The ego stops where a sign or a yellow line forbids it.
    ///
    /// ## Checks
    /// How long the ego stands in a traffic lane where a sign forbids to stop or to park, or where the line along the edge of the
    /// roadway is yellow: a solid one forbids to stop, a broken one to park.
    ///
    /// ## Method
    /// At each sample. A sign holds from where it stands on for `sign_reach_m`, at most to the next junction. The line is that on the
    /// kerb's side of the outermost traffic lane of the ego's direction. A stand lasts from the first sample at which the ego stands there
    /// to the last; one that begins behind somebody ahead within 20 m, before a stop line or crossing within 30 m, is traffic and not
    /// looked at. An opportunity is a sign or line whose stretch the ego comes into.
    ///
    /// ## Cannot tell
    /// Off the map; without a speed in such a stretch; where a sign holds that is switched or has a text, which may name hours or
    /// vehicles; deciding guarded, where the place in the stretch is not known well enough.
    ///
    /// ## Limits
    /// `max_s` where stopping is forbidden, `max_parking_s` where parking is; at equality both are kept within. Signs and lines that the map does not
    /// have are not told from ones that are not there. Who stands in a parking bay or lane, or beside the road, is let pass: signs there
    /// are not looked at.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 63(1): no stopping where signs or lines forbid it
    /// (basis: text). Which sign and line says what is read from the names in GB 5768 (basis: inferred). From when on a stand is a stop, and
    /// a stop parking, and how far a sign holds, is this project's own reading (basis: profile).
    StopsWhereForbidden = "stops-where-forbidden" {
        /// Longest stand that is let pass where stopping is forbidden.
        number max_s = 20.0, "s", 0.0..=3600.0;
        /// Longest stand that is let pass where parking is forbidden.
        number max_parking_s = 300.0, "s", 0.0..=3600.0;
        /// How far a sign holds.
        number sign_reach_m = 200.0, "m", 1.0..=1000.0;
        /// By signs.
        flag by_signs = true;
        /// By yellow lines along the edge.
        flag by_lines = true;
    }
}

/// Stands where stopping is forbidden, and where parking is.
#[derive(Default)]
pub struct State {
    stopping: Stands,
    parking: Stands,
}

/// What a sign or line forbids.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Forbids {
    Stopping,
    Parking,
}

/// A stretch where something is forbidden: its element, and how deep the ego is in it, m.
type Stretch = (Forbids, String, f64);

impl Rule for StopsWhereForbidden {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        // Most maps have none, and each sample would walk its lanes for nothing.
        let any_sign = p.by_signs && track.signals().any(|(_, s)| of_sign(s.kind).is_some());
        for (k, s) in cx.samples() {
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane", OFF_MAP);
                continue;
            }
            let mut all = Vec::new();
            if let Some(place) = places.at(k) {
                if any_sign {
                    let unclear = by_signs(track, &place.hit, p, &mut all);
                    let may_stand = cx.measures.ego_speed_mps(k).is_none_or(|v| v.value.abs() < STANDING_MPS);
                    if let Some(unclear) = unclear.filter(|_| may_stand && !waits(cx, track, k)) {
                        cx.missing(out, k, SIGN_SAYS, &unclear_sign(&unclear));
                    }
                }
                if p.by_lines {
                    all.extend(by_line(track, &place.hit));
                }
            }
            for (forbids, stands) in
                [(Forbids::Stopping, &mut state.stopping), (Forbids::Parking, &mut state.parking)]
            {
                let here = all.iter().filter(|x| x.0 == forbids);
                let here = here.map(|(_, id, deep_m)| (id.clone(), room(cx, track, &s, *deep_m)));
                stands.step(cx, (k, s), &standing(p, forbids), here, || waits(cx, track, k), out);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.stopping.finish(&standing(p, Forbids::Stopping), out);
        let stopping = out.opportunities;
        state.parking.finish(&standing(p, Forbids::Parking), out);
        out.opportunities += stopping;
    }
}

fn standing(p: &Params, forbids: Forbids) -> Standing<'static> {
    let (what, max_s) = match forbids {
        Forbids::Stopping => ("stopped where that is forbidden", p.max_s),
        Forbids::Parking => ("parked where that is forbidden", p.max_parking_s),
    };
    Standing { rule: META.id, what, max_s, reach_m: 0.0 }
}

fn of_sign(kind: SignalKind) -> Option<Forbids> {
    match kind {
        SignalKind::NoStopping => Some(Forbids::Stopping),
        SignalKind::NoParking => Some(Forbids::Parking),
        _ => None,
    }
}

/// Adds the stretches of signs; gives the id of one that may say something else.
fn by_signs(track: &Track, hit: &LaneHit, p: &Params, out: &mut Vec<Stretch>) -> Option<String> {
    let mut unclear = None;
    for (way_m, ix) in signs::speaking(track, hit.lane, hit.station_m, p.sign_reach_m) {
        let sign = track.signal(ix);
        let Some(forbids) = of_sign(sign.kind).filter(|_| way_m > 0.0) else { continue };
        if sign.says_always() {
            out.push((forbids, sign.id.clone(), way_m.min(p.sign_reach_m - way_m)));
        } else {
            unclear = Some(sign.id.clone());
        }
    }
    unclear
}

/// The stretch of the line along the edge of the roadway.
fn by_line(track: &Track, hit: &LaneHit) -> Option<Stretch> {
    let own = track.lane(hit.lane);
    let left_hand = track.road(own.road).left_hand;
    let outward = |lane: &Lane| if left_hand { lane.left } else { lane.right };
    let mut edge = own;
    while let Some(next) = outward(edge).map(|l| track.lane(l)) {
        if !next.kind.is_traffic() || next.travel != own.travel {
            break;
        }
        edge = next;
    }
    let line = track.line(if left_hand { edge.left_line } else { edge.right_line });
    let s_m = own.road_s_at(hit.station_m);
    let mark = line.mark_at(s_m).filter(|m| m.colour == MarkColour::Yellow)?;
    let MarkKind::Stripes(stripes) = &mark.kind else { return None };
    let all = |one: Stripe| stripes.iter().all(|s| *s == one);
    let forbids = if all(Stripe::Solid) {
        Forbids::Stopping
    } else if all(Stripe::Broken) {
        Forbids::Parking
    } else {
        return None;
    };
    Some((forbids, line.id.clone(), (s_m - mark.from_s_m).min(mark.to_s_m - s_m)))
}

/// Room to the stretch, negative inside.
fn room(cx: &Context<'_>, track: &Track, s: &EgoSample, deep_m: f64) -> Value {
    let run = &cx.measures.window().runs()[s.run];
    let u = body::edge_u(run, s.i).rss(Uncertainty::from_option(track.survey().accuracy_m));
    Value { value: -deep_m, u }
}
