//! Values of undeclared type are guesses. A guess that fits no expression is not a finding.

use serde_json::{Value, json};
use workflow_explore::{Equivalence, Explorer, Severity, Verdict};
use workflow_local::Engine;
use workflow_local::internal::InternalEngine;
use workflow_schema::{Field, Rule, Shape, Types};

fn in_jsonata(expression: &str) -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Output": { "x": format!("{{% {expression} %}}") }, "End": true } } })
}

fn in_jsonpath(function: &str) -> Value {
    json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "Parameters": { "x.$": function }, "End": true } } })
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Holds,
    Broken,
    Undecided,
}
use Outcome::{Broken, Holds, Undecided};

#[test]
fn only_what_the_program_does_wrong_is_reported() {
    let jsonata = [
        ("$sum($states.input.lines.price)", Holds),
        ("$toMillis($states.input.from) < $toMillis($states.input.to) ? 1 : 2", Holds),
        ("$number($states.input.text) > 3 ? 1 : 2", Holds),
        ("$parse($states.input.body)", Holds),
        ("$parse($states.input.body).order.id", Holds),
        ("$base64decode($states.input.data)", Holds),
        ("$keys($states.input.prices)", Holds),
        ("$lookup($states.input.prices, 'a')", Holds),
        ("[1..$states.input.n]", Holds),
        ("[$map($states.input.items, function($i) { $i.price * 2 })]", Holds),
        ("$join($states.input.names, ', ')", Holds),
        // Without items there is no maximum, and no result.
        ("$max($states.input.prices)", Broken),
        ("$map($states.input.items, function($i) { $i.price * 2 })", Broken),
        ("$exists($states.input.x) ? 1 : $states.input.x", Broken),
        ("$reduce($states.input.items, function($a, $i) { $a + $i.price }, 0)", Holds),
        ("$states.input.items[price > 3]", Broken),
        ("[$states.input.items[price > 3]]", Holds),
        ("[$states.input.items[open].tags[name = 'a'].value]", Holds),
        ("$sum([$states.input.lines.(price * pieces)])", Holds),
        ("$states.input.address.(street & ' ' & city)", Holds),
        ("$filter($states.input.items, function($i) { $i.kind = 'a' })[0].name", Broken),
        ("[$sort($states.input.items, function($a, $b) { $a.price > $b.price }).name]", Holds),
        ("($x := $states.input.n; $x * 2)", Holds),
        // No tried value fits the expressions.
        ("$lookup($states.input.prices, $states.input.name)", Undecided),
    ]
    .map(|(text, outcome)| (text, in_jsonata(text), outcome));
    let jsonpath = [
        ("States.StringToJson($.Records[0].body)", Holds),
        ("States.Base64Decode($.data)", Holds),
        ("States.ArrayGetItem($.items, 0)", Broken),
        ("States.MathRandom(1, $.n)", Undecided),
    ]
    .map(|(text, outcome)| (text, in_jsonpath(text), outcome));
    for (text, definition, outcome) in jsonata.into_iter().chain(jsonpath) {
        let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap();
        let found = match (report.verdict(), report.undecided.as_slice()) {
            (Verdict::Holds, []) => Holds,
            (Verdict::NotShown, [_, ..]) => Undecided,
            _ => Broken,
        };
        assert_eq!(found, outcome, "{text}\n{report}");
    }
}

#[test]
fn what_somebody_gives_is_no_guess() {
    let engine = Engine::new(&in_jsonata("$toMillis($states.input.date)")).unwrap();
    let report = |date: &str| Explorer::new(&engine).unwrap().inputs([json!({ "date": date })]).explore().unwrap();
    assert_eq!(report("yesterday").verdict(), Verdict::Broken);
    assert_eq!(report("2025-01-01T00:00:00Z").verdict(), Verdict::Holds);
}

/// The consequences of such a guess are not findings either, but other findings remain.
#[test]
fn a_handler_of_a_guess_is_no_finding() {
    let task = |arguments: Value| {
        json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done",
            "Arguments": { "FunctionName": "f", "Payload": arguments },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }] })
    };
    let definition = |arguments: &str| {
        json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": task(arguments.into()), "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" } } })
    };
    let ends = |arguments: &str| {
        let engine = Engine::new(&definition(arguments)).unwrap();
        let explorer = Explorer::new(&engine).unwrap().property("ends in Done".parse().unwrap());
        let report = explorer.explore().unwrap();
        report.findings.iter().map(|finding| finding.faults).collect::<Vec<_>>()
    };
    assert_eq!(ends("{% $lookup($states.input.prices, $states.input.name) %}"), [] as [u32; 0]);
    assert_eq!(ends("{% $states.input.items %}"), [1]);
}

