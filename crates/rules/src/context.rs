//! What a rule is given to scan, and what it says that it needs.

use lukao_measure::{Ahead, EgoSample, Manoeuvre, Measures, Value, Who};
use lukao_model::outcome::{Decision, Judgement, Limit, Uncertainty};
use lukao_model::values::Values;
use lukao_model::{Channel, Interval, Intervals, Origin, RuleResult, Subject};

use lukao_track::Station;

use crate::words::OFF_MAP;

/// Why a value was not judged though it was measured.
pub const UNSURE: &str = "within its uncertainty of the limit, or too uncertain to be judged";

/// One block of a drive, to be scanned by one rule in one scope.
pub struct Context<'a> {
    /// Shared measures over the block's window.
    pub measures: &'a Measures<'a>,
    /// The scope: times that count. *Not* cut to the block, since what begins in a block may end after it; it
    /// must be right up to the end of the block's window.
    pub scope: &'a Intervals,
    /// How values near a limit are decided.
    pub judging: Judging,
    /// The station of the attempt that is judged; `None` if it is not driven at one.
    pub station: Option<&'a Station>,
}

/// A text of the log: a mark, a command, a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Said<'a> {
    /// When, ns.
    pub t_ns: i64,
    /// What.
    pub text: &'a str,
    /// By whom.
    pub origin: Origin,
}

/// How values near a limit are decided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judging {
    /// Simple or guarded.
    pub decision: Decision,
    /// Largest uncertainty with which the rule's limit may be judged, in the rule's unit.
    pub max_u: Option<f64>,
}

impl Judging {
    /// Compares a value with a limit.
    #[must_use]
    pub fn judge(&self, limit: Limit, value: Value) -> Judgement {
        limit.judge(value.value, value.u, self.decision, self.max_u)
    }
}

impl<'a> Context<'a> {
    /// A block with its scope, decided simply.
    #[must_use]
    pub fn new(measures: &'a Measures<'a>, scope: &'a Intervals) -> Self {
        Self { measures, scope, judging: Judging::default(), station: None }
    }

    /// The same with another way of deciding.
    #[must_use]
    pub fn judging(mut self, judging: Judging) -> Self {
        self.judging = judging;
        self
    }

    /// The same for an attempt at a station.
    #[must_use]
    pub fn at(mut self, station: Option<&'a Station>) -> Self {
        self.station = station;
        self
    }

    /// The block: times `from_ns <= t < to_ns`.
    #[must_use]
    pub fn block(&self) -> Interval {
        self.measures.block()
    }

    /// Whether data of a channel of that origin count.
    #[must_use]
    pub fn admits(&self, channel: Channel, origin: Origin) -> bool {
        self.measures.admit().admits(channel, origin)
    }

