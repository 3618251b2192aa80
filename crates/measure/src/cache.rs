//! Results kept by key: computed once, by whoever asks first, while others wait for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A map from a measure's parameters to its result.
pub(crate) struct Keyed<K, V> {
    cells: Mutex<BTreeMap<K, Arc<OnceLock<Arc<V>>>>>,
}

impl<K: Ord + Copy, V> Keyed<K, V> {
    pub(crate) fn new() -> Self {
        Self { cells: Mutex::new(BTreeMap::new()) }
    }

    /// The result for a key. The lock is not held while it is computed.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        Arc::clone(cell.get_or_init(|| Arc::new(make())))
    }
}
