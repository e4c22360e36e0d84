//! Loops that end only by an answer. They are not findings, but the report lists them.

use serde_json::{Value, json};
use workflow_explore::{Explorer, Report, Verdict};
use workflow_local::Engine;

/// Returns a poll with additional states. `after` is the state that follows its wait.
fn poll(after: &str, states: &Value, start: &str) -> Value {
    let mut all = json!({
        "Ask": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "IsDone",
            "Arguments": { "FunctionName": "ask" }, "Output": "{% $states.result.Payload.status %}",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }] },
        "IsDone": { "Type": "Choice", "Default": "Rest",
            "Choices": [{ "Condition": "{% $states.input = 'DONE' %}", "Next": "Done" }] },
        "Rest": { "Type": "Wait", "Seconds": 5, "Next": after },
        "Done": { "Type": "Succeed" },
        "Failed": { "Type": "Fail", "Error": "ItFailed" },
    });
    all.as_object_mut().unwrap().extend(states.as_object().unwrap().clone());
    json!({ "QueryLanguage": "JSONata", "StartAt": start, "States": all })
}

fn explored(definition: &Value) -> Report {
    Explorer::new(&Engine::new(definition).unwrap()).unwrap().explore().unwrap()
}

#[test]
fn a_poll_without_a_bound_is_named() {
    let report = explored(&poll("Ask", &json!({}), "Ask"));
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    assert_eq!(report.open_loops, ["Ask"]);
    let line = "cut off: `Ask` is called again for as long as no answer ends its loop";
    assert!(report.to_string().contains(line), "{report}");
    assert_eq!(report.to_json()["open_loops"], json!(["Ask"]));
}

#[test]
fn a_poll_that_counts_without_an_end_is_named() {
    let states = json!({
        "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Ask" },
        "Count": { "Type": "Pass", "Assign": { "n": "{% $n + 1 %}" }, "Next": "Ask" },
    });
    let report = explored(&poll("Count", &states, "Begin"));
    assert_eq!((report.verdict(), report.open_loops.as_slice()), (Verdict::Holds, &["Ask".to_owned()][..]), "{report}");
}

#[test]
fn a_bounded_poll_is_not_named() {
    let states = json!({
        "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Ask" },
        "Count": { "Type": "Pass", "Assign": { "n": "{% $n + 1 %}" }, "Next": "Enough" },
        "Enough": { "Type": "Choice", "Default": "Ask", "Choices": [{ "Condition": "{% $n >= 3 %}", "Next": "Failed" }] },
    });
    let counted = explored(&poll("Count", &states, "Begin"));
    let mut limited = poll("Ask", &json!({}), "Ask");
    limited["TimeoutSeconds"] = json!(30);
    for report in [counted, explored(&limited)] {
        assert_eq!((report.verdict(), report.open_loops.as_slice()), (Verdict::Holds, &[][..]), "{report}");
    }
}

#[test]
fn a_loop_that_never_ends_is_a_finding_alone() {
    let mut endless = poll("Ask", &json!({}), "Ask");
    endless["States"]["IsDone"]["Choices"][0]["Condition"] =
        json!("{% $states.input = 'DONE' and $states.input = 'NO' %}");
    let report = explored(&endless);
    assert_eq!((report.verdict(), report.open_loops.as_slice()), (Verdict::Broken, &[][..]), "{report}");
}
