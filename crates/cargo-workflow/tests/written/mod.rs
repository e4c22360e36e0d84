//! Tests that commands write, which are checked in and compiled as modules of the tests of these commands.

use std::path::{Path, PathBuf};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/written")
}

/// Checks that a command writes the checked-in file. In it, the test is a function that other tests call.
pub(crate) fn is_checked_in(name: &str, write: impl FnOnce(&Path)) {
    let test = folder().join(format!("{name}.new"));
    write(&test);
    let text = std::fs::read_to_string(&test).unwrap();
    std::fs::remove_file(&test).unwrap();
    assert!(text.contains("\n#[test]\nfn "), "{text}");
    let text = text.replace("\n#[test]\nfn ", "\npub(crate) fn ");
    let file = folder().join(name);
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&file).unwrap(), "bless {name}: WORKFLOW_BLESS=1");
}
