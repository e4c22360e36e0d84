//! Tests states, query languages, variables, branches and iterations, and the resulting history.

use std::sync::Arc;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_asl::context::{self, Member};
use workflow_local::{
    Engine, EventType, Execution, MachineType, MemoryStore, ObjectStore, Progress, Status, TaskError, TaskRequest,
};

fn run(machine: Value, input: Value) -> Execution {
    Engine::new(&machine).unwrap().run(&input).unwrap()
}

/// `id<previous type` of each event.
fn links(execution: &Execution) -> Vec<String> {
    execution.history().iter().map(|event| format!("{}<{} {}", event.id, event.previous_id, event.kind)).collect()
}

#[test]
fn jsonata_computes_and_its_failures_are_told() {
    let machine = |output: &str| {
        json!({
            "QueryLanguage": "JSONata", "StartAt": "A",
            "States": { "A": { "Type": "Pass", "Output": output, "Assign": { "n": "{% $count($states.input.items) %}" }, "Next": "B" },
                        "B": { "Type": "Pass", "Output": { "n": "{% $n %}", "all": "{% $states.input %}" }, "End": true } }
        })
    };
    let input = json!({"items": [{"price": 2, "count": 3}, {"price": 5, "count": 1}]});
    let execution = run(machine("{% $sum($states.input.items.(price * count)) %}"), input.clone());
    assert_eq!(**execution.output().unwrap(), json!({"n": 2, "all": 11}));

    let execution = run(machine("{% $states.input.nothing %}"), input);
    assert_eq!(execution.error(), Some("States.QueryEvaluationError"));
    assert_eq!(
        execution.cause(),
        Some(
            "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression \
             '$states.input.nothing' specified for the field 'Output' returned nothing (undefined)."
        )
    );
    assert_eq!(links(&execution)[1..], ["2<0 PassStateEntered", "3<2 EvaluationFailed", "4<3 ExecutionFailed"]);
}

