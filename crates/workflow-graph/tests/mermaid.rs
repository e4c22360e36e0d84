//! Tests a Mermaid diagram like that in the README of the AWS Step Functions Data Science SDK.

use serde_json::json;
use workflow_asl::StateMachine;
use workflow_graph::Graph;

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
    assert_eq!(Graph::of(&StateMachine::read(&definition).0).to_mermaid(), include_str!("hello_world.mmd"));
}
