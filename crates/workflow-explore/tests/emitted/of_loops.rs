/// every execution ends: while the answers stay the same, the execution comes back to the same data: `Ready` never leads to `Failed`.
#[test]
fn every_execution_ends_ready() {
    let report = workflow_explore::Explorer::new(&engine()).unwrap().explore().unwrap();
    let broken = report.findings.iter().find(|finding| finding.property == "every execution ends");
    assert!(broken.is_none(), "{report}");
}
