//! Mistakes in inline and distributed maps, and in parallels.

use serde_json::{Value, json};
use workflow_explore::Property;

use super::{ENDS, PROGRAM, Planted, UNCAUGHT, caught, declared, inner, machine, planted, sorted, task, with};

/// Returns a map over `$.items`, inline or distributed.
fn map(states: Value, start: &str, more: Value) -> Value {
    let processor = json!({ "StartAt": start, "States": states });
    let map = json!({ "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": null, "Next": "Done" });
    with(map, more)
}

fn distributed(states: Value, start: &str, more: Value) -> Value {
    let mut map = map(states, start, more);
    map["ItemProcessor"]["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    map
}

fn end() -> Value {
    json!({ "Type": "Pass", "End": true })
}

/// Returns a saga for each item: each reservation must be kept or released.
fn saga(fails: &str) -> Value {
    json!({
        "Reserve": with(task("reserve", "Pay"), caught(&["States.ALL"], "Given")),
        "Pay": with(task("pay", "Kept"), sorted("Declined", "Free", fails)),
        "Free": with(task("free", "Given"), caught(&["States.ALL"], "Given")),
        "Kept": end(), "Given": end(),
    })
}

pub(super) fn all() -> Vec<Planted> {
    let one = || inner("each");
    let tolerant = |more: Value| machine(json!({ "All": distributed(json!({ "Each": one() }), "Each", more) }));
    let wrapped = |all: Value| machine(json!({ "All": all }));
    let failed = || caught(&["States.ALL"], "Failed");
    let each = || Property::after("Reserve", ["Kept", "Free"]);
    let tolerated = |each: Value| {
        let more = with(json!({ "ToleratedFailurePercentage": 100 }), failed());
        wrapped(distributed(with(json!({ "Kept": end(), "Given": end() }), json!({ "Each": each })), "Each", more))
    };
    let sized = |more: Value| {
        let rule = json!({ "Variable": "$.size", "NumericGreaterThan": 3, "Next": "Kept" });
        tolerated(with(
            json!({ "Type": "Choice", "Choices": [rule, { "Variable": "$.size", "IsNull": true, "Next": "Given" }] }),
            more,
        ))
    };
    let noted = |otherwise: &str| {
        let note = "{% $exists($states.input.note) ? $states.input.note : OTHERWISE %}".replace("OTHERWISE", otherwise);
        let pass = json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": note, "Next": "Kept" });
        let mut tolerated = tolerated(pass);
        tolerated["States"]["All"]["ItemProcessor"]["States"].as_object_mut().unwrap().shift_remove("Given");
        tolerated
    };
    let retried = |on_map: Value, on_task: Value| {
        let charge = with(inner("charge"), with(json!({ "Next": "Pack" }), on_task));
        let mut states = json!({ "Charge": charge, "Pack": inner("pack") });
        states["Charge"].as_object_mut().unwrap().remove("End");
        wrapped(map(states, "Charge", with(on_map, failed())))
    };
    let busy = || json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }] });
    let pages = |start: &str| {
        let charge = json!({ "Charge": with(task("charge", "Kept"), caught(&["States.ALL"], "Kept")), "Kept": end() });
        machine(json!({
            "Charges": with(map(charge, "Charge", failed()), json!({ "Next": "Fetch" })),
            "Fetch": with(task("fetch", "More"), json!({ "ResultPath": "$" })),
            "More": { "Type": "Choice", "Choices": [{ "Variable": "$.more", "BooleanEquals": true, "Next": start }], "Default": "Done" },
        }))
    };
    let nested = |fails: &str| {
        let inside = map(saga("Free"), "Reserve", json!({ "ItemsPath": "$.parts" }));
        let mut states = json!({ "Book": with(task("book", "Parts"), caught(&["States.ALL"], "Unbooked")), "Parts": inside,
            "Unbook": with(task("unbook", "Unbooked"), caught(&["States.ALL"], "Unbooked")), "Booked": end(), "Unbooked": end() });
        states["Parts"] =
            with(states["Parts"].clone(), with(sorted("Lost", "Unbook", fails), json!({ "Next": "Booked" })));
        states["Parts"]["ItemProcessor"]["States"]["Reserve"].as_object_mut().unwrap().remove("Catch");
        wrapped(map(states, "Book", failed()))
    };
    let both = |on: Value, more: Value| {
        let branches = json!([
            { "StartAt": "Charge", "States": { "Charge": with(inner("charge"), on.clone()) } },
            { "StartAt": "Pack", "States": { "Pack": with(inner("pack"), on) } },
        ]);
        let both = json!({ "Type": "Parallel", "Branches": branches, "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(with(both, more), failed()) }))
    };
    let race = |first: &str| {
        let retried = json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 70, "MaxAttempts": 1 }] });
        let branches = json!([
            { "StartAt": "Any", "States": {
                "Any": { "Type": "Choice", "Choices": [{ "Variable": "$.urgent", "BooleanEquals": true, "Next": first }], "Default": "Rest" },
                "Rest": { "Type": "Wait", "Seconds": 60, "Next": "Cancel" },
                "Cancel": with(task("cancel", "Cancelled"), caught(&["States.ALL"], "Cancelled")), "Cancelled": end() } },
            { "StartAt": "Ship", "States": { "Ship": with(inner("ship"), retried) } },
        ]);
        let both = json!({ "Type": "Parallel", "Branches": branches, "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(both, failed()) }))
    };
    let first = |path: &str| {
        let branches = json!([
            { "StartAt": "A", "States": { "A": { "Type": "Pass", "Result": { "total": 1 }, "End": true } } },
            { "StartAt": "B", "States": { "B": { "Type": "Pass", "Result": "none", "End": true } } },
        ]);
        let both = json!({ "Type": "Parallel", "Branches": branches, "Next": "Use" });
        let used = with(task("use", "Done"), json!({ "Parameters": { "total.$": path } }));
        machine(json!({ "Both": both, "Use": used }))
    };
    let looping = |catch: &str| {
        let states = json!({ "Try": with(task("try", "Tried"), caught(&["States.ALL"], catch)),
            "Again": { "Type": "Wait", "Seconds": 1, "Next": "Try" }, "Tried": end() });
        let states =
            if catch == "Again" { states } else { with(json!({}), json!({ "Try": states["Try"], "Tried": end() })) };
        wrapped(distributed(states, "Try", failed()))
    };
    let short = |fails: Value| {
        let states = json!({
            "Open": with(inner("open"), json!({ "Next": "Use" })),
            "Use": with(with(inner("use"), json!({ "Next": "Close" })), fails),
            "Close": inner("close"),
        });
        let mut map = distributed(states, "Open", with(json!({ "ToleratedFailurePercentage": 100 }), failed()));
        map["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = json!("EXPRESS");
        let mut map = wrapped(map);
        for name in ["Open", "Use", "Close"] {
            map["States"]["All"]["ItemProcessor"]["States"][name]
                .as_object_mut()
                .unwrap()
                .retain(|field, _| field != "End" || name == "Close");
        }
        map
    };
    vec![
        planted("no failure of an item is tolerated", UNCAUGHT, tolerant(json!({})), tolerant(failed())),
        planted(
            "fewer failures are tolerated than happen",
            UNCAUGHT,
            tolerant(json!({ "ToleratedFailureCount": 1 })),
            tolerant(json!({ "ToleratedFailureCount": 2 })),
        ),
        planted(
            "half of the items may fail, and the only one does",
            UNCAUGHT,
            tolerant(json!({ "ToleratedFailurePercentage": 50 })),
            tolerant(json!({ "ToleratedFailurePercentage": 100 })),
        ),
        declared(
            "a child keeps what it reserved",
            each(),
            wrapped(distributed(saga("Given"), "Reserve", failed())),
            wrapped(distributed(saga("Free"), "Reserve", failed())),
        ),
        declared(
            "a child ends where it should not",
            Property::ends_in(["Kept", "Given"]),
            wrapped(distributed(
                with(
                    saga("Free"),
                    json!({ "Free": with(task("free", "Given"), caught(&["States.ALL"], "Lost")), "Lost": end() }),
                ),
                "Reserve",
                failed(),
            )),
            wrapped(distributed(saga("Free"), "Reserve", failed())),
        ),
        planted("no rule fits in a tolerated item", PROGRAM, sized(json!({})), sized(json!({ "Default": "Given" }))),
        planted(
            "an expression without a value in a tolerated item",
            PROGRAM,
            noted("$states.input.note"),
            noted("'none'"),
        ),
        planted("a child is tried again forever", ENDS, looping("Again"), looping("Tried")),
        declared(
            "the map is retried and charges its items again",
            Property::at_most_once("Charge"),
            retried(busy(), json!({})),
            retried(json!({}), busy()),
        ),
        declared(
            "each page charges its items once",
            Property::at_most_once("Charge"),
            retried(busy(), json!({})),
            pages("Charges"),
        ),
        declared(
            "a booked item whose parts fail stays booked",
            Property::after("Book", ["Booked", "Unbook"]),
            nested("Unbooked"),
            nested("Unbook"),
        ),
        declared(
            "the parallel is retried and charges again",
            Property::at_most_once("Charge"),
            both(json!({}), busy()),
            both(busy(), json!({})),
        ),
        declared(
            "cancelled at once, while the other branch tries again",
            Property::before("Rest", "Cancel"),
            race("Cancel"),
            race("Rest"),
        ),
        planted("the result of the other branch", PROGRAM, first("$[1].total"), first("$[0].total")),
        declared(
            "a child that fails leaves open what it opened",
            Property::after("Open", ["Close"]),
            short(json!({})),
            short(caught(&["States.ALL"], "Close")),
        ),
    ]
}
