//! `.osi` traces: records of a four-byte little-endian length and a protobuf message, and telling what the
//! messages are, from their content.

use lukao_model::{Error, Position};
use prost::bytes::Bytes;

use super::host::HostVehicleData;
use super::message::{
    GroundTruth, MAX_OBJECT, MovingObject, SensorView, StationaryObject, TrafficLight, decode_part,
};

/// Largest record. A sensor view with images has some ten megabytes; lengths beyond this are damage.
pub const MAX_RECORD: usize = 128 << 20;

/// Top-level messages that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    GroundTruth,
    SensorView,
    HostVehicleData,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::GroundTruth => "GroundTruth",
            Self::SensorView => "SensorView",
            Self::HostVehicleData => "HostVehicleData",
        }
    }
}

/// A decoded top-level message.
#[derive(Clone, Debug)]
pub enum Top {
    GroundTruth(Box<GroundTruth>),
    SensorView(Box<View>),
    HostVehicleData(Box<HostVehicleData>),
}

/// A sensor view with its two large parts decoded.
#[derive(Clone, Debug)]
pub struct View {
    pub view: SensorView,
    pub host: Option<HostVehicleData>,
    pub truth: Option<GroundTruth>,
}

/// Most top-level fields of a message: objects, lights, lanes and the rest together.
const MAX_FIELDS: usize = 1 << 20;

/// Decodes a message of a known kind. The message shares the memory of `bytes`.
///
/// # Errors
/// In words.
pub fn decode(kind: Kind, bytes: Bytes) -> Result<Top, String> {
    Ok(match kind {
        Kind::GroundTruth => Top::GroundTruth(Box::new(truth(&bytes)?)),
        Kind::HostVehicleData => Top::HostVehicleData(Box::new(decode_part(&bytes, MAX_OBJECT)?)),
        Kind::SensorView => {
            let view: SensorView = decode_part(&bytes, MAX_RECORD)?;
            let host = view.host_vehicle_data.as_ref().map(|b| decode_part(b, MAX_OBJECT)).transpose()?;
            let truth = view.global_ground_truth.as_ref().map(truth).transpose()?;
            Top::SensorView(Box::new(View { view, host, truth }))
        }
    })
}

fn truth(bytes: &Bytes) -> Result<GroundTruth, String> {
    match fields(bytes) {
        n if n > MAX_FIELDS => Err(format!("{n} fields, more than {MAX_FIELDS}")),
        _ => decode_part(bytes, MAX_RECORD),
    }
}

/// How many fields a message has; counting ends where it is damaged.
fn fields(mut body: &[u8]) -> usize {
    let mut n = 0;
    while let Some(key) = varint(&mut body) {
        n += 1;
        let skip = match key & 7 {
            0 => varint(&mut body).map(|_| 0),
            1 => Some(8),
            2 => varint(&mut body),
            5 => Some(4),
            _ => None,
        };
        let rest = skip.and_then(|s| body.get(usize::try_from(s).unwrap_or(usize::MAX)..));
        let Some(rest) = rest else { break };
        body = rest;
    }
    n
}

/// One record of a trace.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// From 0.
    pub index: u64,
    /// Where its length stands in the file.
    pub byte: u64,
    pub body: &'a [u8],
}

/// The records of a trace, until the first that is damaged.
pub struct Records<'a> {
    name: &'a str,
    bytes: &'a [u8],
    at: usize,
    index: u64,
}

impl<'a> Records<'a> {
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, at: 0, index: 0 }
    }

    fn wrong(&mut self, expected: impl Into<String>, found: String) -> Option<Result<Record<'a>, Error>> {
        let at = std::mem::replace(&mut self.at, self.bytes.len());
        let found = format!("{found} (byte {at})");
        Some(Err(Error::new(self.name, expected, found).at(Position::Record(self.index))))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        let Some((len, rest)) = rest.split_first_chunk::<4>() else {
            let found = format!("{} bytes at the end of the file", rest.len());
            return self.wrong("a record's length of 4 bytes", found);
        };
        let len = u32::from_le_bytes(*len) as usize;
        if len > MAX_RECORD {
            return self
                .wrong(format!("a record of at most {MAX_RECORD} bytes"), format!("a length of {len}"));
        }
        let Some(body) = rest.get(..len) else {
            return self.wrong(
                format!("a record of {len} bytes"),
                format!("{} before the end of the file", rest.len()),
            );
        };
        let record = Record { index: self.index, byte: self.at as u64, body };
        self.at += 4 + len;
        self.index += 1;
        Some(Ok(record))
    }
}

