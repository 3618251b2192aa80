//! Sessions: reading all that a session file names, and what can be said of it before grading.

use std::path::{Path, PathBuf};

use lukao::logs::{Limits, events};
use lukao::model::Frame;
use lukao::model::stream::Stream;
use lukao::model::vehicle::VehicleSheet;
use lukao::session::preflight::{self, Concern};
use lukao::session::{self, File, Layout, Part, Run, RunStatus, Session};
use lukao::{Drive, Error, Exam, Options, Placed, Position, SourceFile, Verdict};

use lukao_logs::ingest::MAP_FRAME;

use super::tracks::Tracks;
use super::{exam, files, grade};

/// A session with what it names but the logs.
pub struct Loaded {
    pub session: Session,
    pub exam: Exam,
    /// The session's file, the sheets and the layout.
    pub files: Vec<SourceFile>,
    folder: PathBuf,
    tracks: Tracks,
    layout: Option<Layout>,
    limits: Limits,
}

/// A run with its logs put together.
pub struct Driven {
    pub drive: Drive,
    pub files: Vec<SourceFile>,
}

fn text(path: &Path, limits: Limits) -> Result<(String, SourceFile), Error> {
    let (input, file) = files::read(path, limits)?;
    Ok((grade::text_of(input)?, file))
}

impl Loaded {
    pub fn read(path: &Path, limits: Limits, choices: &[(String, String)]) -> Result<Self, Error> {
        let (own, file) = text(path, limits)?;
        let session = Session::parse(&files::shown(path), &own)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut switches = session.switches.clone();
        switches.extend(choices.iter().cloned());
        // A pack of one's own lies beside the session; an id is one that comes with the engine.
        let beside = folder.join(&session.exam);
        let named = if beside.is_file() { files::shown(&beside) } else { session.exam.clone() };
        let (exam, _) = exam::load_with(&named, &switches)?;
        if let Some(level) = &session.level
            && !exam.levels.contains(level)
        {
            let expected = format!("a level of {} ({})", exam.id, exam.levels.join(", "));
            return Err(Error::new(files::shown(path), expected, format!("\"{level}\"")));
        }
        for run in &session.runs {
            if let Some(item) = run.items.iter().find(|i| !exam.items.iter().any(|x| x.id == **i)) {
                let expected = format!("items of {} in the run {}", exam.id, run.id);
                return Err(Error::new(files::shown(path), expected, format!("\"{item}\"")));
            }
        }
        let mut sources = vec![file];
        let layout = session.layout.as_ref().map(|l| {
            let (of, file) = text(&folder.join(l), limits)?;
            sources.push(file);
            Layout::parse(l, &of)
        });
        let layout = layout.transpose()?;
        let tracks = Tracks::new(Some(folder.join(&session.field)), None, limits);
        Ok(Self { session, exam, files: sources, folder, tracks, layout, limits })
    }

    /// The text of the exam's pack.
    pub fn pack_text(&self, limits: Limits) -> Result<String, Error> {
        let beside = self.folder.join(&self.session.exam);
        if beside.is_file() {
            return Ok(text(&beside, limits)?.0);
        }
        let b = lukao_exam::builtin(&self.session.exam);
        let b =
            b.ok_or_else(|| Error::new("exam", "an exam's id or a pack's file", self.session.exam.as_str()))?;
        Ok(b.text.to_string())
    }

    /// Where a path of the session leads.
    fn path(&self, relative: &str) -> PathBuf {
        self.folder.join(relative)
    }

    /// The sheet of a vehicle, if it has one.
    pub fn sheet(&self, vehicle: &str) -> Result<Option<(VehicleSheet, SourceFile)>, Error> {
        let Some(path) = self.session.vehicle(vehicle).and_then(|v| v.sheet.as_ref()) else {
            return Ok(None);
        };
        let (of, file) = text(&self.path(path), self.limits)?;
        let sheet = toml::from_str(&of).map_err(|e: toml::de::Error| {
            let found = e.message().lines().next().unwrap_or("something else").to_owned();
            let at = e.span().map_or(Position::Whole, |s| Position::in_text(&of, s.start));
            Error::new(path.as_str(), "a vehicle sheet", found).at(at)
        })?;
        Ok(Some((sheet, file)))
    }

