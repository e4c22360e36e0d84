//! The results of the checks: how values pass between states, the type of each expression, and the target of each reference.
//!
//! Each expression is inferred once per state and field, and its type is stored here: for the checks, which report its
//! problems, for lowering, `explain` and editors. An expression that no check reached is inferred on its first use.
//! While the types of results, inputs and variables are computed, a change of one type invalidates the stored types.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use workflow_asl::jsonata::{self, Read};
use workflow_asl::result::ResultPart;

use super::capture::{Capture, ItemCapture};
use super::flow::availability::Availability;
use super::flow::{Narrowing, StateGraphs};
use super::model::{Model, StateInfo};
use super::resolution::Resolved;
use super::types::Ty;
use super::value_site::{ValueField, ValueSite};
use crate::syntax::ast::{Clause, NodeId};
use crate::syntax::keyword::ClauseKind;

/// The result of inferring an expression.
#[derive(Clone, Debug)]
pub(super) enum Inferred {
    /// Its type.
    Type(Ty),
    /// The target of a reference or of the steps after a value, with its type.
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

/// The results of the checks of a workflow, beside its model.
#[derive(Debug)]
pub struct Analysis<'a> {
    /// The workflow's declarations and states.
    pub model: Model<'a>,
    /// The control-flow graph of each scope.
    pub(super) graphs: StateGraphs,
    /// The results and errors that each state can read.
    pub(super) availability: Availability,
    /// The optional values that are present when a state begins, by its id.
    pub(super) narrowings: Vec<Narrowing>,
    /// The types of the states' results, by the number in [`Model::states`], if they are inferred.
    pub(super) results: Vec<Ty>,
    /// The types of the states' inputs, by the same number.
    pub(super) inputs: Vec<Ty>,
    /// The types of the variables that the workflow assigns, by name.
    pub(super) variable_types: BTreeMap<String, Ty>,
    /// The parts of their results that states capture in variables, by the same number.
    pub(super) captures: BTreeMap<usize, Capture>,
    /// The parts of the item that the first states of maps capture, by the scope of the map's body.
    pub(super) item_captures: BTreeMap<usize, ItemCapture>,
    /// The types of the expressions.
    pub(super) expressions: Expressions,
    /// The parsed `jsonata "…"` texts, each parsed once.
    pub(super) jsonata: jsonata::Expressions,
    /// The clauses `unchecked` that are ignored.
    ignored: Vec<NodeId>,
    /// The types of the roots of references, by the numbers of their words; only for editors.
    pub(super) roots: Option<RefCell<BTreeMap<usize, Ty>>>,
    /// What calls of ARNs return; finding an operation takes longest.
    pub(super) calls: RefCell<BTreeMap<String, Option<ResultPart>>>,
    /// The members of results with one member whose type the source declares. The type of that member is left open
    /// here.
    pub(super) wrappers: RefCell<BTreeMap<String, Rc<IndexMap<String, Ty>>>>,
    /// How many nodes were visited to show paths in messages.
    pub(super) looked_at: Cell<usize>,
}

impl<'a> Analysis<'a> {
    /// Returns the analysis of a model that nothing has checked yet, as if some of its clauses `unchecked` were not there.
    pub(super) fn without(model: Model<'a>, ignored: Vec<NodeId>) -> Self {
        Self {
            graphs: StateGraphs::default(),
            availability: Availability::default(),
            narrowings: Vec::new(),
            results: Vec::new(),
            inputs: Vec::new(),
            variable_types: BTreeMap::new(),
            captures: BTreeMap::new(),
            item_captures: BTreeMap::new(),
            expressions: Expressions::of(model.workflow.nodes),
            jsonata: jsonata::Expressions::default(),
            ignored,
            roots: None,
            calls: RefCell::default(),
            wrappers: RefCell::default(),
            looked_at: Cell::new(0),
            model,
        }
    }

    /// Returns the clause that turns off a state's checks against AWS's APIs.
    pub fn unchecked(&self, info: &StateInfo<'a>) -> Option<&'a Clause> {
        let mut all = self.clauses_of(info).filter(|clause| clause.kind == ClauseKind::Unchecked);
        all.find(|clause| !self.ignored.contains(&clause.id))
    }

    /// Returns the type of the result of the state with this number in [`Model::states`].
    pub(super) fn result_of(&self, number: usize) -> Ty {
        self.results.get(number).cloned().unwrap_or(Ty::Unknown)
    }

    /// Returns a `jsonata "…"` text, with or without `{%` and `%}`, parsed.
    pub(super) fn jsonata(&self, text: &str) -> Arc<Read> {
        self.jsonata.read(jsonata::expression(text).unwrap_or(text))
    }
}

impl<'a> Deref for Analysis<'a> {
    type Target = Model<'a>;

    fn deref(&self) -> &Model<'a> {
        &self.model
    }
}

/// The state and the field of an expression.
type Site = (usize, ValueField);

/// The results for an expression at a site.
#[derive(Debug, Default)]
struct SiteResults {
    /// By the declared types alone.
    declared: Option<Inferred>,
    /// With the optional values that were tested before.
    narrowed: Option<Inferred>,
    /// The number of changes before it was inferred.
    changes: usize,
}

/// The results for the expressions of a workflow.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    /// The results by the number of the expression, at its first site.
    first: RefCell<Vec<Option<(Site, SiteResults)>>>,
    /// The results at other sites: of expressions that several states share.
    shared: RefCell<BTreeMap<(NodeId, Site), SiteResults>>,
    /// How often a type changed on which others depend.
    changes: usize,
}

impl Expressions {
    /// Returns storage for this many expressions.
    pub(super) fn of(count: usize) -> Self {
        let first = std::iter::repeat_with(|| None).take(count + 1).collect();
        Self { first: RefCell::new(first), shared: RefCell::default(), changes: 0 }
    }

    /// Discards all results, because a type changed on which they may depend.
    pub(super) fn forget(&mut self) {
        self.changes += 1;
    }

    /// Stores the result for an expression.
    pub(super) fn note(&self, place: ValueSite<'_, '_>, id: NodeId, inferred: &Inferred) {
        let (mut first, mut shared) = (self.first.borrow_mut(), self.shared.borrow_mut());
        let Some(slot) = first.get_mut(id.0).filter(|_| id != NodeId::MADE) else { return };
        let site = (place.state.id, place.position);
        let (at, known) = slot.get_or_insert_with(|| (site, SiteResults::default()));
        let known = if *at == site { known } else { shared.entry((id, site)).or_default() };
        if known.changes != self.changes {
            *known = SiteResults { changes: self.changes, ..SiteResults::default() };
        }
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
        if known.changes != self.changes {
            return None;
        }
        if place.facts.is_declared() {
            known.declared.clone().filter(|_| place.facts.is_empty())
        } else {
            known.narrowed.clone()
        }
    }
}
