//! Tests that lists of the language are lists in Rust, whatever their length, and whether or not their items are lists.

use serde_json::{Value, json};

use super::run;

pub(super) const TYPES: &str = "
    input { orders: Vec<Order>, more: Option<Vec<Order>>, deep: Vec<Vec<Vec<i64>>>, words: Vec<String>, limit: i64,
        at: Timestamp, times: Vec<Timestamp>, counts: Map<i64> }
    struct Order { #[serde(rename = \"Total\")] total: i64, lines: Vec<Line>, coupon: Option<String>, tags: Vec<String> }
    struct Line { sku: String, qty: i64 }";

/// Returns inputs with none, one and many items at each place.
fn inputs() -> Vec<Value> {
    let line = |sku: &str, qty: i64| json!({"sku": sku, "qty": qty});
    let none = json!({"Total": 1, "lines": [], "tags": []});
    let one = json!({"Total": 20, "lines": [line("a", 3)], "coupon": "X", "tags": ["t"]});
    let many = json!({"Total": 5, "lines": [line("b", 1), line("c", 2)], "tags": ["u", "v"]});
    let input = |orders: &[&Value], deep: Value, words: Value| {
        let times = vec!["2025-01-01T02:00:00+02:00"; orders.len()];
        let at = "2025-01-01T00:00:00Z";
        let counts: serde_json::Map<_, _> =
            ["a", "b"].into_iter().zip(orders).map(|(key, order)| (key.to_owned(), order["Total"].clone())).collect();
        json!({"orders": orders, "deep": deep, "words": words, "limit": 4, "at": at, "times": times, "counts": counts})
    };
    vec![
        input(&[], json!([]), json!([])),
        input(&[&none], json!([[]]), json!(["a"])),
        input(&[&one], json!([[[]]]), json!(["a", "b"])),
        input(&[&many], json!([[[1]]]), json!(["b", "a", "b"])),
        input(&[&one, &none], json!([[[1, 2]]]), json!([""])),
        input(&[&many, &one, &none, &many], json!([[[1], [2, 3]], [], [[]], [[4]]]), json!(["", "", "c"])),
    ]
}

/// Returns the values of an expression for the inputs.
#[track_caller]
fn values(expression: &str) -> Vec<Value> {
    let workflow = format!("workflow W {{ {TYPES} pass P {{ v: {expression} }} -> end; }}");
    inputs().iter().map(|input| run(&workflow, input, |_| Ok(Value::Null)).output().unwrap()["v"].clone()).collect()
}

/// Asserts that an expression has the values that a function computes.
#[track_caller]
fn gives(expression: &str, computed: impl Fn(&Value) -> Value) {
    let expected: Vec<_> = inputs().iter().map(computed).collect();
    assert_eq!(values(expression), expected, "{expression}");
}

/// Returns the items of a list.
fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().unwrap().iter()
}

fn list<'v>(items: impl Iterator<Item = &'v Value>) -> Value {
    items.cloned().collect()
}

#[test]
fn a_member_of_each_item() {
    gives("input.orders[*].total", |input| list(items(&input["orders"]).map(|order| &order["Total"])));
    gives("input.orders[*].tags", |input| list(items(&input["orders"]).map(|order| &order["tags"])));
    gives("input.orders[*].lines[*].qty", |input| {
        list(items(&input["orders"]).flat_map(|order| items(&order["lines"])).map(|line| &line["qty"]))
    });
    gives("input.orders[*].coupon?", |input| list(items(&input["orders"]).filter_map(|order| order.get("coupon"))));
    gives("(input.more ?? [])[*].total", |_| json!([]));
    // A renamed member of a value that is no reference.
    gives("(input.more ?? input.orders)[*].total", |input| list(items(&input["orders"]).map(|order| &order["Total"])));
    gives("[input.orders[*].total, input.orders[*].total]", |input| {
        let totals = list(items(&input["orders"]).map(|order| &order["Total"]));
        json!([totals, totals])
    });
}

#[test]
fn lists_of_lists() {
    gives("input.deep[*]", |input| input["deep"].clone());
    gives("input.deep[*][*]", |input| list(items(&input["deep"]).flat_map(items)));
    gives("input.deep[*][*][*]", |input| list(items(&input["deep"]).flat_map(items).flat_map(items)));
    gives("input.orders[*].lines", |input| list(items(&input["orders"]).map(|order| &order["lines"])));
    gives("input.orders[*].lines[*]", |input| list(items(&input["orders"]).flat_map(|order| items(&order["lines"]))));
}

