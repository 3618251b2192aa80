//! The bytes of one batch: positioned reads into reused memory, unpacking, typed views.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, MutableBuffer, NullBuffer, ScalarBuffer};
use lukao_model::Error;

use super::container::{bad, read_at};
use super::message::{Message, Packing};

/// Wanted buffers nearer than this are read together.
const NEAR: u64 = 4096;

/// Memory is handed out in multiples of this, so that what served one batch fits the next.
const GRAIN: usize = 64 << 10;

/// Memory that was handed out before and may be free again. Batches are of about one size: what is used again
/// from batch to batch never goes back to the allocator, which would keep it in pieces.
#[derive(Default)]
pub(crate) struct Pool {
    /// Of the last batch and the one before: a stretch may still be in use when the next is read.
    kept: [Vec<Buffer>; 2],
}

impl Pool {
    /// `len` bytes of memory, of a former batch if nobody holds that any more. What they hold is anything.
    pub fn take(&mut self, len: usize) -> MutableBuffer {
        for generation in &mut self.kept {
            let mut i = 0;
            while i < generation.len() {
                if generation[i].capacity() < len {
                    i += 1;
                    continue;
                }
                match generation.swap_remove(i).into_mutable() {
                    Ok(mut free) => {
                        free.resize(len, 0);
                        return free;
                    }
                    // Still in use; it goes back to where it was.
                    Err(held) => {
                        generation.push(held);
                        let last = generation.len() - 1;
                        generation.swap(i, last);
                        i += 1;
                    }
                }
            }
        }
        // Room to grow by an eighth: the next batch is a little larger or smaller.
        let mut new = MutableBuffer::with_capacity((len + len / 8).next_multiple_of(GRAIN));
        new.resize(len, 0);
        new
    }

    /// Keeps track of memory that is handed out now; forgets what is older than the batch before.
    pub fn renew(&mut self, handed_out: Vec<Buffer>) {
        let before = std::mem::replace(&mut self.kept[0], handed_out);
        self.kept[1].extend(before);
        let len = self.kept[1].len();
        // What was not taken for two batches is too small or held for long.
        self.kept[1].drain(..len.saturating_sub(self.kept[0].len().max(1)));
    }
}

/// The wanted buffers of a batch, unpacked, by their number.
pub(crate) struct Buffers<'a> {
    name: &'a str,
    /// Offset in the file, for errors.
    places: &'a [(u64, usize)],
    bytes: BTreeMap<usize, Buffer>,
}

impl<'a> Buffers<'a> {
    /// Reads the wanted buffers, which must rise. `unpack_left` is what unpacking may still yield.
    pub fn read<R: Read + Seek>(
        from: &mut R,
        name: &'a str,
        message: &'a Message,
        wanted: &[usize],
        pool: &mut Pool,
        unpack_left: &mut u64,
    ) -> Result<Self, Error> {
        let mut bytes = BTreeMap::new();
        let mut handed_out = Vec::new();
        let real = |i: &usize| message.buffers[*i].1 > 0;
        let mut todo: &[usize] = &wanted.iter().copied().filter(real).collect::<Vec<_>>();
        let end_of = |i: usize| message.buffers[i].0 + message.buffers[i].1 as u64;
        while let Some(&first) = todo.first() {
            let mut n = 1;
            while todo.get(n).is_some_and(|&i| message.buffers[i].0 - end_of(todo[n - 1]) <= NEAR) {
                n += 1;
            }
            let (group, rest) = todo.split_at(n);
            // From a multiple of 64, so that what is aligned in the file is aligned in memory.
            let from_at = message.buffers[first].0 & !63;
            let len = end_of(group[n - 1]) - from_at;
            let mut memory = pool.take(len as usize);
            read_at(from, name, from_at, memory.as_slice_mut())?;
            let memory = Buffer::from(memory);
            handed_out.push(memory.clone());
            for &i in group {
                let (at, len) = message.buffers[i];
                bytes.insert(i, memory.slice_with_length((at - from_at) as usize, len));
            }
            todo = rest;
        }
        pool.renew(handed_out);
        Self::unpacked(name, message, bytes, unpack_left)
    }

    /// The same over a body that is in memory already.
    pub fn in_body(
        body: &Buffer,
        body_at: u64,
        name: &'a str,
        message: &'a Message,
        wanted: &[usize],
        unpack_left: &mut u64,
    ) -> Result<Self, Error> {
        let part = |i: usize| {
            let (at, len) = message.buffers[i];
            (i, body.slice_with_length((at - body_at) as usize, len))
        };
        let bytes = wanted.iter().filter(|i| message.buffers[**i].1 > 0).map(|&i| part(i)).collect();
        Self::unpacked(name, message, bytes, unpack_left)
    }

    fn unpacked(
        name: &'a str,
        message: &'a Message,
        mut bytes: BTreeMap<usize, Buffer>,
        unpack_left: &mut u64,
    ) -> Result<Self, Error> {
        if message.packing != Packing::Plain {
            for (i, b) in &mut bytes {
                *b = unpack(b, message.packing, name, message.buffers[*i].0, unpack_left)?;
            }
        }
        Ok(Self { name, places: &message.buffers, bytes })
    }

    /// Where buffer `i` lies in the file.
    pub fn at(&self, i: usize) -> u64 {
        self.places[i].0
    }

