//! Findings about handlers that several states share, by name or through `defaults`. They are errors only if the
//! handler is wrong for all of these states.

use std::collections::BTreeMap;

use workflow_asl::{Code, Diagnostic, Finding};

use super::state_of;
use crate::check::{Analysis, StateInfo};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Clause, ClauseValue, Text, TokenSpan, plain};
use crate::syntax::keyword::ClauseKind;

/// An error name of a shared handler.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    kind: ClauseKind,
    /// The handler's name, or its index in `defaults`.
    handler: Result<String, usize>,
    error: usize,
}

/// The error names that some states with the handler do not raise.
#[derive(Default)]
pub(super) struct SharedHandlers {
    found: BTreeMap<Shared, (Vec<Diagnostic>, TokenSpan)>,
}

impl SharedHandlers {
    /// Returns whether the finding is about an error name of a shared handler; it is then kept until all findings are
    /// known. An error that an earlier handler takes already is not a mistake there: shared handlers are meant to be
    /// overridden in part.
    pub(super) fn takes(&mut self, finding: &Diagnostic, analysis: &Analysis<'_>, span: TokenSpan) -> bool {
        if !matches!(finding.code, Code::NeverMatches | Code::UnraisedError | Code::OtherErrorPrefix) {
            return false;
        }
        let Some((info, kind, entry, error)) = place(finding, analysis) else { return false };
        let Some(clause) = handlers(analysis, info, kind).nth(entry) else { return false };
        let own = info.state.clauses.len();
        let position = analysis.clauses_of(info).position(|other| other.id == clause.id);
        let handler = match &clause.value {
            ClauseValue::Named(name) => Ok(plain(name)),
            _ if position.is_some_and(|position| position >= own) => {
                Err(analysis.defaults.iter().position(|(_, other)| other.id == clause.id).unwrap_or_default())
            }
            _ => return false,
        };
        match *finding.finding {
            Finding::TakenEarlier { .. } | Finding::TakenByTaskFailed { .. } => return true,
            // These are mistakes of the handler itself.
            Finding::NeverCaught { .. } | Finding::NeverRaised { .. } | Finding::ErrorNamedTwice { .. } => {
                return false;
            }
            _ => {}
        }
        let shared = Shared { kind, handler, error };
        self.found.entry(shared).or_insert_with(|| (Vec::new(), span)).0.push(finding.clone());
        true
    }

    /// Reports the names that no state with the handler raises.
    pub(super) fn report(self, analysis: &Analysis<'_>, problems: &mut Problems) {
        for (shared, (found, span)) in self.found {
            let has = |clause: &Clause| match (&shared.handler, &clause.value) {
                (Ok(name), ClauseValue::Named(used)) => clause.kind == shared.kind && plain(used) == *name,
                (Err(number), _) => analysis.defaults.get(*number).is_some_and(|(_, default)| default.id == clause.id),
                _ => false,
            };
            let users = analysis.all_states().filter(|info| analysis.clauses_of(info).any(&has)).count();
            let Some(first) = found.first().filter(|_| found.len() >= users) else { continue };
            let Some(error) = error(&shared, analysis) else { continue };
            // A capture for later states is not an error.
            let code = if first.code == Code::OtherErrorPrefix { Code::UnraisedError } else { first.code };
            let message = format!("no state that uses this handler can fail with `{}`", error.value);
            let problem = Problem::new(code, span, message);
            problems.push(match first.help() {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
    }
}

/// Returns the state, the kind of handler, and the numbers of the handler and of the error name in it.
fn place<'m, 'a>(
    finding: &Diagnostic,
    analysis: &'m Analysis<'a>,
) -> Option<(&'m StateInfo<'a>, ClauseKind, usize, usize)> {
    let tokens: Vec<_> = finding.pointer.tokens().collect();
    let [.., list, entry, _, error] = tokens.as_slice() else { return None };
    let kind = if list == "Retry" { ClauseKind::Retry } else { ClauseKind::Catch };
    Some((state_of(&finding.pointer, analysis)?, kind, entry.parse().ok()?, error.parse().ok()?))
}

/// Returns the handlers of a state, in the document's order.
fn handlers<'m, 'a>(
    analysis: &'m Analysis<'a>,
    info: &'m StateInfo<'a>,
    kind: ClauseKind,
) -> impl Iterator<Item = &'a Clause> {
    analysis.clauses_of(info).filter(move |clause| clause.kind == kind && is_handler(&clause.value))
}

fn is_handler(value: &ClauseValue) -> bool {
    matches!(value, ClauseValue::Retrier(_) | ClauseValue::Catcher(_) | ClauseValue::Named(_))
}

/// Returns the error name as it is written.
fn error<'a>(shared: &Shared, analysis: &Analysis<'a>) -> Option<&'a Text> {
    let errors = match &shared.handler {
        Ok(name) if shared.kind == ClauseKind::Retry => &analysis.retriers.get(name)?.handler.errors,
        Ok(name) => &analysis.catchers.get(name)?.handler.errors,
        Err(number) => match &analysis.defaults.get(*number)?.1.value {
            ClauseValue::Retrier(retrier) => &retrier.errors,
            ClauseValue::Catcher(catcher) => &catcher.errors,
            _ => return None,
        },
    };
    errors.get(shared.error)
}
