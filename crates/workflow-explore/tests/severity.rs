//! How bad findings are, which are one, and which are accepted.

use serde_json::{Value, json};
use workflow_explore::{Explorer, Report, Severity, Verdict};
use workflow_local::Engine;

fn explorer(definition: &Value) -> Explorer {
    Explorer::new(&Engine::new(definition).unwrap()).unwrap()
}

fn report(definition: &Value) -> Report {
    explorer(definition).explore().unwrap()
}

fn keys(report: &Report) -> Vec<(Severity, String)> {
    report.findings.iter().map(|finding| (finding.severity, finding.key())).collect()
}

fn task(function: &str, more: Value) -> Value {
    let mut made = json!({ "Type": "Task",
        "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}") });
    made.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made
}

fn caught(function: &str, next: &str) -> Value {
    task(function, json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }], "Next": next }))
}

#[test]
fn errors_that_nothing_catches_are_one_note() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": task("a", json!({ "Next": "B" })), "B": task("b", json!({ "End": true })) } });
    let found = report(&definition);
    assert_eq!(keys(&found), [(Severity::Note, "no error is left uncaught: A, B".to_owned())]);
    assert_eq!(found.verdict(), Verdict::Holds);
    assert!(found.to_string().starts_with("local: holds within these bounds; 1 note\n"), "{found}");
    assert_eq!(explorer(&definition).fail_on(Severity::Note).explore().unwrap().verdict(), Verdict::Broken);
}

#[test]
fn a_loop_that_never_ends_and_a_quota_are_one_finding_each() {
    // If `Acquire` fails from now on, it does not matter how `Create` ends.
    let again = |function: &str, caught: &str, next: &str| {
        task(
            function,
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": caught }], "Next": next }),
        )
    };
    let machine = json!({ "StartAt": "Acquire", "States": {
        "Acquire": again("acquire", "Create", "Done"), "Create": again("create", "Acquire", "Acquire"),
        "Done": { "Type": "Succeed" } } });
    let found = keys(&report(&machine));
    let ends = found.iter().filter(|(severity, _)| *severity == Severity::Error);
    assert_eq!(ends.count(), 1, "{found:?}");
    assert!(report(&machine).open_loops.is_empty());
    let map = |items: usize| {
        json!({ "Type": "Map", "ItemsPath": "$.all", "End": true, "ItemSelector": { "n": items }, "ItemProcessor": {
            "StartAt": format!("In{items}"), "States": { format!("In{items}"): { "Type": "Pass", "End": true } } } })
    };
    let machine = json!({ "StartAt": "List", "States": {
        "List": { "Type": "Pass", "Result": vec![0; 7_000], "ResultPath": "$.all", "Next": "Which" },
        "Which": { "Type": "Choice", "Default": "Two", "Choices": [{ "Variable": "$.n", "NumericEquals": 1, "Next": "One" }] },
        "One": map(1), "Two": map(2) } });
    let report = report(&machine);
    let [finding] = report.findings.as_slice() else { panic!("{report}") };
    assert_eq!((finding.severity, finding.states.len()), (Severity::Error, 2), "{report}");
    assert!(finding.message.starts_with("`In1`, `In2`: States.Runtime: "), "{report}");
    // Its path has thousands of states.
    let text = report.to_string();
    let path = text.lines().find(|line| line.starts_with("   path: List -> Which -> ")).unwrap();
    assert!(path.contains("In1 -> … ") && path.contains(" more -> In1") && path.len() < 1_000, "{path}");
}

#[test]
fn a_task_that_was_forgotten_is_a_warning_and_a_handler_is_not() {
    let of = |last: Value| {
        json!({ "StartAt": "A", "States": {
            "A": caught("a", "B"), "B": caught("b", "C"), "C": last,
            "Failed": task("tell", json!({ "Next": "End" })), "End": { "Type": "Fail", "Error": "Failed" } } })
    };
    let found = report(&of(task("c", json!({ "End": true }))));
    let expected = ["no error is left uncaught: C", "no error is left uncaught: Failed"].map(str::to_owned);
    assert_eq!(keys(&found), [Severity::Warning, Severity::Note].into_iter().zip(expected).collect::<Vec<_>>());
    let caught =
        report(&of(task("c", json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }], "End": true }))));
    assert_eq!(keys(&caught), [(Severity::Note, "no error is left uncaught: Failed".to_owned())]);
}

