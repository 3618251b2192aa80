//! What stands on, beside or across the lanes: signals, stop lines, crossings, parking spaces, structures.

use crate::ix::{LaneIx, PathIx, RoadIx, SignalIx, StopLineIx};
use crate::lane::{Travel, Turn};

/// What a signal or sign is, as far as its code tells.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalKind {
    /// Traffic light for vehicles.
    TrafficLight,
    /// Light over one lane that opens and closes it: red cross, green arrow.
    LaneLight,
    /// Traffic light for pedestrians or cyclists.
    PedestrianLight,
    /// Begin of a speed limit, m/s; `None` if its value cannot be told.
    SpeedLimit(Option<f64>),
    /// End of the speed limit.
    SpeedLimitEnd,
    /// Stop and give way.
    Stop,
    /// Give way.
    Yield,
    /// Right of way at the next junction or along the road.
    Priority,
    /// Roundabout: who is in it goes first.
    Roundabout,
    /// School or children ahead.
    School,
    /// Level crossing ahead.
    LevelCrossing,
    /// Not to turn round.
    NoUTurn,
    /// Not to turn left.
    NoLeftTurn,
    /// Not to turn right.
    NoRightTurn,
    /// Not to go straight on.
    NoStraight,
    /// To turn neither left nor right.
    NoLeftOrRightTurn,
    /// Neither to go straight on nor to turn left.
    NoStraightOrLeft,
    /// Neither to go straight on nor to turn right.
    NoStraightOrRight,
    /// Not to overtake, from here on.
    NoOvertaking,
    /// Overtaking is allowed again.
    NoOvertakingEnd,
    /// Not to stop at all.
    NoStopping,
    /// Not to park: short stops are allowed.
    NoParking,
    /// Stop line painted as a sign.
    StopLine,
    /// Crossing for pedestrians painted as a sign.
    Crossing,
    /// Anything else.
    Other,
}

impl SignalKind {
    /// Whether it forbids to go through the next junction like that. Who turns left does not turn round: whether a sign
    /// against the one speaks of the other too is for its reader to say.
    #[must_use]
    pub fn forbids(self, turn: Turn) -> bool {
        match turn {
            Turn::Left => matches!(self, Self::NoLeftTurn | Self::NoLeftOrRightTurn | Self::NoStraightOrLeft),
            Turn::Right => {
                matches!(self, Self::NoRightTurn | Self::NoLeftOrRightTurn | Self::NoStraightOrRight)
            }
            Turn::Straight => {
                matches!(self, Self::NoStraight | Self::NoStraightOrLeft | Self::NoStraightOrRight)
            }
            Turn::Around => self == Self::NoUTurn,
        }
    }
}

/// What a sign says: the groups of GB 5768.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignGroup {
    /// What is forbidden or limited, and giving way.
    Prohibition,
    /// What to expect.
    Warning,
    /// What to do: mandatory signs and those of indication.
    Mandatory,
}

impl SignGroup {
    /// All groups.
    pub const ALL: &'static [Self] = &[Self::Prohibition, Self::Warning, Self::Mandatory];
}

/// A traffic light or sign.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Signal {
    /// Stable id for reports: `signal C_5 / road 50`.
    pub id: String,
    /// Id in the map file, as logs name it: `C_5`.
    pub number: String,
    /// Name in the map file.
    pub name: String,
    /// What it is.
    pub kind: SignalKind,
    /// Changes its state.
    pub dynamic: bool,
    /// Country of its code.
    pub country: String,
    /// Code.
    pub code: String,
    /// Code of the variant; empty if none.
    pub subcode: String,
    /// Value and its unit, as declared.
    pub value: Option<f64>,
    /// Unit of the value; empty if none.
    pub unit: String,
    /// Text on it.
    pub text: String,
    /// Road it stands on.
    pub road: RoadIx,
    /// OpenDRIVE `s` and `t` on that road.
    pub at_st_m: [f64; 2],
    /// Where it stands: x, y, z.
    pub at_m: [f64; 3],
    /// Traffic it speaks to, compared with the road's reference line.
    pub facing: Travel,
    /// Lanes it is valid for: on its own road and where it is referenced.
    pub lanes: Vec<LaneIx>,
    /// Ways through the junction that it governs.
    pub governs: Vec<PathIx>,
    /// Whether the map itself decides `governs`; otherwise it was inferred or is incomplete.
    pub certain: bool,
    /// Stop lines at which it stops traffic.
    pub stop_lines: Vec<StopLineIx>,
    /// Ids of the controllers that switch it.
    pub controllers: Vec<String>,
}

/// A group of signals that are switched together.
#[derive(Clone, Debug, PartialEq)]
pub struct Controller {
    /// Id in the map file.
    pub number: String,
    /// Name in the map file.
    pub name: String,
    /// Ids of its signals in the map file.
    pub signals: Vec<String>,
}

/// Where a stop line meets a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LanePoint {
    /// The lane.
    pub lane: LaneIx,
    /// Station of the lane, metres.
    pub station_m: f64,
}

/// A line at which traffic has to stop.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StopLine {
    /// Stable id for reports: `stop line 292 / road 196`, or `end of road 50 section 0 lane -3` if derived.
    pub id: String,
    /// Course from the driver's left to his right: x, y, z.
    pub points_m: Vec<[f64; 3]>,
    /// Where it meets the lanes that it is valid for.
    pub lanes: Vec<LanePoint>,
    /// Traffic lights that it belongs to.
    pub signals: Vec<SignalIx>,
    /// The map has no stop line here: the end of the signalled approach lane stands for it.
    pub derived: bool,
}

