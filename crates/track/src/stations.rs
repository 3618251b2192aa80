//! `stations.toml`: where on a field the items of an exam are driven. It lies next to `field.xodr`, in its coordinates.

use lukao_model::{Error, Position};
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A line across the way, metres: first the end on the driver's left, then the one on his right.
pub type Gate = [[f64; 2]; 2];

/// A title in two languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StationTitle {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A place where an item of an exam is driven. Coordinates are the track's, metres.
///
/// ```
/// # let track = lukao_track::example::two_lanes("broken");
/// let text = "format = 1\n[[station]]\nid = \"hill-1\"\nkind = \"hill\"\nentry = [[5, 4], [5, -4]]\nexit = [[40, 4], [40, -4]]\n";
/// let track = track.with_stations("stations.toml", text)?;
/// assert_eq!(track.stations()[0].kind, "hill");
/// let wrong = text.replace("exit", "exot");
/// let e = track.with_stations("stations.toml", &wrong).unwrap_err().to_string();
/// assert!(e.starts_with("stations.toml line 6 column 1: expected"), "{e}");
/// # Ok::<(), lukao_model::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Station {
    /// Name, once on a field.
    pub id: String,
    /// Kind of station, as items of packs name it.
    pub kind: String,
    /// Title for people.
    pub title: StationTitle,
    /// An attempt begins when the middle of the front bumper passes this gate forward.
    pub entry: Option<Gate>,
    /// It ends when the middle of the rear bumper passes this gate.
    pub exit: Option<Gate>,
    /// Or: it lasts while the footprint overlaps this polygon.
    pub zone: Option<Vec<[f64; 2]>>,
    /// Lines that wheels, body or mirrors must not cross; which, the rule says.
    pub edges: Vec<Vec<[f64; 2]>>,
    /// Parking bays: corners.
    pub slots: Vec<[[f64; 2]; 4]>,
    /// Where the front shall stop.
    pub line: Option<Gate>,
    /// Slope along the way, percent, upward positive.
    pub slope_percent: Option<f64>,
    /// Lowest and highest ground of the station, where ways cross above each other, metres.
    pub z_m: Option<[f64; 2]>,
    /// Accuracy of the station's survey (k = 2), metres; absent means that of the track.
    pub accuracy_m: Option<f64>,
    /// Who surveyed it, how and when.
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: Spanned<i64>,
    #[serde(default)]
    station: Vec<Spanned<RawStation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStation {
    id: Spanned<String>,
    kind: Spanned<String>,
    #[serde(default)]
    title: StationTitle,
    entry: Option<Spanned<Gate>>,
    exit: Option<Spanned<Gate>>,
    zone: Option<Spanned<Vec<[f64; 2]>>>,
    #[serde(default)]
    edges: Vec<Spanned<Vec<[f64; 2]>>>,
    #[serde(default)]
    slots: Vec<Spanned<[[f64; 2]; 4]>>,
    line: Option<Spanned<Gate>>,
    slope_percent: Option<Spanned<f64>>,
    z_m: Option<Spanned<[f64; 2]>>,
    accuracy_m: Option<Spanned<f64>>,
    source: Option<String>,
}

/// Stations that a field may have. More are refused.
const MOST: usize = 10_000;

