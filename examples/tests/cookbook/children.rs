//! Child workflows: one workflow starts another, waits for it and reads its output.

use serde_json::json;
use workflow_local::{Engine, Execution, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Packs one parcel.
    pub workflow Pack {
        input { order: String, articles: Vec<String> }
        returns { parcel: String, grams: i64 }
        struct Packed { parcel: String, grams: i64 }

        task Box = lambda::invoke<Packed> { FunctionName: "pack", Payload: input }
            retry [Lambda.TooManyRequestsException] { interval: 1s, max_attempts: 5 }
            -> Done;
        succeed Done { parcel: Box.Payload.parcel, grams: Box.Payload.grams }
    }

    /// Has an order packed, and books a courier for the weight.
    pub workflow Dispatch {
        input { order: String, articles: Vec<String> }
        returns { parcel: String, courier: String }
        params { pack: Arn }

        task Parcel = workflow::<Pack>.sync:2 {
            StateMachineArn: params.pack,
            Input: { order: input.order, articles: input.articles },
        }
            catch [States.TaskFailed] -> NotPacked
            -> Weight;

        choice Weight {
            if Parcel.Output.grams > 20000 -> Freight;
            else -> Post;
        }
        succeed Freight { parcel: Parcel.Output.parcel, courier: "freight" }
        succeed Post { parcel: Parcel.Output.parcel, courier: "post" }
        fail NotPacked { error: "NotPacked", cause: caught.Cause }
    }
}

workflow! {
    /// Finds the price of an article. It answers in milliseconds.
    pub workflow Quote {
        type express;
        input { article: String }
        returns { cents: i64 }
        struct Price { cents: i64 }

        task Ask = lambda::invoke<Price> { FunctionName: "price", Payload: input.article }
            catch [States.ALL] -> Unknown
            -> Done;
        succeed Done { cents: Ask.Payload.cents }
        fail Unknown { error: "UnknownArticle", cause: input.article }
    }

    /// Offers an article, by default at its list price.
    pub workflow Offer {
        input { article: String, list_price: i64 }
        returns { cents: i64 }
        params { quote: Arn }

        task Price = workflow::<Quote>.express {
            StateMachineArn: params.quote,
            Input: { article: input.article },
        }
            retry [Sfn.SfnException] { max_attempts: 2 }
            catch [States.QueryEvaluationError] -> NoPrice
            -> Offered;
        succeed Offered { cents: Price.Output.cents }

        choice NoPrice {
            if $contains(caught.Cause, "UnknownArticle") -> ListPrice;
            else -> Unpriced;
        }
        succeed ListPrice { cents: input.list_price }
        fail Unpriced { error: "Unpriced", cause: caught.Cause }
    }
}

/// Runs both workflows. `packed` is what the function `pack` returns.
fn dispatch(packed: Result<Json, TaskError>) -> Execution {
    const PACK: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Pack";
    let pack = Engine::of::<Pack>().unwrap().on_lambda("pack", move |_: Json| packed.clone());
    Engine::of_with::<Dispatch>(&DispatchParams { pack: PACK.into() })
        .unwrap()
        .on_state_machine(PACK, pack)
        .run(&DispatchInput { order: "7".to_owned(), articles: vec!["nut".to_owned()] })
        .unwrap()
}

#[test]
fn the_parent_reads_the_child_s_output() {
    let execution = dispatch(Ok(json!({ "parcel": "P1", "grams": 25_000 })));
    let output: DispatchOutput = execution.output_as().unwrap();
    assert_eq!(output, DispatchOutput { parcel: "P1".to_owned(), courier: "freight".to_owned() });
}

#[test]
fn a_failed_child_is_an_error_of_the_parent() {
    let execution = dispatch(Err(TaskError::new("OutOfBoxes")));
    execution.assert_failed("NotPacked");
    assert!(execution.cause().unwrap().contains("OutOfBoxes"));
}

#[test]
fn only_more_than_20_kg_is_freight() {
    for (grams, courier) in [(20_000, "post"), (20_001, "freight")] {
        let execution = dispatch(Ok(json!({ "parcel": "P1", "grams": grams })));
        execution.assert_output(json!({ "parcel": "P1", "courier": courier }));
    }
}

#[test]
fn a_busy_function_is_called_six_times() {
    let engine = Engine::of::<Pack>().unwrap().on_lambda("pack", |request: Json| {
        assert_eq!(request, json!({ "order": "7", "articles": ["nut"] }));
        Err::<Json, _>(TaskError::new("Lambda.TooManyRequestsException"))
    });
    let execution = engine.run(&PackInput { order: "7".to_owned(), articles: vec!["nut".to_owned()] }).unwrap();
    execution.assert_failed("Lambda.TooManyRequestsException");
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 1 + 2 + 4 + 8 + 16);
}

/// Runs both workflows. `price` is what the function `price` returns.
fn offer(price: Result<Json, TaskError>) -> Execution {
    const QUOTE: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Quote";
    let quote = Engine::of::<Quote>().unwrap().on_lambda("price", move |_: String| price.clone());
    Engine::of_with::<Offer>(&OfferParams { quote: QUOTE.into() })
        .unwrap()
        .on_state_machine(QUOTE, quote)
        .run(&OfferInput { article: "nut".to_owned(), list_price: 12 })
        .unwrap()
}

#[test]
fn an_express_child_answers_in_one_state() {
    let execution = offer(Ok(json!({ "cents": 10 })));
    execution.assert_path(["Price", "Offered"]);
    execution.assert_output(json!({ "cents": 10 }));
}

#[test]
fn the_error_of_an_express_child_is_in_the_cause() {
    let execution = offer(Err(TaskError::new("NoSuchArticle")));
    execution.assert_path(["Price", "NoPrice", "ListPrice"]);
    execution.assert_output(json!({ "cents": 12 }));
}
