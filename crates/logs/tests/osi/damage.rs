//! Damaged files give an error with a place, at once and in little memory; never a panic.

use std::collections::BTreeMap;
use std::io::Cursor;

use lukao_logs::{ReadOptions, osi};
use lukao_model::channel::DrivingMode;
use lukao_model::{Drive, Error, Position};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

use crate::wire::{bundle, car, trace, truth};

fn sample() -> Drive {
    DriveBuilder::new("sample")
        .span_s(0.0, 0.4)
        .hz(20.0)
        .ego(ActorBuilder::car("1").motion(Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(1.0)))
        .actor(ActorBuilder::pedestrian("2").motion(Motion::at(9.0, 1.0, 1.0)))
        .mode(&[(0.0, Some(DrivingMode::Manual)), (0.2, Some(DrivingMode::Automated))])
        .build()
}

fn read_trace(bytes: &[u8]) -> Result<Drive, Error> {
    osi::read_trace(&bundle("a.osi", bytes.to_vec()), &ReadOptions::default())
}

fn read_mcap(bytes: &[u8]) -> Result<Drive, Error> {
    osi::read_mcap(&bundle("a.mcap", bytes.to_vec()), &ReadOptions::default())
}

/// xorshift64*, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % n
    }
}

fn rounds(few: usize) -> usize {
    if std::env::var_os("LUKAO_FULL").is_some() { few * 50 } else { few }
}

#[test]
fn a_trace_that_is_cut_short_says_in_which_record() {
    let bytes = osi::write_trace(&sample()).unwrap();
    let mut ends = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let len = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        at += 4 + len;
        ends.push(at);
    }
    for cut in 0..bytes.len() {
        let whole = ends.iter().filter(|e| **e <= cut).count();
        match read_trace(&bytes[..cut]) {
            // Cut between two records, a trace is a shorter trace: nothing in the format tells.
            Ok(d) => assert!(ends.contains(&cut) && d.runs()[0].len() == whole, "cut at {cut}"),
            Err(e) if cut == 0 => {
                assert_eq!(e.to_string(), "a.osi byte 0: expected at least one record, found an empty file")
            }
            Err(e) => {
                assert!(!ends.contains(&cut));
                assert_eq!(e.position, Position::Record(whole as u64), "cut at {cut}: {e}");
                assert!(e.found.contains("end of the file"), "{e}");
            }
        }
    }
}

#[test]
fn lengths_that_cannot_be_are_refused_where_they_stand() {
    let good = trace(&[truth(0, &[car(1, 0.0, &[])])]);
    let with = |tail: &[u8]| read_trace(&[&good[..], tail].concat()).unwrap_err().to_string();
    let at = good.len();
    assert_eq!(
        with(&[0xff, 0xff, 0xff, 0xff, 1, 2]),
        format!(
            "a.osi record 1: expected a record of at most 134217728 bytes, found a length of 4294967295 (byte {at})"
        )
    );
    assert_eq!(
        with(&[200, 0, 0, 0, 1, 2]),
        format!(
            "a.osi record 1: expected a record of 200 bytes, found 2 before the end of the file (byte {at})"
        )
    );
    // A message in a record of which no field fits.
    let e = with(&[3, 0, 0, 0, 0x0a, 0x7f, 0x00]);
    assert!(e.starts_with("a.osi record 1: expected a whole GroundTruth message, found "), "{e}");
    assert!(e.ends_with(&format!("(byte {at})")), "{e}");
    // An object whose own bytes are damaged.
    let e = read_trace(&trace(&[
        truth(0, &[car(1, 0.0, &[])]),
        truth(20, &[crate::wire::msg(5, &[vec![0x12, 0x50]])]),
    ]));
    let e = e.unwrap_err().to_string();
    assert!(e.starts_with("a.osi record 1: expected a MovingObject of OSI 3, found "), "{e}");
}

