//! Notes of the data policy, those that say the same of several actors on one line.

use std::fmt::Write;

use lukao_exam::Verdict;
use lukao_model::time::Interval;

use crate::layout::wrap;
use crate::quantity::Clock;

/// Places of a line.
const WIDTH: usize = 100;

/// Most subjects to name on a line.
const MOST: usize = 6;

/// What reading changed or left out.
pub(crate) struct Note<'a> {
    pub code: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub count: u64,
    pub when: Option<Interval>,
}

/// The notes on a verdict's drives.
pub(crate) fn of(v: &Verdict, clock: Clock) -> String {
    let all = v.drives.iter().flat_map(|d| &d.notes).map(|n| Note {
        code: &n.code,
        subject: &n.subject,
        text: &n.text,
        count: n.count,
        when: n.when,
    });
    lines(all, clock)
}

/// The notes as lines of text, in the order in which each kind comes first.
pub(crate) fn lines<'a>(notes: impl Iterator<Item = Note<'a>>, clock: Clock) -> String {
    let mut groups: Vec<Vec<Note<'a>>> = Vec::new();
    for n in notes {
        match groups.iter_mut().find(|g| (g[0].code, g[0].text) == (n.code, n.text)) {
            Some(group) => group.push(n),
            None => groups.push(vec![n]),
        }
    }
    let mut out = String::new();
    for g in groups {
        let mut text = format!("{}: {}", g[0].code, g[0].text);
        let named: Vec<String> = g
            .iter()
            .filter(|n| !n.subject.is_empty())
            .take(MOST)
            .map(|n| format!("\"{}\"", n.subject))
            .collect();
        // Writing to a String cannot fail.
        if !named.is_empty() {
            let more = if g.len() > MOST { format!(" and {} more", g.len() - MOST) } else { String::new() };
            let _ = write!(text, "; {}{more}", named.join(", "));
        }
        let count: u64 = g.iter().fold(0, |sum, n| sum.saturating_add(n.count));
        if count > g.len() as u64 {
            let _ = write!(text, "; {count} times");
        }
        let join = |a: Interval, b: Interval| Interval {
            from_ns: a.from_ns.min(b.from_ns),
            to_ns: a.to_ns.max(b.to_ns),
        };
        if let Some(when) = g.iter().filter_map(|n| n.when).reduce(join) {
            let _ = write!(text, "; {}", clock.at(&when));
        }
        out.push_str(&wrap(&text, "  - ", "    ", WIDTH));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_many_is_said_once() {
        let note = |subject, text| Note { code: "gap", subject, text, count: 2, when: None };
        let names: Vec<String> = (0..9).map(|k| format!("p{k}")).collect();
        let notes = names.iter().map(|n| note(n, "0.6 s")).chain([note("", "of all")]);
        assert_eq!(
            lines(notes, Clock::of(None)),
            "  - gap: 0.6 s; \"p0\", \"p1\", \"p2\", \"p3\", \"p4\", \"p5\" and 3 more; 18 times\n  - gap: of all; 2 times\n"
        );
    }
}