#[test]
fn an_accepted_finding_breaks_nothing_and_is_reported() {
    let token = json!({ "StartAt": "Ask", "States": { "Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": { "QueueUrl": "q", "MessageBody": { "token.$": "$$.Task.Token" } } } } });
    assert_eq!(report(&token).verdict(), Verdict::Broken);
    let key = "every execution ends: Ask";
    let accepted = explorer(&token).accept(key, "people answer").accept("gone", "it was").explore().unwrap();
    assert_eq!(accepted.verdict(), Verdict::Holds, "{accepted}");
    let [(finding, reason)] = accepted.accepted.as_slice() else { panic!("{accepted}") };
    assert_eq!((finding.key().as_str(), reason.as_str()), (key, "people answer"));
    assert_eq!(accepted.accepted_in_vain().collect::<Vec<_>>(), ["gone"]);
    // What was accepted of states that have been mended since.
    let left = json!({ "StartAt": "A", "States": { "A": task("a", json!({ "End": true })) } });
    let of = |key: &str| explorer(&left).fail_on(Severity::Note).accept(key, "the caller retries").explore().unwrap();
    let both = of("no error is left uncaught: A, B");
    assert_eq!(both.verdict(), Verdict::Holds, "{both}");
    assert_eq!(both.accepted_in_vain().next(), None);
    assert_eq!(of("no error is left uncaught: B").verdict(), Verdict::Broken);
}

#[test]
fn a_repeated_call_that_its_server_cannot_recognise_is_a_warning() {
    let pay = |headers: Value, error: &str| {
        json!({ "StartAt": "Pay", "States": { "Pay": {
            "Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": true,
            "Retry": [{ "ErrorEquals": [error], "MaxAttempts": 1 }],
            "Parameters": { "ApiEndpoint": "https://example.com", "Method": "POST", "Headers": headers,
                "Authentication": { "ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/a/b" } } } } })
    };
    let repeated = "a repeated call has the same idempotency token";
    let found = |definition: &Value| {
        let report = report(definition);
        report.findings.iter().find(|finding| finding.property == repeated).map(|finding| finding.severity)
    };
    assert_eq!(found(&pay(json!({}), "States.ALL")), Some(Severity::Warning));
    assert_eq!(found(&pay(json!({ "Idempotency-Key.$": "$$.Execution.Name" }), "States.ALL")), None);
    // A call that was throttled had no effect.
    assert_eq!(found(&pay(json!({}), "States.Http.StatusCode.429")), None);
    let convert = |error: &str| {
        json!({ "StartAt": "Run", "States": { "Run": {
            "Type": "Task", "Resource": "arn:aws:states:::mediaconvert:createJob", "End": true,
            "Parameters": { "Role": "arn:aws:iam::123456789012:role/convert", "Settings": {} },
            "Retry": [{ "ErrorEquals": [error], "MaxAttempts": 1 }] } } })
    };
    assert_eq!(found(&convert("MediaConvert.TooManyRequestsException")), None);
    assert_eq!(found(&convert("MediaConvert.InternalServerErrorException")), Some(Severity::Warning));
    let function = json!({ "StartAt": "A", "States": {
        "A": task("a", json!({ "Retry": [{ "ErrorEquals": ["States.ALL"] }], "End": true })) } });
    assert_eq!(found(&function), Some(Severity::Note));
}

