//! Signals that several rules share, over one window of a drive. Knows no rule.
//!
//! A [`Measures`] is made once for each block of time (see ARCHITECTURE.md, "Blocks"). Everything in it is
//! computed when it is first asked for, kept, and shared by rules that run in parallel. A measure at time
//! `t` depends only on data within `[t − LOOK_BACK_NS, t + LOOK_AHEAD_NS]`, and on states that were stated
//! earlier and still hold ([`Held`]), so that block size and the way in which a log was cut cannot change a
//! result.
//!
//! ```no_run
//! use lukao_measure::{Admit, Held, Measures};
//! use lukao_model::{Drive, Interval};
//! # fn demo(drive: &Drive) {
//! let block = drive.span().unwrap_or(Interval::ALL);
//! let held = Held::default();
//! let measures = Measures::new(drive, block, None, Admit::ALL, &held);
//! # }
//! ```

pub mod admit;
pub mod approach;
pub mod area;
pub mod attribution;
pub mod behind;
pub mod body;
pub mod codes;
pub mod conflict;
pub mod corridor;
pub mod course;
pub mod crosswalk;
pub mod edges;
pub mod ego;
pub mod emergency;
pub mod filter;
pub mod flank;
pub mod gate;
pub mod green_start;
pub mod ground;
pub mod held;
pub mod indicator;
pub mod joining;
pub mod junction;
pub mod lane_light;
pub mod lane_phase;
pub mod lead;
pub mod lines;
pub mod manoeuvre;
pub mod mode;
pub mod motion;
pub mod near;
pub mod near_miss;
pub mod overlap;
pub mod overtaking;
pub mod phase;
pub mod place;
pub mod priority;
pub mod r157;
pub mod roll_back;
pub mod rss;
pub mod signs;
pub mod stops;
pub mod strokes;
pub mod surroundings;
pub mod sync;
pub mod value;
pub mod zone;

mod bounds;
mod cache;
mod lanes_ahead;
mod level;
mod spots;

pub use admit::Admit;
pub use codes::{Span, Spans};
pub use conflict::{Encounter, Encounters};
pub use ego::{Ego, EgoSample};
pub use flank::Flank;
pub use held::{Held, Stated};
pub use junction::Entry;
pub use lead::{Ahead, Lead, Who};
pub use manoeuvre::{Manoeuvre, Manoeuvres};
pub use motion::{Motion, SpeedSource};
pub use near::Near;
pub use place::{Place, Places};
pub use stops::{NotShown, Shown, StopLinePassed};
pub use value::Value;

use std::sync::{Arc, OnceLock};

use lukao_contact::{BlockContacts, Options};
use lukao_model::time::S;
use lukao_model::{ActorIx, Channel, Drive, Interval};
use lukao_track::{PathIx, SignalIx, StopLineIx, Track};

use crate::cache::Keyed;

/// How far before a time a measure may look, ns.
pub const LOOK_BACK_NS: i64 = 20 * S;

/// How far after a time a measure may look, ns.
pub const LOOK_AHEAD_NS: i64 = 60 * S;

/// Which mean of the ego's motion over a centred window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mean {
    /// Acceleration along the body, m/s², forward positive.
    AccelLon,
    /// Acceleration across the body, m/s², left positive.
    AccelLat,
    /// Yaw rate, rad/s, counter-clockwise positive.
    YawRate,
    /// Jerk along the body, m/s³: see [`filter`].
    JerkLon,
    /// Jerk across the body, m/s³.
    JerkLat,
}

