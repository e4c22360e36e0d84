//! Completion in `workflow!` of what rust-analyzer does not complete: members of requests, values of enums, names of
//! errors, and members of `result`.
//!
//! The workflow is compiled with a word of its own at the cursor. The completions are those of the definition at the
//! place of this word.

use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_asl::{Pointer, template};
use workflow_compiler::CompiledWorkflow;

use super::completion::Suggestion;
use super::document::Machine;
use super::expression;
use super::suggestions::{keys, values};
use crate::rust_calls::bodies;
use crate::source::compile_body;
use crate::workflow_text;

/// The word at the cursor, which no workflow has.
const WORD: &str = "cursor__";

/// A place of a definition with the word.
enum Place {
    Key(Pointer),
    /// A string, and the text before the word in it.
    Text(Pointer, String),
}

/// What is written at the cursor.
struct Written<'t> {
    /// The word's start and end.
    word: (usize, usize),
    /// The start of the path or dotted name that the word ends.
    path_start: usize,
    /// That path, without the word.
    path: &'t str,
    /// Whether a colon follows.
    has_colon: bool,
}

/// Returns what may be written at an offset of a Rust file, or of a file with the text in the braces of a `workflow!`, and
/// the span of what it replaces.
pub(super) fn complete(file: &Path, text: &str, offset: usize) -> Option<((usize, usize), Vec<Suggestion>)> {
    let word_start = |is_part: fn(char) -> bool| {
        let before = text.get(..offset).unwrap_or_default();
        offset - before.chars().rev().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>()
    };
    let start = word_start(expression::is_word);
    let path_start = word_start(|c| expression::is_word(c) || matches!(c, '.' | '?' | '[' | ']'));
    let end = offset + text.get(offset..)?.find(|c| !expression::is_word(c)).unwrap_or(text.len() - offset);
    let (path, has_colon) = (text.get(path_start..start)?, text.get(end..)?.trim_start().starts_with(':'));
    let written = Written { word: (start, end), path_start, path, has_colon };
    // A member that is being written has no value.
    let found = [WORD.to_owned(), format!("{WORD}: null,")].iter().find_map(|word| {
        let marked = [text.get(..start)?, word, text.get(end..)?].concat();
        let tokens = TokenStream::from_str(&marked).ok()?;
        let bodies = bodies(workflow_text::is_bare(file, &marked), tokens).bodies.into_iter().map(|(_, body)| body);
        // A file without `workflow!` is one body, whose braces have no place.
        let is_here = |range: Range<usize>| range.is_empty() || range.contains(&start);
        let body = bodies.into_iter().find(|body| is_here(body.span().byte_range()))?;
        compile_body(file, &body).workflows.iter().find_map(|workflow| in_definition(workflow, &written))
    });
    // The texts of all files are kept for spans, and no span is left.
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

fn in_definition(workflow: &CompiledWorkflow, written: &Written<'_>) -> Option<((usize, usize), Vec<Suggestion>)> {
    let place = find(&workflow.definition, &Pointer::root())?;
    let machine = Machine::of_workflow(workflow);
    let (start, end) = written.word;
    let (start, all) = match place {
        Place::Key(object) => {
            let here = machine.here(&object);
            here.request(&machine)?;
            let given = workflow.definition.pointer(object.as_str())?.as_object()?;
            let mut all = keys(&machine, &here);
            all.retain(|one| !given.contains_key(one.label.as_str()) && !one.label.ends_with(template::SUFFIX));
            if !written.has_colon {
                all.iter_mut().for_each(|one| one.insert = Some(format!("{}: ", one.label)));
            }
            (start, all)
        }
        Place::Text(at, before) if written.path.starts_with("result.") => {
            (start, expression::complete(&machine, &machine.here(&at), &at, &before)?.1)
        }
        Place::Text(at, before) => {
            let here = machine.here(&at);
            let is_error = at.parent()?.tokens().last().as_deref() == Some("ErrorEquals");
            // An expression is no name.
            let is_value = is_error || before.is_empty() && here.request(&machine).is_some();
            let start = if is_error { written.path_start } else { start };
            (start, values(&machine, &here, "").into_iter().filter(|_| is_value).collect())
        }
    };
    Some(((start, end - start), all))
}

/// Returns the place of the word in a definition.
fn find(value: &Value, at: &Pointer) -> Option<Place> {
    match value {
        Value::String(text) => {
            text.find(WORD).map(|found| Place::Text(at.clone(), text.get(..found).unwrap_or_default().to_owned()))
        }
        Value::Array(items) => items.iter().enumerate().find_map(|(number, item)| find(item, &at.index(number))),
        Value::Object(members) => members.iter().find_map(|(name, member)| match name.contains(WORD) {
            true => Some(Place::Key(at.clone())),
            false => find(member, &at.child(name)),
        }),
        _ => None,
    }
}
