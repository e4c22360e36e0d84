//! Tests results and errors that other states read by name.

use serde_json::json;

use super::document;

#[test]
fn a_state_keeps_what_is_read_of_its_result() {
    let jsonata = document(
        r#"task Train = lambda::invoke { FunctionName: "train" } -> Log;
        pass Log { at: Train.Payload.model.uri, code: Train.StatusCode } -> end;"#,
    );
    assert_eq!(
        jsonata["States"]["Train"]["Assign"],
        json!({ "Train": "{% {'Payload': {'model': {'uri': $states.result.Payload.model.uri}}, 'StatusCode': $states.result.StatusCode} %}" })
    );
    assert_eq!(jsonata["States"]["Log"]["Output"]["at"], "{% $Train.Payload.model.uri %}");
    let jsonpath = document(
        r#"query jsonpath; task Train = lambda::invoke { FunctionName: "train" } -> Log;
        pass Log { at: Train.Payload.model.uri, code: Train.StatusCode } -> end;"#,
    );
    assert_eq!(
        jsonpath["States"]["Train"]["Assign"],
        json!({ "Train": { "Payload.$": "$.Payload", "StatusCode.$": "$.StatusCode" } })
    );
    assert_eq!(jsonpath["States"]["Log"]["Parameters"]["at.$"], "$Train.Payload.model.uri");
}

#[test]
fn parts_of_parts_are_kept_once_and_not_too_deep() {
    let whole = document(
        r#"task A = lambda::invoke { FunctionName: "a" } -> B;
        pass B { x: A.Payload.x, deep: A.Payload.x.y, all: A.Payload } -> end;"#,
    );
    assert_eq!(whole["States"]["A"]["Assign"]["A"], "{% {'Payload': $states.result.Payload} %}");
    let path = ".a".repeat(5_000);
    let long = document(&format!(
        r#"task A = lambda::invoke {{ FunctionName: "a" }} -> B; pass B {{ x: A.Payload{path} }} -> end;"#
    ));
    assert!(long["States"]["A"]["Assign"]["A"].as_str().unwrap().len() < 1_000);
}

#[test]
fn variables_of_the_user_stay_beside_those_of_results() {
    let document = document(
        r#"pass A { n: 1, unread: "x", "odd name": { m: 2 } } assign { mine: 3 } -> sum;
        task sum = lambda::invoke { FunctionName: "sum" }
            catch [Broken] -> F { assign { why: caught.Cause } } catch [States.ALL] -> G -> B;
        pass B { n: A.n, m: A["odd name"].m, s: sum.Payload } -> end;
        fail F { error: "F", cause: $why } fail G { error: "G", cause: caught.Cause }"#,
    );
    let states = &document["States"];
    assert_eq!(states["A"]["Assign"], json!({ "mine": 3, "A": { "n": 1, "odd name": { "m": 2 } } }));
    assert_eq!(states["sum"]["Assign"], json!({ "result_sum": "{% {'Payload': $states.result.Payload} %}" }));
    assert_eq!(states["sum"]["Catch"][0]["Assign"], json!({ "why": "{% $states.errorOutput.Cause %}" }));
    assert_eq!(states["sum"]["Catch"][1]["Assign"], json!({ "caught": "{% $states.errorOutput %}" }));
    assert_eq!(states["B"]["Output"]["m"], "{% $A.`odd name`.m %}");
}

#[test]
fn a_jsonpath_path_ends_at_its_last_certain_member() {
    let document = document(
        r#"query jsonpath; struct Found { id: String, name: Option<String> }
        task A = lambda::invoke<Found> { FunctionName: "a" } -> B;
        task B = glue::startJobRun.sync { JobName: "x" } -> C;
        pass C { v: { w: 1 } } -> D;
        choice D { if is_present(A.Payload.name) -> E; else -> E; }
        pass E { id: A.Payload.id, run: B.Id, w: C.v.w } -> end;"#,
    );
    let states = &document["States"];
    assert_eq!(states["A"]["Assign"], json!({ "A": { "Payload.$": "$.Payload" } }));
    assert_eq!(states["B"]["Assign"], json!({ "B.$": "$" }));
    assert_eq!(states["C"]["Assign"], json!({ "C": { "v": { "w.$": "$.v.w" } } }));
    assert_eq!(states["D"]["Choices"][0]["Variable"], "$A.Payload.name");
}

#[test]
fn what_is_kept_stands_beside_variables_that_may_be_left_out() {
    let body = r#"
        input { q: Option<i64> }
        task A = lambda::invoke { FunctionName: "a" } assign { o?: input.q }
            catch [States.ALL] -> Failed { assign { p?: input.q } }
            -> B;
        pass B { x: { y: A.Payload } } assign { r?: input.q } -> Each;
        map Each over [1] {
            pass First assign { s?: input.q } -> Last;
            pass Last { item: item, x: B.x.y } -> end;
        } -> end;
        fail Failed { error: "x", cause: caught.Cause }
    "#;
    let states = &document(body)["States"];
    assert_eq!(
        states["A"]["Assign"],
        "{% $merge([{'o': $states.context.Execution.Input.q}, {'A': {'Payload': $states.result.Payload}}]) %}"
    );
    assert_eq!(
        states["A"]["Catch"][0]["Assign"],
        "{% $merge([{'p': $states.context.Execution.Input.q}, {'caught': $states.errorOutput}]) %}"
    );
    assert_eq!(
        states["B"]["Assign"],
        "{% $merge([{'r': $states.context.Execution.Input.q}, {'B': {'x': {'y': $A.Payload}}}]) %}"
    );
    assert_eq!(
        states["Each"]["ItemProcessor"]["States"]["First"]["Assign"],
        "{% $merge([{'s': $states.context.Execution.Input.q}, {'item': $states.input}]) %}"
    );
    let raw = r#"map Each over [1] { pass First raw { "Assign": { "v": 1 } } -> Last; pass Last { item: item } -> end; } -> end;"#;
    assert_eq!(
        document(raw)["States"]["Each"]["ItemProcessor"]["States"]["First"]["Assign"],
        json!({ "v": 1, "item": "{% $states.input %}" })
    );
}