#[test]
fn requests_are_recognised_by_their_own_means() {
    let found = |resource: &str, request: &Value| {
        let report = report(&json!({ "StartAt": "A", "States": { "A": {
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Parameters": request, "End": true,
            "Retry": [{ "ErrorEquals": ["States.ALL"] }] } } }));
        report.findings.iter().any(|finding| finding.message.contains("called again"))
    };
    for (resource, request, is_found) in [
        ("http:invoke", json!({ "Method": "GET" }), false),
        ("states:startExecution", json!({ "StateMachineArn": "a" }), true),
        ("states:startExecution", json!({ "StateMachineArn": "a", "Name": "n" }), false),
        ("aws-sdk:sfn:startExecution", json!({ "StateMachineArn": "a" }), true),
        ("sqs:sendMessage", json!({ "QueueUrl": "q", "MessageBody": "b" }), true),
        ("sqs:sendMessage", json!({ "QueueUrl": "q", "MessageBody": "b", "MessageGroupId": "g" }), false),
        ("lambda:invoke", json!({ "FunctionName": "f", "Payload": { "idempotencyKey": 1 } }), false),
        (
            "sqs:sendMessage",
            json!({ "QueueUrl": "q", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId.$": "States.UUID()" }),
            true,
        ),
        (
            "sqs:sendMessage",
            json!({ "QueueUrl": "q", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId.$": "$$.Execution.Name" }),
            false,
        ),
        ("dynamodb:getItem", json!({ "TableName": "t", "Key": {} }), false),
        ("dynamodb:updateItem", json!({ "TableName": "t", "UpdateExpression": "SET a = :a" }), false),
        ("dynamodb:updateItem", json!({ "TableName": "t", "UpdateExpression": "SET n = n + :one" }), true),
        ("dynamodb:updateItem", json!({ "TableName": "t", "UpdateExpression": "ADD n :one" }), true),
        (
            "dynamodb:updateItem",
            json!({ "TableName": "t", "UpdateExpression": "ADD n :one", "ConditionExpression": "m < :one" }),
            false,
        ),
        (
            "dynamodb:updateItem",
            json!({ "TableName": "t", "UpdateExpression": "ADD s :one", "ExpressionAttributeValues": { ":one": { "SS": ["a"] } } }),
            false,
        ),
        ("glue:startJobRun", json!({ "JobName": "j" }), true),
        ("glue:startJobRun.sync", json!({ "JobName": "j" }), false),
        ("codebuild:startBuild", json!({ "ProjectName": "p" }), true),
        ("codebuild:startBuild", json!({ "ProjectName": "p", "IdempotencyToken": "t" }), false),
    ] {
        assert_eq!(found(resource, &request), is_found, "{resource} {request}");
    }
}

#[test]
fn a_retrier_of_a_map_or_parallel_repeats_the_calls_inside() {
    let run = |token: Value| {
        json!({ "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "ResultPath": null, "Next": "X",
            "Parameters": token })
    };
    let states =
        |token: Value| json!({ "StartAt": "R", "States": { "R": run(token), "X": task("x", json!({ "End": true })) } });
    let retry = json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }]);
    let map = |retry: &Value, inside: Value| {
        json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "ItemsPath": "$.xs", "Retry": retry, "End": true,
            "ItemProcessor": inside } } })
    };
    let found = |definition: &Value| {
        let report = report(definition);
        let repeated = report.findings.iter().filter(|finding| finding.message.contains("called again"));
        repeated.map(|finding| (finding.severity, finding.message.clone())).collect::<Vec<_>>()
    };
    let again = |state: &str, lack: &str| {
        format!("`{state}` is called again by a retrier around it {lack}: its effect may happen twice")
    };
    let missing = (Severity::Warning, again("R", "without `ClientToken`"));
    let of_x = (Severity::Note, again("X", "and its API does not recognise it"));
    assert_eq!(found(&map(&retry, states(json!({ "Cluster": "c" })))), [missing.clone(), of_x.clone()]);
    let same = json!({ "ClientToken.$": "States.Format('{}-{}', $$.Execution.Name, $$.Map.Item.Index)" });
    assert_eq!(found(&map(&retry, states(same))), std::slice::from_ref(&of_x));
    let new = (Severity::Warning, again("R", "with another `ClientToken`"));
    assert_eq!(found(&map(&retry, states(json!({ "ClientToken.$": "States.UUID()" })))), [new, of_x]);
    assert_eq!(found(&map(&json!([]), states(json!({ "Cluster": "c" })))), []);
    // Nothing was done yet, or the map begins anew.
    let only = json!({ "StartAt": "X", "States": { "X": task("x", json!({ "End": true })) } });
    let alone = |error: &str, next: &str| {
        json!({ "StartAt": "P", "States": {
            "P": { "Type": "Parallel", "Branches": [only], "ResultPath": null, "Next": "End",
                "Retry": [{ "ErrorEquals": [error], "MaxAttempts": 2 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": next }] },
            "End": { "Type": "Succeed" } } })
    };
    assert_eq!(found(&alone("States.ALL", "End")).len(), 1);
    assert_eq!(found(&alone("Lambda.TooManyRequestsException", "End")), []);
    assert_eq!(found(&alone("Lambda.TooManyRequestsException", "P")), []);
    // The other branch is stopped while its call is open.
    let parallel = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "Retry": retry, "End": true, "Branches": [
        { "StartAt": "R", "States": { "R": { "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "End": true,
            "Parameters": { "Cluster": "c" } } } },
        { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "F" } } } ] } } });
    assert_eq!(found(&parallel), [missing]);
}

