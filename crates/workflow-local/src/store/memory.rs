//! An object store in memory, with versions.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{ListedObject, ObjectStore, no_such_key};
use crate::clock::VIRTUAL_START;

/// An object store in memory. All its objects were last modified at [`VIRTUAL_START`], so that listings in tests do not
/// change.
#[derive(Default)]
pub struct MemoryStore(Mutex<BTreeMap<String, Bucket>>);

type Bucket = BTreeMap<String, Object>;

#[derive(Default)]
struct Object {
    /// `None` for an object that only has versions.
    current: Option<Vec<u8>>,
    versions: BTreeMap<String, Vec<u8>>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a version of an object, which is read by its id. [`put`](ObjectStore::put) sets the object that is read
    /// without one.
    pub fn put_version(&self, bucket: &str, key: &str, version: &str, bytes: Vec<u8>) {
        let mut buckets = self.buckets();
        let object = buckets.entry(bucket.to_owned()).or_default().entry(key.to_owned()).or_default();
        object.versions.insert(version.to_owned(), bytes);
    }

    /// Returns whether the store has the object.
    pub(super) fn has(&self, bucket: &str, key: &str) -> bool {
        self.buckets().get(bucket).and_then(|bucket| bucket.get(key)).is_some_and(|object| object.current.is_some())
    }

    fn buckets(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ObjectStore for MemoryStore {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let buckets = self.buckets();
        let object = buckets.get(bucket).and_then(|bucket| bucket.get(key));
        object.and_then(|object| object.current.clone()).ok_or_else(|| no_such_key(bucket, key))
    }

    fn get_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>, String> {
        if version == "null" {
            return self.get(bucket, key);
        }
        let buckets = self.buckets();
        let object = buckets.get(bucket).and_then(|bucket| bucket.get(key));
        object
            .and_then(|object| object.versions.get(version).cloned())
            .ok_or_else(|| format!("The specified version does not exist: {bucket}/{key}, version {version}"))
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String> {
        let buckets = self.buckets();
        let Some(objects) = buckets.get(bucket) else { return Ok(Vec::new()) };
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let matching = objects.range::<str, _>(from).take_while(|(key, _)| key.starts_with(prefix));
        let listed =
            |(key, object): (&String, &Object)| Some(ListedObject::new(key, object.current.as_ref()?, VIRTUAL_START));
        Ok(matching.filter_map(listed).collect())
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        let mut buckets = self.buckets();
        buckets.entry(bucket.to_owned()).or_default().entry(key.to_owned()).or_default().current = Some(bytes);
        Ok(())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.buckets();
        let keys =
            buckets.iter().flat_map(|(bucket, objects)| objects.keys().map(move |key| format!("{bucket}/{key}")));
        f.debug_set().entries(keys).finish()
    }
}
