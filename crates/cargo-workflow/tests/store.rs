//! Tests `cargo workflow store` on the data of `cargo workflow serve --data`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::command::Done;
use super::serve::Serving;

fn store(task: &str, folder: &Path, options: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    let output = command.args(["workflow", "store", task]).arg(folder).args(options).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Returns a folder with the data of a server that was killed: an execution that succeeded, and one that waits.
fn data(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let serving = Serving::new(&folder, &["--data", "data"], &[]);
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.waits", "IsPresent": true, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Wait", "Seconds": 3600, "End": true},
        "C": {"Type": "Succeed"},
    }});
    let machine =
        json!({"name": "M", "definition": definition.to_string(), "roleArn": "arn:aws:iam::123456789012:role/r"});
    let machine = serving.call("CreateStateMachine", &machine)["stateMachineArn"].clone();
    for (name, input) in [("done", json!({"amount": 100_001})), ("asleep", json!({"waits": true}))] {
        let start = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
        serving.call("StartExecution", &start);
    }
    folder.join("data")
}

#[test]
fn a_sound_store_is_checked_exported_and_compacted() {
    let data = data("store_sound");
    let checked = store("check", &data, &[]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    assert!(checked.stdout.ends_with(" records, 0 damaged, 0 open executions would change\n"), "{}", checked.stdout);
    let exported = store("export", &data, &[]);
    let records: Vec<Value> = exported.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(records.iter().any(|record| record["key"] == "f/" && record["record"]["format"] == 3));
    assert!(records.iter().any(|record| record["record"]["name"] == "asleep"));
    let compacted = store("compact", &data, &[]);
    assert!(compacted.code == Some(0) && compacted.stdout.contains("bytes before"), "{}", compacted.stdout);
    for options in [&["--dry-run"][..], &[]] {
        let upgraded = store("upgrade", &data, options);
        assert_eq!((upgraded.code, &*upgraded.stdout), (Some(0), &*checked.stdout));
    }
    assert_eq!(store("check", &data.join("none"), &[]).code, Some(2));
}

#[test]
fn a_damaged_store_is_repaired() {
    let data = data("store_damaged");
    // The server was killed. This closes its file.
    let checked = store("check", &data, &[]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let file = data.join("workflow.redb");
    let sound = fs::read(&file).unwrap();
    let mut bytes = sound.clone();
    let places: Vec<usize> = (0..bytes.len() - 6).filter(|at| bytes[*at..].starts_with(b"100001")).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| bytes[*at] = b'9');
    fs::write(&file, &bytes).unwrap();
    let checked = store("check", &data, &[]);
    let done = "damaged: arn:aws:states:us-east-1:123456789012:execution:M:done: its bytes were altered\n";
    assert!(checked.code == Some(1) && checked.stdout.contains(done), "{}{}", checked.stdout, checked.stderr);
    let repaired = store("repair", &data, &[]);
    assert_eq!(repaired.code, Some(0), "{}{}", repaired.stdout, repaired.stderr);
    assert!(fs::read_to_string(data.join("damaged.jsonl")).unwrap().contains("900001"));
    assert_eq!(store("check", &data, &[]).code, Some(0));
    let asleep = json!({"executionArn": "arn:aws:states:us-east-1:123456789012:execution:M:asleep"});
    let serving = Serving::new(data.parent().unwrap(), &["--data", "data"], &[]);
    assert_eq!(serving.call("DescribeExecution", &asleep)["status"], "RUNNING");
    drop(serving);
    // Nothing can be read of a part of the file. It is left as it is.
    fs::write(&file, &sound[..sound.len() / 2]).unwrap();
    for task in ["check", "repair"] {
        let refused = store(task, &data, &[]);
        assert_eq!(refused.code, Some(2), "{}{}", refused.stdout, refused.stderr);
        assert_eq!(fs::read(&file).unwrap(), sound[..sound.len() / 2]);
    }
}