#[test]
fn jsonata_has_the_service_s_functions() {
    let output = |expression: &str| {
        let machine = json!({
            "QueryLanguage": "JSONata", "StartAt": "A",
            "States": { "A": { "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true } }
        });
        let execution = Engine::new(&machine).unwrap().run(&json!({})).unwrap();
        execution.output().map_or_else(|| json!(execution.error()), |output| output.value().clone())
    };
    assert_eq!(output("$partition([1,2,3,4,5], 2)"), json!([[1, 2], [3, 4], [5]]));
    assert_eq!(output("$range(1, 10, 4)"), json!([1, 5, 9]));
    assert_eq!(output("$hash('abc', 'MD5')"), json!("900150983cd24fb0d6963f7d28e17f72"));
    assert_eq!(output("$parse('{\"a\": [1, 2]}').a[1]"), json!(2));
    assert_eq!(output("$random(3) = $random(3)"), json!(true));
    assert_eq!(output("$length($uuid())"), json!(36));
    assert_eq!(output("$now()"), json!("2025-01-01T00:00:00.000Z"));
}

/// The causes of failures, as measured on AWS (2026-04 and 2026-08).
#[test]
fn jsonata_fails_in_the_service_s_words() {
    let cause = |expression: &str| {
        let machine = json!({
            "QueryLanguage": "JSONata", "StartAt": "A",
            "States": { "A": { "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true } }
        });
        let execution = Engine::new(&machine).unwrap().run(&json!({})).unwrap();
        assert_eq!(execution.error(), Some("States.QueryEvaluationError"));
        execution.cause().unwrap().split_once("specified for the field 'Output' ").unwrap().1.to_owned()
    };
    let threw = "threw an error during evaluation";
    assert_eq!(cause("$eval('1+1')"), format!("{threw}. T1006: Attempted to invoke a non-function"));
    assert_eq!(
        cause("$hash('a', 'md5')"),
        format!("{threw}. D3137: Hash algorithm 'md5' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5")
    );
    assert_eq!(cause("$partition([1], -1)"), format!("{threw}. D3137: Second argument must be zero or greater"));
    assert_eq!(
        cause("$partition('a', 2)"),
        format!("{threw}. T0412: Argument 1 of function \"partition\" must be an array of undefined")
    );
    for nothing in ["$partition([], 2)", "$range(5, 1, 1)", "$range(1, 5, 0)", "$range(1, 5)", "$hash('a')", "$parse()"]
    {
        assert_eq!(cause(nothing), "returned nothing (undefined).", "{nothing}");
    }
    assert_eq!(
        cause(&format!("1{}", "+1".repeat(100))),
        format!(
            "{threw}: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as \
             tail-recursive"
        )
    );
    assert_eq!(
        cause("$count([1..900000])"),
        format!("{threw}: Expression evaluation memory limit exceeded: Check for excessive memory usage")
    );
}

#[test]
fn a_branch_that_fails_stops_the_others() {
    let machine = json!({
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel",
                "Branches": [
                    { "StartAt": "Slow", "States": { "Slow": { "Type": "Wait", "Seconds": 100, "End": true } } },
                    { "StartAt": "Rest", "States": {
                        "Rest": { "Type": "Wait", "Seconds": 1, "Next": "Bad" },
                        "Bad": { "Type": "Fail", "Error": "Bad", "Cause": "it is" } } }
                ],
                "Catch": [{ "ErrorEquals": ["Bad"], "Next": "Caught" }], "End": true
            },
            "Caught": { "Type": "Pass", "End": true }
        }
    });
    let execution = run(machine, json!({}));
    assert_eq!(**execution.output().unwrap(), json!({"Error": "Bad", "Cause": "it is"}));
    assert_eq!(
        links(&execution)[2..],
        [
            "3<2 ParallelStateStarted",
            "4<3 WaitStateEntered",
            "5<3 WaitStateEntered",
            "6<5 WaitStateExited",
            "7<6 FailStateEntered",
            "8<4 WaitStateAborted",
            "9<7 ParallelStateFailed",
            "10<9 ParallelStateExited",
            "11<10 PassStateEntered",
            "12<11 PassStateExited",
            "13<12 ExecutionSucceeded",
        ]
    );
}

#[test]
fn a_map_keeps_the_order_of_its_items_and_its_concurrency() {
    let machine = |concurrency: u64| {
        json!({
            "StartAt": "Each",
            "States": { "Each": {
                "Type": "Map", "MaxConcurrency": concurrency,
                "ItemSelector": { "index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value" },
                "ItemProcessor": { "StartAt": "Rest", "States": {
                    "Rest": { "Type": "Wait", "SecondsPath": "$.value", "OutputPath": "$.index", "End": true } } },
                "End": true
            } }
        })
    };
    every([(0, 30), (1, 65), (2, 35)], |(concurrency, seconds)| {
        let execution = run(machine(concurrency), json!([30, 20, 15]));
        assert_eq!(**execution.output().unwrap(), json!([0, 1, 2]));
        let took = execution.started_at().until(execution.stopped_at().unwrap());
        assert_eq!(took.as_secs(), seconds, "with {concurrency} at once");
    });
    let execution = run(machine(1), json!([0, 0]));
    assert_eq!(
        links(&execution)[2..],
        [
            "3<2 MapStateStarted",
            "4<3 MapIterationStarted",
            "5<4 WaitStateEntered",
            "6<5 WaitStateExited",
            "7<6 MapIterationSucceeded",
            "8<6 MapIterationStarted",
            "9<8 WaitStateEntered",
            "10<9 WaitStateExited",
            "11<10 MapIterationSucceeded",
            "12<11 MapStateSucceeded",
            "13<11 MapStateExited",
            "14<13 ExecutionSucceeded",
        ]
    );
}

#[test]
fn inner_scopes_read_outer_variables_and_keep_their_own() {
    let machine = json!({
        "StartAt": "Set",
        "States": {
            "Set": { "Type": "Pass", "Assign": { "base": 10 }, "Next": "Each" },
            "Each": {
                "Type": "Map",
                "ItemProcessor": { "StartAt": "Add", "States": {
                    "Add": { "Type": "Pass", "Assign": { "mine.$": "States.MathAdd($, $base)" }, "Next": "Give" },
                    "Give": { "Type": "Pass", "Parameters": { "sum.$": "$mine" }, "End": true } } },
                "Next": "Leak"
            },
            "Leak": { "Type": "Pass", "Parameters": { "all.$": "$", "mine.$": "$mine" }, "End": true }
        }
    });
    let execution = run(machine, json!([1, 2]));
    assert_eq!(execution.error(), Some("States.Runtime"));
    let each = execution.history().iter().find(|event| event.kind == EventType::MapStateExited).unwrap();
    assert_eq!(each.to_api_json()["stateExitedEventDetails"]["output"], r#"[{"sum":11},{"sum":12}]"#);
}

#[test]
fn a_runtime_error_is_caught_by_nobody() {
    let machine = json!({
        "StartAt": "Both",
        "States": { "Both": {
            "Type": "Parallel",
            "Branches": [{ "StartAt": "A", "States": { "A": { "Type": "Pass", "InputPath": "$.no.such", "End": true } } }],
            "Retry": [{ "ErrorEquals": ["States.ALL"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }], "End": true
        }, "Caught": { "Type": "Pass", "End": true } }
    });
    let execution = run(machine, json!({}));
    assert_eq!((execution.status(), execution.error()), (Status::Failed, Some("States.Runtime")));
    assert_eq!(links(&execution).last().unwrap(), "5<4 ExecutionFailed");
}

#[test]
fn a_distributed_map_reads_its_items_and_tolerates_failures() {
    let store = Arc::new(MemoryStore::new());
    store.put("bucket", "items.csv", b"name,count\nnut,3\nbolt,x\n".to_vec()).unwrap();
    let machine = |tolerated: u64| {
        json!({
            "StartAt": "Each",
            "States": { "Each": {
                "Type": "Map", "ToleratedFailureCount": tolerated,
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" },
                    "Parameters": { "Bucket": "bucket", "Key": "items.csv" }
                },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Is",
                    "States": {
                        "Is": { "Type": "Choice", "Choices": [{ "Variable": "$.count", "StringEquals": "x", "Next": "Bad" }], "Default": "Good" },
                        "Bad": { "Type": "Fail", "Error": "Bad" },
                        "Good": { "Type": "Pass", "Parameters": { "child.$": "$$.StateMachine.Name", "name.$": "$.name" }, "End": true }
                    }
                },
                "Label": "Parts", "End": true
            } }
        })
    };
    let engine = |tolerated| Engine::new(&machine(tolerated)).unwrap().named("Stock").object_store(store.clone());
    let execution = engine(0).run(&json!({})).unwrap();
    assert_eq!(execution.error(), Some("States.ExceedToleratedFailureThreshold"));
    let execution = engine(1).run(&json!({})).unwrap();
    let output = execution.output().unwrap();
    assert_eq!(output[0], json!({"child": "Stock/Parts", "name": "nut"}));
    assert_eq!(output[1]["Status"], "FAILED");
    assert_eq!(
        links(&execution)[1..],
        [
            "2<0 MapStateEntered",
            "3<2 MapStateStarted",
            "4<3 MapRunStarted",
            "5<4 MapRunSucceeded",
            "6<5 MapStateSucceeded",
            "7<4 MapStateExited",
            "8<7 ExecutionSucceeded"
        ]
    );
}

#[test]
fn a_limit_of_no_failures_is_not_set() {
    let failed = |limits: Value| {
        let mut machine = json!({ "StartAt": "Each", "States": { "Each": { "Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Is", "States": {
                "Is": { "Type": "Choice", "Choices": [{ "Variable": "$", "NumericEquals": 2, "Next": "Bad" }], "Default": "Good" },
                "Bad": { "Type": "Fail", "Error": "Bad" }, "Good": { "Type": "Succeed" } } } } } });
        let state = machine["States"]["Each"].as_object_mut().unwrap();
        state.extend(limits.as_object().unwrap().clone());
        run(machine, json!([1, 2, 3, 4])).status() == Status::Failed
    };
    every(
        [
            (json!({}), true),
            (json!({ "ToleratedFailureCount": 0 }), true),
            (json!({ "ToleratedFailureCount": 0, "ToleratedFailurePercentage": 0 }), true),
            (json!({ "ToleratedFailureCount": 0, "ToleratedFailurePercentage": 50 }), false),
            (json!({ "ToleratedFailureCount": 1, "ToleratedFailurePercentage": 0 }), false),
            (json!({ "ToleratedFailureCount": 1, "ToleratedFailurePercentage": 10 }), true),
        ],
        |(limits, fails)| assert_eq!(failed(limits.clone()), fails, "{limits}"),
    );
}

#[test]
fn a_distributed_map_passes_the_members_of_an_object_as_pairs() {
    let input = json!({ "a": { "x": 1 }, "b": 2 });
    let pairs = json!([{ "Key": "a", "Value": { "x": 1 } }, { "Key": "b", "Value": 2 }]);
    let map = |mode: &str, further: Value| {
        let mut state = json!({ "Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": { "Mode": mode, "ExecutionType": "STANDARD" },
            "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } });
        state.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        if mode == "INLINE" {
            state["ItemProcessor"].as_object_mut().unwrap().remove("ProcessorConfig");
        }
        run(json!({ "StartAt": "M", "States": { "M": state } }), input.clone())
    };
    map("DISTRIBUTED", json!({})).assert_output(pairs.clone());
    map("DISTRIBUTED", json!({ "QueryLanguage": "JSONata", "Items": "{% $states.input %}" }))
        .assert_output(pairs.clone());
    map("DISTRIBUTED", json!({ "ItemBatcher": { "MaxItemsPerBatch": 2 } })).assert_output(json!([{ "Items": pairs }]));
    let selected = json!({ "k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index" });
    map("DISTRIBUTED", json!({ "ItemSelector": selected }))
        .assert_output(json!([{ "k": "a", "v": { "x": 1 }, "i": 0 }, { "k": "b", "v": 2, "i": 1 }]));
    // An inline map accepts arrays only: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
    map("INLINE", json!({})).assert_failed("States.Runtime");
    map("INLINE", json!({ "QueryLanguage": "JSONata", "Items": "{% $states.input %}" }))
        .assert_failed("States.QueryEvaluationError");
}

#[test]
fn a_choice_cannot_look_into_null() {
    let choice = |rule: Value, input: Value| {
        let mut rule = rule;
        rule["Next"] = json!("Yes");
        let machine = json!({ "StartAt": "C", "States": {
            "C": { "Type": "Choice", "Choices": [rule], "Default": "No" },
            "Yes": { "Type": "Succeed" }, "No": { "Type": "Succeed" } } });
        run(machine, input)
    };
    for path in ["$", "$.x"] {
        for test in [
            json!({ "IsString": true }),
            json!({ "IsPresent": false }),
            json!({ "NumericEqualsPath": "$$.Execution.Id" }),
        ] {
            let mut rule = test;
            rule["Variable"] = json!(path);
            let execution = choice(rule, Value::Null);
            execution.assert_failed("States.Runtime");
            let cause = "An error occurred while executing the state 'C' (entered at the event id #2). \
                         Unable to apply Path transformation to null or empty input.";
            assert_eq!(execution.cause(), Some(cause));
        }
    }
    choice(json!({ "Variable": "$$.Execution.Id", "IsString": true }), Value::Null).assert_path(["C", "Yes"]);
    choice(json!({ "Variable": "$.x", "IsNull": true }), json!({ "x": null })).assert_path(["C", "Yes"]);
}

#[test]
fn the_history_ends_at_25_000_events() {
    let machine = json!({
        "StartAt": "A",
        "States": { "A": { "Type": "Pass", "Next": "Again" },
                    "Again": { "Type": "Choice", "Choices": [{ "Variable": "$.stop", "IsPresent": true, "Next": "End" }], "Default": "A" },
                    "End": { "Type": "Succeed" } }
    });
    let execution = run(machine, json!({}));
    let last = execution.history().last().unwrap();
    assert_eq!((last.id, last.kind), (25_000, EventType::ExecutionFailed));
    assert_eq!(execution.cause(), Some("The execution reached the maximum number of history events (25000)."));
}

#[test]
fn an_express_execution_may_have_more_than_25_000_events() {
    let body = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "Output": 1, "End": true } } });
    let express = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
        "StartAt": "Inner", "States": { "Inner": {
            "Type": "Map", "Items": "{% [1..7000] %}", "ItemProcessor": body, "Output": 1, "End": true } } });
    let state = |items: &str, processor: &Value| {
        json!({ "QueryLanguage": "JSONata", "StartAt": "M", "States": { "M": {
        "Type": "Map", "Items": items, "ItemProcessor": processor, "Output": 1, "End": true } } })
    };
    let engine = Engine::new(&state("{% [1..7000] %}", &body)).unwrap().machine_type(MachineType::Express);
    let execution = engine.run(&json!({})).unwrap();
    execution.assert_succeeded();
    assert!(execution.history().len() > 25_000);
    // So may the Express children of a Standard execution.
    Engine::new(&state("{% [1] %}", &express)).unwrap().run(&json!({})).unwrap().assert_succeeded();
}