/// Whether bytes look like a length-prefixed OSI trace: the first record's length is possible, and as much of
/// its body as there is consists of top-level fields that OSI has.
///
/// Looks at the first record only, and at the heads of its fields only.
#[must_use]
pub fn looks_like_trace(bytes: &[u8]) -> bool {
    let Some((len, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let len = u32::from_le_bytes(*len) as usize;
    // No text is taken for a trace: its fourth byte, a printable character, would make the length too large.
    if !(2..=MAX_RECORD).contains(&len) || rest.is_empty() {
        return false;
    }
    let complete = rest.len() >= len;
    let mut body = &rest[..len.min(rest.len())];
    let mut fields = 0;
    while !body.is_empty() {
        let whole = body;
        let (Some(key), Some(value)) = (varint(&mut body), varint(&mut body)) else {
            // The file ends within the head of a field.
            return !complete && fields > 0 && whole.len() < 20;
        };
        let (tag, wire) = (key >> 3, key & 7);
        let known = matches!(tag, 1..=31 | 1000..=1010);
        fields += 1;
        match wire {
            0 if known => {}
            2 if known => match body.get(usize::try_from(value).unwrap_or(usize::MAX)..) {
                Some(rest) => body = rest,
                None => return !complete && value < len as u64,
            },
            _ => return false,
        }
    }
    true
}

fn varint(b: &mut &[u8]) -> Option<u64> {
    let mut v = 0u64;
    for k in 0..10 {
        let (&byte, rest) = b.split_first()?;
        *b = rest;
        v |= u64::from(byte & 0x7f) << (7 * k).min(63);
        if byte < 0x80 {
            return Some(v);
        }
    }
    None
}

/// What a trace's messages are, by what its first record decodes to; the file name's convention
/// (`…_gt_…`, `…_sv_…`, `…_hvd_…`) decides only between kinds that both fit.
///
/// # Errors
/// If none fits.
pub fn kind_of(name: &str, first: &Record<'_>) -> Result<Kind, Error> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let named = [("_gt_", Kind::GroundTruth), ("_sv_", Kind::SensorView), ("_hvd_", Kind::HostVehicleData)]
        .into_iter()
        .find_map(|(part, kind)| file.contains(part).then_some(kind));
    // Another message of the standard can look like one of ours; its name tells.
    let others = ["_sd_", "_svc_", "_tc_", "_tcu_", "_tu_", "_mr_", "_su_"];
    let other = others.into_iter().find(|part| file.contains(part));
    let kinds = [Kind::SensorView, Kind::GroundTruth, Kind::HostVehicleData];
    let fits = |k: &Kind| other.is_none() && fits(*k, first.body);
    match named.into_iter().chain(kinds).find(fits) {
        Some(kind) => Ok(kind),
        None => {
            let found = match other {
                Some(part) => format!("a trace that its name (\"{part}\") says is of another message"),
                None => {
                    format!("{} bytes that decode to none of them (byte {})", first.body.len(), first.byte)
                }
            };
            let expected = "a message GroundTruth, SensorView or HostVehicleData of OSI 3";
            Err(Error::new(name, expected, found).at(Position::Record(first.index)))
        }
    }
}

/// Whether bytes are this message: they decode, down to the objects, and have what makes it what it is. Fields
/// of the same number have other types in the others, so a wrong guess fails at the first nested message.
fn fits(kind: Kind, body: &[u8]) -> bool {
    let ok = |bytes: &[Bytes], one: fn(&Bytes) -> bool| bytes.iter().all(one);
    let whole = |g: &GroundTruth| {
        g.timestamp.is_some()
            && ok(&g.moving_object, |b| {
                decode_part::<MovingObject>(b, MAX_OBJECT).is_ok_and(|o| o.id.is_some())
            })
            && ok(&g.stationary_object, |b| decode_part::<StationaryObject>(b, MAX_OBJECT).is_ok())
            && ok(&g.traffic_light, |b| decode_part::<TrafficLight>(b, MAX_OBJECT).is_ok())
    };
    match decode(kind, Bytes::copy_from_slice(body)) {
        Ok(Top::GroundTruth(g)) => whole(&g),
        Ok(Top::SensorView(s)) => s.truth.is_some_and(|g| whole(&g)),
        Ok(Top::HostVehicleData(h)) => h.timestamp.is_some(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_great_many_empty_parts_are_refused_before_they_are_decoded() {
        // Two bytes each, that would take far more as objects.
        let many = |tag: u8, n: usize| [tag << 3 | 2, 0].repeat(n);
        let e = decode(Kind::GroundTruth, Bytes::from(many(5, MAX_FIELDS + 1))).unwrap_err();
        assert_eq!(e, "1048577 fields, more than 1048576");
        assert!(decode(Kind::GroundTruth, Bytes::from(many(5, 1000))).is_ok());
        let e = decode(Kind::HostVehicleData, Bytes::from(many(12, MAX_OBJECT))).unwrap_err();
        assert_eq!(e, "2097152 bytes, more than 1048576");
    }

    #[test]
    fn fields_are_counted_until_the_damage() {
        let mixed = [0x08, 0x96, 0x01, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a, 1, 7, 0x25, 0, 0, 0, 0];
        assert_eq!(fields(&mixed), 4);
        assert_eq!(fields(&mixed[..17]), 4);
        assert_eq!(fields(&[0x1a, 0xff]), 1);
    }
}
