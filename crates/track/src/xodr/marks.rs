//! Records of road marks to marks.

use super::record::MarkRecord;
use crate::mark::{LaneChange, Mark, MarkColour, MarkKind, Stripe};

/// The marks of one border. `number` is the lane whose outer border it is, 0 for the centre line.
pub(crate) fn marks(records: &[MarkRecord], number: i32, from: f64, to: f64) -> Vec<Mark> {
    let mut out: Vec<Mark> = Vec::new();
    for (i, r) in records.iter().enumerate() {
        let begin = (from + r.s).clamp(from, to);
        let end = records.get(i + 1).map_or(to, |next| (from + next.s).clamp(begin, to));
        if end <= begin {
            continue;
        }
        out.push(Mark {
            from_s_m: begin,
            to_s_m: end,
            kind: kind(r, number),
            declared: r.kind.clone(),
            colour: colour(&r.colour),
            width_m: r.width.filter(|w| *w > 0.0),
            lane_change: match r.lane_change.as_str() {
                "both" => Some(LaneChange::Both),
                "none" => Some(LaneChange::None),
                // Lane numbers rise to the left.
                "increase" => Some(LaneChange::ToLeft),
                "decrease" => Some(LaneChange::ToRight),
                _ => None,
            },
        });
    }
    out
}

fn kind(r: &MarkRecord, number: i32) -> MarkKind {
    use Stripe::{Broken, Solid};
    // Double lines read from the inside of the road out, on the centre line from left to right.
    let double =
        |inner: Stripe, outer: Stripe| if number > 0 { vec![outer, inner] } else { vec![inner, outer] };
    let stripes = match r.kind.as_str() {
        "none" => return MarkKind::None,
        "botts dots" => return MarkKind::BottsDots,
        "curb" => return MarkKind::Curb,
        "grass" => return MarkKind::Grass,
        "edge" => return MarkKind::Edge,
        "solid" => vec![Solid],
        "broken" => vec![Broken],
        "solid solid" => vec![Solid, Solid],
        "broken broken" => vec![Broken, Broken],
        "solid broken" => double(Solid, Broken),
        "broken solid" => double(Broken, Solid),
        _ => explicit(r),
    };
    // A line declared with no width cannot be seen; whether one is there nobody can tell.
    let unseen = r.width == Some(0.0) && r.stripes.iter().all(|s| s.width.is_none_or(|w| w == 0.0));
    if stripes.is_empty() || unseen { MarkKind::Unknown } else { MarkKind::Stripes(stripes) }
}

/// Stripes of a mark without a known type, from left to right.
fn explicit(r: &MarkRecord) -> Vec<Stripe> {
    let mut stripes = r.stripes.clone();
    stripes.sort_by(|a, b| b.t.total_cmp(&a.t));
    stripes
        .iter()
        .map(|s| if s.space > 0.0 && s.length > 0.0 { Stripe::Broken } else { Stripe::Solid })
        .collect()
}

fn colour(name: &str) -> MarkColour {
    match name {
        "standard" => MarkColour::Standard,
        "white" => MarkColour::White,
        "yellow" => MarkColour::Yellow,
        "" => MarkColour::Unknown,
        _ => MarkColour::Other,
    }
}
