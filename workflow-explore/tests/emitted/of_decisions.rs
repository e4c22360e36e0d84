/// after Reserve: Done or Release: `Reserve` has succeeded, and neither of `Done`, `Release` follows before the end.
#[test]
fn after_reserve_done_or_release_reserve() {
    let decisions = [
        json!({"input":{}}),
        json!({"state":"Reserve","place":[1],"gives":{}}),
        json!({"state":"Check","place":[0],"fails":"UnnamedError","lasting":"once"}),
    ];
    let decisions: Vec<_> = decisions.iter().filter_map(Decision::from_json).collect();
    let replayed = Explorer::new(&engine()).unwrap().property(Property::after("Reserve", ["Done", "Release"])).replay(&decisions).unwrap();
    let broken = replayed.findings.iter().find(|finding| finding.property == "after Reserve: Done or Release");
    assert!(broken.is_none(), "{}", replayed.execution);
}
