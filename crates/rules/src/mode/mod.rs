//! Who drives: taking over, handing over, the automation's area, its minimal-risk manoeuvre, the emergency stop.

mod watch;

pub(crate) use watch::reasons;

pub(crate) mod automated_outside_area;
pub(crate) mod disengagement;
pub(crate) mod fails_after_intervention;
pub(crate) mod late_takeover;
pub(crate) mod manual_driving;
pub(crate) mod manual_input;
pub(crate) mod minimal_risk_deceleration;
pub(crate) mod minimal_risk_without_hazard_lights;
pub(crate) mod slow_emergency_stop;
pub(crate) mod stops_in_danger;
