//! `lukao bundle`: all that a dispute about a session needs, in one archive.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use lukao::report::json;
use lukao::{Error, Options};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Exit, files, grade, out, session};

/// Packs a session with all that its verdicts rest on into one tar archive, or checks such an archive.
///
/// The archive holds the logs, the session, field, survey, stations, sheets, layout and mappings where they lay relative to each
/// other, the exam's pack, the verdicts, and manifest.json with the SHA-256 of each, the engine's version and the day until which to
/// keep it. Unpacked, `lukao grade --session` gives the same verdicts again. The same session gives the same bytes.
#[derive(clap::Args)]
pub struct Args {
    /// Session file; with --verify the archive.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Archive to write.
    #[arg(long, value_name = "FILE", required_unless_present = "verify")]
    out: Option<PathBuf>,
    /// Check that an archive holds what its manifest says.
    #[arg(long)]
    verify: bool,
}

/// What an archive says of itself.
#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    engine: String,
    session: String,
    /// The session's file in the archive.
    session_file: String,
    keep_until: Option<String>,
    /// Disputed readings in force.
    switches: BTreeMap<String, String>,
    /// SHA-256 by name in the archive.
    files: BTreeMap<String, String>,
}

const MANIFEST: &str = "manifest.json";

pub fn run(args: &Args) -> Result<Exit, Error> {
    if args.verify {
        return verify(&args.file);
    }
    let Some(to) = &args.out else { return Ok(Exit::BadInput) };
    let limits = grade::limits(None);
    let loaded = session::Loaded::read(&args.file, limits, &[])?;
    let mut made: Vec<(String, Vec<u8>)> = Vec::new();
    let mut sources: BTreeSet<PathBuf> = BTreeSet::new();
    for vehicle in &loaded.session.vehicles {
        let verdict = loaded.grade(&vehicle.id, &Options::default())?;
        let all = verdict.provenance.logs.iter().chain(&verdict.provenance.track);
        for f in all {
            sources.insert(absolute(Path::new(&f.name))?);
        }
        made.push((format!("verdicts/{}.json", vehicle.id), json::verdict(&verdict)?.into_bytes()));
    }
    let pack = loaded.pack_text(limits)?;
    made.push((format!("packs/{}.toml", loaded.exam.id), pack.into_bytes()));
    let own = absolute(&args.file)?;
    let root = common(&sources).ok_or_else(|| Error::new(files::shown(&args.file), "files", "none"))?;
    let name_of = |p: &Path| {
        let below = p.strip_prefix(&root).unwrap_or(p);
        let parts: Vec<String> =
            below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        format!("data/{}", parts.join("/"))
    };
    let mut manifest = Manifest {
        format: 1,
        engine: concat!("lukao ", env!("CARGO_PKG_VERSION")).into(),
        session: loaded.session.id.clone(),
        session_file: name_of(&own),
        keep_until: loaded.session.keep_until.clone(),
        switches: loaded.exam.switches.iter().map(|s| (s.name.clone(), s.value.clone())).collect(),
        files: made.iter().map(|(name, bytes)| (name.clone(), files::hex(&Sha256::digest(bytes)))).collect(),
    };
    for path in &sources {
        manifest.files.insert(name_of(path), files::hash(path)?);
    }
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| Error::new(MANIFEST, "a manifest that can be written", e.to_string()))?;
    made.insert(0, (MANIFEST.into(), format!("{text}\n").into_bytes()));
    out::write_with(to, |file| {
        let wrong = |e: std::io::Error| Error::new(files::shown(to), "a file to write", e.to_string());
        let mut tar = tar::Builder::new(file);
        for (name, bytes) in &made {
            tar.append_data(&mut header(bytes.len() as u64), name, bytes.as_slice()).map_err(wrong)?;
        }
        for path in &sources {
            let from = files::open(path)?;
            let len = from.metadata().map_err(wrong)?.len();
            tar.append_data(&mut header(len), name_of(path), BufReader::new(from).take(len))
                .map_err(wrong)?;
        }
        tar.into_inner().map(|_| ()).map_err(wrong)
    })?;
    out::note(&format!("{}: {} files", files::shown(to), manifest.files.len() + 1));
    Ok(Exit::Passed)
}

/// The same for every machine and day, so that the same session gives the same bytes.
fn header(len: u64) -> tar::Header {
    let mut h = tar::Header::new_gnu();
    h.set_size(len);
    h.set_mode(0o644);
    h.set_mtime(0);
    h
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|e| Error::new(files::shown(path), "a file that can be read", e.to_string()))
}

/// The deepest folder that holds all.
fn common(paths: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let mut root = paths.first()?.parent()?.to_path_buf();
    for p in paths {
        while !p.starts_with(&root) {
            root = root.parent()?.to_path_buf();
        }
    }
    Some(root)
}

fn verify(path: &Path) -> Result<Exit, Error> {
    let name = files::shown(path);
    let wrong = |e: std::io::Error| Error::new(name.clone(), "an archive of lukao bundle", e.to_string());
    let mut archive = tar::Archive::new(BufReader::new(files::open(path)?));
    let mut manifest: Option<Manifest> = None;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for entry in archive.entries().map_err(wrong)? {
        let mut entry = entry.map_err(wrong)?;
        let inside = entry.path().map_err(wrong)?.to_string_lossy().into_owned();
        if inside == MANIFEST && manifest.is_none() {
            let mut text = String::new();
            // A manifest names files; whoever needs more than this for it is not ours.
            entry.by_ref().take(64 << 20).read_to_string(&mut text).map_err(wrong)?;
            let read = serde_json::from_str(&text);
            manifest = Some(read.map_err(|e| Error::new(name.clone(), "a manifest", e.to_string()))?);
            continue;
        }
        let mut hash = Sha256::new();
        let mut buffer = [0u8; 1 << 16];
        loop {
            let n = entry.read(&mut buffer).map_err(wrong)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
        }
        found.insert(inside, files::hex(&hash.finalize()));
    }
    let manifest = manifest.ok_or_else(|| Error::new(name.clone(), MANIFEST, "none"))?;
    let mut bad = Vec::new();
    for (inside, hash) in &manifest.files {
        match found.get(inside) {
            Some(h) if h == hash => {}
            Some(_) => bad.push(format!("{inside}: changed")),
            None => bad.push(format!("{inside}: missing")),
        }
    }
    bad.extend(
        found
            .keys()
            .filter(|k| !manifest.files.contains_key(*k))
            .map(|k| format!("{k}: not in the manifest")),
    );
    for line in &bad {
        out::print(&format!("{line}\n"))?;
    }
    if bad.is_empty() {
        let until = manifest.keep_until.map_or_else(String::new, |d| format!(", to be kept until {d}"));
        out::print(&format!(
            "{}: {} files as {} wrote them{until}\n",
            manifest.session,
            found.len(),
            manifest.engine
        ))?;
        return Ok(Exit::Passed);
    }
    Ok(Exit::Failed)
}
