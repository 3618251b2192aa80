//! `lukao grade`.

use std::fs::File;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use lukao::attempts::Finder;
use lukao::logs::{DriveSource, Input, Limits, ReadOptions, native};
use lukao::model::Header;
use lukao::report::Lang;
use lukao::{Align, Error, Exam, Grader, Options, Placed, SourceFile, Verdict, Watch};

use super::tracks::{self, Tracks};
use super::{Exit, Form, align, batch, exam, files, map, session};

/// Grades logs: finds what the exam looks for, and says passed, failed or undetermined.
///
/// One log prints its report; several print a table, or one JSON document. With --out each log gets a report of its
/// own in a folder. A log in a compressed file (.gz, .zst) is read as it is.
#[derive(clap::Args)]
pub struct Args {
    /// Logs, or folders of logs.
    #[arg(required_unless_present = "session", value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Session file: one exam of several vehicles, runs and recorders, with its field, exam and level.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["logs", "track", "exam", "ego", "mapping", "align", "resume", "map"])]
    session: Option<PathBuf>,
    /// Another reading of what is in dispute than the pack's own; may be given several times.
    #[arg(long, value_name = "SWITCH=READING", value_parser = switch)]
    switch: Vec<(String, String)>,
    /// Track: a folder with field.xodr, or a map's file. Else the one that the log names, or the log's own lanes.
    #[arg(long, value_name = "DIR|FILE")]
    track: Option<PathBuf>,
    /// Exam: an id (see `lukao exam list`), an id with a level (ID/LEVEL), or a pack's file.
    #[arg(long, value_name = "ID|FILE", default_value = "general-road")]
    exam: String,
    /// Id of the vehicle under test, if the log does not say or says otherwise.
    #[arg(long, value_name = "ID")]
    ego: Option<String>,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// Language of a report for people. In Chinese it is a score sheet.
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// Folder for reports, one a log. Made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// With --out and --format json: leave out logs whose report is there and was made from the same bytes of log,
    /// track and pack by this engine. The other options must be the same.
    #[arg(long, requires = "out")]
    resume: bool,
    /// Threads to use in all. Changes speed, never a report.
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// How the track's coordinates become the log's, if their frames do not say: `identity`, or `dx,dy,yaw` in m, m
    /// and degrees (turn, then shift).
    #[arg(long, value_name = "HOW", value_parser = align::parse, allow_hyphen_values = true)]
    align: Option<Align>,
    /// Mapping of a table's columns (TOML), if the log is a table of its own kind.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Largest size of one input, unpacked, in bytes.
    #[arg(long, value_name = "N")]
    max_bytes: Option<u64>,
    /// Map drive files into memory instead of reading them. Faster; but a file that is cut off meanwhile ends the
    /// program.
    #[arg(long)]
    map: bool,
    /// Refuse to decide on demands that are this project's own reading.
    #[arg(long)]
    strict: bool,
}

/// Languages of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Language {
    fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Zh => Lang::Zh,
        }
    }
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    if args.resume && args.format != Form::Json {
        return Err(Error::new(
            "--resume",
            "--format json, which it can read again",
            args.format.extension(),
        ));
    }
    let limits = limits(args.max_bytes);
    if let Some(path) = &args.session {
        return session(args, path, limits);
    }
    let (exam, level) = exam::load_with(&args.exam, &args.switch)?;
    let logs = files::expand(&args.logs)?;
    let jobs = match args.jobs {
        Some(n) => n.get(),
        None => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
    };
    let (reading, mapping) = reading(args.ego.clone(), args.mapping.as_deref(), limits)?;
    let job = Job {
        exam,
        level,
        strict: args.strict,
        map: args.map,
        reading,
        mapping,
        tracks: Tracks::new(args.track.clone(), args.align, limits),
    };
    let plan = batch::Plan {
        format: args.format,
        lang: args.lang.lang(),
        out: args.out.clone(),
        resume: args.resume,
        jobs,
    };
    batch::run(&job, &logs, &plan)
}

/// `NAME=READING`.
fn switch(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected SWITCH=READING")?;
    Ok((name.to_string(), value.to_string()))
}

/// Grades a session: a report for each vehicle.
fn session(args: &Args, path: &Path, limits: Limits) -> Result<Exit, Error> {
    let loaded = session::Loaded::read(path, limits, &args.switch)?;
    let mut options = Options::default();
    options.strict = args.strict;
    let jobs = args.jobs.map_or(0, NonZeroUsize::get);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(|e| Error::new("--jobs", "threads", e.to_string()))?;
    let mut exit = Exit::Passed;
    for vehicle in &loaded.session.vehicles {
        let verdict = pool.install(|| loaded.grade(&vehicle.id, &options))?;
        exit = exit.and(Exit::of(&verdict));
        let report = batch::render(
            &verdict,
            args.format,
            &lukao::session::sheet(&loaded.session, vehicle, args.lang.lang()),
        )?;
        match &args.out {
            Some(dir) => {
                std::fs::create_dir_all(dir)
                    .map_err(|e| Error::new(files::shown(dir), "a folder to write to", e.to_string()))?;
                let name = format!("{}.{}", vehicle.id, args.format.extension());
                super::out::write_file(&dir.join(name), report.as_bytes())?;
            }
            None => super::out::print(&report)?,
        }
    }
    Ok(exit)
}

