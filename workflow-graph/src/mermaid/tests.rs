use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_cases::every;

use super::*;

fn draw(definition: &Value) -> String {
    let (machine, found) = StateMachine::read(definition);
    assert_eq!(found, []);
    Graph::of(&machine).to_mermaid()
}

#[test]
fn hello_world_as_in_the_golden() {
    let definition = json!({"StartAt": "MyPassState", "States": {
        "MyPassState": {"Type": "Pass", "Next": "Is this Hello World example?"},
        "Is this Hello World example?": {"Type": "Choice", "Choices": [
            {"Variable": "$['IsHelloWorldExample']", "BooleanEquals": true, "Next": "Wait for 3 seconds"},
            {"Variable": "$['IsHelloWorldExample']", "BooleanEquals": false, "Next": "HelloWorldFailed"}]},
        "Wait for 3 seconds": {"Seconds": 3, "Type": "Wait", "Next": "MyParallelState"},
        "MyParallelState": {"Type": "Parallel", "Next": "Convert HelloWorld to Base64", "Branches": [
            {"StartAt": "Hello", "States": {"Hello": {"Type": "Pass", "End": true}}},
            {"StartAt": "World", "States": {"World": {"Type": "Pass", "End": true}}}]},
        "Convert HelloWorld to Base64": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "HelloWorldSuccessful",
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "LambdaTaskFailed"}]},
        "HelloWorldSuccessful": {"Type": "Succeed"},
        "LambdaTaskFailed": {"Type": "Fail"},
        "HelloWorldFailed": {"Type": "Fail"}}});
    assert_eq!(draw(&definition), include_str!("hello_world.mmd"));
}

#[test]
fn a_name_of_any_characters_stays_inside_its_label() {
    every(
        [
            "end",
            "a\"b",
            "x`y`",
            "<script>",
            "#35;",
            "%%{init: {}}%%",
            "1. one",
            "- two",
            "a|b",
            "a\nb",
            "\\n",
            "style:#a;",
            "",
        ],
        |name| {
            let text = draw(&json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}}));
            let line = text.lines().nth(2).unwrap().trim();
            let label = line.strip_prefix("n1(\"").and_then(|l| l.strip_suffix("\")")).unwrap();
            assert!(
                !label.is_empty() && !label.contains(['"', '`', '<', '>', '&', '%', ':', '|', '\\', '\n']),
                "{label}"
            );
            assert_eq!(text.lines().count(), 6 + CLASSES.len());
        },
    );
    assert_eq!(escape("1. one - a_b"), "1#46; one - a_b");
}

#[test]
fn what_was_not_taken_is_marked() {
    let definition = json!({"StartAt": "Work", "States": {
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Each",
            "Retry": [{"ErrorEquals": ["Busy"]}, {"ErrorEquals": ["States.ALL"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
        "Each": {"Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}},
        "Undo": {"Type": "Fail"}}});
    let (machine, found) = StateMachine::read(&definition);
    assert_eq!(found, []);
    let taken = ["/States/Work", "/States/Work/Next", "/States/Work/Retry/1", "/States/Each"];
    let mut graph = Graph::of(&machine);
    graph.mark(&|pointer| if taken.contains(&pointer.as_str()) { Mark::None } else { Mark::Untaken });
    let text = graph.to_mermaid();
    let ends: Vec<_> = text.lines().filter(|line| !line.contains("classDef mark")).map(str::trim).collect();
    assert_eq!(
        ends,
        [
            "flowchart TD",
            "n0((\" \")):::mark",
            "n1[\"Work<br/>lambda invoke<br/>retry 3×#58; Busy (not taken)<br/>retry 3×#58; States.ALL\"]",
            "subgraph n2[\"Each<br/>for each item\"]",
            "n3((\" \")):::mark",
            "n4(\"One\")",
            "n3 --> n4",
            "end",
            "n5([\"Undo\"]):::fail",
            "n0 --> n1",
            "n6(((\" \"))):::mark",
            "n1 --> n2",
            "n1 -.->|\"States.ALL\"| n5",
            "n2 --> n6",
            "classDef choice fill:#fff8e1,stroke:#b8860b,color:#222",
            "classDef wait fill:#eef3fb,stroke:#4a6fa5,color:#222",
            "classDef succeed fill:#e8f5e9,stroke:#2e7d32,color:#222",
            "classDef fail fill:#fdecea,stroke:#c62828,color:#222",
            &format!("classDef untaken {}", MARKS[0].1),
            "class n4,n5 untaken",
            &format!("linkStyle 0,3,4 {}", MARKS[0].2),
        ]
    );
}
