//! XML with positions: attributes as numbers, errors with line and column.

use lukao_model::{Error, Position};
use roxmltree::{Document, Node, ParsingOptions};

use crate::limits::{MAX_COORDINATE_M, MAX_XML_ATTRIBUTES, MAX_XML_NODES};

/// A parsed document.
pub(crate) struct Xml<'a> {
    pub name: &'a str,
    doc: Document<'a>,
}

impl<'a> Xml<'a> {
    /// Parses the text and checks that its root is `wanted`; `what` that is, for the error.
    pub(crate) fn parse(name: &'a str, text: &'a str, wanted: &str, what: &str) -> Result<Self, Error> {
        // Each attribute has one; texts have few.
        if text.bytes().filter(|b| *b == b'=').count() > MAX_XML_ATTRIBUTES {
            let expected = format!("a map of at most {MAX_XML_ATTRIBUTES} XML attributes");
            return Err(Error::new(name, expected, "more"));
        }
        // Entities can blow up or loop; no map needs them.
        let options =
            ParsingOptions { allow_dtd: false, nodes_limit: MAX_XML_NODES, ..ParsingOptions::default() };
        let doc = Document::parse_with_options(text, options).map_err(|e| syntax(name, text, &e))?;
        let xml = Self { name, doc };
        let root = xml.root();
        let kind = match root.tag_name().name() {
            root if root == wanted => return Ok(xml),
            "osm" => "a Lanelet2 or OpenStreetMap map, which is not supported",
            "net" => "a SUMO network, which is not supported (netconvert exports it as OpenDRIVE)",
            other => &format!("an XML document of <{}>, which is not supported", shorten(other)),
        };
        Err(xml.error(root, what, kind))
    }

    pub(crate) fn root(&self) -> Node<'_, 'a> {
        self.doc.root_element()
    }

    /// An error at an element.
    pub(crate) fn error(
        &self,
        node: Node<'_, '_>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        self.error_at(node.range().start, expected, found)
    }

    /// An error at a byte of the text.
    pub(crate) fn error_at(
        &self,
        byte: usize,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        let pos = self.doc.text_pos_at(byte);
        Error::new(self.name, expected, found).at(Position::Line(pos.row.into(), pos.col.into()))
    }

    /// A number, if the attribute is there and not blank.
    pub(crate) fn number(&self, node: Node<'_, '_>, attribute: &str) -> Result<Option<f64>, Error> {
        let Some(text) = node.attribute(attribute).map(str::trim).filter(|t| !t.is_empty()) else {
            return Ok(None);
        };
        match text.parse::<f64>() {
            Ok(x) if x.abs() <= MAX_COORDINATE_M => Ok(Some(x)),
            _ => {
                let expected = format!(
                    "a number up to {MAX_COORDINATE_M:e} in {attribute} of <{}>",
                    node.tag_name().name()
                );
                Err(self.error(node, expected, format!("\"{}\"", shorten(text))))
            }
        }
    }

    /// A number that must be there.
    pub(crate) fn needed(&self, node: Node<'_, '_>, attribute: &str) -> Result<f64, Error> {
        self.number(node, attribute)?.ok_or_else(|| {
            self.error(node, format!("{attribute} of <{}>", node.tag_name().name()), "no such attribute")
        })
    }

    /// A number, or 0.
    pub(crate) fn or_zero(&self, node: Node<'_, '_>, attribute: &str) -> Result<f64, Error> {
        Ok(self.number(node, attribute)?.unwrap_or(0.0))
    }

    /// A text that must be there.
    pub(crate) fn text<'n>(&self, node: Node<'n, '_>, attribute: &str) -> Result<&'n str, Error> {
        node.attribute(attribute).ok_or_else(|| {
            self.error(node, format!("{attribute} of <{}>", node.tag_name().name()), "no such attribute")
        })
    }

    /// A lane number.
    pub(crate) fn lane_number(&self, node: Node<'_, '_>, attribute: &str) -> Result<i32, Error> {
        let text = self.text(node, attribute)?;
        text.trim().parse::<i32>().map_err(|_| {
            let expected = format!("a lane number in {attribute} of <{}>", node.tag_name().name());
            self.error(node, expected, format!("\"{}\"", shorten(text)))
        })
    }
}

/// Children of that name.
pub(crate) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| c.is_element() && c.tag_name().name() == name)
}

/// First child of that name.
pub(crate) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// Children of that name, below a child that groups them.
pub(crate) fn grouped<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    group: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    children(node, group).flat_map(move |g| children(g, name))
}

/// An attribute's text, or an empty one.
pub(crate) fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().trim().to_owned()
}

pub(crate) fn shorten(text: &str) -> String {
    let mut out: String = text.chars().take(40).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

fn syntax(name: &str, text: &str, error: &roxmltree::Error) -> Error {
    use roxmltree::Error as E;
    let end = || {
        let lines = text.lines().count().max(1);
        let column = text.lines().last().map_or(0, |l| l.chars().count()) + 1;
        Position::Line(lines as u64, column as u64)
    };
    let (position, expected) = match error {
        E::UnexpectedEndOfStream | E::UnclosedRootNode | E::NoRootNode => {
            (end(), "the rest of an XML document")
        }
        E::DtdDetected => {
            let at = text.find("<!DOCTYPE").unwrap_or(0);
            let line = text[..at].matches('\n').count() + 1;
            (Position::Line(line as u64, 0), "XML without a document type definition")
        }
        E::NodesLimitReached => (Position::Whole, "a map of at most 3 million XML nodes"),
        other => {
            let p = other.pos();
            (Position::Line(p.row.into(), p.col.into()), "an OpenDRIVE map in XML")
        }
    };
    Error::new(name, expected, shorten_message(&error.to_string())).at(position)
}

fn shorten_message(text: &str) -> String {
    text.chars().take(120).collect()
}
