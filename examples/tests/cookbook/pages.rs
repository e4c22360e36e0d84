//! Compares the code in `docs/cookbook` and `docs/start.md` with the code that is tested.
//!
//! `WORKFLOW_BLESS=1 cargo test -p examples --test it cookbook` writes it. A new block needs only the first line of the
//! item, such as `fn engine(`; of a macro, the first two lines.

use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cookbook")
}

/// Returns the tested code of a page.
fn source(page: &str) -> String {
    let read = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    match page {
        "saga" => read("src/order_saga.rs") + &read("tests/order_saga.rs"),
        _ => read(&format!("tests/cookbook/{}.rs", page.replace('-', "_"))),
    }
}

/// Returns the item that a block shows: the macro or the function, with its comment and attributes.
fn item(source: &str, block: &str) -> Option<String> {
    let line = block.lines().find(|line| line.starts_with("workflow!") || line.starts_with("fn "))?;
    let opening = &line[..=line.find(['(', '{'])?];
    let lines: Vec<_> = source.lines().collect();
    let second = block.lines().nth(1);
    let is_item = |at: &usize| lines[*at].starts_with(opening);
    // A page may show more than one macro.
    let at = (0..lines.len()).filter(is_item).find(|at| lines.get(at + 1).copied() == second);
    let at = at.or_else(|| (0..lines.len()).find(is_item))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#[")).count();
    let length = lines[at..].iter().position(|line| *line == "}")?;
    Some(lines[at - above..=at + length].join("\n") + "\n")
}

/// Returns the page with the code that is tested.
fn with_tested_code(page: &str, text: &str) -> String {
    let source = source(page);
    let mut parts = text.split("```rust\n");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        let item = item(&source, block).unwrap_or_else(|| panic!("{page}: no such item:\n{block}"));
        out += &format!("```rust\n{item}```{rest}");
    }
    out
}

#[test]
fn pages_show_what_is_tested() {
    let index = fs::read_to_string(docs().join("index.md")).unwrap();
    let mut pages: Vec<_> = fs::read_dir(docs()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| !path.ends_with("index.md"));
    pages.sort();
    for path in &pages {
        let page = path.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("]: {page}\n")), "the index lacks {page}");
    }
    pages.push(docs().join("../start.md"));
    for path in pages {
        let page = path.file_stem().unwrap().to_str().unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("```rust\n"), "{page} shows no code");
        let tested = with_tested_code(page, &written);
        if std::env::var_os("WORKFLOW_BLESS").is_some() {
            fs::write(&path, tested).unwrap();
        } else {
            assert!(written == tested, "{page} shows other code than is tested: bless it");
        }
    }
}
