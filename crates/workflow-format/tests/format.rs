//! Tests the formatter: its output, that it leaves its own output unchanged, and that it does not change the meaning.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use workflow_cases::every;

use proc_macro2::{TokenStream, TokenTree};
use workflow_format::{OTHER_QUOTES, Style, format_body, format_file};

const WIDE: Style = Style { max_width: 120, tab_spaces: 4 };

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

/// The bodies of workflows in a Markdown file.
fn examples(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let mut examples = Vec::new();
    for block in text.split("```workflow\n").skip(1) {
        examples.push(block.split("```").next().unwrap().to_owned());
    }
    examples
}

/// Every body of a workflow in the repository that compiles.
fn bodies() -> Vec<String> {
    let mut bodies = examples("docs/language.md");
    bodies.extend(files("crates/workflow-compiler/tests/corpus", "wf").into_iter().map(|(_, text)| text));
    every(["examples", "examples/src", "tests/ui/pass", "tests/goldens/machines"], |folder| {
        for (_, text) in files(folder, "rs") {
            for body in text.split("workflow! {\n").skip(1) {
                // To the brace that stands as far in as the macro: `}` at the margin, or as the first line's.
                let end = body.lines().scan(0, |at, line| {
                    let start = *at;
                    *at += line.len() + 1;
                    Some((start, line))
                });
                let margin = body.len() - body.trim_start().len();
                let close = format!("{}}}", " ".repeat(margin.saturating_sub(4)));
                let end = end.filter(|(_, line)| *line == close).map(|(start, _)| start).next();
                let body = &body[..end.unwrap_or_else(|| panic!("{body}"))];
                if !body.contains('$') || TokenStream::from_str(body).is_ok() {
                    bodies.push(body.to_owned());
                }
            }
        }
    });
    bodies.retain(|body| !body.contains("$name"));
    assert!(bodies.len() > 100, "{}", bodies.len());
    bodies
}

/// The state machines' definitions, and the messages.
fn meaning(body: &str) -> (Vec<String>, Vec<String>) {
    let compilation = workflow_compiler::compile(TokenStream::from_str(body).unwrap());
    let definitions = compilation.workflows.iter().map(|workflow| workflow.definition.to_string()).collect();
    let mut problems: Vec<_> = compilation.problems.iter().map(|problem| problem.message.clone()).collect();
    problems.sort();
    (definitions, problems)
}

/// The words of tokens, commas before closing delimiters left out.
fn words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                words.push(format!("{:?}", group.delimiter()));
                self::words(group.stream(), words);
                if words.last().is_some_and(|last| last == ",") {
                    words.pop();
                }
                words.push("end".to_owned());
            }
            token => words.push(token.to_string()),
        }
    }
}

/// Formats, and checks that nothing but white space changed and that doing it again changes nothing.
fn formatted(body: &str, style: &Style) -> String {
    let once = format_body(body, style).unwrap_or_else(|error| panic!("{error}\n{body}"));
    let twice = format_body(&once, style).unwrap_or_else(|error| panic!("{error}\n{once}"));
    assert_eq!(once, twice, "of\n{body}");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    words(TokenStream::from_str(body).unwrap(), &mut before);
    words(TokenStream::from_str(&once).unwrap(), &mut after);
    assert_eq!(before, after, "{once}");
    for (number, line) in once.lines().enumerate() {
        let own = body.lines().any(|before| before.trim() == line.trim());
        assert!(own || line.trim_end() == line, "line {number} ends in blanks:\n{once}");
    }
    once
}

#[test]
fn every_workflow_of_the_repository_keeps_its_meaning() {
    for body in bodies() {
        every([0, 40, 80, 100, 120, 1000], |max_width| {
            let once = formatted(&body, &Style { max_width, tab_spaces: 4 });
            assert_eq!(meaning(&body), meaning(&once), "{once}");
        });
    }
}

