//! State machines of the SDK's examples, written in the language.

use std::path::Path;

use serde_json::Value;

use super::{document, meaning};

/// Compares a workflow with a document of `../shared/seed-sdk`, where that is there.
fn golden(name: &str, body: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seed-sdk").join(format!("{name}.json"));
    let made = document(&format!("query jsonpath; {body}"));
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no {}", file.display());
        return;
    };
    let wanted: Value = serde_json::from_str(&text).unwrap();
    let (made, wanted) = (meaning(&made), meaning(&wanted));
    assert_eq!(made, wanted, "{name}\nmade   {made}\nwanted {wanted}");
}

#[test]
fn hello_world() {
    golden(
        "seed004_hello_world_branching",
        r#"
        pass Start as "MyPassState" -> IsHello;
        choice IsHello as "Is this Hello World example?" nonexhaustive {
            if state.IsHelloWorldExample == true -> Cool;
            if state.IsHelloWorldExample == false -> HelloWorldFailed;
        }
        wait Cool as "Wait for 3 seconds" for 3s -> MyParallelState;
        parallel MyParallelState {
            branch { pass Hello -> end; }
            branch { pass World -> end; }
        } -> Convert;
        task Convert as "Convert HelloWorld to Base64" = lambda::invoke {
            FunctionName: "<lambda-function-name>",
            Payload: { input: "HelloWorld" },
        }
        retry [States.TaskFailed] { interval: 15s, max_attempts: 2, backoff: 4.0 }
        catch [States.TaskFailed] => LambdaTaskFailed
        -> HelloWorldSuccessful;
        succeed HelloWorldSuccessful;
        fail LambdaTaskFailed;
        fail HelloWorldFailed;
        "#,
    );
}

#[test]
fn choice() {
    golden(
        "choice_all_operators",
        r#"
        /// every operator
        choice C {
            if StringEquals(state.v, "abc") -> End;
            if StringEqualsPath(state.v, state.w) -> End;
            if state.v < "abc" -> End;
            if StringLessThanPath(state.v, "$.w") -> End;
            if state.v > "abc" -> End;
            if StringGreaterThanPath(state.v, state.w) -> End;
            if state.v <= "abc" -> End;
            if StringLessThanEqualsPath(state.v, state.w) -> End;
            if state.v >= "abc" -> End;
            if StringGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v == 1.5 -> End;
            if NumericEqualsPath(state.v, state.w) -> End;
            if state.v < 1.5 -> End;
            if NumericLessThanPath(state.v, state.w) -> End;
            if 1.5 < state.v -> End;
            if NumericGreaterThanPath(state.v, state.w) -> End;
            if state.v <= 1.5 -> End;
            if NumericLessThanEqualsPath(state.v, state.w) -> End;
            if 1.5 <= state.v -> End;
            if NumericGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v == timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampEqualsPath(state.v, state.w) -> End;
            if state.v < timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampLessThanPath(state.v, state.w) -> End;
            if state.v > timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampGreaterThanPath(state.v, state.w) -> End;
            if state.v <= timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampLessThanEqualsPath(state.v, state.w) -> End;
            if TimestampGreaterThanEquals(state.v, "2030-01-01T00:00:00Z") -> End;
            if TimestampGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v -> End;
            if BooleanEqualsPath(state.v, state.w) -> End;
            if is_null(state.v) -> End;
            if is_present(state.v) -> End;
            if is_string(state.v) -> End;
            if is_numeric(state.v) -> End;
            if is_timestamp(state.v) -> End;
            if is_boolean(state.v) -> End;
            if matches(state.v, "log-*.txt") -> End;
            if is_present(state.a) && state.a > 0 -> End;
            if is_present(state.a) || state.a > 0 -> End;
            if !is_present(state.a) -> End;
            if (is_present(state.a) || !(state.a > 0)) && state.a > 0 -> End;
            else -> NoMatch;
        }
        input_path "$.i"
        output_path "$.o";
        fail NoMatch { error: "NoMatch", cause: "no rule matched" }
        succeed End;
        "#,
    );
}

