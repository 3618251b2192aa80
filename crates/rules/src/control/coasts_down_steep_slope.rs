//! The rule `coasts-down-steep-slope`.

use lukao_measure::motion::STANDING_MPS;
use lukao_model::code::Gear;
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{Lamp, Missing, State};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap;
use crate::words::{NO_LANE, NO_SPEED};

rule! {
    /// The ego rolls down a steep slope in neutral.
    ///
    /// ## Checks
    /// Whether the gear is neutral while the ego moves where the middle of its lane falls by at least `grade_percent` in the direction
    /// in which it moves.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch in neutral is one finding; measured is how long it has lasted. The grade is that of the
    /// lane's middle over 10 m to both sides of the place, as far as the lane goes. An opportunity is a second of motion down such a
    /// slope.
    ///
    /// ## Cannot tell
    /// On a map with heights: without a speed, in no traffic lane, and on such a slope where the log does not say the gear. On a map
    /// without heights there are no slopes.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. An engine that is switched off is in no log. Place and heights decide without regard to their
    /// accuracy.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 62(4): no coasting down a steep slope in neutral or
    /// with the engine off (basis: inferred, the article is not among the texts at hand). The grade and the time that is let pass are
    /// this project's own reading (basis: profile).
    CoastsDownSteepSlope = "coasts-down-steep-slope" {
        /// Time in neutral that is let pass.
        number max_s = 2.0, "s", 0.0..=60.0;
        /// Least grade of a steep slope.
        number grade_percent = 7.0, "%", 1.0..=50.0;
    }
}

impl Rule for CoastsDownSteepSlope {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::Gear)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let gear = cx.measures.ego_codes(Channel::Gear);
        // A gear that must be in is looked at like a lamp that must be on.
        let engaged =
            Lamp { rule: META.id, what: "rolled down a steep slope in neutral", max_off_s: p.max_s };
        let missing = || (Channel::Gear.name(), "the log does not say it");
        engaged.scan(
            cx,
            state,
            out,
            |k, _| goes_down(cx, p, k),
            |s| gear.at(s.t_ns).map(|g| g != Gear::Neutral.code()).ok_or_else(missing),
        );
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}

fn goes_down(cx: &Context<'_>, p: &Params, k: usize) -> Result<bool, Missing> {
    if !cx.measures.track().is_some_and(|t| t.features().heights) {
        return Ok(false);
    }
    let speed = cx.measures.ego_speed_mps(k).ok_or((Channel::Speed.name(), NO_SPEED))?;
    let (track, place) = cap::place(cx, k).ok_or(("lane", NO_LANE))?;
    let falls = cap::grade_percent(cx, track, &place, k).is_some_and(|g| g <= -p.grade_percent);
    Ok(falls && speed.value.abs() >= STANDING_MPS)
}
