//! The clause `unchecked`: what it silences, and where it silences nothing.

use proc_macro2::Ident;
use workflow_asl::{Code, Diagnostic};

use super::state_of;
use crate::check::Model;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::Clause;
use crate::syntax::keyword::ClauseKind;

/// How many clauses at most are tried one by one.
const TRIED: usize = 4;

/// Which of the clauses have silenced a finding about their state.
#[derive(Default)]
pub(super) struct Unchecked<'a> {
    used: Vec<&'a Clause>,
}

impl<'a> Unchecked<'a> {
    /// Returns whether a clause says that this is no mistake.
    pub(super) fn silences(&mut self, code: Code, finding: &Diagnostic, model: &Model<'a>) -> bool {
        if !code.depends_on_table() {
            return false;
        }
        let clause = state_of(&finding.pointer, model).and_then(|info| model.unchecked(info));
        if let Some(clause) = clause.filter(|clause| !self.has_used(clause)) {
            self.used.push(clause);
        }
        clause.is_some()
    }

    /// Returns the clauses that have silenced nothing of their own state.
    pub(super) fn idle(&self, model: &Model<'a>) -> Vec<&'a Clause> {
        // What did not parse may be what they are for.
        let own = model.all_states().filter(|info| !info.state.broken).flat_map(|info| &info.state.clauses);
        let all = own.chain(model.defaults).filter(|clause| clause.kind == ClauseKind::Unchecked);
        all.filter(|clause| !self.has_used(clause)).collect()
    }

    fn has_used(&self, clause: &Clause) -> bool {
        self.used.iter().any(|used| std::ptr::eq(*used, clause))
    }
}

/// Reports the clauses without which nothing more is found, of those that look idle: a clause also leaves the types of
/// its state's result unknown, and the errors that leave it. `more` returns whether more is found without these
/// clauses.
pub(crate) fn needless<'a>(idle: Vec<&'a Clause>, problems: &mut Problems, more: impl Fn(Vec<&'a Clause>) -> bool) {
    if idle.is_empty() {
        return;
    }
    let needless = if more(idle.clone()) {
        let alone = if idle.len() > 1 && idle.len() <= TRIED { idle } else { Vec::new() };
        alone.into_iter().filter(|clause| !more(vec![clause])).collect()
    } else {
        idle
    };
    for clause in needless {
        problems.push(needless_word(&clause.keyword));
    }
}

/// Reports one of them, or the word after the path of `from`.
pub(crate) fn needless_word(word: &Ident) -> Problem {
    Problem::new(Code::NeedlessUnchecked, word.span(), "`unchecked` has no effect here").help("remove it")
}