#[test]
fn placeholders() {
    golden(
        "placeholders_everywhere",
        r#"
        #[serde(rename_all = "PascalCase")] input { job: Job, flag: bool }
        #[serde(rename_all = "PascalCase")] struct Job { name: String }
        pass First -> Second;
        task Second = lambda::invoke {
            FunctionName: input.job.name,
            Payload: {
                whole: state,
                value: state["Payload"].Value,
                all: state,
                exec: input,
                list_of_dicts: [{ n: state.Count }, { lit: 1 }],
                typed: input.flag,
            },
        } -> end;
        "#,
    );
    golden(
        "placeholders_index_access",
        r#"
        input Json;
        pass First -> Second;
        pass Second { x: state.Items[0].name, y: input[3].k } -> end;
        "#,
    );
}

#[test]
fn maps_and_parallels() {
    golden(
        "map_inline_iterator",
        r#"
        /// c
        map M over state.items
        iterator {
            pass Item1 -> Item2;
            pass Item2 -> end;
        }
        max_concurrency 5
        input_path "$.i"
        result_path "$.r"
        output_path "$.o"
        parameters { value: item, index: index }
        retry [States.TaskFailed] { interval: 1s, max_attempts: 2, backoff: 1.5 }
        catch [States.ALL] => MapFailed
        -> end;
        fail MapFailed;
        "#,
    );
    golden(
        "map_attach_iterator_nested",
        r#"
        map Outer over state.rows iterator {
            parallel Fan {
                branch {
                    map Inner over state.cols iterator { pass Cell -> end; } -> end;
                }
                branch { pass Side -> end; }
            } -> end;
        } max_concurrency 0 -> Done;
        succeed Done;
        "#,
    );
    golden(
        "parallel_with_retry_catch_and_chains",
        r#"
        /// c
        parallel Par {
            branch { pass B1a -> B1b; pass B1b -> end; }
            branch { wait B2 for 1s -> end; }
        }
        input_path "$.i"
        parameters { a: state.x }
        result_path "$.r"
        output_path "$.o"
        retry [States.ALL]
        catch [States.Timeout] => TimedOut
        catch [States.ALL] => Cleanup { result_path "$.error" }
        -> Done;
        succeed Done;
        fail TimedOut;
        pass Cleanup -> Failed;
        fail Failed;
        "#,
    );
}

#[test]
fn simple_states() {
    golden(
        "state_pass_all_fields",
        r#"
        /// c
        pass P
        input_path "$.in" parameters { k: 1 } result { r: [1, 2] } result_path "$.out" output_path "$.o" -> end;
        "#,
    );
    golden("state_pass_null_paths", "pass P input_path null result_path null output_path null -> end;");
    golden("state_succeed_all_fields", "/// c\nsucceed S input_path \"$.in\" output_path \"$.out\";");
    golden("state_fail_all_fields", "/// c\nfail F { error: \"MyError\", cause: \"because\" }");
    golden("state_fail_minimal", "fail F;");
    golden("state_wait_seconds", "/// c\nwait W for 10s input_path \"$.i\" output_path \"$.o\" -> end;");
    golden("state_wait_seconds_path", "wait W for state.delay -> end;");
    golden("state_wait_timestamp", "wait W until \"2030-01-01T00:00:00Z\" -> end;");
    golden("state_wait_timestamp_path", "wait W until state.until -> end;");
    golden(
        "doc_lambda_step_output",
        r#"
        task MyFirstLambdaStep = lambda::invoke { FunctionName: "MakeApiCall", Payload: { input: "20192312" } }
            -> MySecondLambdaStep;
        task MySecondLambdaStep = lambda::invoke { FunctionName: "ProcessCallResult", Payload: { input: state.Response } }
            -> end;
        "#,
    );
}
