//! Columns under construction: samples as they come, before any of them is judged.

use lukao_model::channel::{Kind, Values};
use lukao_model::vehicle::BoxSize;
use lukao_model::{Channel, Column, TextColumn};

use super::{At, RawPose, Value};

/// A sample that came after a later one of the same subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Late {
    pub t_ns: i64,
    /// The latest time seen before it.
    pub after_ns: i64,
    pub at: At,
}

/// Times in the order of arrival, with what was out of order.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub t_ns: Vec<i64>,
    latest_ns: Option<i64>,
    pub late: Vec<Late>,
}

impl Times {
    fn push(&mut self, t_ns: i64, at: At) {
        match self.latest_ns {
            Some(after_ns) if t_ns < after_ns => self.late.push(Late { t_ns, after_ns, at }),
            _ => self.latest_ns = Some(t_ns),
        }
        self.t_ns.push(t_ns);
    }
}

/// Values of one channel, padded to a common length on demand.
#[derive(Debug)]
pub(super) enum Cells {
    Real(Vec<f64>, Vec<bool>),
    Code(Vec<u8>, Vec<bool>),
    Text(Vec<Option<String>>),
}

impl Cells {
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Real => Self::Real(Vec::new(), Vec::new()),
            Kind::Code => Self::Code(Vec::new(), Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Real(v, _) => v.len(),
            Self::Code(v, _) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// Lengthens with missing values.
    pub fn pad(&mut self, len: usize) {
        match self {
            Self::Real(v, ok) => {
                v.resize(len, 0.0);
                ok.resize(len, false);
            }
            Self::Code(v, ok) => {
                v.resize(len, 0);
                ok.resize(len, false);
            }
            Self::Text(v) => v.resize(len, None),
        }
    }

    /// Adds a value; one of another kind counts as missing.
    pub fn push(&mut self, value: Value<'_>) {
        match (&mut *self, value) {
            (Self::Real(v, ok), Value::Real(x)) => {
                v.push(x);
                ok.push(true);
            }
            (Self::Code(v, ok), Value::Code(x)) => {
                v.push(x);
                ok.push(true);
            }
            (Self::Text(v), Value::Text(x)) => v.push(Some(x.to_owned())),
            _ => self.pad(self.len() + 1),
        }
    }

    /// The values at these places, in that order.
    pub fn take(&mut self, places: &[usize]) {
        match self {
            Self::Real(v, ok) => {
                *v = places.iter().map(|&i| v[i]).collect();
                *ok = places.iter().map(|&i| ok[i]).collect();
            }
            Self::Code(v, ok) => {
                *v = places.iter().map(|&i| v[i]).collect();
                *ok = places.iter().map(|&i| ok[i]).collect();
            }
            Self::Text(v) => *v = places.iter().map(|&i| v[i].clone()).collect(),
        }
    }

    /// Whether there is a value at a place.
    pub fn is_valid(&self, i: usize) -> bool {
        match self {
            Self::Real(_, ok) | Self::Code(_, ok) => ok[i],
            Self::Text(v) => v[i].is_some(),
        }
    }

    /// Makes a place missing.
    pub fn clear(&mut self, i: usize) {
        match self {
            Self::Real(_, ok) | Self::Code(_, ok) => ok[i] = false,
            Self::Text(v) => v[i] = None,
        }
    }

    /// Whether two places say the same.
    pub fn same(&self, i: usize, j: usize) -> bool {
        match self {
            Self::Real(v, ok) => ok[i] == ok[j] && (!ok[i] || v[i] == v[j]),
            Self::Code(v, ok) => ok[i] == ok[j] && (!ok[i] || v[i] == v[j]),
            Self::Text(v) => v[i] == v[j],
        }
    }

    pub fn into_values(self) -> Values {
        match self {
            Self::Real(v, ok) => Values::Real(Column::with_validity(v, ok)),
            Self::Code(v, ok) => Values::Code(Column::with_validity(v, ok)),
            Self::Text(v) => Values::Text(TextColumn::new(v)),
        }
    }
}

/// An actor's poses from one stream.
#[derive(Debug, Default)]
pub(super) struct PoseSamples {
    pub times: Times,
    pub x_m: Vec<f64>,
    pub y_m: Vec<f64>,
    pub yaw_rad: Vec<f64>,
    /// Heights, once there was one.
    pub z_m: Option<Cells>,
    /// Accuracies by sample, once there was one.
    pub position_accuracy_m: Option<Cells>,
    pub yaw_accuracy_rad: Option<Cells>,
    /// Sizes that differ from the one before, in order of arrival.
    pub sizes: Vec<BoxSize>,
    /// Index in `sizes` of each sample, once there is more than one.
    pub size_of: Vec<u32>,
    pub channels: Vec<(Channel, Cells)>,
}

impl PoseSamples {
    pub fn len(&self) -> usize {
        self.times.t_ns.len()
    }

    pub fn push(&mut self, raw: &RawPose, size: BoxSize, at: At) {
        let before = self.len();
        self.times.push(raw.t_ns, at);
        self.x_m.push(raw.x_m);
        self.y_m.push(raw.y_m);
        self.yaw_rad.push(lukao_model::math::wrap_angle(raw.yaw_rad));
        let optional = [
            (&mut self.z_m, raw.z_m),
            (&mut self.position_accuracy_m, raw.position_accuracy_m.filter(|u| *u >= 0.0)),
            (&mut self.yaw_accuracy_rad, raw.yaw_accuracy_rad.filter(|u| *u >= 0.0)),
        ];
        for (cells, value) in optional {
            let value = value.filter(|v| v.is_finite());
            if cells.is_none() && value.is_none() {
                continue;
            }
            let cells = cells.get_or_insert_with(|| Cells::new(Kind::Real));
            cells.pad(before);
            cells.push(value.map_or(Value::Missing, Value::Real));
        }
        if self.sizes.last() != Some(&size) {
            self.sizes.push(size);
            if self.sizes.len() == 2 {
                self.size_of = vec![0; before];
            }
        }
        if self.sizes.len() > 1 {
            self.size_of.push(self.sizes.len() as u32 - 1);
        }
    }

    /// Sets a channel of the sample pushed last.
    pub fn push_channel(&mut self, channel: Channel, value: Value<'_>) {
        let n = self.len();
        let k = match self.channels.iter().position(|(c, _)| *c == channel) {
            Some(k) => k,
            None if value == Value::Missing => return,
            None => {
                self.channels.push((channel, Cells::new(channel.kind())));
                self.channels.len() - 1
            }
        };
        let cells = &mut self.channels[k].1;
        // The first value of a channel given twice wins.
        if cells.len() < n {
            cells.pad(n - 1);
            cells.push(value);
        }
    }
}

/// One channel's values of one subject from one stream.
#[derive(Debug)]
pub(super) struct ValueSamples {
    pub times: Times,
    pub cells: Cells,
}

impl ValueSamples {
    pub fn new(channel: Channel) -> Self {
        Self { times: Times::default(), cells: Cells::new(channel.kind()) }
    }

    pub fn push(&mut self, t_ns: i64, value: Value<'_>, at: At) {
        self.times.push(t_ns, at);
        self.cells.push(value);
    }
}
