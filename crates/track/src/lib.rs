//! Test tracks and road networks: lanes, lines, stop lines, signals, speed limits; OpenDRIVE in.
//!
//! ```
//! use lukao_track::Track;
//! # let xodr = lukao_track::example::SIGNALISED.as_bytes();
//! let track = Track::from_parts("field.xodr", xodr, Some("accuracy_m = 0.02"))?;
//!
//! // A car's centre 30 m before a junction: which lane, how far from its borders, what comes next?
//! let here = track.lanes_at([70.0, -1.75], None)[0];
//! assert_eq!(track.lane(here.lane).id, "road 1 section 0 lane -1");
//! assert!((here.to_right_m - 1.75).abs() < 1e-9 && (here.station_m - 70.0).abs() < 1e-9);
//!
//! let ahead = track.stop_line_ahead(here.lane, here.station_m).unwrap();
//! assert_eq!(ahead.distance_m, 30.0);
//! let limit = track.speed_limit_at(here.lane, here.station_m).unwrap();
//! assert_eq!((limit.max_mps, limit.source.as_str()), (Some(50.0 / 3.6), "road 1 type town"));
//!
//! // The light at that line, and the way through the junction that it governs.
//! let light = track.signal(track.stop_line(ahead.line).signals[0]);
//! assert_eq!((light.number.as_str(), light.certain), ("C_0", true));
//! assert_eq!(track.path(light.governs[0]).turn, lukao_track::Turn::Straight);
//!
//! // Leaving the road to the right.
//! assert!(track.drivable_clearance([70.0, -4.0], None, 5.0) < 0.0);
//! # Ok::<(), lukao_model::Error>(())
//! ```
//!
//! Accuracy: sampled borders are within 1 cm of the exact geometry (test `sampling`), also with coordinates of
//! millions of metres: all is `f64`, and what is compared is subtracted before it is multiplied.
//!
//! The map is parsed with `roxmltree`, which gives lines and columns for errors. The `xodr` crate was tried and
//! left: it hands out points baked to `f32`, not the records that exact geometry needs.

mod ahead;
mod align;
mod along;
mod argoverse;
mod commonroad;
mod crossed;
mod draw;
mod drivable;
pub mod example;
mod furniture;
mod gap;
mod grid;
mod hosting;
mod index;
mod ix;
mod junction;
mod lane;
mod limits;
mod mark;
pub mod network;
mod offset;
mod plane;
mod profile;
mod query;
mod route;
mod signs;
mod stations;
mod survey;
mod track;
mod xodr;

pub use ahead::StopLineAhead;
pub use crossed::{LineCrossed, LineTouched, LinesNear};
pub use drivable::{Boundary, SEAM_M};
pub use furniture::{
    Controller, Crossing, Fixture, LanePoint, LaneStretch, ParkingSpace, SignGroup, Signal, SignalKind,
    StopLine, Structure, StructureKind, Zone, ZoneKind,
};
pub use hosting::{Asked, Hosted, Hosting, Lack, Whole};
pub use ix::{CrossingIx, LaneIx, LineIx, PathIx, RoadIx, SignalIx, StopLineIx};
pub use junction::{Conflict, Junction, SWATH_M, Way, outline_distance};
pub use lane::{Lane, LaneKind, Path, Road, RoadKind, SpeedLimit, SpeedSpan, Travel, Turn};
pub use limits::Limits;
pub use mark::{LaneChange, Line, Mark, MarkColour, MarkKind, Side, Stripe};
pub use offset::Body;
pub use profile::{Basis as FactBasis, Fact, Profile};
pub use query::{AlongLane, LEVEL_TOLERANCE_M, LaneHit};
pub use route::{Route, RouteLeg};
pub use stations::{Gate, Station, StationTitle};
pub use survey::{MarkingEdge, Survey};
pub use track::{Features, Track};
