//! Tests the table of events that `run` and `history` print, and the colours of statuses.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::command::{file, workflow};

/// A workflow of which one item waits and one fails.
fn failing() -> Value {
    let items = json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Bad"}], "Default": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 1, "End": true},
        "Bad": {"Type": "Fail", "Error": "Order.TooLarge", "Cause": "too\nlarge"}}});
    json!({"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 90, "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": items, "End": true}}})
}

fn run(options: &[&str]) -> super::command::Done {
    let definition = file("events", "failing.asl.json", failing().to_string());
    workflow("run", &definition, &[&["--input", r#"{"items":[1,2]}"#], options].concat())
}

#[test]
fn the_history_in_a_file_has_the_table_of_the_run() {
    let ran = run(&[]).stdout;
    let (table, end) = ran.split_once("status: ").unwrap();
    assert_eq!(end, "FAILED\nerror: Order.TooLarge\ncause: too\\nlarge\n");
    let recorded = file("events", "failing.json", run(&["--history", "json"]).stdout);
    let history = workflow("history", &recorded, &[]);
    assert_eq!((history.code, &*history.stdout, &*history.stderr), (Some(0), table, ""));

    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines[0], "id  time      type                 state  details");
    assert_eq!(lines[2], r#"2   +0.000s   WaitStateEntered     Wait   <- {"items":[1,2]}"#);
    assert_eq!(lines[5], "5   +90.000s  MapStateStarted      Each   2 items");
    assert_eq!(lines[6], "6   +90.000s  MapIterationStarted  Each   item 0");
    assert!(lines.last().unwrap().ends_with("  ExecutionFailed             Order.TooLarge: too\\nlarge"), "{table}");
}

#[test]
fn history_prints_a_part_of_the_events_with_dates_or_as_json() {
    let recorded = file("events", "part.json", run(&["--history", "json"]).stdout);
    let newest = workflow("history", &recorded, &["--reverse", "--limit", "1", "--utc"]).stdout;
    assert!(newest.lines().nth(1).unwrap().contains("  2025-01-01T00:01:30.000Z  ExecutionFailed "), "{newest}");
    assert_eq!(newest.lines().count(), 2);

    let events = workflow("history", &recorded, &["--format", "json", "--data"]).stdout;
    let events: Vec<Value> = serde_json::from_str(&events).unwrap();
    assert_eq!(
        events[1],
        json!({"id": 2, "previousEventId": 0, "timestamp": "2025-01-01T00:00:00.000Z", "type": "WaitStateEntered",
            "state": "Wait", "error": null, "cause": null, "input": {"items": [1, 2]}, "output": null})
    );
    assert_eq!(events.last().unwrap()["cause"], "too\nlarge");
}

#[test]
fn the_page_of_a_saved_history_has_the_definition_in_its_file() {
    let definition = file("events", "failing.asl.json", failing().to_string());
    let ran = workflow("run", &definition, &["--input", r#"{"items":[1]}"#, "--history", "json"]).stdout;
    let read: Value = serde_json::from_str(&ran).unwrap();
    let events = read.get("events").unwrap_or(&read);
    let page = |name: &str, history: Value| {
        let page = file("events", name, "");
        let done = workflow(
            "history",
            &file("events", "saved.json", history.to_string()),
            &["--html", page.to_str().unwrap()],
        );
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        std::fs::read_to_string(page).unwrap()
    };
    // `Bad` was not entered: only the definition has it.
    assert!(!page("alone.html", json!({ "events": events })).contains("Order.TooLarge"));
    let saved = json!({ "executionArn": "arn:aws:states:us-east-1:123456789012:execution:m:e",
        "definition": failing().to_string(), "events": events });
    assert!(page("saved.html", saved).contains("Order.TooLarge"));
}

#[test]
fn payloads_are_cut_unless_they_are_wanted() {
    let long = "x".repeat(100);
    let events = json!([{"id": 1, "type": "ExecutionStarted", "timestamp": 1.5,
        "executionStartedEventDetails": {"input": format!("\"{long}\"")}}]);
    let history = file("events", "long.json", events.to_string());
    let cut = workflow("history", &history, &[]);
    assert!(cut.stdout.ends_with(&format!("  <- \"{}…\n", &long[..71])), "{}", cut.stdout);
    assert_eq!(cut.stderr, "note: The execution has not ended in this history.\n");
    let page = file("events", "page.json", json!({"events": events, "nextToken": "more"}).to_string());
    let more = "note: The history is one page of several: later events are missing.\n";
    assert_eq!(workflow("history", &page, &[]).stderr, format!("{more}{}", cut.stderr));
    let whole = workflow("history", &history, &["--data"]).stdout;
    assert!(whole.ends_with(&format!("  <- \"{long}\"\n")), "{whole}");

    let other = file("events", "other.json", "{}");
    let refused = workflow("history", &other, &[]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(
        refused.stderr.contains("other.json is not a history: expected an object with `events`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn statuses_have_colours_by_the_rule_of_the_diagnostics() {
    let definition = file("events", "coloured.asl.json", failing().to_string());
    let ran = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "run"]).arg(&definition).args(["--input", r#"{"items":[]}"#]);
        command.current_dir(Path::new(env!("CARGO_TARGET_TMPDIR"))).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        String::from_utf8(command.envs(variables.iter().copied()).output().unwrap().stdout).unwrap()
    };
    let coloured = ran(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.contains("\nstatus: \u{1b}[1m\u{1b}[92mSUCCEEDED\u{1b}[0m\n"), "{coloured}");
    assert!(coloured.contains("\u{1b}[92mExecutionSucceeded\u{1b}[0m"), "{coloured}");
    for variables in [&[][..], &[("NO_COLOR", "1")]] {
        assert!(!ran(variables).contains('\u{1b}'));
    }
}
