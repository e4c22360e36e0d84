//! Where item readers find their objects and result writers put theirs: S3's place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Objects by bucket and key.
pub trait ObjectStore: Send + Sync {
    /// The bytes of an object.
    ///
    /// # Errors
    /// Why it cannot be read, in words for the cause.
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String>;

    /// The keys of a bucket that begin with `prefix`, in order, with their sizes in bytes.
    ///
    /// # Errors
    /// Why the bucket cannot be listed, in words for the cause.
    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<(String, usize)>, String>;

    /// Puts an object in place of any former one.
    ///
    /// # Errors
    /// Why it cannot be written, in words for the cause.
    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String>;
}

/// An object store in memory.
#[derive(Default)]
pub struct MemoryStore(Mutex<BTreeMap<(String, String), Vec<u8>>>);

impl MemoryStore {
    /// A store without objects.
    pub fn new() -> Self {
        Self::default()
    }
}

impl ObjectStore for MemoryStore {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        objects
            .get(&(bucket.to_owned(), key.to_owned()))
            .cloned()
            .ok_or_else(|| format!("The specified key does not exist: {bucket}/{key}"))
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<(String, usize)>, String> {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let in_bucket = objects.iter().filter(|((of, key), _)| of == bucket && key.starts_with(prefix));
        Ok(in_bucket.map(|((_, key), bytes)| (key.clone(), bytes.len())).collect())
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        objects.insert((bucket.to_owned(), key.to_owned()), bytes);
        Ok(())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(objects.keys()).finish()
    }
}