#[test]
fn what_no_execution_took_is_not_shown() {
    let choice = |condition: &str| {
        json!({ "QueryLanguage": "JSONata", "StartAt": "Any", "States": {
            "Any": { "Type": "Choice", "Choices": [{ "Condition": condition, "Next": "Work" }], "Default": "Done" },
            "Work": { "Type": "Pass", "End": true }, "Done": { "Type": "Succeed" } } })
    };
    let explorer = |condition: &str| Explorer::new(&Engine::new(&choice(condition)).unwrap()).unwrap();
    // Nothing inverts the computation before the comparison.
    let computed = "{% $states.input.n * 7 > 100 %}";
    let report = explorer(computed).explore().unwrap();
    assert_eq!(report.verdict(), Verdict::NotShown, "{report}");
    let first =
        "local: not shown: 1 of 3 states was never entered: `Done`; 1 rule was never taken: default -> Done of `Any`\n";
    assert!(report.to_string().starts_with(first), "{report}");
    let json = report.to_json();
    assert_eq!(
        (&json["status"], &json["not_shown"]),
        (&json!("not-shown"), &json!(["/States/Any/Default", "/States/Done"]))
    );
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| report.assert_holds())).is_err());

    // Neither is a definition equivalent that differs where no execution was.
    let given = |condition: &str| explorer(condition).inputs([json!({ "n": 1 }), json!({ "n": 100 })]);
    assert_eq!(given(computed).explore().unwrap().verdict(), Verdict::Holds);
    assert_eq!(given(computed).compare(&given(computed)).unwrap(), Equivalence::Same);
    let found = explorer(computed).compare(&explorer("{% $states.input.n * 7 > 101 %}")).unwrap();
    assert!(matches!(found, Equivalence::NotShown { .. }), "{found:?}");
    assert_eq!(
        found.to_string(),
        "1 state was never entered: `Done`; 1 rule was never taken: default -> Done of `Any`"
    );
    let handled = |retried: &str| {
        let task = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f" },
            "Retry": [{ "ErrorEquals": [retried] }], "End": true });
        Explorer::new(&Engine::new(&json!({ "StartAt": "A", "States": { "A": task } })).unwrap()).unwrap()
    };
    // No task raises this error, so no execution took the retrier.
    let place = workflow_asl::Pointer::root().child("States").child("A").child("Retry").index(0);
    let (one, other) = (handled("States.NoChoiceMatched"), handled("States.ParameterPathFailure"));
    assert_eq!(one.compare(&other).unwrap(), Equivalence::Same);
    assert!(matches!(one.compare_at(&other, Some(&place)).unwrap(), Equivalence::NotShown { .. }));
}