#[test]
fn the_repository_is_formatted() {
    every(["examples", "examples/src", "tests/goldens/machines"], |folder| {
        for (path, text) in files(folder, "rs") {
            assert_eq!(format_file(&text, &WIDE).unwrap(), text, "{}", path.display());
        }
    });
    for example in examples("docs/language.md") {
        assert_eq!(format_body(&example, &Style::default()).unwrap(), example);
    }
}

#[test]
fn as_the_pairs_show() {
    for (path, before) in files("crates/workflow-format/tests/format", "before") {
        let after = path.with_extension("after");
        let made =
            format_file(&before, &Style::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if std::env::var_os("WORKFLOW_BLESS").is_some() {
            fs::write(&after, &made).unwrap();
        }
        let wanted = fs::read_to_string(&after).unwrap_or_default();
        assert_eq!(made, wanted, "{}: bless with WORKFLOW_BLESS=1", path.display());
        assert_eq!(format_file(&made, &Style::default()).unwrap(), made, "{}", path.display());
    }
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// The tokens with other white space between, and comments here and there.
fn shaken(tokens: TokenStream, numbers: &mut Numbers, comments: bool, out: &mut String) {
    const BLANKS: [&str; 6] = [" ", "\n", "\n\n", "  \n\n\n  ", "\t", " "];
    const COMMENTS: [&str; 5] = [" // one\n", "\n// two\n", " /* three */ ", "\n/* four\n of */\n", "\n\n/* five */"];
    let mut joint = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(punct) = &token
            && let Some(comment) = punct.span().source_text().filter(|text| text.starts_with('/'))
            && punct.as_char() == '#'
        {
            if matches!(tokens.next(), Some(TokenTree::Punct(_))) {
                tokens.next();
            }
            out.push_str(&format!("\n  {comment}\n"));
            joint = false;
            continue;
        }
        let keeps = std::mem::replace(
            &mut joint,
            matches!(&token, TokenTree::Punct(punct) if punct.spacing() == proc_macro2::Spacing::Joint),
        );
        if !keeps {
            out.push_str(BLANKS[numbers.below(BLANKS.len())]);
            if comments && numbers.below(8) == 0 {
                out.push_str(COMMENTS[numbers.below(COMMENTS.len())]);
            }
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Brace => ('{', '}'),
                    proc_macro2::Delimiter::Bracket => ('[', ']'),
                    _ => ('(', ')'),
                };
                out.push(open);
                shaken(group.stream(), numbers, comments, out);
                out.push_str(BLANKS[numbers.below(BLANKS.len())]);
                out.push(close);
            }
            token => out.push_str(&token.to_string()),
        }
    }
}

#[test]
fn any_white_space_and_comments() {
    let mut numbers = Numbers(7);
    for body in bodies() {
        for round in (0..8).step_by(if std::env::var_os("WORKFLOW_THOROUGH").is_some() { 1 } else { 3 }) {
            let mut text = String::new();
            shaken(TokenStream::from_str(&body).unwrap(), &mut numbers, round % 2 == 1, &mut text);
            let max_width = [100, 60, 30, 120][round / 2];
            let once = formatted(&text, &Style { max_width, tab_spaces: 4 });
            assert_eq!(meaning(&body).0, meaning(&once).0, "{once}");
        }
    }
}

#[test]
fn a_workflow_on_one_line_is_laid_out() {
    for body in bodies() {
        let line: Vec<_> = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let line = line.join(" ");
        if line.contains("//") {
            continue;
        }
        let once = formatted(&line, &WIDE);
        assert!(once.lines().count() > 2, "{once}");
    }
}

#[test]
fn typographic_quotes_are_named() {
    let text = "workflow! { workflow W { pass A { x: “a” } -> end; } }";
    let error = format_file(text, &WIDE).unwrap_err();
    let found: Vec<_> = error.faults.iter().map(|fault| (fault.message.as_str(), &text[fault.range.clone()])).collect();
    assert_eq!(found, [(OTHER_QUOTES, "“")]);
}
