//! The rule `line-ridden`.

use lukao_measure::lines::{self, Part};
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{EgoSample, body};
use lukao_model::{Channel, RuleResult};
use lukao_track::{Line, MarkKind, Stripe, Track};
use serde::{Deserialize, Serialize};

use super::stretch::{By, Here, Manner, Stretch};
use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::meta::{Choice, Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

/// Which part of the ego rides on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The footprint.
    Body,
    /// The outer edges of the tyres, from the vehicle sheet.
    Wheels,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &["body", "wheels"];
}

/// Which lines count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// All painted ones.
    Painted,
    /// Those with a solid stripe.
    Solid,
}

impl Choice for Which {
    const WORDS: &'static [&'static str] = &["painted", "solid"];
}

rule! {
    /// The ego rides on a lane line for too long.
    ///
    /// ## Checks
    /// How long the ego moves in one go with a painted line under it: a part of it (`part`) on each side, at least
    /// `min_reach_m` over.
    ///
    /// ## Method
    /// At each sample while the ego moves, outside junctions. `lines = "solid"` takes only markings with a solid stripe.
    /// Stretches at most `merge_s` apart are one finding, which names the first line. A lane change rides on a line for some
    /// seconds; a limit above that finds who stays there. An opportunity is a second of motion on the map.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; on a map without any painted line; with `wheels`, if the vehicle sheet does not give
    /// wheelbase, front overhang, both tracks and the tyre's width.
    ///
    /// ## Limits
    /// `max_time_s`; at equality it is kept. A body may overhang a line on which no tyre stands: `min_reach_m` allows for it. The
    /// line is where the map has it. Uncertainty: the step between samples; whether the body is over the line is decided without
    /// regard to the position's.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 82(3) (basis: text): on an expressway not to ride
    /// on or roll over the dividing line. How long is too long is this project's own reading.
    LineRidden = "line-ridden" {
        /// Part of the ego that rides.
        choice part: What = What::Body, "body";
        /// Lines that count.
        choice lines: Which = Which::Painted, "painted";
        /// Longest time in one go.
        number max_time_s = 8.0, "s", 0.0..=600.0;
        /// How far the part has to be over the line on either side.
        number min_reach_m = 0.2, "m", 0.0..=2.0;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// The open stretch, and time of motion.
#[derive(Default)]
pub struct State {
    stretch: Stretch,
    moved: MotionTime,
}

fn manner(p: &Params) -> Manner {
    Manner {
        rule: META.id,
        what: "rode on a lane line",
        quantity: "time on the line",
        by: By::Time,
        most: p.max_time_s,
        merge_s: p.merge_s,
        both: true,
    }
}

impl Rule for LineRidden {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        for (k, s) in cx.samples() {
            if !track.features().marks {
                cx.missing(out, k, "lane markings", "the track has none");
                continue;
            }
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let part = if p.part == What::Body { Part::Body } else { Part::Wheels };
            let Some(own) = lines::own_points_m(cx.measures, &s, part) else {
                cx.missing(out, k, "wheel geometry", "the vehicle sheet does not give it");
                continue;
            };
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane markings", OFF_MAP);
                state.stretch.step(cx, k, None, &manner(p), out);
                continue;
            }
            cx.judged(out, k);
            state.moved.step(cx, k, speed);
            let moves = speed.value.abs() >= STANDING_MPS;
            let here = moves.then(|| under(cx, track, k, &s, &own, p)).flatten();
            state.stretch.step(cx, k, here, &manner(p), out);
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.stretch.finish(&manner(p), out);
        out.opportunities = state.moved.seconds();
    }
}

/// The line under the ego, if there is one that counts.
fn under(
    cx: &Context<'_>,
    track: &Track,
    k: usize,
    s: &EgoSample,
    own: &[[f64; 2]],
    p: &Params,
) -> Option<Here> {
    // Well inside its lane no line can be under it.
    let size = cx.measures.window().runs()[s.run].size;
    let place = cx.measures.places()?.at(k);
    if place.is_some_and(|p| p.hit.to_left_m.min(p.hit.to_right_m) > body::half_across_m(&size, p.off_rad)) {
        return None;
    }
    let outline = body::points_m(&s.pose, own);
    let counts = |line: &Line, road_s_m: f64| {
        let mark = line.mark_at(road_s_m)?;
        let MarkKind::Stripes(stripes) = &mark.kind else { return None };
        let wanted = p.lines == Which::Painted || stripes.contains(&Stripe::Solid);
        (wanted && track.road(line.road).junction.is_none()).then(|| mark.declared.clone())
    };
    lines::touched(cx.measures, k, &outline).into_iter().find_map(|touched| {
        let over = touched.left_reach_m.min(touched.right_reach_m);
        let line = track.line(touched.line);
        let marking = (over >= p.min_reach_m).then(|| counts(line, touched.road_s_m)).flatten()?;
        Some(Here {
            element: Some(line.id.clone()),
            details: vec![word("marking", marking), word("part", What::WORDS[p.part as usize])],
            ..Here::default()
        })
    })
}