#[test]
fn each_field_that_reads_a_result_finds_its_members() {
    let lambda = "arn:aws:states:::lambda:invoke";
    let after = |language: &str, resource: &str, fields: Value, next: Value| {
        let request = if language == "JSONata" { "Arguments" } else { "Parameters" };
        let mut task = json!({ "Type": "Task", "Resource": resource, "Next": "Next",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }] });
        task[request] = json!({ "FunctionName": "f", "Bucket": "b", "Key": "k" });
        task.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "QueryLanguage": language, "StartAt": "Ask", "States": {
            "Ask": task, "Next": next, "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "Failed" } } })
    };
    let end = || json!({ "Type": "Pass", "Next": "Done" });
    let each = || json!({ "StartAt": "Each", "States": { "Each": { "Type": "Pass", "End": true } } });
    let of_path = |fields, next| after("JSONPath", lambda, fields, next);
    let of_jsonata = |fields, next| after("JSONata", lambda, fields, next);
    let get_object = "arn:aws:states:::aws-sdk:s3:getObject";
    let documents = [
        ("OutputPath", of_path(json!({ "OutputPath": "$.Payload" }), end())),
        ("OutputPath of a member", of_path(json!({ "OutputPath": "$.Payload.bill.lines" }), end())),
        ("OutputPath after ResultPath", of_path(json!({ "ResultPath": "$.r", "OutputPath": "$.r.Payload.x" }), end())),
        (
            "OutputPath after ResultSelector",
            of_path(json!({ "ResultSelector": { "a.$": "$.Payload.a" }, "OutputPath": "$.a" }), end()),
        ),
        ("ResultSelector", of_path(json!({ "ResultSelector": { "a.$": "$.StatusCode" } }), end())),
        ("Assign", of_path(json!({ "Assign": { "a.$": "$.Payload.a" } }), end())),
        ("InputPath", of_path(json!({}), json!({ "Type": "Pass", "InputPath": "$.Payload.a.b", "Next": "Done" }))),
        (
            "Parameters",
            of_path(json!({}), json!({ "Type": "Pass", "Parameters": { "v.$": "$.ExecutedVersion" }, "Next": "Done" })),
        ),
        (
            "ItemsPath",
            of_path(
                json!({ "OutputPath": "$.Payload" }),
                json!({ "Type": "Map", "ItemsPath": "$.all", "ItemProcessor": each(), "Next": "Done" }),
            ),
        ),
        (
            "Variable",
            of_path(
                json!({ "OutputPath": "$.Payload" }),
                json!({ "Type": "Choice", "Default": "Failed",
                    "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 5, "Next": "Done" }] }),
            ),
        ),
        ("SecondsPath", of_path(json!({}), json!({ "Type": "Wait", "SecondsPath": "$.Payload.n", "Next": "Done" }))),
        (
            "StringToJson",
            after("JSONPath", get_object, json!({ "ResultSelector": { "a.$": "States.StringToJson($.Body)" } }), end()),
        ),
        ("$parse", after("JSONata", get_object, json!({ "Output": "{% $parse($states.result.Body) %}" }), end())),
        ("Output", of_jsonata(json!({ "Output": "{% $states.result.Payload.a %}" }), end())),
        (
            "a variable",
            of_jsonata(
                json!({ "Assign": { "all": "{% $states.result %}" } }),
                json!({ "Type": "Pass", "Output": "{% $all.Payload.a.b %}", "Next": "Done" }),
            ),
        ),
        (
            "Items",
            of_jsonata(
                json!({ "Output": "{% $states.result.Payload %}" }),
                json!({ "Type": "Map", "Items": "{% $states.input.all %}", "ItemProcessor": each(), "Next": "Done" }),
            ),
        ),
    ];
    workflow_cases::every(documents, |(name, document)| {
        let report = Explorer::new(&Engine::new(&document).unwrap()).unwrap().explore().unwrap();
        assert!(report.findings.is_empty(), "{name}: {report}");
        assert!(report.undecided.is_empty(), "{name}: {report}");
    });
}

#[test]
fn two_unknowns_are_tried_equal_below_and_above() {
    let any = "{% $count($filter($exists($found.Contents) ? $found.Contents : [], function($o) { $o.Size >= $least })) > 0 %}";
    let listed = json!({ "QueryLanguage": "JSONata", "StartAt": "List", "States": {
        "List": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2", "Arguments": { "Bucket": "b" },
            "Assign": { "found": "{% $states.result %}", "least": "{% $states.input.least %}" }, "Next": "Any" },
        "Any": { "Type": "Choice", "Choices": [{ "Condition": any, "Next": "Work" }], "Default": "Done" },
        "Work": { "Type": "Pass", "End": true }, "Done": { "Type": "Succeed" } } });
    // The counter is compared with a budget: only the constants of its assignments show which budget is not used up.
    let counted = |assign: Value, rule: Value, language: &str| {
        json!({ "QueryLanguage": language, "StartAt": "Start", "States": {
            "Start": { "Type": "Pass", "Assign": { "waited": 0 }, "Next": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Assign": assign, "Next": "Is" },
            "Is": { "Type": "Choice", "Choices": [rule], "Default": "Rest" },
            "Over": { "Type": "Succeed" } } })
    };
    let paths = counted(
        json!({ "waited.$": "States.MathAdd($waited, 50)" }),
        json!({ "Variable": "$waited", "NumericGreaterThanPath": "$.budget", "Next": "Over" }),
        "JSONPath",
    );
    let jsonata = counted(
        json!({ "waited": "{% $waited + 50 %}" }),
        json!({ "Condition": "{% $waited > $states.input.budget %}", "Next": "Over" }),
        "JSONata",
    );
    for definition in [listed, paths, jsonata] {
        let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().may_fail().explore().unwrap();
        assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    }
}

#[test]
fn the_reason_and_what_helps_are_told() {
    let lines = |definition: Value, executions: u64| {
        let explorer = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().executions(executions);
        let report = explorer.explore().unwrap().to_string();
        let told = |line: &&str| line.contains("not shown") || line.starts_with("not reached");
        report.lines().filter(told).map(str::to_owned).collect::<Vec<_>>()
    };
    let done = || json!({ "Type": "Succeed" });
    let map = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }], "Next": "After",
            "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
                "Parameters": { "Bucket": "b", "Key": "k" } },
            "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } },
        "After": { "Type": "Pass", "Next": "Done" }, "Done": done() } });
    assert_eq!(
        lines(map, 100),
        [
            "local: not shown: 2 of 4 states were never entered: `After`, `P`",
            "not reached: transition of `M`, -> After: the item reader found no objects: give it some with `--objects`",
            "not reached: state of `P`: the item reader found no objects: give it some with `--objects`",
        ]
    );
    // The rule is never true, as `validate` says: there is nothing to show.
    let never = json!({ "StartAt": "Is", "States": {
        "Is": { "Type": "Choice", "Default": "Done", "Choices": [
            { "Not": { "Variable": "$.kind", "StringEquals": "new" }, "Next": "Done" },
            { "Variable": "$.kind", "StringEquals": "old", "Next": "Old" }] },
        "Old": { "Type": "Pass", "Next": "Older" }, "Older": { "Type": "Pass", "Next": "Done" }, "Done": done() } });
    let told = lines(never, 100);
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told.iter().all(|line| line.ends_with(": no execution can take it, as `validate` shows")), "{told:?}");
}

