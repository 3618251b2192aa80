//! SUMO floating car data (FCD) XML.
//!
//! Vehicles and persons of each `<timestep>`; persons may stand in a file of their own. `x`, `y` are the middle
//! of the front bumper (of a person: his front), `angle` is in degrees clockwise from north; both are converted.
//! Coordinates are those of the net, which are also those of the OpenDRIVE map that netconvert writes of it.
//!
//! FCD names no sizes. They come from the files beside it: `actors.csv` (id, type, length_m, width_m, class), or
//! the `<vType>`s of a route or additional file. Only SUMO's own types (`DEFAULT_PEDTYPE` and the like) have sizes
//! without one, those that SUMO gives them; each use is noted. Any other type without a size is an error.
//!
//! Signal states come from `signal_states.csv` (time_s, tls_id, state) or SUMO's `<tlsStates>`; link `i` of
//! traffic light `C` is the signal head `C_i`, as netconvert names it in the map. A state that SUMO writes at
//! time t is the one by which the vehicles of FCD step t moved. A table written from outside by a step's *end*
//! (its first time is exactly one step after the first FCD step) is shifted back by that step, with a note.
//!
//! Not read: `accelerationLat`, which is the movement across the lane and not the body's lateral acceleration.

mod signals;
mod sizes;
mod xml;

use lukao_model::channel::{Indicator, Switch};
use lukao_model::drive::Actor;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Drive, Error, Frame, Origin};

use crate::ingest::reference::{AngleConvention, Reference};
use crate::ingest::{At, Ingest, MAP_FRAME, Policy, RawPose, Sampling, StreamIx, Value};
use crate::table::decimal;
use crate::{Bundle, Input, ReadOptions};
use sizes::Sizes;
use xml::{Element, Step};

/// Files beside an FCD file that belong to it.
const COMPANIONS: [&str; 7] = [
    "actors.csv",
    "fcd_person.xml",
    "routes.rou.xml",
    "signal_states.csv",
    "tls_states.xml",
    "vehroutes.xml",
    "vtypes.add.xml",
];

/// Plain names of the files beside a log of that name that belong to it, if it is an FCD file.
pub(crate) fn companions_of(file_name: &str) -> impl Iterator<Item = &'static str> {
    let name = bare(file_name).to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    let fcd = plain.contains("fcd") && !COMPANIONS.contains(&plain);
    COMPANIONS.into_iter().filter(move |_| fcd)
}

/// The vehicle under test, unless the user names another.
const EGO: &str = "ego";

/// Reads an FCD file.
///
/// # Errors
/// If the XML is damaged, an attribute is missing or no number, or an actor has no size.
pub fn read(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    let main = &bundle.main;
    let sizes = Sizes::gather(&bundle.companions)?;
    let mut log = Ingest::new(&main.name, "sumo-fcd", Policy::default());
    log.header_mut().producer = "SUMO".into();
    log.header_mut().frame = Frame::local(MAP_FRAME);
    let stream = log.add_stream(stream(&main.name), Origin::Simulation, Sampling::Lockstep);

    let mut fcd = Fcd { log: &mut log, stream, sizes: &sizes, times: FirstTimes::default(), rounding_m: 0.0 };
    fcd.read(main)?;
    for companion in bundle.companions.iter().filter(|c| bare(&c.name).starts_with("fcd_person")) {
        fcd.read(companion)?;
    }
    let (times, rounding_m) = (fcd.times, fcd.rounding_m);
    // A simulator's own positions, exact but for the decimals that it prints.
    log.set_pose_accuracy(stream, Some(rounding_m), Some(0.0));
    signals::read(&bundle.companions, &times, &mut log)?;

    let wanted = options.ego.as_deref().unwrap_or(EGO);
    let ego = log.actor(wanted);
    if ego.is_none() && options.ego.is_some() {
        let n = log.header().actors.len();
        let found = format!("none of that id among {n}");
        return Err(log.error(format!("a vehicle or person \"{wanted}\""), found, At::Whole));
    }
    log.header_mut().ego = ego;
    log.finish()
}

fn stream(name: &str) -> Stream {
    Stream {
        name: bare(name).to_owned(),
        base: TimeBase::Simulation,
        sync: Sync::Same,
        offset_ns: 0,
        accuracy_ns: Some(0),
    }
}

/// File name without folders.
fn bare(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The first two times of the FCD steps.
#[derive(Clone, Copy, Debug, Default)]
struct FirstTimes {
    first_ns: Option<i64>,
    second_ns: Option<i64>,
}

impl FirstTimes {
    fn see(&mut self, t_ns: i64) {
        match (self.first_ns, self.second_ns) {
            (None, _) => self.first_ns = Some(t_ns),
            (Some(first), None) if t_ns > first => self.second_ns = Some(t_ns),
            _ => {}
        }
    }
}

struct Fcd<'a> {
    log: &'a mut Ingest,
    stream: StreamIx,
    sizes: &'a Sizes,
    times: FirstTimes,
    /// Half of the last decimal of the positions.
    rounding_m: f64,
}

