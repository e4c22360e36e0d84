//! JSONPaths as references of the language: `$.a.b` is `state.a.b`.

use super::KeptKind;
use super::printer::{Spelling, ValuePosition};
use super::text::{quoted, step};

/// One step of a reference.
enum ReferenceStep {
    Name(String),
    /// In brackets.
    Quoted(String),
    Index(String),
    Each,
}

/// Returns a path as a reference; `None` if the language cannot express it or would write other text.
pub(super) fn reference(path: &str, here: ValuePosition) -> Option<String> {
    let (root, rest) = split_root(path)?;
    let steps = steps(rest)?;
    let names: Vec<&str> = steps
        .iter()
        .map_while(|step| match step {
            ReferenceStep::Name(name) => Some(name.as_str()),
            ReferenceStep::Quoted(_) | ReferenceStep::Index(_) | ReferenceStep::Each => None,
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
    for taken in steps.iter().skip(skip) {
        match taken {
            ReferenceStep::Name(name) => out.push_str(&step(name)),
            ReferenceStep::Quoted(name) => out.push_str(&format!("[{}]", quoted(name))),
            ReferenceStep::Each => out.push_str("[*]"),
            ReferenceStep::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    Some(out)
}

/// Returns a path as a value: a reference, or its text.
pub(super) fn value(path: &str, here: ValuePosition) -> Spelling {
    match reference(path, here) {
        Some(reference) => Spelling::own(reference),
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
            let end = after.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end)?;
            if name.is_empty() || name.starts_with(|ch: char| ch.is_ascii_digit()) {
                return None;
            }
            steps.push(ReferenceStep::Name(name.to_owned()));
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
        } else {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            index.parse::<i64>().ok()?;
            steps.push(ReferenceStep::Index(index.to_owned()));
            rest = after;
        }
    }
    Some(steps)
}