#[test]
fn values_that_definitions_need_are_found() {
    let map = json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "End": true,
        "ItemProcessor": { "StartAt": "P", "States": { "P": {
            "Type": "Pass", "Result": 1, "ResultPath": "$.n", "End": true } } } } } });
    let number = json!({ "QueryLanguage": "JSONata", "StartAt": "Get", "States": {
        "Get": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "C",
            "Arguments": { "TableName": "t", "Key": { "id": { "S": "1" } } },
            "Assign": { "n": "{% $states.result.Item.f.N ? $number($states.result.Item.f.N) : 0 %}" } },
        "C": { "Type": "Choice", "Default": "Done", "Choices": [{ "Condition": "{% $n >= 3 %}", "Next": "Many" }] },
        "Many": { "Type": "Succeed" }, "Done": { "Type": "Succeed" } } });
    let compared = json!({ "StartAt": "A", "States": {
        "A": task("a", json!({ "Next": "Done",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Why" }] })),
        "Why": { "Type": "Choice", "Default": "Done",
            "Choices": [{ "Variable": "$.error.Error", "StringEquals": "Busy", "Next": "Pause" }] },
        "Pause": { "Type": "Pass", "Next": "Done" }, "Done": { "Type": "Succeed" } } });
    let left_out = json!({ "StartAt": "Start", "States": {
        "Start": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:startWorkflowRun", "ResultPath": "$.run",
            "Parameters": { "Name.$": "$.job" }, "Next": "C" },
        "C": { "Type": "Choice", "Default": "Done",
            "Choices": [{ "Variable": "$.run.RunId", "StringEquals": "again", "Next": "Keep" }] },
        "Keep": { "Type": "Pass", "Parameters": { "job.$": "$.job" }, "Next": "Again" },
        "Again": { "Type": "Pass", "Parameters": { "name.$": "$.job" }, "Next": "Done" },
        "Done": { "Type": "Succeed" } } });
    // Items that an `OutputPath` leads to.
    let path = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f" },
            "OutputPath": "$.Payload.rows", "Next": "C" },
        "C": { "Type": "Choice", "Default": "M", "Choices": [{ "Variable": "$", "StringEquals": "none", "Next": "M2" }] },
        "M2": { "Type": "Succeed" },
        "M": { "Type": "Map", "End": true,
            "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } } } });
    // The cause of a failed job is its description.
    let job = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "End": true,
            "Parameters": { "JobName": "j", "JobQueue": "q", "JobDefinition": "d" },
            "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e", "Next": "P" }] },
        "P": { "Type": "Pass", "Parameters": { "c.$": "States.StringToJson($.e.Cause)" }, "Next": "Q" },
        "Q": { "Type": "Pass", "Parameters": { "why.$": "$.c.StatusReason" }, "End": true } } });
    // Also if nothing reads a member of it.
    let mut whole = job.clone();
    whole["States"]["P"] =
        json!({ "Type": "Pass", "Parameters": { "c.$": "States.StringToJson($.e.Cause)" }, "Next": "Q" });
    whole["States"]["Q"] = json!({ "Type": "Pass", "End": true });
    let text = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Default": "M",
            "Choices": [{ "Variable": "$.ids", "StringEquals": "none", "Next": "Done" }] },
        "M": { "Type": "Map", "ItemsPath": "$.ids", "End": true,
            "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } },
        "Done": { "Type": "Succeed" } } });
    // The fault lasts for the attempts of the map.
    let retried = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemsPath": "$.xs", "End": true, "Retry": [{ "ErrorEquals": ["States.ALL"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "ItemProcessor": { "StartAt": "A", "States": { "A": task("a", json!({ "End": true })) } } },
        "Done": { "Type": "Succeed" } } });
    // A service's own error has a cause that is plain text, so that `P` fails with it.
    for job in [job, whole] {
        let report = report(&job);
        assert!(!report.unreached.iter().any(|unreached| unreached.point.state == "Q"), "{report}");
    }
    for definition in [map, number, compared, left_out, path, text, retried] {
        let found = report(&definition);
        assert_eq!(found.verdict(), Verdict::Holds, "{found}");
    }
}

