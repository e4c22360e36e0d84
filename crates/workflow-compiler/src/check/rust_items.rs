//! Checks that the Rust items of the workflows in one `workflow!` have different names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use workflow_asl::Code;

use super::types::generated;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{DeclarationKind, EnumDecl, Shape, StructDecl, Workflow, plain};

/// The names that are taken, by the workflows before.
#[derive(Default)]
pub(crate) struct RustItems {
    taken: BTreeMap<String, (Item, String)>,
}

/// The purpose of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Workflow,
    /// An item that the macro generates for a workflow.
    Made(&'static str),
    /// A struct or enum that a workflow declares.
    Declared,
    /// A struct or enum that a fragment declares.
    OfFragment,
}

impl Item {
    /// Returns whether the source declares it, in the workflow or in a fragment.
    pub(super) fn is_declared(self) -> bool {
        matches!(self, Self::Declared | Self::OfFragment)
    }
}

impl RustItems {
    /// Reports the names that earlier workflows have too, and returns them.
    pub(crate) fn check(&mut self, workflow: &Workflow, problems: &mut Problems) -> BTreeSet<String> {
        let mut twice = BTreeSet::new();
        // Items under a condition may exclude each other.
        if workflow.attributes.iter().any(has_condition) {
            return twice;
        }
        let own = plain(&workflow.name);
        for (name, item, span) in items(workflow) {
            let Some((other, of)) = self.taken.get(&name).filter(|(_, of)| *of != own || item == Item::Workflow) else {
                self.taken.entry(name).or_insert_with(|| (item, own.clone()));
                continue;
            };
            // Several workflows may use one fragment; the first of them has its types.
            if item == Item::OfFragment && *other == Item::OfFragment {
                twice.insert(name);
                continue;
            }
            let what = match item {
                Item::Made(what) => format!("`{name}`, {what} of `{own}`,"),
                _ => format!("`{name}`"),
            };
            let message = match other {
                Item::Workflow => format!("{what} is already a workflow of this `workflow!`"),
                Item::Made(made) => format!("{what} is already {made} of the workflow `{of}`"),
                Item::Declared | Item::OfFragment => format!("{what} is already a type of the workflow `{of}`"),
            };
            problems.push(Problem::new(Code::DuplicateName, span, message).help("choose another name"));
            twice.insert(name);
            if item == Item::Workflow {
                break;
            }
        }
        twice
    }
}

/// Returns the items of a workflow, with the words that their names come from.
pub(super) fn items(workflow: &Workflow) -> Vec<(String, Item, Span)> {
    let own = workflow.name.span();
    let made = |suffix, what| (generated(workflow, suffix), Item::Made(what), own);
    let mut items = vec![(plain(&workflow.name), Item::Workflow, own), made("State", "the enum of the states")];
    for declaration in &workflow.declarations {
        items.push(match &declaration.kind {
            DeclarationKind::Input(Shape::Fields(_)) => made("Input", "the struct of the input"),
            DeclarationKind::Output(Shape::Fields(_)) => made("Output", "the struct of the output"),
            DeclarationKind::Params(_) => made("Params", "the struct of the params"),
            DeclarationKind::Struct(StructDecl { name, .. }) | DeclarationKind::Enum(EnumDecl { name, .. }) => {
                let of_fragment = workflow.of_fragments.contains(&plain(name));
                (plain(name), if of_fragment { Item::OfFragment } else { Item::Declared }, name.span())
            }
            _ => continue,
        });
    }
    items
}

/// Returns whether an attribute is `#[cfg(…)]` or has one in it.
fn has_condition(attribute: &TokenStream) -> bool {
    attribute.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => has_condition(&group.stream()),
        TokenTree::Ident(word) => word == "cfg" || word == "cfg_attr",
        _ => false,
    })
}
