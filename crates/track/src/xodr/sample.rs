//! From exact borders to polylines that stay close to them.

use lukao_model::Error;

use super::record::RoadRecord;
use super::surface::{Row, row};
use super::xml::Xml;
use crate::limits::MAX_COORDINATE_M;
use crate::plane::{P3, lerp3};

/// How far a sampled border may be from the exact one at the places that are tried, metres. Less than half of
/// what is promised, for the places between them.
const TOLERANCE_M: f64 = 0.003;
/// How far a place along the border may shift, metres: stations are interpolated too.
const ALONG_TOLERANCE_M: f64 = 0.05;
/// Widest distance of samples, metres.
const MAX_STEP_M: f64 = 20.0;
/// Closest distance of samples: kinks that need closer ones are errors of the map, metres.
const MIN_STEP_M: f64 = 0.01;
/// Places tried between two samples.
const TRIED: [f64; 5] = [0.5, 0.25, 0.75, 0.1, 0.9];
/// Steps in the geometry beyond this are kept as steps, metres.
const STEP_M: f64 = 1e-4;

/// Cross-sections of a lane section with rising s; where the map has a step, two with one s.
pub(crate) struct Samples {
    pub s: Vec<f64>,
    pub rows: Vec<Row>,
}

/// End of a section.
pub(crate) fn section_end(road: &RoadRecord, section: usize) -> f64 {
    road.sections.get(section + 1).map_or(road.length, |next| next.s.min(road.length))
}

/// Samples a section. `budget` is what is left of the map's samples.
pub(crate) fn sample(
    road: &RoadRecord,
    section: usize,
    xml: &Xml<'_>,
    budget: &mut usize,
) -> Result<Samples, Error> {
    let (from, to) = (road.sections[section].s, section_end(road, section));
    let mut out = Samples { s: Vec::new(), rows: Vec::new() };
    let breaks = breaks(road, section, from, to);
    for pair in breaks.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        // Inside the interval one set of records holds.
        let pick = f64::midpoint(a, b);
        let exact = |s: f64| row(road, section, s, pick);
        let parts = ((b - a) / MAX_STEP_M).ceil().max(1.0);
        let first = exact(a);
        if out.rows.last().is_none_or(|last| apart(last, &first)) {
            push(&mut out, a, first, road, xml, budget)?;
        }
        let mut k = 0.0;
        while k < parts {
            let end = if k + 1.0 >= parts { b } else { a + (b - a) * (k + 1.0) / parts };
            refine(&exact, end, &mut out, road, xml, budget)?;
            k += 1.0;
        }
    }
    Ok(out)
}

/// Appends samples up to `end`.
fn refine(
    exact: &impl Fn(f64) -> Row,
    end: f64,
    out: &mut Samples,
    road: &RoadRecord,
    xml: &Xml<'_>,
    budget: &mut usize,
) -> Result<(), Error> {
    let mut ends = vec![(end, exact(end))];
    while let Some((b, at_b)) = ends.pop() {
        let Some((&a, at_a)) = out.s.last().zip(out.rows.last()) else { break };
        let close = |f: f64| within(&exact(a + (b - a) * f), at_a, &at_b, f);
        let done = b - a <= MIN_STEP_M || !finite(&at_b) || TRIED.into_iter().all(close);
        if done {
            push(out, b, at_b, road, xml, budget)?;
        } else {
            let middle = f64::midpoint(a, b);
            ends.push((b, at_b));
            ends.push((middle, exact(middle)));
        }
    }
    Ok(())
}

fn push(
    out: &mut Samples,
    s: f64,
    row: Row,
    road: &RoadRecord,
    xml: &Xml<'_>,
    budget: &mut usize,
) -> Result<(), Error> {
    if !finite(&row) {
        let found = format!("a border beyond that at s = {s} m of road {}", road.number);
        return Err(xml.error_at(road.at, format!("coordinates up to {MAX_COORDINATE_M:e} m"), found));
    }
    let cost = row.borders.len() + road.plan.record(s).map_or(0, super::plan::Geometry::cost);
    *budget = budget.checked_sub(cost).ok_or_else(|| {
        let found = format!("more, with road {}", road.number);
        xml.error_at(road.at, "a map within the limit of samples", found)
    })?;
    out.s.push(s);
    out.rows.push(row);
    Ok(())
}

/// All s in a section at which a record begins, with its ends.
fn breaks(road: &RoadRecord, section: usize, from: f64, to: f64) -> Vec<f64> {
    let record = &road.sections[section];
    let mut all = vec![from, to];
    all.extend(road.plan.records.iter().map(|g| g.s));
    for profile in
        [&road.elevation, &road.superelevation, &road.crossfall[0], &road.crossfall[1], &road.lane_offset]
    {
        all.extend(profile.starts());
    }
    all.extend(road.shape.iter().map(|x| x.s));
    for lane in &record.lanes {
        let starts = lane.width.starts().chain(lane.border.starts()).chain(lane.heights.iter().map(|h| h.0));
        all.extend(starts.map(|s| record.s + s));
    }
    all.retain(|s| (from..=to).contains(s));
    all.sort_by(f64::total_cmp);
    all.dedup_by(|b, a| *b - *a < 1e-9);
    // The end stays the end, even if a record begins a hair before it; a section of no length has two ends.
    match all.as_mut_slice() {
        [_] => all.push(to),
        [.., last] => *last = to,
        [] => {}
    }
    all
}

fn points(row: &Row) -> impl Iterator<Item = P3> {
    row.borders.iter().copied()
}

fn finite(row: &Row) -> bool {
    points(row).flatten().chain(row.heights.iter().flatten().copied()).all(|x| x.abs() <= MAX_COORDINATE_M)
}

fn apart(a: &Row, b: &Row) -> bool {
    points(a).zip(points(b)).any(|(p, q)| distance(p, q) > STEP_M)
        || a.heights.iter().flatten().zip(b.heights.iter().flatten()).any(|(x, y)| (x - y).abs() > STEP_M)
}

fn within(exact: &Row, a: &Row, b: &Row, f: f64) -> bool {
    let borders = points(exact).zip(points(a).zip(points(b))).all(|(p, (q, r))| {
        distance(p, lerp3(q, r, f)) <= ALONG_TOLERANCE_M && distance_to_segment(p, q, r) <= TOLERANCE_M
    });
    let lifts =
        exact.heights.iter().flatten().zip(a.heights.iter().flatten().zip(b.heights.iter().flatten()));
    borders && lifts.into_iter().all(|(x, (y, z))| (x - (y + (z - y) * f)).abs() <= TOLERANCE_M)
}

pub(crate) fn distance(p: P3, q: P3) -> f64 {
    let d = [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
    (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt()
}

pub(crate) fn distance_to_segment(p: P3, a: P3, b: P3) -> f64 {
    let (d, e) = ([b[0] - a[0], b[1] - a[1], b[2] - a[2]], [p[0] - a[0], p[1] - a[1], p[2] - a[2]]);
    let dot = |u: P3, v: P3| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    let len2 = dot(d, d);
    let f = if len2 > 0.0 { (dot(d, e) / len2).clamp(0.0, 1.0) } else { 0.0 };
    distance(p, lerp3(a, b, f))
}
