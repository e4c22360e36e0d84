//! An object store in a local folder: a bucket is a folder in it, a key the path of a file below that.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use md5::{Digest, Md5};

use super::{ListedObject, MemoryStore, ObjectStore, no_such_bucket, no_such_key};
use crate::clock::Instant;
use crate::item_reader::OBJECT_BYTES;

/// An object store in a local folder: `FOLDER/BUCKET/KEY`, a slash in a key being a folder.
///
/// It has no versions, and no keys that are not the path of a file (an empty name, `.` or `..` between slashes).
/// What links lead to is listed where it is a file, not where it is a folder. A link that leads out of the folder is
/// refused, for reading and writing alike, and so is what is no regular file, such as a device or a named pipe, and an
/// object of more than 256 MiB.
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
    /// What was written, where the folder is to stay as it is.
    written: Option<MemoryStore>,
}

impl FolderStore {
    /// The name of the folder, in the current one, that an engine reads where it is given no store.
    pub const DEFAULT: &'static str = "objects";

    /// Reads from a folder, and writes to it. It is made when something is first written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { root: folder.into(), written: None }
    }

    /// Reads from a folder, but keeps in memory what is written, over what the folder has: an engine's store where it
    /// is given none, with the folder `objects` of the current one, which in a test is its package's.
    pub fn read_only(folder: impl Into<PathBuf>) -> Self {
        Self { root: folder.into(), written: Some(MemoryStore::new()) }
    }

    fn bucket(&self, bucket: &str) -> Result<PathBuf, String> {
        match is_path_of_names(bucket) && !bucket.contains('/') {
            true => Ok(self.root.join(bucket)),
            false => Err(format!("a folder has no place for a bucket with this name: {bucket:?}")),
        }
    }

    fn file(&self, bucket: &str, key: &str) -> Result<PathBuf, String> {
        let folder = self.bucket(bucket)?;
        match is_path_of_names(key) {
            true => Ok(folder.join(key)),
            false => Err(format!("a folder has no place for an object with this key: {key:?}")),
        }
    }

    /// Refuses a path that links lead out of the folder.
    fn stays_inside(&self, path: &Path) -> Result<(), String> {
        let real =
            |path: &Path| path.canonicalize().map_err(|error| format!("cannot read {}: {error}", path.display()));
        match real(path)?.starts_with(real(&self.root)?) {
            true => Ok(()),
            false => Err(format!("{} leads out of the folder {}", path.display(), self.root.display())),
        }
    }

    /// Opens the file of an object, which is one that can be read to its end.
    fn open(&self, path: &Path) -> Result<File, std::io::Error> {
        let about = fs::metadata(path)?;
        self.stays_inside(path).map_err(std::io::Error::other)?;
        // To open a pipe would wait for somebody to write to it.
        if !about.is_file() {
            return Err(std::io::Error::other("it is not a regular file"));
        }
        File::open(path)
    }

    /// Refuses a path that is not to be written: behind a link out of the folder, or what is there is no regular file.
    fn may_write(&self, path: &Path) -> Result<(), String> {
        // What is not there yet is made inside of what is.
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
        // Only the folder that the prefix names is looked through.
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
                // A name that is not Unicode is no key.
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                let key = format!("{keys_before}{name}");
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && (key.starts_with(prefix) || prefix.starts_with(&key)) {
                    folders.push((entry.path(), format!("{key}/")));
                } else if !is_folder && key.starts_with(prefix) && entry.path().is_file() {
                    found.push(self.listed(&entry.path(), key)?);
                }
            }
        }
        Ok(found)
    }

    fn listed(&self, path: &Path, key: String) -> Result<ListedObject, String> {
        let unreadable = |error| format!("cannot read {}: {error}", path.display());
        let file = self.open(path).map_err(unreadable)?;
        let modified = file.metadata().and_then(|about| about.modified()).map_err(unreadable)?;
        let millis = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let mut digest = Md5::new();
        let size = read_in_parts(file, |part| digest.update(part)).map_err(unreadable)?;
        let modified = Instant::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
        Ok(ListedObject::of_digest(key, size, modified, digest.finalize().as_slice()))
    }
}

/// Gives the bytes of a file part by part, and how many they are.
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

/// Returns whether each part between slashes is the name of a file, which leads nowhere else.
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
            // A bucket may be in memory alone.
            Err(_) if !written.is_empty() => Vec::new(),
            found => found?,
        };
        found.extend(written);
        // What was written comes after what it hides; of equals the sort keeps the order.
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
