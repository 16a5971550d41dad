//! The object as the document carries it: base64 of a zlib stream (RFC 1950).

use std::io::{Read, Write};

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::elf::{UNKNOWN, file_kind};
use crate::error::Error;
use crate::limits;

/// What helps against every kind of damage on the way.
pub(crate) const DAMAGED: &str =
    "the package was cut off or changed on its way: get it again, or make it again from its source with `ecc`";

/// The object of `bpf_object`; `size` is `bpf_object_size`.
pub(crate) fn unpack(encoded: &str, size: Option<u64>) -> Result<Vec<u8>, Error> {
    let packed = decode(encoded)?;
    let cap = limits::OBJECT_BYTES as u64;
    let mut object = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        // One byte more than announced is enough to know.
        .take(size.unwrap_or(cap).min(cap) + 1)
        .read_to_end(&mut object)
        .map_err(|error| match file_kind(&packed) {
            UNKNOWN => damaged(format!("not valid zlib data: {error}")),
            kind => damaged(format!("not zlib data, this is {kind}")),
        })?;
    let found = object.len() as u64;
    match size {
        Some(size) if found > size => Err(damaged(format!(
            "it inflates to more than the {size} bytes that bpf_object_size says"
        ))),
        Some(size) if found < size => Err(damaged(format!(
            "it inflates to {found} bytes, bpf_object_size says {size}"
        ))),
        None if found > cap => Err(too_large()),
        _ => Ok(object),
    }
}

/// The bytes of a text in base64.
pub(crate) fn decode(encoded: &str) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(encoded)
        .map_err(|error| damaged(format!("not valid base64: {}", not_base64(error))))
}

/// The same, broken into lines as older generators write it. Offsets in errors do not count the breaks.
pub(crate) fn decode_lines(encoded: &str) -> Result<Vec<u8>, Error> {
    let bytes: String = encoded.split_ascii_whitespace().collect();
    decode(&bytes)
}

/// What [`unpack`] reads.
pub(crate) fn pack(object: &[u8]) -> Result<String, Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder
        .write_all(object)
        .and_then(|()| encoder.finish())
        .map_err(|error| Error::object(format!("the object can't be compressed: {error}")))?;
    Ok(STANDARD.encode(packed))
}

pub(crate) fn too_large() -> Error {
    Error::limit(format!("the object is larger than {} MiB", limits::OBJECT_BYTES >> 20))
}

pub(crate) fn damaged(message: String) -> Error {
    Error::field(message).with_hint(DAMAGED)
}

/// Characters as people see them, not as numbers.
fn not_base64(error: DecodeError) -> String {
    let at = |symbol: u8, offset: usize| match symbol {
        0x80.. => format!("found a character outside ASCII at offset {offset}"),
        _ => format!("found {:?} at offset {offset}", char::from(symbol)),
    };
    match error {
        DecodeError::InvalidByte(offset, symbol) => at(symbol, offset),
        DecodeError::InvalidLastSymbol { offset, symbol, .. } => {
            format!("{}, which no encoder ends with", at(symbol, offset))
        }
        DecodeError::InvalidLength(length) => format!("{length} characters are no whole number of bytes"),
        DecodeError::InvalidPadding => "the padding at its end is missing or wrong".into(),
    }
}