#[test]
fn sums_of_members() {
    let total = |input: &Value| items(&input["orders"]).map(|order| order["Total"].as_i64().unwrap()).sum::<i64>();
    gives("$sum(input.orders[*].total)", |input| json!(total(input)));
    gives("$count(input.orders[*].tags)", |input| json!(items(&input["orders"]).count()));
    gives("$max(input.orders[*].total) ?? 0", |input| {
        json!(items(&input["orders"]).map(|order| order["Total"].as_i64().unwrap()).max().unwrap_or(0))
    });
    gives("$min(input.orders[*].total) ?? 0", |input| json!(totals(input).min().unwrap_or(0)));
    gives("$average(input.orders[*].total) ?? 0", |input| {
        let count = totals(input).count().max(1) as f64;
        let average = totals(input).sum::<i64>() as f64 / count;
        if average.fract() == 0.0 { json!(average as i64) } else { json!(average) }
    });
    gives("$count(input.orders[*].total)", |input| json!(totals(input).count()));
    gives("$count($filter(input.orders, |order| order.total > input.limit))", |input| {
        json!(totals(input).filter(|total| Some(*total) > input["limit"].as_i64()).count())
    });
    gives("$count($filter(input.deep, |list| $count(list) == 1))", |input| {
        json!(items(&input["deep"]).filter(|list| items(list).count() == 1).count())
    });
    gives("$join(input.words[*], \"-\")", |input| {
        json!(items(&input["words"]).map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join("-"))
    });
}

fn totals(input: &Value) -> impl Iterator<Item = i64> {
    items(&input["orders"]).map(|order| order["Total"].as_i64().unwrap())
}

#[test]
fn closures() {
    gives("$filter(input.orders, |order| order.total > input.limit)", |input| {
        list(items(&input["orders"]).filter(|order| order["Total"].as_i64() > input["limit"].as_i64()))
    });
    gives("$map(input.orders, |order| order.total * 2)", |input| totals(input).map(|total| total * 2).collect());
    gives("$map(input.orders, |order, i| order.total + i)", |input| {
        totals(input).zip(0..).map(|(total, i)| total + i).collect()
    });
    gives("$map(input.orders, |order| order.coupon ?? \"none\")", |input| {
        items(&input["orders"]).map(|order| order.get("coupon").cloned().unwrap_or_else(|| json!("none"))).collect()
    });
    gives("$reduce(input.orders, |sum, order| sum + order.total, 0)", |input| json!(totals(input).sum::<i64>()));
    gives("$reduce(input.orders, |ids, order| $append(ids, [order.total]), [])", |input| totals(input).collect());
    gives("$sort(input.orders, |a, b| a.total > b.total)[*].total", |input| {
        let mut sorted: Vec<_> = totals(input).collect();
        sorted.sort_unstable();
        json!(sorted)
    });
    gives("$single([1, 2, 3], |n| n == 2)", |_| json!(2));
    gives("$each({ a: 1, b: 2 }, |value, name| name + $string(value))", |_| json!(["a1", "b2"]));
    gives("$sift({ a: 1, b: 2 }, |value, _name| value > 1)", |_| json!({"b": 2}));
    gives("$sift({ a: 1 }, |value, _name| value > 1)", |_| json!({}));
}

#[test]
fn closures_over_lists_of_lists() {
    gives("$filter(input.deep, |inner| $count(inner) > 0)", |input| {
        list(items(&input["deep"]).filter(|inner| items(inner).next().is_some()))
    });
    gives("$map(input.deep, |inner| inner)", |input| input["deep"].clone());
    gives("$map(input.orders, |order| order.lines[*].qty)", |input| {
        items(&input["orders"]).map(|order| list(items(&order["lines"]).map(|line| &line["qty"]))).collect()
    });
    gives("$map(input.orders, |order| $filter(order.lines, |line| line.qty > order.total - 4))", |input| {
        let lines = |order: &Value| {
            let least = order["Total"].as_i64().unwrap() - 4;
            list(items(&order["lines"]).filter(|line| line["qty"].as_i64().unwrap() > least))
        };
        items(&input["orders"]).map(lines).collect()
    });
    gives("[$filter(input.words, |word| word != \"a\"), $map(input.words, |word| word + \"!\")]", |input| {
        let other = list(items(&input["words"]).filter(|word| **word != "a"));
        let loud: Value = items(&input["words"]).map(|word| json!(format!("{}!", word.as_str().unwrap()))).collect();
        json!([other, loud])
    });
}

