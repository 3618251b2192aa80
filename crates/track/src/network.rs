//! Road networks as plain data: lanes by their two borders, without a reference line. Logs that describe their lanes
//! and map formats of that kind are turned into this, and this into a [`Track`].

mod build;
mod share;

use lukao_model::{Error, Frame};

use crate::furniture::SignalKind;
use crate::lane::{LaneKind, SpeedLimit};
use crate::mark::{MarkColour, MarkKind};
use crate::survey::Survey;
use crate::track::Track;

/// A road network as plain data. Lanes name one another by their place in [`Network::lanes`].
///
/// ```
/// use lukao_model::Frame;
/// use lukao_track::{Track, network::{Network, NetworkLane}};
/// let mut lane = NetworkLane::new("lane 7");
/// lane.left_m = vec![[0.0, 3.5, 0.0], [100.0, 3.5, 0.0]];
/// lane.right_m = vec![[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]];
/// let mut network = Network::new("drive.osi", Frame::local("map"));
/// network.lanes.push(lane);
/// let track = Track::from_network(network, None)?;
/// assert_eq!(track.lane(track.lanes_at([50.0, 1.0], None)[0].lane).id, "lane 7");
/// # Ok::<(), lukao_model::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Network {
    /// Name of what it was read from.
    pub name: String,
    /// What its coordinates mean.
    pub frame: Frame,
    /// Lanes.
    pub lanes: Vec<NetworkLane>,
    /// Stop lines.
    pub stop_lines: Vec<NetworkStopLine>,
    /// Traffic lights and signs.
    pub signals: Vec<NetworkSignal>,
    /// Crossings for pedestrians: id, number and outline.
    pub crossings: Vec<Outline>,
    /// The drivable area, if it is drawn by itself; empty if it is that of the lanes.
    pub areas: Vec<Outline>,
    /// Traffic keeps to the left.
    pub left_hand: bool,
    /// What was odd about it.
    pub notes: Vec<String>,
}

/// An area in plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// Id in the source.
    pub number: String,
    /// Corners in either order, not closed.
    pub outline_m: Vec<[f64; 3]>,
}

/// A lane. Borders run in the direction of travel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NetworkLane {
    /// Stable id for reports: `lane 37979824`.
    pub id: String,
    /// What it is for.
    pub kind: LaneKind,
    /// May be driven both ways.
    pub both_ways: bool,
    /// Left border.
    pub left_m: Vec<[f64; 3]>,
    /// Right border.
    pub right_m: Vec<[f64; 3]>,
    /// What lies on the left border, from its begin on; empty if nobody knows.
    pub left_marks: Vec<BorderMark>,
    /// What lies on the right border.
    pub right_marks: Vec<BorderMark>,
    /// Lane to the left, whatever its direction.
    pub left: Option<usize>,
    /// Lane to the right.
    pub right: Option<usize>,
    /// Lanes that traffic can go on to.
    pub successors: Vec<usize>,
    /// Id of the junction that it runs through, if it does.
    pub junction: Option<String>,
    /// Its speed limit.
    pub speed: Option<SpeedLimit>,
    /// Kind of its road, as OpenDRIVE calls it (`town`, `motorway`); empty if not said.
    pub road_kind: String,
}

impl NetworkLane {
    /// A driving lane without anything.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: LaneKind::Driving,
            both_ways: false,
            left_m: Vec::new(),
            right_m: Vec::new(),
            left_marks: Vec::new(),
            right_marks: Vec::new(),
            left: None,
            right: None,
            successors: Vec::new(),
            junction: None,
            speed: None,
            road_kind: String::new(),
        }
    }
}

/// What lies on a stretch of a border.
#[derive(Clone, Debug, PartialEq)]
pub struct BorderMark {
    /// It ends at this distance along the border, metres; infinity for its end.
    pub to_m: f64,
    /// What it is; stripes from left to right in the direction of travel.
    pub kind: MarkKind,
    /// Its name in the source.
    pub declared: String,
    /// Colour.
    pub colour: MarkColour,
    /// Width over all, metres, where said.
    pub width_m: Option<f64>,
}

/// A line at which traffic has to stop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkStopLine {
    /// Stable id for reports.
    pub id: String,
    /// Its course, either way.
    pub points_m: Vec<[f64; 3]>,
    /// Lanes that it closes; empty if those that it crosses.
    pub lanes: Vec<usize>,
}

/// A traffic light or sign.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSignal {
    /// Id, as logs name it.
    pub number: String,
    /// What it is.
    pub kind: SignalKind,
    /// Its code in the source.
    pub code: String,
    /// Where it stands, if said.
    pub at_m: Option<[f64; 3]>,
    /// Lanes that it is valid for: approaches, or ways through the junction.
    pub lanes: Vec<usize>,
    /// The stop line that belongs to it, by its place in [`Network::stop_lines`].
    pub stop_line: Option<usize>,
}

impl Network {
    /// An empty network.
    #[must_use]
    pub fn new(name: impl Into<String>, frame: Frame) -> Self {
        Self { name: name.into(), frame, ..Self::default() }
    }
}

impl Track {
    /// A track from a road network as plain data. Borders that neighbours share within 0.2 m become one line; lanes
    /// side by side become one road. A lane whose borders make no area is left out with a note.
    ///
    /// # Errors
    /// A coordinate that is no number or beyond 10⁸ m, a lane, stop line or neighbour that is not there, or more
    /// than the default [`Limits`](crate::Limits) allow.
    pub fn from_network(network: Network, survey: Option<Survey>) -> Result<Self, Error> {
        let (name, frame) = (network.name.clone(), network.frame.clone());
        let parts = build::parts(network)?;
        let survey = survey.unwrap_or_default();
        let frame = survey.frame.clone().unwrap_or(frame);
        Ok(Self::assemble(name, frame, survey, parts))
    }
}
