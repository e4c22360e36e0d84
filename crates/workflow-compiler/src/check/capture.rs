//! The values that states keep for others: the parts, and the variables that hold them.

use indexmap::IndexMap;
use workflow_asl::jsonata::is_function;
use workflow_asl::limits::VARIABLE_NAME_CHARS;

/// The maximum depth of a captured part; a deeper one is captured with its parent.
pub(super) const DEPTH: usize = 32;

/// The captured parts of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Capture {
    /// The whole result.
    Whole,
    /// These members, by their names in JSON, in the order in which they are read.
    Members(IndexMap<String, Capture>),
}

impl Capture {
    pub(super) fn add(&mut self, path: &[String]) {
        match (self, path) {
            (Self::Whole, _) => {}
            (this, []) => *this = Self::Whole,
            (Self::Members(members), [name, rest @ ..]) => {
                members.entry(name.clone()).or_insert_with(|| Self::Members(IndexMap::new())).add(rest);
            }
        }
    }
}

/// What the first state of a map keeps of the item.
#[derive(Debug)]
pub struct ItemCapture {
    /// The variable.
    pub variable: String,
    /// The parts that are read.
    pub capture: Capture,
    /// Whether states of the map lead back to the first, whose input then differs.
    pub again: bool,
    /// For each node of the map, whether it reads the variable or leads to a node that does.
    pub(super) reaches: Vec<bool>,
}

/// Returns the variable for a state's result: the state's identifier, unless that is invalid or hides a JSONata
/// function.
pub(super) fn variable(state: &str) -> String {
    let name = state.trim_start_matches('_');
    let name: String = match name.len() {
        0..=VARIABLE_NAME_CHARS => name.to_owned(),
        _ => name.chars().take(VARIABLE_NAME_CHARS).collect(),
    };
    // Variables of the compiler: `item`, `caught_2`.
    let numbered = |own: &&str| match name.strip_prefix(*own).map(|rest| rest.strip_prefix('_').unwrap_or(rest)) {
        Some(number) => number.bytes().all(|byte| byte.is_ascii_digit()),
        None => false,
    };
    // Step Functions has no `$eval`, and rejects its name everywhere.
    let taken = name == "states" || name == "eval" || is_function(&name) || ["caught", "item"].iter().any(numbered);
    if name.bytes().next().is_none_or(|first| first.is_ascii_digit()) || taken {
        return format!("result_{name}").chars().take(VARIABLE_NAME_CHARS).collect();
    }
    name
}
