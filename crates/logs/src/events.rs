//! Event tables: what a signal cabinet, a roadside unit, a weather station or the examiner's tablet logs. One row an event.
//!
//! ```text
//! t_s,subject,channel,value
//! 0.000,signal:A_0,signal_state,red
//! 12.400,,mark,begin: left-turn
//! 12.400,ego,driving_mode,automated
//! 13.000,,visibility_m,2000
//! ```
//!
//! `t_s` (or `t_ns`) counts from the drive's time base. `subject` is empty for the drive and its surroundings, `signal:ID` for a
//! signal head, else an actor's id. `channel` is a channel's name (`docs/drive-format.md`). `value` is a number in the channel's unit,
//! the name of a code, or a text; empty says that it is not known. A value holds until the next. A `#` begins a comment line.

use lukao_model::channel::{Kind, SignalState};
use lukao_model::drive::Actor;
use lukao_model::stream::Stream;
use lukao_model::values::Values;
use lukao_model::{Channel, Drive, Error, Origin, Position, Subject};

use crate::Input;
use crate::ingest::{At, Ingest, Policy, Sampling, Value};
use crate::table::{code_named, decimal};

/// Subjects that one table may name.
const MOST_SUBJECTS: usize = 100_000;

/// Whether bytes look like an event table: by the header.
#[must_use]
pub fn is_event_table(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let header = lines.take(64).find(|l| !l.is_empty() && !l.starts_with(b"#"));
    header.is_some_and(|h| {
        [b"t_s,subject,channel,value".as_slice(), b"t_ns,subject,channel,value"].contains(&h)
    })
}

/// Reads an event table. All its values get one origin; `stream` says how its clock is kept.
///
/// # Errors
/// At the line: another header, a time that is none, an unknown channel, a value that is not of the channel.
pub fn read(input: &Input, stream: Stream, origin: Origin) -> Result<Drive, Error> {
    let name = &input.name;
    let wrong = |line: u64, expected: &str, found: String| {
        Error::new(name.clone(), expected, found).at(Position::Line(line, 0))
    };
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(input.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&input.bytes));
    let line_of = |e: &csv::Error| e.position().map_or(1, csv::Position::line);
    let header = reader.headers().map_err(|e| wrong(line_of(&e), "a header in UTF-8", e.to_string()))?;
    let exponent = match header.iter().collect::<Vec<_>>()[..] {
        ["t_s", "subject", "channel", "value"] => 9,
        ["t_ns", "subject", "channel", "value"] => 0,
        _ => {
            let found = header.iter().collect::<Vec<_>>().join(",");
            return Err(wrong(1, "the header \"t_s,subject,channel,value\"", format!("\"{found}\"")));
        }
    };
    let mut log = Ingest::new(name.as_str(), "events", Policy::default());
    let stream = log.add_stream(stream, origin, Sampling::OnChange);
    for row in reader.records() {
        let row = row.map_err(|e| wrong(line_of(&e), "a row of four cells", e.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |k: usize| row.get(k).unwrap_or("");
        let t_ns =
            decimal(cell(0), exponent).ok_or_else(|| wrong(line, "a time", format!("\"{}\"", cell(0))))?;
        let channel = Channel::from_name(cell(2));
        let channel = channel.ok_or_else(|| wrong(line, "a channel's name", format!("\"{}\"", cell(2))))?;
        if matches!(channel, Channel::X | Channel::Y | Channel::Yaw | Channel::Z) {
            return Err(wrong(line, "a channel that is no pose", format!("\"{}\"", cell(2))));
        }
        let known = log.header().actors.len() + log.header().signals.len();
        if known > MOST_SUBJECTS {
            return Err(wrong(line, "at most 100,000 subjects", "more".into()));
        }
        let subject = match cell(1) {
            "" => Subject::Drive,
            other => match other.strip_prefix("signal:") {
                Some(id) => Subject::Signal(log.add_signal(id)),
                None => match log.actor(other) {
                    Some(a) => Subject::Actor(a),
                    None => Subject::Actor(log.add_actor(Actor { id: other.into(), ..Actor::default() })?),
                },
            },
        };
        let value = match (cell(3), channel.kind()) {
            ("", _) => Value::Missing,
            (text, Kind::Text) => Value::Text(text),
            (text, Kind::Real) => match text.parse::<f64>() {
                Ok(v) if v.is_finite() => Value::Real(v),
                _ => {
                    return Err(wrong(
                        line,
                        &format!("a number for {}", channel.name()),
                        format!("\"{text}\""),
                    ));
                }
            },
            (text, Kind::Code) => match code_named(channel, text) {
                Some(code) => Value::Code(code),
                None => {
                    return Err(wrong(line, &format!("a word of {}", channel.name()), format!("\"{text}\"")));
                }
            },
        };
        log.value(subject, stream, t_ns, channel, value, At::Line(line, 0))?;
    }
    log.finish()
}

/// Which of a drive's series to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// States of lights: a signal cabinet.
    Signals,
    /// Texts of the drive: marks, commands, messages.
    Said,
    /// Figures of the drive: weather, light, the road's surface.
    Surroundings,
}

