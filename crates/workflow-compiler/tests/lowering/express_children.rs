//! Tests `workflow::<Other>.express`.

use serde_json::{Value, json};

use super::document;

/// Returns the state `A`, which `clauses` follow, of a workflow whose last state reads `last`.
fn child(clauses: &str, last: &str) -> Value {
    let document = document(&format!(
        "input {{ n: i64 }} task A = workflow::<other::Quick>.express {{ StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:q\", Input: {{ n: input.n }} }} \
         {clauses} -> B; pass B {{ x: {last} }} -> end;"
    ));
    document["States"]["A"].clone()
}

/// Returns an expression with the value of a successful execution.
fn checked(value: &str) -> String {
    let failed = "$error($join([$states.result.Status, $states.result.Error, $states.result.Cause], ': '))";
    format!("$states.result.Status = 'SUCCEEDED' ? {value} : {failed}")
}

#[test]
fn it_is_one_state_that_parses_the_output_and_fails_with_the_execution() {
    let state = child("", "1");
    assert_eq!(state["Resource"], "arn:aws:states:::aws-sdk:sfn:startSyncExecution");
    assert_eq!(
        state["Arguments"],
        json!({ "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:q", "Input": { "n": "{% $states.context.Execution.Input.n %}" } })
    );
    let parsed = "$merge([$states.result, {'Output': $parse($states.result.Output)}])";
    assert_eq!(state["Output"], format!("{{% {} %}}", checked(parsed)));
    assert_eq!(state.get("Assign"), None);
}

#[test]
fn what_other_states_read_is_checked_too() {
    let state = child("", "[A.Output.cents, A.ExecutionArn]");
    let kept =
        "{'Output': {'cents': $parse($states.result.Output).cents}, 'ExecutionArn': $states.result.ExecutionArn}";
    assert_eq!(state["Assign"]["A"], format!("{{% {} %}}", checked(kept)));
}

#[test]
fn an_output_of_the_state_s_own_is_checked_as_a_whole() {
    let state = child("output { cents: result.Output.cents, of: result.Name, n: 1 }", "1");
    let own = "{'cents': $parse($states.result.Output).cents, 'of': $states.result.Name, 'n': 1}";
    assert_eq!(state["Output"], format!("{{% {} %}}", checked(own)));
    // Nothing of the result is read, and the failure is an error all the same.
    assert_eq!(child("output 1", "1")["Output"], format!("{{% {} %}}", checked("1")));
}

#[test]
fn a_variable_is_checked_alone() {
    let state = child("assign { cents: result.Output.cents, of: result.Name }", "$cents");
    let output = checked("$parse($states.result.Output)");
    assert_eq!(state["Assign"]["cents"], format!("{{% ({output}).cents %}}"));
    assert_eq!(state["Assign"]["of"], "{% $states.result.Name %}");
}
