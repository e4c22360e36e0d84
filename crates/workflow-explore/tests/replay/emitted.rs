/// The execution of order-17 takes the recorded path.
#[test]
fn execution_order_17() {
    let engine = engine()
        .on_state_answers("Answer", workflow_local::Answers::new().never(1))
        .on_state_answers("Charge", workflow_local::Answers::new().fails(1, workflow_local::TaskError::new("Busy").with_cause("try \"later\"\n")).gives(1, serde_json::json!({"receipt":1.5})))
        .on_state_answers("Pack", workflow_local::Answers::new().gives(1, serde_json::json!(["a"])).gives(1, serde_json::json!(["b"])).gives(1, serde_json::json!(["c"])));
    let execution = engine.run(&serde_json::json!({"items":["a","b","c"]})).unwrap();
    execution.assert_path(["Charge", "Each", "Pack", "Pack", "Pack", "Answer", "Done"]);
    execution.assert_output(serde_json::json!({"items":["a","b","c"],"paid":{"receipt":1.5},"packed":[["a"],["b"],["c"]]}));
}
