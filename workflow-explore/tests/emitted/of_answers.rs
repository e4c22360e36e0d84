/// after Reserve: Done or Release: `Reserve` has succeeded, and neither of `Done`, `Release` follows before the end.
#[test]
fn after_reserve_done_or_release_reserve() {
    let engine = engine()
        .on_state_answers("Reserve", Answers::new().gives(1, json!({})).then(json!({})))
        .on_state_answers("Ship", Answers::new().fails(1, "UnnamedError").then(json!({})))
        .on_state_answers("Release", Answers::new().then(json!({})));
    let execution = engine.run(&json!({})).unwrap();
    Property::after("Reserve", ["Done", "Release"]).check(&execution).unwrap();
}
