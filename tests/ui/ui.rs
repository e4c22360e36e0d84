//! `fail/<topic>/<mistake>.rs`: each error with rustc's output in `<mistake>.stderr`.
//! `pass/*.rs`: workflows in every position and form that must compile and run.
//! `flows/`: the documents that `from` names in both.
//!
//! `TRYBUILD=overwrite cargo test -p workflow-ui-tests` rewrites the `.stderr` files.

mod imported;

use std::fs;
use std::path::Path;

#[test]
fn mistakes_are_reported_at_their_words() {
    lay_out_documents();
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

// Separate from the others: with a case that runs, trybuild builds its cases one by one.
#[test]
fn right_workflows_compile_and_run() {
    lay_out_documents();
    trybuild::TestCases::new().pass("pass/*.rs");
}

/// Copies the documents to the crate that trybuild makes of the cases: paths are relative to its `Cargo.toml`.
fn lay_out_documents() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let to = target.map(|target| target.join("tests/trybuild").join(env!("CARGO_PKG_NAME")).join("flows"));
    let copied = to.ok_or_else(|| std::io::Error::other("no target folder")).and_then(|to| {
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("flows"))? {
            let entry = entry?;
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
        Ok(())
    });
    assert!(copied.is_ok(), "{copied:?}");
}

/// rustc's lexer differs from that of tools: both must accept the output of `import`.
#[test]
fn imported_workflows_compile_and_give_their_documents() {
    let Some(source) = imported::sample() else { return };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported.rs");
    fs::write(&file, source).expect("the folder for tests can be written");
    trybuild::TestCases::new().pass(file);
}
