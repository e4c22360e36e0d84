//! Tests that what lists the words of the language agrees with its tables: the module in workflow-runtime, and the script
//! that highlights the book.

use std::collections::BTreeSet;

use workflow_compiler::syntax::keyword::{
    ClauseKind, DECLARATIONS, FOR, Keyword, RESERVED, SETTINGS, STATES, TOP, USE,
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../workflow-runtime/src/private/ide.rs");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/theme/workflow.js");

fn assert_written(path: &str, wanted: &str) {
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    assert!(found == wanted, "run `WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it words`");
}

#[test]
fn the_module_of_words_is_up_to_date() {
    const MARK: &str = "// The rest is made from the tables of workflow-compiler.\n";
    let text = std::fs::read_to_string(PATH).unwrap();
    let (before, _) = text.split_once(MARK).unwrap();
    assert_written(PATH, &format!("{before}{MARK}{}", workflow_compiler::emit::ide::words_of_the_language()));
}

#[test]
fn the_script_of_the_book_has_the_words() {
    let tables = SETTINGS.iter().map(|(_, words)| *words).chain([DECLARATIONS, TOP, &[USE, FOR]]);
    let keywords = tables.flatten().chain(STATES.iter().map(|(_, keyword)| keyword));
    let clauses = ClauseKind::ALL.iter().map(|clause| clause.keyword());
    let words: BTreeSet<&str> = keywords
        .map(|Keyword { word, .. }| *word)
        .chain(clauses)
        .chain(RESERVED.iter().copied().filter(|word| !["true", "false", "null"].contains(word)))
        // Words of Rust, and those that only the parser has.
        .chain(["as", "branch", "else", "if", "pub"])
        .collect();
    let words: Vec<_> = words.into_iter().collect();
    let states: Vec<_> = STATES.iter().map(|(_, keyword)| keyword.word).collect();
    let mut lines = String::from("    const WORDS = [\n");
    let mut line = String::new();
    for word in words {
        if line.len() + word.len() > 100 {
            lines += &format!("        \"{}\",\n", line.trim_end());
            line.clear();
        }
        line += word;
        line.push(' ');
    }
    lines += &format!(
        "        \"{}\",\n    ].join(\" \");\n    const STATES = \"{}\";\n",
        line.trim_end(),
        states.join("|")
    );

    let script = std::fs::read_to_string(SCRIPT).unwrap();
    let (before, rest) = script.split_once("    const WORDS").unwrap();
    let (_, after) = rest.split_once("    // The end of the tables.\n").unwrap();
    assert_written(SCRIPT, &format!("{before}{lines}    // The end of the tables.\n{after}"));
}
