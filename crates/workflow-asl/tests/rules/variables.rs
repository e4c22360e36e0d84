//! Tests the rules on variables.

use super::*;

#[test]
fn outer_variables() {
    let machine = |before: Value, inside: Value| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Assign": before, "Next": "P"},
            "P": {"Type": "Parallel", "Next": "Z", "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": inside, "End": true}}}]},
            "Z": {"Type": "Pass", "Assign": {"late": 1}, "End": true}}})
    };
    let at = "/States/P/Branches/0/States/B/Assign";
    expect(&[
        (machine(json!({"x": 1}), json!({"y": 2, "late": 3})), &[]),
        (machine(json!({"x": 1}), json!({"x": 2})), &[(Code::OuterVariable, &format!("{at}/x"))]),
        (machine(json!({"x.$": "$.x"}), json!({"x.$": "$.y"})), &[(Code::OuterVariable, &format!("{at}/x.$"))]),
    ]);
}
