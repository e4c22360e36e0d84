//! Parallel work of which a part may fail: every branch gives a result.

use serde_json::json;
use workflow_local::{Engine, Execution, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Shows a customer's account: the orders are needed, the rest is shown if it is there.
    pub workflow Account {
        input { customer: String }
        returns { orders: Vec<String>, points: Option<i64>, because: Option<String> }
        struct Points { points: i64 }

        parallel Both {
            branch {
                task Orders = lambda::invoke<Vec<String>> { FunctionName: "orders", Payload: input }
                    output result.Payload
                    -> end;
            }
            branch {
                task Points = lambda::invoke<Points> { FunctionName: "points", Payload: input }
                    timeout 2s
                    catch [States.ALL] -> NoPoints
                    output { points: result.Payload.points }
                    -> end;
                pass NoPoints { failed: caught.Error } -> end;
            }
        } -> Done;

        succeed Done { orders: Both[0], points?: Both[1].points, because?: Both[1].failed }
    }
}

fn account(orders: Result<Json, TaskError>, points: Result<Json, TaskError>) -> Execution {
    Engine::of::<Account>()
        .unwrap()
        .on_lambda("orders", move |_: Json| orders.clone())
        .on_lambda("points", move |_: Json| points.clone())
        .run(&AccountInput { customer: "7".to_owned() })
        .unwrap()
}

#[test]
fn both_answer() {
    let execution = account(Ok(json!(["A-1"])), Ok(json!({ "points": 12 })));
    let output: AccountOutput = execution.output_as().unwrap();
    assert_eq!(output, AccountOutput { orders: vec!["A-1".to_owned()], points: Some(12), because: None });
}

#[test]
fn the_optional_part_fails() {
    let execution = account(Ok(json!([])), Err(TaskError::new("Down")));
    let output: AccountOutput = execution.output_as().unwrap();
    assert_eq!(output, AccountOutput { orders: Vec::new(), points: None, because: Some("Down".to_owned()) });
}

#[test]
fn the_needed_part_fails() {
    account(Err(TaskError::new("NoDatabase")), Ok(json!({ "points": 12 }))).assert_failed("NoDatabase");
}

#[test]
fn the_optional_part_is_waited_for_two_seconds() {
    let execution = Engine::of::<Account>()
        .unwrap()
        .on_lambda("orders", |_: Json| Ok(json!(["A-1"])))
        .on_state_never(AccountState::Points)
        .run(&AccountInput { customer: "7".to_owned() })
        .unwrap();
    execution.assert_output(json!({ "orders": ["A-1"], "because": "States.Timeout" }));
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 2);
}
