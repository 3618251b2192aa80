//! The native file: what is written is read, whole and in pieces, and no bytes do harm.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_ipc::{CompressionType, MetadataVersion};
use arrow_schema::{DataType, Field, Schema};
use lukao_logs::native::{self, Layout, NativeReader, Writer};
use lukao_logs::{Columns, DriveSource, Input, Limits, ReadOptions};
use lukao_model::channel::{Channel, ChannelData, Origin};
use lukao_model::drive::{Drive, RunIndex};
use lukao_model::{Column, Error};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng, random_drive};

const SEGMENT: i64 = 700_000_000;

fn full() -> bool {
    std::env::var_os("LUKAO_FULL").is_some()
}

fn read(bytes: &[u8]) -> Result<Drive, Error> {
    let input = Input { name: "x.arrow".into(), bytes: bytes.to_vec() };
    native::read(&input, &ReadOptions::default())
}

fn open(bytes: &[u8]) -> Result<NativeReader<Cursor<&[u8]>>, Error> {
    NativeReader::open(Cursor::new(bytes), "x.arrow", &ReadOptions::default())
}

fn stretches(mut reader: impl DriveSource) -> Result<Vec<Drive>, Error> {
    let mut out = Vec::new();
    while let Some(s) = reader.next_stretch()? {
        out.push(s);
    }
    Ok(out)
}

/// The drive without its indices: a cut run has none.
fn bare(drive: &Drive) -> Drive {
    let runs = drive.runs().iter().cloned().map(|mut r| {
        r.index = None;
        r
    });
    let parts = (drive.header().clone(), drive.clocks().to_vec(), drive.series().to_vec());
    Drive::new(parts.0, parts.1, runs.collect(), parts.2).unwrap()
}

#[test]
fn any_drive_comes_back_equal() {
    let n = if full() { 3000 } else { 300 };
    for seed in 0..n {
        let drive = random_drive(seed, 80);
        let whole = native::write(&drive, i64::MAX).unwrap();
        assert_eq!(read(&whole).unwrap(), drive, "seed {seed} in one segment");
        let cut = native::write(&drive, SEGMENT).unwrap();
        assert_eq!(bare(&read(&cut).unwrap()), bare(&drive), "seed {seed} in segments");
        let mut sum = 0;
        for s in stretches(open(&cut).unwrap()).unwrap() {
            s.verify().unwrap();
            sum += s.samples();
        }
        assert_eq!(sum, drive.samples());
    }
}

#[test]
fn any_split_is_read_as_the_whole_and_the_same_drive_gives_the_same_bytes() {
    let rng = &mut Rng::new(5);
    for seed in 0..60 {
        let drive = bare(&random_drive(seed, 120));
        let span = drive.span().unwrap();
        let mut cuts: Vec<i64> = (0..rng.below(6))
            .map(|_| span.from_ns + (rng.range(-0.1, 1.1) * span.len_ns() as f64) as i64)
            .collect();
        cuts.sort_unstable();
        cuts.push(i64::MAX);
        let write = || {
            let mut writer = Writer::new(Vec::new(), &drive, &Layout::all()).unwrap();
            let mut from = i64::MIN;
            for &to in &cuts {
                writer.push(&drive.slice(from, to)).unwrap();
                from = to;
            }
            writer.finish().unwrap()
        };
        let bytes = write();
        assert_eq!(bytes, write(), "the same bytes");
        assert_eq!(read(&bytes).unwrap(), drive, "seed {seed}");
    }
}

#[test]
fn a_stretch_keeps_its_place_in_the_whole() {
    let drive = bare(&random_drive(4, 200));
    let span = drive.span().unwrap();
    let late = drive.slice(span.from_ns + span.len_ns() / 2, i64::MAX);
    let bytes = native::write(&late, SEGMENT).unwrap();
    assert_eq!(read(&bytes).unwrap(), late);
}