#[test]
fn parameters_hide_nothing() {
    gives("$map(input.orders, |sum| $sum([sum.total, 1]))", |input| totals(input).map(|total| total + 1).collect());
    gives("$map(input.orders, |states| states.total + input.limit)", |input| {
        totals(input).map(|total| total + input["limit"].as_i64().unwrap()).collect()
    });
    gives("$map(input.orders, |given| (given.coupon ?? (given.coupon ?? \"none\")))", |input| {
        items(&input["orders"]).map(|order| order.get("coupon").cloned().unwrap_or_else(|| json!("none"))).collect()
    });
}

#[test]
fn what_a_list_contains() {
    gives("\"a\" in input.words", |input| json!(items(&input["words"]).any(|word| word == "a")));
    gives("!(input.limit in input.orders[*].total)", |input| json!(totals(input).all(|total| total != 4)));
    gives("input.limit in [1, 2 + 2]", |_| json!(true));
    gives("input.limit in [5]", |_| json!(false));
    gives("$filter(input.orders, |order| order.total in [1, 5])[*].total", |input| {
        totals(input).filter(|total| [1, 5].contains(total)).collect()
    });
    gives("$filter(input.words, |word| word in $append([\"b\"], [])) ", |input| {
        list(items(&input["words"]).filter(|word| *word == "b"))
    });
    // One instant with two offsets.
    gives("timestamp(\"2025-01-01T01:00:00+01:00\") in [input.at]", |_| json!(true));
    gives("input.at in input.times", |input| json!(items(&input["times"]).next().is_some()));
}

#[test]
fn ranges() {
    let up_to = |last: usize| (1..=last).collect::<Value>();
    gives("[1..=$count(input.orders)]", |input| up_to(items(&input["orders"]).count()));
    gives("[0..=$count(input.words) - 1]", |input| (0..items(&input["words"]).count()).collect());
    gives("[0, 3..=input.limit, -1..=1, 2..=input.limit - 3]", |_| json!([0, 3, 4, -1, 0, 1]));
    gives("$map([1..=2], |i| [1..=i])", |_| json!([[1], [1, 2]]));
    gives("$map([1..=1], |i| [i..=i])", |_| json!([[1]]));
    gives("{ a: [2..=2], b: [[1..=2], [2..=input.limit - 3]] }", |_| json!({"a": [2], "b": [[1, 2], []]}));
    gives("input.limit in [1..=3] || input.limit in [4..=9]", |_| json!(true));
    gives("$sum([1..=input.limit * 2])", |_| json!(36));
}

