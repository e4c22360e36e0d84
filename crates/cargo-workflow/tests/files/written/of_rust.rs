//! The package needs `serde_json`, `workflow-explore` and `workflow-local`, with its feature `jsonata`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, unreachable_pub, reason = "the test needs only the workflow")]
#[path = "booking.rs"]
mod tested;

fn engine() -> workflow_local::Engine {
    workflow_local::Engine::of::<tested::Booking>().unwrap()
}

/// ends in Sold: the execution ends in `Failed`.
pub(crate) fn ends_in_sold() {
    let engine = engine()
        .on_state_answers("Charge", workflow_local::Answers::new().then(serde_json::json!({})))
        .on_state_answers("Release", workflow_local::Answers::new().gives(1, serde_json::json!({})).then(serde_json::json!({})))
        .on_state_answers("Reserve", workflow_local::Answers::new().gives(1, serde_json::json!({})).then(serde_json::json!({})));
    let execution = engine.run(&serde_json::json!({"seat":"seat","price":3000000001_i64})).unwrap();
    "ends in Sold".parse::<workflow_explore::Property>().unwrap().check(&execution).unwrap();
}

/// after Reserve: Sold or Release: `Reserve` has succeeded, and neither of `Sold`, `Release` follows before the end.
pub(crate) fn after_reserve_sold_or_release_reserve() {
    let engine = engine()
        .on_state_answers("Charge", workflow_local::Answers::new().fails(1, "UnnamedError").then(serde_json::json!({})))
        .on_state_answers("Release", workflow_local::Answers::new().then(serde_json::json!({})))
        .on_state_answers("Reserve", workflow_local::Answers::new().gives(1, serde_json::json!({})).then(serde_json::json!({})));
    let execution = engine.run(&serde_json::json!({"seat":"seat","price":3000000000_i64})).unwrap();
    "after Reserve: Sold or Release".parse::<workflow_explore::Property>().unwrap().check(&execution).unwrap();
}
