//! Reads data that is not in the repository: state machines of the SDK, public documents, recorded cases.

use std::path::PathBuf;

use serde_json::Value;
use workflow_asl::document::MachineType;

/// The JSON files of a folder beside the repository, in the order of their paths; none where the folder is absent.
pub(crate) fn files(folder: &str) -> Vec<(PathBuf, Value)> {
    let Some(root) = workflow_recorded::data(folder) else { return Vec::new() };
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let read = |path: PathBuf| {
        let value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.strip_prefix(&root).unwrap().to_owned(), value)
    };
    files.into_iter().map(read).collect()
}

/// The type of the state machine of a case.
pub(crate) fn machine_type(case: &Value) -> MachineType {
    let words = [&case["stateMachineType"], &case["parameters"]["type"], &case["type"]];
    if words.into_iter().any(|word| word == "EXPRESS") { MachineType::Express } else { MachineType::Standard }
}