#[test]
fn a_child_execution_has_a_history_and_a_limit_of_its_own() {
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map", "ToleratedFailureCount": 1,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "A",
                "States": {
                    "A": { "Type": "Pass", "Next": "Again" },
                    "Again": { "Type": "Choice", "Choices": [{ "Variable": "$", "NumericEquals": 1, "Next": "A" }], "Default": "End" },
                    "End": { "Type": "Succeed" }
                }
            },
            "End": true
        } }
    });
    let execution = run(machine, json!([1, 2]));
    let output = execution.output().unwrap();
    assert_eq!((&output[0]["Error"], &output[1]), (&json!("States.Runtime"), &json!(2)));
    assert_eq!(execution.history().len(), 8);
}

#[test]
fn too_large_a_payload_is_refused_at_256_kib() {
    let machine = json!({
        "StartAt": "Fill",
        "States": { "Fill": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:fill", "End": true } }
    });
    let fill = |bytes: usize| {
        // The text has two quotes beside its characters.
        let engine = Engine::new(&machine).unwrap().on_lambda("fill", move |_: Value| Ok("x".repeat(bytes - 2)));
        engine.run(&json!({})).unwrap()
    };
    assert_eq!(fill(262_144).status(), Status::Succeeded);
    let execution = fill(262_145);
    assert_eq!(execution.error(), Some("States.DataLimitExceeded"));
    assert_eq!(execution.history()[4].kind, EventType::LambdaFunctionFailed);
}

#[test]
fn variables_are_refused_over_256_kib_at_once_and_10_mib_in_all() {
    // One state after the other assigns the input to a variable of its own, or all to the same.
    let run = |states: usize, bytes: usize, assign: &dyn Fn(usize) -> Value| {
        let mut machine = json!({ "StartAt": "S0", "States": {} });
        for at in 0..states {
            let mut state = json!({ "Type": "Pass", "Assign": assign(at), "Next": format!("S{}", at + 1) });
            if at + 1 == states {
                state["End"] = json!(true);
                state.as_object_mut().unwrap().shift_remove("Next");
            }
            machine["States"][format!("S{at}")] = state;
        }
        // The text has two quotes beside its characters.
        Engine::new(&machine).unwrap().run(&json!("x".repeat(bytes - 2))).unwrap()
    };
    let too_large = |execution: &Execution, state: &str| {
        execution.assert_failed("States.DataLimitExceeded");
        let cause = format!(
            "The state/task '{state}' returned a result with a size exceeding the maximum number of bytes service limit."
        );
        assert_eq!(execution.cause(), Some(&*cause));
    };

    // One variable, and all of one `Assign`.
    run(1, 262_144, &|_| json!({ "a.$": "$" })).assert_succeeded();
    run(1, 131_072, &|_| json!({ "a.$": "$", "b.$": "$" })).assert_succeeded();
    too_large(&run(1, 131_073, &|_| json!({ "a.$": "$", "b.$": "$" })), "S0");
    let one = json!({
        "StartAt": "Fill", "QueryLanguage": "JSONata", "States": { "Fill": {
            "Type": "Pass", "Assign": { "a": "{% $states.input & '12' %}" }, "Output": {}, "End": true
        } }
    });
    let fill = |bytes: usize| Engine::new(&one).unwrap().run(&json!("x".repeat(bytes - 4))).unwrap();
    fill(262_144).assert_succeeded();
    too_large(&fill(262_145), "Fill");

    // Forty of 256 KiB are 10 MiB; one more is too many, unless it takes the place of another.
    let own = |at: usize| json!({ format!("v{at}.$"): "$" });
    run(40, 262_144, &own).assert_succeeded();
    too_large(&run(41, 262_144, &own), "S40");
    run(41, 262_144, &|_| json!({ "same.$": "$" })).assert_succeeded();
}

#[test]
fn the_same_run_twice_has_the_same_history() {
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map",
            "ItemProcessor": { "StartAt": "Try", "States": { "Try": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": { "QueueUrl": "q", "MessageBody": { "id.$": "States.UUID()", "token.$": "$$.Task.Token" } },
                "Retry": [{ "ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", "MaxAttempts": 2 }], "End": true } } },
            "End": true
        } }
    });
    let run = |seed| {
        let engine = Engine::new(&machine).unwrap().seed(seed).on_state_request("Try", |request: &TaskRequest| {
            if request.attempt == 0 { Err(TaskError::new("Busy")) } else { Ok(request.iteration) }
        });
        let execution = engine.run(&json!([1, 2, 3])).unwrap();
        assert_eq!(execution.status(), Status::Succeeded);
        execution.history().to_vec()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    for (i, event) in run(3).iter().enumerate() {
        assert_eq!(event.id, i as u64 + 1);
        assert!(event.previous_id < event.id);
    }
}

