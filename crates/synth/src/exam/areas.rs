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
        "traffic-markings" roads::plain [roads::OVER_LINE];
        "traffic-lights" junctions::lights [junctions::RED_LIGHT, junctions::LATE_START];
        "police-gestures" junctions::police [junctions::POLICE_IGNORED];
    Execution:
        "curve" roads::curve [roads::WHEEL_OVER, roads::NEEDLESS_STOP];
        "right-angle-turn" roads::right_angle [roads::WHEEL_OVER, roads::NOT_INDICATED];
        "undulating-road" roads::undulating [roads::NOT_SLOWED];
        "width-gate" roads::width_gate [roads::WHEEL_OVER];
        "narrow-u-turn" manoeuvres::narrow_u_turn [manoeuvres::TOO_LONG, manoeuvres::EDGE];
        "hill-stop-start" manoeuvres::hill [manoeuvres::OFF_LINE, manoeuvres::ROLLS_BACK, manoeuvres::STARTS_LATE];
    Emergency:
        "emergency-handling" takeover::handling [takeover::NOT_ALERTED];
        "operability" takeover::operability [takeover::TOO_SHORT];
        "emergency-stop" takeover::stop [takeover::SLOW_STOP];
    Comprehensive:
        "start" roads::start [roads::STARTS_LATE, roads::NOT_INDICATED];
        "stop" roads::stop [roads::OFF_LINE];
        "car-following" traffic::following [traffic::TOO_CLOSE];
        "straight-through" junctions::straight [];
        "pedestrian-crossing" people::crossing [people::NOT_YIELDED];
        "kerb-stop" roads::kerb_stop [roads::FAR_FROM_KERB, roads::NOT_INDICATED];
        "lane-change" roads::lane_change [roads::NOT_INDICATED];
        "right-turn" junctions::turn [junctions::NOT_INDICATED];
        "left-turn" junctions::turn [junctions::NOT_INDICATED];
        "u-turn" junctions::turn [junctions::NOT_INDICATED];
        "bus-stop" people::bus_stop [];
        "meeting" traffic::meeting [];
        "roundabout" junctions::roundabout [];
        "main-side-road" junctions::main_road [];
        "interchange" roads::plain [];
        "school-zone" people::school [people::NOT_YIELDED];
        "tunnel" weather::tunnel [weather::LAMPS_OFF];
        "overtaking" traffic::overtaking [traffic::NOT_INDICATED];
        "works" traffic::works [];
        "garage" manoeuvres::garage [manoeuvres::TOO_LONG];
        "parallel-parking" manoeuvres::parallel [manoeuvres::TOO_LONG];
        "rain" weather::rain [];
        "fog" weather::fog [weather::LAMPS_OFF];
        "slippery" weather::slippery [];
        "spilled-objects" traffic::spilled [];
        "night-or-emergency" weather::night [weather::LAMPS_OFF];
    Networked:
        "networked" weather::networked [];
}

/// All items in their order.
#[must_use]
pub fn items() -> &'static [ExamItem] {
    ITEMS
}
