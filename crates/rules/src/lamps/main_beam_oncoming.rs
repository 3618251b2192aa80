//! The rule `main-beam-oncoming`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::near::Other;
use lukao_measure::{EgoSample, Value, overlap};
use lukao_model::code::Switch;
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::{ActorIx, Channel, RuleResult, math};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, actor_id, finding};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego comes toward another vehicle with its main beam on.
    ///
    /// ## Checks
    /// The distance to a vehicle that comes toward the ego while the main beam is on.
    ///
    /// ## Method
    /// At each sample at which the ego moves. A vehicle comes toward it if its middle is ahead of the ego's along the heading and at
    /// most `max_lateral_m` to its side, it heads the other way within 30°, and it moves. Measured is the way along the ego's heading from
    /// front to front. One stretch with one vehicle is one finding, with the least distance. An opportunity is a second of
    /// somebody coming within 200 m with the main beam known.
    ///
    /// ## Cannot tell
    /// Where somebody comes and the log does not say whether the main beam is on, or he is known from an origin that is not
    /// admitted or on a clock that is not synchronised; without a speed of the ego; where the speed of the other is not known.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Whether it is night is not looked at. Barriers between the directions are not either:
    /// `max_lateral_m` leaves out the other carriageway where it is far. Where the road bends, somebody may be missed. Uncertainty from
    /// positions and clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 48(5): at night dipped beam from 150 m before meeting
    /// one who comes toward oneself (basis: text). The room to the side is this project's own reading (basis: profile).
    MainBeamOncoming = "main-beam-oncoming" {
        /// Least distance with the main beam on.
        number min_gap_m = 150.0, "m", 1.0..=190.0;
        /// Who is farther to the side is none that comes toward the ego.
        number max_lateral_m = 10.0, "m", 1.0..=50.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// Open episodes by actor, and time with somebody coming.
#[derive(Default)]
pub struct State {
    episodes: Episodes<ActorIx>,
    time: MotionTime,
}

impl Rule for MainBeamOncoming {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::HighBeam)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let m = cx.measures;
        let (beam, pace) = (m.ego_codes(Channel::HighBeam), Pace::new(0.0, p.merge_s));
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let coming: Vec<(Other, f64)> =
                m.near().at(m, k).filter_map(|o| Some((o, coming_m(cx, p, &s, &o)?))).collect();
            if coming.is_empty() {
                cx.judged(out, k);
                continue;
            }
            let Some(speed) = m.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let Some(on) = beam.at(s.t_ns) else {
                cx.missing(out, k, Channel::HighBeam.name(), "the log does not say whether it is on");
                continue;
            };
            if !state.time.step(cx, k, speed) || on != Switch::On.code() {
                cx.judged(out, k);
                continue;
            }
            let all = coming.iter().map(|(other, gap_m)| judge(cx, p, state, (k, &s), other, *gap_m, out));
            if all.fold(true, |all, one| all & one) {
                cx.judged(out, k);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.time.seconds();
    }
}

/// How far ahead somebody is who comes toward the ego, from front to front, m; moving or not.
fn coming_m(cx: &Context<'_>, p: &Params, s: &EgoSample, other: &Other) -> Option<f64> {
    let m = cx.measures;
    let (ego, run) = (&m.window().runs()[s.run], &m.window().runs()[other.run]);
    let turn = math::angle_between(s.pose.yaw_rad, other.pose.yaw_rad).abs();
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    let (dx, dy) = (other.pose.x_m - s.pose.x_m, other.pose.y_m - s.pose.y_m);
    let (ahead, aside) = (dx * cos + dy * sin, dy * cos - dx * sin);
    let vehicle = m.window().actor(run.actor).class.is_motor_vehicle();
    let toward = turn >= std::f64::consts::PI - std::f64::consts::FRAC_PI_6;
    (vehicle && toward && ahead > 0.0 && aside.abs() <= p.max_lateral_m)
        .then(|| (ahead - 0.5 * (ego.size.length_m + run.size.length_m)).max(0.0))
}

/// Says whether it could decide.
fn judge(
    cx: &Context<'_>,
    p: &Params,
    state: &mut State,
    (k, s): (usize, &EgoSample),
    other: &Other,
    gap_m: f64,
    out: &mut RuleResult,
) -> bool {
    let m = cx.measures;
    let (ego, run) = (&m.window().runs()[s.run], &m.window().runs()[other.run]);
    if let Some((what, why)) = overlap::unusable(m, ego.clock, run) {
        cx.missing(out, k, what, &why);
        return false;
    }
    let Some(theirs) = m.speed_of(other, s.t_ns) else {
        cx.missing(out, k, "actor speed", "that of one who comes toward the ego is not known");
        return false;
    };
    if theirs.value < STANDING_MPS {
        return true;
    }
    let known = Uncertainty::from_option;
    let half = |accuracy: Option<f64>| known(accuracy).times(0.5);
    let closing = m.ego_speed_mps(k).map_or(0.0, |v| v.value) + theirs.value;
    let u = known(ego.accuracy.position_m.at(s.i))
        .rss(known(run.accuracy.position_m.at(other.i)))
        .rss(half(ego.size.accuracy_m))
        .rss(half(run.size.accuracy_m))
        .rss(other.unseen_m())
        .rss(lukao_measure::sync::between(m.window(), ego.clock, run.clock).costs(closing));
    let (limit, gap) = (Limit::AtLeast(p.min_gap_m), Value { value: gap_m, u });
    match cx.judge(limit, gap) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => {
            cx.unsure(out, k, "distance");
            return false;
        }
        Judgement::Broken { .. } => {
            let describe = || {
                let mut f = finding(META.id, "main beam on toward one who comes", s, limit, gap, "m");
                f.actors.push(actor_id(m, run.actor));
                f
            };
            let pace = Pace::new(0.0, p.merge_s);
            state.episodes.broken(run.actor, s.t_ns, limit.margin(gap_m), pace, out, describe);
        }
    }
    true
}