/// The measures of one window. Cheap to make; every part is computed when first asked for.
pub struct Measures<'a> {
    window: &'a Drive,
    block: Interval,
    track: Option<&'a Track>,
    admit: Admit,
    held: &'a Held,
    ego: OnceLock<Ego>,
    motions: Vec<OnceLock<Motion>>,
    means: Keyed<(Mean, i64), Vec<Option<Value>>>,
    low_pass: Keyed<Mean, Vec<Option<Value>>>,
    codes: Keyed<Channel, Spans>,
    surroundings: Vec<OnceLock<surroundings::Stations>>,
    manoeuvres: OnceLock<Manoeuvres>,
    places: OnceLock<place::Cells>,
    others: OnceLock<Vec<near::There>>,
    near: OnceLock<Near>,
    level: OnceLock<Near>,
    lines: OnceLock<lines::Around>,
    clearances: OnceLock<Vec<f64>>,
    flanks: OnceLock<Vec<Vec<Flank>>>,
    overtakings: OnceLock<Vec<overtaking::Overtaking>>,
    lanes: OnceLock<lanes_ahead::Lanes>,
    ahead: OnceLock<[Arc<Vec<Ahead>>; 2]>,
    passed: OnceLock<Vec<StopLinePassed>>,
    signals: OnceLock<stops::SignalLog>,
    entries: OnceLock<Vec<Entry>>,
    encounters: OnceLock<Vec<Encounters>>,
    contacts: Keyed<bool, BlockContacts>,
}

impl<'a> Measures<'a> {
    /// Measures over `window`, which must hold all data of
    /// `[block.from_ns − LOOK_BACK_NS, block.to_ns + LOOK_AHEAD_NS)` that the drive has; `held` what series
    /// said last before the window.
    ///
    /// `block` holds the times `from_ns <= t < to_ns`. The track must lie in the drive's frame.
    /// A channel or pose of an origin that `admit` does not list counts as missing.
    #[must_use]
    pub fn new(
        window: &'a Drive,
        block: Interval,
        track: Option<&'a Track>,
        admit: Admit,
        held: &'a Held,
    ) -> Self {
        Self {
            window,
            block,
            track,
            admit,
            held,
            ego: OnceLock::new(),
            motions: window.runs().iter().map(|_| OnceLock::new()).collect(),
            means: Keyed::new(),
            low_pass: Keyed::new(),
            codes: Keyed::new(),
            surroundings: Channel::ALL.iter().map(|_| OnceLock::new()).collect(),
            manoeuvres: OnceLock::new(),
            places: OnceLock::new(),
            others: OnceLock::new(),
            near: OnceLock::new(),
            level: OnceLock::new(),
            lines: OnceLock::new(),
            clearances: OnceLock::new(),
            flanks: OnceLock::new(),
            overtakings: OnceLock::new(),
            lanes: OnceLock::new(),
            ahead: OnceLock::new(),
            passed: OnceLock::new(),
            signals: OnceLock::new(),
            entries: OnceLock::new(),
            encounters: OnceLock::new(),
            contacts: Keyed::new(),
        }
    }

