//! Reading a native file, stretch by stretch.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_buffer::Buffer;
use bytes::Bytes;
use lukao_model::channel::{Accuracy, Channels, Values};
use lukao_model::drive::{Drive, Header, Note};
use lukao_model::{Column, Error, Position};
use sha2::Digest;

use super::buffers::{Buffers, Pool};
use super::container::{Container, read_at};
use super::continuity::Continuity;
use super::message::{Message, Packing};
use super::meta::{self, FileMeta, VersionOnly};
use super::rows::{Names, Source};
use super::table::{Plan, Table};
use crate::{Columns, DriveSource, ReadOptions};

/// Reads a native file stretch by stretch, only the wanted columns, in memory of one segment.
///
/// Structure is checked as it is read; values are not, see [`verify_stream`].
///
/// ```
/// use lukao_logs::{DriveSource, ReadOptions, native};
/// let drive = lukao_testkit::random_drive(1, 50);
/// let bytes = native::write(&drive, 1_000_000_000)?;
/// let mut reader = native::NativeReader::open(std::io::Cursor::new(bytes), "run.arrow", &ReadOptions::default())?;
/// let mut samples = 0;
/// while let Some(stretch) = reader.next_stretch()? {
///     samples += stretch.samples();
/// }
/// assert_eq!(samples, drive.samples());
/// # Ok::<(), lukao_model::Error>(())
/// ```
pub struct NativeReader<R> {
    from: R,
    name: String,
    file: Container,
    plan: Plan,
    header: Arc<Header>,
    names: Names,
    continuity: Continuity,
    lenient: bool,
    next: usize,
    pool: Pool,
    scratch: Vec<u8>,
    unpack_left: u64,
    /// The whole file, if it is in memory.
    whole: Option<Buffer>,
}

/// Reads a native file that is in memory, or mapped there by the caller, without copying what lies aligned in it.
///
/// The stretches share that memory and keep it alive. Structure is checked as it is read; values are not, see
/// [`verify_stream`]. Who maps a file answers for its not changing meanwhile.
///
/// # Errors
/// As of [`NativeReader::open`].
pub fn over<T: AsRef<[u8]> + Send + 'static>(
    memory: T,
    name: &str,
    options: &ReadOptions,
) -> Result<impl DriveSource + use<T>, Error> {
    let memory = Bytes::from_owner(memory);
    let mut reader = NativeReader::open(Cursor::new(memory.clone()), name, options)?;
    reader.whole = Some(Buffer::from(memory));
    Ok(reader)
}

impl<R: Read + Seek> NativeReader<R> {
    /// Opens a file: reads its footer and the metadata of every segment.
    ///
    /// # Errors
    /// If it is no native file, is damaged in one of these parts, is of a later major version, or
    /// `options.ego` is none of its actors.
    pub fn open(mut from: R, name: &str, options: &ReadOptions) -> Result<Self, Error> {
        let file = Container::open(&mut from, name, meta::KEY)?;
        let text = file.meta.as_deref().ok_or_else(|| {
            let want = format!("a drive file (schema metadata \"{}\")", meta::KEY);
            Error::new(name, want, "another Arrow file")
        })?;
        let json = |e: serde_json::Error| {
            let place = Position::Part(format!("schema metadata \"{}\"", meta::KEY));
            Error::new(name, "the header as JSON", e.to_string()).at(place)
        };
        let version = serde_json::from_str::<VersionOnly>(text).map_err(json)?.version;
        if version[0] != meta::VERSION[0] {
            let want = format!("a drive file of version {}.x", meta::VERSION[0]);
            return Err(Error::new(name, want, format!("version {}.{}", version[0], version[1])));
        }
        let parsed: FileMeta = serde_json::from_str(text).map_err(json)?;
        let lenient = version[1] > meta::VERSION[1];
        let mut header = parsed.header.into_header();
        if let Some(ego) = &options.ego {
            let found = header.actor_named(ego);
            header.ego = Some(
                found.ok_or_else(|| Error::new(name, "an actor of the log as ego", format!("\"{ego}\"")))?,
            );
        }
        let plan = Plan::new(&file, name, |c| c.wanted(&options.columns))?;
        if !lenient && let Some(unknown) = plan.unknown.first() {
            let want = format!("columns of version {}.{}", version[0], version[1]);
            return Err(Error::new(name, want, format!("\"{unknown}\"")));
        }
        for (i, c) in parsed.clocks.iter().enumerate() {
            if c.stream as usize >= header.streams.len() || c.first_tick > 1 << 62 {
                let want = format!("a stream below {} and a small first tick", header.streams.len());
                let found = format!("stream {}, tick {}", c.stream, c.first_tick);
                return Err(Error::new(name, want, found).at(Position::Part(format!("clock {i}"))));
            }
        }
        let names = Names::new(&header, name)?;
        let mut scratch = Vec::new();
        let (mut packed, mut misaligned) = (0u64, 0u64);
        for &block in &file.blocks {
            let m = Message::read(&mut from, name, &file, block, &mut scratch)?;
            packed += u64::from(m.packing != Packing::Plain);
            let plain = m.packing == Packing::Plain;
            misaligned += u64::from(plain && plan.buffers.iter().any(|i| !m.buffers[*i].0.is_multiple_of(8)));
        }
        let mut note = |code: &str, count: u64, text: String| {
            if count > 0 {
                header.notes.push(Note {
                    code: code.into(),
                    subject: String::new(),
                    when: None,
                    count,
                    text,
                });
            }
        };
        note("file-compressed", packed, format!("{packed} compressed segments were read by copying"));
        note("file-misaligned", misaligned, format!("{misaligned} misaligned segments were read by copying"));
        let later = format!(
            "the file is of the later version {}.{}; {} unknown columns were not read",
            version[0],
            version[1],
            plan.unknown.len()
        );
        note("file-version", u64::from(lenient), later);
        let continuity = Continuity::new(parsed.clocks.iter().map(|c| (c.stream, c.first_tick)));
        Ok(Self {
            from,
            name: name.into(),
            file,
            plan,
            header: Arc::new(header),
            names,
            continuity,
            lenient,
            next: 0,
            pool: Pool::default(),
            scratch,
            unpack_left: options.limits.max_bytes,
            whole: None,
        })
    }

