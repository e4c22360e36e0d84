//! Reports words that mean the item of a repetition: a misspelt item, and an item outside of the braces.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::walk::{self, Change};
use super::{definition, names};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Expr, ExprKind, Repetition, Root, Workflow, plain};

/// Reports these words, which are then invalid.
pub(super) fn check(workflow: &mut Workflow, problems: &mut Problems) {
    let mut all = Items::default();
    walk::body(&mut workflow.body, &mut all);
    if all.0.is_empty() {
        return;
    }
    let mut known = BTreeMap::new();
    names(&workflow.body, &mut known);
    let mut known: BTreeSet<_> = known.into_keys().collect();
    known.extend(definition::input(workflow).iter().map(|field| plain(&field.name)));
    let mut words = Words { all: all.0, around: Vec::new(), known, problems };
    walk::body(&mut workflow.body, &mut words);
}

/// The names of all items.
#[derive(Default)]
struct Items(BTreeSet<String>);

impl Change for Items {
    fn repetition(&mut self, repetition: &Repetition, _: bool) {
        self.0.insert(repetition.item.value.clone());
    }
}

struct Words<'w> {
    all: BTreeSet<String>,
    /// The items of the repetitions around, innermost last.
    around: Vec<String>,
    /// The names of states, uses and fields.
    known: BTreeSet<String>,
    problems: &'w mut Problems,
}

impl Change for Words<'_> {
    fn repetition(&mut self, repetition: &Repetition, entered: bool) {
        if entered {
            self.around.push(repetition.item.value.clone());
        } else {
            self.around.pop();
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Reference(reference) = &expr.kind else { return };
        let Root::StateResult(name) = &reference.root else { return };
        let name = plain(name);
        if self.known.contains(&name) {
            return;
        }
        let problem = || Problem::new(Code::ReferenceNotHere, reference.root_span, format!("cannot find `{name}`"));
        let names = self.around.iter().chain(&self.known).map(String::as_str);
        let problem = match nearest(&name, names) {
            Some(near) if self.around.iter().any(|item| item == near) => problem().did_you_mean(near, near),
            _ if self.all.contains(&name) => {
                problem().help(format!("`{name}` is the item of a `for`, which is known only in its braces"))
            }
            _ => return,
        };
        expr.kind = ExprKind::Invalid(self.problems.push(problem));
    }
}
