//! Tiny maps, written as a person would.

use lukao_track::Track;

/// A map of the given roads and further elements.
pub fn map(body: &str) -> Track {
    read(&format!("<OpenDRIVE><header revMajor=\"1\" revMinor=\"6\"/>{body}</OpenDRIVE>"))
}

/// A map from its whole text.
pub fn read(text: &str) -> Track {
    Track::from_parts("test.xodr", text.as_bytes(), None).unwrap_or_else(|e| panic!("{e}"))
}

/// A straight road along +x from (`x`, `y`).
pub struct Road {
    pub id: &'static str,
    pub x: f64,
    pub y: f64,
    pub length: f64,
    pub attributes: &'static str,
    /// `<link>`, `<type>`, profiles: what comes before the lanes.
    pub before: String,
    pub left: String,
    pub centre: String,
    pub right: String,
    /// Objects and signals.
    pub after: String,
}

impl Default for Road {
    fn default() -> Self {
        Self {
            id: "1",
            x: 0.0,
            y: 0.0,
            length: 100.0,
            attributes: "junction=\"-1\"",
            before: String::new(),
            left: String::new(),
            centre: String::new(),
            right: lane(-1, "driving", 3.5, ""),
            after: String::new(),
        }
    }
}

impl Road {
    pub fn xml(&self) -> String {
        let Self { id, x, y, length, attributes, before, left, centre, right, after } = self;
        format!(
            "<road id=\"{id}\" name=\"\" length=\"{length}\" {attributes}>{before}
             <planView><geometry s=\"0\" x=\"{x}\" y=\"{y}\" hdg=\"0\" length=\"{length}\"><line/></geometry></planView>
             <lanes><laneSection s=\"0\"><left>{left}</left><center><lane id=\"0\" type=\"none\">{centre}</lane></center>
             <right>{right}</right></laneSection></lanes>{after}</road>"
        )
    }
}

/// A lane of constant width.
pub fn lane(id: i32, kind: &str, width: f64, inside: &str) -> String {
    format!(
        "<lane id=\"{id}\" type=\"{kind}\" level=\"false\">{inside}<width sOffset=\"0\" a=\"{width}\" b=\"0\" c=\"0\" d=\"0\"/></lane>"
    )
}
