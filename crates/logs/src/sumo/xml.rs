//! XML elements one by one, with their place in the file.

use std::borrow::Cow;

use lukao_model::{Error, Position};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::Input;
use crate::ingest::At;

/// No file of SUMO nests deeper; bounds what open elements take.
const MAX_DEPTH: usize = 64;

/// What the walk meets.
pub(super) enum Step<'a> {
    Begin(Element<'a>),
    End(&'a str),
}

/// An element's begin.
pub(super) struct Element<'a> {
    tag: &'a BytesStart<'a>,
    input: &'a Input,
    /// Line and column at which it begins.
    place: (u64, u64),
}

fn line_of(input: &Input, byte: u64) -> Position {
    let before = &input.bytes[..(byte as usize).min(input.bytes.len())];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    Position::Line(line as u64, column as u64)
}

impl<'a> Element<'a> {
    pub fn name(&self) -> &str {
        self.tag.name().into_inner()
    }

    pub fn source(&self) -> &str {
        &self.input.name
    }

    pub fn at(&self) -> At {
        At::Line(self.place.0, self.place.1)
    }

    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(&self.input.name, expected, found).at(self.at().into())
    }

    pub fn missing(&self, attribute: &str) -> Error {
        self.error(format!("an attribute {attribute}"), format!("none in <{}>", self.name()))
    }

    /// An attribute's text, its entities resolved.
    pub fn text(&self, attribute: &str) -> Result<Option<Cow<'a, str>>, Error> {
        for a in self.tag.attributes().with_checks(false) {
            let a = a.map_err(|e| self.error("attributes", e.to_string()))?;
            if a.key.into_inner() == attribute {
                if !a.value.contains('&') {
                    return Ok(Some(a.value));
                }
                let plain = a
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|e| self.error("a text", e.to_string()))?;
                return Ok(Some(Cow::Owned(plain.into_owned())));
            }
        }
        Ok(None)
    }

    pub fn required(&self, attribute: &str) -> Result<Cow<'a, str>, Error> {
        self.text(attribute)?.ok_or_else(|| self.missing(attribute))
    }

    /// An error about what an attribute says.
    pub fn wrong(&self, attribute: &str, expected: &str, text: &str) -> Error {
        self.error(format!("{expected} in attribute {attribute}"), format!("\"{text}\""))
    }

    pub fn number(&self, attribute: &str) -> Result<Option<f64>, Error> {
        match self.text(attribute)? {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| self.error(format!("a number in attribute {attribute}"), format!("\"{text}\""))),
        }
    }
}

/// Walks a file from begin to end.
///
/// # Errors
/// If it is no sound XML, or `f` says so.
pub(super) fn each(input: &Input, mut f: impl FnMut(Step<'_>) -> Result<(), Error>) -> Result<(), Error> {
    let text = std::str::from_utf8(&input.bytes).map_err(|e| {
        let at = e.valid_up_to() as u64;
        Error::new(&input.name, "text in UTF-8", "other bytes").at(line_of(input, at))
    })?;
    let mut reader = Reader::from_str(text);
    let mut depth = 0usize;
    let (mut seen, mut line, mut line_begin) = (0usize, 1u64, 0usize);
    loop {
        let byte = reader.buffer_position();
        let now = (byte as usize).min(text.len());
        for (k, _) in text.as_bytes()[seen..now].iter().enumerate().filter(|(_, b)| **b == b'\n') {
            (line, line_begin) = (line + 1, seen + k + 1);
        }
        seen = now;
        let place = (line, (now - line_begin) as u64 + 1);
        let event = reader.read_event().map_err(|e| {
            let at = line_of(input, reader.error_position());
            Error::new(&input.name, "XML", e.to_string().replace('\n', " ")).at(at)
        })?;
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let found = format!("more than {MAX_DEPTH} elements inside each other");
                    return Err(Error::new(&input.name, "an output of SUMO", found).at(line_of(input, byte)));
                }
                f(Step::Begin(Element { tag: &tag, input, place }))?;
            }
            Event::Empty(tag) => {
                f(Step::Begin(Element { tag: &tag, input, place }))?;
                f(Step::End(tag.name().into_inner()))?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                f(Step::End(tag.name().into_inner()))?;
            }
            Event::Eof if depth > 0 => {
                let found = format!("the end of the file with {depth} elements open (it may be cut off)");
                return Err(Error::new(&input.name, "closing tags", found).at(line_of(input, byte)));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
