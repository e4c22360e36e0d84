//! Reads the bytes of an object, and decompresses them if its key says that it is compressed.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::bounds::OBJECT_BYTES;
use crate::store::ObjectStore;

/// The UTF-8 byte order mark, which some programs write at the start.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// An object that was read.
pub(super) struct Object {
    bucket: String,
    key: String,
    bytes: Vec<u8>,
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
        let read = match key.rsplit_once('.').map(|(_, extension)| extension) {
            Some("gz" | "gzip") => gzip(&bytes, OBJECT_BYTES),
            Some("zst" | "zstd") => zstd(&bytes, OBJECT_BYTES),
            _ if bytes.len() as u64 > OBJECT_BYTES => Err(Unread::TooLarge),
            _ => Ok(bytes),
        };
        match read {
            Ok(bytes) => Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), bytes }),
            Err(Unread::Broken(why)) => Err(format!("{bucket}/{key}: The object cannot be decompressed: {why}")),
            Err(Unread::TooLarge) => Err(format!(
                "{bucket}/{key}: The object has more than {OBJECT_BYTES} bytes, decompressed, more than the local engine \
                 reads."
            )),
        }
    }

    /// Returns bucket and key, for messages.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    /// Returns the source of an item in the context object.
    pub(super) fn source(&self) -> String {
        super::uri(&self.bucket, Some(&self.key))
    }

    /// Returns the bytes without a byte order mark.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes)
    }

    /// Returns the text without a byte order mark.
    pub(super) fn text(&self) -> Result<&str, String> {
        std::str::from_utf8(self.bytes()).map_err(|_| {
            let help = match self.bytes.as_slice() {
                [0x1f, 0x8b, ..] => " It is compressed with gzip, so its key must end in .gz.",
                [0x28, 0xb5, 0x2f, 0xfd, ..] => " It is compressed with Zstandard, so its key must end in .zst.",
                _ => "",
            };
            format!("{}: The object is not UTF-8 text.{help}", self.name())
        })
    }
}

/// The reason why bytes were not decompressed.
enum Unread {
    Broken(String),
    TooLarge,
}

fn gzip(bytes: &[u8], most: u64) -> Result<Vec<u8>, Unread> {
    limited(MultiGzDecoder::new(bytes), Vec::new(), most)
}

fn zstd(mut bytes: &[u8], most: u64) -> Result<Vec<u8>, Unread> {
    let mut read = Vec::new();
    // Frames are read one after the other.
    while !bytes.is_empty() {
        let frame = StreamingDecoder::new(&mut bytes).map_err(|error| Unread::Broken(error.to_string()))?;
        read = limited(frame, read, most)?;
    }
    Ok(read)
}

/// Reads up to this many bytes, including those read before.
fn limited(from: impl Read, mut read: Vec<u8>, most: u64) -> Result<Vec<u8>, Unread> {
    let left = most.saturating_sub(read.len() as u64);
    from.take(left + 1).read_to_end(&mut read).map_err(|error| Unread::Broken(error.to_string()))?;
    if read.len() as u64 > most { Err(Unread::TooLarge) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn as_many_bytes_are_decompressed_as_are_allowed() {
        let text = [b'a'; 1000];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&text).unwrap();
        let gzipped = encoder.finish().unwrap();
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let zipped = ruzstd::encoding::compress_to_vec(text.as_slice(), level);
        let read = |bytes: &[u8], is_gzip: bool, most| if is_gzip { gzip(bytes, most) } else { zstd(bytes, most) };
        for (bytes, is_gzip) in [(gzipped, true), (zipped, false)] {
            let decompress = |bytes: &[u8], most| read(bytes, is_gzip, most);
            assert!(matches!(decompress(&bytes, 1000), Ok(read) if read == text));
            assert!(matches!(decompress(&bytes, 999), Err(Unread::TooLarge)));
            // All members or frames count together.
            assert!(matches!(decompress(&bytes.repeat(3), 3000), Ok(read) if read.len() == 3000));
            assert!(matches!(decompress(&bytes.repeat(3), 2999), Err(Unread::TooLarge)));
        }
    }
}
