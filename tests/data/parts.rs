//! Tests that parts of lists are those of Rust, in both query languages and whatever the lists' length.

use serde_json::{Value, json};

use super::{definition, run};

pub(super) const TYPES: &str = "
    input { orders: Vec<Order>, deep: Vec<Vec<i64>>, words: Vec<String>, from: i64, to: i64 }
    struct Order { total: i64, paid: bool, kind: Kind, lines: Vec<Line>, coupon: Option<String> }
    struct Line { sku: String }
    enum Kind { Small, Large }";

/// Returns inputs with none, one and many items at each place.
fn inputs() -> Vec<Value> {
    let none = json!({"total": 1, "paid": true, "kind": "Small", "lines": []});
    let one = json!({"total": 20, "paid": false, "kind": "Large", "lines": [{"sku": "a"}], "coupon": "X"});
    let many =
        json!({"total": 5, "paid": true, "kind": "Large", "lines": [{"sku": "b"}, {"sku": "c"}], "coupon": "it's"});
    let input = |orders: &[&Value], deep: Value, words: Value, from: i64, to: i64| json!({"orders": orders, "deep": deep, "words": words, "from": from, "to": to});
    vec![
        input(&[], json!([]), json!([]), 0, 1),
        input(&[&none], json!([[]]), json!(["a"]), 0, 1),
        input(&[&one], json!([[1]]), json!(["a", "b"]), 1, -1),
        input(&[&many, &one], json!([[1], [2, 3]]), json!(["b", "a", "b"]), -2, 3),
        input(&[&one, &none, &many, &one], json!([[1], [2, 3], [], [4]]), json!(["", "x", "c", "d", "e"]), -9, -1),
    ]
}

/// Returns the values of an expression for the inputs, in a state of this query language.
#[track_caller]
fn values(language: &str, expression: &str) -> Vec<Value> {
    let workflow = format!("workflow W {{ query {language}; {TYPES} pass P {{ v: {expression} }} -> end; }}");
    inputs().iter().map(|input| run(&workflow, input, |_| Ok(Value::Null)).output().unwrap()["v"].clone()).collect()
}

/// Asserts that an expression has the values that a function computes, in these query languages.
#[track_caller]
fn gives_in(languages: &[&str], expression: &str, computed: impl Fn(&Value) -> Value) {
    let expected: Vec<_> = inputs().iter().map(computed).collect();
    for language in languages {
        assert_eq!(values(language, expression), expected, "{language}: {expression}");
    }
}

#[track_caller]
fn gives(expression: &str, computed: impl Fn(&Value) -> Value) {
    gives_in(&["jsonata", "jsonpath"], expression, computed);
}

fn items(list: &Value) -> &[Value] {
    list.as_array().unwrap()
}

/// Returns a part of a list. A negative index counts from the end, and an index past an end is that end.
fn part(list: &[Value], from: Option<i64>, to: Option<i64>) -> &[Value] {
    let length = i64::try_from(list.len()).unwrap();
    let index =
        |index: i64| usize::try_from((if index < 0 { length + index } else { index }).clamp(0, length)).unwrap();
    let (from, to) = (from.map_or(0, index), to.map_or(list.len(), index));
    list.get(from..to).unwrap_or_default()
}

#[test]
fn a_part_of_a_list() {
    let bounds: Vec<_> = std::iter::once(None).chain((-3..=4).map(Some)).collect();
    let text = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    let pairs = || bounds.iter().flat_map(|from| bounds.iter().map(move |to| (*from, *to)));
    // JSONPath counts both ends from the same end of the list.
    let in_jsonpath = |(from, to): &(Option<i64>, Option<i64>)| match (from, to) {
        (Some(from), Some(to)) => *from == 0 || (*from < 0) == (*to < 0),
        _ => true,
    };
    for (language, fits) in [("jsonata", None), ("jsonpath", Some(in_jsonpath))] {
        let pairs: Vec<_> = pairs().filter(|pair| fits.is_none_or(|fits| fits(pair))).zip(0..).collect();
        assert!(pairs.len() > 40);
        for list in ["words", "deep"] {
            let members: Vec<_> = pairs
                .iter()
                .map(|((from, to), number)| format!("m{number}: input.{list}[{}..{}]", text(*from), text(*to)))
                .collect();
            gives_in(&[language], &format!("{{ {} }}", members.join(", ")), |input| {
                let list = items(&input[list]);
                let part = |(from, to)| json!(part(list, from, to));
                pairs.iter().map(|(pair, number)| (format!("m{number}"), part(*pair))).collect()
            });
        }
    }
}

#[test]
fn a_part_that_includes_its_end() {
    for (written, same) in [("1..=2", "1..3"), ("..=0", "..1"), ("-3..=-2", "-3..-1"), ("1..=-1", "1..")] {
        let [written, same] = [written, same].map(|part| {
            let workflow = format!("workflow W {{ {TYPES} pass P {{ v: input.words[{part}] }} -> end; }}");
            definition(&workflow)
        });
        assert_eq!(written, same);
    }
}

#[test]
fn a_part_whose_ends_are_computed() {
    let end = |input: &Value, name: &str| input[name].as_i64();
    gives_in(&["jsonata"], "input.words[input.from..input.to]", |input| {
        json!(part(items(&input["words"]), end(input, "from"), end(input, "to")))
    });
    gives_in(&["jsonata"], "input.deep[..input.to]", |input| {
        json!(part(items(&input["deep"]), None, end(input, "to")))
    });
    gives_in(&["jsonata"], "input.deep[input.from + 1..]", |input| {
        json!(part(items(&input["deep"]), end(input, "from").map(|from| from + 1), None))
    });
}

