//! Tests what has happened when each state of a definition begins.

use serde_json::json;
use workflow_asl::StateMachine;
use workflow_asl::reaching::before;

#[test]
fn what_has_run_and_what_is_assigned() {
    let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": {"y": 1}, "Next": "J"}, "J": {"Type": "Succeed"}}});
    let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "r", "Assign": {"x.$": "$.x"}, "Next": "C",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"e.$": "$.Error"}, "Next": "C"}]},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "M"}], "Default": "Z"},
        "M": {"Type": "Map", "ItemProcessor": inner, "Next": "Z"},
        "Z": {"Type": "Succeed"}, "Unreached": {"Type": "Succeed"}}}));
    let told: Vec<_> = before(&machine)
        .into_iter()
        .map(|before| {
            let variables = before.variables().map(|variable| {
                format!("{}{} by {}", variable.name, if variable.certain { "" } else { "?" }, variable.by.join("+"))
            });
            let variables = variables.collect::<Vec<_>>().join(", ");
            assert_eq!(
                (before.ran_count(), before.variable_count()),
                (before.ran().count(), before.variables().count())
            );
            let name = before.pointer.tokens().last().unwrap();
            format!(
                "{name}: ran {} | {variables} | from {}",
                before.ran().collect::<Vec<_>>().join(" "),
                before.from.len()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "A: ran  |  | from 0",
            "C: ran  | e? by A, x? by A | from 2",
            "M: ran C | e? by A, x? by A | from 1",
            "I: ran C | e? by A, x? by A | from 0",
            "J: ran C I | e? by A, x? by A, y by I | from 1",
            "Z: ran C | e? by A, x? by A | from 2",
        ]
    );
}
