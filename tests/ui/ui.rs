//! `fail/<topic>/<mistake>.rs`: each mistake with what rustc prints, in `<mistake>.stderr`.
//! `pass/*.rs`: workflows in every place and shape that must compile, and run.
//!
//! `TRYBUILD=overwrite cargo test -p workflow-ui-tests` writes the `.stderr` files anew.

#[test]
fn mistakes_are_reported_at_their_words() {
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

// Apart from the others: with a case that runs, trybuild builds its cases one by one.
#[test]
fn right_workflows_compile_and_run() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
