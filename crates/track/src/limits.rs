//! What a map may cost, whatever it declares.

/// Bounds on a map's size. What is beyond them is an error, never an allocation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest XML text, bytes, after decompression.
    pub max_xml_bytes: usize,
    /// Most samples of lane borders in all: one for each border at each cross-section, and more where the
    /// reference line is costly to compute.
    pub max_samples: usize,
}

impl Limits {
    /// Default of [`Limits::max_xml_bytes`]: a city map has 30 MB.
    pub const MAX_XML_BYTES: usize = 64 << 20;
    /// Default of [`Limits::max_samples`]: a town has 40 000.
    pub const MAX_SAMPLES: usize = 1_500_000;

    /// The default limits with another size of the XML text.
    #[must_use]
    pub fn with_max_xml_bytes(mut self, bytes: usize) -> Self {
        self.max_xml_bytes = bytes;
        self
    }

    /// The default limits with another number of samples.
    #[must_use]
    pub fn with_max_samples(mut self, samples: usize) -> Self {
        self.max_samples = samples;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_xml_bytes: Self::MAX_XML_BYTES, max_samples: Self::MAX_SAMPLES }
    }
}

/// Longest road, metres.
pub(crate) const MAX_ROAD_LENGTH_M: f64 = 1e6;
/// Largest coordinate or offset, metres: beyond any projection, and f64 still holds nanometres.
pub(crate) const MAX_COORDINATE_M: f64 = 1e8;
/// Largest curvature, 1/m: a radius of 1 cm.
pub(crate) const MAX_CURVATURE_PER_M: f64 = 100.0;
/// Largest change of heading within one geometry record, rad.
pub(crate) const MAX_TURNING_RAD: f64 = 1000.0;
/// Most lanes on one side of a lane section.
pub(crate) const MAX_LANES_A_SIDE: usize = 200;
/// Most repeats of one object.
pub(crate) const MAX_REPEATS: usize = 10_000;
/// Most XML nodes.
pub(crate) const MAX_XML_NODES: u32 = 3_000_000;
/// Most XML attributes.
pub(crate) const MAX_XML_ATTRIBUTES: usize = 4_000_000;
/// Most signals and references on one road.
pub(crate) const MAX_SIGNALS_A_ROAD: usize = 5_000;
/// Most objects on one road.
pub(crate) const MAX_OBJECTS_A_ROAD: usize = 50_000;
/// Most notes that are kept of one map.
pub(crate) const MAX_NOTES: usize = 200;
/// Most corners of an object's outline.
pub(crate) const MAX_CORNERS: usize = 1_000;