    /// The data.
    #[must_use]
    #[inline]
    pub fn window(&self) -> &'a Drive {
        self.window
    }

    /// The block: times `from_ns <= t < to_ns`.
    #[must_use]
    #[inline]
    pub fn block(&self) -> Interval {
        self.block
    }

    /// The track, if there is one.
    #[must_use]
    #[inline]
    pub fn track(&self) -> Option<&'a Track> {
        self.track
    }

    /// Which origins count.
    #[must_use]
    #[inline]
    pub fn admit(&self) -> &Admit {
        &self.admit
    }

    /// What series said last before the window.
    #[must_use]
    pub fn held(&self) -> &'a Held {
        self.held
    }

    /// The vehicle under test.
    #[must_use]
    pub fn ego_actor(&self) -> Option<ActorIx> {
        self.window.header().ego
    }

    /// The ego's samples and steps.
    #[must_use]
    #[inline]
    pub fn ego(&self) -> &Ego {
        self.ego.get_or_init(|| Ego::new(self.window, self.ego_actor(), self.block, &self.admit))
    }

    /// Motion of a run of the window, by its index in [`Drive::runs`].
    ///
    /// # Panics
    /// If the window has no such run.
    #[must_use]
    #[inline]
    pub fn motion(&self, run: usize) -> &Motion {
        self.motions[run]
            .get_or_init(|| Motion::new(self.window, self.held, &self.admit, &self.window.runs()[run]))
    }

    /// Somebody's speed along his heading at the ego's time at which he was found.
    #[must_use]
    pub fn speed_of(&self, other: &near::Other, t_ns: i64) -> Option<Value> {
        let motion = self.motion(other.run);
        if other.between_ns == 0 {
            return motion.speed_mps(other.i);
        }
        motion.speed_at(self.window.times(&self.window.runs()[other.run]), t_ns)
    }

    /// The ego's speed at its sample `k`: see [`motion`].
    #[must_use]
    #[inline]
    pub fn ego_speed_mps(&self, k: usize) -> Option<Value> {
        let s = self.ego().samples().get(k)?;
        self.motion(s.run).speed_mps(s.i)
    }

    /// A mean of the ego's motion over `[t − half_ns, t + half_ns]` at its samples in the block, in the order
    /// of [`Ego::in_block`]: see [`motion`]. Windows are at most [`LOOK_BACK_NS`] to each side.
    #[must_use]
    pub fn ego_means(&self, mean: Mean, half_ns: i64) -> Arc<Vec<Option<Value>>> {
        let half_ns = half_ns.clamp(1, LOOK_BACK_NS);
        self.means.get((mean, half_ns), || {
            let one = |k: usize| self.ego_mean_at(mean, self.ego().samples()[k].t_ns, half_ns);
            self.ego().in_block().map(one).collect()
        })
    }

    /// The same mean around any time that a run of the ego covers, not kept.
    #[must_use]
    pub fn ego_mean_at(&self, mean: Mean, t_ns: i64, half_ns: i64) -> Option<Value> {
        let s = self.ego().samples().get(self.ego().at_or_before(t_ns)?)?;
        let run = &self.window.runs()[s.run];
        let motion = self.motion(s.run);
        match mean {
            Mean::AccelLon => motion::accel_lon(self.window, &self.admit, run, motion, t_ns, half_ns),
            Mean::AccelLat => motion::accel_lat(self.window, &self.admit, run, motion, t_ns, half_ns),
            Mean::YawRate => motion::yaw_rate(self.window, &self.admit, run, t_ns, half_ns),
            Mean::JerkLon => filter::jerk(self, run, Mean::AccelLon, t_ns, half_ns),
            Mean::JerkLat => filter::jerk(self, run, Mean::AccelLat, t_ns, half_ns),
        }
    }

    /// Acceleration of the ego along or across the body after the low pass of [`filter`], at its samples in the
    /// block, in the order of [`Ego::in_block`].
    #[must_use]
    pub fn ego_low_pass(&self, of: Mean) -> Arc<Vec<Option<Value>>> {
        self.low_pass.get(of, || filter::low_pass(self, of))
    }

    /// What the log says of a code channel of the ego over the window: see [`codes`].
    #[must_use]
    pub fn ego_codes(&self, channel: Channel) -> Arc<Spans> {
        self.codes.get(channel, || Spans::new(self, channel))
    }

    /// A real channel of the ego's surroundings (visibility, illuminance, friction …) at its sample `k`: see
    /// [`surroundings`].
    #[must_use]
    pub fn surroundings(&self, channel: Channel, k: usize) -> Option<Value> {
        let of = &self.surroundings[channel as usize];
        let stations = of.get_or_init(|| surroundings::Stations::new(self, channel));
        stations.at(self, channel, k)
    }

    /// Lane changes, turns, pulling out and in whose decisive moment is in the block: see [`manoeuvre`].
    #[must_use]
    pub fn manoeuvres(&self) -> &Manoeuvres {
        self.manoeuvres.get_or_init(|| Manoeuvres::new(self))
    }

    /// Where the ego is on the track; `None` without one.
    #[must_use]
    #[inline]
    pub fn places(&self) -> Option<Places<'_>> {
        let ego = self.ego();
        let cells = self.places.get_or_init(|| place::Cells::new(ego.samples().len()));
        Some(Places { track: self.track?, ego, cells })
    }

    /// Who is near the ego at its samples in the block: see [`near`].
    #[must_use]
    pub fn near(&self) -> &Near {
        self.near.get_or_init(|| Near::within(self, near::REACH_M))
    }

    /// Runs of the others.
    pub(crate) fn others(&self) -> &[near::There] {
        self.others.get_or_init(|| near::there(self))
    }

    /// Who can be beside the ego or pass it at its samples in the block: see [`level`].
    pub(crate) fn level(&self) -> &Near {
        self.level.get_or_init(|| level::level(self))
    }

    /// Who is beside the ego at its samples in the block, in the order of [`Ego::in_block`]: see [`flank`].
    #[must_use]
    pub fn flanks(&self) -> &[Vec<Flank>] {
        self.flanks.get_or_init(|| flank::flanks(self))
    }

    /// Whom the ego overtakes in the steps of the block, by time: see [`overtaking`]. Empty without a track.
    #[must_use]
    pub fn overtakings(&self) -> &[overtaking::Overtaking] {
        self.overtakings.get_or_init(|| overtaking::overtakings(self))
    }

    /// Whether the ego is on or near the track at its sample `k`, so that what the map lacks there means something: see
    /// [`area::on_map`]. `false` without a track.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    pub fn on_map(&self, k: usize) -> bool {
        // In a lane it is; only elsewhere the map has to be searched.
        let in_lane = |p: Places<'_>| !p.all_hits(k).is_empty();
        let near = || self.track.is_some_and(|t| area::on_map(t, &self.ego().samples()[k]));
        self.places().is_some_and(in_lane) || near()
    }

    /// Lines around the ego in the step from its sample `k` of the block; `None` if it is not in the block.
    pub(crate) fn lines_near(&self, k: usize) -> Option<&lukao_track::LinesNear> {
        self.lines.get_or_init(|| lines::Around::new(self)).at(self, self.track?, k)
    }

    /// Distance that the ego's body keeps at least from the edge of the drivable area in the step from its sample `k`, m: see
    /// [`area::clearances`].
    pub(crate) fn clearance_m(&self, k: usize) -> f64 {
        let make = || self.track.map_or_else(Vec::new, |track| area::clearances(self, track));
        let of_block = self.clearances.get_or_init(make);
        let at = k.checked_sub(self.ego().in_block().start).and_then(|j| of_block.get(j));
        at.copied().unwrap_or(0.0)
    }

    /// Who is ahead in lane at the ego's samples in the block, in the order of [`Ego::in_block`]: see [`lead`].
    /// `None` without a track.
    #[must_use]
    pub fn ahead(&self, who: Who) -> Option<Arc<Vec<Ahead>>> {
        let places = self.places()?;
        let lanes = self.lanes.get_or_init(|| lanes_ahead::Lanes::new(places));
        let [vehicles, anyone] = self.ahead.get_or_init(|| lead::ahead(self, places, lanes).map(Arc::new));
        Some(Arc::clone(if who == Who::Vehicles { vehicles } else { anyone }))
    }

    /// Who is next in the ego's lane at one sample of the window, which need not be in the block, in its way or not; not kept.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    pub fn next_in_lane_at(&self, k: usize, who: Who) -> Option<Ahead> {
        self.ahead_once(k, (who, lanes_ahead::Of::Lane))
    }

    /// Who is ahead at one sample of the window, which need not be in the block; not kept.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    pub fn ahead_at(&self, k: usize, who: Who) -> Option<Ahead> {
        let of_block = self.ahead.get().zip(k.checked_sub(self.ego().in_block().start));
        if let Some(known) = of_block.and_then(|(of, j)| of[usize::from(who != Who::Vehicles)].get(j)) {
            return Some(known.clone());
        }
        self.ahead_once(k, (who, lanes_ahead::Of::Way))
    }

    /// Whether somebody is the vehicle next in the ego's lane at one sample of the window; not kept.
    pub(crate) fn is_next_in_lane_at(&self, k: usize, actor: ActorIx) -> bool {
        let lanes = |places| self.lanes.get_or_init(|| lanes_ahead::Lanes::new(places));
        self.places().is_some_and(|places| lead::is_next_in_lane(self, places, lanes(places), k, actor))
    }

    fn ahead_once(&self, k: usize, of: (Who, lanes_ahead::Of)) -> Option<Ahead> {
        let places = self.places()?;
        let lanes = self.lanes.get_or_init(|| lanes_ahead::Lanes::new(places));
        Some(lead::ahead_at(self, places, lanes, of, k))
    }

    /// Stop lines that the ego's front passes in the steps of the block, by time: see [`stops`]. Empty without
    /// a track.
    #[must_use]
    pub fn stop_lines_passed(&self) -> &[StopLinePassed] {
        self.passed.get_or_init(|| {
            let (Some(track), Some(places)) = (self.track, self.places()) else { return Vec::new() };
            stops::passed(self.window, track, places, |k| self.ego_speed_mps(k))
        })
    }

    /// Junctions that the ego enters in the steps of the block, by time: see [`junction`]. Empty without a track.
    #[must_use]
    pub fn junction_entries(&self) -> &[Entry] {
        self.entries.get_or_init(|| {
            let (Some(track), Some(places)) = (self.track, self.places()) else { return Vec::new() };
            junction::entries(self, track, places)
        })
    }

    /// Whom the ego meets after each of [`Measures::junction_entries`]: see [`conflict`].
    #[must_use]
    pub fn encounters(&self) -> &[Encounters] {
        self.encounters.get_or_init(|| {
            let Some(track) = self.track else { return Vec::new() };
            self.junction_entries().iter().map(|e| conflict::encounters(self, track, e)).collect()
        })
    }

    fn signal_log(&self, track: &Track) -> &stops::SignalLog {
        self.signals.get_or_init(|| stops::SignalLog::new(self.window, self.held, &self.admit, track))
    }

    /// Whether any signal of the log is on the track.
    #[must_use]
    pub fn knows_signals(&self) -> bool {
        self.track.is_some_and(|track| self.signal_log(track).any_known)
    }

    /// Traffic lights at a stop line that govern one of these ways; all at the line if the ways are not known.
    #[must_use]
    pub fn heads(&self, line: StopLineIx, ways: Option<&[PathIx]>) -> Vec<stops::Head<'_>> {
        self.track.map_or_else(Vec::new, |track| self.signal_log(track).heads(track, line, ways))
    }

    /// Signals of the track, whatever they govern.
    #[must_use]
    pub fn heads_of(&self, signals: &[SignalIx]) -> Vec<stops::Head<'_>> {
        let of = |track| signals.iter().map(|s| self.signal_log(track).head(*s)).collect();
        self.track.map_or_else(Vec::new, of)
    }

    /// What heads show to the ego at a time within the block or a step of it: see [`stops`].
    ///
    /// # Errors
    /// Why it is not known.
    pub fn shown(&self, k: usize, heads: &[stops::Head<'_>], t_ns: i64) -> Result<Shown, NotShown> {
        let clock = self.window.runs()[self.ego().samples()[k].run].clock;
        stops::shown(self.window, clock, heads, t_ns)
    }

    /// The ego's contacts on knot intervals of the block, to be put together by
    /// [`ContactScan`](lukao_contact::ContactScan). With `mirrors` the ego is as wide as over its mirrors.
    #[must_use]
    pub fn block_contacts(&self, mirrors: bool) -> Option<Arc<BlockContacts>> {
        let ego = self.ego_actor()?;
        Some(self.contacts.get(mirrors, || {
            let options = contact_options(mirrors);
            lukao_contact::block_contacts(self.window, ego, self.block, &options)
        }))
    }
}

/// How contacts are looked for.
#[must_use]
pub fn contact_options(mirrors: bool) -> Options {
    let mut options = Options::default();
    options.mirrors = mirrors;
    options
}
