//! Tests that a basket is added up, that an empty one is refused, and on which side of each bound its delivery is free.

use examples::add_up::{AddUp, AddUpInput, AddUpOutput, Line};
use serde_json::json;
use workflow_explore::{Explorer, Property, Verdict};
use workflow_local::{Engine, Execution};

/// Adds up lines of a price and a count.
fn run(lines: &[(f64, i64)], discount: f64) -> Execution {
    let line = |&(price, count): &(f64, i64)| Line { article: "paper".to_owned(), price, count };
    let input = AddUpInput { lines: lines.iter().map(line).collect(), discount };
    Engine::of::<AddUp>().unwrap().run(&input).unwrap()
}

fn output(lines: &[(f64, i64)], discount: f64) -> (f64, String) {
    let AddUpOutput { total, message } = run(lines, discount).output_as().unwrap();
    (total, message)
}

#[test]
fn the_lines_are_added_up_and_discounted() {
    let small = |total| (total, "delivery costs 4.90".to_owned());
    assert_eq!(output(&[(1.25, 4)], 0.0), small(5.0));
    assert_eq!(output(&[(1.5, 4), (10.0, 3)], 0.5), small(18.0));
}

#[test]
fn a_large_total_of_several_articles_is_delivered_free() {
    let free = |total| (total, "free delivery of 2 articles".to_owned());
    assert_eq!(output(&[(50.0, 1), (10.0, 5)], 0.0), free(100.0));
    assert_eq!(output(&[(100.5, 1), (0.0, 1)], 0.0), free(100.5));
    run(&[(99.5, 1), (0.0, 1)], 0.0).assert_path([
        "IsEmpty",
        "PriceLines",
        "PriceLine",
        "PriceLine",
        "Sum",
        "IsLarge",
        "Small",
    ]);
    run(&[(500.0, 1)], 0.0).assert_path(["IsEmpty", "PriceLines", "PriceLine", "Sum", "IsLarge", "Small"]);
}

#[test]
fn an_empty_basket_is_refused() {
    let execution = run(&[], 0.0);
    assert_eq!((execution.error(), execution.cause()), (Some("EmptyBasket"), Some("the basket has no lines")));
}

#[test]
fn it_holds_for_each_basket() {
    // The bound is on a computed total, so the baskets on both sides of it are given.
    let line = |price: f64| json!({ "article": "paper", "price": price, "count": 1 });
    let baskets = [json!([]), json!([line(1.0)]), json!([line(100.0), line(1.0)])];
    let inputs = baskets.map(|lines| json!({ "lines": lines, "discount": 0 }));
    let explorer = Explorer::of::<AddUp>().unwrap().inputs(inputs);
    let report = explorer.property(Property::ends_in(["Large", "Small", "Empty"])).explore().unwrap();
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
}
