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
        flate2::read::MultiGzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut plain)
            .map_err(|e| Error::new(name, "gzip data", e.to_string()).at(Position::Byte(plain_len(bytes))))?;
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
    let text = |b: &[u8]| std::str::from_utf8(b.strip_prefix(b"\xef\xbb\xbf").unwrap_or(b)).map(|_| ());
    match text(&bytes) {
        Ok(()) => {
            let skip = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let utf8 =
                |v: Vec<u8>| String::from_utf8(v).map_err(|_| Error::new(name, "UTF-8 text", "other bytes"));
            Ok(match bytes {
                Cow::Borrowed(b) => Cow::Borrowed(
                    std::str::from_utf8(&b[skip..])
                        .map_err(|_| Error::new(name, "UTF-8 text", "other bytes"))?,
                ),
                Cow::Owned(mut v) => {
                    v.drain(..skip);
                    Cow::Owned(utf8(v)?)
                }
            })
        }
        // One byte, one character: names may be wrong in a code page, figures and ids are not.
        Err(_) if says_single_byte(&bytes) => Ok(Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect())),
        Err(e) => {
            let at = e.valid_up_to();
            Err(Error::new(name, "UTF-8 text", "other bytes").at(Position::Byte(at as u64)))
        }
    }
}

fn plain_len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

fn says_single_byte(bytes: &[u8]) -> bool {
    let head: String = bytes.iter().take(200).map(|&b| char::from(b).to_ascii_lowercase()).collect();
    let Some(declaration) = head.strip_prefix("<?xml").and_then(|h| h.split("?>").next()) else {
        return false;
    };
    ["iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii"].iter().any(|e| declaration.contains(e))
}
