//! The rule `few-sign-kinds`.

use std::collections::BTreeSet;

use lukao_measure::Value;
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_track::{LaneIx, SignGroup, Track};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, OFF_MAP};

rule! {
    /// An attempt passes too few kinds of signs to say anything.
    ///
    /// ## Checks
    /// How many kinds of traffic signs the ego passes in each stretch of the scope; with `groups` also whether signs of
    /// prohibition, of warning and of mandatory conduct are among them.
    ///
    /// ## Method
    /// A sign is passed when the middle of the front bumper, in a lane that the sign is valid for, reaches the sign's place
    /// along the lane. Signs of one code are one kind, whatever their number. Lights and what is painted on the road are
    /// none. Groups are told by code or name. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Where a part of an attempt is off the map and what was passed is too little; when the log ends before the attempt does.
    ///
    /// ## Limits
    /// `least`; at equality it is kept. How each sign is obeyed other rules say. The
    /// uncertainty of a count is 0.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018: at least 5 kinds of signs, among them prohibition, warning and mandatory ones (basis:
    /// press).
    FewSignKinds = "few-sign-kinds" {
        /// Kinds of signs at least.
        number least = 5.0, "", 0.0..=100.0;
        /// All three groups have to be among them.
        flag groups = false;
    }
}

/// What was passed in an attempt.
#[derive(Default)]
pub struct Kept {
    kinds: BTreeSet<String>,
    groups: BTreeSet<SignGroup>,
    /// Lane, and the front's station in it.
    last: Option<(LaneIx, f64)>,
}

impl Rule for FewSignKinds {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            if !cx.measures.on_map(k) {
                (kept.last, stretch.blind) = (None, true);
                return cx.missing(out, k, "lane", OFF_MAP);
            }
            cx.judged(out, k);
            let Some(place) = cx.measures.places().and_then(|x| x.at(k)) else {
                kept.last = None;
                return;
            };
            let half_m = 0.5 * cx.measures.window().runs()[stretch.last.run].size.length_m;
            let (lane, front_m) = (place.hit.lane, place.hit.station_m + half_m);
            match kept.last.replace((lane, front_m)) {
                Some((before, from_m)) if before == lane => kept.pass(track, lane, from_m, front_m),
                Some((before, from_m)) if track.successors(before).contains(&lane) => {
                    kept.pass(track, before, from_m, f64::INFINITY);
                    kept.pass(track, lane, f64::NEG_INFINITY, front_m);
                }
                _ => {}
            }
        };
        state.scan(cx, out, each, |stretch, kept, out| over(p, stretch, &kept, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| over(p, stretch, &kept, out));
    }
}

impl Kept {
    /// Takes in the signs of a lane that lie between two stations.
    fn pass(&mut self, track: &Track, lane: LaneIx, from_m: f64, to_m: f64) {
        for (_, sign) in track.signs_on(lane).iter().filter(|x| from_m < x.0 && x.0 <= to_m) {
            let sign = track.signal(*sign);
            if sign.is_sign() {
                self.kinds.insert(if sign.code.is_empty() { sign.name.clone() } else { sign.code.clone() });
                self.groups.extend(sign.group());
            }
        }
    }
}

fn over(p: &Params, stretch: &Stretch, kept: &Kept, out: &mut RuleResult) {
    let kinds = (Some(p.least), kept.kinds.len(), "passed too few kinds of signs");
    let groups = (
        p.groups.then_some(SignGroup::ALL.len() as f64),
        kept.groups.len(),
        "passed not all groups of signs",
    );
    for (least, count, what) in [kinds, groups] {
        let Some(limit) = least.map(Limit::AtLeast) else { continue };
        let measured = Value { value: count as f64, u: Uncertainty::Known(0.0) };
        if limit.margin(measured.value) < 0.0 {
            if stretch.blind {
                // What is missing has been noted.
            } else if stretch.ended {
                let (rule, when, at) = (META.id, stretch.when(), stretch.last);
                Whole { rule, what, value: "kinds of signs", unit: "1", when, at, limit, measured }.judge(
                    stretch.judging,
                    out,
                    |f| {
                        f.details
                            .push(word("passed", kept.kinds.iter().cloned().collect::<Vec<_>>().join(", ")))
                    },
                );
            } else {
                out.missing("end of the attempt", LOG_ENDS, stretch.when());
            }
            return;
        }
    }
}