    /// Number of segments.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.file.blocks.len()
    }

    /// The next stretch; with a hasher, all bytes up to its end are read in order and hashed.
    fn step(&mut self, hasher: Option<&mut Hasher>) -> Result<Option<Drive>, Error> {
        let Some(&block) = self.file.blocks.get(self.next) else { return Ok(None) };
        let message;
        let table = if let Some(hasher) = hasher {
            hasher.up_to(&mut self.from, &self.name, block.offset)?;
            let mut bytes = std::mem::take(&mut self.scratch);
            bytes.resize(block.meta_len as usize, 0);
            read_at(&mut self.from, &self.name, block.offset, &mut bytes)?;
            hasher.take(&bytes);
            message = Message::parse(&bytes, &self.name, &self.file, block)?;
            self.scratch = bytes;
            let mut body = self.pool.take(block.body_len as usize);
            let body_at = block.offset + block.meta_len;
            read_at(&mut self.from, &self.name, body_at, body.as_slice_mut())?;
            hasher.take(&body);
            let body = Buffer::from(body);
            self.pool.renew(vec![body.clone()]);
            let wanted = &self.plan.buffers;
            let buffers =
                Buffers::in_body(&body, body_at, &self.name, &message, wanted, &mut self.unpack_left)?;
            Table::new(&self.name, block.offset, &self.file, &self.plan, &message, &buffers)?
        } else {
            message = Message::read(&mut self.from, &self.name, &self.file, block, &mut self.scratch)?;
            let (name, wanted, left) = (&self.name, &self.plan.buffers, &mut self.unpack_left);
            let body_at = block.offset + block.meta_len;
            // A body that ends after the file falls to the read, whose error says so.
            let whole = self.whole.as_ref();
            let buffers = match whole.filter(|w| body_at + block.body_len <= w.len() as u64) {
                Some(whole) => {
                    let body = whole.slice_with_length(body_at as usize, block.body_len as usize);
                    Buffers::in_body(&body, body_at, name, &message, wanted, left)?
                }
                None => Buffers::read(&mut self.from, name, &message, wanted, &mut self.pool, left)?,
            };
            Table::new(&self.name, block.offset, &self.file, &self.plan, &message, &buffers)?
        };
        let source = Source {
            name: &self.name,
            segment: self.next,
            header: &self.header,
            names: &self.names,
            continuity: &self.continuity,
            lenient: self.lenient,
        };
        let stretch = source.stretch(&table)?;
        self.continuity.follow(&stretch, &self.name, &format!("segment {}", self.next))?;
        self.next += 1;
        Ok(Some(stretch))
    }

    /// The next stretch with its values checked.
    fn checked(&mut self, hasher: Option<&mut Hasher>) -> Result<Option<Drive>, Error> {
        let Some(stretch) = self.step(hasher)? else { return Ok(None) };
        let place = |e: Error| {
            let place = Position::Part(format!("segment {}{}", self.next - 1, e.position));
            e.in_source(&self.name).at(place)
        };
        stretch.verify().map_err(place)?;
        finite(&stretch).map_err(place)?;
        Ok(Some(stretch))
    }
}

impl<R: Read + Seek> DriveSource for NativeReader<R> {
    fn header(&self) -> &Arc<Header> {
        &self.header
    }

    fn next_stretch(&mut self) -> Result<Option<Drive>, Error> {
        self.step(None)
    }
}

/// Reads the rest of a file as one drive and checks all values.
pub(super) fn read_all<R: Read + Seek>(mut reader: NativeReader<R>) -> Result<Drive, Error> {
    // Stretches are joined in pairs of about equal length, so that each value is copied a few times only.
    let mut parts: Vec<(u32, Drive)> = Vec::new();
    while let Some(stretch) = reader.checked(None)? {
        let mut part = (0, stretch);
        while let Some((_, before)) = parts.pop_if(|p| p.0 == part.0) {
            part = (part.0 + 1, join(&reader.name, &before, &part.1)?);
        }
        parts.push(part);
    }
    let mut whole: Option<Drive> = None;
    while let Some((_, before)) = parts.pop() {
        whole = Some(match whole {
            Some(after) => join(&reader.name, &before, &after)?,
            None => before,
        });
    }
    match whole {
        Some(drive) => Ok(drive),
        None => {
            let clocks = reader.continuity.empty_clocks();
            Drive::new(Arc::clone(&reader.header), clocks, Vec::new(), Vec::new())
                .map_err(|e| e.in_source(&reader.name))
        }
    }
}

