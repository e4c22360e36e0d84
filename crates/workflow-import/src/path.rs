//! JSONPaths as references of the language: `$.a.b` is `state.a.b`.

use super::KeptKind;
use super::filter::{closure, condition};
use super::printer::{Spelling, ValuePosition};
use super::text::{is_name, quoted, step};
use workflow_compiler::lower::fits_after_dot;

/// One step of a reference.
enum ReferenceStep {
    Name(String),
    /// In brackets.
    Quoted(String),
    /// After a dot, and not a word.
    Dotted(String),
    Index(String),
    Each,
    /// `1:3`, as `1..3`.
    Slice(String),
    /// The closure of a filter.
    Filter(String),
}

/// Returns a path as a reference; `None` if the language cannot express it or would write other text.
pub(super) fn reference(path: &str, here: ValuePosition) -> Option<String> {
    let (root, rest) = split_root(path)?;
    let steps = steps(rest)?;
    let names: Vec<&str> = steps
        .iter()
        .map_while(|step| match step {
            ReferenceStep::Name(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let (mut out, skip) = match (root, names.as_slice()) {
        ("$", _) => (here.root.to_owned(), 0),
        ("$$", ["Execution", "Input", ..]) if !here.distributed => ("input".to_owned(), 2),
        ("$$", ["Map", "Item", "Value", ..]) if here.selector => ("item".to_owned(), 3),
        ("$$", ["Map", "Item", "Index", ..]) if here.selector => ("index".to_owned(), 3),
        ("$$", _) => ("context".to_owned(), 0),
        (variable, _) => (variable.to_owned(), 0),
    };
    let mut rest = steps.iter().skip(skip).peekable();
    // Whether the path matches several values so far.
    let mut several = false;
    while let Some(taken) = rest.next() {
        match taken {
            ReferenceStep::Name(name) => out.push_str(&step(name)),
            ReferenceStep::Quoted(name) => out.push_str(&format!("[{}]", quoted(name))),
            ReferenceStep::Dotted(name) => out.push_str(&format!(".{}", quoted(name))),
            ReferenceStep::Each => out.push_str("[*]"),
            ReferenceStep::Index(index) => out.push_str(&format!("[{index}]")),
            ReferenceStep::Slice(bounds) => out.push_str(&format!("[{bounds}]")),
            ReferenceStep::Filter(_) if several => return None,
            ReferenceStep::Filter(closure) => out = format!("$filter({out}, {closure})"),
        }
        if let ReferenceStep::Slice(_) | ReferenceStep::Filter(_) = taken
            && (several || rest.peek().is_some())
        {
            // The path goes on with each of the items.
            out.push_str("[*]");
        }
        several |= matches!(taken, ReferenceStep::Each | ReferenceStep::Slice(_) | ReferenceStep::Filter(_));
    }
    Some(out)
}

/// Returns a path as a value: a reference, or its text.
pub(super) fn value(path: &str, here: ValuePosition) -> Spelling {
    match reference(path, here) {
        Some(reference) => Spelling::in_language(reference),
        None => Spelling::kept(format!("path {}", quoted(path)), KeptKind::Path),
    }
}

fn split_root(path: &str) -> Option<(&str, &str)> {
    if path.starts_with("$$") {
        return path.split_at_checked(2);
    }
    let after = path.strip_prefix('$')?;
    let end = after.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(after.len());
    path.split_at_checked(end + 1)
}

/// Returns the steps in the form of the lowering: `.name` for a word, `['name']` otherwise.
fn steps(mut rest: &str) -> Option<Vec<ReferenceStep>> {
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = after.split_at_checked(after.find(['.', '[']).unwrap_or(after.len()))?;
            if is_name(name) {
                steps.push(ReferenceStep::Name(name.to_owned()));
            } else if fits_after_dot(name) {
                steps.push(ReferenceStep::Dotted(name.to_owned()));
            } else {
                return None;
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("[*]") {
            steps.push(ReferenceStep::Each);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("['") {
            let (name, after) = after.split_once("']")?;
            if name.contains(['\\', '\'']) {
                return None;
            }
            steps.push(ReferenceStep::Quoted(name.to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("[?(") {
            let (condition, after) = condition(after)?;
            let named = steps.iter().rev().find_map(|step| match step {
                ReferenceStep::Name(name) => Some(name.as_str()),
                _ => None,
            });
            steps.push(ReferenceStep::Filter(closure(condition, named)?));
            rest = after;
        } else {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let is_index = |text: &str| text.parse::<i64>().is_ok();
            steps.push(match index.split_once(':') {
                Some((from, to)) if [from, to].into_iter().all(|bound| bound.is_empty() || is_index(bound)) => {
                    ReferenceStep::Slice(format!("{from}..{to}"))
                }
                _ if is_index(index) => ReferenceStep::Index(index.to_owned()),
                _ => return None,
            });
            rest = after;
        }
    }
    Some(steps)
}