#[test]
fn flipped_and_random_bytes_never_panic() {
    let mut random = Random(0x5eed_0051);
    let trace = osi::write_trace(&sample()).unwrap();
    let mcap = osi::write_mcap(&sample()).unwrap();
    for _ in 0..rounds(1500) {
        for (good, is_mcap) in [(&trace, false), (&mcap, true)] {
            let mut bytes = good.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            let out = if is_mcap { read_mcap(&bytes) } else { read_trace(&bytes) };
            if let Err(e) = out {
                assert!(!e.expected.is_empty() && !e.found.is_empty(), "{e:?}");
            }
        }
        let mut noise: Vec<u8> = (0..random.below(300)).map(|_| random.below(256) as u8).collect();
        assert!(read_trace(&noise).is_err(), "{noise:?}");
        // A possible length before noise, and the opening bytes of MCAP before noise.
        let len = noise.len() as u32;
        assert!(read_trace(&[&len.to_le_bytes()[..], &noise].concat()).is_err(), "{noise:?}");
        noise.splice(0..0, *b"\x89MCAP0\r\n");
        assert!(read_mcap(&noise).is_err(), "{noise:?}");
    }
}

#[test]
fn an_mcap_file_that_is_cut_short_is_never_taken_for_whole() {
    let bytes = osi::write_mcap(&sample()).unwrap();
    assert!(read_mcap(&bytes).is_ok());
    for cut in 0..bytes.len() {
        let e = read_mcap(&bytes[..cut]).unwrap_err();
        assert!(matches!(e.position, Position::Byte(b) if b <= cut as u64), "cut at {cut}: {e}");
    }
    let e = read_mcap(&[&bytes[..], b"tail"].concat()).unwrap_err().to_string();
    assert!(e.contains("expected the closing bytes after the footer, found 12 bytes"), "{e}");
}

/// An MCAP file of one channel with these messages.
fn made(
    options: mcap::WriteOptions,
    (schema, schema_encoding): (&str, &str),
    encoding: &str,
    messages: &[Vec<u8>],
) -> Vec<u8> {
    let mut w = options.create(Cursor::new(Vec::new())).unwrap();
    let schema = w.add_schema(schema, schema_encoding, b"").unwrap();
    let channel_id = w.add_channel(schema, "/t", encoding, &BTreeMap::new()).unwrap();
    for (k, m) in messages.iter().enumerate() {
        let time = k as u64 * 20_000_000;
        let header = mcap::records::MessageHeader {
            channel_id,
            sequence: k as u32,
            log_time: time,
            publish_time: time,
        };
        w.write_to_known_channel(&header, m).unwrap();
    }
    w.finish().unwrap();
    w.into_inner().into_inner()
}

fn frames() -> Vec<Vec<u8>> {
    (0..20).map(|k| truth(k * 20, &[car(1, k as f64, &[])])).collect()
}

const TRUTH: (&str, &str) = ("osi3.GroundTruth", "protobuf");

#[test]
fn mcap_reads_however_it_is_packed() {
    let packed = |c| mcap::WriteOptions::new().compression(c).chunk_size(Some(300));
    let bare = mcap::WriteOptions::new().emit_summary_records(false).emit_summary_offsets(false);
    let all = [
        packed(None),
        packed(Some(mcap::Compression::Zstd)),
        packed(Some(mcap::Compression::Lz4)),
        mcap::WriteOptions::new().use_chunks(false),
        bare,
    ];
    let expected = read_trace(&trace(&frames())).unwrap();
    for options in all {
        let d = read_mcap(&made(options.clone(), TRUTH, "protobuf", &frames())).unwrap();
        assert_eq!(d.runs(), expected.runs(), "{options:?}");
    }
}

#[test]
fn a_checksum_that_does_not_fit_is_found() {
    let of_chunk = mcap::WriteOptions::new().compression(None).calculate_data_section_crc(false);
    let of_data = mcap::WriteOptions::new().use_chunks(false);
    for (options, expected) in [(of_chunk, "a chunk with the checksum"), (of_data, "data with the checksum")]
    {
        let mut bytes = made(options, TRUTH, "protobuf", &frames());
        // A coordinate, so that all still decodes.
        let x = 7.0f64.to_le_bytes();
        let at = bytes.windows(8).position(|w| w == x).unwrap();
        bytes[at] ^= 1;
        let e = read_mcap(&bytes).unwrap_err().to_string();
        assert!(e.contains(expected), "{e}");
    }
}