/// What the definitions of people showed as findings that are none.
#[test]
fn what_people_mean_is_not_reported() {
    let task = |resource: &str, next: &str, more: Value| {
        let mut task = json!({ "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Parameters": {}, "Next": next });
        for (name, value) in more.as_object().unwrap() {
            task[name] = value.clone();
        }
        task
    };
    let call = |next: &str, more: Value| {
        let mut call = task("lambda:invoke", next, more);
        call["Parameters"] = json!({ "FunctionName": "f" });
        call
    };
    let caught = |path: &str, next: &str| json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": path, "Next": next }] });
    let errors = |text: &str| {
        let definition = match text {
            "a caught error that a Fail state repeats" => json!({ "StartAt": "Run", "States": {
                "Run": call("Done", json!({ "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "Next": "Failed" }] })),
                "Done": { "Type": "Succeed" },
                "Failed": { "Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause" } } }),
            "results in one object" => {
                let mut run = call("Which", caught("$.errors.run", "Which"));
                run["ResultPath"] = json!(null);
                json!({ "StartAt": "Begin", "States": {
                    "Begin": call("Run", json!({ "OutputPath": "$.Payload" })),
                    "Run": run,
                    "Which": { "Type": "Choice", "Default": "Done", "Choices": [
                        { "Variable": "$.errors", "IsPresent": true, "Next": "Tell" }] },
                    "Tell": call("Done", json!({ "InputPath": "$.errors" })),
                    "Done": { "Type": "Succeed" } } })
            }
            _ => json!({ "StartAt": "Load", "States": {
                "Load": task("aws-sdk:redshiftdata:batchExecuteStatement", "Done", json!({
                    "Parameters": { "Database": "d", "Sqls": ["select 1"] },
                    "Retry": [{ "ErrorEquals": ["RedshiftData.ActiveSessionsExceededException"] }] })),
                "Done": { "Type": "Succeed" } } }),
        };
        let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap();
        let worse = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        worse.map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    for text in ["a caught error that a Fail state repeats", "results in one object", "an error of too many sessions"] {
        assert_eq!(errors(text), [""; 0], "{text}");
    }
}

#[test]
fn a_text_has_the_members_that_are_read_after_it_is_parsed() {
    let get = "arn:aws:states:::aws-sdk:ssm:getParameter";
    let machine = |parsed: Value| {
        json!({ "StartAt": "Get", "States": {
            "Get": { "Type": "Task", "Resource": get, "Parameters": { "Name": "models" },
                "ResultSelector": { "models.$": "States.StringToJson($.Parameter.Value)" }, "Next": "Each" },
            "Each": { "Type": "Map", "ItemsPath": "$.models.tables", "Next": "Kind",
                "ItemProcessor": { "StartAt": "In", "States": { "In": { "Type": "Pass", "End": true } } },
                "ResultPath": "$.done" },
            "Kind": { "Type": "Choice", "Choices": [{ "Variable": "$.models.kind", "StringEquals": "large", "Next": "Large" }],
                "Default": "Done" },
            "Large": { "Type": "Pass", "Parameters": parsed, "Next": "Done" }, "Done": { "Type": "Succeed" } } })
    };
    let explored =
        |parsed: Value| Explorer::new(&Engine::new(&machine(parsed)).unwrap()).unwrap().may_fail().explore().unwrap();
    let report = explored(json!({ "all.$": "States.ArrayRange(1, $.models.count, 1)" }));
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    // What one branch tests for is left out in the other.
    let report = explored(json!({ "x": 1 }));
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
}

#[test]
fn an_input_may_be_an_object_or_a_list() {
    let machine = |second: &str| {
        json!({ "StartAt": "Which", "States": {
            "Which": { "Type": "Choice", "Choices": [{ "Variable": "$.query", "IsPresent": true, "Next": "Direct" }], "Default": "Queued" },
            "Direct": { "Type": "Pass", "Parameters": { "query.$": "$.query" }, "End": true },
            "Queued": { "Type": "Pass", "InputPath": second, "Parameters": { "all.$": "States.StringToJson($)" }, "Next": "Read" },
            "Read": { "Type": "Pass", "Parameters": { "query.$": "$.all.query" }, "End": true } } })
    };
    let explored = |second: &str| Explorer::new(&Engine::new(&machine(second)).unwrap()).unwrap().explore().unwrap();
    assert_eq!(explored("$[0].body").verdict(), Verdict::Holds, "{}", explored("$[0].body"));
    // A member that is asked for in vain is no list.
    let report = explored("$.query");
    assert_eq!(report.verdict(), Verdict::Broken, "{report}");
}

#[test]
fn what_a_path_of_several_values_reads_is_tried_with_and_without_them() {
    workflow_cases::every(
        [
            "$.rows[1:]",
            "$.rows[*].id",
            "$.all..id",
            "$.rows[?(@.kind == 'x')]",
            "$.rows[?(@.kind == 'x' && @.size > 7)].ids[*]",
        ],
        |path| {
            let any = json!([{ "Variable": "$.all[0]", "IsPresent": true, "Next": "Some" }]);
            let machine = json!({ "StartAt": "All", "States": {
                "All": { "Type": "Pass", "Parameters": { "all.$": path }, "Next": "Any" },
                "Any": { "Type": "Choice", "Choices": any, "Default": "None" },
                "Some": { "Type": "Succeed" }, "None": { "Type": "Succeed" } } });
            let report = Explorer::new(&Engine::new(&machine).unwrap()).unwrap().explore().unwrap();
            assert_eq!(report.verdict(), Verdict::Holds, "{path}: {report}");
        },
    );
}

#[test]
fn only_what_the_definition_gives_shows_that_an_output_is_wrong() {
    const fn field(name: &'static str, shape: &'static Shape) -> Field {
        Field { name, rust: name, optional: false, skipped: false, flat: false, shape, rules: &[] }
    }
    const LINES: &Shape = &Shape::Array { of: &Shape::Object { of: &[field("price", &Shape::Number)] } };
    const KIND: &Shape = &Shape::Texts { of: &["large", "small"] };
    static TYPES: Types =
        Types { output: &Shape::Object { of: &[field("kind", KIND), field("lines", LINES)] }, ..Types::NONE };
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let errors = |next: Value, result: Option<Value>| {
        let ask = json!({ "Type": "Task", "Resource": function, "Next": "Next" });
        let machine = json!({ "StartAt": "Ask", "States": { "Ask": ask, "Next": next } });
        let engine = Engine::new(&machine).unwrap().declaring(&TYPES);
        let explorer = Explorer::new(&engine).unwrap();
        let explorer = result.into_iter().fold(explorer, |explorer, result| explorer.results("Ask", [result]));
        let report = explorer.explore().unwrap();
        let found = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        found.map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    let given = |given: Value| errors(json!({ "Type": "Pass", "Parameters": given, "End": true }), None);
    assert_eq!(errors(json!({ "Type": "Succeed" }), None), [""; 0]);
    let huge = json!({ "kind": "huge", "lines": [] });
    let kind = "`output.kind`: expected one of \"large\", \"small\", found \"huge\"";
    assert_eq!(errors(json!({ "Type": "Succeed" }), Some(huge)), [kind]);
    assert_eq!(given(json!({ "kind.$": "$.kind", "lines.$": "$.all.lines" })), [""; 0]);
    assert_eq!(given(json!({ "kind": "huge", "lines.$": "$.lines" })), [kind]);
    let price = "`output.lines[0].price`: expected a number, found nothing";
    assert_eq!(given(json!({ "kind.$": "$.kind", "lines": [{ "cost.$": "$.cost" }] })), [price]);
}

#[test]
fn a_guess_excuses_only_the_output_of_its_state_and_decides_nothing() {
    const fn field(name: &'static str, shape: &'static Shape) -> Field {
        Field { name, rust: name, optional: false, skipped: false, flat: false, shape, rules: &[] }
    }
    static TYPES: Types = Types {
        output: &Shape::Object { of: &[field("total", &Shape::Number), field("kind", &Shape::Text)] },
        ..Types::NONE
    };
    let explored = |states: Value| {
        let engine = Engine::new(&json!({ "StartAt": "Ask", "States": states })).unwrap().declaring(&TYPES);
        Explorer::new(&engine).unwrap().explore().unwrap()
    };
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let wrong = json!({ "total": "none", "kind": "a" });
    let report = explored(json!({
        "Ask": { "Type": "Choice", "Default": "Wrong", "Choices": [
            { "Variable": "$.n", "NumericGreaterThan": 3, "Next": "Get" } ] },
        "Get": { "Type": "Task", "Resource": function, "End": true },
        "Wrong": { "Type": "Pass", "Result": wrong, "End": true } }));
    let found = report.findings.iter().find(|finding| finding.severity == Severity::Error);
    let total = "`output.total`: expected a number, found \"none\"";
    assert_eq!(found.map(|finding| finding.message.as_str()), Some(total), "{report}");
    let given = |kind: &str| {
        explored(json!({
            "Ask": { "Type": "Task", "Resource": function, "Next": "Next" },
            "Next": { "Type": "Pass", "Parameters": { "total.$": "$.x", "kind.$": kind }, "End": true } }))
    };
    // No value is a number and a text.
    let report = given("$.x");
    assert_eq!(report.verdict(), Verdict::NotShown, "{report}");
    let report = given("$.kind");
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
}

#[test]
fn a_value_has_the_form_that_all_its_paths_need() {
    let pass = |fields: Value| json!({ "StartAt": "A", "States": { "A": fields } });
    let given = |fields: Value| pass(json!({ "Type": "Pass", "Parameters": fields, "End": true }));
    let invoke = "arn:aws:states:::lambda:invoke";
    let choice = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Default": "A", "Choices": [
            { "Variable": "$.o.kind", "StringEquals": "a", "Next": "A" } ] },
        "A": { "Type": "Pass", "Parameters": { "x.$": "$.o.*" }, "End": true } } });
    workflow_cases::every(
        [
            given(json!({ "x.$": "$.prices.*", "n.$": "$.prices.apple" })),
            given(json!({ "x.$": "$.*", "n.$": "$.id" })),
            given(json!({ "x.$": "$..id", "n.$": "$.order.id" })),
            given(json!({ "x.$": "$.order..id", "n.$": "$.order.name" })),
            given(json!({ "x.$": "$.rows..id", "n.$": "$.rows[0].v" })),
            given(json!({ "x.$": "$.rows[(@.length-1)].v" })),
            // A list with a numbered item is not empty.
            given(json!({ "first.$": "$.rows[0].v", "rest.$": "$.rows[1:]" })),
            given(json!({ "first.$": "$.rows[0].v", "all.$": "$.rows[*].w" })),
            pass(json!({ "Type": "Pass", "InputPath": "$['id','name']", "End": true })),
            pass(json!({ "Type": "Task", "Resource": invoke, "End": true,
                "Parameters": { "FunctionName": "f", "Payload.$": "$['id','name']" } })),
            pass(json!({ "Type": "Task", "Resource": invoke, "End": true, "Parameters": { "FunctionName": "f" },
                "ResultSelector": { "all.$": "$.Payload.*", "n.$": "$.Payload.total" } })),
            choice,
        ],
        |machine| {
            let report = Explorer::new(&Engine::new(&machine).unwrap()).unwrap().explore().unwrap();
            assert_eq!(report.verdict(), Verdict::Holds, "{machine}: {report}");
        },
    );
}

