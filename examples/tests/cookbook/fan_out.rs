//! Fan-out and aggregation: one iteration for each item, then one result of all.

use serde_json::json;
use workflow_local::{Engine, Execution, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Gets a quote for each line of an order, ten at a time, and adds them up.
    pub workflow Quote {
        input { lines: Vec<Line>, discount: f64 }
        output { total: f64, articles: Vec<String> }
        struct Line { article: String, count: i64 }
        struct Price { each: f64 }

        map Lines over input.lines max_concurrency 10 {
            task Ask = lambda::invoke<Price> { FunctionName: "price", Payload: { article: item.article } }
                retry [Lambda.TooManyRequestsException, Lambda.ServiceException] {
                    interval: 1s,
                    max_attempts: 5,
                    jitter: full,
                }
                -> Sum;
            pass Sum { article: item.article, price: Ask.Payload.each * item.count } -> end;
        }
            catch [States.ALL] => NoQuote
            -> Total;

        pass Total {
            total: $sum(Lines[*].price) * (1 - input.discount),
            articles: Lines[*].article,
        } -> end;

        fail NoQuote { error: "NoQuote", cause: caught.Cause }
    }
}

fn quote(lines: &[(&str, i64)]) -> Execution {
    let lines = lines.iter().map(|(article, count)| Line { article: (*article).to_owned(), count: *count }).collect();
    Engine::of::<Quote>()
        .unwrap()
        .on_lambda("price", |request: Json| match request["article"].as_str() {
            Some("nut") => Ok(json!({ "each": 0.5 })),
            Some("bolt") => Ok(json!({ "each": 2.0 })),
            other => Err(TaskError::new("Unknown").with_cause(format!("no price for {other:?}"))),
        })
        .run(&QuoteInput { lines, discount: 0.5 })
        .unwrap()
}

#[test]
fn prices_are_added_up() {
    let output = quote(&[("nut", 10), ("bolt", 3)]).output_as::<QuoteOutput>().unwrap();
    assert_eq!(output, QuoteOutput { total: 5.5, articles: vec!["nut".to_owned(), "bolt".to_owned()] });
}

#[test]
fn one_line_and_no_line_work_too() {
    quote(&[("bolt", 1)]).assert_output(json!({ "total": 1, "articles": ["bolt"] }));
    quote(&[]).assert_output(json!({ "total": 0, "articles": [] }));
}

#[test]
fn a_line_without_a_price_fails_the_quote() {
    let execution = quote(&[("nut", 10), ("screw", 1)]);
    execution.assert_failed("NoQuote");
    assert_eq!(execution.cause(), Some("no price for Some(\"screw\")"));
}
