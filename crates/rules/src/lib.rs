//! Traffic rules: one file a rule, named after the conduct it finds, in a folder for each group. Knows no file format and no
//! points.
//!
//! ```
//! let rule = lukao_rules::find("harsh-braking").unwrap();
//! println!("{}", rule.meta.page());
//! let params = "max_decel_mps2 = 4.5".parse().unwrap();
//! let instance = rule.load(&params).unwrap();
//! assert_eq!(instance.params()["max_decel_mps2"].as_float(), Some(4.5));
//! let wrong = rule.load(&"max_decel_mps2 = -1".parse().unwrap()).err().unwrap();
//! assert!(wrong.to_string().contains("expected a number from"));
//! ```
//!
//! To run one: for each block, in order, [`Instance::scan`] with a [`Context`]; then [`Instance::finish`].

pub mod context;
pub mod episode;
pub mod meta;
pub mod rule;

mod attempt;
mod breakdown;
mod event;
mod mean_limit;
mod motion_time;
mod presence;
mod stands;
mod titles;
mod words;

mod contact;
mod control;
mod distance;
mod items;
mod junctions;
mod lamps;
mod lanes;
mod mode;
mod people;
mod signals;
mod speed;

pub use context::{Context, Judging, Need, Needs, OfStation};
pub use meta::{Meta, Param, ParamKind};
pub use rule::{Entry, Instance, Rule};
pub use titles::title_zh;

