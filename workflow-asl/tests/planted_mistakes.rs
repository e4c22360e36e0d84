//! A table of mistakes in documents, each with its correction: the mistake has its one finding, the correction none.
//!
//! Each file in `planted` has cases: a line `# name`, a line with the code, the pointer and words of the finding, and a
//! document in which `«wrong¦right»` marks what differs.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data fails")]

use std::path::Path;

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules::check_definition;
use workflow_cases::every;

/// Returns the document with what is wrong in each mark, or what is right.
fn variant(text: &str, right: bool) -> Value {
    let mut document = String::new();
    for (number, part) in text.split('«').enumerate() {
        if number == 0 {
            document.push_str(part);
            continue;
        }
        let (mark, rest) = part.split_once('»').unwrap();
        let (wrong, corrected) = mark.split_once('¦').unwrap();
        document.push_str(if right { corrected } else { wrong });
        document.push_str(rest);
    }
    serde_json::from_str(&document).unwrap()
}

fn found(document: &Value) -> Vec<String> {
    let found = check_definition(document, MachineType::Standard);
    let shown = found.iter().map(|one| {
        format!("{} {} {}; {}", one.code, one.pointer.as_str(), one.message(), one.help().unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn each_mistake_is_found_and_its_correction_is_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let cases: Vec<_> = texts.iter().flat_map(|text| text.trim_start_matches("# ").split("\n# ")).collect();
    assert!(cases.len() >= 40 || files.len() == 1, "{} cases", cases.len());
    every(cases, |case| {
        let (_, case) = case.split_once('\n').unwrap();
        let (wanted, document) = case.split_once('\n').unwrap();
        let (at, words) = wanted.split_once(" | ").unwrap();
        let wrong = found(&variant(document, false));
        assert!(
            wrong.len() == 1 && wrong.iter().all(|one| one.starts_with(&format!("{at} ")) && one.contains(words)),
            "expected {wanted}, found {wrong:#?}"
        );
        assert_eq!(found(&variant(document, true)), [""; 0], "the correction");
    });
}