fn join(name: &str, a: &Drive, b: &Drive) -> Result<Drive, Error> {
    a.append(b).map_err(|e| e.in_source(name))
}

/// Checks what [`Drive::verify`] leaves to readers: other channels and accuracies are finite.
pub(super) fn finite(drive: &Drive) -> Result<(), Error> {
    let name = &drive.header().name;
    let wrong = |whose: String, what: &str, k: usize| {
        let want = if what.ends_with("__u") { "finite accuracies of at least 0" } else { "finite values" };
        Error::new(name, want, format!("one that is not in {what} at sample {k}")).at(Position::Part(whose))
    };
    let bad = |c: &Column<f64>| c.iter().position(|v| v.is_some_and(|v| !v.is_finite()));
    let bad_u = |a: &Accuracy| {
        let wrong = |u: f64| !(u.is_finite() && u >= 0.0);
        match a {
            Accuracy::Unknown => None,
            Accuracy::Constant(u) => wrong(*u).then_some(0),
            Accuracy::Column(c) => c.iter().position(|u| u.is_some_and(wrong)),
        }
    };
    let channels = |whose: &dyn Fn() -> String, channels: &Channels| {
        for (c, d) in channels.iter() {
            if let Values::Real(v) = &d.values
                && let Some(k) = bad(v)
            {
                return Err(wrong(whose(), c.name(), k));
            }
            if let Some(k) = bad_u(&d.accuracy) {
                return Err(wrong(whose(), &format!("{}__u", c.name()), k));
            }
        }
        Ok(())
    };
    for r in drive.runs() {
        let whose = || format!("actor \"{}\" run {}", drive.actor(r.actor).id, r.ordinal);
        for (a, what) in [(&r.accuracy.position_m, "xy_m__u"), (&r.accuracy.yaw_rad, "yaw_rad__u")] {
            if let Some(k) = bad_u(a) {
                return Err(wrong(whose(), what, k));
            }
        }
        if r.size.accuracy_m.is_some_and(|u| !(u.is_finite() && u >= 0.0)) {
            return Err(wrong(whose(), "size__u", 0));
        }
        channels(&whose, &r.channels)?;
    }
    for s in drive.series() {
        channels(&|| format!("series {:?} {}", s.subject, s.ordinal), &s.channels)?;
    }
    Ok(())
}

/// Hashes a file in order, also what lies between its segments.
struct Hasher {
    hash: sha2::Sha256,
    done: u64,
}

impl Hasher {
    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.done += bytes.len() as u64;
    }

    fn up_to<R: Read + Seek>(&mut self, from: &mut R, name: &str, end: u64) -> Result<(), Error> {
        let mut chunk = vec![0u8; 64 << 10];
        while self.done < end {
            let n = (end - self.done).min(chunk.len() as u64) as usize;
            read_at(from, name, self.done, &mut chunk[..n])?;
            self.take(&chunk[..n]);
        }
        Ok(())
    }
}

/// What [`verify_stream`] found out on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Integrity {
    /// SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// Number of segments.
    pub segments: usize,
    /// Poses of all actors.
    pub samples: u64,
}

/// Reads a whole file once, in order and in memory of one segment, and checks all that streaming takes on
/// trust: finite poses and values, times that rise within and across segments, runs that go on without a hole.
/// `also` sees every stretch with all columns; pass the contact core's check of its index here, so that a
/// forged or stale index cannot hide a contact.
///
/// # Errors
/// The first thing that is wrong; the first error of `also`.
pub fn verify_stream<R: Read + Seek>(
    from: R,
    name: &str,
    options: &ReadOptions,
    also: &mut dyn FnMut(&Drive) -> Result<(), Error>,
) -> Result<Integrity, Error> {
    let all = ReadOptions { columns: Columns::All, ..options.clone() };
    let mut reader = NativeReader::open(from, name, &all)?;
    let mut hasher = Hasher { hash: sha2::Sha256::new(), done: 0 };
    let mut samples = 0;
    while let Some(stretch) = reader.checked(Some(&mut hasher))? {
        also(&stretch).map_err(|e| e.in_source(name))?;
        samples += stretch.samples();
    }
    let len = reader.file.len;
    hasher.up_to(&mut reader.from, name, len)?;
    let grown =
        reader.from.seek(SeekFrom::End(0)).map_err(|e| Error::new(name, "a readable file", e.to_string()))?;
    if grown != len {
        return Err(Error::new(name, format!("a file of {len} bytes throughout"), format!("{grown} bytes")));
    }
    Ok(Integrity { sha256: hasher.hash.finalize().into(), segments: reader.next, samples })
}
