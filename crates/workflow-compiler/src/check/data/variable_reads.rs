//! How a state reads the variable of a result: by the state's name, or in JSONata of the user's own.

use workflow_asl::references::LiteralKind;

use super::visit;
use crate::check::analysis::Analysis;
use crate::check::capture::variable;
use crate::check::model::StateInfo;
use crate::check::path::Path;
use crate::syntax::ast::{ExprKind, Root, TokenSpan, plain};

/// The reads of a variable that holds a result, in one state.
#[derive(Debug, Default)]
pub struct VariableReads {
    /// The site of a read with `?`, which allows that it has no value.
    pub optional: Vec<TokenSpan>,
    /// A string that reads it without testing whether it exists, with the members that follow: `.Payload.x`.
    pub raw: Vec<(TokenSpan, String)>,
}

impl<'a> Analysis<'a> {
    /// Returns the name of the state whose result a variable holds, where nothing else assigns it.
    pub fn state_of_variable(&self, name: &str) -> Option<&str> {
        let (state, _) = self.states.get_index(self.result_in(name)?)?;
        Some(state)
    }

    /// Returns the names of the states whose results may be read.
    pub fn names_of_results(&self) -> impl Iterator<Item = &str> {
        self.states.iter().filter(|(_, info)| info.has_result()).map(|(name, _)| name.as_str())
    }

    /// Calls `each` for every text literal in the values of a state.
    pub fn texts(&self, info: &StateInfo<'a>, each: &mut dyn FnMut(&'a str, TokenSpan)) {
        visit::values(self, info, &mut |value, _| visit::texts(value, each));
    }

    /// Returns the references of a state that read a variable, each with whether it has `?`, and its members: `.id`.
    pub fn references_to(&self, info: &StateInfo<'a>, name: &str) -> Vec<(TokenSpan, bool, String)> {
        let mut found = Vec::new();
        visit::values(self, info, &mut |value, _| {
            visit::references(value, &mut |reference| {
                if is_variable(&reference.root, name) {
                    found.push((reference.root_span, reference.optional, Path::of(reference).rest()));
                }
            });
        });
        found
    }

    /// Returns whether a state reads a variable only where that leaves a member out: `key?: $name`.
    pub fn only_leaves_out(&self, info: &StateInfo<'a>, name: &str) -> bool {
        let (mut read, mut left_out) = (0, 0);
        visit::values(self, info, &mut |value, _| {
            visit::references(value, &mut |reference| read += usize::from(is_variable(&reference.root, name)));
            visit::raws(value, &mut |text, _| read += usize::from(text.contains(&format!("${name}"))));
            value.walk(&mut |part| {
                let ExprKind::Object(members) = &part.kind else { return };
                let left_out_here = members.iter().filter(|member| {
                    let reads =
                        |kind: &ExprKind| matches!(kind, ExprKind::Reference(of) if is_variable(&of.root, name));
                    member.optional && reads(&member.value.kind)
                });
                left_out += left_out_here.count();
            });
        });
        read > 0 && read == left_out
    }

    /// Returns how the values of a state read a variable.
    pub fn reads(&self, info: &StateInfo<'a>, name: &str) -> VariableReads {
        let mut reads = VariableReads::default();
        visit::values(self, info, &mut |value, _| {
            visit::references(value, &mut |reference| {
                if let (true, Root::StateResult(state)) = (reference.optional, &reference.root)
                    && variable(&plain(state)) == name
                {
                    reads.optional.push(reference.root_span);
                }
            });
            visit::raws(value, &mut |text, span| {
                let Ok((_, names)) = &*self.jsonata(text) else { return };
                let asked = |at: usize| names.guarded.iter().any(|guarded| guarded.start == at);
                let mut read = names.variables.iter().filter(|used| used.name == name);
                if names.variables.iter().any(|used| used.name == name && asked(used.span.start)) {
                    return;
                }
                let Some(used) = read.next() else { return };
                let members = used.steps.iter().map_while(|step| match &step.kind {
                    LiteralKind::Name(name) => Some(format!(".{name}")),
                    LiteralKind::Index(_) => None,
                });
                reads.raw.push((span, members.collect()));
            });
        });
        reads
    }
}

fn is_variable(root: &Root, name: &str) -> bool {
    matches!(root, Root::Variable(read) if read == name)
}