#[test]
fn an_index_survives_where_the_run_is_whole_and_where_the_stretch_brings_its_own() {
    let drive = DriveBuilder::new("i").ego(ActorBuilder::car("ego")).build();
    let with = |d: &Drive, mark: f32| {
        let runs = d.runs().iter().cloned().map(|mut r| {
            r.index = Some(RunIndex { blocks: Column::new(vec![mark, 2.0]), skip: 3 });
            r
        });
        Drive::new(d.header().clone(), d.clocks().to_vec(), runs.collect(), d.series().to_vec()).unwrap()
    };
    let whole = with(&drive, 1.0);
    let index = |d: &Drive| d.runs()[0].index.clone();
    let one = read(&native::write(&whole, i64::MAX).unwrap()).unwrap();
    assert_eq!(index(&one), index(&whole));
    let cut = stretches(open(&native::write(&whole, 5_000_000_000).unwrap()).unwrap()).unwrap();
    assert!(cut.len() == 3 && cut.iter().all(|s| index(s).is_none()));
    let mut writer = Writer::new(Vec::new(), &drive, &Layout::all()).unwrap();
    let parts = [with(&drive.slice(0, 5_000_000_000), 7.0), with(&drive.slice(5_000_000_000, i64::MAX), 8.0)];
    parts.iter().for_each(|p| writer.push(p).unwrap());
    let bytes = writer.finish().unwrap();
    let back = stretches(open(&bytes).unwrap()).unwrap();
    assert_eq!(index(&back[1]), index(&parts[1]));
}

#[test]
fn an_empty_drive_is_a_file_too() {
    let drive = DriveBuilder::new("empty").build();
    assert_eq!(read(&native::write(&drive, 1).unwrap()).unwrap(), drive);
}

/// Counts the bytes that are read.
struct Counting<'a>(Cursor<&'a [u8]>, &'a std::cell::Cell<u64>);

impl Read for Counting<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read(into)?;
        self.1.set(self.1.get() + n as u64);
        Ok(n)
    }
}

impl Seek for Counting<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

fn long_drive(seconds: f64) -> Drive {
    DriveBuilder::new("long")
        .span_s(0.0, seconds)
        .hz(50.0)
        .ego(ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(10.0)).dynamics())
        .actor(ActorBuilder::car("a").motion(Motion::at(9.0, 3.0, 0.0).speed(9.0)).dynamics())
        .build()
}

#[test]
fn a_pass_over_poses_reads_little_else() {
    let drive = long_drive(100.0);
    let bytes = native::write(&drive, 10_000_000_000).unwrap();
    let cost = |columns: Columns| {
        let count = std::cell::Cell::new(0);
        let mut options = ReadOptions::default();
        options.columns = columns;
        let reader = NativeReader::open(Counting(Cursor::new(&bytes), &count), "x", &options).unwrap();
        let opened = count.get();
        let parts = stretches(reader).unwrap();
        (count.get() - opened, parts)
    };
    let (all, _) = cost(Columns::All);
    let (pose, parts) = cost(Columns::Pose(Vec::new()));
    let useful = 8 * (5001 + 4 * 2 * 5001);
    assert!(pose > useful && pose < useful + useful / 8, "{pose} bytes for {useful} useful ones");
    assert!(all > pose * 17 / 10, "{all} against {pose} bytes");
    assert!(parts[0].runs()[0].channels.is_empty());
    assert_eq!(parts[3].runs()[1].x_m, drive.slice(30_000_000_000, 40_000_000_000).runs()[1].x_m);
    let (_, speed) = cost(Columns::Pose(vec![Channel::Speed]));
    assert!(speed[0].runs()[0].channels.real(Channel::Speed).is_some());
    assert!(speed[0].runs()[0].channels.real(Channel::YawRate).is_none());
}

/// The same file as another program would write it.
fn rewritten(bytes: &[u8], options: IpcWriteOptions) -> Vec<u8> {
    let reader = FileReader::try_new(Cursor::new(bytes), None).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &reader.schema(), options).unwrap();
    for batch in reader {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.into_inner().unwrap()
}

fn packed(bytes: &[u8], codec: CompressionType) -> Vec<u8> {
    rewritten(bytes, IpcWriteOptions::default().try_with_compression(Some(codec)).unwrap())
}