#[test]
fn a_value_of_which_any_member_is_read_is_an_object_or_a_list() {
    // Only an object has members to which a state can add one.
    let engine = Engine::new(&json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Parameters": { "all.$": "$.xs.*", "xs.$": "$.xs" }, "End": true } } }));
    let tried = std::sync::Mutex::new(Vec::new());
    let tried = std::sync::Arc::new(tried);
    let seen = std::sync::Arc::clone(&tried);
    let see = move |execution: &workflow_local::Execution| {
        seen.lock().unwrap().push(execution.input()["xs"].clone());
        Ok(())
    };
    Explorer::new(&engine.unwrap()).unwrap().check("seen", see).explore().unwrap();
    let tried = tried.lock().unwrap();
    assert!(tried.iter().any(Value::is_object) && tried.iter().any(Value::is_array), "{tried:?}");
}

#[test]
fn times_and_whole_numbers_of_an_api_are_such() {
    let explored = |api: &str, arguments: Value, next: Value| {
        let resource = format!("arn:aws:states:::aws-sdk:{api}");
        let mut machine = json!({ "QueryLanguage": "JSONata", "StartAt": "D", "States": {
            "D": { "Type": "Task", "Resource": resource, "Arguments": arguments, "Next": "P" },
            "P": next, "X": { "Type": "Succeed" } } });
        if next["Default"] == "Y" {
            machine["States"]["Y"] = json!({ "Type": "Succeed" });
        }
        Explorer::new(&Engine::new(&machine).unwrap()).unwrap().explore().unwrap()
    };
    let choice = |condition: &str| {
        json!({ "Type": "Choice", "Default": "Y", "Choices": [
            { "Condition": format!("{{% $states.input.{condition} %}}"), "Next": "X" } ] })
    };
    let year = json!({ "Type": "Pass", "Next": "X",
        "Output": { "year": "{% $number($substring($states.input.StartDate, 0, 4)) %}" } });
    let report = explored("sfn:describeExecution", json!({ "ExecutionArn": "a" }), year);
    assert!(report.findings.iter().all(|finding| finding.severity == Severity::Note), "{report}");
    let services = |condition: &str| {
        let arguments = json!({ "Services": ["a"], "Cluster": "c" });
        explored(
            "ecs:describeServices",
            arguments,
            choice(&format!("Services and $states.input.Services[0].RunningCount{condition}")),
        )
    };
    assert_eq!(services(" > 0.5").verdict(), Verdict::Holds, "{}", services(" > 0.5"));
    let report = services(" > 0.5 and $states.input.Services[0].RunningCount < 1");
    assert_eq!(report.verdict(), Verdict::NotShown, "{report}");
}

/// Returns whether an exploration of a definition reports an error or a warning.
fn speaks(definition: &Value) -> bool {
    let report = Explorer::new(&Engine::new(definition).unwrap()).unwrap().explore().unwrap();
    report.findings.iter().any(|finding| finding.severity > Severity::Note)
}

#[test]
fn what_flows_through_batches_loops_and_results_has_the_needed_form() {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let read = json!({ "Type": "Pass", "Output": "{% $states.input.Items.location.S %}", "End": true });
    let batches = json!({ "QueryLanguage": "JSONata", "StartAt": "Find", "States": {
        "Find": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:query", "Arguments": { "TableName": "places" }, "Next": "Each" },
        "Each": { "Type": "Map", "Items": "{% $states.input.Items %}", "ItemBatcher": { "MaxItemsPerBatch": 1 }, "End": true,
            "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Read", "States": { "Read": read } } } } });
    assert!(!speaks(&batches));
    // What a loop brings back is computed; what the first state needs is sent.
    let looping = json!({ "QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
        "Ask": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done?",
            "Arguments": { "FunctionName": "f", "Payload": { "messages": "{% $states.input.messages %}" } },
            "Output": "{% $states.result.Payload %}" },
        "Done?": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.reason = 'end' %}", "Next": "Done" }], "Default": "More" },
        "More": { "Type": "Pass", "Output": { "messages": "{% $append($states.input.messages, 'more') %}" }, "Next": "Ask" },
        "Done": { "Type": "Succeed" } } });
    assert!(!speaks(&looping));
    // A result is put into an object.
    let kept = json!({ "StartAt": "Read", "States": {
        "Read": { "Type": "Task", "Resource": function, "ResultPath": "$.Result", "OutputPath": "$.Result.document", "Next": "Sum" },
        "Sum": { "Type": "Task", "Resource": function, "Parameters": { "document.$": "$" }, "ResultPath": "$.Result", "End": true } } });
    assert!(!speaks(&kept));
}

