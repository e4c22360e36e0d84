//! Tests that `docs/language.md` and the pages `docs/from-….md` agree with the compiler: the tables are the parser's,
//! and the examples compile to the shown output.
//!
//! `WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it reference` writes the tables.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use workflow_asl::document::QueryLanguage;
use workflow_compiler::problem::Problem;
use workflow_compiler::syntax::keyword::{ClauseKind, DECLARATIONS, Keyword, RETRY_FIELDS, STATES};
use workflow_compiler::{Surroundings, compile_in};

/// Returns the path of a file in `docs`.
fn docs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file)
}

fn page() -> PathBuf {
    docs("language.md")
}

fn words<'k>(keywords: impl Iterator<Item = &'k Keyword>) -> String {
    let mut table = String::from("| | |\n| --- | --- |\n");
    for keyword in keywords {
        writeln!(table, "| `{}` | {} |", keyword.word, keyword.doc).unwrap();
    }
    table
}

fn clauses() -> String {
    let mut table = String::from("| clause | on | in | |\n| --- | --- | --- | --- |\n");
    for clause in ClauseKind::ALL {
        let on: Vec<_> =
            STATES.iter().filter(|(kind, _)| clause.stands_on(*kind)).map(|(_, keyword)| keyword.word).collect();
        let on = match on.len() {
            8 => "all".to_owned(),
            6.. => {
                let not = STATES.iter().filter(|(kind, _)| !clause.stands_on(*kind)).map(|(_, keyword)| keyword.word);
                format!("all but {}", not.collect::<Vec<_>>().join(", "))
            }
            _ => on.join(", "),
        };
        let language = match clause.language() {
            None => "",
            Some(QueryLanguage::Jsonata) => "JSONata",
            Some(QueryLanguage::JsonPath) => "JSONPath",
        };
        writeln!(table, "| `{}` | {on} | {language} | {} |", clause.keyword(), clause.doc()).unwrap();
    }
    table
}

/// The page with the tables as the parser has them.
fn with_tables(page: &str) -> String {
    let tables = [
        ("declarations", words(DECLARATIONS.iter())),
        ("states", words(STATES.iter().map(|(_, keyword)| keyword))),
        ("clauses", clauses()),
        ("retry", words(RETRY_FIELDS.iter())),
    ];
    let mut out = page.to_owned();
    for (name, table) in tables {
        let mark = format!("<!-- {name}: written by the test `reference` -->\n");
        let (before, rest) = out.split_once(&mark).unwrap_or_else(|| panic!("no table {name}"));
        let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("the table {name} has no end"));
        out = format!("{before}{mark}{table}<!-- end -->{after}");
    }
    out
}

#[test]
fn the_tables_are_the_parsers() {
    let written = std::fs::read_to_string(page()).unwrap();
    let page_with_tables = with_tables(&written);
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(page(), page_with_tables).unwrap();
    } else {
        assert!(written == page_with_tables, "a table of docs/language.md differs from the parser's: bless it");
    }
}

/// The fenced blocks of the page: line, language, text.
fn blocks(text: &str) -> Vec<(usize, &str, String)> {
    let mut blocks: Vec<(usize, &str, String)> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (open, line.strip_prefix("```")) {
            (false, Some(language)) => {
                blocks.push((number + 1, language, String::new()));
                open = true;
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                let block = &mut blocks.last_mut().unwrap().2;
                block.push_str(line);
                block.push('\n');
            }
            (false, None) => {}
        }
    }
    blocks
}

/// Each situation of the chapter on data flow has a workflow that passes and one that does not, and both say what they show.
#[test]
fn every_situation_of_the_data_flow_has_two_cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/cases");
    let [passes, fails] = [("passes", "// Can be read: "), ("data", "// Cannot be read: ")].map(|(folder, comment)| {
        let text = std::fs::read_to_string(cases.join(folder).join("data_flow.wf")).unwrap();
        let mut names = Vec::new();
        let mut above = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("workflow ").and_then(|rest| rest.strip_suffix(" {")) {
                assert!(above.starts_with(comment), "{folder}: `{name}` has no comment `{comment}…`");
                names.push(name.to_owned());
            }
            above = line;
        }
        names
    });
    assert_eq!(passes, fails);
    assert!(passes.len() > 30, "the cases were not found");
}