    /// Reads one file of a run.
    fn part(&self, file: &File) -> Result<(Part, Vec<SourceFile>), Error> {
        let path = self.path(&file.path);
        if events::is_event_table(&files::head(&path)?) {
            let (input, source) = files::read(&path, self.limits)?;
            let stream = Stream { name: file.path.clone(), ..Stream::default() };
            let drive = events::read(&input, stream, file.role.origin())?;
            return Ok((Part { file: file.clone(), drive }, vec![source]));
        }
        let mapping = file.mapping.as_ref().map(|m| self.path(m));
        let (reading, of_mapping) = grade::reading(None, mapping.as_deref(), self.limits)?;
        let loaded = files::load(&path, &reading)?;
        let drive = loaded.drive(&reading)?;
        let mut sources = loaded.files;
        sources.extend(of_mapping);
        Ok((Part { file: file.clone(), drive }, sources))
    }

    /// Reads a run: its files, put together, with the sheet of its vehicle and the day's objects.
    pub fn drive(&self, run: &Run) -> Result<Driven, Error> {
        let (mut parts, mut sources) = (Vec::new(), Vec::new());
        for file in &run.files {
            let (part, of) = self.part(file)?;
            parts.push(part);
            sources.extend(of);
        }
        let mut drive = session::join(parts)?;
        if let Some((sheet, file)) = self.sheet(&run.vehicle)? {
            drive = session::with_sheet(drive, &sheet)?;
            sources.push(file);
        }
        if let Some(class) = self.session.vehicle(&run.vehicle).and_then(|v| v.class) {
            drive = session::with_type(drive, class)?;
        }
        if let Some(layout) = &self.layout
            && let Some(field) = self.tracks.find(&self.folder, drive.header())?
        {
            // Coordinates "of the map" are those of the field that the session names.
            let own = drive.header().frame.clone();
            let of_map = own == Frame::local(MAP_FRAME);
            let frame = if of_map { own } else { field.track.frame().clone() };
            drive = layout.put_into(&drive, &frame)?;
        }
        Ok(Driven { drive, files: sources })
    }

    /// Grades one vehicle: its runs in the session's order.
    pub fn grade(&self, vehicle: &str, options: &Options) -> Result<Verdict, Error> {
        let mut graded = Vec::new();
        let mut options = options.clone();
        options.level = options.level.or_else(|| self.session.level.clone());
        let driven = |r: &&Run| r.vehicle == vehicle && r.status != RunStatus::Planned;
        for run in self.session.runs.iter().filter(driven) {
            let Driven { drive, files: sources, .. } = self.drive(run)?;
            let field = self.tracks.find(&self.folder, drive.header())?;
            let placed = match &field {
                Some(f) => Some(self.tracks.place(&f.track, &drive.header().frame)?),
                None => None,
            };
            let mut options = options.clone();
            options.inputs.logs = sources;
            if let (Some(f), Some((_, how))) = (&field, &placed) {
                options.inputs.track.clone_from(&f.files);
                options.inputs.alignment = Some(how.clone());
            }
            let track = placed.as_ref().map(|(p, _)| Placed::track(p));
            graded.push(session::grade_run(&self.session, run, &self.exam, track, &drive, &options)?);
        }
        if graded.is_empty() {
            return Err(Error::new(vehicle, "at least one run that was driven", "none"));
        }
        let mut verdict = lukao::verdict_of(&self.exam, &options, graded)?;
        let mut all = self.files.clone();
        all.append(&mut verdict.provenance.logs);
        verdict.provenance.logs = all;
        Ok(verdict)
    }

    /// All that stands in the way of grading, run after run.
    pub fn preflight(&self) -> Vec<Concern> {
        let mut all = preflight::of_session(&self.session, &self.exam);
        for run in self.session.runs.iter().filter(|r| r.status != RunStatus::Planned) {
            match self.drive(run) {
                Ok(driven) => all.extend(preflight::of_run(run, &self.exam, &driven.drive)),
                Err(e) => all.push(Concern {
                    run: Some(run.id.clone()),
                    what: "cannot be read".into(),
                    why: e.to_string(),
                    grave: true,
                }),
            }
        }
        all
    }
}
