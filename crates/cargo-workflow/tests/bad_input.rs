//! Tests files that no command can read: each command reports the error and its position, and exits with 2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use workflow_cases::every;

use serde_json::Value;

/// Writes a file for one test.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad_input").join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, content).unwrap();
    file
}

fn workflow(command: &[&str], file: &Path) -> Output {
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .arg("workflow")
        .args(command)
        .arg(file)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "{command:?} {}", file.display());
    output
}

/// Asserts that every command rejects the file with this message, at this line and column.
fn refused(file: &Path, words: &str, place: Option<(usize, usize)>) {
    every(["asl", "graph", "run", "validate"], |command| {
        let output = workflow(&[command], file);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(2), "{command}: {stdout}{stderr}");
        let text = if command == "validate" { &stdout } else { &stderr };
        assert!(text.starts_with("error") && text.contains(words), "{command}: {text}");
        if let Some((line, column)) = place {
            let place = format!("--> {}:{line}:{column}\n", file.display());
            assert!(text.contains(&place), "{command}: {text}");
        }
        assert!(text.len() < 4_000, "{command}: {} bytes", text.len());
        assert_eq!(if command == "validate" { &stderr } else { &stdout }, "", "{command}");
    });
    let output = workflow(&["validate", "--format", "json"], file);
    assert_eq!(output.status.code(), Some(2));
    let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reports.as_array().map(Vec::len), Some(1), "{reports}");
    let report = &reports[0];
    assert_eq!(report["line"].as_u64().zip(report["column"].as_u64()), place.map(|(l, c)| (l as u64, c as u64)));
    assert!(report["message"].as_str().unwrap().contains(words), "{report}");
}

#[test]
fn not_json_or_yaml() {
    refused(&file("comma.json", "{\n  \"StartAt\": \"A\",\n}"), "trailing comma", Some((3, 1)));
    refused(&file("cut.json", "{\"StartAt\": \"A\""), "EOF", Some((1, 15)));
    refused(&file("empty.json", " \n"), "the file is empty", Some((1, 1)));
    refused(&file("bracket.yaml", "StartAt: [A\nStates: {}\n"), "not YAML", Some((2, 7)));
    refused(&file("two.yaml", "StartAt: A\n---\nStartAt: B\n"), "several YAML documents", Some((2, 1)));
    refused(
        &file("quote.rs", "workflow! { \" }"),
        "invalid Rust: an unmatched bracket, or an unterminated text or comment",
        Some((1, 13)),
    );
}

#[test]
fn backslashes_of_regular_expressions() {
    let split =
        |pattern: &str| format!("workflow! {{ workflow A {{ pass B {{ w: $split(\"a b\", {pattern}) }} -> end; }} }}");
    refused(&file("escape.rs", split(r#"regex "a\\ \s+""#)), r"unknown escape `\s` in a text", Some((1, 63)));
    refused(&file("slashes.rs", split(r"/\d+/")), r"a `\` outside a text", Some((1, 53)));
    let help = |pattern: &str| {
        let output = workflow(&["validate"], &file("help.rs", split(pattern)));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find_map(|line| line.split_once("= help: ")).map(|(_, help)| help.to_owned())
    };
    let raw = r#"write `r"\s+"`, which has no escapes, or `\\s`"#;
    assert_eq!(help(r#"regex "\s+""#).as_deref(), Some(raw));
    assert_eq!(help(r#"regex "a\"\s+""#).as_deref(), Some(r"a backslash in a text is `\\`: write `\\s`"));
    let regex = r#"a regular expression is a text: write `regex r"\d+"`"#;
    assert_eq!(help(r"/\d+/").as_deref(), Some(regex));
    assert_eq!(help(r"\d"), None);
}

#[test]
fn keys_given_twice() {
    let json = "{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true, \"Type\": \"Wait\"}}}";
    refused(&file("twice.json", json), "`Type` is given twice", Some((2, 48)));
    let yaml = "StartAt: A\nStates:\n  A: {Type: Succeed}\n  A: {Type: Fail}\n";
    refused(&file("twice.yaml", yaml), "`A` is given twice", Some((4, 3)));
}

#[test]
fn aliases_that_expand_without_end() {
    refused(
        &file("itself.yaml", "States: &a\n  A: *a\n"),
        "an alias is inside the value that it refers to",
        Some((2, 6)),
    );
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..60 {
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "));
    }
    refused(&file("bomb.yaml", bomb), "with its aliases expanded", Some((7, 9)));
}

#[test]
fn too_large() {
    let json = format!("{{\"Comment\": \"{}\"}}", "x".repeat(50 * 1024 * 1024));
    refused(&file("large.json", &json), "bytes", Some((1, 1)));
    refused(&file("large.yaml", &json), "bytes", Some((1, 1)));
    refused(&file("deep_and_large.json", "[".repeat(50 * 1024 * 1024)), "bytes", Some((1, 1)));
}

#[test]
fn too_deep() {
    refused(&file("deep.json", "[".repeat(10_000)), "nested", Some((1, 128)));
    refused(&file("objects.json", "{\"a\":".repeat(10_000)), "nested", Some((1, 636)));
    refused(&file("deep.yaml", "- ".repeat(10_000)), "nested", Some((1, 255)));
    refused(&file("flow.yaml", "[".repeat(10_000)), "nested", Some((1, 129)));
}

#[test]
fn bytes_that_are_no_text() {
    refused(&file("latin.json", b"{\n \"Comment\": \"\xe4\"}"), "0xe4", Some((2, 14)));
    refused(&file("utf16.json", b"\xff\xfe{\0}\0"), "not UTF-8", Some((1, 1)));
    refused(&file("nul.json", "{\"StartAt\": \"A\0\"}"), "NUL", Some((1, 15)));
    refused(&file("nul.yaml", "StartAt: A\0\n"), "NUL", Some((1, 11)));
    refused(&file("latin.rs", b"// \xe4\n"), "not UTF-8", None);
}

#[test]
fn what_is_no_file() {
    let folder = file("empty/x.txt", "");
    let folder = folder.parent().unwrap();
    for (command, words) in [("asl", "it is a directory"), ("validate", "contains no state machine")] {
        let output = workflow(&[command], folder);
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{command}");
    }
    refused(Path::new("nowhere/missing.json"), "no such file", None);
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let bad = file("among.json", "{");
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/wrong.asl.json");
    let output = workflow(&["validate", "--format", "json", &bad.to_string_lossy()], &wrong);
    assert_eq!(output.status.code(), Some(2));
    let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<_> = reports.as_array().unwrap().iter().map(|report| report["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["WF0120", "WF0201"]);
}
