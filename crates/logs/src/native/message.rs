//! One record batch's metadata: how many rows, and where each buffer lies.

use std::io::{Read, Seek};

use lukao_model::Error;

use super::container::{Block, Container, bad, read_at};

/// How a batch's buffers are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Lz4,
    Zstd,
}

/// A batch's metadata, checked: rows, lengths and places of its buffers.
pub(crate) struct Message {
    pub rows: usize,
    /// Length and declared number of missing values of each field node.
    pub nodes: Vec<(usize, usize)>,
    /// Offset in the file and length of each buffer, rising and disjoint.
    pub buffers: Vec<(u64, usize)>,
    pub packing: Packing,
}

impl Message {
    /// Reads and checks the metadata of a batch.
    pub fn read<R: Read + Seek>(
        from: &mut R,
        name: &str,
        file: &Container,
        block: Block,
        scratch: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        scratch.clear();
        scratch.resize(block.meta_len as usize, 0);
        read_at(from, name, block.offset, scratch)?;
        Self::parse(scratch, name, file, block)
    }

    /// Checks the metadata of a batch.
    pub fn parse(bytes: &[u8], name: &str, file: &Container, block: Block) -> Result<Self, Error> {
        let at = block.offset;
        let skip = if bytes.starts_with(&[0xff; 4]) { 8 } else { 4 };
        let body = bytes.get(skip..).unwrap_or_default();
        let message = arrow_ipc::root_as_message(body)
            .map_err(|e| bad(name, at, "a sound message", e.to_string().replace('\n', " ")))?;
        let batch = message
            .header_as_record_batch()
            .ok_or_else(|| bad(name, at, "a record batch", format!("{:?}", message.header_type())))?;
        let packing = match batch.compression().map(|c| c.codec()) {
            None => Packing::Plain,
            Some(arrow_ipc::CompressionType::LZ4_FRAME) => Packing::Lz4,
            Some(arrow_ipc::CompressionType::ZSTD) => Packing::Zstd,
            Some(c) => return Err(bad(name, at, "lz4 or zstd compression", format!("codec {}", c.0))),
        };
        let rows = usize::try_from(batch.length())
            .map_err(|_| bad(name, at, "a number of rows", batch.length().to_string()))?;
        let nodes = batch.nodes().ok_or_else(|| bad(name, at, "field nodes", "none"))?;
        let buffers = batch.buffers().ok_or_else(|| bad(name, at, "buffers", "none"))?;
        if (nodes.len(), buffers.len()) != (file.nodes, file.buffers) {
            let want = format!("{} field nodes and {} buffers as the schema says", file.nodes, file.buffers);
            return Err(bad(name, at, want, format!("{} and {}", nodes.len(), buffers.len())));
        }
        let counts = nodes.iter().enumerate().map(|(i, n)| {
            let pair = (usize::try_from(n.length()), usize::try_from(n.null_count()));
            match pair {
                (Ok(len), Ok(missing)) if missing <= len => Ok((len, missing)),
                _ => {
                    let found = format!("{} values, {} missing", n.length(), n.null_count());
                    Err(bad(name, at, format!("a sound field node {i}"), found))
                }
            }
        });
        let body_at = block.offset + block.meta_len;
        let mut free = 0u64;
        let places = buffers.iter().enumerate().map(|(i, b)| {
            let (offset, len) = (b.offset(), b.length());
            let place = u64::try_from(offset).ok().zip(u64::try_from(len).ok());
            match place {
                Some((_, 0)) => Ok((body_at, 0)),
                Some((o, l)) if o >= free && o.checked_add(l).is_some_and(|end| end <= block.body_len) => {
                    free = o + l;
                    let len =
                        usize::try_from(l).map_err(|_| bad(name, at, "a buffer that fits", l.to_string()))?;
                    Ok((body_at + o, len))
                }
                _ => {
                    let want = format!("buffer {i} between bytes {free} and {} of the body", block.body_len);
                    Err(bad(name, at, want, format!("offset {offset}, {len} bytes")))
                }
            }
        });
        Ok(Self {
            rows,
            nodes: counts.collect::<Result<_, _>>()?,
            buffers: places.collect::<Result<_, _>>()?,
            packing,
        })
    }
}
