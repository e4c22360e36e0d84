//! A circuit breaker: after a few failures in a row, a service is left alone for a while.

use serde_json::json;
use workflow_local::{Engine, Execution, TaskError, VIRTUAL_START};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Looks a price up at a partner, or in the catalogue while the partner is down.
    pub workflow Price {
        input { article: String }
        output { cents: i64, live: bool }
        params { circuits: String }
        struct Offer { cents: i64 }

        task Circuit = dynamodb::getItem {
            TableName: params.circuits,
            Key: { name: { S: "partner" } },
            ConsistentRead: true,
        }
            catch [States.ALL] => Ask
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
            catch [States.Http.StatusCode.404] => Unknown
            catch [States.ALL] => Count
            -> Close;

        task Close = dynamodb::deleteItem { TableName: params.circuits, Key: { name: { S: "partner" } } }
            catch [States.ALL] => Live
            -> Live;
        succeed Live { cents: Ask.ResponseBody.cents, live: true }

        task Count = dynamodb::updateItem {
            TableName: params.circuits,
            Key: { name: { S: "partner" } },
            UpdateExpression: "SET retry_at = :at ADD failures :one",
            ExpressionAttributeValues: { ":at": { N: $string($millis() + 60000) }, ":one": { N: "1" } },
        }
            catch [States.ALL] => Catalogue
            -> Catalogue;

        task Catalogue = lambda::invoke<Offer> { FunctionName: "catalogue-price", Payload: { article: input.article } }
            output { cents: result.Payload.cents, live: false }
            -> end;
        fail Unknown { error: "UnknownArticle", cause: input.article }
    }
}

/// Runs the workflow with this circuit in the table. `answer` is the partner's.
fn price(circuit: Json, answer: Result<i64, TaskError>) -> Execution {
    Engine::of_with::<Price>(&PriceParams { circuits: "circuits".to_owned() })
        .unwrap()
        .on_state(PriceState::Circuit, move |_: Json| Ok(circuit.clone()))
        .on_state(PriceState::Ask, move |_: Json| {
            answer.clone().map(|cents| json!({ "StatusCode": 200, "ResponseBody": { "cents": cents } }))
        })
        .on_state(PriceState::Close, |_: Json| Ok(json!({})))
        .on_state(PriceState::Count, |_: Json| Ok(json!({})))
        .on_lambda("catalogue-price", |_: Json| Ok(json!({ "cents": 100 })))
        .run(&PriceInput { article: "nut".to_owned() })
        .unwrap()
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
}