/// All rules, by id.
pub const ALL: &[Entry] = &[
    Entry::of::<signals::amber_light::AmberLight>(),
    Entry::of::<mode::automated_outside_area::AutomatedOutsideArea>(),
    Entry::of::<items::bend_not_indicated::BendNotIndicated>(),
    Entry::of::<junctions::blocked_junction_entered::BlockedJunctionEntered>(),
    Entry::of::<lamps::breakdown_without_hazard_lights::BreakdownWithoutHazardLights>(),
    Entry::of::<lanes::bus_lane_used::BusLaneUsed>(),
    Entry::of::<distance::close_meeting::CloseMeeting>(),
    Entry::of::<distance::close_pass::ClosePass>(),
    Entry::of::<people::close_pass_of_cyclist::ClosePassOfCyclist>(),
    Entry::of::<signals::closed_lane_entered::ClosedLaneEntered>(),
    Entry::of::<control::coasts_down_steep_slope::CoastsDownSteepSlope>(),
    Entry::of::<contact::contact_with_actor::ContactWithActor>(),
    Entry::of::<distance::critical_following::CriticalFollowing>(),
    Entry::of::<people::crossing_not_slowed::CrossingNotSlowed>(),
    Entry::of::<distance::cut_in_forces_braking::CutInForcesBraking>(),
    Entry::of::<lanes::cuts_into_queue::CutsIntoQueue>(),
    Entry::of::<speed::default_speed_limit::DefaultSpeedLimit>(),
    Entry::of::<mode::disengagement::Disengagement>(),
    Entry::of::<lanes::double_lane_change::DoubleLaneChange>(),
    Entry::of::<lanes::emergency_lane_used::EmergencyLaneUsed>(),
    Entry::of::<junctions::emergency_vehicle_cut_off::EmergencyVehicleCutOff>(),
    Entry::of::<people::emergency_vehicle_held_up::EmergencyVehicleHeldUp>(),
    Entry::of::<speed::exam_speed::ExamSpeed>(),
    Entry::of::<distance::expressway_gap::ExpresswayGap>(),
    Entry::of::<speed::expressway_too_fast::ExpresswayTooFast>(),
    Entry::of::<speed::expressway_too_slow::ExpresswayTooSlow>(),
    Entry::of::<mode::fails_after_intervention::FailsAfterIntervention>(),
    Entry::of::<speed::fast_down_steep_slope::FastDownSteepSlope>(),
    Entry::of::<speed::fast_in_fog_on_expressway::FastInFogOnExpressway>(),
    Entry::of::<speed::fast_in_low_visibility::FastInLowVisibility>(),
    Entry::of::<people::fast_in_school_zone::FastInSchoolZone>(),
    Entry::of::<speed::fast_in_sharp_bend::FastInSharpBend>(),
    Entry::of::<speed::fast_into_non_motor_lane::FastIntoNonMotorLane>(),
    Entry::of::<speed::fast_on_narrow_road::FastOnNarrowRoad>(),
    Entry::of::<speed::fast_on_slippery_road::FastOnSlipperyRoad>(),
    Entry::of::<speed::fast_over_level_crossing::FastOverLevelCrossing>(),
    Entry::of::<signals::fast_past_flashing_amber::FastPastFlashingAmber>(),
    Entry::of::<speed::fast_when_turning::FastWhenTurning>(),
    Entry::of::<items::fault_not_alerted::FaultNotAlerted>(),
    Entry::of::<items::few_sign_kinds::FewSignKinds>(),
    Entry::of::<lamps::fog_lamps_off::FogLampsOff>(),
    Entry::of::<lanes::forbidden_overtaking::ForbiddenOvertaking>(),
    Entry::of::<lanes::forbidden_turn::ForbiddenTurn>(),
    Entry::of::<lanes::forbidden_u_turn::ForbiddenUTurn>(),
    Entry::of::<distance::gap_in_fog::GapInFog>(),
    Entry::of::<junctions::give_way::GiveWay>(),
    Entry::of::<distance::hard_braking_needed::HardBrakingNeeded>(),
    Entry::of::<control::harsh_acceleration::HarshAcceleration>(),
    Entry::of::<control::harsh_braking::HarshBraking>(),
    Entry::of::<lamps::hazard_lights_missing::HazardLightsMissing>(),
    Entry::of::<lamps::hazard_lights_misused::HazardLightsMisused>(),
    Entry::of::<lamps::headlamps_off_at_night::HeadlampsOffAtNight>(),
    Entry::of::<lamps::headlamps_off_in_fog::HeadlampsOffInFog>(),
    Entry::of::<lamps::headlamps_off_in_tunnel::HeadlampsOffInTunnel>(),
    Entry::of::<lamps::indicator_cut_short::IndicatorCutShort>(),
    Entry::of::<lamps::indicator_distance::IndicatorDistance>(),
    Entry::of::<lamps::indicator_late::IndicatorLate>(),
    Entry::of::<lamps::indicator_left_on::IndicatorLeftOn>(),
    Entry::of::<lamps::indicator_missing::IndicatorMissing>(),
    Entry::of::<lamps::indicator_wrong_side::IndicatorWrongSide>(),
    Entry::of::<items::input_in_attempt::InputInAttempt>(),
    Entry::of::<items::lamp_off_in_station::LampOffInStation>(),
    Entry::of::<distance::lane_change_gap::LaneChangeGap>(),
    Entry::of::<lanes::lane_not_yielded::LaneNotYielded>(),
    Entry::of::<items::late_kerb_stop::LateKerbStop>(),
    Entry::of::<signals::late_start_on_green::LateStartOnGreen>(),
    Entry::of::<mode::late_takeover::LateTakeover>(),
    Entry::of::<control::lateral_acceleration::LateralAcceleration>(),
    Entry::of::<control::lateral_jerk::LateralJerk>(),
    Entry::of::<lanes::leaves_drivable_area::LeavesDrivableArea>(),
    Entry::of::<junctions::left_turn_cuts_oncoming::LeftTurnCutsOncoming>(),
    Entry::of::<junctions::left_turn_right_of_centre::LeftTurnRightOfCentre>(),
    Entry::of::<junctions::level_crossing_on_red::LevelCrossingOnRed>(),
    Entry::of::<lanes::line_ridden::LineRidden>(),
    Entry::of::<control::longitudinal_jerk::LongitudinalJerk>(),
    Entry::of::<lamps::main_beam_close_behind::MainBeamCloseBehind>(),
    Entry::of::<lamps::main_beam_oncoming::MainBeamOncoming>(),
    Entry::of::<items::manoeuvre_missing::ManoeuvreMissing>(),
    Entry::of::<mode::manual_driving::ManualDriving>(),
    Entry::of::<mode::manual_input::ManualInput>(),
    Entry::of::<mode::minimal_risk_deceleration::MinimalRiskDeceleration>(),
    Entry::of::<mode::minimal_risk_without_hazard_lights::MinimalRiskWithoutHazardLights>(),
    Entry::of::<distance::minimum_following_distance::MinimumFollowingDistance>(),
    Entry::of::<control::needless_stop::NeedlessStop>(),
    Entry::of::<speed::needlessly_slow::NeedlesslySlow>(),
    Entry::of::<lanes::non_motor_lane_used::NonMotorLaneUsed>(),
    Entry::of::<items::not_in_slot::NotInSlot>(),
    Entry::of::<items::not_slowed::NotSlowed>(),
    Entry::of::<lanes::opposite_lane_used::OppositeLaneUsed>(),
    Entry::of::<items::out_of_conditions::OutOfConditions>(),
    Entry::of::<lanes::overtaking_on_right::OvertakingOnRight>(),
    Entry::of::<items::parking_brake_held::ParkingBrakeHeld>(),
    Entry::of::<control::parks_far_from_kerb::ParksFarFromKerb>(),
    Entry::of::<control::parks_near_junction::ParksNearJunction>(),
    Entry::of::<people::pedestrian_cut_off::PedestrianCutOff>(),
    Entry::of::<people::pedestrian_not_yielded::PedestrianNotYielded>(),
    Entry::of::<signals::police_order::PoliceOrder>(),
    Entry::of::<items::position_fix_lost::PositionFixLost>(),
    Entry::of::<lamps::position_lamps_off_at_night::PositionLampsOffAtNight>(),
    Entry::of::<signals::red_light::RedLight>(),
    Entry::of::<lanes::reversing::Reversing>(),
    Entry::of::<junctions::right_turn_cuts_left_turn::RightTurnCutsLeftTurn>(),
    Entry::of::<junctions::right_turn_on_red_hinders::RightTurnOnRedHinders>(),
    Entry::of::<junctions::right_turn_past_queue::RightTurnPastQueue>(),
    Entry::of::<control::rolls_back::RollsBack>(),
    Entry::of::<junctions::roundabout_entry::RoundaboutEntry>(),
    Entry::of::<distance::rss_following_distance::RssFollowingDistance>(),
    Entry::of::<distance::rss_lateral_distance::RssLateralDistance>(),
    Entry::of::<distance::rss_oncoming_distance::RssOncomingDistance>(),
    Entry::of::<mode::slow_emergency_stop::SlowEmergencyStop>(),
    Entry::of::<control::snaking::Snaking>(),
    Entry::of::<lanes::solid_line_crossed::SolidLineCrossed>(),
    Entry::of::<speed::speed_limit::SpeedLimit>(),
    Entry::of::<items::speed_not_reached::SpeedNotReached>(),
    Entry::of::<items::stands_in_station::StandsInStation>(),
    Entry::of::<items::starts_late::StartsLate>(),
    Entry::of::<junctions::stop_sign::StopSign>(),
    Entry::of::<people::stops_at_bus_stop::StopsAtBusStop>(),
    Entry::of::<mode::stops_in_danger::StopsInDanger>(),
    Entry::of::<junctions::stops_in_yellow_box::StopsInYellowBox>(),
    Entry::of::<people::stops_near_hydrant::StopsNearHydrant>(),
    Entry::of::<items::stops_off_station_line::StopsOffStationLine>(),
    Entry::of::<control::stops_off_the_line::StopsOffTheLine>(),
    Entry::of::<junctions::stops_on_crossing::StopsOnCrossing>(),
    Entry::of::<control::stops_where_forbidden::StopsWhereForbidden>(),
    Entry::of::<items::takes_too_long::TakesTooLong>(),
    Entry::of::<distance::time_headway::TimeHeadway>(),
    Entry::of::<distance::time_to_collision::TimeToCollision>(),
    Entry::of::<items::too_many_strokes::TooManyStrokes>(),
    Entry::of::<lanes::u_turn_lane_taken_late::UTurnLaneTakenLate>(),
    Entry::of::<junctions::unsignalled_right_of_way::UnsignalledRightOfWay>(),
    Entry::of::<items::v2x_not_heeded::V2xNotHeeded>(),
    Entry::of::<items::wheel_over_edge::WheelOverEdge>(),
    Entry::of::<lanes::wrong_lane_for_turn::WrongLaneForTurn>(),
    Entry::of::<lanes::wrong_way::WrongWay>(),
];

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Entry> {
    ALL.iter().find(|e| e.meta.id == id)
}
