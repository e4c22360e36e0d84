//! The variables that a workflow assigns.

use std::collections::BTreeSet;

use super::model::Model;
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind, Member, Text};
use crate::syntax::keyword::ClauseKind;

/// Returns the variables that any state, arm or catcher assigns; `None` if some are unknown.
pub(super) fn assigned(model: &Model<'_>) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let are_all = keys(model, &mut |name, _| names.extend([name.to_owned()]));
    are_all.then_some(names)
}

/// Calls `each` for each variable that a state, arm or catcher assigns, with its key. Returns whether these are all.
pub(super) fn keys(model: &Model<'_>, each: &mut dyn FnMut(&str, &Text)) -> bool {
    let mut are_all = true;
    for info in model.all_states() {
        are_all &= collect(&info.state.clauses, each);
        info.state.arms().iter().for_each(|arm| are_all &= collect(&arm.clauses, each));
    }
    model.defaults.iter().for_each(|(_, clause)| are_all &= collect(std::slice::from_ref(clause), each));
    model.catchers.values().for_each(|catcher| are_all &= collect(&catcher.handler.clauses, each));
    are_all
}

fn collect(clauses: &[Clause], each: &mut dyn FnMut(&str, &Text)) -> bool {
    let mut are_all = true;
    for clause in clauses {
        are_all &= match (clause.kind, &clause.value) {
            (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) => {
                for Member { key, .. } in members {
                    each(key.value.strip_suffix(".$").unwrap_or(&key.value), key);
                }
                true
            }
            // The user's own ASL may contain an `Assign`.
            (ClauseKind::Raw | ClauseKind::Assign, _) => false,
            (_, ClauseValue::Catcher(catcher)) => collect(&catcher.clauses, each),
            _ => true,
        };
    }
    are_all
}

impl Model<'_> {
    /// Returns whether it is certain that nothing gives a variable its value.
    pub fn lacks_variable(&self, name: &str) -> bool {
        let is_assigned = || self.variables.as_ref().is_none_or(|names| names.contains(name));
        name != "states" && !self.may_assign_more && !is_assigned()
    }
}