#[test]
fn functions_that_give_lists() {
    let words =
        |input: &Value| items(&input["words"]).map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    gives("$keys(input.counts)", |input| input["counts"].as_object().unwrap().keys().cloned().collect());
    gives("{ a: $keys({ b: 1 }), n: $count($keys({ b: 1 })) }", |_| json!({"a": ["b"], "n": 1}));
    gives("$spread(input.counts)", |input| {
        input["counts"].as_object().unwrap().iter().map(|(name, count)| json!({name.as_str(): count})).collect()
    });
    gives("$split($join(input.words, \",\"), \",\")", |input| {
        json!(words(input).join(",").split(',').collect::<Vec<_>>())
    });
    gives("$range(1, $count(input.words), 1)", |input| (1..=words(input).len()).collect());
    gives("$zip(input.words, input.orders[*].total)", |input| {
        words(input).into_iter().zip(totals(input)).map(|(word, total)| json!([word, total])).collect()
    });
    gives("$append(input.words, \"z\")", |input| words(input).into_iter().chain(["z".to_owned()]).collect());
    gives("$append(input.more, [1])", |_| json!([1]));
    gives("$reverse(input.deep)", |input| input["deep"].as_array().unwrap().iter().rev().cloned().collect());
    gives("$count($shuffle(input.deep))", |input| json!(items(&input["deep"]).count()));
    gives("$distinct(input.words)", |input| {
        let mut seen = words(input);
        let mut kept = Vec::new();
        seen.retain(|word| {
            !kept.contains(word) && {
                kept.push(word.clone());
                true
            }
        });
        json!(seen)
    });
    gives("$distinct(input.deep)", |input| {
        let mut kept: Vec<Value> = Vec::new();
        items(&input["deep"]).for_each(|list| {
            if !kept.contains(list) {
                kept.push(list.clone())
            }
        });
        json!(kept)
    });
    gives("$sort(input.words)", |input| {
        let mut sorted = words(input);
        sorted.sort();
        json!(sorted)
    });
    gives("$partition(input.words, 2)", |input| json!(words(input).chunks(2).collect::<Vec<_>>()));
    gives("$sum(input.orders[*].total) + $sum([])", |input| json!(totals(input).sum::<i64>()));
    gives("$max([1, input.limit]) + $min($append(input.orders[*].total, [0]))", |_| json!(4));
    gives("$merge([input.counts, { z: 9 }])", |input| {
        let mut merged = input["counts"].clone();
        merged["z"] = json!(9);
        merged
    });
    gives("{ all?: $average(input.orders[*].total) }", |input| {
        let all: Vec<_> = totals(input).collect();
        match all.len() {
            0 => json!({}),
            count if all.iter().sum::<i64>() % count as i64 == 0 => {
                json!({"all": all.iter().sum::<i64>() / count as i64})
            }
            count => json!({"all": all.iter().sum::<i64>() as f64 / count as f64}),
        }
    });
    gives("$lookup(input.counts, \"a\") ?? 0", |input| input["counts"].get("a").cloned().unwrap_or(json!(0)));
}

#[test]
fn regular_expressions() {
    let joined = |input: &Value| items(&input["words"]).map(|word| word.as_str().unwrap()).collect::<String>();
    gives("$match($join(input.words), regex \"[ab]\")[*].match", |input| {
        joined(input).chars().filter(|letter| "ab".contains(*letter)).map(String::from).collect()
    });
    gives(
        "{ found: $match(\"a-1, b-2\", regex r\"(?i)([A-Z])-(\\d)\") }",
        |_| json!({"found": [{"match": "a-1", "index": 0, "groups": ["a", "1"]}, {"match": "b-2", "index": 5, "groups": ["b", "2"]}]}),
    );
    gives("$match(\"x9\", regex r\"\\d\")", |_| json!([{"match": "9", "index": 1, "groups": []}]));
    gives("$match(\"x\", regex r\"\\d\")", |_| json!([]));
    gives("$match(\"k=v\", regex \"(.)=(.)\")[0].groups[1]", |_| json!("v"));
    gives("$filter(input.words, |word| $contains(word, regex \"^[a/]$\"))", |input| {
        list(items(&input["words"]).filter(|word| *word == "a"))
    });
    gives("$split(\"a1b22c\", regex \"[0-9]+\")", |_| json!(["a", "b", "c"]));
    gives("$split(\"a\", regex \"[0-9]+\")", |_| json!(["a"]));
    gives("$replace(\"John Smith\", regex r\"(\\w+)\\s(\\w+)\", \"$2, $1\")", |_| json!("Smith, John"));
    gives("$replace(\"a1b2\", regex r\"\\d\", |found| \"<\" + found.match + $string(found.start) + \">\")", |_| {
        json!("a<11>b<23>")
    });
    gives("$map(input.words, |word| $replace(word, regex \"[(/a]\", \"x\"))", |input| {
        items(&input["words"]).map(|word| word.as_str().unwrap().replace('a', "x")).collect()
    });
}

#[test]
fn steps_after_a_list_in_brackets() {
    gives("[3, input.limit][1]", |input| input["limit"].clone());
    gives("[3, input.limit][*]", |input| json!([3, input["limit"]]));
    gives("[\"a\", \"b\"][1..]", |_| json!(["b"]));
    gives("[input.words, input.words][0][*]", |input| input["words"].clone());
}