impl Station {
    /// Reads the text of a `stations.toml`. `source_name` is its name in errors.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, values out of range, an id twice, a station without gates or zone; with line and
    /// column.
    pub fn from_toml(source_name: &str, text: &str) -> Result<Vec<Self>, Error> {
        let here = |span: std::ops::Range<usize>| Position::in_text(text, span.start);
        let wrong = |span: std::ops::Range<usize>, expected: &str, found: String| {
            Error::new(source_name, expected, found).at(here(span))
        };
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let found = e.message().lines().next().unwrap_or("something else").to_owned();
            let at = e.span().map_or(Position::Whole, here);
            Error::new(source_name, "stations of a field", found).at(at)
        })?;
        if *raw.format.get_ref() != 1 {
            return Err(wrong(raw.format.span(), "format 1", raw.format.get_ref().to_string()));
        }
        if raw.station.len() > MOST {
            let found = raw.station.len().to_string();
            return Err(Error::new(source_name, format!("at most {MOST} stations"), found));
        }
        let mut out: Vec<Self> = Vec::with_capacity(raw.station.len());
        for s in raw.station {
            let span = s.span();
            let s = s.into_inner();
            for name in [&s.id, &s.kind] {
                if !is_id(name.get_ref()) {
                    let found = format!("\"{}\"", name.get_ref());
                    return Err(wrong(name.span(), "a name of a-z, 0-9 and \"-\"", found));
                }
            }
            if out.iter().any(|o| o.id == *s.id.get_ref()) {
                let found = format!("\"{}\" again", s.id.get_ref());
                return Err(wrong(s.id.span(), "each station's id once", found));
            }
            if s.entry.is_some() != s.exit.is_some() || s.entry.is_some() == s.zone.is_some() {
                let found = match (&s.entry, &s.exit, &s.zone) {
                    (None, None, None) => "none",
                    (Some(_), Some(_), Some(_)) => "gates and a zone",
                    _ => "half of it",
                };
                return Err(wrong(span, "`entry` and `exit`, or a `zone`", found.into()));
            }
            let plane = |v: Option<&Spanned<Gate>>| v.map(|g| (g.span(), g.get_ref().to_vec()));
            let lines = s.edges.iter().chain(&s.zone).map(|p| (p.span(), p.get_ref().clone()));
            let bays = s.slots.iter().map(|b| (b.span(), b.get_ref().to_vec()));
            let gates = [plane(s.entry.as_ref()), plane(s.exit.as_ref()), plane(s.line.as_ref())];
            for (span, points) in lines.chain(bays).chain(gates.into_iter().flatten()) {
                check_points(points.as_slice()).map_err(|(expected, found)| wrong(span, expected, found))?;
            }
            if let Some(zone) = s.zone.as_ref().filter(|z| z.get_ref().len() < 3) {
                return Err(wrong(zone.span(), "at least 3 corners", zone.get_ref().len().to_string()));
            }
            for (value, what, lo, hi) in [
                (&s.slope_percent, "a slope from -50 to 50 %", -50.0, 50.0),
                (&s.accuracy_m, "a length from 0 to 100 m", 0.0, 100.0),
            ] {
                if let Some(v) = value.as_ref().filter(|v| !(lo..=hi).contains(v.get_ref())) {
                    return Err(wrong(v.span(), what, v.get_ref().to_string()));
                }
            }
            if let Some(z) = s
                .z_m
                .as_ref()
                .filter(|z| z.get_ref()[0].partial_cmp(&z.get_ref()[1]) != Some(std::cmp::Ordering::Less))
            {
                return Err(wrong(z.span(), "a lower and a higher height, m", format!("{:?}", z.get_ref())));
            }
            out.push(Self {
                id: s.id.into_inner(),
                kind: s.kind.into_inner(),
                title: s.title,
                entry: s.entry.map(Spanned::into_inner),
                exit: s.exit.map(Spanned::into_inner),
                zone: s.zone.map(Spanned::into_inner),
                edges: s.edges.into_iter().map(Spanned::into_inner).collect(),
                slots: s.slots.into_iter().map(Spanned::into_inner).collect(),
                line: s.line.map(Spanned::into_inner),
                slope_percent: s.slope_percent.map(Spanned::into_inner),
                z_m: s.z_m.map(Spanned::into_inner),
                accuracy_m: s.accuracy_m.map(Spanned::into_inner),
                source: s.source,
            });
        }
        Ok(out)
    }

    /// Every point that it is made of.
    pub(crate) fn points_mut(&mut self) -> impl Iterator<Item = &mut [f64; 2]> {
        let gates = self.entry.iter_mut().chain(&mut self.exit).chain(&mut self.line).flatten();
        let zone = self.zone.iter_mut().flatten();
        gates.chain(zone).chain(self.edges.iter_mut().flatten()).chain(self.slots.iter_mut().flatten())
    }
}

fn is_id(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// At least two points, all finite and not absurdly far.
fn check_points(points: &[[f64; 2]]) -> Result<(), (&'static str, String)> {
    if points.len() < 2 {
        return Err(("at least 2 points", points.len().to_string()));
    }
    match points.iter().flatten().find(|v| !(-1e8..=1e8).contains(*v)) {
        Some(v) => Err(("coordinates within 100,000 km", v.to_string())),
        None if points.iter().all(|p| *p == points[0]) => Err(("points apart", "all the same".into())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(station: &str) -> Result<Vec<Station>, String> {
        Station::from_toml("s.toml", &format!("format = 1\n[[station]]\nid = \"a\"\nkind = \"b\"\n{station}"))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn a_station_has_gates_or_a_zone() {
        assert!(read("zone = [[0, 0], [1, 0], [1, 1]]").is_ok());
        assert!(read("entry = [[0, 1], [0, 0]]\nexit = [[5, 1], [5, 0]]").is_ok());
        assert!(read("").unwrap_err().contains("line 2"));
        assert!(read("entry = [[0, 1], [0, 0]]").unwrap_err().contains("half of it"));
    }

    #[test]
    fn what_is_no_geometry_is_refused() {
        let zone = |z: &str| read(&format!("zone = {z}")).unwrap_err();
        assert!(zone("[[0, 0], [1, 1]]").contains("at least 3 corners"));
        assert!(zone("[[0, 0], [nan, 1], [2, 2]]").contains("line 5 column 8: expected coordinates"));
        assert!(zone("[[1, 1], [1, 1], [1, 1]]").contains("points apart"));
        let z = "zone = [[0, 0], [1, 0], [1, 1]]\n";
        assert!(read(&format!("{z}z_m = [4, 2]")).unwrap_err().contains("a lower and a higher"));
        assert!(read(&format!("{z}accuracy_m = -1.0")).unwrap_err().contains("line 6"));
    }
}
