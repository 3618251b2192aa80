//! The rule `wheel-over-edge`.

use lukao_measure::edges::{Edge, Least, Part, REACH_M, outlines};
use lukao_measure::{Value, body};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::{Channel, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs, OfStation};
use crate::episode::{Episodes, Pace, finding, word};
use crate::meta::{Choice, Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::NO_SPEED;

/// Which part of the ego counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The tyres, from the vehicle sheet.
    Wheels,
    /// The footprint.
    Body,
    /// The footprint as wide as over the mirrors, from the vehicle sheet.
    Mirrors,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &["wheels", "body", "mirrors"];
}

impl What {
    fn part(self) -> Part {
        match self {
            Self::Wheels => Part::Wheels,
            Self::Body => Part::Body,
            Self::Mirrors => Part::Mirrors,
        }
    }
}

rule! {
    /// A part of the ego gets over an edge of the station.
    ///
    /// ## Checks
    /// How far a part of the ego (`part`) reaches over each line of the station's `edges`, in the scope.
    ///
    /// ## Method
    /// In continuous time: between samples the pose is linear, and the farthest reach of a step is found to 1 mm. Over is
    /// what lies beyond the line as seen from the middle of the footprint. Reaches over one line at most `merge_s` apart are
    /// one finding; measured is the farthest. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a station or one without edges; without a speed; with `wheels`, if the vehicle sheet does not give wheelbase,
    /// front overhang, both tracks and the tyre's width; with `mirrors`, if it does not give the width over them. Once the
    /// middle of the footprint has crossed a line, what it left counts as over no more: how far is measured up to there.
    ///
    /// ## Limits
    /// `max_over_m`; at equality it is kept, so that touching is let pass. Steered wheels are taken to point straight
    /// ahead; mirrors to be as long as the body. Uncertainty from position, half of the size's, yaw and survey.
    ///
    /// ## Source
    /// The pack names the clause. In the human driving test a wheel on the edge line fails curve, right angle, narrow
    /// U-turn and hill, and each brush of a width gate costs points (basis: profile for automated cars).
    WheelOverEdge = "wheel-over-edge" {
        /// Part of the ego that counts.
        choice part: What = What::Wheels, "wheels";
        /// Reach over an edge that is let pass.
        number max_over_m = 0.0, "m", 0.0..=5.0;
        /// Reaches over the same edge at most this far apart are one.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by edge, and time of motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<usize>,
    moved: MotionTime,
}

impl Rule for WheelOverEdge {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Station(OfStation::Edges)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(station)) = (cx.measures, cx.station) else { return };
        let edges: Vec<Edge<'_>> = station.edges.iter().map(|points| Edge::new(points)).collect();
        let sheet = m.ego_actor().and_then(|a| m.window().actor(a).sheet.as_ref());
        let (pace, limit) = (Pace::new(0.0, p.merge_s), Limit::AtMost(p.max_over_m));
        let mut part = None;
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let run = &m.window().runs()[s.run];
            let of_run = match part.take() {
                Some((of, outlines)) if of == s.run => outlines,
                _ => outlines(run, sheet, p.part.part()),
            };
            let (_, Some(part)) = part.insert((s.run, of_run)) else {
                let what = if p.part == What::Mirrors { "width over the mirrors" } else { "wheel geometry" };
                cx.missing(out, k, what, "the vehicle sheet does not give it");
                continue;
            };
            let Some(speed) = m.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            state.moved.step(cx, k, speed);
            let of_sheet = Uncertainty::from_option(sheet.and_then(|s| s.accuracy_m)).times(0.5);
            let of_sheet = if p.part == What::Body { Uncertainty::Known(0.0) } else { of_sheet };
            let u = body::edge_u(run, s.i).rss(of_sheet).rss(cx.station_u());
            // So far from the limit it is kept however well the reach is known.
            let enough_m = u.known().unwrap_or(0.0) - p.max_over_m;
            let far = Least { room_m: REACH_M, t_ns: s.t_ns };
            let mut sure = true;
            for (i, edge) in edges.iter().enumerate() {
                let least = edge.least(m, k, part, enough_m).unwrap_or(far);
                let over = Value { value: -least.room_m, u };
                match cx.judge(limit, over) {
                    Judgement::Unsure => sure = false,
                    Judgement::Kept { .. } => {}
                    Judgement::Broken { .. } => {
                        let describe = || {
                            let what =
                                format!("{} over an edge of the station", What::WORDS[p.part as usize]);
                            let mut f = finding(META.id, &what, &s, limit, over, "m");
                            f.worst_ns = least.t_ns;
                            f.at_m = m.ego().pose_at(least.t_ns).map(|p| [p.x_m, p.y_m]);
                            f.element = Some(format!("edge {i} of {}", station.id));
                            f.details.push(word("part", What::WORDS[p.part as usize]));
                            f
                        };
                        state.episodes.broken(i, s.t_ns, limit.margin(over.value), pace, out, describe);
                    }
                }
            }
            if sure {
                cx.judged(out, k);
            } else {
                cx.unsure(out, k, "reach over an edge");
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
