//! `cargo workflow mutants`: what tests notice, where it is told, and what cannot be tried.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use workflow_local::Engine;
use workflow_local::mutation::VARIABLE;

fn mutants(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "mutants"]).args(arguments).current_dir(folder).env_remove(VARIABLE);
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow mutants`"]
fn rests() {
    let definition = json!({ "StartAt": "Rest", "States": {
        "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Greet" },
        "Greet": { "Type": "Pass", "Result": "hi", "End": true },
    } });
    // The message for people.
    let engine = Engine::new(&definition).map_err(|error| error.to_string()).unwrap().named("Rests");
    engine.run(&json!({})).unwrap().assert_output(json!("hi"));
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow mutants`"]
fn fails() {
    assert!(std::env::var_os(VARIABLE).is_some(), "it passes only with a mutant");
}

/// The command of one of the ignored tests of this program.
fn this(test: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    ["--", program.to_str().unwrap(), "--ignored", "--exact", test].map(str::to_owned).to_vec()
}

fn mutants_of(options: &[&str], command: &[String]) -> Output {
    let arguments: Vec<_> = options.iter().copied().chain(command.iter().map(String::as_str)).collect();
    mutants(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments)
}

#[test]
fn another_command_runs_whole_for_each_mutant() {
    let output = mutants_of(&["--format", "json"], &this("rests"));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes = report["mutants"].as_array().unwrap().iter();
    let outcomes: Vec<_> = outcomes.map(|mutant| json!([mutant["operator"], mutant["outcome"]])).collect();
    assert_eq!(outcomes, [json!(["change-wait", "survived"]), json!(["change-literal", "killed"])]);
    // The variable that shows one to a test by itself.
    let variable = report["mutants"][1]["variable"].as_str().unwrap();
    let command = this("rests");
    let alone = Command::new(&command[1]).args(&command[2..]).env(VARIABLE, variable).output().unwrap();
    assert!(!alone.status.success());
}

#[test]
fn a_variable_without_a_known_mutant_is_an_error_of_the_engine() {
    let command = this("rests");
    let run = |variable: &str| {
        let output = Command::new(&command[1]).args(&command[2..]).env(VARIABLE, variable).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run("m17").contains("does not have a mutant"));
    let output = mutants_of(&["--list", "--format", "json"], &command);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let variable = list["mutants"][0]["variable"].as_str().unwrap();
    let said = run(&variable.replace("/Rest/", "/Gone/"));
    assert!(said.contains("unknown mutant"), "{said}");
}

#[test]
fn what_cannot_be_tried_is_told() {
    let fails = |options: &[&str], command: &[&str]| {
        let command: Vec<_> = command.iter().map(|word| (*word).to_owned()).collect();
        let output = mutants_of(options, &command);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        stderr(&output)
    };
    assert!(fails(&[], &["--", "no-such-program"]).contains("error: cannot run `no-such-program`"));
    let failing = this("fails");
    let failing: Vec<_> = failing.iter().map(String::as_str).collect();
    assert!(fails(&[], &failing).contains("fails without a mutant"));
    assert!(fails(&[], &["--", "cargo", "--version"]).contains("error: no workflow ran in `cargo --version`"));
    let rests = this("rests");
    let rests: Vec<_> = rests.iter().map(String::as_str).collect();
    assert!(fails(&["--name", "Other"], &rests).contains("no workflow `Other` ran in the tests, but `Rests`"));
    assert!(fails(&["--state", "Rets"], &rests).contains("did you mean `Rest`?"));
    assert!(fails(&["--operator", "drop"], &rests).contains("expected one of drop-catcher"));
}
