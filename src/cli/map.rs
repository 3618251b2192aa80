//! Mapping files into memory: the one place where a file that changes while it is read can end the program.

use std::path::Path;

use lukao::Error;

use super::files;

/// A file's bytes, mapped.
pub fn map(path: &Path) -> Result<impl AsRef<[u8]> + Send + use<>, Error> {
    let file = files::open(path)?;
    // SAFETY: sound as long as nobody shortens or rewrites the file meanwhile, which who asks for --map answers for.
    // What is read is checked as bytes from anywhere are.
    #[allow(unsafe_code)]
    let mapped = unsafe { memmap2::Mmap::map(&file) };
    mapped.map_err(|e| Error::new(files::shown(path), "a file that can be mapped into memory", e.to_string()))
}