/// Returns the definition of a block, which has no problem.
fn definition(page: &str, line: usize, block: &str) -> serde_json::Value {
    // The documents that the examples name.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let surroundings = Surroundings { folder: Some(&folder), ..Surroundings::default() };
    let compilation = compile_in(block.parse().unwrap(), surroundings);
    let problems: Vec<_> = compilation.problems.iter().map(Problem::text).collect();
    assert!(problems.is_empty(), "{page}:{line}: {problems:#?}");
    compilation.workflows.first().unwrap().definition.clone()
}

#[test]
fn the_examples_compile_and_give_what_is_shown() {
    let text = std::fs::read_to_string(page()).unwrap();
    let mut last = None;
    let (mut examples, mut shown) = (0, 0);
    for (line, language, block) in blocks(&text) {
        match language {
            "workflow" => {
                last = Some(definition("language.md", line, &block));
                examples += 1;
            }
            "json" => {
                let expected: serde_json::Value = serde_json::from_str(&block).unwrap();
                let found = last.take().unwrap_or_else(|| panic!("line {line}: of which example?"));
                assert_eq!(found, expected, "line {line}: the example gives\n{found:#}");
                shown += 1;
            }
            "text" | "ebnf" | "rust" => {}
            other => panic!("line {line}: no test knows what `{other}` is"),
        }
    }
    assert!(examples >= 5 && shown >= 2, "{examples} examples, {shown} definitions");
}

/// The pages that show other languages first, and the same as a workflow below. Amazon States Language is equal to the
/// definition of that workflow.
#[test]
fn what_is_shown_in_other_languages_is_followed_by_a_workflow() {
    for page in ["from-asl.md", "from-python-sdk.md", "from-cdk.md"] {
        let text = std::fs::read_to_string(docs(page)).unwrap();
        let mut shown: Option<(&str, String)> = None;
        let mut pairs = 0;
        for (line, language, block) in blocks(&text) {
            match (language, shown.take()) {
                ("workflow", above) => {
                    let found = definition(page, line, &block);
                    if let Some(("json", document)) = above {
                        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
                        assert_eq!(found, document, "{page}:{line}: the workflow gives\n{found:#}");
                    }
                    pairs += 1;
                }
                ("console", None) => {}
                ("json" | "python" | "typescript", None) => shown = Some((language, block)),
                _ => panic!("{page}:{line}: no workflow stands below the block before this one"),
            }
        }
        assert!(shown.is_none(), "{page}: no workflow stands below the last block");
        assert!(pairs >= 8, "{page}: {pairs} pairs");
    }
}

/// The sentences of the grammar: the compiler takes what the page says, and nothing else.
#[test]
fn the_grammar_has_these_sentences() {
    let mut wrong = Vec::new();
    let mut counts = [0, 0];
    for line in include_str!("sentences.txt").lines() {
        let (Some(sentence), is_one) = (line.get(2..), line.starts_with("+ ")) else { continue };
        if !is_one && !line.starts_with("- ") {
            continue;
        }
        let is_whole = ["workflow ", "fragment ", "pub "].iter().any(|word| sentence.starts_with(word));
        let source = if is_whole { sentence.to_owned() } else { format!("workflow W {{ {sentence} }}") };
        let compilation = workflow_compiler::compile(source.parse().unwrap());
        if compilation.problems.has_errors() == is_one {
            let texts: Vec<_> = compilation.problems.iter().map(Problem::text).collect();
            wrong.push(format!("{line}\n{}", texts.join("\n")));
        }
        counts[usize::from(is_one)] += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts[0] > 35 && counts[1] > 90, "{counts:?}");
}
