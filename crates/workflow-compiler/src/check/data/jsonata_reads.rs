//! The parts of states' results that raw JSONata reads through their variables: `jsonata "$Train.Status"`.
//!
//! They are captured like the values of references, if the reader sees the variable and nothing else assigns it. The
//! document's rules check whether the state has run on all paths, because such a string may test it.

use std::collections::BTreeMap;

use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::{self, Use};
use workflow_asl::references::LiteralKind;

use super::captures::present;
use super::visit;
use crate::check::analysis::Analysis;
use crate::check::capture::{Capture, DEPTH, variable};
use crate::check::members::Named;
use crate::check::sink::Sink;
use crate::syntax::ast::TokenSpan;

/// A part of a state's result that a string reads.
struct Read {
    number: usize,
    path: Vec<String>,
    span: TokenSpan,
    /// Whether it is read outside of the state, rather than in it.
    beside: bool,
}

/// Adds the parts that strings read to the captures.
pub(super) fn collect(analysis: &Analysis<'_>, captures: &mut BTreeMap<usize, Capture>, sink: &mut Sink<'_>) {
    let mut read: Vec<Read> = Vec::new();
    let mut states: Option<BTreeMap<String, Option<usize>>> = None;
    for info in analysis.states.values().filter(|info| info.language == QueryLanguage::Jsonata) {
        visit::values(analysis, info, &mut |value, _| {
            visit::raws(value, &mut |text, span| {
                let states = states.get_or_insert_with(|| by_variable(analysis));
                let Ok((_, names)) = &*analysis.jsonata(text) else { return };
                for used in &names.variables {
                    let Some(number) = states.get(&used.name).copied().flatten() else { continue };
                    let reader = info.number;
                    let Some(beside) = reader.and_then(|reader| analysis.graphs.beside(reader, number)) else {
                        continue;
                    };
                    let path = path(analysis, number, used, text);
                    read.push(Read { number, path, span, beside });
                }
            });
        });
    }
    let uncapturable = |read: &Read| {
        let (_, of) = analysis.states.get_index(read.number)?;
        analysis.uncapturable(read.span, read.path.iter().map(String::as_str), of)
    };
    for read in &read {
        let Some((name, _)) = analysis.states.get_index(read.number) else { continue };
        if read.beside && analysis.lacks_variable(&variable(name)) && uncapturable(read).is_none() {
            captures.entry(read.number).or_insert_with(|| Capture::Members(Default::default())).add(&read.path);
        }
    }
    // A result that is not captured is no variable, as the document's rules report. Captures include all reads.
    for read in &read {
        let Some(known) = captures.get_mut(&read.number) else { continue };
        match uncapturable(read) {
            Some(problem) => sink.push(problem),
            None => known.add(&read.path),
        }
    }
}

/// Returns the states by the variables of their results; `None` where several states have the same variable.
fn by_variable(analysis: &Analysis<'_>) -> BTreeMap<String, Option<usize>> {
    let mut states = BTreeMap::new();
    for (number, info) in analysis.states.values().enumerate().filter(|(_, info)| info.has_result()) {
        states.entry(variable(&info.name)).and_modify(|known| *known = None).or_insert(Some(number));
    }
    states
}

/// Returns the path that a use reads, up to the last known object.
fn path(analysis: &Analysis<'_>, number: usize, used: &Use, text: &str) -> Vec<String> {
    // `%` may lead back to the parent.
    let climbs = !used.exact && jsonata::expression(text).unwrap_or(text).contains('%');
    let mut path = Vec::new();
    let mut ty = analysis.result_of(number);
    for step in used.steps.iter().take(if climbs { 0 } else { DEPTH }) {
        let LiteralKind::Name(name) = &step.kind else { break };
        let Named::Found(next) = analysis.types.named(&ty, name) else { break };
        ty = next;
        path.push(name.clone());
    }
    match analysis.states.get_index(number) {
        Some((_, of)) if of.language == QueryLanguage::JsonPath => present(analysis, number, path.into_iter()),
        _ => path,
    }
}
