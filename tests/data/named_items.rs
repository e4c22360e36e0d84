//! Tests that states of inner maps read the items of the maps around them.

use serde_json::{Value, json};

use super::run;

/// Returns orders with so many lines.
fn orders(lines: &[usize]) -> Value {
    let order = |(number, lines): (usize, &usize)| {
        let lines: Vec<_> = (0..*lines).map(|line| json!({ "sku": format!("{number}-{line}") })).collect();
        json!({ "id": number, "lines": lines })
    };
    lines.iter().enumerate().map(order).collect()
}

const TYPES: &str =
    "input { orders: Vec<Order> } struct Order { id: i64, lines: Vec<Line> } struct Line { sku: String }";

#[test]
fn an_inner_map_reads_the_item_of_the_outer() {
    for query in ["jsonata", "jsonpath"] {
        let workflow = format!(
            "workflow W {{ query {query}; {TYPES}
                map Orders over input.orders as order {{
                    pass Keep -> Lines;
                    map Lines over order.lines as line {{
                        pass Wait -> Show;
                        pass Show {{ id: order.id, sku: line.sku, same: item.sku }} -> end;
                    }} -> end;
                }} -> end;
            }}"
        );
        for lines in [&[][..], &[0], &[1], &[2, 0, 1, 3]] {
            let orders = orders(lines);
            let of = |order: &Value| {
                let show = |line: &Value| json!({ "id": order["id"], "sku": line["sku"], "same": line["sku"] });
                order["lines"].as_array().unwrap().iter().map(show).collect::<Value>()
            };
            let expected: Value = orders.as_array().unwrap().iter().map(of).collect();
            let output: Value = run(&workflow, &json!({ "orders": orders }), |_| Ok(Value::Null)).output_as().unwrap();
            assert_eq!(output, expected, "{query}");
        }
    }
}

#[test]
fn a_child_execution_has_its_item_in_all_maps() {
    let workflow = format!(
        "workflow W {{ {TYPES}
            map Orders over input.orders as order distributed {{
                map Lines over order.lines {{
                    pass Show {{ id: order.id, sku: item.sku }} -> end;
                }} -> end;
            }} -> end;
        }}"
    );
    let output: Value = run(&workflow, &json!({ "orders": orders(&[1, 2]) }), |_| Ok(Value::Null)).output_as().unwrap();
    let expected = json!([
        [{ "id": 0, "sku": "0-0" }],
        [{ "id": 1, "sku": "1-0" }, { "id": 1, "sku": "1-1" }],
    ]);
    assert_eq!(output, expected);
}

#[test]
fn a_selector_passes_the_item_on() {
    let workflow = format!(
        "workflow W {{ {TYPES}
            map Orders over input.orders as order {{
                map Lines over order.lines as line item_selector {{ id: order.id, sku: line.sku, index: index }} {{
                    pass Show = state -> end;
                }} -> end;
            }} -> end;
        }}"
    );
    let output: Value = run(&workflow, &json!({ "orders": orders(&[2]) }), |_| Ok(Value::Null)).output_as().unwrap();
    assert_eq!(output, json!([[{ "id": 0, "sku": "0-0", "index": 0 }, { "id": 0, "sku": "0-1", "index": 1 }]]));
}
