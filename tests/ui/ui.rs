//! `fail/<topic>/<mistake>.rs`: errors that only rustc can show, and one of each kind that the compiler makes, with rustc's
//! output in `<mistake>.stderr`.
//! `flows/`: the documents that `from` names in `fail` and `pass`.
//!
//! `TRYBUILD=overwrite cargo test -p workflow-ui-tests` rewrites the `.stderr` files.

use std::fs;
use std::path::Path;

#[test]
fn mistakes_are_reported_at_their_words() {
    lay_out_documents();
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
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
