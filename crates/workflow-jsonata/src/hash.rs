//! The hashes of `$hash` and of the intrinsic function `States.Hash`, by name.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Returns the hash of a string as lower-case hexadecimal digits, or `None` for an unknown algorithm.
pub fn hash(text: &str, algorithm: &str) -> Option<String> {
    fn hex<D: Digest>(text: &str) -> String {
        D::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
    Some(match algorithm {
        "MD5" => hex::<Md5>(text),
        "SHA-1" => hex::<Sha1>(text),
        "SHA-256" => hex::<Sha256>(text),
        "SHA-384" => hex::<Sha384>(text),
        "SHA-512" => hex::<Sha512>(text),
        _ => return None,
    })
}
