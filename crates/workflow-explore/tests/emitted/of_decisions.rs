/// after Reserve: Done or Release: `Reserve` has succeeded, and neither of `Done`, `Release` follows before the end.
#[test]
fn after_reserve_done_or_release_reserve() {
    let decisions = [
        serde_json::json!({"input":{}}),
        serde_json::json!({"state":"Reserve","place":[1],"gives":{}}),
        serde_json::json!({"state":"Check","place":[0],"fails":"UnnamedError","lasting":"once"}),
    ];
    let decisions: Vec<_> = decisions.iter().filter_map(workflow_explore::Decision::from_json).collect();
    let replayed = workflow_explore::Explorer::new(&engine()).unwrap().property("after Reserve: Done or Release".parse::<workflow_explore::Property>().unwrap()).replay(&decisions).unwrap();
    let broken = replayed.findings.iter().find(|finding| finding.property == "after Reserve: Done or Release");
    assert!(broken.is_none(), "{}", replayed.execution);
}
