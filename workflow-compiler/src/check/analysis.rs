//! What is known of a workflow beside what it says: how values pass between its states, the type of each expression, and
//! what a reference resolves to.
//!
//! The checks infer each expression once, with what is known where it stands, and what they find is kept here for the
//! lowering and whoever else asks later. An expression that no check has come to is inferred when it is asked for, and
//! kept likewise. Nothing is kept before the types of all results, inputs and variables are found.

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

/// What is known of an expression.
#[derive(Clone, Debug)]
pub(super) enum Inferred {
    /// Its type.
    Type(Ty),
    /// What it resolves to, with its type.
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

/// What is known of a workflow.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The states as graphs.
    pub(super) graphs: StateGraphs,
    /// Which results and errors can be read where.
    pub(super) availability: Availability,
    /// Which optional values are known to be there when a state begins, by its id.
    pub(super) narrowings: Vec<Narrowing>,
    /// The types of the states' results, by the number in [`Model::states`](super::Model::states), as far as they are
    /// known.
    pub(super) results: Vec<Ty>,
    /// The types of the states' inputs, likewise.
    pub(super) inputs: Vec<Ty>,
    /// The types of the variables that the workflow assigns, likewise.
    pub(super) variables: BTreeMap<String, Ty>,
    /// What the states keep of their results, by their number.
    pub(super) captures: BTreeMap<usize, Capture>,
    /// What the first states of maps keep of the item, by the scope that is the map's body.
    pub(super) item_captures: BTreeMap<usize, ItemCapture>,
    /// The types of the expressions.
    pub(super) expressions: Expressions,
    /// The JSONata of the user's own, each text read once.
    pub(super) jsonata: jsonata::Expressions,
}

/// The state and the field that an expression stands in.
type Site = (usize, ValueField);

/// What is known of an expression at a site.
#[derive(Debug, Default)]
struct Known {
    /// Whatever was tested before.
    declared: Option<Inferred>,
    /// With what was tested before.
    narrowed: Option<Inferred>,
}

/// What is known of the expressions of a workflow.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    /// By the number of the expression, at the first site where it was met; empty as long as nothing is kept.
    first: RefCell<Vec<Option<(Site, Known)>>>,
    /// At other sites: words that several states share.
    shared: RefCell<BTreeMap<(NodeId, Site), Known>>,
}

impl Expressions {
    /// Keeps what is found of this many expressions.
    pub(super) fn of(count: usize) -> Self {
        let first = std::iter::repeat_with(|| None).take(count + 1).collect();
        Self { first: RefCell::new(first), shared: RefCell::default() }
    }

    /// Keeps what was found of an expression where these facts are known.
    pub(super) fn note(&self, place: ValueSite<'_, '_>, id: NodeId, facts: &Narrowing, inferred: &Inferred) {
        let (mut first, mut shared) = (self.first.borrow_mut(), self.shared.borrow_mut());
        let Some(slot) = first.get_mut(id.0).filter(|_| id != NodeId::MADE) else { return };
        let site = (place.state.id, place.position);
        let (at, known) = slot.get_or_insert_with(|| (site, Known::default()));
        let known = if *at == site { known } else { shared.entry((id, site)).or_default() };
        if !facts.is_declared() {
            known.narrowed = Some(inferred.clone());
        }
        if facts.is_empty() {
            known.declared = Some(inferred.clone());
        }
    }

    /// What was found of an expression where these facts are known.
    pub(super) fn read(&self, place: ValueSite<'_, '_>, id: NodeId, facts: &Narrowing) -> Option<Inferred> {
        let (first, shared) = (self.first.borrow(), self.shared.borrow());
        let site = (place.state.id, place.position);
        let (at, known) = first.get(id.0)?.as_ref()?;
        let known = if *at == site { known } else { shared.get(&(id, site))? };
        if facts.is_declared() { known.declared.clone().filter(|_| facts.is_empty()) } else { known.narrowed.clone() }
    }
}
