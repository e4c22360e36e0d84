//! An object store in a local folder: a bucket is a folder, a key is the path of a file in it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use md5::{Digest, Md5};

use super::{ListedObject, MemoryStore, ObjectStore, no_such_bucket, no_such_key};
use crate::clock::Instant;
use crate::item_reader::OBJECT_BYTES;

/// An object store in a local folder, with files `FOLDER/BUCKET/KEY`. A slash in a key separates folders.
///
/// It has no versions, and only keys that are file paths (no empty name, `.` or `..` between slashes). The target of a
/// link is listed if it is a file, but not if it is a folder. An object that cannot be read is listed as an empty one.
/// For reading and writing, these are rejected: a link that
/// is outside of the folder, a file that is not regular, such as a device or a named pipe, and an object of more than
/// 256 MiB.
///
/// ```
/// use serde_json::json;
/// use workflow_local::{FolderStore, ObjectStore};
///
/// let folder = std::env::temp_dir().join(format!("folder-store-{}", std::process::id()));
/// let store = FolderStore::new(&folder);
/// store.put("orders", "2025/may.csv", b"id\n1\n".to_vec())?;
/// assert!(folder.join("orders/2025/may.csv").is_file());
/// let listed = store.list("orders", "2025/")?;
/// assert_eq!((listed[0].key.as_str(), listed[0].size), ("2025/may.csv", 5));
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
    /// The written objects, if the folder must not change.
    written: Option<MemoryStore>,
}

impl FolderStore {
    /// The folder in the current directory that an engine reads by default.
    pub const DEFAULT: &'static str = "objects";

    /// Creates a store that reads from and writes to a folder, which is created on the first write.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { root: folder.into(), written: None }
    }

    /// Creates a store that reads from a folder, and keeps written objects in memory on top of it. It is an engine's
    /// default store, with the folder `objects` of the current directory, which in a test is its package's.
    pub fn read_only(folder: impl Into<PathBuf>) -> Self {
        Self { root: folder.into(), written: Some(MemoryStore::new()) }
    }

    fn bucket(&self, bucket: &str) -> Result<PathBuf, String> {
        match is_path_of_names(bucket) && !bucket.contains('/') {
            true => Ok(self.root.join(bucket)),
            false => Err(format!("a folder cannot hold a bucket with this name: {bucket:?}")),
        }
    }

    fn file(&self, bucket: &str, key: &str) -> Result<PathBuf, String> {
        let folder = self.bucket(bucket)?;
        match is_path_of_names(key) {
            true => Ok(folder.join(key)),
            false => Err(format!("a folder cannot hold an object with this key: {key:?}")),
        }
    }

    /// Rejects a path that is outside of the folder through links.
    fn stays_inside(&self, path: &Path) -> Result<(), String> {
        let real =
            |path: &Path| path.canonicalize().map_err(|error| format!("cannot read {}: {error}", path.display()));
        match real(path)?.starts_with(real(&self.root)?) {
            true => Ok(()),
            false => Err(format!("{} is outside of the folder {}", path.display(), self.root.display())),
        }
    }

    /// Opens the file of an object, which must be regular.
    fn open(&self, path: &Path) -> Result<File, std::io::Error> {
        let about = fs::metadata(path)?;
        self.stays_inside(path).map_err(std::io::Error::other)?;
        // Opening a pipe would wait for a writer.
        if !about.is_file() {
            return Err(std::io::Error::other("it is not a regular file"));
        }
        File::open(path)
    }

    /// Rejects a path that must not be written: through a link out of the folder, or to a file that is not regular.
    fn may_write(&self, path: &Path) -> Result<(), String> {
        // A missing folder is created inside an existing one.
        let existing = path.ancestors().find(|part| part.symlink_metadata().is_ok());
        self.stays_inside(existing.unwrap_or(&self.root))?;
        match fs::metadata(path) {
            Ok(about) if !about.is_file() => Err(format!("{} is not a regular file", path.display())),
            _ => Ok(()),
        }
    }

    /// Returns the objects in the folder itself.
    fn list_folder(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String> {
        let top = self.bucket(bucket)?;
        if !top.is_dir() {
            return Err(no_such_bucket(bucket));
        }
        self.stays_inside(&top)?;
        // Only the folder in the prefix is searched.
        let within = prefix.rsplit_once('/').map_or("", |(folders, _)| folders);
        if !within.is_empty() && !is_path_of_names(within) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let first = if within.is_empty() { String::new() } else { format!("{within}/") };
        let first_folder = top.join(within);
        if first_folder.is_dir() {
            self.stays_inside(&first_folder)?;
        }
        let mut folders = vec![(first_folder, first)];
        while let Some((folder, keys_before)) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(format!("cannot list {}: {error}", folder.display())),
            };
            for entry in entries {
                let entry = entry.map_err(|error| format!("cannot list {}: {error}", folder.display()))?;
                // A name that is not Unicode is not a key.
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                let key = format!("{keys_before}{name}");
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && (key.starts_with(prefix) || prefix.starts_with(&key)) {
                    folders.push((entry.path(), format!("{key}/")));
                } else if !is_folder && key.starts_with(prefix) && entry.path().is_file() {
                    found.push(self.listed(&entry.path(), key));
                }
            }
        }
        Ok(found)
    }

    /// Returns an object of a listing. One that cannot be read is empty, so that only reading it fails.
    fn listed(&self, path: &Path, key: String) -> ListedObject {
        let mut digest = Md5::new();
        let (size, modified) = self.digest(path, &mut digest).unwrap_or((0, UNIX_EPOCH));
        let millis = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let modified = Instant::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
        ListedObject::of_digest(key, size, modified, digest.finalize().as_slice())
    }

    /// Returns the size of a file, and the time of its last change.
    fn digest(&self, path: &Path, digest: &mut Md5) -> std::io::Result<(u64, SystemTime)> {
        let file = self.open(path)?;
        let modified = file.metadata()?.modified()?;
        Ok((read_in_parts(file, |part| digest.update(part))?, modified))
    }
}