#[test]
fn items_of_a_list_that_may_be_empty_have_the_needed_form() {
    let items = |items: &str| {
        json!({ "QueryLanguage": "JSONata", "StartAt": "List", "States": {
            "List": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2", "Arguments": { "Bucket": "b" }, "Next": "Each" },
            "Each": { "Type": "Map", "Items": items, "End": true, "ItemProcessor": { "StartAt": "Key", "States": {
                "Key": { "Type": "Pass", "Output": "{% $states.input.Key %}", "End": true } } } } } })
    };
    assert!(!speaks(&items("{% $exists($states.input.Contents) ? $states.input.Contents : [] %}")));
    assert!(speaks(&items("{% $exists($states.input.Contents) ? $states.input.Contents : [{}] %}")));
    let member = "{% [($exists($states.input.xs) ? $states.input.xs : []).id] %}";
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Ids", "States": {
        "Ids": { "Type": "Pass", "Output": member, "Next": "Any" },
        "Any": { "Type": "Choice", "Choices": [{ "Condition": "{% $count($states.input) > 0 %}", "Next": "Work" }], "Default": "None" },
        "Work": { "Type": "Pass", "End": true }, "None": { "Type": "Pass", "End": true } } });
    let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap();
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
}

#[test]
fn a_turn_of_a_loop_is_no_repeated_call() {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let load = |next: &str| {
        json!({ "StartAt": "Timer", "States": {
            "Timer": { "Type": "Task", "Resource": function, "ResultPath": "$.timer", "Next": "Over?" },
            "Over?": { "Type": "Choice", "Choices": [{ "Variable": "$.timer.over", "BooleanEquals": true, "Next": "Done" }], "Default": "Load" },
            "Load": { "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "TimeoutSeconds": 30, "ResultPath": null,
                "Parameters": { "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:load" },
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": next }], "Next": "Timer" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Load" },
            "Done": { "Type": "Succeed" } } })
    };
    let mut turns = load("Timer");
    turns["States"].as_object_mut().unwrap().shift_remove("Rest");
    assert!(!speaks(&turns));
    // The same call after a rest is one.
    assert!(speaks(&load("Rest")));
}

