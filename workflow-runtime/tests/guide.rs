//! Tests the pages that the documentation of `workflow!` links to. `.ci/links` follows the links in rustdoc's output.

use std::fs;
use std::path::Path;
use workflow_cases::every;

const PAGES: [&str; 3] = ["language", "errors", "testing"];

/// Returns the pages of the guide, and those of its module `cookbook`.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cookbook");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // The pictures are beside the pages.
    let cookbook = files.filter_map(|file| Some(format!("cookbook/{}", file.strip_suffix(".md")?)));
    PAGES.map(str::to_owned).into_iter().chain(cookbook).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// They are links to the files in `docs`, which cargo packages as files: docs.rs has no other copy.
#[test]
fn the_guide_is_what_the_docs_are() {
    let guide = read("src/guide.rs");
    every(pages(), |page| {
        assert!(read(&format!("guide/{page}.md")) == read(&format!("../docs/{page}.md")), "{page}");
        assert!(guide.contains(&format!("\"../guide/{page}.md\"")), "guide.rs lacks {page}");
    });
}

#[test]
fn the_macro_links_to_the_guide() {
    let docs = read("src/lib.rs");
    every(PAGES.into_iter().chain(["cookbook"]), |page| {
        assert!(docs.contains(&format!("[`guide::{page}`]")), "{page}");
    });
    assert!(!docs.contains("docs/"), "a file's name is no link");
}

/// A link to another file is broken on rustdoc's pages unless the guide defines its target, and a picture unless the
/// guide has it as data.
#[test]
fn pages_refer_to_files_by_reference() {
    let guide = read("src/guide.rs");
    let pictures = read("guide/cookbook/graphs.md");
    for page in pages() {
        let text = read(&format!("guide/{page}.md"));
        for (at, _) in text.match_indices("](") {
            let to = text[at + 2..].split(')').next().unwrap();
            assert!(
                to.starts_with(['#', 'h']),
                "{page}: write `[…][name]`, and `[name]: {to}` at the end and in guide.rs"
            );
        }
        for line in text.lines().filter(|line| line.starts_with('[')) {
            let Some((name, to)) = line.split_once("]: ") else { continue };
            if to.ends_with(".svg") {
                assert!(pictures.contains(&format!("{name}]: data:")), "graphs.md lacks {name}]");
                continue;
            }
            assert!(guide.contains(&format!("/// {name}]: crate::guide")), "guide.rs lacks {name}]");
        }
    }
}