#[test]
fn members_of_a_part() {
    gives("input.orders[1..][*].total", |input| {
        part(items(&input["orders"]), Some(1), None).iter().map(|order| order["total"].clone()).collect()
    });
    gives("input.deep[..2][*][*]", |input| {
        part(items(&input["deep"]), None, Some(2)).iter().flat_map(items).cloned().collect()
    });
    gives("input.orders[*].lines[..1][*].sku", |input| {
        let lines = items(&input["orders"]).iter().flat_map(|order| part(items(&order["lines"]), None, Some(1)));
        lines.map(|line| line["sku"].clone()).collect()
    });
    gives_in(&["jsonata"], "input.orders[*].lines[-1..]", |input| {
        items(&input["orders"]).iter().map(|order| json!(part(items(&order["lines"]), Some(-1), None))).collect()
    });
    gives_in(&["jsonata"], "input.words[1..][..2]", |input| {
        json!(part(part(items(&input["words"]), Some(1), None), None, Some(2)))
    });
    gives_in(&["jsonata"], "$map(input.orders, |order| order.lines[1..])", |input| {
        items(&input["orders"]).iter().map(|order| json!(part(items(&order["lines"]), Some(1), None))).collect()
    });
}

/// Asserts that a filter keeps the orders that pass a test. `state` is the input here, which JSONPath may compare with.
#[track_caller]
fn keeps(condition: &str, passes: impl Fn(&Value) -> bool) {
    for (rest, member) in [("", None), ("[*].total", Some("total"))] {
        for root in ["input", "state"] {
            gives(&format!("$filter({root}.orders, |order| {condition}){rest}"), |input| {
                let kept = items(&input["orders"]).iter().filter(|order| passes(order));
                kept.map(|order| member.map_or(order, |member| &order[member])).cloned().collect()
            });
        }
    }
}

#[test]
fn filters() {
    let total = |order: &Value| order["total"].as_i64().unwrap();
    keeps("order.total > 4", |order| total(order) > 4);
    keeps("order.total >= 5 && order.paid", |order| total(order) >= 5 && order["paid"] == true);
    keeps("!order.paid || order.total == 1", |order| order["paid"] == false || total(order) == 1);
    keeps("!(order.paid && order.total < 5)", |order| !(order["paid"] == true && total(order) < 5));
    keeps("(order.paid || order.total > 10) && order.total != 1", |order| total(order) != 1);
    keeps("order.kind == Kind::Large", |order| order["kind"] == "Large");
    keeps("order.kind in [Kind::Small, Kind::Large]", |_| true);
    keeps("order.total in [1, 5]", |order| matches!(total(order), 1 | 5));
    keeps("is_present(order.coupon)", |order| order.get("coupon").is_some());
    keeps("!is_present(order.coupon)", |order| order.get("coupon").is_none());
    keeps("is_present(order.coupon) && order.coupon == \"it's\"", |order| order["coupon"] == "it's");
    keeps("order.total == -1 || 10 < order.total", |order| total(order) > 10);
}

#[test]
fn what_follows_a_filter() {
    gives("$filter(input.orders, |order| order.paid)[*].lines[*].sku", |input| {
        let paid = items(&input["orders"]).iter().filter(|order| order["paid"] == true);
        paid.flat_map(|order| items(&order["lines"])).map(|line| line["sku"].clone()).collect()
    });
    gives("$filter(input.orders, |order| is_present(order.coupon))[*].coupon?", |input| {
        items(&input["orders"]).iter().filter_map(|order| order.get("coupon")).cloned().collect()
    });
    gives_in(&["jsonpath"], "States.ArrayLength($filter(input.orders, |order| order.total > 4))", |input| {
        json!(items(&input["orders"]).iter().filter(|order| order["total"].as_i64() > Some(4)).count())
    });
    // Compared with the state's own input.
    gives_in(&["jsonpath"], "$filter(state.orders, |order| order.total < state.to)[*].total", |input| {
        let totals = items(&input["orders"]).iter().map(|order| order["total"].clone());
        totals.filter(|total| total.as_i64() < input["to"].as_i64()).collect()
    });
}

#[test]
fn forms_of_paths() {
    let value = |value: &str| {
        let params = if value.contains("params") { "params { kind: String, least: i64 }" } else { "" };
        let workflow = format!("workflow W {{ query jsonpath; {TYPES} {params} pass P {{ v: {value} }} -> end; }}");
        definition(&workflow)["States"]["P"]["Parameters"]["v.$"].clone()
    };
    assert_eq!(value("state.xs[1..3][*].a"), "$.xs[1:3].a");
    assert_eq!(value("state.xs[0..-1][*][*]"), "$.xs[:-1][*]");
    assert_eq!(value("state.xs[..]"), "$.xs[:]");
    assert_eq!(value("(state.xs[1..3])[0]"), "States.ArrayGetItem($.xs[1:3], 0)");
    // The apostrophes around a number are removed with the placeholder.
    assert_eq!(value("$filter(state.xs, |x| x.kind == params.kind && x.n > params.least)[0]"), {
        "States.ArrayGetItem($.xs[?(@.kind == '${kind}' && @.n > '${least}')], 0)"
    });
    assert_eq!(value(r#"state."detail-type""#), "$.detail-type");
    assert_eq!(value(r#"state["detail-type"]"#), "$['detail-type']");
    assert_eq!(value(r#"state."two words""#), "$['two words']");
    assert_eq!(value(r#"$filter(state["a b"], |x| x."c-d" == r"\" && x["e"][0] == null)"#), {
        r"$['a b'][?(@.c-d == '\\' && @['e'][0] == null)]"
    });
    assert_eq!(value(r#"States.Format("{} of " + params.kind + "\\{ {}", state.a, params.least)"#), {
        r"States.Format('{} of ${kind}\{ {}', $.a, '${least}')"
    });
}
