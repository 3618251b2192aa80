//! Inputs: names, bytes, compression, limits, and telling one format from another by content.

mod kinds;

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};

use lukao_model::{Error, Position};

pub use kinds::{sniff, what_is};

/// Bounds on what an input may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest size of one input after decompression.
    pub max_bytes: u64,
    /// Largest ratio of unpacked to packed bytes, beyond the first 64 MiB. Logs pack 5 to 50 times; what packs
    /// far better was made to fill memory.
    pub max_ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 8 << 30, max_ratio: 200 }
    }
}

/// Named bytes.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// File name or path, for errors and for formats that need the extension.
    pub name: String,
    /// Content, decompressed.
    pub bytes: Vec<u8>,
}

/// A log and the files that belong to it.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// The log.
    pub main: Input,
    /// Files beside it, by bare file name: signal states, actor sizes, persons.
    pub companions: Vec<Input>,
}

/// A log's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// This project's drive file.
    Native,
    /// ASAM OSI trace: length-prefixed protobuf.
    Osi,
    /// MCAP with OSI channels.
    Mcap,
    /// SUMO FCD output.
    Sumo,
    /// Argoverse 2 annotations.
    Argoverse,
    /// CommonRoad scenario.
    CommonRoad,
    /// Text table.
    Csv,
    /// Arrow IPC table.
    Arrow,
    /// Parquet table.
    Parquet,
}

impl Input {
    /// Reads an input to its end, unpacking gzip and zstd as they come. Memory grows with what is read, never
    /// with what is declared.
    ///
    /// ```
    /// use lukao_logs::{Input, Limits};
    /// let input = Input::read("a.csv", &b"t,x,y\n0,1,2\n"[..], Limits::default())?;
    /// assert_eq!(input.bytes.len(), 12);
    /// # Ok::<(), lukao_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// If reading fails, the compressed data is damaged or cut off (with the byte of the packed file), more
    /// than `limits.max_bytes` come out, or it packs better than `limits.max_ratio`.
    pub fn read(name: impl Into<String>, from: impl Read, limits: Limits) -> Result<Self, Error> {
        let name = name.into();
        let used = Cell::new(0);
        let mut from = Counted { from: BufReader::with_capacity(64 << 10, from), used: &used };
        let head = peek(&mut from, 4).map_err(|e| Error::new(&name, "a readable file", e.to_string()))?;
        let drain = Drain { name: &name, used: &used, limits };
        let bytes = match head.get_ref().clone()[..] {
            [0x1f, 0x8b, ..] => {
                drain.all(flate2::bufread::MultiGzDecoder::new(head.chain(from)), Some("sound gzip data"))?
            }
            [0x28, 0xb5, 0x2f, 0xfd] => {
                let packed = zstd::stream::read::Decoder::with_buffer(head.chain(from));
                let packed = packed.and_then(|mut d| d.window_log_max(WINDOW_LOG).map(|()| d));
                let packed = packed.map_err(|e| Error::new(&name, "sound zstd data", e.to_string()))?;
                drain.all(packed, Some("sound zstd data"))?
            }
            _ => drain.all(head.chain(from), None)?,
        };
        Ok(Self { name, bytes })
    }
}

/// Largest window of zstd data, as a power of two: 128 MiB, what `zstd --ultra` makes without `--long`.
const WINDOW_LOG: u32 = 27;

/// Unpacked bytes up to which any ratio is fine.
const ANY_RATIO: u64 = 64 << 20;

/// Counts the bytes that are taken from a reader.
struct Counted<'a, R> {
    from: BufReader<R>,
    used: &'a Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(into)?;
        self.used.set(self.used.get() + n as u64);
        Ok(n)
    }
}

impl<R: Read> BufRead for Counted<'_, R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.from.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.used.set(self.used.get() + n as u64);
        self.from.consume(n);
    }
}

/// The first bytes, fewer at the end of the file.
fn peek(from: &mut impl Read, n: u64) -> std::io::Result<std::io::Cursor<Vec<u8>>> {
    let mut head = Vec::new();
    from.take(n).read_to_end(&mut head)?;
    Ok(std::io::Cursor::new(head))
}

struct Drain<'a> {
    name: &'a str,
    used: &'a Cell<u64>,
    limits: Limits,
}

impl Drain<'_> {
    /// All bytes of a reader; `packed` is what its source should be, if it unpacks.
    fn all(&self, mut from: impl Read, packed: Option<&str>) -> Result<Vec<u8>, Error> {
        let wrong =
            |want: String, found: String, at: u64| Error::new(self.name, want, found).at(Position::Byte(at));
        let mut bytes: Vec<u8> = Vec::new();
        let mut chunk = vec![0u8; 64 << 10];
        loop {
            let n = match from.read(&mut chunk) {
                Ok(0) => return Ok(bytes),
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    let want = packed.unwrap_or("a readable file").to_owned();
                    return Err(wrong(want, e.to_string(), self.used.get()));
                }
            };
            let total = (bytes.len() + n) as u64;
            if total > self.limits.max_bytes {
                let want = format!("at most {} bytes (the limit, see --max-bytes)", self.limits.max_bytes);
                return Err(wrong(want, "more".into(), self.used.get()));
            }
            let allowed = self.used.get().saturating_mul(self.limits.max_ratio);
            if packed.is_some() && total > ANY_RATIO && total > allowed {
                let want = format!("data that packs at most {} times", self.limits.max_ratio);
                let found = format!("{total} bytes from {}", self.used.get());
                return Err(wrong(want, found, self.used.get()));
            }
            if bytes.try_reserve(n).is_err() {
                return Err(wrong(
                    "memory for the file".into(),
                    format!("none beyond {} bytes", bytes.len()),
                    self.used.get(),
                ));
            }
            bytes.extend_from_slice(&chunk[..n]);
        }
    }
}

/// Plain names of all files beside a log that belong to it, whatever its format: look for each as it is, and with
/// `.gz` and `.zst`, and read it once.
///
/// ```
/// let names = lukao_logs::input::companion_names("fcd.xml.gz", None);
/// assert!(names.contains(&"fcd_person.xml".to_string()) && names.iter().all(|n| !n.ends_with(".gz")));
/// assert_eq!(lukao_logs::input::companion_names("07_tracks.csv", None), ["07_recordingMeta.csv", "07_tracksMeta.csv"]);
/// ```
#[must_use]
pub fn companion_names(file_name: &str, mapping: Option<&Input>) -> Vec<String> {
    let mut names: Vec<String> = crate::sumo::companions_of(file_name).map(str::to_owned).collect();
    names.extend(crate::argoverse::companions_of(file_name).map(str::to_owned));
    names.extend(crate::table::companions_of(file_name, mapping));
    names.sort_unstable();
    names.dedup();
    names
}
