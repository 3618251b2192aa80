//! The rule `left-turn-right-of-centre`.

use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Manoeuvre, Value};
use lukao_model::code::Indicator;
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::{Interval, RuleResult, math};
use lukao_track::{LaneIx, PathIx, Track, Travel};

use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns left round the wrong side of a junction's centre point.
    ///
    /// ## Checks
    /// How far the middle of the footprint passes to the right of the centre point, so that it has the point on its left.
    ///
    /// ## Method
    /// At each left turn through a junction, from when the front enters it to when the rear has left it. The centre point is where
    /// the centre lines of the road by which the ego comes and of the one by which it leaves meet, both drawn on straight. A road's
    /// centre line lies halfway between the inner edges of its two directions. Measured is the distance of the path from the
    /// point where it is least, negative if the point stays on the right. An opportunity is a left turn.
    ///
    /// ## Cannot tell
    /// Off the map; where the way through the junction is not seen to its end, or the track does not give its exit. Where a road
    /// has one direction on the map, its centre line may be its left edge (the other direction is a road of its own) or its middle:
    /// where that decides, nobody can tell. So with lanes used in both directions.
    ///
    /// ## Limits
    /// `max_m`; at equality it is kept. Where traffic keeps left, turns are not looked at. Turning round is another rule's.
    /// Uncertainty from position and survey.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51(3): to turn left, pass left of the centre point of
    /// the junction (basis: text). No map gives that point: where it is, is this project's own reading (basis: profile).
    LeftTurnRightOfCentre = "left-turn-right-of-centre" {
        /// How far to the right of the point is let pass.
        number max_m = 0.0, "m", 0.0..=10.0;
    }
}

impl Rule for LeftTurnRightOfCentre {
    type Params = Params;
    /// Left turns.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, turns: &mut u64, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let left = |x: &&Manoeuvre| x.kind == Kind::Turn && x.side == Indicator::Left;
        for x in cx.manoeuvres(out).filter(left) {
            let Some(from) = x.lane.filter(|l| !track.road(track.lane(*l).road).left_hand) else { continue };
            *turns += 1;
            judge(cx, track, p, x, from, out);
        }
    }

    fn finish(_: &Params, turns: u64, out: &mut RuleResult) {
        out.opportunities = turns;
    }
}

const WAY: &str = "way through the junction";

fn judge(cx: &Context<'_>, track: &Track, p: &Params, x: &Manoeuvre, from: LaneIx, out: &mut RuleResult) {
    let m = cx.measures;
    let when = Interval::new(x.from_ns, x.to_ns);
    let ways = m.places().and_then(|places| places.ways_through(x.k)).unwrap_or_default();
    let exits: Option<Vec<LaneIx>> = ways.iter().map(|w: &PathIx| track.path(*w).to).collect();
    let Some(exits) = exits.filter(|e| !e.is_empty()) else {
        return cx.missing_in(out, when, WAY, "the track does not give its exit");
    };
    let mut centres = Vec::new();
    for (a, b) in exits.iter().flat_map(|to| pairs(&axes(track, from, true), &axes(track, *to, false))) {
        centres.extend(crossing(a, b));
    }
    let run = &m.window().runs()[m.ego().samples()[x.k].run];
    let known = Uncertainty::from_option;
    let u = known(run.accuracy.position_m.at(m.ego().samples()[x.k].i)).rss(known(track.survey().accuracy_m));
    let limit = Limit::AtMost(p.max_m);
    let by = |c: &[f64; 2]| Some(Value { value: right_of(cx, when, *c)?, u });
    let values: Option<Vec<Value>> = centres.iter().map(by).collect();
    let Some(values) = values.filter(|v| !v.is_empty()) else {
        return cx.missing_in(out, when, "centre point", "the track does not give the centre lines");
    };
    let broken = |v: &Value| matches!(cx.judge(limit, *v), Judgement::Broken { .. });
    if values.iter().any(broken) && !values.iter().all(broken) {
        let why = "a road has one direction on the track, and its centre line decides";
        return cx.missing_in(out, when, "centre point", why);
    }
    // Of several the one that is nearest to the limit.
    let off = |v: &Value| limit.margin(v.value).abs();
    let Some(measured) = values.into_iter().min_by(|a, b| off(a).total_cmp(&off(b))) else { return };
    let event = Event {
        rule: META.id,
        what: "turned left round the wrong side of the centre point".into(),
        value: "distance from the centre point",
        unit: "m",
        when,
        limit,
        measured,
    };
    event.judge(cx, out, |f| {
        f.element = ways.first().map(|w| format!("junction {}", track.path(*w).junction))
    });
}

