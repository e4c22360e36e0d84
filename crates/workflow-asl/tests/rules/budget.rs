//! Tests the rules on the cost of an execution.

use super::*;

/// Returns a machine whose states are those given, from `S` on, and `T`, which ends it.
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
fn loops_that_never_end_once_they_have_turned() {
    let warns: &[(Code, &str)] = &[(Code::RunawayLoop, "/States/C")];
    let task = |fields: Value| {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": "C"});
        state.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        state
    };
    let wait = || json!({"Type": "Wait", "Seconds": 30, "Next": "S"});
    let by = |rule: Value, to: &str| {
        let mut rule = rule;
        rule["Next"] = "T".into();
        json!({"Type": "Choice", "Choices": [rule], "Default": to})
    };
    let done = |variable: &str, to: &str| by(json!({"Variable": variable, "BooleanEquals": true}), to);
    let of = |task: Value, variable: &str| states(json!({"S": task, "C": done(variable, "W"), "W": wait()}));
    let when = |condition: &str, task: Value| {
        jsonata(states(json!({"S": task, "C": by(json!({"Condition": condition}), "W"), "W": wait()})))
    };
    let after = |mut machine: Value| {
        let assign = json!({"done": false, "count": 0, "Start": {"Status": "NEW"}});
        machine["States"]["P"] = json!({"Type": "Pass", "Assign": assign, "Next": "S"});
        machine["StartAt"] = "P".into();
        machine
    };
    let waiting = |fields: Value| {
        let mut wait = wait();
        wait.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        states(json!({"S": task(json!({"ResultPath": "$.a"})), "C": done("$.done", "W"), "W": wait}))
    };
    expect(&[
        // By the execution's input, which nothing writes.
        (of(task(json!({})), "$$.Execution.Input.done"), warns),
        (when("{% $states.context.Execution.Input.done %}", task(json!({}))), warns),
        (when("{% $states.context.Execution.Input.until > $now() %}", task(json!({}))), &[]),
        (of(task(json!({})), "$$.State.RetryCount"), &[]),
        // By the result, or beside it.
        (of(task(json!({})), "$.done"), &[]),
        (of(task(json!({"ResultPath": "$.job"})), "$.done"), warns),
        (of(task(json!({"ResultPath": "$.job"})), "$.job.done"), &[]),
        (of(task(json!({"ResultPath": null})), "$.done"), warns),
        (of(task(json!({"ResultPath": "$.job", "OutputPath": "$.job"})), "$.done"), &[]),
        (waiting(json!({})), warns),
        (waiting(json!({"InputPath": "$.a"})), &[]),
        // By a variable that the loop assigns, or that only what comes before it does.
        (after(of(task(json!({"Assign": {"done.$": "$.x"}})), "$done")), &[]),
        (after(of(task(json!({"Assign": {"other.$": "$.x"}})), "$done")), warns),
        (after(when("{% $count < 3 %}", task(json!({"Assign": {"count": "{% $count + 1 %}"}})))), &[]),
        (after(when("{% $Start.Status = 'DONE' %}", task(json!({"Assign": {"Ask": "{% $states.result %}"}})))), warns),
        (when("{% $states.input.Status = 'DONE' %}", task(json!({}))), &[]),
        (when("{% $states.input.n > 1 %}", task(json!({"Output": "{% $states.input %}"}))), warns),
        (when("{% $map([1], $random)[0] > 0.9 %}", task(json!({}))), &[]),
        (of(task(json!({})), "${Where}"), &[]),
        (of(task(json!({"ResultPath": "${Where}"})), "$.done"), &[]),
        (when("{% ${Condition} %}", task(json!({}))), &[]),
        // Other ways out: an error that is caught, another choice.
        (of(task(json!({"Catch": [{"ErrorEquals": ["Done"], "Next": "T"}]})), "$$.Execution.Input.done"), &[]),
        (
            of(
                task(
                    json!({"Catch": [{"ErrorEquals": ["Again"], "ResultPath": null, "Next": "W"}], "ResultPath": "$.a"}),
                ),
                "$.done",
            ),
            warns,
        ),
        (of(task(json!({"Catch": [{"ErrorEquals": ["Again"], "Next": "W"}], "ResultPath": "$.a"})), "$.Error"), &[]),
        (
            states(json!({"S": task(json!({})), "C": done("$$.Execution.Input.done", "W"),
                "W": done("$.done", "S")})),
            &[],
        ),
    ]);
    let machine = of(task(json!({})), "$$.Execution.Input.done");
    assert_eq!(found(&machine, MachineType::Express), []);
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

#[test]
fn data_that_is_too_large_together() {
    let half = "x".repeat(140_000);
    let put = |value: &Value, path: &str, next: &str| json!({"Type": "Pass", "Result": value, "ResultPath": path, "Next": next});
    let list = json!(vec!["y".repeat(3_500); 40]);
    let both = |one: &Value, other: &Value| {
        states(json!({"S": put(one, "$.a", "U"), "U": put(other, "$.b", "V"), "V": {"Type": "Pass", "Next": "T"}}))
    };
    let sent = |field: &str| {
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "T", "ResultPath": null,
            "Parameters": {"FunctionName": "f", "Payload": {"a.$": field, "b": half}}});
        states(json!({"S": put(&json!(half), "$.a", "U"), "U": task}))
    };
    let at_u: &[_] = &[(Code::PayloadTooLarge, "/States/U")];
    let cases: [(_, &[_]); 7] = [
        (both(&json!(half), &json!(half)), at_u),
        (both(&list, &json!({"of": list})), at_u),
        (both(&json!(half), &json!(&half[20_000..])), &[]),
        // The second value replaces the first.
        (states(json!({"S": put(&json!(half), "$.a", "U"), "U": put(&json!(half), "$.a", "T")})), &[]),
        (sent("$.a"), at_u),
        (sent("$.other"), &[]),
        (both(&json!(format!("{half}${{X}}")), &json!(half)), &[]),
    ];
    for (definition, expected) in cases {
        let found = check_definition(&definition, MachineType::Standard);
        let found: Vec<_> =
            found.iter().filter(|one| one.is_error()).map(|one| (one.code, one.pointer.as_str())).collect();
        assert_eq!(found, *expected);
    }
}