fn without_notes(drive: Drive) -> Drive {
    let mut header = lukao_model::Header::clone(drive.header());
    header.notes.retain(|n| !n.code.starts_with("file-"));
    drive.with_header(Arc::new(header)).unwrap()
}

#[test]
fn compressed_and_loosely_aligned_files_are_read_by_copying_with_a_note() {
    for seed in 0..40 {
        let drive = bare(&random_drive(seed, 60));
        let plain = native::write(&drive, SEGMENT).unwrap();
        for codec in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
            let back = read(&packed(&plain, codec)).unwrap();
            assert_eq!(back.header().notes.last().unwrap().code, "file-compressed");
            assert_eq!(without_notes(back), drive, "seed {seed}");
        }
        let eight = rewritten(&plain, IpcWriteOptions::try_new(8, false, MetadataVersion::V5).unwrap());
        assert_eq!(read(&eight).unwrap(), drive);
        // Everything moved by four bytes: the blocks' offsets in the footer, and what they point to.
        let odd = moved_by_four(&plain);
        let back = read(&odd).unwrap();
        assert_eq!(back.header().notes.last().unwrap().code, "file-misaligned");
        assert_eq!(without_notes(back), drive, "seed {seed}");
    }
}

fn footer_range(bytes: &[u8]) -> std::ops::Range<usize> {
    let end = bytes.len() - 10;
    let len = i32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
    end - len..end
}

fn moved_by_four(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes[..8].to_vec();
    out.extend([0; 4]);
    out.extend(&bytes[8..]);
    let range = footer_range(&out);
    let footer = arrow_ipc::root_as_footer(&bytes[footer_range(bytes)]).unwrap();
    for b in footer.recordBatches().unwrap() {
        let mut old = b.offset().to_le_bytes().to_vec();
        old.extend(b.metaDataLength().to_le_bytes());
        let at = range.clone().find(|i| out[*i..].starts_with(&old)).expect("the block in the footer");
        out[at..at + 8].copy_from_slice(&(b.offset() + 4).to_le_bytes());
    }
    out
}

/// The file with another schema and other batches.
fn changed(
    bytes: &[u8],
    meta: impl Fn(&str) -> String,
    change: impl Fn(RecordBatch, usize) -> RecordBatch,
) -> Vec<u8> {
    let reader = FileReader::try_new(Cursor::new(bytes), None).unwrap();
    let batches: Vec<RecordBatch> =
        reader.map(|b| b.unwrap()).enumerate().map(|(i, b)| change(b, i)).collect();
    let schema = batches[0].schema();
    let json = meta(&schema.metadata()["lukao.drive"]);
    let metadata = std::collections::BTreeMap::from([("lukao.drive".to_owned(), json)]);
    let schema = Arc::new(Schema::new(schema.fields().clone()).with_metadata(metadata));
    let options = IpcWriteOptions::try_new(64, false, MetadataVersion::V5).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
    for b in batches {
        writer.write(&RecordBatch::try_new(schema.clone(), b.columns().to_vec()).unwrap()).unwrap();
    }
    writer.into_inner().unwrap()
}

