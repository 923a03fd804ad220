//! The framing of ttrpc 1.2 (proto/PROTOCOL.md, "Framing").

use std::io::{self, Read};

pub(crate) const HEADER_BYTES: usize = 10;
/// The longest data that a broker sends.
pub(crate) const MAXIMUM_FRAME: usize = 4 << 20;

pub(crate) const REQUEST: u8 = 1;
pub(crate) const RESPONSE: u8 = 2;
pub(crate) const DATA: u8 = 3;
/// The sender of a request sends no more on its stream.
pub(crate) const LAST_REQUEST: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) length: usize,
    pub(crate) stream: u32,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
}

impl Header {
    pub(crate) fn parse(bytes: [u8; HEADER_BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h, kind, flags] = bytes;
        Self {
            length: u32::from_be_bytes([a, b, c, d]) as usize,
            stream: u32::from_be_bytes([e, f, g, h]),
            kind,
            flags,
        }
    }

    pub(crate) fn bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&(self.length as u32).to_be_bytes());
        bytes[4..8].copy_from_slice(&self.stream.to_be_bytes());
        bytes[8] = self.kind;
        bytes[9] = self.flags;
        bytes
    }

    pub(crate) fn is_too_long(self) -> bool {
        self.length > MAXIMUM_FRAME
    }
}

/// Reads a header.
pub(crate) fn read_header(source: &mut impl Read) -> io::Result<Header> {
    let mut bytes = [0; HEADER_BYTES];
    source.read_exact(&mut bytes)?;
    Ok(Header::parse(bytes))
}

/// Reads the data behind a header, and gives the whole frame. Its length has been checked; room is
/// made for what comes, not for what the header claims.
pub(crate) fn read_frame(source: &mut impl Read, header: Header) -> io::Result<Vec<u8>> {
    let mut frame = header.bytes().to_vec();
    source.take(header.length as u64).read_to_end(&mut frame)?;
    match frame.len() == HEADER_BYTES + header.length {
        true => Ok(frame),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
