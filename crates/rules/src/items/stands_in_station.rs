//! The rule `stands-in-station`.

use lukao_measure::corridor::{Corridor, in_the_way};
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, Interval, RuleResult};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs, OfStation};
use crate::control::line_stop;
use crate::items::slots::bay_at;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

rule! {
    /// The ego stops on the way through a station without need.
    ///
    /// ## Checks
    /// How long the ego stands at a time in the scope, except at a change of direction, at the end of the attempt, in a
    /// parking bay of the station, or for somebody in its way.
    ///
    /// ## Method
    /// A stop lies between two samples in motion of one stretch of the scope. It is a change of direction if the ego moves
    /// forward before and back after it, or the other way. Time in which the middle of the footprint is in a bay does not
    /// count, nor time with somebody within `near_m` ahead of the bumper in the direction of travel, at most `beside_m` to
    /// the side of the body; of what is left the longest unbroken time is measured. With `stop_lines` neither does time with
    /// the front at most `near_m` before a stop line of the map or at the station's own line. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Without a station; without a speed; where the data of who may be in the way cannot be compared; when the log ends in a stop.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. A stand with which a stretch begins or ends is none. What the light at a stop line
    /// shows is not looked at.
    ///
    /// ## Source
    /// The human driving test fails a stop of more than 2 s in the curve and takes points for one in the right angle, the
    /// garage and the parallel bay; what is no stop for an automated car is this project's own reading (basis: profile).
    StandsInStation = "stands-in-station" {
        /// Time at a stand that is let pass.
        number max_s = 2.0, "s", 0.0..=600.0;
        /// How near somebody in the way, or a stop line, has to be.
        number near_m = 8.0, "m", 0.1..=50.0;
        /// How far to the side of the body somebody is in the way.
        number beside_m = 0.75, "m", 0.0..=5.0;
        /// Stands before stop lines do not count.
        flag stop_lines = true;
    }
}

/// Which way the ego moved last, and the stand that goes on.
#[derive(Default)]
pub struct Kept {
    back: Option<bool>,
    stand: Option<Stand>,
}

struct Stand {
    first: EgoSample,
    free_ns: i64,
    longest_ns: i64,
}

impl Rule for StandsInStation {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Station(OfStation::Any)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            let s = stretch.last;
            if speed.value.abs() >= STANDING_MPS {
                let back = speed.value < 0.0;
                let same = kept.back.replace(back) == Some(back);
                if let Some(stand) = kept.stand.take().filter(|_| same) {
                    judge(&stand, p, stretch, out);
                }
            } else if let Some(back) = kept.back {
                let stand = kept.stand.get_or_insert(Stand { first: s, free_ns: 0, longest_ns: 0 });
                match excused(cx, p, k, back) {
                    Ok(true) => stand.free_ns = 0,
                    Ok(false) => stand.free_ns += cx.measures.ego().step(k).len_ns(),
                    Err((what, why)) => return cx.missing(out, k, what, &why),
                }
                stand.longest_ns = stand.longest_ns.max(stand.free_ns);
            }
            cx.judged(out, k);
        };
        state.scan(cx, out, each, |_, _, _| {});
    }

    fn finish(_: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| {
            if let Some(stand) = kept.stand.filter(|_| !stretch.ended) {
                out.missing("end of the stop", LOG_ENDS, Interval::new(stand.first.t_ns, stretch.to_ns));
            }
        });
    }
}

/// Whether something calls for a stand at a sample.
fn excused(cx: &Context<'_>, p: &Params, k: usize, back: bool) -> Result<bool, (&'static str, String)> {
    let (m, s) = (cx.measures, cx.measures.ego().samples()[k]);
    if cx.station.is_some_and(|station| bay_at(station, &s.pose).is_some())
        || (p.stop_lines && at_line(cx, p, k))
    {
        return Ok(true);
    }
    Ok(in_the_way(m, k, Corridor { back, length_m: p.near_m, beside_m: p.beside_m })?.is_some())
}

fn at_line(cx: &Context<'_>, p: &Params, k: usize) -> bool {
    let own = cx.station.and_then(|station| station.line);
    let far = own.and_then(|line| line_stop::beyond_m(line, line_stop::front_m(cx, k)));
    if far.is_some_and(|d| d.abs() <= p.near_m) {
        return true;
    }
    let size = cx.measures.window().runs()[cx.measures.ego().samples()[k].run].size;
    let place = cx.measures.track().zip(cx.measures.places().and_then(|x| x.at(k)));
    place.is_some_and(|(track, place)| {
        let reach_m = p.near_m + 0.5 * size.length_m;
        !track.stop_lines_ahead(place.hit.lane, place.hit.station_m, reach_m).is_empty()
    })
}

fn judge(stand: &Stand, p: &Params, stretch: &Stretch, out: &mut RuleResult) {
    let whole = Whole {
        rule: META.id,
        what: "stopped on the way",
        value: "time of the stop",
        unit: "s",
        when: Interval::new(stand.first.t_ns, stretch.last.t_ns),
        at: stand.first,
        limit: Limit::AtMost(p.max_s),
        measured: Value { value: to_s(stand.longest_ns), u: Uncertainty::Known(0.0) },
    };
    whole.judge(stretch.judging, out, |_| {});
}
