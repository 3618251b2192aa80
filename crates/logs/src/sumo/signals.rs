//! Signal states beside an FCD file.

use lukao_model::channel::SignalState;
use lukao_model::{Channel, Error, Origin, Position, Subject};

use super::xml::{self, Step};
use super::{FirstTimes, bare, stream};
use crate::Input;
use crate::ingest::{At, Ingest, Sampling, StreamIx, Value, seconds};
use crate::table::decimal;

/// Reads all companions that hold signal states.
///
/// # Errors
/// If one is damaged.
pub(super) fn read(companions: &[Input], fcd: &FirstTimes, log: &mut Ingest) -> Result<(), Error> {
    for input in companions {
        let name = bare(&input.name);
        if name.starts_with("signal_states.csv") {
            read_csv(input, fcd, log)?;
        } else if name.starts_with("tls_states.xml") {
            read_xml(input, log)?;
        }
    }
    Ok(())
}

/// What a letter of SUMO's state means. `None`: no letter of SUMO.
fn state_of(letter: char) -> Option<SignalState> {
    Some(match letter {
        'r' => SignalState::Red,
        'y' | 'Y' => SignalState::Amber,
        'u' => SignalState::RedAmber,
        // Minor: must let others pass. Major: has priority.
        'g' => SignalState::GreenYield,
        'G' => SignalState::Green,
        's' => SignalState::RedTurnRight,
        'o' => SignalState::FlashingAmber,
        'O' => SignalState::Off,
        _ => return None,
    })
}

/// Adds the states of all links of a traffic light.
fn add(
    log: &mut Ingest,
    source: &str,
    stream: StreamIx,
    t_ns: i64,
    light: &str,
    state: &str,
    at: At,
) -> Result<(), Error> {
    for (i, letter) in state.chars().enumerate() {
        let Some(state) = state_of(letter) else {
            let found = format!("'{letter}' in \"{}\"", state.chars().take(60).collect::<String>());
            return Err(Error::new(source, "letters of r, y, g, G, u, s, o, O", found).at(at.into()));
        };
        let head = log.add_signal(&format!("{light}_{i}"));
        let value = Value::Code(state.code());
        log.value(Subject::Signal(head), stream, t_ns, Channel::SignalState, value, at)
            .map_err(|e| e.in_source(source))?;
    }
    Ok(())
}

/// A table time_s, tls_id, state: one row a change.
fn read_csv(input: &Input, fcd: &FirstTimes, log: &mut Ingest) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&input.bytes[..]);
    let wrong = |e: csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        Error::new(&input.name, "a table of signal states", e.to_string())
            .at(Position::Row(line, String::new()))
    };
    let header = reader.headers().map_err(wrong)?.clone();
    let need = |name: &str| {
        header.iter().position(|h| h == name).ok_or_else(|| {
            let found = header.iter().collect::<Vec<_>>().join(", ");
            Error::new(&input.name, format!("a column \"{name}\""), found).at(Position::Row(1, String::new()))
        })
    };
    let (time, light, state) = (need("time_s")?, need("tls_id")?, need("state")?);
    let id = log.add_stream(stream(&input.name), Origin::Simulation, Sampling::OnChange);
    let mut shift_ns = None;
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let row = record.position().map_or(0, csv::Position::line);
        let text = record.get(time).unwrap_or_default();
        let Some(t_ns) = decimal(text, 9) else {
            let at = Position::Row(row, "time_s".into());
            return Err(Error::new(&input.name, "a time in seconds", format!("\"{text}\"")).at(at));
        };
        let shift = *shift_ns.get_or_insert_with(|| shift_of(t_ns, fcd));
        if shift != 0 {
            log.note("signal-time-shift", bare(&input.name), None, || {
                format!("its times are ends of steps; moved back by {} s to the steps' own", seconds(shift))
            });
        }
        let (light, state) = (record.get(light).unwrap_or_default(), record.get(state).unwrap_or_default());
        add(log, &input.name, id, t_ns.saturating_sub(shift), light, state, At::Row(row))?;
    }
    Ok(())
}

/// One step if the first state was written exactly one step after the first FCD step, else nothing.
fn shift_of(first_state_ns: i64, fcd: &FirstTimes) -> i64 {
    match (fcd.first_ns, fcd.second_ns) {
        (Some(first), Some(second)) if first_state_ns == second => second - first,
        _ => 0,
    }
}

/// SUMO's own `<tlsStates>`: one element a step and traffic light.
fn read_xml(input: &Input, log: &mut Ingest) -> Result<(), Error> {
    let id = log.add_stream(stream(&input.name), Origin::Simulation, Sampling::Lockstep);
    xml::each(input, |step| {
        let Step::Begin(e) = step else { return Ok(()) };
        if e.name() != "tlsState" {
            return Ok(());
        }
        let time = e.required("time")?;
        let t_ns = decimal(&time, 9).ok_or_else(|| e.wrong("time", "a time in seconds", &time))?;
        add(log, &input.name, id, t_ns, &e.required("id")?, &e.required("state")?, e.at())
    })
}
