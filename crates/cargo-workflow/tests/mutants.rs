//! `cargo workflow mutants`: what tests notice, where it is told, and what cannot be tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use workflow_local::Engine;
use workflow_local::mutation::VARIABLE;

use crate::generated;
use crate::tools::folder;

const LIB: &str = "use workflow_runtime::workflow;

workflow! {
    pub workflow Ship {
        input { total: i64 }

        choice IsLarge {
            if input.total > 100 -> Ask;
            else -> Send;
        }
        wait Ask for 60s -> Send;
        task Send = lambda::invoke { FunctionName: \"send\" }
            retry [Busy] { interval: 1s, max_attempts: 2 }
            -> Done;
        succeed Done;
    }
}
";

const TESTS: &str = "use ship::{Ship, ShipInput};
use workflow_local::Engine;

#[test]
fn a_large_order_waits() {
    let engine = Engine::of::<Ship>().unwrap().on_lambda(\"send\", |_: workflow_runtime::Json| Ok(1));
    let execution = engine.run(&ShipInput { total: 500 }).unwrap();
    execution.assert_path([\"IsLarge\", \"Ask\", \"Send\", \"Done\"]);
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 60);
}

#[test]
fn a_small_one_does_not() {
    let engine = Engine::of::<Ship>().unwrap().on_lambda(\"send\", |_: workflow_runtime::Json| Ok(1));
    engine.run(&ShipInput { total: 5 }).unwrap().assert_path([\"IsLarge\", \"Send\", \"Done\"]);
}

#[test]
fn nothing_of_a_workflow_is_tested_here() {}
";

/// Returns a package.
fn package(name: &str) -> PathBuf {
    let folder = folder(&format!("mutants-{name}"));
    generated::root(&folder, &generated::manifest("ship"));
    for (file, text) in [("src/lib.rs", LIB), ("tests/ship.rs", TESTS)] {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

fn mutants(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "mutants"]).args(arguments).current_dir(folder).env_remove(VARIABLE);
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_tests_of_a_crate_are_judged_without_building_it_again() {
    let folder = package("crate");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "mutants"]).args(arguments).args(["--", "cargo", "test", "--quiet"]);
        generated::built(&mut command).env_remove(VARIABLE).current_dir(&folder).output().unwrap()
    };
    let output = run(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mutants = report["mutants"].as_array().unwrap();
    let of = |outcome: &str| -> Vec<_> {
        let all = mutants.iter().filter(|mutant| mutant["outcome"] == outcome);
        all.map(|mutant| json!([mutant["operator"], mutant["line"], mutant["column"], mutant["tests"]])).collect()
    };
    assert_eq!(report["counts"]["timed-out"], 0);
    assert_eq!(report["tests"].as_array().unwrap().len(), 2, "{report:#}");
    let moved = |column: u64| json!(["move-bound", 8, column, 2]);
    assert_eq!(of("survived"), [moved(30), moved(30), moved(28)], "{report:#}");
    let uncovered = of("not-covered");
    assert_eq!(uncovered.len(), 4, "{report:#}");
    assert_eq!(uncovered.first(), Some(&json!(["drop-retrier", 13, 13, 0])));
    let killed: Vec<_> = mutants.iter().filter(|mutant| mutant["outcome"] == "killed").collect();
    let wait = killed.iter().find(|mutant| mutant["operator"] == "change-wait").unwrap();
    assert_eq!((&wait["line"], &wait["failed"]), (&json!(11), &json!(["a_large_order_waits"])));
    assert_eq!(report["status"], "unnoticed");
    let equivalent = of("equivalent").len();
    assert_eq!(report["score"], json!({ "noticed": killed.len(), "of": mutants.len() - equivalent }));

    // The same definition has the same mutants, in the same order.
    let text = run(&["--operator", "move-bound"]);
    assert_eq!(text.status.code(), Some(1), "{}", stderr(&text));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("warning: no test notices: `100` becomes `101` (move-bound)\n --> src/lib.rs:8:30"),
        "{text}"
    );
    assert!(text.contains("a test could show it: the input is {\"total\":101}; then it enters"), "{text}");
    assert!(text.ends_with("Ship: 3 mutants: 3 survived; noticed 0 of 3\n"), "{text}");
    let listed = String::from_utf8(run(&["--list", "--state", "Ask"]).stdout).unwrap();
    assert!(listed.contains("src/lib.rs:11:22: change-wait: 60 becomes 61\n"), "{listed}");
    std::fs::remove_dir_all(folder).unwrap();
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
    ["--", program.to_str().unwrap(), "--ignored", "--exact", &format!("mutants::{test}")].map(str::to_owned).to_vec()
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
    assert!(fails(&["--name", "Rests", "--name", "Rest"], &rests).contains("no workflow `Rest` ran in the tests"));
    assert!(fails(&["--state", "Rets"], &rests).contains("did you mean `Rest`?"));
    assert!(fails(&["--operator", "drop"], &rests).contains("expected one of drop-catcher"));
}
