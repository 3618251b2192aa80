//! Asking memory for what will be read soon: poses that a search finds lie anywhere, and waiting for them one by one
//! costs more than the work on them.

/// Bytes that memory gives at once.
const LINE: usize = 64;

/// Starts to bring values into the cache. Changes nothing but the time that it takes to read them.
#[inline]
pub(crate) fn fetch<T>(values: &[T]) {
    let bytes = size_of_val(values);
    for offset in (0..bytes).step_by(LINE) {
        line(values.as_ptr().cast::<u8>().wrapping_add(offset));
    }
    if bytes > 0 {
        line(values.as_ptr().cast::<u8>().wrapping_add(bytes - 1));
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline]
fn line(at: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch reads nothing that the program sees and cannot fault; every x86-64 has it.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn line(_: *const u8) {}
