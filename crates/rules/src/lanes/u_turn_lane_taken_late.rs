//! The rule `u-turn-lane-taken-late`.

use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Manoeuvre, Places, Value};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Interval, RuleResult, math};
use lukao_track::Track;

use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns round without having been in the leftmost lane for long enough.
    ///
    /// ## Checks
    /// The way that the ego has driven in the leftmost lane of its direction when it begins to turn round.
    ///
    /// ## Method
    /// Turning round is a change into a lane of the other direction with the heading across, or a way of more than 150° through a
    /// junction. Measured is the way of the middle of the footprint from the first sample in the leftmost lane to the onset: when a
    /// front wheel (a corner of the body, without the sheet's wheels) touches the line to the other direction, or the front enters the junction; 0 from another lane. Junctions
    /// on the way are driven through without ending it. An opportunity is a turn. Where traffic keeps left, the lane is the rightmost.
    ///
    /// ## Cannot tell
    /// Off the map; at a junction whose way the track does not have, or that is not seen to its end; where the data begin, or begin
    /// again, in that lane and the way since then is too short.
    ///
    /// ## Limits
    /// `min_m`; at equality it is kept. Who has been in that lane for longer than the clause's 150 m need not change into it. Which lane
    /// holds the middle is decided without regard to the uncertainty of positions; that of the way is √2 times that of a position.
    ///
    /// ## Source
    /// Beijing road traffic rules, article 42: to turn round, into the leftmost lane 150 to 50 m before (basis: text).
    UTurnLaneTakenLate = "u-turn-lane-taken-late" {
        /// Least way in the leftmost lane.
        number min_m = 50.0, "m", 0.0..=500.0;
    }
}

/// How long the ego has been in the leftmost lane, and turns.
#[derive(Default)]
pub struct State {
    /// Where it was last, if its data go on from there.
    last_m: Option<[f64; 2]>,
    stay: Option<Stay>,
    turns: u64,
}

#[derive(Clone, Copy)]
struct Stay {
    way_m: f64,
    /// Whether its begin was seen.
    begin_seen: bool,
}

impl Rule for UTurnLaneTakenLate {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        let mut turns = cx.manoeuvres(out).filter(|x| x.kind == Kind::TurnRound).peekable();
        for k in cx.measures.ego().in_block() {
            state.step(cx, track, places, k);
            while let Some(x) = turns.next_if(|x| x.k <= k) {
                state.turns += 1;
                state.judge(cx, p, x, out);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.turns;
    }
}

impl State {
    fn step(&mut self, cx: &Context<'_>, track: &Track, places: Places<'_>, k: usize) {
        let s = cx.measures.ego().samples()[k];
        let at = [s.pose.x_m, s.pose.y_m];
        let step_m = self.last_m.map(|last| math::hypot(at[0] - last[0], at[1] - last[1]));
        match (leftmost(track, places, k), &mut self.stay) {
            (Some(false), stay) => *stay = None,
            (_, Some(stay)) if step_m.is_some() => stay.way_m += step_m.unwrap_or(0.0),
            (Some(true), stay) => *stay = Some(Stay { way_m: 0.0, begin_seen: step_m.is_some() }),
            (None, stay) => *stay = None,
        }
        self.last_m = s.goes_on.then_some(at);
    }

    fn judge(&self, cx: &Context<'_>, p: &Params, x: &Manoeuvre, out: &mut RuleResult) {
        let m = cx.measures;
        let s = m.ego().samples()[x.k];
        // From the onset to the sample at which the stay was counted last.
        let way_m = self.stay.map_or(0.0, |stay| (stay.way_m - since_m(cx, x)).max(0.0));
        let begins_there = self.stay.is_some_and(|stay| !stay.begin_seen);
        if begins_there && way_m < p.min_m {
            let when = Interval::new(x.from_ns, x.t_ns);
            return cx.missing_in(out, when, "ego", "the data begin in the leftmost lane");
        }
        let u = Uncertainty::from_option(m.window().runs()[s.run].accuracy.position_m.at(s.i));
        let event = Event {
            rule: META.id,
            what: "turned round without having been in the leftmost lane".into(),
            value: "way in the leftmost lane",
            unit: "m",
            when: Interval::new(x.from_ns, x.t_ns),
            limit: Limit::AtLeast(p.min_m),
            measured: Value { value: way_m, u: u.times(std::f64::consts::SQRT_2) },
        };
        event.judge(cx, out, |f| {
            f.element = m.track().zip(x.lane).map(|(track, lane)| track.lane(lane).id.clone());
        });
    }
}

/// Whether the ego is in the lane of its direction that is next to the other one's; `None` inside junctions and in no lane.
fn leftmost(track: &Track, places: Places<'_>, k: usize) -> Option<bool> {
    let lane = places.at(k).map(|at| track.lane(at.hit.lane)).filter(|l| !l.in_junction)?;
    let inner = if track.road(lane.road).left_hand { lane.right } else { lane.left };
    let same = |l: &lukao_track::Lane| l.kind.is_traffic() && l.travel == lane.travel;
    Some(!inner.is_some_and(|l| same(track.lane(l))))
}

/// The ego's way from the onset of a manoeuvre to its decisive sample, m.
fn since_m(cx: &Context<'_>, x: &Manoeuvre) -> f64 {
    let samples = cx.measures.ego().samples();
    let from = samples.partition_point(|s| s.t_ns < x.from_ns);
    let at_onset = cx.measures.ego().pose_at(x.from_ns).into_iter();
    let poses: Vec<_> = at_onset.chain(samples[from.min(x.k)..=x.k].iter().map(|s| s.pose)).collect();
    poses.windows(2).map(|w| math::hypot(w[1].x_m - w[0].x_m, w[1].y_m - w[0].y_m)).sum()
}
