//! Captures of items: the first state of a map gets the item as its input, and stores the parts that later states read
//! in a variable, on every path to them.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use workflow_asl::StateKind;
use workflow_asl::document::QueryLanguage;

use super::visit;
use crate::check::analysis::Analysis;
use crate::check::capture::{Capture, ItemCapture};
use crate::check::model::{StateInfo, is_distributed};
use crate::check::resolution::Base;
use crate::check::root::names_item;
use crate::check::value_site::ValueField;
use crate::syntax::ast::{Expr, Head, Root, Target};
use crate::syntax::keyword::ClauseKind;

/// Returns the parts of the maps' items that are kept, by the scope that is the map's body.
pub(super) fn collect(analysis: &Analysis<'_>) -> BTreeMap<usize, ItemCapture> {
    let mut all: BTreeMap<usize, (ItemCapture, Vec<usize>)> = BTreeMap::new();
    let mut told: Vec<(usize, Option<usize>, &str)> = Vec::new();
    for (number, info) in analysis.states.values().enumerate() {
        let Some((innermost, _)) = analysis.item_around(info, None) else { continue };
        let selector = selector(info);
        let node = |scope| {
            let point = analysis.graphs.point(number);
            point.and_then(|point| analysis.graphs.ancestor(point, scope)).map(|(point, _)| point.node)
        };
        visit::values(analysis, info, &mut |value, _| {
            let selects = selector.is_some_and(|selector| selector.id == value.id);
            visit::references(value, &mut |reference| {
                let scope = match &reference.root {
                    // Here they are the item of the map itself.
                    Root::Item if selects => return,
                    Root::NamedItem(name) if selects && names_item(info.state, name) => return,
                    Root::Item => innermost,
                    Root::NamedItem(name) => match analysis.item_around(info, Some(name)) {
                        Some((scope, _)) => scope,
                        None => return,
                    },
                    _ => return,
                };
                let place = info.site(ValueField::Parameters);
                let resolved = analysis.resolve(place.declared(), reference);
                let Base::Variable(variable) = &resolved.base else { return };
                let variable = variable.clone();
                let (item, readers) = all.entry(scope).or_insert_with(|| {
                    let capture = Capture::Members(IndexMap::new());
                    let again = analysis.graphs.comes_back(scope);
                    (ItemCapture { variable, capture, again, reaches: Vec::new() }, Vec::new())
                });
                item.capture.add(&resolved.into_members().collect::<Vec<_>>());
                readers.extend(node(scope));
            });
            if selects {
                return;
            }
            visit::raws(value, &mut |text, _| {
                if text.contains("$item") {
                    told.push((innermost, node(innermost), text));
                }
            });
        });
    }
    // Raw JSONata that reads the existing variable gets the whole item.
    for (scope, node, text) in told {
        let Some((item, readers)) = all.get_mut(&scope) else { continue };
        let Ok((_, names)) = &*analysis.jsonata(text) else { continue };
        if names.variables.iter().any(|used| used.name == item.variable) {
            item.capture.add(&[]);
            readers.extend(node);
        }
    }
    let reach = |(scope, (mut item, readers)): (usize, (ItemCapture, Vec<usize>))| {
        item.reaches = analysis.graphs.graph(scope)?.reaching(readers, |_| true);
        Some((scope, item))
    };
    all.into_iter().filter_map(reach).collect()
}

/// Returns what makes the input of a map's iterations.
fn selector<'a>(info: &StateInfo<'a>) -> Option<&'a Expr> {
    let is_map = matches!(info.state.head, Head::Map { .. });
    info.state.clause_value(&[ClauseKind::ItemSelector, ClauseKind::Parameters]).filter(|_| is_map)
}

impl<'a> Analysis<'a> {
    /// Returns the variable that contains the item of the map whose body is `scope`. The items of enclosing maps have
    /// other variables.
    pub(in crate::check) fn item_variable(&self, scope: usize) -> String {
        let around = std::iter::successors(self.scopes.get(scope), |scope| self.scopes.get(scope.parent?));
        let owners = around.map_while(|scope| scope.owner.filter(|owner| !is_distributed(owner)));
        match owners.filter(|owner| owner.kind == StateKind::Map).count() {
            0 | 1 => "item".to_owned(),
            depth => format!("item_{depth}"),
        }
    }

    /// Returns whether the first state of a map can keep its input, the item, in a variable.
    pub(in crate::check) fn can_capture_item(&self, start: &StateInfo<'a>, again: bool) -> bool {
        match start.language {
            QueryLanguage::Jsonata => true,
            // Only a state without a result of its own sees its input in `assign`.
            QueryLanguage::JsonPath => {
                let takes = |kind| matches!(kind, ClauseKind::InputPath | ClauseKind::Parameters | ClauseKind::Result);
                !again
                    && matches!(start.state.head, Head::Pass { value: None } | Head::Wait(_) | Head::Choice(_))
                    && !start.state.clauses.iter().any(|clause| takes(clause.kind))
            }
        }
    }

    /// Returns whether the first state of a map keeps its item in a variable with this name.
    pub fn holds_item(&self, variable: &str) -> bool {
        self.item_captures.values().any(|item| item.variable == variable)
    }

    /// Returns the part of the map's item that the map's first state captures on the transition to the target.
    pub fn item_capture_of(&self, info: &StateInfo<'a>, target: &Target) -> Option<&ItemCapture> {
        let item = self.item_captures.get(&info.scope)?;
        let starts = self.first_of(info.scope).is_some_and(|start| start.id == info.id);
        let to = self.graphs.point(self.target(target, info.scope)?.number?)?;
        (starts && item.reaches.get(to.node).copied().unwrap_or_default()).then_some(item)
    }
}
