//! The names that inlining made, as the source writes them: in the use, `ToldSend` is `Send`; outside of it, `Told / Send`.
//! `ExtractLoad` is `Extract` in its copy, and `Extract[1]` outside of it.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;

use super::substitute::variable;
use super::walk;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, Workflow, Written, plain};

/// A made name.
struct Made {
    /// The name in the source.
    written: String,
    /// The uses and copies around it, innermost first.
    around: Vec<u32>,
}

/// The names that inlining made in a workflow.
pub(super) struct SourceNames<'w> {
    workflow: &'w Workflow,
    names: BTreeMap<String, Made>,
}

impl<'w> SourceNames<'w> {
    pub(super) fn of(workflow: &'w Workflow) -> Self {
        let mut names = BTreeMap::new();
        let around = |number: u32| workflow.around(number).collect::<Vec<_>>();
        let mut own = BTreeSet::new();
        for state in workflow.body.all_states() {
            match &state.written {
                Some(written) => {
                    let made = Made { written: written.clone(), around: around(state.in_use) };
                    names.insert(plain(&state.name), made);
                }
                None => {
                    own.insert(plain(&state.name));
                }
            }
        }
        // Outside of the repetition, inside of the use.
        let repeated = workflow.body.all_states().into_iter().filter_map(|state| {
            let used = workflow.use_around(state.in_use)?;
            Some((format!("{}{}", used.name, state.written.as_ref()?), (used.number, state.written.clone()?)))
        });
        for (name, (number, written)) in repeated {
            names.entry(name).or_insert_with(|| Made { written, around: around(number) });
        }
        for used in &workflow.inlined {
            let outer = || used.outer.map(around).unwrap_or_default();
            let named = || Made { written: plain(&used.written), around: outer() };
            if used.name != plain(&used.written) {
                names.insert(used.name.clone(), named());
            }
            names.insert(format!("${}", used.variable()), named());
        }
        names.retain(|name, _| !own.contains(name));
        Self { workflow, names }
    }

    /// Replaces the made names in a problem that is in these uses and copies.
    pub(super) fn replace_in(&self, problem: &mut Problem, inside: &BTreeSet<u32>) {
        if self.names.is_empty() {
            return;
        }
        // The length is the length of the name in the document.
        if problem.code != Code::StateNameTooLong {
            for used in self.workflow.inlined.iter().filter(|used| inside.contains(&used.number)) {
                let name = format!("`{} / ", used.asl_name);
                for text in std::iter::once(&mut problem.message).chain(&mut problem.help) {
                    *text = text.replace(&name, "`");
                }
            }
        }
        problem.message = self.replaced(&problem.message, inside);
        problem.help.iter_mut().for_each(|help| *help = self.replaced(help, inside));
        let mut known = true;
        for Edit { text, .. } in &mut problem.fix {
            let new = self.replaced(text, inside);
            // What is in a use cannot be named outside of it.
            known &= new == *text || !new.contains(" / ");
            *text = new;
        }
        if !known {
            problem.fix.clear();
        }
    }

    /// Returns a text with the names of the source. Quoted text and members keep their names.
    fn replaced(&self, text: &str, inside: &BTreeSet<u32>) -> String {
        let uses = || self.workflow.inlined.iter().filter(|used| inside.contains(&used.number));
        // `$Told_name` is `$name` in the use `Told`.
        let own_variable = |word: &str| {
            let rest = uses().filter_map(|used| word.strip_prefix(&format!("${}", variable(&used.name, ""))));
            rest.min_by_key(|rest| rest.len()).map(|rest| format!("${rest}"))
        };
        let is_name = |ch: char| ch.is_alphanumeric() || matches!(ch, '_' | '$');
        let mut out = String::with_capacity(text.len());
        let (mut rest, mut quoted) = (text, false);
        while let Some(at) = rest.find(is_name) {
            let (before, from) = rest.split_at(at);
            quoted ^= before.matches('"').count() % 2 == 1;
            let (word, after) = from.split_at(from.find(|ch| !is_name(ch)).unwrap_or(from.len()));
            out.push_str(before);
            let made = self.names.get(word).map(|made| self.shown(made, inside)).or_else(|| own_variable(word));
            out.push_str(made.filter(|_| !quoted && !before.ends_with('.')).as_deref().unwrap_or(word));
            rest = after;
        }
        out + rest
    }

    /// Returns a generated name as the source inside these uses and copies writes it.
    fn shown(&self, made: &Made, inside: &BTreeSet<u32>) -> String {
        let mut out = String::new();
        let mut copies = String::new();
        let outer = made.around.iter().rev().filter(|number| !inside.contains(number));
        for number in outer {
            if let Some(copy) = self.workflow.copies.iter().find(|copy| copy.number == *number) {
                copies.push_str(&format!("[{}]", copy.index));
            } else if let Some(used) = self.workflow.inlined.iter().find(|used| used.number == *number) {
                out.push_str(&format!("{}{copies} / ", used.written));
                copies.clear();
            }
        }
        format!("{out}{}{copies}", made.written)
    }
}

/// Returns a value with the names of the source, and with the items of repetitions.
pub(crate) fn in_source(value: &Expr) -> Expr {
    let mut value = value.clone();
    walk::expr(&mut value, &mut WithItems);
    value
}

struct WithItems;

impl walk::Change for WithItems {
    fn expr(&mut self, expr: &mut Expr) {
        if matches!(expr.written, Some(Written::Item(_))) {
            expr.written = None;
        }
    }
}