/// A straight line: a point and a direction, rad.
type Axis = ([f64; 2], f64);

fn pairs(a: &[Axis], b: &[Axis]) -> Vec<(Axis, Axis)> {
    a.iter().flat_map(|a| b.iter().map(|b| (*a, *b))).collect()
}

/// What may be the centre line of a lane's road, at the lane's end or begin.
fn axes(track: &Track, lane: LaneIx, at_end: bool) -> Vec<Axis> {
    let l = track.lane(lane);
    let heading = l.heading_at(if at_end { l.length_m() } else { 0.0 });
    let beside = track.road(l.road).lanes.iter().map(|ix| track.lane(*ix));
    let beside: Vec<_> = beside.filter(|o| o.section == l.section && o.kind.is_traffic()).collect();
    if beside.iter().any(|o| o.travel == Travel::Both) {
        return Vec::new();
    }
    // Borders at this end of the road, from right to left, of its own direction or of the other one.
    let (sin, cos) = math::sin_cos(heading);
    let to_left = |p: &[f64; 3]| p[1] * cos - p[0] * sin;
    let borders = |own: bool| {
        let of = beside.iter().filter(|o| (o.travel == l.travel) == own);
        // Lanes of the other direction begin where this one ends.
        let end = |points: &[[f64; 3]]| if own == at_end { points.last() } else { points.first() }.copied();
        let mut all: Vec<[f64; 3]> = of.flat_map(|o| [end(&o.left_m), end(&o.right_m)]).flatten().collect();
        all.sort_by(|a, b| to_left(a).total_cmp(&to_left(b)));
        all
    };
    let between =
        |a: [f64; 3], b: [f64; 3]| ([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])], heading);
    match (borders(true).as_slice(), borders(false).first()) {
        ([.., inner], Some(theirs)) => vec![between(*inner, *theirs)],
        ([outer, .., inner], None) => vec![between(*inner, *inner), between(*inner, *outer)],
        _ => Vec::new(),
    }
}

/// Where two lines meet; `None` if they hardly do.
fn crossing(a: Axis, b: Axis) -> Option<[f64; 2]> {
    let ((sa, ca), (sb, cb)) = (math::sin_cos(a.1), math::sin_cos(b.1));
    let det = ca * sb - sa * cb;
    let (dx, dy) = (b.0[0] - a.0[0], b.0[1] - a.0[1]);
    let along = (dx * sb - dy * cb) / det;
    (det.abs() > 0.1).then(|| [a.0[0] + along * ca, a.0[1] + along * sa])
}

/// How far to the right of a point the ego's middle passes, by its samples around a stretch, m.
fn right_of(cx: &Context<'_>, when: Interval, c: [f64; 2]) -> Option<f64> {
    let (ego, samples) = (cx.measures.ego(), cx.measures.ego().samples());
    let first = ego.at_or_before(when.from_ns)?;
    let steps = (first..samples.len()).take_while(|k| samples[*k].t_ns < when.to_ns && samples[*k].goes_on);
    let aside = steps.map(|k| {
        let (p, q) = (samples[k].pose, samples[k + 1].pose);
        let (d, e) = ([q.x_m - p.x_m, q.y_m - p.y_m], [c[0] - p.x_m, c[1] - p.y_m]);
        let way = d[0] * d[0] + d[1] * d[1];
        let part = if way > 0.0 { ((d[0] * e[0] + d[1] * e[1]) / way).clamp(0.0, 1.0) } else { 0.0 };
        let off = math::hypot(e[0] - part * d[0], e[1] - part * d[1]);
        // Standing, the heading tells the sides.
        let (sin, cos) = math::sin_cos(p.yaw_rad);
        if cos * e[1] - sin * e[0] > 0.0 { off } else { -off }
    });
    aside.min_by(|a, b| a.abs().total_cmp(&b.abs()))
}
