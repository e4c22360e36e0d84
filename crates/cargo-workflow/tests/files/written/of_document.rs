//! The package needs `serde_json`, `workflow-explore` and `workflow-local`, with its feature `jsonata`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

fn engine() -> workflow_local::Engine {
    let definition: serde_json::Value = serde_json::from_str(include_str!("loop.asl.json")).unwrap();
    workflow_local::Engine::new(&definition).unwrap().named("loop")
}

/// no error is left uncaught: the execution fails with UnnamedError.
pub(crate) fn no_error_is_left_uncaught_ask() {
    let engine = engine()
        .on_state_answers("Ask", workflow_local::Answers::new().fails(1, "UnnamedError").then(serde_json::json!({})))
        .on_state_answers("Run", workflow_local::Answers::new().gives(1, serde_json::json!({"Payload":{"large":3000000000_i64,"said":"\u{7} bell"}})).then(serde_json::json!({"Payload":{"large":3000000000_i64,"said":"\u{7} bell"}})));
    let execution = engine.run(&serde_json::json!({})).unwrap();
    assert_ne!(execution.error(), Some("UnnamedError"));
}
