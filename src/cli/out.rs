//! Writing: to the terminal, where a reader may leave at any time, and to files, which are whole or not there.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lukao::Error;

/// Writes to standard output. Who stops reading, as `head` does, has what he wants: no error.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new("standard output", "a place to write to", e.to_string()))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error; there is nobody to tell if that fails.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes a file under a temporary name and renames it, so that it is whole or not there.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_with(path, |to| to.write_all(bytes).map_err(|e| cannot_write(path, &e)))
}

/// The same for what is written piece by piece.
pub fn write_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<(), Error> {
    let temporary = temporary(path);
    let wrong = |e: io::Error| cannot_write(path, &e);
    let written = fs::File::create(&temporary).map_err(wrong).and_then(|file| {
        let mut to = io::BufWriter::with_capacity(1 << 20, file);
        write(&mut to)?;
        to.flush().and_then(|()| to.get_ref().sync_all()).map_err(wrong)?;
        fs::rename(&temporary, path).map_err(wrong)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn cannot_write(path: &Path, e: &io::Error) -> Error {
    Error::new(path.display().to_string(), "a file to write", e.to_string())
}

/// Temporary name beside a file: the same for each run, so that one that was killed leaves nothing for ever.
pub fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.partial"))
}