/// A crossing for pedestrians or cyclists.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Crossing {
    /// Stable id for reports: `crossing :C_c1 / road 51`.
    pub id: String,
    /// Id in the map file.
    pub number: String,
    /// Outline: x, y, z, counter-clockwise, not closed.
    pub outline_m: Vec<[f64; 3]>,
    /// Traffic lanes that it covers, with the stretch of each.
    pub lanes: Vec<LaneStretch>,
    /// Traffic lights for pedestrians on the same road and stretch, where the map has them.
    pub signals: Vec<SignalIx>,
}

/// A stretch of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneStretch {
    /// The lane.
    pub lane: LaneIx,
    /// From this station, metres.
    pub from_m: f64,
    /// To this station, metres.
    pub to_m: f64,
}

/// What an area on the road is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ZoneKind {
    /// Painted area in which nobody may stop: a yellow box.
    YellowBox,
    /// Bus stop.
    BusStop,
    /// School zone.
    School,
    /// Level crossing of a railway.
    LevelCrossing,
    /// Hydrant, or a fire station's front.
    Hydrant,
    /// Petrol station.
    PetrolStation,
    /// Emergency station: first aid, ambulances.
    EmergencyStation,
    /// Road works.
    Works,
}

impl ZoneKind {
    /// As ids in reports begin.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::YellowBox => "yellow box",
            Self::BusStop => "bus stop",
            Self::School => "school zone",
            Self::LevelCrossing => "level crossing",
            Self::Hydrant => "hydrant",
            Self::PetrolStation => "petrol station",
            Self::EmergencyStation => "emergency station",
            Self::Works => "road works",
        }
    }

    /// Whether it is a thing that stands there, and not only a use of the road.
    pub(crate) fn is_built(self) -> bool {
        matches!(self, Self::Hydrant | Self::PetrolStation | Self::EmergencyStation)
    }

    /// The kind that an object's type, subtype and name tell; words in lower case without spaces.
    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let any = |all: &[&str]| all.iter().any(|w| words.contains(w));
        if any(&["yellowbox", "boxjunction", "keepclear", "yellowgrid", "网状线"]) {
            return Some(Self::YellowBox);
        }
        if any(&["busstop", "busbay", "公交站", "公共汽车站"]) {
            return Some(Self::BusStop);
        }
        if any(&["schoolzone", "学校区域"]) {
            return Some(Self::School);
        }
        if any(&["levelcrossing", "railroadcrossing", "railwaycrossing", "gradecrossing", "铁路道口"]) {
            return Some(Self::LevelCrossing);
        }
        if any(&["hydrant", "firestation", "消防栓", "消火栓", "消防站", "消防队"]) {
            return Some(Self::Hydrant);
        }
        if any(&["petrolstation", "gasstation", "fuelstation", "fillingstation", "加油站"]) {
            return Some(Self::PetrolStation);
        }
        if any(&["emergencystation", "firstaidstation", "ambulancestation", "急救站"]) {
            return Some(Self::EmergencyStation);
        }
        any(&["roadworkzone", "roadworkszone", "workzone", "constructionzone", "施工区", "施工路段"])
            .then_some(Self::Works)
    }
}

/// An area on the road in which something special holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Zone {
    /// Stable id for reports: `yellow box 4 / road 2`.
    pub id: String,
    /// What it is for.
    pub kind: ZoneKind,
    /// Outline: x, y, z, counter-clockwise, not closed.
    pub outline_m: Vec<[f64; 3]>,
    /// Traffic lanes whose middle it covers, with the stretch of each; a bus stop may lie beside them and cover none.
    pub lanes: Vec<LaneStretch>,
}

/// A parking space.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParkingSpace {
    /// Stable id for reports: `parking space 17 / road 3`, with a repeat's number after a dot.
    pub id: String,
    /// Road it belongs to.
    pub road: RoadIx,
    /// Outline: x, y, z, counter-clockwise, not closed.
    pub outline_m: Vec<[f64; 3]>,
    /// Who may park: `all`, `handicapped`, …, as declared; empty if not.
    pub access: String,
}

/// What a structure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StructureKind {
    /// Bridge: the road runs on it.
    Bridge,
    /// Tunnel: the road runs in it.
    Tunnel,
}

/// A bridge or tunnel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Structure {
    /// Stable id for reports: `bridge 7 / road 3`.
    pub id: String,
    /// What it is.
    pub kind: StructureKind,
    /// Name in the map file.
    pub name: String,
    /// Its road.
    pub road: RoadIx,
    /// From this OpenDRIVE `s`, metres.
    pub from_s_m: f64,
    /// To this OpenDRIVE `s`.
    pub to_s_m: f64,
}

/// A static object beside or on the road: pole, barrier, building, …
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fixture {
    /// Stable id for reports: `object 4 / road 0`.
    pub id: String,
    /// Type as declared: `pole`, `barrier`, …
    pub kind: String,
    /// Name in the map file.
    pub name: String,
    /// Road it belongs to.
    pub road: RoadIx,
    /// Where it stands: x, y, z of its underside.
    pub at_m: [f64; 3],
    /// Outline in plan: x, y, z, counter-clockwise, not closed; empty if the map gives no size.
    pub outline_m: Vec<[f64; 3]>,
    /// Height, metres, where given.
    pub height_m: Option<f64>,
}
