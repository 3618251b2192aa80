//! The 40 items and their variants, with their faults.

use lukao_model::Error;

use super::{
    Ask, everywhere, junctions, lanes, manoeuvres, people, roads, takeover, traffic, variants, weather,
};
use crate::plan::Plan;

/// Areas of the exam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Cognition and compliance with traffic law.
    Cognition,
    /// Execution.
    Execution,
    /// Emergency handling and manual intervention.
    Emergency,
    /// Comprehensive driving.
    Comprehensive,
    /// Networked driving.
    Networked,
}

/// A fault that a drive can be planned with. What else is found of it is listed in advance: requirements of the item by their ids, of
/// others as `item/requirement`, each as often as it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name.
    pub id: &'static str,
    /// Rule that must find it.
    pub rule: &'static str,
    /// The requirement that it breaks.
    pub requirement: &'static str,
    /// What happens.
    pub what: &'static str,
    /// What finds the same event, so that all of them together are charged once.
    pub same: &'static [&'static str],
    /// What finds something else by necessity, which is charged too.
    pub side: &'static [&'static str],
    /// Readings of the exam under which it is one, beside the exam's own: switch and value.
    pub under: &'static [(&'static str, &'static str)],
}

impl Fault {
    /// Breaks the requirement that is called as its rule is, and nothing else.
    pub(crate) const fn new(id: &'static str, rule: &'static str, what: &'static str) -> Self {
        Self { id, rule, requirement: rule, what, same: &[], side: &[], under: &[] }
    }

    /// Breaks a requirement of another name.
    pub(crate) const fn of(self, requirement: &'static str) -> Self {
        Self { requirement, ..self }
    }

    pub(crate) const fn same(self, same: &'static [&'static str]) -> Self {
        Self { same, ..self }
    }

    pub(crate) const fn side(self, side: &'static [&'static str]) -> Self {
        Self { side, ..self }
    }

    pub(crate) const fn under(self, under: &'static [(&'static str, &'static str)]) -> Self {
        Self { under, ..self }
    }
}

/// An item of the exam.
#[derive(Clone, Copy)]
pub struct ExamItem {
    /// Id: also the kind of its stations.
    pub id: &'static str,
    /// Its area.
    pub area: Area,
    /// Faults of its own.
    pub faults: &'static [Fault],
    pub(crate) build: fn(&Ask<'_>) -> Result<Plan, Error>,
}

impl std::fmt::Debug for ExamItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExamItem").field("id", &self.id).field("area", &self.area).finish_non_exhaustive()
    }
}

impl ExamItem {
    /// Its own faults, and those that every item has. But for those that would be no fault of it.
    pub fn all_faults(&self) -> impl Iterator<Item = &'static Fault> {
        self.faults.iter().chain(everywhere::FAULTS.iter().filter(|f| everywhere::can_be(f.id, self)))
    }
}

impl ExamItem {
    /// What else is found of one of its faults: of the same event, and of others.
    #[must_use]
    pub fn beside(&self, fault: &Fault) -> (Vec<&'static str>, Vec<&'static str>) {
        let (same, side) = everywhere::beside(self.id, fault.id);
        let both = |a: &[&'static str], b: &[&'static str]| a.iter().chain(b).copied().collect();
        (both(fault.same, same), both(fault.side, side))
    }
}

macro_rules! items {
    ($($area:ident: $($id:literal $module:ident::$build:ident [$($fault:path),*];)+)+) => {
        /// All items in their order, then their variants.
        const ITEMS: &[ExamItem] = &[$($(
            ExamItem { id: $id, area: Area::$area, faults: &[$($fault),*], build: $module::$build },
        )+)+];
    };
}

