//! The objects that maps read. Writes stay in memory, and the first absent object is recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use workflow_local::{ListedObject, MemoryStore, ObjectStore};

/// The objects of a store as one execution sees them. Writes go to memory only.
pub(super) struct Objects {
    below: Arc<dyn ObjectStore>,
    written: MemoryStore,
    /// The first object that was read but does not exist, as `BUCKET/KEY`.
    pub(super) absent: OnceLock<String>,
}

impl Objects {
    pub(super) fn over(below: &Arc<dyn ObjectStore>) -> Self {
        Self { below: Arc::clone(below), written: MemoryStore::new(), absent: OnceLock::new() }
    }

    fn noted<T>(&self, bucket: &str, key: &str, read: Result<T, String>) -> Result<T, String> {
        if read.is_err() {
            self.absent.get_or_init(|| format!("{bucket}/{key}"));
        }
        read
    }
}

impl ObjectStore for Objects {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let read = self.written.get(bucket, key).or_else(|_| self.below.get(bucket, key));
        self.noted(bucket, key, read)
    }

    fn get_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>, String> {
        self.noted(bucket, key, self.below.get_version(bucket, key, version))
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String> {
        let written = self.written.list(bucket, prefix).unwrap_or_default();
        let below = self.below.list(bucket, prefix);
        if below.is_err() && !written.is_empty() {
            return Ok(written);
        }
        let below = self.noted(bucket, prefix, below)?;
        let all: BTreeMap<String, ListedObject> =
            below.into_iter().chain(written).map(|object| (object.key.clone(), object)).collect();
        Ok(all.into_values().collect())
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.written.put(bucket, key, bytes)
    }
}
