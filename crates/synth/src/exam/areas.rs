//! The 40 items, with their faults.

use lukao_model::Error;

use super::{Ask, everywhere, junctions, manoeuvres, people, roads, takeover, traffic, weather};
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

/// A fault that a drive can be planned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name.
    pub id: &'static str,
    /// Rule that must find it.
    pub rule: &'static str,
    /// What happens.
    pub what: &'static str,
    /// Other rules that find something by necessity.
    pub side: &'static [&'static str],
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
    /// Its own faults, and those that every item has. Items about intervention lack those of helping hands.
    pub fn all_faults(&self) -> impl Iterator<Item = &'static Fault> {
        let hands = self.area != Area::Emergency;
        self.faults
            .iter()
            .chain(everywhere::FAULTS.iter().filter(move |f| hands || !everywhere::of_hands(f.id)))
    }
}

macro_rules! items {
    ($($area:ident: $($id:literal $module:ident::$build:ident [$($fault:path),*];)+)+) => {
        /// All items in their order.
        const ITEMS: &[ExamItem] = &[$($(
            ExamItem { id: $id, area: Area::$area, faults: &[$($fault),*], build: $module::$build },
        )+)+];
    };
}

items! {
    Cognition:
        "traffic-signs" roads::signs [roads::TOO_FAST];
        "traffic-markings" roads::plain [roads::OVER_LINE, roads::LINE_RIDDEN];
        "traffic-lights" junctions::lights [junctions::RED_LIGHT, junctions::LATE_START, junctions::OFF_LINE, junctions::AMBER];
        "police-gestures" junctions::police [junctions::POLICE_IGNORED];
    Execution:
        "curve" roads::curve [roads::WHEEL_OVER, roads::NEEDLESS_STOP, roads::FAST_BEND];
        "right-angle-turn" roads::right_angle [roads::WHEEL_OVER, roads::NEEDLESS_STOP, roads::BEND_NOT_INDICATED];
        "undulating-road" roads::undulating [roads::NOT_SLOWED, roads::WHEEL_OVER, roads::NEEDLESS_STOP];
        "width-gate" roads::width_gate [roads::WHEEL_OVER];
        "narrow-u-turn" manoeuvres::narrow_u_turn [manoeuvres::TOO_LONG, manoeuvres::EDGE, manoeuvres::TOO_MANY_STROKES, manoeuvres::NOT_TURNED];
        "hill-stop-start" manoeuvres::hill [manoeuvres::OFF_LINE, manoeuvres::ROLLS_BACK, manoeuvres::ROLLS_A_LITTLE, manoeuvres::STARTS_LATE, manoeuvres::BRAKE_HELD];
    Emergency:
        "emergency-handling" takeover::handling [takeover::NOT_ALERTED, takeover::HARD_STOP, takeover::HAZARD_LATE, takeover::TAKEN_LATE];
        "operability" takeover::operability [takeover::TOO_SHORT];
        "emergency-stop" takeover::stop [takeover::SLOW_STOP];
    Comprehensive:
        "start" roads::start [roads::STARTS_LATE, roads::NOT_INDICATED, roads::INDICATED_LATE, roads::ROLLS_BACK, roads::JERK];
        "stop" roads::stop [roads::OFF_LINE, roads::HARSH];
        "car-following" traffic::following [traffic::TOO_CLOSE, traffic::FAR_TOO_CLOSE, traffic::HARSH];
        "straight-through" junctions::straight [junctions::ON_CROSSING];
        "pedestrian-crossing" people::crossing [people::NOT_YIELDED, people::FAST_OVER];
        "kerb-stop" roads::kerb_stop [roads::FAR_FROM_KERB, roads::LATE_STOP, roads::NOT_INDICATED];
        "lane-change" roads::lane_change [roads::NOT_DONE, roads::NOT_INDICATED, roads::INDICATED_LATE, roads::NO_GAP];
        "right-turn" junctions::turn [junctions::NOT_INDICATED, junctions::INDICATED_LATE, junctions::FAST_TURN];
        "left-turn" junctions::turn [junctions::NOT_INDICATED, junctions::INDICATED_LATE, junctions::FAST_TURN];
        "u-turn" junctions::turn [junctions::NOT_INDICATED];
        "bus-stop" people::bus_stop [people::NOT_SLOWED, people::STOPS];
        "meeting" traffic::meeting [traffic::CLOSE];
        "roundabout" junctions::roundabout [junctions::NOT_INDICATED, junctions::FAST_RING];
        "main-side-road" junctions::main_road [junctions::NOT_YIELDED, junctions::NOT_INDICATED];
        "interchange" roads::plain [roads::TOO_FAST];
        "school-zone" people::school [people::NOT_YIELDED, people::FAST_AT_SCHOOL];
        "tunnel" weather::tunnel [weather::LAMPS_OFF_IN_TUNNEL, weather::NOT_SLOWED, weather::CHANGES_LANE];
        "overtaking" traffic::overtaking [traffic::NOT_DONE, traffic::NOT_INDICATED, traffic::CLOSE_PASS];
        "works" traffic::works [traffic::OVER_CONES, traffic::NOT_SLOWED];
        "garage" manoeuvres::garage [manoeuvres::TOO_LONG, manoeuvres::OUT_OF_BAY, manoeuvres::STANDS];
        "parallel-parking" manoeuvres::parallel [manoeuvres::TOO_LONG, manoeuvres::OUT_OF_BAY, manoeuvres::STANDS];
        "rain" weather::rain [weather::NOT_SLOWED, weather::HAZARD_ON, weather::DRY];
        "fog" weather::fog [weather::NOT_SLOWED, weather::LAMPS_OFF_IN_FOG, weather::HAZARD_OFF];
        "slippery" weather::slippery [weather::NOT_SLOWED, weather::HARSH];
        "spilled-objects" traffic::spilled [traffic::TOUCHES, traffic::OFF_ROAD];
        "night-or-emergency" weather::night [weather::LAMPS_OFF_AT_NIGHT];
    Networked:
        "networked" weather::networked [weather::NOT_HEEDED];
}

/// All items in their order.
#[must_use]
pub fn items() -> &'static [ExamItem] {
    ITEMS
}