pub fn limits(max_bytes: Option<u64>) -> Limits {
    let mut limits = Limits::default();
    limits.max_bytes = max_bytes.unwrap_or(limits.max_bytes);
    limits
}

/// How to read logs, and the mapping's file for the report.
pub fn reading(
    ego: Option<String>,
    mapping: Option<&Path>,
    limits: Limits,
) -> Result<(ReadOptions, Option<SourceFile>), Error> {
    let mut options = ReadOptions::default();
    options.ego = ego;
    options.limits = limits;
    let mapping = mapping.map(|m| files::read(m, limits)).transpose()?;
    let file = mapping.as_ref().map(|(_, file)| file.clone());
    options.mapping = mapping.map(|(input, _)| input);
    Ok((options, file))
}

/// What the report says of a track that the log itself describes.
const OWN_LANES: &str = "the track is made of the lanes that the log's own ground truth describes; how accurate they are it does not say";

/// What to do with each log.
pub struct Job {
    pub exam: Exam,
    level: Option<String>,
    strict: bool,
    map: bool,
    reading: ReadOptions,
    mapping: Option<SourceFile>,
    tracks: Tracks,
}

impl Job {
    /// Grades one log on the current rayon pool.
    pub fn grade(&self, path: &Path, watch: Option<Watch>) -> Result<Verdict, Error> {
        let mut options = Options::default();
        options.strict = self.strict;
        options.level = self.level.clone();
        options.watch = watch;
        if native::is_native(&files::head(path)?) {
            self.stream(path, options)
        } else {
            self.whole(path, options)
        }
    }

    /// A log of another format is read whole.
    fn whole(&self, path: &Path, mut options: Options) -> Result<Verdict, Error> {
        let loaded = files::load(path, &self.reading)?;
        let drive = loaded.drive(&self.reading)?;
        let files::Loaded { bundle, mut files } = loaded;
        files.extend(self.mapping.clone());
        let found = self.tracks.find(path, drive.header())?;
        if found.is_none()
            && let Some(own) = lukao::track_of(&bundle, &self.reading)?
        {
            let of_log =
                files.first().map(|f| SourceFile { name: format!("lanes of {}", f.name), ..f.clone() });
            options.inputs.track = of_log.into_iter().collect();
            options.inputs.logs = files;
            options.inputs.alignment = Some(OWN_LANES.into());
            super::out::note(&format!("{}: {OWN_LANES}", files::shown(path)));
            drop(bundle);
            return lukao::grade(&drive, &own, &self.exam, &options);
        }
        drop(bundle);
        options.inputs.logs = files;
        let placed = self.place(found.as_deref(), drive.header(), &mut options)?;
        lukao::grade(&drive, placed.as_ref().map(Placed::track), &self.exam, &options)
    }

    /// A drive file is read segment by segment, while a second pass on a thread of its own hashes it and checks
    /// its values. No verdict goes out before that has ended well.
    fn stream(&self, path: &Path, mut options: Options) -> Result<Verdict, Error> {
        let name = files::shown(path);
        let open = || files::open(path).map(BufReader::<File>::new);
        let second = open()?;
        std::thread::scope(|scope| {
            let check = scope.spawn(|| {
                native::verify_stream(second, &name, &self.reading, &mut lukao_contact::verify_index)
            });
            let graded = (|| {
                let open_log = || -> Result<Box<dyn DriveSource>, Error> {
                    Ok(if self.map {
                        Box::new(native::over(map::map(path)?, &name, &self.reading)?)
                    } else {
                        Box::new(native::NativeReader::open(open()?, &name, &self.reading)?)
                    })
                };
                let mut source = open_log()?;
                let found = self.tracks.find(path, source.header())?;
                let placed = self.place(found.as_deref(), source.header(), &mut options)?;
                let track = placed.as_ref().map(Placed::track);
                if self.exam.has_stations() {
                    // A rule looks at an attempt as a whole, so attempts are found before the rules run.
                    let mut finder = Finder::new(&self.exam, track);
                    let mut first = open_log()?;
                    while let Some(stretch) = first.next_stretch()? {
                        finder.push(&stretch);
                    }
                    options.attempts = Some(finder.finish());
                }
                let mut grader = Grader::new(track, &self.exam, &options)?;
                while let Some(stretch) = source.next_stretch()? {
                    grader.push(&stretch)?;
                }
                grader.finish()
            })();
            let checked = check.join().unwrap_or_else(|_| {
                Err(Error::new(&name, "a file that can be checked", "a fault in the check"))
            });
            let checked = checked?;
            let mut verdict = graded?;
            let sha256 = Some(files::hex(&checked.sha256));
            verdict.provenance.logs = vec![SourceFile { name: name.clone(), sha256 }];
            Ok(verdict)
        })
    }

    fn place<'t>(
        &self,
        found: Option<&'t tracks::Loaded>,
        header: &Header,
        options: &mut Options,
    ) -> Result<Option<Placed<'t>>, Error> {
        let Some(loaded) = found else {
            return Ok(None);
        };
        let (placed, how) = self.tracks.place(&loaded.track, &header.frame)?;
        options.inputs.track.clone_from(&loaded.files);
        options.inputs.alignment = Some(how);
        Ok(Some(placed))
    }
}

/// An input that is already in memory; used for packs.
pub fn text_of(input: Input) -> Result<String, Error> {
    String::from_utf8(input.bytes).map_err(|e| Error::new(input.name, "UTF-8 text", e.to_string()))
}
