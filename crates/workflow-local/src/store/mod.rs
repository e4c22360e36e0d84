//! Object stores, which replace S3 for item readers and result writers.

mod folder;
mod memory;

pub use folder::FolderStore;
pub use memory::MemoryStore;

use md5::{Digest, Md5};

use crate::clock::Instant;

/// A store of objects by bucket and key: a [`FolderStore`], a [`MemoryStore`], or your own.
pub trait ObjectStore: Send + Sync {
    /// Returns the bytes of an object.
    ///
    /// # Errors
    /// Returns the reason if it cannot be read, for the cause.
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String>;

    /// Returns the bytes of a version of an object, for an item reader's `VersionId`. A store without versions only has
    /// the version `null` of each object, like an S3 bucket without versioning.
    ///
    /// # Errors
    /// Returns the reason if it cannot be read, for the cause.
    fn get_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>, String> {
        match version {
            "null" => self.get(bucket, key),
            _ => Err(format!("The specified version does not exist: {bucket}/{key}, version {version}")),
        }
    }

    /// Returns the objects of a bucket whose keys begin with `prefix`, in the order of their keys' bytes.
    ///
    /// # Errors
    /// Returns the reason if the bucket cannot be listed, for the cause.
    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String>;

    /// Puts an object, and replaces an existing one.
    ///
    /// # Errors
    /// Returns the reason if it cannot be written, for the cause.
    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String>;
}

/// An entry of a listing.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedObject {
    /// The key.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The time of the last write.
    pub last_modified: Instant,
    /// The entity tag, in quotes.
    pub etag: String,
}

impl ListedObject {
    /// Creates the entry of an object with these bytes. The entity tag is their MD5, as in S3 for an object from one
    /// upload.
    pub fn new(key: impl Into<String>, bytes: &[u8], last_modified: Instant) -> Self {
        Self::of_digest(key.into(), bytes.len() as u64, last_modified, Md5::digest(bytes).as_slice())
    }

    fn of_digest(key: String, size: u64, last_modified: Instant, digest: &[u8]) -> Self {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key, size, last_modified, etag: format!("\"{digest}\"") }
    }
}

/// Returns the service's words (2026-04) and the object, which they lack.
fn no_such_key(bucket: &str, key: &str) -> String {
    format!(
        "The specified S3 object does not exist. | Message from S3: The specified key does not exist. (Service: S3, \
         Status Code: 404, Request ID: local): {bucket}/{key}"
    )
}

fn no_such_bucket(bucket: &str) -> String {
    format!("The specified bucket does not exist: {bucket}")
}
