//! The rule `headlamps-off-in-tunnel`.

use lukao_measure::{EgoSample, area};
use lukao_track::StructureKind;

use crate::context::Context;
use crate::lamps::needed::{Missing, lamp_rule};
use crate::meta::rule;
use crate::words::OFF_MAP;

rule! {
    /// The ego drives through a tunnel without headlamps.
    ///
    /// ## Checks
    /// Whether dipped or main beam is on while the middle of the ego is in a tunnel of the map.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Off the map; in a tunnel where the log does not say whether the beams are on. A map without tunnels has none for this
    /// rule.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58 (poor light; text); simulated tunnels are an item of
    /// the human driving test. That any tunnel counts is this project's own reading (profile).
    HeadlampsOffInTunnel = "headlamps-off-in-tunnel" {
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

lamp_rule!(
    HeadlampsOffInTunnel,
    [Ego, Track],
    "drove through a tunnel without headlamps",
    in_tunnel,
    [LowBeam, HighBeam]
);

fn in_tunnel(cx: &Context<'_>, _: &Params, k: usize, s: &EgoSample) -> Result<bool, Missing> {
    let Some(track) = cx.measures.track() else { return Ok(false) };
    let Some(place) = cx.measures.places().and_then(|x| x.at(k)) else {
        return if area::on_map(track, s) { Ok(false) } else { Err(("tunnel", OFF_MAP)) };
    };
    let lane = track.lane(place.hit.lane);
    let road_s_m = lane.road_s_at(place.hit.station_m);
    Ok(track.structure_at(lane.road, road_s_m, StructureKind::Tunnel).is_some())
}