fn with_column(batch: RecordBatch, name: &str, column: arrow_array::ArrayRef) -> RecordBatch {
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    match fields.iter().position(|f| f.name() == name) {
        Some(i) => {
            fields[i] = Arc::new(Field::new(name, column.data_type().clone(), true));
            columns[i] = column;
        }
        None => {
            fields.push(Arc::new(Field::new(name, column.data_type().clone(), true)));
            columns.push(column);
        }
    }
    let schema = Schema::new(fields).with_metadata(batch.schema().metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn same(batch: RecordBatch, _: usize) -> RecordBatch {
    batch
}

#[test]
fn a_later_minor_version_is_read_with_a_note_and_a_later_major_one_is_refused() {
    let drive = bare(&random_drive(2, 60));
    let bytes = native::write(&drive, SEGMENT).unwrap();
    let extra = |b: RecordBatch, _: usize| {
        let n = b.num_rows();
        with_column(b, "from_the_future", Arc::new(arrow_array::Int8Array::from(vec![1i8; n])))
    };
    let minor = changed(&bytes, |m| m.replacen("[1,0]", "[1,7]", 1), extra);
    let back = read(&minor).unwrap();
    let note = back.header().notes.last().unwrap().clone();
    assert_eq!(note.code, "file-version");
    assert!(note.text.contains("1.7") && note.text.contains("1 unknown"), "{}", note.text);
    assert_eq!(without_notes(back), drive);
    let e = read(&changed(&bytes, str::to_owned, extra)).unwrap_err().to_string();
    assert_eq!(e, "x.arrow: expected columns of version 1.0, found \"from_the_future\"");
    let e = read(&changed(&bytes, |m| m.replacen("[1,0]", "[2,0]", 1), same)).unwrap_err().to_string();
    assert_eq!(e, "x.arrow: expected a drive file of version 1.x, found version 2.0");
}

#[test]
fn the_head_tells_a_drive_file_from_other_tables() {
    let bytes = native::write(&random_drive(1, 20), SEGMENT).unwrap();
    assert!(native::is_native(&bytes));
    assert!(native::is_native(&bytes[..bytes.len() / 2]), "also if it is cut off");
    let schema = Schema::new(vec![Field::new("a", DataType::Int32, true)]);
    let other = FileWriter::try_new(Vec::new(), &schema).unwrap().into_inner().unwrap();
    assert!(!native::is_native(&other) && !native::is_native(b"ARROW1") && !native::is_native(b""));
    let e = read(&other).unwrap_err().to_string();
    assert!(e.contains("expected a drive file"), "{e}");
}

/// Reads bytes in every way; an error must name the file.
fn try_all(bytes: &[u8]) -> Result<Drive, Error> {
    let named = |e: &Error| assert_eq!(e.source_name, "x.arrow", "{e}");
    let _ = native::is_native(bytes);
    let streamed = open(bytes).and_then(stretches);
    let verified =
        native::verify_stream(Cursor::new(bytes), "x.arrow", &ReadOptions::default(), &mut |_| Ok(()));
    let whole = read(bytes);
    streamed
        .as_ref()
        .err()
        .into_iter()
        .chain(verified.as_ref().err())
        .chain(whole.as_ref().err())
        .for_each(named);
    assert_eq!(verified.is_ok(), whole.is_ok(), "{verified:?}");
    whole
}

#[test]
fn cut_off_files_are_refused() {
    let bytes = native::write(&random_drive(3, 60), SEGMENT).unwrap();
    let mut cases = 0;
    for n in (0..bytes.len()).step_by(97).chain(bytes.len() - 30..bytes.len()) {
        let e = try_all(&bytes[..n]).unwrap_err();
        assert!(!e.expected.is_empty() && !e.found.is_empty());
        cases += 1;
    }
    assert!(cases > 300, "{cases}");
}

#[test]
fn damaged_files_do_no_harm() {
    let rng = &mut Rng::new(99);
    let n = if full() { 60_000 } else { 4_000 };
    let (mut refused, mut read) = (0, 0);
    let sources: Vec<Vec<u8>> = (0..8)
        .flat_map(|seed| {
            let plain = native::write(&random_drive(seed, 40), SEGMENT).unwrap();
            [packed(&plain, CompressionType::ZSTD), packed(&plain, CompressionType::LZ4_FRAME), plain]
        })
        .collect();
    for _ in 0..n {
        let mut bytes = sources[rng.below(sources.len())].clone();
        let footer = footer_range(&bytes);
        for _ in 0..1 + rng.below(3) {
            // Half of the damage goes where the numbers that steer the reader are.
            let at = if rng.chance(0.3) {
                footer.start + rng.below(bytes.len() - footer.start)
            } else if rng.chance(0.3) {
                rng.below(12_000.min(bytes.len()))
            } else {
                rng.below(bytes.len())
            };
            match rng.below(4) {
                0 => bytes[at] ^= 1 << rng.below(8),
                1 => bytes[at] = rng.next_u64() as u8,
                2 => {
                    let end = (at + 8).min(bytes.len() - 10);
                    for b in bytes.iter_mut().take(end).skip(at) {
                        *b = 0xff;
                    }
                }
                _ => {
                    let from = rng.below(bytes.len() - 16);
                    let to = at.min(bytes.len() - 26);
                    bytes.copy_within(from..from + 16, to);
                }
            }
        }
        match try_all(&bytes) {
            Ok(drive) => {
                drive.verify().unwrap();
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    // Much of a file is values, where a flipped bit gives another, legal value.
    assert!(refused > n / 4 && read > n / 50, "{refused} refused, {read} read");
}

#[test]
fn declared_sizes_do_not_reserve_memory() {
    let bytes = native::write(&random_drive(1, 30), SEGMENT).unwrap();
    let mut huge = bytes.clone();
    let end = huge.len() - 10;
    huge[end..end + 4].copy_from_slice(&i32::MAX.to_le_bytes());
    let e = read(&huge).unwrap_err().to_string();
    assert!(e.contains("expected a footer of 1 to") && e.contains("2147483647"), "{e}");
    // A compressed buffer that declares more than the limit.
    let zeros = DriveBuilder::new("z").span_s(0.0, 200.0).hz(100.0).ego(ActorBuilder::car("ego")).build();
    let small = packed(&native::write(&zeros, i64::MAX).unwrap(), CompressionType::ZSTD);
    let mut options = ReadOptions::default();
    let mut limits = Limits::default();
    limits.max_bytes = 100_000;
    options.limits = limits;
    let e = native::read(&Input { name: "z".into(), bytes: small }, &options).unwrap_err().to_string();
    assert!(e.contains("(the limit, see --max-bytes)"), "{e}");
}

fn refused(bytes: &[u8], says: &str) {
    let e = try_all(bytes).unwrap_err().to_string();
    assert!(e.contains(says), "{e}");
}

fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> &'a T {
    batch.column_by_name(name).unwrap().as_any().downcast_ref().unwrap()
}

#[test]
fn lies_that_parse_are_found() {
    use arrow_array::{BooleanArray, StringArray, UInt32Array, UInt64Array};
    let drive = long_drive(3.0);
    let bytes = native::write(&drive, 1_000_000_000).unwrap();
    let with = |name: &'static str, f: &dyn Fn(&RecordBatch, usize) -> arrow_array::ArrayRef| {
        changed(&bytes, str::to_owned, |b, i| {
            let c = f(&b, i);
            with_column(b, name, c)
        })
    };
    let u64s = |name: &'static str, f: &'static dyn Fn(u64) -> u64| {
        with(name, &move |b, _| {
            Arc::new(column::<UInt64Array>(b, name).iter().map(|v| v.map(f)).collect::<UInt64Array>())
        })
    };
    refused(&u64s("first_tick", &|v| v + 1), "expected 50 ticks from tick 0, found 50 from 1");
    refused(&u64s("ticks", &|v| if v > 1 { v - 1 } else { v }), "ticks from tick 0");
    refused(&u64s("ticks", &|_| u64::MAX), "ticks from tick 0");
    let kind = with("kind", &|b, _| {
        Arc::new(StringArray::from_iter(
            column::<StringArray>(b, "kind").iter().map(|k| if k == Some("run") { Some("ruin") } else { k }),
        ))
    });
    refused(&kind, "segment 0 row 1 \"kind\": expected clock, run, channel, signal or drive, found \"ruin\"");
    let id = with("id", &|b, _| Arc::new(StringArray::from(vec![Some("nobody"); b.num_rows()])));
    refused(&id, "expected an actor of the header, found \"nobody\"");
    let clock = with("clock", &|b, _| Arc::new(UInt32Array::from(vec![9; b.num_rows()])));
    refused(&clock, "expected a clock below 1, found 9");
    let ends = with("goes_on", &|b, _| Arc::new(BooleanArray::from(vec![false; b.num_rows()])));
    refused(&ends, "expected the part before");
    let fresh = with("begun_before", &|b, _| Arc::new(BooleanArray::from(vec![false; b.num_rows()])));
    refused(&fresh, "expected a part that begun before");
    let run = with("run", &|b, i| Arc::new(UInt32Array::from(vec![i as u32; b.num_rows()])));
    refused(&run, "expected the part before");
    let meta = with("meta", &|b, _| Arc::new(StringArray::from(vec!["{"; b.num_rows()])));
    refused(&meta, "expected an object of JSON");
    let size = with("meta", &|b, i| {
        let width = format!("\"width_m\":1.{i}");
        Arc::new(StringArray::from_iter(
            column::<StringArray>(b, "meta").iter().map(|m| m.map(|m| m.replace("\"width_m\":1.8", &width))),
        ))
    });
    refused(&size, "of the same size and origin");
    let narrow = with("meta", &|b, _| {
        Arc::new(StringArray::from_iter(
            column::<StringArray>(b, "meta")
                .iter()
                .map(|m| m.map(|m| m.replace("\"width_m\":1.8", "\"width_m\":-1.8"))),
        ))
    });
    let e = read(&narrow).unwrap_err().to_string();
    assert!(e.contains("x.arrow segment 0 actor \"ego\" run 0: expected a positive, finite size"), "{e}");
    let span = changed(&bytes, |m| m.replace("\"to_ns\":3000000000", "\"to_ns\":2000000000"), same);
    refused(&span, "as the header says");
    // A run that was to go on is not there any more.
    let cut = changed(&bytes, str::to_owned, |b, i| if i == 1 { b.slice(0, b.num_rows() - 1) } else { b });
    refused(&cut, "segment 1 actor \"a\" run 0: expected its rest from tick 50 of clock 0, found nothing");
    // Columns of another type.
    let kind = with("kind", &|b, _| Arc::new(UInt32Array::from(vec![1; b.num_rows()])));
    refused(&kind, "expected column \"kind\" of utf8, found uint32");
    // A segment left out.
    let reader = FileReader::try_new(Cursor::new(&bytes[..]), None).unwrap();
    let schema = reader.schema();
    let mut writer = FileWriter::try_new(Vec::new(), &schema).unwrap();
    for (i, b) in reader.enumerate() {
        if i != 1 {
            writer.write(&b.unwrap()).unwrap();
        }
    }
    refused(&writer.into_inner().unwrap(), "expected 50 ticks from tick 50, found 50 from 100");
}

#[test]
fn values_that_a_drive_must_not_have_are_found_when_verified() {
    use arrow_array::LargeListArray;
    let drive = long_drive(2.0);
    let bytes = native::write(&drive, 1_000_000_000).unwrap();
    let poison = |name: &'static str, value: f64| {
        changed(&bytes, str::to_owned, |b, i| {
            if i != 1 {
                return b;
            }
            let list: &LargeListArray = column(&b, name);
            let values: &arrow_array::Float64Array = list.values().as_any().downcast_ref().unwrap();
            let mut v = values.values().to_vec();
            v[7] = value;
            let DataType::LargeList(item) = list.data_type() else { panic!() };
            let values = Arc::new(arrow_array::Float64Array::from(v));
            let new =
                LargeListArray::new(item.clone(), list.offsets().clone(), values, list.nulls().cloned());
            with_column(b, name, Arc::new(new))
        })
    };
    refused(
        &poison("x_m", f64::NAN),
        "segment 1 actor \"ego\" run 0: expected finite poses, found NaN in x_m at sample 7",
    );
    refused(&poison("speed_mps", f64::INFINITY), "found one that is not in speed_mps at sample 7");
    assert!(read(&poison("x_m", 0.25)).is_ok());
}

#[test]
fn the_integrity_pass_hashes_all_and_shows_every_stretch() {
    use sha2::Digest;
    let drive = long_drive(5.0);
    let bytes = native::write(&drive, 1_000_000_000).unwrap();
    let mut seen = 0;
    let options = ReadOptions::default();
    let mut also = |s: &Drive| {
        seen += s.samples();
        Ok(())
    };
    let found = native::verify_stream(Cursor::new(&bytes), "x.arrow", &options, &mut also).unwrap();
    assert_eq!(found.sha256, <[u8; 32]>::from(sha2::Sha256::digest(&bytes)));
    assert_eq!((found.segments, found.samples, seen), (6, drive.samples(), drive.samples()));
    let mut also = |s: &Drive| match s.clocks()[0].first_tick {
        100 => Err(Error::new("", "an index that holds its samples", "a lie")),
        _ => Ok(()),
    };
    let e = native::verify_stream(Cursor::new(&bytes), "x.arrow", &options, &mut also).unwrap_err();
    assert_eq!(e.to_string(), "x.arrow: expected an index that holds its samples, found a lie");
}

#[test]
fn the_writer_refuses_what_it_could_not_read_back() {
    let drive = long_drive(2.0);
    let (a, b) = (drive.slice(0, 1_000_000_000), drive.slice(1_000_000_000, i64::MAX));
    let mut writer = Writer::new(Vec::new(), &drive, &Layout::of(&drive)).unwrap();
    writer.push(&a).unwrap();
    assert!(writer.push(&a).unwrap_err().to_string().contains("expected tick 50 of stream 0"));
    let mut runs = b.runs().to_vec();
    let horn = ChannelData::code(Column::new(vec![1; runs[0].len()]), Origin::VehicleBus);
    runs[0].channels.set(Channel::Horn, horn);
    let horn = Drive::new(b.header().clone(), b.clocks().to_vec(), runs, Vec::new()).unwrap();
    assert!(writer.push(&horn).unwrap_err().to_string().contains("a layout with the column horn"));
    let twins = drive.header().as_ref().clone();
    let mut twins = twins;
    twins.actors[1].id = "ego".into();
    let twins = drive.clone().with_header(Arc::new(twins)).unwrap();
    assert!(native::write(&twins, SEGMENT).unwrap_err().to_string().contains("each actor once"));
    assert!(native::write(&drive, 0).unwrap_err().to_string().contains("a positive length of a segment"));
}

#[test]
fn a_stretch_that_is_held_keeps_its_values() {
    let bytes = native::write(&long_drive(60.0), 10_000_000_000).unwrap();
    let mut reader = open(&bytes).unwrap();
    let first = reader.next_stretch().unwrap().unwrap();
    let before = first.runs()[0].x_m.values().to_vec();
    while reader.next_stretch().unwrap().is_some() {}
    assert_eq!(first.runs()[0].x_m.values(), before);
}

#[test]
fn memory_at_hand_is_read_in_place() {
    let bytes = native::write(&random_drive(31, 400), SEGMENT).unwrap();
    let over = |bytes: Vec<u8>| native::over(bytes, "x.arrow", &ReadOptions::default());
    let want = stretches(open(&bytes).unwrap()).unwrap();
    assert!(want.len() > 2);
    assert_eq!(stretches(over(bytes.clone()).unwrap()).unwrap(), want);
    // In place: the poses lie within the memory that was given.
    let memory: &'static [u8] = Vec::leak(bytes.clone());
    let mut source = native::over(memory, "x.arrow", &ReadOptions::default()).unwrap();
    let stretch = source.next_stretch().unwrap().unwrap();
    let aligned = (memory.as_ptr() as usize).is_multiple_of(8);
    let within = memory.as_ptr_range().contains(&stretch.runs()[0].x_m.values().as_ptr().cast());
    assert_eq!(within, aligned);
    // Damage gives the same words either way.
    let mut rng = Rng::new(9);
    let (mut same, mut bad) = (0, 0);
    for _ in 0..300 {
        let mut bytes = bytes.clone();
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(bytes.len());
            bytes[at] ^= 1 << rng.below(8);
        }
        bytes.truncate(bytes.len() - rng.below(40));
        let streamed = open(&bytes).and_then(stretches).map_err(|e| e.to_string());
        let mapped = over(bytes).and_then(stretches).map_err(|e| e.to_string());
        bad += usize::from(streamed.is_err());
        same += usize::from(streamed == mapped);
    }
    assert_eq!(same, 300);
    assert!(bad > 100);
}