#[test]
fn raw_text_with_a_type_and_values() {
    gives(
        "$sum(jsonata<Vec<i64>> \"[$xs[Total > $least].Total]\" { xs: input.orders, least: input.limit })",
        |input| json!(totals(input).filter(|total| *total > 4).sum::<i64>()),
    );
    gives("$map(input.words, |word| jsonata<String> \"$w & '!'\" { w: word } + \"?\")", |input| {
        items(&input["words"]).map(|word| json!(format!("{}!?", word.as_str().unwrap()))).collect()
    });
    gives("(jsonata<Vec<Line>> \"[$lines[qty > 1]]\" { lines: input.orders[*].lines[*] })[*].sku", |input| {
        let lines = items(&input["orders"]).flat_map(|order| items(&order["lines"]));
        list(lines.filter(|line| line["qty"].as_i64() > Some(1)).map(|line| &line["sku"]))
    });
    // A list of no value, and of one, is a list.
    for least in [0, 1, 2, 3, 9] {
        let text = format!("jsonata<Vec<Line>> \"$lines[qty > {least}]\" {{ lines: input.orders[*].lines[*] }}");
        gives(&text, |input| {
            let lines = items(&input["orders"]).flat_map(|order| items(&order["lines"]));
            list(lines.filter(|line| line["qty"].as_i64() > Some(least)))
        });
    }
    gives("jsonata \"$exists($more) ? 1 : 0\" { more?: input.more }", |_| json!(0));
}

#[test]
fn items_of_results() {
    gives("$split(\"a,b\", \",\")[-1]", |_| json!("b"));
    gives("$filter(input.orders, |order| order.total > 4)[0].total ?? 0", |input| {
        json!(totals(input).find(|total| *total > 4).unwrap_or(0))
    });
    gives("$sort(input.orders[*].total)[0] ?? -1", |input| json!(totals(input).min().unwrap_or(-1)));
    gives("{ first?: input.words[0] }", |input| match input["words"].get(0) {
        Some(word) => json!({"first": word}),
        None => json!({}),
    });
    gives("$keys(input.counts)[0] ?? \"none\"", |input| {
        json!(input["counts"].as_object().unwrap().keys().next().map_or("none", String::as_str))
    });
}

#[test]
fn groups_and_joins() {
    gives(
        "$map($distinct(input.words), |key| { key: key, count: $count($filter(input.words, |word| word == key)) })",
        |input| {
            let mut keys: Vec<&Value> = Vec::new();
            items(&input["words"]).for_each(|word| {
                if !keys.contains(&word) {
                    keys.push(word)
                }
            });
            let count = |key: &Value| items(&input["words"]).filter(|word| *word == key).count();
            keys.into_iter().map(|key| json!({"key": key, "count": count(key)})).collect()
        },
    );
    gives(
        "$map(input.orders, |order| { total: order.total, lines: $filter(order.lines, |line| line.qty in [1, 3]) })",
        |input| {
            let lines = |order: &Value| {
                list(items(&order["lines"]).filter(|line| [1, 3].contains(&line["qty"].as_i64().unwrap())))
            };
            items(&input["orders"]).map(|order| json!({"total": order["Total"], "lines": lines(order)})).collect()
        },
    );
    gives("$map($keys(input.counts), |key| { key: key, count: $lookup(input.counts, key) ?? 0 })", |input| {
        input["counts"].as_object().unwrap().iter().map(|(key, count)| json!({"key": key, "count": count})).collect()
    });
}

