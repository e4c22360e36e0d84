//! Tests the examples of the README and of the book's first page as printed there.

use std::fs;
use std::path::Path;

use workflow_explore::{Explorer, Property, Report};
use workflow_local::Engine;
use workflow_local::internal::InternalEngine;
use workflow_runtime::graph::Direction;
use workflow_runtime::graph::history::History;
use workflow_runtime::graph::page::Page;
use workflow_runtime::{Json, Workflow};

mod order {
    use workflow_runtime::workflow;

    workflow! {
        /// Charges a card and ships. What is not in stock is refunded.
        pub workflow Order {
            input { order: String }
            property after Charge: Shipped or Refund;
            defaults { catch [States.ALL] -> NotShipped; }

            task Charge = lambda::invoke { FunctionName: "charge", Payload: input.order } -> Ship;
            task Ship = lambda::invoke { FunctionName: "ship", Payload: input.order }
                retry [Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 3 }
                catch [OutOfStock] -> Refund
                -> Shipped;
            task Refund = lambda::invoke { FunctionName: "refund", Payload: input.order } -> NotShipped;

            succeed Shipped;
            fail NotShipped { error: "NotShipped" }
        }
    }
}

use order::Order;

const README: &str = include_str!("../../README.md");
const FIRST_PAGE: &str = include_str!("../../docs/index.md");

/// Returns the code blocks of a language.
fn blocks(page: &'static str, language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    page.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The test that the README shows. It has to fail.
#[test]
#[should_panic = "after Charge: Shipped or Refund"]
fn no_money_is_kept() {
    Explorer::of::<Order>().unwrap().explore().unwrap().assert_holds();
}

fn report() -> Report {
    Explorer::of::<Order>().unwrap().explore().unwrap()
}

#[test]
fn the_finding_of_the_readme_is_the_one_printed() {
    let printed = report().to_string();
    let shown = blocks(README, "text")[1];
    assert!(printed.contains(shown), "{printed}");
}

/// `WORKFLOW_BLESS=1` writes it.
#[test]
fn the_picture_of_the_readme_is_the_execution_that_was_found() {
    let report = report();
    let execution = report.replay(&report.findings[0]).unwrap().execution;
    execution.assert_path(["Charge", "Ship", "NotShipped"]);
    let events = execution.history().iter().map(|event| event.to_api_json()).collect();
    let page = Page::of(History::read(&Json::Array(events)).unwrap()).titled("Order");
    let graph = page.of_machine(serde_json::from_str(Order::definition().as_str()).unwrap()).graph();
    let (drawn, path) =
        (graph.to_svg_in(Direction::LeftRight), Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/order.svg"));
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == drawn, "WORKFLOW_BLESS=1 writes it");
    for (page, picture) in [(README, "](docs/order.svg)"), (FIRST_PAGE, "](order.svg)")] {
        assert!(page.contains(picture));
    }
}

#[test]
fn the_test_passes_with_the_catcher_that_the_readme_names() {
    assert!(README.contains("With `catch [States.ALL] -> Refund`, the test passes."));
    let mut definition: Json = serde_json::from_str(Order::definition().as_str()).unwrap();
    let catch = &mut definition["States"]["Ship"]["Catch"];
    assert_eq!(catch[0]["ErrorEquals"], serde_json::json!(["OutOfStock"]));
    *catch = serde_json::json!([{ "ErrorEquals": ["States.ALL"], "Next": "Refund" }]);
    let engine = Engine::new(&definition).unwrap().declaring(Order::TYPES);
    let property: Property = Order::PROPERTIES[0].parse().unwrap();
    Explorer::new(&engine).unwrap().property(property).explore().unwrap().assert_holds();
}

/// Removes white space, which rustfmt changes here.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn the_readme_shows_what_is_tested() {
    let shown = blocks(README, "rust");
    assert_eq!(shown.len(), 2);
    for block in shown {
        // `should_panic` is the only difference.
        let block = dense(block).replace("#[test]fn", "fn");
        assert!(dense(include_str!("readme.rs")).contains(&block), "not tested here: {block}");
    }
}

#[test]
fn the_first_page_of_the_book_shows_the_same() {
    for language in ["rust", "text"] {
        assert_eq!(blocks(FIRST_PAGE, language), blocks(README, language));
    }
}
