//! The rule `gap-in-fog`.

use lukao_measure::Who;
use lukao_model::outcome::Limit;
use lukao_model::{Channel, RuleResult};

use super::following::{Following, Look, Words, on_motorway};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego follows too closely on an expressway in low visibility.
    ///
    /// ## Checks
    /// Gap from bumper to bumper to the vehicle ahead in the ego's lane along its way, on roads that the track calls a
    /// motorway, while the visibility is below 200 m (`min_gap_m`) or below 100 m (`min_gap_dense_m`).
    ///
    /// ## Method
    /// As `expressway-gap`. Too small a gap to one vehicle is one finding, with the gap farthest below its limit. An
    /// opportunity is a second of following in such visibility.
    ///
    /// ## Cannot tell
    /// As `expressway-gap`; and where the log does not say the visibility behind a vehicle on an expressway.
    ///
    /// ## Limits
    /// At equality the gap is kept. Below 50 m the gap of below 100 m goes on to hold, for want of another. The accuracy of
    /// the visibility is not looked at. Uncertainty from positions, sizes and clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 81 (basis: text): 100 m below 200 m, 50 m
    /// below 100 m, at the lower speeds that it asks for then. The lower bound of the speed and the duration are this
    /// project's own reading.
    GapInFog = "gap-in-fog" {
        /// Least gap with a visibility below 200 m.
        number min_gap_m = 100.0, "m", 1.0..=190.0;
        /// Least gap with a visibility below 100 m.
        number min_gap_dense_m = 50.0, "m", 1.0..=190.0;
        /// Below this speed of the ego nothing is judged: queues.
        number min_speed_kmh = 10.0, "km/h", 1.0..=200.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 3.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "too close behind in low visibility", quantity: "gap", unit: "m" };

impl Rule for GapInFog {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        state.scan(cx, &WORDS, Who::Vehicles, p.min_speed_kmh / 3.6, pace, out, |k, _, lead| {
            if let Err(look) = on_motorway(cx, k) {
                return look;
            }
            let channel = Channel::Visibility;
            match cx.measures.surroundings(channel, k).map(|v| v.value) {
                None => Look::Missing(channel.name(), "the log does not say it".into()),
                Some(seen) if seen < 100.0 => Look::Value(lead.gap_m, Limit::AtLeast(p.min_gap_dense_m)),
                Some(seen) if seen < 200.0 => Look::Value(lead.gap_m, Limit::AtLeast(p.min_gap_m)),
                Some(_) => Look::Fine,
            }
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
