//! Values of a channel with their origin and accuracy.

use crate::channel::{Channel, Kind, Origin};
use crate::column::{Column, TextColumn};

/// How good values are: half the width of the interval that holds the truth in 95 % (k = 2), in their unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Accuracy {
    /// Not said. Never taken as zero.
    #[default]
    Unknown,
    /// One figure for all values. 0 means declared exact, as a simulator may.
    Constant(f64),
    /// One figure for each value.
    Column(Column<f64>),
}

impl Accuracy {
    /// The figure for value `i`, if known.
    #[must_use]
    #[inline]
    pub fn at(&self, i: usize) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Constant(u) => Some(*u),
            Self::Column(c) => c.get(i),
        }
    }

    /// Whether this says something of `len` values: a column has that length.
    pub(crate) fn fits(&self, len: usize) -> bool {
        !matches!(self, Self::Column(c) if c.len() != len)
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        match self {
            Self::Column(c) => Self::Column(c.slice(first, len)),
            other => other.clone(),
        }
    }

    pub(crate) fn detached(&self) -> Self {
        match self {
            Self::Column(c) => Self::Column(c.detached()),
            other => other.clone(),
        }
    }

    pub(crate) fn concat(a: &Self, a_len: usize, b: &Self, b_len: usize) -> Self {
        let column = |acc: &Self, len| match acc {
            Self::Unknown => Column::from_options(std::iter::repeat_n(None, len)),
            Self::Constant(u) => Column::new(vec![*u; len]),
            Self::Column(c) => c.clone(),
        };
        match (a, b) {
            (Self::Column(_), _) | (_, Self::Column(_)) => {
                Self::Column(Column::concat(&[&column(a, a_len), &column(b, b_len)]))
            }
            _ if a == b => a.clone(),
            _ => Self::Column(Column::concat(&[&column(a, a_len), &column(b, b_len)])),
        }
    }
}

/// Values of a channel, one for each tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of a [`Kind::Real`] channel.
    Real(Column<f64>),
    /// Of a [`Kind::Code`] channel.
    Code(Column<u8>),
    /// Of a [`Kind::Text`] channel.
    Text(TextColumn),
}

impl Values {
    /// Number of values, valid or not.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Real(c) => c.len(),
            Self::Code(c) => c.len(),
            Self::Text(c) => c.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What kind these are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Real(_) => Kind::Real,
            Self::Code(_) => Kind::Code,
            Self::Text(_) => Kind::Text,
        }
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        match self {
            Self::Real(c) => Self::Real(c.slice(first, len)),
            Self::Code(c) => Self::Code(c.slice(first, len)),
            Self::Text(c) => Self::Text(c.slice(first, len)),
        }
    }

    pub(crate) fn concat(a: &Self, b: &Self) -> Self {
        match (a, b) {
            (Self::Real(a), Self::Real(b)) => Self::Real(Column::concat(&[a, b])),
            (Self::Code(a), Self::Code(b)) => Self::Code(Column::concat(&[a, b])),
            (Self::Text(a), Self::Text(b)) => Self::Text(TextColumn::concat(&[a, b])),
            _ => unreachable!("a channel has one kind"),
        }
    }

    pub(crate) fn missing(kind: Kind, len: usize) -> Self {
        match kind {
            Kind::Real => Self::Real(Column::from_options(std::iter::repeat_n(None, len))),
            Kind::Code => Self::Code(Column::from_options(std::iter::repeat_n(None, len))),
            Kind::Text => Self::Text(TextColumn::new(vec![None; len])),
        }
    }
}

/// A channel's values with origin and accuracy.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelData {
    /// One value a tick.
    pub values: Values,
    /// Where they come from.
    pub origin: Origin,
    /// How good they are.
    pub accuracy: Accuracy,
}

impl ChannelData {
    /// Real values.
    #[must_use]
    pub fn real(values: Column<f64>, origin: Origin) -> Self {
        Self { values: Values::Real(values), origin, accuracy: Accuracy::Unknown }
    }

    /// Codes.
    #[must_use]
    pub fn code(values: Column<u8>, origin: Origin) -> Self {
        Self { values: Values::Code(values), origin, accuracy: Accuracy::Unknown }
    }

    /// Texts.
    #[must_use]
    pub fn text(values: TextColumn, origin: Origin) -> Self {
        Self { values: Values::Text(values), origin, accuracy: Accuracy::Unknown }
    }
}

/// The channels of a run or a series, in channel order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Channels(Vec<(Channel, ChannelData)>);

impl Channels {
    /// The data of a channel.
    #[must_use]
    pub fn get(&self, channel: Channel) -> Option<&ChannelData> {
        let i = self.0.binary_search_by_key(&channel, |(c, _)| *c).ok()?;
        Some(&self.0[i].1)
    }

