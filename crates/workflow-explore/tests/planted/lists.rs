//! Mistakes with lists and numbers in JSONata.

use serde_json::{Value, json};

use super::{PROGRAM, Planted, call, jsonata, planted, with};

pub(super) fn all() -> Vec<Planted> {
    let sends = |payload: &str| {
        let send = json!({ "Arguments": { "FunctionName": "send", "Payload": { "value": payload } } });
        jsonata(json!({ "Send": with(call("send", "Done"), send) }))
    };
    let pair = |name: &'static str, wrong: &str, right: &str| planted(name, PROGRAM, sends(wrong), sends(right));
    let rests = |seconds: &str| jsonata(json!({ "Rest": { "Type": "Wait", "Seconds": seconds, "Next": "Done" } }));
    let listed = |payload: &str| {
        let list = json!({ "Output": { "found": "{% $states.result.Payload.found %}" } });
        let send = json!({ "Arguments": { "FunctionName": "send", "Payload": { "value": payload } } });
        jsonata(json!({ "List": with(call("list", "Send"), list), "Send": with(call("send", "Done"), send) }))
    };
    let mapped = |items: &str| -> Value {
        let processor = json!({ "StartAt": "One", "States": { "One": { "Type": "Pass", "End": true } } });
        jsonata(json!({ "All": { "Type": "Map", "Items": items, "ItemProcessor": processor, "Next": "Done" } }))
    };
    vec![
        pair(
            "the first of those that a filter finds",
            "{% $filter($states.input.items, function($i) { $i.kind = 'gift' })[0].name %}",
            "{% $string($filter($states.input.items, function($i) { $i.kind = 'gift' })[0].name) & '' %}",
        ),
        pair(
            "the price of those above a bound",
            "{% $sum($states.input.items[price > 3].price) %}",
            "{% $sum([$states.input.items[price > 3].price]) %}",
        ),
        pair(
            "the sum of products of no lines",
            "{% $sum($states.input.lines.(price * pieces)) %}",
            "{% $sum([$states.input.lines.(price * pieces)]) %}",
        ),
        pair(
            "a list without items is reduced",
            "{% $reduce($states.input.items, function($sum, $i) { $sum + $i }) %}",
            "{% $reduce([0, $states.input.items], function($sum, $i) { $sum + $i }) %}",
        ),
        planted(
            "a wait of less than nothing seconds",
            PROGRAM,
            rests("{% $states.input.due - $states.input.spent %}"),
            rests("{% $max([0, $states.input.due - $states.input.spent]) %}"),
        ),
        planted(
            "nothing was found",
            PROGRAM,
            {
                let mut wrong = listed("{% $states.input.found[0].id %}");
                wrong["States"]["List"]["Output"]["found"] = "{% [$states.result.Payload.found[kind = 'a']] %}".into();
                wrong
            },
            listed("{% $count($states.input.found) %}"),
        ),
        planted(
            "the items of a map are no list",
            PROGRAM,
            mapped("{% $states.input.orders[open].id %}"),
            mapped("{% [$states.input.orders[open].id] %}"),
        ),
    ]
}
