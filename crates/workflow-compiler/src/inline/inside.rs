//! Reports references of a workflow to states inside of uses: a transition enters a fragment at its first state, and
//! only its result can be read outside.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;

use super::names;
use super::walk::{self, Change};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Expr, ExprKind, Root, Target, Workflow, plain};

/// The names of the states and uses in each fragment, also in the fragments that it uses.
pub(super) type InnerNames = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(workflow: &mut Workflow, inner: &InnerNames, problems: &mut Problems) {
    let known = names(&workflow.body);
    let uses = workflow.body.all_uses().into_iter().map(|used| (plain(&used.name), plain(&used.fragment))).collect();
    let mut inside = Inside { known, uses, inner, problems };
    walk::body(&mut workflow.body, &mut inside);
    workflow.declarations.iter_mut().for_each(|declaration| walk::declaration(declaration, &mut inside));
}

struct Inside<'i> {
    /// The states and uses of the workflow, with their names in the document.
    known: BTreeMap<String, String>,
    /// The names of the uses, each with its fragment.
    uses: Vec<(String, String)>,
    inner: &'i InnerNames,
    problems: &'i mut Problems,
}

impl Inside<'_> {
    /// Returns the use, and its fragment, that has a state inside with this name, or in whose fragment a state has it.
    fn find(&self, name: &str) -> Option<&(String, String)> {
        if self.known.contains_key(name) {
            return None;
        }
        let has = |fragment: &String, name: &str| self.inner.get(fragment).is_some_and(|inner| inner.contains(name));
        let of = |(used, fragment): &&(String, String)| name.strip_prefix(used).is_some_and(|name| has(fragment, name));
        self.uses.iter().find(of).or_else(|| self.uses.iter().find(|(_, fragment)| has(fragment, name)))
    }
}

impl Change for Inside<'_> {
    fn target(&mut self, target: &mut Target) {
        let Target::State(name) = target else { return };
        let Some((used, fragment)) = self.find(&plain(name)) else { return };
        let message = format!("`{}` is inside the use `{used}`: no transition leads into it", plain(name));
        let help = format!("`-> {used}` leads to the first state of the fragment `{fragment}`");
        let reported = self.problems.push(Problem::new(Code::TargetInOtherScope, name.span(), message).help(help));
        *target = Target::Missing(name.span().into(), reported);
    }

    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Reference(reference) = &expr.kind else { return };
        let Root::StateResult(name) = &reference.root else { return };
        let name = plain(name);
        let Some((used, fragment)) = self.find(&name) else { return };
        let message = format!("`{name}` is inside the use `{used}`: its result is not available outside");
        let help =
            format!("declare the value in the `returns` of the fragment `{fragment}`, and read it as `{used}.…`");
        let problem = Problem::new(Code::OtherScope, reference.root_span, message).help(help);
        expr.kind = ExprKind::Invalid(self.problems.push(problem));
    }
}
