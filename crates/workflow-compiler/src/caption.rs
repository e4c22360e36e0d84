//! Captions of states for pictures: conditions, times and errors as they are in the source, not as in the document.

use crate::inline::in_source;
use crate::syntax::ast::{Choice, Expr, ExprKind, Head, WaitHead, When, Workflow};
use crate::syntax::spelling::spelled;

/// The caption of a state: its name in the document; what it does, such as `match input.mode` and `until input.due`, empty
/// if the document says the same; and the conditions of a choice, in the order of its rules.
pub type Caption = (String, String, Vec<String>);

/// Returns the captions of a workflow's states that differ from the document.
///
/// ```
/// let source = r#"workflow Order {
///     input { total: u64 }
///     choice Large { if input.total > 100 -> Ask; else -> Rest; }
///     succeed Ask;
///     succeed Rest;
/// }"#;
/// let compiled = workflow_compiler::compile(source.parse()?);
/// let captions = workflow_compiler::caption::captions(&compiled.workflows[0].source);
/// assert_eq!(captions[0].2, ["input.total > 100"]);
/// # Ok::<(), proc_macro2::LexError>(())
/// ```
pub fn captions(workflow: &Workflow) -> Vec<Caption> {
    let states = workflow.body.all_states().into_iter();
    let captions = states.map(|state| {
        let (detail, conditions) = match &state.head {
            Head::Choice(choice) => {
                (choice.subject.as_ref().map(|subject| format!("match {}", words(subject))), conditions(choice))
            }
            Head::Wait(Some(WaitHead::For(time))) => (computed(time).map(|time| format!("for {time}")), Vec::new()),
            Head::Wait(Some(WaitHead::Until(time))) => (computed(time).map(|time| format!("until {time}")), Vec::new()),
            Head::Fail { error: Some(error), .. } => (computed(error), Vec::new()),
            _ => (None, Vec::new()),
        };
        (state.asl_name(), detail.unwrap_or_default(), conditions)
    });
    captions.filter(|(_, detail, conditions)| !detail.is_empty() || !conditions.is_empty()).collect()
}

/// Returns the conditions of the arms that become rules.
fn conditions(choice: &Choice) -> Vec<String> {
    let arms = choice.arms.iter().filter_map(|arm| match &arm.when {
        When::If(condition) => Some(words(condition)),
        When::Patterns(patterns) => Some(patterns.iter().map(words).collect::<Vec<_>>().join(" | ")),
        When::Else(_) => None,
    });
    arms.collect()
}

/// Returns the text of an expression that is more than a literal.
fn computed(value: &Expr) -> Option<String> {
    let is_literal = matches!(value.kind, ExprKind::Duration(_) | ExprKind::Number(_) | ExprKind::Text(_));
    (!is_literal).then(|| words(value))
}

/// Returns the text of an expression, with the names of the fragment that it is in, and the item of its copy.
fn words(value: &Expr) -> String {
    spelled(&in_source(value))
}

#[cfg(test)]
mod tests {
    use super::captions;

    #[test]
    fn conditions_in_uses_and_copies_are_those_of_the_source() {
        let source = r#"
            fragment Ask {
                input { limit: i64 }
                returns { tries: i64 }
                task Call = lambda::invoke<i64> { FunctionName: "f" } assign { n: 1 } -> Enough;
                choice Enough { if Call.Payload > input.limit && $n < 3 -> Done; else -> Call; }
                pass Done { tries: Call.Payload } -> end;
            }
            workflow Order {
                input { kind: String, max: i64 }
                use Ask as Told { limit: input.max * 2 } -> Which;
                choice Which match input.kind {
                    for kind in ["a", "b"] { kind -> Step; }
                    _ -> Last;
                }
                for step in [{ name: "x", most: 1 }, { name: "y", most: 2 }] {
                    task Step as "Step " + step.name = lambda::invoke<i64> { FunctionName: step.name } -> Small;
                    choice Small { if Step.Payload < step.most + Told.tries -> Next; else -> Last; }
                    pass Next -> end;
                } -> Check;
                choice Check { if Step[1].Payload > 1 -> Last; else -> Last; }
                pass Last -> end;
            }"#;
        let compiled = crate::compile(source.parse().unwrap());
        assert_eq!(compiled.problems.iter().map(|problem| problem.text()).collect::<Vec<_>>(), Vec::<String>::new());
        let captions = captions(&compiled.workflows[0].source);
        let conditions: Vec<_> = captions.iter().map(|(_, _, conditions)| conditions.join(", ")).collect();
        assert_eq!(
            conditions,
            [
                "Call.Payload > input.limit && $n < 3",
                "\"a\", \"b\"",
                "Step.Payload < 1 + Told.tries",
                "Step.Payload < 2 + Told.tries",
                "Step[1].Payload > 1"
            ]
        );
    }
}
