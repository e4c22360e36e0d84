//! Tests one situation each: a result is read in another state, in both query languages.

use serde_json::{Value, json};
use workflow_local::{Status, TaskError};

use crate::data::run;

fn answer(function: &str) -> Result<Value, TaskError> {
    match function {
        "fails" => Err(TaskError::new("Broken").with_cause("it is broken")),
        _ => Ok(json!({ "name": function, "deep": { "list": [1, 2, 3], "null": null } })),
    }
}

/// Runs a workflow in both query languages, and returns the common result.
#[track_caller]
fn both(states: &str, input: Value) -> Value {
    let [jsonata, jsonpath]: [Value; 2] = ["jsonata", "jsonpath"].map(|query| {
        let execution = run(&format!("workflow W {{ query {query}; {states} }}"), &input, answer);
        assert_eq!(execution.status(), Status::Succeeded, "{query}: {:?} {:?}", execution.error(), execution.cause());
        execution.output_as().unwrap()
    });
    assert_eq!(jsonata, jsonpath);
    jsonata
}

/// Runs a JSONata workflow.
#[track_caller]
fn jsonata(states: &str, input: Value) -> Value {
    let execution = run(&format!("workflow W {{ {states} }}"), &input, answer);
    assert_eq!(execution.status(), Status::Succeeded, "{:?} {:?}", execution.error(), execution.cause());
    execution.output_as().unwrap()
}

#[test]
fn any_later_state_reads_a_result() {
    let output = both(
        r#"task A = lambda::invoke { FunctionName: "a" } -> Rest;
        wait Rest for 5s -> B;
        task B = lambda::invoke { FunctionName: "b" } -> Show;
        pass Show { a: A.Payload.name, list: A.Payload.deep.list, b: B.Payload.name } -> end;"#,
        json!({}),
    );
    assert_eq!(output, json!({ "a": "a", "list": [1, 2, 3], "b": "b" }));
}

#[test]
fn a_handler_reads_the_error() {
    let output = both(
        r#"task A = lambda::invoke { FunctionName: "a" } catch [States.ALL] -> Failed -> B;
        task B = lambda::invoke { FunctionName: "fails" } catch [States.ALL] -> Failed -> end;
        pass Failed { error: caught.Error, cause: caught.Cause } -> end;"#,
        json!({}),
    );
    assert_eq!(output["error"], "Broken");
}

#[test]
fn what_is_absent_breaks_no_task() {
    let output = jsonata(
        r#"task A = lambda::invoke { FunctionName: "a" } -> Show;
        pass Show { name: A.Payload.name, token?: A.Payload.token, other: A.Payload.token ?? "none" } -> end;"#,
        json!({}),
    );
    assert_eq!(output, json!({ "name": "a", "other": "none" }));
}

#[test]
fn the_item_is_there_after_the_first_state_failed() {
    let output = jsonata(
        r#"input { xs: Vec<String> }
        map Each over input.xs {
            task First = lambda::invoke { FunctionName: "fails" } catch [States.ALL] -> Told -> end;
            pass Told { name: item } -> end;
        } -> end;"#,
        json!({ "xs": ["a", "b"] }),
    );
    assert_eq!(output, json!([{ "name": "a" }, { "name": "b" }]));
}

#[test]
fn the_item_of_a_map_that_starts_with_a_choice_is_there_on_each_way() {
    let output = both(
        r#"input { xs: Vec<i64> }
        map Each over input.xs {
            choice Which { if item > 1 -> Large; else -> Small; }
            pass Large { kind: "large" } -> Told;
            pass Small { kind: "small" } -> Told;
            wait Told for 1s -> Show;
            pass Show { n: item } -> end;
        } -> end;"#,
        json!({ "xs": [1, 2] }),
    );
    assert_eq!(output, json!([{ "n": 1 }, { "n": 2 }]));
}

#[test]
fn jsonata_of_ones_own_finds_all_of_an_item_that_is_kept() {
    let output = jsonata(
        r#"input { orders: Vec<Order> }
        struct Order { id: String, total: f64 }
        map Each over input.orders {
            pass First -> Show;
            pass Show { id: item.id, total: jsonata "$item.total" } -> end;
        } -> end;"#,
        json!({ "orders": [{ "id": "a", "total": 2 }] }),
    );
    assert_eq!(output, json!([{ "id": "a", "total": 2 }]));
}

#[test]
fn an_item_of_which_a_state_takes_a_part_is_kept_before_it() {
    let execution = run(
        r#"workflow W {
            query jsonpath;
            input { orders: Vec<Order> }
            struct Order { id: String, total: f64 }
            map Each over input.orders {
                pass Keep -> Part;
                pass Part input_path "$.total" -> Show;
                pass Show { id: item.id, part: state } -> end;
            } -> end;
        }"#,
        &json!({ "orders": [{ "id": "a", "total": 2 }] }),
        answer,
    );
    assert_eq!(execution.output_as::<Value>().unwrap(), json!([{ "id": "a", "part": 2 }]));
}
