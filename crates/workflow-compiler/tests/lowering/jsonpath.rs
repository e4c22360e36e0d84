//! Tests JSONPath states.

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_cases::every;

use super::{document, lowered, state, task_before};

/// Returns a state of a JSONPath workflow.
fn path_state(text: &str) -> Value {
    state("jsonpath", text)
}

/// Returns the first lines of the problems of a JSONPath workflow.
fn problems(body: &str) -> Vec<String> {
    let (_, problems) = lowered(&format!("query jsonpath; {body}"));
    problems.iter().map(|text| text.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_a_pass_gives() {
    let pass = |value: &str| {
        let sign = if value.starts_with('{') { "" } else { "= " };
        path_state(&format!("pass P {sign}{value} -> end;"))
    };
    assert_eq!(pass("3"), json!({"Type": "Pass", "Result": 3, "End": true}));
    assert_eq!(pass("[1, 2.0]").to_string(), r#"{"Type":"Pass","Result":[1,2.0],"End":true}"#);
    assert_eq!(pass("{ a: [], b: { c: null } }")["Result"], json!({"a": [], "b": {"c": null}}));
    assert_eq!(pass("{ a: state.x, b: [{ c: context.Execution.Id }] }")["Parameters"], {
        json!({"a.$": "$.x", "b": [{"c.$": "$$.Execution.Id"}]})
    });
    assert_eq!(pass("state[\"a-b\"].c[0][-1]")["InputPath"], "$['a-b'].c[0][-1]");
    assert_eq!(pass("States.UUID()"), {
        json!({"Type": "Pass", "Parameters": {"value.$": "States.UUID()"}, "OutputPath": "$.value", "End": true})
    });
    assert_eq!(pass("[{ a: state.b }]")["Parameters"], json!({"value": [{"a.$": "$.b"}]}));
    assert_eq!(path_state("pass P = state.a result_path \"$.b\" -> end;"), {
        json!({"Type": "Pass", "InputPath": "$.a", "ResultPath": "$.b", "End": true})
    });
}

#[test]
fn computed_values() {
    let before = task_before("P");
    let value = |value: &str| {
        let body = format!(
            "query jsonpath; input {{ a: String, n: i64 }} params {{ p: String, k: u8 }} {before} pass P {{ v: {value} }} -> end;"
        );
        document(&body)["States"]["P"]["Parameters"]["v.$"].clone()
    };
    assert_eq!(value(r#""it's {" + input.a + "\\!""#), r"States.Format('it\'s \{{}\\!', $$.Execution.Input.a)");
    assert_eq!(value(r#"input.a + state.b"#), "States.Format('{}{}', $$.Execution.Input.a, $.b)");
    assert_eq!(value("state.xs[*].a"), "$.xs[*].a");
    assert_eq!(value("[state.xs[*].ys[*][0], 1]"), "States.Array($.xs[*].ys[*][0], 1)");
    assert_eq!(value("[1..=input.n + 1]"), "States.ArrayRange(1, States.MathAdd($$.Execution.Input.n, 1), 1)");
    assert_eq!(value("[[1..=3], params.k]"), "States.Array(States.ArrayRange(1, 3, 1), '${k}')");
    assert_eq!(value("input.n + 1"), "States.MathAdd($$.Execution.Input.n, 1)");
    assert_eq!(value("state.n + 1 + input.n"), "States.MathAdd(States.MathAdd($.n, 1), $$.Execution.Input.n)");
    assert_eq!(value("state.n - 2"), "States.MathAdd($.n, -2)");
    assert_eq!(value("[input.n, \"x\", [null, true]]"), {
        "States.Array($$.Execution.Input.n, 'x', States.Array(null, true))"
    });
    assert_eq!(value(r#"States.Format("{} it's \\{", state.a)"#), r"States.Format('{} it\'s \{', $.a)");
    assert_eq!(value(r#"States.StringSplit(state.a, ",")[0]"#), "States.ArrayGetItem(States.StringSplit($.a, ','), 0)");
    assert_eq!(value("path \"$.x[0]\""), "$.x[0]");
    assert_eq!(value("$v.a"), "$v.a");
}

#[test]
fn times_and_limits() {
    assert_eq!(path_state("wait W until state.t -> end;")["TimestampPath"], "$.t");
    let task = path_state(
        "task T = lambda::invoke.waitForTaskToken { FunctionName: \"f\", Payload: { token: context.Task.Token } }
         timeout state.limit heartbeat 1m credentials { RoleArn: state.role } -> end;",
    );
    assert_eq!(task["Resource"], "arn:aws:states:::lambda:invoke.waitForTaskToken");
    assert_eq!(task["Parameters"], json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}));
    assert_eq!((&task["TimeoutSecondsPath"], &task["HeartbeatSeconds"]), (&json!("$.limit"), &json!(60)));
    assert_eq!(task["Credentials"], json!({"RoleArn.$": "$.role"}));
    assert_eq!(path_state("fail F { error: \"E\", cause: \"got \" + state.a + \"!\" }"), {
        json!({"Type": "Fail", "Error": "E", "CausePath": "States.Format('got {}!', $.a)"})
    });
}

#[test]
fn resources() {
    let resource =
        |text: &str| path_state(&format!("task T = {text} {{ StateMachineArn: 1 }} -> end;"))["Resource"].clone();
    assert_eq!(resource("aws_sdk::s3::listObjectsV2"), "arn:aws:states:::aws-sdk:s3:listObjectsV2");
    assert_eq!(resource("states::startExecution.sync:2"), "arn:aws:states:::states:startExecution.sync:2");
    assert_eq!(resource("emr_serverless::startJobRun.sync"), "arn:aws:states:::emr-serverless:startJobRun.sync");
    let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
    assert_eq!(resource(&format!("activity(\"{arn}\")")), arn);
    assert_eq!(resource(&format!("\"{arn}\"")), arn);
}

/// Returns the rule of a condition, without `Next`.
fn rule(condition: &str) -> Value {
    let body = format!(
        "query jsonpath; input {{ n: i64, f: f64, s: String, b: bool, t: Timestamp, m: Mode, o: Option<String> }}
         enum Mode {{ Fast, #[serde(rename = \"full\")] Full }}
         {} choice C {{ if {condition} -> End; else -> End; }} succeed End;",
        task_before("C")
    );
    let mut rule = document(&body)["States"]["C"]["Choices"][0].clone();
    assert_eq!(rule.as_object_mut().unwrap().shift_remove("Next"), Some(json!("End")));
    rule
}

#[test]
fn conditions() {
    assert_eq!(rule("input.n >= 3"), json!({"Variable": "$$.Execution.Input.n", "NumericGreaterThanEquals": 3}));
    assert_eq!(rule("3 > state.x"), json!({"Variable": "$.x", "NumericLessThan": 3}));
    assert_eq!(rule("state.x < input.s"), { json!({"Variable": "$.x", "StringLessThanPath": "$$.Execution.Input.s"}) });
    assert_eq!(rule("$seen != input.b"), {
        json!({"Not": {"Variable": "$seen", "BooleanEqualsPath": "$$.Execution.Input.b"}})
    });
    assert_eq!(rule("input.t < \"2030-01-01T00:00:00Z\""), {
        json!({"Variable": "$$.Execution.Input.t", "TimestampLessThan": "2030-01-01T00:00:00Z"})
    });
    assert_eq!(rule("input.m == Mode::Full"), { json!({"Variable": "$$.Execution.Input.m", "StringEquals": "full"}) });
    assert_eq!(rule("input.b"), json!({"Variable": "$$.Execution.Input.b", "BooleanEquals": true}));
    assert_eq!(rule("input.b == false"), json!({"Variable": "$$.Execution.Input.b", "BooleanEquals": false}));
    assert_eq!(rule("state.x == null"), json!({"Variable": "$.x", "IsNull": true}));
    assert_eq!(rule("is_present(state.x) == false"), json!({"Variable": "$.x", "IsPresent": false}));
    assert_eq!(rule("IsNumeric(state.x, false)"), json!({"Variable": "$.x", "IsNumeric": false}));
    assert_eq!(rule("matches(state.x, \"a*\") == false"), json!({"Not": {"Variable": "$.x", "StringMatches": "a*"}}));
    assert_eq!(rule("all(state.b)"), json!({"And": [{"Variable": "$.b", "BooleanEquals": true}]}));
    assert_eq!(rule("path \"$.x.y\" == 1"), json!({"Variable": "$.x.y", "NumericEquals": 1}));
    let b = |name: &str| json!({"Variable": format!("$.{name}"), "BooleanEquals": true});
    assert_eq!(rule("state.a && state.b && state.c"), json!({"And": [b("a"), b("b"), b("c")]}));
    assert_eq!(rule("state.a && (state.b && state.c)"), json!({"And": [b("a"), {"And": [b("b"), b("c")]}]}));
    assert_eq!(rule("state.a || state.b && state.c"), json!({"Or": [b("a"), {"And": [b("b"), b("c")]}]}));
    assert_eq!(rule("!state.a"), json!({"Not": b("a")}));
    let is = |value: &str| json!({"Variable": "$$.Execution.Input.s", "StringEquals": value});
    assert_eq!(rule("input.s in [\"a\", \"b\"]"), json!({"Or": [is("a"), is("b")]}));
    assert_eq!(rule("!(input.s in ([\"a\"]))"), json!({"Not": is("a")}));
    assert_eq!(rule("state.a && input.s in [\"a\", \"b\"]"), json!({"And": [b("a"), {"Or": [is("a"), is("b")]}]}));
    assert_eq!(rule("input.m in [Mode::Full, \"Fast\"]"), {
        let is = |value: &str| json!({"Variable": "$$.Execution.Input.m", "StringEquals": value});
        json!({"Or": [is("full"), is("Fast")]})
    });
    assert_eq!(rule("input.n in [1, state.x]"), {
        let n = "$$.Execution.Input.n";
        json!({"Or": [{"Variable": n, "NumericEquals": 1}, {"Variable": n, "NumericEqualsPath": "$.x"}]})
    });
}

#[test]
fn matches_and_their_rest() {
    let choice = path_state(
        "choice C match state.kind {
             \"a\" -> Next { assign { seen: \"a\" } comment \"one\" };
             \"b\" | 3 -> Next;
             _ -> Next { assign { seen: state.kind } };
         }",
    );
    assert_eq!(
        choice,
        json!({
            "Type": "Choice",
            "Choices": [
                {"Comment": "one", "Variable": "$.kind", "StringEquals": "a", "Assign": {"seen": "a"}, "Next": "Next"},
                {"Or": [{"Variable": "$.kind", "StringEquals": "b"}, {"Variable": "$.kind", "NumericEquals": 3}], "Next": "Next"},
            ],
            "Default": "Next",
            "Assign": {"seen.$": "$.kind"},
        })
    );
}

#[test]
fn handlers_and_defaults() {
    let document = document(
        "query jsonpath explicit; timeout 6h; version \"1.0\";
         retry transient [Lambda.Unknown, \"My error\"] { interval: 2s, max_attempts: 6, max_delay: 1m, jitter: full }
         /// gives up
         catch failed [States.ALL] -> Failed { assign { error: caught.Error } result_path \"$.error\" }
         defaults { retry transient; catch failed; timeout 5m; }
         start B;
         task A = lambda::invoke { FunctionName: \"f\" } retry none timeout none catch [States.ALL] -> Failed -> end;
         task B = lambda::invoke { FunctionName: \"f\" } retry [States.Timeout] -> A;
         fail Failed;",
    );
    assert_eq!(document["QueryLanguage"], "JSONPath");
    assert_eq!((&document["TimeoutSeconds"], &document["StartAt"]), (&json!(21600), &json!("B")));
    let a = &document["States"]["A"];
    assert_eq!((a.get("Retry"), a.get("TimeoutSeconds")), (None, None));
    assert_eq!(a["Catch"], json!([{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]));
    let b = &document["States"]["B"];
    assert_eq!(b["TimeoutSeconds"], 300);
    assert_eq!(
        b["Retry"],
        json!([
            {"ErrorEquals": ["States.Timeout"]},
            {"ErrorEquals": ["Lambda.Unknown", "My error"], "IntervalSeconds": 2, "MaxAttempts": 6, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"},
        ])
    );
    assert_eq!(
        b["Catch"],
        json!([{"Comment": "gives up", "ErrorEquals": ["States.ALL"], "Assign": {"error.$": "$.Error"}, "ResultPath": "$.error", "Next": "Failed"}])
    );
}

#[test]
fn a_default_catcher_does_not_lead_back_to_its_own_target() {
    let (lowered, problems) = lowered(
        "query jsonpath; defaults { catch [States.ALL] -> Undo; }
         task A = lambda::invoke { FunctionName: \"f\" } -> end;
         task Undo = lambda::invoke { FunctionName: \"g\" } -> Failed;
         fail Failed;",
    );
    assert!(matches!(problems.as_slice(), [one] if one.contains("`Undo` runs when another state has failed")));
    let states = &lowered.definition["States"];
    assert_eq!(states["A"]["Catch"], json!([{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]));
    assert_eq!(states["Undo"].get("Catch"), None);
}

#[test]
fn distributed_maps() {
    let map = path_state(
        "map Rows over s3::csv { Bucket: \"b\", Key: state.key, headers: first_row, delimiter: pipe, max_items: state.most }
             distributed express batch 100 write_to { Bucket: \"b\", Prefix: \"out\" } label \"rows\"
             tolerate percent 5 tolerate count state.bad item_selector { item: item, index: index } {
             //! one row
             start B;
             pass B -> end;
         } -> end;",
    );
    assert_eq!(
        map,
        json!({
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVDelimiter": "PIPE", "CSVHeaderLocation": "FIRST_ROW", "MaxItemsPath": "$.most"},
                "Parameters": {"Bucket": "b", "Key.$": "$.key"},
            },
            "ItemSelector": {"item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"},
            "ItemBatcher": {"MaxItemsPerBatch": 100},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "B",
                "States": {"B": {"Type": "Pass", "End": true}},
                "Comment": "one row",
            },
            "ToleratedFailurePercentage": 5,
            "ToleratedFailureCountPath": "$.bad",
            "Label": "rows",
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "out"}},
            "End": true,
        })
    );
    let map = path_state(
        "map Rows item_reader s3::listObjectsV2 { Bucket: \"b\" } config { MaxItems: 3 } distributed
             batch { MaxItemsPerBatch: 10, BatchInput: { a: state.a } }
             write_to config { Transformation: \"FLATTEN\", OutputType: \"JSONL\" } { pass B -> end; } -> end;",
    );
    assert_eq!(map["ItemReader"], {
        json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": {"MaxItems": 3}, "Parameters": {"Bucket": "b"}})
    });
    assert_eq!(map["ItemBatcher"], json!({"MaxItemsPerBatch": 10, "BatchInput": {"a.$": "$.a"}}));
    assert_eq!(map["ResultWriter"], json!({"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}));
}

#[test]
fn raw_fields_and_results() {
    let task = path_state(
        "task T = lambda::invoke { FunctionName: \"f\" }
         result_selector { code: result.StatusCode } assign { id: result.Payload.id } result_path \"$.r\"
         raw { \"Retry\": [], \"TimeoutSeconds\": 7 } comment \"\" -> end;"
            .replace("\"Retry\": [], ", "")
            .as_str(),
    );
    assert_eq!(
        task.to_string(),
        r#"{"Type":"Task","Comment":"","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"TimeoutSeconds":7,"ResultSelector":{"code.$":"$.StatusCode"},"ResultPath":"$.r","Assign":{"id.$":"$.Payload.id"},"End":true}"#
    );
    let (lowered, problems) = lowered("query jsonpath; pass P raw { \"Nxt\": 1 } -> end;");
    assert_eq!(problems, ["field `Nxt` is not supported [WF0122]\n\n= help: did you mean `Next`?"]);
    assert!(lowered.source_map.span_at(&Pointer::root().child("States").child("P").child("Nxt")).is_some());
}

#[test]
fn what_jsonpath_cannot_say() {
    every(
        [
            ("pass P { v: state.a * 2 } -> end;", "a product"),
            ("pass P { v: if state.a == 1 { 1 } else { 2 } } -> end;", "a conditional value"),
            ("pass P { v: state.a ?? 1 } -> end;", "a default for an absent value"),
            ("pass P { v?: state.a } -> end;", "an optional member"),
            ("pass P { v: [state.a, { b: 1 }] } -> end;", "an object in the argument of a function"),
            ("pass P { v: state.a[$i] } -> end;", "an index that is computed"),
            ("pass P { v: state.a == 1 } -> end;", "a comparison that is a value"),
            ("choice C { if state.a + 1 == 3 -> E; else -> E; } succeed E;", "a computed value in a condition"),
            (
                "choice C { if state.a == state.b -> E; else -> E; } succeed E;",
                "a comparison of values of unknown types",
            ),
            ("choice C { if matches(state.a, state.b) -> E; else -> E; } succeed E;", "a pattern that is computed"),
            ("choice C { if 1 == 1 -> E; else -> E; } succeed E;", "a comparison without data"),
            ("succeed S { a: 1 }", "a `succeed` with a value of its own"),
            ("map M over [1] { pass A -> end; } -> end;", "a map over items that are not data of the execution"),
            ("wait W for States.MathAdd(state.a, 1) -> end;", "the time of a wait that a function computes"),
        ],
        |(text, what)| {
            let found = problems(text);
            assert!(
                found.iter().any(|found| found.starts_with(&format!("JSONPath cannot express {what}"))),
                "{text}: {found:?}"
            );
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        },
    );
}