#[test]
fn a_handler_must_do_without_the_result_of_a_later_task() {
    let task = |name: &str, catch: &str, next: &str| {
        json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": next, "ResultPath": format!("$.{name}"),
            "Parameters": { "FunctionName": name, "Payload.$": "$" },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": catch }] })
    };
    let reads = |path: &str| json!({ "Type": "Pass", "Parameters": { "q.$": path }, "End": true });
    let definition = |path: &str| {
        json!({ "StartAt": "A", "States": { "A": task("a", "H1", "B"), "B": task("b", "H2", "D"),
            "H1": reads(path), "H2": reads(path), "D": { "Type": "Succeed" } } })
    };
    let report = |definition: &Value| Explorer::new(&Engine::new(definition).unwrap()).unwrap().explore().unwrap();
    let found = report(&definition("$.b.x"));
    let states: Vec<_> = found.findings.iter().filter_map(|finding| finding.state.as_deref()).collect();
    assert_eq!((found.verdict(), states), (Verdict::Broken, vec!["H1", "H2"]), "{found}");
    // The caller sends what no task gives, and what a task reads too.
    assert_eq!(report(&definition("$.c.x")).verdict(), Verdict::Holds);
    let mut sent = definition("$.b.x");
    sent["States"]["A"]["Parameters"]["Payload.$"] = json!("$.b.x");
    assert_eq!(report(&sent).verdict(), Verdict::Holds);
}

