//! Tracks: from `--track`, or as the log names it; each file is read once for a whole batch.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lukao::logs::Limits;
use lukao::model::frame::Crs;
use lukao::model::{Frame, Header};
use lukao::{Align, Error, Placed, SourceFile, Track, place};

use super::files;

/// A track with its files' hashes.
pub struct Loaded {
    pub track: Track,
    pub files: Vec<SourceFile>,
}

/// Tracks by path, and what the user said of tracks.
pub struct Tracks {
    given: Option<PathBuf>,
    align: Option<Align>,
    limits: Limits,
    loaded: Mutex<BTreeMap<PathBuf, Arc<Loaded>>>,
}

/// Name of the local frame of logs whose coordinates are those of the map that they were driven on.
const MAP_FRAME: &str = "map";

impl Tracks {
    pub fn new(given: Option<PathBuf>, align: Option<Align>, limits: Limits) -> Self {
        Self { given, align, limits, loaded: Mutex::default() }
    }

    /// The track for a log: the one given, else the one that the log names if it is there, else none.
    pub fn find(&self, log: &Path, header: &Header) -> Result<Option<Arc<Loaded>>, Error> {
        if let Some(given) = &self.given {
            return self.load(given).map(Some);
        }
        let Some(named) = &header.track else {
            return Ok(None);
        };
        let folder = log.parent().unwrap_or(Path::new(""));
        if let Some((begin, end)) = named.split_once('*') {
            return match matching(folder, begin, end)? {
                Some(found) => self.load(&found).map(Some),
                None => Ok(None),
            };
        }
        let beside = tidy(&folder.join(named));
        if beside.exists() {
            return self.load(&beside).map(Some);
        }
        super::out::note(&format!(
            "{}: the log names the track \"{named}\", which is not at {}; grading without a track (--track names one)",
            files::shown(log),
            files::shown(&beside)
        ));
        Ok(None)
    }

    /// Brings the track into the log's frame. Coordinates "of the map" are those of the map that the user gives.
    pub fn place<'t>(&self, track: &'t Track, frame: &Frame) -> Result<(Placed<'t>, String), Error> {
        if let Some(align) = self.align {
            let placed = place(track, frame, align)?;
            let how = placed.how().replace("as the caller says", "as --align says");
            return Ok((placed, how));
        }
        if matches!(&frame.crs, Crs::Local { name } if name == MAP_FRAME) {
            let placed = place(track, frame, Align::Identity)?;
            return Ok((
                placed,
                "the log's coordinates are those of its map, and this is the map given".into(),
            ));
        }
        let placed = place(track, frame, Align::Declared).map_err(|e| Error {
            found: e.found.replace("say how to align them", "--align says how to align them"),
            ..e
        })?;
        let how = placed.how().to_string();
        Ok((placed, how))
    }

    fn load(&self, path: &Path) -> Result<Arc<Loaded>, Error> {
        // Held while reading: others who want the same track wait for it instead of reading it again.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = loaded.get(path) {
            return Ok(Arc::clone(there));
        }
        let new = Arc::new(load(path, self.limits)?);
        loaded.insert(path.to_path_buf(), Arc::clone(&new));
        Ok(new)
    }
}

/// Reads a track: a folder with `field.xodr`, or a map's file of any known kind. A `survey.toml` and a `stations.toml` in a
/// track's folder are read too.
pub fn load(path: &Path, limits: Limits) -> Result<Loaded, Error> {
    let folder = path.is_dir();
    let map = if folder {
        let names = ["field.xodr", "field.xodr.gz"].map(|n| path.join(n));
        names.into_iter().find(|p| p.is_file()).ok_or_else(|| {
            Error::new(files::shown(path), "a track's folder with field.xodr in it", "no such file")
        })?
    } else {
        path.to_path_buf()
    };
    let (input, file) = files::read(&map, limits)?;
    let mut sources = vec![file];
    let named_so = map.file_name().is_some_and(|n| n.to_string_lossy().starts_with("field.xodr"));
    let mut beside = |name: &str| {
        let path = map.with_file_name(name);
        if !named_so || !path.is_file() {
            return Ok(None);
        }
        let (input, file) = files::read(&path, limits)?;
        sources.push(file);
        super::grade::text_of(input).map(Some)
    };
    let survey = beside("survey.toml")?;
    let stations = beside("stations.toml")?;
    let mut track = Track::from_parts(&input.name, &input.bytes, survey.as_deref())?;
    if let Some(text) = stations {
        track = track.with_stations(&files::shown(&map.with_file_name("stations.toml")), &text)?;
    }
    Ok(Loaded { track, files: sources })
}

/// The one file in a log's folder, or in `map` in it, whose name begins and ends so. Logs of which the map's name is
/// not known, only its form, name their track by a `*`.
fn matching(folder: &Path, begin: &str, end: &str) -> Result<Option<PathBuf>, Error> {
    for dir in [folder.to_path_buf(), folder.join("map")] {
        let here = if dir.as_os_str().is_empty() { Path::new(".") } else { &dir };
        let Ok(entries) = std::fs::read_dir(here) else { continue };
        let mut found: Vec<PathBuf> = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let plain = name.strip_suffix(".gz").unwrap_or(&name);
            if plain.starts_with(begin) && plain.ends_with(end) {
                found.push(dir.join(&name));
            }
        }
        found.sort();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(Some(only.clone())),
            several => {
                let expected = format!("one map {begin}*{end} (--track names one)");
                return Err(Error::new(files::shown(&dir), expected, several.len().to_string()));
            }
        }
    }
    Ok(None)
}

/// The path without `.` and with `x/..` taken out, as far as names go.
fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
