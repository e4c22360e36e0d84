//! Tests JSONata states.

use serde_json::{Value, json};
use workflow_asl::jsonata;
use workflow_cases::every;

use super::{document, state, task_before};

fn jsonata_state(text: &str) -> Value {
    state("jsonata", text)
}

const TYPES: &str = "
    input { n: i64, f: f64, s: String, b: bool, t: Timestamp, m: Mode, o: Option<String>, xs: Vec<i64>, j: Json }
    enum Mode { Fast, #[serde(rename = \"full\")] Full }
    params { p: String, limit: u32 }";

/// Returns a lowered value.
fn value(value: &str) -> Value {
    let before = task_before("P");
    let output =
        document(&format!("{TYPES} {before} pass P {{ v: {value} }} -> end;"))["States"]["P"]["Output"].clone();
    output.get("v").cloned().unwrap_or(output)
}

/// Returns a lowered expression.
fn expression(text: &str) -> String {
    let value = value(text);
    let inner = value.as_str().and_then(jsonata::expression).unwrap_or_else(|| panic!("{value}"));
    jsonata::parse(inner).unwrap();
    inner.trim().to_owned()
}

fn condition(text: &str) -> String {
    let before = task_before("C");
    let body = format!("{TYPES} {before} choice C {{ if {text} -> End; else -> End; }} succeed End;");
    let document = document(&body);
    let condition = document["States"]["C"]["Choices"][0]["Condition"].as_str().unwrap();
    jsonata::expression(condition).unwrap().trim().to_owned()
}

#[test]
fn values_stay_json() {
    assert_eq!(value("[1, 2.50, input.xs, { a: \"x\" }]"), {
        json!([1, 2.5, "{% $states.context.Execution.Input.xs %}", {"a": "x"}])
    });
    assert_eq!(value(r#""{% $states.input.x %}""#), "{% $states.input.x %}");
    assert_eq!(value(r#""{% it's""#), r#"{% "{% it's" %}"#);
    assert_eq!(value("Mode::Full"), "full");
    assert_eq!(value("jsonata \"$sum([1, 2])\""), "{% $sum([1, 2]) %}");
    assert_eq!(value("{ a?: input.o, b: 1 }"), "{% {'a': $states.context.Execution.Input.o, 'b': 1} %}");
}

#[test]
fn operators_and_precedence() {
    every(
        [
            ("(state.a + 1) * 2", "($states.input.a + 1) * 2"),
            ("state.a - (state.y - 1)", "$states.input.a - ($states.input.y - 1)"),
            ("state.a - state.y - 1", "$states.input.a - $states.input.y - 1"),
            ("state.a * -1", "$states.input.a * -1"),
            ("-state.a", "-$states.input.a"),
            ("\"it's\" + input.s + \"\\n\"", r#""it's" & $states.context.Execution.Input.s & '\n'"#),
            (
                "input.b && (input.n > 3 || input.b)",
                concat!(
                    "$states.context.Execution.Input.b and ",
                    "($states.context.Execution.Input.n > 3 or $states.context.Execution.Input.b)"
                ),
            ),
            ("!(input.n == 3)", "$not($states.context.Execution.Input.n = 3)"),
            (
                "(input.n == 3) == input.b",
                "($states.context.Execution.Input.n = 3) = $states.context.Execution.Input.b",
            ),
            (
                "if input.b { 1 } else { if input.b { 2 } else { 3 } }",
                "$states.context.Execution.Input.b ? 1 : $states.context.Execution.Input.b ? 2 : 3",
            ),
            (
                "input.o ?? \"d\"",
                concat!(
                    "$exists($states.context.Execution.Input.o) and $states.context.Execution.Input.o != null ",
                    "? $states.context.Execution.Input.o : 'd'"
                ),
            ),
            (
                "state.a ?? state.c ?? 1",
                concat!(
                    "$exists($states.input.a) and $states.input.a != null ? $states.input.a ",
                    ": $exists($states.input.c) and $states.input.c != null ? $states.input.c : 1"
                ),
            ),
            (
                "(state.a ?? state.b) ?? 1",
                concat!(
                    "($given := $exists($states.input.a) and $states.input.a != null ? $states.input.a : $states.input.b; ",
                    "$exists($given) and $given != null ? $given : 1)"
                ),
            ),
            (
                "(input.o ?? \"d\") + \"x\"",
                concat!(
                    "($exists($states.context.Execution.Input.o) and $states.context.Execution.Input.o != null ",
                    "? $states.context.Execution.Input.o : 'd') & 'x'"
                ),
            ),
            (
                "input.t < timestamp(\"2030-01-01T00:00:00Z\")",
                "$toMillis($states.context.Execution.Input.t) < $toMillis('2030-01-01T00:00:00Z')",
            ),
            ("state[\"a-b\"].and.c[0]", "$states.input.`a-b`.`and`.c[0]"),
            ("$xs[$i + 1]", "$xs[$i + 1]"),
            (
                "$append([1], [state.x])",
                "$append([1], [$type($states.input.x) = 'array' ? [[$states.input.x]] : $states.input.x])",
            ),
            ("$count(input.xs[*])", "$count($states.context.Execution.Input.xs)"),
            ("$sum(input.xs[*])", "$sum([$states.context.Execution.Input.xs])"),
            ("$count([input.xs, [1]])", "$count([[$states.context.Execution.Input.xs], [1]])"),
            ("$merge([{ a: 1 }, state.x])", "$merge([{'a': 1}, $states.input.x])"),
            ("$split(input.s, \",\")[0]", "$split($states.context.Execution.Input.s, ',')[0]"),
            ("jsonata \"1 + 2\" * 3", "(1 + 2) * 3"),
            ("is_null(state.x)", "$type($states.input.x) = 'null'"),
        ],
        |(text, wanted)| {
            assert_eq!(expression(text), wanted, "{text}");
        },
    );
}

#[test]
fn conditions() {
    assert_eq!(condition("input.n > 3"), "$states.context.Execution.Input.n > 3");
    assert_eq!(condition("state.n > 3"), "($states.input.n > 3) = true");
    assert_eq!(condition("!(state.n - 1 > input.n)"), {
        "$not(($states.input.n - 1 > $states.context.Execution.Input.n) = true)"
    });
    assert_eq!(
        condition("state.t < timestamp(\"2030-01-01T00:00:00Z\")"),
        "($toMillis($states.input.t) < $toMillis('2030-01-01T00:00:00Z')) = true"
    );
    assert_eq!(condition("is_present(state.x) && state.x == 1"), "$exists($states.input.x) and $states.input.x = 1");
    assert_eq!(condition("matches(input.s, \"a/b.*\\\\*\")"), {
        r"$contains($states.context.Execution.Input.s, /^a\/b\.[\s\S]*\*$/)"
    });
    assert_eq!(
        condition("input.b || input.b && input.b"),
        concat!(
            "$states.context.Execution.Input.b or ",
            "$states.context.Execution.Input.b and $states.context.Execution.Input.b"
        )
    );
    let choice = jsonata_state(
        "choice C match state.kind {
             \"a\" -> Next { assign { n: $n + 1 } output state.kind };
             \"b\" | 3 -> Next;
             _ -> Next { output null };
         }",
    );
    assert_eq!(
        choice,
        json!({
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.kind = 'a' %}", "Assign": {"n": "{% $n + 1 %}"}, "Output": "{% $states.input.kind %}", "Next": "Next"},
                {"Condition": "{% $states.input.kind = 'b' or $states.input.kind = 3 %}", "Next": "Next"},
            ],
            "Default": "Next",
            "Output": null,
        })
    );
}

#[test]
fn states() {
    let document = document(
        "task T = lambda::invoke { FunctionName: \"f\", Payload: state }
             timeout state.limit assign { id: result.Payload.id } output result.Payload
             catch [States.ALL] -> F { assign { error: caught } output { error: caught.Error } } -> W;
         wait W for $id -> M;
         map M over state.xs max_concurrency state.n distributed tolerate percent 5 {
             pass One = item -> end;
         } item_selector item -> P;
         parallel P { branch { pass A query jsonata -> end; } } arguments state output result[0] -> S;
         succeed S = state[0].x;
         fail F { error: $error.Error, cause: \"because\" }",
    );
    assert_eq!(document["QueryLanguage"], "JSONata");
    let states = &document["States"];
    assert_eq!(
        states["T"],
        json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"},
            "TimeoutSeconds": "{% $states.input.limit %}",
            "Assign": {"id": "{% $states.result.Payload.id %}"},
            "Output": "{% $states.result.Payload %}",
            "Catch": [{
                "ErrorEquals": ["States.ALL"],
                "Assign": {"error": "{% $states.errorOutput %}"},
                "Output": {"error": "{% $states.errorOutput.Error %}"},
                "Next": "F",
            }],
            "Next": "W",
        })
    );
    assert_eq!(states["W"]["Seconds"], "{% $id %}");
    assert_eq!(states["M"]["Items"], "{% $states.input.xs %}");
    assert_eq!(states["M"]["ItemSelector"], "{% $states.context.Map.Item.Value %}");
    assert_eq!(states["M"]["ToleratedFailurePercentage"], 5);
    assert_eq!(states["P"]["Arguments"], "{% $states.input %}");
    assert_eq!(states["P"]["Branches"][0]["States"]["A"]["QueryLanguage"], "JSONata");
    assert_eq!(states["F"], json!({"Type": "Fail", "Error": "{% $error.Error %}", "Cause": "because"}));
}
