//! Where item readers find their objects and result writers put theirs: S3's place.

mod folder;
mod memory;

pub use folder::FolderStore;
pub use memory::MemoryStore;

use md5::{Digest, Md5};

use crate::clock::Instant;

/// Objects by bucket and key: a [`FolderStore`], a [`MemoryStore`], or one of your own.
pub trait ObjectStore: Send + Sync {
    /// Returns the bytes of an object.
    ///
    /// # Errors
    /// Why it cannot be read, in words for the cause.
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String>;

    /// Returns the bytes of a version of an object, which an item reader's `VersionId` names. A store without versions
    /// has the version `null` of each object alone, as a bucket of S3 without versioning.
    ///
    /// # Errors
    /// Why it cannot be read, in words for the cause.
    fn get_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>, String> {
        match version {
            "null" => self.get(bucket, key),
            _ => Err(format!("The specified version does not exist: {bucket}/{key}, version {version}")),
        }
    }

    /// Returns the objects of a bucket whose keys begin with `prefix`, in the order of their keys' bytes.
    ///
    /// # Errors
    /// Why the bucket cannot be listed, in words for the cause.
    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String>;

    /// Puts an object in place of any former one.
    ///
    /// # Errors
    /// Why it cannot be written, in words for the cause.
    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String>;
}

/// What a listing tells of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size: u64,
    /// When it was written.
    pub last_modified: Instant,
    /// Its entity tag, in quotes.
    pub etag: String,
}

impl ListedObject {
    /// An object with these bytes; its tag is their MD5, as S3 has it for an object that was put whole.
    pub fn new(key: impl Into<String>, bytes: &[u8], last_modified: Instant) -> Self {
        Self::of_digest(key.into(), bytes.len() as u64, last_modified, Md5::digest(bytes).as_slice())
    }

    fn of_digest(key: String, size: u64, last_modified: Instant, digest: &[u8]) -> Self {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key, size, last_modified, etag: format!("\"{digest}\"") }
    }
}

fn no_such_key(bucket: &str, key: &str) -> String {
    format!("The specified key does not exist: {bucket}/{key}")
}

fn no_such_bucket(bucket: &str) -> String {
    format!("The specified bucket does not exist: {bucket}")
}
