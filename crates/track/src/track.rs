//! The track itself and access to its elements.

use std::sync::{Arc, Mutex, OnceLock};

use lukao_model::frame::Alignment;
use lukao_model::{Error, Frame};

use crate::drivable::{Area, Drivable};
use crate::furniture::{Controller, Crossing, Fixture, ParkingSpace, Signal, StopLine, Structure, Zone};
use crate::index::Index;
use crate::ix::{CrossingIx, LaneIx, LineIx, PathIx, RoadIx, SignalIx, StopLineIx};
use crate::junction::{Conflicts, Junction};
use crate::lane::{Lane, LaneKind, Path, Road};
use crate::limits::Limits;
use crate::mark::Line;
use crate::stations::Station;
use crate::survey::Survey;

/// What a map holds, so that a rule can tell "none there" from "not modelled".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// Heights: some road is not at z = 0 throughout. If not, queries take no notice of z.
    pub heights: bool,
    /// Any painted line.
    pub marks: bool,
    /// Any speed limit.
    pub speed_limits: bool,
    /// Any traffic light for vehicles.
    pub traffic_lights: bool,
    /// Any stop line that is in the map itself.
    pub stop_lines: bool,
    /// Any crossing.
    pub crossings: bool,
    /// Any parking space.
    pub parking_spaces: bool,
}

/// The elements of a track, without what is derived for queries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub roads: Vec<Road>,
    pub lanes: Vec<Lane>,
    pub lines: Vec<Line>,
    pub paths: Vec<Path>,
    pub signals: Vec<Signal>,
    pub controllers: Vec<Controller>,
    pub stop_lines: Vec<StopLine>,
    pub crossings: Vec<Crossing>,
    pub zones: Vec<Zone>,
    pub junctions: Vec<Junction>,
    pub parking_spaces: Vec<ParkingSpace>,
    pub structures: Vec<Structure>,
    pub fixtures: Vec<Fixture>,
    /// The drivable area, if the map draws it by itself.
    pub areas: Vec<Area>,
    pub notes: Vec<String>,
    pub features: Features,
}

/// Kinds of maps.
enum MapKind {
    OpenDrive,
    Argoverse,
    CommonRoad,
}

impl MapKind {
    /// What a text looks like; whatever is not known is left to the reader of OpenDRIVE, which says what it is.
    fn of(text: &str) -> Self {
        if text.trim_start().starts_with('{') && text.contains("\"lane_segments\"") {
            return Self::Argoverse;
        }
        // The root is the first element that is no declaration or comment.
        let mut rest = text.trim_start();
        while let Some(end) =
            ["<?", "<!--", "<!"].into_iter().zip(["?>", "-->", ">"]).find_map(|(open, close)| {
                rest.starts_with(open).then(|| rest.find(close).map(|i| i + close.len())).flatten()
            })
        {
            rest = rest[end..].trim_start();
        }
        if rest.starts_with("<commonRoad") { Self::CommonRoad } else { Self::OpenDrive }
    }
}

/// A road network that can be asked where a vehicle is and what applies to it there.
///
/// Coordinates are metres in [`Track::frame`]: x, y in plan, z up. Wherever a query takes `z_m`, it is the
/// height of the vehicle's underside; it tells a bridge from the road below it (see
/// [`LEVEL_TOLERANCE_M`](crate::LEVEL_TOLERANCE_M)). `None` asks for all levels; on a map without heights
/// z is not looked at.
#[derive(Clone)]
pub struct Track {
    pub(crate) name: String,
    pub(crate) frame: Frame,
    pub(crate) survey: Survey,
    pub(crate) stations: Vec<Station>,
    pub(crate) parts: Parts,
    pub(crate) index: Index,
    pub(crate) drivable: OnceLock<Drivable>,
    pub(crate) conflicts: Arc<Mutex<Conflicts>>,
}

/// Name, frame and counts: a whole map would fill a disk.
impl std::fmt::Debug for Track {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Track")
            .field("name", &self.name)
            .field("frame", &self.frame)
            .field("roads", &self.parts.roads.len())
            .field("lanes", &self.parts.lanes.len())
            .finish_non_exhaustive()
    }
}

