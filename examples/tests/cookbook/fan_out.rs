//! Fan-out and aggregation: one iteration for each item, then one result of all.

use serde_json::json;
use workflow_local::{Answers, Engine, Execution, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Gets a quote for each line of an order, ten at a time, and adds them up.
    pub workflow Quote {
        input { lines: Vec<Line>, discount: f64 }
        returns { total: f64, articles: Vec<String> }
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
            catch [States.ALL] -> NoQuote
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

/// Gets a quote for one line from a function that gives the answers.
fn answered(answers: Answers, seed: u64) -> Execution {
    let lines = vec![Line { article: "nut".to_owned(), count: 2 }];
    let engine = Engine::of::<Quote>().unwrap().on_lambda_answers("price", answers).seed(seed);
    engine.run(&QuoteInput { lines, discount: 0.5 }).unwrap()
}

#[test]
fn a_busy_function_is_called_six_times() {
    for error in ["Lambda.TooManyRequestsException", "Lambda.ServiceException"] {
        let busy = TaskError::new(error).with_cause("busy");
        let fails = |times| Answers::new().fails(times, busy.clone()).then(json!({ "each": 2.0 }));
        answered(fails(5), 0).assert_output(json!({ "total": 2, "articles": ["nut"] }));
        answered(fails(6), 0).assert_failed("NoQuote");
    }
}

#[test]
fn the_first_retry_waits_a_random_time_of_at_most_a_second() {
    let fails_once = Answers::new().fails(1, "Lambda.ServiceException").then(json!({ "each": 2.0 }));
    let pauses = (0..50).map(|seed| {
        let execution = answered(fails_once.clone(), seed);
        execution.started_at().until(execution.now()).as_secs_f64()
    });
    let longest = pauses.fold(0.0, f64::max);
    assert!((0.9..=1.0).contains(&longest), "{longest}");
}
