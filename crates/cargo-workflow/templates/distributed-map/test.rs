//! Runs the workflow with the rows of a file in the test's memory.

use std::sync::{Arc, Mutex};

use CRATE::{ChargeAll, ChargeAllInput, ChargeAllParams};
use serde_json::{Value, json};
use workflow_local::{Engine, MemoryStore, ObjectStore};

#[test]
fn every_row_is_charged() {
    let store = MemoryStore::new();
    store.put("orders", "today.csv", b"id,sum\na,3\nb,4\n".to_vec()).unwrap();
    let charged = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&charged);
    let params = ChargeAllParams {
        bucket: "orders".to_owned(),
        charge: "arn:aws:lambda:eu-west-1:123456789012:function:charge".into(),
    };
    let engine = Engine::of_with::<ChargeAll>(&params)
        .unwrap()
        .object_store(Arc::new(store) as Arc<dyn ObjectStore>)
        .on_lambda("charge", move |row: Value| {
            seen.lock().unwrap().push(row);
            Ok(json!({ "charged": true }))
        });
    engine.run(&ChargeAllInput { key: "today.csv".to_owned() }).unwrap().assert_succeeded();
    let mut charged = charged.lock().unwrap().clone();
    charged.sort_by_key(|row| row["id"].to_string());
    assert_eq!(charged, [json!({ "id": "a", "sum": "3" }), json!({ "id": "b", "sum": "4" })]);
}
