//! Bytes to text: gzip, byte order mark, encoding.

use std::borrow::Cow;
use std::io::Read;

use lukao_model::{Error, Position};

/// The text of a map file. `max_bytes` bounds it after decompression.
pub(crate) fn decode<'a>(name: &str, bytes: &'a [u8], max_bytes: usize) -> Result<Cow<'a, str>, Error> {
    let too_large = || Error::new(name, format!("at most {max_bytes} bytes of XML"), "more");
    let bytes: Cow<'a, [u8]> = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
        flate2::read::MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut plain).map_err(|e| {
            Error::new(name, "gzip data", e.to_string()).at(Position::Byte(bytes.len() as u64))
        })?;
        Cow::Owned(plain)
    } else {
        Cow::Borrowed(bytes)
    };
    if bytes.len() > max_bytes {
        return Err(too_large());
    }
    if bytes.is_empty() {
        return Err(Error::new(name, "an OpenDRIVE map", "an empty file"));
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf").map_or(0, |_| 3);
    match std::str::from_utf8(&bytes[marked..]) {
        Ok(text) => match without_dashes(text) {
            Some(changed) => Ok(Cow::Owned(changed)),
            None => Ok(match bytes {
                Cow::Borrowed(b) => b.get(marked..).map_or(Cow::Borrowed(""), String::from_utf8_lossy),
                Cow::Owned(_) => Cow::Owned(text.to_owned()),
            }),
        },
        // One byte, one character: names may be wrong in a code page, figures and ids are not.
        Err(_) if says_single_byte(&bytes) => Ok(Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect())),
        Err(e) => {
            let at = marked + e.valid_up_to();
            Err(Error::new(name, "UTF-8 text", "other bytes").at(Position::Byte(at as u64)))
        }
    }
}

/// XML forbids two dashes inside a comment; people write them all the same. The text with spaces in their
/// place, so that positions stay; `None` if there are none.
fn without_dashes(text: &str) -> Option<String> {
    let mut changed: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(open) = text[at..].find("<!").map(|i| at + i) {
        let rest = &text[open..];
        let (skip, close) = if rest.starts_with("<![CDATA[") {
            (9, "]]>")
        } else if rest.starts_with("<!--") {
            (4, "-->")
        } else {
            at = open + 2;
            continue;
        };
        let begin = open + skip;
        let Some(end) = text[begin..].find(close).map(|i| begin + i) else { break };
        let inside = &text[begin..end];
        if close == "-->" && (inside.contains("--") || inside.ends_with('-')) {
            let bytes = changed.get_or_insert_with(|| text.as_bytes().to_vec());
            bytes[begin..end].iter_mut().filter(|b| **b == b'-').for_each(|b| *b = b' ');
        }
        at = end + close.len();
    }
    changed.and_then(|bytes| String::from_utf8(bytes).ok())
}

fn says_single_byte(bytes: &[u8]) -> bool {
    let head: String = bytes.iter().take(200).map(|&b| char::from(b).to_ascii_lowercase()).collect();
    let Some(declaration) = head.strip_prefix("<?xml").and_then(|h| h.split("?>").next()) else {
        return false;
    };
    ["iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii"].iter().any(|e| declaration.contains(e))
}
