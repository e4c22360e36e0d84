//! `cargo workflow replay`: what it prints and writes, and its exit codes.

use crate::command;
/// What `--test` writes, as a function that a test calls.
#[rustfmt::skip]
#[path = "files/written/of_history.rs"]
mod of_history;
use crate::written;

use command::{file, workflow};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, HistoryEvent};

const FOLDER: &str = "replay";

fn machine(least: u64) -> Value {
    json!({ "StartAt": "Score", "States": {
        "Score": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:score", "ResultPath": "$.score",
            "Next": "GoodEnough" },
        "GoodEnough": { "Type": "Choice", "Default": "Retrain",
            "Choices": [{ "Variable": "$.score", "NumericGreaterThanEquals": least, "Next": "Deploy" }] },
        "Deploy": { "Type": "Succeed" }, "Retrain": { "Type": "Succeed" } } })
}

fn ran(score: u64) -> Execution {
    Engine::new(&machine(50))
        .unwrap()
        .on_state("Score", move |_: Value| Ok(score))
        .run(&json!({ "of": score }))
        .unwrap()
}

fn history(execution: &Execution) -> String {
    json!({ "events": execution.history().iter().map(HistoryEvent::to_api_json).collect::<Vec<_>>() }).to_string()
}

#[test]
fn a_folder_gives_a_table_a_sentence_and_an_exit_code() {
    let folder = file(FOLDER, "week/a.json", history(&ran(10))).parent().unwrap().to_owned();
    file(FOLDER, "week/b.json", history(&ran(60)));
    file(FOLDER, "week/c.json", history(&ran(90)));
    let same = file(FOLDER, "same.asl.json", machine(50).to_string());
    let changed = file(FOLDER, "changed.asl.json", machine(80).to_string());
    let with = |definition: &std::path::Path, more: &[&str]| {
        workflow("replay", &folder, &[&["--definition", definition.to_str().unwrap()], more].concat())
    };
    let done = with(&same, &[]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.ends_with("of 3 executions, all take the same path\n"), "{}", done.stdout);
    let done = with(&changed, &[]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stdout.ends_with("of 3 executions, 1 would take another path, at `GoodEnough`\n"), "{}", done.stdout);
    assert!(
        done.stdout
            .contains("b.json  another path    event 9: `GoodEnough` is followed by `Retrain` instead of `Deploy`"),
        "{}",
        done.stdout
    );
    let done = with(&changed, &["--format", "json"]);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((done.code, &report["summary"]["anotherWay"]), (Some(1), &json!(1)));
    assert_eq!(report["executions"][1]["difference"]["kind"], "other state");

    // A file of the folder is played once.
    let done =
        workflow("replay", &folder, &[folder.join("a.json").to_str().unwrap(), "--definition", same.to_str().unwrap()]);
    assert!(done.stdout.ends_with("of 3 executions, all take the same path\n"), "{}", done.stdout);
    let done = workflow("replay", &folder, &["--definition", same.to_str().unwrap(), "--objects", "no-such-folder"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(2), "error: --objects: no-such-folder is not a folder\n"));

    file(FOLDER, "bad/a.json", history(&ran(10)));
    let bad = file(FOLDER, "bad/b.json", "{").parent().unwrap().to_owned();
    let done = workflow("replay", &bad, &["--definition", same.to_str().unwrap()]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("b.json is not JSON"), "{}", done.stderr);
}

#[test]
fn one_history_is_written_as_mocks_and_as_a_test() {
    let one = file(FOLDER, "one/order.json", history(&ran(60)));
    let definition = file(FOLDER, "one.asl.json", machine(50).to_string());
    let [mocks, test] = ["one.mocks.json", "one.rs"].map(|name| file(FOLDER, name, "").to_str().unwrap().to_owned());
    let options = ["--definition", definition.to_str().unwrap(), "--mocks", &mocks, "--test", &test];
    let done = workflow("replay", &one, &options);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.ends_with("order.json: same path\n"), "{}", done.stdout);
    assert!(std::fs::read_to_string(&test).unwrap().contains("fn execution_order()"));
    let done = workflow("run", &definition, &["--mocks", &mocks, "--input", "{\"of\": 60}", "--history", "json"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("\"score\":60"), "{}", done.stderr);
    let folder = one.parent().unwrap().to_owned();
    file(FOLDER, "one/other.json", history(&ran(60)));
    let done = workflow("replay", &folder, &options);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("--mocks writes one execution, and there are 2"), "{}", done.stderr);
    // Each history is a test of one file.
    for (folder, score) in [("many", 60), ("many/more", 40), ("many/most", 60)] {
        file(FOLDER, &format!("{folder}/order.json"), history(&ran(score)));
    }
    file(FOLDER, "many/other.json", history(&ran(60)));
    let many = folder.with_file_name("many");
    let done = workflow("replay", &many, &["--definition", definition.to_str().unwrap(), "--test", &test]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let text = std::fs::read_to_string(&test).unwrap();
    let names =
        ["execution_order()", "execution_order_2()", "execution_order_3()", "execution_other()", "engine() -> "];
    for name in names {
        assert_eq!(text.matches(&format!("fn {name}")).count(), 1, "{text}");
    }
}

