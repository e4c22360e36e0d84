//! A choice of a document that may match nothing: the language would refuse it, AWS takes it.

use workflow_asl::document::{StateKind, StateMachine};
use workflow_asl::{Code, Diagnostic};

/// Finds the choices without `Default`.
pub(super) fn without_default(machine: &StateMachine, found: &mut Vec<Diagnostic>) {
    for scope in machine.scopes() {
        for (name, state) in scope.states.into_iter().flatten() {
            if state.kind == StateKind::Choice && !state.is_unread() && state.default.is_none() {
                let message =
                    format!("the choice `{name}` has no `Default`: where no rule is true the execution fails");
                let help = "add `Default`, or a rule for what is left; the error is `States.NoChoiceMatched`";
                found.push(Diagnostic::new(Code::NoDefault, scope.state_pointer(name), message).with_help(help));
            }
        }
    }
}
