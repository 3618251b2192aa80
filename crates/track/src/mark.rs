//! Lines: the borders between lanes and what is painted or built on them.

use crate::ix::{LaneIx, RoadIx};

/// A side of a line, seen along rising `s` of its road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Left of the line.
    Left,
    /// Right of the line.
    Right,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// One stripe of a marking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stripe {
    /// Continuous.
    Solid,
    /// Interrupted: may be crossed.
    Broken,
}

/// What lies on a lane border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// Nothing.
    None,
    /// One or more stripes, from left to right seen along rising `s`.
    Stripes(Vec<Stripe>),
    /// Raised pavement markers.
    BottsDots,
    /// Kerb.
    Curb,
    /// Edge of the pavement towards grass.
    Grass,
    /// Edge of the road, without a marking.
    Edge,
    /// Something that the map does not describe well enough to know.
    Unknown,
}

/// Colour of a marking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkColour {
    /// The country's standard colour, usually white.
    Standard,
    /// White.
    White,
    /// Yellow.
    Yellow,
    /// Another colour.
    Other,
    /// Not said.
    Unknown,
}

/// Which lane changes the map permits across a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneChange {
    /// Both ways.
    Both,
    /// Neither way.
    None,
    /// From right to left, seen along rising `s`, only.
    ToLeft,
    /// From left to right, seen along rising `s`, only.
    ToRight,
}

/// What lies on a lane border over a stretch.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mark {
    /// From this OpenDRIVE `s`, metres.
    pub from_s_m: f64,
    /// To this OpenDRIVE `s`.
    pub to_s_m: f64,
    /// What it is.
    pub kind: MarkKind,
    /// Its name in the map file: `solid broken`.
    pub declared: String,
    /// Colour.
    pub colour: MarkColour,
    /// Width over all, metres; `None` if the map does not say or says 0.
    pub width_m: Option<f64>,
    /// What the map permits, where it says so. Many exporters write `none` on broken lines: treat it as a
    /// hint, and what is painted as the rule.
    pub lane_change: Option<LaneChange>,
}

impl Mark {
    /// Whether the stripe that meets a vehicle first, coming from that side, is solid; of a kerb always.
    /// `None` if the map does not say well enough.
    ///
    /// ```
    /// # use lukao_track::{Mark, MarkKind, Side, Stripe};
    /// # let track = lukao_track::example::two_lanes("broken solid");
    /// # let mark = track.lines().find_map(|(_, l)| l.marks.first().filter(|m| m.declared == "broken solid")).unwrap();
    /// // On the centre line "broken solid" reads from left to right.
    /// assert_eq!(mark.solid_from(Side::Left), Some(false));
    /// assert_eq!(mark.solid_from(Side::Right), Some(true));
    /// ```
    #[must_use]
    pub fn solid_from(&self, side: Side) -> Option<bool> {
        match &self.kind {
            MarkKind::None | MarkKind::BottsDots | MarkKind::Grass | MarkKind::Edge => Some(false),
            MarkKind::Curb => Some(true),
            MarkKind::Unknown => None,
            MarkKind::Stripes(stripes) => {
                let first = match side {
                    Side::Left => stripes.first(),
                    Side::Right => stripes.last(),
                };
                first.map(|s| *s == Stripe::Solid)
            }
        }
    }
}

/// A border of a lane: its course and what is painted on it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// Stable id for reports: `road 3 section 0 line -1` (the outer border of lane -1; 0 is the centre line).
    pub id: String,
    /// Its road.
    pub road: RoadIx,
    /// Course with rising `s`: x, y, z on the road's surface.
    pub points_m: Vec<[f64; 3]>,
    /// OpenDRIVE `s` of each point.
    pub road_s_m: Vec<f64>,
    /// Lane to its left, seen along rising `s`.
    pub left: Option<LaneIx>,
    /// Lane to its right.
    pub right: Option<LaneIx>,
    /// What lies on it, in order, without overlap; a stretch that none covers has no marking in the map.
    pub marks: Vec<Mark>,
}

impl Line {
    /// What lies on it at an OpenDRIVE `s`; `None` where the map records no marking.
    #[must_use]
    pub fn mark_at(&self, road_s_m: f64) -> Option<&Mark> {
        let i = self.marks.partition_point(|m| m.from_s_m <= road_s_m);
        let m = self.marks.get(i.checked_sub(1)?)?;
        (road_s_m <= m.to_s_m).then_some(m)
    }
}
