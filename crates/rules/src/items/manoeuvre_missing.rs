//! The rule `manoeuvre-missing`.

use lukao_measure::manoeuvre::Kind;
use lukao_measure::motion::STANDING_MPS;
use lukao_measure::strokes::ROUND_RAD;
use lukao_measure::{EgoSample, Value};
use lukao_model::code::Indicator;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Interval, RuleResult, math};
use lukao_track::Turn;
use serde::{Deserialize, Serialize};

use crate::attempt::{Stretch, Stretches, Whole};
use crate::context::{Context, Need, Needs};
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED, OFF_MAP};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// To the neighbouring lane.
    LaneChange,
    /// Left through a junction.
    LeftTurn,
    /// Right through a junction.
    RightTurn,
    /// Into the other direction, as the map has it.
    UTurn,
    /// Straight through a junction.
    Straight,
    /// Past somebody whom the ego had followed.
    Overtaking,
    /// From the kerb.
    PullOut,
    /// To the kerb.
    PullIn,
    /// Coming to a stand.
    Stop,
    /// Moving off.
    Start,
    /// The heading is 150° or more off in the end, without a map.
    TurnedRound,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &[
        "lane-change",
        "left-turn",
        "right-turn",
        "u-turn",
        "straight",
        "overtaking",
        "pull-out",
        "pull-in",
        "stop",
        "start",
        "turned-round",
    ];
}

impl What {
    fn needs_map(self) -> bool {
        !matches!(self, Self::Stop | Self::Start | Self::TurnedRound)
    }

    /// The manoeuvre that the map tells, and its side.
    fn manoeuvre(self) -> Option<(Kind, Option<Indicator>)> {
        Some(match self {
            Self::LaneChange => (Kind::LaneChange, None),
            Self::LeftTurn => (Kind::Turn, Some(Indicator::Left)),
            Self::RightTurn => (Kind::Turn, Some(Indicator::Right)),
            Self::UTurn => (Kind::TurnRound, None),
            Self::PullOut => (Kind::PullOut, None),
            Self::PullIn => (Kind::PullIn, None),
            _ => return None,
        })
    }
}

rule! {
    /// The ego does not do what an item asks for, or does it too often.
    ///
    /// ## Checks
    /// How often the ego does `kind` in each stretch of the scope: at least `least` and at most `most` times. With `most` alone
    /// it need not do it at all; with neither it has to do it once.
    ///
    /// ## Method
    /// Lane changes, turns, turning round, pulling out and in are told by the map at their decisive moment; straight on by
    /// the way through a junction; overtaking by who was followed and passed. Stops and starts are changes between a stand
    /// (below 0.2 m/s) and motion within the stretch. `turned-round` sums the turns of the heading over the stretch, forward
    /// and back: 150° or more to one side count as once. An opportunity is a stretch.
    ///
    /// ## Cannot tell
    /// Off the map; where a way through a junction is not known and it decides; for stops and starts without a speed; when the
    /// log ends before the attempt does and fewer than `least` were seen.
    ///
    /// ## Limits
    /// `least` and `most`; at equality they are kept. That the manoeuvre was done at the right place, the scope says.
    ///
    /// ## Source
    /// The pack names the clause. An item that was not driven cannot pass (basis: profile).
    ManoeuvreMissing = "manoeuvre-missing" {
        /// What is counted.
        choice kind: What = What::LaneChange, "lane-change";
        /// How often at least; once if `most` is not given either.
        optional least, "", 0.0..=100.0;
        /// How often at most.
        optional most, "", 0.0..=100.0;
    }
}

/// What was counted in an attempt.
#[derive(Default)]
pub struct Kept {
    count: u64,
    /// Moments at which it may have been one more.
    unsure: Vec<Interval>,
    moved: Option<bool>,
    turned_rad: f64,
    last: Option<EgoSample>,
}

impl Rule for ManoeuvreMissing {
    type Params = Params;
    type State = Stretches<Kept>;
    const META: Meta = META;

