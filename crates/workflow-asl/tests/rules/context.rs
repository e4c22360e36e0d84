//! Tests the rules on references to the context object.

use super::*;
use workflow_cases::every;

fn texts(definition: &Value) -> Vec<String> {
    let found = check_definition(definition, MachineType::Standard);
    found.into_iter().map(|d| format!("{} {} | {}", d.code.id(), d.message(), d.help().unwrap_or_default())).collect()
}

fn parameters(path: &str) -> Value {
    pass(json!({"Parameters": {"x.$": path}}))
}

#[test]
fn its_members_exist() {
    let misses = [
        ("$$.Exection.Id", "no `$$.Exection` | did you mean `$$.Execution`?"),
        ("$$.Execution.ID", "no `$$.Execution.ID` | did you mean `$$.Execution.Id`?"),
        ("States.Format('{}', $$.State.Nme)", "no `$$.State.Nme` | did you mean `$$.State.Name`?"),
        ("$$.StateMachine.Version", "no `$$.StateMachine.Version` | `$$.StateMachine` has `Id` and `Name`"),
    ];
    for (path, text) in misses {
        assert_eq!(texts(&parameters(path)), [format!("WF0419 the context object has {text}")]);
    }
    every(
        ["$$", "$$.Execution", "$$.Execution.Input.any.thing[0]", "$$..Id", "$$[*]", "$$.State.RetryCount"],
        |path| {
            assert_eq!(texts(&parameters(path)), [""; 0], "{path}");
        },
    );
    assert_eq!(
        texts(&jsonata(pass(json!({"Output": "{% $states.context.Execution.Nam %}"})))),
        [
            "WF0419 the context object has no `$states.context.Execution.Nam` | did you mean `$states.context.Execution.Name`?"
        ]
    );
    // It asks whether there is one.
    let redriven = json!({"Variable": "$$.Execution.Redriven", "IsPresent": true, "Next": "T"});
    assert_eq!(texts(&choice(redriven)), [""; 0]);
}

#[test]
fn a_token_is_where_a_task_waits_for_one() {
    let call = |resource: &str| {
        let parameters = json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}});
        texts(&task(json!({"Resource": resource, "Parameters": parameters, "TimeoutSeconds": 60})))
    };
    let activity = "arn:aws:states:us-east-1:123456789012:activity:a";
    every(["arn:aws:states:::lambda:invoke.waitForTaskToken", activity, "${Resource}"], |resource| {
        assert_eq!(call(resource), [""; 0], "{resource}");
    });
    assert_eq!(
        call("arn:aws:states:::lambda:invoke"),
        [
            "WF0419 there is no task token in state `S` | only a task that waits for one has it: an activity, or a call that \
          ends in `.waitForTaskToken`"
        ]
    );
    assert_eq!(texts(&parameters("$$.Task.Token")).len(), 1);
}

#[test]
fn an_item_is_where_a_map_is() {
    assert_eq!(
        texts(&map(json!({"ItemSelector": {"x.$": "$$.Map.Item.Value.a", "i.$": "$$.Map.Item.Index"}}))),
        [""; 0]
    );
    assert_eq!(texts(&map(json!({"ItemSelector": {"x.$": "$$.Map.Item.Valu"}}))).len(), 1);
    // A state inside may see it.
    let inner =
        json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$$.Map.Item.Value", "End": true}}});
    assert_eq!(texts(&map(json!({"ItemProcessor": inner}))), [""; 0]);
    assert_eq!(
        texts(&parameters("$$.Map.Item.Value")),
        ["WF0419 there is no `$$.Map` in state `S` | items are available in a Map state's `ItemSelector`"]
    );
}