/// The word of a state, as tables write it.
fn word(state: SignalState) -> String {
    serde_json::to_value(state).ok().and_then(|v| v.as_str().map(String::from)).unwrap_or_default()
}

/// The event table of some of a drive's series, its times moved by `shift_ns`.
#[must_use]
pub fn write(drive: &Drive, keep: Keep, shift_ns: i64) -> String {
    let mut rows: Vec<(i64, String)> = Vec::new();
    for series in drive.series() {
        let subject = match (keep, series.subject) {
            (Keep::Signals, Subject::Signal(s)) => format!("signal:{}", drive.header().signals[s.0 as usize]),
            (Keep::Said | Keep::Surroundings, Subject::Drive) => String::new(),
            _ => continue,
        };
        let times = drive.series_times(series);
        for (channel, data) in series.channels.iter() {
            let value = |i: usize| match (&data.values, keep) {
                (Values::Code(c), Keep::Signals) => {
                    Some(c.get(i).and_then(SignalState::from_code).map_or_else(String::new, word))
                }
                (Values::Text(t), Keep::Said) => t.get(i).map(|t| format!("\"{}\"", t.replace('"', "\"\""))),
                (Values::Real(v), Keep::Surroundings) => {
                    Some(v.get(i).map_or_else(String::new, |v| v.to_string()))
                }
                _ => None,
            };
            for (i, t) in times.iter().enumerate() {
                if let Some(value) = value(i) {
                    let t = t.saturating_add(shift_ns);
                    rows.push((t, format!("{t},{subject},{},{value}\n", channel.name())));
                }
            }
        }
    }
    rows.sort();
    let mut out = String::from("t_ns,subject,channel,value\n");
    rows.iter().for_each(|r| out.push_str(&r.1));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Result<Drive, String> {
        let input =
            Input { name: "e.csv".into(), bytes: format!("t_s,subject,channel,value\n{rows}").into_bytes() };
        read(&input, Stream::default(), Origin::Examiner).map_err(|e| e.to_string())
    }

    #[test]
    fn events_become_series() {
        let d = table("# tablet\n0.5,,mark,begin: curve\n0.7,signal:A,signal_state,red\n0.8,ego,driving_mode,automated\n").unwrap();
        assert_eq!(
            (d.series().len(), d.header().signals.len(), d.header().actors[0].id.as_str()),
            (3, 1, "ego")
        );
        let mark = &d.series_of(Subject::Drive)[0];
        assert_eq!(d.series_times(mark), [500_000_000]);
        assert_eq!(mark.channels.get(Channel::Mark).unwrap().origin, Origin::Examiner);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let rows = "0.5,,mark,\"begin: curve, \"\"twice\"\"\"\n0.7,signal:A,signal_state,red\n0.9,,visibility_m,12.5\n";
        let d = table(rows).unwrap();
        let of = |keep| {
            let text = write(&d, keep, 7);
            let input = Input { name: "w".into(), bytes: text.into_bytes() };
            read(&input, Stream::default(), Origin::Examiner).unwrap()
        };
        let said = of(Keep::Said);
        let mark = &said.series_of(Subject::Drive)[0];
        assert_eq!(said.series_times(mark), [500_000_007]);
        assert_eq!(mark.channels.text(Channel::Mark).unwrap().get(0), Some("begin: curve, \"twice\""));
        assert_eq!(
            of(Keep::Signals).series()[0].channels.code(Channel::SignalState).unwrap().get(0),
            Some(SignalState::Red.code())
        );
        assert_eq!(
            of(Keep::Surroundings).series()[0].channels.real(Channel::Visibility).unwrap().get(0),
            Some(12.5)
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (rows, want) in [
            ("x,,mark,a\n", "e.csv line 2: expected a time"),
            ("1,,marks,a\n", "line 2: expected a channel's name, found \"marks\""),
            ("1,signal:A,signal_state,rot\n", "expected a word of signal_state"),
            ("1,,visibility_m,NaN\n", "expected a number for visibility_m"),
            ("1,ego,x_m,3\n", "no pose"),
            ("1,,mark\n", "a row of four cells"),
        ] {
            let e = table(rows).unwrap_err();
            assert!(e.contains(want), "{rows}: {e}");
        }
        assert!(is_event_table(b"# a\n\nt_ns,subject,channel,value\n") && !is_event_table(b"t_s,x,y\n"));
    }
}
