//! Cubic profiles along a road.

/// a + b·x + c·x² + d·x³.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cubic(pub [f64; 4]);

impl Cubic {
    pub(crate) fn at(self, x: f64) -> f64 {
        let [a, b, c, d] = self.0;
        a + x * (b + x * (c + x * d))
    }

    pub(crate) fn slope(self, x: f64) -> f64 {
        let [_, b, c, d] = self.0;
        b + x * (2.0 * c + x * 3.0 * d)
    }
}

/// Cubics that follow each other along s.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    /// Begin of each, rising, and the cubic in distance from there.
    records: Vec<(f64, Cubic)>,
}

impl Profile {
    /// Records in any order; of two with one begin the later in the file counts.
    pub(crate) fn new(mut records: Vec<(f64, Cubic)>) -> Self {
        records.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { records }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Value at `s` by the record that holds `pick`: at a joint that chooses the side. Before the first record
    /// and without records it is 0.
    pub(crate) fn at(&self, s: f64, pick: f64) -> f64 {
        let n = self.records.partition_point(|(start, _)| *start <= pick);
        n.checked_sub(1).map_or(0.0, |i| {
            let (start, cubic) = self.records[i];
            cubic.at(s - start)
        })
    }

    pub(crate) fn starts(&self) -> impl Iterator<Item = f64> {
        self.records.iter().map(|(s, _)| *s)
    }
}
