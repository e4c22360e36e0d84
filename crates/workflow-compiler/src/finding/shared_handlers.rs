//! Findings about handlers that several states share, by name or through `defaults`. They are errors only if the
//! handler is wrong for all of these states.

use workflow_asl::{Code, Diagnostic, Finding};

use super::state_of;
use crate::check::Analysis;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Clause, ClauseValue, Text, TokenSpan};
use crate::syntax::keyword::ClauseKind;

/// The error names of shared handlers that some states with the handler do not raise, with the findings and their words.
#[derive(Default)]
pub(super) struct SharedHandlers<'a>(Vec<(&'a Text, Vec<Diagnostic>, TokenSpan)>);

impl<'a> SharedHandlers<'a> {
    /// Returns whether the finding is about an error name of a shared handler; it is then kept until all findings are
    /// known. An error that an earlier handler takes already is not a mistake there: shared handlers are meant to be
    /// overridden in part.
    pub(super) fn takes(&mut self, finding: &Diagnostic, analysis: &Analysis<'a>, span: TokenSpan) -> bool {
        if !matches!(finding.code, Code::NeverMatches | Code::UnraisedError | Code::OtherErrorPrefix) {
            return false;
        }
        let Some(error) = shared_error(finding, analysis) else { return false };
        match *finding.finding {
            Finding::TakenEarlier { .. } | Finding::TakenByTaskFailed { .. } => return true,
            // These are mistakes of the handler itself.
            Finding::NeverCaught { .. } | Finding::NeverRaised { .. } | Finding::ErrorNamedTwice { .. } => {
                return false;
            }
            _ => {}
        }
        match self.0.iter_mut().find(|(other, ..)| std::ptr::eq(*other, error)) {
            Some((_, found, _)) => found.push(finding.clone()),
            None => self.0.push((error, vec![finding.clone()], span)),
        }
        true
    }

    /// Reports the names that no state with the handler raises.
    pub(super) fn report(self, analysis: &Analysis<'a>, problems: &mut Problems) {
        for (error, found, span) in self.0 {
            let has = |clause: &'a Clause| errors_of(clause, analysis).iter().any(|other| std::ptr::eq(other, error));
            let users = analysis.all_states().filter(|info| analysis.clauses_of(info).any(has)).count();
            let Some(first) = found.first().filter(|_| found.len() >= users) else { continue };
            // A capture for later states is not an error.
            let code = if first.code == Code::OtherErrorPrefix { Code::UnraisedError } else { first.code };
            let message = format!("no state that uses this handler can fail with `{}`", error.value);
            let help = first.help().into_iter().collect();
            problems.push(Problem { help, ..Problem::new(code, span, message) });
        }
    }
}

/// Returns the error name that a finding is about, if it is of a handler with a name or of `defaults`.
fn shared_error<'a>(finding: &Diagnostic, analysis: &Analysis<'a>) -> Option<&'a Text> {
    let tokens: Vec<_> = finding.pointer.tokens().collect();
    let [.., list, entry, _, error] = tokens.as_slice() else { return None };
    let kind = if list == "Retry" { ClauseKind::Retry } else { ClauseKind::Catch };
    let info = state_of(&finding.pointer, analysis)?;
    let is_handler = |clause: &&Clause| {
        clause.kind == kind
            && matches!(clause.value, ClauseValue::Retrier(_) | ClauseValue::Catcher(_) | ClauseValue::Named(_))
    };
    let clause = analysis.clauses_of(info).filter(is_handler).nth(entry.parse().ok()?)?;
    let is_own = info.state.clauses.iter().any(|own| own.id == clause.id);
    if is_own && !matches!(clause.value, ClauseValue::Named(_)) {
        return None;
    }
    errors_of(clause, analysis).get(error.parse::<usize>().ok()?)
}

/// Returns the error names of a handler, as they are written.
fn errors_of<'a>(clause: &'a Clause, analysis: &Analysis<'a>) -> &'a [Text] {
    let caught = analysis.catcher(clause).map(|catcher| &catcher.errors);
    let errors = caught.or_else(|| analysis.retrier(clause).map(|retrier| &retrier.errors));
    errors.map_or(&[], Vec::as_slice)
}