impl Track {
    /// Reads a track from the bytes of a map (plain or gzip) and the text of its `survey.toml`, under the default
    /// [`Limits`]. The map is OpenDRIVE, an Argoverse 2 map archive (JSON) or a CommonRoad scenario with its
    /// lanelets; its content tells which. `name` is the map's name: it stands in errors, and it names the local
    /// frame if the map declares no projection.
    ///
    /// # Errors
    /// Bytes that are not an OpenDRIVE map, with line and column where there is one; a map of another kind;
    /// a map beyond the limits; a wrong survey file.
    pub fn from_parts(name: &str, xodr: &[u8], survey: Option<&str>) -> Result<Self, Error> {
        Self::with_limits(name, xodr, survey, &Limits::default())
    }

    /// The same under limits of one's own.
    ///
    /// # Errors
    /// As [`Track::from_parts`].
    pub fn with_limits(
        name: &str,
        xodr: &[u8],
        survey: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let survey =
            survey.map(|text| Survey::from_toml("survey.toml", text)).transpose()?.unwrap_or_default();
        let text = crate::xodr::text::decode(name, xodr, limits.max_xml_bytes)?;
        let network = match MapKind::of(&text) {
            MapKind::OpenDrive => {
                let (frame, parts) = crate::xodr::read(name, &text, limits)?;
                let frame = survey.frame.clone().unwrap_or(frame);
                return Ok(Self::assemble(name.to_owned(), frame, survey, parts));
            }
            MapKind::Argoverse => crate::argoverse::read(name, &text)?,
            MapKind::CommonRoad => crate::commonroad::read(name, &text)?,
        };
        Self::from_network(network, Some(survey))
    }

    pub(crate) fn assemble(name: String, frame: Frame, survey: Survey, parts: Parts) -> Self {
        let index = Index::new(&parts);
        Self {
            name,
            frame,
            survey,
            stations: Vec::new(),
            parts,
            index,
            drivable: OnceLock::new(),
            conflicts: Arc::default(),
        }
    }

    /// The track moved to lie in another frame: rotated, then shifted. Ids and indices stay.
    ///
    /// ```
    /// # use lukao_model::Frame;
    /// # let track = lukao_track::example::two_lanes("broken");
    /// let mut frame = track.frame().clone();
    /// frame.origin_m = [100.0, 0.0, 0.0];
    /// let alignment = frame.align_track(track.frame()).expect("the same plane, another origin");
    /// let moved = track.aligned(&alignment, frame);
    /// let (a, b) = (track.lanes().next().unwrap().1.centre_m[0], moved.lanes().next().unwrap().1.centre_m[0]);
    /// assert_eq!(b[0], a[0] - 100.0);
    /// ```
    #[must_use]
    pub fn aligned(&self, alignment: &Alignment, frame: Frame) -> Self {
        let parts = crate::align::moved(&self.parts, alignment);
        let mut moved = Self::assemble(self.name.clone(), frame, self.survey.clone(), parts);
        moved.stations.clone_from(&self.stations);
        crate::align::move_stations(&mut moved.stations, alignment);
        moved
    }

    /// The same track with the stations of a `stations.toml` in place of those it has. `source_name` is the file's name in errors.
    ///
    /// # Errors
    /// A wrong file of stations, with line and column.
    pub fn with_stations(&self, source_name: &str, text: &str) -> Result<Self, Error> {
        Ok(Self { stations: Station::from_toml(source_name, text)?, ..self.clone() })
    }

    /// Where items of an exam are driven, in the order of the file.
    #[must_use]
    pub fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// Name that it was read under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its coordinates mean.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// What is known of its accuracy.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// What the map holds.
    #[must_use]
    pub fn features(&self) -> Features {
        self.parts.features
    }

