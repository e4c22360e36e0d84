//! Tests the object store in a folder, and an engine's default object store.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::{Engine, FolderStore, ObjectStore};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("workflow-local-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn keys(store: &FolderStore, prefix: &str) -> Vec<String> {
    store.list("bucket", prefix).unwrap().into_iter().map(|object| object.key).collect()
}

#[test]
fn keys_are_the_paths_of_files() {
    let folder = Folder::new("keys");
    let store = FolderStore::new(&folder.0);
    every(["a/2", "a/1", "a.b", "ab/c/d", "z"], |key| {
        store.put("bucket", key, key.as_bytes().to_vec()).unwrap();
    });
    assert_eq!(store.get("bucket", "ab/c/d").unwrap(), b"ab/c/d");
    // In the order of the keys' bytes, whatever folders they are in.
    assert_eq!(keys(&store, ""), ["a.b", "a/1", "a/2", "ab/c/d", "z"]);
    assert_eq!(keys(&store, "a"), ["a.b", "a/1", "a/2", "ab/c/d"]);
    assert_eq!(keys(&store, "a/"), ["a/1", "a/2"]);
    assert_eq!(keys(&store, "ab/c"), ["ab/c/d"]);
    assert_eq!(keys(&store, "no/such"), [""; 0]);
    let listed = &store.list("bucket", "z").unwrap()[0];
    assert_eq!((listed.size, listed.etag.as_str()), (1, "\"fbade9e36a3f36d3d676c1b808451dd7\""));
    let age = listed.last_modified.until(workflow_local::Instant::now());
    assert!(age.as_secs() < 600, "it was written just now: {age:?}");
}

#[test]
fn nothing_outside_the_folder_is_read_or_written() {
    let folder = Folder::new("outside");
    fs::write(folder.0.join("secret"), "x").unwrap();
    let store = FolderStore::new(folder.0.join("objects"));
    every(["../../secret", "/etc/hostname", "a//b", "a/./b", ".", "..", "", "a/"], |key| {
        assert!(store.get("bucket", key).is_err(), "{key}");
        assert!(store.put("bucket", key, Vec::new()).is_err(), "{key}");
    });
    every(["..", "a/b", ".", "", "/"], |bucket| {
        assert!(store.get(bucket, "secret").is_err(), "{bucket}");
        assert!(store.list(bucket, "").is_err(), "{bucket}");
    });
    assert_eq!(keys_or_error(&store, "../"), Err("The specified bucket does not exist: bucket".to_owned()));
    store.put("bucket", "k", Vec::new()).unwrap();
    assert_eq!(keys_or_error(&store, "../"), Ok(Vec::new()));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}

