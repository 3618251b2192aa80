//! Plain text in columns and paragraphs, by display width: Chinese characters take two places.

use crate::quantity::TIED;

/// Places that a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn wide(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0xffe0..=0xffe6)
}

/// The text filled with blanks to a width.
pub(crate) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Rows in columns, two blanks between, no blanks at the end. The last column is not filled.
pub(crate) fn columns(rows: &[Vec<String>], indent: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |k: usize| rows.iter().filter_map(|r| r.get(k)).map(|c| width(c)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let mut out = String::new();
    for row in rows {
        let line: Vec<String> = row.iter().zip(&widths).map(|(c, w)| pad(c, *w)).collect();
        out.push_str(&plain(format!("{indent}{}", line.join("  ")).trim_end()));
        out.push('\n');
    }
    out
}

/// A paragraph broken at blanks and between Chinese characters, so that lines take at most `most` places where the words allow.
pub(crate) fn wrap(text: &str, first: &str, rest: &str, most: usize) -> String {
    let mut out = String::new();
    let mut line = first.to_string();
    let mut empty = true;
    for word in text.split([' ', '\n']).filter(|w| !w.is_empty()) {
        for (k, part) in parts(word).enumerate() {
            let blank = usize::from(k == 0);
            if !empty && width(&line) + blank + width(part) > most {
                out.push_str(&plain(line.trim_end()));
                out.push('\n');
                line = rest.to_string();
                empty = true;
            }
            if !empty && k == 0 {
                line.push(' ');
            }
            line.push_str(part);
            empty = false;
        }
    }
    out.push_str(&plain(line.trim_end()));
    out.push('\n');
    out
}

/// The parts of a word between which a line may be broken: at Chinese characters, but not before what closes or after what opens.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let closes = |c: char| "，。；：、）”》！？".contains(c);
    let opens = |c: char| "（“《".contains(c);
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, mut before) = chars.next()?;
        let mut at = rest.len();
        for (k, c) in chars {
            if (wide(before) || wide(c)) && !closes(c) && !opens(before) {
                at = k;
                break;
            }
            before = c;
        }
        let (part, more) = rest.split_at(at);
        rest = more;
        Some(part)
    })
}

/// The text with plain blanks for tied ones.
fn plain(text: &str) -> String {
    text.replace(TIED, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_places() {
        assert_eq!(width("路考 a"), 6);
        let rows = [vec!["路".into(), "x".into()], vec!["abc".into(), "y".into()]];
        assert_eq!(columns(&rows, "  "), "  路   x\n  abc  y\n");
    }

    #[test]
    fn paragraphs_break_at_blanks() {
        assert_eq!(wrap("one two three", "- ", "  ", 9), "- one two\n  three\n");
        assert_eq!(wrap("", "- ", "  ", 9), "-\n");
        assert_eq!(
            wrap("一二三，四（五）ab六", "", "", 6),
            "一二\n三，四\n（五）\nab六\n",
            "Chinese has no blanks"
        );
        let tied = format!("one 2.0{TIED}m three");
        assert_eq!(wrap(&tied, "", "", 7), "one\n2.0 m\nthree\n", "a figure keeps its unit");
    }
}