#[test]
fn other_schemas_and_encodings_are_named() {
    let new = mcap::WriteOptions::new;
    let json = made(new(), ("osi3.GroundTruth", "jsonschema"), "json", &frames());
    let e = read_mcap(&json).unwrap_err().to_string();
    assert!(e.ends_with("expected protobuf on the OSI channel \"/t\", found \"json\" messages with a \"jsonschema\" schema (in this chunk)"), "{e}");
    let other = made(new(), ("foxglove.Log", "protobuf"), "protobuf", &frames());
    let e = read_mcap(&other).unwrap_err().to_string();
    assert!(e.ends_with("found \"foxglove.Log\""), "{e}");
    let none = made(new(), TRUTH, "protobuf", &[]);
    assert!(read_mcap(&none).unwrap_err().to_string().contains("expected messages of osi3.GroundTruth"));
    // A message of another kind under the right name.
    let wrong = made(new(), TRUTH, "protobuf", &[vec![0x0a, 0x05, 0x01]]);
    let e = read_mcap(&wrong).unwrap_err();
    assert_eq!(e.position, Position::Record(0), "{e}");
}

/// A record of MCAP.
fn record(op: u8, body: &[u8]) -> Vec<u8> {
    [&[op][..], &(body.len() as u64).to_le_bytes(), body].concat()
}

fn chunk(size: u64, compression: &str, packed_size: u64, packed: &[u8]) -> Vec<u8> {
    let head = [&[0; 16][..], &size.to_le_bytes(), &[0; 4]].concat();
    let name = [&(compression.len() as u32).to_le_bytes()[..], compression.as_bytes()].concat();
    record(6, &[&head[..], &name, &packed_size.to_le_bytes(), packed].concat())
}

#[test]
fn declared_sizes_are_not_believed() {
    let file = |r: &[u8]| [b"\x89MCAP0\r\n", r].concat();
    let mut small = ReadOptions::default();
    small.limits.max_bytes = 1 << 20;
    let zeros = vec![0u8; 4 << 20];
    let packed = zstd::bulk::compress(&zeros, 3).unwrap();
    let n = packed.len() as u64;
    let huge = u64::MAX;
    let cases: [(Vec<u8>, &str); 9] = [
        (
            [&[5u8][..], &huge.to_le_bytes(), &[0; 20]].concat(),
            "expected a record of 18446744073709551615 bytes",
        ),
        (chunk(huge, "zstd", n, &packed), "found a chunk that declares 18446744073709551615"),
        (chunk(4 << 20, "zstd", n, &packed), "expected at most 1048576 bytes unpacked (the limit)"),
        (chunk(100, "zstd", huge, &packed), "expected a chunk of 18446744073709551615 bytes"),
        (chunk(9, "zstd", n, &packed), "expected a chunk of 9 bytes unpacked, found more"),
        (chunk(100, "zstd", 4, &packed[..4]), "in this chunk"),
        (
            chunk(100, "brotli", n, &packed),
            "expected a chunk packed with zstd, lz4 or nothing, found \"brotli\"",
        ),
        (chunk(100, "lz4", 3, b"abc"), "in this chunk"),
        (
            chunk(1000, "", 29, &[&[5u8][..], &huge.to_le_bytes(), &[0; 20]].concat()),
            "expected a record of at most 991 bytes, found one of 18446744073709551615",
        ),
    ];
    for (r, expected) in cases {
        let e = osi::read_mcap(&bundle("a.mcap", file(&r)), &small).unwrap_err();
        assert_eq!(e.position, Position::Byte(8), "{e}");
        assert!(e.to_string().contains(expected), "{e}\n  is not: {expected}");
    }
    // Messages of channels and channels of schemas that were not declared.
    let message = record(5, &[0; 30]);
    let e = osi::read_mcap(&bundle("a.mcap", file(&message)), &small).unwrap_err().to_string();
    assert_eq!(e, "a.mcap byte 8: expected a message of a known channel, found channel 0");
    let channel = record(4, &[1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let e = osi::read_mcap(&bundle("a.mcap", file(&channel)), &small).unwrap_err().to_string();
    assert_eq!(e, "a.mcap byte 8: expected a channel of a known schema, found schema 9");
}
