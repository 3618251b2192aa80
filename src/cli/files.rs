//! Finding and reading logs: folders to logs, a log with its companions, hashes on the way.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use lukao::logs::{Bundle, Input, Limits, ReadOptions, companion_names};
use lukao::{Drive, Error, SourceFile};
use sha2::{Digest, Sha256};

/// Endings of what may be a log in a folder; a file that is named itself may be called anything.
const ENDINGS: [&str; 7] = ["arrow", "csv", "feather", "mcap", "osi", "parquet", "xml"];

/// All logs that arguments name, folders searched to the bottom, in order of name.
pub fn expand(args: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut logs = Vec::new();
    for arg in args {
        if arg.is_dir() {
            let before = logs.len();
            search(arg, &mut logs)?;
            if logs.len() == before {
                let expected = format!("at least one log (*.{})", ENDINGS.join(", *."));
                return Err(Error::new(shown(arg), expected, "none"));
            }
        } else {
            logs.push(arg.clone());
        }
    }
    Ok(logs)
}

fn search(dir: &Path, logs: &mut Vec<PathBuf>) -> Result<(), Error> {
    let wrong = |e: io::Error| Error::new(shown(dir), "a folder that can be read", e.to_string());
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let kind = entry.file_type().map_err(wrong)?;
        // Links to folders are not followed, so that a loop cannot hold us.
        entries.push((entry.path(), kind.is_dir()));
    }
    entries.sort();
    let names: Vec<String> = entries.iter().filter(|e| !e.1).map(|e| name_of(&e.0)).collect();
    let mut companions: Vec<String> = names.iter().flat_map(|log| companion_names(log, None)).collect();
    companions.sort_unstable();
    let belongs = |name: &str| companions.binary_search_by(|c| c.as_str().cmp(plain(name))).is_ok();
    for (path, is_dir) in entries {
        let name = name_of(&path);
        if is_dir {
            search(&path, logs)?;
        } else if !name.starts_with('.') && is_log(&name) && !belongs(&name) {
            logs.push(path);
        }
    }
    Ok(())
}

fn is_log(name: &str) -> bool {
    let ending = plain(name).rsplit_once('.').map_or("", |(_, e)| e);
    ENDINGS.contains(&ending)
}

/// A file's name without the ending of its compression.
fn plain(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// A path as reports show it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Opens a file; the error names it.
pub fn open(path: &Path) -> Result<File, Error> {
    let wrong = |found: String| Error::new(shown(path), "a file that can be read", found);
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(wrong("a folder".into()));
    }
    Ok(file)
}

/// The first bytes of a file: enough to tell its format.
pub fn head(path: &Path) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    let read = open(path)?.take(1 << 20).read_to_end(&mut head);
    read.map_err(|e| Error::new(shown(path), "a file that can be read", e.to_string()))?;
    Ok(head)
}

/// A log that was read into memory, with the hashes of its files.
pub struct Loaded {
    pub bundle: Bundle,
    pub files: Vec<SourceFile>,
}

impl Loaded {
    /// The drive that it holds. An index that hides a contact is refused, as it is when a drive file is streamed.
    pub fn drive(&self, options: &ReadOptions) -> Result<Drive, Error> {
        let drive = lukao::logs::read(&self.bundle, options)?;
        lukao_contact::verify_index(&drive).map_err(|e| e.in_source(&self.bundle.main.name))?;
        Ok(drive)
    }
}

/// Reads a log and what lies beside it and belongs to it.
pub fn load(path: &Path, options: &ReadOptions) -> Result<Loaded, Error> {
    let limits = options.limits;
    let (main, file) = read(path, limits)?;
    let mut loaded = Loaded { bundle: Bundle { main, companions: Vec::new() }, files: vec![file] };
    for name in companion_names(&name_of(path), options.mapping.as_ref()) {
        let beside = ["", ".gz", ".zst"].map(|end| path.with_file_name(format!("{name}{end}")));
        let Some(found) = beside.iter().find(|p| p.is_file()) else {
            continue;
        };
        let (mut input, file) = read(found, limits)?;
        input.name = name;
        loaded.bundle.companions.push(input);
        loaded.files.push(file);
    }
    Ok(loaded)
}

/// Reads one file, unpacked, with the hash of its bytes as they lie on the disk.
pub fn read(path: &Path, limits: Limits) -> Result<(Input, SourceFile), Error> {
    let mut from = Hashing { from: BufReader::new(open(path)?), hash: Sha256::new() };
    let input = Input::read(shown(path), &mut from, limits)?;
    // Unpacking may stop before the file's end.
    io::copy(&mut from, &mut io::sink())
        .map_err(|e| Error::new(shown(path), "a file that can be read", e.to_string()))?;
    Ok((input, SourceFile { name: shown(path), sha256: Some(hex(&from.hash.finalize())) }))
}

/// SHA-256 of a file, in lower-case hexadecimal.
pub fn hash(path: &Path) -> Result<String, Error> {
    let mut from = Hashing { from: BufReader::new(open(path)?), hash: Sha256::new() };
    io::copy(&mut from, &mut io::sink())
        .map_err(|e| Error::new(shown(path), "a file that can be read", e.to_string()))?;
    Ok(hex(&from.hash.finalize()))
}

/// Reads through and hashes.
struct Hashing<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buf)?;
        self.hash.update(&buf[..n]);
        Ok(n)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
