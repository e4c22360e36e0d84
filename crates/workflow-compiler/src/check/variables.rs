//! The variables that a workflow assigns.

use std::collections::BTreeSet;

use super::model::Model;
use crate::syntax::ast::{Clause, ClauseValue, ExprKind};
use crate::syntax::keyword::ClauseKind;

/// Returns the variables that any state, arm or catcher assigns; `None` if some are unknown.
pub(super) fn assigned(model: &Model<'_>) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for info in model.states.values().chain(&model.duplicates) {
        collect(&info.state.clauses, &mut names)?;
        for arm in info.state.arms() {
            collect(&arm.clauses, &mut names)?;
        }
    }
    for (_, clause) in &model.defaults {
        collect(std::slice::from_ref(clause), &mut names)?;
    }
    for catcher in model.catchers.values() {
        collect(&catcher.handler.clauses, &mut names)?;
    }
    Some(names)
}

fn collect(clauses: &[Clause], names: &mut BTreeSet<String>) -> Option<()> {
    for clause in clauses {
        match (clause.kind, &clause.value) {
            (ClauseKind::Assign, ClauseValue::Expr(expr)) => match &expr.kind {
                ExprKind::Object(members) => {
                    names.extend(members.iter().map(|member| {
                        let key = &member.key.value;
                        key.strip_suffix(".$").unwrap_or(key).to_owned()
                    }));
                }
                _ => return None,
            },
            // The user's own ASL may contain an `Assign`.
            (ClauseKind::Raw | ClauseKind::Assign, _) => return None,
            (_, ClauseValue::Catcher(catcher)) => collect(&catcher.clauses, names)?,
            _ => {}
        }
    }
    Some(())
}

impl Model<'_> {
    /// Returns whether it is certain that nothing gives a variable its value.
    pub fn lacks_variable(&self, name: &str) -> bool {
        let is_assigned = || self.variables.as_ref().is_none_or(|names| names.contains(name));
        name != "states" && !self.may_assign_more && !is_assigned()
    }
}
