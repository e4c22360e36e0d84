//! The parts of `docs/jsonata.md` that are generated from tables.

use std::path::Path;

/// Compares the part of the page after a mark with the expected text. `WORKFLOW_BLESS=1` writes it.
pub(crate) fn holds(mark: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/jsonata.md");
    let Ok(page) = std::fs::read_to_string(&file) else {
        println!("skipped: there is no {}", file.display());
        return;
    };
    let begin = format!("<!-- {mark} -->\n");
    let start = page.find(&begin).map(|at| at + begin.len()).unwrap();
    let end = start + page[start..].find("<!-- end -->").unwrap();
    let expected = format!("\n{expected}\n");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(&file, format!("{}{expected}{}", &page[..start], &page[end..])).unwrap();
        return;
    }
    assert_eq!(&page[start..end], expected, "WORKFLOW_BLESS=1 writes it");
}