#[test]
fn the_timeout_of_the_execution_cuts_off_tasks_without_their_own() {
    let definition = |timeout: Option<u64>| {
        let mut undone = caught("charge", "Done");
        undone["Catch"][0]["Next"] = "Undo".into();
        if let Some(seconds) = timeout {
            undone["TimeoutSeconds"] = seconds.into();
        }
        json!({ "TimeoutSeconds": 100, "StartAt": "Reserve", "States": {
            "Reserve": caught("reserve", "Charge"), "Charge": undone, "Undo": caught("undo", "Failed"),
            "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail" } } })
    };
    for timeout in [None, Some(200)] {
        let explorer =
            explorer(&definition(timeout)).property("after Reserve succeeded: Done or Undo".parse().unwrap());
        let report = explorer.explore().unwrap();
        let [finding, ..] = report.findings.as_slice() else { panic!("{report}") };
        assert_eq!(finding.severity, Severity::Error, "{report}");
        let test = report.test(finding);
        assert!(test.contains(r#".on_state_answers("Charge", workflow_local::Answers::new().never(1)"#), "{test}");
        assert_eq!(report.mocks(finding), None);
    }
    assert_eq!(report(&definition(None)).verdict(), Verdict::Holds);
}

#[test]
fn what_the_timeout_of_the_execution_cuts_off_is_a_warning() {
    let definition = |seconds: u64, handlers: Value| {
        let mut call = task(
            "call",
            json!({ "Retry": [
            { "ErrorEquals": ["Busy"], "IntervalSeconds": 60, "MaxAttempts": 5, "BackoffRate": 2 }], "Next": "Free" }),
        );
        call.as_object_mut().unwrap().extend(handlers.as_object().unwrap().clone());
        let caught = json!([{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }]);
        json!({ "StartAt": "Take", "TimeoutSeconds": seconds, "States": {
            "Take": task("take", json!({ "Catch": caught, "Next": "Call" })), "Call": call,
            "Free": task("free", json!({ "Catch": caught, "End": true })), "Failed": { "Type": "Fail", "Error": "Failed" } } })
    };
    let caught = || json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Free" }] });
    let found = |definition: Value| {
        let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap();
        let found = report.findings.iter().find(|finding| finding.message.contains("times out"));
        let test = found.map(|finding| report.test(finding)).unwrap_or_default();
        assert_eq!(
            test.contains("assert_ne!(execution.status(), workflow_local::Status::TimedOut);"),
            found.is_some(),
            "{test}"
        );
        found.map(|finding| (finding.severity, finding.state.clone(), finding.faults))
    };
    // The retries take 1,860 seconds: `Free` never runs.
    assert_eq!(found(definition(900, caught())), Some((Severity::Warning, Some("Call".to_owned()), 1)));
    assert_eq!(found(definition(1_900, caught())), None);
    // Without a catcher, the error of the task would end the execution as well.
    assert_eq!(found(definition(900, json!({}))), None);
}
