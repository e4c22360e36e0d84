/// after Reserve: Done or Release: `Reserve` has succeeded, and neither of `Done`, `Release` follows before the end.
#[test]
fn after_reserve_done_or_release_reserve() {
    let engine = engine()
        .on_state_answers("Release", workflow_local::Answers::new().then(serde_json::json!({})))
        .on_state_answers("Reserve", workflow_local::Answers::new().gives(1, serde_json::json!({})).then(serde_json::json!({})))
        .on_state_answers("Ship", workflow_local::Answers::new().fails(1, "UnnamedError").then(serde_json::json!({})));
    let execution = engine.run(&serde_json::json!({})).unwrap();
    "after Reserve: Done or Release".parse::<workflow_explore::Property>().unwrap().check(&execution).unwrap();
}