    /// Texts of a channel that count, of one subject, from a time of the window on, by time.
    pub(crate) fn texts(&self, of: Subject, channel: Channel, from_ns: i64) -> Vec<Said<'a>> {
        let drive = self.measures.window();
        let series = drive.series_of(of).iter().map(|s| (&s.channels, drive.series_times(s)));
        let runs = match of {
            Subject::Actor(a) => drive.runs_of(a),
            _ => &[],
        };
        let mut out = Vec::new();
        for (channels, times) in series.chain(runs.iter().map(|r| (&r.channels, drive.times(r)))) {
            let Some(data) = channels.get(channel).filter(|d| self.admits(channel, d.origin)) else {
                continue;
            };
            let Values::Text(texts) = &data.values else { continue };
            for (i, t_ns) in times.iter().enumerate().filter(|x| *x.1 >= from_ns) {
                out.extend(texts.get(i).map(|text| Said { t_ns: *t_ns, text, origin: data.origin }));
            }
        }
        out.sort_by_key(|x| x.t_ns);
        out
    }

    /// How well the station is surveyed, m: as it says itself, else as its track.
    #[must_use]
    pub fn station_u(&self) -> Uncertainty {
        let track = || self.measures.track().and_then(|t| t.survey().accuracy_m);
        Uncertainty::from_option(self.station.and_then(|s| s.accuracy_m).or_else(track))
    }

    /// Compares a value with a limit.
    #[must_use]
    pub fn judge(&self, limit: Limit, value: Value) -> Judgement {
        self.judging.judge(limit, value)
    }

    /// The ego's samples in block and scope, with their indices in [`lukao_measure::Ego::samples`].
    pub fn samples(&self) -> impl Iterator<Item = (usize, EgoSample)> + '_ {
        let ego = self.measures.ego();
        ego.in_block().map(|k| (k, ego.samples()[k])).filter(|(_, s)| self.scope.contains(s.t_ns))
    }

    /// The parts of an interval that lie in the scope.
    pub fn in_scope(&self, when: Interval) -> impl Iterator<Item = Interval> + '_ {
        let scope = self.scope.as_slice();
        let first = scope.partition_point(|i| i.to_ns < when.from_ns);
        scope[first..].iter().map_while(move |i| i.meet(&when))
    }

    /// Notes the steps of the block as judged where the ego is on the map, and as missing where it is not: for rules about events
    /// that are told from the track.
    pub fn judged_on_map(&self, out: &mut RuleResult) {
        for (k, _) in self.samples() {
            if !self.measures.on_map(k) {
                self.missing(out, k, "lane", OFF_MAP);
            } else {
                self.judged(out, k);
            }
        }
    }

    /// The ego's manoeuvres of the block that are in scope. Notes the steps as judged where the ego is on the map, and as missing
    /// where it is not, or where what it does in a junction is not known.
    pub fn manoeuvres(&self, out: &mut RuleResult) -> impl Iterator<Item = &'a Manoeuvre> + use<'a> {
        self.judged_on_map(out);
        let (all, scope) = (self.measures.manoeuvres(), self.scope);
        for k in &all.unknown {
            self.missing(out, *k, "way through the junction", "not on the track, or not seen to its end");
        }
        all.known.iter().filter(move |x| scope.contains(x.t_ns))
    }

    /// Notes the steps of the block as judged where it is known who is ahead of the ego, and as missing where it is not: for rules
    /// about events with others in its lane.
    pub fn judged_if_ahead_known(&self, out: &mut RuleResult) {
        let Some(ahead) = self.measures.ahead(Who::Vehicles) else { return };
        let first = self.measures.ego().in_block().start;
        for (k, _) in self.samples() {
            match &ahead[k - first] {
                Ahead::Unknown(what, why) => self.missing(out, k, what, why),
                Ahead::Free | Ahead::Lead(_) => self.judged(out, k),
            }
        }
    }

    /// Notes that all steps of the block were judged.
    pub fn judged_all(&self, out: &mut RuleResult) {
        for part in self.measures.ego().steps_in_block().iter().flat_map(|when| self.in_scope(*when)) {
            out.judged.insert(part);
        }
    }

    /// Notes that the step from the ego's sample `k` to the next was judged.
    #[inline]
    pub fn judged(&self, out: &mut RuleResult, k: usize) {
        let step = self.measures.ego().step(k);
        // All of most drives is in scope.
        if let [all] = self.scope.as_slice()
            && all.from_ns <= step.from_ns
            && step.to_ns <= all.to_ns
        {
            return out.judged.insert(step);
        }
        for part in self.in_scope(step) {
            out.judged.insert(part);
        }
    }

    /// Notes that the step from the ego's sample `k` to the next could not be judged.
    pub fn missing(&self, out: &mut RuleResult, k: usize, what: &str, why: &str) {
        self.missing_in(out, self.measures.ego().step(k), what, why);
    }

    /// Notes that an interval could not be judged.
    pub fn missing_in(&self, out: &mut RuleResult, when: Interval, what: &str, why: &str) {
        for part in self.in_scope(when) {
            out.missing(what, why, part);
        }
    }

    /// Notes that a value was too uncertain to be judged against its limit from the ego's sample `k` to the next.
    pub fn unsure(&self, out: &mut RuleResult, k: usize, what: &str) {
        self.missing(out, k, what, UNSURE);
    }
}

/// Something that a rule cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Need {
    /// The vehicle under test, with poses.
    Ego,
    /// A channel of the ego, on its run or in a series.
    EgoChannel(Channel),
    /// A track in the drive's frame.
    Track,
    /// States of signal heads.
    SignalStates,
    /// A station of the attempt, and this of it.
    Station(OfStation),
}

/// What a station may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OfStation {
    /// Nothing more than being there.
    Any,
    /// Lines that are not to be crossed.
    Edges,
    /// Parking bays.
    Slots,
    /// A line to stop at.
    Line,
}

impl OfStation {
    /// Why the station that there is will not do; `None` if it will.
    #[must_use]
    pub fn lack(self, station: Option<&Station>) -> Option<&'static str> {
        let Some(station) = station else { return Some("the attempt is driven at no station") };
        match self {
            Self::Any => None,
            Self::Edges => station.edges.is_empty().then_some("the station has no edges"),
            Self::Slots => station.slots.is_empty().then_some("the station has no slots"),
            Self::Line => station.line.is_none().then_some("the station has no line"),
        }
    }
}

impl Need {
    /// What to say is missing: a channel's name, or what of the track.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ego => "ego",
            Self::EgoChannel(c) => c.name(),
            Self::Track => "track",
            Self::SignalStates => Channel::SignalState.name(),
            Self::Station(_) => "station",
        }
    }
}

/// What a rule cannot do without. Without one of these it is not run and is undetermined.
pub type Needs = Vec<Need>;
