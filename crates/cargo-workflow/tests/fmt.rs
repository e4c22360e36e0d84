//! `cargo workflow fmt` as a user runs it: what it prints, what it writes, and its exit codes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROUGH: &str = "workflow! {\n  workflow A {  // keep\n pass One->end; }\n}\n";
const SMOOTH: &str = "workflow! {\n    workflow A { // keep\n        pass One -> end;\n    }\n}\n";
const WRONG: &str = "workflow! {\n    workflow A { pass -> end; }\n}\n";

/// Returns an empty folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fmt").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "fmt"]).args(arguments).current_dir(folder);
    command
}

fn fmt(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    texts(&command(folder, arguments).output().unwrap())
}

fn texts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn writes_what_changes_and_nothing_else() {
    let folder = folder("write");
    fs::write(folder.join("rough.rs"), ROUGH).unwrap();
    fs::write(folder.join("smooth.rs"), SMOOTH).unwrap();
    let before = fs::metadata(folder.join("smooth.rs")).unwrap().modified().unwrap();
    assert_eq!(fmt(&folder, &["rough.rs", "smooth.rs"]), (Some(0), String::new(), String::new()));
    assert_eq!(fs::read_to_string(folder.join("rough.rs")).unwrap(), SMOOTH);
    assert_eq!(fs::metadata(folder.join("smooth.rs")).unwrap().modified().unwrap(), before);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing else is left behind");
}

#[test]
fn check_prints_the_difference_and_writes_nothing() {
    let folder = folder("check");
    fs::write(folder.join("rough.rs"), ROUGH).unwrap();
    fs::write(folder.join("smooth.rs"), SMOOTH).unwrap();
    assert_eq!(fmt(&folder, &["--check", "smooth.rs"]).0, Some(0));
    let (code, printed, errors) = fmt(&folder, &["--check", "rough.rs", "smooth.rs"]);
    assert_eq!((code, errors.as_str()), (Some(1), ""));
    assert_eq!(
        printed,
        "Diff in rough.rs:1:\n workflow! {\n-  workflow A {  // keep\n- pass One->end; }\n+    workflow A { // keep\n\
         +        pass One -> end;\n+    }\n }\n"
    );
    assert_eq!(fs::read_to_string(folder.join("rough.rs")).unwrap(), ROUGH);
}

#[test]
fn what_does_not_parse_is_refused_with_its_place_and_the_others_are_formatted() {
    let folder = folder("wrong");
    fs::write(folder.join("wrong.rs"), WRONG).unwrap();
    fs::write(folder.join("no_rust.rs"), "fn main() { \"\n").unwrap();
    fs::write(folder.join("rough.rs"), ROUGH).unwrap();
    let (code, printed, errors) = fmt(&folder, &["wrong.rs", "no_rust.rs", "missing.rs", ".", "rough.rs"]);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(errors.contains("error[WF0101]: expected a name after `pass`"), "{errors}");
    assert!(errors.contains("--> wrong.rs:2:23"), "{errors}");
    assert!(errors.contains("--> no_rust.rs:1:"), "{errors}");
    assert!(errors.contains("cannot read missing.rs") && errors.contains("cannot read ."), "{errors}");
    assert_eq!(fs::read_to_string(folder.join("wrong.rs")).unwrap(), WRONG);
    assert_eq!(fs::read_to_string(folder.join("rough.rs")).unwrap(), SMOOTH);
}

#[test]
fn a_workflow_without_its_macro_is_formatted() {
    let folder = folder("bare");
    fs::write(folder.join("bare.wf"), "// why\nworkflow A { pass One->end; }\n").unwrap();
    assert_eq!(fmt(&folder, &["bare.wf"]), (Some(0), String::new(), String::new()));
    let formatted = "// why\nworkflow A {\n    pass One -> end;\n}\n";
    assert_eq!(fs::read_to_string(folder.join("bare.wf")).unwrap(), formatted);
    assert_eq!(fmt(&folder, &["bare.wf", "--check"]), (Some(0), String::new(), String::new()));
    let windows = format!("\u{feff}{}", formatted.replace('\n', "\r\n"));
    fs::write(folder.join("windows.wf"), windows.replace("    pass", "pass")).unwrap();
    assert_eq!(fmt(&folder, &["windows.wf"]), (Some(0), String::new(), String::new()));
    assert_eq!(fs::read_to_string(folder.join("windows.wf")).unwrap(), windows);
    fs::write(folder.join("wrong.wf"), "workflow A {\n    pass -> end;\n}\n").unwrap();
    let (code, _, error) = fmt(&folder, &["wrong.wf"]);
    assert!(code == Some(2) && error.contains("--> wrong.wf:2:"), "{error}");
}

#[test]
fn formats_standard_input_for_editors() {
    let mut process = command(&folder("input"), &["-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(ROUGH.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!(texts(&output), (Some(0), SMOOTH.to_owned(), String::new()));
}

#[test]
fn takes_the_width_and_indentation_of_rustfmt() {
    let folder = folder("settings");
    fs::write(folder.join("rustfmt.toml"), "max_width = 40 # narrow\ntab_spaces = 2\n").unwrap();
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(folder.join("src/a.rs"), "workflow! { workflow A { pass One { a: \"one\", b: \"two\" } -> end; } }")
        .unwrap();
    assert_eq!(fmt(&folder, &["src/a.rs"]).0, Some(0));
    let wanted =
        "workflow! {\n  workflow A {\n    pass One {\n      a: \"one\",\n      b: \"two\",\n    } -> end;\n  }\n}";
    assert_eq!(fs::read_to_string(folder.join("src/a.rs")).unwrap(), wanted);
}
