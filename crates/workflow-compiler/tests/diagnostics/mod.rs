//! Runs the whole compiler on the files in `cases/`. The expected diagnostics are in comments under the source lines.
//!
//! ```text
//!     pass A -> Bb;
//! //            ^^ WF0201: no state `Bb` here
//! //            = help: did you mean `B`?
//! ```
//!
//! A comment that starts with `//<` underlines from the first column on. `WORKFLOW_BLESS=1 cargo test -p
//! workflow-compiler --test it diagnostics` writes the comments. Read the difference before you commit it. Files in
//! `passes/` must have no diagnostics.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use workflow_asl::rules::check_definition;
use workflow_compiler::problem::Problem;
use workflow_compiler::{Position, compile_located};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "wf") {
            found.push(path);
        }
    }
}

/// Whether a line was written by [`annotated`].
fn is_annotation(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("//") else { return false };
    let rest = rest.trim_start_matches(['<', ' ']);
    rest.starts_with('^') || rest.starts_with("= help: ") || rest.starts_with("= at: ")
}

/// The place in the file, line and column counted from 0; one past the end for the last word.
fn place(problem: &Problem) -> (Position, Position) {
    let (first, last) = (problem.span.first.start(), problem.span.last.end());
    ((first.line - 1, first.column), (last.line - 1, last.column))
}

fn locate(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

/// The source with a comment for each problem under its words.
fn annotated(source: &str) -> String {
    let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{error} in\n{source}"));
    let compilation = compile_located(tokens, &locate);
    assert!(compilation.bugs.is_empty(), "{:?}", compilation.bugs);
    let mut problems: Vec<_> = compilation.problems.iter().collect();
    problems.sort_by_key(|problem| place(problem));
    let mut problems = problems.into_iter().peekable();
    let mut out = String::new();
    for (number, line) in source.lines().enumerate() {
        writeln!(out, "{line}").unwrap();
        while let Some(problem) = problems.next_if(|problem| place(problem).0.0 == number) {
            let ((_, start), (last, end)) = place(problem);
            let on_one_line = last == number;
            let end = if on_one_line { end } else { line.chars().count() };
            let (open, indent) = if start < 2 { ("//<", 0) } else { ("//", start - 2) };
            let carets = "^".repeat(end.saturating_sub(start).max(1));
            let more = if on_one_line { "" } else { "…" };
            writeln!(out, "{open}{:indent$}{carets}{more} {}: {}", "", problem.code, problem.message).unwrap();
            if let Some(part) = &problem.part {
                writeln!(out, "{open}{:indent$}= at: {}", "", part.describe()).unwrap();
            }
            for help in &problem.help {
                writeln!(out, "{open}{:indent$}= help: {help}", "").unwrap();
            }
        }
    }
    assert!(problems.next().is_none(), "a problem is past the end of\n{source}");
    out
}

#[test]
fn every_case_says_what_its_comments_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/cases");
    let bless = std::env::var_os("WORKFLOW_BLESS").is_some();
    let mut cases = Vec::new();
    files(&root, &mut cases);
    let mut wrong = Vec::new();
    for path in &cases {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let written = fs::read_to_string(path).unwrap();
        let source: String =
            written.lines().filter(|line| !is_annotation(line)).flat_map(|line| [line, "\n"]).collect();
        let found = annotated(&source);
        // Lines were only taken away and put back, so that what is annotated is what is written.
        let passes = found == source;
        if bless {
            fs::write(path, &found).unwrap();
        } else if found != written {
            wrong.push(format!("{name}: the compiler says\n{found}"));
        }
        if passes != path.parent().is_some_and(|folder| folder.ends_with("passes")) {
            wrong.push(format!("{name}: {}", if passes { "nothing is wrong with it" } else { "it must pass" }));
        }
    }
    println!("{} files", cases.len());
    assert!(cases.len() > 20, "the cases were not found");
    assert!(wrong.is_empty(), "{} of {} files differ:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// The macro and the rules of documents find the same about the values that flow through a workflow.
#[test]
fn values_are_found_in_the_source_as_in_its_document() {
    let source = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/cases/data/values_that_flow.wf"),
    );
    let compilation = compile_located(source.unwrap().parse().unwrap(), &locate);
    for workflow in &compilation.workflows {
        let of_source = compilation.problems.of(workflow.source.number).map(|problem| problem.code);
        let of_document = check_definition(&workflow.definition, workflow.machine_type);
        let [mut of_source, mut of_document] =
            [of_source.collect::<Vec<_>>(), of_document.iter().map(|one| one.code).collect()];
        of_source.sort();
        of_document.sort();
        assert_eq!(of_source, of_document, "{}", workflow.source.name);
        assert!(!of_source.is_empty(), "{}", workflow.source.name);
    }
}