#[test]
fn items_of_unknown_types() {
    let workflow = "workflow W {
        input { x: Json, j: Vec<Json>, os: Vec<O> }
        struct O { l: Vec<i64> }
        pass P {
            pairs: $map([1], |i| [input.x, i]),
            more: $append(input.j, [input.x]),
            copy: $reduce(input.j, |all, x| $append(all, [x]), []),
            twice: $map($append(input.os, []), |o| [o.l, o.l]),
            default: $append([0], [input.x ?? 0]),
            chosen: $append([0], [if $count(input.j) > 0 { input.x } else { \"none\" }]),
            looked: $append([0], [$lookup({ k: input.x }, \"k\") ?? 0]),
            raw: $append([0], [jsonata \"$x\" { x: input.x }]),
        } -> end;
    }";
    for x in [json!(1), json!([]), json!([1]), json!([1, 2]), json!([[1]]), json!({"a": 1})] {
        for j in [json!([]), json!([[]]), json!([1]), json!([[4], [5, 6]])] {
            let input = json!({"x": x, "j": j, "os": [{"l": []}, {"l": [1]}, {"l": [2, 3]}]});
            let mut more = j.as_array().unwrap().clone();
            more.push(x.clone());
            let expected = json!({
                "pairs": [[x, 1]],
                "more": more,
                "copy": j,
                "twice": [[[], []], [[1], [1]], [[2, 3], [2, 3]]],
                "default": [0, x],
                "chosen": [0, if j == json!([]) { json!("none") } else { x.clone() }],
                "looked": [0, x],
                "raw": [0, x],
            });
            assert_eq!(run(workflow, &input, |_| Ok(Value::Null)).output().map(|output| &**output), Some(&expected));
        }
    }
}

#[test]
fn parts_by_the_item_of_a_map() {
    let workflow = "workflow W {
        input { rows: Vec<Row> }
        struct Row { xs: Vec<i64>, ls: Vec<Vec<i64>>, k: i64 }
        map Each over input.rows {
            wait Pause for 1s -> Parts;
            pass Parts { from: item.xs[item.k..], to: item.xs[..item.k], each: item.ls[*][item.k..], one: item.ls[*][item.k] } -> end;
        } -> end;
    }";
    let input = json!({"rows": [{"xs": [1, 2, 3], "ls": [[1, 2], [3, 4, 5]], "k": 1}]});
    let expected = json!([{"from": [2, 3], "to": [1], "each": [[2], [4, 5]], "one": [2, 4]}]);
    assert_eq!(run(workflow, &input, |_| Ok(Value::Null)).output().map(|output| &**output), Some(&expected));
}

#[test]
fn lists_that_are_absent_or_null() {
    let workflow = "workflow W {
        input { xs: Option<Vec<i64>>, rows: Option<Vec<Row>> }
        struct Row { id: i64 }
        pass P {
            count: $count(input.xs),
            first: $append(input.xs, [1]),
            second: $append([1], input.xs),
            both: $append(input.xs, input.xs),
            distinct: $distinct(input.xs),
            zip: $zip(input.xs, input.xs),
            rows: $append(input.rows, [])[*].id,
        } -> end;
    }";
    let inputs = [json!({}), json!({"xs": null, "rows": null}), json!({"xs": [], "rows": []})];
    let none = json!({"count": 0, "first": [1], "second": [1], "both": [], "distinct": [], "zip": [], "rows": []});
    for input in inputs {
        let execution = run(workflow, &input, |_| Ok(Value::Null));
        assert_eq!(execution.output().map(|output| &**output), Some(&none), "{input}");
    }
    let one = json!({"count": 1, "first": [2, 1], "second": [1, 2], "both": [2, 2], "distinct": [2], "zip": [[2, 2]],
        "rows": [7]});
    let execution = run(workflow, &json!({"xs": [2], "rows": [{"id": 7}]}), |_| Ok(Value::Null));
    assert_eq!(execution.output().map(|output| &**output), Some(&one));
}

#[test]
fn raw_lists_of_lists() {
    let workflow = "workflow W {
        input { xs: Vec<Vec<i64>> }
        pass P {
            call: jsonata<Vec<Vec<i64>>> \"$map($xs, function($x) { $x })\" { xs: input.xs },
            path: jsonata<Vec<Vec<i64>>> \"$states.input.xs\",
            block: jsonata<Vec<Vec<i64>>> \"($ys := $xs; $filter($ys, function($y) { true }))\" { xs: input.xs },
            chosen: jsonata<Vec<Vec<i64>>> \"$count($xs) > 100 ? $xs : $filter($xs, function($y) { true })\" { xs: input.xs },
        } -> end;
    }";
    for xs in [json!([]), json!([[1]]), json!([[1, 2]]), json!([[1], [2, 3]])] {
        let execution = run(workflow, &json!({"xs": xs}), |_| Ok(Value::Null));
        let expected = json!({"call": xs, "path": xs, "block": xs, "chosen": xs});
        assert_eq!(execution.output().map(|output| &**output), Some(&expected), "{xs}");
    }
}
