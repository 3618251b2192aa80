//! Runs rules over a drive as a grader does, without points.

use lukao_measure::{Admit, Held, LOOK_AHEAD_NS, LOOK_BACK_NS, Measures};
use lukao_model::outcome::Decision;
use lukao_model::time::S;
use lukao_model::{Interval, Intervals, RuleResult};
use lukao_rules::{Context, Instance, Judging};
use lukao_synth::Made;

/// How to look at a drive.
#[derive(Clone, Copy)]
pub struct How {
    pub admit: Admit,
    pub decision: Decision,
    pub block_ns: i64,
}

impl Default for How {
    fn default() -> Self {
        Self { admit: Admit::ALL, decision: Decision::Simple, block_ns: 3600 * S }
    }
}

/// One rule with parameters.
pub fn instance(rule: &str, params: &str) -> Box<dyn Instance> {
    let entry = lukao_rules::find(rule).unwrap_or_else(|| panic!("no rule {rule}"));
    let params = params.parse().unwrap_or_else(|e| panic!("parameters of {rule}: {e}"));
    entry.load(&params).unwrap_or_else(|e| panic!("{e}"))
}

/// Runs rules over a drive, in blocks with their windows.
pub fn grade(made: &Made, mut rules: Vec<Box<dyn Instance>>, how: How) -> Vec<RuleResult> {
    let span = made.drive.span().expect("a drive with data");
    let (mut held, mut absorbed) = (Held::default(), i64::MIN);
    let scope = Intervals::all();
    let mut from = span.from_ns.div_euclid(how.block_ns) * how.block_ns;
    while from <= span.to_ns {
        let to = from + how.block_ns;
        let (begin, end) = (from - LOOK_BACK_NS, to + LOOK_AHEAD_NS);
        held.absorb(&made.drive.slice(absorbed, begin));
        absorbed = begin;
        let window = made.drive.slice(begin, end);
        let measures = Measures::new(&window, Interval::new(from, to), made.track.as_ref(), how.admit, &held);
        let judging = Judging { decision: how.decision, max_u: None };
        let station = made.track.as_ref().and_then(|t| t.stations().first());
        let cx = Context::new(&measures, &scope).judging(judging).at(station);
        for rule in &mut rules {
            rule.scan(&cx);
        }
        from = to;
    }
    rules.into_iter().map(Instance::finish).collect()
}
