//! Findings about variables with the results of states. A reader that uses the state's name with `?` expects that it
//! may have no value, and all others should use that name.

use workflow_asl::{Code, Diagnostic, Finding};

use super::{overlap, state_of};
use crate::check::{Analysis, VariableReads};
use crate::span::Locate;
use crate::syntax::ast::TokenSpan;

/// A variable that may have no value where it is read.
pub(super) struct ResultVariable<'m> {
    variable: String,
    /// The state whose result it holds.
    state: &'m str,
    reads: VariableReads,
    /// Whether a distributed map is between the state and the reader.
    hidden: bool,
}

/// Returns the variable of a result that a finding is about.
pub(super) fn of_result<'m>(finding: &Diagnostic, analysis: &'m Analysis<'_>) -> Option<ResultVariable<'m>> {
    let variable = finding.finding.variable()?;
    let state = analysis.state_of_variable(variable)?;
    let reader = state_of(&finding.pointer, analysis)?;
    let reads = analysis.reads(reader, variable);
    let map = |info| analysis.distributed_around(info).map(|map| map.name.as_str());
    let hidden = map(reader).is_some() && map(reader) != analysis.states.get(state).and_then(map);
    Some(ResultVariable { variable: variable.to_owned(), state, reads, hidden })
}

/// Returns whether a finding is about a variable that some path assigns, and that is read with `?:` alone.
pub(super) fn is_left_out(finding: &Diagnostic, analysis: &Analysis<'_>) -> bool {
    let Finding::NotOnEveryPath { name, .. } = &*finding.finding else { return false };
    state_of(&finding.pointer, analysis).is_some_and(|info| analysis.only_leaves_out(info, name))
}

impl ResultVariable<'_> {
    /// Returns whether it is read by the state's name alone, which the checks have looked at, or with `?` at these
    /// words, and no text of the user's own there reads it as if it had a value.
    pub(super) fn is_asked_for(&self, span: TokenSpan, locate: Locate<'_>) -> bool {
        let here = |other: &TokenSpan| locate(span.first).is_none() || overlap(*other, span, locate);
        self.reads.raw.is_empty()
            || self.reads.optional.iter().any(here) && !self.reads.raw.iter().any(|(other, _)| here(other))
    }

    /// Returns the text that reads it, within these words.
    fn text(&self, span: TokenSpan, locate: Locate<'_>) -> Option<&(TokenSpan, String)> {
        self.reads.raw.iter().find(|(other, _)| overlap(*other, span, locate))
    }

    /// Returns the words of the text that reads it.
    pub(super) fn span(&self, span: TokenSpan, locate: Locate<'_>) -> Option<TokenSpan> {
        self.text(span, locate).map(|(span, _)| *span)
    }

    /// Returns how to read a value that may be absent.
    pub(super) fn help(&self, finding: &Diagnostic, span: TokenSpan, locate: Locate<'_>) -> Vec<String> {
        let (state, variable) = (self.state, &self.variable);
        let members = self.text(span, locate).or(self.reads.raw.first()).map_or("", |(_, members)| members);
        // A variable that one path assigns may be tested.
        if let Finding::NotOnEveryPath { .. } = *finding.finding {
            return vec![
                format!("test whether it is present: `$exists(${variable})`"),
                format!("or read it outside of the text, by the name of the state: `{state}?{members}`"),
            ];
        }
        let help = match finding.code {
            _ if self.hidden || finding.code == Code::VariableOutOfScope => format!(
                "pass it in with the map's `item_selector`, where `{state}{members}` reads it, and read it from the input"
            ),
            _ => format!("the result of `{state}` is read outside the text, by its name: `{state}{members}`"),
        };
        vec![help]
    }
}
