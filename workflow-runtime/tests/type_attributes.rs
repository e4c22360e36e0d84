//! Tests `#[derive(…)]` and `#[serde(default)]` on the types of a workflow.

#![deny(warnings, missing_docs)]
use std::collections::BTreeSet;

use workflow_runtime::__private::serde_json::{from_value, json, to_value};
use workflow_runtime::workflow;

fn standard() -> String {
    "standard".to_owned()
}

fn limits() -> Limits {
    Limits { least: 1, greatest: 9 }
}

workflow! {
    /// Ships an order.
    pub workflow Ship {
        #[derive(Default, Eq, Hash, PartialOrd, Ord)]
        input {
            order: String,
            #[serde(default)]
            urgent: bool,
            #[serde(default, rename = "Via")]
            via: Via,
            #[serde(default)]
            places: Vec<Place>,
            #[serde(default)]
            note: Option<String>,
        }
        #[derive(Clone, Debug, PartialEq, serde::Serialize, Copy)]
        returns { total: f64 }
        #[derive(Default)]
        enum Via { Road, #[default] Rail }
        #[derive(Default, Eq, Hash, PartialOrd, Ord)]
        #[serde(default, rename_all = "camelCase")]
        struct Place { street_name: String, floor: i8 }
        pass Only { order: input.order, via: (input.via ?? Via::Road) } -> Total;
        pass Total { total: 1 } -> end;
    }

    workflow Named {
        input {
            #[serde(default = "crate::type_attributes::standard")]
            class: String,
            limits: Limits,
        }
        #[derive(core::marker::Copy, Eq)]
        #[serde(default = "limits")]
        struct Limits { least: u8, greatest: u8 }
        pass Only = input.limits -> end;
    }
}

#[test]
fn absent_members_have_their_defaults() {
    let read: ShipInput = from_value(json!({"order": "7"})).unwrap();
    assert_eq!(read, ShipInput { order: "7".to_owned(), via: Via::Rail, ..ShipInput::default() });
    assert!(from_value::<ShipInput>(json!({})).is_err(), "`order` has no default");
    assert!(from_value::<ShipInput>(json!({"order": "7", "urgent": null})).is_err(), "as in serde");
    assert_eq!(from_value::<Place>(json!({"floor": 2})).unwrap(), Place { street_name: String::new(), floor: 2 });
}

#[test]
fn functions_make_defaults() {
    let read: NamedInput = from_value(json!({"limits": {"least": 4}})).unwrap();
    assert_eq!(read, NamedInput { class: standard(), limits: Limits { least: 4, greatest: 9 } });
}

#[test]
fn defaults_are_written() {
    let written = json!({"order": "", "urgent": false, "Via": "Rail", "places": []});
    assert_eq!(to_value(ShipInput::default()).unwrap(), written);
}

#[test]
fn derived_traits_are_there() {
    let places: BTreeSet<Place> = [Place { floor: 2, ..Place::default() }, Place::default()].into();
    assert_eq!(places.first().unwrap().floor, 0);
    let output = ShipOutput { total: 1.5 };
    let copy = output;
    assert_eq!((output.total, copy.total), (1.5, 1.5));
    let limits = limits();
    let copy = limits;
    assert!(copy == limits);
}

#[test]
fn macros_and_functions_are_found_in_a_function() {
    use std::hash::Hash as Digest;

    fn seven() -> u8 {
        7
    }

    workflow! {
        workflow Local {
            #[derive(Digest)]
            input { #[serde(default = "seven")] number: u8 }
            pass Only -> end;
        }
    }

    let read: LocalInput = from_value(json!({})).unwrap();
    assert_eq!(read.number, 7);
    assert_eq!(Local::definition().name(), "Local");
}
