//! Inputs: packed files open as they are, damage has a place, bombs stop early.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lukao_logs::input::companion_names;
use lukao_logs::{Input, Limits};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut e = GzEncoder::new(Vec::new(), Compression::best());
    e.write_all(bytes).unwrap();
    e.finish().unwrap()
}

fn limits(max_bytes: u64) -> Limits {
    let mut l = Limits::default();
    l.max_bytes = max_bytes;
    l
}

fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
    Input::read("f", bytes, Limits::default()).map(|i| i.bytes).map_err(|e| e.to_string())
}

/// Gives one byte at a time, as a pipe may.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.len().min(into.len()).min(1);
        into[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[test]
fn packed_files_open_as_they_are() {
    let text: Vec<u8> = (0..50_000u32).flat_map(|i| format!("{i},{}\n", i * 7 % 13).into_bytes()).collect();
    let packed = [text.clone(), gz(&text), zstd::encode_all(&text[..], 3).unwrap()];
    for p in packed {
        assert_eq!(read(&p).unwrap(), text);
        assert_eq!(Input::read("f", Drip(&p), Limits::default()).unwrap().bytes, text);
    }
    // Two members after another are one file, as `cat` makes it.
    assert_eq!(read(&[gz(b"a,b\n"), gz(b"1,2\n")].concat()).unwrap(), b"a,b\n1,2\n");
    for short in [&b""[..], b"a", b"\x1f", b"abc"] {
        assert_eq!(read(short).unwrap(), short);
    }
}

#[test]
fn damage_has_its_place_in_the_packed_file() {
    let text = b"0123456789abcdef".repeat(5000);
    for (packed, what) in
        [(gz(&text), "sound gzip data"), (zstd::encode_all(&text[..], 3).unwrap(), "sound zstd data")]
    {
        for n in 4..packed.len() {
            let e = read(&packed[..n]).unwrap_err();
            assert!(e.contains(&format!("expected {what}")), "{e}");
        }
        let cut = &packed[..packed.len() - 3];
        let e = read(cut).unwrap_err();
        let at: usize = e.split("byte ").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
        assert!(at <= cut.len() && at + 64 > cut.len(), "{e}");
    }
}

#[test]
fn bombs_stop_early() {
    // 1 GiB of zeros in about 1 MB, and in some 30 kB.
    let zeros = vec![0u8; 1 << 20];
    let mut e = GzEncoder::new(Vec::new(), Compression::best());
    let mut z = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    for _ in 0..256 {
        e.write_all(&zeros).unwrap();
        z.write_all(&zeros).unwrap();
    }
    for bomb in [e.finish().unwrap(), z.finish().unwrap()] {
        let e = read(&bomb).unwrap_err();
        assert!(e.contains("expected data that packs at most 200 times, found 67"), "{e}");
        let e = Input::read("f", &bomb[..], limits(1000)).unwrap_err().to_string();
        assert!(e.contains("expected at most 1000 bytes (the limit, see --max-bytes), found more"), "{e}");
    }
    let e = Input::read("f", &zeros[..], limits(1000)).unwrap_err().to_string();
    assert!(e.contains("at most 1000 bytes"), "{e}");
}

#[test]
fn companions_go_with_their_log_only() {
    let names = |file: &str| companion_names(file, None);
    assert!(names("dir/FCD.xml.gz").contains(&"actors.csv".to_owned()));
    assert!(names("fcd_person.xml").is_empty() && names("fcd_person.xml.zst").is_empty(), "it is one itself");
    assert!(names("run.csv").is_empty());
}
