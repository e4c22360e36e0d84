//! The bytes of an object, decompressed where its key says that it is compressed.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use workflow_asl::limits::READ_OBJECT_BYTES;

use crate::store::ObjectStore;

/// An object that was read.
pub(super) struct Object {
    /// Bucket and key, for messages.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Object {
    pub(super) fn read(
        store: &dyn ObjectStore,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Self, String> {
        let bytes = match version {
            Some(version) => store.get_version(bucket, key, version)?,
            None => store.get(bucket, key)?,
        };
        let name = format!("{bucket}/{key}");
        let decompressed = match key.rsplit_once('.').map(|(_, extension)| extension) {
            Some("gz" | "gzip") => gzip(&bytes),
            Some("zst" | "zstd") => zstd(&bytes),
            _ => return Ok(Self { name, bytes }),
        };
        match decompressed {
            Ok(bytes) => Ok(Self { name, bytes }),
            Err(error) => Err(format!("{name}: The object cannot be decompressed: {error}")),
        }
    }

    pub(super) fn text(&self) -> Result<&str, String> {
        std::str::from_utf8(&self.bytes).map_err(|_| {
            let help = match self.bytes.as_slice() {
                [0x1f, 0x8b, ..] => " It is compressed with gzip, which its key must tell: it must end in .gz.",
                [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                    " It is compressed with Zstandard, which its key must tell: it must end in .zst."
                }
                _ => "",
            };
            format!("{}: The object is not UTF-8 text.{help}", self.name)
        })
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    limited(MultiGzDecoder::new(bytes), Vec::new())
}

fn zstd(mut bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut read = Vec::new();
    // One frame after the other.
    while !bytes.is_empty() {
        let frame = StreamingDecoder::new(&mut bytes).map_err(|error| error.to_string())?;
        read = limited(frame, read)?;
    }
    Ok(read)
}

fn limited(from: impl Read, mut read: Vec<u8>) -> Result<Vec<u8>, String> {
    from.take(READ_OBJECT_BYTES + 1).read_to_end(&mut read).map_err(|error| error.to_string())?;
    match read.len() as u64 > READ_OBJECT_BYTES {
        true => Err(format!("it has more than {READ_OBJECT_BYTES} bytes")),
        false => Ok(read),
    }
}
