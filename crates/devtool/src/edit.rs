//! Putting lines into texts.

/// Puts `line` among the lines that `key` knows, so that their keys stay in order: in the last paragraph of them, since helpers have
/// one of their own before the rules.
///
/// # Errors
/// If there is no such line, or one with that key already.
pub(crate) fn sorted_in(
    text: &str,
    line: &str,
    key: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let own = key(line).ok_or_else(|| format!("not a line of its kind: {line}"))?;
    let mut lines: Vec<&str> = text.lines().collect();
    let known: Vec<(usize, String)> =
        lines.iter().enumerate().filter_map(|(i, l)| Some((i, key(l)?))).collect();
    let (last, _) = known.last().ok_or_else(|| format!("no line to put \"{}\" beside", line.trim()))?;
    if known.iter().any(|(_, k)| *k == own) {
        return Err(format!("{own} is there already"));
    }
    let paragraph = lines[..*last].iter().rposition(|l| l.trim().is_empty()).unwrap_or(0);
    let at = known.iter().find(|(i, k)| *i >= paragraph && *k > own).map_or(last + 1, |(i, _)| *i);
    lines.insert(at, line);
    Ok(lines.join("\n") + "\n")
}

/// Puts `what` right after the first line `    vec![` that follows `head`.
///
/// # Errors
/// If there is none.
pub(crate) fn first_in_list(text: &str, head: &str, what: &str) -> Result<String, String> {
    const LIST: &str = "\n    vec![\n";
    let from = text.find(head).ok_or_else(|| format!("there is no \"{head}\""))?;
    let list = text[from..].find(LIST).ok_or_else(|| format!("there is no list after \"{head}\""))?;
    let at = from + list + LIST.len();
    Ok(format!("{}{what}{}", &text[..at], &text[at..]))
}

/// Puts `what` right before `head`.
///
/// # Errors
/// If there is none.
pub(crate) fn before(text: &str, head: &str, what: &str) -> Result<String, String> {
    let at = text.find(head).ok_or_else(|| format!("there is no \"{head}\""))?;
    Ok(format!("{}{what}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_into_the_last_paragraph() {
        let put = |line: &str| {
            let key = |l: &str| l.strip_prefix("mod ").map(str::to_owned);
            sorted_in("mod p\nmod t\n\nmod b\nmod d\nend\n", line, key)
        };
        assert_eq!(put("mod a").as_deref(), Ok("mod p\nmod t\n\nmod a\nmod b\nmod d\nend\n"));
        assert_eq!(put("mod c").as_deref(), Ok("mod p\nmod t\n\nmod b\nmod c\nmod d\nend\n"));
        assert_eq!(put("mod z").as_deref(), Ok("mod p\nmod t\n\nmod b\nmod d\nmod z\nend\n"));
        assert_eq!(put("mod t"), Err("t is there already".into()), "a helper has the name");
    }
}
