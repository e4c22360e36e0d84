//! One mistake is one error, at the word meant.
//!
//! `mistakes.txt` has typical mistakes of newcomers, one a line, with the error under it:
//!
//! ```text
//! pass Hello { a: 1 } «Next»: "How"; pass How -> end;
//!     unknown clause `Next` = write `->`
//! ```
//!
//! The marks are around the words of the error. `WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it newcomers` writes
//! the marks and the errors. Read the difference before you commit it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use proc_macro2::{Span, TokenStream};
use workflow_compiler::problem::Problem;
use workflow_compiler::{Position, compile_located};

const HEAD: &str = "workflow W { ";

fn locate(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

/// The errors of a source text; `None` if it is no sequence of tokens.
fn errors(source: &str) -> Option<Vec<Problem>> {
    let tokens: TokenStream = source.parse().ok()?;
    let compilation = compile_located(tokens, &locate);
    assert!(compilation.bugs.is_empty(), "{:?} in\n{source}", compilation.bugs);
    Some(compilation.problems.iter().filter(|problem| problem.is_error()).cloned().collect())
}

/// The line of a mistake with its marks, and the line of its error.
fn described(line: &str) -> Result<String, String> {
    let source = format!("{HEAD}{} }}", line.replace(['«', '»'], ""));
    let found = errors(&source).ok_or_else(|| format!("no tokens: {line}"))?;
    let [error] = found.as_slice() else {
        let texts: Vec<_> = found.iter().map(|problem| format!("{:?}: {}", problem.code, problem.message)).collect();
        return Err(format!("{} errors in {line}\n  {}", texts.len(), texts.join("\n  ")));
    };
    let (start, end) = (error.span.first.byte_range().start, error.span.last.byte_range().end);
    let inside = |at: usize| at.clamp(HEAD.len(), source.len() - 2);
    let [before, words, after] = [HEAD.len()..inside(start), inside(start)..inside(end), inside(end)..source.len() - 2]
        .map(|part| &source[part]);
    let mut out = format!("{before}«{words}»{after}\n    {}", error.message);
    for help in &error.help {
        write!(out, " = {help}").unwrap();
    }
    Ok(out + "\n")
}

#[test]
fn each_mistake_is_one_error_at_its_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/newcomers/mistakes.txt");
    let written = fs::read_to_string(&path).unwrap();
    let (mut out, mut wrong, mut count) = (String::new(), Vec::new(), 0);
    for line in written.lines().filter(|line| !line.starts_with("    ")) {
        if line.is_empty() || line.starts_with('#') {
            writeln!(out, "{line}").unwrap();
            continue;
        }
        count += 1;
        match described(line) {
            Ok(described) => out.push_str(&described),
            Err(problem) => {
                writeln!(out, "{line}").unwrap();
                wrong.push(problem);
            }
        }
    }
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        fs::write(&path, &out).unwrap();
    } else {
        let differ = out.lines().zip(written.lines()).filter(|(found, written)| found != written);
        wrong.extend(differ.take(8).map(|(found, written)| format!("found   {found}\nwritten {written}")));
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "{count} mistakes");
}

/// A workflow without mistakes, with each kind of state.
const BASE: &str = include_str!("base.wf");

/// A missing token is one mistake. Its errors, at most: on average in hundredths, and how many slips have more than two.
const MEAN: usize = 109;
const MORE_THAN_TWO: usize = 6;

#[test]
fn a_missing_token_causes_few_errors() {
    assert_eq!(errors(BASE).unwrap().iter().map(Problem::text).collect::<Vec<_>>(), Vec::<String>::new());
    let mut tokens = Vec::new();
    spans(BASE.parse().unwrap(), &mut tokens);
    let (mut total, mut counts, mut worst) = (0, std::collections::BTreeMap::<usize, usize>::new(), Vec::new());
    for token in &tokens {
        let range = token.byte_range();
        let errors = errors(&format!("{} {}", &BASE[..range.start], &BASE[range.end..])).unwrap();
        total += errors.len();
        *counts.entry(errors.len()).or_default() += 1;
        if errors.len() > 2 {
            let line = BASE[..range.start].lines().count();
            let texts: Vec<_> = errors.iter().map(|problem| problem.message.as_str()).collect();
            worst.push(format!("{} without `{}`: {texts:#?}", line, &BASE[range]));
        }
    }
    let mean = total * 100 / tokens.len();
    println!("{} slips, mean {mean}, {counts:?}\n{}", tokens.len(), worst.join("\n"));
    assert!(tokens.len() > 250, "{} slips", tokens.len());
    assert!(mean <= MEAN, "{mean} hundredths");
    assert!(worst.len() <= MORE_THAN_TWO, "{} slips:\n{}", worst.len(), worst.join("\n"));
}

/// The tokens, without the delimiters of groups: without one of these, rustc does not call the macro.
fn spans(stream: TokenStream, found: &mut Vec<Span>) {
    for token in stream {
        match token {
            proc_macro2::TokenTree::Group(group) => spans(group.stream(), found),
            token => found.push(token.span()),
        }
    }
}
