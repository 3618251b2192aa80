//! Runs one rule over a small drive, in one block or in many, as a grader does.

use lukao_measure::{Admit, Held, LOOK_AHEAD_NS, LOOK_BACK_NS, Measures};
use lukao_model::outcome::Decision;
use lukao_model::time::S;
use lukao_model::{Drive, Interval, Intervals, RuleResult};
use lukao_rules::{Context, Judging};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::{Track, example};

/// A rule's input.
pub struct Case {
    pub drive: Drive,
    pub track: Option<Track>,
    pub params: String,
    pub judging: Judging,
    pub scope: Intervals,
    pub admit: Admit,
}

impl Case {
    pub fn new(drive: Drive) -> Self {
        Self {
            drive,
            track: None,
            params: String::new(),
            judging: Judging::default(),
            scope: Intervals::all(),
            admit: Admit::ALL,
        }
    }

    pub fn on(mut self, track: Track) -> Self {
        self.track = Some(track);
        self
    }

    pub fn params(mut self, toml: &str) -> Self {
        self.params = toml.into();
        self
    }

    /// Counts from one time to another only, s.
    pub fn scoped(mut self, from_s: f64, to_s: f64) -> Self {
        let ns = |t: f64| lukao_model::time::from_s(t).unwrap();
        self.scope = Intervals::from_iter([Interval::new(ns(from_s), ns(to_s))]);
        self
    }

    pub fn guarded(mut self) -> Self {
        self.judging.decision = Decision::Guarded;
        self
    }

    /// In one block.
    pub fn run(&self, rule: &str) -> RuleResult {
        self.run_blocks(rule, 3600 * S)
    }

    /// In blocks on a fixed grid, each with its window.
    pub fn run_blocks(&self, rule: &str, block_ns: i64) -> RuleResult {
        let entry = lukao_rules::find(rule).unwrap_or_else(|| panic!("no rule {rule}"));
        let mut instance = entry.load(&self.params.parse().unwrap()).unwrap();
        let span = self.drive.span().expect("a drive with data");
        let mut held = Held::default();
        let mut absorbed = i64::MIN;
        let mut from = span.from_ns.div_euclid(block_ns) * block_ns;
        while from <= span.to_ns {
            let to = from + block_ns;
            let (begin, end) = (from - LOOK_BACK_NS, to + LOOK_AHEAD_NS);
            held.absorb(&self.drive.slice(absorbed, begin));
            absorbed = begin;
            let window = self.drive.slice(begin, end);
            let block = Interval::new(from, to);
            let measures = Measures::new(&window, block, self.track.as_ref(), self.admit, &held);
            let station = self.track.as_ref().and_then(|t| t.stations().first());
            instance.scan(&Context::new(&measures, &self.scope).judging(self.judging).at(station));
            from = to;
        }
        instance.finish()
    }
}

/// A track whose survey is exact.
pub fn exact(xodr: &str) -> Track {
    Track::from_parts("test", xodr.as_bytes(), Some("accuracy_m = 0.0")).unwrap()
}

pub fn two_lanes(centre: &str) -> Track {
    exact(&example::TWO_LANES.replace("@MARK@", centre))
}

pub fn car(id: &str, x: f64, y: f64, speed: f64) -> ActorBuilder {
    ActorBuilder::car(id).motion(Motion::at(x, y, 0.0).speed(speed).cruise(1000.0)).dynamics()
}

pub fn drive(to_s: f64, ego: ActorBuilder) -> DriveBuilder {
    DriveBuilder::new("twin").span_s(0.0, to_s).hz(20.0).ego(ego)
}

pub fn accurate(actor: ActorBuilder, position_m: f64) -> ActorBuilder {
    actor.accuracy(Some(position_m), Some(0.0)).size_accuracy(Some(0.0))
}

/// A road with a station of this kind all over it; its further elements as TOML.
pub fn station(kind: &str, elements: &str) -> Track {
    let zone = "[[-200, -100], [500, -100], [500, 100], [-200, 100]]";
    let text = format!(
        "format = 1\n[[station]]\nid = \"{kind}-1\"\nkind = \"{kind}\"\nzone = {zone}\naccuracy_m = 0.0\n{elements}"
    );
    two_lanes("broken").with_stations("stations.toml", &text).unwrap()
}