    /// What was odd about the map, in words for a person.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.parts.notes
    }

    /// Whether lanes of that kind belong to the drivable area.
    #[must_use]
    pub fn is_drivable(&self, kind: LaneKind) -> bool {
        self.survey.drivable.as_ref().map_or(kind.is_drivable(), |kinds| kinds.contains(&kind))
    }

    /// The road.
    #[must_use]
    #[inline]
    pub fn road(&self, ix: RoadIx) -> &Road {
        &self.parts.roads[ix.get()]
    }

    /// All roads in file order.
    pub fn roads(&self) -> impl Iterator<Item = (RoadIx, &Road)> {
        self.parts.roads.iter().enumerate().map(|(i, r)| (RoadIx::new(i), r))
    }

    /// The lane.
    #[must_use]
    #[inline]
    pub fn lane(&self, ix: LaneIx) -> &Lane {
        &self.parts.lanes[ix.get()]
    }

    /// All lanes.
    pub fn lanes(&self) -> impl Iterator<Item = (LaneIx, &Lane)> {
        self.parts.lanes.iter().enumerate().map(|(i, l)| (LaneIx::new(i), l))
    }

    /// The lane of that id (`road 3 section 0 lane -1`).
    #[must_use]
    pub fn lane_by_id(&self, id: &str) -> Option<LaneIx> {
        self.lanes().find(|(_, l)| l.id == id).map(|(ix, _)| ix)
    }

    /// The line.
    #[must_use]
    #[inline]
    pub fn line(&self, ix: LineIx) -> &Line {
        &self.parts.lines[ix.get()]
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = (LineIx, &Line)> {
        self.parts.lines.iter().enumerate().map(|(i, l)| (LineIx::new(i), l))
    }

    /// The path through a junction.
    #[must_use]
    #[inline]
    pub fn path(&self, ix: PathIx) -> &Path {
        &self.parts.paths[ix.get()]
    }

    /// All paths through junctions.
    pub fn paths(&self) -> impl Iterator<Item = (PathIx, &Path)> {
        self.parts.paths.iter().enumerate().map(|(i, p)| (PathIx::new(i), p))
    }

    /// The signal.
    #[must_use]
    pub fn signal(&self, ix: SignalIx) -> &Signal {
        &self.parts.signals[ix.get()]
    }

    /// All signals and signs in file order.
    pub fn signals(&self) -> impl Iterator<Item = (SignalIx, &Signal)> {
        self.parts.signals.iter().enumerate().map(|(i, s)| (SignalIx::new(i), s))
    }

    /// Signals of that id in the map file (`C_5`). Usually one; some maps use an id twice.
    pub fn signals_by_number<'a>(&'a self, number: &'a str) -> impl Iterator<Item = (SignalIx, &'a Signal)> {
        self.signals().filter(move |(_, s)| s.number == number)
    }

    /// All controllers.
    #[must_use]
    pub fn controllers(&self) -> &[Controller] {
        &self.parts.controllers
    }

    /// The stop line.
    #[must_use]
    pub fn stop_line(&self, ix: StopLineIx) -> &StopLine {
        &self.parts.stop_lines[ix.get()]
    }

    /// All stop lines, modelled ones first.
    pub fn stop_lines(&self) -> impl Iterator<Item = (StopLineIx, &StopLine)> {
        self.parts.stop_lines.iter().enumerate().map(|(i, s)| (StopLineIx::new(i), s))
    }

    /// The crossing.
    #[must_use]
    pub fn crossing(&self, ix: CrossingIx) -> &Crossing {
        &self.parts.crossings[ix.get()]
    }

    /// All crossings.
    pub fn crossings(&self) -> impl Iterator<Item = (CrossingIx, &Crossing)> {
        self.parts.crossings.iter().enumerate().map(|(i, c)| (CrossingIx::new(i), c))
    }

    /// All yellow boxes, bus stops, school zones and other areas in which something special holds.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.parts.zones
    }

    /// The junction of that id in the map file.
    #[must_use]
    pub fn junction(&self, number: &str) -> Option<&Junction> {
        self.parts.junctions.iter().find(|j| j.number == number)
    }

    /// All parking spaces.
    #[must_use]
    pub fn parking_spaces(&self) -> &[ParkingSpace] {
        &self.parts.parking_spaces
    }

    /// All bridges and tunnels.
    #[must_use]
    pub fn structures(&self) -> &[Structure] {
        &self.parts.structures
    }

    /// All static objects that are nothing of the above: poles, barriers, buildings.
    #[must_use]
    pub fn fixtures(&self) -> &[Fixture] {
        &self.parts.fixtures
    }
}
