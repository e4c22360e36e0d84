//! The clause `unchecked`: the findings that it silences, and clauses that silence nothing.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use workflow_asl::{Code, Diagnostic, Pointer};

use super::state_of;
use crate::check::Analysis;
use crate::problem::Problem;
use crate::syntax::ast::{Clause, NodeId};
use crate::syntax::keyword::ClauseKind;

/// The clauses that have silenced a finding about their state.
pub(super) struct Unchecked {
    used: BTreeSet<NodeId>,
}

impl Unchecked {
    /// Creates it with the states whose clauses prevent rules from finding more.
    pub(super) fn of(excusing: &BTreeSet<Pointer>, analysis: &Analysis<'_>) -> Self {
        let excusing =
            excusing.iter().filter_map(|at| state_of(at, analysis).and_then(|info| analysis.unchecked(info)));
        Self { used: excusing.map(|clause| clause.id).collect() }
    }

    /// Returns whether a clause silences this finding.
    pub(super) fn silences(&mut self, code: Code, finding: &Diagnostic, analysis: &Analysis<'_>) -> bool {
        if !code.can_be_unchecked() {
            return false;
        }
        let clause = state_of(&finding.pointer, analysis).and_then(|info| analysis.unchecked(info));
        self.used.extend(clause.map(|clause| clause.id));
        clause.is_some()
    }

    /// Returns the clauses that have silenced nothing about their own state.
    pub(super) fn idle<'a>(&self, analysis: &Analysis<'a>) -> Vec<&'a Clause> {
        // They may apply to the part that did not parse.
        let own = analysis.all_states().filter(|info| !info.state.is_broken()).flat_map(|info| &info.state.clauses);
        let all = own
            .chain(analysis.defaults.iter().map(|(_, clause)| *clause))
            .filter(|clause| clause.kind == ClauseKind::Unchecked);
        all.filter(|clause| !self.used.contains(&clause.id)).collect()
    }
}

/// Reports a clause that silences nothing, or the word after the path of `from`.
pub(crate) fn needless_word(word: &Ident) -> Problem {
    Problem::new(Code::NeedlessUnchecked, word.span(), "`unchecked` has no effect here").help("remove it")
}
