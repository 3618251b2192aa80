//! A stretch of the drive in which something goes on, measured by its way or its time: what the rules share that let pass
//! a little of it.
//!
//! A stretch lasts from its first to its last sample; ones at most `merge_s` apart are one, and what lies between is not
//! counted. Uncertainty of a way: √2 times that of a position; of a time: the longest step between its samples;
//! unknown if the position's is.

use lukao_measure::{EgoSample, Value};
use lukao_model::outcome::{Detail, Judgement, Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Interval, RuleResult, math};

use crate::context::{Context, Judging, UNSURE};
use crate::episode::{Pace, finding, number};

/// What of a stretch is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The way driven, m.
    Way,
    /// How long it lasts, s.
    Time,
}

/// How a rule calls a stretch, and how much of it is let pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Id of the rule.
    pub rule: &'static str,
    /// The conduct.
    pub what: &'static str,
    /// What is limited, in words.
    pub quantity: &'static str,
    /// Which of its measures.
    pub by: By,
    /// The most that is let pass, m or s.
    pub most: f64,
    /// Stretches at most this far apart are one, s.
    pub merge_s: f64,
    /// A finding gives the other measure too.
    pub both: bool,
}

/// What a finding says of the place: that of the stretch's first sample.
#[derive(Clone, Debug, Default)]
pub(crate) struct Here {
    /// Element of the track.
    pub element: Option<String>,
    /// Others concerned.
    pub actors: Vec<String>,
    /// Further figures.
    pub details: Vec<Detail>,
}

/// The open stretch, and how to judge it.
#[derive(Default)]
pub(crate) struct Stretch {
    open: Option<Open>,
    judging: Judging,
}

struct Open {
    from_ns: i64,
    last: EgoSample,
    /// End of the step that begins at the last sample, if the last sample looked at is in the stretch.
    joins_ns: Option<i64>,
    way_m: f64,
    time_ns: i64,
    step_ns: i64,
    u: Uncertainty,
    here: Here,
}

impl Stretch {
    /// Goes on to the ego's sample `k`: `here` says what is there if it is in the stretch.
    pub(crate) fn step(
        &mut self,
        cx: &Context<'_>,
        k: usize,
        here: Option<Here>,
        m: &Manner,
        out: &mut RuleResult,
    ) {
        self.judging = cx.judging;
        let s = cx.measures.ego().samples()[k];
        let merge_ns = Pace::new(0.0, m.merge_s).merge_ns;
        let over = |o: &Open| s.t_ns - o.last.t_ns > merge_ns && o.joins_ns != Some(s.t_ns);
        if let Some(done) = self.open.take_if(|o| over(o)) {
            close(done, m, self.judging, out);
        }
        let Some(here) = here else {
            if let Some(open) = &mut self.open {
                open.joins_ns = None;
            }
            return;
        };
        let run = &cx.measures.window().runs()[s.run];
        let u = Uncertainty::from_option(run.accuracy.position_m.at(s.i)).times(std::f64::consts::SQRT_2);
        let step = cx.measures.ego().step(k);
        let open = self.open.get_or_insert(Open {
            from_ns: s.t_ns,
            last: s,
            joins_ns: None,
            way_m: 0.0,
            time_ns: 0,
            step_ns: 0,
            u,
            here,
        });
        // What lies between two samples of the stretch belongs to it; what lies across a pause does not.
        if open.joins_ns == Some(s.t_ns) {
            let (a, b) = (open.last.pose, s.pose);
            open.way_m += math::hypot(b.x_m - a.x_m, b.y_m - a.y_m);
            open.time_ns += s.t_ns - open.last.t_ns;
        }
        open.u = lukao_measure::value::greater(open.u, u);
        open.step_ns = open.step_ns.max(step.len_ns());
        open.last = s;
        open.joins_ns = s.goes_on.then_some(step.to_ns);
    }

    /// Closes what is open.
    pub(crate) fn finish(self, m: &Manner, out: &mut RuleResult) {
        if let Some(open) = self.open {
            close(open, m, self.judging, out);
        }
    }
}

fn close(open: Open, m: &Manner, judging: Judging, out: &mut RuleResult) {
    let limit = Limit::AtMost(m.most);
    let (value, u, unit) = match m.by {
        By::Way => (open.way_m, open.u, "m"),
        // Whether it is in the stretch at all depends on the position.
        By::Time if open.u == Uncertainty::Unknown => (to_s(open.time_ns), open.u, "s"),
        By::Time => (to_s(open.time_ns), Uncertainty::Known(to_s(open.step_ns)), "s"),
    };
    let measured = Value { value, u };
    match judging.judge(limit, measured) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => {
            out.missing(m.quantity, UNSURE, Interval::new(open.from_ns, open.last.t_ns));
        }
        Judgement::Broken { .. } => {
            let mut f = finding(m.rule, m.what, &open.last, limit, measured, unit);
            f.from_ns = open.from_ns;
            f.element = open.here.element;
            f.actors = open.here.actors;
            f.details = open.here.details;
            f.details.extend(m.both.then(|| match m.by {
                By::Way => number("duration_s", to_s(open.time_ns)),
                By::Time => number("way_m", open.way_m),
            }));
            out.findings.push(f);
        }
    }
}
