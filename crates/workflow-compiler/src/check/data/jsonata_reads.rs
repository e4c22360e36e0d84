//! The parts of states' results that raw JSONata reads through their variables: `jsonata "$Train.Status"`.
//!
//! They are captured like the values of references, if the reader sees the variable and nothing else assigns it. The
//! document's rules check whether the state has run on all paths, because such a string may test it.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::{self, Use};
use workflow_asl::references::LiteralKind;

use super::captures::present;
use super::visit;
use crate::check::analysis::Analysis;
use crate::check::capture::{Capture, DEPTH, variable};
use crate::check::members::Named;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::literal_range::LiteralRange;
use crate::problem::Problem;
use crate::syntax::ast::TokenSpan;

/// A part of a state's result that a string reads.
struct Read {
    number: usize,
    path: Vec<String>,
    span: TokenSpan,
    /// Whether it is read outside of the state, rather than in it.
    beside: bool,
}

/// Adds the parts that strings read to the captures, and reports members that AWS's results do not have.
pub(super) fn collect(analysis: &Analysis<'_>, captures: &mut BTreeMap<usize, Capture>, sink: &mut Sink<'_>) {
    let mut read: Vec<Read> = Vec::new();
    let mut states: Option<BTreeMap<String, Option<usize>>> = None;
    // A shared handler is visited for each state that uses it.
    let mut told = BTreeSet::new();
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
                    let guarded = names.variables.iter().any(|other| {
                        other.name == used.name && names.guarded.iter().any(|span| span.start == other.span.start)
                    });
                    let (path, wrong) = path(analysis, number, used, (text, span));
                    if let Some(wrong) = wrong.filter(|_| !guarded)
                        && told.insert((value.id, text, used.span.start))
                        && (captures.contains_key(&number) || analysis.lacks_variable(&used.name))
                    {
                        sink.push(wrong);
                    }
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

/// Returns the path that a use reads, up to the last known object, and the problem with the next member.
fn path(
    analysis: &Analysis<'_>,
    number: usize,
    used: &Use,
    (text, span): (&str, TokenSpan),
) -> (Vec<String>, Option<Problem>) {
    let mut path = Vec::new();
    let mut wrong = None;
    let mut ty = analysis.results.get(number).cloned().unwrap_or(Ty::Unknown);
    // `%` may lead back to the parent.
    let climbs = !used.exact && jsonata::expression(text).unwrap_or(text).contains('%');
    for step in used.steps.iter().take(DEPTH) {
        let LiteralKind::Name(name) = &step.kind else { break };
        match analysis.types.named(&ty, name) {
            Named::Found(next) => ty = next,
            Named::Unknown => break,
            Named::None => {
                let part = LiteralRange::in_expression(text, step.range.clone());
                wrong = no_member(&ty, &used.name, &path, name, span).map(|problem| problem.within(part));
                break;
            }
        }
        path.push(name.clone());
    }
    if climbs {
        path.clear();
    }
    let json_path = analysis.states.get_index(number).is_some_and(|(_, of)| of.language == QueryLanguage::JsonPath);
    if json_path {
        path = present(analysis, number, path.into_iter());
    }
    (path, wrong)
}

/// Returns the problem that AWS's result has no such member.
fn no_member(ty: &Ty, variable: &str, path: &[String], name: &str, span: TokenSpan) -> Option<Problem> {
    let Ty::Shape(part) = ty.present() else { return None };
    let around: String = path.iter().map(|name| format!(".{name}")).collect();
    let code = if part.is_certain() { Code::UnknownResultMember } else { Code::DoubtfulResultMember };
    let message = format!("`${variable}{around}` has no member `{name}` in AWS's API");
    let problem = Problem::new(code, span, message);
    Some(match part.meant(name) {
        Some(help) => problem.help(help),
        None => problem,
    })
}
