//! Rows of a batch to a stretch of a drive.

use std::collections::BTreeMap;
use std::sync::Arc;

use lukao_model::channel::{Accuracy, Channel, ChannelData, Channels, Kind, Origin, Values};
use lukao_model::drive::{
    ActorIx, Clock, ClockIx, Drive, Header, PoseAccuracy, Run, RunIndex, Series, SignalIx, Subject,
};
use lukao_model::{Column, Error, Position};

use super::continuity::Continuity;
use super::layout::Col;
use super::meta::RowMeta;
use super::table::Table;

/// Plain columns by their place in [`super::table::PLAIN`].
const KIND: usize = 0;
const ID: usize = 1;
const RUN: usize = 2;
const CLOCK: usize = 3;
const FIRST_TICK: usize = 4;
const TICKS: usize = 5;
const BEGUN_BEFORE: usize = 6;
const GOES_ON: usize = 7;
const META: usize = 8;

/// Names to indices, made once a file.
pub(crate) struct Names {
    actors: BTreeMap<String, ActorIx>,
    signals: BTreeMap<String, SignalIx>,
}

impl Names {
    pub fn new(header: &Header, name: &str) -> Result<Self, Error> {
        let twice =
            |what: &str, id: &str| Error::new(name, format!("each {what} once"), format!("\"{id}\" twice"));
        let mut actors = BTreeMap::new();
        for (i, a) in header.actors.iter().enumerate() {
            if actors.insert(a.id.clone(), ActorIx(i as u32)).is_some() {
                return Err(twice("actor", &a.id));
            }
        }
        let mut signals = BTreeMap::new();
        for (i, s) in header.signals.iter().enumerate() {
            if signals.insert(s.clone(), SignalIx(i as u32)).is_some() {
                return Err(twice("signal", s));
            }
        }
        Ok(Self { actors, signals })
    }
}

/// What is needed to read rows beside the rows.
pub(crate) struct Source<'a> {
    pub name: &'a str,
    pub segment: usize,
    pub header: &'a Arc<Header>,
    pub names: &'a Names,
    pub continuity: &'a Continuity,
    /// Kinds of rows that are unknown are left out: the file is of a later minor version.
    pub lenient: bool,
}