    /// Real values of a channel.
    #[must_use]
    pub fn real(&self, channel: Channel) -> Option<&Column<f64>> {
        match &self.get(channel)?.values {
            Values::Real(c) => Some(c),
            _ => None,
        }
    }

    /// Codes of a channel.
    #[must_use]
    pub fn code(&self, channel: Channel) -> Option<&Column<u8>> {
        match &self.get(channel)?.values {
            Values::Code(c) => Some(c),
            _ => None,
        }
    }

    /// Texts of a channel.
    #[must_use]
    pub fn text(&self, channel: Channel) -> Option<&TextColumn> {
        match &self.get(channel)?.values {
            Values::Text(c) => Some(c),
            _ => None,
        }
    }

    /// Sets a channel's data, replacing what was there.
    ///
    /// # Panics
    /// If the values are not of the channel's kind.
    pub fn set(&mut self, channel: Channel, data: ChannelData) {
        assert_eq!(channel.kind(), data.values.kind(), "{} holds {:?}", channel.name(), channel.kind());
        match self.0.binary_search_by_key(&channel, |(c, _)| *c) {
            Ok(i) => self.0[i].1 = data,
            Err(i) => self.0.insert(i, (channel, data)),
        }
    }

    /// The channels in order.
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &ChannelData)> {
        self.0.iter().map(|(c, d)| (*c, d))
    }

    /// The channels in order, to be changed in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Channel, &mut ChannelData)> {
        self.0.iter_mut().map(|(c, d)| (*c, d))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn all_of_len(&self, len: usize) -> bool {
        self.0.iter().all(|(_, d)| d.values.len() == len && d.accuracy.fits(len))
    }

    pub(crate) fn slice(&self, first: usize, len: usize) -> Self {
        Self(
            self.0
                .iter()
                .map(|(c, d)| {
                    let data = ChannelData {
                        values: d.values.slice(first, len),
                        origin: d.origin,
                        accuracy: d.accuracy.slice(first, len),
                    };
                    (*c, data)
                })
                .collect(),
        )
    }

    pub(crate) fn detached(&self) -> Self {
        let own = |d: &ChannelData| ChannelData {
            values: match &d.values {
                Values::Real(c) => Values::Real(c.detached()),
                Values::Code(c) => Values::Code(c.detached()),
                Values::Text(c) => Values::Text(c.clone()),
            },
            origin: d.origin,
            accuracy: d.accuracy.detached(),
        };
        Self(self.0.iter().map(|(c, d)| (*c, own(d))).collect())
    }

    /// One after another; a channel that only one part has is missing in the other.
    pub(crate) fn concat(a: &Self, a_len: usize, b: &Self, b_len: usize) -> Self {
        let mut out = Self::default();
        let names: Vec<Channel> = a.iter().chain(b.iter()).map(|(c, _)| c).collect();
        for c in names {
            if out.get(c).is_some() {
                continue;
            }
            let (da, db) = (a.get(c), b.get(c));
            let absent = |len| Values::missing(c.kind(), len);
            let va = da.map_or_else(|| absent(a_len), |d| d.values.clone());
            let vb = db.map_or_else(|| absent(b_len), |d| d.values.clone());
            let (ua, ub) = (da.map(|d| &d.accuracy), db.map(|d| &d.accuracy));
            let accuracy = match (ua, ub) {
                (Some(x), Some(y)) => Accuracy::concat(x, a_len, y, b_len),
                // Where values are missing their accuracy does not matter, so a constant stays one.
                (Some(Accuracy::Column(x)), None) => {
                    Accuracy::concat(&Accuracy::Column(x.clone()), a_len, &Accuracy::Unknown, b_len)
                }
                (None, Some(Accuracy::Column(y))) => {
                    Accuracy::concat(&Accuracy::Unknown, a_len, &Accuracy::Column(y.clone()), b_len)
                }
                (Some(x), None) | (None, Some(x)) => x.clone(),
                (None, None) => Accuracy::Unknown,
            };
            let origin = da.or(db).map_or(Origin::Unknown, |d| d.origin);
            out.set(c, ChannelData { values: Values::concat(&va, &vb), origin, accuracy });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_begins_late_is_missing_before() {
        let mut a = Channels::default();
        a.set(Channel::Speed, ChannelData::real(Column::new(vec![1.0, 2.0]), Origin::VehicleBus));
        let both = Channels::concat(&Channels::default(), 1, &a, 2);
        let speed = both.real(Channel::Speed).unwrap();
        assert_eq!(speed.iter().collect::<Vec<_>>(), [None, Some(1.0), Some(2.0)]);
    }
}
