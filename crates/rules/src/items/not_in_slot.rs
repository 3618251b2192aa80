//! The rule `not-in-slot`.

use lukao_measure::edges::{Part, inside_m, outlines};
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, Value, body};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Judging, Need, Needs, OfStation};
use crate::episode::number;
use crate::items::slots::bay_at;
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED};

/// Which part of the ego must be in the bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The footprint.
    Body,
    /// The tyres, from the vehicle sheet.
    Wheels,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &["body", "wheels"];
}

rule! {
    /// The ego does not come to stand inside a parking bay, or not often enough.
    ///
    /// ## Checks
    /// In each stretch of the scope: how often the ego parks in a bay of the station (`slots`), and how far a part of it
    /// (`part`) is out of the bay then.
    ///
    /// ## Method
    /// The ego is in a bay from when the middle of its footprint enters it until it leaves it, and parks there if it stands
    /// in that time. Of several stands of one visit the one farthest inside counts. Out is how far the part's corner that is
    /// farthest out lies beyond the bay's sides. Parked fewer than `times` times is one finding, each visit too far out
    /// another. An opportunity is a stretch; with `times = 0`, a visit.
    ///
    /// ## Cannot tell
    /// Without a station or one without slots; without a speed; with `wheels`, if the vehicle sheet does not give wheelbase,
    /// front overhang, both tracks and the tyre's width; when the log ends before the attempt does.
    ///
    /// ## Limits
    /// `margin_m`: who is out by that or less is in; below 0 he has to keep that far from the sides. Uncertainty from
    /// position, half of the size's, yaw and survey. A bay is four corners; the paint's width is the survey's.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018: garage two times in and out, parallel parking once (basis: press). The human
    /// driving test fails a body out of the line, and takes points for a wheel or the body on it (basis: profile).
    NotInSlot = "not-in-slot" {
        /// How often it has to park.
        number times = 1.0, "", 0.0..=20.0;
        /// Reach out of the bay that is let pass.
        number margin_m = 0.0, "m", -2.0..=2.0;
        /// Part of the ego that has to be in the bay.
        choice part: What = What::Body, "body";
    }
}

/// Stretches, and how often the ego parked in all of them.
#[derive(Default)]
pub struct State {
    stretches: Stretches<Kept>,
    parked: u64,
}

/// The visit that goes on, and those that are over.
#[derive(Default)]
pub struct Kept {
    visit: Option<Visit>,
    parked: u64,
}

struct Visit {
    bay: usize,
    from_ns: i64,
    /// The stand farthest inside: how far out, and when.
    best: Option<(Value, EgoSample)>,
}

impl Rule for NotInSlot {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Station(OfStation::Slots)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(station)) = (cx.measures, cx.station) else { return };
        let sheet = m.ego_actor().and_then(|a| m.window().actor(a).sheet.as_ref());
        let part = if p.part == What::Body { Part::Body } else { Part::Wheels };
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            let s = stretch.last;
            let run = &m.window().runs()[s.run];
            let Some(speed) = m.ego_speed_mps(k) else {
                stretch.blind = true;
                return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
            };
            let bay = bay_at(station, &s.pose);
            if kept.visit.as_ref().is_some_and(|v| Some(v.bay) != bay) {
                kept.leave(&station.id, p, &s, cx.judging, out);
            }
            let Some(bay) = bay else { return cx.judged(out, k) };
            let visit = kept.visit.get_or_insert(Visit { bay, from_ns: s.t_ns, best: None });
            if speed.value.abs() < STANDING_MPS {
                let Some(part) = outlines(run, sheet, part) else {
                    stretch.blind = true;
                    return cx.missing(out, k, "wheel geometry", "the vehicle sheet does not give it");
                };
                let corners = part.iter().flatten().map(|c| body::point_m(&s.pose, *c));
                let out_m = corners.map(|c| -inside_m(&station.slots[bay], c)).fold(f64::MIN, f64::max);
                let of_sheet = match p.part {
                    What::Body => Uncertainty::Known(0.0),
                    What::Wheels => Uncertainty::from_option(sheet.and_then(|s| s.accuracy_m)).times(0.5),
                };
                let u = body::edge_u(run, s.i).rss(of_sheet).rss(cx.station_u());
                if visit.best.is_none_or(|b| out_m < b.0.value) {
                    visit.best = Some((Value { value: out_m, u }, s));
                }
            }
            cx.judged(out, k);
        };
        let parked = &mut state.parked;
        state.stretches.scan(cx, out, each, |stretch, kept, out| {
            *parked += over(p, stretch, kept, &station.id, out);
        });
    }

    fn finish(p: &Params, mut state: State, out: &mut RuleResult) {
        state.stretches.finish(out, |stretch, kept, out| {
            state.parked += over(p, stretch, kept, "the station", out);
        });
        if p.times == 0.0 {
            out.opportunities = state.parked;
        }
    }
}

impl Kept {
    fn leave(&mut self, station: &str, p: &Params, now: &EgoSample, judging: Judging, out: &mut RuleResult) {
        let Some((visit, (out_m, at))) = self.visit.take().and_then(|v| v.best.map(|b| (v, b))) else {
            return;
        };
        self.parked += 1;
        let whole = Whole {
            rule: META.id,
            what: "stood out of the parking bay",
            value: "reach out of the bay",
            unit: "m",
            when: Interval::new(visit.from_ns, now.t_ns),
            at,
            limit: Limit::AtMost(p.margin_m),
            measured: out_m,
        };
        whole.judge(judging, out, |f| f.element = Some(format!("slot {} of {station}", visit.bay)));
    }
}

/// Closes a stretch; how often the ego parked in it.
fn over(p: &Params, stretch: &Stretch, mut kept: Kept, station: &str, out: &mut RuleResult) -> u64 {
    kept.leave(station, p, &stretch.last, stretch.judging, out);
    let parked = Value { value: kept.parked as f64, u: Uncertainty::Known(0.0) };
    let limit = Limit::AtLeast(p.times);
    if stretch.blind {
        // What is missing has been noted.
        return kept.parked;
    }
    if !stretch.ended && limit.margin(parked.value) < 0.0 {
        out.missing("end of the attempt", LOG_ENDS, stretch.when());
        return kept.parked;
    }
    let whole = Whole {
        rule: META.id,
        what: "was not parked in the bay often enough",
        value: "times parked",
        unit: "1",
        when: stretch.when(),
        at: stretch.last,
        limit,
        measured: parked,
    };
    whole.judge(stretch.judging, out, |f| f.details.push(number("times_parked", parked.value)));
    kept.parked
}
