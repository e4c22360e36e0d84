//! A circuit breaker: after a few failures in a row, a service is left alone for a while.

use serde_json::json;
use workflow_local::{Engine, Execution, TaskError, VIRTUAL_START};
use workflow_runtime::{Json, workflow};

use crate::cookbook::requests::requests;

workflow! {
    /// Looks a price up at a partner, or in the catalogue while the partner is down.
    pub workflow Price {
        input { article: String }
        returns { cents: i64, live: bool }
        params { circuits: String }
        struct Offer { cents: i64 }

        task Circuit = dynamodb::getItem {
            TableName: params.circuits,
            Key: { name: { S: "partner" } },
            ConsistentRead: true,
        }
            catch [States.ALL] -> Ask
            -> Open;

        choice Open {
            if is_present(Circuit.Item.failures.N)
                && $number(Circuit.Item.failures.N) >= 3
                && $number(Circuit.Item.retry_at.N) > $millis()
                -> Catalogue;
            else -> Ask;
        }

        task Ask = http::invoke<Offer> {
            ApiEndpoint: "https://partner.example/prices",
            Method: "GET",
            Authentication: { ConnectionArn: "arn:aws:events:eu-west-1:123456789012:connection/partner/1" },
            QueryParameters: { article: input.article },
        }
            timeout 5s
            catch [States.Http.StatusCode.404] -> Unknown
            catch [States.ALL] -> Count
            -> Close;

        task Close = dynamodb::deleteItem { TableName: params.circuits, Key: { name: { S: "partner" } } }
            catch [States.ALL] -> Live
            -> Live;
        succeed Live { cents: Ask.ResponseBody.cents, live: true }

        task Count = dynamodb::updateItem {
            TableName: params.circuits,
            Key: { name: { S: "partner" } },
            UpdateExpression: "SET retry_at = :at ADD failures :one",
            ExpressionAttributeValues: { ":at": { N: $string($millis() + 60000) }, ":one": { N: "1" } },
        }
            catch [States.ALL] -> Catalogue
            -> Catalogue;

        task Catalogue = lambda::invoke<Offer> { FunctionName: "catalogue-price", Payload: { article: input.article } }
            output { cents: result.Payload.cents, live: false }
            -> end;
        fail Unknown { error: "UnknownArticle", cause: input.article }
    }
}

/// An engine with this circuit in the table. The partner's answer is missing.
fn engine(circuit: Json) -> Engine {
    Engine::of_with::<Price>(&PriceParams { circuits: "circuits".to_owned() })
        .unwrap()
        .on_state(PriceState::Circuit, move |_: Json| Ok(circuit.clone()))
        .on_state(PriceState::Close, |_: Json| Ok(json!({})))
        .on_state(PriceState::Count, |_: Json| Ok(json!({})))
        .on_lambda("catalogue-price", |_: Json| Ok(json!({ "cents": 100 })))
}

/// Runs the workflow on this engine. `answer` is the partner's.
fn ask(engine: Engine, answer: Result<i64, TaskError>) -> Execution {
    engine
        .on_state(PriceState::Ask, move |_: Json| {
            answer.clone().map(|cents| json!({ "StatusCode": 200, "ResponseBody": { "cents": cents } }))
        })
        .run(&nut())
        .unwrap()
}

/// Runs the workflow with this circuit in the table.
fn price(circuit: Json, answer: Result<i64, TaskError>) -> Execution {
    ask(engine(circuit), answer)
}

fn nut() -> PriceInput {
    PriceInput { article: "nut".to_owned() }
}

/// The circuit after so many failures; the next call may be made after so many seconds.
fn circuit(failures: u32, seconds: f64) -> Json {
    let retry_at = (VIRTUAL_START.as_epoch_seconds() + seconds) * 1000.0;
    json!({ "Item": { "failures": { "N": failures.to_string() }, "retry_at": { "N": retry_at.to_string() } } })
}

fn down() -> Result<i64, TaskError> {
    Err(TaskError::new("States.Http.StatusCode.503"))
}

#[test]
fn a_closed_circuit_lets_calls_through() {
    for closed in [json!({}), circuit(2, 60.0)] {
        let execution = price(closed, Ok(90));
        execution.assert_path(["Circuit", "Open", "Ask", "Close", "Live"]);
        execution.assert_output(json!({ "cents": 90, "live": true }));
    }
}

#[test]
fn a_failure_is_counted_and_the_catalogue_answers() {
    let execution = price(json!({}), down());
    execution.assert_path(["Circuit", "Open", "Ask", "Count", "Catalogue"]);
    execution.assert_output(json!({ "cents": 100, "live": false }));
}

#[test]
fn an_open_circuit_makes_no_call() {
    price(circuit(3, 60.0), Ok(90)).assert_path(["Circuit", "Open", "Catalogue"]);
}

#[test]
fn an_open_circuit_lets_a_call_through_after_a_minute() {
    price(circuit(3, -1.0), Ok(90)).assert_path(["Circuit", "Open", "Ask", "Close", "Live"]);
    price(circuit(3, -1.0), down()).assert_path(["Circuit", "Open", "Ask", "Count", "Catalogue"]);
}

#[test]
fn an_unknown_article_is_an_answer() {
    let execution = price(json!({}), Err(TaskError::new("States.Http.StatusCode.404")));
    execution.assert_path(["Circuit", "Open", "Ask", "Unknown"]);
    execution.assert_failed("UnknownArticle");
    assert_eq!(execution.cause(), Some("nut"));
}

#[test]
fn a_price_is_asked_for_and_the_circuit_deleted() {
    let item = json!({ "name": { "S": "partner" } });
    let read = json!({ "TableName": "circuits", "Key": item, "ConsistentRead": true });
    let ask = json!({
        "ApiEndpoint": "https://partner.example/prices",
        "Method": "GET",
        "Authentication": { "ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/partner/1" },
        "QueryParameters": { "article": "nut" },
    });
    let delete = json!({ "TableName": "circuits", "Key": item });
    assert_eq!(requests(&price(json!({}), Ok(90))), [(0, read), (0, ask), (0, delete)]);
}

#[test]
fn no_answer_within_five_seconds_is_counted_for_a_minute() {
    let execution = engine(json!({})).on_state_never(PriceState::Ask).run(&nut()).unwrap();
    let count = json!({
        "TableName": "circuits",
        "Key": { "name": { "S": "partner" } },
        "UpdateExpression": "SET retry_at = :at ADD failures :one",
        "ExpressionAttributeValues": {
            ":at": { "N": (VIRTUAL_START.as_millis() + 65_000).to_string() },
            ":one": { "N": "1" },
        },
    });
    let catalogue = json!({ "FunctionName": "catalogue-price", "Payload": { "article": "nut" } });
    assert_eq!(requests(&execution)[2..], [(5, count), (5, catalogue)]);
}

#[test]
fn a_call_is_let_through_at_the_very_end_of_the_minute() {
    price(circuit(3, 0.0), Ok(90)).assert_path(["Circuit", "Open", "Ask", "Close", "Live"]);
}

#[test]
fn a_table_that_fails_keeps_no_price_back() {
    let no_table = || engine(json!({})).fail_task(1, "DynamoDB.SdkException").fail_task(3, "DynamoDB.SdkException");
    ask(no_table(), Ok(90)).assert_path(["Circuit", "Ask", "Close", "Live"]);
    ask(no_table(), down()).assert_path(["Circuit", "Ask", "Count", "Catalogue"]);
}
