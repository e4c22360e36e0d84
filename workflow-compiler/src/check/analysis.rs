//! The results of the checks: how values pass between states, the type of each expression, and the target of each reference.
//!
//! The checks infer each expression once per state and field, and store the result here for lowering, `explain` and
//! editors. An expression that no check reached is inferred and stored on its first use. Nothing is stored before the types of
//! all results, inputs and variables are known.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use workflow_asl::jsonata;

use super::data::{Capture, ItemCapture};
use super::flow::availability::Availability;
use super::flow::{Narrowing, StateGraphs};
use super::resolution::Resolved;
use super::types::Ty;
use super::value_site::{ValueField, ValueSite};
use crate::syntax::ast::NodeId;

/// The result of inferring an expression.
#[derive(Clone, Debug)]
pub(super) enum Inferred {
    /// Its type.
    Type(Ty),
    /// Its target, with its type.
    Reference(Rc<Resolved>),
}

impl Inferred {
    pub(super) fn into_ty(self) -> Ty {
        match self {
            Self::Type(ty) => ty,
            Self::Reference(resolved) => resolved.ty.clone(),
        }
    }
}

/// The results of the checks of a workflow.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The control-flow graph of each scope.
    pub(super) graphs: StateGraphs,
    /// The results and errors that each state can read.
    pub(super) availability: Availability,
    /// The optional values that are present when a state begins, by its id.
    pub(super) narrowings: Vec<Narrowing>,
    /// The types of the states' results, by the number in [`Model::states`](super::Model::states), as far as they are
    /// inferred.
    pub(super) results: Vec<Ty>,
    /// The types of the states' inputs, by the same number.
    pub(super) inputs: Vec<Ty>,
    /// The types of the variables that the workflow assigns, by name.
    pub(super) variables: BTreeMap<String, Ty>,
    /// The parts of their results that states capture in variables, by the same number.
    pub(super) captures: BTreeMap<usize, Capture>,
    /// The parts of the item that the first states of maps capture, by the scope of the map's body.
    pub(super) item_captures: BTreeMap<usize, ItemCapture>,
    /// The types of the expressions.
    pub(super) expressions: Expressions,
    /// The parsed `jsonata "…"` texts, each parsed once.
    pub(super) jsonata: jsonata::Expressions,
}

/// The state and the field of an expression.
type Site = (usize, ValueField);

/// The results for an expression at a site.
#[derive(Debug, Default)]
struct Known {
    /// By the declared types alone.
    declared: Option<Inferred>,
    /// With the optional values that were tested before.
    narrowed: Option<Inferred>,
}

/// The results for the expressions of a workflow.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    /// By the number of the expression, at its first site; empty until results are stored.
    first: RefCell<Vec<Option<(Site, Known)>>>,
    /// At other sites: expressions that several states share.
    shared: RefCell<BTreeMap<(NodeId, Site), Known>>,
}

impl Expressions {
    /// Returns storage for this many expressions.
    pub(super) fn of(count: usize) -> Self {
        let first = std::iter::repeat_with(|| None).take(count + 1).collect();
        Self { first: RefCell::new(first), shared: RefCell::default() }
    }

    /// Stores the result for an expression.
    pub(super) fn note(&self, place: ValueSite<'_, '_>, id: NodeId, inferred: &Inferred) {
        let (mut first, mut shared) = (self.first.borrow_mut(), self.shared.borrow_mut());
        let Some(slot) = first.get_mut(id.0).filter(|_| id != NodeId::MADE) else { return };
        let site = (place.state.id, place.position);
        let (at, known) = slot.get_or_insert_with(|| (site, Known::default()));
        let known = if *at == site { known } else { shared.entry((id, site)).or_default() };
        if !place.facts.is_declared() {
            known.narrowed = Some(inferred.clone());
        }
        if place.facts.is_empty() {
            known.declared = Some(inferred.clone());
        }
    }

    /// Returns the stored result for an expression.
    pub(super) fn read(&self, place: ValueSite<'_, '_>, id: NodeId) -> Option<Inferred> {
        let (first, shared) = (self.first.borrow(), self.shared.borrow());
        let site = (place.state.id, place.position);
        let (at, known) = first.get(id.0)?.as_ref()?;
        let known = if *at == site { known } else { shared.get(&(id, site))? };
        if place.facts.is_declared() {
            known.declared.clone().filter(|_| place.facts.is_empty())
        } else {
            known.narrowed.clone()
        }
    }
}
