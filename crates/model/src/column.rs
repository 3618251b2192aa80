//! Columns: values with validity, cheap to slice. No NaN, 0 or infinity stands for "missing".

use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};

/// What a column can hold: `f64`, `f32`, `i64`, `u8` and the other plain numbers.
pub trait Native: ArrowNativeType + PartialEq {}
impl<T: ArrowNativeType + PartialEq> Native for T {}

/// An immutable column of numbers, each valid or missing. Clones and slices share memory.
///
/// ```
/// use lukao_model::Column;
/// let c = Column::from_options([Some(1.0), None, Some(3.0)]);
/// assert_eq!(c.get(1), None);
/// assert_eq!(c.slice(2, 1).get(0), Some(3.0));
/// ```
#[derive(Clone, Debug)]
pub struct Column<T: Native> {
    values: ScalarBuffer<T>,
    // Behind a pointer: few columns miss anything, and drives have many thousands of runs.
    valid: Option<Arc<NullBuffer>>,
}

impl<T: Native> Column<T> {
    /// A column in which every value is valid.
    #[must_use]
    pub fn new(values: Vec<T>) -> Self {
        Self { values: values.into(), valid: None }
    }

    /// A column from values and their validity, of equal length.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn with_validity(values: Vec<T>, valid: Vec<bool>) -> Self {
        assert_eq!(values.len(), valid.len(), "one validity flag a value");
        let valid = valid.iter().any(|v| !v).then(|| NullBuffer::new(BooleanBuffer::from(valid)).into());
        Self { values: values.into(), valid }
    }

    /// A column from optional values.
    pub fn from_options(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let (values, valid) = values.into_iter().map(|v| (v.unwrap_or_default(), v.is_some())).unzip();
        Self::with_validity(values, valid)
    }

    /// A column over Arrow buffers, without a copy.
    #[doc(hidden)]
    #[must_use]
    pub fn from_arrow(values: ScalarBuffer<T>, valid: Option<NullBuffer>) -> Self {
        let valid = valid.filter(|v| v.null_count() > 0).map(Arc::new);
        Self { values, valid }
    }

    /// The Arrow buffers behind the column.
    #[doc(hidden)]
    #[must_use]
    pub fn as_arrow(&self) -> (&ScalarBuffer<T>, Option<&NullBuffer>) {
        (&self.values, self.valid.as_deref())
    }

    /// Number of values, valid or not.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no values.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value at `i`; `None` if it is missing or `i` is past the end.
    #[must_use]
    #[inline]
    pub fn get(&self, i: usize) -> Option<T> {
        (i < self.len() && self.is_valid(i)).then(|| self.values[i])
    }

    /// Whether the value at `i` is valid.
    ///
    /// # Panics
    /// If `i` is past the end.
    #[must_use]
    #[inline]
    pub fn is_valid(&self, i: usize) -> bool {
        self.valid.as_ref().is_none_or(|v| v.is_valid(i))
    }

    /// All values; what stands at a missing place is unspecified. For columns that miss nothing.
    #[must_use]
    #[inline]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// How many values are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.valid.as_ref().map_or(0, |v| v.null_count())
    }

    /// The values in order, `None` where missing.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// A part of the column, sharing its memory.
    ///
    /// # Panics
    /// If the part reaches past the end.
    #[must_use]
    pub fn slice(&self, first: usize, len: usize) -> Self {
        Self {
            values: self.values.slice(first, len),
            valid: (self.valid.as_ref().map(|v| v.slice(first, len)))
                .filter(|v| v.null_count() > 0)
                .map(Arc::new),
        }
    }

    /// The same values in memory of their own, so that a small part does not keep a large column alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        let valid =
            self.valid.as_ref().map(|v| Arc::new(NullBuffer::new(v.iter().collect::<BooleanBuffer>())));
        Self { values: self.values.to_vec().into(), valid }
    }

    /// Columns one after another, copied; a column that is all there is shares its memory.
    #[must_use]
    pub fn concat(parts: &[&Self]) -> Self {
        let parts: Vec<&Self> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
        if let [one] = parts[..] {
            return one.clone();
        }
        let len = parts.iter().map(|p| p.len()).sum();
        let mut values = Vec::with_capacity(len);
        for p in &parts {
            values.extend_from_slice(&p.values);
        }
        if parts.iter().all(|p| p.valid.is_none()) {
            return Self::new(values);
        }
        let valid = parts.iter().flat_map(|p| (0..p.len()).map(|i| p.is_valid(i))).collect();
        Self::with_validity(values, valid)
    }
}

/// Equal if the same places are valid and hold equal values.
impl<T: Native> PartialEq for Column<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// A column of texts, each present or missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextColumn(Vec<Option<String>>);

impl TextColumn {
    /// A column from optional texts.
    #[must_use]
    pub fn new(values: Vec<Option<String>>) -> Self {
        Self(values)
    }

    /// Number of texts, present or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text at `i`, if present.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<&str> {
        self.0.get(i)?.as_deref()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> + '_ {
        self.0.iter().map(Option::as_deref)
    }

    /// A part of the column, copied.
    ///
    /// # Panics
    /// If the part reaches past the end.
    #[must_use]
    pub fn slice(&self, first: usize, len: usize) -> Self {
        Self(self.0[first..first + len].to_vec())
    }

    /// Columns one after another.
    #[must_use]
    pub fn concat(parts: &[&Self]) -> Self {
        Self(parts.iter().flat_map(|p| p.0.iter().cloned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_and_concat_keep_validity() {
        let c = Column::from_options([Some(1), None, Some(3), Some(4)]);
        let (a, b) = (c.slice(0, 2), c.slice(2, 2));
        assert_eq!((a.missing(), b.missing()), (1, 0));
        assert_eq!(Column::concat(&[&a, &b]), c);
        assert_eq!(c.get(9), None);
    }
}