    fn needs(p: &Params) -> Needs {
        let mut needs = vec![Need::Ego];
        needs.extend(p.kind.needs_map().then_some(Need::Track));
        needs
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Self::State, out: &mut RuleResult) {
        let each = |stretch: &mut Stretch, kept: &mut Kept, k: usize, out: &mut RuleResult| {
            if p.kind.needs_map() {
                if !cx.measures.on_map(k) {
                    stretch.blind = true;
                    cx.missing(out, k, "lane", OFF_MAP);
                } else {
                    cx.judged(out, k);
                }
                return kept.by_map(cx, p.kind, k);
            }
            kept.by_motion(cx, p.kind, stretch.last, k, out);
        };
        state.scan(cx, out, each, |stretch, kept, out| over(p, stretch, &kept, out));
    }

    fn finish(p: &Params, state: Self::State, out: &mut RuleResult) {
        state.finish(out, |stretch, kept, out| over(p, stretch, &kept, out));
    }
}

impl Kept {
    fn by_map(&mut self, cx: &Context<'_>, kind: What, k: usize) {
        let m = cx.measures;
        if kind == What::Overtaking {
            self.count += m.overtakings().iter().filter(|o| o.k == k).count() as u64;
        } else if let Some((wanted, side)) = kind.manoeuvre() {
            let is = |x: &&lukao_measure::Manoeuvre| {
                x.k == k && x.kind == wanted && side.is_none_or(|s| s == x.side)
            };
            self.count += m.manoeuvres().known.iter().filter(is).count() as u64;
            let in_junction = matches!(wanted, Kind::Turn | Kind::TurnRound);
            if in_junction && m.manoeuvres().unknown.contains(&k) {
                self.unsure.push(m.ego().step(k));
            }
        } else if let Some(track) = m.track() {
            for entry in m.junction_entries().iter().filter(|e| e.k == k) {
                let straight = entry.ways.iter().filter(|w| track.path(**w).turn == Turn::Straight).count();
                if straight == entry.ways.len() {
                    self.count += 1;
                } else if straight > 0 {
                    self.unsure.push(m.ego().step(k));
                }
            }
        }
    }

    fn by_motion(&mut self, cx: &Context<'_>, kind: What, s: EgoSample, k: usize, out: &mut RuleResult) {
        if let Some(last) = self.last.replace(s) {
            self.turned_rad += math::angle_between(last.pose.yaw_rad, s.pose.yaw_rad);
        }
        if kind == What::TurnedRound {
            self.count = u64::from(self.turned_rad.abs() >= ROUND_RAD);
            return cx.judged(out, k);
        }
        let Some(speed) = cx.measures.ego_speed_mps(k) else {
            return cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
        };
        let moves = speed.value.abs() >= STANDING_MPS;
        let before = self.moved.replace(moves);
        self.count += u64::from(before == Some(kind == What::Stop) && moves != (kind == What::Stop));
        cx.judged(out, k);
    }
}

fn over(p: &Params, stretch: &Stretch, kept: &Kept, out: &mut RuleResult) {
    let count = kept.count as f64;
    let most_it_may_be = count + kept.unsure.len() as f64;
    let kind = What::WORDS[p.kind as usize];
    let least = if p.most.is_none() { p.least.or(Some(1.0)) } else { p.least };
    let too_few = least.filter(|least| count < *least);
    let doubtful = too_few.is_some_and(|least| most_it_may_be >= least)
        || p.most.is_some_and(|most| count <= most && most_it_may_be > most);
    if doubtful {
        for when in &kept.unsure {
            out.missing("way through the junction", "not on the track, or not seen to its end", *when);
        }
        return;
    }
    if too_few.is_some() && stretch.blind {
        // What is missing has been noted.
        return;
    }
    if too_few.is_some() && !stretch.ended {
        return out.missing("end of the attempt", LOG_ENDS, stretch.when());
    }
    let few = least.map(|least| (Limit::AtLeast(least), format!("too few: {kind}")));
    let many = p.most.map(|most| (Limit::AtMost(most), format!("too many: {kind}")));
    for (limit, what) in few.into_iter().chain(many) {
        let whole = Whole {
            rule: META.id,
            what: &what,
            value: "count",
            unit: "1",
            when: stretch.when(),
            at: stretch.last,
            limit,
            measured: Value { value: count, u: Uncertainty::Known(0.0) },
        };
        whole.judge(stretch.judging, out, |_| {});
    }
}
