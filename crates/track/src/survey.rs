//! `survey.toml`: how well the map agrees with the real track. It lies next to `field.xodr`.

use lukao_model::{Error, Frame, Position};
use serde::Deserialize;
use toml::Spanned;

use crate::lane::LaneKind;

/// Which part of a painted line the map's border runs along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkingEdge {
    /// Nobody said.
    #[default]
    Unknown,
    /// The middle of the paint.
    Centre,
    /// The edge nearer to the lane that the line bounds on its outer side: the lane's clear width.
    Inner,
    /// The edge away from that lane.
    Outer,
}

/// What is known about the map's relation to the real track. Unknown values stay unknown, never zero.
///
/// ```
/// use lukao_track::Survey;
/// let text = "accuracy_m = 0.02\nmarking_width_m = 0.15\nmarking_edge = \"centre\"\n";
/// let survey = Survey::from_toml("survey.toml", text)?;
/// assert_eq!(survey.accuracy_m, Some(0.02));
/// assert_eq!(survey.height_accuracy_m, None);
///
/// let wrong = Survey::from_toml("survey.toml", "acuracy_m = 0.02\n").unwrap_err();
/// assert!(wrong.to_string().starts_with("survey.toml line 1 column 1: expected"), "{wrong}");
/// # Ok::<(), lukao_model::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Survey {
    /// Horizontal accuracy of borders and stop lines (k = 2), metres.
    pub accuracy_m: Option<f64>,
    /// Accuracy of heights (k = 2), metres.
    pub height_accuracy_m: Option<f64>,
    /// Width of painted lines where the map does not say, metres.
    pub marking_width_m: Option<f64>,
    /// Which part of the paint the borders run along.
    pub marking_edge: MarkingEdge,
    /// Who surveyed it, how and when.
    pub source: Option<String>,
    /// Frame of the map, if the map file declares a wrong one or none.
    pub frame: Option<Frame>,
    /// Lane kinds that make up the drivable area, if not the default ones.
    pub drivable: Option<Vec<LaneKind>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    accuracy_m: Option<Spanned<f64>>,
    height_accuracy_m: Option<Spanned<f64>>,
    marking_width_m: Option<Spanned<f64>>,
    #[serde(default)]
    marking_edge: MarkingEdge,
    source: Option<String>,
    frame: Option<Spanned<Frame>>,
    drivable: Option<Vec<LaneKind>>,
}

impl Survey {
    /// Reads a survey file's text. `source_name` is its name in errors.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, and values out of range, with line and column.
    pub fn from_toml(source_name: &str, text: &str) -> Result<Self, Error> {
        let at = |span: Option<std::ops::Range<usize>>| {
            span.map_or(Position::Whole, |s| Position::in_text(text, s.start))
        };
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let found = e.message().lines().next().unwrap_or("something else").to_owned();
            Error::new(source_name, "a survey of a track", found).at(at(e.span()))
        })?;
        let length = |value: Option<Spanned<f64>>, max: f64| match value {
            None => Ok(None),
            Some(v) if (0.0..=max).contains(v.get_ref()) => Ok(Some(v.into_inner())),
            Some(v) => {
                Err(Error::new(source_name, format!("a length from 0 to {max} m"), v.get_ref().to_string())
                    .at(at(Some(v.span()))))
            }
        };
        let frame = match raw.frame {
            Some(f) if f.get_ref().origin_m.iter().any(|x| !x.is_finite()) => {
                return Err(
                    Error::new(source_name, "a finite origin", "infinity or nan").at(at(Some(f.span())))
                );
            }
            other => other.map(Spanned::into_inner),
        };
        Ok(Self {
            accuracy_m: length(raw.accuracy_m, 100.0)?,
            height_accuracy_m: length(raw.height_accuracy_m, 100.0)?,
            marking_width_m: length(raw.marking_width_m, 2.0)?,
            marking_edge: raw.marking_edge,
            source: raw.source,
            frame,
            drivable: raw.drivable,
        })
    }
}