impl Source<'_> {
    fn wrong(&self, row: usize, what: &str, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let place = format!("segment {} row {row} \"{what}\"", self.segment);
        Error::new(self.name, expected, found).at(Position::Part(place))
    }

    /// The stretch that a batch holds; its structure is checked, its values are not.
    pub fn stretch(&self, t: &Table) -> Result<Drive, Error> {
        let mut clocks = self.continuity.empty_clocks();
        let mut given = vec![false; clocks.len()];
        for row in (0..t.rows).filter(|r| t.text(KIND, *r) == Some("clock")) {
            let i = self.clock(t, row, clocks.len())?;
            if std::mem::replace(&mut given[i], true) {
                return Err(self.wrong(row, "clock", "each clock once", format!("clock {i} twice")));
            }
            let times = t.i64s(Col::T, row).filter(|c| c.missing() == 0);
            let t_ns =
                times.ok_or_else(|| self.wrong(row, "t_ns", "a time at each tick", "missing times"))?;
            let (first, ticks) = self.ticks(t, row)?;
            if (first, ticks) != (clocks[i].first_tick, t_ns.len() as u64) {
                let want = format!("{} ticks from tick {}", t_ns.len(), clocks[i].first_tick);
                return Err(self.wrong(row, "first_tick", want, format!("{ticks} from {first}")));
            }
            clocks[i].t_ns = t_ns;
        }
        // Most rows are runs; growing step by step would move each several times.
        let (mut runs, mut series) = (Vec::with_capacity(t.rows.min(1 << 16)), Vec::new());
        for row in 0..t.rows {
            let Some(kind) = t.text(KIND, row) else {
                return Err(self.wrong(row, "kind", "a kind", "none"));
            };
            match kind {
                "clock" => {}
                "run" => runs.push(self.run(t, row, &clocks)?),
                "channel" => {
                    series.push(self.series(t, row, &clocks, Subject::Actor(self.actor(t, row)?))?)
                }
                "signal" => {
                    let id = self.id(t, row)?;
                    let ix = self.names.signals.get(id);
                    let ix = ix.ok_or_else(|| {
                        self.wrong(row, "id", "a signal of the header", format!("\"{id}\""))
                    })?;
                    series.push(self.series(t, row, &clocks, Subject::Signal(*ix))?);
                }
                "drive" => series.push(self.series(t, row, &clocks, Subject::Drive)?),
                _ if self.lenient => {}
                other => {
                    let want = "clock, run, channel, signal or drive";
                    return Err(self.wrong(row, "kind", want, format!("\"{other}\"")));
                }
            }
        }
        Drive::new_unverified(Arc::clone(self.header), clocks, runs, series).map_err(|e| self.in_segment(e))
    }

    /// An error of the model, with the file and the segment.
    pub fn in_segment(&self, e: Error) -> Error {
        let place = format!("segment {}{}", self.segment, e.position);
        e.in_source(self.name).at(Position::Part(place))
    }

    fn id<'t>(&self, t: &'t Table, row: usize) -> Result<&'t str, Error> {
        t.text(ID, row).ok_or_else(|| self.wrong(row, "id", "an id", "none"))
    }

    fn actor(&self, t: &Table, row: usize) -> Result<ActorIx, Error> {
        let id = self.id(t, row)?;
        let ix = self.names.actors.get(id).copied();
        ix.ok_or_else(|| self.wrong(row, "id", "an actor of the header", format!("\"{id}\"")))
    }

    fn clock(&self, t: &Table, row: usize, clocks: usize) -> Result<usize, Error> {
        let i = t.u32(CLOCK, row).map(|c| c as usize);
        i.filter(|i| *i < clocks).ok_or_else(|| {
            let found = i.map_or("none".into(), |i| i.to_string());
            self.wrong(row, "clock", format!("a clock below {clocks}"), found)
        })
    }

    fn ticks(&self, t: &Table, row: usize) -> Result<(u64, u64), Error> {
        let pair = t.u64(FIRST_TICK, row).zip(t.u64(TICKS, row));
        pair.ok_or_else(|| self.wrong(row, "first_tick", "first tick and number of ticks", "none"))
    }

    /// First tick as an index into the clock's part, and number of ticks.
    fn place(&self, t: &Table, row: usize, clock: &Clock) -> Result<(usize, usize), Error> {
        let (first, ticks) = self.ticks(t, row)?;
        let n = clock.t_ns.len() as u64;
        let skip = first.checked_sub(clock.first_tick);
        match skip {
            Some(skip) if skip.checked_add(ticks).is_some_and(|end| end <= n) => {
                Ok((skip as usize, ticks as usize))
            }
            _ => {
                let want = format!("ticks within {}+{n}", clock.first_tick);
                Err(self.wrong(row, "first_tick", want, format!("{ticks} from {first}")))
            }
        }
    }

    fn flags(&self, t: &Table, row: usize) -> Result<(bool, bool), Error> {
        let pair = t.bool(BEGUN_BEFORE, row).zip(t.bool(GOES_ON, row));
        pair.ok_or_else(|| self.wrong(row, "goes_on", "whether it begun before and goes on", "none"))
    }

    fn ordinal(&self, t: &Table, row: usize) -> Result<u32, Error> {
        t.u32(RUN, row).ok_or_else(|| self.wrong(row, "run", "an ordinal", "none"))
    }

    fn meta(&self, t: &Table, row: usize) -> Result<RowMeta, Error> {
        let text = t.text(META, row).unwrap_or("{}");
        serde_json::from_str(text).map_err(|e| self.wrong(row, "meta", "an object of JSON", e.to_string()))
    }

    fn column(&self, t: &Table, row: usize, col: Col, n: usize) -> Result<Option<Column<f64>>, Error> {
        let c = t.f64s(col, row);
        match c {
            Some(c) if c.len() != n => {
                Err(self.wrong(row, &col.name(), format!("{n} values"), c.len().to_string()))
            }
            c => Ok(c),
        }
    }

    fn accuracy(
        &self,
        t: &Table,
        row: usize,
        col: Col,
        n: usize,
        constant: Option<f64>,
    ) -> Result<Accuracy, Error> {
        Ok(match (self.column(t, row, col, n)?, constant) {
            (Some(c), _) => Accuracy::Column(c),
            (None, Some(u)) => Accuracy::Constant(u),
            (None, None) => Accuracy::Unknown,
        })
    }

    fn channels(
        &self,
        t: &Table,
        row: usize,
        n: usize,
        meta: &RowMeta,
        pose: bool,
    ) -> Result<Channels, Error> {
        let mut out = Channels::default();
        for col in t.cols() {
            let Col::Of(c) = col else { continue };
            if pose && matches!(c, Channel::X | Channel::Y | Channel::Yaw | Channel::Z) {
                continue;
            }
            let values = match c.kind() {
                Kind::Real => t.f64s(col, row).map(Values::Real),
                Kind::Code => t.u8s(col, row).map(Values::Code),
                Kind::Text => t.text_list(col, row).map(Values::Text),
            };
            let Some(values) = values else { continue };
            if values.len() != n {
                return Err(self.wrong(row, c.name(), format!("{n} values"), values.len().to_string()));
            }
            let m = meta.channel(c);
            let accuracy = self.accuracy(t, row, Col::OfU(c), n, m.u)?;
            out.set(c, ChannelData { values, origin: m.origin, accuracy });
        }
        Ok(out)
    }

    fn run(&self, t: &Table, row: usize, clocks: &[Clock]) -> Result<Run, Error> {
        let actor = self.actor(t, row)?;
        let clock = self.clock(t, row, clocks.len())?;
        let (first, n) = self.place(t, row, &clocks[clock])?;
        let meta = self.meta(t, row)?;
        let size = meta.size.ok_or_else(|| self.wrong(row, "meta", "a size", "none"))?;
        let pose = |c: Channel| {
            let column = self.column(t, row, Col::Of(c), n)?;
            column.ok_or_else(|| self.wrong(row, c.name(), format!("{n} values"), "none"))
        };
        let (begun_before, goes_on) = self.flags(t, row)?;
        let index = match (t.f32s(Col::Index, row), meta.index_skip) {
            (Some(blocks), skip) => {
                let skip = usize::try_from(skip.unwrap_or(0)).ok().filter(|s| *s <= 1 << 40);
                let skip = skip.ok_or_else(|| self.wrong(row, "meta", "a small index_skip", "a huge one"))?;
                Some(RunIndex { blocks, skip })
            }
            (None, _) => None,
        };
        Ok(Run {
            actor,
            ordinal: self.ordinal(t, row)?,
            clock: ClockIx(clock as u32),
            first,
            x_m: pose(Channel::X)?,
            y_m: pose(Channel::Y)?,
            yaw_rad: pose(Channel::Yaw)?,
            z_m: self.column(t, row, Col::Of(Channel::Z), n)?,
            size,
            accuracy: PoseAccuracy {
                position_m: self.accuracy(t, row, Col::PositionU, n, meta.xy_m_u)?,
                yaw_rad: self.accuracy(t, row, Col::OfU(Channel::Yaw), n, meta.yaw_rad_u)?,
            },
            origin: meta.origin.unwrap_or(Origin::Unknown),
            channels: self.channels(t, row, n, &meta, true)?,
            index,
            begun_before,
            goes_on,
        })
    }

    fn series(&self, t: &Table, row: usize, clocks: &[Clock], subject: Subject) -> Result<Series, Error> {
        let clock = self.clock(t, row, clocks.len())?;
        let (first, len) = self.place(t, row, &clocks[clock])?;
        let meta = self.meta(t, row)?;
        let (begun_before, goes_on) = self.flags(t, row)?;
        Ok(Series {
            subject,
            ordinal: self.ordinal(t, row)?,
            clock: ClockIx(clock as u32),
            first,
            len,
            channels: self.channels(t, row, len, &meta, false)?,
            begun_before,
            goes_on,
        })
    }
}