    fn get(&self, i: usize) -> Buffer {
        self.bytes.get(&i).cloned().unwrap_or_else(|| MutableBuffer::new(0).into())
    }

    /// The first `len` bytes of buffer `i`.
    pub fn bytes(&self, i: usize, len: usize) -> Result<Buffer, Error> {
        let b = self.get(i);
        if b.len() < len {
            let want = format!("a buffer of {len} bytes");
            return Err(bad(self.name, self.at(i), want, format!("{} bytes", b.len())));
        }
        Ok(b.slice_with_length(0, len))
    }

    /// All bytes of buffer `i`.
    pub fn whole(&self, i: usize) -> Buffer {
        self.get(i)
    }

    /// Buffer `i` as `len` numbers; copied if it is misaligned.
    pub fn numbers<T: ArrowNativeType>(&self, i: usize, len: usize) -> Result<ScalarBuffer<T>, Error> {
        let size = len
            .checked_mul(size_of::<T>())
            .ok_or_else(|| bad(self.name, self.at(i), "a length that fits", format!("{len} values")))?;
        let b = self.bytes(i, size)?;
        let aligned = (b.as_ptr() as usize).is_multiple_of(align_of::<T>());
        let b = if aligned { b } else { copied(&b) };
        Ok(ScalarBuffer::new(b, 0, len))
    }

    /// Validity of `len` values, if the field node says that any is missing.
    pub fn validity(&self, i: usize, len: usize, missing: usize) -> Result<Option<NullBuffer>, Error> {
        if missing == 0 {
            return Ok(None);
        }
        let bits = self.bytes(i, len.div_ceil(8))?;
        let valid = NullBuffer::new(BooleanBuffer::new(bits, 0, len));
        if valid.null_count() != missing {
            let want = format!("{missing} missing values as the field node says");
            return Err(bad(self.name, self.at(i), want, valid.null_count().to_string()));
        }
        Ok(Some(valid))
    }

    /// Buffer `i` as the offsets of `len` lists or texts over `items` items: rising and in range.
    pub fn offsets<T: ArrowNativeType>(
        &self,
        i: usize,
        len: usize,
        items: usize,
    ) -> Result<ScalarBuffer<T>, Error> {
        if len == 0 {
            return Ok(ScalarBuffer::from(vec![T::default()]));
        }
        let n =
            len.checked_add(1).ok_or_else(|| bad(self.name, self.at(i), "a length that fits", "too many"))?;
        let offsets = self.numbers::<T>(i, n)?;
        let mut last = Some(0);
        for (k, o) in offsets.iter().enumerate() {
            let v = o.to_usize().filter(|v| Some(*v) >= last && *v <= items);
            if v.is_none() {
                let want = format!("offsets that rise within {items}");
                return Err(bad(self.name, self.at(i), want, format!("{o:?} at {k}")));
            }
            last = v;
        }
        Ok(offsets)
    }
}

fn copied(b: &Buffer) -> Buffer {
    let mut out = MutableBuffer::with_capacity(b.len());
    out.extend_from_slice(b);
    out.into()
}

/// Unpacks a buffer: eight bytes of length, then a frame. Memory grows with what comes out, not with what is
/// declared.
fn unpack(b: &Buffer, packing: Packing, name: &str, at: u64, left: &mut u64) -> Result<Buffer, Error> {
    let Some((declared, data)) = b.split_first_chunk::<8>() else {
        return Err(bad(name, at, "the length of a compressed buffer", format!("{} bytes", b.len())));
    };
    let declared = i64::from_le_bytes(*declared);
    if declared == -1 {
        return Ok(b.slice(8));
    }
    let size = u64::try_from(declared).ok().filter(|d| d <= left).ok_or_else(|| {
        bad(name, at, format!("at most {left} bytes (the limit, see --max-bytes)"), declared.to_string())
    })?;
    let failed = |e: std::io::Error| bad(name, at, format!("{packing:?} data").to_lowercase(), e.to_string());
    let mut reader: Box<dyn Read + '_> = match packing {
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(data).map_err(failed)?),
        _ => Box::new(lz4_flex::frame::FrameDecoder::new(data)),
    };
    let mut out = MutableBuffer::with_capacity(0);
    let mut chunk = vec![0u8; 64 << 10];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) if (out.len() + n) as u64 > size => {
                return Err(bad(name, at, format!("{size} bytes as declared"), "more"));
            }
            Ok(n) => out.extend_from_slice(&chunk[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(failed(e)),
        }
    }
    if out.len() as u64 != size {
        return Err(bad(name, at, format!("{size} bytes as declared"), out.len().to_string()));
    }
    *left -= size;
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_once_nobody_holds_it() {
        let mut pool = Pool::default();
        let mut first = pool.take(8);
        first.as_slice_mut().fill(7);
        let first = Buffer::from(first);
        let place = first.as_ptr();
        pool.renew(vec![first.clone()]);
        let second = Buffer::from(pool.take(8));
        assert_ne!(second.as_ptr(), place, "still held: other memory");
        pool.renew(vec![second.clone()]);
        drop(first);
        // A larger batch fits too: what is kept has room.
        let third = pool.take(60_000);
        assert_eq!(third.as_ptr(), place, "of the batch before the last");
        assert_ne!(pool.take(8).as_ptr(), place, "handed out once");
    }
}
