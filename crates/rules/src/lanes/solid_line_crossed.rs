//! The rule `solid-line-crossed`.

use lukao_measure::EgoSample;
use lukao_measure::lines::{self, Crossing, Part};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Interval, RuleResult};
use lukao_track::{LineIx, Track};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{Episodes, Pace, finding, number, word};
use crate::meta::{Choice, Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

/// Which part of the ego counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Middle of the footprint.
    Centre,
    /// Any corner of the footprint.
    Body,
    /// Outer edge of any tyre, from the vehicle sheet.
    Wheels,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &["centre", "body", "wheels"];
}

impl From<What> for Part {
    fn from(what: What) -> Self {
        match what {
            What::Centre => Self::Centre,
            What::Body => Self::Body,
            What::Wheels => Self::Wheels,
        }
    }
}

rule! {
    /// The ego crosses a solid line.
    ///
    /// ## Checks
    /// Whether a part of the ego (`part`) goes over a line of the road from a side from which it is solid. Of two
    /// lines side by side the one that is met first decides; a kerb is solid.
    ///
    /// ## Method
    /// Between two samples each point of the part moves straight; the crossing is where it meets the line.
    /// Measured is how far the part gets beyond the line in the next 3 s. Crossings of one line at most `merge_s`
    /// apart (out and back) are one finding. `centre` finds who has certainly changed sides, `body` whoever
    /// overhangs, `wheels` who stands on the line with a tyre. An opportunity is a second of motion on the map.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; on a map without any painted line; where the map does not describe the
    /// marking; with `wheels`, if the vehicle sheet does not give wheelbase, front overhang, both tracks and
    /// the tyre's width.
    ///
    /// ## Limits
    /// `max_beyond_m`; at equality it is kept. Lines inside junctions are left out unless `in_junctions`, since
    /// maps give every way its borders there and most are not painted. The line is where the map has it: which
    /// edge of the paint that is, the survey says. Uncertainty from position and survey, for body and wheels also
    /// from size and yaw.
    ///
    /// ## Source
    /// The pack names the clause and the part.
    SolidLineCrossed = "solid-line-crossed" {
        /// Part of the ego that may not cross.
        choice part: What = What::Centre, "centre";
        /// Distance beyond the line that is let pass.
        number max_beyond_m = 0.0, "m", 0.0..=5.0;
        /// Lines inside junctions count too.
        flag in_junctions = false;
        /// Crossings of the same line at most this far apart are one.
        number merge_s = 5.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by line, and time of motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<LineIx>,
    moved: MotionTime,
}

impl Rule for SolidLineCrossed {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let pace = Pace::new(0.0, p.merge_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            if !track.features().marks {
                cx.missing(out, k, "lane markings", "the track has none");
                continue;
            }
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let Some(crossings) = lines::crossings(cx.measures, k, p.part.into()) else {
                cx.missing(out, k, "wheel geometry", "the vehicle sheet does not give it");
                continue;
            };
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane markings", OFF_MAP);
                continue;
            }
            state.moved.step(cx, k, speed);
            cx.judged(out, k);
            for c in crossings {
                judge(cx, track, &s, &c, p, pace, state, out);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}

#[allow(clippy::too_many_arguments)] // One crossing with all that it is judged by.
fn judge(
    cx: &Context<'_>,
    track: &Track,
    s: &EgoSample,
    c: &Crossing,
    p: &Params,
    pace: Pace,
    state: &mut State,
    out: &mut RuleResult,
) {
    let line = track.line(c.line);
    let inside = track.road(line.road).junction.is_some();
    if !cx.scope.contains(c.t_ns) || (inside && !p.in_junctions) || c.solid == Some(false) {
        return;
    }
    let when = Interval::new(c.t_ns, c.t_ns);
    if c.solid.is_none() {
        return cx.missing_in(
            out,
            when,
            "kind of marking",
            &format!("the track does not describe {}", line.id),
        );
    }
    let limit = Limit::AtMost(p.max_beyond_m);
    match cx.judge(limit, c.beyond_m) {
        Judgement::Unsure => cx.missing_in(out, when, "distance beyond the line", UNSURE),
        Judgement::Kept { .. } => {}
        Judgement::Broken { .. } => {
            let describe = || {
                let mut f = finding(META.id, "crossed a solid line", s, limit, c.beyond_m, "m");
                f.worst_ns = c.farthest_ns;
                f.at_m = cx.measures.ego().pose_at(c.farthest_ns).map(|p| [p.x_m, p.y_m]);
                f.element = Some(line.id.clone());
                f.details.push(word("marking", &c.marking));
                f.details.push(word("part", What::WORDS[p.part as usize]));
                f.details.push(number("road_s_m", c.road_s_m));
                f
            };
            state.episodes.broken(c.line, c.t_ns, limit.margin(c.beyond_m.value), pace, out, describe);
        }
    }
}