fn keys_or_error(store: &FolderStore, prefix: &str) -> Result<Vec<String>, String> {
    Ok(store.list("bucket", prefix)?.into_iter().map(|object| object.key).collect())
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_folder_are_refused_by_name() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("links");
    fs::create_dir_all(folder.0.join("outside")).unwrap();
    fs::write(folder.0.join("outside/secret"), "x").unwrap();
    let objects = folder.0.join("objects");
    let store = FolderStore::new(&objects);
    store.put("bucket", "a", b"a".to_vec()).unwrap();
    store.put("bucket", "in/b", b"b".to_vec()).unwrap();
    let link = |to: &str, at: &str| symlink(folder.0.join(to), objects.join(at)).unwrap();
    // Links within the folder are as good as files.
    link("objects/bucket/a", "bucket/again");
    assert_eq!(store.get("bucket", "again").unwrap(), b"a");
    assert_eq!(keys(&store, ""), ["a", "again", "in/b"]);
    store.put("bucket", "again", b"new".to_vec()).unwrap();
    assert_eq!(store.get("bucket", "a").unwrap(), b"new");

    link("outside/secret", "bucket/file");
    link("outside", "bucket/way");
    link("outside", "away");
    link("outside/not-yet", "bucket/new");
    every([("bucket", "file"), ("bucket", "way/secret"), ("away", "secret")], |(bucket, key)| {
        let error = store.get(bucket, key).unwrap_err();
        assert!(error.contains(key) && error.contains("is outside of the folder"), "{error}");
        assert!(store.put(bucket, key, b"y".to_vec()).unwrap_err().contains("is outside of the folder"));
    });
    every([("bucket", "way/other"), ("bucket", "way/deep/er"), ("away", "x"), ("bucket", "new")], |(bucket, key)| {
        let error = store.put(bucket, key, b"y".to_vec()).unwrap_err();
        assert!(error.starts_with("cannot write ") && error.contains(key), "{error}");
    });
    // One such link does not prevent listing the others.
    let listed = store.list("bucket", "").unwrap();
    let listed: Vec<_> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
    assert_eq!(listed, [("a", 3), ("again", 3), ("file", 0), ("in/b", 1)]);
    assert_eq!(keys(&store, "in/"), ["in/b"]);
    assert!(store.list("bucket", "way/").unwrap_err().contains("is outside of the folder"));
    assert!(store.list("away", "").unwrap_err().contains("is outside of the folder"));
    let outside: Vec<_> =
        fs::read_dir(folder.0.join("outside")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["secret"]);
    assert_eq!(fs::read(folder.0.join("outside/secret")).unwrap(), b"x");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_by_name() {
    let folder = Folder::new("pipe");
    let store = FolderStore::new(&folder.0);
    store.put("bucket", "a", b"a".to_vec()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.0.join("bucket/pipe")).status();
    assert!(made.unwrap().success());
    every([store.get("bucket", "pipe").unwrap_err(), store.put("bucket", "pipe", Vec::new()).unwrap_err()], |error| {
        assert!(error.contains("bucket/pipe") && error.contains("not a regular file"), "{error}");
    });
    assert!(store.get("bucket", "").is_err() && store.put("bucket", ".", Vec::new()).is_err());
    assert_eq!(keys(&store, ""), ["a"]);
    let devices = FolderStore::new("/");
    every(["zero", "null"], |key| {
        assert!(devices.get("dev", key).unwrap_err().contains("not a regular file"), "{key}");
        assert!(devices.put("dev", key, Vec::new()).unwrap_err().contains("not a regular file"), "{key}");
    });
}

#[test]
fn what_is_written_over_a_folder_stays_in_memory() {
    let folder = Folder::new("over");
    FolderStore::new(&folder.0).put("bucket", "a", b"old".to_vec()).unwrap();
    let store = FolderStore::read_only(&folder.0);
    store.put("bucket", "a", b"newer".to_vec()).unwrap();
    store.put("bucket", "b", b"b".to_vec()).unwrap();
    store.put("other", "c", b"c".to_vec()).unwrap();
    assert_eq!(store.get("bucket", "a").unwrap(), b"newer");
    let sizes: Vec<_> =
        store.list("bucket", "").unwrap().iter().map(|object| (object.key.clone(), object.size)).collect();
    assert_eq!(sizes, [("a".to_owned(), 5), ("b".to_owned(), 1)]);
    assert_eq!(store.list("other", "").unwrap().len(), 1);
    assert_eq!(fs::read(folder.0.join("bucket/a")).unwrap(), b"old");
    assert!(!folder.0.join("bucket/b").exists() && !folder.0.join("other").exists());
}

#[test]
fn a_map_reads_from_a_folder_and_writes_to_it() {
    let folder = Folder::new("map");
    fs::create_dir_all(folder.0.join("in")).unwrap();
    fs::write(folder.0.join("in/items.jsonl"), "1\n2\n").unwrap();
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": { "InputType": "JSONL" },
                "Parameters": { "Bucket": "in", "Key": "items.jsonl" }
            },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Same", "States": { "Same": { "Type": "Pass", "End": true } }
            },
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": { "Bucket": "out", "Prefix": "run" },
                "WriterConfig": { "Transformation": "COMPACT", "OutputType": "JSONL" }
            },
            "End": true
        } }
    });
    let execution = Engine::new(&machine).unwrap().objects(&folder.0).run(&json!({})).unwrap();
    let key = execution.assert_succeeded()["ResultWriterDetails"]["Key"].as_str().unwrap().to_owned();
    let out = folder.0.join("out");
    let manifest: Value = serde_json::from_slice(&fs::read(out.join(key)).unwrap()).unwrap();
    let file = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"].as_str().unwrap();
    assert_eq!(fs::read_to_string(out.join(file)).unwrap(), "1\n2\n");
}

#[test]
fn without_a_store_objects_are_in_the_package_s_folder_of_that_name() {
    let store = FolderStore::read_only("objects");
    let missing = Arc::new(store).get("bucket", "none").unwrap_err();
    assert!(missing.contains("Status Code: 404, Request ID: local): bucket/none"), "{missing}");
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map",
            "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
                "Parameters": { "Bucket": "bucket", "Key": "none" } },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Same", "States": { "Same": { "Type": "Pass", "End": true } }
            },
            "End": true
        } }
    });
    let execution = Engine::new(&machine).unwrap().run(&json!({})).unwrap();
    execution.assert_failed("States.ItemReaderFailed");
    let looked_for = PathBuf::from("objects").join("bucket").join("none");
    assert!(execution.cause().unwrap().ends_with(&format!("looked for {}", looked_for.display())), "{execution}");
}
