//! The rule `default-speed-limit`.

use lukao_model::outcome::Limit;
use lukao_track::{Lane, MarkKind, Track};

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives faster than is allowed where no limit is posted.
    ///
    /// ## Checks
    /// Speed, on lanes for which the map gives no limit, against the limit that the law sets for the kind of road: urban or
    /// rural; without a centre line, with one lane in each direction, or with more.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion where nothing is posted.
    /// The kind is what the map says: names that begin with `town` and `lowSpeed` are urban, `rural` is rural; motorways have
    /// a rule of their own. A road has a centre line if a line is painted between the lanes of opposite directions where
    /// the ego is. A road in one direction counts by its number of lanes.
    ///
    /// ## Cannot tell
    /// Without a speed; in no traffic lane; where the map does not say the kind of the road; on roads for both directions of a
    /// map without any painted line; with several lanes in a direction, if the pack sets no limit for them.
    ///
    /// ## Limits
    /// At equality they are kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 45: without a centre line 30 km/h in town and 40
    /// on other roads, with one lane in each direction 50 and 70 (basis: text). For more lanes local rules say it: Beijing 70
    /// and 80, Zhejiang 60 and 90, Shanghai 60 and 80 (text); the law itself does not, so that there is no default.
    DefaultSpeedLimit = "default-speed-limit" {
        /// In town, without a centre line.
        number urban_no_line_kmh = 30.0, "km/h", 5.0..=150.0;
        /// In town, one lane in each direction.
        number urban_one_lane_kmh = 50.0, "km/h", 5.0..=150.0;
        /// In town, more lanes, if there is a limit.
        optional urban_more_lanes_kmh, "km/h", 5.0..=150.0;
        /// On other roads, without a centre line.
        number rural_no_line_kmh = 40.0, "km/h", 5.0..=150.0;
        /// On other roads, one lane in each direction.
        number rural_one_lane_kmh = 70.0, "km/h", 5.0..=150.0;
        /// On other roads, more lanes, if there is a limit.
        optional rural_more_lanes_kmh, "km/h", 5.0..=150.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap {
        rule: META.id,
        what: "over the limit that holds where none is posted",
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

impl Rule for DefaultSpeedLimit {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| unposted(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn unposted<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let lane = track.lane(place.hit.lane);
    if track.speed_limit_at(place.hit.lane, place.hit.station_m).is_some() || lane.in_junction {
        return Cap::Away;
    }
    let road_s_m = lane.road_s_at(place.hit.station_m);
    let urban = match track.road(lane.road).kind_at(road_s_m) {
        Some("motorway") => return Cap::Away,
        Some("rural") => false,
        Some(kind) if kind.starts_with("town") || kind == "lowSpeed" => true,
        Some(kind) => return Cap::Missing("kind of road", format!("no limit is known for {kind}").into()),
        None => return Cap::Missing("kind of road", "the track does not give it".into()),
    };
    let Some(layout) = layout(track, lane, road_s_m) else {
        return Cap::Missing("lane markings", "the track has none".into());
    };
    let (kmh, words) = match layout {
        Layout::NoLine if urban => (Some(p.urban_no_line_kmh), "no centre line"),
        Layout::NoLine => (Some(p.rural_no_line_kmh), "no centre line"),
        Layout::OneLane if urban => (Some(p.urban_one_lane_kmh), "one lane in the direction"),
        Layout::OneLane => (Some(p.rural_one_lane_kmh), "one lane in the direction"),
        Layout::More if urban => (p.urban_more_lanes_kmh, "several lanes in the direction"),
        Layout::More => (p.rural_more_lanes_kmh, "several lanes in the direction"),
    };
    match kmh {
        Some(kmh) => {
            let details =
                [Tell::Word("area", if urban { "urban" } else { "rural" }), Tell::Word("road", words)];
            Cap::At(Limit::AtMost(kmh), Some(&lane.id), details)
        }
        None => Cap::Missing("speed limit", "the pack sets none for roads of several lanes".into()),
    }
}

enum Layout {
    NoLine,
    OneLane,
    More,
}

/// `None` if the map does not paint lines.
fn layout(track: &Track, lane: &Lane, road_s_m: f64) -> Option<Layout> {
    let mut same = 1;
    let mut at = lane;
    let mut opposite = false;
    while let Some(next) = at.left.map(|l| track.lane(l)) {
        if !next.kind.is_traffic() {
            break;
        }
        if next.travel != lane.travel {
            opposite = true;
            break;
        }
        (same, at) = (same + 1, next);
    }
    if opposite {
        if !track.features().marks {
            return None;
        }
        let mark = track.line(at.left_line).mark_at(road_s_m);
        if mark.is_none_or(|m| m.kind == MarkKind::None) {
            return Some(Layout::NoLine);
        }
    }
    let mut right = lane;
    while let Some(next) = right.right.map(|l| track.lane(l)).filter(|l| l.kind.is_traffic()) {
        (same, right) = (same + 1, next);
    }
    Some(if same == 1 { Layout::OneLane } else { Layout::More })
}