#[test]
fn what_the_definition_writes_into_a_guess_is_no_guess() {
    let definition = json!({ "StartAt": "P", "States": {
        "P": { "Type": "Parallel", "ResultPath": "$.p", "Next": "Done", "Branches": [
            { "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } } ] },
        "Done": { "Type": "Succeed" } } });
    let verdict = |property: &str| {
        let explorer = Explorer::new(&Engine::new(&definition).unwrap()).unwrap();
        explorer.property(property.parse().unwrap()).explore().unwrap().verdict()
    };
    assert_eq!(verdict("output has p"), Verdict::Holds);
    assert_eq!(verdict("output has q"), Verdict::NotShown);
}

#[test]
fn values_meet_the_constraints_of_their_fields() {
    const fn field(name: &'static str, shape: &'static Shape, rules: &'static [Rule]) -> Field {
        Field { name, rust: name, optional: false, skipped: false, flat: false, shape, rules }
    }
    const ORDER: &Shape = &Shape::Object {
        of: &[
            field("code", &Shape::Text, &[Rule::Length { least: Some(12), greatest: None }]),
            field("lines", &Shape::Array { of: &Shape::Bool }, &[Rule::Length { least: Some(3), greatest: Some(3) }]),
            field("share", &Shape::Number, &[Rule::Range { least: Some("0.25"), greatest: Some("0.5") }]),
        ],
    };
    static TYPES: Types = Types { input: ORDER, ..Types::NONE };
    let machine = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } });
    let explorer = Explorer::new(&Engine::new(&machine).unwrap().declaring(&TYPES)).unwrap();
    let explorer = explorer.check("the input meets its constraints", |execution| {
        let input = execution.input().value();
        let is_long = input["code"].as_str().is_some_and(|code| code.len() >= 12);
        let fits = is_long && input["lines"] == json!([true, true, true]) && input["share"] == json!(0.25);
        fits.then_some(()).ok_or_else(|| input.to_string())
    });
    let report = explorer.explore().unwrap();
    assert!(report.verdict() == Verdict::Holds && report.executions > 0, "{report}");
}