#[test]
fn an_execution_can_be_stepped_and_stopped() {
    let machine = json!({
        "StartAt": "A", "States": { "A": { "Type": "Pass", "Next": "Rest" }, "Rest": { "Type": "Wait", "Seconds": 9, "End": true } }
    });
    let mut execution = Engine::new(&machine).unwrap().start(&json!({})).unwrap();
    while !matches!(execution.step(), Progress::Waiting { .. }) {}
    assert_eq!((execution.status(), execution.path()), (Status::Running, vec!["A", "Rest"]));
    execution.stop(Some("Enough"), None);
    assert_eq!((execution.status(), execution.error()), (Status::Aborted, Some("Enough")));
    assert!(matches!(execution.step(), Progress::Ended));
    let table = execution.to_string();
    assert!(table.contains("    5     0  +0s  ExecutionAborted  Enough"), "{table}");
}

/// The names of an object's members, with those of objects in it, that the table of the context object has.
fn members(value: &Value, known: &[Member], at: &str, names: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = format!("{at}.{name}");
        let member = known.iter().find(|member| member.name == name);
        names.push(if member.is_some() { path.clone() } else { format!("unknown: {path}") });
        if let Some(member) = member {
            members(value, member.kind.members(), &path, names);
        }
    }
}

/// The names of the members that are never absent, and of objects.
fn required(known: &[Member], at: &str, names: &mut Vec<String>) {
    for member in known.iter().filter(|member| !member.optional || !member.kind.members().is_empty()) {
        let path = format!("{at}.{}", member.name);
        names.push(path.clone());
        required(member.kind.members(), &path, names);
    }
}

#[test]
fn the_context_object_has_the_members_of_the_table() {
    let engine = Engine::new(&json!({ "QueryLanguage": "JSONata", "StartAt": "Each", "States": { "Each": {
        "Type": "Map", "Items": [1], "End": true,
        "ItemSelector": "{% $states.context %}",
        "ItemProcessor": { "StartAt": "Ask", "States": { "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Arguments": { "QueueUrl": "q", "MessageBody": "{% $merge([$states.context, {'Map': $states.input.Map}]) %}" }
        } } }
    } } }))
    .unwrap()
    .on_state("Ask", |request: Value| Ok::<_, TaskError>(request["MessageBody"].clone()));
    let execution = engine.run(&json!({})).unwrap();
    let (mut found, mut expected) = (Vec::new(), Vec::new());
    members(&execution.output().unwrap()[0], context::MEMBERS, "", &mut found);
    required(context::MEMBERS, "", &mut expected);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