/// Passes the bytes of a file to a closure in parts. Returns their number.
fn read_in_parts(mut file: File, mut each: impl FnMut(&[u8])) -> std::io::Result<u64> {
    let (mut part, mut size) = (vec![0; 64 * 1024], 0);
    loop {
        let length = file.read(&mut part)?;
        if length == 0 {
            return Ok(size);
        }
        size += length as u64;
        each(part.get(..length).unwrap_or_default());
    }
}

/// Returns whether each part between slashes is a plain file name.
fn is_path_of_names(path: &str) -> bool {
    path.split('/').all(|name| {
        let mut parts = Path::new(name).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
    })
}

impl ObjectStore for FolderStore {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        if let Some(written) = self.written.as_ref().filter(|written| written.has(bucket, key)) {
            return written.get(bucket, key);
        }
        let path = self.file(bucket, key)?;
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => {
                format!("{}; the object store looked for {}", no_such_key(bucket, key), path.display())
            }
            _ => format!("cannot read {}: {error}", path.display()),
        };
        let mut bytes = Vec::new();
        let file = self.open(&path).map_err(unreadable)?;
        file.take(OBJECT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        match bytes.len() as u64 > OBJECT_BYTES {
            true => Err(format!(
                "cannot read {}: it has more than {OBJECT_BYTES} bytes, more than the local engine reads",
                path.display()
            )),
            false => Ok(bytes),
        }
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String> {
        let written = self.written.as_ref().map(|written| written.list(bucket, prefix)).transpose()?;
        let written = written.unwrap_or_default();
        let mut found = match self.list_folder(bucket, prefix) {
            // A bucket may exist only in memory.
            Err(_) if !written.is_empty() => Vec::new(),
            found => found?,
        };
        found.extend(written);
        // A written object comes after the object that it hides; the sort is stable.
        found.sort_by(|one, other| one.key.cmp(&other.key));
        found.reverse();
        found.dedup_by(|one, other| one.key == other.key);
        found.reverse();
        Ok(found)
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        if let Some(written) = &self.written {
            return written.put(bucket, key, bytes);
        }
        let path = self.file(bucket, key)?;
        let folder = path.parent().unwrap_or(&self.root);
        let unwritable = |error| format!("cannot write {}: {error}", path.display());
        fs::create_dir_all(&self.root).map_err(unwritable)?;
        self.may_write(&path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        fs::create_dir_all(folder).map_err(unwritable)?;
        fs::write(&path, bytes).map_err(unwritable)
    }
}