items! {
    Cognition:
        "traffic-signs" roads::signs [roads::TOO_FAST, roads::FEW_KINDS, roads::ROLLS_THROUGH];
        "traffic-markings" roads::plain [roads::OVER_LINE, roads::LINE_RIDDEN, roads::WRONG_LANE, roads::IN_BOX];
        "traffic-lights" junctions::lights [junctions::RED_LIGHT, junctions::LATE_START, junctions::OFF_LINE, junctions::AMBER];
        "police-gestures" junctions::police [junctions::POLICE_IGNORED];
    Execution:
        "curve" roads::curve [roads::WHEEL_OVER, roads::NEEDLESS_STOP, roads::FAST_BEND];
        "right-angle-turn" roads::right_angle [roads::WHEEL_OVER, roads::NEEDLESS_STOP, roads::BEND_NOT_INDICATED];
        "undulating-road" roads::undulating [roads::NOT_SLOWED, roads::WHEEL_OVER, roads::NEEDLESS_STOP];
        "width-gate" roads::width_gate [roads::WHEEL_OVER];
        "narrow-u-turn" manoeuvres::narrow_u_turn [manoeuvres::TOO_LONG, manoeuvres::EDGE, manoeuvres::TOO_MANY_STROKES, manoeuvres::NOT_TURNED];
        "hill-stop-start" manoeuvres::hill [manoeuvres::OFF_LINE, manoeuvres::ROLLS_BACK, manoeuvres::ROLLS_A_LITTLE, manoeuvres::STARTS_LATE, manoeuvres::BRAKE_HELD, manoeuvres::ROLLS_AT_ALL, manoeuvres::ROLLS_MORE, manoeuvres::FAR_OFF_LINE];
    Emergency:
        "emergency-handling" takeover::handling [takeover::NOT_ALERTED, takeover::HARD_STOP, takeover::HAZARD_LATE, takeover::TAKEN_LATE, takeover::ON_CROSSING];
        "operability" takeover::operability [takeover::TOO_SHORT, takeover::TOO_LONG];
        "emergency-stop" takeover::stop [takeover::SLOW_STOP, takeover::SLOW_TO_BRAKE, takeover::SLOW_FROM_COMMAND];
    Comprehensive:
        "start" roads::start [roads::STARTS_LATE, roads::NOT_INDICATED, roads::INDICATED_LATE, roads::ROLLS_BACK, roads::JERK];
        "stop" roads::stop [roads::OFF_LINE, roads::HARSH];
        "car-following" traffic::following [traffic::TOO_CLOSE, traffic::FAR_TOO_CLOSE, traffic::HARSH, traffic::CLOSES_IN];
        "straight-through" junctions::straight [junctions::ON_RED, junctions::LATE_BRAKING, junctions::ON_CROSSING, junctions::ELSEWHERE, junctions::BLOCKED];
        "pedestrian-crossing" people::crossing [people::NOT_YIELDED, people::FAST_OVER];
        "kerb-stop" roads::kerb_stop [roads::FAR_FROM_KERB, roads::LATE_STOP, roads::NOT_INDICATED];
        "lane-change" roads::lane_change [roads::NOT_DONE, roads::NOT_INDICATED, roads::INDICATED_LATE, roads::NO_GAP, lanes::DOUBLE, lanes::OVER_CAP, lanes::OVER_CAP_INVALID];
        "right-turn" junctions::turn [junctions::ON_RED, junctions::NOT_INDICATED, junctions::INDICATED_LATE, junctions::FAST_TURN, junctions::ELSEWHERE, junctions::CUTS_LEFT, junctions::PEDESTRIAN];
        "left-turn" junctions::turn [junctions::ON_RED, junctions::NOT_INDICATED, junctions::INDICATED_LATE, junctions::FAST_TURN, junctions::ELSEWHERE, junctions::CUTS_ONCOMING, junctions::WIDE];
        "u-turn" junctions::turn [junctions::NOT_INDICATED, junctions::ELSEWHERE, junctions::FORBIDDEN, junctions::FAST_ROUND];
        "bus-stop" people::bus_stop [people::NOT_SLOWED, people::STOPS, people::CLOSE_TO_CYCLIST];
        "meeting" traffic::meeting [traffic::CLOSE, traffic::IN_OPPOSITE, traffic::WRONG_WAY];
        "roundabout" junctions::roundabout [junctions::NOT_INDICATED, junctions::FAST_RING, junctions::ON_RING];
        "main-side-road" junctions::main_road [junctions::NOT_YIELDED, junctions::NOT_INDICATED, junctions::UNSIGNED, junctions::FAST_BEND, junctions::CUTS_IN];
        "interchange" roads::plain [roads::RAMP_TOO_FAST, lanes::REVERSES, lanes::ON_SHOULDER];
        "school-zone" people::school [people::NOT_YIELDED, people::FAST_AT_SCHOOL];
        "tunnel" weather::tunnel [weather::LAMPS_OFF_IN_TUNNEL, weather::NOT_SLOWED, weather::CHANGES_LANE];
        "overtaking" traffic::overtaking [traffic::NOT_DONE, traffic::NOT_INDICATED, traffic::CLOSE_PASS, traffic::ON_RIGHT, traffic::IN_TUNNEL, traffic::NO_GAP];
        "works" traffic::works [traffic::OVER_CONES, traffic::NOT_SLOWED];
        "garage" manoeuvres::garage [manoeuvres::TOO_LONG, manoeuvres::OUT_OF_BAY, manoeuvres::TYRE_OUT, manoeuvres::STANDS];
        "parallel-parking" manoeuvres::parallel [manoeuvres::TOO_LONG, manoeuvres::SIDE_OUT, manoeuvres::TYRE_OUT, manoeuvres::STANDS];
        "rain" weather::rain [weather::NOT_SLOWED, weather::HAZARD_ON, weather::DRY, weather::NO_LAMPS_IN_RAIN, weather::HAZARD_OFF_IN_RAIN];
        "fog" weather::fog [weather::NOT_SLOWED, weather::LAMPS_OFF_IN_FOG, weather::HAZARD_OFF];
        "slippery" weather::slippery [weather::NOT_SLOWED, weather::HARSH, lanes::SWERVES];
        "spilled-objects" traffic::spilled [traffic::TOUCHES, traffic::OFF_ROAD];
        "night-or-emergency" weather::night [weather::LAMPS_OFF_AT_NIGHT, weather::HELD_UP, lanes::SWERVES];
    Networked:
        "networked" weather::networked [weather::NOT_HEEDED];
    // Variants, in the order of their items.
    Cognition:
        "variable-lane" variants::variable_lane [variants::WRONG_DIRECTION];
        "tidal-lane" variants::tidal_lane [variants::CLOSED_LANE];
        "temporary-lights" variants::temporary_lights [variants::RED_LIGHT];
    Comprehensive:
        "jaywalker" variants::jaywalker [variants::CUT_OFF];
        "waiting-area" variants::waiting_area [variants::LEFT_EARLY];
        "detour" variants::detour [traffic::OVER_CONES, traffic::NOT_SLOWED];
        "garage-people" variants::garage_people [variants::HIT, manoeuvres::TOO_LONG, manoeuvres::OUT_OF_BAY];
}

/// All items in their order, then their variants.
#[must_use]
pub fn items() -> &'static [ExamItem] {
    ITEMS
}