#[test]
fn the_definition_is_named_or_saved_beside_the_history() {
    let alone = file(FOLDER, "alone/order.json", history(&ran(60)));
    // It is there from the last run.
    let _ = std::fs::remove_file(alone.with_file_name("order.machine.json"));
    let done = workflow("replay", &alone, &[]);
    assert_eq!(done.code, Some(2));
    assert!(
        done.stderr.contains("the definition is not known") && done.stderr.contains("--definition"),
        "{}",
        done.stderr
    );
    let described = json!({ "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Score",
        "definition": machine(50).to_string() });
    file(FOLDER, "alone/order.machine.json", described.to_string());
    let done = workflow("replay", &alone, &[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    written::is_checked_in("of_history.rs", |test| {
        let done = workflow("replay", &alone, &["--test", test.to_str().unwrap()]);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    });
    of_history::execution_order();
}

#[test]
fn a_rust_file_is_a_definition_too() {
    let text = "workflow! { workflow Greet { input { name: String } pass Say { said: input.name } -> end; } }";
    let source = file(FOLDER, "greet.rs", text);
    let definition = workflow("asl", &source, &[]).stdout;
    let definition: Value = serde_json::from_str(&definition).unwrap();
    let execution = Engine::new(&definition).unwrap().run(&json!({ "name": "Ada" })).unwrap();
    let one = file(FOLDER, "greet/one.json", history(&execution));
    let done = workflow("replay", &one, &["--definition", source.to_str().unwrap()]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_recorded_execution_goes_on_from_a_state() {
    let definition = json!({"StartAt": "Charge", "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"},
            "ResultPath": "$.charged", "Next": "Ship"},
        "Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ship"},
            "Retry": [{"ErrorEquals": ["Busy"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}],
            "ResultPath": "$.shipped", "Next": "Done"},
        "Refund": {"Type": "Fail", "Error": "NotShipped"},
        "Done": {"Type": "Succeed"}}});
    let machine = file("fork", "Fork.json", definition.to_string());
    let mocks = json!({"StateMachines": {"Fork": {"TestCases": {"Fails": {"Charge": "C", "Ship": "S"}}}},
        "MockedResponses": {"C": {"0": {"Return": {"paid": 7}}},
            "S": {"0": {"Throw": {"Error": "Busy", "Cause": ""}}, "1": {"Throw": {"Error": "NoCarrier", "Cause": "nobody"}}}}});
    let mocks = file("fork", "mocks.json", mocks.to_string());
    let recorded = workflow("run", &machine, &["--mocks", mocks.to_str().unwrap(), "--history", "json"]);
    let history = file("fork", "history.json", &recorded.stdout);
    let fork = |state: &str, options: &[&str]| {
        workflow("run", &machine, &[&["--from-history", history.to_str().unwrap(), "--at", state], options].concat())
    };
    // With the recorded answers, it goes on as it did.
    let same = fork("Ship", &[]);
    assert_eq!(same.code, Some(1), "{}", same.stderr);
    assert!(same.stdout.ends_with("as recorded: Ship, Refund; failed: NotShipped\n"), "{}", same.stdout);
    // With another answer, and with another input of the state.
    let other = fork("Ship", &["--result", "Ship={\"by\":\"air\"}", "--input", "{\"changed\":true}"]);
    assert_eq!(other.code, Some(0), "{}", other.stderr);
    let end = "output: {\"changed\":true,\"shipped\":{\"by\":\"air\"}}\nrecorded: Ship, Refund; failed: NotShipped\n\
               now:      Ship, Done; succeeded\n";
    assert!(other.stdout.ends_with(end), "{}", other.stdout);
    let unknown = fork("Done", &[]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did not enter the state `Done`"), "{}", unknown.stderr);
}