impl Fcd<'_> {
    fn read(&mut self, input: &Input) -> Result<(), Error> {
        let mut t_ns: Option<i64> = None;
        let mut root = false;
        xml::each(input, |step| {
            let element = match step {
                Step::Begin(element) => element,
                Step::End("timestep") => {
                    t_ns = None;
                    return Ok(());
                }
                Step::End(_) => return Ok(()),
            };
            match element.name() {
                "fcd-export" => root = true,
                "timestep" if root => {
                    let text = element.required("time")?;
                    let t =
                        decimal(&text, 9).ok_or_else(|| element.wrong("time", "a time in seconds", &text))?;
                    self.times.see(t);
                    t_ns = Some(t);
                }
                "vehicle" | "person" | "container" if root => {
                    let Some(t) = t_ns else {
                        return Err(element.error("a <timestep> around it", format!("<{}>", element.name())));
                    };
                    self.sample(&element, t)?;
                }
                _ => {}
            }
            Ok(())
        })?;
        if root { Ok(()) } else { Err(Error::new(&input.name, "an <fcd-export> element", "none")) }
    }

    fn sample(&mut self, e: &Element<'_>, t_ns: i64) -> Result<(), Error> {
        let id = &*e.required("id")?;
        let actor = match self.log.actor(id) {
            Some(actor) => actor,
            None => {
                let person = e.name() == "person";
                let otherwise = if person { "DEFAULT_PEDTYPE" } else { "DEFAULT_VEHTYPE" };
                let kind = e.text("type")?;
                let kind = kind.as_deref().unwrap_or(otherwise);
                let Some(known) = self.sizes.of(id, kind) else {
                    let want = "its size in actors.csv, or its <vType> in a route or additional file";
                    return Err(e.error(want, format!("neither for \"{id}\" of type \"{kind}\"")));
                };
                let class = match known.class {
                    ActorClass::Unknown if person => ActorClass::Pedestrian,
                    class => class,
                };
                let actor = self.log.add_actor(Actor {
                    id: id.to_owned(),
                    class,
                    reference_point: "front-bumper".into(),
                    ..Actor::default()
                })?;
                self.log
                    .set_size(actor, known.size, e.at())
                    .map_err(|err| err.in_source(known.source.as_str()))?;
                if known.declared {
                    let (l, w) = (known.size.length_m, known.size.width_m);
                    self.log.note("declared-size", id, None, || {
                        format!("{l} × {w} m: SUMO's own for type \"{kind}\", not said by the log")
                    });
                }
                actor
            }
        };
        let size = self.sizes_of(actor);
        let x_text = e.required("x")?;
        let x = x_text.parse::<f64>().map_err(|_| e.wrong("x", "a number", &x_text))?;
        if self.rounding_m == 0.0 {
            self.rounding_m = rounding(&x_text);
        }
        let y = e.number("y")?.ok_or_else(|| e.missing("y"))?;
        let angle = e.number("angle")?.ok_or_else(|| e.missing("angle"))?;
        let yaw_rad = AngleConvention::DegCwFromNorth.to_yaw_rad(angle);
        let (x_m, y_m) = Reference::FrontBumper.to_centre(x, y, yaw_rad, size.0, size.1);
        let raw = RawPose { t_ns, x_m, y_m, yaw_rad, z_m: e.number("z")?, ..RawPose::default() };

        let mut channels = [(Channel::Speed, Value::Missing); 12];
        let mut n = 0;
        let mut add = |channel, value| {
            channels[n] = (channel, value);
            n += 1;
        };
        if let Some(v) = e.number("speed")? {
            add(Channel::Speed, Value::Real(v));
        }
        if let Some(a) = e.number("acceleration")? {
            add(Channel::AccelLon, Value::Real(a));
        }
        if let Some(up) = e.number("slope")? {
            add(Channel::Pitch, Value::Real(-up * std::f64::consts::PI / 180.0));
        }
        if let Some(text) = e.text("signals")? {
            let bits: u32 = text.parse().map_err(|_| e.wrong("signals", "a set of bits", &text))?;
            let on = |mask: u32| Value::Code(if bits & mask != 0 { Switch::On } else { Switch::Off }.code());
            let indicator = match (bits & LEFT != 0, bits & RIGHT != 0, bits & HAZARD != 0) {
                (_, _, true) | (true, true, _) => Indicator::Hazard,
                (true, false, _) => Indicator::Left,
                (false, true, _) => Indicator::Right,
                (false, false, _) => Indicator::Off,
            };
            add(Channel::Indicator, Value::Code(indicator.code()));
            for (channel, mask) in LAMPS {
                add(channel, on(mask));
            }
        }
        self.log
            .pose(actor, self.stream, &raw, &channels[..n], e.at())
            .map_err(|err| err.in_source(e.source()))
    }

    fn sizes_of(&self, actor: lukao_model::ActorIx) -> (f64, f64) {
        self.log.size(actor).map_or((0.0, 0.0), |s| (s.length_m, s.width_m))
    }
}

const RIGHT: u32 = 1;
const LEFT: u32 = 2;
const HAZARD: u32 = 4;

/// SUMO's bits of lamps and doors. Front light, fog light and emergency light are only ever switched on by a
/// controller outside, but "off" is what the simulation means by 0.
const LAMPS: [(Channel, u32); 8] = [
    (Channel::BrakeLamp, 8),
    (Channel::LowBeam, 16),
    (Channel::FrontFogLamp, 32),
    (Channel::HighBeam, 64),
    (Channel::ReversingLamp, 128),
    (Channel::Wipers, 256),
    (Channel::DoorOpen, 512 | 1024),
    (Channel::EmergencyLamp, 2048 | 4096 | 8192),
];

/// Half of the last decimal that a number is printed with.
fn rounding(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len().min(17));
    let mut step = 0.5;
    for _ in 0..decimals {
        step /= 10.0;
    }
    step
}
