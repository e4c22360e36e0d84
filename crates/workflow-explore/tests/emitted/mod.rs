//! Tests that findings are printed as. They compile, fail as long as the finding exists, and pass when it is fixed.

use std::cell::Cell;

use serde_json::{Value, json};
use workflow_explore::{Explorer, Property};
use workflow_local::Engine;

thread_local! {
    /// Whether the engines run the fixed definitions.
    static FIXED: Cell<bool> = const { Cell::new(true) };
}

fn task(function: &str, next: Option<&str>, caught: Option<&str>) -> Value {
    let mut task = json!({
        "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"), "ResultPath": null,
    });
    match next {
        Some(next) => task["Next"] = next.into(),
        None => task["End"] = true.into(),
    }
    if let Some(caught) = caught {
        task["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": caught }]);
    }
    task
}

/// Returns an engine in which every reservation must be shipped or released.
fn in_order() -> Engine {
    let caught = if FIXED.get() { "Release" } else { "Failed" };
    let ship = || task("ship", Some("Done"), Some(caught));
    Engine::new(&json!({ "StartAt": "Reserve", "States": {
        "Reserve": task("reserve", Some("Ship"), Some("Release")), "Ship": ship(), "Release": task("release", Some("Failed"), Some("Failed")),
        "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" },
    } }))
    .unwrap()
}

/// Returns an engine in which one branch reserves while the other fails.
fn in_branches() -> Engine {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: task(name, None, None) } });
    let next = if FIXED.get() { "Release" } else { "Failed" };
    let catch = json!([
        { "ErrorEquals": ["Lost"], "ResultPath": null, "Next": "Release" },
        { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": next },
    ]);
    Engine::new(&json!({ "StartAt": "Both", "States": {
        "Both": { "Type": "Parallel", "Branches": [branch("Check"), branch("Reserve")], "ResultPath": null, "Next": "Done", "Catch": catch },
        "Release": task("release", Some("Failed"), Some("Failed")),
        "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" },
    } }))
    .unwrap()
}

/// Returns an engine that calls a task at most three times.
fn in_a_loop() -> Engine {
    let next = if FIXED.get() { "{% $n + 1 %}" } else { "{% $n %}" };
    Engine::new(&json!({ "StartAt": "Begin", "QueryLanguage": "JSONata", "States": {
        "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Ask" },
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask",
            "Assign": { "n": next, "ready": "{% $states.result.ready %}" }, "Next": "Ready",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }],
        },
        "Ready": { "Type": "Choice", "Default": "Ask", "Choices": [
            { "Condition": "{% $ready = true %}", "Next": "Done" }, { "Condition": "{% $n >= 3 %}", "Next": "Failed" },
        ] },
        "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" },
    } }))
    .unwrap()
}

/// Returns an engine that handles sixty items one after the other.
fn in_a_list() -> Engine {
    let (next, caught) = if FIXED.get() { ("Done", "Failed") } else { ("Failed", "Done") };
    let one = json!({ "StartAt": "One", "States": { "One": task("one", None, None) } });
    Engine::new(&json!({ "StartAt": "Give", "States": {
        "Give": { "Type": "Pass", "Result": vec![0; 60], "Next": "Each" },
        "Each": { "Type": "Map", "ItemProcessor": one, "MaxConcurrency": 1, "ResultPath": null, "Next": next,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": caught }] },
        "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" },
    } }))
    .unwrap()
}

mod of_answers {
    use super::in_order as engine;

    include!("of_answers.rs");

    pub(super) fn run() {
        after_reserve_done_or_release_reserve();
    }
}

mod of_decisions {
    use super::in_branches as engine;

    include!("of_decisions.rs");

    pub(super) fn run() {
        after_reserve_done_or_release_reserve();
    }
}

mod of_many_decisions {
    use super::in_a_list as engine;

    include!("of_many_decisions.rs");

    pub(super) fn run() {
        ends_in_done();
    }
}

mod of_loops {
    use super::in_a_loop as engine;

    include!("of_loops.rs");

    pub(super) fn run() {
        every_execution_ends_ready();
    }
}

#[test]
#[should_panic(expected = "`Ready` never leads to `Failed`")]
fn a_test_of_a_loop_fails_as_long_as_the_finding_stands() {
    FIXED.set(false);
    of_loops::run();
}

#[test]
#[should_panic(expected = "`Reserve` has succeeded")]
fn a_test_of_answers_fails_as_long_as_the_finding_stands() {
    FIXED.set(false);
    of_answers::run();
}

#[test]
#[should_panic(expected = "FAILED")]
fn a_test_of_decisions_fails_as_long_as_the_finding_stands() {
    FIXED.set(false);
    of_decisions::run();
}

#[test]
#[should_panic(expected = "FAILED")]
fn a_test_of_many_decisions_fails_as_long_as_the_finding_stands() {
    FIXED.set(false);
    of_many_decisions::run();
}

#[test]
fn they_are_what_exploration_prints() {
    FIXED.set(false);
    let after = || Some(Property::after("Reserve", ["Done", "Release"]));
    for (engine, property, file, checked_in) in [
        (in_order(), after(), "of_answers.rs", include_str!("of_answers.rs")),
        (in_branches(), after(), "of_decisions.rs", include_str!("of_decisions.rs")),
        (in_a_list(), Some(Property::ends_in(["Done"])), "of_many_decisions.rs", include_str!("of_many_decisions.rs")),
        (in_a_loop(), None, "of_loops.rs", include_str!("of_loops.rs")),
    ] {
        let explorer = Explorer::new(&engine).unwrap();
        let explorer = if file == "of_many_decisions.rs" { explorer.faults(1) } else { explorer };
        let explorer = property.into_iter().fold(explorer, Explorer::property);
        let report = explorer.explore().unwrap();
        let [finding] = report.findings.as_slice() else { panic!("{report}") };
        let printed = report.test(finding);
        if std::env::var_os("WORKFLOW_BLESS").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emitted/");
            std::fs::write(format!("{folder}{file}"), &printed).unwrap();
        } else {
            assert_eq!(printed, checked_in, "bless {file}: WORKFLOW_BLESS=1");
        }
    }
}

#[test]
fn names_are_identifiers_and_values_are_expressions() {
    let engine = Engine::new(&json!({ "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } })).unwrap();
    let tested = |check: &str, input: Value| {
        let explorer = Explorer::new(&engine).unwrap().inputs([input]).check(check, |_| Err("no".to_owned()));
        let report = explorer.explore().unwrap();
        report.test(&report.findings[0])
    };
    for (check, name) in [
        ("after A: B or C A", "after_a_b_or_c_a"),
        ("loop", "it_loop"),
        ("engine", "it_engine"),
        ("完了", "it_"),
        ("2 states", "it_2_states"),
    ] {
        let test = tested(check, json!({}));
        assert!(test.contains(&format!("fn {name}() {{")), "{test}");
    }
    let test = tested("one", json!({ "a\u{1}": [-1, 3_000_000_000_u64, u64::MAX, 1.5, null, "\u{8}\u{202e}"] }));
    let value = r#"{"a\u{1}":[-1,3000000000_i64,18446744073709551615_u64,1.5,null,"\u{8}\u{202e}"]}"#;
    assert!(test.contains(&format!("serde_json::json!({{\"input\":{value}}})")), "{test}");
    let many = tested("many", json!(vec![0; 60]));
    assert!(many.contains(r#"serde_json::from_str::<serde_json::Value>("{\"input\":[0,0"#), "{many}");
}
