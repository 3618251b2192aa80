//! One row of the matrix: a rule, a fault, and how to plan it at any size.

use lukao_model::outcome::Limit;
use lukao_synth::Plan;

use crate::lack::Lack;

/// A rule, a fault, and how to plan it.
pub struct Case {
    pub rule: &'static str,
    /// The fault in words.
    pub fault: &'static str,
    pub params: String,
    pub limit: Limit,
    pub unit: &'static str,
    /// How far a measured value may be from the planned one; also the step around the limit.
    pub accuracy: f64,
    /// Further sizes, beside the limit and a step to both sides of it.
    pub more: Vec<f64>,
    pub plan: Box<dyn Fn(f64) -> Plan>,
    /// Other conduct that follows by necessity: rule, why.
    pub side: Vec<(&'static str, &'static str)>,
    /// What is taken away beside what the rule says that it needs; and what must then be named.
    pub lacks: Vec<(Lack, &'static str)>,
    pub compliant: Vec<(&'static str, Plan)>,
    pub findings: usize,
    pub exact: bool,
}

impl Case {
    /// A value that may be at most this.
    pub fn at_most(rule: &'static str, limit: f64, unit: &'static str) -> Self {
        Self::new(rule, Limit::AtMost(limit), unit)
    }

    /// A value that must be at least this.
    pub fn at_least(rule: &'static str, limit: f64, unit: &'static str) -> Self {
        Self::new(rule, Limit::AtLeast(limit), unit)
    }

    fn new(rule: &'static str, limit: Limit, unit: &'static str) -> Self {
        Self {
            rule,
            fault: "",
            params: String::new(),
            limit,
            unit,
            accuracy: 0.0,
            more: Vec::new(),
            plan: Box::new(|_| panic!("a case without a plan")),
            side: Vec::new(),
            lacks: Vec::new(),
            compliant: Vec::new(),
            findings: 1,
            exact: false,
        }
    }

    /// The fault in words, and how to plan it at a size: the value that the rule will measure.
    pub fn fault(mut self, words: &'static str, plan: impl Fn(f64) -> Plan + 'static) -> Self {
        (self.fault, self.plan) = (words, Box::new(plan));
        self
    }

    /// Parameters of the rule, as TOML.
    pub fn params(mut self, toml: &str) -> Self {
        self.params = toml.into();
        self
    }

    /// How exactly the plan knows the value. Drives are made this far to both sides of the limit. Without it (what is
    /// counted or yes-or-no) only the sizes of [`Case::sizes`] are driven, and the value must be met exactly.
    pub fn accuracy(mut self, by: f64) -> Self {
        self.accuracy = by;
        self
    }

    /// Further sizes.
    pub fn sizes(mut self, sizes: &[f64]) -> Self {
        self.more.extend(sizes);
        self
    }

    /// Other conduct that follows from this fault by necessity.
    pub fn side(mut self, rule: &'static str, why: &'static str) -> Self {
        self.side.push((rule, why));
        self
    }

    /// Taking this away as well makes the rule undetermined, and it names `what`.
    pub fn lacks(mut self, lack: Lack, what: &'static str) -> Self {
        self.lacks.push((lack, what));
        self
    }

    /// One more drive in which nothing is to be found.
    pub fn compliant(mut self, words: &'static str, plan: Plan) -> Self {
        self.compliant.push((words, plan));
        self
    }

    /// One fault is this many findings; otherwise one.
    pub fn findings(mut self, n: usize) -> Self {
        self.findings = n;
        self
    }

    /// The rule's answer does not rest on the accuracy of anything: a state, a count. Otherwise a guarded decision on
    /// data of unknown accuracy may not pass.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Whether a size breaks the limit.
    pub fn is_fault(&self, size: f64) -> bool {
        self.limit.margin(size) < 0.0
    }

    /// All sizes, from the smallest to the greatest.
    pub fn all_sizes(&self) -> Vec<f64> {
        let at = self.limit.value();
        let mut all = self.more.clone();
        if self.accuracy > 0.0 {
            all.extend([at - self.accuracy, at, at + self.accuracy]);
        }
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }
}
