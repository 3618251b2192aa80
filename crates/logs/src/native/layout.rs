//! The columns of a native file, in their one order.

use std::collections::BTreeSet;

use lukao_model::channel::{Accuracy, Channel, Channels, Kind};
use lukao_model::drive::Drive;

use crate::Columns;

/// A list column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Col {
    /// Times of a clock.
    T,
    /// A channel. X, Y, Yaw and Z hold a run's pose.
    Of(Channel),
    /// The contact core's block index.
    Index,
    /// Accuracies of x and y.
    PositionU,
    /// Accuracies of a channel; those of a run's yaw too.
    OfU(Channel),
}

/// What the items of a list column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    I64,
    F64,
    F32,
    U8,
    Text,
}

impl Item {
    /// Arrow's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::I64 => "int64",
            Self::F64 => "float64",
            Self::F32 => "float32",
            Self::U8 => "uint8",
            Self::Text => "large_utf8",
        }
    }
}

const POSE: [Channel; 4] = [Channel::X, Channel::Y, Channel::Yaw, Channel::Z];

impl Col {
    pub fn name(self) -> String {
        match self {
            Self::T => "t_ns".into(),
            Self::Of(c) => c.name().into(),
            Self::Index => "contact_index".into(),
            Self::PositionU => "xy_m__u".into(),
            Self::OfU(c) => format!("{}__u", c.name()),
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "t_ns" => Self::T,
            "contact_index" => Self::Index,
            "xy_m__u" => Self::PositionU,
            _ => match name.strip_suffix("__u") {
                Some(of) => Self::OfU(Channel::from_name(of).filter(|c| c.kind() == Kind::Real)?),
                None => Self::Of(Channel::from_name(name)?),
            },
        })
    }

    pub fn item(self) -> Item {
        match self {
            Self::T => Item::I64,
            Self::Index => Item::F32,
            Self::PositionU | Self::OfU(_) => Item::F64,
            Self::Of(c) => match c.kind() {
                Kind::Real => Item::F64,
                Kind::Code => Item::U8,
                Kind::Text => Item::Text,
            },
        }
    }

    /// Unit of the items, empty where there is none.
    pub fn unit(self) -> &'static str {
        match self {
            Self::T => "ns",
            Self::Index => "",
            Self::PositionU => "m",
            Self::Of(c) | Self::OfU(c) => c.unit(),
        }
    }

    /// Whether a reader that wants `columns` needs it.
    pub fn wanted(self, columns: &Columns) -> bool {
        match columns {
            Columns::All => true,
            Columns::Pose(channels) => match self {
                Self::T | Self::Index => true,
                Self::Of(c) => POSE.contains(&c) || channels.contains(&c),
                Self::OfU(c) => channels.contains(&c),
                Self::PositionU => channels.contains(&Channel::X) || channels.contains(&Channel::Y),
            },
        }
    }
}

/// Which columns a file has. A writer must know them before the first stretch.
///
/// ```
/// use lukao_logs::native::Layout;
/// let drive = lukao_testkit::random_drive(1, 20);
/// assert!(Layout::of(&drive).columns().len() < Layout::all().columns().len());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(pub(crate) Vec<Col>);

impl Layout {
    /// The columns that a drive uses.
    #[must_use]
    pub fn of(drive: &Drive) -> Self {
        let mut used = BTreeSet::from([Col::T]);
        used.extend([Channel::X, Channel::Y, Channel::Yaw].map(Col::Of));
        for r in drive.runs() {
            used.extend(r.z_m.as_ref().map(|_| Col::Of(Channel::Z)));
            used.extend(r.index.as_ref().map(|_| Col::Index));
            let pose =
                [(&r.accuracy.position_m, Col::PositionU), (&r.accuracy.yaw_rad, Col::OfU(Channel::Yaw))];
            used.extend(pose.into_iter().filter(|(a, _)| is_column(a)).map(|(_, c)| c));
            add(&mut used, &r.channels);
        }
        for s in drive.series() {
            add(&mut used, &s.channels);
        }
        Self::ordered(|c| used.contains(&c))
    }

    /// Every column there is, for drives that come in stretches of unknown content.
    #[must_use]
    pub fn all() -> Self {
        Self::ordered(|_| true)
    }

    /// The columns' names in order.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.0.iter().map(|c| c.name()).collect()
    }

    /// What the contact core needs comes first, so that a pass over poses reads one range.
    fn ordered(used: impl Fn(Col) -> bool) -> Self {
        let mut all = vec![Col::T];
        all.extend(POSE.map(Col::Of));
        all.extend([Col::Index, Col::PositionU]);
        all.extend(POSE.map(Col::OfU));
        for &c in Channel::ALL.iter().filter(|c| !POSE.contains(c)) {
            all.push(Col::Of(c));
            if c.kind() == Kind::Real {
                all.push(Col::OfU(c));
            }
        }
        Self(all.into_iter().filter(|c| used(*c)).collect())
    }
}

fn is_column(a: &Accuracy) -> bool {
    matches!(a, Accuracy::Column(_))
}

fn add(used: &mut BTreeSet<Col>, channels: &Channels) {
    for (c, d) in channels.iter() {
        used.insert(Col::Of(c));
        if is_column(&d.accuracy) {
            used.insert(Col::OfU(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again_and_unique() {
        let all = Layout::all().0;
        for c in &all {
            assert_eq!(Col::from_name(&c.name()), Some(*c), "{}", c.name());
        }
        let names: BTreeSet<String> = all.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), all.len());
    }
}
