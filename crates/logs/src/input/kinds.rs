//! Telling one format from another by content, and saying what a file is that is none of ours.

use lukao_model::{Error, Position};

use super::{Format, Input};

/// How much of a file is looked at.
const HEAD: usize = 64 << 10;

/// Tells a format by its content.
///
/// # Errors
/// If it is none that is known; the error says what it looks like.
pub fn sniff(input: &Input) -> Result<Format, Error> {
    let b = &input.bytes[..];
    if b.starts_with(b"ARROW1") {
        // The native file names its schema in the metadata; any other Arrow file is a table.
        return Ok(if crate::native::is_native(b) {
            Format::Native
        } else if crate::argoverse::is_annotations(b) {
            Format::Argoverse
        } else {
            Format::Arrow
        });
    }
    if b.starts_with(b"\x89MCAP0\r\n") {
        return Ok(Format::Mcap);
    }
    if b.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    let text = text_of(b);
    if text.starts_with('<') {
        return match root(&text) {
            Some("fcd-export") => Ok(Format::Sumo),
            Some("commonRoad") => Ok(Format::CommonRoad),
            // A comment longer than what is looked at hides the root; SUMO writes its options there.
            None if text.contains("fcd-output") => Ok(Format::Sumo),
            _ => {
                let want = "an <fcd-export> or <commonRoad> element";
                Err(Error::new(&input.name, want, what_is(b)).at(Position::Line(1, 1)))
            }
        };
    }
    if crate::osi::looks_like_trace(b) {
        return Ok(Format::Osi);
    }
    if is_text(b) && magic(b).is_none() && !text.starts_with(['{', '[']) && !text.is_empty() {
        return Ok(Format::Csv);
    }
    let want = "a log (native, OSI, MCAP, SUMO FCD, CommonRoad, Argoverse 2, CSV, Arrow or Parquet)";
    Err(Error::new(&input.name, want, what_is(b)).at(Position::Byte(0)))
}

fn text_of(b: &[u8]) -> String {
    let text = String::from_utf8_lossy(&b[..b.len().min(HEAD)]);
    text.trim_start_matches('\u{feff}').trim_start().to_owned()
}

fn is_text(b: &[u8]) -> bool {
    let printable = |c: &u8| c.is_ascii_graphic() || c.is_ascii_whitespace() || *c >= 0x80;
    !b.is_empty() && b[..b.len().min(4096)].iter().all(printable)
}

/// Name of an XML text's root element, if it begins within the text.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!") => ">",
            _ => break,
        };
        rest = &rest[rest.find(end)? + end.len()..];
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
    Some(&name[..end])
}

/// What bytes at the head of a file mean, for files that are no log of ours.
const MAGIC: [(&[u8], &str); 22] = [
    (b"ARROW1", "an Arrow file"),
    (b"\x89MCAP0\r\n", "an MCAP file"),
    (b"PAR1", "a Parquet file"),
    (b"\xff\xff\xff\xff", "an Arrow stream; write it as an Arrow file"),
    (b"#ROSBAG", "a ROS 1 bag; convert it to MCAP"),
    (b"SQLite format 3\0", "an SQLite file, perhaps a ROS 2 bag; convert it to MCAP"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"MDF ", "an ASAM MDF file"),
    (b"UnFinMF ", "an ASAM MDF file that was not finished"),
    (b"LOGG", "a Vector BLF file"),
    (b"\xd4\xc3\xb2\xa1", "a network capture (pcap)"),
    (b"\x0a\x0d\x0d\x0a", "a network capture (pcapng)"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data; unpack it first"),
    (b"\xfd7zXZ\0", "xz data; unpack it first"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
];

fn magic(b: &[u8]) -> Option<&'static str> {
    MAGIC.iter().find(|(m, _)| b.starts_with(m)).map(|(_, what)| *what)
}

/// What a file is, in words, for errors: `an OpenDRIVE map`, `a ROS 1 bag; convert it to MCAP` …
///
/// ```
/// assert_eq!(lukao_logs::input::what_is(b"<?xml version=\"1.0\"?><OpenDRIVE/>"), "an OpenDRIVE map, not a log");
/// assert_eq!(lukao_logs::input::what_is(b""), "an empty file");
/// ```
#[must_use]
pub fn what_is(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty file".into();
    }
    if let Some(what) = magic(bytes) {
        return what.into();
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return "UTF-16 text; save it as UTF-8".into();
    }
    let text = text_of(bytes);
    if text.starts_with('<') {
        return match root(&text) {
            Some("OpenDRIVE") => "an OpenDRIVE map, not a log".into(),
            Some("OpenSCENARIO") => "an OpenSCENARIO scenario, not a log".into(),
            Some("net") => "a SUMO network, not a log".into(),
            Some("osm") => "an OpenStreetMap or Lanelet2 map, not a log".into(),
            Some("fcd-export") => "SUMO FCD output".into(),
            Some("commonRoad") => "a CommonRoad scenario".into(),
            Some(name) => format!("XML with the root <{}>", short(name)),
            None => "XML without a root element".into(),
        };
    }
    if is_text(bytes) {
        return match text.chars().next() {
            None => "an empty text".into(),
            Some('{' | '[') => "JSON or the like".into(),
            _ => format!("text that begins \"{}\"", short(text.lines().next().unwrap_or_default())),
        };
    }
    format!("bytes {:02x?}", &bytes[..bytes.len().min(8)])
}

/// The first characters of a text, none of which a terminal would obey.
fn short(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let cut = (text.chars().nth(40).is_some()).then_some('…');
    text.chars().take(40).map(shown).chain(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<Format, String> {
        sniff(&Input { name: "f".into(), bytes: bytes.to_vec() }).map_err(|e| e.to_string())
    }

    #[test]
    fn formats_by_content() {
        assert_eq!(told(b"\xef\xbb\xbft,x\n1,2\n"), Ok(Format::Csv));
        assert_eq!(told(b"<?xml version=\"1.0\"?>\n<!-- a\n<net/> --><fcd-export>"), Ok(Format::Sumo));
        let long = format!("<!-- <fcd-output value=\"x\"/> {} --><fcd-export>", "x".repeat(HEAD));
        assert_eq!(told(long.as_bytes()), Ok(Format::Sumo));
        assert_eq!(told(b"\x89MCAP0\r\n"), Ok(Format::Mcap));
        assert_eq!(told(b"PAR1"), Ok(Format::Parquet));
        assert_eq!(told(b"<?xml version=\"1.0\"?><commonRoad>"), Ok(Format::CommonRoad));
        assert_eq!(told(b"ARROW1\0\0"), Ok(Format::Arrow));
    }

    #[test]
    fn what_is_no_log_is_named() {
        let found = |b: &[u8]| told(b).unwrap_err().split("found ").last().unwrap_or_default().to_owned();
        assert_eq!(found(b"<!-- <fcd-export> --><net version=\"1\">"), "a SUMO network, not a log");
        assert_eq!(found(b"<other a=\"fcd-export\"/>"), "XML with the root <other>");
        assert_eq!(found(b"{\"a\": 1}"), "JSON or the like");
        assert_eq!(found(b""), "an empty file");
        assert_eq!(found(b" \n"), "an empty text");
        assert_eq!(found(b"<a\x1b[2J>"), "XML with the root <a\u{fffd}[2J>");
        assert_eq!(found(b"#ROSBAG V2.0"), "a ROS 1 bag; convert it to MCAP");
        assert_eq!(found(b"\0\x01\x02"), "bytes [00, 01, 02]");
        assert_eq!(found(b"\xff\xfet\0"), "UTF-16 text; save it as UTF-8");
    }
}
