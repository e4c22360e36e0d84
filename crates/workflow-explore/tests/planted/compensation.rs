//! Mistakes in compensation.

use serde_json::json;
use workflow_explore::Property;

use super::{Planted, caught, declared, machine, sorted, task, with};

pub(super) fn all() -> Vec<Planted> {
    let saga = |refund_fails: &str| {
        machine(json!({
            "Reserve": task("reserve", "Charge"),
            "Charge": with(task("charge", "Ship"), caught(&["States.ALL"], "Release")),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": with(task("refund", "Release"), caught(&["States.ALL"], refund_fails)),
            "Release": task("release", "Failed"),
        }))
    };
    let again = |after_refund: &str| {
        machine(json!({
            "Charge": task("charge", "Ship"),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": task("refund", after_refund),
        }))
    };
    let notified = |catch: &str| {
        machine(json!({
            "Ship": with(task("ship", "Notify"), caught(&["States.ALL"], "Cancel")),
            "Notify": with(task("notify", "Done"), caught(&["States.ALL"], catch)),
            "Cancel": task("cancel", "Failed"),
        }))
    };
    let branched = |catch: &str| {
        let branch = |name: &str| {
            let mut inner = task(name, "");
            for field in ["Next", "Catch"] {
                inner.as_object_mut().unwrap().remove(field);
            }
            json!({ "StartAt": name, "States": { name: with(inner, json!({ "End": true })) } })
        };
        let both = json!({ "Type": "Parallel", "Branches": [branch("Check"), branch("Reserve")], "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(both, sorted("Lost", "Release", catch)), "Release": task("release", "Failed") }))
    };
    let two = |skips: &str| {
        machine(json!({
            "Flight": task("flight", "Hotel"),
            "Hotel": with(task("hotel", "Car"), caught(&["States.ALL"], "NoFlight")),
            "Car": with(task("car", "Done"), caught(&["States.ALL"], "NoHotel")),
            "NoHotel": with(task("no-hotel", "NoFlight"), caught(&["States.ALL"], skips)),
            "NoFlight": task("no-flight", "Failed"),
        }))
    };
    let express = |next: &str| {
        machine(json!({
            "Express": { "Type": "Choice", "Choices": [{ "Variable": "$.express", "BooleanEquals": true, "Next": next }], "Default": "Charge" },
            "Charge": task("charge", "Ship"),
            "Ship": task("ship", "Done"),
        }))
    };
    let twice = |next: &str| {
        let mut charge = task("charge", next);
        charge["Catch"][0]["Next"] = "ChargeOther".into();
        machine(json!({ "Charge": charge, "ChargeOther": task("charge-other", "Done"), "Ship": task("ship", "Done") }))
    };
    let each = |catch: &str| {
        let inner = with(
            task("reserve", "Pay"),
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Given" }] }),
        );
        let pay = with(task("pay", "Kept"), sorted("Declined", "Free", catch));
        let free = with(
            task("free", "Given"),
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Given" }] }),
        );
        let processor = json!({ "StartAt": "Reserve", "States": {
            "Reserve": inner, "Pay": pay, "Free": free,
            "Kept": { "Type": "Pass", "End": true }, "Given": { "Type": "Pass", "End": true },
        } });
        machine(
            json!({ "All": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": null, "Next": "Done" } }),
        )
    };
    vec![
        declared(
            "a failed refund leaves the reservation held",
            Property::after("Reserve", ["Done", "Release"]),
            saga("Failed"),
            saga("Release"),
        ),
        declared(
            "a charge after its refund",
            Property::none_after("Charge", "Refund"),
            again("Charge"),
            again("Failed"),
        ),
        declared("shipped and cancelled", Property::never_both("Ship", "Cancel"), notified("Cancel"), notified("Done")),
        declared(
            "a branch has reserved when the other fails",
            Property::after("Reserve", ["Done", "Release"]),
            branched("Failed"),
            branched("Release"),
        ),
        declared(
            "the second compensation is skipped",
            Property::after("Flight", ["Done", "NoFlight"]),
            two("Failed"),
            two("NoFlight"),
        ),
        declared(
            "shipped before it is charged",
            Property::before("Charge", "Ship"),
            express("Ship"),
            express("Charge"),
        ),
        declared("charged twice", Property::never_both("Charge", "ChargeOther"), twice("ChargeOther"), twice("Ship")),
        declared(
            "an item keeps what it reserved",
            Property::after("Reserve", ["Kept", "Free"]),
            each("Given"),
            each("Free"),
        ),
        declared(
            "a failure that looks like success",
            Property::ends_in(["Done", "Failed"]),
            machine(json!({
                "Pay": with(task("pay", "Done"), sorted("Declined", "Failed", "Other")), "Other": { "Type": "Succeed" },
            })),
            machine(json!({ "Pay": with(task("pay", "Done"), caught(&["States.ALL"], "Failed")) })),
        ),
    ]
}
