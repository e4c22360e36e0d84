//! What an execution costs.

use super::*;

/// A machine whose states are those given, from `S` on, and `T`, which ends it.
fn states(mut states: Value) -> Value {
    states["T"] = json!({"Type": "Succeed"});
    json!({"StartAt": "S", "States": states})
}

fn choose(to: &str) -> Value {
    json!({"Type": "Choice", "Choices": [{"Variable": "$.Status", "StringEquals": "DONE", "Next": "T"}], "Default": to})
}

fn call(action: &str, parameters: Value) -> Value {
    let resource = format!("arn:aws:states:::{action}");
    json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "Next": "C"})
}

#[test]
fn loops_that_run_away() {
    let get = || call("aws-sdk:codebuild:batchGetBuilds", json!({"Ids.$": "$.Ids"}));
    let looks = || call("aws-sdk:glue:getJobRun", json!({"JobName": "j", "RunId.$": "$.RunId"}));
    let warns: &[(Code, &str)] = &[(Code::RunawayLoop, "/States/S")];
    let with = |mut state: Value, fields: Value| {
        for (key, value) in fields.as_object().unwrap() {
            state[key] = value.clone();
        }
        state
    };
    let lambda = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": "T"});
    let again = |names: &str| json!({"Catch": [{"ErrorEquals": [names], "Next": "S"}]});
    expect(&[
        // Looks at a job over and over.
        (states(json!({"S": looks(), "C": choose("S")})), warns),
        (
            states(
                json!({"S": with(looks(), json!({"Next": "P"})), "P": {"Type": "Pass", "Next": "C"}, "C": choose("S")}),
            ),
            warns,
        ),
        // Waits between two looks, or not at all.
        (states(json!({"S": looks(), "C": choose("W"), "W": {"Type": "Wait", "Seconds": 5, "Next": "S"}})), &[]),
        (
            states(json!({"S": looks(), "C": choose("W"), "W": {"Type": "Wait", "SecondsPath": "$.s", "Next": "S"}})),
            &[],
        ),
        (states(json!({"S": looks(), "C": choose("W"), "W": {"Type": "Wait", "Seconds": 0, "Next": "S"}})), warns),
        // A batch of work in each turn, a page in each turn.
        (states(json!({"S": with(lambda.clone(), json!({"Next": "C"})), "C": choose("S")})), &[]),
        (states(json!({"S": call("aws-sdk:s3:listObjectsV2", json!({"Bucket": "b"})), "C": choose("S")})), &[]),
        (
            states(
                json!({"S": call("athena:getQueryResults", json!({"QueryExecutionId": "i", "NextToken.$": "$.NextToken"})), "C": choose("S")}),
            ),
            &[],
        ),
        (
            states(
                json!({"S": call("dynamodb:getItem", json!({"TableName": "t", "Key": {"id": {"S.$": "$.Item.next.S"}}})), "C": choose("S")}),
            ),
            &[],
        ),
        (states(json!({"S": get(), "C": choose("S")})), &[]),
        // Waits for a job.
        (states(json!({"S": call("glue:startJobRun.sync", json!({"JobName": "j"})), "C": choose("S")})), &[]),
        // Counts.
        (
            states(json!({"S": looks(), "C": choose("N"), "N": {"Type": "Pass", "Next": "S",
            "Parameters": {"RunId.$": "$.RunId", "n.$": "States.MathAdd($.n, 1)"}}})),
            &[],
        ),
        // Choices among themselves.
        (states(json!({"S": {"Type": "Pass", "Next": "C"}, "C": choose("S")})), warns),
        (
            states(
                json!({"S": {"Type": "Pass", "Result": "DONE", "ResultPath": "$.Status", "Next": "C"}, "C": choose("S")}),
            ),
            &[],
        ),
        // Tries again for ever.
        (states(json!({"S": with(lambda.clone(), again("States.ALL"))})), warns),
        (
            states(
                json!({"S": with(with(lambda.clone(), again("States.ALL")), json!({"Retry": [{"ErrorEquals": ["States.ALL"]}]}))}),
            ),
            &[],
        ),
        (states(json!({"S": with(with(lambda.clone(), again("States.Timeout")), json!({"TimeoutSeconds": 9}))})), &[]),
    ]);
    let express = found(&states(json!({"S": looks(), "C": choose("S")})), MachineType::Express);
    assert_eq!(express, []);
}

#[test]
fn waits_that_outlast_their_execution() {
    let wait = |seconds: u64, next: &str| json!({"Type": "Wait", "Seconds": seconds, "Next": next});
    let two = states(json!({"S": wait(200, "U"), "U": wait(101, "T")}));
    assert_eq!(found(&two, MachineType::Express), [(Code::OutlastsExecution, "/States/U/Seconds".to_owned())]);
    let enough = states(json!({"S": wait(200, "U"), "U": wait(100, "T")}));
    assert_eq!(found(&enough, MachineType::Express), []);
    // Either of two ways, the shorter counts.
    let either = states(json!({"S": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}],
        "Default": "U"}, "A": wait(200, "U"), "U": wait(150, "T")}));
    assert_eq!(found(&either, MachineType::Express), []);
    let branch = json!({"StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 250, "End": true}}});
    let parallel = states(json!({"S": {"Type": "Parallel", "Branches": [branch], "Next": "U"}, "U": wait(51, "T")}));
    assert_eq!(found(&parallel, MachineType::Express), [(Code::OutlastsExecution, "/States/U/Seconds".to_owned())]);
    let inside = states(json!({"S": wait(60, "U"), "U": {"Type": "Parallel", "Branches": [branch], "Next": "T"}}));
    let at = "/States/U/Branches/0/States/I/Seconds".to_owned();
    assert_eq!(found(&inside, MachineType::Express), [(Code::OutlastsExecution, at)]);
    let mut own = two.clone();
    own["TimeoutSeconds"] = 250.into();
    assert_eq!(found(&own, MachineType::Standard), [(Code::OutlastsTimeout, "/States/U/Seconds".to_owned())]);
    assert_eq!(found(&two, MachineType::Standard), []);
    let year = states(json!({"S": wait(40_000_000, "T")}));
    assert_eq!(found(&year, MachineType::Standard), [(Code::OutlastsExecution, "/States/S/Seconds".to_owned())]);
}

#[test]
fn literals_that_are_too_large() {
    let long = "x".repeat(262_144);
    expect(&[
        (pass(json!({"Result": {"a": long}})), &[(Code::PayloadTooLarge, "/States/S/Result")]),
        (pass(json!({"Result": {"a": long}, "ResultPath": null})), &[]),
        (pass(json!({"Result": {"a": &long[9..]}})), &[]),
        (pass(json!({"Assign": {"a": long}})), &[(Code::PayloadTooLarge, "/States/S/Assign/a")]),
        (jsonata(pass(json!({"Output": {"a": long}}))), &[(Code::PayloadTooLarge, "/States/S/Output")]),
        (jsonata(pass(json!({"Output": {"a": format!("{{% '{long}' %}}")}}))), &[]),
    ]);
}
