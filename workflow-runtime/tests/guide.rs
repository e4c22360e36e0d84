//! Tests the pages that the documentation of `workflow!` links to. `.ci/links` follows the links in rustdoc's output.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use workflow_cases::every;

const PAGES: [&str; 3] = ["language", "errors", "testing"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// They are links to the files in `docs`, which cargo packages as files: docs.rs has no other copy.
#[test]
fn the_guide_is_what_the_docs_are() {
    every(PAGES, |page| {
        assert!(read(&format!("guide/{page}.md")) == read(&format!("../docs/{page}.md")), "{page}");
    });
}

#[test]
fn the_macro_links_to_the_guide() {
    let docs = read("src/lib.rs");
    every(PAGES, |page| {
        assert!(docs.contains(&format!("[`guide::{page}`]")), "{page}");
    });
    assert!(!docs.contains("docs/"), "a file's name is no link");
}

/// A link to another file is broken on rustdoc's pages unless the guide defines its target.
#[test]
fn pages_refer_to_files_by_reference() {
    let guide = read("src/guide.rs");
    for page in PAGES {
        let text = read(&format!("guide/{page}.md"));
        for (at, _) in text.match_indices("](") {
            let to = text[at + 2..].split(')').next().unwrap();
            assert!(
                to.starts_with(['#', 'h']),
                "{page}: write `[…][name]`, and `[name]: {to}` at the end and in guide.rs"
            );
        }
        for line in text.lines().filter(|line| line.starts_with('[')) {
            let Some((name, _)) = line.split_once("]: ") else { continue };
            assert!(guide.contains(&format!("/// {name}]: crate::guide::")), "guide.rs lacks {name}]");
        }
    }
}
