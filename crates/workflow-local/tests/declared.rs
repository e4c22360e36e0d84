//! Tests that the declared types of a workflow are enforced when it runs: for its input, and for the answers to its
//! tasks.

use std::time::Duration;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::test_state::Mock;
use workflow_local::{Answer, Answers, Engine, MockFile, Progress, RunError, TypeMismatch};
use workflow_runtime::workflow;

mod model {
    use serde::{Deserialize, Serialize};
    use workflow_runtime::Schema;

    /// A type of Rust code that says nothing of itself.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Weight {
        pub(crate) grams: u16,
        pub(crate) unit: Unit,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Unit {
        Metric,
        Imperial,
    }

    /// One that does, with a part that does not.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase")]
    pub(crate) struct Parcel {
        pub(crate) parcel_id: u8,
        pub(crate) pays: Payment,
        pub(crate) address: Option<std::net::IpAddr>,
        pub(crate) weight: Weight,
        #[serde(default)]
        pub(crate) tags: Vec<String>,
        #[serde(flatten)]
        pub(crate) size: Size,
        #[serde(flatten)]
        pub(crate) more: std::collections::BTreeMap<String, i64>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub(crate) struct Size {
        pub(crate) width: f64,
        pub(crate) height: f64,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(tag = "by")]
    pub(crate) enum Payment {
        Card { number: String, code: Option<u32> },
        Cash { sum: i64 },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub(crate) enum Shape {
        Flat,
        Round { radius: f64 },
        Other(String),
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub(crate) struct Drawn {
        pub(crate) colour: String,
        #[serde(flatten)]
        pub(crate) shape: Shape,
    }
}

workflow! {
    workflow Everything {
        input {
            a: i64,
            small: u8,
            yes: bool,
            ratio: f64,
            at: Timestamp,
            role: Arn,
            any: Json,
            note: Option<String>,
            #[serde(rename = "theMode")]
            mode: Mode,
            lines: Vec<Line>,
            limits: Map<u32>,
            nested: Outer,
        }
        enum Mode { Fast, #[serde(rename = "very slow")] Slow }
        struct Line { sku: String, count: u32, next: Vec<Line> }
        struct Outer { inner: Inner }
        struct Inner { values: Vec<Option<i32>> }
        pass Only { a: input.a } -> end;
    }
}

fn everything() -> Value {
    json!({
        "a": 1, "small": 255, "yes": true, "ratio": 1, "at": "2025-01-01T00:00:00Z", "role": "arn:x", "any": [null],
        "theMode": "very slow", "lines": [{ "sku": "s", "count": 1, "next": [] }, { "sku": "t", "count": 0, "next": [{ "sku": "u", "count": 2, "next": [] }] }],
        "limits": { "x": 4_294_967_295_u32 }, "nested": { "inner": { "values": [1, null] } }, "unknown": 0
    })
}

/// Returns the mismatches of an input, as they are printed.
fn mismatches(engine: &Engine, input: &Value) -> Vec<String> {
    match engine.run(input) {
        Err(RunError::InputType { mismatches }) => mismatches.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn an_input_must_be_what_the_workflow_declares() {
    let engine = Engine::of::<Everything>().unwrap();
    engine.run(&everything()).unwrap().assert_output(json!({ "a": 1 }));
    every(
        [
            ("/a", json!("no"), "`input.a`: expected i64, found \"no\""),
            ("/a", json!(1.5), "`input.a`: expected i64, found 1.5"),
            ("/a", json!(u64::MAX), "`input.a`: expected i64, found 18446744073709551615"),
            ("/a", json!(null), "`input.a`: expected i64, found null"),
            ("/small", json!(256), "`input.small`: expected u8, found 256"),
            ("/small", json!(-1), "`input.small`: expected u8, found -1"),
            ("/yes", json!(0), "`input.yes`: expected bool, found 0"),
            ("/ratio", json!("1"), "`input.ratio`: expected f64, found \"1\""),
            ("/at", json!("yesterday"), "`input.at`: expected Timestamp, found \"yesterday\""),
            ("/at", json!(5), "`input.at`: expected Timestamp, found 5"),
            ("/role", json!({}), "`input.role`: expected String, found {}"),
            (
                "/theMode",
                json!("Slow"),
                "`input.theMode`: expected one of \"Fast\", \"very slow\" (`Mode`), found \"Slow\"",
            ),
            ("/lines", json!({}), "`input.lines`: expected Vec<Line>, found {}"),
            ("/lines/1", json!(7), "`input.lines[1]`: expected `Line`, found 7"),
            ("/lines/0/count", json!(-5), "`input.lines[0].count`: expected u32, found -5"),
            ("/lines/1/next/0/sku", json!(1), "`input.lines[1].next[0].sku`: expected String, found 1"),
            ("/lines/1/next/0", json!([]), "`input.lines[1].next[0]`: expected `Line`, found []"),
            ("/limits/x", json!(4_294_967_296_u64), "`input.limits.x`: expected u32, found 4294967296"),
            ("/limits", json!([]), "`input.limits`: expected Map<u32>, found []"),
            ("/nested/inner/values/1", json!("x"), "`input.nested.inner.values[1]`: expected i32, found \"x\""),
            ("/nested", json!("x"), "`input.nested`: expected `Outer`, found \"x\""),
        ],
        |(pointer, value, expected)| {
            let mut input = everything();
            *input.pointer_mut(pointer).unwrap() = value;
            assert_eq!(mismatches(&engine, &input), [expected]);
        },
    );
    every(
        [
            ("a", "`input.a`: expected i64, found nothing"),
            ("theMode", "`input.theMode`: expected one of \"Fast\", \"very slow\" (`Mode`), found nothing"),
            ("nested", "`input.nested`: expected `Outer`, found nothing"),
        ],
        |(name, expected)| {
            let mut input = everything();
            input.as_object_mut().unwrap().shift_remove(name);
            assert_eq!(mismatches(&engine, &input), [expected]);
        },
    );
    // What is optional may be absent or null; of any JSON it is only asked that it is there.
    let mut input = everything();
    input["note"] = json!(null);
    engine.run(&input).unwrap().assert_succeeded();
    assert_eq!(mismatches(&engine, &json!([1])), ["`input`: expected `EverythingInput`, found [1]"]);
    // All that is wrong is told, up to ten.
    let all = mismatches(&engine, &json!({}));
    assert_eq!(all.len(), 10, "{all:?}");
    let long = mismatches(&engine, &json!("x".repeat(500)));
    assert!(long[0].len() < 200 && long[0].ends_with('…'), "{long:?}");
}

#[test]
fn every_way_to_start_checks_the_input_and_one_lets_it_pass() {
    let engine = Engine::of::<Everything>().unwrap();
    let wrong = json!({ "a": "no" });
    let is_refused = |error: RunError| {
        let text = error.to_string();
        assert!(text.starts_with("the input is not what the workflow declares:\n  `input.a`: expected i64"), "{text}");
        assert!(text.ends_with("`.accept_any_input()`"), "{text}");
    };
    is_refused(engine.run(&wrong).unwrap_err());
    is_refused(engine.start(&wrong).map(drop).unwrap_err());
    is_refused(engine.driver(&wrong).map(drop).unwrap_err());
    let mut run = std::pin::pin!(engine.run_async(&wrong));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match run.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => is_refused(error),
        _ => panic!("it is refused at once"),
    }
    engine.clone().accept_any_input().run(&wrong).unwrap().assert_output(json!({ "a": "no" }));
    // A state in the middle gets another input.
    engine.driver_at("Only", &json!(5), &json!(null)).unwrap();
}

workflow! {
    workflow Ship {
        input model::Parcel;
        returns { id: u8 }
        pass Only { id: input.parcelId } -> end;
    }
}

workflow! {
    workflow Weigh {
        input { weights: Vec<model::Weight>, shape: model::Shape, drawn: Option<model::Drawn> }
        pass Only { all: input.weights } -> end;
    }
}

fn parcel() -> Value {
    json!({ "parcelId": 1, "pays": { "by": "Card", "number": "1" }, "address": "127.0.0.1",
        "weight": { "grams": 5, "unit": "metric" }, "width": 1, "height": 2, "further": 3 })
}

#[test]
fn types_of_rust_code_are_checked_by_what_is_known_of_them() {
    let engine = Engine::of::<Ship>().unwrap();
    let typed: model::Parcel = serde_json::from_value(parcel()).unwrap();
    engine.run(&typed).unwrap().assert_output(json!({ "id": 1 }));
    engine.run(&parcel()).unwrap().assert_succeeded();
    every(
        [
            ("/parcelId", json!(256), "`input.parcelId`: expected u8, found 256"),
            ("/address", json!("here"), "`input.address`: expected IpAddr, found \"here\""),
            ("/width", json!("1"), "`input.width`: expected f64, found \"1\""),
            ("/further", json!("x"), "`input.further`: expected i64, found \"x\""),
            ("/pays/number", json!(1), "`input.pays.number`: expected String, found 1"),
            (
                "/pays/by",
                json!("Cheque"),
                "`input.pays`: expected `Payment`, found {\"by\":\"Cheque\",\"number\":\"1\"}",
            ),
            ("/pays", json!({ "by": "Cash" }), "`input.pays.sum`: expected i64, found nothing"),
            // Of these serde tells.
            ("/weight/grams", json!(70_000), "`input.weight.grams`: expected u16 (in `Parcel`), found 70000"),
            (
                "/weight/unit",
                json!("stone"),
                "`input.weight.unit`: expected `metric` or `imperial` (in `Parcel`), found \"stone\"",
            ),
        ],
        |(pointer, value, expected)| {
            let mut input = parcel();
            *input.pointer_mut(pointer).unwrap() = value;
            assert_eq!(mismatches(&engine, &input), [expected]);
        },
    );
    let mut input = parcel();
    input["weight"].as_object_mut().unwrap().shift_remove("grams");
    assert_eq!(mismatches(&engine, &input), ["`input.weight.grams`: expected what `Parcel` needs, found nothing"]);

    let engine = Engine::of::<Weigh>().unwrap();
    let input = |weights: Value, shape: Value| json!({ "weights": weights, "shape": shape });
    every([json!("Flat"), json!({ "Round": { "radius": 1 } }), json!({ "Other": "x" })], |shape| {
        engine.run(&input(json!([{ "grams": 1, "unit": "metric" }]), shape)).unwrap().assert_succeeded();
    });
    assert_eq!(
        mismatches(&engine, &input(json!([{ "grams": 1, "unit": "metric" }, { "grams": "x" }]), json!("Flat"))),
        ["`input.weights[1].grams`: expected u16 (in `model::Weight`), found \"x\""]
    );
    every(
        [
            (json!("Square"), "`input.shape`: expected `Shape`, found \"Square\""),
            (json!({ "Round": { "radius": "r" } }), "`input.shape.Round.radius`: expected f64, found \"r\""),
            (json!({ "Other": 1 }), "`input.shape.Other`: expected String, found 1"),
            (
                json!({ "Other": "x", "Round": { "radius": 1 } }),
                "`input.shape`: expected `Shape`, found {\"Other\":\"x\",\"Round\":{\"radius\":1}}",
            ),
        ],
        |(shape, expected)| {
            assert_eq!(mismatches(&engine, &input(json!([]), shape)), [expected]);
        },
    );
    // Flattened, it is the member that names a variant.
    let mut input = input(json!([]), json!("Flat"));
    input["drawn"] = json!({ "colour": "red", "Round": { "radius": 1 }, "more": 2 });
    assert_eq!(mismatches(&engine, &input), [""; 0]);
    input["drawn"] = json!({ "colour": "red", "more": 2 });
    assert_eq!(mismatches(&engine, &input).len(), 1);
}

workflow! {
    workflow Price {
        input { item: String }
        returns { total: u32 }
        task Look = lambda::invoke<u32> { FunctionName: "price", Payload: input } -> Sum;
        pass Sum { total: Look.Payload } -> end;
    }
}

workflow! {
    workflow Bills {
        params { worker: Arn, price: Arn }
        input { id: i64 }
        struct Bill { sum: u32, note: Option<String> }

        task Charge = lambda::invoke<Bill> { FunctionName: "charge", Payload: { id: input.id } }
            retry [States.ALL] { max_attempts: 3 }
            catch [States.ALL] -> Lost
            -> Approve;
        task Approve = lambda::invoke<Bill>.waitForTaskToken {
            FunctionName: "approve", Payload: { token: context.Task.Token }
        } timeout 1h -> Work;
        task Work = activity<Vec<Bill>>(params.worker) timeout 1h -> Call;
        task Call = http::invoke<Bill> {
            ApiEndpoint: "https://example.com", Method: "GET", Authentication: { ConnectionArn: "arn:aws:events:us-east-1:123456789012:connection/c/1" }
        } -> Ask;
        task Ask = workflow::<Price>.sync:2 { StateMachineArn: params.price, Input: { item: "nut" } } -> Done;
        pass Done { sum: Charge.Payload.sum + Ask.Output.total } -> end;
        fail Lost { error: "Lost" }
    }
}

const PRICE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Price";
const WORKER: &str = "arn:aws:states:us-east-1:123456789012:activity:worker";

fn bill() -> Value {
    json!({ "sum": 3 })
}

/// Returns an engine whose handlers all answer well.
fn bills() -> Engine {
    let params = BillsParams { worker: WORKER.into(), price: PRICE.into() };
    let price = Engine::of::<Price>().unwrap().on_lambda("price", |_: Value| Ok(4));
    Engine::of_with::<Bills>(&params)
        .unwrap()
        .on_lambda("charge", |_: Value| Ok(bill()))
        .on_state("Approve", |_: Value| Ok(bill()))
        .on_state("Work", |_: Value| Ok([bill()]))
        .on_state("Call", |_: Value| Ok(json!({ "ResponseBody": bill(), "StatusCode": 200 })))
        .on_state_machine(PRICE, price)
}

fn input() -> Value {
    json!({ "id": 1 })
}

/// Returns the state and the mismatches of an answer that is refused.
fn refused(engine: &Engine) -> (String, Vec<String>) {
    match engine.run(&input()).unwrap_err() {
        RunError::AnswerType { state, mismatches } => (state, mismatches.iter().map(TypeMismatch::to_string).collect()),
        other => panic!("{other}"),
    }
}

#[test]
fn an_answer_must_be_what_its_state_declares() {
    bills().run(&input()).unwrap().assert_output(json!({ "sum": 7 }));
    let wrong = || json!({ "sum": "much" });
    let cases: Vec<(&str, Engine, &str)> = vec![
        (
            "Charge",
            bills().on_lambda("charge", move |_: Value| Ok(wrong())),
            "`result.Payload.sum`: expected u32, found \"much\"",
        ),
        // The answer of a state is the whole result.
        (
            "Charge",
            bills().on_state("Charge", |_: Value| Ok(bill())),
            "`result.Payload`: expected `Bill`, found nothing",
        ),
        // What is sent back with a token is the result.
        (
            "Approve",
            bills().on_state("Approve", move |_: Value| Ok(wrong())),
            "`result.sum`: expected u32, found \"much\"",
        ),
        (
            "Work",
            bills().on_state("Work", move |_: Value| Ok([bill(), wrong()])),
            "`result[1].sum`: expected u32, found \"much\"",
        ),
        (
            "Call",
            bills().on_state("Call", move |_: Value| Ok(json!({ "ResponseBody": wrong() }))),
            "`result.ResponseBody.sum`: expected u32, found \"much\"",
        ),
        (
            "Ask",
            bills().on_state("Ask", |_: Value| Ok(json!({ "Output": { "total": -1 } }))),
            "`result.Output.total`: expected u32, found -1",
        ),
        // However the answer comes.
        (
            "Charge",
            bills().on_lambda_answers("charge", Answers::new().fails(1, "Busy").then(json!({}))),
            "`result.Payload.sum`: expected u32, found nothing",
        ),
        (
            "Approve",
            bills().on_state_answers("Approve", Answers::new().then(5).after(Duration::from_secs(60))),
            "`result`: expected `Bill`, found 5",
        ),
        (
            "Work",
            bills().on_state_async("Work", |_: Value| async { Ok("soon") }),
            "`result`: expected Vec<Bill>, found \"soon\"",
        ),
    ];
    for (state, engine, expected) in cases {
        assert_eq!(refused(&engine), (state.to_owned(), vec![expected.to_owned()]));
        // No retrier or catcher has it, and one may have it pass.
        let passed = engine.accept_any_answers().run(&input());
        assert!(!matches!(passed, Err(RunError::AnswerType { .. })), "{passed:?}");
    }
    let error = bills().on_lambda("charge", |_: Value| Ok("x")).run(&input()).unwrap_err().to_string();
    assert!(
        error.starts_with("the answer to state `Charge` is not what the workflow declares:\n  `result.Payload`"),
        "{error}"
    );
    assert!(error.ends_with("`.accept_any_answers()`"), "{error}");
    // An error is an answer too, and belongs to handlers.
    let fails =
        bills().on_lambda("charge", |_: Value| -> Result<Value, _> { Err(workflow_local::TaskError::new("Busy")) });
    fails.run(&input()).unwrap().assert_failed("Lost");
}

#[test]
fn a_child_is_checked_by_what_its_own_workflow_declares() {
    let child = |price: Engine| bills().on_state_machine(PRICE, price).run(&input()).unwrap_err().to_string();
    let price = || Engine::of::<Price>().unwrap();
    let answer = child(price().on_lambda("price", |_: Value| Ok("much")));
    assert!(answer.contains(PRICE) && answer.contains("the answer to state `Look`"), "{answer}");
    assert!(answer.contains("`result.Payload`: expected u32, found \"much\""), "{answer}");
    // What the parent gives it is its input.
    let params = BillsParams { worker: WORKER.into(), price: PRICE.into() };
    let other = json!({ "StartAt": "S", "States": { "S": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": { "StateMachineArn": PRICE, "Input": { "item": 5 } } } } });
    let error = Engine::new(&other).unwrap().on_state_machine(PRICE, price()).run(&json!({})).unwrap_err().to_string();
    assert!(error.contains("`input.item`: expected String, found 5"), "{error}");
    assert!(Engine::of_with::<Bills>(&params).is_ok());
}

#[test]
fn mocks_and_single_states_are_checked_too() {
    let file = |answer: Value| {
        let file = json!({
            "StateMachines": { "Bills": { "TestCases": { "Case": { "Charge": "Answer" } } } },
            "MockedResponses": { "Answer": { "0": { "Return": answer } } }
        });
        MockFile::parse(&file.to_string()).unwrap()
    };
    let wrong = file(json!({ "Payload": { "sum": true } }));
    let (state, mismatches) = refused(&bills().mocks(&wrong, "Case").unwrap());
    assert_eq!((state.as_str(), mismatches[0].as_str()), ("Charge", "`result.Payload.sum`: expected u32, found true"));
    bills().mocks(&file(json!({ "Payload": bill() })), "Case").unwrap().run(&input()).unwrap().assert_succeeded();

    let payload = |sum: Value| Mock::result(&json!({ "Payload": { "sum": sum } })).unwrap();
    let engine = bills();
    engine.test_state("Charge").unwrap().mock(payload(json!(1))).run(&input()).unwrap();
    let error = engine.test_state("Charge").unwrap().mock(payload(json!("x"))).run(&input()).unwrap_err().to_string();
    assert!(error.contains("state `Charge`") && error.contains("`result.Payload.sum`"), "{error}");
    let by_handler = bills().on_lambda("charge", |_: Value| Ok(json!({ "sum": [] })));
    let error = by_handler.test_state("Charge").unwrap().run(&input()).unwrap_err().to_string();
    assert!(error.contains("`result.Payload.sum`: expected u32, found []"), "{error}");
    let any = by_handler.accept_any_answers();
    any.test_state("Charge").unwrap().run(&input()).unwrap();
}

#[test]
fn an_execution_that_is_stepped_by_hand_goes_on_waiting() {
    let engine = bills();
    let mut execution = engine.start(&input()).unwrap();
    let request = loop {
        match execution.step() {
            Progress::Task(request) => break request,
            Progress::Advanced => {}
            other => panic!("{other:?}"),
        }
    };
    let before = execution.history().len();
    assert_eq!(execution.succeed(request.id, json!({ "Payload": {} })), Answer::Refused);
    let refusal = execution.refusal().unwrap().to_string();
    assert!(refusal.contains("`result.Payload.sum`: expected u32, found nothing"), "{refusal}");
    assert_eq!(execution.history().len(), before);
    assert_eq!(execution.succeed(request.id, json!({ "Payload": bill() })), Answer::Taken);
    assert_eq!(execution.succeed(request.id, json!({ "Payload": bill() })), Answer::Late);
}

#[test]
fn a_type_that_nothing_reads_is_not_checked() {
    #[derive(serde::Serialize)]
    struct Written {
        sum: u8,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Borrowed<'a>(&'a str);

    workflow! {
        workflow Unread {
            task First = lambda::invoke<Written> { FunctionName: "f" } -> Second;
            task Second = lambda::invoke<Borrowed<'static>> { FunctionName: "f" } -> end;
        }
    }
    let engine = Engine::of::<Unread>().unwrap().on_lambda("f", |_: Value| Ok(json!([1])));
    engine.run(&json!({})).unwrap().assert_succeeded();
}

#[test]
fn what_declares_no_types_takes_anything() {
    workflow! {
        workflow Loose {
            task Call = lambda::invoke { FunctionName: "f", Payload: input } -> end;
        }
    }
    every([json!(null), json!([1]), json!({ "a": "no" })], |input| {
        let engine = Engine::of::<Loose>().unwrap().on_lambda("f", |given: Value| Ok(given));
        engine.run(&input).unwrap().assert_succeeded();
    });
}

workflow! {
    workflow Limited {
        input {
            #[validate(range(min = 1, max = 10))]
            count: u8,
            #[validate(length(min = 2))]
            code: Option<String>,
            #[validate(length(max = 1))]
            parts: Vec<Share>,
        }
        struct Share { #[validate(range(min = 0.5))] share: f64 }
        struct Receipt { #[validate(length(equal = 3))] currency: String }
        task Charge = lambda::invoke<Receipt> { FunctionName: "charge", Payload: { n: input.count } } -> end;
    }
}

#[test]
fn constraints_of_inputs_and_answers_are_enforced() {
    let engine = |currency: &'static str| {
        let engine = Engine::of::<Limited>().unwrap();
        engine.on_lambda("charge", move |_: Value| Ok::<_, workflow_local::TaskError>(json!({"currency": currency})))
    };
    let right = json!({"count": 1, "code": "ab", "parts": [{"share": 0.5}]});
    engine("EUR").run(&right).unwrap();
    let refused = |currency, input: &Value| engine(currency).run(input).unwrap_err().to_string();
    every(
        [
            ("count", json!(11), "`input.count`: expected an integer from 1 to 10, found 11"),
            ("code", json!("a"), "`input.code`: expected text with at least 2 characters, found \"a\""),
            ("parts", json!([{"share": 0.4}]), "`input.parts[0].share`: expected a number, at least 0.5, found 0.4"),
            (
                "parts",
                json!([{"share": 1}, {"share": 1}]),
                "`input.parts`: expected an array with at most 1 item, found [",
            ),
        ],
        |(name, value, expected)| {
            let mut input = right.clone();
            input[name] = value;
            let found = refused("EUR", &input);
            assert!(found.contains(expected), "{found}");
        },
    );
    let found = refused("euro", &right);
    assert!(found.contains("`result.Payload.currency`: expected text with 3 characters"), "{found}");
}
